/*
 * cursor.h - a position in a list as a text: what _after takes, and a Link
 * gives.
 */
#ifndef CURSOR_H
#define CURSOR_H

#include "token_list.h"

/* The place of a token, there or gone, in the order of a list. */
struct cursor {
	struct token_moment expires;
	int64_t id;
};

/* The bytes of a text, which all cursors have. */
#define CURSOR_LEN 24

/*
 * Write a position as CURSOR_LEN letters, digits, "-" and "_", and NUL.
 *
 * cursor  of a token that the database gave
 */
void cursor_format(char out[CURSOR_LEN + 1], const struct cursor *cursor);

/*
 * Read a position.
 *
 * text  len bytes of any value; need not end in NUL
 *
 * Returns false for every text that cursor_format() does not write, as a moment
 * which PostgreSQL does not have.
 */
bool cursor_parse(struct cursor *cursor, const char *text, size_t len)
    __attribute__((warn_unused_result));

#endif
