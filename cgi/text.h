/*
 * text.h - decimal numbers in text.
 *
 * Pure.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Read a decimal number.
 *
 * out   gets it, 0 ... INT64_MAX, only on success
 * text  len bytes of any value; need not end in NUL
 *
 * Returns false for an empty text, a number that is greater, and whatever is
 * not a digit, such as a sign.
 */
bool text_decimal(int64_t *out, const char *text, size_t len)
    __attribute__((warn_unused_result));

#endif
