/*
 * piece.c - pieces of a text that is not changed.
 *
 * Pure.
 */
#include <string.h>

#include "piece.h"

bool
piece_is(struct piece piece, const char *text)
{
	return piece.len == strlen(text) &&
	       memcmp(piece.text, text, piece.len) == 0;
}

bool
piece_has(struct piece piece, char c)
{
	return memchr(piece.text, c, piece.len) != NULL;
}

struct piece
piece_take(struct piece *rest, const char *ends, char *end)
{
	struct piece first = { rest->text, 0 };

	while (first.len < rest->len &&
	       strchr(ends, rest->text[first.len]) == NULL)
		first.len++;
	*end = '\0';
	rest->text += first.len;
	rest->len -= first.len;
	if (rest->len > 0) {
		*end = *rest->text++;
		rest->len--;
	}
	return first;
}
