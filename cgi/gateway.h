/*
 * gateway.h - the web server's side: FastCGI (FastCGI Specification 1.0) on a
 * listening socket at descriptor 0, or one CGI request (RFC 3875).  The only
 * file that knows libfcgi.
 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdbool.h>

#include "response.h"

/* Who called us? */
enum gateway_mode {
	GATEWAY_FASTCGI, /* descriptor 0 is a listening socket */
	GATEWAY_CGI,     /* GATEWAY_INTERFACE is set: argv is the client's */
	GATEWAY_NONE,    /* no web server: a person, or a script */
};

enum gateway_mode gateway_detect(void);

/*
 * Take up the mode: signals and, for FastCGI, libfcgi.  SIGTERM, SIGINT and
 * SIGUSR1 end a FastCGI process between two requests and never within one; a
 * CGI process dies of them, as its server expects.
 *
 * Returns false when libfcgi cannot start.
 */
bool gateway_open(enum gateway_mode mode) __attribute__((warn_unused_result));

/*
 * Wait for the next request, without a limit.
 *
 * variables  gets "NAME=value" strings, NULL at the end; they live until
 *            gateway_reply()
 *
 * Returns false when there is none any more: after the one of CGI, or when
 * the process is asked to stop.  A request that did not arrive whole is
 * dropped and not returned.
 */
bool gateway_next(const char *const **variables)
    __attribute__((warn_unused_result));

/* Send the answer to the request of gateway_next(), and finish it. */
void gateway_reply(const struct response *response);

/* libfcgi's version at build time, as in "2.4.2"; static text. */
const char *gateway_library_version(void);

#endif
