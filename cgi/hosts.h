/*
 * hosts.h - which of the database's hosts is tried next, and when.
 *
 * Pure: the clock is a parameter, in milliseconds of clock_now_ms().
 *
 * While the database is away there is a second from the end of an attempt to
 * the next.  A request in between waits for that attempt, so that the first
 * one after the database is back finds it; but where requests queue up, those
 * behind another share the result of the last attempt.  One failure alone may
 * be an accident, so all wait for the second.
 *
 * An attempt goes through all hosts, in the order of the connection string.
 * A host that failed is left for last for a while, and one that was silent
 * comes after all others, as only silence costs time.
 */
#ifndef HOSTS_H
#define HOSTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "verdict.h"

#define HOSTS_RETRY_MS 1000  /* from an attempt that failed to the next */
#define HOSTS_LAST_MS  30000 /* so long a host that failed is left for last */
#define HOSTS_STAYS    4     /* so often a pause is doubled */
#define HOSTS_MAX      16    /* hosts of a list, or addresses of a name */
#define HOSTS_MARKS    32

/* A host that failed. */
struct hosts_mark {
	uint64_t key;
	int64_t until_ms; /* it is left for last; 0: this is no mark */
	bool silent;
};

struct hosts {
	enum db_result last; /* of the last attempt */
	int failures;        /* attempts in a row */
	int64_t retry_ms;    /* no attempt before; 0: at once */
	int stays;           /* see hosts_stay() */
	struct hosts_mark marks[HOSTS_MARKS];
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

/*
 * For how long does a connection serve before it is replaced, in milliseconds?
 *
 * well    it is a new one, and no host was silent when it was made; else the
 *         next attempt, which may cost a request time, has to wait: for 30
 *         seconds, and each time twice as long, up to 8 minutes
 * max_ms  what the setting allows
 */
int64_t hosts_stay(struct hosts *hosts, bool well, int64_t max_ms);

/* libpq's lists, separated by commas, as "a,b" and "5432"; or NULL. */
struct hosts_lists {
	const char *name, *address, *port;
	const char *default_port; /* in place of one that is empty */
};

/* One of them; "" where it has no such part. */
struct host {
	char name[256]; /* or the directory of a Unix socket */
	char address[64];
	char port[16];
};

/*
 * Split the lists as libpq does (PostgreSQL 15, 34.1.1.3).  Returns how many
 * hosts there are; 0: let libpq have the lists as they are, because no host is
 * named, the lists do not fit together, a host of several has no name and no
 * address, or there are more than HOSTS_MAX.
 */
size_t hosts_split(
    struct host hosts[HOSTS_MAX], const struct hosts_lists *lists);

/* A number for a host, as good as unique. */
uint64_t hosts_key(const struct host *host);

/*
 * Put n hosts, by their keys, into the order in which they are tried.
 *
 * n      1 ... HOSTS_MAX
 * dice   0: the order of the list; else that order is shuffled by this number
 * order  gets n places of the list
 */
void hosts_order(const struct hosts *hosts, const uint64_t *keys, size_t n,
    uint64_t dice, int64_t now_ms, size_t *order);

/* Note how a host fared: DB_OK, DB_TIMEOUT (silent), or another failure. */
void hosts_mark(
    struct hosts *hosts, uint64_t key, enum db_result result, int64_t now_ms);

/* When the next one of some that are left must be done, so that all have the
 * same time until the end. */
int64_t hosts_share(int64_t now_ms, int64_t end_ms, size_t left);

#endif
