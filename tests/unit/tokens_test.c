/*
 * tokens_test.c - what the database's answers mean.
 *
 * Wanted values: list.sql for the columns and outcomes;
 * oauth_access_tokens(8), AUTHENTICATION: rows that do not agree are a failure,
 * never another user's token.  PostgreSQL's binary forms of bigint and
 * timestamptz are numbers in network order.  The database is a fake whose cells
 * a test sets.
 */
#include "guarded.h"

#include <endian.h>

#include "failing_malloc.h"
#include "log.h"
#include "tokens.h"

#define ROWS_MAX 4

/* A row of the fake's answer; NULL is SQL's. */
struct cells {
	const char *outcome;
	const char *user_id, *count, *id; /* decimal */
	const char *expires, *token;
};

struct answer {
	int n;
	struct cells rows[ROWS_MAX];
	int columns; /* 6, or a wrong number */
	int wiped;   /* times */
};

struct db {
	enum db_result result;
	struct answer answer;
	enum statement_id asked;
	struct statement_params params;
	int forgotten; /* times */
};

static int logged; /* lines */

void
log_line(const char *format, ...)
{
	(void)format;
	logged++;
}

enum db_result
db_ask(
    struct db *db, enum statement_id id, const struct statement_params *params)
{
	db->asked = id;
	db->params = *params;
	return db->result;
}

int
answer_rows(const struct answer *answer)
{
	return answer->n;
}

bool
answer_has_types(const struct answer *answer, const unsigned int *types, int n)
{
	static const unsigned int wanted[] = { TYPE_TEXT, TYPE_INT8, TYPE_INT8,
		TYPE_INT8, TYPE_TIMESTAMPTZ, TYPE_TEXT };

	return n == 6 && answer->columns == 6 &&
	       memcmp(types, wanted, sizeof wanted) == 0;
}

static const char *
cell(const struct answer *answer, int row, int column)
{
	const struct cells *cells = &answer->rows[row];
	const char *const texts[] = { cells->outcome, cells->user_id,
		cells->count, cells->id, cells->expires, cells->token };

	assert_in_range(row, 0, answer->n - 1);
	assert_in_range(column, 0, 5);
	return texts[column];
}

bool
answer_is_null(const struct answer *answer, int row, int column)
{
	return cell(answer, row, column) == NULL;
}

/* As libpq has it: a NULL is an empty text. */
const char *
answer_text(const struct answer *answer, int row, int column)
{
	const char *text = cell(answer, row, column);

	return guarded_text(text != NULL ? text : "");
}

size_t
answer_length(const struct answer *answer, int row, int column)
{
	const char *text = cell(answer, row, column);

	return text != NULL ? strlen(text) : 0;
}

int64_t
answer_int64(const struct answer *answer, int row, int column)
{
	assert_non_null(cell(answer, row, column));
	return strtoll(cell(answer, row, column), NULL, 10);
}

void
answer_wipe(struct answer *answer, int column)
{
	(void)column;
	answer->wiped++;
}

struct answer *
db_answer(struct db *db)
{
	return &db->answer;
}

void
db_forget(struct db *db)
{
	if (db != NULL)
		db->forgotten++;
}

static const struct config config = { .max_limit = 100 };

#define OK_2_3 "ok", "2", "3"

/* Answers to a request for 2 rows from the first on, unless the row says. */
static const struct reply {
	const char *name;
	int n;
	struct cells rows[ROWS_MAX];
	int64_t limit, offset;
	enum db_result result;
	enum tokens_outcome outcome;
	size_t rows_given;
} replies[] = {
	{ "a full page", 2,
	    { { OK_2_3, "9", "5", "a" }, { OK_2_3, "8", "4", "b" } }, 2, 0,
	    DB_OK, TOKENS_OK, 2 },
	{ "the last page", 1, { { OK_2_3, "7", NULL, NULL } }, 2, 2, DB_OK,
	    TOKENS_OK, 1 },
	{ "past the end", 1, { { OK_2_3, NULL, NULL, NULL } }, 2, 3, DB_OK,
	    TOKENS_OK, 0 },
	{ "the count alone", 1, { { OK_2_3, NULL, NULL, NULL } }, 0, 0, DB_OK,
	    TOKENS_OK, 0 },
	{ "an empty list", 1, { { "ok", "2", "0", NULL, NULL, NULL } }, 2, 0,
	    DB_OK, TOKENS_OK, 0 },
	{ "unknown application", 1,
	    { { "invalid_api_key", NULL, "0", NULL, NULL, NULL } }, 2, 0, DB_OK,
	    TOKENS_UNKNOWN_APPLICATION, 0 },
	{ "unknown token", 1,
	    { { "invalid_oauth_token", NULL, "0", NULL, NULL, NULL } }, 2, 0,
	    DB_OK, TOKENS_UNKNOWN_TOKEN, 0 },
	{ "expired token", 1,
	    { { "expired_oauth_token", NULL, "0", NULL, NULL, NULL } }, 2, 0,
	    DB_OK, TOKENS_EXPIRED_TOKEN, 0 },
	{ "not a viewer", 1,
	    { { "unauthorized_access", NULL, "0", NULL, NULL, NULL } }, 2, 0,
	    DB_OK, TOKENS_NOT_A_VIEWER, 0 },

	{ "no row at all", 0, { { 0 } }, 2, 0, DB_FAILED, TOKENS_OK, 0 },
	{ "another outcome", 1, { { "OK", "2", "0", NULL, NULL, NULL } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0 },
	{ "no outcome", 1, { { NULL, "2", "0", NULL, NULL, NULL } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0 },
	{ "no count", 1, { { "ok", "2", NULL, NULL, NULL, NULL } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0 },
	{ "no user", 1, { { "ok", NULL, "0", NULL, NULL, NULL } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0 },
	{ "a user with a refusal", 1,
	    { { "invalid_oauth_token", "2", "0", NULL, NULL, NULL } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0 },
	{ "two users", 2,
	    { { OK_2_3, "9", "5", "a" }, { "ok", "1", "3", "8", "4", "b" } }, 2,
	    0, DB_FAILED, TOKENS_OK, 0 },
	{ "two counts", 2,
	    { { OK_2_3, "9", "5", "a" }, { "ok", "2", "4", "8", "4", "b" } }, 2,
	    0, DB_FAILED, TOKENS_OK, 0 },
	{ "two outcomes", 2,
	    { { "ok", "2", "1", "9", "5", "a" },
	        { "invalid_oauth_token", NULL, "0", NULL, NULL, NULL } },
	    2, 0, DB_FAILED, TOKENS_OK, 0 },
	{ "two refusals", 2,
	    { { "invalid_oauth_token", NULL, "0", NULL, NULL, NULL },
	        { "invalid_oauth_token", NULL, "0", NULL, NULL, NULL } },
	    2, 0, DB_FAILED, TOKENS_OK, 0 },
	{ "more rows than asked for", 3,
	    { { OK_2_3, "9", "5", "a" }, { OK_2_3, "8", "4", "b" },
	        { OK_2_3, "7", "3", "c" } },
	    2, 0, DB_FAILED, TOKENS_OK, 0 },
	{ "more rows than there are", 2,
	    { { OK_2_3, "9", "5", "a" }, { OK_2_3, "9", "5", "a" } }, 2, 2,
	    DB_FAILED, TOKENS_OK, 0 },
	{ "fewer rows than there are", 1, { { OK_2_3, "9", "5", "a" } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0 },
	{ "a row without an id", 2,
	    { { OK_2_3, "9", "5", "a" }, { OK_2_3, NULL, "4", "b" } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0 },
	{ "an id past the end", 1, { { OK_2_3, "9", "5", "a" } }, 2, 3,
	    DB_FAILED, TOKENS_OK, 0 },
	{ "two rows past the end", 2,
	    { { OK_2_3, NULL, NULL, NULL }, { OK_2_3, NULL, NULL, NULL } }, 2,
	    3, DB_FAILED, TOKENS_OK, 0 },
	{ "a negative count", 1, { { "ok", "2", "-1", "9", "5", "a" } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0 },
};

static void
check_rows(const struct token_list *page, const struct reply *row)
{
	assert_int_equal(page->user_id, 2);
	assert_int_equal(page->n, row->rows_given);
	for (size_t i = 0; i < page->n; i++) {
		const struct cells *cells = &row->rows[i];
		const struct token_row *got = &page->rows[i];

		assert_int_equal(got->id, strtoll(cells->id, NULL, 10));
		assert_int_equal(got->has_expires, cells->expires != NULL);
		if (cells->expires != NULL)
			assert_int_equal(
			    got->expires_us, strtoll(cells->expires, NULL, 10));
		if (cells->token == NULL) {
			assert_null(got->token);
			continue;
		}
		assert_string_equal(got->token, cells->token);
		assert_int_equal(got->token_len, strlen(cells->token));
	}
}

static void
read_answer(void **state)
{
	const struct reply *row = *state;
	const struct tokens_request request = { .limit = row->limit,
		.offset = row->offset };
	struct db db = { .result = DB_OK,
		.answer = { .n = row->n, .columns = 6 } };
	enum tokens_outcome outcome = TOKENS_OK;
	struct token_list page = { .n = 0 };

	memcpy(db.answer.rows, row->rows, sizeof db.answer.rows);
	logged = 0;
	assert_int_equal(
	    tokens_list(&db, &config, &request, &outcome, &page), row->result);
	assert_int_equal(logged, row->result == DB_FAILED);
	if (row->result == DB_OK)
		assert_int_equal(outcome, row->outcome);
	if (row->result == DB_OK && outcome == TOKENS_OK)
		check_rows(&page, row);
	else
		assert_int_equal(page.n, 0);
	tokens_forget(&db, &page);
	assert_null(page.rows);
	assert_int_equal(db.answer.wiped, 1);
	assert_int_equal(db.forgotten, 1);
}

/* A failure goes up as it is; an answer of another form is one. */
static void
pass_failures_on(void **state)
{
	const struct tokens_request request = { .limit = 1 };
	enum tokens_outcome outcome = TOKENS_OK;
	struct token_list page = { .n = 0 };

	(void)state;
	for (int result = DB_OK + 1; result <= DB_NO_MEMORY; result++) {
		struct db db = { .result = (enum db_result)result };

		logged = 0;
		assert_int_equal(
		    tokens_list(&db, &config, &request, &outcome, &page),
		    result);
		assert_int_equal(logged, 0);
	}
	assert_int_equal(
	    tokens_list(
	        &(struct db){ .result = DB_OK,
	            .answer = { .n = 1,
	                .columns = 5,
	                .rows = { { "ok", "2", "0", NULL, NULL, NULL } } } },
	        &config, &request, &outcome, &page),
	    DB_FAILED);
	assert_int_equal(logged, 1);
	tokens_forget(NULL, &page);
}

/* Which statement is asked. */
static const struct choice {
	const char *name;
	int64_t limit, offset;
	bool show_all, by_permission;
	enum statement_id want;
} choices[] = {
	{ "the first page", 40, 0, false, false, STATEMENT_LIST },
	{ "all of it", 40, 0, true, false, STATEMENT_LIST + 1 },
	{ "just not far", 40, 199, false, false, STATEMENT_LIST },
	{ "far", 40, 200, false, false, STATEMENT_LIST + 2 },
	{ "far, all", 40, 200, true, false, STATEMENT_LIST + 3 },
	{ "far, but not past a page", 201, 200, true, false,
	    STATEMENT_LIST + 1 },
	{ "by permission", 40, 0, false, true, STATEMENT_LIST + 6 },
	{ "by permission, far, all", 40, INT64_MAX, true, true,
	    STATEMENT_LIST + 9 },
};

static void
choose(void **state)
{
	const struct choice *row = *state;
	static char project[] = "p1";
	const struct config by = { .by_permission = row->by_permission,
		.project_uuid = row->by_permission ? project : NULL };
	const struct tokens_request request = { .api_key = "key",
		.api_key_len = 3,
		.token = "token",
		.token_len = 5,
		.limit = row->limit,
		.offset = row->offset,
		.show_all = row->show_all,
		.show_all_sent = true };
	struct db db = { .result = DB_TIMEOUT };
	enum tokens_outcome outcome;
	struct token_list page = { .n = 0 };

	assert_int_equal(
	    tokens_list(&db, &by, &request, &outcome, &page), DB_TIMEOUT);
	assert_int_equal(db.asked, row->want);
	assert_int_equal(db.params.lengths[0], 3);
	assert_int_equal(db.params.lengths[1], 5);
	assert_int_equal(db.params.lengths[2], row->by_permission ? 2 : 0);
	assert_int_equal(db.params.values[2] == NULL, !row->by_permission);
	for (int i = 3; i < 5; i++)
		assert_int_equal(db.params.lengths[i], 8);
	assert_int_equal(db.params.lengths[5], 1);
}

static void
attempt_list(void)
{
	const struct tokens_request request = { .limit = 2 };
	struct db db = { .result = DB_OK,
		.answer = { .n = 1,
		    .columns = 6,
		    .rows = { { "ok", "2", "1", "9", "5", "a" } } } };
	enum tokens_outcome outcome;
	struct token_list page = { .n = 0 };
	enum db_result result;

	logged = 0;
	result = tokens_list(&db, &config, &request, &outcome, &page);
	assert_true(result == DB_OK ? page.n == 1
	                            : result == DB_NO_MEMORY && logged == 1 &&
	                                  allocator.failed > 0);
	tokens_forget(&db, &page);
}

static void
run_out_of_memory_anywhere(void **state)
{
	(void)state;
	assert_true(run_out_of_memory(attempt_list) >= 1);
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(read_answer, replies) },
		{ ALONE(pass_failures_on) },
		{ ROWS(choose, choices) },
		{ ALONE(run_out_of_memory_anywhere) },
	};

	return run_all(tests, COUNT(tests));
}
