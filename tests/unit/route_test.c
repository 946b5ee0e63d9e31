/*
 * route_test.c - what an address is for.
 *
 * Wanted values: oauth_access_tokens(8), ADDRESSES.  That other paths are none
 * of ours is shown in request_test.c, where paths come from.
 */
#include "guarded.h"

#include "query.h"
#include "route.h"

static const struct address {
	const char *name;
	const char *path;
	const char *program;
	const char *methods;
	unsigned int parameters;
} addresses[] = {
	{ "the list", "/api/oauth_access_tokens", "x", "GET, HEAD, OPTIONS",
	    0xf },
	{ "the documented example's address",
	    "/api/pipelines/oauth_access_tokens/logs", "x",
	    "GET, HEAD, OPTIONS", 0xf },
	{ "the program's own name", "/cgi-bin/tokens.cgi", "tokens",
	    "GET, HEAD, OPTIONS", 0xf },
};

static void
describe_address(void **state)
{
	const struct address *row = *state;
	const struct route *route =
	    route_find(guarded_text(row->path), guarded_text(row->program));
	char *methods = guarded(NULL, ROUTE_METHODS_SIZE);

	assert_non_null(route);
	assert_int_equal(route->parameters, row->parameters);
	route_methods(methods, route);
	assert_string_equal(methods, row->methods);
	for (int i = 0; i <= REQUEST_OTHER; i++)
		assert_int_equal(route_has(route, (enum request_method)i),
		    i < REQUEST_OTHER &&
		        strstr(row->methods, request_methods[i]) != NULL);
}

/* All methods together have room. */
static void
fit_all_methods(void **state)
{
	const struct route all = { .methods = ~0U };
	char *methods = guarded(NULL, ROUTE_METHODS_SIZE);
	size_t len = 0;

	(void)state;
	route_methods(methods, &all);
	for (int i = 0; i < REQUEST_OTHER; i++)
		len += strlen(request_methods[i]) + (i > 0 ? strlen(", ") : 0);
	assert_int_equal(strlen(methods), len);
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(describe_address, addresses) },
		{ ALONE(fit_all_methods) },
	};

	return run_all(tests, COUNT(tests));
}
