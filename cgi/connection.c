/*
 * connection.c - a connection to PostgreSQL.  The only file that knows libpq,
 * except its options, which conninfo.c knows.
 *
 * All calls of libpq's are asynchronous, with deadlines of our own: a hung
 * server is caught by nothing else.
 */
#include <endian.h>
#include <libpq-fe.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "connection.h"
#include "words.h"

struct answer {
	PGresult *result; /* or NULL */
};

struct connection {
	struct conninfo *conninfo;
	PGconn *pq;             /* NULL: it is not open */
	struct answer answer;   /* the last one */
	char words[WORDS_SIZE]; /* of the last failure, or "" */
};

static PGconn *
start_connecting(
    const struct connection *connection, const struct dial_target *target)
{
	const struct conninfo_override ours[] = {
		{ "host", target->host.name },
		{ "hostaddr", target->host.address },
		{ "port", target->host.port },
		{ "target_session_attrs", target->session },
		{ "tcp_user_timeout", target->user_timeout },
		{ "client_encoding", "UTF8" },
		{ "fallback_application_name", "oauth_access_tokens" },
	};
	const char *keywords[CONNINFO_MAX], *values[CONNINFO_MAX];

	conninfo_parameters(connection->conninfo, ours,
	    sizeof ours / sizeof ours[0], keywords, values);
	return PQconnectStartParams(keywords, values, 0);
}

/* What a server would tell a user is of no use to ours. */
static void
ignore_notice(void *unused, const PGresult *notice)
{
	(void)unused;
	(void)notice;
}

/* Wait until the server can be read or written; false: too late. */
static bool
wait_for_server(PGconn *pq, short events, int64_t deadline_ms)
{
	int fd = PQsocket(pq);

	return fd >= 0 && clock_wait(fd, events, deadline_ms) != 0;
}

static enum db_result
finish_connecting(struct connection *connection, int64_t deadline_ms)
{
	PGconn *pq = connection->pq;
	PostgresPollingStatusType want = PGRES_POLLING_WRITING;

	if (PQstatus(pq) == CONNECTION_BAD)
		want = PGRES_POLLING_FAILED;
	while (want != PGRES_POLLING_OK) {
		if (want == PGRES_POLLING_FAILED) {
			words_copy(connection->words, PQerrorMessage(pq));
			return DB_UNAVAILABLE;
		}
		if (!wait_for_server(pq,
		        want == PGRES_POLLING_READING ? POLLIN : POLLOUT,
		        deadline_ms)) {
			words_copy(connection->words, "no answer in time");
			return DB_TIMEOUT;
		}
		want = PQconnectPoll(pq);
	}
	if (PQsetnonblocking(pq, 1) == 0)
		return DB_OK;
	words_copy(connection->words, "cannot wait for the connection");
	return DB_UNAVAILABLE;
}

enum db_result
connection_open(struct connection *connection, const struct dial_target *target)
{
	enum db_result result;

	if (target->lookup_failed != NULL) {
		snprintf(connection->words, sizeof connection->words,
		    "could not translate host name to address: %s",
		    target->lookup_failed);
		return DB_UNAVAILABLE;
	}
	connection->pq = start_connecting(connection, target);
	if (connection->pq == NULL) {
		words_copy(connection->words, "out of memory");
		return DB_NO_MEMORY;
	}
	PQsetNoticeReceiver(connection->pq, ignore_notice, NULL);
	/* With the SQLSTATE. */
	PQsetErrorVerbosity(connection->pq, PQERRORS_VERBOSE);
	result = finish_connecting(connection, target->end_ms);
	if (result != DB_OK)
		connection_close(connection);
	return result;
}

void
connection_begin(struct connection *connection, struct dial *dial,
    struct hosts *memory, int64_t limit_ms, int64_t end_ms)
{
	dial_begin(dial, connection->conninfo, memory, limit_ms, end_ms);
}

bool
connection_is_open(const struct connection *connection)
{
	return connection->pq != NULL;
}

void
connection_close(struct connection *connection)
{
	PQfinish(connection->pq);
	connection->pq = NULL;
}

bool
connection_reports(const struct connection *connection, bool standby)
{
	const char *said = PQparameterStatus(connection->pq, "in_hot_standby");

	return said != NULL && strcmp(said, standby ? "on" : "off") == 0;
}

const char *
connection_words(const struct connection *connection)
{
	return connection->words;
}

/* Send what libpq still holds back; false: broken, or too late. */
static bool
flush(PGconn *pq, int64_t deadline_ms)
{
	int more;

	while ((more = PQflush(pq)) > 0) {
		if (!wait_for_server(pq, POLLIN | POLLOUT, deadline_ms) ||
		    !PQconsumeInput(pq))
			return false;
	}
	return more == 0;
}

/* Read until libpq has a whole result or the end; false as in flush(). */
static bool
wait_for_result(PGconn *pq, int64_t deadline_ms)
{
	while (PQisBusy(pq)) {
		if (!wait_for_server(pq, POLLIN, deadline_ms) ||
		    !PQconsumeInput(pq))
			return false;
	}
	return true;
}

static bool
is_copy(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COPY_IN || status == PGRES_COPY_OUT ||
	       status == PGRES_COPY_BOTH;
}

/*
 * Read the reply to a command, of which the last result counts.  False: its end
 * did not come before the deadline.
 */
static bool
receive(struct connection *connection, int64_t deadline_ms)
{
	PGconn *pq = connection->pq;
	struct answer *answer = &connection->answer;
	PGresult *next;

	if (!flush(pq, deadline_ms))
		return false;
	while (wait_for_result(pq, deadline_ms)) {
		next = PQgetResult(pq);
		if (next == NULL)
			return true;
		PQclear(answer->result);
		answer->result = next;
		/* Nothing of ours copies, and libpq would not end. */
		if (is_copy(next))
			break;
	}
	return false;
}

/* Judge a reply that is a failure, and find words for it. */
static struct verdict
judge(struct connection *connection, bool whole)
{
	const PGresult *result = connection->answer.result;
	const char *sqlstate = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *message =
	    PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);

	if (sqlstate != NULL) {
		snprintf(connection->words, sizeof connection->words,
		    "%s: %s%s", sqlstate,
		    message != NULL ? message : "no message",
		    verdict_remedy(sqlstate));
		return verdict_of(sqlstate);
	}
	if (!whole && PQstatus(connection->pq) == CONNECTION_OK) {
		words_copy(connection->words, "no answer in time");
		return (struct verdict){ DB_TIMEOUT, false };
	}
	words_copy(connection->words, "the connection was lost");
	return (struct verdict){ DB_UNAVAILABLE, true };
}

/*
 * Settle a command.
 *
 * sent  what libpq said of it: 0 if it could not be sent
 */
static struct verdict
settle(struct connection *connection, int sent, int64_t deadline_ms)
{
	struct verdict verdict = { DB_OK, false };
	ExecStatusType status;
	bool whole;

	connection_forget(connection);
	whole = sent == 0 || receive(connection, deadline_ms);
	status = PQresultStatus(connection->answer.result);
	if (whole && (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK))
		return verdict;
	verdict = judge(connection, whole);
	if (verdict.replace || !whole)
		connection_close(connection);
	return verdict;
}

struct verdict
connection_prepare(struct connection *connection,
    const struct statement *statement, int64_t deadline_ms)
{
	return settle(connection,
	    PQsendPrepare(connection->pq, statement->name, statement->text,
	        statement->n, statement->types),
	    deadline_ms);
}

struct verdict
connection_ask(struct connection *connection, const struct statement *statement,
    bool prepared, const struct statement_params *params, int64_t deadline_ms)
{
	const struct statement *s = statement;
	int binary[STATEMENT_PARAMS_MAX];
	int sent;

	for (int i = 0; i < STATEMENT_PARAMS_MAX; i++)
		binary[i] = 1;
	if (prepared)
		sent = PQsendQueryPrepared(connection->pq, s->name, s->n,
		    params->values, params->lengths, binary, 1);
	else
		sent = PQsendQueryParams(connection->pq, s->text, s->n,
		    s->types, params->values, params->lengths, binary, 1);
	return settle(connection, sent, deadline_ms);
}

struct answer *
connection_answer(struct connection *connection)
{
	return &connection->answer;
}

int
answer_rows(const struct answer *answer)
{
	return PQntuples(answer->result);
}

bool
answer_has_types(const struct answer *answer, const unsigned int *types, int n)
{
	if (PQnfields(answer->result) != n)
		return false;
	for (int i = 0; i < n; i++)
		if (PQftype(answer->result, i) != types[i] ||
		    PQfformat(answer->result, i) != 1)
			return false;
	return true;
}

bool
answer_is_null(const struct answer *answer, int row, int column)
{
	return PQgetisnull(answer->result, row, column) != 0;
}

size_t
answer_length(const struct answer *answer, int row, int column)
{
	return (size_t)PQgetlength(answer->result, row, column);
}

int64_t
answer_int64(const struct answer *answer, int row, int column)
{
	uint64_t value;

	memcpy(&value, PQgetvalue(answer->result, row, column), sizeof value);
	return (int64_t)be64toh(value);
}

bool
answer_boolean(const struct answer *answer, int row, int column)
{
	return *PQgetvalue(answer->result, row, column) != 0;
}

const char *
answer_text(const struct answer *answer, int row, int column)
{
	return PQgetvalue(answer->result, row, column);
}

void
answer_wipe(struct answer *answer, int column)
{
	if (column >= PQnfields(answer->result))
		return;
	for (int i = 0; i < answer_rows(answer); i++)
		explicit_bzero(PQgetvalue(answer->result, i, column),
		    answer_length(answer, i, column));
}

void
connection_forget(struct connection *connection)
{
	PQclear(connection->answer.result);
	connection->answer.result = NULL;
}

void
connection_warm_up(void)
{
	PGconn *none = PQconnectStart("sslmode=none"); /* no such mode */

	PQfreemem(PQencryptPasswordConn(none, "", "", "scram-sha-256"));
	PQfinish(none);
}

struct connection *
connection_new(const char *conninfo, const char **wrong)
{
	struct connection *connection = calloc(1, sizeof *connection);

	*wrong = "out of memory";
	if (connection != NULL)
		connection->conninfo = conninfo_new(conninfo, wrong);
	if (connection == NULL || connection->conninfo == NULL) {
		free(connection);
		return NULL;
	}
	return connection;
}

static const char *
protocol_of(PGconn *pq)
{
	const char *protocol = PQsslAttribute(pq, "protocol");

	if (PQsslInUse(pq))
		return protocol != NULL ? protocol : "TLS";
	return PQgssEncInUse(pq) ? "GSSAPI" : NULL;
}

static bool
wants_read_only(const struct connection *connection)
{
	struct conninfo_view view;
	bool wanted;

	conninfo_look(connection->conninfo, &view);
	wanted = view.session != NULL && strcmp(view.session, "read-only") == 0;
	conninfo_look_away(&view);
	return wanted;
}

struct connection_place
connection_place(const struct connection *connection)
{
	PGconn *pq = connection->pq;

	return (struct connection_place){
		.host = PQhost(pq),
		.address = PQhostaddr(pq),
		.port = PQport(pq),
		.database = PQdb(pq),
		.user = PQuser(pq),
		.protocol = protocol_of(pq),
		.read_only_primary = connection_reports(connection, false) &&
		                     wants_read_only(connection),
	};
}

int
connection_library_version(void)
{
	return PQlibVersion();
}

void
connection_free(struct connection *connection)
{
	if (connection == NULL)
		return;
	connection_forget(connection);
	connection_close(connection);
	conninfo_free(connection->conninfo);
	free(connection);
}
