/*
 * conninfo.h - a connection string, and what libpq makes of it with its
 * variables, its files and its defaults.
 *
 * conninfo.c knows libpq's options; connection.c the rest of libpq.
 */
#ifndef CONNINFO_H
#define CONNINFO_H

#include <stdbool.h>
#include <stddef.h>

#include "hosts.h"

struct conninfo;

/*
 * Read a connection string.
 *
 * text   libpq's connection string; NULL leaves all to libpq's variables and
 *        files
 * wrong  on failure, what is wrong with the string, static text without a
 *        secret
 *
 * Returns NULL on failure, also when memory ran out.
 */
struct conninfo *conninfo_new(const char *text, const char **wrong);

/* What the string, the section of the service file and the variables name. */
struct conninfo_view {
	struct hosts_lists lists;
	const char *session; /* target_session_attrs; or NULL */
	bool shuffled;       /* load_balance_hosts=random */
	bool user_timeout;   /* tcp_user_timeout is given */
	void *owned;
};

/*
 * Look at it as it is now: libpq reads its files anew for each connection.  A
 * service that is missing leaves the view empty; connecting says so.
 */
void conninfo_look(const struct conninfo *conninfo, struct conninfo_view *view);
void conninfo_look_away(struct conninfo_view *view);

/* A keyword in place of the string's; ignored when its value is NULL or "". */
struct conninfo_override {
	const char *keyword, *value;
};

#define CONNINFO_MAX 64

/*
 * Write what PQconnectStartParams() takes: the string's keywords, and n
 * overrides, which win.  The texts live as long as both.
 */
void conninfo_parameters(const struct conninfo *conninfo,
    const struct conninfo_override *overrides, size_t n,
    const char *keywords[CONNINFO_MAX], const char *values[CONNINFO_MAX]);

/*
 * Take out of the environment what would lead libpq astray, before the first
 * connection: a HOME that is not the process's user's, and GSSAPI's encryption
 * unless PGGSSENCMODE asks for it.
 */
void conninfo_vet_environment(void);

/* Wipe what may be secret, and free.  Takes NULL. */
void conninfo_free(struct conninfo *conninfo);

#endif
