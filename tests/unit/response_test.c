/*
 * response_test.c - status, header block and body.
 *
 * Wanted values: oauth_access_tokens(8), ERRORS (statuses, types, messages,
 * challenges), HEADERS, THE PAGE, REVOKING, and OPTIONS AND HEAD; RFC 9110,
 * section 15, and RFC 6585 for the reason phrases; RFC 3875, section 6, for the
 * form of the block; RFC 9110, section 8.6: a 204 has no Content-Length.  Where
 * the manual leaves a message open, any sentence will do.
 */
#include "guarded.h"

#include <fnmatch.h>

#include "html.h"
#include "response.h"

/* Patterns of fnmatch(3); each line of a head matches one, in any order. */
#define EVERY                                                          \
	"Cache-Control: no-store", "X-Content-Type-Options: nosniff",  \
	    "Accept-Ranges: none", "Access-Control-Allow-Origin: \\*", \
	    "Access-Control-Expose-Headers: Link, "                    \
	    "X-Total-Count, X-Request-Id, Retry-After, "               \
	    "WWW-Authenticate",                                        \
	    "X-Request-Id: *"
#define COMMON "Content-Type: application/json", EVERY
#define REALM  "WWW-Authenticate: Bearer realm=\"oauth_access_tokens\""
#define INVALID_TOKEN \
	REALM ", error=\"invalid_token\", error_description=\"+([!\"\\\\])\""
#define RETRY     "Retry-After: [1-9]*([0-9])"

#define METHODS   "GET, HEAD, OPTIONS"
#define LINES_MAX 16

/* A response that has been begun, where all else is rubbish. */
static void
begin(struct response *response)
{
	memset(response, '#', sizeof *response);
	response_begin(response, "request-1");
	assert_string_equal(response->request_id, "request-1");
}

/*
 * Check a head: its id is the request's, status is its first line, each of the
 * others matches one of lines, each of which is there once, and the body's
 * length is told.
 */
static void
check_head(const struct response *response, const char *status,
    const char *const *lines, const char *length)
{
	const char *line = response->head, *end;
	bool seen[LINES_MAX] = { false };
	size_t wanted = 0, n = 0;
	char *id = NULL;

	assert_true(response->head_len < sizeof response->head);
	assert_int_equal(response->head_len, strlen(response->head));
	assert_true(asprintf(&id, "\r\nX-Request-Id: %s\r\n",
	                response->request_id) > 0);
	assert_non_null(strstr(response->head, id));
	free(id);
	while (lines[wanted] != NULL)
		wanted++;
	for (; (end = strstr(line, "\r\n")) != NULL; line = end + 2, n++) {
		char *text = strndup(line, (size_t)(end - line));
		size_t i = 0;

		if (*text == '\0' || n == 0)
			assert_string_equal(text, n == 0 ? status : "");
		else if (strcmp(text, length) != 0) {
			while (i < wanted &&
			       (seen[i] ||
			           fnmatch(lines[i], text, FNM_EXTMATCH) != 0))
				i++;
			if (i == wanted)
				fail_msg("not wanted: %s", text);
			seen[i] = true;
		}
		free(text);
	}
	assert_string_equal(line, "");
	assert_string_equal(line - 4, "\r\n\r\n");
	/* The status, the lines, the length and the empty line. */
	assert_int_equal(n, 1 + wanted + (*length != '\0') + 1);
}

static const struct wanted {
	const char *name;
	enum error error;
	bool token_sent;
	int code;
	const char *status;
	const char *type;
	const char *message; /* NULL: left open */
	const char *lines[LINES_MAX];
} wanted[] = {
	{ "record_not_found", ERROR_NOT_FOUND, false, 404,
	    "Status: 404 Not Found", "record_not_found", "Record not found.",
	    { COMMON } },
	{ "invalid_parameter", ERROR_INVALID_PARAMETER, false, 400,
	    "Status: 400 Bad Request", "invalid_parameter", NULL, { COMMON } },
	{ "request_too_large: query", ERROR_QUERY_TOO_LARGE, false, 414,
	    "Status: 414 URI Too Long", "request_too_large", NULL, { COMMON } },
	{ "request_too_large: header", ERROR_HEADER_TOO_LARGE, true, 431,
	    "Status: 431 Request Header Fields Too Large", "request_too_large",
	    NULL, { COMMON } },
	{ "request_too_large: headers", ERROR_HEADERS_TOO_MANY, false, 431,
	    "Status: 431 Request Header Fields Too Large", "request_too_large",
	    NULL, { COMMON } },
	{ "invalid_api_key", ERROR_INVALID_API_KEY, false, 401,
	    "Status: 401 Unauthorized", "invalid_api_key", "Invalid API key.",
	    { COMMON, REALM } },
	{ "invalid_api_key, token sent", ERROR_INVALID_API_KEY, true, 401,
	    "Status: 401 Unauthorized", "invalid_api_key", "Invalid API key.",
	    { COMMON, INVALID_TOKEN } },
	{ "invalid_oauth_token", ERROR_INVALID_TOKEN, false, 401,
	    "Status: 401 Unauthorized", "invalid_oauth_token",
	    "Invalid OAuth token.", { COMMON, REALM } },
	{ "invalid_oauth_token, token sent", ERROR_INVALID_TOKEN, true, 401,
	    "Status: 401 Unauthorized", "invalid_oauth_token",
	    "Invalid OAuth token.", { COMMON, INVALID_TOKEN } },
	{ "expired_oauth_token", ERROR_EXPIRED_TOKEN, true, 401,
	    "Status: 401 Unauthorized", "expired_oauth_token",
	    "Expired OAuth token.", { COMMON, INVALID_TOKEN } },
	{ "unauthorized_access", ERROR_NOT_A_VIEWER, true, 403,
	    "Status: 403 Forbidden", "unauthorized_access",
	    "Unauthorized access.",
	    { COMMON, REALM ", error=\"insufficient_scope\"" } },
	{ "service_unavailable", ERROR_UNAVAILABLE, true, 503,
	    "Status: 503 Service Unavailable", "service_unavailable", NULL,
	    { COMMON, RETRY } },
	{ "service_unavailable: only to be read", ERROR_READ_ONLY, true, 503,
	    "Status: 503 Service Unavailable", "service_unavailable",
	    "The database can only be read now.", { COMMON, RETRY } },
	{ "database_timeout", ERROR_TIMEOUT, true, 504,
	    "Status: 504 Gateway Timeout", "database_timeout", NULL,
	    { COMMON, RETRY } },
	{ "internal_error", ERROR_INTERNAL, true, 500,
	    "Status: 500 Internal Server Error", "internal_error", NULL,
	    { COMMON } },
};

/* Check the body of an error, and its head, which has the body's length. */
static void
check_error(const struct response *response, const struct wanted *row,
    const char *message)
{
	char start[64], end[128], length[64];
	size_t start_len, end_len;

	assert_int_equal(response->facts.status, row->code);
	start_len = (size_t)snprintf(start, sizeof start,
	    "{\"error\": {\"code\": %d, \"message\": \"", row->code);
	end_len = (size_t)snprintf(end, sizeof end,
	    "\", \"type\": \"%s\"}, \"status\": %d}", row->type, row->code);
	assert_int_equal(response->body_len, strlen(response->body));
	assert_true(response->body_len > start_len + end_len);
	assert_memory_equal(response->body, start, start_len);
	assert_string_equal(response->body + response->body_len - end_len, end);
	for (size_t i = start_len; i < response->body_len - end_len; i++)
		assert_null(strchr("\"\\\r\n", response->body[i]));
	if (message != NULL) {
		assert_int_equal(
		    response->body_len, start_len + strlen(message) + end_len);
		assert_memory_equal(
		    response->body + start_len, message, strlen(message));
	}
	snprintf(length, sizeof length, "Content-Length: %zu",
	    strlen(response->body));
	check_head(response, row->status, row->lines, length);
	assert_null(response->tokens);
}

/* With the table's message, one of the caller's, and with HEAD. */
static void
set_error(void **state)
{
	static const char own[] = "_limit takes one whole number.";
	const struct wanted *row = *state;
	struct response response, head;

	begin(&response);
	response_set_error(&response, row->error, NULL, row->token_sent);
	check_error(&response, row, row->message);
	response_clear(&response);

	begin(&response);
	response_set_error(&response, row->error, own, row->token_sent);
	check_error(&response, row, own);
	begin(&head);
	response_set_error(&head, row->error, own, row->token_sent);
	response_drop_body(&head);
	assert_int_equal(head.body_len, 0);
	assert_int_equal(head.facts.status, row->code);
	assert_string_equal(head.head, response.head);
	response_clear(&head);
	response_clear(&response);
}

/* The example of the manual, byte by byte. */
static void
set_error_exactly(void **state)
{
	struct response response;

	(void)state;
	begin(&response);
	response_set_error(&response, ERROR_EXPIRED_TOKEN, NULL, true);
	assert_string_equal(response.body,
	    "{\"error\": {\"code\": 401, \"message\": \"Expired OAuth "
	    "token.\", "
	    "\"type\": \"expired_oauth_token\"}, \"status\": 401}");
	response_clear(&response);
}

/* The methods are those of the address. */
static void
set_not_allowed(void **state)
{
	static const struct wanted want = { "", ERROR_METHOD_NOT_ALLOWED, false,
		405, "Status: 405 Method Not Allowed", "method_not_allowed",
		"Allowed methods: " METHODS ".",
		{ COMMON, "Allow: " METHODS } };
	struct response response;

	(void)state;
	begin(&response);
	response_set_not_allowed(&response, guarded_text(METHODS));
	check_error(&response, &want, want.message);
	response_clear(&response);
}

static void
set_options(void **state)
{
	static const char *const lines[] = { COMMON, "Allow: " METHODS,
		"Access-Control-Allow-Methods: " METHODS,
		"Access-Control-Allow-Headers: "
		"Authorization, OAUTH-TOKEN, X-API-KEY, X-Request-Id, "
		"Content-Type",
		"Access-Control-Max-Age: 7200", NULL };
	struct response response;

	(void)state;
	begin(&response);
	response_set_options(&response, METHODS);
	assert_int_equal(response.facts.status, 204);
	assert_int_equal(response.body_len, 0);
	assert_non_null(response.body);
	check_head(&response, "Status: 204 No Content", lines, "");
	response_clear(&response);
}

/* Done, and nothing to say of it: none of the headers of OPTIONS. */
static void
set_done(void **state)
{
	static const char *const lines[] = { COMMON, NULL };
	struct response response;

	(void)state;
	begin(&response);
	response_set_done(&response);
	assert_int_equal(response.facts.status, 204);
	assert_string_equal(response.body, "");
	assert_int_equal(response.body_len, 0);
	assert_null(response.tokens);
	check_head(&response, "Status: 204 No Content", lines, "");
	response_clear(&response);
}

/* Lists of so many tokens. */
static const struct token_list one = { .count = 1 };
static const struct token_list most = { .count = INT64_MAX };

static const struct list {
	const char *name;
	const char *text;
	struct token_list list;
	const char *link;
	const char *lines[LINES_MAX];
	const char *length;
} lists[] = {
	{ "no links", "{\"a\":1}", { .count = 7 }, "",
	    { COMMON, "X-Total-Count: 7" }, "Content-Length: 7" },
	{ "links", "{}", { .count = 0 }, "</a?b=1>; rel=\"first\"",
	    { COMMON, "X-Total-Count: 0", "Link: </a\\?b=1>; rel=\"first\"" },
	    "Content-Length: 2" },
	{ "the greatest count", "{\"a\": [1, 2]}", { .count = INT64_MAX }, "",
	    { COMMON, "X-Total-Count: 9223372036854775807" },
	    "Content-Length: 13" },
	{ "not counted", "{}", { .uncounted = true }, "<?b=1>; rel=\"next\"",
	    { COMMON, "Link: <\\?b=1>; rel=\"next\"" }, "Content-Length: 2" },
};

static void
set_list(void **state)
{
	const struct list *row = *state;
	size_t len = strlen(row->text);
	char *text = strdup(row->text);
	struct response response;

	begin(&response);
	response_set_list(
	    &response, text, len, &row->list, guarded_text(row->link));
	assert_int_equal(response.facts.status, 200);
	assert_ptr_equal(response.body, text);
	assert_int_equal(response.body_len, len);
	check_head(&response, "Status: 200 OK", row->lines, row->length);

	response_drop_body(&response);
	assert_int_equal(response.body_len, 0);
	assert_int_equal(response.facts.status, 200);
	check_head(&response, "Status: 200 OK", row->lines, row->length);
	response_clear(&response);
	assert_null(response.tokens);
}

/* What is not a list is neither counted nor a page among others. */
static void
set_json(void **state)
{
	static const char *const lines[] = { COMMON, NULL };
	char *text = strdup("{\"a\":1}");
	struct response response;

	(void)state;
	begin(&response);
	response_set_json(&response, text, 7);
	assert_int_equal(response.facts.status, 200);
	assert_ptr_equal(response.body, text);
	assert_int_equal(response.body_len, 7);
	check_head(&response, "Status: 200 OK", lines, "Content-Length: 7");

	response_drop_body(&response);
	assert_int_equal(response.body_len, 0);
	check_head(&response, "Status: 200 OK", lines, "Content-Length: 7");
	response_clear(&response);
	assert_null(response.tokens);
}

/* The page that was built in, with headers of its own. */
static void
set_page(void **state)
{
	static const char *const lines[] = {
		"Content-Type: text/html; charset=utf-8", EVERY, "Vary: Accept",
		"Content-Security-Policy: *", "Referrer-Policy: no-referrer",
		NULL
	};
	size_t len = strlen(html_page);
	char length[64];
	struct response response;

	(void)state;
	snprintf(length, sizeof length, "Content-Length: %zu", len);
	begin(&response);
	response.varies = true;
	response_set_page(&response);
	assert_int_equal(response.facts.status, 200);
	assert_int_equal(response.body_len, len);
	assert_memory_equal(response.body, html_page, len);
	assert_null(response.tokens);
	check_head(&response, "Status: 200 OK", lines, length);
	assert_non_null(strstr(
	    response.head, "\r\nContent-Security-Policy: " HTML_POLICY "\r\n"));

	response_drop_body(&response);
	assert_int_equal(response.body_len, 0);
	check_head(&response, "Status: 200 OK", lines, length);
	response_clear(&response);
}

/* What the page may do: its own script and style, and ask its own server. */
static void
keep_to_policy(void **state)
{
	static const char *const directives[] = { "default-src 'none'; ",
		"script-src 'sha256-", "style-src 'sha256-",
		"connect-src 'self'; ", "base-uri 'none'; ",
		"form-action 'none'; ", "frame-ancestors 'none'; " };

	(void)state;
	for (size_t i = 0; i < COUNT(directives); i++)
		if (strstr(HTML_POLICY, directives[i]) == NULL)
			fail_msg("missing: %s", directives[i]);
	assert_null(strstr(HTML_POLICY, "unsafe"));
	assert_null(strstr(HTML_POLICY, "http"));
	assert_null(strchr(HTML_POLICY, '*'));
}

/* Make one of all kinds of answers; returns how many there are. */
static int
set_any(struct response *response, int kind)
{
	switch (kind) {
	case 0:
		response_set_error(response, ERROR_INVALID_TOKEN, NULL, true);
		break;
	case 1:
		response_set_not_allowed(response, METHODS);
		break;
	case 2:
		response_set_options(response, METHODS);
		break;
	case 3:
		response_set_list(response, strdup("{}"), 2, &one, "a");
		break;
	case 4:
		response_set_json(response, strdup("{}"), 2);
		break;
	case 5:
		response_set_done(response);
		break;
	case 6:
		response_set_healthy(response);
		break;
	default:
		response_set_page(response);
		break;
	}
	return 8;
}

/* Vary is there once where it is due, and nowhere else. */
static void
vary(void **state)
{
	static const char line[] = "\r\nVary: Accept\r\n";
	struct response response;
	int kinds = 1;

	(void)state;
	for (int i = 0; i < kinds; i++) {
		const char *found;

		begin(&response);
		kinds = set_any(&response, i);
		assert_null(strstr(response.head, "Vary"));
		response_clear(&response);

		begin(&response);
		response.varies = true;
		set_any(&response, i);
		found = strstr(response.head, line);
		assert_non_null(found);
		assert_null(strstr(found + strlen(line), "Vary"));
		response_clear(&response);
		response_begin(&response, "request-2");
		assert_false(response.varies);
	}
}

/* The head without the line of timing, and that line is the last. */
static void
add_timing(void **state)
{
	static const struct {
		int64_t database_us, total_us;
		const char *line;
	} times[] = {
		{ 1234, 5678, "Server-Timing: db;dur=1.234, total;dur=5.678" },
		{ 0, 5, "Server-Timing: total;dur=0.005" },
		{ 4000000, 17000001,
		    "Server-Timing: db;dur=4000.000, total;dur=17000.001" },
	};
	struct response response, plain;
	int kinds = 1;

	(void)state;
	for (int i = 0; i < kinds; i++) {
		for (size_t j = 0; j < COUNT(times); j++) {
			char want[sizeof response.head + 128];
			int len;

			begin(&plain);
			kinds = set_any(&plain, i);
			begin(&response);
			set_any(&response, i);
			response_add_timing(
			    &response, times[j].database_us, times[j].total_us);
			len = snprintf(want, sizeof want, "%.*s%s\r\n\r\n",
			    (int)plain.head_len - 2, plain.head, times[j].line);
			assert_int_equal(response.head_len, len);
			assert_string_equal(response.head, want);
			response_clear(&response);
			response_clear(&plain);
		}
	}
}

static void
set_healthy(void **state)
{
	struct response response;

	(void)state;
	begin(&response);
	response_set_healthy(&response);
	assert_int_equal(response.facts.status, 200);
	assert_null(response.facts.error);
	assert_int_equal(response.body_len, strlen(response.body));
	assert_string_equal(response.body, "{\"status\": \"ok\"}");
	check_head(&response, "Status: 200 OK",
	    (const char *const[]){ COMMON, NULL }, "Content-Length: 16");
	response_clear(&response);
}

/* The longest Link fits, whatever else stands there. */
static void
fit_the_longest_link(void **state)
{
	char *text = strdup("{}"), *link = guarded_run('a', LINKS_SIZE - 1);
	char *line = NULL;
	struct response response;

	(void)state;
	begin(&response);
	response.varies = true;
	memset(response.request_id, 'i', REQUEST_ID_MAX);
	response.request_id[REQUEST_ID_MAX] = '\0';
	assert_true(asprintf(&line, "Link: %s", link) > 0);
	response_set_list(&response, text, 2, &most, link);
	check_head(&response, "Status: 200 OK",
	    (const char *const[]){ COMMON, line, "Vary: Accept",
	        "X-Total-Count: 9223372036854775807", NULL },
	    "Content-Length: 2");
	response_add_timing(&response, INT32_MAX, INT32_MAX);
	assert_int_equal(response.head_len, strlen(response.head));
	assert_string_equal(response.head + response.head_len - 4, "\r\n\r\n");
	response_clear(&response);
	free(line);
}

/* A head may repeat the API key: nothing of it stays. */
static void
wipe(void **state)
{
	char *link = guarded_run('k', 100);
	struct response response;

	(void)state;
	begin(&response);
	response_set_list(&response, strdup("{}"), 2, &one, link);
	assert_non_null(
	    memmem(response.head, sizeof response.head, "kkkkkkkkkk", 10));
	response_clear(&response);
	assert_null(
	    memmem(response.head, sizeof response.head, "kkkkkkkkkk", 10));
}

/* One response for many answers, as in the loop of FastCGI. */
static void
set_again(void **state)
{
	struct response response;

	(void)state;
	begin(&response);
	response_set_list(&response, strdup("{}"), 2, &one, "");
	response_clear(&response);
	response_clear(&response);
	begin(&response);
	response_set_error(&response, ERROR_NOT_FOUND, NULL, false);
	check_error(&response, &wanted[0], wanted[0].message);
	response_clear(&response);
	begin(&response);
	response_set_list(&response, strdup("[]"), 2, &one, "");
	assert_string_equal(response.body, "[]");
	response_clear(&response);
	begin(&response);
	response_set_page(&response);
	response_clear(&response); /* nothing to free */
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(set_error, wanted) },
		{ ALONE(set_error_exactly) },
		{ ALONE(set_not_allowed) },
		{ ALONE(set_options) },
		{ ALONE(set_done) },
		{ ROWS(set_list, lists) },
		{ ALONE(set_json) },
		{ ALONE(set_page) },
		{ ALONE(keep_to_policy) },
		{ ALONE(vary) },
		{ ALONE(add_timing) },
		{ ALONE(set_healthy) },
		{ ALONE(fit_the_longest_link) },
		{ ALONE(wipe) },
		{ ALONE(set_again) },
	};

	return run_all(tests, COUNT(tests));
}
