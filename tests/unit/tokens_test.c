/*
 * tokens_test.c - what the database's answers mean.
 *
 * Wanted values: list.sql, one.sql, details.sql and revoke.sql for parameters,
 * columns and outcomes; oauth_access_tokens(8), AUTHENTICATION: rows that do
 * not agree are a failure, never another user's token; REVOKING: what is asked
 * again on a new connection.  PostgreSQL's binary forms of bigint and
 * timestamptz are numbers in network order.  The database is a fake whose cells
 * a test sets.
 */
#include "guarded.h"

#include <endian.h>

#include "failing_malloc.h"
#include "habit.h"
#include "log.h"
#include "tokens.h"

#define ROWS_MAX 4

/* The columns of the statements' answers, by their place. */
enum {
	OUTCOME,
	USER_ID,
	COUNT_OF_ALL,
	ID,
	EXPIRES,
	TOKEN,
	PLAIN, /* so many without details */
	CREATED_AT = PLAIN,
	CLIENT_ID,
	NAME,
	DIGEST,
	CURRENT,
	EXPIRED,
	DETAILED, /* so many with them */
};

static const unsigned int list_types[DETAILED] = { TYPE_TEXT, TYPE_INT8,
	TYPE_INT8, TYPE_INT8, TYPE_TIMESTAMPTZ, TYPE_TEXT, TYPE_TIMESTAMPTZ,
	TYPE_TEXT, TYPE_TEXT, TYPE_BYTEA, TYPE_BOOL, TYPE_BOOL };

/* Those of revoke.sql: outcome, found, count. */
#define REVOKED 4

static const unsigned int revoke_types[REVOKED] = { TYPE_TEXT, TYPE_BOOL,
	TYPE_INT8, TYPE_INT8 };

/*
 * The cells of the fake's answer; NULL is SQL's.  Numbers are decimal, booleans
 * "t" or "f".
 */
struct answer {
	int n, columns;
	const unsigned int *types;
	const char *rows[ROWS_MAX][DETAILED];
	int wiped; /* times */
};

struct db {
	bool prepares, has_primary, standby;
	int asked_primary[2]; /* so often: to revoke, to confirm */
	enum db_result primary_result;
	enum db_result result;
	struct answer answer;    /* to the last question */
	struct answer further;   /* to the question that follows it */
	enum statement_id first; /* that is asked */
	enum statement_id asked;
	struct param {
		bool null;
		int len;
		char bytes[16]; /* the first of them */
	} params[STATEMENT_PARAMS_MAX];
	bool asked_again;
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
	db->first = id;
	db->asked = id;
	for (int i = 0; i < STATEMENT_PARAMS_MAX; i++) {
		struct param *param = &db->params[i];

		param->null = params->values[i] == NULL;
		param->len = params->lengths[i];
		if (!param->null)
			memcpy(param->bytes, params->values[i],
			    (size_t)param->len);
	}
	return db->result;
}

enum db_result
db_ask_further(
    struct db *db, enum statement_id id, const struct statement_params *params)
{
	enum statement_id first = db->first;
	enum db_result result;

	db->further.wiped = db->answer.wiped;
	db->answer = db->further;
	result = db_ask(db, id, params);
	db->first = first;
	return result;
}

/* The primary is asked as anybody is. */
enum db_result
db_ask_primary(struct db *db, bool confirms, enum statement_id id,
    const struct statement_params *params)
{
	db->asked_primary[confirms ? 1 : 0]++;
	if (confirms) {
		db->further.wiped = db->answer.wiped;
		db->answer = db->further;
		db->result = db->primary_result;
	}
	return db_ask(db, id, params);
}

bool
db_has_primary(const struct db *db)
{
	return db->has_primary;
}

bool
db_may_lag(const struct db *db)
{
	return db->has_primary && db->standby;
}

bool
db_prepares(const struct db *db)
{
	return db->prepares;
}

int
answer_rows(const struct answer *answer)
{
	return answer->n;
}

bool
answer_has_types(const struct answer *answer, const unsigned int *types, int n)
{
	return n == answer->columns &&
	       memcmp(types, answer->types, (size_t)n * sizeof types[0]) == 0;
}

static const char *
cell(const struct answer *answer, int row, int column)
{
	assert_in_range(row, 0, answer->n - 1);
	assert_in_range(column, 0, answer->columns - 1);
	return answer->rows[row][column];
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

bool
answer_boolean(const struct answer *answer, int row, int column)
{
	const char *text = cell(answer, row, column);

	return text != NULL && strcmp(text, "t") == 0;
}

/* The only column that holds a secret is the token. */
void
answer_wipe(struct answer *answer, int column)
{
	assert_int_equal(column, TOKEN);
	answer->wiped++;
}

struct answer *
db_answer(struct db *db)
{
	return &db->answer;
}

bool
db_asked_again(const struct db *db)
{
	return db->asked_again;
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
	const char *rows[ROWS_MAX][PLAIN];
	int64_t limit, offset;
	enum db_result result;
	enum tokens_outcome outcome;
	size_t rows_given;
	bool next;
} replies[] = {
	{ "a full page", 2,
	    { { OK_2_3, "9", "5", "a" }, { OK_2_3, "8", "4", "b" } }, 2, 0,
	    DB_OK, TOKENS_OK, 2, true },
	{ "the last page", 1, { { OK_2_3, "7", NULL, NULL } }, 2, 2, DB_OK,
	    TOKENS_OK, 1, false },
	{ "past the end", 1, { { OK_2_3, NULL, NULL, NULL } }, 2, 3, DB_OK,
	    TOKENS_OK, 0, false },
	{ "the count alone", 1, { { OK_2_3, NULL, NULL, NULL } }, 0, 0, DB_OK,
	    TOKENS_OK, 0, true },
	{ "a page between", 1, { { OK_2_3, "8", "4", "b" } }, 1, 1, DB_OK,
	    TOKENS_OK, 1, true },
	{ "far past the end", 1, { { OK_2_3, NULL, NULL, NULL } }, 2, INT64_MAX,
	    DB_OK, TOKENS_OK, 0, false },
	{ "the greatest numbers", 1,
	    { { "ok", "2", "9223372036854775807", "9", "5", "a" } }, 1,
	    INT64_MAX - 1, DB_OK, TOKENS_OK, 1, false },
	{ "one before the greatest", 1,
	    { { "ok", "2", "9223372036854775807", "9", "5", "a" } }, 1,
	    INT64_MAX - 2, DB_OK, TOKENS_OK, 1, true },
	{ "an empty list", 1, { { "ok", "2", "0", NULL, NULL, NULL } }, 2, 0,
	    DB_OK, TOKENS_OK, 0, false },
	{ "unknown application", 1,
	    { { "invalid_api_key", NULL, "0", NULL, NULL, NULL } }, 2, 0, DB_OK,
	    TOKENS_UNKNOWN_APPLICATION, 0, false },
	{ "unknown token", 1,
	    { { "invalid_oauth_token", NULL, "0", NULL, NULL, NULL } }, 2, 0,
	    DB_OK, TOKENS_UNKNOWN_TOKEN, 0, false },
	{ "expired token", 1,
	    { { "expired_oauth_token", NULL, "0", NULL, NULL, NULL } }, 2, 0,
	    DB_OK, TOKENS_EXPIRED_TOKEN, 0, false },
	{ "not a viewer", 1,
	    { { "unauthorized_access", NULL, "0", NULL, NULL, NULL } }, 2, 0,
	    DB_OK, TOKENS_NOT_A_VIEWER, 0, false },

	{ "no row at all", 0, { { NULL } }, 2, 0, DB_FAILED, TOKENS_OK, 0,
	    false },
	{ "another outcome", 1, { { "OK", "2", "0", NULL, NULL, NULL } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0, false },
	{ "no outcome", 1, { { NULL, "2", "0", NULL, NULL, NULL } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0, false },
	{ "no count", 1, { { "ok", "2", NULL, NULL, NULL, NULL } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0, false },
	{ "no user", 1, { { "ok", NULL, "0", NULL, NULL, NULL } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0, false },
	{ "a user with a refusal", 1,
	    { { "invalid_oauth_token", "2", "0", NULL, NULL, NULL } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0, false },
	{ "two users", 2,
	    { { OK_2_3, "9", "5", "a" }, { "ok", "1", "3", "8", "4", "b" } }, 2,
	    0, DB_FAILED, TOKENS_OK, 0, false },
	{ "two counts", 2,
	    { { OK_2_3, "9", "5", "a" }, { "ok", "2", "4", "8", "4", "b" } }, 2,
	    0, DB_FAILED, TOKENS_OK, 0, false },
	{ "two outcomes", 2,
	    { { "ok", "2", "1", "9", "5", "a" },
	        { "invalid_oauth_token", NULL, "0", NULL, NULL, NULL } },
	    2, 0, DB_FAILED, TOKENS_OK, 0, false },
	{ "two refusals", 2,
	    { { "invalid_oauth_token", NULL, "0", NULL, NULL, NULL },
	        { "invalid_oauth_token", NULL, "0", NULL, NULL, NULL } },
	    2, 0, DB_FAILED, TOKENS_OK, 0, false },
	{ "more rows than asked for", 3,
	    { { OK_2_3, "9", "5", "a" }, { OK_2_3, "8", "4", "b" },
	        { OK_2_3, "7", "3", "c" } },
	    2, 0, DB_FAILED, TOKENS_OK, 0, false },
	{ "more rows than there are", 2,
	    { { OK_2_3, "9", "5", "a" }, { OK_2_3, "9", "5", "a" } }, 2, 2,
	    DB_FAILED, TOKENS_OK, 0, false },
	{ "fewer rows than there are", 1, { { OK_2_3, "9", "5", "a" } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0, false },
	{ "a row without an id", 2,
	    { { OK_2_3, "9", "5", "a" }, { OK_2_3, NULL, "4", "b" } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0, false },
	{ "an id past the end", 1, { { OK_2_3, "9", "5", "a" } }, 2, 3,
	    DB_FAILED, TOKENS_OK, 0, false },
	{ "two rows past the end", 2,
	    { { OK_2_3, NULL, NULL, NULL }, { OK_2_3, NULL, NULL, NULL } }, 2,
	    3, DB_FAILED, TOKENS_OK, 0, false },
	{ "a negative count", 1, { { "ok", "2", "-1", "9", "5", "a" } }, 2, 0,
	    DB_FAILED, TOKENS_OK, 0, false },
};

static void
check_moment(struct token_moment got, const char *want)
{
	assert_int_equal(got.known, want != NULL);
	assert_int_equal(got.us, want != NULL ? strtoll(want, NULL, 10) : 0);
}

static void
check_text(struct token_text got, const char *want)
{
	if (want == NULL) {
		assert_null(got.bytes);
		return;
	}
	assert_string_equal(got.bytes, want);
	assert_int_equal(got.len, strlen(want));
}

/* What is not a digest's length is no digest. */
static void
check_digest(const unsigned char *got, const char *want)
{
	if (want == NULL || strlen(want) != 32)
		assert_null(got);
	else
		assert_memory_equal(got, want, 32);
}

/* Is a row what these cells say?  details: with all columns. */
static void
check_row(const struct token_row *got, const char *const *cells, bool details)
{
	const struct token_details *more = got->details;

	assert_int_equal(got->id, strtoll(cells[ID], NULL, 10));
	check_moment(got->expires, cells[EXPIRES]);
	check_text(got->token, cells[TOKEN]);
	assert_int_equal(more != NULL, details);
	if (more == NULL)
		return;
	check_moment(more->created, cells[CREATED_AT]);
	check_text(more->client_id, cells[CLIENT_ID]);
	check_text(more->name, cells[NAME]);
	check_digest(more->digest, cells[DIGEST]);
	assert_int_equal(more->current, strcmp(cells[CURRENT], "t") == 0);
	assert_int_equal(more->expired, strcmp(cells[EXPIRED], "t") == 0);
}

/* Give an answer's rows these cells, of so many columns of these types. */
static void
set_typed(struct answer *answer, const char *const *cells, int columns,
    const unsigned int *types)
{
	answer->columns = columns;
	answer->types = types;
	for (int i = 0; i < answer->n; i++)
		memcpy(answer->rows[i], cells + (ptrdiff_t)i * columns,
		    (size_t)columns * sizeof *cells);
}

/* The same for a list. */
static void
set_cells(struct answer *answer, const char *const *cells, int columns)
{
	set_typed(answer, cells, columns, list_types);
}

static void
forget(struct db *db, struct token_list *page)
{
	tokens_forget(db, page);
	assert_null(page->rows);
	assert_null(page->details);
	assert_int_equal(db->answer.wiped, 1);
	assert_int_equal(db->forgotten, 1);
}

static void
read_answer(void **state)
{
	const struct reply *row = *state;
	const struct tokens_request request = { .limit = row->limit,
		.offset = row->offset };
	struct db db = { .result = DB_OK, .answer = { .n = row->n } };
	enum tokens_outcome outcome = TOKENS_OK;
	struct token_list page = { .n = 0 };

	set_cells(&db.answer, row->rows[0], PLAIN);
	logged = 0;
	assert_int_equal(
	    tokens_read(&db, &config, &request, &outcome, &page), row->result);
	assert_int_equal(logged, row->result == DB_FAILED);
	if (row->result == DB_OK)
		assert_int_equal(outcome, row->outcome);
	assert_int_equal(page.n, row->rows_given);
	for (size_t i = 0; i < page.n; i++)
		check_row(&page.rows[i], row->rows[i], false);
	assert_int_equal(page.next, row->next);
	if (row->result == DB_OK && outcome == TOKENS_OK) {
		assert_int_equal(page.user_id, 2);
		assert_int_equal(
		    page.count, strtoll(row->rows[0][COUNT_OF_ALL], NULL, 10));
		assert_false(page.uncounted);
	}
	forget(&db, &page);
}

#define OK_2 "ok", "2", NULL

/* Where the page begins: behind a token of id 10 that expires at 5. */
static const struct cursor at_5_10 = { { true, 5 }, 10 };

/*
 * Answers without a count, or behind a position, to a request for 2 rows: one
 * row more is asked for, and says whether a token follows.
 */
static const struct peek {
	const char *name;
	bool uncounted, behind;
	int64_t limit, offset;
	int n;
	const char *rows[ROWS_MAX][PLAIN];
	enum db_result result;
	size_t rows_given;
	bool next;
} peeks[] = {
	{ "a full page, and more", true, false, 2, 0, 3,
	    { { OK_2, "9", "5", "a" }, { OK_2, "8", "4", "b" },
	        { OK_2, "7", "3", "c" } },
	    DB_OK, 2, true },
	{ "a full page, and no more", true, false, 2, 0, 2,
	    { { OK_2, "9", "5", "a" }, { OK_2, "8", "4", "b" } }, DB_OK, 2,
	    false },
	{ "a short page", true, false, 2, 0, 1, { { OK_2, "9", NULL, NULL } },
	    DB_OK, 1, false },
	{ "an empty list", true, false, 2, 0, 1, { { OK_2, NULL, NULL, NULL } },
	    DB_OK, 0, false },
	{ "past the end", true, false, 2, 9, 1, { { OK_2, NULL, NULL, NULL } },
	    DB_OK, 0, false },
	{ "by offset", true, false, 2, INT64_MAX - 9, 1,
	    { { OK_2, "9", "5", "a" } }, DB_OK, 1, false },
	{ "none, of some", true, false, 0, 0, 1, { { OK_2, "9", "5", "a" } },
	    DB_OK, 0, true },
	{ "none, of none", true, false, 0, 0, 1, { { OK_2, NULL, NULL, NULL } },
	    DB_OK, 0, false },
	{ "behind, and more", true, true, 2, 0, 3,
	    { { OK_2, "9", "5", "a" }, { OK_2, "11", "4", "b" },
	        { OK_2, "7", "3", "c" } },
	    DB_OK, 2, true },
	{ "behind, counted", false, true, 2, 0, 3,
	    { { OK_2_3, "9", "5", "a" }, { OK_2_3, "11", "4", "b" },
	        { OK_2_3, "7", "3", "c" } },
	    DB_OK, 2, true },
	{ "behind, the last page, counted", false, true, 2, 0, 2,
	    { { OK_2_3, "9", "5", "a" }, { OK_2_3, "8", "4", "b" } }, DB_OK, 2,
	    false },
	{ "behind all, counted", false, true, 2, 0, 1,
	    { { OK_2_3, NULL, NULL, NULL } }, DB_OK, 0, false },
	{ "none behind, of some", false, true, 0, 0, 1,
	    { { OK_2_3, "9", "5", "a" } }, DB_OK, 0, true },

	{ "a count that nobody asked for", true, false, 2, 0, 1,
	    { { OK_2_3, "9", "5", "a" } }, DB_FAILED, 0, false },
	{ "no count", false, true, 2, 0, 1, { { OK_2, "9", "5", "a" } },
	    DB_FAILED, 0, false },
	{ "two rows more", true, false, 1, 0, 3,
	    { { OK_2, "9", "5", "a" }, { OK_2, "8", "4", "b" },
	        { OK_2, "7", "3", "c" } },
	    DB_FAILED, 0, false },
	{ "behind, two rows more", true, true, 1, 0, 3,
	    { { OK_2, "9", "5", "a" }, { OK_2, "8", "4", "b" },
	        { OK_2, "7", "3", "c" } },
	    DB_FAILED, 0, false },
	{ "more than were counted", false, true, 2, 0, 2,
	    { { "ok", "2", "1", "9", "5", "a" },
	        { "ok", "2", "1", "8", "4", "b" } },
	    DB_FAILED, 0, false },
	{ "a row twice", true, false, 2, 0, 2,
	    { { OK_2, "9", "5", "a" }, { OK_2, "9", "5", "a" } }, DB_FAILED, 0,
	    false },
	{ "all rows twice", true, false, 3, 0, 4,
	    { { OK_2, "9", "5", "a" }, { OK_2, "8", "4", "b" },
	        { OK_2, "9", "5", "a" }, { OK_2, "8", "4", "b" } },
	    DB_FAILED, 0, false },
	{ "a row twice behind, counted", false, true, 2, 0, 2,
	    { { OK_2_3, "9", "5", "a" }, { OK_2_3, "9", "5", "a" } }, DB_FAILED,
	    0, false },
	{ "the row of the position", true, true, 2, 0, 1,
	    { { OK_2, "10", "5", "a" } }, DB_FAILED, 0, false },
	{ "a row before the position", true, true, 2, 0, 2,
	    { { OK_2, "9", "5", "a" }, { OK_2, "11", "5", "b" } }, DB_FAILED, 0,
	    false },
	{ "one that never expires, before it", false, true, 2, 0, 1,
	    { { OK_2_3, "9", NULL, "a" } }, DB_FAILED, 0, false },
	{ "a row without an id", true, false, 2, 0, 2,
	    { { OK_2, "9", "5", "a" }, { OK_2, NULL, NULL, NULL } }, DB_FAILED,
	    0, false },
	{ "an empty page twice", true, false, 2, 0, 2,
	    { { OK_2, NULL, NULL, NULL }, { OK_2, NULL, NULL, NULL } },
	    DB_FAILED, 0, false },
	{ "two users", true, false, 2, 0, 2,
	    { { OK_2, "9", "5", "a" }, { "ok", "3", NULL, "8", "4", "b" } },
	    DB_FAILED, 0, false },
	{ "no user", true, false, 2, 0, 1,
	    { { "ok", NULL, NULL, "9", "5", "a" } }, DB_FAILED, 0, false },
};

static void
peek(void **state)
{
	const struct peek *row = *state;
	const struct tokens_request request = { .limit = row->limit,
		.offset = row->offset,
		.uncounted = row->uncounted,
		.after = row->behind ? &at_5_10 : NULL };
	struct db db = { .result = DB_OK, .answer = { .n = row->n } };
	enum tokens_outcome outcome = TOKENS_NOT_FOUND;
	struct token_list page = { .n = 0 };

	set_cells(&db.answer, row->rows[0], PLAIN);
	logged = 0;
	assert_int_equal(
	    tokens_read(&db, &config, &request, &outcome, &page), row->result);
	assert_int_equal(logged, row->result == DB_FAILED);
	assert_int_equal(page.n, row->rows_given);
	assert_int_equal(page.next, row->next);
	for (size_t i = 0; i < page.n; i++)
		check_row(&page.rows[i], row->rows[i], false);
	if (row->result == DB_OK) {
		assert_int_equal(outcome, TOKENS_OK);
		assert_int_equal(page.user_id, 2);
		assert_int_equal(page.uncounted, row->uncounted);
		assert_int_equal(page.count, row->uncounted ? 0 : 3);
	}
	forget(&db, &page);
}

/* A refusal says no count either. */
static void
refuse_uncounted(void **state)
{
	static const char *const cells[PLAIN] = { "unauthorized_access", NULL,
		NULL, NULL, NULL, NULL };
	const struct tokens_request request = { .limit = 2, .uncounted = true };
	struct db db = { .result = DB_OK, .answer = { .n = 1 } };
	enum tokens_outcome outcome = TOKENS_OK;
	struct token_list page = { .n = 0 };

	(void)state;
	set_cells(&db.answer, cells, PLAIN);
	assert_int_equal(
	    tokens_read(&db, &config, &request, &outcome, &page), DB_OK);
	assert_int_equal(outcome, TOKENS_NOT_A_VIEWER);
	forget(&db, &page);
}

#define DETAILS_1                             \
	"-7", "client", "Mage \"\\ \xc3\xa9", \
	    "0123456789abcdef0123456789abcdef", "t", "f"
#define DETAILS_2 NULL, NULL, NULL, NULL, "f", "t"
#define DETAILS_3 "3", NULL, "", "0123456789abcdef0123456789abcde", "f", "f"
#define NO_TOKEN  NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL

/* Rows come in another order, so that their details must follow them. */
static const struct detailed {
	const char *name;
	int n;
	const char *rows[ROWS_MAX][DETAILED];
	const int order[ROWS_MAX]; /* of these rows in the list */
} detailed[] = {
	{ "one row", 1, { { "ok", "2", "1", "9", "5", "a", DETAILS_1 } },
	    { 0 } },
	{ "NULL wherever it may be", 1,
	    { { "ok", "2", "1", "9", NULL, NULL, DETAILS_2 } }, { 0 } },
	{ "three rows, in order", 3,
	    { { OK_2_3, "9", "5", "a", DETAILS_1 },
	        { OK_2_3, "8", "4", "b", DETAILS_2 },
	        { OK_2_3, "7", "3", "c", DETAILS_3 } },
	    { 0, 1, 2 } },
	{ "three rows, in another order", 3,
	    { { OK_2_3, "7", "3", "c", DETAILS_3 },
	        { OK_2_3, "9", "5", "a", DETAILS_1 },
	        { OK_2_3, "8", "4", "b", DETAILS_2 } },
	    { 1, 2, 0 } },
	{ "an empty list", 0, { { "ok", "2", "0", NO_TOKEN } }, { 0 } },
};

static void
read_details(void **state)
{
	const struct detailed *row = *state;
	const struct tokens_request request = { .limit = 3, .details = true };
	struct db db = { .result = DB_OK,
		.answer = { .n = row->n > 0 ? row->n : 1 } };
	enum tokens_outcome outcome = TOKENS_NOT_FOUND;
	struct token_list page = { .n = 0 };

	set_cells(&db.answer, row->rows[0], DETAILED);
	assert_int_equal(
	    tokens_read(&db, &config, &request, &outcome, &page), DB_OK);
	assert_int_equal(outcome, TOKENS_OK);
	assert_int_equal(page.n, row->n);
	for (size_t i = 0; i < page.n; i++)
		check_row(&page.rows[i], row->rows[row->order[i]], true);
	forget(&db, &page);
}

/* Answers to a request for one token. */
static const struct single {
	const char *name;
	int n;
	const char *rows[2][DETAILED];
	enum db_result result;
	enum tokens_outcome outcome;
} singles[] = {
	{ "found", 1, { { "ok", "2", "1", "9", "5", "a", DETAILS_1 } }, DB_OK,
	    TOKENS_OK },
	{ "not found", 1, { { "ok", "2", "0", NO_TOKEN } }, DB_OK,
	    TOKENS_NOT_FOUND },
	{ "unknown application", 1,
	    { { "invalid_api_key", NULL, "0", NO_TOKEN } }, DB_OK,
	    TOKENS_UNKNOWN_APPLICATION },
	{ "not a viewer", 1, { { "unauthorized_access", NULL, "0", NO_TOKEN } },
	    DB_OK, TOKENS_NOT_A_VIEWER },
	{ "two of one id", 2,
	    { { "ok", "2", "1", "9", "5", "a", DETAILS_1 },
	        { "ok", "2", "1", "9", "5", "a", DETAILS_1 } },
	    DB_FAILED, TOKENS_OK },
	{ "two of one id, counted", 2,
	    { { "ok", "2", "2", "9", "5", "a", DETAILS_1 },
	        { "ok", "2", "2", "9", "5", "a", DETAILS_1 } },
	    DB_FAILED, TOKENS_OK },
	{ "found, but not counted", 1,
	    { { "ok", "2", "0", "9", "5", "a", DETAILS_1 } }, DB_FAILED,
	    TOKENS_OK },
	{ "counted, but not found", 1, { { "ok", "2", "1", NO_TOKEN } },
	    DB_FAILED, TOKENS_OK },
	{ "a negative count", 1,
	    { { "ok", "2", "-1", "9", "5", "a", DETAILS_1 } }, DB_FAILED,
	    TOKENS_OK },
	{ "found for nobody", 1,
	    { { "ok", NULL, "1", "9", "5", "a", DETAILS_1 } }, DB_FAILED,
	    TOKENS_OK },
	{ "found for two", 2,
	    { { "ok", "2", "1", "9", "5", "a", DETAILS_1 },
	        { "ok", "3", "1", "9", "5", "a", DETAILS_1 } },
	    DB_FAILED, TOKENS_OK },
	{ "an outcome that only the program has", 1,
	    { { "record_not_found", NULL, "0", NO_TOKEN } }, DB_FAILED,
	    TOKENS_OK },
};

/* By id and by the request's own; a list's page says nothing then. */
static void
read_one(void **state)
{
	const struct single *row = *state;

	for (int which = TOKENS_ONE; which <= TOKENS_CURRENT; which++) {
		const struct tokens_request request = {
			.which = (enum tokens_which)which, .id = 9, .limit = 0
		};
		struct db db = { .result = DB_OK, .answer = { .n = row->n } };
		enum tokens_outcome outcome = TOKENS_OK;
		struct token_list page = { .n = 0 };

		set_cells(&db.answer, row->rows[0], DETAILED);
		logged = 0;
		assert_int_equal(
		    tokens_read(&db, &config, &request, &outcome, &page),
		    row->result);
		assert_int_equal(logged, row->result == DB_FAILED);
		if (row->result == DB_OK)
			assert_int_equal(outcome, row->outcome);
		assert_int_equal(
		    page.n, row->result == DB_OK && row->outcome == TOKENS_OK);
		if (page.n > 0)
			check_row(&page.rows[0], row->rows[0], true);
		forget(&db, &page);
	}
}

/* The list knows whether its tokens are cut, as they were asked for. */
static void
say_masked(void **state)
{
	static const char *const cells[DETAILED] = { "ok", "2", "1", "9", "5",
		"abcdefgh", DETAILS_1 };

	(void)state;
	for (int i = 0; i < 4; i++) {
		const struct tokens_request request = { .limit = 1,
			.which = i / 2 == 0 ? TOKENS_LIST : TOKENS_ONE,
			.details = true,
			.masked = i % 2 == 1 };
		struct db db = { .result = DB_OK, .answer = { .n = 1 } };
		enum tokens_outcome outcome;
		struct token_list page = { .n = 0 };

		set_cells(&db.answer, cells, DETAILED);
		assert_int_equal(
		    tokens_read(&db, &config, &request, &outcome, &page),
		    DB_OK);
		assert_int_equal(page.masked, request.masked);
		forget(&db, &page);
	}
}

/* An answer with a column more or less than was asked for is none. */
static const struct width {
	const char *name;
	enum tokens_which which;
	bool details;
	int columns; /* right */
} widths[] = {
	{ "a list", TOKENS_LIST, false, PLAIN },
	{ "a list with details", TOKENS_LIST, true, DETAILED },
	{ "one", TOKENS_ONE, false, DETAILED },
	{ "current", TOKENS_CURRENT, false, DETAILED },
};

static void
count_columns(void **state)
{
	static const char *const cells[DETAILED] = { "ok", "2", "1", "9", "5",
		"a", DETAILS_1 };
	const struct width *row = *state;
	const struct tokens_request request = {
		.which = row->which, .limit = 1, .details = row->details
	};

	for (int columns = PLAIN; columns <= DETAILED; columns++) {
		struct db db = { .result = DB_OK, .answer = { .n = 1 } };
		enum tokens_outcome outcome;
		struct token_list page = { .n = 0 };

		set_cells(&db.answer, cells, columns);
		logged = 0;
		assert_int_equal(
		    tokens_read(&db, &config, &request, &outcome, &page),
		    columns == row->columns ? DB_OK : DB_FAILED);
		assert_int_equal(logged, columns != row->columns);
		forget(&db, &page);
	}
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
		    tokens_read(&db, &config, &request, &outcome, &page),
		    result);
		assert_int_equal(logged, 0);
	}
	tokens_forget(NULL, &page);
}

/* Which statement is asked. */
static const struct choice {
	const char *name;
	struct tokens_request request;
	bool by_permission;
	enum statement_id want;
} choices[] = {
	{ "the first page", { .limit = 40 }, false, STATEMENT_LIST },
	{ "with details", { .limit = 40, .details = true }, false,
	    STATEMENT_LIST + 1 },
	{ "not counted", { .limit = 40, .uncounted = true }, false,
	    STATEMENT_LIST + 2 },
	{ "not counted, with details",
	    { .limit = 40, .uncounted = true, .details = true }, false,
	    STATEMENT_LIST + 3 },
	{ "all of it", { .limit = 40, .show_all = true }, false,
	    STATEMENT_LIST + 4 },
	{ "just not far", { .limit = 40, .offset = 199 }, false,
	    STATEMENT_LIST },
	{ "far", { .limit = 40, .offset = 200 }, false, STATEMENT_LIST + 8 },
	{ "far, not counted", { .limit = 40, .offset = 200, .uncounted = true },
	    false, STATEMENT_LIST + 10 },
	{ "far, all", { .limit = 40, .offset = 200, .show_all = true }, false,
	    STATEMENT_LIST + 12 },
	{ "far, all, with details",
	    { .limit = 40, .offset = 200, .show_all = true, .details = true },
	    false, STATEMENT_LIST + 13 },
	{ "far, but not past a page",
	    { .limit = 201, .offset = 200, .show_all = true }, false,
	    STATEMENT_LIST + 4 },
	{ "behind", { .limit = 40, .after = &at_5_10 }, false,
	    STATEMENT_LIST + 16 },
	{ "behind, all, not counted, with details",
	    { .limit = 40,
	        .after = &at_5_10,
	        .show_all = true,
	        .uncounted = true,
	        .details = true },
	    false, STATEMENT_LIST + 23 },
	{ "by permission", { .limit = 40 }, true, STATEMENT_LIST + 32 },
	{ "by permission, far, all, with details",
	    { .limit = 40,
	        .offset = INT64_MAX,
	        .show_all = true,
	        .details = true },
	    true, STATEMENT_LIST + 45 },
	{ "by permission, behind", { .limit = 40, .after = &at_5_10 }, true,
	    STATEMENT_LIST + 48 },
	{ "one", { .which = TOKENS_ONE, .limit = 40 }, false, STATEMENT_ONE },
	{ "the request's own", { .which = TOKENS_CURRENT, .limit = 40 }, false,
	    STATEMENT_ONE + 1 },
	{ "one, by permission", { .which = TOKENS_ONE, .limit = 40 }, true,
	    STATEMENT_ONE + 2 },
	{ "the request's own, by permission",
	    { .which = TOKENS_CURRENT, .limit = 40 }, true, STATEMENT_ONE + 3 },
	{ "one, whatever a list would need",
	    { .which = TOKENS_ONE,
	        .limit = 40,
	        .offset = 200,
	        .show_all = true,
	        .details = true },
	    false, STATEMENT_ONE },
};

static void
choose(void **state)
{
	const struct choice *row = *state;
	const struct config by = { .by_permission = row->by_permission };
	struct db db = { .result = DB_TIMEOUT };
	enum tokens_outcome outcome;
	struct token_list page = { .n = 0 };

	assert_int_equal(
	    tokens_read(&db, &by, &row->request, &outcome, &page), DB_TIMEOUT);
	assert_int_equal(db.asked, row->want);
}

/* What the statement is asked with: $1, $2 and so on, in binary. */
static const struct question {
	const char *name;
	struct tokens_request request;
	const char *project; /* NULL: none */
	struct {
		const char *bytes; /* NULL: SQL NULL */
		size_t len;
	} params[STATEMENT_PARAMS_MAX]; /* those that the statement has */
	int n;
} questions[] = {
	{ "a list",
	    { .api_key = "key",
	        .api_key_len = 3,
	        .token = "token",
	        .token_len = 5,
	        .limit = 0x0102030405060708,
	        .offset = 0x1112131415161718 },
	    NULL,
	    { { BYTES("key") }, { BYTES("token") }, { NULL, 0 },
	        { BYTES("\0") }, { BYTES("\0") },
	        { BYTES("\1\2\3\4\5\6\7\x08") },
	        { BYTES("\x11\x12\x13\x14\x15\x16\x17\x18") }, { NULL, 0 },
	        { NULL, 0 } },
	    9 },
	{ "a list, show_all sent",
	    { .api_key = "key and more",
	        .api_key_len = 3, /* texts end where they say */
	        .token = "token and more",
	        .token_len = 5,
	        .show_all_sent = true,
	        .limit = 1 },
	    "p1",
	    { { BYTES("key") }, { BYTES("token") }, { BYTES("p1") },
	        { BYTES("\1") }, { BYTES("\0") }, { BYTES("\0\0\0\0\0\0\0\1") },
	        { BYTES("\0\0\0\0\0\0\0\0") }, { NULL, 0 }, { NULL, 0 } },
	    9 },
	{ "a list, masked",
	    { .api_key = "",
	        .token = "t",
	        .token_len = 1,
	        .masked = true,
	        .id = 5,
	        .limit = 0,
	        .offset = INT64_MAX },
	    NULL,
	    { { BYTES("") }, { BYTES("t") }, { NULL, 0 }, { BYTES("\0") },
	        { BYTES("\1") }, { BYTES("\0\0\0\0\0\0\0\0") },
	        { BYTES("\x7f\xff\xff\xff\xff\xff\xff\xff") }, { NULL, 0 },
	        { NULL, 0 } },
	    9 },
	{ "a list that is not counted: a row more",
	    { .api_key = "k",
	        .api_key_len = 1,
	        .token = "t",
	        .token_len = 1,
	        .uncounted = true,
	        .limit = 255,
	        .offset = 3 },
	    NULL,
	    { { BYTES("k") }, { BYTES("t") }, { NULL, 0 }, { BYTES("\0") },
	        { BYTES("\0") }, { BYTES("\0\0\0\0\0\0\1\0") },
	        { BYTES("\0\0\0\0\0\0\0\3") }, { NULL, 0 }, { NULL, 0 } },
	    9 },
	{ "behind a position: a row more",
	    { .api_key = "k",
	        .api_key_len = 1,
	        .token = "t",
	        .token_len = 1,
	        .after =
	            &(const struct cursor){ { true, 0x0102030405060708 }, -2 },
	        .limit = 0 },
	    NULL,
	    { { BYTES("k") }, { BYTES("t") }, { NULL, 0 }, { BYTES("\0") },
	        { BYTES("\0") }, { BYTES("\0\0\0\0\0\0\0\1") },
	        { BYTES("\0\0\0\0\0\0\0\0") }, { BYTES("\1\2\3\4\5\6\7\x08") },
	        { BYTES("\xff\xff\xff\xff\xff\xff\xff\xfe") } },
	    9 },
	{ "behind one that never expires",
	    { .api_key = "k",
	        .api_key_len = 1,
	        .token = "t",
	        .token_len = 1,
	        .after = &(const struct cursor){ { false, 0 }, 5 },
	        .limit = 1 },
	    NULL,
	    { { BYTES("k") }, { BYTES("t") }, { NULL, 0 }, { BYTES("\0") },
	        { BYTES("\0") }, { BYTES("\0\0\0\0\0\0\0\2") },
	        { BYTES("\0\0\0\0\0\0\0\0") }, { NULL, 0 },
	        { BYTES("\0\0\0\0\0\0\0\5") } },
	    9 },
	{ "one",
	    { .which = TOKENS_ONE,
	        .api_key = "key",
	        .api_key_len = 3,
	        .token = "token",
	        .token_len = 5,
	        .masked = true,
	        .id = 0x0102030405060708,
	        .limit = 9 },
	    "p1",
	    { { BYTES("key") }, { BYTES("token") }, { BYTES("p1") },
	        { BYTES("\0") }, { BYTES("\1") },
	        { BYTES("\1\2\3\4\5\6\7\x08") } },
	    6 },
	{ "one, of id 0",
	    { .which = TOKENS_ONE,
	        .api_key = "key",
	        .api_key_len = 3,
	        .token = "token",
	        .token_len = 5,
	        .limit = 9 },
	    NULL,
	    { { BYTES("key") }, { BYTES("token") }, { NULL, 0 },
	        { BYTES("\0") }, { BYTES("\0") },
	        { BYTES("\0\0\0\0\0\0\0\0") } },
	    6 },
	{ "one, of an id that is too great",
	    { .which = TOKENS_ONE,
	        .api_key = "key",
	        .api_key_len = 3,
	        .token = "token",
	        .token_len = 5,
	        .id = -1,
	        .limit = 9 },
	    NULL,
	    { { BYTES("key") }, { BYTES("token") }, { NULL, 0 },
	        { BYTES("\0") }, { BYTES("\0") }, { NULL, 0 } },
	    6 },
	{ "the request's own",
	    { .which = TOKENS_CURRENT,
	        .api_key = "key",
	        .api_key_len = 3,
	        .token = "token",
	        .token_len = 5,
	        .masked = true,
	        .id = -1 },
	    NULL,
	    { { BYTES("key") }, { BYTES("token") }, { NULL, 0 },
	        { BYTES("\0") }, { BYTES("\1") } },
	    5 },
};

/* Has the database been asked so, with all parameters of the row? */
static void
check_params(const struct db *db, const struct question *row)
{
	for (int i = 0; i < row->n; i++) {
		const struct param *param = &db->params[i];

		assert_int_equal(param->null, row->params[i].bytes == NULL);
		if (param->null)
			continue;
		assert_int_equal(param->len, row->params[i].len);
		assert_memory_equal(
		    param->bytes, row->params[i].bytes, row->params[i].len);
	}
}

static void
ask(void **state)
{
	const struct question *row = *state;
	char project[8] = "";
	const struct config with = {
		.project_uuid = row->project != NULL ? project : NULL
	};
	struct db db = { .result = DB_UNAVAILABLE };
	enum tokens_outcome outcome;
	struct token_list page = { .n = 0 };

	if (row->project != NULL)
		snprintf(project, sizeof project, "%s", row->project);
	assert_int_equal(
	    tokens_read(&db, &with, &row->request, &outcome, &page),
	    DB_UNAVAILABLE);
	check_params(&db, row);
}

/* The same for revoke.sql. */
#define CALLER                                       \
	.api_key = "key and more", .api_key_len = 3, \
	.token = "token and more", .token_len = 5 /* they end so */

static const struct question endings[] = {
	{ "one", { CALLER, .which = TOKENS_ONE, .id = 0x0102030405060708 },
	    "p1",
	    { { BYTES("key") }, { BYTES("token") }, { BYTES("p1") },
	        { BYTES("\0") }, { BYTES("one") },
	        { BYTES("\1\2\3\4\5\6\7\x08") } },
	    6 },
	{ "one, of id 0", { CALLER, .which = TOKENS_ONE }, NULL,
	    { { BYTES("key") }, { BYTES("token") }, { NULL, 0 },
	        { BYTES("\0") }, { BYTES("one") },
	        { BYTES("\0\0\0\0\0\0\0\0") } },
	    6 },
	{ "one, of the greatest id",
	    { CALLER, .which = TOKENS_ONE, .id = INT64_MAX }, NULL,
	    { { BYTES("key") }, { BYTES("token") }, { NULL, 0 },
	        { BYTES("\0") }, { BYTES("one") },
	        { BYTES("\x7f\xff\xff\xff\xff\xff\xff\xff") } },
	    6 },
	{ "one, of an id that is too great",
	    { CALLER, .which = TOKENS_ONE, .id = -1 }, NULL,
	    { { BYTES("key") }, { BYTES("token") }, { NULL, 0 },
	        { BYTES("\0") }, { BYTES("one") }, { NULL, 0 } },
	    6 },
	{ "the request's own", { CALLER, .which = TOKENS_CURRENT, .id = -1 },
	    NULL,
	    { { BYTES("key") }, { BYTES("token") }, { NULL, 0 },
	        { BYTES("\0") }, { BYTES("current") }, { NULL, 0 } },
	    6 },
	{ "the others", { CALLER, .which = TOKENS_OTHERS, .id = -1 }, "p1",
	    { { BYTES("key") }, { BYTES("token") }, { BYTES("p1") },
	        { BYTES("\0") }, { BYTES("others") }, { NULL, 0 } },
	    6 },
	{ "all", { CALLER, .which = TOKENS_ALL, .id = -1 }, NULL,
	    { { BYTES("key") }, { BYTES("token") }, { NULL, 0 },
	        { BYTES("\0") }, { BYTES("all") }, { NULL, 0 } },
	    6 },
	/* What a list is asked with changes nothing. */
	{ "all, by permission",
	    { CALLER, .which = TOKENS_ALL, .id = -1, .limit = 5, .offset = 500,
	        .masked = true, .details = true, .show_all = true,
	        .show_all_sent = true },
	    NULL,
	    { { BYTES("key") }, { BYTES("token") }, { NULL, 0 },
	        { BYTES("\1") }, { BYTES("all") }, { NULL, 0 } },
	    6 },
};

static void
ask_to_end(void **state)
{
	const struct question *row = *state;
	char project[8] = "";
	const struct config with = {
		.project_uuid = row->project != NULL ? project : NULL,
		.by_permission = row->params[3].bytes[0] == 1,
	};
	struct db db = { .result = DB_UNAVAILABLE };
	enum tokens_outcome outcome = TOKENS_NOT_A_VIEWER;
	struct tokens_revoked revoked = { .count = -7 };

	if (row->project != NULL)
		snprintf(project, sizeof project, "%s", row->project);
	assert_int_equal(
	    tokens_revoke(&db, &with, &row->request, &outcome, &revoked),
	    DB_UNAVAILABLE);
	assert_int_equal(db.asked, STATEMENT_REVOKE);
	check_params(&db, row);
	assert_true(db.params[row->n].null);
	assert_int_equal(outcome, TOKENS_NOT_A_VIEWER);
	assert_int_equal(revoked.count, -7);
}

/* Answers of revoke.sql. */
static const struct ending {
	const char *name;
	enum tokens_which which;
	bool asked_again;
	int n;
	const char *rows[2][REVOKED];
	enum db_result result;
	enum tokens_outcome outcome;
	int64_t count;
} ended[] = {
	{ "one", TOKENS_ONE, false, 1, { { "ok", "t", "1", "7" } }, DB_OK,
	    TOKENS_OK, 1 },
	{ "one, which had ended before", TOKENS_ONE, false, 1,
	    { { "ok", "t", "0", "7" } }, DB_OK, TOKENS_OK, 0 },
	{ "one that is not there", TOKENS_ONE, false, 1,
	    { { "ok", "f", "0", "7" } }, DB_OK, TOKENS_NOT_FOUND, 0 },
	{ "the request's own", TOKENS_CURRENT, false, 1,
	    { { "ok", "t", "1", "7" } }, DB_OK, TOKENS_OK, 1 },
	{ "the others", TOKENS_OTHERS, false, 1,
	    { { "ok", "t", "100000", "7" } }, DB_OK, TOKENS_OK, 100000 },
	{ "no others", TOKENS_OTHERS, false, 1, { { "ok", "f", "0", "7" } },
	    DB_OK, TOKENS_OK, 0 },
	{ "all", TOKENS_ALL, false, 1,
	    { { "ok", "t", "9223372036854775807", "7" } }, DB_OK, TOKENS_OK,
	    INT64_MAX },
	{ "unknown application", TOKENS_ALL, false, 1,
	    { { "invalid_api_key", "f", "0", NULL } }, DB_OK,
	    TOKENS_UNKNOWN_APPLICATION, 0 },
	{ "unknown token", TOKENS_OTHERS, false, 1,
	    { { "invalid_oauth_token", "f", "0", NULL } }, DB_OK,
	    TOKENS_UNKNOWN_TOKEN, 0 },
	{ "expired token", TOKENS_ONE, false, 1,
	    { { "expired_oauth_token", "f", "0", NULL } }, DB_OK,
	    TOKENS_EXPIRED_TOKEN, 0 },
	{ "not a viewer", TOKENS_ONE, false, 1,
	    { { "unauthorized_access", "f", "0", NULL } }, DB_OK,
	    TOKENS_NOT_A_VIEWER, 0 },

	/* A connection was lost: the first time may have ended it. */
	{ "expired, the request's own", TOKENS_CURRENT, false, 1,
	    { { "expired_oauth_token", "f", "0", NULL } }, DB_OK,
	    TOKENS_EXPIRED_TOKEN, 0 },
	{ "expired, all", TOKENS_ALL, false, 1,
	    { { "expired_oauth_token", "f", "0", NULL } }, DB_OK,
	    TOKENS_EXPIRED_TOKEN, 0 },
	{ "asked again: expired, the request's own", TOKENS_CURRENT, true, 1,
	    { { "expired_oauth_token", "f", "0", NULL } }, DB_OK, TOKENS_OK,
	    0 },
	/* Whether the others have ended nobody knows. */
	{ "asked again: expired, all", TOKENS_ALL, true, 1,
	    { { "expired_oauth_token", "f", "0", NULL } }, DB_OK,
	    TOKENS_EXPIRED_TOKEN, 0 },
	{ "asked again: expired, one", TOKENS_ONE, true, 1,
	    { { "expired_oauth_token", "f", "0", NULL } }, DB_OK,
	    TOKENS_EXPIRED_TOKEN, 0 },
	{ "asked again: expired, the others", TOKENS_OTHERS, true, 1,
	    { { "expired_oauth_token", "f", "0", NULL } }, DB_OK,
	    TOKENS_EXPIRED_TOKEN, 0 },
	{ "asked again: unknown token", TOKENS_CURRENT, true, 1,
	    { { "invalid_oauth_token", "f", "0", NULL } }, DB_OK,
	    TOKENS_UNKNOWN_TOKEN, 0 },
	{ "asked again: unknown application", TOKENS_ALL, true, 1,
	    { { "invalid_api_key", "f", "0", NULL } }, DB_OK,
	    TOKENS_UNKNOWN_APPLICATION, 0 },
	{ "asked again: not a viewer", TOKENS_CURRENT, true, 1,
	    { { "unauthorized_access", "f", "0", NULL } }, DB_OK,
	    TOKENS_NOT_A_VIEWER, 0 },
	{ "asked again: one that is not there", TOKENS_ONE, true, 1,
	    { { "ok", "f", "0", "7" } }, DB_OK, TOKENS_NOT_FOUND, 0 },
	{ "asked again: all", TOKENS_ALL, true, 1, { { "ok", "t", "5", "7" } },
	    DB_OK, TOKENS_OK, 5 },

	{ "no row", TOKENS_ONE, false, 0, { { NULL } }, DB_FAILED, TOKENS_OK,
	    0 },
	{ "no row, asked again", TOKENS_CURRENT, true, 0, { { NULL } },
	    DB_FAILED, TOKENS_OK, 0 },
	{ "two rows", TOKENS_ALL, false, 2,
	    { { "ok", "t", "1", "7" }, { "ok", "t", "1", "7" } }, DB_FAILED,
	    TOKENS_OK, 0 },
	{ "another outcome", TOKENS_ONE, false, 1, { { "OK", "t", "1", NULL } },
	    DB_FAILED, TOKENS_OK, 0 },
	{ "an outcome that only the program has", TOKENS_ONE, false, 1,
	    { { "record_not_found", "f", "0", NULL } }, DB_FAILED, TOKENS_OK,
	    0 },
	{ "no outcome", TOKENS_ALL, false, 1, { { NULL, "t", "1", "7" } },
	    DB_FAILED, TOKENS_OK, 0 },
	{ "no count", TOKENS_ALL, false, 1, { { "ok", "t", NULL, "7" } },
	    DB_FAILED, TOKENS_OK, 0 },
	{ "no caller", TOKENS_ALL, false, 1, { { "ok", "t", "1", NULL } },
	    DB_FAILED, TOKENS_OK, 0 },
	{ "a caller who is not let in", TOKENS_ALL, false, 1,
	    { { "expired_oauth_token", "f", "0", "7" } }, DB_FAILED, TOKENS_OK,
	    0 },
	{ "nothing is found", TOKENS_ONE, false, 1,
	    { { "ok", NULL, "0", "7" } }, DB_OK, TOKENS_NOT_FOUND, 0 },
};

static void
end_tokens(void **state)
{
	const struct ending *row = *state;
	const struct tokens_request request = { .which = row->which };
	struct db db = { .result = DB_OK,
		.answer = { .n = row->n },
		.asked_again = row->asked_again };
	enum tokens_outcome outcome = TOKENS_OK;
	struct tokens_revoked revoked = { .count = -7 };

	set_typed(&db.answer, row->rows[0], REVOKED, revoke_types);
	logged = 0;
	assert_int_equal(
	    tokens_revoke(&db, &config, &request, &outcome, &revoked),
	    row->result);
	assert_int_equal(logged, row->result == DB_FAILED);
	if (row->result != DB_OK)
		return;
	assert_int_equal(outcome, row->outcome);
	if (outcome != TOKENS_OK)
		return;
	assert_int_equal(revoked.count,
	    row->asked_again && strcmp(row->rows[0][0], "ok") != 0
	        ? -7
	        : row->count);
	assert_int_equal(revoked.user_known, revoked.count != -7);
	if (revoked.user_known)
		assert_int_equal(revoked.user_id, 7);
}

/* An answer with other columns, or of other types, is none. */
static void
refuse_columns(void **state)
{
	static const char *const cells[] = { "ok", "t", "1", "7", "1" };
	static const unsigned int others[][5] = {
		{ TYPE_TEXT, TYPE_BOOL, TYPE_INT8, TYPE_INT8, TYPE_INT8 },
		{ TYPE_BOOL, TYPE_BOOL, TYPE_INT8, TYPE_INT8 },
		{ TYPE_TEXT, TYPE_TEXT, TYPE_INT8, TYPE_INT8 },
		{ TYPE_TEXT, TYPE_BOOL, TYPE_TEXT, TYPE_INT8 },
		{ TYPE_TEXT, TYPE_BOOL, TYPE_INT8, TYPE_TEXT },
	};
	const struct tokens_request request = { .which = TOKENS_ALL };

	(void)state;
	for (int columns = 3; columns <= 5; columns++) {
		for (size_t i = 0; i < COUNT(others); i++) {
			bool right = i == 0 && columns == REVOKED;
			struct db db = { .result = DB_OK,
				.answer = { .n = 1 } };
			enum tokens_outcome outcome;
			struct tokens_revoked revoked;

			set_typed(&db.answer, cells, columns, others[i]);
			logged = 0;
			assert_int_equal(tokens_revoke(&db, &config, &request,
			                     &outcome, &revoked),
			    right ? DB_OK : DB_FAILED);
			assert_int_equal(logged, !right);
		}
	}
}

/* A failure goes up as it is, whatever has been asked how often. */
static void
pass_failures_to_end_on(void **state)
{
	const struct tokens_request request = { .which = TOKENS_ALL };
	enum tokens_outcome outcome = TOKENS_OK;
	struct tokens_revoked revoked = { .count = -7 };

	(void)state;
	for (int i = 2; i <= 2 * DB_NO_MEMORY + 1; i++) {
		struct db db = { .result = (enum db_result)(i / 2),
			.asked_again = i % 2 == 1 };

		logged = 0;
		assert_int_equal(
		    tokens_revoke(&db, &config, &request, &outcome, &revoked),
		    i / 2);
		assert_int_equal(logged, 0);
		assert_int_equal(revoked.count, -7);
	}
}

/* What attempt_list() asks for. */
static struct tokens_request attempted;

static void
attempt_list(void)
{
	struct db db = { .result = DB_OK, .answer = { .n = 1 } };
	static const char *const cells[DETAILED] = { "ok", "2", "1", "9", "5",
		"a", DETAILS_1 };
	enum tokens_outcome outcome;
	struct token_list page = { .n = 0 };
	enum db_result result;

	set_cells(&db.answer, cells, attempted.details ? DETAILED : PLAIN);
	logged = 0;
	result = tokens_read(&db, &config, &attempted, &outcome, &page);
	assert_true(result == DB_OK ? page.n == 1
	                            : result == DB_NO_MEMORY && logged == 1 &&
	                                  allocator.failed > 0);
	tokens_forget(&db, &page);
}

static void
run_out_of_memory_anywhere(void **state)
{
	(void)state;
	attempted = (struct tokens_request){ .limit = 2 };
	assert_true(run_out_of_memory(attempt_list) >= 1);
	attempted.details = true;
	assert_true(run_out_of_memory(attempt_list) >= 2);
}

/*
 * Requests one after the other, where statements are prepared: with which
 * statement each is asked for at first, and at last.  They have one token,
 * unless the row says another.
 */
#define ROWS_1                                         \
	{                                              \
		{                                      \
			NULL, "2", NULL, "9", "5", "a" \
		}                                      \
	}
#define ROWS_3                                          \
	{                                               \
		{ NULL, "2", NULL, "9", "5", "a" },     \
		    { NULL, "2", NULL, "8", "4", "b" }, \
		{                                       \
			NULL, "2", NULL, "7", "3", "c"  \
		}                                       \
	}
#define FULL_1                                        \
	{                                             \
		{                                     \
			"ok", "2", "1", "9", "5", "a" \
		}                                     \
	}
#define FULL_3                                \
	{                                     \
		{ OK_2_3, "9", "5", "a" },    \
		{                             \
			OK_2_3, "8", "4", "b" \
		}                             \
	}
#define SAYS(t)                                        \
	{                                              \
		{                                      \
			t, NULL, "0", NULL, NULL, NULL \
		}                                      \
	}

static const struct caller {
	const char *name;
	bool by_permission;
	const char *token;
	int64_t limit, offset;
	int times; /* such callers in a row */
	const char *first;
	int n; /* rows of its answer */
	const char *rows[ROWS_MAX][PLAIN];
	const char *last; /* NULL: it is asked once */
	int last_n;
	const char *last_rows[ROWS_MAX][PLAIN];
	enum tokens_outcome outcome;
	int64_t count;
} callers[] = {
	{ "the first ones", false, "one", 2, 0, 3, "bits_near_active_uncounted",
	    1, ROWS_1, NULL, 0, { { NULL } }, TOKENS_OK, 1 },
	{ "an empty list", false, "one", 2, 0, 1, "bits_near_active_uncounted",
	    1, { { NULL, "2", NULL, NULL, NULL, NULL } }, NULL, 0, { { NULL } },
	    TOKENS_OK, 0 },
	{ "a long list", false, "one", 2, 0, 1, "bits_near_active_uncounted", 3,
	    ROWS_3, "roles_near_active_counted", 2, FULL_3, TOKENS_OK, 3 },
	{ "another one", false, "one", 2, 0, 2, "bits_near_active_counted", 2,
	    { { NULL, "2", "3", "9", "5", "a" },
	        { NULL, "2", "3", "8", "4", "b" } },
	    NULL, 0, { { NULL } }, TOKENS_OK, 3 },
	{ "short ones again", false, "one", 2, 0, HABIT_LENGTH,
	    "bits_near_active_counted", 1,
	    { { NULL, "2", "1", "9", "5", "a" } }, NULL, 0, { { NULL } },
	    TOKENS_OK, 1 },
	{ "one after them", false, "one", 2, 0, 1, "bits_near_active_uncounted",
	    1, ROWS_1, NULL, 0, { { NULL } }, TOKENS_OK, 1 },
	{ "a page further on", false, "one", 2, 1, 1,
	    "bits_near_active_counted", 1,
	    { { NULL, "2", "2", "9", "5", "a" } }, NULL, 0, { { NULL } },
	    TOKENS_OK, 2 },
	{ "the count alone", false, "one", 0, 0, 1, "bits_near_active_counted",
	    1, { { NULL, "2", "2", NULL, NULL, NULL } }, NULL, 0, { { NULL } },
	    TOKENS_OK, 2 },
	{ "a wrong token", false, "one", 2, 0, 2, "bits_near_active_uncounted",
	    0, { { NULL } }, "roles_near_active_counted", 1,
	    SAYS("invalid_oauth_token"), TOKENS_UNKNOWN_TOKEN, 0 },
	{ "who may not read", false, "one", 2, 0, 2,
	    "bits_near_active_uncounted", 0, { { NULL } },
	    "roles_near_active_counted", 1, SAYS("unauthorized_access"),
	    TOKENS_NOT_A_VIEWER, 0 },
	{ "one who reads by a role", false, "one", 2, 0, 1,
	    "bits_near_active_uncounted", 0, { { NULL } },
	    "roles_near_active_counted", 1, FULL_1, TOKENS_OK, 1 },
	{ "another caller", false, "another", 2, 0, 1,
	    "bits_near_active_uncounted", 1, ROWS_1, NULL, 0, { { NULL } },
	    TOKENS_OK, 1 },
	{ "that one again", false, "one", 2, 0, HABIT_LENGTH,
	    "attached_near_active_uncounted", 1, ROWS_1, NULL, 0, { { NULL } },
	    TOKENS_OK, 1 },
	{ "and once more", false, "one", 2, 0, 1, "bits_near_active_uncounted",
	    1, ROWS_1, NULL, 0, { { NULL } }, TOKENS_OK, 1 },
	{ "one whose role has its own permission", false, "direct", 2, 0, 1,
	    "bits_near_active_uncounted", 0, { { NULL } },
	    "roles_near_active_counted", 1, FULL_1, TOKENS_OK, 1 },
	{ "that one, not attached", false, "direct", 2, 0, 1,
	    "attached_near_active_uncounted", 0, { { NULL } },
	    "roles_near_active_counted", 1, FULL_1, TOKENS_OK, 1 },
	{ "that one, direct", false, "direct", 2, 0, 1,
	    "direct_near_active_uncounted", 0, { { NULL } },
	    "roles_near_active_counted", 1, FULL_1, TOKENS_OK, 1 },
	{ "that one, by all that counts", false, "direct", 2, 0, HABIT_LENGTH,
	    "roles_near_active_uncounted", 1,
	    { { "ok", "2", NULL, "9", "5", "a" } }, NULL, 0, { { NULL } },
	    TOKENS_OK, 1 },
	{ "that one, from the beginning", false, "direct", 2, 0, 1,
	    "bits_near_active_uncounted", 1, ROWS_1, NULL, 0, { { NULL } },
	    TOKENS_OK, 1 },
	{ "an owner", true, "one", 2, 0, 1, "owners_near_active_uncounted", 1,
	    ROWS_1, NULL, 0, { { NULL } }, TOKENS_OK, 1 },
	{ "one who reads by permissions", true, "one", 2, 0, 1,
	    "owners_near_active_uncounted", 0, { { NULL } },
	    "permissions_near_active_counted", 1, FULL_1, TOKENS_OK, 1 },
	{ "others by permissions", true, "one", 2, 0, HABIT_LENGTH,
	    "permissions_near_active_uncounted", 1,
	    { { "ok", "2", NULL, "9", "5", "a" } }, NULL, 0, { { NULL } },
	    TOKENS_OK, 1 },
};

static void
check_asked(enum statement_id id, const char *name)
{
	char whole[64];

	snprintf(whole, sizeof whole, "list_%s_plain", name);
	assert_string_equal(statements[id].name, whole);
}

static void
meet(const struct caller *row)
{
	const struct config mode = { .by_permission = row->by_permission };
	const struct tokens_request request = { .token = row->token,
		.token_len = strlen(row->token),
		.limit = row->limit,
		.offset = row->offset };
	struct db db = { .prepares = true,
		.answer = { .n = row->n },
		.further = { .n = row->last_n } };
	enum tokens_outcome outcome = TOKENS_NOT_FOUND;
	struct token_list page = { .n = 0 };

	set_cells(&db.answer, row->rows[0], PLAIN);
	set_cells(&db.further, row->last_rows[0], PLAIN);
	logged = 0;
	assert_int_equal(
	    tokens_read(&db, &mode, &request, &outcome, &page), DB_OK);
	assert_int_equal(logged, 0);
	assert_int_equal(outcome, row->outcome);
	check_asked(db.first, row->first);
	check_asked(db.asked, row->last != NULL ? row->last : row->first);
	assert_false(page.uncounted);
	assert_int_equal(page.count, row->count);
	assert_int_equal(page.next, row->offset + (int64_t)page.n < row->count);
	tokens_forget(&db, &page);
	/* Of each answer, before it is gone. */
	assert_int_equal(db.answer.wiped, row->last != NULL ? 2 : 1);
}

/* Habits begin with the first request. */
static void
learn(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(callers); i++)
		for (int n = 0; n < callers[i].times; n++)
			meet(&callers[i]);
}

/* What a form does not give is no answer: an outcome, and none. */
static void
mistake_forms(void **state)
{
	static const char *const with[PLAIN] = { "ok", "2", NULL, "9", "5",
		"a" };
	const struct tokens_request request = {
		.token = "t", .token_len = 1, .limit = 2
	};
	struct db db = { .prepares = true, .answer = { .n = 1 } };
	enum tokens_outcome outcome;
	struct token_list page = { .n = 0 };

	(void)state;
	set_cells(&db.answer, with, PLAIN);
	logged = 0;
	assert_int_equal(
	    tokens_read(&db, &config, &request, &outcome, &page), DB_FAILED);
	assert_int_equal(logged, 1);
	forget(&db, &page);
}

/*
 * A refusal, and what the primary says of it; whether this server is a standby
 * that has one.
 */
static const struct doubt {
	const char *name;
	bool has_primary, standby;
	enum tokens_which which;
	const char *here, *there; /* outcomes; "" : the token is not there */
	enum db_result primary_result;
	int asked; /* times, of the primary */
	enum db_result result;
	enum tokens_outcome outcome;
} doubts[] = {
	{ "a token that the standby does not know yet", true, true, TOKENS_LIST,
	    "invalid_oauth_token", "ok", DB_OK, 1, DB_OK, TOKENS_OK },
	{ "a wrong token", true, true, TOKENS_LIST, "invalid_oauth_token",
	    "invalid_oauth_token", DB_OK, 1, DB_OK, TOKENS_UNKNOWN_TOKEN },
	{ "an application that is new", true, true, TOKENS_LIST,
	    "invalid_api_key", "ok", DB_OK, 1, DB_OK, TOKENS_OK },
	{ "a life that was made longer", true, true, TOKENS_LIST,
	    "expired_oauth_token", "ok", DB_OK, 1, DB_OK, TOKENS_OK },
	{ "a role that is new", true, true, TOKENS_LIST, "unauthorized_access",
	    "ok", DB_OK, 1, DB_OK, TOKENS_OK },
	{ "one token that is new", true, true, TOKENS_ONE, "", "ok", DB_OK, 1,
	    DB_OK, TOKENS_OK },
	{ "what a standby lets in", true, true, TOKENS_LIST, "ok", "ok", DB_OK,
	    0, DB_OK, TOKENS_OK },
	{ "a server that is the primary", true, false, TOKENS_LIST,
	    "invalid_oauth_token", "ok", DB_OK, 0, DB_OK,
	    TOKENS_UNKNOWN_TOKEN },
	{ "a standby alone", false, true, TOKENS_LIST, "invalid_oauth_token",
	    "ok", DB_OK, 0, DB_OK, TOKENS_UNKNOWN_TOKEN },
	{ "a primary that is away", true, true, TOKENS_LIST,
	    "invalid_oauth_token", "ok", DB_UNAVAILABLE, 1, DB_UNAVAILABLE,
	    TOKENS_OK },
	{ "a primary that is silent", true, true, TOKENS_LIST,
	    "invalid_oauth_token", "ok", DB_TIMEOUT, 1, DB_TIMEOUT, TOKENS_OK },
};

static void
set_verdict(struct answer *answer, const char *said)
{
	bool found = strcmp(said, "ok") == 0;
	bool refused = !found && said[0] != '\0';
	const char *const cells[DETAILED] = { refused ? said : "ok",
		refused ? NULL : "2", found ? "1" : "0", found ? "9" : NULL,
		found ? "5" : NULL, found ? "a" : NULL, "3", "b", "c",
		"0123456789abcdef0123456789abcdef", "f", "f" };

	answer->n = 1;
	set_cells(answer, cells, DETAILED);
}

static void
confirm(void **state)
{
	const struct doubt *row = *state;
	const struct tokens_request request = { .which = row->which,
		.token = "t",
		.token_len = 1,
		.id = 9,
		.details = true,
		.limit = 2 };
	struct db db = { .has_primary = row->has_primary,
		.standby = row->standby,
		.primary_result = row->primary_result };
	enum tokens_outcome outcome = TOKENS_NOT_FOUND;
	struct token_list page = { .n = 0 };

	set_verdict(&db.answer, row->here);
	set_verdict(&db.further, row->there);
	assert_int_equal(
	    tokens_read(&db, &config, &request, &outcome, &page), row->result);
	assert_int_equal(db.asked_primary[1], row->asked);
	assert_int_equal(db.asked_primary[0], 0);
	if (row->result == DB_OK) {
		assert_int_equal(outcome, row->outcome);
		assert_int_equal(page.n, outcome == TOKENS_OK);
	}
	tokens_forget(&db, &page);
}

/* Health asks as nobody, whom the primary need not refuse too. */
static void
confirm_for_nobody(void **state)
{
	const struct tokens_request nobody = { .details = true };
	struct db db = { .has_primary = true, .standby = true };
	enum tokens_outcome outcome = TOKENS_OK;
	struct token_list page = { .n = 0 };

	(void)state;
	set_verdict(&db.answer, "invalid_api_key");
	assert_int_equal(
	    tokens_read(&db, &config, &nobody, &outcome, &page), DB_OK);
	assert_int_equal(outcome, TOKENS_UNKNOWN_APPLICATION);
	assert_int_equal(db.asked_primary[1], 0);
	tokens_forget(&db, &page);
}

/* Who revokes asks the primary at once, where there is one. */
static void
revoke_there(void **state)
{
	static const char *const cells[REVOKED] = { "ok", "t", "1", "2" };
	const struct tokens_request request = { .which = TOKENS_CURRENT };
	enum tokens_outcome outcome;
	struct tokens_revoked revoked;

	(void)state;
	for (int has = 0; has <= 1; has++) {
		struct db db = { .has_primary = has == 1,
			.answer = { .n = 1 } };

		set_typed(&db.answer, cells, REVOKED, revoke_types);
		assert_int_equal(
		    tokens_revoke(&db, &config, &request, &outcome, &revoked),
		    DB_OK);
		assert_int_equal(outcome, TOKENS_OK);
		assert_int_equal(db.asked_primary[0], has);
	}
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ALONE(learn) },
		{ ALONE(mistake_forms) },
		{ ROWS(confirm, doubts) },
		{ ALONE(confirm_for_nobody) },
		{ ALONE(revoke_there) },
		{ ROWS(read_answer, replies) },
		{ ROWS(peek, peeks) },
		{ ALONE(refuse_uncounted) },
		{ ROWS(read_details, detailed) },
		{ ROWS(read_one, singles) },
		{ ALONE(say_masked) },
		{ ROWS(count_columns, widths) },
		{ ALONE(pass_failures_on) },
		{ ROWS(choose, choices) },
		{ ROWS(ask, questions) },
		{ ROWS(ask_to_end, endings) },
		{ ROWS(end_tokens, ended) },
		{ ALONE(refuse_columns) },
		{ ALONE(pass_failures_to_end_on) },
		{ ALONE(run_out_of_memory_anywhere) },
	};

	return run_all(tests, COUNT(tests));
}
