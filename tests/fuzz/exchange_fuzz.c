/*
 * exchange_fuzz.c - lines up to an empty one are CGI variables; the rest is a
 * database: a byte of the table of fates, and then rows, each with a byte of
 * flags, 8 bytes of expires in little-endian, a byte with the length of the
 * token, and the token.
 *
 * Promises: the head is a CGI header block (RFC 3875, section 6), no header
 * is there twice, and Content-Length is the body's.  The body is JSON: in an
 * error status, code and head agree; in a list the rows are those asked for,
 * in order.  HEAD has GET's head and no body.  The token that was sent changes
 * nothing in the answer.
 */
#include <ctype.h>
#include <inttypes.h>
#include <json-c/json.h>

#include "endpoint.h"
#include "fuzz.h"
#include "log.h"
#include "request.h"
#include "tokens.h"
#include "uri.h"

#define VARIABLES_MAX 32
#define ROWS_MAX      64

/* What may become of a request that reaches the database. */
static const struct fate {
	enum db_result result;
	enum tokens_outcome outcome;
	int status;
} fates[] = {
	{ DB_OK, TOKENS_OK, 200 },
	{ DB_OK, TOKENS_UNKNOWN_APPLICATION, 401 },
	{ DB_OK, TOKENS_UNKNOWN_TOKEN, 401 },
	{ DB_OK, TOKENS_EXPIRED_TOKEN, 401 },
	{ DB_OK, TOKENS_NOT_A_VIEWER, 403 },
	{ DB_UNAVAILABLE, TOKENS_OK, 503 },
	{ DB_TIMEOUT, TOKENS_OK, 504 },
	{ DB_FAILED, TOKENS_OK, 500 },
	{ DB_NO_MEMORY, TOKENS_OK, 500 },
};

/* All that the caller may see, in the order of the answer. */
struct db {
	const struct fate *fate;
	int64_t user_id;
	size_t n;
	struct token_row rows[ROWS_MAX];
	struct tokens_request wanted; /* its numbers, when asked */
	int asked;                    /* times */
};

enum db_result
tokens_list(struct db *db, const struct config *settings,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct token_list *page)
{
	size_t from =
	    request->offset < (int64_t)db->n ? (size_t)request->offset : db->n;
	size_t rest = db->n - from;

	PROMISE(settings->max_limit == 50);
	PROMISE(request->limit >= 0 && request->offset >= 0);
	PROMISE(request->show_all_sent || !request->show_all);
	PROMISE(request->token_len > 0 && request->api_key_len > 0);
	db->asked++;
	db->wanted = *request;
	*outcome = db->fate->outcome;
	if (db->fate->status == 200)
		*page = (struct token_list){
			.user_id = db->user_id,
			.count = (int64_t)db->n,
			.n = request->limit < (int64_t)rest
			         ? (size_t)request->limit
			         : rest,
			.rows = db->rows + from,
		};
	return db->fate->result;
}

void
tokens_forget(struct db *db, struct token_list *page)
{
	(void)db;
	(void)page;
}

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

static char client_ids[] = "key,made up key";
static const struct config config = { .client_ids = client_ids,
	.max_limit = 50 };

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
	PROMISE(read_header(response, "Status") == response->status);
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

static void
check_row(
    struct json_object *json, const struct token_row *row, int64_t user_id)
{
	struct json_object *token = NULL;

	PROMISE(json_object_object_length(json) == 3);
	PROMISE(get_number(json, "user_id") == user_id);
	get(json, "expires",
	    row->has_expires ? json_type_string : json_type_null);
	token = get(json, "token",
	    row->token != NULL ? json_type_string : json_type_null);
	if (row->token != NULL)
		PROMISE(
		    json_object_get_string_len(token) == (int)row->token_len &&
		    memcmp(json_object_get_string(token), row->token,
		        row->token_len) == 0);
}

static void
check_list(struct json_object *body, const struct db *db)
{
	struct json_object *list =
	    get(body, "oauth_access_tokens", json_type_array);
	struct json_object *metadata = get(body, "metadata", json_type_object);
	size_t n = json_object_array_length(list), from = 0;
	int64_t limit = db->wanted.limit, offset = db->wanted.offset;

	PROMISE(json_object_object_length(body) == 2);
	PROMISE(get_number(metadata, "count") == (int64_t)db->n);
	if (offset < (int64_t)db->n)
		from = (size_t)offset;
	else
		PROMISE(n == 0);
	PROMISE((int64_t)n <= limit);
	PROMISE((int64_t)n == limit || n == 0 || from + n == db->n);
	PROMISE(
	    json_object_get_boolean(get(metadata, "next", json_type_boolean)) ==
	    (offset < (int64_t)db->n && from + n < db->n));
	for (size_t i = 0; i < n; i++)
		check_row(json_object_array_get_idx(list, i),
		    &db->rows[from + i], db->user_id);
}

static void
check_body(const struct response *response, const struct db *db)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *body;

	PROMISE(
	    tokener != NULL && strlen(response->body) == response->body_len);
	/* Strict mode refuses what is not ASCII from json-c 0.18 on. */
	json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
	body = json_tokener_parse_ex(
	    tokener, response->body, (int)response->body_len + 1);
	PROMISE(json_tokener_get_error(tokener) == json_tokener_success);
	PROMISE(json_tokener_get_parse_end(tokener) == response->body_len);
	PROMISE(json_object_get_type(body) == json_type_object);
	if (response->status == 200)
		check_list(body, db);
	else
		check_error(body, response->status);
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
		PROMISE(response->status == db->fate->status);
		return;
	}
	while (i < sizeof refusals / sizeof refusals[0] &&
	       refusals[i] != response->status)
		i++;
	PROMISE(i < sizeof refusals / sizeof refusals[0]);
}

static bool
is_head(const char *const *variables)
{
	struct request request;

	request_parse(&request, variables);
	return request.method == REQUEST_HEAD;
}

static void
answer(struct response *response, struct db *db, char *const *variables)
{
	db->asked = 0;
	endpoint_answer(&config, db, (const char *const *)variables,
	    "oauth_access_tokens", response);
}

/* The same request by GET has the same head, and the body. */
static void
check_head_is_get(
    const struct response *head, struct db *db, char *const *variables)
{
	char *others[VARIABLES_MAX + 1] = { NULL };
	static char get_method[] = "REQUEST_METHOD=GET";
	struct response response;

	for (size_t i = 0; variables[i] != NULL; i++)
		others[i] = strncmp(variables[i], "REQUEST_METHOD=", 15) == 0
		                ? get_method
		                : variables[i];
	answer(&response, db, others);
	PROMISE(head->body_len == 0 && head->status == response.status);
	PROMISE(strcmp(head->head, response.head) == 0);
	check_body(&response, db);
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

static void
check_exchange(struct db *db, char *const *variables)
{
	struct response response;
	size_t len;

	answer(&response, db, variables);
	check_status(&response, db);
	check_head(&response);
	if (response.status == 204) {
		PROMISE(response.body_len == 0);
		PROMISE(find_header(&response, "Content-Length", &len) == NULL);
	} else if (is_head((const char *const *)variables)) {
		check_head_is_get(&response, db, variables);
	} else {
		PROMISE(read_header(&response, "Content-Length") ==
		        (long long)response.body_len);
		check_body(&response, db);
	}
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

/* Take a row; false: there is none.  A token is UTF-8 without NUL, or NULL. */
static bool
take_row(struct token_row *row, const uint8_t **data, const uint8_t *end)
{
	const uint8_t *p = *data;
	char *token;

	if (end - p < 10)
		return false;
	*row = (struct token_row){ .has_expires = p[0] & 1 };
	if (row->has_expires)
		memcpy(&row->expires_us, p + 1, 8);
	row->token_len = p[9] < end - p - 10 ? p[9] : (size_t)(end - p - 10);
	*data += 10 + row->token_len;
	if ((p[0] & 2) == 0) {
		row->token_len = 0;
		return true;
	}
	token = allocate(row->token_len + 1);
	memcpy(token, p + 10, row->token_len);
	token[row->token_len] = '\0';
	row->token_len = strlen(token);
	if (!uri_is_utf8(token, row->token_len))
		for (char *c = token; *c != '\0'; c++)
			*c = (char)(*c & 0x7f ? *c & 0x7f : '?');
	row->token = token;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	char *variables[VARIABLES_MAX + 1] = { NULL };
	struct db db = { .user_id = INT64_MAX, .fate = &fates[0] };
	size_t n = 0;

	while (data < end && *data != '\n' && n < VARIABLES_MAX)
		variables[n++] = take_line(&data, end);
	data += data < end;
	if (data < end)
		db.fate = &fates[*data++ % (sizeof fates / sizeof fates[0])];
	while (db.n < ROWS_MAX && take_row(&db.rows[db.n], &data, end))
		db.n++;
	check_exchange(&db, variables);
	while (n > 0)
		free(variables[--n]);
	while (db.n > 0)
		free((void *)(uintptr_t)db.rows[--db.n].token);
	return 0;
}
