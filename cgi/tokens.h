/*
 * tokens.h - what the database's answers mean: who asks, and which tokens are
 * theirs.
 *
 * Asks db; knows the columns of list.sql, one.sql and revoke.sql, and no
 * library.
 */
#ifndef TOKENS_H
#define TOKENS_H

#include "config.h"
#include "cursor.h"
#include "db.h"
#include "token_list.h"

/* What the caller is. */
enum tokens_outcome {
	TOKENS_OK,
	TOKENS_UNKNOWN_APPLICATION, /* the API key has no row */
	TOKENS_UNKNOWN_TOKEN,       /* no such token in that application */
	TOKENS_EXPIRED_TOKEN,       /* or its owner is gone */
	TOKENS_NOT_A_VIEWER, /* the owner's rights do not let them read */
	TOKENS_NOT_FOUND,    /* none of the caller's tokens has that id */
};

/* Which of the caller's tokens are asked for, or to be revoked. */
enum tokens_which {
	TOKENS_LIST,    /* a page of them; not to be revoked */
	TOKENS_ONE,     /* the one with an id */
	TOKENS_CURRENT, /* the one that the request carries */
	TOKENS_OTHERS,  /* to be revoked: all except that one */
	TOKENS_ALL,     /* to be revoked: all */
};

/* Texts are UTF-8 without NUL. */
struct tokens_request {
	enum tokens_which which;
	const char *api_key;
	size_t api_key_len;
	const char *token;
	size_t token_len;
	bool masked;
	int64_t id;     /* of TOKENS_ONE: 0 ...; or -1: none has it */
	bool details;   /* of a list; one token always has them */
	int64_t limit;  /* rows, 0 ... INT64_MAX - 1 */
	int64_t offset; /* rows to skip, 0 ...; 0 where there is after */
	const struct cursor
	    *after;         /* the page begins behind; NULL: by offset */
	bool uncounted;     /* the list is not to be counted */
	bool show_all;      /* expired tokens too */
	bool show_all_sent; /* the parameter was there, whatever its value */
};

/*
 * Authenticate the caller and read a page of their tokens, or one of them, in
 * one statement, whose snapshot all of the answer comes from.  Where a list is
 * asked in a form that does not serve this caller, a second statement follows,
 * and the answer is its own alone.  Blocks as db_ask() does.
 *
 * outcome  set only for DB_OK
 * list     filled only for DB_OK and TOKENS_OK, with one row where one token
 *          was asked for; ends with tokens_forget()
 *
 * An answer whose rows do not agree in caller, outcome and count, or whose
 * number is not what the count demands, is DB_FAILED and logged: it means that
 * two rows of a table share a token, a client id or a user id.  So is a page
 * without a count, or behind a position, with a row that is there twice or does
 * not belong there.
 */
enum db_result tokens_read(struct db *db, const struct config *config,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct token_list *list) __attribute__((warn_unused_result));

/* What became of tokens that were to be revoked. */
struct tokens_revoked {
	int64_t count; /* so many have ended now */
	bool user_known;
	int64_t user_id; /* of the caller; not where the answer was lost and the
	                    database, asked again, found their token ended */
};

/*
 * Authenticate the caller and end tokens of theirs, in one statement and one
 * round trip.  Blocks as db_ask() does.
 *
 * request  its limit, offset, details and masked have no meaning here
 * outcome  set only for DB_OK; TOKENS_OK also where they had ended before
 * revoked  filled only for DB_OK and TOKENS_OK
 *
 * Asked again on a new connection, when one is lost, the database may find that
 * the first time has ended the request's own token.  Where that one was to be
 * revoked, and no other, this is TOKENS_OK.
 */
enum db_result tokens_revoke(struct db *db, const struct config *config,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct tokens_revoked *revoked) __attribute__((warn_unused_result));

/*
 * Free the page, which may be all zero, and wipe the answer that it came from.
 *
 * db  may be NULL
 */
void tokens_forget(struct db *db, struct token_list *list);

#endif
