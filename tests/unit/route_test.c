/*
 * route_test.c - what an address is for.
 *
 * Wanted values: oauth_access_tokens(8), ADDRESSES (paths, methods, ids) and
 * PARAMETERS (which of them an address has), and REVOKING for DELETE.  More
 * paths are in request_test.c, where they come from.
 */
#include "guarded.h"

#include "query.h"
#include "route.h"

#define BASE "/api/oauth_access_tokens"
#define LOGS "/api/pipelines/oauth_access_tokens/logs"

/* The parameters of each kind. */
#define ONE_HAS  (QUERY_PARAMETER(QUERY_API_KEY) | QUERY_PARAMETER(QUERY_MASK))
#define ALL      (QUERY_PARAMETER(QUERY_PARAMETERS) - 1)
#define LIST_HAS (ALL & ~QUERY_PARAMETER(QUERY_CURRENT))

/* The methods that read. */
#define READ                                                      \
	(ROUTE_METHOD(REQUEST_GET) | ROUTE_METHOD(REQUEST_HEAD) | \
	    ROUTE_METHOD(REQUEST_OPTIONS))
#define DELETE ROUTE_METHOD(REQUEST_DELETE)

static const unsigned int parameters[] = {
	[ROUTE_LIST] = LIST_HAS,
	[ROUTE_ONE] = ONE_HAS,
	[ROUTE_CURRENT] = ONE_HAS,
	[ROUTE_HEALTH] = 0,
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

	{ "health", BASE "/health", "x", ROUTE_HEALTH, 0 },
	{ "health, no base", "/oauth_access_tokens/health", "x", ROUTE_HEALTH,
	    0 },
	{ "health behind the program", "/cgi-bin/tokens/health", "tokens",
	    ROUTE_HEALTH, 0 },
	{ "health behind .fcgi", "/tokens.fcgi/health", "tokens", ROUTE_HEALTH,
	    0 },

	/* The program's name is the list's, whatever else it spells. */
	{ "a program named logs", LOGS, "logs", ROUTE_LIST, 0 },
	{ "a program named health", BASE "/health", "health", ROUTE_LIST, 0 },
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

	assert_non_null(route);
	assert_int_equal(route->kind, row->kind);
	assert_int_equal(route->parameters, parameters[row->kind]);
	if (row->kind == ROUTE_ONE)
		assert_int_equal(route_id(path), row->id);
	assert_int_equal(route->methods & ~DELETE, READ);
}

/* Where DELETE is a method, and what it takes there. */
#define KEY     QUERY_PARAMETER(QUERY_API_KEY)
#define CURRENT QUERY_PARAMETER(QUERY_CURRENT)

static const struct delete
{
	const char *name;
	const char *path;
	const char *program;
	unsigned int method, parameters;
}
deletes[] = {
	{ "the list", BASE, "x", DELETE, KEY | CURRENT },
	{ "the program", "/cgi-bin/tokens.cgi", "tokens", DELETE,
	    KEY | CURRENT },
	{ "an id", BASE "/17", "x", DELETE, KEY },
	{ "an id behind the program", "/tokens.fcgi/17", "tokens", DELETE,
	    KEY },
	{ "current", BASE "/current", "x", DELETE, KEY },
	{ "current behind the program", "/tokens/current", "tokens", DELETE,
	    KEY },
	{ "the documented example's address", LOGS, "x", 0, 0 },
	{ "the documented example's address, no base",
	    "/pipelines/oauth_access_tokens/logs", "x", 0, 0 },
	{ "health", BASE "/health", "x", 0, 0 },
	/* The program's name is the list's, whatever else it spells. */
	{ "a program named logs", LOGS, "logs", DELETE, KEY | CURRENT },
	{ "a program named current", BASE "/current", "current", DELETE,
	    KEY | CURRENT },
};

static void
describe_delete(void **state)
{
	const struct delete *row = *state;
	const struct route *route = route_find(row->path, row->program);

	assert_non_null(route);
	assert_int_equal(route->methods, READ | row->method);
	assert_int_equal(route->delete_parameters, row->parameters);
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
	{ "health alone", "/health", "x" },
	{ "health of the documented example's address", LOGS "/health", "x" },
	{ "health in capitals", BASE "/HEALTH", "x" },
	{ "more than health", BASE "/healthz", "x" },
	{ "health behind an id", BASE "/17/health", "x" },
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
	                           "      GET, HEAD, OPTIONS, DELETE\n"
	                           "  /pipelines/oauth_access_tokens/logs\n"
	                           "      GET, HEAD, OPTIONS\n"
	                           "  /oauth_access_tokens/{id}\n"
	                           "      GET, HEAD, OPTIONS, DELETE\n"
	                           "  /oauth_access_tokens/current\n"
	                           "      GET, HEAD, OPTIONS, DELETE\n"
	                           "  /oauth_access_tokens/health\n"
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

/* Sets of methods; another method has no name. */
static const struct set {
	const char *name;
	unsigned int methods;
	const char *want;
} sets[] = {
	{ "none", 0, "" },
	{ "the first", ROUTE_METHOD(REQUEST_GET), "GET" },
	{ "the last", DELETE, "DELETE" },
	{ "two", ROUTE_METHOD(REQUEST_HEAD) | DELETE, "HEAD, DELETE" },
	{ "those that read", READ, "GET, HEAD, OPTIONS" },
	{ "all", READ | DELETE, "GET, HEAD, OPTIONS, DELETE" },
	{ "all, and another", ~0U, "GET, HEAD, OPTIONS, DELETE" },
	{ "another alone", ROUTE_METHOD(REQUEST_OTHER), "" },
};

static void
name_methods(void **state)
{
	const struct set *row = *state;
	char *methods = guarded(NULL, ROUTE_METHODS_SIZE);

	route_methods(methods, row->methods);
	assert_string_equal(methods, row->want);
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(describe_address, addresses) },
		{ ROWS(describe_delete, deletes) },
		{ ROWS(find_nothing, misses) },
		{ ALONE(describe_all) },
		{ ROWS(name_methods, sets) },
	};

	return run_all(tests, COUNT(tests));
}
