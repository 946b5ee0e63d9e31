/*
 * render.h - a page as JSON text.  The only file that knows json-c.
 *
 * Pure.
 */
#ifndef RENDER_H
#define RENDER_H

#include <stdbool.h>
#include <stddef.h>

#include "page.h"

/*
 * Write {"oauth_access_tokens": [...], "metadata": {"count": N, "next": B}}.
 *
 * page  rows in the order of the answer; tokens in UTF-8
 * next  does a token follow this page?
 * text  gets the text, to be freed by the caller with free()
 * len   gets its length in bytes, without the NUL
 *
 * Returns false, and nothing to free, when memory ran out.
 */
bool render_page(const struct token_page *page, bool next, char **text,
    size_t *len) __attribute__((warn_unused_result));

/* json-c's version, as in "0.16"; static text. */
const char *render_library_version(void);

#endif
