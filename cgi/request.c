/*
 * request.c - CGI variables (RFC 3875, section 4.1) as a request.
 *
 * Pure.
 */
#include <string.h>
#include <strings.h>

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
	VARIABLES,
};

#define VARIABLE(name, is_header) \
	[name] = { #name, sizeof #name - 1, is_header }

static const struct {
	const char *name;
	size_t len;
	bool is_header; /* the client's, within REQUEST_HEADER_MAX */
} names[VARIABLES] = {
	VARIABLE(REQUEST_METHOD, false),
	VARIABLE(REQUEST_URI, false),
	VARIABLE(SCRIPT_NAME, false),
	VARIABLE(PATH_INFO, false),
	VARIABLE(QUERY_STRING, false),
	VARIABLE(HTTP_OAUTH_TOKEN, true),
	VARIABLE(HTTP_AUTHORIZATION, true),
	/* Where Apache's mod_rewrite puts it. */
	VARIABLE(REDIRECT_HTTP_AUTHORIZATION, true),
	VARIABLE(HTTP_X_API_KEY, true),
	VARIABLE(HTTP_X_REQUEST_ID, true),
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

static enum request_method
parse_method(const struct variable *method)
{
	static const char *const methods[] = {
		[REQUEST_GET] = "GET",
		[REQUEST_HEAD] = "HEAD",
		[REQUEST_OPTIONS] = "OPTIONS",
	};

	for (int i = 0; i < REQUEST_OTHER; i++)
		if (method->value != NULL &&
		    strcmp(method->value, methods[i]) == 0)
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

static void
parse_path(
    struct request *request, const struct variable *found, const char *program)
{
	char path[3 * REQUEST_PATH_MAX + 1]; /* "%XX" and "//" shrink */

	if (found[REQUEST_URI].len > 0
	        ? !decode_uri(path, sizeof path, &found[REQUEST_URI])
	        : !join_script(path, sizeof path, &found[SCRIPT_NAME],
	              &found[PATH_INFO]))
		return;
	if (path[0] != '/')
		return;
	normalise_path(path);
	if (strlen(path) <= REQUEST_PATH_MAX &&
	    (ends_with(path, "/oauth_access_tokens") ||
	        ends_with(path, "/pipelines/oauth_access_tokens/logs") ||
	        is_program(path, program)))
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

void
request_parse(
    struct request *request, const char *const *variables, const char *program)
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
	parse_path(request, found, program);
	if (found[QUERY_STRING].value != NULL) {
		request->query = found[QUERY_STRING].value;
		request->query_len = found[QUERY_STRING].len;
	}
	for (int i = 0; i < VARIABLES; i++)
		if (names[i].is_header && found[i].len > REQUEST_HEADER_MAX)
			request->header_too_large = true;
}
