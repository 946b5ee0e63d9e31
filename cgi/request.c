/*
 * request.c - CGI variables (RFC 3875, section 4.1) as a request.
 *
 * Pure.
 */
#include <string.h>
#include <strings.h>

#include "accept.h"
#include "request.h"
#include "uri.h"

/* What one variable came with; the longer value where it came twice. */
struct variable {
	const char *value; /* NULL when absent */
	size_t len;
	bool twice;
};

enum variable_name {
	REQUEST_METHOD,
	REQUEST_URI,
	SCRIPT_NAME,
	PATH_INFO,
	QUERY_STRING,
	HTTP_OAUTH_TOKEN,
	HTTP_AUTHORIZATION,
	REDIRECT_HTTP_AUTHORIZATION,
	HTTP_X_API_KEY,
	HTTP_X_REQUEST_ID,
	HTTP_ACCEPT,
	VARIABLES,
};

_Static_assert(REQUEST_ID_MAX == 64, "the text below says so");

#define VARIABLE(name) #name, sizeof #name - 1

static const struct {
	const char *name;
	size_t len;
	const char *header; /* the client's, at most REQUEST_HEADER_MAX; or NULL
	                     */
	const char *help;
} names[VARIABLES] = {
	[REQUEST_METHOD] = { VARIABLE(REQUEST_METHOD), NULL, NULL },
	[REQUEST_URI] = { VARIABLE(REQUEST_URI), NULL, NULL },
	[SCRIPT_NAME] = { VARIABLE(SCRIPT_NAME), NULL, NULL },
	[PATH_INFO] = { VARIABLE(PATH_INFO), NULL, NULL },
	[QUERY_STRING] = { VARIABLE(QUERY_STRING), NULL, NULL },
	[HTTP_OAUTH_TOKEN] = { VARIABLE(HTTP_OAUTH_TOKEN), "OAUTH-TOKEN",
	    "the caller's token" },
	[HTTP_AUTHORIZATION] = { VARIABLE(HTTP_AUTHORIZATION), "Authorization",
	    "\"Bearer\" and the token, where there is no OAUTH-TOKEN" },
	/* Where Apache's mod_rewrite puts it. */
	[REDIRECT_HTTP_AUTHORIZATION] = { VARIABLE(REDIRECT_HTTP_AUTHORIZATION),
	    "Authorization", NULL },
	[HTTP_X_API_KEY] = { VARIABLE(HTTP_X_API_KEY), "X-API-KEY",
	    "the API key; wins over the parameter api_key" },
	[HTTP_X_REQUEST_ID] = { VARIABLE(HTTP_X_REQUEST_ID), "X-Request-Id",
	    "a name for the request, in its answer and in the log; up to 64 "
	    "letters, digits and -._~+/=" },
	[HTTP_ACCEPT] = { VARIABLE(HTTP_ACCEPT), "Accept",
	    "who prefers text/html to application/json, and sends no "
	    "credential in a header, is shown the page" },
};

/* Which one has this name, of len bytes?  VARIABLES: none that we read. */
static int
find_variable(const char *name, size_t len)
{
	for (int i = 0; i < VARIABLES; i++)
		if (names[i].len == len &&
		    memcmp(names[i].name, name, len) == 0)
			return i;
	return VARIABLES;
}

static void
note(struct variable *variable, const char *value)
{
	size_t len = strlen(value);

	variable->twice = variable->value != NULL;
	if (!variable->twice || len > variable->len) {
		variable->value = value;
		variable->len = len;
	}
}

static void
read_variables(struct variable found[VARIABLES], const char *const *variables)
{
	memset(found, 0, VARIABLES * sizeof *found);
	for (; *variables != NULL; variables++) {
		size_t name_len = strcspn(*variables, "=");
		int i = find_variable(*variables, name_len);

		if (i < VARIABLES && (*variables)[name_len] == '=')
			note(&found[i], *variables + name_len + 1);
	}
}

const char *const request_methods[REQUEST_OTHER] = {
	[REQUEST_GET] = "GET",
	[REQUEST_HEAD] = "HEAD",
	[REQUEST_OPTIONS] = "OPTIONS",
	[REQUEST_DELETE] = "DELETE",
};

static enum request_method
parse_method(const struct variable *method)
{
	for (int i = 0; i < REQUEST_OTHER; i++)
		if (method->value != NULL &&
		    strcmp(method->value, request_methods[i]) == 0)
			return (enum request_method)i;
	return REQUEST_OTHER;
}

/*
 * Fold "//" and dot segments (RFC 3986, section 5.2.4) and drop a trailing
 * slash, in place.  The result begins with "/", and never grows.
 */
static void
normalise_path(char *path)
{
	char *out = path;
	const char *in = path;

	while (*in != '\0') {
		size_t len;

		in += strspn(in, "/");
		len = strcspn(in, "/");
		if (len == 2 && memcmp(in, "..", 2) == 0) {
			while (out > path && *--out != '/')
				;
		} else if (len > 0 && !(len == 1 && *in == '.')) {
			*out++ = '/';
			memmove(out, in, len);
			out += len;
		}
		in += len;
	}
	if (out == path)
		*out++ = '/';
	*out = '\0';
}

/*
 * Put the path of a raw REQUEST_URI, decoded, into out.  The URI may be in
 * absolute form (RFC 9112, section 3.2.2).
 */
static bool
decode_uri(char *out, size_t size, const struct variable *uri)
{
	const char *path = uri->value;
	size_t len;

	if (*path != '/') {
		path += strspn(path, "abcdefghijklmnopqrstuvwxyz"
		                     "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");
		if (strncmp(path, "://", 3) != 0)
			return false;
		path += 3 + strcspn(path + 3, "/?#"); /* the authority */
	}
	len = strcspn(path, "?#");
	return len < size && uri_decode(out, &len, path, len, URI_PLUS_IS_PLUS);
}

/*
 * Put SCRIPT_NAME and PATH_INFO, which servers decode, into out.
 */
static bool
join_script(char *out, size_t size, const struct variable *script,
    const struct variable *info)
{
	if (script->len + info->len >= size)
		return false;
	out[0] = '\0';
	if (script->value != NULL)
		memcpy(out, script->value, script->len);
	if (info->value != NULL)
		memcpy(out + script->len, info->value, info->len);
	out[script->len + info->len] = '\0';
	return true;
}

/* Has the path a NUL, in the form that its variable has it in? */
static bool
has_nul(const struct variable *found)
{
	const struct variable *uri = &found[REQUEST_URI];
	const char *script = found[SCRIPT_NAME].value;
	const char *info = found[PATH_INFO].value;

	if (uri->len > 0)
		return memmem(uri->value, strcspn(uri->value, "?#"), "%00",
		           3) != NULL;
	/* RECORDS_NUL */
	return (script != NULL && strchr(script, 0xff) != NULL) ||
	       (info != NULL && strchr(info, 0xff) != NULL);
}

static void
parse_path(struct request *request, const struct variable *found)
{
	char path[3 * REQUEST_PATH_MAX + 1]; /* "%XX" and "//" shrink */

	request->path_has_nul = has_nul(found);
	if (found[REQUEST_URI].len > 0
	        ? !decode_uri(path, sizeof path, &found[REQUEST_URI])
	        : !join_script(path, sizeof path, &found[SCRIPT_NAME],
	              &found[PATH_INFO]))
		return;
	if (path[0] != '/')
		return;
	normalise_path(path);
	if (strlen(path) <= REQUEST_PATH_MAX)
		memcpy(request->path, path, strlen(path) + 1);
}

/* RFC 6750, section 2.1: b64token = 1*( ALPHA / DIGIT / "-._~+/" ) *"=" */
static bool
is_token(const char *text, size_t len)
{
	size_t n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                        "abcdefghijklmnopqrstuvwxyz0123456789-._~+/");

	return n > 0 && n + strspn(text + n, "=") == len &&
	       len <= REQUEST_TOKEN_MAX;
}

/* A header as a credential of any form. */
static struct request_credential
parse_header(const struct variable *header)
{
	if (header->twice)
		return (
		    struct request_credential){ .state = CREDENTIAL_INVALID };
	if (header->len == 0)
		return (
		    struct request_credential){ .state = CREDENTIAL_ABSENT };
	return (struct request_credential){ CREDENTIAL_GOOD, header->value,
		header->len };
}

/* The token of "Bearer", from whichever variable has the header. */
static struct request_credential
parse_authorization(
    const struct variable *direct, const struct variable *redirected)
{
	struct request_credential header = parse_header(direct);
	struct request_credential other = parse_header(redirected);
	size_t skip;

	if (header.state == CREDENTIAL_ABSENT)
		header = other;
	else if (other.state == CREDENTIAL_INVALID ||
	         (other.state == CREDENTIAL_GOOD &&
	             strcmp(direct->value, redirected->value) != 0))
		header.state = CREDENTIAL_INVALID;
	if (header.state != CREDENTIAL_GOOD)
		return header;

	if (strncasecmp(header.text, "Bearer", 6) != 0 ||
	    (header.text[6] != ' ' && header.text[6] != '\0'))
		return (
		    struct request_credential){ .state = CREDENTIAL_ABSENT };
	skip = 6 + strspn(header.text + 6, " ");
	header.text += skip;
	header.len -= skip;
	return header;
}

static struct request_credential
parse_token(const struct variable *found)
{
	struct request_credential token =
	    parse_header(&found[HTTP_OAUTH_TOKEN]);

	if (token.state == CREDENTIAL_ABSENT)
		token = parse_authorization(&found[HTTP_AUTHORIZATION],
		    &found[REDIRECT_HTTP_AUTHORIZATION]);
	if (token.state == CREDENTIAL_GOOD && !is_token(token.text, token.len))
		token.state = CREDENTIAL_INVALID;
	return token;
}

static bool
is_same(const struct request_credential *credential, const struct variable *id)
{
	return credential->state == CREDENTIAL_GOOD &&
	       credential->len == id->len &&
	       memcmp(credential->text, id->value, id->len) == 0;
}

/* For the log, so that a client's mistake must not put a secret there. */
static void
parse_id(struct request *request, const struct variable *found)
{
	const struct variable *id = &found[HTTP_X_REQUEST_ID];
	struct request_credential bearer = parse_authorization(
	    &found[HTTP_AUTHORIZATION], &found[REDIRECT_HTTP_AUTHORIZATION]);

	if (id->len == 0 || id->len > REQUEST_ID_MAX || id->twice ||
	    !is_token(id->value, id->len) || is_same(&request->token, id) ||
	    is_same(&bearer, id) || is_same(&request->api_key, id))
		return;
	request->id = id->value;
	request->id_len = id->len;
}

static bool
is_navigation(const struct request *request, const struct variable *accept)
{
	return request->token.state == CREDENTIAL_ABSENT &&
	       request->api_key.state == CREDENTIAL_ABSENT &&
	       accept->value != NULL && !accept->twice &&
	       accept_prefers_html(accept->value);
}

void
request_parse(struct request *request, const char *const *variables)
{
	struct variable found[VARIABLES];

	read_variables(found, variables);
	*request = (struct request){
		.method = parse_method(&found[REQUEST_METHOD]),
		.query = "",
		.api_key = parse_header(&found[HTTP_X_API_KEY]),
		.token = parse_token(found),
	};
	parse_id(request, found);
	parse_path(request, found);
	request->navigates = is_navigation(request, &found[HTTP_ACCEPT]);
	if (found[QUERY_STRING].value != NULL) {
		request->query = found[QUERY_STRING].value;
		request->query_len = found[QUERY_STRING].len;
	}
	for (int i = 0; i < VARIABLES; i++)
		if (names[i].header != NULL &&
		    found[i].len > REQUEST_HEADER_MAX)
			request->header_too_large = true;
}

void
request_describe(FILE *out)
{
	for (int i = 0; i < VARIABLES; i++)
		if (names[i].help != NULL)
			fprintf(out, "  %s\n      %s\n", names[i].header,
			    names[i].help);
}
