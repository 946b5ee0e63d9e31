/*
 * response.c - status, header block and body.
 *
 * Pure.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "html.h" /* which cgi/html/embed makes */
#include "response.h"

#define JSON "application/json"
#define HTML "text/html; charset=utf-8"

/* Of every answer. */
#define COMMON_HEADERS                                     \
	"Cache-Control: no-store\r\n"                      \
	"X-Content-Type-Options: nosniff\r\n"              \
	"Accept-Ranges: none\r\n"                          \
	"Access-Control-Allow-Origin: *\r\n"               \
	"Access-Control-Expose-Headers: "                  \
	"Link, X-Total-Count, X-Request-Id, Retry-After, " \
	"WWW-Authenticate\r\n"

#define REALM "WWW-Authenticate: Bearer realm=\"oauth_access_tokens\""

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
start_head(struct response *response, int status, const char *reason,
    const char *media_type)
{
	response->facts.status = status;
	response->head_len = 0;
	add_head(response,
	    "Status: %d %s\r\n"
	    "Content-Type: %s\r\n" COMMON_HEADERS "%s"
	    "X-Request-Id: %s\r\n",
	    status, reason, media_type,
	    response->varies ? "Vary: Accept\r\n" : "", response->request_id);
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
	response->varies = false;
	response->tokens = NULL;
	response->facts = (struct log_facts){ .rows = 0 };
}

static void
add_challenge(struct response *response, const struct error_row *error,
    const char *message, bool token_sent)
{
	if (error->challenge == CHALLENGE_SCOPE)
		add_head(response, REALM ", error=\"insufficient_scope\"\r\n");
	else if (error->challenge == CHALLENGE_TOKEN && token_sent)
		add_head(response,
		    REALM ", error=\"invalid_token\", "
		          "error_description=\"%s\"\r\n",
		    message);
	else if (error->challenge == CHALLENGE_TOKEN)
		add_head(response, REALM "\r\n");
}

/* The body of an error, and its head except its end. */
static void
start_error(struct response *response, const struct error_row *error,
    const char *message)
{
	response->tokens = NULL;
	response->facts.error = error->type;
	response->body = response->error_body;
	response->body_len =
	    (size_t)snprintf(response->error_body, sizeof response->error_body,
	        "{\"error\": {\"code\": %d, \"message\": \"%s\", "
	        "\"type\": \"%s\"}, \"status\": %d}",
	        error->status, message, error->type, error->status);
	start_head(response, error->status, error->reason, JSON);
}

void
response_set_error(struct response *response, enum error kind,
    const char *message, bool token_sent)
{
	const struct error_row *error = &errors[kind];

	if (message == NULL)
		message = error->message;
	start_error(response, error, message);
	add_head(response, "%s", error->headers);
	add_challenge(response, error, message, token_sent);
	finish_head(response);
}

void
response_set_not_allowed(struct response *response, const char *methods)
{
	char message[64];

	snprintf(message, sizeof message, "Allowed methods: %s.", methods);
	start_error(response, &errors[ERROR_METHOD_NOT_ALLOWED], message);
	add_head(response, "Allow: %s\r\n", methods);
	finish_head(response);
}

/* No Content-Length in a 204: RFC 9110, section 8.6. */
static void
start_no_content(struct response *response)
{
	response->tokens = NULL;
	response->body = "";
	response->body_len = 0;
	start_head(response, 204, "No Content", JSON);
}

void
response_set_done(struct response *response)
{
	start_no_content(response);
	add_head(response, "\r\n");
}

void
response_set_options(struct response *response, const char *methods)
{
	start_no_content(response);
	add_head(response,
	    "Allow: %s\r\n"
	    "Access-Control-Allow-Methods: %s\r\n"
	    "Access-Control-Allow-Headers: "
	    "Authorization, OAUTH-TOKEN, X-API-KEY, X-Request-Id, "
	    "Content-Type\r\n"
	    "Access-Control-Max-Age: 7200\r\n\r\n",
	    methods, methods);
}

/* The body of tokens, and its head except its end. */
static void
start_tokens(struct response *response, char *text, size_t len)
{
	response->tokens = text;
	response->body = text;
	response->body_len = len;
	start_head(response, 200, "OK", JSON);
}

void
response_set_list(struct response *response, char *text, size_t len,
    const struct token_list *list, const char *link)
{
	start_tokens(response, text, len);
	if (!list->uncounted)
		add_head(
		    response, "X-Total-Count: %" PRId64 "\r\n", list->count);
	if (link[0] != '\0')
		add_head(response, "Link: %s\r\n", link);
	finish_head(response);
}

void
response_set_json(struct response *response, char *text, size_t len)
{
	start_tokens(response, text, len);
	finish_head(response);
}

/* A body that is always the same, and its head except its end. */
static void
start_constant(struct response *response, const char *body, size_t len,
    const char *media_type)
{
	response->tokens = NULL;
	response->body = body;
	response->body_len = len;
	start_head(response, 200, "OK", media_type);
}

void
response_set_healthy(struct response *response)
{
	static const char body[] = "{\"status\": \"ok\"}";

	start_constant(response, body, sizeof body - 1, JSON);
	finish_head(response);
}

void
response_set_page(struct response *response)
{
	start_constant(response, html_page, sizeof html_page - 1, HTML);
	add_head(response, "Content-Security-Policy: " HTML_POLICY "\r\n"
	                   "Referrer-Policy: no-referrer\r\n");
	finish_head(response);
}

void
response_add_timing(
    struct response *response, int64_t database_us, int64_t total_us)
{
	response->head_len -= strlen("\r\n"); /* the empty line */
	add_head(response, "Server-Timing: ");
	if (database_us > 0)
		add_head(response, "db;dur=%.3f, ", (double)database_us / 1000);
	add_head(response, "total;dur=%.3f\r\n\r\n", (double)total_us / 1000);
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
	if (response->tokens != NULL)
		explicit_bzero(response->tokens, strlen(response->tokens));
	free(response->tokens);
	response->tokens = NULL;
}
