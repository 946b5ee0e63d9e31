/*
 * tokens.c - who asks, and which tokens are theirs.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "habit.h"
#include "log.h"
#include "statements.h"
#include "token_rows.h"
#include "tokens.h"

/* From this offset on page_far.sql is faster; and past the page's length. */
#define FAR_FROM 200

/* By habit_place(). */
static struct caller_habits callers[HABIT_PLACES];

/* A row for every caller, or none for those who are refused? */
static bool
is_brief(enum statement_reader reader)
{
	return reader >= READER_BITS;
}

static enum statement_id
choose_statement(const struct config *config,
    const struct tokens_request *request, enum statement_reader reader)
{
	bool far =
	    request->offset >= FAR_FROM && request->offset >= request->limit;
	enum statement_shape shape = request->after != NULL ? SHAPE_AFTER
	                             : far                  ? SHAPE_FAR
	                                                    : SHAPE_NEAR;

	if (request->which != TOKENS_LIST)
		return statement_one(
		    config->by_permission, request->which == TOKENS_CURRENT);
	return statement_list(reader, shape, request->show_all,
	    request->uncounted, request->details);
}

static enum db_result
ask(struct db *db, const struct config *config,
    const struct tokens_request *request, enum statement_reader reader,
    enum db_result (*how)(
        struct db *, enum statement_id, const struct statement_params *))
{
	const char *project = config->project_uuid;
	const char show_all_sent[] = { request->show_all_sent ? 1 : 0 };
	const char masked[] = { request->masked ? 1 : 0 };
	const struct cursor *after = request->after;
	uint64_t id_or_limit =
	    htobe64((uint64_t)(request->which == TOKENS_ONE
	                           ? request->id
	                           : token_rows_asked(request)));
	uint64_t offset = htobe64((uint64_t)request->offset);
	uint64_t expires =
	    htobe64(after != NULL ? (uint64_t)after->expires.us : 0);
	uint64_t id = htobe64(after != NULL ? (uint64_t)after->id : 0);
	const struct statement_params params = {
		.values = { request->api_key, request->token, project,
		    show_all_sent, masked,
		    request->which == TOKENS_ONE && request->id < 0
		        ? NULL
		        : (const char *)&id_or_limit,
		    (const char *)&offset,
		    after != NULL && after->expires.known
		        ? (const char *)&expires
		        : NULL,
		    after != NULL ? (const char *)&id : NULL },
		.lengths = { (int)request->api_key_len, (int)request->token_len,
		    project != NULL ? (int)strlen(project) : 0,
		    sizeof show_all_sent, sizeof masked, sizeof id_or_limit,
		    sizeof offset, sizeof expires, sizeof id },
	};

	return how(db, choose_statement(config, request, reader), &params);
}

/* Does the number of the page's rows say how long the whole list is? */
static bool
may_be_whole(const struct tokens_request *request)
{
	return request->which == TOKENS_LIST && !request->uncounted &&
	       request->after == NULL && request->offset == 0 &&
	       request->limit > 0;
}

/*
 * The readers to try, the cheapest first; the last one answers every caller.  A
 * habit's step is the place here.
 */
static const struct ladder {
	enum statement_reader readers[4];
	uint8_t last;
} ladders[] = {
	{ { READER_BITS, READER_ATTACHED, READER_DIRECT, READER_ROLES }, 3 },
	{ { READER_OWNERS, READER_PERMISSIONS }, 1 },
};

static const struct ladder *
ladder_of(const struct config *config)
{
	return &ladders[config->by_permission ? 1 : 0];
}

/* The reader that answers every caller. */
static enum statement_reader
every_reader(const struct config *config)
{
	const struct ladder *ladder = ladder_of(config);

	return ladder->readers[ladder->last];
}

/*
 * Choose what costs PostgreSQL least and would have answered this caller the
 * last time: the reader, and whether asked leaves out the count.  Where
 * questions are planned each time, two cost more than one form saves; and
 * nobody, for whom health asks, is refused in any case.
 */
static enum statement_reader
choose_cheapest(const struct db *db, const struct config *config,
    const struct caller_habits *habits, struct tokens_request *asked)
{
	if (asked->which != TOKENS_LIST || asked->token == NULL ||
	    !db_prepares(db))
		return every_reader(config);
	if (may_be_whole(asked))
		asked->uncounted = habits->long_list.step == 0;
	return ladder_of(config)->readers[habits->reader.step];
}

/* Does the answer to asked leave open what is requested? */
static bool
falls_short(const struct answer *answer, const struct tokens_request *request,
    const struct tokens_request *asked, enum statement_reader reader)
{
	return (is_brief(reader) && answer_rows(answer) == 0) ||
	       (asked->uncounted != request->uncounted &&
	           answer_rows(answer) > request->limit);
}

/* The whole list came without its count: count it, and learn from its length.
 */
static void
complete(struct token_list *list, const struct tokens_request *request,
    struct caller_habits *habits)
{
	if (list->uncounted && !request->uncounted) {
		list->uncounted = false;
		list->count = (int64_t)list->n;
	}
	if (may_be_whole(request))
		habit_note(&habits->long_list, list->next, 1);
}

/* Ask the database for a list or for one token. */
static enum db_result
read_here(struct db *db, const struct config *config,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct token_list *list)
{
	struct caller_habits *habits =
	    &callers[habit_place(request->token, request->token_len)];
	struct tokens_request asked = *request;
	enum statement_reader reader =
	    choose_cheapest(db, config, habits, &asked);
	enum db_result result = ask(db, config, &asked, reader, db_ask);
	bool refused = false;

	if (result == DB_OK &&
	    falls_short(db_answer(db), request, &asked, reader)) {
		refused = answer_rows(db_answer(db)) == 0;
		/* A new connection must not lie behind it in memory. */
		answer_wipe(db_answer(db), TOKEN_TEXT);
		db_forget(db);
		asked = *request;
		reader = every_reader(config);
		result = ask(db, config, &asked, reader, db_ask_further);
	}
	if (result == DB_OK)
		result = token_rows_read(
		    db_answer(db), &asked, is_brief(reader), outcome, list);
	if (result == DB_OK && *outcome == TOKENS_OK) {
		habit_note(&habits->reader, refused, ladder_of(config)->last);
		complete(list, request, habits);
	}
	return result;
}

/* Ask the primary to confirm a refusal. */
static enum db_result
ask_to_confirm(
    struct db *db, enum statement_id id, const struct statement_params *params)
{
	return db_ask_primary(db, true, id, params);
}

/* Ask the primary what a standby has refused. */
static enum db_result
read_at_primary(struct db *db, const struct config *config,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct token_list *list)
{
	enum db_result result =
	    ask(db, config, request, every_reader(config), ask_to_confirm);

	if (result != DB_OK)
		return result;
	return token_rows_read(db_answer(db), request, false, outcome, list);
}

enum db_result
tokens_read(struct db *db, const struct config *config,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct token_list *list)
{
	enum db_result result = read_here(db, config, request, outcome, list);

	if (result != DB_OK || *outcome == TOKENS_OK ||
	    request->token == NULL || !db_may_lag(db))
		return result;
	return read_at_primary(db, config, request, outcome, list);
}

static enum db_result
ask_to_revoke(struct db *db, const struct config *config,
    const struct tokens_request *request)
{
	static const char *const names[] = {
		[TOKENS_LIST] = "",
		[TOKENS_ONE] = "one",
		[TOKENS_CURRENT] = "current",
		[TOKENS_OTHERS] = "others",
		[TOKENS_ALL] = "all",
	};
	const char *project = config->project_uuid;
	const char *which = names[request->which];
	const char by_permission[] = { config->by_permission ? 1 : 0 };
	uint64_t id = htobe64((uint64_t)request->id);
	const struct statement_params params = {
		.values = { request->api_key, request->token, project,
		    by_permission, which,
		    request->id < 0 ? NULL : (const char *)&id },
		.lengths = { (int)request->api_key_len, (int)request->token_len,
		    project != NULL ? (int)strlen(project) : 0,
		    sizeof by_permission, (int)strlen(which), sizeof id },
	};

	if (db_has_primary(db))
		return db_ask_primary(db, false, STATEMENT_REVOKE, &params);
	return db_ask(db, STATEMENT_REVOKE, &params);
}

enum db_result
tokens_revoke(struct db *db, const struct config *config,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct tokens_revoked *revoked)
{
	static const unsigned int types[] = { TYPE_TEXT, TYPE_BOOL, TYPE_INT8,
		TYPE_INT8 };
	enum { FOUND = TOKEN_OUTCOME + 1, ENDED, CALLER, ALL };
	enum db_result result = ask_to_revoke(db, config, request);
	const struct answer *answer = db_answer(db);

	if (result != DB_OK)
		return result;
	if (!answer_has_types(answer, types, ALL) || answer_rows(answer) != 1 ||
	    !token_rows_outcome(answer, outcome) ||
	    answer_is_null(answer, 0, ENDED) ||
	    answer_is_null(answer, 0, CALLER) != (*outcome != TOKENS_OK)) {
		log_line("revoke.sql gave an unknown result");
		return DB_FAILED;
	}
	if (*outcome == TOKENS_OK)
		*revoked = (struct tokens_revoked){
			.count = answer_int64(answer, 0, ENDED),
			.user_known = true,
			.user_id = answer_int64(answer, 0, CALLER),
		};
	if (*outcome == TOKENS_EXPIRED_TOKEN &&
	    request->which == TOKENS_CURRENT && db_asked_again(db))
		*outcome = TOKENS_OK;
	else if (*outcome == TOKENS_OK && request->which == TOKENS_ONE &&
	         !answer_boolean(answer, 0, FOUND))
		*outcome = TOKENS_NOT_FOUND;
	return DB_OK;
}

void
tokens_forget(struct db *db, struct token_list *list)
{
	free((void *)(uintptr_t)list->rows);
	free((void *)(uintptr_t)list->details);
	*list = (struct token_list){ 0 };
	if (db != NULL)
		answer_wipe(db_answer(db), TOKEN_TEXT);
	db_forget(db);
}
