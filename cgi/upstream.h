/*
 * upstream.h - one database, which a connection string names: one connection,
 * kept as long as it is good.
 *
 * Blocking time: a question ends at end_ms, except the lookup of a host's name,
 * which libpq does in the C library.  hosts.h says when a database that is away
 * is tried again.
 */
#ifndef UPSTREAM_H
#define UPSTREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "connection.h"
#include "hosts.h"
#include "session.h"
#include "statements.h"
#include "verdict.h"

/* What has failed last, as the log says it. */
enum failure {
	FAILURE_AWAY,
	FAILURE_TO_CONNECT,
	FAILURE_OF_HOST, /* one of those that are tried */
	FAILURE_TO_BEGIN,
	FAILURE_OF_POLICIES,
	FAILURE_OF_STANDBY,
	FAILURE_TO_ANSWER,
};

struct upstream {
	const struct config *config;
	struct session sessions[2];
	struct session *session; /* one of them; the other is a spare */
	bool prepare;            /* statements */
	bool is_primary;         /* no standby serves, and no request waits */
	struct hosts hosts;
	int64_t renew_ms; /* the connection is of age; see hosts_stay() */
	bool patient;     /* may a request wait for it? */
	bool asked_again; /* was the last question asked more than once? */
	int64_t end_ms;   /* of the question, a moment of clock_now_ms() */
	int64_t asked_us; /* questions have taken, connecting included */
	enum failure failure;
};

/*
 * Make it; does not connect yet.  The parameters are those of db_new().
 * Returns false with an error when the connection string is not one, or out of
 * memory; upstream_free() is due all the same.
 */
bool upstream_init(struct upstream *up, const struct config *config,
    const struct config_database *database, bool once,
    char error[CONFIG_ERROR_SIZE]) __attribute__((warn_unused_result));

/* Ask a statement by end_ms, as db_ask() says. */
enum db_result upstream_ask(struct upstream *up, enum statement_id id,
    const struct statement_params *params) __attribute__((warn_unused_result));

/* Free the answer. */
void upstream_forget(struct upstream *up);

/* Connect once, as db_check_connection() says. */
enum db_result upstream_check(
    struct upstream *up, struct connection_place *place, const char **words)
    __attribute__((warn_unused_result));

/* Disconnect, and free what it has.  One that is all zero has nothing. */
void upstream_free(struct upstream *up);

#endif
