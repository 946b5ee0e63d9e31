/*
 * connection.h - a connection to PostgreSQL: open it and ask by a deadline,
 * hand out the cells of an answer.  connection.c alone knows libpq; conninfo.c
 * its options.
 *
 * A deadline is a moment of clock_now_ms().
 */
#ifndef CONNECTION_H
#define CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dial.h"
#include "statements.h"
#include "verdict.h"

struct connection;

/*
 * Make a connection; does not open it yet.
 *
 * conninfo  libpq's connection string; NULL leaves all to libpq's variables
 *           and files
 * wrong     on failure, what is wrong with the string, static text without a
 *           secret
 *
 * Returns NULL on failure, also when memory ran out.
 */
struct connection *connection_new(const char *conninfo, const char **wrong);

/*
 * Use the libraries below libpq once, before there are requests.  If memory
 * runs out at their first use, OpenSSL never sets itself up again, and the C
 * library's user database may crash.
 */
void connection_warm_up(void);

/*
 * Begin an attempt to open it, which goes through the database's hosts; see
 * dial.h for the parameters and for the next steps.
 */
void connection_begin(struct connection *connection, struct dial *dial,
    struct hosts *memory, int64_t limit_ms, int64_t end_ms);

/*
 * Open it, where it is not open, to one target of the attempt.  Returns DB_OK,
 * or DB_UNAVAILABLE, DB_TIMEOUT or DB_NO_MEMORY, for which there are words
 * then.
 */
enum db_result connection_open(struct connection *connection,
    const struct dial_target *target) __attribute__((warn_unused_result));

bool connection_is_open(const struct connection *connection);

/* Close it, if it is open. */
void connection_close(struct connection *connection);

/*
 * Has the server said of itself, with its last answer at the latest, that it is
 * a standby, or that it is none?  PostgreSQL 13 and older say neither; a pooler
 * may say it of another server.
 */
bool connection_reports(const struct connection *connection, bool standby);

/* What went wrong last, in one line; stays until something else does. */
const char *connection_words(const struct connection *connection);

/*
 * Prepare a statement under its name; ask one, prepared or not.
 *
 * After a failure connection_words() says what went wrong.  If the verdict asks
 * for a new connection, or the answer was cut, this connection has been closed.
 */
struct verdict connection_prepare(struct connection *connection,
    const struct statement *statement, int64_t deadline_ms)
    __attribute__((warn_unused_result));
struct verdict connection_ask(struct connection *connection,
    const struct statement *statement, bool prepared,
    const struct statement_params *params, int64_t deadline_ms)
    __attribute__((warn_unused_result));

/*
 * The answer to the last question.  It lives until the next question or
 * connection_forget(); it may then be empty.
 */
struct answer;
struct answer *connection_answer(struct connection *connection);

/* Its rows, and whether its columns are these n of statements.h's TYPE_..., in
 * binary. */
int answer_rows(const struct answer *answer);
bool answer_has_types(
    const struct answer *answer, const unsigned int *types, int n);

/*
 * A cell of the answer: is it NULL, how many bytes has it, which number is it,
 * what text?  Rows and columns count from 0 and must be there.  A number is
 * that of a bigint, and not of NULL; a boolean is false for NULL.  A text ends
 * in NUL, which its length does not count; that of SQL NULL is "", of length 0.
 */
bool answer_is_null(const struct answer *answer, int row, int column);
size_t answer_length(const struct answer *answer, int row, int column);
int64_t answer_int64(const struct answer *answer, int row, int column);
bool answer_boolean(const struct answer *answer, int row, int column);
const char *answer_text(const struct answer *answer, int row, int column);

/* Wipe a column, where there is one. */
void answer_wipe(struct answer *answer, int column);

/* Free the answer. */
void connection_forget(struct connection *connection);

/* Where an open connection leads; texts live as long as it is open. */
struct connection_place {
	const char *host; /* or a Unix socket's directory */
	const char *address, *port, *database, *user;
	const char
	    *protocol; /* of TLS, as "TLSv1.3"; "GSSAPI"; NULL: clear text */
	bool read_only_primary; /* target_session_attrs=read-only took a
	                           primary */
};

struct connection_place connection_place(const struct connection *connection);

/* libpq's version, as in 150018 for 15.18. */
int connection_library_version(void);

/* Close and free, and wipe what may be secret.  Takes NULL. */
void connection_free(struct connection *connection);

#endif
