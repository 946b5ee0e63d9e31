/*
 * session.c - the beginning of a session with the database.
 */
#include <endian.h>

#include "session.h"
#include "statements.h"

enum session_result
session_begin(struct session *session, struct connection *connection,
    const struct config *config, int64_t deadline_ms, struct verdict *verdict)
{
	/* Three settings, which nobody reads; then the answers. */
	static const unsigned int types[] = { TYPE_TEXT, TYPE_TEXT, TYPE_TEXT,
		TYPE_BOOL, TYPE_BOOL, TYPE_BOOL };
	enum { INDEXED = 3, HIDDEN, STANDBY, COLUMNS };
	uint64_t lock_ms = htobe64((uint64_t)config->lock_timeout_ms);
	uint64_t query_ms = htobe64((uint64_t)config->query_timeout_ms);
	const char not_ours[] = {
		config->statements == STATEMENTS_UNNAMED ? 1 : 0
	};
	const struct statement_params params = {
		.values = { (const char *)&lock_ms, (const char *)&query_ms,
		    not_ours },
		.lengths = { sizeof lock_ms, sizeof query_ms, sizeof not_ours },
	};
	const struct answer *answer = connection_answer(connection);

	*verdict = connection_ask(connection, &statements[STATEMENT_SESSION],
	    false, &params, deadline_ms);
	if (verdict->result != DB_OK)
		return SESSION_REFUSED;
	if (!answer_has_types(answer, types, COLUMNS) ||
	    answer_rows(answer) != 1) {
		*verdict = (struct verdict){ DB_FAILED, false };
		return SESSION_STRANGE;
	}
	session->indexed = answer_boolean(answer, 0, INDEXED);
	session->hidden = answer_boolean(answer, 0, HIDDEN);
	session->standby = answer_boolean(answer, 0, STANDBY);
	session->reports = connection_reports(connection, session->standby);
	return SESSION_BEGUN;
}

bool
session_may_lag(const struct session *session,
    const struct connection *connection, const struct config *config)
{
	bool promoted =
	    session->reports && connection_reports(connection, false);

	return config->statements == STATEMENTS_UNNAMED ||
	       (session->standby && !promoted);
}
