/*
 * tokens.c - what the database's answers mean.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "statements.h"
#include "tokens.h"

/* The columns of list.sql's answer. */
enum { OUTCOME, USER_ID, COUNT, ID, EXPIRES, TOKEN, COLUMNS };

/* From this offset on page_far.sql is faster; and past the page's length. */
#define FAR_FROM 200

static enum statement_id
choose_list(const struct config *config, const struct tokens_request *request)
{
	bool far =
	    request->offset >= FAR_FROM && request->offset >= request->limit;

	return statement_list(config->by_permission,
	    far ? SHAPE_FAR : SHAPE_NEAR, request->show_all);
}

static enum db_result
ask(struct db *db, const struct config *config,
    const struct tokens_request *request)
{
	const char *project = config->project_uuid;
	uint64_t limit = htobe64((uint64_t)request->limit);
	uint64_t offset = htobe64((uint64_t)request->offset);
	const char show_all_sent[] = { request->show_all_sent ? 1 : 0 };
	const struct statement_params params = {
		.values = { request->api_key, request->token, project,
		    (const char *)&limit, (const char *)&offset,
		    show_all_sent },
		.lengths = { (int)request->api_key_len, (int)request->token_len,
		    project != NULL ? (int)strlen(project) : 0, sizeof limit,
		    sizeof offset, sizeof show_all_sent },
	};

	return db_ask(db, choose_list(config, request), &params);
}

/* What the answer's first row says of the caller; false: not of list.sql. */
static bool
read_outcome(const struct answer *answer, enum tokens_outcome *outcome)
{
	static const char *const outcomes[] = {
		[TOKENS_OK] = "ok",
		[TOKENS_UNKNOWN_APPLICATION] = "invalid_api_key",
		[TOKENS_UNKNOWN_TOKEN] = "invalid_oauth_token",
		[TOKENS_EXPIRED_TOKEN] = "expired_oauth_token",
		[TOKENS_NOT_A_VIEWER] = "unauthorized_access",
	};
	const char *text = answer_text(answer, 0, OUTCOME);

	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
		if (strcmp(text, outcomes[i]) == 0) {
			*outcome = (enum tokens_outcome)i;
			return true;
		}
	}
	return false;
}

/* The rows that a page has, when so many tokens are there in all. */
static int64_t
rows_due(const struct tokens_request *request, int64_t count)
{
	int64_t rest = request->offset < count ? count - request->offset : 0;

	return request->limit < rest ? request->limit : rest;
}

/* Has a column the same cell in all rows? */
static bool
is_constant(const struct answer *answer, int column)
{
	const char *first = answer_text(answer, 0, column);
	size_t len = answer_length(answer, 0, column);
	int n = answer_rows(answer);

	for (int i = 1; i < n; i++)
		if (answer_length(answer, i, column) != len ||
		    memcmp(answer_text(answer, i, column), first, len) != 0)
			return false;
	return true;
}

/*
 * Does the answer hold together: one caller in all rows, and as many rows, each
 * with an id, as there must be?  (An empty page comes as one row without an
 * id.)
 */
static bool
is_sound(const struct answer *answer, const struct tokens_request *request,
    enum tokens_outcome outcome)
{
	int64_t size = 0;

	if (answer_is_null(answer, 0, COUNT) ||
	    answer_is_null(answer, 0, USER_ID) != (outcome != TOKENS_OK))
		return false;
	if (outcome == TOKENS_OK)
		size = rows_due(request, answer_int64(answer, 0, COUNT));
	if (answer_rows(answer) != (size > 0 ? size : 1))
		return false;
	for (int i = 0; i < answer_rows(answer); i++)
		if (answer_is_null(answer, i, ID) != (size == 0))
			return false;
	return is_constant(answer, OUTCOME) && is_constant(answer, USER_ID) &&
	       is_constant(answer, COUNT);
}

static enum db_result
read_list(const struct answer *answer, struct token_list *list)
{
	int n = answer_is_null(answer, 0, ID) ? 0 : answer_rows(answer);
	struct token_row *rows = calloc((size_t)n + 1, sizeof *rows);

	if (rows == NULL) {
		log_line("out of memory for %d rows", n);
		return DB_NO_MEMORY;
	}
	for (int i = 0; i < n; i++) {
		struct token_row *row = &rows[i];

		row->id = answer_int64(answer, i, ID);
		row->has_expires = !answer_is_null(answer, i, EXPIRES);
		if (row->has_expires)
			row->expires_us = answer_int64(answer, i, EXPIRES);
		if (answer_is_null(answer, i, TOKEN))
			continue;
		row->token = answer_text(answer, i, TOKEN);
		row->token_len = answer_length(answer, i, TOKEN);
	}
	token_list_sort(rows, (size_t)n);
	*list = (struct token_list){
		.user_id = answer_int64(answer, 0, USER_ID),
		.count = answer_int64(answer, 0, COUNT),
		.n = (size_t)n,
		.rows = rows,
	};
	return DB_OK;
}

enum db_result
tokens_list(struct db *db, const struct config *config,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct token_list *list)
{
	static const unsigned int types[COLUMNS] = { TYPE_TEXT, TYPE_INT8,
		TYPE_INT8, TYPE_INT8, TYPE_TIMESTAMPTZ, TYPE_TEXT };
	enum db_result result = ask(db, config, request);
	const struct answer *answer = db_answer(db);

	if (result != DB_OK)
		return result;
	if (!answer_has_types(answer, types, COLUMNS) ||
	    answer_rows(answer) < 1 || !read_outcome(answer, outcome)) {
		log_line("list.sql gave an unknown result");
		return DB_FAILED;
	}
	if (!is_sound(answer, request, *outcome)) {
		log_line(
		    "rows contradict each other: oauth_access_tokens --check "
		    "says which column must be unique");
		return DB_FAILED;
	}
	return *outcome == TOKENS_OK ? read_list(answer, list) : DB_OK;
}

void
tokens_forget(struct db *db, struct token_list *list)
{
	free((void *)(uintptr_t)list->rows);
	*list = (struct token_list){ 0 };
	if (db != NULL)
		answer_wipe(db_answer(db), TOKEN);
	db_forget(db);
}
