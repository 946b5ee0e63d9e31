/*
 * dial.h - an attempt to connect, step by step: one of the database's hosts,
 * and one address of its name, after the other, each by its share of the time.
 *
 * PQconnectPoll() has no time limit for each host, so that a silent one would
 * take all.  It gets one address at a time.
 *
 * A step blocks only for the lookup of a host's name, which the C library
 * does; each name is looked up when its turn comes: once in an attempt, or
 * twice with prefer-standby.
 */
#ifndef DIAL_H
#define DIAL_H

#include "conninfo.h"

#define DIAL_WORDS 801 /* bytes; a line of the log has room for more before */

/* What libpq is to connect to, in place of the connection string's lists. */
struct dial_target {
	struct host host;          /* "" is left to libpq */
	bool several;              /* there are others */
	const char *session;       /* target_session_attrs; NULL: as it is */
	const char *user_timeout;  /* tcp_user_timeout; NULL: as it is */
	const char *lookup_failed; /* why its name has no address; or NULL */
	int64_t end_ms;            /* of the step */
};

struct dial {
	struct hosts *memory;
	struct conninfo_view view;
	int64_t end_ms;
	size_t n; /* hosts; 0: libpq has the lists as they are */
	struct host hosts[HOSTS_MAX];
	size_t order[HOSTS_MAX];
	size_t at, passes; /* hosts done, counting each pass */
	size_t addresses;  /* of the name in turn, 0: libpq looks it up */
	struct host names[HOSTS_MAX]; /* the host, with each of them */
	size_t names_order[HOSTS_MAX];
	const char *lookup_failed; /* why it has none; or NULL */
	size_t address_at;         /* addresses done */
	int64_t host_end_ms;       /* of its share */
	char user_timeout[24];     /* in place of none */
	char words[DIAL_WORDS];    /* see dial_say() */
	struct dial_target target;
};

/*
 * Begin an attempt.
 *
 * memory    which hosts have failed; is kept up to date
 * limit_ms  what an attempt may take; where several hosts are named, and the
 *           connection string says nothing else, a connection that brings no
 *           data through for half as long is lost (tcp_user_timeout)
 * end_ms    this attempt's end
 */
void dial_begin(struct dial *dial, const struct conninfo *conninfo,
    struct hosts *memory, int64_t limit_ms, int64_t end_ms);

/* The next target, which lives until the next call; NULL: no more. */
const struct dial_target *dial_next(struct dial *dial);

/* Note how that target fared, in this attempt or after it. */
void dial_note(struct dial *dial, enum db_result result);

/*
 * Say why that target failed, in a line of two parts.  The dial's words say so
 * of each target.  Where there are several, each host has its share of the room
 * and is named: by its address, its socket or its place in the list, as a name
 * that nobody knows may be a piece of a password.
 */
void dial_say(struct dial *dial, const char *what, const char *words);

/* End the attempt. */
void dial_end(struct dial *dial);

#endif
