/*
 * hosts.h - when to try to connect to the database's host.
 *
 * Pure: the clock is a parameter, in milliseconds of clock_now_ms().
 *
 * While the database is away there is a second from the end of an attempt to
 * the next.  A request in between waits for that attempt, so that the first
 * one after the database is back finds it; but where requests queue up, those
 * behind another share the result of the last attempt.  One failure alone may
 * be an accident, so all wait for the second.
 */
#ifndef HOSTS_H
#define HOSTS_H

#include <stdbool.h>
#include <stdint.h>

#include "verdict.h"

#define HOSTS_RETRY_MS 1000 /* from an attempt that failed to the next */

struct hosts {
	enum db_result last; /* of the last attempt */
	int failures;        /* attempts in a row */
	int64_t retry_ms;    /* no attempt before; 0: at once */
};

/* No attempt has been made. */
#define HOSTS_INITIAL ((struct hosts){ .last = DB_UNAVAILABLE })

/*
 * When may a request try to connect?
 *
 * patient  was the request not there yet when the last one was answered?
 * end_ms   the request's end
 *
 * Returns the moment, which may have passed; or -1: not in this request, whose
 * result is that of the last attempt.
 */
int64_t hosts_when(
    const struct hosts *hosts, bool patient, int64_t now_ms, int64_t end_ms);

/*
 * Should a failed attempt be repeated at once?  Yes, if the attempt before
 * succeeded: a restart or an accident may have ended that connection.
 */
bool hosts_try_again(const struct hosts *hosts, enum db_result result);

/* Note the result of an attempt. */
void hosts_note(struct hosts *hosts, enum db_result result, int64_t now_ms);

#endif
