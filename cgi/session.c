/*
 * session.c - a session with the database.
 */
#include <endian.h>
#include <string.h>

#include "session.h"

enum session_result
session_begin(struct session *session, const struct config *config,
    int64_t deadline_ms, struct verdict *verdict)
{
	/* Three settings, which nobody reads; then the answers. */
	static const unsigned int types[] = { TYPE_TEXT, TYPE_TEXT, TYPE_TEXT,
		TYPE_BOOL, TYPE_BOOL, TYPE_BOOL };
	enum { INDEXED = 3, HIDDEN, STANDBY, COLUMNS };
	uint64_t lock_ms = htobe64((uint64_t)config->lock_timeout_ms);
	/* Sooner than we do: a slow statement is no silent server. */
	uint64_t query_ms = htobe64((uint64_t)(config->query_timeout_ms -
	                                       config->query_timeout_ms / 10));
	const char not_ours[] = {
		config->statements == STATEMENTS_UNNAMED ? 1 : 0
	};
	const struct statement_params params = {
		.values = { (const char *)&lock_ms, (const char *)&query_ms,
		    not_ours },
		.lengths = { sizeof lock_ms, sizeof query_ms, sizeof not_ours },
	};
	struct connection *connection = session->connection;
	const struct answer *answer = connection_answer(connection);

	memset(session->prepared, 0, sizeof session->prepared);
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

/* Prepare a statement, on its first use. */
static struct verdict
prepare_once(struct session *session, enum statement_id id, int64_t deadline_ms)
{
	struct verdict verdict = { DB_OK, false };

	if (session->prepared[id])
		return verdict;
	verdict = connection_prepare(
	    session->connection, &statements[id], deadline_ms);
	session->prepared[id] = verdict.result == DB_OK;
	return verdict;
}

struct verdict
session_ask(struct session *session, enum statement_id id, bool prepare,
    const struct statement_params *params, int64_t deadline_ms)
{
	struct verdict verdict = { DB_OK, false };

	if (!session->indexed)
		id = statements[id].unindexed;
	prepare = prepare && statements[id].name[0] != '\0';
	if (prepare)
		verdict = prepare_once(session, id, deadline_ms);
	if (verdict.result != DB_OK)
		return verdict;
	return connection_ask(
	    session->connection, &statements[id], prepare, params, deadline_ms);
}

bool
session_may_lag(const struct session *session, const struct config *config)
{
	bool promoted =
	    session->reports && connection_reports(session->connection, false);

	return config->statements == STATEMENTS_UNNAMED ||
	       (session->standby && !promoted);
}
