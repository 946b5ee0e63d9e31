/*
 * response.h - status, header block and body: oauth_access_tokens(8), ANSWERS.
 *
 * Pure.  An error needs no memory from the heap, so that running out of it is
 * an error like others.
 */
#ifndef RESPONSE_H
#define RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "errors.h"
#include "links.h"
#include "log.h"
#include "request.h"

struct response {
	char request_id[REQUEST_ID_MAX + 1]; /* for X-Request-Id */
	bool varies; /* another Accept could have got another answer */
	size_t head_len;
	char head[1536 + LINKS_SIZE]; /* CGI header block with its empty line */
	size_t body_len;
	const char *body;     /* the page or one of these; never NULL */
	char error_body[512]; /* room for an error's JSON */
	char *tokens;         /* tokens' JSON, owned; or NULL */
	struct log_facts facts;
};

/*
 * Begin a response; what is made of it below carries the request's id, and
 * notes status and error in facts.
 *
 * request_id  at most REQUEST_ID_MAX characters, printable ASCII
 *
 * Set varies afterwards, where it is true.
 */
void response_begin(struct response *response, const char *request_id);

/*
 * Make an error.
 *
 * message     a sentence in ASCII without quotes or backslashes, or NULL for
 *             the one of the table
 * token_sent  did the client send a token?  A 401 then says that it is not
 *             valid (RFC 6750, section 3)
 */
void response_set_error(struct response *response, enum error error,
    const char *message, bool token_sent);

/*
 * Make the error of a method that the address does not have.
 *
 * methods  those it has, as route_methods() writes them
 */
void response_set_not_allowed(struct response *response, const char *methods);

/*
 * Make the answer to OPTIONS: 204 with what CORS and the client may use.
 *
 * methods  as above
 */
void response_set_options(struct response *response, const char *methods);

/*
 * Make the answer with a list, or with other JSON.
 *
 * text   JSON of len bytes and a NUL, from malloc(); owned by response from now
 *        on
 * list   has X-Total-Count, where it was counted
 * link   the value of Link, or "" for none; at most LINKS_SIZE bytes
 */
void response_set_list(struct response *response, char *text, size_t len,
    const struct token_list *list, const char *link);
void response_set_json(struct response *response, char *text, size_t len);

/* Make the answer that says "done", without a body: 204. */
void response_set_done(struct response *response);

/* Make the answer that says that lists can be read. */
void response_set_healthy(struct response *response);

/* Make the answer with the page for browsers: cgi/html/. */
void response_set_page(struct response *response);

/*
 * Add to a finished head how long the answer took: Server-Timing (W3C, "Server
 * Timing").
 *
 * database_us  of that, the time that the database took; 0: it was not asked
 */
void response_add_timing(
    struct response *response, int64_t database_us, int64_t total_us);

/* Keep the head, Content-Length included, and drop the body: for HEAD. */
void response_drop_body(struct response *response);

/*
 * Wipe what may hold a credential, and free what the response owns; it may be
 * begun again.
 */
void response_clear(struct response *response);

#endif
