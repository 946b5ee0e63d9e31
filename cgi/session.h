/*
 * session.h - a session with the database: its limits, what there is to know of
 * the server, and the statements that are prepared there.
 */
#ifndef SESSION_H
#define SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "connection.h"
#include "dial.h"
#include "statements.h"
#include "verdict.h"

struct session {
	struct connection *connection;
	struct dial dial; /* the attempt that made the connection */
	bool prepared[STATEMENTS];
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
 * Ask session.sql of a new connection, which is the session's.
 *
 * session  what is known of the server is filled in for SESSION_BEGUN
 * verdict  gets what to make of a failure
 *
 * Blocks until deadline_ms, a moment of clock_now_ms(), at most.
 */
enum session_result session_begin(struct session *session,
    const struct config *config, int64_t deadline_ms, struct verdict *verdict)
    __attribute__((warn_unused_result));

/*
 * Ask a statement once, or, where there is no index, the one that is better
 * then.  Blocks as session_begin() does.
 *
 * prepare  prepare it on its first use, so that later ones cost less
 */
struct verdict session_ask(struct session *session, enum statement_id id,
    bool prepare, const struct statement_params *params, int64_t deadline_ms)
    __attribute__((warn_unused_result));

/*
 * May the last answer be a standby's?  No longer, where that says that it was
 * promoted; always, where the session is not ours, as a pooler takes whatever
 * server it has.
 */
bool session_may_lag(
    const struct session *session, const struct config *config);

#endif
