/*
 * request_test.c - CGI variables as a request.
 *
 * Wanted values: oauth_access_tokens(8), ADDRESSES (the path) and
 * AUTHENTICATION (the credentials); RFC 6750, section 2.1, for b64token; RFC
 * 3986, section 5.2.4, for dot segments; RFC 9112, section 3.2, for the forms
 * of a target; request.h.
 */
#include "guarded.h"

#include "request.h"
#include "route.h"

#define PROGRAM "oauth_access_tokens"
#define LIST    "/api/oauth_access_tokens"
#define LOGS    "/api/pipelines/oauth_access_tokens/logs"

/* Parse variables that end where an unreadable page starts. */
static struct request
parse(const char *const *variables)
{
	const char *copies[8] = { NULL };
	struct request request;

	memset(&request, 0xa5, sizeof request);
	for (size_t i = 0; variables[i] != NULL; i++)
		copies[i] = guarded_text(variables[i]);
	request_parse(&request, copies);
	return request;
}

static const struct method {
	const char *name;
	const char *variables[3];
	enum request_method want;
} methods[] = {
	{ "GET", { "REQUEST_METHOD=GET" }, REQUEST_GET },
	{ "HEAD", { "REQUEST_METHOD=HEAD" }, REQUEST_HEAD },
	{ "OPTIONS", { "REQUEST_METHOD=OPTIONS" }, REQUEST_OPTIONS },
	{ "DELETE", { "REQUEST_METHOD=DELETE" }, REQUEST_DELETE },
	{ "POST", { "REQUEST_METHOD=POST" }, REQUEST_OTHER },
	{ "lower case is another", { "REQUEST_METHOD=get" }, REQUEST_OTHER },
	{ "delete is another", { "REQUEST_METHOD=delete" }, REQUEST_OTHER },
	{ "a longer one", { "REQUEST_METHOD=GETS" }, REQUEST_OTHER },
	{ "more than DELETE", { "REQUEST_METHOD=DELETED" }, REQUEST_OTHER },
	{ "a shorter one", { "REQUEST_METHOD=GE" }, REQUEST_OTHER },
	{ "less than DELETE", { "REQUEST_METHOD=DELET" }, REQUEST_OTHER },
	{ "DELETE with a space", { "REQUEST_METHOD=DELETE " }, REQUEST_OTHER },
	/* Frameworks take these for the method; here a request is what it is.
	 */
	{ "a header that overrides it",
	    { "REQUEST_METHOD=GET", "HTTP_X_HTTP_METHOD_OVERRIDE=DELETE" },
	    REQUEST_GET },
	{ "empty", { "REQUEST_METHOD=" }, REQUEST_OTHER },
	{ "none", { NULL }, REQUEST_OTHER },
	{ "a name that begins so", { "REQUEST_METHODS=GET" }, REQUEST_OTHER },
	{ "a name cut short", { "REQUEST_METHO=GET" }, REQUEST_OTHER },
	{ "no =", { "REQUEST_METHOD", "REQUEST_METHOD=GET" }, REQUEST_GET },
	{ "no name", { "=GET", "REQUEST_METHOD=HEAD" }, REQUEST_HEAD },
	{ "an empty variable", { "", "REQUEST_METHOD=HEAD" }, REQUEST_HEAD },
};

static void
read_method(void **state)
{
	const struct method *row = *state;

	assert_int_equal(parse(row->variables).method, row->want);
}

static const struct path {
	const char *name;
	const char *variables[4];
	const char *want; /* "": not ours */
	const char *program;
} paths[] = {
	{ "list", { "REQUEST_URI=" LIST }, LIST, PROGRAM },
	{ "logs", { "REQUEST_URI=" LOGS }, LOGS, PROGRAM },
	{ "no base", { "REQUEST_URI=/oauth_access_tokens" },
	    "/oauth_access_tokens", PROGRAM },
	{ "logs, no base",
	    { "REQUEST_URI=/pipelines/oauth_access_tokens/logs" },
	    "/pipelines/oauth_access_tokens/logs", PROGRAM },
	{ "a deeper base", { "REQUEST_URI=/a/b" LIST }, "/a/b" LIST, PROGRAM },
	{ "a query", { "REQUEST_URI=" LIST "?_limit=1" }, LIST, PROGRAM },
	{ "a query with slashes", { "REQUEST_URI=" LIST "?a=/b/../.." }, LIST,
	    PROGRAM },
	{ "a fragment", { "REQUEST_URI=" LIST "#a" }, LIST, PROGRAM },
	{ "trailing slash", { "REQUEST_URI=" LIST "/" }, LIST, PROGRAM },
	{ "trailing slash and query", { "REQUEST_URI=" LOGS "/?a" }, LOGS,
	    PROGRAM },
	{ "double slashes", { "REQUEST_URI=//api///oauth_access_tokens//" },
	    LIST, PROGRAM },
	{ "dot segments", { "REQUEST_URI=/./api/x/.././oauth_access_tokens/." },
	    LIST, PROGRAM },
	{ "dots above the root", { "REQUEST_URI=/../.." LIST }, LIST, PROGRAM },
	{ "dots that leave it", { "REQUEST_URI=" LIST "/.." }, "", PROGRAM },
	{ "dots at the end", { "REQUEST_URI=" LIST "/x/.." }, LIST, PROGRAM },
	{ "three dots are a name", { "REQUEST_URI=/..." LIST }, "/..." LIST,
	    PROGRAM },
	{ "hidden names", { "REQUEST_URI=/.a/..b" LIST }, "/.a/..b" LIST,
	    PROGRAM },
	{ "escapes", { "REQUEST_URI=/%61pi/oauth%5faccess%5Ftokens" }, LIST,
	    PROGRAM },
	{ "escaped dots", { "REQUEST_URI=/x/%2e%2E/%2e" LIST }, LIST, PROGRAM },
	{ "an escaped slash", { "REQUEST_URI=/api%2Foauth_access_tokens" },
	    LIST, PROGRAM },
	{ "an escaped question mark", { "REQUEST_URI=" LIST "%3Fa" }, "",
	    PROGRAM },
	{ "decoded once", { "REQUEST_URI=/%2561" LIST }, "/%61" LIST, PROGRAM },
	{ "a plus is a plus", { "REQUEST_URI=/a+b" LIST }, "/a+b" LIST,
	    PROGRAM },
	{ "UTF-8 in the base", { "REQUEST_URI=/%C3%A9" LIST }, "/\xc3\xa9" LIST,
	    PROGRAM },
	{ "not UTF-8", { "REQUEST_URI=/%E9" LIST }, "", PROGRAM },
	{ "an escaped NUL", { "REQUEST_URI=" LIST "%00" }, "", PROGRAM },
	{ "a broken escape", { "REQUEST_URI=/%4" LIST }, "", PROGRAM },
	{ "absolute form", { "REQUEST_URI=http://h:1" LIST "?a" }, LIST,
	    PROGRAM },
	{ "absolute form, no path", { "REQUEST_URI=http://h" }, "", PROGRAM },
	{ "absolute form, a path in the query",
	    { "REQUEST_URI=http://h?x=/oauth_access_tokens" }, "", PROGRAM },
	{ "no slash at its start", { "REQUEST_URI=oauth_access_tokens" }, "",
	    PROGRAM },
	{ "an URI in the query of no path",
	    { "REQUEST_URI=x?y=a://b/oauth_access_tokens" }, "", PROGRAM },
	{ "asterisk form", { "REQUEST_URI=*" }, "", PROGRAM },
	{ "the root", { "REQUEST_URI=/" }, "", PROGRAM },
	{ "only a base", { "REQUEST_URI=/api" }, "", PROGRAM },
	{ "only in the query", { "REQUEST_URI=/x?/oauth_access_tokens" }, "",
	    PROGRAM },
	{ "not at a border", { "REQUEST_URI=/api/xoauth_access_tokens" }, "",
	    PROGRAM },
	{ "a longer name", { "REQUEST_URI=" LIST "X" }, "", PROGRAM },
	{ "something behind", { "REQUEST_URI=" LIST "/x" }, "", PROGRAM },
	{ "logs without pipelines", { "REQUEST_URI=" LIST "/logs" }, "",
	    PROGRAM },
	{ "logs not at a border",
	    { "REQUEST_URI=/xpipelines/oauth_access_tokens/logs" }, "",
	    PROGRAM },
	{ "another case", { "REQUEST_URI=/api/OAuth_Access_Tokens" }, "",
	    PROGRAM },
	{ "the program's name", { "REQUEST_URI=/cgi-bin/list?a" },
	    "/cgi-bin/list", "list" },
	{ "the program's name is a letter", { "REQUEST_URI=/x/l" }, "/x/l",
	    "l" },
	{ "the program as .fcgi", { "REQUEST_URI=/cgi-bin/list.fcgi" },
	    "/cgi-bin/list.fcgi", "list" },
	{ "the program as .cgi", { "REQUEST_URI=/list.cgi" }, "/list.cgi",
	    "list" },
	{ "the program's name has .fcgi", { "REQUEST_URI=/list.fcgi/" },
	    "/list.fcgi", "list.fcgi" },
	{ "another ending", { "REQUEST_URI=/list.php" }, "", "list" },
	{ "an ending's beginning", { "REQUEST_URI=/list.f" }, "", "list" },
	{ "more than an ending", { "REQUEST_URI=/list.fcgi2" }, "", "list" },
	{ "the program's name begins it", { "REQUEST_URI=/lists" }, "",
	    "list" },
	{ "the program's name ends it", { "REQUEST_URI=/blist" }, "", "list" },
	{ "something behind the program", { "REQUEST_URI=/list/x" }, "",
	    "list" },
	{ "the program behind something", { "REQUEST_URI=/x?/list" }, "",
	    "list" },
	{ "a program without a name", { "REQUEST_URI=/x/" }, "", "" },
	{ "a program without a name, root", { "REQUEST_URI=/" }, "", "" },
	{ "no name, but an ending", { "REQUEST_URI=/x/.fcgi" }, "", "" },
	{ "SCRIPT_NAME alone", { "SCRIPT_NAME=" LIST }, LIST, PROGRAM },
	{ "PATH_INFO alone", { "PATH_INFO=" LIST }, LIST, PROGRAM },
	{ "both", { "PATH_INFO=/oauth_access_tokens", "SCRIPT_NAME=/api" },
	    LIST, PROGRAM },
	{ "cut within a name",
	    { "SCRIPT_NAME=/api/oauth_", "PATH_INFO=access_tokens" }, LIST,
	    PROGRAM },
	{ "both, folded", { "SCRIPT_NAME=/x/", "PATH_INFO=/../" LIST "/" },
	    LIST, PROGRAM },
	{ "REQUEST_URI is preferred",
	    { "SCRIPT_NAME=" LIST, "REQUEST_URI=/x", "PATH_INFO=" LIST }, "",
	    PROGRAM },
	{ "REQUEST_URI is preferred, ours",
	    { "SCRIPT_NAME=/x", "REQUEST_URI=" LIST, "PATH_INFO=/y" }, LIST,
	    PROGRAM },
	{ "an empty REQUEST_URI", { "REQUEST_URI=", "SCRIPT_NAME=" LIST }, LIST,
	    PROGRAM },
	{ "SCRIPT_NAME without a slash", { "SCRIPT_NAME=oauth_access_tokens" },
	    "", PROGRAM },
	{ "none", { NULL }, "", PROGRAM },
};

static void
read_path(void **state)
{
	const struct path *row = *state;
	struct request request = parse(row->variables);
	bool ours = route_find(guarded_text(request.path),
	                guarded_text(row->program)) != NULL;

	assert_string_equal(ours ? request.path : "", row->want);
}

/* A path of exactly the longest length; of a byte more, and of many. */
static void
limit_path(void **state)
{
	static const char *const names[] = { "REQUEST_URI=", "SCRIPT_NAME=" };
	size_t base_len = REQUEST_PATH_MAX - strlen("/" LIST);

	(void)state;
	for (size_t i = 0; i < 1200; i++) {
		const char *name = names[i % 2];
		const char *base = guarded_run('b', base_len + i / 2);
		char *text = NULL;
		struct request request;

		assert_true(asprintf(&text, "%s/%s" LIST, name, base) > 0);
		request = parse((const char *[]){ text, NULL });
		assert_string_equal(
		    request.path, i / 2 == 0 ? text + strlen(name) : "");
		free(text);
	}
}

/* A NUL in the path: written as "%00", or decoded, which records.c marks. */
static const struct path_nul {
	const char *name;
	const char *variables[4];
	bool want;
} path_nuls[] = {
	{ "none", { "REQUEST_URI=" LIST }, false },
	{ "no path", { "REQUEST_METHOD=GET" }, false },
	{ "behind the address", { "REQUEST_URI=" LIST "%00" }, true },
	{ "before it", { "REQUEST_URI=/a%00b" LIST }, true },
	{ "in the query", { "REQUEST_URI=" LIST "?a=%00" }, false },
	{ "in the fragment", { "REQUEST_URI=" LIST "#%00" }, false },
	{ "as a text", { "REQUEST_URI=" LIST "%2500" }, false },
	{ "decoded, in the script's name", { "SCRIPT_NAME=/a\xff" LIST },
	    true },
	{ "decoded, behind it", { "SCRIPT_NAME=" LIST, "PATH_INFO=/\xff" },
	    true },
	{ "decoded, beside a good URI",
	    { "REQUEST_URI=" LIST, "SCRIPT_NAME=/\xff", "PATH_INFO=/\xff" },
	    false },
};

static void
find_nul(void **state)
{
	const struct path_nul *row = *state;

	assert_int_equal(parse(row->variables).path_has_nul, row->want);
}

static const struct query_text {
	const char *name;
	const char *variables[3];
	const char *want;
} query_texts[] = {
	{ "absent", { "REQUEST_URI=" LIST "?_limit=1" }, "" },
	{ "empty", { "QUERY_STRING=" }, "" },
	{ "still encoded", { "QUERY_STRING=a=%41&b=?c" }, "a=%41&b=?c" },
	{ "not mistaken", { "XQUERY_STRING=a", "QUERY_STRING2=b" }, "" },
};

static void
read_query(void **state)
{
	const struct query_text *row = *state;
	struct request request = parse(row->variables);

	assert_int_equal(request.query_len, strlen(row->want));
	assert_memory_equal(request.query, row->want, request.query_len);
}

static const struct credential {
	const char *name;
	const char *variables[5];
	int want;         /* CREDENTIAL_... */
	const char *text; /* when good */
} tokens[] = {
	{ "none", { "REQUEST_METHOD=GET" }, CREDENTIAL_ABSENT, NULL },
	{ "empty", { "HTTP_OAUTH_TOKEN=" }, CREDENTIAL_ABSENT, NULL },
	{ "good", { "HTTP_OAUTH_TOKEN=some_really_long_string" },
	    CREDENTIAL_GOOD, "some_really_long_string" },
	{ "one character", { "HTTP_OAUTH_TOKEN=a" }, CREDENTIAL_GOOD, "a" },
	{ "all characters", { "HTTP_OAUTH_TOKEN=AZaz09-._~+/==" },
	    CREDENTIAL_GOOD, "AZaz09-._~+/==" },
	{ "a JSON web token", { "HTTP_OAUTH_TOKEN=eyJh.eyJz.SflK-_" },
	    CREDENTIAL_GOOD, "eyJh.eyJz.SflK-_" },
	{ "only =", { "HTTP_OAUTH_TOKEN==" }, CREDENTIAL_INVALID, NULL },
	{ "= inside", { "HTTP_OAUTH_TOKEN=a=b" }, CREDENTIAL_INVALID, NULL },
	{ "a space before", { "HTTP_OAUTH_TOKEN= a" }, CREDENTIAL_INVALID,
	    NULL },
	{ "a space after", { "HTTP_OAUTH_TOKEN=a " }, CREDENTIAL_INVALID,
	    NULL },
	{ "joined by a comma", { "HTTP_OAUTH_TOKEN=a, a" }, CREDENTIAL_INVALID,
	    NULL },
	{ "a quote", { "HTTP_OAUTH_TOKEN=a'" }, CREDENTIAL_INVALID, NULL },
	{ "an escape", { "HTTP_OAUTH_TOKEN=a%41" }, CREDENTIAL_INVALID, NULL },
	{ "a line's end", { "HTTP_OAUTH_TOKEN=a\n" }, CREDENTIAL_INVALID,
	    NULL },
	{ "UTF-8", { "HTTP_OAUTH_TOKEN=\xc3\xa9" }, CREDENTIAL_INVALID, NULL },
	{ "with a scheme", { "HTTP_OAUTH_TOKEN=Bearer a" }, CREDENTIAL_INVALID,
	    NULL },
	{ "twice", { "HTTP_OAUTH_TOKEN=a", "HTTP_OAUTH_TOKEN=b" },
	    CREDENTIAL_INVALID, NULL },
	{ "twice the same", { "HTTP_OAUTH_TOKEN=a", "HTTP_OAUTH_TOKEN=a" },
	    CREDENTIAL_INVALID, NULL },
	{ "three times",
	    { "HTTP_OAUTH_TOKEN=a", "HTTP_OAUTH_TOKEN=a",
	        "HTTP_OAUTH_TOKEN=a" },
	    CREDENTIAL_INVALID, NULL },
	{ "twice, not falling back",
	    { "HTTP_OAUTH_TOKEN=a", "HTTP_AUTHORIZATION=Bearer c",
	        "HTTP_OAUTH_TOKEN=b" },
	    CREDENTIAL_INVALID, NULL },
	{ "never from a cookie", { "HTTP_COOKIE=oauth_token=a" },
	    CREDENTIAL_ABSENT, NULL },
	{ "never from the query",
	    { "QUERY_STRING=oauth_token=a&access_token=a" }, CREDENTIAL_ABSENT,
	    NULL },
	{ "bearer", { "HTTP_AUTHORIZATION=Bearer abc" }, CREDENTIAL_GOOD,
	    "abc" },
	{ "bearer in any case", { "HTTP_AUTHORIZATION=bEARER abc" },
	    CREDENTIAL_GOOD, "abc" },
	{ "bearer, spaces", { "HTTP_AUTHORIZATION=Bearer   abc=" },
	    CREDENTIAL_GOOD, "abc=" },
	{ "bearer, redirected", { "REDIRECT_HTTP_AUTHORIZATION=Bearer abc" },
	    CREDENTIAL_GOOD, "abc" },
	{ "bearer, both the same",
	    { "REDIRECT_HTTP_AUTHORIZATION=Bearer abc",
	        "HTTP_AUTHORIZATION=Bearer abc" },
	    CREDENTIAL_GOOD, "abc" },
	{ "bearer, both, one empty",
	    { "HTTP_AUTHORIZATION=", "REDIRECT_HTTP_AUTHORIZATION=Bearer a" },
	    CREDENTIAL_GOOD, "a" },
	{ "bearer, both, other empty",
	    { "HTTP_AUTHORIZATION=Bearer a", "REDIRECT_HTTP_AUTHORIZATION=" },
	    CREDENTIAL_GOOD, "a" },
	{ "bearer, two values",
	    { "HTTP_AUTHORIZATION=Bearer abc",
	        "REDIRECT_HTTP_AUTHORIZATION=Bearer abd" },
	    CREDENTIAL_INVALID, NULL },
	{ "bearer, two values, one longer",
	    { "HTTP_AUTHORIZATION=Bearer abc",
	        "REDIRECT_HTTP_AUTHORIZATION=Bearer abcd" },
	    CREDENTIAL_INVALID, NULL },
	{ "bearer, twice",
	    { "HTTP_AUTHORIZATION=Bearer a", "HTTP_AUTHORIZATION=Bearer a" },
	    CREDENTIAL_INVALID, NULL },
	{ "bearer, redirected twice",
	    { "REDIRECT_HTTP_AUTHORIZATION=Bearer a",
	        "REDIRECT_HTTP_AUTHORIZATION=Bearer a" },
	    CREDENTIAL_INVALID, NULL },
	{ "bearer, redirected twice, and once",
	    { "REDIRECT_HTTP_AUTHORIZATION=Bearer a",
	        "HTTP_AUTHORIZATION=Bearer a",
	        "REDIRECT_HTTP_AUTHORIZATION=Bearer a" },
	    CREDENTIAL_INVALID, NULL },
	{ "bearer, joined by a comma",
	    { "HTTP_AUTHORIZATION=Bearer a, Bearer a" }, CREDENTIAL_INVALID,
	    NULL },
	{ "bearer, ill-formed", { "HTTP_AUTHORIZATION=Bearer a b" },
	    CREDENTIAL_INVALID, NULL },
	{ "bearer, a space after", { "HTTP_AUTHORIZATION=Bearer a " },
	    CREDENTIAL_INVALID, NULL },
	{ "bearer, nothing behind", { "HTTP_AUTHORIZATION=Bearer" },
	    CREDENTIAL_INVALID, NULL },
	{ "bearer, only spaces behind", { "HTTP_AUTHORIZATION=Bearer  " },
	    CREDENTIAL_INVALID, NULL },
	{ "another scheme", { "HTTP_AUTHORIZATION=Basic YTpi" },
	    CREDENTIAL_ABSENT, NULL },
	{ "a scheme that begins so", { "HTTP_AUTHORIZATION=Bearers a" },
	    CREDENTIAL_ABSENT, NULL },
	{ "a scheme cut short", { "HTTP_AUTHORIZATION=Beare a" },
	    CREDENTIAL_ABSENT, NULL },
	{ "OAUTH-TOKEN is preferred",
	    { "HTTP_AUTHORIZATION=Bearer abc", "HTTP_OAUTH_TOKEN=def" },
	    CREDENTIAL_GOOD, "def" },
	{ "OAUTH-TOKEN is preferred, ill-formed",
	    { "HTTP_AUTHORIZATION=Bearer abc", "HTTP_OAUTH_TOKEN=d e" },
	    CREDENTIAL_INVALID, NULL },
	{ "OAUTH-TOKEN empty: bearer",
	    { "HTTP_AUTHORIZATION=Bearer abc", "HTTP_OAUTH_TOKEN=" },
	    CREDENTIAL_GOOD, "abc" },
	{ "a name that begins so", { "HTTP_OAUTH_TOKEN2=a" }, CREDENTIAL_ABSENT,
	    NULL },
};

static const struct credential api_keys[] = {
	{ "none", { "QUERY_STRING=api_key=a" }, CREDENTIAL_ABSENT, NULL },
	{ "empty", { "HTTP_X_API_KEY=" }, CREDENTIAL_ABSENT, NULL },
	{ "good", { "HTTP_X_API_KEY=zkWlN0" }, CREDENTIAL_GOOD, "zkWlN0" },
	{ "any text", { "HTTP_X_API_KEY= a,\xff=%41 " }, CREDENTIAL_GOOD,
	    " a,\xff=%41 " },
	{ "twice", { "HTTP_X_API_KEY=a", "HTTP_X_API_KEY=a" },
	    CREDENTIAL_INVALID, NULL },
	{ "twice, first empty", { "HTTP_X_API_KEY=", "HTTP_X_API_KEY=a" },
	    CREDENTIAL_INVALID, NULL },
};

static void
check_credential(
    const struct request_credential *got, int want, const char *text)
{
	assert_int_equal(got->state, want);
	if (want != CREDENTIAL_GOOD)
		return;
	assert_int_equal(got->len, strlen(text));
	assert_memory_equal(got->text, text, got->len);
}

static void
read_token(void **state)
{
	const struct credential *row = *state;
	struct request request = parse(row->variables);

	check_credential(&request.token, row->want, row->text);
	assert_int_equal(request.api_key.state, CREDENTIAL_ABSENT);
}

static void
read_api_key(void **state)
{
	const struct credential *row = *state;
	struct request request = parse(row->variables);

	check_credential(&request.api_key, row->want, row->text);
	assert_int_equal(request.token.state, CREDENTIAL_ABSENT);
}

#define ID     "HTTP_X_REQUEST_ID="
#define A_TO_P "abcdefghijklmnop"

static const struct id {
	const char *name;
	const char *variables[4];
	const char *want; /* NULL: none */
} ids[] = {
	{ "none", { "HTTP_X_REQUEST_IDS=a" }, NULL },
	{ "empty", { ID }, NULL },
	{ "a letter", { ID "a" }, "a" },
	{ "a UUID", { ID "de305d54-75b4-431b-adb2-eb6b9e546014" },
	    "de305d54-75b4-431b-adb2-eb6b9e546014" },
	{ "base64", { ID "aZ09+/==" }, "aZ09+/==" },
	{ "the longest", { ID A_TO_P A_TO_P A_TO_P A_TO_P },
	    A_TO_P A_TO_P A_TO_P A_TO_P },
	{ "too long", { ID A_TO_P A_TO_P A_TO_P A_TO_P "q" }, NULL },
	{ "a space", { ID "a b" }, NULL },
	{ "a line's end", { ID "a\nb" }, NULL },
	{ "not ASCII", { ID "a\xc3\xa4" }, NULL },
	{ "twice", { ID "a", ID "a" }, NULL },
	{ "the token", { "HTTP_OAUTH_TOKEN=abc", ID "abc" }, NULL },
	{ "the bearer's token", { ID "abc", "HTTP_AUTHORIZATION=Bearer abc" },
	    NULL },
	{ "the bearer's token beside another",
	    { ID "abc", "HTTP_AUTHORIZATION=Bearer abc", "HTTP_OAUTH_TOKEN=d" },
	    NULL },
	{ "the key", { "HTTP_X_API_KEY=abc", ID "abc" }, NULL },
	{ "a part of the token", { "HTTP_OAUTH_TOKEN=abc", ID "ab" }, "ab" },
};

static void
read_id(void **state)
{
	const struct id *row = *state;
	struct request request = parse(row->variables);

	if (row->want == NULL) {
		assert_null(request.id);
		return;
	}
	assert_int_equal(request.id_len, strlen(row->want));
	assert_memory_equal(request.id, row->want, request.id_len);
}

#define HTML "HTTP_ACCEPT=text/html,*/*;q=0.8"

static const struct navigation {
	const char *name;
	const char *variables[5];
	bool want;
} navigations[] = {
	{ "a browser", { "REQUEST_METHOD=GET", HTML }, true },
	{ "a browser's HEAD", { "REQUEST_METHOD=HEAD", HTML }, true },
	{ "whatever the address", { "REQUEST_URI=/x", HTML }, true },
	{ "no Accept", { "REQUEST_METHOD=GET" }, false },
	{ "an empty Accept", { "HTTP_ACCEPT=" }, false },
	{ "curl's Accept", { "HTTP_ACCEPT=*/*" }, false },
	{ "JSON", { "HTTP_ACCEPT=application/json" }, false },
	{ "another header", { "HTTP_ACCEPT_LANGUAGE=text/html" }, false },
	{ "a name cut short", { "HTTP_ACCEP=text/html" }, false },
	{ "a good token", { HTML, "HTTP_OAUTH_TOKEN=a" }, false },
	{ "an ill-formed token", { HTML, "HTTP_OAUTH_TOKEN=a b" }, false },
	{ "a token twice", { "HTTP_OAUTH_TOKEN=a", HTML, "HTTP_OAUTH_TOKEN=a" },
	    false },
	{ "an empty token", { HTML, "HTTP_OAUTH_TOKEN=" }, true },
	{ "bearer", { HTML, "HTTP_AUTHORIZATION=Bearer a" }, false },
	{ "bearer, redirected",
	    { HTML, "REDIRECT_HTTP_AUTHORIZATION=Bearer a" }, false },
	{ "bearer, ill-formed", { HTML, "HTTP_AUTHORIZATION=Bearer" }, false },
	{ "two bearers",
	    { HTML, "HTTP_AUTHORIZATION=Bearer a",
	        "REDIRECT_HTTP_AUTHORIZATION=Bearer b" },
	    false },
	/* A password for the web server, which a browser sends by itself. */
	{ "another scheme", { HTML, "HTTP_AUTHORIZATION=Basic YTpi" }, true },
	{ "an API key", { HTML, "HTTP_X_API_KEY=a" }, false },
	{ "an API key twice", { HTML, "HTTP_X_API_KEY=a", "HTTP_X_API_KEY=a" },
	    false },
	{ "an empty API key", { HTML, "HTTP_X_API_KEY=" }, true },
	{ "both", { HTML, "HTTP_X_API_KEY=a", "HTTP_OAUTH_TOKEN=a" }, false },
	{ "an API key in the query", { HTML, "QUERY_STRING=api_key=a" }, true },
	{ "a cookie", { HTML, "HTTP_COOKIE=a=b" }, true },
	{ "Accept twice", { HTML, HTML }, false },
	{ "Accept twice, HTML longer", { "HTTP_ACCEPT=*/*", HTML }, false },
	{ "Accept twice, JSON longer",
	    { "HTTP_ACCEPT=text/html", "HTTP_ACCEPT=application/json" },
	    false },
	{ "Accept three times", { HTML, HTML, HTML }, false },
};

static void
navigate(void **state)
{
	const struct navigation *row = *state;

	assert_int_equal(parse(row->variables).navigates, row->want);
}

/* An Accept over the limit of headers is read as any, and too large. */
static void
navigate_by_long_header(void **state)
{
	static const char name[] = "HTTP_ACCEPT=text/html,";

	(void)state;
	for (size_t more = 0; more <= 1; more++) {
		size_t len = strlen("HTTP_ACCEPT=") + REQUEST_HEADER_MAX + more;
		char *text = guarded_run(' ', len);
		struct request request;

		memcpy(text, name, strlen(name));
		request = parse((const char *[]){ text, NULL });
		assert_true(request.navigates);
		assert_int_equal(request.header_too_large, more == 1);
	}
}

/* Values of n times "t" behind a variable's name. */
static const struct length {
	const char *name;
	const char *variable;
	size_t n;
	bool too_large;
	int token; /* CREDENTIAL_... */
	int api_key;
} lengths[] = {
	{ "token, longest", "HTTP_OAUTH_TOKEN=", REQUEST_TOKEN_MAX, false,
	    CREDENTIAL_GOOD, CREDENTIAL_ABSENT },
	{ "token, longer", "HTTP_OAUTH_TOKEN=", REQUEST_TOKEN_MAX + 1, false,
	    CREDENTIAL_INVALID, CREDENTIAL_ABSENT },
	{ "bearer, longest", "HTTP_AUTHORIZATION=Bearer ", REQUEST_TOKEN_MAX,
	    false, CREDENTIAL_GOOD, CREDENTIAL_ABSENT },
	{ "bearer, longer", "HTTP_AUTHORIZATION=Bearer ", REQUEST_TOKEN_MAX + 1,
	    false, CREDENTIAL_INVALID, CREDENTIAL_ABSENT },
	{ "OAUTH-TOKEN, longest", "HTTP_OAUTH_TOKEN=", REQUEST_HEADER_MAX,
	    false, CREDENTIAL_INVALID, CREDENTIAL_ABSENT },
	{ "OAUTH-TOKEN, too large", "HTTP_OAUTH_TOKEN=", REQUEST_HEADER_MAX + 1,
	    true, CREDENTIAL_INVALID, CREDENTIAL_ABSENT },
	{ "Authorization, longest", "HTTP_AUTHORIZATION=", REQUEST_HEADER_MAX,
	    false, CREDENTIAL_ABSENT, CREDENTIAL_ABSENT },
	{ "Authorization, too large",
	    "HTTP_AUTHORIZATION=", REQUEST_HEADER_MAX + 1, true,
	    CREDENTIAL_ABSENT, CREDENTIAL_ABSENT },
	{ "Authorization redirected, too large",
	    "REDIRECT_HTTP_AUTHORIZATION=", REQUEST_HEADER_MAX + 1, true,
	    CREDENTIAL_ABSENT, CREDENTIAL_ABSENT },
	{ "Accept, longest", "HTTP_ACCEPT=", REQUEST_HEADER_MAX, false,
	    CREDENTIAL_ABSENT, CREDENTIAL_ABSENT },
	{ "Accept, too large", "HTTP_ACCEPT=", REQUEST_HEADER_MAX + 1, true,
	    CREDENTIAL_ABSENT, CREDENTIAL_ABSENT },
	{ "X-API-KEY, longest", "HTTP_X_API_KEY=", REQUEST_HEADER_MAX, false,
	    CREDENTIAL_ABSENT, CREDENTIAL_GOOD },
	{ "X-API-KEY, too large", "HTTP_X_API_KEY=", REQUEST_HEADER_MAX + 1,
	    true, CREDENTIAL_ABSENT, CREDENTIAL_GOOD },
	{ "another's header", "HTTP_COOKIE=", REQUEST_HEADER_MAX + 1, false,
	    CREDENTIAL_ABSENT, CREDENTIAL_ABSENT },
	{ "a long query", "QUERY_STRING=", 100000, false, CREDENTIAL_ABSENT,
	    CREDENTIAL_ABSENT },
};

static void
limit_header(void **state)
{
	const struct length *row = *state;
	char *value = guarded_run('t', row->n), *text = NULL;
	struct request request;

	assert_true(asprintf(&text, "%s%s", row->variable, value) > 0);
	request = parse((const char *[]){ text, NULL });
	assert_int_equal(request.header_too_large, row->too_large);
	assert_int_equal(request.token.state, row->token);
	assert_int_equal(request.api_key.state, row->api_key);
	free(text);
}

/* A header that arrives twice is too large if one of the two is. */
static void
limit_repeated_header(void **state)
{
	char *value = guarded_run('t', REQUEST_HEADER_MAX + 1), *text = NULL;

	(void)state;
	assert_true(asprintf(&text, "HTTP_OAUTH_TOKEN=%s", value) > 0);
	assert_true(parse((const char *[]){ "HTTP_OAUTH_TOKEN=a", text, NULL })
	                .header_too_large);
	assert_true(parse((const char *[]){ text, "HTTP_OAUTH_TOKEN=a", NULL })
	                .header_too_large);
	free(text);
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(read_method, methods) },
		{ ROWS(read_path, paths) },
		{ ALONE(limit_path) },
		{ ROWS(find_nul, path_nuls) },
		{ ROWS(read_query, query_texts) },
		{ ROWS(read_token, tokens) },
		{ ROWS(read_api_key, api_keys) },
		{ ROWS(read_id, ids) },
		{ ROWS(navigate, navigations) },
		{ ALONE(navigate_by_long_header) },
		{ ROWS(limit_header, lengths) },
		{ ALONE(limit_repeated_header) },
	};

	return run_all(tests, COUNT(tests));
}
