/*
 * errors.h - every error that a client may see: oauth_access_tokens(8), ERRORS.
 *
 * Pure, except errors_describe(), which prints.  The table in errors.c is the
 * only place that knows statuses, types and messages.
 */
#ifndef ERRORS_H
#define ERRORS_H

#include <stdio.h>

enum error {
	ERROR_NONE, /* not one: no row of the table */
	ERROR_NOT_FOUND,
	ERROR_METHOD_NOT_ALLOWED,
	ERROR_QUERY_TOO_LARGE,
	ERROR_HEADER_TOO_LARGE,
	ERROR_HEADERS_TOO_MANY,
	ERROR_INVALID_PARAMETER,
	ERROR_INVALID_API_KEY,
	ERROR_INVALID_TOKEN,
	ERROR_EXPIRED_TOKEN,
	ERROR_NOT_A_VIEWER,
	ERROR_UNAVAILABLE,
	ERROR_READ_ONLY,
	ERROR_TIMEOUT,
	ERROR_INTERNAL,
	ERRORS,
};

/* What WWW-Authenticate says (RFC 6750, section 3). */
enum error_challenge {
	CHALLENGE_NONE,  /* it is not there */
	CHALLENGE_TOKEN, /* error="invalid_token" where a token was sent */
	CHALLENGE_SCOPE, /* error="insufficient_scope" */
};

struct error_row {
	int status;         /* HTTP's, 400 ... 504 */
	const char *reason; /* RFC 9110, section 15, and RFC 6585 */
	const char *type;
	const char *message; /* a sentence in ASCII, nothing to escape in JSON
	                      */
	const char *headers; /* further lines, each with its CRLF; or "" */
	enum error_challenge challenge;
};

/* By enum error. */
extern const struct error_row errors[ERRORS];

/* Print the table for --help: status and type, and below them the message. */
void errors_describe(FILE *out);

#endif
