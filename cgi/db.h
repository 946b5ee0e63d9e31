/*
 * db.h - the one connection to PostgreSQL: ask a statement by a deadline, hand
 * out the cells of its answer.  The only file that knows libpq.
 *
 * Blocking time: a question takes at most connect_timeout_ms +
 * query_timeout_ms, the lookup of a host's name apart, which libpq does in the
 * C library.
 *
 * While the database is away there is a second from the end of an attempt to
 * connect to the next.  A request in between waits for that attempt, so that
 * the first one after the database is back finds it; but where requests queue
 * up, those behind another share the result of the last attempt.
 */
#ifndef DB_H
#define DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "statements.h"
#include "verdict.h"

/* A statement's parameters, in binary; a text's binary form is its bytes. */
struct db_params {
	const char *values[STATEMENT_PARAMS_MAX]; /* NULL: SQL NULL */
	int lengths[STATEMENT_PARAMS_MAX];        /* bytes */
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
 * A HOME in the environment that is not the process's user's is taken out.
 * Returns NULL when the connection string is not one, or out of memory.
 */
struct db *db_new(
    const struct config *config, bool once, char error[CONFIG_ERROR_SIZE]);

/*
 * Ask a statement, in one round trip.  Connects first where there is no
 * connection; a connection that turns out broken is replaced and the question
 * asked again, within the same limits.  A failure has been logged.
 *
 * The answer of DB_OK lives until the next question or db_forget().
 */
enum db_result db_ask(struct db *db, enum statement_id id,
    const struct db_params *params) __attribute__((warn_unused_result));

/*
 * The answer: its rows, and whether its columns are these, in binary.
 *
 * types  n of statements.h's TYPE_...
 */
int db_rows(const struct db *db);
bool db_has_types(const struct db *db, const unsigned int *types, int n);

/*
 * A cell of the answer: is it NULL, how many bytes has it, which number is it,
 * what text?  Rows and columns count from 0 and must be there.  A number is
 * that of a bigint, and not of NULL.  A text ends in NUL, which its length does
 * not count; that of SQL NULL is "", of length 0.
 */
bool db_is_null(const struct db *db, int row, int column);
size_t db_length(const struct db *db, int row, int column);
int64_t db_int64(const struct db *db, int row, int column);
const char *db_text(const struct db *db, int row, int column);

/* Has a column the same cell in all rows, of which there must be one? */
bool db_is_constant(const struct db *db, int column);

/*
 * Was the request that comes next not there yet when the last one was
 * answered?  It is then worth a wait where the database was away.
 */
void db_be_patient(struct db *db, bool patient);

/* Wipe a column of the answer, where there is one.  Takes NULL. */
void db_wipe(struct db *db, int column);

/* Free the answer.  Takes NULL. */
void db_forget(struct db *db);

/* What --check tells of a connection. */
struct db_connection {
	const char *host, *port, *database, *user;
	bool local; /* a Unix socket, or the loopback address */
	const char
	    *protocol; /* of TLS, as "TLSv1.3"; "GSSAPI"; NULL: clear text */
};

/*
 * Connect once, for --check, without preparing statements afterwards.
 *
 * connection  filled for DB_OK; texts live as long as the connection
 * sqlstate    else gets PostgreSQL's error code, five characters and a NUL, or
 *             "" where the server said none
 * message     else what libpq said, "" where it said nothing; lives until the
 *             next call
 */
enum db_result db_check_connection(struct db *db,
    struct db_connection *connection, char sqlstate[6], const char **message)
    __attribute__((warn_unused_result));

/* libpq's version, as in 150018 for 15.18. */
int db_library_version(void);

/* Disconnect and free.  Takes NULL. */
void db_free(struct db *db);

#endif
