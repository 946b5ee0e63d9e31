/*
 * route.c - what an address is for: its methods and its parameters.
 *
 * Pure.
 */
#include <string.h>

#include "query.h"
#include "route.h"

#define READ                                                      \
	(ROUTE_METHOD(REQUEST_GET) | ROUTE_METHOD(REQUEST_HEAD) | \
	    ROUTE_METHOD(REQUEST_OPTIONS))

#define LIST_PARAMETERS                                                 \
	(QUERY_PARAMETER(QUERY_LIMIT) | QUERY_PARAMETER(QUERY_OFFSET) | \
	    QUERY_PARAMETER(QUERY_SHOW_ALL) | QUERY_PARAMETER(QUERY_API_KEY))

/* The first one that fits counts; its path begins at a segment's border. */
static const struct route routes[] = {
	{ "/oauth_access_tokens", READ, LIST_PARAMETERS },
	/* The one that upstream's page uses in its example. */
	{ "/pipelines/oauth_access_tokens/logs", READ, LIST_PARAMETERS },
};

#define ROUTES (sizeof routes / sizeof routes[0])

/* Does the path's last segment name the program, or a wrapper of it? */
static bool
is_program(const char *path, const char *program)
{
	const char *segment = strrchr(path, '/') + 1;
	size_t len = strlen(program);

	return len > 0 && strncmp(segment, program, len) == 0 &&
	       (segment[len] == '\0' || strcmp(segment + len, ".cgi") == 0 ||
	           strcmp(segment + len, ".fcgi") == 0);
}

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

const struct route *
route_find(const char *path, const char *program)
{
	if (path[0] == '\0')
		return NULL;
	for (size_t i = 0; i < ROUTES; i++)
		if (ends_with(path, routes[i].path))
			return &routes[i];
	return is_program(path, program) ? &routes[0] : NULL;
}

bool
route_has(const struct route *route, enum request_method method)
{
	return (route->methods & ROUTE_METHOD(method)) != 0;
}

void
route_methods(char out[ROUTE_METHODS_SIZE], const struct route *route)
{
	size_t n = 0;

	out[0] = '\0';
	for (int i = 0; i < REQUEST_OTHER; i++)
		if (route_has(route, (enum request_method)i))
			n += (size_t)snprintf(out + n, ROUTE_METHODS_SIZE - n,
			    "%s%s", n > 0 ? ", " : "", request_methods[i]);
}

void
route_describe(FILE *out)
{
	char methods[ROUTE_METHODS_SIZE];

	for (size_t i = 0; i < ROUTES; i++) {
		route_methods(methods, &routes[i]);
		fprintf(out, "  %s\n      %s\n", routes[i].path, methods);
	}
}
