/*
 * db.c - the one connection to PostgreSQL.  The only file that knows libpq.
 *
 * All calls of libpq's are asynchronous, with deadlines of our own: a hung
 * server is caught by nothing else.
 */
#include <endian.h>
#include <libpq-fe.h>
#include <malloc.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "db.h"
#include "log.h"
#include "sql.h"
#include "wait.h"

/* src/include/catalog/pg_type.dat */
#define BOOLOID        16
#define INT8OID        20
#define TEXTOID        25
#define TIMESTAMPTZOID 1184

/* The columns of list.sql's result. */
enum { OUTCOME, USER_ID, COUNT, ID, EXPIRES, TOKEN, COLUMNS };

#define MAX_PARAMS 5

/* From this offset on page_far.sql is faster; and past the page's length. */
#define FAR_FROM 200

/* From so many rows on their memory is given back to the system. */
#define TRIM_FROM 1000

/* So often a question is asked whose connections are ended all the time. */
#define ATTEMPTS 3

/* While the database is away, from one attempt to connect to the next. */
#define RETRY_MS 1000

enum statement_id {
	NEAR_ACTIVE,
	NEAR_ALL,
	FAR_ACTIVE,
	FAR_ALL,
	SCAN_ACTIVE,
	SCAN_ALL,
	LISTS, /* those above are prepared */
	SESSION = LISTS,
	CHECK,
	CHECK_CLIENTS,
};

static const Oid list_types[] = { TEXTOID, TEXTOID, TEXTOID, INT8OID, INT8OID };
static const Oid session_types[] = { INT8OID, INT8OID, BOOLOID };
static const Oid clients_types[] = { TEXTOID };

static const struct statement {
	const char *name; /* when prepared */
	const char *text;
	int n; /* parameters */
	const Oid *types;
	enum statement_id unindexed; /* what takes its place without an index */
} statements[] = {
	[NEAR_ACTIVE] = { "near_active", sql_near_active, 5, list_types,
	    SCAN_ACTIVE },
	[NEAR_ALL] = { "near_all", sql_near_all, 5, list_types, SCAN_ALL },
	[FAR_ACTIVE] = { "far_active", sql_far_active, 5, list_types,
	    SCAN_ACTIVE },
	[FAR_ALL] = { "far_all", sql_far_all, 5, list_types, SCAN_ALL },
	[SCAN_ACTIVE] = { "scan_active", sql_scan_active, 5, list_types,
	    SCAN_ACTIVE },
	[SCAN_ALL] = { "scan_all", sql_scan_all, 5, list_types, SCAN_ALL },
	[SESSION] = { "", sql_session, 3, session_types, SESSION },
	[CHECK] = { "", sql_check, 0, NULL, CHECK },
	[CHECK_CLIENTS] = { "", sql_check_clients, 1, clients_types,
	    CHECK_CLIENTS },
};

/* A statement's parameters, in binary; a text's binary form is its bytes. */
struct params {
	const char *values[MAX_PARAMS];
	int lengths[MAX_PARAMS];
};

struct db {
	const struct config *config;
	bool prepare;
	PQconninfoOption *options; /* of the connection string, or NULL */
	PGconn *connection;        /* NULL when there is none */
	bool prepared[LISTS];      /* on that connection */
	bool indexed;              /* an index leads to a user's tokens */
	PGresult *result;          /* the last one; a page points into it */
	struct token_row *rows;    /* of that page */
	int64_t retry_ms;          /* no connecting before; see RETRY_MS */
	enum db_result failure;    /* of the last attempt */
	int failures;              /* attempts in a row */
	bool patient;              /* wait for the next one */
};

/* What to make of an error, by the beginning of its SQLSTATE. */
static const struct {
	const char *prefix;
	enum db_result result;
	bool replace; /* a new connection may do better */
} sqlstates[] = {
	/* PostgreSQL 15, appendix A; the first that fits counts */
	{ "57014", DB_TIMEOUT, false },     /* statement_timeout */
	{ "57", DB_UNAVAILABLE, true },     /* shutdown, crash, starting up */
	{ "08", DB_UNAVAILABLE, true },     /* the connection */
	{ "53", DB_UNAVAILABLE, true },     /* connections, memory, disk full */
	{ "55P03", DB_UNAVAILABLE, false }, /* lock_timeout */
	{ "40", DB_UNAVAILABLE, true }, /* conflict with recovery, deadlock */
	{ "26000", DB_UNAVAILABLE, true }, /* a pooler lost our statement */
	{ "0A000", DB_FAILED, true },      /* a plan's result type changed */
	{ "", DB_FAILED, false },
};

static int64_t
earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * Build the connection's parameters: those of the connection string, and
 * ours, which come last and win.
 */
static PGconn *
start_connecting(const struct db *db)
{
	const char *names[64], *values[64];
	size_t n = 0;

	for (PQconninfoOption *o = db->options;
	     o != NULL && o->keyword != NULL && n < 61; o++) {
		if (o->val != NULL) {
			names[n] = o->keyword;
			values[n++] = o->val;
		}
	}
	names[n] = "client_encoding";
	values[n++] = "UTF8";
	names[n] = "fallback_application_name";
	values[n++] = "oauth_access_tokens";
	names[n] = values[n] = NULL;
	return PQconnectStartParams(names, values, 0);
}

static void
disconnect(struct db *db)
{
	PQfinish(db->connection);
	db->connection = NULL;
}

/* What a server would tell a user is of no use to ours. */
static void
ignore_notice(void *unused, const PGresult *notice)
{
	(void)unused;
	(void)notice;
}

/* Wait until the connection can be read or written; false: too late. */
static bool
wait_for_server(const struct db *db, short events, int64_t deadline_ms)
{
	int fd = PQsocket(db->connection);

	return fd >= 0 && wait_for(fd, events, deadline_ms) != 0;
}

/* Log libpq's words, which may be a line for each address that it tried. */
static void
log_failure(const char *what, const char *sqlstate, const char *message)
{
	size_t len = strlen(message);

	while (len > 0 && message[len - 1] == '\n')
		len--;
	log_line("%s: %s%s%.*s", what, sqlstate != NULL ? sqlstate : "",
	    sqlstate != NULL ? ": " : "", (int)len, message);
}

static enum db_result
finish_connecting(struct db *db, int64_t deadline_ms)
{
	PostgresPollingStatusType want = PGRES_POLLING_WRITING;

	if (PQstatus(db->connection) == CONNECTION_BAD)
		want = PGRES_POLLING_FAILED;
	while (want != PGRES_POLLING_OK) {
		if (want == PGRES_POLLING_FAILED) {
			log_failure("cannot connect to the database", NULL,
			    PQerrorMessage(db->connection));
			return DB_UNAVAILABLE;
		}
		if (!wait_for_server(db,
		        want == PGRES_POLLING_READING ? POLLIN : POLLOUT,
		        deadline_ms)) {
			log_line("cannot connect to the database: no answer "
			         "in time");
			return DB_TIMEOUT;
		}
		want = PQconnectPoll(db->connection);
	}
	return DB_OK;
}

/* Send what libpq still holds back; false: broken, or too late. */
static bool
flush(struct db *db, int64_t deadline_ms)
{
	int more;

	while ((more = PQflush(db->connection)) > 0) {
		if (!wait_for_server(db, POLLIN | POLLOUT, deadline_ms) ||
		    !PQconsumeInput(db->connection))
			return false;
	}
	return more == 0;
}

/* Read until libpq has a whole result or the end; false as in flush(). */
static bool
wait_for_result(struct db *db, int64_t deadline_ms)
{
	while (PQisBusy(db->connection)) {
		if (!wait_for_server(db, POLLIN, deadline_ms) ||
		    !PQconsumeInput(db->connection))
			return false;
	}
	return true;
}

/* What came back, or did not. */
struct reply {
	PGresult *result; /* the last one, owned; or NULL */
	bool whole;       /* false: the end did not come before the deadline */
};

/* Before a command is sent; and after, if it could not be. */
static const struct reply no_reply = { NULL, true };

static bool
is_copy(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COPY_IN || status == PGRES_COPY_OUT ||
	       status == PGRES_COPY_BOTH;
}

static struct reply
receive(struct db *db, int64_t deadline_ms)
{
	struct reply reply = no_reply;
	PGresult *next;

	if (flush(db, deadline_ms)) {
		while (wait_for_result(db, deadline_ms)) {
			next = PQgetResult(db->connection);
			if (next == NULL)
				return reply;
			PQclear(reply.result);
			reply.result = next;
			/* Nothing of ours copies, and libpq would not end. */
			if (is_copy(next))
				break;
		}
	}
	reply.whole = false;
	return reply;
}

/*
 * Judge a reply and drop a connection that is of no more use.
 *
 * again  is it worth asking once more, on a new connection?  NULL: this was
 *        the last time.  Only a failure that is final is logged.
 */
static enum db_result
judge(struct db *db, const struct reply *reply, bool *again)
{
	ExecStatusType status = PQresultStatus(reply->result);
	const char *sqlstate =
	    PQresultErrorField(reply->result, PG_DIAG_SQLSTATE);
	const char *message =
	    PQresultErrorField(reply->result, PG_DIAG_MESSAGE_PRIMARY);
	enum db_result result = DB_UNAVAILABLE;
	bool replace = true;

	if (reply->whole &&
	    (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK))
		return DB_OK;
	if (sqlstate != NULL) {
		size_t i = 0;

		while (strncmp(sqlstate, sqlstates[i].prefix,
		           strlen(sqlstates[i].prefix)) != 0)
			i++;
		result = sqlstates[i].result;
		replace = sqlstates[i].replace;
	} else if (!reply->whole && PQstatus(db->connection) == CONNECTION_OK) {
		result = DB_TIMEOUT;
		message = "no answer in time";
		replace = false;
	} else {
		message = "the connection was lost";
	}
	if (again != NULL && replace)
		*again = true;
	else
		log_failure("the database failed", sqlstate,
		    message != NULL ? message : "no message");
	if (replace || !reply->whole)
		disconnect(db);
	return result;
}

/*
 * Read the reply to a command, into db->result, and judge it.
 *
 * sent   what libpq said of the command: 0 if it could not be sent
 * again  as in judge()
 */
static enum db_result
settle(struct db *db, int sent, int64_t deadline_ms, bool *again)
{
	struct reply reply = sent ? receive(db, deadline_ms) : no_reply;
	enum db_result result = judge(db, &reply, again);

	PQclear(db->result);
	db->result = reply.result;
	return result;
}

/* Prepare a statement where it is to be, on its first use. */
static enum db_result
prepare(struct db *db, enum statement_id id, int64_t deadline_ms, bool *again)
{
	const struct statement *s = &statements[id];
	enum db_result result;

	if (!db->prepare || id >= LISTS || db->prepared[id])
		return DB_OK;
	result = settle(db,
	    PQsendPrepare(db->connection, s->name, s->text, s->n, s->types),
	    deadline_ms, again);
	db->prepared[id] = result == DB_OK;
	return result;
}

/* Ask once, on the connection there is. */
static enum db_result
ask_once(struct db *db, enum statement_id id, const struct params *params,
    int64_t deadline_ms, bool *again)
{
	static const int binary[MAX_PARAMS] = { 1, 1, 1, 1, 1 };
	const struct statement *s;
	enum db_result result;
	int sent;

	if (!db->indexed)
		id = statements[id].unindexed;
	s = &statements[id];
	result = prepare(db, id, deadline_ms, again);
	if (result != DB_OK)
		return result;
	if (db->prepare && id < LISTS)
		sent = PQsendQueryPrepared(db->connection, s->name, s->n,
		    params->values, params->lengths, binary, 1);
	else
		sent = PQsendQueryParams(db->connection, s->text, s->n,
		    s->types, params->values, params->lengths, binary, 1);
	return settle(db, sent, deadline_ms, again);
}

/* Tell the new session its limits, and learn how to ask for lists. */
static enum db_result
begin_session(struct db *db, int64_t deadline_ms, bool *again)
{
	const struct config *config = db->config;
	uint64_t lock_ms = htobe64((uint64_t)config->lock_timeout_ms);
	uint64_t query_ms = htobe64((uint64_t)config->query_timeout_ms);
	const char not_ours[] = {
		config->statements == STATEMENTS_UNNAMED ? 1 : 0
	};
	const struct params params = {
		.values = { (const char *)&lock_ms, (const char *)&query_ms,
		    not_ours },
		.lengths = { sizeof lock_ms, sizeof query_ms, sizeof not_ours },
	};
	enum db_result result =
	    ask_once(db, SESSION, &params, deadline_ms, again);

	if (result != DB_OK)
		return result;
	if (PQntuples(db->result) != 1 || PQnfields(db->result) != 3) {
		log_line("session.sql gave an unknown result");
		return DB_FAILED;
	}
	db->indexed = *PQgetvalue(db->result, 0, 2) != 0;
	return DB_OK;
}

static enum db_result
connect_now(struct db *db, int64_t deadline_ms, bool *again)
{
	enum db_result result;

	db->connection = start_connecting(db);
	if (db->connection == NULL) {
		log_line("out of memory for a connection");
		return DB_NO_MEMORY;
	}
	PQsetNoticeReceiver(db->connection, ignore_notice, NULL);
	memset(db->prepared, 0, sizeof db->prepared);
	result = finish_connecting(db, deadline_ms);
	/* After a success it may have been ended by accident, or restart. */
	if (result == DB_UNAVAILABLE && db->failure == DB_OK && again != NULL)
		*again = true;
	if (result == DB_OK && PQsetnonblocking(db->connection, 1) != 0)
		result = DB_UNAVAILABLE;
	if (result == DB_OK)
		result = begin_session(db, deadline_ms, again);
	if (result != DB_OK)
		disconnect(db);
	return result;
}

/*
 * Connect, unless an attempt has just failed and there is nothing to wait for;
 * see db.h.  One failure alone may be an accident, so all wait for the second.
 */
static enum db_result
connect_in_turn(struct db *db, int64_t end_ms, bool *again)
{
	int64_t connect_ms = db->config->connect_timeout_ms;
	bool known = db->failures > 1 || db->failure == DB_TIMEOUT;
	enum db_result result;

	if (wait_now_ms() < db->retry_ms) {
		if ((known && !db->patient) || db->retry_ms >= end_ms) {
			log_line("the database was away a moment ago");
			return db->failure;
		}
		wait_for(-1, 0, db->retry_ms);
	}
	result =
	    connect_now(db, earlier(wait_now_ms() + connect_ms, end_ms), again);
	db->failure = result;
	db->failures = result == DB_OK ? 0 : db->failures + 1;
	db->retry_ms = result == DB_OK ? 0 : wait_now_ms() + RETRY_MS;
	return result;
}

/*
 * Ask, connecting first where there is no connection, and again where the
 * connection was of no use any more.
 */
static enum db_result
ask(struct db *db, enum statement_id id, const struct params *params)
{
	int64_t query_ms = db->config->query_timeout_ms;
	int64_t end_ms =
	    wait_now_ms() + db->config->connect_timeout_ms + query_ms;
	enum db_result result = DB_OK;
	bool again = true;

	for (int attempt = 1; again; attempt++) {
		bool *retry = attempt < ATTEMPTS ? &again : NULL;

		again = false;
		if (db->connection == NULL)
			result = connect_in_turn(db, end_ms, retry);
		if (db->connection != NULL)
			result = ask_once(db, id, params,
			    earlier(wait_now_ms() + query_ms, end_ms), retry);
	}
	return result;
}

static int64_t
get_int64(const PGresult *result, int row, int column)
{
	uint64_t value;

	memcpy(&value, PQgetvalue(result, row, column), sizeof value);
	return (int64_t)be64toh(value);
}

/* Is the result of the form that list.sql promises? */
static bool
is_list(const PGresult *result)
{
	static const Oid types[COLUMNS] = { TEXTOID, INT8OID, INT8OID, INT8OID,
		TIMESTAMPTZOID, TEXTOID };

	if (PQnfields(result) != COLUMNS || PQntuples(result) < 1)
		return false;
	for (int i = 0; i < COLUMNS; i++)
		if (PQftype(result, i) != types[i] || PQfformat(result, i) != 1)
			return false;
	return true;
}

static enum db_result
read_outcome(const PGresult *result)
{
	static const struct {
		const char *text;
		enum db_result result;
	} outcomes[] = {
		{ "ok", DB_OK },
		{ "invalid_api_key", DB_UNKNOWN_APPLICATION },
		{ "invalid_oauth_token", DB_UNKNOWN_TOKEN },
		{ "expired_oauth_token", DB_EXPIRED_TOKEN },
		{ "unauthorized_access", DB_NOT_A_VIEWER },
	};

	if (is_list(result))
		for (size_t i = 0; i < sizeof outcomes / sizeof outcomes[0];
		     i++)
			if (strcmp(PQgetvalue(result, 0, OUTCOME),
			        outcomes[i].text) == 0)
				return outcomes[i].result;
	log_line("list.sql gave an unknown result");
	return DB_FAILED;
}

static enum db_result
read_page(struct db *db, struct token_page *page)
{
	const PGresult *result = db->result;
	int n = PQgetisnull(result, 0, ID) ? 0 : PQntuples(result);

	db->rows = calloc((size_t)n + 1, sizeof *db->rows);
	if (db->rows == NULL) {
		log_line("out of memory for %d rows", n);
		return DB_NO_MEMORY;
	}
	for (int i = 0; i < n; i++) {
		struct token_row *row = &db->rows[i];

		row->id = get_int64(result, i, ID);
		row->has_expires = !PQgetisnull(result, i, EXPIRES);
		if (row->has_expires)
			row->expires_us = get_int64(result, i, EXPIRES);
		if (PQgetisnull(result, i, TOKEN))
			continue;
		row->token = PQgetvalue(result, i, TOKEN);
		row->token_len = (size_t)PQgetlength(result, i, TOKEN);
	}
	page_sort_rows(db->rows, (size_t)n);
	*page = (struct token_page){
		.user_id = get_int64(result, 0, USER_ID),
		.count = get_int64(result, 0, COUNT),
		.n = (size_t)n,
		.rows = db->rows,
	};
	return DB_OK;
}

static enum statement_id
choose_list(const struct db_request *request)
{
	if (request->offset >= FAR_FROM && request->offset >= request->limit)
		return request->show_all ? FAR_ALL : FAR_ACTIVE;
	return request->show_all ? NEAR_ALL : NEAR_ACTIVE;
}

enum db_result
db_list(
    struct db *db, const struct db_request *request, struct token_page *page)
{
	const char *project = db->config->project_uuid;
	uint64_t limit = htobe64((uint64_t)request->limit);
	uint64_t offset = htobe64((uint64_t)request->offset);
	const struct params params = {
		.values = { request->api_key, request->token, project,
		    (const char *)&limit, (const char *)&offset },
		.lengths = { (int)request->api_key_len, (int)request->token_len,
		    project != NULL ? (int)strlen(project) : 0, sizeof limit,
		    sizeof offset },
	};
	enum db_result result = ask(db, choose_list(request), &params);

	if (result == DB_OK)
		result = read_outcome(db->result);
	if (result == DB_OK)
		result = read_page(db, page);
	return result;
}

/*
 * What the libraries below libpq set up at their first use they may not set up
 * again where memory ran out for it (OpenSSL), or crash there (the C library's
 * user database).  So they are used now, before there are requests.
 */
static void
warm_up(void)
{
	PGconn *none = PQconnectStart("sslmode=none"); /* no such mode */

	PQfreemem(PQencryptPasswordConn(none, "", "", "scram-sha-256"));
	PQfinish(none);
}

struct db *
db_new(const struct config *config, bool once, char error[CONFIG_ERROR_SIZE])
{
	struct db *db = calloc(1, sizeof *db);
	char *message = NULL;

	snprintf(error, CONFIG_ERROR_SIZE, "out of memory");
	if (db == NULL)
		return NULL;
	db->config = config;
	db->failure = DB_UNAVAILABLE;
	/* libkrb5 crashes where memory runs out; who needs it says so. */
	setenv("PGGSSENCMODE", "disable", 0);
	if (!once)
		warm_up();
	db->prepare = !once && config->statements == STATEMENTS_PREPARED;
	if (config->database == NULL)
		return db;
	db->options = PQconninfoParse(config->database, &message);
	if (db->options != NULL)
		return db;

	/* libpq's own message may repeat the password. */
	if (message != NULL) {
		explicit_bzero(message, strlen(message));
		PQfreemem(message);
		snprintf(error, CONFIG_ERROR_SIZE,
		    "%s is not a valid connection string or URI",
		    config->database_from);
	}
	db_free(db);
	return NULL;
}

void
db_be_patient(struct db *db, bool patient)
{
	db->patient = patient;
}

void
db_forget(struct db *db)
{
	int n;

	if (db == NULL)
		return;
	n = db->rows != NULL ? PQntuples(db->result) : 0;
	for (int i = 0; i < n; i++)
		explicit_bzero(PQgetvalue(db->result, i, TOKEN),
		    (size_t)PQgetlength(db->result, i, TOKEN));
	free(db->rows);
	db->rows = NULL;
	PQclear(db->result);
	db->result = NULL;
	/* What a long list took has holes, and would stay with us. */
	if (n >= TRIM_FROM)
		malloc_trim(0);
}

/* Print the rows (level, line) of a check; false when one is an error. */
static bool
print_lines(const PGresult *result, FILE *out)
{
	bool ok = true;

	for (int i = 0; i < PQntuples(result); i++) {
		const char *level = PQgetvalue(result, i, 0);

		fprintf(out, "%-8s %s\n", level, PQgetvalue(result, i, 1));
		ok = ok && strcmp(level, "error") != 0;
	}
	return ok;
}

/* Run a check's statement and print its lines. */
static enum db_result
check(
    struct db *db, enum statement_id id, const struct params *params, FILE *out)
{
	enum db_result result = ask(db, id, params);

	if (result == DB_OK && !print_lines(db->result, out))
		result = DB_FAILED;
	return result;
}

enum db_result
db_check(struct db *db, FILE *out)
{
	const char *from = db->config->database_from;
	const char *clients = db->config->client_ids;
	const struct params none = { { NULL }, { 0 } };
	const struct params params = { { clients }, { (int)strlen(clients) } };
	enum db_result result;

	fprintf(out, "%-8s settings: %s\n", "ok",
	    from != NULL ? from : "libpq's own variables and files");
	/* Preparing a list fails where a check can say why. */
	db->prepare = false;
	result = connect_now(
	    db, wait_now_ms() + db->config->connect_timeout_ms, NULL);
	if (result != DB_OK) {
		fprintf(out, "%-8s connection: none\n", "error");
		return result;
	}
	fprintf(out,
	    "%-8s connection: host %s, port %s, database %s, user %s\n", "ok",
	    PQhost(db->connection), PQport(db->connection),
	    PQdb(db->connection), PQuser(db->connection));
	result = check(db, CHECK, &none, out);
	if (result == DB_OK)
		result = check(db, CHECK_CLIENTS, &params, out);
	return result;
}

int
db_library_version(void)
{
	return PQlibVersion();
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	db_forget(db);
	disconnect(db);
	for (PQconninfoOption *o = db->options; o != NULL && o->keyword != NULL;
	     o++)
		if (o->val != NULL)
			explicit_bzero(o->val, strlen(o->val));
	PQconninfoFree(db->options);
	free(db);
}
