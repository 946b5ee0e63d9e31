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
#include <sys/stat.h>
#include <unistd.h>

#include "database_url.h"
#include "db.h"
#include "log.h"
#include "clock.h"

/* From so many rows on their memory is given back to the system. */
#define TRIM_FROM 1000

/* So often a question is asked whose connections are ended all the time. */
#define ATTEMPTS 3

/* While the database is away, from one attempt to connect to the next. */
#define RETRY_MS 1000

struct db {
	const struct config *config;
	bool prepare;
	PQconninfoOption *options; /* of the connection string, or NULL */
	PGconn *connection;        /* NULL when there is none */
	bool prepared[STATEMENTS]; /* on that connection */
	bool indexed;              /* an index leads to a user's tokens */
	PGresult *result;          /* the last answer */
	int64_t retry_ms;          /* no connecting before; see RETRY_MS */
	enum db_result failure;    /* of the last attempt */
	int failures;              /* attempts in a row */
	bool patient;              /* wait for the next one */
	char words[LOG_MESSAGE_MAX + 1]; /* why there is no connection, or "" */
};

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

	return fd >= 0 && clock_wait(fd, events, deadline_ms) != 0;
}

/* Add a part of a line to the words. */
static void
add_words(struct db *db, const char *text, size_t len)
{
	size_t n = strlen(db->words), room = sizeof db->words - 1 - n;

	len = len < room ? len : room;
	memcpy(db->words + n, text, len);
	db->words[n + len] = '\0';
}

/*
 * Keep libpq's words of a failure, which may be lines for each address that it
 * tried.  A host that nobody knows may be a piece of a password, where that
 * holds an "@"; and nobody here needs the lines that name a place in
 * PostgreSQL's sources.
 */
static void
keep_words(struct db *db, const char *message)
{
	static const char begin[] = "could not translate host name ";
	static const char end[] = "\" to address";
	size_t len;

	db->words[0] = '\0';
	for (; *message != '\0'; message += len + (message[len] != '\0')) {
		const char *rest = strstr(message, end);

		len = strcspn(message, "\n");
		if (strncmp(message, "LOCATION:", 9) == 0)
			continue;
		if (db->words[0] != '\0')
			add_words(db, " ", 1);
		if (strncmp(message, begin, strlen(begin)) == 0 &&
		    rest != NULL && rest < message + len) {
			add_words(db, begin, strlen(begin));
			rest += strlen("\" ");
			add_words(db, rest, (size_t)(message + len - rest));
		} else {
			add_words(db, message, len);
		}
	}
}

static enum db_result
finish_connecting(struct db *db, int64_t deadline_ms)
{
	PostgresPollingStatusType want = PGRES_POLLING_WRITING;

	if (PQstatus(db->connection) == CONNECTION_BAD)
		want = PGRES_POLLING_FAILED;
	while (want != PGRES_POLLING_OK) {
		if (want == PGRES_POLLING_FAILED) {
			keep_words(db, PQerrorMessage(db->connection));
			return DB_UNAVAILABLE;
		}
		if (!wait_for_server(db,
		        want == PGRES_POLLING_READING ? POLLIN : POLLOUT,
		        deadline_ms)) {
			keep_words(db, "no answer in time");
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
	struct verdict verdict = { DB_UNAVAILABLE, true };

	if (reply->whole &&
	    (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK))
		return DB_OK;
	if (sqlstate != NULL) {
		verdict = verdict_of(sqlstate);
	} else if (!reply->whole && PQstatus(db->connection) == CONNECTION_OK) {
		verdict = (struct verdict){ DB_TIMEOUT, false };
		message = "no answer in time";
	} else {
		message = "the connection was lost";
	}
	if (again != NULL && verdict.replace)
		*again = true;
	else
		log_line("the database failed: %s%s%s",
		    sqlstate != NULL ? sqlstate : "",
		    sqlstate != NULL ? ": " : "",
		    message != NULL ? message : "no message");
	if (verdict.replace || !reply->whole)
		disconnect(db);
	return verdict.result;
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

/* Is a statement to be prepared, so that its later uses cost less? */
static bool
is_prepared(const struct db *db, const struct statement *statement)
{
	return db->prepare && statement->name[0] != '\0';
}

/* Prepare a statement where it is to be, on its first use. */
static enum db_result
prepare(struct db *db, enum statement_id id, int64_t deadline_ms, bool *again)
{
	const struct statement *s = &statements[id];
	enum db_result result;

	if (!is_prepared(db, s) || db->prepared[id])
		return DB_OK;
	result = settle(db,
	    PQsendPrepare(db->connection, s->name, s->text, s->n, s->types),
	    deadline_ms, again);
	db->prepared[id] = result == DB_OK;
	return result;
}

/* Ask once, on the connection there is. */
static enum db_result
ask_once(struct db *db, enum statement_id id, const struct db_params *params,
    int64_t deadline_ms, bool *again)
{
	static const int binary[STATEMENT_PARAMS_MAX] = { 1, 1, 1, 1, 1, 1 };
	const struct statement *s;
	enum db_result result;
	int sent;

	if (!db->indexed)
		id = statements[id].unindexed;
	s = &statements[id];
	result = prepare(db, id, deadline_ms, again);
	if (result != DB_OK)
		return result;
	if (is_prepared(db, s))
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
	static const unsigned int types[] = { TYPE_TEXT, TYPE_TEXT, TYPE_TEXT,
		TYPE_BOOL };
	const struct config *config = db->config;
	uint64_t lock_ms = htobe64((uint64_t)config->lock_timeout_ms);
	uint64_t query_ms = htobe64((uint64_t)config->query_timeout_ms);
	const char not_ours[] = {
		config->statements == STATEMENTS_UNNAMED ? 1 : 0
	};
	const struct db_params params = {
		.values = { (const char *)&lock_ms, (const char *)&query_ms,
		    not_ours },
		.lengths = { sizeof lock_ms, sizeof query_ms, sizeof not_ours },
	};
	enum db_result result =
	    ask_once(db, STATEMENT_SESSION, &params, deadline_ms, again);

	if (result != DB_OK)
		return result;
	if (!db_has_types(db, types, 4) || db_rows(db) != 1) {
		log_line("session.sql gave an unknown result");
		return DB_FAILED;
	}
	db->indexed = *PQgetvalue(db->result, 0, 3) != 0;
	return DB_OK;
}

static enum db_result
connect_now(struct db *db, int64_t deadline_ms, bool *again)
{
	enum db_result result;

	db->words[0] = '\0';
	db->connection = start_connecting(db);
	if (db->connection == NULL) {
		keep_words(db, "out of memory");
		return DB_NO_MEMORY;
	}
	PQsetNoticeReceiver(db->connection, ignore_notice, NULL);
	PQsetErrorVerbosity(db->connection, PQERRORS_VERBOSE); /* SQLSTATE */
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

	if (clock_now_ms() < db->retry_ms) {
		if ((known && !db->patient) || db->retry_ms >= end_ms) {
			log_line("the database was away a moment ago");
			return db->failure;
		}
		clock_wait(-1, 0, db->retry_ms);
	}
	result = connect_now(
	    db, clock_earlier(clock_now_ms() + connect_ms, end_ms), again);
	if (db->words[0] != '\0')
		log_line("cannot connect to the database: %s", db->words);
	db->failure = result;
	db->failures = result == DB_OK ? 0 : db->failures + 1;
	db->retry_ms = result == DB_OK ? 0 : clock_now_ms() + RETRY_MS;
	return result;
}

enum db_result
db_ask(struct db *db, enum statement_id id, const struct db_params *params)
{
	int64_t query_ms = db->config->query_timeout_ms;
	int64_t end_ms =
	    clock_now_ms() + db->config->connect_timeout_ms + query_ms;
	enum db_result result = DB_OK;
	bool again = true;

	for (int attempt = 1; again; attempt++) {
		bool *retry = attempt < ATTEMPTS ? &again : NULL;

		again = false;
		if (db->connection == NULL)
			result = connect_in_turn(db, end_ms, retry);
		if (db->connection != NULL)
			result = ask_once(db, id, params,
			    clock_earlier(clock_now_ms() + query_ms, end_ms),
			    retry);
	}
	return result;
}

int
db_rows(const struct db *db)
{
	return PQntuples(db->result);
}

bool
db_has_types(const struct db *db, const unsigned int *types, int n)
{
	if (PQnfields(db->result) != n)
		return false;
	for (int i = 0; i < n; i++)
		if (PQftype(db->result, i) != types[i] ||
		    PQfformat(db->result, i) != 1)
			return false;
	return true;
}

bool
db_is_null(const struct db *db, int row, int column)
{
	return PQgetisnull(db->result, row, column) != 0;
}

bool
db_is_constant(const struct db *db, int column)
{
	const char *first = PQgetvalue(db->result, 0, column);
	int len = PQgetlength(db->result, 0, column);
	int n = PQntuples(db->result);

	for (int i = 1; i < n; i++)
		if (PQgetlength(db->result, i, column) != len ||
		    memcmp(PQgetvalue(db->result, i, column), first,
		        (size_t)len) != 0)
			return false;
	return true;
}

size_t
db_length(const struct db *db, int row, int column)
{
	return (size_t)PQgetlength(db->result, row, column);
}

int64_t
db_int64(const struct db *db, int row, int column)
{
	uint64_t value;

	memcpy(&value, PQgetvalue(db->result, row, column), sizeof value);
	return (int64_t)be64toh(value);
}

const char *
db_text(const struct db *db, int row, int column)
{
	return PQgetvalue(db->result, row, column);
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

/*
 * Where HOME is left over from somebody else, as from root who started the web
 * server, libpq cannot read certificates below it, and goes on in clear text.
 * Without HOME it asks the user database.
 */
static void
forget_others_home(void)
{
	const char *home = getenv("HOME");
	struct stat status;

	if (home != NULL &&
	    (stat(home, &status) != 0 || status.st_uid != geteuid()))
		unsetenv("HOME");
}

/* What is wrong with an option that libpq would repeat in a message; or NULL.
 */
static const char *
wrong_option(const struct db *db)
{
	const char *wrong = NULL;

	for (PQconninfoOption *o = db->options;
	     wrong == NULL && o != NULL && o->keyword != NULL; o++)
		if (o->val != NULL)
			wrong = database_url_wrong(o->keyword, o->val);
	return wrong;
}

struct db *
db_new(const struct config *config, bool once, char error[CONFIG_ERROR_SIZE])
{
	struct db *db = calloc(1, sizeof *db);
	const char *wrong;
	char *message = NULL;

	snprintf(error, CONFIG_ERROR_SIZE, "out of memory");
	if (db == NULL)
		return NULL;
	db->config = config;
	db->failure = DB_UNAVAILABLE;
	forget_others_home();
	/* libkrb5 crashes where memory runs out; who needs it says so. */
	setenv("PGGSSENCMODE", "disable", 0);
	if (!once)
		warm_up();
	db->prepare = !once && config->statements == STATEMENTS_PREPARED;
	if (config->database == NULL)
		return db;
	db->options = PQconninfoParse(config->database, &message);
	wrong = wrong_option(db);
	if (db->options != NULL && wrong == NULL)
		return db;

	/* libpq's own message may repeat the password. */
	if (message != NULL)
		explicit_bzero(message, strlen(message));
	if (message != NULL || wrong != NULL)
		snprintf(error, CONFIG_ERROR_SIZE, "%s: %s",
		    config->database_from,
		    wrong != NULL ? wrong
		                  : "it is not a connection string of libpq's "
		                    "or has a keyword that is none");
	PQfreemem(message);
	db_free(db);
	return NULL;
}

void
db_be_patient(struct db *db, bool patient)
{
	db->patient = patient;
}

void
db_wipe(struct db *db, int column)
{
	int n = db == NULL ? 0 : PQntuples(db->result);

	if (n > 0 && column < PQnfields(db->result))
		for (int i = 0; i < n; i++)
			explicit_bzero(PQgetvalue(db->result, i, column),
			    (size_t)PQgetlength(db->result, i, column));
}

void
db_forget(struct db *db)
{
	int n;

	if (db == NULL)
		return;
	n = PQntuples(db->result);
	PQclear(db->result);
	db->result = NULL;
#ifdef __GLIBC__
	/* What a long list took has holes, and would stay with us. */
	if (n >= TRIM_FROM)
		malloc_trim(0);
#endif
}

/*
 * Find PostgreSQL's error code in a message of PQERRORS_VERBOSE, which has it
 * as in "FATAL:  28P01: password ...".
 */
static void
find_sqlstate(char sqlstate[6], const char *message)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	sqlstate[0] = '\0';
	while ((message = strstr(message, ":  ")) != NULL) {
		message += 3;
		if (strspn(message, digits) == 5 && message[5] == ':')
			snprintf(sqlstate, 6, "%s", message);
	}
}

static bool
is_local(const PGconn *connection)
{
	const char *host = PQhost(connection);
	const char *address = PQhostaddr(connection);

	return host[0] == '/' || host[0] == '@' ||
	       strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static const char *
protocol_of(PGconn *connection)
{
	const char *protocol = PQsslAttribute(connection, "protocol");

	if (PQsslInUse(connection))
		return protocol != NULL ? protocol : "TLS";
	return PQgssEncInUse(connection) ? "GSSAPI" : NULL;
}

enum db_result
db_check_connection(struct db *db, struct db_connection *connection,
    char sqlstate[6], const char **message)
{
	enum db_result result;

	/* Preparing a list fails where a check can say why. */
	db->prepare = false;
	result = connect_now(
	    db, clock_now_ms() + db->config->connect_timeout_ms, NULL);
	*message = db->words;
	find_sqlstate(sqlstate, *message);
	if (result == DB_OK)
		*connection = (struct db_connection){
			.host = PQhost(db->connection),
			.port = PQport(db->connection),
			.database = PQdb(db->connection),
			.user = PQuser(db->connection),
			.local = is_local(db->connection),
			.protocol = protocol_of(db->connection),
		};
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
