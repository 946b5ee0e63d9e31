/*
 * token_rows.h - the rows of list.sql and of one.sql: their columns, whether
 * they hold together, and the list that they are.
 *
 * Reads cells of an answer; asks nothing, and knows no library.
 */
#ifndef TOKEN_ROWS_H
#define TOKEN_ROWS_H

#include "tokens.h"

/* The columns of list.sql, and of one.sql, which has details. */
enum token_column {
	TOKEN_OUTCOME, /* revoke.sql begins with it too */
	TOKEN_USER_ID,
	TOKEN_COUNT,
	TOKEN_ID,
	TOKEN_EXPIRES,
	TOKEN_TEXT,
	TOKEN_PLAIN_COLUMNS,
	TOKEN_CREATED_AT = TOKEN_PLAIN_COLUMNS,
	TOKEN_CLIENT_ID,
	TOKEN_NAME,
	TOKEN_DIGEST,
	TOKEN_CURRENT,
	TOKEN_EXPIRED,
	TOKEN_COLUMNS,
};

/*
 * How many rows to ask for: the page's; and one more where the count does not
 * say whether a token follows the page.
 */
int64_t token_rows_asked(const struct tokens_request *request);

/*
 * What the first row says of the caller.
 *
 * outcome  set only for true; never TOKENS_NOT_FOUND
 *
 * Returns false where it says nothing that is known.
 */
bool token_rows_outcome(const struct answer *answer,
    enum tokens_outcome *outcome) __attribute__((warn_unused_result));

/*
 * Read an answer, as tokens_read() says.
 *
 * request  what was asked
 * brief    of a form of list.sql that gives rows only to callers who may read
 *
 * Returns DB_OK, or DB_FAILED and DB_NO_MEMORY, which have been logged.
 */
enum db_result token_rows_read(const struct answer *answer,
    const struct tokens_request *request, bool brief,
    enum tokens_outcome *outcome, struct token_list *list)
    __attribute__((warn_unused_result));

#endif
