/*
 * links.h - the Link header of a list (RFC 8288, section 3).
 *
 * Pure.
 */
#ifndef LINKS_H
#define LINKS_H

#include <stddef.h>

#include "token_list.h"
#include "query.h"

/*
 * Four targets of parameters and relation.  Under the 8,190 bytes that Apache
 * reads of one header line.
 */
#define LINKS_SIZE ((size_t)4 * (3 * QUERY_API_KEY_MAX + 144))

/*
 * Write the value of a Link header with "first", "prev", "next" and "last",
 * as far as they exist.  "last" needs the count.  A page behind a cursor, and
 * one without count or offset, has "first" and "next" alone, and "next" is
 * behind a cursor.
 *
 * out    gets at most LINKS_SIZE bytes, NUL included
 * query  of this page; api_key goes into the links only when it is there;
 *        a limit of 0 links to pages of QUERY_DEFAULT_LIMIT, as pages of
 *        none would never end
 * list   this page
 *
 * "next" is there exactly when a token follows the page.  Targets are the query
 * alone, so that they are right whatever a proxy does to the path, and
 * percent-encoded: no byte of the client's is copied raw.
 *
 * Returns the length written, without the NUL; 0 when the page is the whole
 * list, as far as the query tells.
 */
size_t links_format(char out[LINKS_SIZE], const struct query *query,
    const struct token_list *list);

#endif
