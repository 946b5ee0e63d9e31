/*
 * response.c - status, header block and body (contract, sections 3 and 5).
 *
 * Pure.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "response.h"

#define METHODS "GET, HEAD, OPTIONS"

/* Of every answer. */
#define COMMON_HEADERS                                     \
	"Content-Type: application/json\r\n"               \
	"Cache-Control: no-store\r\n"                      \
	"X-Content-Type-Options: nosniff\r\n"              \
	"Accept-Ranges: none\r\n"                          \
	"Access-Control-Allow-Origin: *\r\n"               \
	"Access-Control-Expose-Headers: "                  \
	"Link, X-Total-Count, X-Request-Id, Retry-After, " \
	"WWW-Authenticate\r\n"

#define REALM "WWW-Authenticate: Bearer realm=\"oauth_access_tokens\""

enum challenge {
	CHALLENGE_NONE,
	CHALLENGE_TOKEN, /* error="invalid_token" where a token was sent */
	CHALLENGE_SCOPE, /* error="insufficient_scope" */
};

static const struct error {
	int status;
	const char *reason; /* RFC 9110, section 15, and RFC 6585 */
	const char *type;
	const char *message;
	const char *headers; /* further ones */
	enum challenge challenge;
} errors[] = {
	[ERROR_METHOD_NOT_ALLOWED] = { 405, "Method Not Allowed",
	    "method_not_allowed", "Allowed methods: " METHODS ".",
	    "Allow: " METHODS "\r\n", CHALLENGE_NONE },
	[ERROR_NOT_FOUND] = { 404, "Not Found", "record_not_found",
	    "Record not found.", "", CHALLENGE_NONE },
	[ERROR_INVALID_PARAMETER] = { 400, "Bad Request", "invalid_parameter",
	    "Invalid parameter.", "", CHALLENGE_NONE },
	[ERROR_QUERY_TOO_LARGE] = { 414, "URI Too Long", "request_too_large",
	    "The query is over 4096 bytes.", "", CHALLENGE_NONE },
	[ERROR_HEADER_TOO_LARGE] = { 431, "Request Header Fields Too Large",
	    "request_too_large", "A header is over 6144 bytes.", "",
	    CHALLENGE_NONE },
	[ERROR_HEADERS_TOO_MANY] = { 431, "Request Header Fields Too Large",
	    "request_too_large", "The headers are too many, or too large.", "",
	    CHALLENGE_NONE },
	[ERROR_INVALID_API_KEY] = { 401, "Unauthorized", "invalid_api_key",
	    "Invalid API key.", "", CHALLENGE_TOKEN },
	[ERROR_INVALID_TOKEN] = { 401, "Unauthorized", "invalid_oauth_token",
	    "Invalid OAuth token.", "", CHALLENGE_TOKEN },
	[ERROR_EXPIRED_TOKEN] = { 401, "Unauthorized", "expired_oauth_token",
	    "Expired OAuth token.", "", CHALLENGE_TOKEN },
	[ERROR_NOT_A_VIEWER] = { 403, "Forbidden", "unauthorized_access",
	    "Unauthorized access.", "", CHALLENGE_SCOPE },
	[ERROR_UNAVAILABLE] = { 503, "Service Unavailable",
	    "service_unavailable", "The database is not available.",
	    "Retry-After: 1\r\n", CHALLENGE_NONE },
	[ERROR_TIMEOUT] = { 504, "Gateway Timeout", "database_timeout",
	    "The database did not answer in time.", "Retry-After: 1\r\n",
	    CHALLENGE_NONE },
	[ERROR_INTERNAL] = { 500, "Internal Server Error", "internal_error",
	    "Internal error.", "", CHALLENGE_NONE },
};

/*
 * Append to the head.  It never overflows: all that goes in is of this file
 * but a Link, which has its own bound.
 */
static void __attribute__((format(printf, 2, 3)))
add_head(struct response *response, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(response->head + response->head_len,
	    sizeof response->head - response->head_len, format, args);
	va_end(args);
	response->head_len += (size_t)n;
}

static void
start_head(struct response *response, int status, const char *reason)
{
	response->status = status;
	response->head_len = 0;
	add_head(response,
	    "Status: %d %s\r\n" COMMON_HEADERS "X-Request-Id: %s\r\n", status,
	    reason, response->request_id);
}

static void
finish_head(struct response *response)
{
	add_head(response, "Content-Length: %zu\r\n\r\n", response->body_len);
}

void
response_begin(struct response *response, const char *request_id)
{
	snprintf(response->request_id, sizeof response->request_id, "%s",
	    request_id);
	response->list = NULL;
}

void
response_set_error(struct response *response, enum response_error kind,
    const char *message, bool token_sent)
{
	const struct error *error = &errors[kind];

	if (message == NULL)
		message = error->message;
	response->list = NULL;
	response->body = response->error_body;
	response->body_len =
	    (size_t)snprintf(response->error_body, sizeof response->error_body,
	        "{\"error\": {\"code\": %d, \"message\": \"%s\", "
	        "\"type\": \"%s\"}, \"status\": %d}",
	        error->status, message, error->type, error->status);

	start_head(response, error->status, error->reason);
	add_head(response, "%s", error->headers);
	if (error->challenge == CHALLENGE_SCOPE)
		add_head(response, REALM ", error=\"insufficient_scope\"\r\n");
	else if (error->challenge == CHALLENGE_TOKEN && token_sent)
		add_head(response,
		    REALM ", error=\"invalid_token\", "
		          "error_description=\"%s\"\r\n",
		    message);
	else if (error->challenge == CHALLENGE_TOKEN)
		add_head(response, REALM "\r\n");
	finish_head(response);
}

void
response_set_options(struct response *response)
{
	response->list = NULL;
	response->body = "";
	response->body_len = 0;
	start_head(response, 204, "No Content");
	/* No Content-Length in a 204: RFC 9110, section 8.6. */
	add_head(response,
	    "Allow: " METHODS "\r\n"
	    "Access-Control-Allow-Methods: " METHODS "\r\n"
	    "Access-Control-Allow-Headers: "
	    "Authorization, OAUTH-TOKEN, X-API-KEY, X-Request-Id, "
	    "Content-Type\r\n"
	    "Access-Control-Max-Age: 7200\r\n\r\n");
}

void
response_set_list(struct response *response, char *list, size_t len,
    int64_t count, const char *link)
{
	response->list = list;
	response->body = list;
	response->body_len = len;
	start_head(response, 200, "OK");
	add_head(response, "X-Total-Count: %" PRId64 "\r\n", count);
	if (link[0] != '\0')
		add_head(response, "Link: %s\r\n", link);
	finish_head(response);
}

void
response_drop_body(struct response *response)
{
	response->body_len = 0;
}

void
response_clear(struct response *response)
{
	/* Its Link may repeat the API key. */
	explicit_bzero(response->head, response->head_len);
	if (response->list != NULL)
		explicit_bzero(response->list, strlen(response->list));
	free(response->list);
	response->list = NULL;
}
