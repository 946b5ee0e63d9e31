/*
 * request_fuzz.c - the first line is the program's name, the others are CGI
 * variables.  (No variable has a line's end in it.)
 *
 * Promises: a method that is there once is the one that the variable names; a
 * path is "" or normal and short, and only those of ours are found; credentials
 * lie within the variables and have their form; a browser's visit has no
 * credential, and an Accept in which elements of other types, and the case of
 * letters, change nothing; where no name occurs twice, the order of the
 * variables does not matter.
 */
#include <ctype.h>

#include "accept.h"
#include "fuzz.h"
#include "request.h"
#include "route.h"

#define VARIABLES_MAX 64

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), n = strlen(end);

	return len >= n && strcmp(text + len - n, end) == 0;
}

/* Is a path, or the part of it before an id or a word, a base? */
static bool
is_base(const char *path, const char *program)
{
	char *named[3] = { NULL };
	bool base = ends_with(path, "/oauth_access_tokens");

	PROMISE(asprintf(&named[0], "/%s", program) > 0 &&
	        asprintf(&named[1], "/%s.cgi", program) > 0 &&
	        asprintf(&named[2], "/%s.fcgi", program) > 0);
	for (size_t i = 0; i < 3; i++) {
		base = base || (*program != '\0' && ends_with(path, named[i]));
		free(named[i]);
	}
	return base;
}

/* Is it the kind of address that the path's last segment says? */
static void
check_kind(const char *path, const char *program, const struct route *route)
{
	const char *last = strrchr(path, '/') + 1;
	size_t digits = strspn(last, "0123456789");
	char *base = strndup(path, (size_t)(last - 1 - path));
	bool below,
	    list = is_base(path, program) ||
	           ends_with(path, "/pipelines/oauth_access_tokens/logs");

	PROMISE(base != NULL);
	below = is_base(base, program);
	free(base);
	if (list)
		PROMISE(route != NULL && route->kind == ROUTE_LIST);
	else if (below && strcmp(last, "current") == 0)
		PROMISE(route != NULL && route->kind == ROUTE_CURRENT);
	else if (below && strcmp(last, "health") == 0)
		PROMISE(route != NULL && route->kind == ROUTE_HEALTH);
	else if (below && digits >= 1 && digits <= 19 && last[digits] == '\0')
		PROMISE(route != NULL && route->kind == ROUTE_ONE);
	else
		PROMISE(route == NULL);
	if (route != NULL && route->kind == ROUTE_ONE) {
		unsigned long long id = strtoull(last, NULL, 10);

		PROMISE(route_id(path) == (id <= INT64_MAX ? (int64_t)id : -1));
	}
}

static void
check_path(const char *path, const char *program)
{
	const struct route *route = route_find(path, program);

	PROMISE(strlen(path) <= REQUEST_PATH_MAX);
	if (path[0] == '\0') {
		PROMISE(route == NULL);
		return;
	}
	PROMISE(path[0] == '/');
	PROMISE(path[1] == '\0' || !ends_with(path, "/"));
	PROMISE(strstr(path, "//") == NULL);
	PROMISE(strstr(path, "/./") == NULL && !ends_with(path, "/."));
	PROMISE(strstr(path, "/../") == NULL && !ends_with(path, "/.."));
	check_kind(path, program, route);
}

/* Does a text of len bytes lie within one of the variables? */
static bool
is_within(const char *text, size_t len, char *const *variables)
{
	for (; *variables != NULL; variables++)
		if (text >= *variables &&
		    text + len == *variables + strlen(*variables))
			return true;
	return false;
}

static void
check_credentials(const struct request *request, char *const *variables)
{
	const struct request_credential *key = &request->api_key;
	const struct request_credential *token = &request->token;
	const char *text = token->text;
	size_t n = 0;

	PROMISE(request->query_len == 0 ||
	        is_within(request->query, request->query_len, variables));
	PROMISE(key->state <= CREDENTIAL_GOOD);
	if (key->state == CREDENTIAL_GOOD)
		PROMISE(
		    key->len > 0 && is_within(key->text, key->len, variables));
	PROMISE(token->state <= CREDENTIAL_GOOD);
	if (token->state != CREDENTIAL_GOOD)
		return;
	PROMISE(token->len >= 1 && token->len <= REQUEST_TOKEN_MAX);
	PROMISE(is_within(text, token->len, variables));
	n = strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                 "0123456789-._~+/");
	PROMISE(n > 0 && n + strspn(text + n, "=") == token->len);
}

/* What a header prefers, with something before and behind it. */
static bool
prefers(const char *before, const char *value, const char *behind)
{
	char *text = NULL, *exact;
	bool html;

	PROMISE(asprintf(&text, "%s%s%s", before, value, behind) >= 0);
	exact = strdup(text);
	free(text);
	PROMISE(exact != NULL);
	html = accept_prefers_html(exact);
	free(exact);
	return html;
}

static void
check_accept(const char *value)
{
	bool html = accept_prefers_html(value);
	char *upper = strdup(value);

	PROMISE(upper != NULL);
	PROMISE(prefers("image/png;q=0.5 , ,;q=1,", value, "") == html);
	PROMISE(prefers("", value, ",text/css,*/html;q=0.9, ,") == html);
	for (char *p = upper; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	PROMISE(accept_prefers_html(upper) == html);
	PROMISE(!html || strstr(upper, "TEXT/HTML") != NULL ||
	        strstr(upper, "TEXT/*") != NULL ||
	        strstr(upper, "*/*") != NULL);
	/* The first that names a type says how much it is wanted. */
	PROMISE(!prefers("application/json,", value, ""));
	PROMISE(!prefers("text/html;q=0,", value, ""));
	PROMISE(prefers("text/html,application/json;q=0.999,", value, ""));
	if (strstr(upper, "APPLICATION/JSON") == NULL)
		PROMISE(!prefers("", value, ",application/json"));
	free(upper);
}

static void
check_navigation(const struct request *request, char *const *variables)
{
	static const char name[] = "HTTP_ACCEPT=";
	const char *accept = NULL;
	size_t n = 0;

	for (; *variables != NULL; variables++) {
		if (strncmp(*variables, name, strlen(name)) != 0)
			continue;
		accept = *variables + strlen(name);
		check_accept(accept);
		n++;
	}
	PROMISE(request->navigates ==
	        (n == 1 && request->token.state == CREDENTIAL_ABSENT &&
	            request->api_key.state == CREDENTIAL_ABSENT &&
	            accept_prefers_html(accept)));
}

static void
check_method(const struct request *request, char *const *variables)
{
	static const char *const known[REQUEST_OTHER] = {
		[REQUEST_GET] = "GET",
		[REQUEST_HEAD] = "HEAD",
		[REQUEST_OPTIONS] = "OPTIONS",
		[REQUEST_DELETE] = "DELETE",
	};
	static const char name[] = "REQUEST_METHOD=";
	const char *method = NULL;
	int want = 0, n = 0;

	for (; *variables != NULL; variables++) {
		if (strncmp(*variables, name, strlen(name)) != 0)
			continue;
		method = *variables + strlen(name);
		n++;
	}
	if (n > 1)
		return;
	while (want < REQUEST_OTHER &&
	       (method == NULL || strcmp(method, known[want]) != 0))
		want++;
	PROMISE((int)request->method == want);
}

static bool
has_name_twice(char *const *variables)
{
	for (; *variables != NULL; variables++)
		for (char *const *other = variables + 1; *other; other++)
			if (strncmp(*variables, *other,
			        strcspn(*variables, "=") + 1) == 0)
				return true;
	return false;
}

static bool
same_credential(
    const struct request_credential *a, const struct request_credential *b)
{
	return a->state == b->state &&
	       (a->state != CREDENTIAL_GOOD ||
	           (a->text == b->text && a->len == b->len));
}

static void
check_order(const struct request *request, char *const *variables, size_t n)
{
	const char *reversed[VARIABLES_MAX + 2] = { NULL };
	struct request other;

	for (size_t i = 0; i < n; i++)
		reversed[i + 1] = variables[n - 1 - i];
	reversed[0] = "IGNORED=1";
	request_parse(&other, reversed);
	PROMISE(other.method == request->method);
	PROMISE(strcmp(other.path, request->path) == 0);
	PROMISE(other.query_len == request->query_len &&
	        memcmp(other.query, request->query, other.query_len) == 0);
	PROMISE(other.header_too_large == request->header_too_large);
	PROMISE(other.navigates == request->navigates);
	PROMISE(same_credential(&other.api_key, &request->api_key));
	PROMISE(same_credential(&other.token, &request->token));
}

/* A copy of exactly a line's size, up to a NUL in it; moves *data behind. */
static char *
take_line(const uint8_t **data, const uint8_t *end)
{
	const uint8_t *stop = memchr(*data, '\n', (size_t)(end - *data));
	size_t len = (size_t)((stop != NULL ? stop : end) - *data);
	char *copy = allocate(len + 1), *exact;

	memcpy(copy, *data, len);
	copy[len] = '\0';
	*data += len + (stop != NULL);
	exact = strdup(copy);
	free(copy);
	PROMISE(exact != NULL);
	return exact;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	char *program = take_line(&data, end);
	char *variables[VARIABLES_MAX + 1] = { NULL };
	struct request request;
	size_t n = 0;

	while (data < end && n < VARIABLES_MAX)
		variables[n++] = take_line(&data, end);
	request_parse(&request, (const char *const *)variables);
	PROMISE(request.method <= REQUEST_OTHER);
	check_method(&request, variables);
	check_path(request.path, program);
	check_credentials(&request, variables);
	check_navigation(&request, variables);
	if (!has_name_twice(variables))
		check_order(&request, variables, n);
	free(program);
	while (n > 0)
		free(variables[--n]);
	return 0;
}
