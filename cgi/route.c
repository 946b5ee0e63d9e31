/*
 * route.c - what an address is for: its methods and its parameters.
 *
 * Pure.
 */
#include <string.h>

#include "query.h"
#include "route.h"
#include "text.h"

#define READ                                                      \
	(ROUTE_METHOD(REQUEST_GET) | ROUTE_METHOD(REQUEST_HEAD) | \
	    ROUTE_METHOD(REQUEST_OPTIONS))

#define DELETE         ROUTE_METHOD(REQUEST_DELETE)

#define KEY_PARAMETER  QUERY_PARAMETER(QUERY_API_KEY)
#define ONE_PARAMETERS (KEY_PARAMETER | QUERY_PARAMETER(QUERY_MASK))
#define LIST_PARAMETERS                                                       \
	(ONE_PARAMETERS | QUERY_PARAMETER(QUERY_LIMIT) |                      \
	    QUERY_PARAMETER(QUERY_OFFSET) | QUERY_PARAMETER(QUERY_SHOW_ALL) | \
	    QUERY_PARAMETER(QUERY_FORMAT) | QUERY_PARAMETER(QUERY_COUNT) |    \
	    QUERY_PARAMETER(QUERY_AFTER))

#define BASE              "/oauth_access_tokens"
#define ID                "/{id}"

#define PATHS(base, tail) base, tail, base tail

static const struct route routes[] = {
	{ PATHS(BASE, ""), ROUTE_LIST, READ | DELETE, LIST_PARAMETERS,
	    KEY_PARAMETER | QUERY_PARAMETER(QUERY_CURRENT) },
	/* The one that upstream's page uses in its example. */
	{ PATHS("/pipelines" BASE, "/logs"), ROUTE_LIST, READ, LIST_PARAMETERS,
	    0 },
	{ PATHS(BASE, ID), ROUTE_ONE, READ | DELETE, ONE_PARAMETERS,
	    KEY_PARAMETER },
	{ PATHS(BASE, "/current"), ROUTE_CURRENT, READ | DELETE, ONE_PARAMETERS,
	    KEY_PARAMETER },
	{ PATHS(BASE, "/health"), ROUTE_HEALTH, READ, 0, 0 },
};

#define ROUTES (sizeof routes / sizeof routes[0])

/* Does a text of len bytes end so, in these bytes? */
static bool
ends_with(const char *text, size_t len, const char *end)
{
	size_t end_len = strlen(end);

	return len >= end_len &&
	       memcmp(text + len - end_len, end, end_len) == 0;
}

/* Does the last segment name the program, or a wrapper of it? */
static bool
is_program(const char *path, size_t len, const char *program)
{
	static const char *const suffixes[] = { "", ".cgi", ".fcgi" };
	size_t program_len = strlen(program);

	for (size_t i = 0; program_len > 0 && i < 3; i++) {
		size_t rest = len - strlen(suffixes[i]);

		if (ends_with(path, len, suffixes[i]) && rest > program_len &&
		    ends_with(path, rest, program) &&
		    path[rest - program_len - 1] == '/')
			return true;
	}
	return false;
}

/* Is the path's last segment an id, of 1 ... 19 digits? */
static bool
ends_with_id(const char *path, size_t *id_len)
{
	const char *segment = strrchr(path, '/') + 1;

	*id_len = strlen(segment);
	return *id_len >= 1 && *id_len <= 19 &&
	       strspn(segment, "0123456789") == *id_len;
}

/* Has the path the form of a route? */
static bool
fits(const struct route *route, const char *path, const char *program)
{
	size_t len = strlen(path), tail_len = strlen(route->tail), id_len;
	bool has_id = strcmp(route->tail, ID) == 0;

	if (has_id ? !ends_with_id(path, &id_len)
	           : !ends_with(path, len, route->tail))
		return false;
	if (has_id)
		tail_len = 1 + id_len;
	len -= tail_len;
	return ends_with(path, len, route->base) ||
	       (strcmp(route->base, BASE) == 0 &&
	           is_program(path, len, program));
}

const struct route *
route_find(const char *path, const char *program)
{
	for (size_t i = 0; path[0] != '\0' && i < ROUTES; i++)
		if (fits(&routes[i], path, program))
			return &routes[i];
	return NULL;
}

int64_t
route_id(const char *path)
{
	size_t len;
	int64_t id;

	if (!ends_with_id(path, &len) ||
	    !text_decimal(&id, path + strlen(path) - len, len))
		return -1;
	return id;
}

void
route_methods(char out[ROUTE_METHODS_SIZE], unsigned int methods)
{
	size_t n = 0;

	out[0] = '\0';
	for (int i = 0; i < REQUEST_OTHER; i++)
		if ((methods & ROUTE_METHOD(i)) != 0)
			n += (size_t)snprintf(out + n, ROUTE_METHODS_SIZE - n,
			    "%s%s", n > 0 ? ", " : "", request_methods[i]);
}

void
route_describe(FILE *out)
{
	char methods[ROUTE_METHODS_SIZE];

	for (size_t i = 0; i < ROUTES; i++) {
		route_methods(methods, routes[i].methods);
		fprintf(out, "  %s\n      %s\n", routes[i].address, methods);
	}
}
