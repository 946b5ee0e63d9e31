/*
 * distance.h - how far one name is from another.
 *
 * Pure.
 */
#ifndef DISTANCE_H
#define DISTANCE_H

#include <stddef.h>

#define DISTANCE_LEN 48 /* bytes; a longer name is far from all */
#define DISTANCE_FAR 99

/*
 * So many letters have to be put in, taken out or changed to make one name of
 * another, in letters of any case (Levenshtein).
 *
 * a  a_len bytes; need not end in NUL
 */
size_t distance(const char *a, size_t a_len, const char *b);

#endif
