/*
 * upstream.c - one database: one connection, kept as long as it is good.
 */
#include <malloc.h>
#include <stdio.h>

#include "clock.h"
#include "log.h"
#include "upstream.h"
#include "words.h"

/* From so many rows on their memory is given back to the system. */
#define TRIM_FROM 100

/* So often a question is asked whose connections are ended all the time. */
#define ATTEMPTS 3

static const char *const failures[] = {
	[FAILURE_AWAY] = "the database was away less than a second ago",
	[FAILURE_TO_CONNECT] = "cannot connect to the database: ",
	[FAILURE_OF_HOST] = "",
	[FAILURE_TO_BEGIN] = "session.sql gave an unknown result",
	[FAILURE_OF_POLICIES] =
	    "row-level security may hide rows from this role",
	[FAILURE_OF_STANDBY] = "the server is a standby, no primary",
	[FAILURE_TO_ANSWER] = "the database failed: ",
};

_Static_assert(WORDS_SIZE == LOG_MESSAGE_MAX + 1, "a line has all words");

/* Tell the new session its limits, and learn how to ask for lists. */
static struct verdict
begin_session(struct upstream *up, int64_t deadline_ms)
{
	static const enum failure whys[] = {
		[SESSION_BEGUN] = FAILURE_OF_STANDBY,
		[SESSION_REFUSED] = FAILURE_TO_ANSWER,
		[SESSION_STRANGE] = FAILURE_TO_BEGIN,
	};
	struct verdict verdict;

	up->failure =
	    whys[session_begin(up->session, up->config, deadline_ms, &verdict)];
	if (verdict.result == DB_OK && up->is_primary && up->session->standby)
		return (struct verdict){ DB_UNAVAILABLE, false };
	return verdict;
}

/* The words that stand behind those of the failure. */
static const char *
more_words(const struct upstream *up)
{
	const struct session *session = up->session;

	if (up->failure == FAILURE_TO_CONNECT)
		return session->dial.words;
	if (up->failure == FAILURE_OF_HOST || up->failure == FAILURE_TO_ANSWER)
		return connection_words(session->connection);
	return "";
}

/* Log what has failed; but says what went well all the same, or "". */
static void
log_failure(const struct upstream *up, const char *but)
{
	log_line("%s%s%s%s", up->is_primary ? "primary: " : "", but,
	    failures[up->failure], more_words(up));
}

/* Connect to one target, and begin a session there. */
static struct verdict
connect_to(struct upstream *up, const struct dial_target *target)
{
	struct verdict verdict = { .replace = false };

	up->failure = FAILURE_OF_HOST;
	verdict.result = connection_open(up->session->connection, target);
	if (verdict.result != DB_OK)
		return verdict;
	verdict = begin_session(up, target->end_ms);
	if (verdict.result != DB_OK)
		connection_close(up->session->connection);
	return verdict;
}

/* Let the connection serve for its time, which begins now. */
static void
let_stay(struct upstream *up, bool well)
{
	up->renew_ms =
	    clock_now_ms() +
	    hosts_stay(&up->hosts, well, 1000 * up->config->connection_max_s);
}

/* Connect to one host after the other, until one serves. */
static struct verdict
connect_now(struct upstream *up, int64_t deadline_ms)
{
	struct verdict verdict = { DB_NO_MEMORY, false };
	struct dial *dial = &up->session->dial;
	const struct dial_target *target;
	bool silence = false;

	connection_begin(up->session->connection, dial, &up->hosts,
	    up->config->connect_timeout_ms, deadline_ms);
	while ((target = dial_next(dial)) != NULL) {
		verdict = connect_to(up, target);
		dial_note(dial, verdict.result);
		if (verdict.result == DB_OK)
			let_stay(up, !silence);
		else
			dial_say(dial, failures[up->failure], more_words(up));
		if (verdict.result == DB_OK || verdict.result == DB_NO_MEMORY)
			break;
		silence = silence || verdict.result == DB_TIMEOUT;
	}
	dial_end(dial);
	if (up->failure == FAILURE_OF_HOST)
		verdict.replace = hosts_try_again(&up->hosts, verdict.result);
	if (up->failure == FAILURE_OF_HOST || dial->target.several)
		up->failure = FAILURE_TO_CONNECT;
	return verdict;
}

/* Where no session is ours, PostgreSQL does not make hidden rows an error. */
static enum db_result
vet(struct upstream *up)
{
	if (!up->session->hidden ||
	    up->config->statements != STATEMENTS_UNNAMED)
		return DB_OK;
	up->failure = FAILURE_OF_POLICIES;
	connection_close(up->session->connection);
	return DB_FAILED;
}

/* Connect when it is time to; see hosts.h. */
static struct verdict
connect_in_turn(struct upstream *up, int64_t end_ms)
{
	int64_t now_ms = clock_now_ms();
	int64_t when_ms = hosts_when(&up->hosts, up->patient, now_ms, end_ms);
	struct verdict verdict;

	if (when_ms < 0 || (up->is_primary && when_ms > now_ms))
		return (struct verdict){ up->hosts.last, false };
	if (when_ms > now_ms)
		clock_wait(-1, 0, when_ms);
	verdict = connect_now(
	    up, clock_earlier(
	            clock_now_ms() + up->config->connect_timeout_ms, end_ms));
	hosts_note(&up->hosts, verdict.result, clock_now_ms());
	if (verdict.result == DB_OK)
		verdict.result = vet(up);
	return verdict;
}

/*
 * Replace a connection of age where another can be had; else it serves on.  As
 * much time as that may take is left to the question.
 */
static void
renew(struct upstream *up)
{
	struct session *old = up->session;
	int64_t now_ms = clock_now_ms();
	int64_t end_ms = clock_earlier(now_ms + up->config->connect_timeout_ms,
	    hosts_share(now_ms, up->end_ms, 2));

	if (up->config->connection_max_s == 0 || now_ms < up->renew_ms ||
	    !connection_is_open(old->connection))
		return;
	up->session = &up->sessions[old == &up->sessions[0]];
	if (connect_now(up, end_ms).result == DB_OK) {
		connection_close(old->connection);
		vet(up);
	} else {
		log_failure(up, "the old connection stays: ");
		up->session = old;
		let_stay(up, false);
	}
}

/* Ask once, and connect first where there is no connection. */
static struct verdict
ask_once(struct upstream *up, enum statement_id id,
    const struct statement_params *params, int64_t end_ms)
{
	int64_t query_ms = up->config->query_timeout_ms;
	struct session *session = up->session;
	struct verdict verdict = { DB_OK, false };

	if (!connection_is_open(session->connection))
		verdict = connect_in_turn(up, end_ms);
	if (verdict.result != DB_OK)
		return verdict;
	up->failure = FAILURE_TO_ANSWER;
	verdict = session_ask(session, id, up->prepare, params,
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
upstream_ask(struct upstream *up, enum statement_id id,
    const struct statement_params *params)
{
	int64_t begun_us = clock_now_us();
	struct verdict verdict = { DB_FAILED, true };

	renew(up);
	up->failure = FAILURE_AWAY; /* unless an attempt says more */
	up->asked_again = false;
	for (int i = 0; i < ATTEMPTS && verdict.replace; i++) {
		up->asked_again = i > 0;
		verdict = ask_once(up, id, params, up->end_ms);
	}
	up->asked_us += clock_now_us() - begun_us;
	if (verdict.result != DB_OK)
		log_failure(up, "");
	return verdict.result;
}

bool
upstream_init(struct upstream *up, const struct config *config,
    const struct config_database *database, bool once,
    char error[CONFIG_ERROR_SIZE])
{
	const char *wrong = "", *from = database->from;

	*up = (struct upstream){ .config = config,
		.session = &up->sessions[0],
		.prepare = !once && config->statements == STATEMENTS_PREPARED,
		.hosts = HOSTS_INITIAL };
	for (int i = 0; i < 2; i++) {
		up->sessions[i].connection =
		    connection_new(database->text, &wrong);
		if (up->sessions[i].connection == NULL) {
			snprintf(error, CONFIG_ERROR_SIZE, "%s%s%s",
			    from != NULL ? from : "", from != NULL ? ": " : "",
			    wrong);
			return false;
		}
	}
	return true;
}

void
upstream_forget(struct upstream *up)
{
	int n = answer_rows(connection_answer(up->session->connection));

	connection_forget(up->session->connection);
#ifdef __GLIBC__
	/* What a long list took has holes, and would stay with us. */
	if (n >= TRIM_FROM)
		malloc_trim(0);
#endif
}

enum db_result
upstream_check(
    struct upstream *up, struct connection_place *place, const char **words)
{
	struct verdict verdict;

	/* Preparing a list fails where a check can say why. */
	up->prepare = false;
	verdict =
	    connect_now(up, clock_now_ms() + up->config->connect_timeout_ms);
	if (verdict.result == DB_OK) {
		*place = connection_place(up->session->connection);
	} else if (up->failure == FAILURE_TO_CONNECT) {
		*words = more_words(up);
	} else if (up->failure == FAILURE_OF_STANDBY) {
		*words = failures[up->failure];
	} else {
		log_failure(up, "");
		*words = "";
	}
	return verdict.result;
}

void
upstream_free(struct upstream *up)
{
	connection_free(up->sessions[0].connection);
	connection_free(up->sessions[1].connection);
}
