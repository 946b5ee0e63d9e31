/*
 * exchange_fuzz.c - lines up to an empty one are CGI variables; the rest is a
 * database, see fake_database.h.
 *
 * Promises: the head is a CGI header block (RFC 3875, section 6), no header
 * is there twice, and Content-Length is the body's.  The body is JSON: in an
 * error status, code and head agree; in a list the rows are those asked for,
 * in order; one token is the one asked for; details and masks are there where
 * they are due.  Or the body is the page, where the settings let a browser have
 * it.  HEAD has GET's head and no body.  DELETE alone revokes, the tokens that
 * it means, and only where the settings and the address have it; elsewhere it
 * is answered as an unknown method is.  The token that was sent changes nothing
 * in the answer.
 */
#include <ctype.h>
#include <inttypes.h>
#include <json-c/json.h>

#include "endpoint.h"
#include "fake_database.h"
#include "fuzz.h"
#include "html.h"
#include "log.h"
#include "query.h"
#include "request.h"
#include "route.h"

#define VARIABLES_MAX 32
#define PROGRAM       "oauth_access_tokens"
#define ELLIPSIS      "\xe2\x80\xa6"

void
log_line(const char *format, ...)
{
	PROMISE(format == NULL); /* nothing goes wrong here */
}

const char *
log_begin_request(const char *id, size_t len)
{
	static char copy[LOG_ID_MAX + 1];

	PROMISE(id == NULL || (len >= 1 && len <= LOG_ID_MAX));
	snprintf(copy, sizeof copy, "%.*s", (int)len, id != NULL ? id : "");
	return id != NULL ? copy : "made-up";
}

int64_t
log_request_us(void)
{
	return 0;
}

/* The value of a header of the answer; NULL: it is not there. */
static const char *
find_header(const struct response *response, const char *name, size_t *len)
{
	const char *found = NULL;
	size_t n = strlen(name);

	for (const char *line = response->head; *line != '\r';
	     line = strstr(line, "\r\n") + 2) {
		if (strncasecmp(line, name, n) != 0 || line[n] != ':')
			continue;
		PROMISE(found == NULL);
		found = line + n + 2;
		*len = strcspn(found, "\r");
	}
	return found;
}

/* Read the number that a header begins with. */
static long long
read_header(const struct response *response, const char *name)
{
	size_t len;
	const char *value = find_header(response, name, &len);

	PROMISE(value != NULL && isdigit((unsigned char)*value));
	return strtoll(value, NULL, 10);
}

/* Lines of "Name: value" in ASCII, each name once, and an empty one. */
static void
check_head(const struct response *response)
{
	const char *line = response->head, *end;
	size_t len;

	PROMISE(strlen(line) == response->head_len);
	PROMISE(response->head_len < sizeof response->head);
	for (; (end = strstr(line, "\r\n")) != line; line = end + 2) {
		char name[64];

		PROMISE(end != NULL);
		len = strspn(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
		                   "abcdefghijklmnopqrstuvwxyz-");
		PROMISE(len > 0 && len < sizeof name);
		PROMISE(line[len] == ':' && line[len + 1] == ' ');
		for (const char *p = line + len; p < end; p++)
			PROMISE(*p >= ' ' && *p <= '~');
		snprintf(name, sizeof name, "%.*s", (int)len, line);
		PROMISE(find_header(response, name, &len) != NULL);
	}
	PROMISE(line[2] == '\0');
	PROMISE(read_header(response, "Status") == response->facts.status);
}

static struct json_object *
get(struct json_object *object, const char *name, enum json_type type)
{
	struct json_object *member = NULL;

	PROMISE(json_object_object_get_ex(object, name, &member));
	PROMISE(json_object_get_type(member) == type);
	return member;
}

static int64_t
get_number(struct json_object *object, const char *name)
{
	return json_object_get_int64(get(object, name, json_type_int));
}

static void
check_error(struct json_object *body, int status)
{
	struct json_object *error = get(body, "error", json_type_object);

	PROMISE(json_object_object_length(body) == 2);
	PROMISE(json_object_object_length(error) == 3);
	PROMISE(get_number(body, "status") == status);
	PROMISE(get_number(error, "code") == status);
	PROMISE(json_object_get_string_len(
	            get(error, "message", json_type_string)) > 0);
	PROMISE(json_object_get_string_len(
	            get(error, "type", json_type_string)) > 0);
}

/* Is a member null for NULL, else this text, and behind it a suffix? */
static void
check_text(struct json_object *object, const char *name, struct token_text want,
    const char *suffix)
{
	struct json_object *text = get(object, name,
	    want.bytes != NULL ? json_type_string : json_type_null);
	size_t suffix_len = strlen(suffix);

	if (want.bytes == NULL)
		return;
	PROMISE(
	    json_object_get_string_len(text) == (int)(want.len + suffix_len));
	PROMISE(
	    memcmp(json_object_get_string(text), want.bytes, want.len) == 0);
	PROMISE(strcmp(json_object_get_string(text) + want.len, suffix) == 0);
}

static void
check_moment(struct json_object *object, const char *name, bool known)
{
	get(object, name, known ? json_type_string : json_type_null);
}

static bool
get_boolean(struct json_object *object, const char *name)
{
	return json_object_get_boolean(get(object, name, json_type_boolean));
}

static void
check_fingerprint(struct json_object *object, const unsigned char *digest)
{
	struct json_object *text = get(object, "fingerprint",
	    digest != NULL ? json_type_string : json_type_null);

	if (digest != NULL)
		PROMISE(
		    json_object_get_string_len(text) == FINGERPRINT_SIZE - 1);
}

static void
check_details(struct json_object *json, const struct token_row *row)
{
	const struct token_details *details = row->details;
	bool has_application =
	    details->client_id.bytes != NULL || details->name.bytes != NULL;
	struct json_object *application = get(json, "application",
	    has_application ? json_type_object : json_type_null);

	PROMISE(get_number(json, "id") == row->id);
	check_moment(json, "created_at", details->created.known);
	check_fingerprint(json, details->digest);
	PROMISE(get_boolean(json, "current") == details->current);
	PROMISE(get_boolean(json, "expired") == details->expired);
	if (!has_application)
		return;
	PROMISE(json_object_object_length(application) == 2);
	check_text(application, "client_id", details->client_id, "");
	check_text(application, "name", details->name, "");
}

/* Is it the row at i, as it was asked for? */
static void
check_row(struct json_object *json, const struct db *db, size_t i)
{
	struct token_row row = show(db, &db->wanted, i);

	PROMISE(
	    json_object_object_length(json) == (row.details != NULL ? 9 : 3));
	PROMISE(get_number(json, "user_id") == db->user_id);
	check_moment(json, "expires", row.expires.known);
	check_text(json, "token", row.token, db->wanted.masked ? ELLIPSIS : "");
	if (row.details != NULL)
		check_details(json, &row);
}

static void
check_list(struct json_object *body, const struct db *db)
{
	struct json_object *list =
	    get(body, "oauth_access_tokens", json_type_array);
	struct json_object *metadata = get(body, "metadata", json_type_object);
	size_t n = json_object_array_length(list), from = db->from;
	int64_t limit = db->wanted.limit;

	PROMISE(json_object_object_length(body) == 2);
	if (db->wanted.uncounted)
		get(metadata, "count", json_type_null);
	else
		PROMISE(get_number(metadata, "count") == (int64_t)db->n);
	PROMISE((int64_t)n <= limit);
	PROMISE((int64_t)n == limit || from + n == db->n);
	PROMISE(get_boolean(metadata, "next") == (from + n < db->n));
	for (size_t i = 0; i < n; i++)
		check_row(json_object_array_get_idx(list, i), db, from + i);
}

static void
check_one(struct json_object *body, const struct db *db)
{
	PROMISE(json_object_object_length(body) == 1);
	check_row(get(body, "oauth_access_token", json_type_object), db,
	    find_row(db, &db->wanted));
}

/* So many tokens have ended. */
static void
check_count(struct json_object *body, const struct db *db)
{
	struct json_object *metadata = get(body, "metadata", json_type_object);

	PROMISE(json_object_object_length(body) == 1);
	PROMISE(json_object_object_length(metadata) == 1);
	PROMISE(get_number(metadata, "count") == db->ended);
}

/* Is it the page for browsers? */
static bool
is_page(const struct response *response)
{
	size_t len = 0;
	const char *type = find_header(response, "Content-Type", &len);

	PROMISE(type != NULL);
	return strncmp(type, "text/html; charset=utf-8\r", len + 1) == 0;
}

/* Only where it may be, without asking the database, and well protected. */
static void
check_page(const struct response *response, const struct db *db)
{
	size_t len;

	PROMISE(config.page == 1 && db->asked == 0);
	PROMISE(response->facts.status == 200);
	PROMISE(response->body_len == sizeof html_page - 1);
	PROMISE(memcmp(response->body, html_page, response->body_len) == 0);
	PROMISE(find_header(response, "Content-Security-Policy", &len) != NULL);
}

static void
check_body(const struct response *response, const struct db *db)
{
	struct json_tokener *tokener;
	struct json_object *body;

	if (is_page(response)) {
		check_page(response, db);
		return;
	}
	tokener = json_tokener_new();
	PROMISE(
	    tokener != NULL && strlen(response->body) == response->body_len);
	/* Strict mode refuses what is not ASCII from json-c 0.18 on. */
	json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
	body = json_tokener_parse_ex(
	    tokener, response->body, (int)response->body_len + 1);
	PROMISE(json_tokener_get_error(tokener) == json_tokener_success);
	PROMISE(json_tokener_get_parse_end(tokener) == response->body_len);
	PROMISE(json_object_get_type(body) == json_type_object);
	if (response->facts.status != 200)
		check_error(body, response->facts.status);
	else if (db->health)
		PROMISE(strcmp(response->body, "{\"status\": \"ok\"}") == 0);
	else if (db->revoked)
		check_count(body, db);
	else if (db->wanted.which == TOKENS_LIST)
		check_list(body, db);
	else
		check_one(body, db);
	json_object_put(body);
	json_tokener_free(tokener);
}

/* Does an answer agree with what the database said, where it was asked? */
static void
check_status(const struct response *response, const struct db *db)
{
	static const int refusals[] = { 204, 400, 401, 404, 405, 414, 431 };
	size_t i = 0;

	PROMISE(db->asked <= 1);
	if (db->asked == 1) {
		PROMISE(response->facts.status == db->status);
		return;
	}
	if (is_page(response))
		return;
	while (i < sizeof refusals / sizeof refusals[0] &&
	       refusals[i] != response->facts.status)
		i++;
	PROMISE(i < sizeof refusals / sizeof refusals[0]);
}

/* The headers that not every answer has. */
static void
check_headers(
    const struct response *response, const struct db *db, bool may_be_page)
{
	bool list = db->asked == 1 && response->facts.status == 200 &&
	            !db->health && db->wanted.which == TOKENS_LIST;
	size_t len;

	PROMISE((find_header(response, "Vary", &len) != NULL) == may_be_page);
	PROMISE((find_header(response, "X-Total-Count", &len) != NULL) ==
	        (list && !db->wanted.uncounted));
	PROMISE(list || find_header(response, "Link", &len) == NULL);
	PROMISE(may_be_page || !is_page(response));
}

static enum request_method
method_of(const char *const *variables)
{
	struct request request;

	request_parse(&request, variables);
	return request.method;
}

/* What the address is for; NULL: nothing. */
static const struct route *
find_route(struct request *request, const char *const *variables)
{
	request_parse(request, variables);
	return route_find(request->path, PROGRAM);
}

/* Which tokens are all: the query says whether the current one is of them. */
static enum tokens_which
which_to_end(const struct request *request, const struct route *route)
{
	char error[QUERY_ERROR_SIZE];
	struct query query;

	PROMISE(query_parse(&query, route->delete_parameters, request->query,
	    request->query_len, error));
	return query.current == QUERY_FLAG_ON ? TOKENS_ALL : TOKENS_OTHERS;
}

/* Was the database asked for what the method does and the address is for? */
static void
check_wanted(const struct db *db, const char *const *variables)
{
	static const enum tokens_which wanted[] = {
		[ROUTE_LIST] = TOKENS_LIST,
		[ROUTE_ONE] = TOKENS_ONE,
		[ROUTE_CURRENT] = TOKENS_CURRENT,
	};
	struct request request;
	const struct route *route = find_route(&request, variables);
	enum tokens_which which;

	if (db->asked == 0)
		return;
	PROMISE(route != NULL);
	PROMISE(db->health == (route->kind == ROUTE_HEALTH));
	if (db->health)
		return;
	PROMISE(db->revoked == (request.method == REQUEST_DELETE));
	PROMISE(db->revoked || request.method == REQUEST_GET ||
	        request.method == REQUEST_HEAD);
	which = wanted[route->kind];
	if (db->revoked && which == TOKENS_LIST)
		which = which_to_end(&request, route);
	PROMISE(db->wanted.which == which);
	PROMISE(route->kind != ROUTE_ONE ||
	        db->wanted.id == route_id(request.path));
}

/* Has an address DELETE?  The logs address and health never have. */
static bool
has_delete(const char *const *variables)
{
	struct request request;
	const struct route *route = find_route(&request, variables);

	return config.revoke == 1 && route != NULL &&
	       route->kind != ROUTE_HEALTH && strcmp(route->tail, "/logs") != 0;
}

/* DELETE is named where an address has it, and nowhere else. */
static void
check_methods(const struct response *response, const char *const *variables)
{
	static const char *const names[] = { "Allow",
		"Access-Control-Allow-Methods" };
	const char *want = has_delete(variables) ? "GET, HEAD, OPTIONS, DELETE"
	                                         : "GET, HEAD, OPTIONS";

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		size_t len;
		const char *value = find_header(response, names[i], &len);

		PROMISE(value == NULL ||
		        (len == strlen(want) && memcmp(value, want, len) == 0));
	}
}

/* Is it an address at which there may be a page? */
static bool
has_page(const char *const *variables)
{
	struct request request;
	const struct route *route = find_route(&request, variables);

	return config.page == 1 && route != NULL && route->kind == ROUTE_LIST;
}

static void
answer(struct response *response, struct db *db, char *const *variables)
{
	db->asked = 0;
	db->revoked = db->health = false;
	endpoint_answer(
	    &config, db, (const char *const *)variables, PROGRAM, response);
}

/* Answer the same request by another method. */
static void
answer_by(struct response *response, struct db *db, char *const *variables,
    char *method)
{
	char *others[VARIABLES_MAX + 1] = { NULL };

	for (size_t i = 0; variables[i] != NULL; i++)
		others[i] = strncmp(variables[i], "REQUEST_METHOD=", 15) == 0
		                ? method
		                : variables[i];
	answer(response, db, others);
}

/* The same request by GET has the same head, and the body. */
static void
check_head_is_get(
    const struct response *head, struct db *db, char *const *variables)
{
	static char get_method[] = "REQUEST_METHOD=GET";
	struct response response;

	answer_by(&response, db, variables, get_method);
	PROMISE(
	    head->body_len == 0 && head->facts.status == response.facts.status);
	PROMISE(strcmp(head->head, response.head) == 0);
	check_body(&response, db);
	response_clear(&response);
}

/* Where an address has no DELETE, that is as unknown as another word. */
static void
check_delete_is_unknown(
    const struct response *first, struct db *db, char *const *variables)
{
	static char unknown[] = "REQUEST_METHOD=REMOVE";
	struct response response;

	PROMISE(db->asked == 0);
	answer_by(&response, db, variables, unknown);
	PROMISE(strcmp(first->head, response.head) == 0);
	PROMISE(first->body_len == response.body_len);
	PROMISE(memcmp(first->body, response.body, first->body_len) == 0);
	response_clear(&response);
}

/* Turn each letter and digit of a token into the next one of its kind. */
static void
turn_token(char *variable)
{
	static const char *const names[] = { "HTTP_OAUTH_TOKEN=",
		"HTTP_AUTHORIZATION=", "REDIRECT_HTTP_AUTHORIZATION=" };

	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		char *p = variable + strlen(names[i]);

		if (strncmp(variable, names[i], strlen(names[i])) != 0)
			continue;
		if (i > 0) /* behind the scheme */
			p += strcspn(p, " ");
		for (; *p != '\0'; p++)
			if (isalnum((unsigned char)*p))
				*p = (char)(*p == 'z'   ? 'a'
				            : *p == 'Z' ? 'A'
				            : *p == '9' ? '0'
				                        : *p + 1);
	}
}

/*
 * Are two heads the same, apart from the request's id?  An id that is the token
 * is replaced by one that the program makes up.
 */
static bool
same_heads(const char *a, const char *b)
{
	const char *a_id = strstr(a, "X-Request-Id: ");
	const char *b_id = strstr(b, "X-Request-Id: ");

	PROMISE(a_id != NULL && b_id != NULL);
	return a_id - a == b_id - b && memcmp(a, b, (size_t)(a_id - a)) == 0 &&
	       strcmp(strstr(a_id, "\r\n"), strstr(b_id, "\r\n")) == 0;
}

/* Another token of the same form gets the same answer, byte by byte. */
static void
check_token(const struct response *first, struct db *db, char *const *variables)
{
	struct response response;

	for (size_t i = 0; variables[i] != NULL; i++)
		turn_token(variables[i]);
	answer(&response, db, variables);
	PROMISE(same_heads(first->head, response.head));
	PROMISE(first->body_len == response.body_len);
	PROMISE(memcmp(first->body, response.body, first->body_len) == 0);
	response_clear(&response);
}

/* Only OPTIONS, and a DELETE that is done, have no body and no length. */
static void
check_no_content(const struct response *response, const struct db *db,
    enum request_method method)
{
	size_t len;

	PROMISE(method == REQUEST_OPTIONS ||
	        (method == REQUEST_DELETE && db->asked == 1));
	PROMISE(response->body_len == 0);
	PROMISE(find_header(response, "Content-Length", &len) == NULL);
	PROMISE((find_header(response, "Allow", &len) != NULL) ==
	        (method == REQUEST_OPTIONS));
}

static void
check_exchange(struct db *db, char *const *variables)
{
	const char *const *names = (const char *const *)variables;
	enum request_method method = method_of(names);
	struct response response;

	answer(&response, db, variables);
	check_status(&response, db);
	check_wanted(db, names);
	check_head(&response);
	check_headers(&response, db, has_page(names));
	check_methods(&response, names);
	PROMISE(method != REQUEST_DELETE || !is_page(&response));
	if (response.facts.status == 204) {
		check_no_content(&response, db, method);
	} else if (method == REQUEST_HEAD) {
		check_head_is_get(&response, db, variables);
	} else {
		PROMISE(read_header(&response, "Content-Length") ==
		        (long long)response.body_len);
		check_body(&response, db);
	}
	if (method == REQUEST_DELETE && !has_delete(names))
		check_delete_is_unknown(&response, db, variables);
	check_token(&response, db, variables);
	response_clear(&response);
}

/* A copy of exactly a line's size, up to a NUL in it; moves *data behind. */
static char *
take_line(const uint8_t **data, const uint8_t *end)
{
	const uint8_t *stop = memchr(*data, '\n', (size_t)(end - *data));
	size_t len = (size_t)((stop != NULL ? stop : end) - *data);
	char *copy = strndup((const char *)*data, len);

	*data += len + (stop != NULL);
	PROMISE(copy != NULL);
	return copy;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	char *variables[VARIABLES_MAX + 1] = { NULL };
	struct db db = { .user_id = INT64_MAX };
	size_t n = 0;

	while (data < end && *data != '\n' && n < VARIABLES_MAX)
		variables[n++] = take_line(&data, end);
	data += data < end;
	fill_database(&db, data, end);
	check_exchange(&db, variables);
	while (n > 0)
		free(variables[--n]);
	empty_database(&db);
	return 0;
}
