/*
 * db.h - the one connection to PostgreSQL.  The only file that knows libpq.
 *
 * Blocking time: every call below keeps to the deadlines of its settings; a
 * list takes at most connect_timeout_ms + query_timeout_ms, the lookup of a
 * host's name apart, which libpq does in the C library.
 *
 * While the database is away there is a second from the end of an attempt to
 * connect to the next.  What asks in between waits for it, so that the first
 * request after the database is back finds it; but where requests queue up,
 * those behind another share the result of the last attempt.
 */
#ifndef DB_H
#define DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "config.h"
#include "page.h"

enum db_result {
	DB_OK,
	DB_UNKNOWN_APPLICATION, /* the API key has no row */
	DB_UNKNOWN_TOKEN,       /* no such token in that application */
	DB_EXPIRED_TOKEN,       /* or its owner is gone */
	DB_NOT_A_VIEWER,        /* the owner's roles do not let him read */
	DB_UNAVAILABLE,         /* away, full, restarting, locked */
	DB_TIMEOUT,             /* no answer before the deadline */
	DB_FAILED,              /* a statement failed; logged */
	DB_NO_MEMORY,
};

/* What a list is asked for.  Texts are UTF-8 without NUL. */
struct db_request {
	const char *api_key;
	size_t api_key_len;
	const char *token;
	size_t token_len;
	int64_t limit;
	int64_t offset;
	bool show_all;
};

struct db;

/*
 * Make a database client; does not connect yet.
 *
 * config  must outlive it
 * once    true when the process asks only once (CGI): statements are then not
 *         prepared, which saves a round trip
 * error   on failure, one line without a secret
 *
 * Returns NULL when the connection string is not one, or out of memory.
 */
struct db *db_new(
    const struct config *config, bool once, char error[CONFIG_ERROR_SIZE]);

/*
 * Authenticate the caller and read a page of his tokens, in one statement and
 * one round trip.  Connects first where there is no connection; one that turns
 * out broken is replaced and the question asked again, within the same limits.
 *
 * page  filled only for DB_OK; lives until the next call on db
 */
enum db_result db_list(struct db *db, const struct db_request *request,
    struct token_page *page) __attribute__((warn_unused_result));

/*
 * Was the request that comes next not there yet when the last one was
 * answered?  It is then worth a wait where the database was away.
 */
void db_be_patient(struct db *db, bool patient);

/* Wipe the page's tokens, and free it.  Takes NULL. */
void db_forget(struct db *db);

/*
 * Say line by line what is there and what is wrong, for --check.
 *
 * Returns DB_OK, DB_UNAVAILABLE (or DB_TIMEOUT) when there was no connection,
 * DB_FAILED when tables or rights are wrong.
 */
enum db_result db_check(struct db *db, FILE *out)
    __attribute__((warn_unused_result));

/* libpq's version, as in 150018 for 15.18. */
int db_library_version(void);

/* Disconnect and free.  Takes NULL. */
void db_free(struct db *db);

#endif
