/*
 * db.c - the database that lists are asked of, and its primary.
 */
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "conninfo.h"
#include "db.h"
#include "log.h"
#include "upstream.h"

struct db {
	const struct config *config;
	struct upstream own;
	struct upstream primary; /* where has_primary */
	bool has_primary;
	struct primary when;       /* the primary may be asked */
	struct upstream *answered; /* who has the last answer */
};

enum db_result
db_ask_further(
    struct db *db, enum statement_id id, const struct statement_params *params)
{
	return upstream_ask(&db->own, id, params);
}

/* Ask one of the two, with the time that a question has. */
static enum db_result
ask(struct db *db, struct upstream *up, enum statement_id id,
    const struct statement_params *params)
{
	up->end_ms = clock_now_ms() + db->config->connect_timeout_ms +
	             db->config->query_timeout_ms;
	db->answered = up;
	return upstream_ask(up, id, params);
}

enum db_result
db_ask(
    struct db *db, enum statement_id id, const struct statement_params *params)
{
	return ask(db, &db->own, id, params);
}

bool
db_may_lag(const struct db *db)
{
	return db->has_primary && session_may_lag(db->own.session, db->config);
}

bool
db_has_primary(const struct db *db)
{
	return db->has_primary;
}

/* Ask the primary whether a refusal is right. */
static enum db_result
confirm(struct db *db, enum statement_id id,
    const struct statement_params *params, int64_t now_ms)
{
	struct upstream *primary = &db->primary;

	/* Nobody else is answered meanwhile: a refusal waits half as long. */
	primary->end_ms = clock_earlier(
	    db->own.end_ms, now_ms + db->config->connect_timeout_ms / 2);
	db->answered = primary;
	return upstream_ask(primary, id, params);
}

enum db_result
db_ask_primary(struct db *db, bool confirms, enum statement_id id,
    const struct statement_params *params)
{
	static const char *const whys[] = {
		[PRIMARY_TOO_OFTEN] = "the primary is asked too often: see "
		                      "OAUTH_TOKENS_PRIMARY",
		[PRIMARY_PAUSED] = "the primary was silent less than 10 "
		                   "seconds ago",
	};
	int64_t now_ms = clock_now_ms();
	enum primary_answer may = primary_may_ask(&db->when, confirms, now_ms);
	enum db_result result;

	if (may != PRIMARY_ASK) {
		log_line("%s", whys[may]);
		return DB_UNAVAILABLE;
	}
	result = confirms ? confirm(db, id, params, now_ms)
	                  : ask(db, &db->primary, id, params);
	primary_note(&db->when, confirms, result,
	    db->primary.hosts.last == DB_OK, clock_now_ms());
	return result;
}

bool
db_prepares(const struct db *db)
{
	return db->own.prepare;
}

bool
db_asked_again(const struct db *db)
{
	return db->answered->asked_again;
}

int64_t
db_asked_us(const struct db *db)
{
	return db->own.asked_us + db->primary.asked_us;
}

struct answer *
db_answer(struct db *db)
{
	return connection_answer(db->answered->session->connection);
}

/* Make both. */
static bool
init(struct db *db, const struct config *config, bool once,
    char error[CONFIG_ERROR_SIZE])
{
	db->config = config;
	db->answered = &db->own;
	db->has_primary = config->primary.text != NULL;
	if (!upstream_init(&db->own, config, &config->database, once, error))
		return false;
	if (!db->has_primary)
		return true;
	if (!upstream_init(&db->primary, config, &config->primary, once, error))
		return false;
	db->primary.is_primary = true;
	return true;
}

struct db *
db_new(const struct config *config, bool once, char error[CONFIG_ERROR_SIZE])
{
	struct db *db = calloc(1, sizeof *db);

	if (db == NULL) {
		snprintf(error, CONFIG_ERROR_SIZE, "out of memory");
		return NULL;
	}
	conninfo_vet_environment();
	if (!once)
		connection_warm_up();
	if (init(db, config, once, error))
		return db;
	db_free(db);
	return NULL;
}

void
db_begin_request(struct db *db, bool patient)
{
	db->own.patient = patient;
	db->own.asked_us = db->primary.asked_us = 0;
}

void
db_forget(struct db *db)
{
	if (db == NULL)
		return;
	if (db->has_primary)
		upstream_forget(&db->primary);
	upstream_forget(&db->own);
}

enum db_result
db_check_connection(struct db *db, bool primary, struct connection_place *place,
    const char **words)
{
	return upstream_check(primary ? &db->primary : &db->own, place, words);
}

void
db_free(struct db *db)
{
	if (db == NULL)
		return;
	upstream_free(&db->primary);
	upstream_free(&db->own);
	free(db);
}
