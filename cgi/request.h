/*
 * request.h - CGI variables (RFC 3875, section 4.1) as a request.
 *
 * Pure, except request_describe(), which prints.  Knows which variables matter
 * and what a token may look like; says what it found and leaves the order of
 * the checks to endpoint.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define REQUEST_PATH_MAX   256  /* decoded; raw, 3 times that */
#define REQUEST_TOKEN_MAX  4096 /* characters of a token */
#define REQUEST_HEADER_MAX 6144 /* bytes of a header that is answered */
#define REQUEST_ID_MAX     64   /* characters of a request's id */

enum request_method {
	REQUEST_GET,
	REQUEST_HEAD,
	REQUEST_OPTIONS,
	REQUEST_DELETE,
	REQUEST_OTHER, /* any other, or none */
};

/* Their names, but not of REQUEST_OTHER. */
extern const char *const request_methods[REQUEST_OTHER];

/* A credential that the client sent in a header. */
struct request_credential {
	enum {
		CREDENTIAL_ABSENT,  /* not sent, or empty */
		CREDENTIAL_INVALID, /* ill-formed, or sent twice */
		CREDENTIAL_GOOD,
	} state;
	const char *text; /* only when good; inside a variable's text */
	size_t len;       /* bytes */
};

struct request {
	enum request_method method;
	/*
	 * The path decoded, absolute, without "//", dot segments or trailing
	 * slash; NUL-terminated; "" where it is not to be had, or longer.
	 */
	char path[REQUEST_PATH_MAX + 1];
	bool path_has_nul;     /* "%00", or one that a server has decoded */
	const char *query;     /* inside a variable's text; "" when absent */
	size_t query_len;      /* bytes */
	bool header_too_large; /* one of ours is over REQUEST_HEADER_MAX */
	struct request_credential api_key; /* X-API-KEY: any text */
	struct request_credential token;   /* OAUTH-TOKEN, else Bearer */
	/*
	 * A person went to the address with a browser: Accept, sent once,
	 * prefers HTML to JSON, and there is no credential in a header.
	 */
	bool navigates;
	/*
	 * X-Request-Id, for the log: of a token's form, and at most
	 * REQUEST_ID_MAX long.  NULL when absent, ill-formed, sent twice, or
	 * the same as one of the credentials.
	 */
	const char *id;
	size_t id_len; /* bytes */
};

/*
 * Read a request.
 *
 * request    gets the result, with pointers into variables
 * variables  "NAME=value" strings, NULL at the end, as in environ; in any
 *            order; a name may occur twice; must outlive request
 *
 * A token is RFC 6750's b64token (section 2.1), 1 ... REQUEST_TOKEN_MAX
 * characters.  It is invalid when ill-formed, when its variable occurs twice,
 * and when HTTP_AUTHORIZATION and REDIRECT_HTTP_AUTHORIZATION differ.
 * OAUTH-TOKEN is preferred to Authorization; an empty header, which some
 * servers drop by themselves, counts as absent.
 */
void request_parse(struct request *request, const char *const *variables);

/* Print the headers that are read, for --help. */
void request_describe(FILE *out);

#endif
