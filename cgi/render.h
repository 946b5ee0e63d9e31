/*
 * render.h - a list, and one token, as JSON text.
 *
 * Pure.  The only file that knows the names of their members.
 */
#ifndef RENDER_H
#define RENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "token_list.h"

/*
 * Write {"oauth_access_tokens": [...], "metadata": {"count": N, "next": B}},
 * where N is null in a list that was not counted; write {"oauth_access_token":
 * {...}}.
 *
 * list  rows in the order of the answer, texts in UTF-8; one row and more for
 *       render_one()
 * text  gets the text, to be freed by the caller with free()
 * len   gets its length in bytes, without the NUL
 *
 * Returns false, and nothing to free, when memory ran out.
 */
bool render_list(const struct token_list *list, char **text, size_t *len)
    __attribute__((warn_unused_result));
bool render_one(const struct token_list *list, char **text, size_t *len)
    __attribute__((warn_unused_result));

/* Write {"metadata": {"count": N}}, in the same way. */
bool render_count(int64_t count, char **text, size_t *len)
    __attribute__((warn_unused_result));

#endif
