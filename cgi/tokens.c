/*
 * tokens.c - what the database's answers mean.
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "fingerprint.h"
#include "log.h"
#include "statements.h"
#include "tokens.h"

/* The columns of list.sql's answer, and of one.sql's, which has details. */
enum {
	OUTCOME,
	USER_ID,
	COUNT,
	ID,
	EXPIRES,
	TOKEN,
	PLAIN_COLUMNS,
	CREATED_AT = PLAIN_COLUMNS,
	CLIENT_ID,
	NAME,
	DIGEST,
	CURRENT,
	EXPIRED,
	COLUMNS,
};

/* From this offset on page_far.sql is faster; and past the page's length. */
#define FAR_FROM 200

static enum statement_id
choose_statement(
    const struct config *config, const struct tokens_request *request)
{
	bool far =
	    request->offset >= FAR_FROM && request->offset >= request->limit;

	if (request->which != TOKENS_LIST)
		return statement_one(
		    config->by_permission, request->which == TOKENS_CURRENT);
	return statement_list(config->by_permission,
	    far ? SHAPE_FAR : SHAPE_NEAR, request->show_all, request->details);
}

static enum db_result
ask(struct db *db, const struct config *config,
    const struct tokens_request *request)
{
	const char *project = config->project_uuid;
	const char show_all_sent[] = { request->show_all_sent ? 1 : 0 };
	const char masked[] = { request->masked ? 1 : 0 };
	uint64_t id_or_limit =
	    htobe64((uint64_t)(request->which == TOKENS_ONE ? request->id
	                                                    : request->limit));
	uint64_t offset = htobe64((uint64_t)request->offset);
	const struct statement_params params = {
		.values = { request->api_key, request->token, project,
		    show_all_sent, masked,
		    request->which == TOKENS_ONE && request->id < 0
		        ? NULL
		        : (const char *)&id_or_limit,
		    (const char *)&offset },
		.lengths = { (int)request->api_key_len, (int)request->token_len,
		    project != NULL ? (int)strlen(project) : 0,
		    sizeof show_all_sent, sizeof masked, sizeof id_or_limit,
		    sizeof offset },
	};

	return db_ask(db, choose_statement(config, request), &params);
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

/* The rows that the answer has, when so many tokens are there in all. */
static int64_t
rows_due(const struct tokens_request *request, int64_t count)
{
	int64_t most = request->which == TOKENS_LIST ? request->limit : 1;
	int64_t rest = request->offset < count ? count - request->offset : 0;

	return most < rest ? most : rest;
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

static struct token_text
read_text(const struct answer *answer, int row, int column)
{
	if (answer_is_null(answer, row, column))
		return (struct token_text){ .bytes = NULL };
	return (struct token_text){ answer_text(answer, row, column),
		answer_length(answer, row, column) };
}

static struct token_moment
read_moment(const struct answer *answer, int row, int column)
{
	if (answer_is_null(answer, row, column))
		return (struct token_moment){ .known = false };
	return (struct token_moment){ true, answer_int64(answer, row, column) };
}

/* NULL for SQL NULL, which has no bytes, and where another length is wrong. */
static const unsigned char *
read_digest(const struct answer *answer, int row, int column)
{
	if (answer_length(answer, row, column) != FINGERPRINT_DIGEST_LEN)
		return NULL;
	return (const unsigned char *)answer_text(answer, row, column);
}

static struct token_details
read_details(const struct answer *answer, int row)
{
	return (struct token_details){
		.created = read_moment(answer, row, CREATED_AT),
		.client_id = read_text(answer, row, CLIENT_ID),
		.name = read_text(answer, row, NAME),
		.digest = read_digest(answer, row, DIGEST),
		.current = answer_boolean(answer, row, CURRENT),
		.expired = answer_boolean(answer, row, EXPIRED),
	};
}

static enum db_result
read_list(const struct answer *answer, bool details, struct token_list *list)
{
	size_t n =
	    answer_is_null(answer, 0, ID) ? 0 : (size_t)answer_rows(answer);
	struct token_row *rows = calloc(n + 1, sizeof *rows);
	struct token_details *more =
	    details ? calloc(n + 1, sizeof *more) : NULL;

	*list = (struct token_list){ .rows = rows, .details = more };
	if (rows == NULL || (details && more == NULL)) {
		log_line("out of memory for %zu rows", n);
		return DB_NO_MEMORY;
	}
	for (size_t i = 0; i < n; i++) {
		rows[i].id = answer_int64(answer, (int)i, ID);
		rows[i].expires = read_moment(answer, (int)i, EXPIRES);
		rows[i].token = read_text(answer, (int)i, TOKEN);
		if (!details)
			continue;
		more[i] = read_details(answer, (int)i);
		rows[i].details = &more[i];
	}
	token_list_sort(rows, n);
	list->user_id = answer_int64(answer, 0, USER_ID);
	list->count = answer_int64(answer, 0, COUNT);
	list->n = n;
	return DB_OK;
}

/* Is the answer one of the statement's, and does it hold together? */
static bool
is_answer(const struct answer *answer, const struct tokens_request *request,
    bool details, enum tokens_outcome *outcome)
{
	static const unsigned int types[COLUMNS] = { TYPE_TEXT, TYPE_INT8,
		TYPE_INT8, TYPE_INT8, TYPE_TIMESTAMPTZ, TYPE_TEXT,
		TYPE_TIMESTAMPTZ, TYPE_TEXT, TYPE_TEXT, TYPE_BYTEA, TYPE_BOOL,
		TYPE_BOOL };

	if (!answer_has_types(
	        answer, types, details ? COLUMNS : PLAIN_COLUMNS) ||
	    answer_rows(answer) < 1 || !read_outcome(answer, outcome)) {
		log_line("%s gave an unknown result",
		    request->which == TOKENS_LIST ? "list.sql" : "one.sql");
		return false;
	}
	if (!is_sound(answer, request, *outcome)) {
		log_line(
		    "rows contradict each other: oauth_access_tokens --check "
		    "says which column must be unique");
		return false;
	}
	return true;
}

enum db_result
tokens_read(struct db *db, const struct config *config,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct token_list *list)
{
	bool details = request->details || request->which != TOKENS_LIST;
	enum db_result result = ask(db, config, request);
	const struct answer *answer = db_answer(db);

	if (result != DB_OK)
		return result;
	if (!is_answer(answer, request, details, outcome))
		return DB_FAILED;
	if (*outcome == TOKENS_OK && request->which != TOKENS_LIST &&
	    answer_is_null(answer, 0, ID))
		*outcome = TOKENS_NOT_FOUND;
	if (*outcome != TOKENS_OK)
		return DB_OK;
	result = read_list(answer, details, list);
	list->masked = request->masked;
	return result;
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

	return db_ask(db, STATEMENT_REVOKE, &params);
}

enum db_result
tokens_revoke(struct db *db, const struct config *config,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct tokens_revoked *revoked)
{
	static const unsigned int types[] = { TYPE_TEXT, TYPE_BOOL, TYPE_INT8,
		TYPE_INT8 };
	enum { FOUND = OUTCOME + 1, ENDED, CALLER, ALL };
	enum db_result result = ask_to_revoke(db, config, request);
	const struct answer *answer = db_answer(db);

	if (result != DB_OK)
		return result;
	if (!answer_has_types(answer, types, ALL) || answer_rows(answer) != 1 ||
	    !read_outcome(answer, outcome) ||
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
		answer_wipe(db_answer(db), TOKEN);
	db_forget(db);
}
