/*
 * piece.h - pieces of a text that is not changed.
 *
 * Pure.
 */
#ifndef PIECE_H
#define PIECE_H

#include <stdbool.h>
#include <stddef.h>

/* Empty when it is not there; borrowed. */
struct piece {
	const char *text;
	size_t len;
};

/* Is it that text? */
bool piece_is(struct piece piece, const char *text);

/* Does it hold that byte? */
bool piece_has(struct piece piece, char c);

/*
 * Take off what is before the first byte of some, and that byte; or all, where
 * none of them is there.  *end becomes that byte, or NUL.
 */
struct piece piece_take(struct piece *rest, const char *ends, char *end);

#endif
