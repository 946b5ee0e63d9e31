/*
 * db.c - the database: one connection, kept as long as it is good.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "conninfo.h"
#include "db.h"
#include "hosts.h"
#include "log.h"
#include "session.h"
#include "words.h"

/* From so many rows on their memory is given back to the system. */
#define TRIM_FROM 100

/* So often a question is asked whose connections are ended all the time. */
#define ATTEMPTS 3

/* What has failed last, as the log says it. */
enum failure {
	FAILURE_AWAY,
	FAILURE_TO_CONNECT,
	FAILURE_OF_HOST, /* one of those that are tried */
	FAILURE_TO_BEGIN,
	FAILURE_OF_POLICIES,
	FAILURE_OF_STANDBY,
	FAILURE_OF_SILENCE,
	FAILURE_TOO_OFTEN,
	FAILURE_TO_ANSWER,
};

static const char *const failures[] = {
	[FAILURE_AWAY] = "the database was away less than a second ago",
	[FAILURE_TO_CONNECT] = "cannot connect to the database: ",
	[FAILURE_OF_HOST] = "",
	[FAILURE_TO_BEGIN] = "session.sql gave an unknown result",
	[FAILURE_OF_POLICIES] = "row-level security may hide rows from this "
	                        "role",
	[FAILURE_OF_STANDBY] = "the server is a standby, no primary",
	[FAILURE_OF_SILENCE] = "the primary was silent less than 10 seconds "
	                       "ago",
	[FAILURE_TOO_OFTEN] = "the primary is asked too often: see "
	                      "OAUTH_TOKENS_PRIMARY",
	[FAILURE_TO_ANSWER] = "the database failed: ",
};

_Static_assert(WORDS_SIZE == LOG_MESSAGE_MAX + 1, "a line has all words");

struct db {
	const struct config *config;
	struct session sessions[2];
	struct session *session; /* one of them; the other is a spare */
	bool prepare;            /* statements */
	struct hosts hosts;
	int64_t renew_ms; /* the connection is of age; see hosts_stay() */
	bool patient;     /* see db_begin_request() */
	bool asked_again; /* see db_asked_again() */
	int64_t end_ms;   /* of the question, and of those that follow it */
	int64_t asked_us; /* see db_asked_us() */
	enum failure failure;
	struct db *primary;  /* NULL: there is none, or this is it */
	bool is_primary;     /* of another */
	struct primary when; /* the primary may be asked */
	struct db *answered; /* who has the last answer */
};

/* Tell the new session its limits, and learn how to ask for lists. */
static struct verdict
begin_session(struct db *db, int64_t deadline_ms)
{
	static const enum failure whys[] = {
		[SESSION_BEGUN] = FAILURE_OF_STANDBY,
		[SESSION_REFUSED] = FAILURE_TO_ANSWER,
		[SESSION_STRANGE] = FAILURE_TO_BEGIN,
	};
	struct verdict verdict;

	db->failure =
	    whys[session_begin(db->session, db->config, deadline_ms, &verdict)];
	if (verdict.result == DB_OK && db->is_primary && db->session->standby)
		return (struct verdict){ DB_UNAVAILABLE, false };
	return verdict;
}

/* The words that stand behind those of the failure. */
static const char *
more_words(const struct db *db)
{
	const struct session *session = db->session;

	if (db->failure == FAILURE_TO_CONNECT)
		return session->dial.words;
	if (db->failure == FAILURE_OF_HOST || db->failure == FAILURE_TO_ANSWER)
		return connection_words(session->connection);
	return "";
}

/* Log what has failed; but says what went well all the same, or "". */
static void
log_failure(const struct db *db, const char *but)
{
	log_line("%s%s%s%s", db->is_primary ? "primary: " : "", but,
	    failures[db->failure], more_words(db));
}

/* Connect to one target, and begin a session there. */
static struct verdict
connect_to(struct db *db, const struct dial_target *target)
{
	struct verdict verdict = { .replace = false };

	db->failure = FAILURE_OF_HOST;
	verdict.result = connection_open(db->session->connection, target);
	if (verdict.result != DB_OK)
		return verdict;
	verdict = begin_session(db, target->end_ms);
	if (verdict.result != DB_OK)
		connection_close(db->session->connection);
	return verdict;
}

/* Let the connection serve for its time, which begins now. */
static void
let_stay(struct db *db, bool well)
{
	db->renew_ms =
	    clock_now_ms() +
	    hosts_stay(&db->hosts, well, 1000 * db->config->connection_max_s);
}

/* Connect to one host after the other, until one serves. */
static struct verdict
connect_now(struct db *db, int64_t deadline_ms)
{
	struct verdict verdict = { DB_NO_MEMORY, false };
	struct dial *dial = &db->session->dial;
	const struct dial_target *target;
	bool silence = false;

	connection_begin(db->session->connection, dial, &db->hosts,
	    db->config->connect_timeout_ms, deadline_ms);
	while ((target = dial_next(dial)) != NULL) {
		verdict = connect_to(db, target);
		dial_note(dial, verdict.result);
		if (verdict.result == DB_OK)
			let_stay(db, !silence);
		else
			dial_say(dial, failures[db->failure], more_words(db));
		if (verdict.result == DB_OK || verdict.result == DB_NO_MEMORY)
			break;
		silence = silence || verdict.result == DB_TIMEOUT;
	}
	dial_end(dial);
	if (db->failure == FAILURE_OF_HOST)
		verdict.replace = hosts_try_again(&db->hosts, verdict.result);
	if (db->failure == FAILURE_OF_HOST || dial->target.several)
		db->failure = FAILURE_TO_CONNECT;
	return verdict;
}

/* Where no session is ours, PostgreSQL does not make hidden rows an error. */
static enum db_result
vet(struct db *db)
{
	if (!db->session->hidden ||
	    db->config->statements != STATEMENTS_UNNAMED)
		return DB_OK;
	db->failure = FAILURE_OF_POLICIES;
	connection_close(db->session->connection);
	return DB_FAILED;
}

/* Connect when it is time to; see hosts.h. */
static struct verdict
connect_in_turn(struct db *db, int64_t end_ms)
{
	int64_t now_ms = clock_now_ms();
	int64_t when_ms = hosts_when(&db->hosts, db->patient, now_ms, end_ms);
	struct verdict verdict;

	if (when_ms < 0 || (db->is_primary && when_ms > now_ms))
		return (struct verdict){ db->hosts.last, false };
	if (when_ms > now_ms)
		clock_wait(-1, 0, when_ms);
	verdict = connect_now(
	    db, clock_earlier(
	            clock_now_ms() + db->config->connect_timeout_ms, end_ms));
	hosts_note(&db->hosts, verdict.result, clock_now_ms());
	if (verdict.result == DB_OK)
		verdict.result = vet(db);
	return verdict;
}

/*
 * Replace a connection of age where another can be had; else it serves on.  As
 * much time as that may take is left to the question.
 */
static void
renew(struct db *db)
{
	struct session *old = db->session;
	int64_t now_ms = clock_now_ms();
	int64_t end_ms = clock_earlier(now_ms + db->config->connect_timeout_ms,
	    hosts_share(now_ms, db->end_ms, 2));

	if (db->config->connection_max_s == 0 || now_ms < db->renew_ms ||
	    !connection_is_open(old->connection))
		return;
	db->session = &db->sessions[old == &db->sessions[0]];
	if (connect_now(db, end_ms).result == DB_OK) {
		connection_close(old->connection);
		vet(db);
	} else {
		log_failure(db, "the old connection stays: ");
		db->session = old;
		let_stay(db, false);
	}
}

/* Ask once, and connect first where there is no connection. */
static struct verdict
ask_once(struct db *db, enum statement_id id,
    const struct statement_params *params, int64_t end_ms)
{
	int64_t query_ms = db->config->query_timeout_ms;
	struct session *session = db->session;
	struct verdict verdict = { DB_OK, false };

	if (!connection_is_open(session->connection))
		verdict = connect_in_turn(db, end_ms);
	if (verdict.result != DB_OK)
		return verdict;
	db->failure = FAILURE_TO_ANSWER;
	verdict = session_ask(session, id, db->prepare, params,
	    clock_earlier(clock_now_ms() + query_ms, end_ms));
	/* Where the host is silent, or a standby, another may serve. */
	if (verdict.result == DB_READ_ONLY && session->dial.target.several)
		connection_close(session->connection);
	if ((verdict.result == DB_TIMEOUT || verdict.result == DB_READ_ONLY) &&
	    !connection_is_open(session->connection)) {
		dial_note(&session->dial, verdict.result);
		verdict.replace = session->dial.target.several;
	}
	return verdict;
}

enum db_result
db_ask_further(
    struct db *db, enum statement_id id, const struct statement_params *params)
{
	int64_t begun_us = clock_now_us();
	struct verdict verdict = { DB_FAILED, true };

	renew(db);
	db->failure = FAILURE_AWAY; /* unless an attempt says more */
	db->asked_again = false;
	for (int i = 0; i < ATTEMPTS && verdict.replace; i++) {
		db->asked_again = i > 0;
		verdict = ask_once(db, id, params, db->end_ms);
	}
	db->asked_us += clock_now_us() - begun_us;
	if (verdict.result != DB_OK)
		log_failure(db, "");
	return verdict.result;
}

enum db_result
db_ask(
    struct db *db, enum statement_id id, const struct statement_params *params)
{
	db->end_ms = clock_now_ms() + db->config->connect_timeout_ms +
	             db->config->query_timeout_ms;
	db->answered = db;
	return db_ask_further(db, id, params);
}

bool
db_may_lag(const struct db *db)
{
	return db->primary != NULL && session_may_lag(db->session, db->config);
}

bool
db_has_primary(const struct db *db)
{
	return db->primary != NULL;
}

enum db_result
db_ask_primary(struct db *db, bool confirms, enum statement_id id,
    const struct statement_params *params)
{
	static const enum failure whys[] = {
		[PRIMARY_TOO_OFTEN] = FAILURE_TOO_OFTEN,
		[PRIMARY_PAUSED] = FAILURE_OF_SILENCE,
	};
	struct db *primary = db->primary;
	int64_t now_ms = clock_now_ms();
	enum primary_answer may = primary_may_ask(&db->when, confirms, now_ms);
	enum db_result result;

	if (may != PRIMARY_ASK) {
		db->failure = whys[may];
		log_failure(db, "");
		return DB_UNAVAILABLE;
	}
	db->answered = primary;
	/* Nobody else is answered meanwhile: a refusal waits half as long. */
	primary->end_ms = clock_earlier(
	    db->end_ms, now_ms + db->config->connect_timeout_ms / 2);
	result = confirms ? db_ask_further(primary, id, params)
	                  : db_ask(primary, id, params);
	primary_note(&db->when, confirms, result, primary->hosts.last == DB_OK,
	    clock_now_ms());
	return result;
}

bool
db_prepares(const struct db *db)
{
	return db->prepare;
}

bool
db_asked_again(const struct db *db)
{
	return db->answered->asked_again;
}

int64_t
db_asked_us(const struct db *db)
{
	return db->asked_us + (db->primary != NULL ? db->primary->asked_us : 0);
}

struct answer *
db_answer(struct db *db)
{
	return connection_answer(db->answered->session->connection);
}

static bool
make_sessions(struct db *db, const char *text, const char **wrong)
{
	for (int i = 0; i < 2; i++) {
		db->sessions[i].connection = connection_new(text, wrong);
		if (db->sessions[i].connection == NULL)
			return false;
	}
	db->session = &db->sessions[0];
	return true;
}

/* A client of one database. */
static struct db *
new_client(const struct config *config, const struct config_database *database,
    bool once, char error[CONFIG_ERROR_SIZE])
{
	struct db *db = calloc(1, sizeof *db);
	const char *wrong = "out of memory", *from = database->from;

	if (db == NULL || !make_sessions(db, database->text, &wrong)) {
		snprintf(error, CONFIG_ERROR_SIZE, "%s%s%s",
		    from != NULL ? from : "", from != NULL ? ": " : "", wrong);
		db_free(db);
		return NULL;
	}
	db->config = config;
	db->prepare = !once && config->statements == STATEMENTS_PREPARED;
	db->hosts = HOSTS_INITIAL;
	db->answered = db;
	return db;
}

struct db *
db_new(const struct config *config, bool once, char error[CONFIG_ERROR_SIZE])
{
	struct db *db;

	conninfo_vet_environment();
	if (!once)
		connection_warm_up();
	db = new_client(config, &config->database, once, error);
	if (db == NULL || config->primary.text == NULL)
		return db;
	db->primary = new_client(config, &config->primary, once, error);
	if (db->primary == NULL) {
		db_free(db);
		return NULL;
	}
	db->primary->is_primary = true;
	return db;
}

void
db_begin_request(struct db *db, bool patient)
{
	db->patient = patient;
	db->asked_us = 0;
	if (db->primary != NULL)
		db_begin_request(db->primary, false);
}

void
db_forget(struct db *db)
{
	int n;

	if (db == NULL)
		return;
	db_forget(db->primary);
	n = answer_rows(connection_answer(db->session->connection));
	connection_forget(db->session->connection);
#ifdef __GLIBC__
	/* What a long list took has holes, and would stay with us. */
	if (n >= TRIM_FROM)
		malloc_trim(0);
#endif
}

enum db_result
db_check_connection(struct db *db, bool primary, struct connection_place *place,
    const char **words)
{
	struct verdict verdict;

	if (primary)
		return db_check_connection(db->primary, false, place, words);

	/* Preparing a list fails where a check can say why. */
	db->prepare = false;
	verdict =
	    connect_now(db, clock_now_ms() + db->config->connect_timeout_ms);
	if (verdict.result == DB_OK) {
		*place = connection_place(db->session->connection);
	} else if (db->failure == FAILURE_TO_CONNECT) {
		*words = more_words(db);
	} else if (db->failure == FAILURE_OF_STANDBY) {
		*words = failures[db->failure];
	} else {
		log_failure(db, "");
		*words = "";
	}
	return verdict.result;
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	db_free(db->primary);
	connection_free(db->sessions[0].connection);
	connection_free(db->sessions[1].connection);
	free(db);
}
