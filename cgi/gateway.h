/*
 * gateway.h - the web server's side: one face for FastCGI and CGI.
 */
#ifndef GATEWAY_H
#define GATEWAY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "config.h"

/* Who called us? */
enum gateway_mode {
	GATEWAY_FASTCGI, /* descriptor 0 is a listening socket */
	GATEWAY_CGI,     /* GATEWAY_INTERFACE is set: argv is the client's */
	GATEWAY_NONE,    /* no web server: a person, or a script */
};

enum gateway_mode gateway_detect(void);

/*
 * The time that a whole answer may take, in multiples of write_timeout_ms,
 * which is the time for its next part.
 */
#define GATEWAY_WRITE_FACTOR 12

/*
 * Prepare to serve in this mode.  SIGTERM, SIGINT, SIGUSR1 and SIGHUP end a
 * FastCGI process between two requests and never within one, as listener.h
 * says; in CGI mode they are ignored, as the one request is bounded in time.
 *
 * config         must outlive the process; request_timeout_ms, within which a
 *                request must arrive, and write_timeout_ms are used
 * busy_since_ms  gets the moment, of clock_now_ms(), since which a connection
 *                is served without progress; 0 while none is served.  NULL: the
 *                process is alone
 *
 * Returns false when it cannot be done.
 */
bool gateway_open(enum gateway_mode mode, const struct config *config,
    _Atomic int64_t *busy_since_ms) __attribute__((warn_unused_result));

struct gateway_request {
	/* "NAME=value", NULL at the end; they live until gateway_reply(). */
	const char *const *variables;
	bool queued;    /* it was there before the last one was finished */
	bool too_large; /* too many or too long to be handed over: no variables
	                 */
};

/*
 * Wait for the next request, without a limit.
 *
 * Returns false when there is none any more: after the one of CGI, or when
 * the process is asked to stop.  A request is dropped, and its connection
 * closed, if it is not whole, is late, or breaks the rules of records.h: the
 * web server then answers 5xx.
 */
bool gateway_next(struct gateway_request *request)
    __attribute__((warn_unused_result));

/*
 * Send the answer to the request of gateway_next(), a CGI header block (RFC
 * 3875, section 6) with its empty line and a body, finish it, and wipe its
 * records and variables (a read buffer of libfcgi's own is out of reach).
 * Blocks at most write_timeout_ms without progress, and GATEWAY_WRITE_FACTOR
 * times that in all.  An answer that was not taken in time, or whose server is
 * gone, is cut; its Content-Length shows it.
 */
void gateway_reply(
    const char *head, size_t head_len, const char *body, size_t body_len);

/* Give back what gateway_open() took; the socket stays open. */
void gateway_close(void);

/* libfcgi's version at build time, as in "2.4.2"; static text. */
const char *gateway_library_version(void);

/* One of the two ways, for gateway.c alone. */
struct gateway_way {
	bool (*open)(
	    const struct config *config, _Atomic int64_t *busy_since_ms);
	bool (*next)(struct gateway_request *request);
	/* Write a part of the answer, at most room bytes; its length, or -1. */
	ssize_t (*write)(const char *data, size_t len);
	/* What may be written before poll(2) is asked, and then each time. */
	size_t first_room, room;
	/* The descriptor to ask. */
	int (*output)(void);
	/* Is there a body to take off it first?  NULL: never. */
	bool (*has_body)(void);
	void (*take_body)(void);
	/* Finish the request; written: all of the answer. */
	void (*finish)(bool written);
	void (*close)(void);
};

extern const struct gateway_way gateway_cgi, gateway_fastcgi;

#endif
