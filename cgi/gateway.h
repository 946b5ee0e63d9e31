/*
 * gateway.h - the web server's side: FastCGI (FastCGI Specification 1.0) on a
 * listening socket at descriptor 0, or one CGI request (RFC 3875).  The only
 * file that knows libfcgi.
 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "config.h"
#include "response.h"

/* Who called us? */
enum gateway_mode {
	GATEWAY_FASTCGI, /* descriptor 0 is a listening socket */
	GATEWAY_CGI,     /* GATEWAY_INTERFACE is set: argv is the client's */
	GATEWAY_NONE,    /* no web server: a person, or a script */
};

enum gateway_mode gateway_detect(void);

/*
 * Take up the mode.  SIGTERM, SIGINT, SIGUSR1 and SIGHUP end a FastCGI process
 * between two requests and never within one; in CGI mode they are ignored, as
 * the one request is bounded in time.
 *
 * config         must outlive the process; request_timeout_ms, within which a
 *                request must arrive, and write_timeout_ms, within which its
 *                answer must be taken, are used
 * busy_since_ms  where to note since when, on wait_now_ms()'s clock, a
 *                connection is being served, and 0 when none is; may be NULL
 *
 * Returns false when it cannot be done.
 */
bool gateway_open(enum gateway_mode mode, const struct config *config,
    _Atomic int64_t *busy_since_ms) __attribute__((warn_unused_result));

struct gateway_request {
	/* "NAME=value", NULL at the end; they live until gateway_reply(). */
	const char *const *variables;
	bool queued; /* it was there before the last one was finished */
};

/*
 * Wait for the next request, without a limit.
 *
 * Returns false when there is none any more: after the one of CGI, or when
 * the process is asked to stop.  A request that does not arrive whole, in
 * time, and as records.h wants it is dropped, and its connection closed: the
 * web server answers 5xx.
 */
bool gateway_next(struct gateway_request *request)
    __attribute__((warn_unused_result));

/*
 * Send the answer to the request of gateway_next(), finish it, and wipe its
 * records and variables (a read buffer of libfcgi's own is out of reach).
 * Blocks at most write_timeout_ms for the answer, and then request_timeout_ms
 * for what the server still sends.  An answer that was not taken in time, or
 * whose server is gone, is cut; its Content-Length shows it.
 */
void gateway_reply(const struct response *response);

/* libfcgi's version at build time, as in "2.4.2"; static text. */
const char *gateway_library_version(void);

#endif
