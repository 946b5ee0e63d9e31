/*
 * log.h - one line on standard error, which is the web server's error log.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOG_ID_MAX      64  /* bytes of a request's id */
#define LOG_MESSAGE_MAX 900 /* bytes of a message that are written */

/*
 * Say which request the lines that follow are about; the milliseconds in
 * them count from this call.
 *
 * id   one to LOG_ID_MAX printable characters, which are copied; NULL: one is
 *      made up, of 16 hexadecimal digits
 * len  of id, in bytes
 *
 * Returns the request's id, which lives until the next request.
 */
const char *log_begin_request(const char *id, size_t len);

/* In a process that was forked: make up other ids than its parent. */
void log_begin_process(void);

/* How long ago the request began, in microseconds. */
int64_t log_request_us(void);

/* What the log says of a request that was answered; texts are our own. */
struct log_facts {
	const char *method;  /* NULL: one that no address has */
	const char *address; /* the end of its path; NULL: not one of ours */
	int status;          /* HTTP's */
	const char *error;   /* the type of the error; NULL: none */
	int64_t rows;        /* tokens that were shown or ended */
	bool user_known;     /* the caller was let in */
	int64_t user_id;     /* of the caller, where known */
	int64_t database_us; /* that the database took */
};

/*
 * Write a line for machines about the request, "NAME=VALUE" with a space
 * between them: time (UTC, RFC 3339), request (its id), method, address,
 * status, error, rows, user, database_ms, total_ms.  A value that is not known
 * is "-".
 *
 * Never blocks, and keeps no line back.
 */
void log_request(const struct log_facts *facts);

/* The lines that follow are about the process. */
void log_end_request(void);

/*
 * Write "oauth_access_tokens: ", a message and, within a request, its id and
 * milliseconds, as one line in one write(2).  The same message is written once
 * in ten seconds, and then tells how often it was held back.
 *
 * A newline or tab becomes a space, what else is not printable ASCII a "?"; a
 * longer message is cut at 900 bytes.  Never blocks: what a full pipe has no
 * room for is lost.  Never give it a token, a key, a password, a query string
 * or libpq's message about a connection string.
 */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
