/*
 * session.h - the beginning of a session with the database: its limits, and
 * what there is to know of the server.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "connection.h"
#include "verdict.h"

struct session {
	bool indexed; /* an index leads to a user's tokens */
	bool hidden;  /* policies may hide rows */
	bool standby; /* the server is one */
	bool reports; /* and it says so by itself, which a pooler may not do */
};

enum session_result {
	SESSION_BEGUN,
	SESSION_REFUSED, /* session.sql failed; the connection says why */
	SESSION_STRANGE, /* session.sql gave an unknown result */
};

/*
 * Ask session.sql of a new connection.
 *
 * session  filled for SESSION_BEGUN
 * verdict  gets what to make of a failure
 *
 * Blocks until deadline_ms, a moment of clock_now_ms(), at most.
 */
enum session_result session_begin(struct session *session,
    struct connection *connection, const struct config *config,
    int64_t deadline_ms, struct verdict *verdict)
    __attribute__((warn_unused_result));

/*
 * May the last answer be a standby's?  No longer, where that says that it was
 * promoted; always, where the session is not ours, as a pooler takes whatever
 * server it has.
 */
bool session_may_lag(const struct session *session,
    const struct connection *connection, const struct config *config);

#endif
