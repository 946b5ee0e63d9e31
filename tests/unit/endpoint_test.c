/*
 * endpoint_test.c - the order of the checks, and the status of each result.
 *
 * Wanted values: oauth_access_tokens(8), ORDER OF THE CHECKS (each fault hides
 * those behind it), ERRORS (statuses and types), AUTHENTICATION (which
 * credential counts), DETAILS, MASKING, REVOKING, THE PAGE, and OPTIONS AND
 * HEAD.  The database is a fake that remembers what it was asked and answers
 * what a test wants.
 */
#include "guarded.h"

#include "endpoint.h"
#include "failing_malloc.h"
#include "health.h"
#include "log.h"
#include "query.h"
#include "request.h"
#include "tokens.h"

#define PROGRAM "oauth_access_tokens"
#define GET     "REQUEST_METHOD=GET"
#define HEAD    "REQUEST_METHOD=HEAD"
#define OPTIONS "REQUEST_METHOD=OPTIONS"
#define DELETE  "REQUEST_METHOD=DELETE"
#define LIST    "REQUEST_URI=/api/oauth_access_tokens"
#define LOGS    "REQUEST_URI=/api/pipelines/oauth_access_tokens/logs"
#define ONE     "REQUEST_URI=/api/oauth_access_tokens/17"
/* An id of 19 digits that is greater than any. */
#define OVER    "REQUEST_URI=/api/oauth_access_tokens/9223372036854775808"
#define CURRENT "REQUEST_URI=/api/oauth_access_tokens/current"
#define HEALTH  "REQUEST_URI=/api/oauth_access_tokens/health"
#define KEY     "HTTP_X_API_KEY=key1"
#define TOKEN   "HTTP_OAUTH_TOKEN=some_really_long_string"
#define HTML    "HTTP_ACCEPT=text/html,*/*;q=0.8"

struct db {
	enum db_result result;
	enum tokens_outcome outcome;
	struct token_list page;
	int asked;   /* times to read */
	int revoked; /* times to revoke */
	int health;  /* times as nobody */
	int forgotten;
	struct tokens_request wanted;
	struct cursor after; /* a copy of its own */
	char api_key[QUERY_API_KEY_MAX + 1],
	    token[64]; /* copies of its texts */
};

static int logged; /* lines */
static char logged_id[REQUEST_ID_MAX + 1];

static void
remember(struct db *db, const struct tokens_request *request)
{
	db->wanted = *request;
	if (request->after != NULL)
		db->after = *request->after;
	snprintf(db->api_key, sizeof db->api_key, "%.*s",
	    (int)request->api_key_len, request->api_key);
	snprintf(db->token, sizeof db->token, "%.*s", (int)request->token_len,
	    request->token);
}

enum db_result
tokens_read(struct db *db, const struct config *settings,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct token_list *page)
{
	(void)settings;
	db->asked++;
	remember(db, request);
	*outcome = db->outcome;
	if (db->result == DB_OK && db->outcome == TOKENS_OK) {
		*page = db->page;
		page->uncounted = request->uncounted;
		if ((int64_t)page->n >= page->count - request->offset)
			page->next = false;
	}
	return db->result;
}

/* So many have ended as a list has. */
enum db_result
tokens_revoke(struct db *db, const struct config *settings,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct tokens_revoked *revoked)
{
	(void)settings;
	db->revoked++;
	remember(db, request);
	*outcome = db->outcome;
	if (db->result == DB_OK && db->outcome == TOKENS_OK)
		*revoked = (struct tokens_revoked){
			.count = db->page.count,
			.user_known = true,
			.user_id = 2,
		};
	return db->result;
}

enum db_result
health_ask(struct db *db, const struct config *settings)
{
	(void)settings;
	db->health++;
	return db->result;
}

/* So long have its questions taken. */
int64_t
db_asked_us(const struct db *db)
{
	return INT64_C(1000) * (db->asked + db->revoked + db->health);
}

int64_t
log_request_us(void)
{
	return 2500;
}

void
db_forget(struct db *db)
{
	if (db != NULL)
		db->forgotten++;
}

void
tokens_forget(struct db *db, struct token_list *page)
{
	(void)page;
	db_forget(db);
}

void
log_line(const char *format, ...)
{
	(void)format;
	logged++;
}

const char *
log_begin_request(const char *id, size_t len)
{
	snprintf(logged_id, sizeof logged_id, "%.*s", (int)len,
	    id != NULL ? id : "");
	return id != NULL ? logged_id : "made-up";
}

static char client_ids[] = "key1, key2";
static const struct config config = {
	.client_ids = client_ids, .max_limit = 100, .page = 1
};
static const struct token_details details = { .current = true };
static const struct token_row rows[] = {
	{ .token = { "a", 1 }, .expires = { true, 1 } },
	{ .token = { "b", 1 } },
};
static const struct token_row detailed_rows[] = {
	{ .token = { "a", 1 }, .id = 17, .details = &details },
};
/* What a list gets, and what one token. */
static const struct db full = { .result = DB_OK,
	.page = {
	    .user_id = 2, .count = 5, .next = true, .n = 2, .rows = rows } };

static const struct db single = { .result = DB_OK,
	.page = { .user_id = 2, .count = 1, .n = 1, .rows = detailed_rows } };

/* Among the variables: callers may end their tokens. */
#define REVOKE "OAUTH_TOKENS_REVOKE=1"

static void
answer_by(const struct config *by, struct db *db, const char *const *variables,
    struct response *response)
{
	struct config settings = *by;
	const char *copies[10] = { NULL };

	for (size_t i = 0; variables[i] != NULL; i++) {
		copies[i] = guarded_text(variables[i]);
		if (strcmp(variables[i], REVOKE) == 0)
			settings.revoke = 1;
	}
	memset(response, '#', sizeof *response);
	logged = 0;
	endpoint_answer(&settings, db, copies, PROGRAM, response);
}

static void
answer(struct db *db, const char *const *variables, struct response *response)
{
	answer_by(&config, db, variables, response);
}

static bool
is_delete(const char *const *variables)
{
	return strcmp(variables[0], DELETE) == 0;
}

/* Was the database asked so often, to revoke by DELETE and else to read? */
static void
check_asked(const struct db *db, const char *const *variables, int times)
{
	bool health = strcmp(variables[1], HEALTH) == 0;

	assert_int_equal(db->health, health ? times : 0);
	assert_int_equal(db->asked, is_delete(variables) || health ? 0 : times);
	assert_int_equal(db->revoked, is_delete(variables) ? times : 0);
}

/* An error's body has this type, and a list's none. */
static void
check_type(const struct response *response, const char *type)
{
	char want[64] = "";

	if (type == NULL) {
		assert_null(strstr(response->body, "\"error\""));
		return;
	}
	snprintf(want, sizeof want, "\"type\": \"%s\"", type);
	assert_non_null(strstr(response->body, want));
}

/*
 * A request with all faults at once.  Row by row the first of them is put
 * right, and the next one shows.
 */
#define LONGEST_QUERY  "a query of QUERY_MAX" /* what these stand for */
#define BAD_LONG_QUERY "a query over it, with an unknown parameter"
#define LONG_HEADER    "a header over REQUEST_HEADER_MAX"
#define BAD_QUERY      "QUERY_STRING=unknown"
#define ELSEWHERE      "REQUEST_URI=/other"

static const struct fault {
	const char *name;
	const char *variables[8];
	enum db_result result;
	enum tokens_outcome outcome;
	int status;
	const char *type;
	int asked;
} faults[] = {
	{ "path", { DELETE, ELSEWHERE, BAD_LONG_QUERY, LONG_HEADER }, DB_FAILED,
	    TOKENS_OK, 404, "record_not_found", 0 },
	{ "method", { DELETE, LIST, BAD_LONG_QUERY, LONG_HEADER }, DB_FAILED,
	    TOKENS_OK, 405, "method_not_allowed", 0 },
	{ "query's length", { GET, LIST, BAD_LONG_QUERY, LONG_HEADER },
	    DB_FAILED, TOKENS_OK, 414, "request_too_large", 0 },
	{ "header's length", { GET, LIST, BAD_QUERY, LONG_HEADER }, DB_FAILED,
	    TOKENS_OK, 431, "request_too_large", 0 },
	{ "parameter", { GET, LIST, BAD_QUERY }, DB_FAILED, TOKENS_OK, 400,
	    "invalid_parameter", 0 },
	{ "API key", { GET, LIST }, DB_FAILED, TOKENS_OK, 401,
	    "invalid_api_key", 0 },
	{ "API key, with a token", { GET, LIST, TOKEN }, DB_FAILED, TOKENS_OK,
	    401, "invalid_api_key", 0 },
	{ "token", { GET, LIST, KEY }, DB_FAILED, TOKENS_OK, 401,
	    "invalid_oauth_token", 0 },
	{ "ill-formed token", { GET, LIST, KEY, "HTTP_OAUTH_TOKEN=a b" },
	    DB_FAILED, TOKENS_OK, 401, "invalid_oauth_token", 0 },
	{ "unknown application", { GET, LIST, KEY, TOKEN }, DB_OK,
	    TOKENS_UNKNOWN_APPLICATION, 401, "invalid_api_key", 1 },
	{ "unknown token", { GET, LIST, KEY, TOKEN }, DB_OK,
	    TOKENS_UNKNOWN_TOKEN, 401, "invalid_oauth_token", 1 },
	{ "expired token", { GET, LIST, KEY, TOKEN }, DB_OK,
	    TOKENS_EXPIRED_TOKEN, 401, "expired_oauth_token", 1 },
	{ "not a viewer", { GET, LIST, KEY, TOKEN }, DB_OK, TOKENS_NOT_A_VIEWER,
	    403, "unauthorized_access", 1 },
	{ "database away", { GET, LIST, KEY, TOKEN }, DB_UNAVAILABLE, TOKENS_OK,
	    503, "service_unavailable", 1 },
	{ "database too slow", { GET, LIST, KEY, TOKEN }, DB_TIMEOUT, TOKENS_OK,
	    504, "database_timeout", 1 },
	{ "statement failed", { GET, LIST, KEY, TOKEN }, DB_FAILED, TOKENS_OK,
	    500, "internal_error", 1 },
	{ "out of memory", { GET, LIST, KEY, TOKEN }, DB_NO_MEMORY, TOKENS_OK,
	    500, "internal_error", 1 },
	{ "one: method", { DELETE, ONE, BAD_LONG_QUERY, LONG_HEADER },
	    DB_FAILED, TOKENS_OK, 405, "method_not_allowed", 0 },
	{ "one: query's length", { GET, ONE, BAD_LONG_QUERY, LONG_HEADER },
	    DB_FAILED, TOKENS_OK, 414, "request_too_large", 0 },
	{ "one: header's length", { GET, ONE, BAD_QUERY, LONG_HEADER },
	    DB_FAILED, TOKENS_OK, 431, "request_too_large", 0 },
	{ "one: a list's parameter", { GET, ONE, "QUERY_STRING=show_all=1" },
	    DB_FAILED, TOKENS_OK, 400, "invalid_parameter", 0 },
	{ "one: API key", { GET, ONE }, DB_FAILED, TOKENS_OK, 401,
	    "invalid_api_key", 0 },
	{ "one: token", { GET, ONE, KEY }, DB_FAILED, TOKENS_OK, 401,
	    "invalid_oauth_token", 0 },
	{ "one: unknown token", { GET, ONE, KEY, TOKEN }, DB_OK,
	    TOKENS_UNKNOWN_TOKEN, 401, "invalid_oauth_token", 1 },
	{ "one: not a viewer", { GET, ONE, KEY, TOKEN }, DB_OK,
	    TOKENS_NOT_A_VIEWER, 403, "unauthorized_access", 1 },
	{ "one: not found", { GET, ONE, KEY, TOKEN }, DB_OK, TOKENS_NOT_FOUND,
	    404, "record_not_found", 1 },
	{ "one: database away", { GET, ONE, KEY, TOKEN }, DB_UNAVAILABLE,
	    TOKENS_OK, 503, "service_unavailable", 1 },
	{ "one: an id that is too long",
	    { GET, ONE "345678901234567890", KEY, TOKEN }, DB_OK, TOKENS_OK,
	    404, "record_not_found", 0 },
	{ "one: an id over the greatest", { GET, OVER, KEY, TOKEN }, DB_OK,
	    TOKENS_NOT_FOUND, 404, "record_not_found", 1 },
	{ "one: none", { GET, ONE, KEY, TOKEN }, DB_OK, TOKENS_OK, 200, NULL,
	    1 },
	{ "current: parameter", { GET, CURRENT, BAD_QUERY }, DB_FAILED,
	    TOKENS_OK, 400, "invalid_parameter", 0 },
	{ "current: none", { GET, CURRENT, KEY, TOKEN }, DB_OK, TOKENS_OK, 200,
	    NULL, 1 },
	{ "NUL in the path", { DELETE, LIST "%00", BAD_LONG_QUERY }, DB_FAILED,
	    TOKENS_OK, 400, "invalid_parameter", 0 },
	{ "health: method", { DELETE, HEALTH, BAD_LONG_QUERY }, DB_FAILED,
	    TOKENS_OK, 405, "method_not_allowed", 0 },
	{ "health: method, where there is DELETE elsewhere",
	    { DELETE, HEALTH, REVOKE }, DB_OK, TOKENS_OK, 405,
	    "method_not_allowed", 0 },
	{ "health: query's length", { GET, HEALTH, BAD_LONG_QUERY }, DB_FAILED,
	    TOKENS_OK, 414, "request_too_large", 0 },
	{ "health: header's length", { GET, HEALTH, BAD_QUERY, LONG_HEADER },
	    DB_FAILED, TOKENS_OK, 431, "request_too_large", 0 },
	{ "health: parameter", { GET, HEALTH, BAD_QUERY }, DB_FAILED, TOKENS_OK,
	    400, "invalid_parameter", 0 },
	{ "health: a list's parameter",
	    { GET, HEALTH, "QUERY_STRING=show_all=1" }, DB_FAILED, TOKENS_OK,
	    400, "invalid_parameter", 0 },
	{ "health: the API key's parameter",
	    { GET, HEALTH, "QUERY_STRING=api_key=key1" }, DB_FAILED, TOKENS_OK,
	    400, "invalid_parameter", 0 },
	{ "health: database away", { GET, HEALTH }, DB_UNAVAILABLE, TOKENS_OK,
	    503, "service_unavailable", 1 },
	{ "health: database too slow", { GET, HEALTH }, DB_TIMEOUT, TOKENS_OK,
	    504, "database_timeout", 1 },
	{ "health: statement failed", { GET, HEALTH }, DB_FAILED, TOKENS_OK,
	    500, "internal_error", 1 },
	{ "health: none", { GET, HEALTH }, DB_OK, TOKENS_OK, 200, NULL, 1 },
	{ "health: bad credentials",
	    { GET, HEALTH, "HTTP_X_API_KEY=no", "HTTP_OAUTH_TOKEN=a b" }, DB_OK,
	    TOKENS_OK, 200, NULL, 1 },
	{ "health: a browser", { GET, HEALTH, HTML }, DB_OK, TOKENS_OK, 200,
	    NULL, 1 },
	{ "DELETE: path",
	    { DELETE, ELSEWHERE, BAD_LONG_QUERY, LONG_HEADER, REVOKE },
	    DB_FAILED, TOKENS_OK, 404, "record_not_found", 0 },
	{ "DELETE: method",
	    { DELETE, LOGS, BAD_LONG_QUERY, LONG_HEADER, REVOKE }, DB_FAILED,
	    TOKENS_OK, 405, "method_not_allowed", 0 },
	{ "DELETE: the logs address, all else right",
	    { DELETE, LOGS, KEY, TOKEN, REVOKE }, DB_OK, TOKENS_OK, 405,
	    "method_not_allowed", 0 },
	{ "DELETE: query's length",
	    { DELETE, LIST, BAD_LONG_QUERY, LONG_HEADER, REVOKE }, DB_FAILED,
	    TOKENS_OK, 414, "request_too_large", 0 },
	{ "DELETE: header's length",
	    { DELETE, LIST, BAD_QUERY, LONG_HEADER, REVOKE }, DB_FAILED,
	    TOKENS_OK, 431, "request_too_large", 0 },
	{ "DELETE: parameter", { DELETE, LIST, BAD_QUERY, REVOKE }, DB_FAILED,
	    TOKENS_OK, 400, "invalid_parameter", 0 },
	{ "DELETE: a list's parameter",
	    { DELETE, LIST, KEY, TOKEN, "QUERY_STRING=show_all=1", REVOKE },
	    DB_OK, TOKENS_OK, 400, "invalid_parameter", 0 },
	{ "DELETE: _current",
	    { DELETE, LIST, KEY, TOKEN, "QUERY_STRING=_current=2", REVOKE },
	    DB_OK, TOKENS_OK, 400, "invalid_parameter", 0 },
	{ "DELETE: _current twice",
	    { DELETE, LIST, KEY, TOKEN, "QUERY_STRING=_current=1&_current=1",
	        REVOKE },
	    DB_OK, TOKENS_OK, 400, "invalid_parameter", 0 },
	{ "DELETE of one: a list's parameter",
	    { DELETE, ONE, KEY, TOKEN, "QUERY_STRING=show_all=1", REVOKE },
	    DB_OK, TOKENS_OK, 400, "invalid_parameter", 0 },
	{ "DELETE: API key", { DELETE, LIST, TOKEN, REVOKE }, DB_FAILED,
	    TOKENS_OK, 401, "invalid_api_key", 0 },
	{ "DELETE: token", { DELETE, LIST, KEY, REVOKE }, DB_FAILED, TOKENS_OK,
	    401, "invalid_oauth_token", 0 },
	/* No cookie is a credential, so that no other site's page can ask. */
	{ "DELETE: a cookie is no token",
	    { DELETE, CURRENT, KEY, "HTTP_COOKIE=oauth_token=a", REVOKE },
	    DB_OK, TOKENS_OK, 401, "invalid_oauth_token", 0 },
	{ "DELETE: ill-formed token",
	    { DELETE, CURRENT, KEY, "HTTP_OAUTH_TOKEN=a b", REVOKE }, DB_FAILED,
	    TOKENS_OK, 401, "invalid_oauth_token", 0 },
	{ "DELETE: unknown application", { DELETE, LIST, KEY, TOKEN, REVOKE },
	    DB_OK, TOKENS_UNKNOWN_APPLICATION, 401, "invalid_api_key", 1 },
	{ "DELETE: unknown token", { DELETE, LIST, KEY, TOKEN, REVOKE }, DB_OK,
	    TOKENS_UNKNOWN_TOKEN, 401, "invalid_oauth_token", 1 },
	{ "DELETE: expired token", { DELETE, CURRENT, KEY, TOKEN, REVOKE },
	    DB_OK, TOKENS_EXPIRED_TOKEN, 401, "expired_oauth_token", 1 },
	{ "DELETE: not a viewer", { DELETE, ONE, KEY, TOKEN, REVOKE }, DB_OK,
	    TOKENS_NOT_A_VIEWER, 403, "unauthorized_access", 1 },
	{ "DELETE: not found", { DELETE, ONE, KEY, TOKEN, REVOKE }, DB_OK,
	    TOKENS_NOT_FOUND, 404, "record_not_found", 1 },
	{ "DELETE: an id over the greatest",
	    { DELETE, OVER, KEY, TOKEN, REVOKE }, DB_OK, TOKENS_NOT_FOUND, 404,
	    "record_not_found", 1 },
	{ "DELETE: database away", { DELETE, LIST, KEY, TOKEN, REVOKE },
	    DB_UNAVAILABLE, TOKENS_OK, 503, "service_unavailable", 1 },
	{ "DELETE: database only to be read",
	    { DELETE, ONE, KEY, TOKEN, REVOKE }, DB_READ_ONLY, TOKENS_OK, 503,
	    "service_unavailable", 1 },
	{ "DELETE: database too slow", { DELETE, LIST, KEY, TOKEN, REVOKE },
	    DB_TIMEOUT, TOKENS_OK, 504, "database_timeout", 1 },
	{ "DELETE: statement failed", { DELETE, CURRENT, KEY, TOKEN, REVOKE },
	    DB_FAILED, TOKENS_OK, 500, "internal_error", 1 },
	{ "DELETE: out of memory", { DELETE, ONE, KEY, TOKEN, REVOKE },
	    DB_NO_MEMORY, TOKENS_OK, 500, "internal_error", 1 },
	{ "DELETE: none", { DELETE, LIST, KEY, TOKEN, REVOKE }, DB_OK,
	    TOKENS_OK, 200, NULL, 1 },
	{ "DELETE of one: none", { DELETE, ONE, KEY, TOKEN, REVOKE }, DB_OK,
	    TOKENS_OK, 204, NULL, 1 },
	{ "none, the longest query", { GET, LIST, KEY, TOKEN, LONGEST_QUERY },
	    DB_OK, TOKENS_OK, 200, NULL, 1 },
	{ "none", { GET, LIST, KEY, TOKEN }, DB_OK, TOKENS_OK, 200, NULL, 1 },
};

/* A variable whose value is n bytes: a text, and then the same byte. */
static const char *
fill_value(const char *start, char c, size_t n)
{
	char *text = guarded_run(c, strcspn(start, "=") + 1 + n);

	memcpy(text, start, strlen(start));
	return text;
}

/* The variable that a word of the table stands for. */
static const char *
spell(const char *word)
{
	if (strcmp(word, LONG_HEADER) == 0)
		return fill_value(
		    "HTTP_OAUTH_TOKEN=", 'a', REQUEST_HEADER_MAX + 1);
	if (strcmp(word, LONGEST_QUERY) == 0)
		return fill_value("QUERY_STRING=", '&', QUERY_MAX);
	if (strcmp(word, BAD_LONG_QUERY) == 0)
		return fill_value(BAD_QUERY, '&', QUERY_MAX + 1);
	return word;
}

static void
find_fault(void **state)
{
	const struct fault *row = *state;
	const char *variables[8] = { NULL };
	struct db db = full;
	struct response response, head;

	db.result = row->result;
	db.outcome = row->outcome;
	for (size_t i = 0; row->variables[i] != NULL; i++)
		variables[i] = spell(row->variables[i]);
	assert_non_null(variables[0]);
	answer(&db, variables, &response);
	assert_int_equal(response.facts.status, row->status);
	check_type(&response, row->type);
	check_asked(&db, variables, row->asked);
	assert_int_equal(logged, 0);

	/* HEAD: the same without a body, where the method is not the fault. */
	if (!is_delete(variables)) {
		variables[0] = "REQUEST_METHOD=HEAD";
		answer(&db, variables, &head);
		assert_int_equal(head.facts.status, row->status);
		assert_string_equal(head.head, response.head);
		assert_int_equal(head.body_len, 0);
		response_clear(&head);
	}
	response_clear(&response);
}

/* What the database is asked. */
static const struct question {
	const char *name;
	const char *variables[6];
	const char *api_key, *token;
	int64_t limit, offset;
	bool show_all, show_all_sent;
} questions[] = {
	{ "the defaults", { GET, LIST, KEY, TOKEN }, "key1",
	    "some_really_long_string", 40, 0, false, false },
	{ "parameters",
	    { GET, LIST, TOKEN,
	        "QUERY_STRING=_limit=20&_offset=10&show_all=1&api_key=key2" },
	    "key2", "some_really_long_string", 20, 10, true, true },
	{ "the key of the header first",
	    { GET, LIST, TOKEN, KEY, "QUERY_STRING=api_key=key2" }, "key1",
	    "some_really_long_string", 40, 0, false, false },
	{ "the header first, though the query's is none",
	    { GET, LIST, TOKEN, KEY, "QUERY_STRING=api_key=none" }, "key1",
	    "some_really_long_string", 40, 0, false, false },
	{ "bearer", { GET, LIST, KEY, "HTTP_AUTHORIZATION=Bearer b64==" },
	    "key1", "b64==", 40, 0, false, false },
	{ "the greatest limit, clamped",
	    { GET, LIST, KEY, TOKEN,
	        "QUERY_STRING=_limit=9223372036854775807" },
	    "key1", "some_really_long_string", 100, 0, false, false },
	{ "a limit over the most, clamped",
	    { GET, LIST, KEY, TOKEN, "QUERY_STRING=_limit=101" }, "key1",
	    "some_really_long_string", 100, 0, false, false },
	{ "the most", { GET, LIST, KEY, TOKEN, "QUERY_STRING=_limit=100" },
	    "key1", "some_really_long_string", 100, 0, false, false },
	{ "none, for the count",
	    { GET, LIST, KEY, TOKEN, "QUERY_STRING=_limit=0" }, "key1",
	    "some_really_long_string", 0, 0, false, false },
	{ "active ones, asked for",
	    { GET, LIST, KEY, TOKEN, "QUERY_STRING=show_all=False" }, "key1",
	    "some_really_long_string", 40, 0, false, true },
	{ "the greatest offset",
	    { GET, LIST, KEY, TOKEN,
	        "QUERY_STRING=_offset=9223372036854775807" },
	    "key1", "some_really_long_string", 40, INT64_MAX, false, false },
};

static void
ask(void **state)
{
	const struct question *row = *state;
	struct db db = full;
	struct response response;

	answer(&db, row->variables, &response);
	assert_int_equal(response.facts.status, 200);
	assert_int_equal(db.asked, 1);
	assert_string_equal(db.api_key, row->api_key);
	assert_string_equal(db.token, row->token);
	assert_int_equal(db.wanted.limit, row->limit);
	assert_int_equal(db.wanted.offset, row->offset);
	assert_int_equal(db.wanted.show_all, row->show_all);
	assert_int_equal(db.wanted.show_all_sent, row->show_all_sent);
	response_clear(&response);
}

/* Whether the list is counted, and where the page begins. */
static const struct place {
	const char *name;
	const char *variables[6];
	bool uncounted, behind;
} places[] = {
	{ "as ever", { GET, LIST, KEY, TOKEN }, false, false },
	{ "not counted", { GET, LIST, KEY, TOKEN, "QUERY_STRING=_count=0" },
	    true, false },
	{ "not counted, by HEAD",
	    { HEAD, LOGS, KEY, TOKEN, "QUERY_STRING=_count=false" }, true,
	    false },
	{ "counted, asked for",
	    { GET, LIST, KEY, TOKEN, "QUERY_STRING=_count=1" }, false, false },
	{ "behind a cursor",
	    { GET, LIST, KEY, TOKEN,
	        "QUERY_STRING=_after=AQEAAAAAAAAAAQAAAAAAAAAR" },
	    false, true },
	{ "both",
	    { GET, LOGS, KEY, TOKEN,
	        "QUERY_STRING=_count=0&_after=AQEAAAAAAAAAAQAAAAAAAAAR" },
	    true, true },
	{ "one token has neither",
	    { GET, ONE, KEY, TOKEN,
	        "QUERY_STRING=_count=0&_after=AQEAAAAAAAAAAQAAAAAAAAAR" },
	    false, false },
};

static void
ask_from(void **state)
{
	const struct place *row = *state;
	struct db db = full;
	struct response response;

	answer(&db, row->variables, &response);
	assert_int_equal(response.facts.status, 200);
	assert_int_equal(db.wanted.uncounted, row->uncounted);
	assert_int_equal(db.wanted.after != NULL, row->behind);
	assert_int_equal(db.after.expires.us, row->behind);
	assert_int_equal(db.after.id, row->behind ? 17 : 0);
	response_clear(&response);
}

/* Which tokens the database is asked for, and how it is to show them. */
static const struct form {
	const char *name;
	const char *variables[6];
	enum config_display display;
	enum tokens_which which;
	int64_t id; /* of TOKENS_ONE */
	bool masked, details;
} forms[] = {
	{ "a list", { GET, LIST, KEY, TOKEN }, DISPLAY_FULL, TOKENS_LIST, 0,
	    false, false },
	{ "a list with details",
	    { GET, LIST, KEY, TOKEN, "QUERY_STRING=_format=with_details" },
	    DISPLAY_FULL, TOKENS_LIST, 0, false, true },
	{ "a list in another form",
	    { GET, LIST, KEY, TOKEN, "QUERY_STRING=_format=x" }, DISPLAY_FULL,
	    TOKENS_LIST, 0, false, false },
	{ "a list, masked", { GET, LIST, KEY, TOKEN, "QUERY_STRING=_mask=1" },
	    DISPLAY_FULL, TOKENS_LIST, 0, true, false },
	{ "a list, not masked",
	    { GET, LIST, KEY, TOKEN, "QUERY_STRING=_mask=0" }, DISPLAY_FULL,
	    TOKENS_LIST, 0, false, false },
	{ "a list, masked by the operator", { GET, LIST, KEY, TOKEN },
	    DISPLAY_MASKED, TOKENS_LIST, 0, true, false },
	{ "the operator is not unmasked",
	    { GET, LIST, KEY, TOKEN, "QUERY_STRING=_mask=0" }, DISPLAY_MASKED,
	    TOKENS_LIST, 0, true, false },
	{ "the operator is not unmasked by an empty value",
	    { GET, LIST, KEY, TOKEN, "QUERY_STRING=_mask=" }, DISPLAY_MASKED,
	    TOKENS_LIST, 0, true, false },
	{ "masked by both",
	    { GET, LOGS, KEY, TOKEN,
	        "QUERY_STRING=_mask=1&_format=with_details" },
	    DISPLAY_MASKED, TOKENS_LIST, 0, true, true },
	{ "one", { GET, ONE, KEY, TOKEN }, DISPLAY_FULL, TOKENS_ONE, 17, false,
	    false },
	{ "one, masked", { GET, ONE, KEY, TOKEN, "QUERY_STRING=_mask=true" },
	    DISPLAY_FULL, TOKENS_ONE, 17, true, false },
	{ "one, masked by the operator",
	    { GET, ONE, KEY, TOKEN, "QUERY_STRING=_mask=0" }, DISPLAY_MASKED,
	    TOKENS_ONE, 17, true, false },
	{ "one, whose id is not its last digits",
	    { GET,
	        "REQUEST_URI=/7"
	        "/oauth_access_tokens/0012/?_mask=1",
	        KEY, TOKEN },
	    DISPLAY_FULL, TOKENS_ONE, 12, false, false },
	{ "one, of an id over the greatest", { GET, OVER, KEY, TOKEN },
	    DISPLAY_FULL, TOKENS_ONE, -1, false, false },
	{ "one, behind the program's name",
	    { GET, "REQUEST_URI=/cgi-bin/" PROGRAM ".fcgi/5", KEY, TOKEN },
	    DISPLAY_FULL, TOKENS_ONE, 5, false, false },
	{ "current", { GET, CURRENT, KEY, TOKEN }, DISPLAY_FULL, TOKENS_CURRENT,
	    0, false, false },
	{ "current, masked by the operator",
	    { GET, CURRENT, KEY, TOKEN, "QUERY_STRING=_mask=0" },
	    DISPLAY_MASKED, TOKENS_CURRENT, 0, true, false },
};

static void
ask_form(void **state)
{
	const struct form *row = *state;
	struct config by = config;
	struct db db = row->which == TOKENS_LIST ? full : single;
	struct response response;

	by.display = row->display;
	answer_by(&by, &db, row->variables, &response);
	assert_int_equal(response.facts.status, 200);
	assert_int_equal(db.asked, 1);
	assert_int_equal(db.wanted.which, row->which);
	if (row->which == TOKENS_ONE)
		assert_int_equal(db.wanted.id, row->id);
	assert_int_equal(db.wanted.masked, row->masked);
	assert_int_equal(db.wanted.details, row->details);
	response_clear(&response);
}

#define IS_JSON "\r\nContent-Type: application/json\r\n"

/* Which tokens DELETE ends, and what it says then. */
#define NONE ""
#define SOME "{\"metadata\":{\"count\":5}}"

static const struct revocation {
	const char *name;
	const char *variables[8];
	enum tokens_which which;
	int64_t id;
	const char *api_key;
	int status;
	const char *body;
} revocations[] = {
	{ "one", { DELETE, ONE, KEY, TOKEN, REVOKE }, TOKENS_ONE, 17, "key1",
	    204, NONE },
	{ "one of id 0",
	    { DELETE, "REQUEST_URI=/oauth_access_tokens/0/", KEY, TOKEN,
	        REVOKE },
	    TOKENS_ONE, 0, "key1", 204, NONE },
	{ "one of an id over the greatest",
	    { DELETE, OVER, KEY, TOKEN, REVOKE }, TOKENS_ONE, -1, "key1", 204,
	    NONE },
	{ "one behind the program's name",
	    { DELETE, "REQUEST_URI=/cgi-bin/" PROGRAM ".cgi/5", KEY, TOKEN,
	        REVOKE },
	    TOKENS_ONE, 5, "key1", 204, NONE },
	{ "current", { DELETE, CURRENT, KEY, TOKEN, REVOKE }, TOKENS_CURRENT,
	    -1, "key1", 204, NONE },
	{ "the others", { DELETE, LIST, KEY, TOKEN, REVOKE }, TOKENS_OTHERS, -1,
	    "key1", 200, SOME },
	{ "the others behind the program's name",
	    { DELETE, "REQUEST_URI=/cgi-bin/" PROGRAM, KEY, TOKEN, REVOKE },
	    TOKENS_OTHERS, -1, "key1", 200, SOME },
	{ "all",
	    { DELETE, LIST, KEY, TOKEN, "QUERY_STRING=_current=1", REVOKE },
	    TOKENS_ALL, -1, "key1", 200, SOME },
	{ "all, in another word",
	    { DELETE, LIST, KEY, TOKEN, "QUERY_STRING=_current=True", REVOKE },
	    TOKENS_ALL, -1, "key1", 200, SOME },
	{ "not the current one",
	    { DELETE, LIST, KEY, TOKEN, "QUERY_STRING=_current=0", REVOKE },
	    TOKENS_OTHERS, -1, "key1", 200, SOME },
	{ "not the current one, by an empty value",
	    { DELETE, LIST, KEY, TOKEN, "QUERY_STRING=_current=", REVOKE },
	    TOKENS_OTHERS, -1, "key1", 200, SOME },
	{ "the key of the query",
	    { DELETE, LIST, TOKEN, "QUERY_STRING=_current=1&api_key=key2",
	        REVOKE },
	    TOKENS_ALL, -1, "key2", 200, SOME },
	{ "one, the key of the query",
	    { DELETE, ONE, TOKEN, "QUERY_STRING=api_key=key2", REVOKE },
	    TOKENS_ONE, 17, "key2", 204, NONE },
	/* Names with "_" that mean nothing here. */
	{ "parameters of a list are ignored",
	    { DELETE, LIST, KEY, TOKEN,
	        "QUERY_STRING=_limit=x&_offset=-1&_mask=2&_format=%20",
	        REVOKE },
	    TOKENS_OTHERS, -1, "key1", 200, SOME },
	{ "one: _current is ignored",
	    { DELETE, ONE, KEY, TOKEN, "QUERY_STRING=_current=1", REVOKE },
	    TOKENS_ONE, 17, "key1", 204, NONE },
	{ "current: _current is ignored, whatever it is",
	    { DELETE, CURRENT, KEY, TOKEN, "QUERY_STRING=_current=2&_mask=2",
	        REVOKE },
	    TOKENS_CURRENT, -1, "key1", 204, NONE },
	{ "a browser, one", { DELETE, ONE, KEY, TOKEN, HTML, REVOKE },
	    TOKENS_ONE, 17, "key1", 204, NONE },
	{ "a browser, all",
	    { DELETE, LIST, KEY, TOKEN, HTML, "QUERY_STRING=_current=1",
	        REVOKE },
	    TOKENS_ALL, -1, "key1", 200, SOME },
};

static void
end_tokens(void **state)
{
	const struct revocation *row = *state;
	struct db db = full;
	struct response response;

	answer(&db, row->variables, &response);
	assert_int_equal(response.facts.status, row->status);
	assert_string_equal(response.body, row->body);
	assert_int_equal(response.body_len, strlen(row->body));
	check_asked(&db, row->variables, 1);
	assert_int_equal(db.wanted.which, row->which);
	assert_int_equal(db.wanted.id, row->id);
	assert_string_equal(db.api_key, row->api_key);
	assert_string_equal(db.token, "some_really_long_string");
	assert_non_null(strstr(response.head, IS_JSON));
	assert_null(strstr(response.head, "X-Total-Count: "));
	assert_null(strstr(response.head, "Link: "));
	assert_int_equal(strstr(response.head, "\r\nContent-Length: ") == NULL,
	    row->status == 204);
	response_clear(&response);
}

/* The parameter of DELETE means nothing to a list. */
static void
read_with_current(void **state)
{
	static const char *const variables[] = { GET, LIST, KEY, TOKEN,
		"QUERY_STRING=_current=2", REVOKE, NULL };
	struct db db = full;
	struct response response;

	(void)state;
	answer(&db, variables, &response);
	assert_int_equal(response.facts.status, 200);
	check_asked(&db, variables, 1);
	assert_int_equal(db.wanted.which, TOKENS_LIST);
	response_clear(&response);
}

/*
 * The whole answers to DELETE and to OPTIONS of an address that has no DELETE:
 * those from before there was one.
 */
#define BEFORE_VARY                                            \
	"Content-Type: application/json\r\n"                   \
	"Cache-Control: no-store\r\n"                          \
	"X-Content-Type-Options: nosniff\r\n"                  \
	"Accept-Ranges: none\r\n"                              \
	"Access-Control-Allow-Origin: *\r\n"                   \
	"Access-Control-Expose-Headers: Link, X-Total-Count, " \
	"X-Request-Id, Retry-After, WWW-Authenticate\r\n"
#define BEHIND_VARY                 \
	"X-Request-Id: made-up\r\n" \
	"Allow: GET, HEAD, OPTIONS\r\n"

static const struct without {
	const char *name;
	const char *variables[4]; /* but for the method */
	const char *vary;
} withouts[] = {
	{ "switched off, the list", { LIST }, "Vary: Accept\r\n" },
	{ "switched off, the logs address", { LOGS, HTML },
	    "Vary: Accept\r\n" },
	{ "switched off, one", { ONE }, "" },
	{ "switched off, current", { CURRENT, HTML }, "" },
	{ "switched on, the logs address", { LOGS, REVOKE },
	    "Vary: Accept\r\n" },
};

/* The answer is this text, with the line that the row has between. */
static void
check_without(const struct without *row, const char *method, const char *before,
    const char *behind)
{
	const char *variables[8] = { method, KEY, TOKEN };
	struct db db = full;
	struct response response;
	char *want = NULL, *got = NULL;

	memcpy(variables + 3, row->variables, sizeof row->variables);
	answer(&db, variables, &response);
	assert_true(asprintf(&want, "%s%s%s", before, row->vary, behind) > 0);
	assert_true(asprintf(&got, "%s%s", response.head, response.body) > 0);
	assert_string_equal(got, want);
	assert_int_equal(db.asked + db.revoked, 0);
	response_clear(&response);
	free(want);
	free(got);
}

static void
have_no_delete(void **state)
{
	check_without(*state, DELETE,
	    "Status: 405 Method Not Allowed\r\n" BEFORE_VARY,
	    BEHIND_VARY
	    "Content-Length: 120\r\n\r\n"
	    "{\"error\": {\"code\": 405, "
	    "\"message\": \"Allowed methods: GET, HEAD, OPTIONS.\", "
	    "\"type\": \"method_not_allowed\"}, \"status\": 405}");
	check_without(*state, OPTIONS, "Status: 204 No Content\r\n" BEFORE_VARY,
	    BEHIND_VARY
	    "Access-Control-Allow-Methods: GET, HEAD, OPTIONS\r\n"
	    "Access-Control-Allow-Headers: Authorization, OAUTH-TOKEN, "
	    "X-API-KEY, X-Request-Id, Content-Type\r\n"
	    "Access-Control-Max-Age: 7200\r\n\r\n");
}

/* The page: for whom it is, and that JSON and page say what they depend on. */
#define VARY    "\r\nVary: Accept\r\n"
#define IS_HTML "\r\nContent-Type: text/html; charset=utf-8\r\n"

static const struct navigation {
	const char *name;
	const char *variables[7];
	bool page; /* the setting */
	int status;
	bool html, varies;
} navigations[] = {
	{ "a browser", { GET, LIST, HTML }, true, 200, true, true },
	{ "a browser's HEAD", { HEAD, LIST, HTML }, true, 200, true, true },
	{ "the documented example's address", { GET, LOGS, HTML }, true, 200,
	    true, true },
	{ "the program's own name",
	    { GET, "REQUEST_URI=/cgi-bin/" PROGRAM ".cgi", HTML }, true, 200,
	    true, true },
	/* The page comes before all that is asked of the API. */
	{ "a key in the query", { GET, LIST, HTML, "QUERY_STRING=api_key=x" },
	    true, 200, true, true },
	{ "an unknown parameter", { GET, LIST, HTML, BAD_QUERY }, true, 200,
	    true, true },
	{ "empty credentials",
	    { GET, LIST, HTML, "HTTP_X_API_KEY=", "HTTP_OAUTH_TOKEN=" }, true,
	    200, true, true },
	{ "a browser with a token", { GET, LIST, HTML, KEY, TOKEN }, true, 200,
	    false, true },
	{ "a browser with an ill-formed token",
	    { GET, LIST, HTML, "HTTP_OAUTH_TOKEN=a b" }, true, 401, false,
	    true },
	{ "a browser with a key alone", { GET, LIST, HTML, KEY }, true, 401,
	    false, true },
	{ "a browser with a wrong key",
	    { GET, LIST, HTML, "HTTP_X_API_KEY=wrong" }, true, 401, false,
	    true },
	{ "a program", { GET, LIST, KEY, TOKEN }, true, 200, false, true },
	{ "a program's HEAD", { HEAD, LIST, KEY, TOKEN }, true, 200, false,
	    true },
	{ "curl without credentials", { GET, LIST, "HTTP_ACCEPT=*/*" }, true,
	    401, false, true },
	{ "a program's error", { GET, LIST, BAD_QUERY }, true, 400, false,
	    true },
	{ "OPTIONS of a browser", { OPTIONS, LIST, HTML }, true, 204, false,
	    true },
	{ "DELETE, switched off, of a browser", { DELETE, LIST, HTML }, true,
	    405, false, true },

	{ "switched off", { GET, LIST, HTML }, false, 401, false, false },
	{ "switched off, with a token", { GET, LIST, HTML, KEY, TOKEN }, false,
	    200, false, false },
	{ "one token", { GET, ONE, HTML }, true, 401, false, false },
	{ "one token, with a token", { GET, ONE, HTML, KEY, TOKEN }, true, 200,
	    false, false },
	{ "current", { GET, CURRENT, HTML }, true, 401, false, false },
	{ "another path", { GET, ELSEWHERE, HTML }, true, 404, false, false },
	{ "a browser, where tokens can be revoked", { GET, LIST, HTML, REVOKE },
	    true, 200, true, true },
	{ "DELETE of a browser", { DELETE, LIST, HTML, REVOKE }, true, 401,
	    false, true },
	{ "DELETE of a browser with a token",
	    { DELETE, LIST, HTML, KEY, TOKEN, REVOKE }, true, 200, false,
	    true },
	{ "DELETE of a browser, no page", { DELETE, LIST, HTML, REVOKE }, false,
	    401, false, false },
	{ "DELETE of a browser, the logs address",
	    { DELETE, LOGS, HTML, REVOKE }, true, 405, false, true },
	{ "DELETE of one token", { DELETE, ONE, HTML, REVOKE }, true, 401,
	    false, false },
	{ "DELETE of one token, with a token",
	    { DELETE, ONE, HTML, KEY, TOKEN, REVOKE }, true, 204, false,
	    false },
	{ "OPTIONS of one token", { OPTIONS, ONE, HTML }, true, 204, false,
	    false },
};

static void
navigate(void **state)
{
	const struct navigation *row = *state;
	struct config by = config;
	struct db db = strstr(row->variables[1], "/17") == NULL ? full : single;
	struct response response;

	by.page = row->page;
	answer_by(&by, &db, row->variables, &response);
	assert_int_equal(response.facts.status, row->status);
	assert_non_null(strstr(response.head, row->html ? IS_HTML : IS_JSON));
	assert_int_equal(strstr(response.head, VARY) != NULL, row->varies);
	assert_int_equal(
	    strstr(response.head, "Content-Security-Policy: ") != NULL,
	    row->html);
	if (row->html) {
		assert_int_equal(db.asked, 0);
		assert_memory_equal(response.body, "<!DOCTYPE html>",
		    strlen("<!DOCTYPE html>"));
	}
	assert_int_equal(response.body_len == 0,
	    strcmp(row->variables[0], HEAD) == 0 || row->status == 204);
	response_clear(&response);
}

/* What an answer holds, beside its status. */
static const struct content {
	const char *name;
	const char *variables[6];
	int status;
	const char *in_head, *not_in_head, *in_body;
} contents[] = {
	{ "a list",
	    { GET, LIST, KEY, TOKEN, "QUERY_STRING=_limit=2&_offset=2" }, 200,
	    "Link: <?_limit=2&_offset=0>; rel=\"first\"", "api_key=",
	    "{\"oauth_access_tokens\":["
	    "{\"expires\":\"2000-01-01 00:00:00.000001+00:00\","
	    "\"token\":\"a\",\"user_id\":2},"
	    "{\"expires\":null,\"token\":\"b\",\"user_id\":2}],"
	    "\"metadata\":{\"count\":5,\"next\":true}}" },
	{ "a list's form is in its links",
	    { GET, LIST, KEY, TOKEN,
	        "QUERY_STRING=_mask=1&_format=with_details" },
	    200, "&_format=with_details&_mask=1>; rel=\"next\"",
	    "api_key=", "\"count\":5" },
	{ "a list that is not counted",
	    { GET, LIST, KEY, TOKEN, "QUERY_STRING=_limit=2&_count=0" }, 200,
	    "Link: <?_limit=2&_count=0>; rel=\"first\", "
	    "<?_limit=2&_after=AQAAAAAAAAAAAAAAAAAAAAAA&_count=0>; "
	    "rel=\"next\"\r\n",
	    "X-Total-Count: ", "\"metadata\":{\"count\":null,\"next\":true}}" },
	{ "a list behind a cursor",
	    { GET, LIST, KEY, TOKEN,
	        "QUERY_STRING=_limit=2&_after=AQEAAAAAAAAAAQAAAAAAAAAR" },
	    200,
	    "X-Total-Count: 5\r\nLink: <?_limit=2>; rel=\"first\", "
	    "<?_limit=2&_after=AQAAAAAAAAAAAAAAAAAAAAAA>; rel=\"next\"\r\n",
	    "_count", "\"metadata\":{\"count\":5,\"next\":true}}" },
	{ "a cursor beside an offset",
	    { GET, LIST, KEY, TOKEN,
	        "QUERY_STRING=_offset=0&_after=AQEAAAAAAAAAAQAAAAAAAAAR" },
	    400, "Status: 400 ", "Link: ",
	    "\"message\": \"_after takes a cursor of a Link, without "
	    "_offset.\"" },
	{ "one token is not counted",
	    { GET, ONE, KEY, TOKEN, "QUERY_STRING=_mask=1" }, 200,
	    "Status: 200 OK\r\n", "X-Total-Count: ",
	    "{\"oauth_access_token\":{\"expires\":null,\"token\":\"a\","
	    "\"user_id\":2,\"id\":17,\"created_at\":null,"
	    "\"application\":null,\"fingerprint\":null,\"current\":true,"
	    "\"expired\":false}}" },
	{ "and has no links", { GET, CURRENT, KEY, TOKEN }, 200,
	    "Content-Length: ", "Link: ", "\"oauth_access_token\":" },
	{ "one token's parameters are few",
	    { GET, ONE, KEY, TOKEN, "QUERY_STRING=limit=1" }, 400,
	    "Status: 400 ", "limit",
	    "Unknown parameter: known are api_key and _mask." },
	{ "DELETE of a list has few parameters",
	    { DELETE, LIST, KEY, TOKEN, "QUERY_STRING=limit=1", REVOKE }, 400,
	    "Status: 400 ", "limit",
	    "Unknown parameter: known are api_key and _current." },
	{ "DELETE of one has fewer",
	    { DELETE, ONE, KEY, TOKEN, "QUERY_STRING=limit=1", REVOKE }, 400,
	    "Status: 400 ", "limit", "Unknown parameter: known are api_key." },
	{ "OPTIONS of a list names DELETE", { OPTIONS, LIST, REVOKE }, 204,
	    "\r\nAllow: GET, HEAD, OPTIONS, DELETE\r\n"
	    "Access-Control-Allow-Methods: GET, HEAD, OPTIONS, DELETE\r\n",
	    "Content-Length: ", "" },
	{ "OPTIONS of one names DELETE", { OPTIONS, ONE, REVOKE }, 204,
	    "\r\nAllow: GET, HEAD, OPTIONS, DELETE\r\n",
	    "Content-Length: ", "" },
	{ "another method is told of DELETE",
	    { "REQUEST_METHOD=POST", CURRENT, KEY, TOKEN, REVOKE }, 405,
	    "\r\nAllow: GET, HEAD, OPTIONS, DELETE\r\n", "POST",
	    "Allowed methods: GET, HEAD, OPTIONS, DELETE." },
	{ "a database only to be read says so",
	    { DELETE, ONE, KEY, TOKEN, REVOKE }, 503, "\r\nRetry-After: 1\r\n",
	    "Allow: ", "The database can only be read now." },
	{ "the last page",
	    { GET, LIST, KEY, TOKEN, "QUERY_STRING=_limit=2&_offset=3" }, 200,
	    "X-Total-Count: 5\r\n", "rel=\"next\"", "\"next\":false" },
	{ "links repeat the query's key",
	    { GET, LIST, TOKEN, "QUERY_STRING=_limit=2&api_key=key1" }, 200,
	    "&api_key=key1>; rel=\"next\"", "some_really_long_string",
	    "\"next\":true" },
	{ "links have the limit that counts",
	    { GET, LIST, KEY, TOKEN, "QUERY_STRING=_limit=101&_offset=1" }, 200,
	    "?_limit=100&_offset=0>", "_limit=101", "\"count\":5" },
	{ "the path is not in the links",
	    { GET, "REQUEST_URI=/m/api/pipelines/oauth_access_tokens/logs", KEY,
	        TOKEN },
	    200, "Link: <?_limit=40&_offset=0>", "/m/api", "\"count\":5" },
	{ "the client's id of the request",
	    { GET, LIST, KEY, TOKEN, "HTTP_X_REQUEST_ID=request-7" }, 200,
	    "X-Request-Id: request-7\r\n", "made-up", "\"count\":5" },
	{ "the one that was made up", { GET, LIST, KEY, TOKEN }, 200,
	    "X-Request-Id: made-up\r\n", "request-7", "\"count\":5" },
	{ "and with an error, where the client's is ill-formed",
	    { GET, LIST, KEY, "HTTP_X_REQUEST_ID=<>" }, 401,
	    "X-Request-Id: made-up\r\n", "<>", "Invalid OAuth token." },
	{ "a parameter's error names it",
	    { GET, LIST, KEY, TOKEN, "QUERY_STRING=_limit=1x" }, 400,
	    "Status: 400 ", "1x", "\"message\": \"_limit takes " },
	{ "no token: only the realm", { GET, LIST, KEY }, 401,
	    "Bearer realm=\"oauth_access_tokens\"\r\n",
	    "error=", "Invalid OAuth token." },
	{ "no key and no token: only the realm", { GET, LIST }, 401,
	    "Bearer realm=\"oauth_access_tokens\"\r\n",
	    "error=", "Invalid API key." },
	{ "an ill-formed token was sent",
	    { GET, LIST, KEY, "HTTP_OAUTH_TOKEN=<>" }, 401,
	    "error=\"invalid_token\"", "<>", "Invalid OAuth token." },
	{ "a key that is not allowed, though the query's is",
	    { GET, LIST, TOKEN, "HTTP_X_API_KEY=wrong_key",
	        "QUERY_STRING=api_key=key1" },
	    401, "error=\"invalid_token\"", "wrong_key", "Invalid API key." },
	{ "a key twice, though the query's is good",
	    { GET, LIST, KEY, KEY, TOKEN, "QUERY_STRING=api_key=key1" }, 401,
	    "error=\"invalid_token\"", "key1", "Invalid API key." },
	{ "an empty key: the query's",
	    { GET, LIST, TOKEN,
	        "HTTP_X_API_KEY=", "QUERY_STRING=api_key=key1" },
	    200, "Status: 200 OK\r\n", "key2", "\"count\":5" },
};

static void
fill(void **state)
{
	const struct content *row = *state;
	const char *variables[8] = { NULL };
	bool list = strcmp(row->variables[1], ONE) != 0 &&
	            strcmp(row->variables[1], CURRENT) != 0;
	struct db db = list ? full : single;
	struct response response;

	memcpy(variables, row->variables, sizeof row->variables);
	if (row->status == 503)
		db.result = DB_READ_ONLY;
	answer(&db, variables, &response);
	assert_int_equal(response.facts.status, row->status);
	assert_non_null(strstr(response.head, row->in_head));
	assert_null(strstr(response.head, row->not_in_head));
	assert_non_null(strstr(response.body, row->in_body));
	if (row->status != 200)
		assert_null(strstr(response.body, row->not_in_head));
	response_clear(&response);
}

/* The log learns the request's id; the answer is wiped however it ended. */
static void
name_and_forget(void **state)
{
	struct db db = full;
	struct response response;

	(void)state;
	for (int i = 0; i <= 2 * DB_NO_MEMORY + 1; i++) {
		db.result = (enum db_result)(i / 2);
		db.forgotten = 0;
		answer(&db,
		    (const char *[]){ i % 2 == 0 ? GET : DELETE, LIST, KEY,
		        TOKEN, "HTTP_X_REQUEST_ID=request-7", REVOKE, NULL },
		    &response);
		response_clear(&response);
		assert_string_equal(logged_id, "request-7");
		assert_int_equal(db.forgotten, 1);
	}
	answer(&db, (const char *[]){ GET, LIST, KEY, TOKEN, NULL }, &response);
	response_clear(&response);
	assert_string_equal(logged_id, "");
	answer(&db,
	    (const char *[]){ GET, LIST, TOKEN, "QUERY_STRING=api_key=key1",
	        "HTTP_X_REQUEST_ID=key1", NULL },
	    &response);
	response_clear(&response);
	assert_string_equal(logged_id, "");
}

/* What the log and Server-Timing say of a request. */
static const struct told {
	const char *name;
	const char *variables[8];
	enum db_result result;
	struct log_facts want;
	const char *timing;
} tellings[] = {
	{ "a list", { GET, LIST, KEY, TOKEN }, DB_OK,
	    { "GET", "/oauth_access_tokens", 200, NULL, 2, true, 2, 1000 },
	    "db;dur=1.000, total;dur=2.500" },
	{ "an empty page", { GET, LIST, KEY, TOKEN, "HTTP_ACCEPT=*/*" },
	    DB_UNAVAILABLE,
	    { "GET", "/oauth_access_tokens", 503, "service_unavailable", 0,
	        false, 0, 1000 },
	    "db;dur=1.000, total;dur=2.500" },
	{ "the documented example's address", { HEAD, LOGS, KEY, TOKEN }, DB_OK,
	    { "HEAD", "/pipelines/oauth_access_tokens/logs", 200, NULL, 2, true,
	        2, 1000 },
	    "db;dur=1.000, total;dur=2.500" },
	{ "one", { GET, ONE, KEY, TOKEN }, DB_OK,
	    { "GET", "/oauth_access_tokens/{id}", 200, NULL, 1, true, 2, 1000 },
	    "db;dur=1.000, total;dur=2.500" },
	{ "DELETE of all others", { DELETE, LIST, KEY, TOKEN, REVOKE }, DB_OK,
	    { "DELETE", "/oauth_access_tokens", 200, NULL, 5, true, 2, 1000 },
	    "db;dur=1.000, total;dur=2.500" },
	{ "DELETE of one", { DELETE, CURRENT, KEY, TOKEN, REVOKE }, DB_OK,
	    { "DELETE", "/oauth_access_tokens/current", 204, NULL, 1, true, 2,
	        1000 },
	    "db;dur=1.000, total;dur=2.500" },
	{ "health", { GET, HEALTH }, DB_OK,
	    { "GET", "/oauth_access_tokens/health", 200, NULL, 0, false, 0,
	        1000 },
	    "db;dur=1.000, total;dur=2.500" },
	{ "the page", { GET, LIST, HTML }, DB_OK,
	    { "GET", "/oauth_access_tokens", 200, NULL, 0, false, 0, 0 },
	    "total;dur=2.500" },
	{ "OPTIONS", { OPTIONS, CURRENT }, DB_OK,
	    { "OPTIONS", "/oauth_access_tokens/current", 204, NULL, 0, false, 0,
	        0 },
	    "total;dur=2.500" },
	{ "no token", { GET, LIST, KEY }, DB_OK,
	    { "GET", "/oauth_access_tokens", 401, "invalid_oauth_token", 0,
	        false, 0, 0 },
	    "total;dur=2.500" },
	{ "elsewhere", { GET, ELSEWHERE, KEY, TOKEN }, DB_OK,
	    { "GET", NULL, 404, "record_not_found", 0, false, 0, 0 },
	    "total;dur=2.500" },
	{ "another method", { "REQUEST_METHOD=TOKEN", LIST, KEY, TOKEN }, DB_OK,
	    { NULL, "/oauth_access_tokens", 405, "method_not_allowed", 0, false,
	        0, 0 },
	    "total;dur=2.500" },
};

static void
check_text(const char *got, const char *want)
{
	assert_string_equal(got != NULL ? got : "-", want != NULL ? want : "-");
}

static void
tell(void **state)
{
	const struct told *row = *state;
	const struct log_facts *want = &row->want;
	struct db db = strcmp(row->variables[1], ONE) == 0 ? single : full;
	struct config settings = config;
	struct response response;
	char line[64];

	db.result = row->result;
	db.page.count = strcmp(row->variables[1], CURRENT) == 0 ? 1 : 5;
	snprintf(
	    line, sizeof line, "\r\nServer-Timing: %s\r\n\r\n", row->timing);
	for (settings.timing = 0; settings.timing < 2; settings.timing++) {
		const struct log_facts *facts = &response.facts;

		db.asked = db.revoked = db.health = 0;
		answer_by(&settings, &db, row->variables, &response);
		check_text(facts->method, want->method);
		check_text(facts->address, want->address);
		check_text(facts->error, want->error);
		assert_int_equal(facts->status, want->status);
		assert_int_equal(facts->rows, want->rows);
		assert_int_equal(facts->user_known, want->user_known);
		assert_int_equal(facts->user_id, want->user_id);
		assert_int_equal(facts->database_us, want->database_us);
		assert_int_equal(strstr(response.head, "Server-Timing") != NULL,
		    settings.timing);
		if (settings.timing == 1)
			assert_string_equal(
			    response.head + response.head_len - strlen(line),
			    line);
		response_clear(&response);
	}
}

/* Headers that are too many to be read: one answer for all of them. */
static void
refuse(void **state)
{
	struct response response;

	(void)state;
	memset(&response, '#', sizeof response);
	endpoint_refuse(&response);
	assert_int_equal(response.facts.status, 431);
	check_type(&response, "request_too_large");
	assert_non_null(strstr(response.head, "X-Request-Id: made-up\r\n"));
	response_clear(&response);
}

/* Without a database: OPTIONS never needs one, a list does. */
static const struct alone {
	const char *name;
	const char *variables[6];
	int status;
} alone[] = {
	{ "OPTIONS", { OPTIONS, LIST }, 204 },
	{ "OPTIONS, faults in all else",
	    { OPTIONS, LIST, "QUERY_STRING=%", KEY, KEY }, 204 },
	{ "OPTIONS elsewhere", { OPTIONS, ELSEWHERE }, 404 },
	{ "DELETE, switched off", { DELETE, LIST }, 405 },
	{ "another path", { GET, ELSEWHERE }, 404 },
	{ "the page", { GET, LIST, HTML }, 200 },
	{ "OPTIONS of one", { OPTIONS, ONE, "QUERY_STRING=%" }, 204 },
	{ "a list", { GET, LIST, KEY, TOKEN }, 500 },
	{ "health", { GET, HEALTH }, 500 },
	{ "OPTIONS of health", { OPTIONS, HEALTH }, 204 },
	{ "one", { GET, ONE, KEY, TOKEN }, 500 },
	{ "OPTIONS, where there is DELETE", { OPTIONS, ONE, REVOKE }, 204 },
	{ "DELETE of the logs address", { DELETE, LOGS, KEY, TOKEN, REVOKE },
	    405 },
	{ "DELETE", { DELETE, LIST, KEY, TOKEN, REVOKE }, 500 },
	{ "DELETE of one", { DELETE, ONE, KEY, TOKEN, REVOKE }, 500 },
};

static void
answer_alone(void **state)
{
	const struct alone *row = *state;
	struct db db = full;
	struct response response;

	answer(NULL, row->variables, &response);
	assert_int_equal(response.facts.status, row->status);
	response_clear(&response);
	if (row->status == 500)
		return;
	answer(&db, row->variables, &response);
	assert_int_equal(response.facts.status, row->status);
	check_asked(&db, row->variables, 0);
	response_clear(&response);
}

/* Out of memory is one failed request, with a line in the log. */
static const char *attempted[2];   /* its method and address */
static const char *attempted_part; /* of a whole answer */

static void
attempt(void)
{
	const char *const variables[] = { attempted[0], attempted[1], KEY,
		TOKEN, NULL };
	struct config settings = config;
	struct db db = strcmp(attempted[1], LIST) == 0 ? full : single;
	struct response response;
	bool failed, well;

	settings.revoke = 1;
	logged = 0;
	endpoint_answer(&settings, &db, variables, PROGRAM, &response);
	failed = allocator.failed > 0 && response.facts.status == 500 &&
	         logged == 1 &&
	         strstr(response.body, "\"internal_error\"") != NULL;
	well = response.facts.status == 200 && logged == 0 &&
	       strstr(response.body, attempted_part) != NULL &&
	       response.body[response.body_len - 1] == '}';
	response_clear(&response);
	assert_true(failed || well);
}

static void
run_out_of_memory_anywhere(void **state)
{
	(void)state;
	attempted[0] = GET;
	attempted[1] = LIST;
	attempted_part = "\"user_id\":2";
	assert_true(run_out_of_memory(attempt) > 3);
	attempted[1] = ONE;
	assert_true(run_out_of_memory(attempt) > 3);
	attempted[0] = DELETE;
	attempted[1] = LIST;
	attempted_part = "\"count\":5";
	assert_true(run_out_of_memory(attempt) > 1);
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(find_fault, faults) },
		{ ROWS(ask, questions) },
		{ ROWS(ask_from, places) },
		{ ROWS(ask_form, forms) },
		{ ROWS(end_tokens, revocations) },
		{ ALONE(read_with_current) },
		{ ROWS(have_no_delete, withouts) },
		{ ROWS(navigate, navigations) },
		{ ROWS(fill, contents) },
		{ ALONE(name_and_forget) },
		{ ROWS(tell, tellings) },
		{ ALONE(refuse) },
		{ ROWS(answer_alone, alone) },
		{ ALONE(run_out_of_memory_anywhere) },
	};

	return run_all(tests, COUNT(tests));
}
