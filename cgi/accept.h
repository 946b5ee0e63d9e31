/*
 * accept.h - what a client would rather have: the header Accept (RFC 9110,
 * section 12.5.1).
 *
 * Pure.
 */
#ifndef ACCEPT_H
#define ACCEPT_H

#include <stdbool.h>

/*
 * Does the client prefer text/html to application/json?  Browsers do where a
 * person goes to an address; scripts, which accept all alike, do not.
 *
 * value  the header's value, of any bytes; parameters of a type other than its
 *        weight "q" are ignored, and so is an element that is ill-formed
 */
bool accept_prefers_html(const char *value);

#endif
