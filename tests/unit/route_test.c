/*
 * route_test.c - what an address is for.
 *
 * Wanted values: oauth_access_tokens(8), ADDRESSES (paths, methods, ids) and
 * PARAMETERS (which of them an address has).  More paths are in request_test.c,
 * where they come from.
 */
#include "guarded.h"

#include "query.h"
#include "route.h"

#define BASE "/api/oauth_access_tokens"
#define LOGS "/api/pipelines/oauth_access_tokens/logs"

/* The parameters of each kind. */
#define ONE_HAS  (QUERY_PARAMETER(QUERY_API_KEY) | QUERY_PARAMETER(QUERY_MASK))
#define LIST_HAS (QUERY_PARAMETER(QUERY_PARAMETERS) - 1)

static const unsigned int parameters[] = {
	[ROUTE_LIST] = LIST_HAS,
	[ROUTE_ONE] = ONE_HAS,
	[ROUTE_CURRENT] = ONE_HAS,
};

static const struct address {
	const char *name;
	const char *path;
	const char *program;
	enum route_kind kind;
	int64_t id; /* of ROUTE_ONE */
} addresses[] = {
	{ "the list", BASE, "x", ROUTE_LIST, 0 },
	{ "the list, no base", "/oauth_access_tokens", "x", ROUTE_LIST, 0 },
	{ "the documented example's address", LOGS, "x", ROUTE_LIST, 0 },
	{ "the program's own name", "/cgi-bin/tokens", "tokens", ROUTE_LIST,
	    0 },
	{ "the program as .cgi", "/cgi-bin/tokens.cgi", "tokens", ROUTE_LIST,
	    0 },
	{ "the program as .fcgi", "/tokens.fcgi", "tokens", ROUTE_LIST, 0 },

	{ "an id", BASE "/17", "x", ROUTE_ONE, 17 },
	{ "an id of a digit", BASE "/1", "x", ROUTE_ONE, 1 },
	{ "an id of 0", BASE "/0", "x", ROUTE_ONE, 0 },
	{ "an id with all digits", BASE "/1234567890", "x", ROUTE_ONE,
	    1234567890 },
	{ "an id with leading zeros", BASE "/0000000000000000017", "x",
	    ROUTE_ONE, 17 },
	{ "an id of 19 zeros", BASE "/0000000000000000000", "x", ROUTE_ONE, 0 },
	{ "an id of 19 digits", BASE "/1000000000000000000", "x", ROUTE_ONE,
	    1000000000000000000 },
	{ "the greatest id", BASE "/9223372036854775807", "x", ROUTE_ONE,
	    INT64_MAX },
	{ "an id just over it", BASE "/9223372036854775808", "x", ROUTE_ONE,
	    -1 },
	{ "an id of nines", BASE "/9999999999999999999", "x", ROUTE_ONE, -1 },
	{ "an id, no base", "/oauth_access_tokens/17", "x", ROUTE_ONE, 17 },
	{ "an id, a deeper base", "/a/1/b" BASE "/2", "x", ROUTE_ONE, 2 },
	{ "an id behind the program", "/cgi-bin/tokens/17", "tokens", ROUTE_ONE,
	    17 },
	{ "an id behind .cgi", "/cgi-bin/tokens.cgi/17", "tokens", ROUTE_ONE,
	    17 },
	{ "an id behind .fcgi", "/tokens.fcgi/17", "tokens", ROUTE_ONE, 17 },
	{ "an id behind a name with .fcgi", "/tokens.fcgi/17", "tokens.fcgi",
	    ROUTE_ONE, 17 },
	{ "an id of the pipelines' base", "/api/pipelines" BASE "/17", "x",
	    ROUTE_ONE, 17 },

	{ "current", BASE "/current", "x", ROUTE_CURRENT, 0 },
	{ "current, no base", "/oauth_access_tokens/current", "x",
	    ROUTE_CURRENT, 0 },
	{ "current behind the program", "/cgi-bin/tokens/current", "tokens",
	    ROUTE_CURRENT, 0 },
	{ "current behind .cgi", "/tokens.cgi/current", "tokens", ROUTE_CURRENT,
	    0 },
	{ "current behind .fcgi", "/tokens.fcgi/current", "tokens",
	    ROUTE_CURRENT, 0 },

	/* The program's name is the list's, whatever else it spells. */
	{ "a program named logs", LOGS, "logs", ROUTE_LIST, 0 },
	{ "a program named current", BASE "/current", "current", ROUTE_LIST,
	    0 },
	{ "a program named by an id", BASE "/17", "17", ROUTE_LIST, 0 },
	{ "an id behind a program named logs", LOGS "/17", "logs", ROUTE_ONE,
	    17 },
	{ "an id behind a program named by an id", "/x/17/18", "17", ROUTE_ONE,
	    18 },
	{ "a program named as the base", BASE "/17", "oauth_access_tokens",
	    ROUTE_ONE, 17 },
};

static void
describe_address(void **state)
{
	const struct address *row = *state;
	const char *path = guarded_text(row->path);
	const struct route *route =
	    route_find(path, guarded_text(row->program));
	char *methods = guarded(NULL, ROUTE_METHODS_SIZE);

	assert_non_null(route);
	assert_int_equal(route->kind, row->kind);
	assert_int_equal(route->parameters, parameters[row->kind]);
	if (row->kind == ROUTE_ONE)
		assert_int_equal(route_id(path), row->id);
	route_methods(methods, route);
	assert_string_equal(methods, "GET, HEAD, OPTIONS");
	for (int i = 0; i <= REQUEST_OTHER; i++)
		assert_int_equal(route_has(route, (enum request_method)i),
		    i < REQUEST_OTHER);
}

/* Paths that are nearly an address. */
static const struct miss {
	const char *name;
	const char *path;
	const char *program;
} misses[] = {
	{ "no path", "", "x" },
	{ "the root", "/", "x" },
	{ "an id alone", "/17", "x" },
	{ "current alone", "/current", "x" },
	{ "an id elsewhere", "/api/17", "x" },
	{ "current elsewhere", "/api/current", "x" },
	{ "an id of 20 digits", BASE "/12345678901234567890", "x" },
	{ "an id of 20 digits that begins with 0", BASE "/00000000000000000017",
	    "x" },
	{ "an id with a sign", BASE "/-1", "x" },
	{ "an id with a plus", BASE "/+1", "x" },
	{ "an id with a space", BASE "/1 ", "x" },
	{ "an id with a letter", BASE "/17a", "x" },
	{ "an id behind a letter", BASE "/a17", "x" },
	{ "an id in hexadecimal", BASE "/0x17", "x" },
	{ "an id with a point", BASE "/1.0", "x" },
	{ "an id of no digit", BASE "/", "x" },
	{ "an id with a colon", BASE "/1:", "x" },
	{ "an id of another script", BASE "/\xd9\xa1", "x" },
	{ "two ids", BASE "/17/18", "x" },
	{ "an id at no border", BASE "17", "x" },
	{ "an id, the base at no border", "/xoauth_access_tokens/17", "x" },
	{ "an id behind another base", "/oauth_access_token/17", "x" },
	{ "an id of the documented example's address", LOGS "/17", "x" },
	{ "current of the documented example's address", LOGS "/current", "x" },
	{ "an id behind current", BASE "/current/17", "x" },
	{ "current behind an id", BASE "/17/current", "x" },
	{ "current at no border", BASE "current", "x" },
	{ "current in capitals", BASE "/Current", "x" },
	{ "the beginning of current", BASE "/curren", "x" },
	{ "more than current", BASE "/currents", "x" },
	{ "the end of current", BASE "/xcurrent", "x" },
	{ "current twice", BASE "/current/current", "x" },
	{ "the table's word for an id", BASE "/{id}", "x" },
	{ "logs of the base", BASE "/logs", "x" },
	{ "logs at no border", "/xpipelines/oauth_access_tokens/logs", "x" },
	{ "an id behind half the program's name", "/xtokens/17", "tokens" },
	{ "an id behind more than the program's name", "/tokensx/17",
	    "tokens" },
	{ "an id behind another ending", "/tokens.php/17", "tokens" },
	{ "an id behind an ending alone", "/x/.cgi/17", "" },
	{ "an id, a program without a name", "/x//17", "" },
	{ "current, a program without a name", "//current", "" },
	{ "logs behind the program", "/pipelines/tokens/logs", "tokens" },
	{ "the program behind pipelines, an id", "/pipelines/tokens/logs/17",
	    "tokens" },
};

static void
find_nothing(void **state)
{
	const struct miss *row = *state;

	assert_null(
	    route_find(guarded_text(row->path), guarded_text(row->program)));
}

/* The table of --help has each address, with its methods. */
static void
describe_all(void **state)
{
	static const char want[] = "  /oauth_access_tokens\n"
	                           "      GET, HEAD, OPTIONS\n"
	                           "  /pipelines/oauth_access_tokens/logs\n"
	                           "      GET, HEAD, OPTIONS\n"
	                           "  /oauth_access_tokens/{id}\n"
	                           "      GET, HEAD, OPTIONS\n"
	                           "  /oauth_access_tokens/current\n"
	                           "      GET, HEAD, OPTIONS\n";
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	route_describe(out);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, want);
	free(text);
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
		{ ROWS(find_nothing, misses) },
		{ ALONE(describe_all) },
		{ ALONE(fit_all_methods) },
	};

	return run_all(tests, COUNT(tests));
}
