/*
 * db.h - the database that lists are asked of, and its primary, where that is
 * named: statements asked within a request's time.
 *
 * Blocking time: a question takes at most connect_timeout_ms +
 * query_timeout_ms, except the lookup of a host's name, which libpq does in the
 * C library.  hosts.h says when a database that is away is tried again.
 */
#ifndef DB_H
#define DB_H

#include <stdbool.h>

#include "config.h"
#include "connection.h"
#include "primary.h"
#include "statements.h"
#include "verdict.h"

struct db;

/*
 * Make a client of the database, and of the primary where there is one; does
 * not connect yet.
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
 * connection, or one that is older than connection_max_s, which serves on where
 * no other can be had; a connection that turns out broken is replaced and the
 * question asked again, within the same limits.  A failure has been logged.
 */
enum db_result db_ask(struct db *db, enum statement_id id,
    const struct statement_params *params) __attribute__((warn_unused_result));

/*
 * Ask what the last answer calls for, within the limits of the question that
 * db_ask() asked.
 */
enum db_result db_ask_further(struct db *db, enum statement_id id,
    const struct statement_params *params) __attribute__((warn_unused_result));

/*
 * May the last answer be out of date, and the primary know better?  It came
 * from a standby, or through a pooler from nobody knows where, and there is a
 * primary.
 */
bool db_may_lag(const struct db *db);

/* Is there a primary, which alone can write? */
bool db_has_primary(const struct db *db);

/*
 * Ask the primary, where there is one; primary.h says when it is not asked, and
 * no request waits for one that is away.  A server that is a standby is no
 * primary.
 *
 * confirms  the question is whether a refusal is right: it takes at most half
 *           of connect_timeout_ms, and no more than what the request's first
 *           question has left; else it revokes, and blocks as db_ask() does
 */
enum db_result db_ask_primary(struct db *db, bool confirms,
    enum statement_id id, const struct statement_params *params)
    __attribute__((warn_unused_result));

/*
 * Are statements prepared?  Else PostgreSQL plans each question anew, which
 * takes ten times as long as the question itself.
 */
bool db_prepares(const struct db *db);

/* Was the last question asked more than once of the database? */
bool db_asked_again(const struct db *db);

/*
 * How long the questions of this request have taken, connecting included, in
 * microseconds; 0: it has asked none.
 */
int64_t db_asked_us(const struct db *db);

/* The answer of DB_OK, until the next question or db_forget(). */
struct answer *db_answer(struct db *db);

/*
 * Say that a request begins.
 *
 * patient  it arrived after the last answer: it may wait for a database that
 *          was away
 */
void db_begin_request(struct db *db, bool patient);

/* Free the answer.  Takes NULL. */
void db_forget(struct db *db);

/*
 * Connect once, for --check, without preparing statements afterwards.
 *
 * primary  to the primary, which there must be
 * place  filled for DB_OK; texts live as long as the connection
 * words  else gets what libpq said; "" where a first statement failed, which
 *        has been logged; lives until the next question
 */
enum db_result db_check_connection(struct db *db, bool primary,
    struct connection_place *place, const char **words)
    __attribute__((warn_unused_result));

/* Disconnect and free.  Takes NULL. */
void db_free(struct db *db);

#endif
