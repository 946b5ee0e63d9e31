/*
 * supervisor.h - processes that share the listening socket, kept alive.
 *
 * For web servers that do not mind their FastCGI processes themselves.  The
 * parent sees no request and asks no database: it starts children, waits for
 * signals, and replaces what has ended.
 */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct supervisor_limits {
	int64_t
	    budget_ms; /* a child busy for longer without progress is killed */
	int64_t stop_ms; /* so is a child that has not ended this long after it
	                  * was asked to */
	bool successor;  /* see supervisor_succeed() */
};

/*
 * Keep n children (1 ...) until asked to stop.
 *
 * SIGTERM, SIGINT or SIGUSR1: they get SIGTERM, and when all have ended it
 * returns.  (Not so in a process that has taken the first one's place, where
 * these are as SIGHUP: see supervisor_succeed().)  SIGHUP: they get SIGHUP one
 * by one, each when its predecessor is replaced.  One that ends by itself is
 * replaced: at once after status 0 or a second of life, else after a pause that
 * doubles from 100 ms to 5 s.
 *
 * limits         must outlive the process
 * busy_since_ms  in a child, gets the place where the child notes since which
 *                moment of clock_now_ms() it is busy without progress; 0: it is
 *                not busy
 *
 * Returns true in a worker, and in the only process when memory ran out: go on
 * and serve, then ask supervisor_succeed().  Returns false in the parent, at
 * the end.
 */
bool supervisor_run(int n, const struct supervisor_limits *limits,
    _Atomic int64_t **busy_since_ms);

/*
 * When the parent is killed its children get SIGTERM.  Not so with
 * limits->successor: then they get SIGHUP, and the first that asks here takes
 * the parent's place.  lighttpd needs that: it does not start the program again
 * while the socket answers.  For the same reason all end as soon as the process
 * has ended that started the first parent.
 *
 * Returns true in that one: call supervisor_run() again.
 */
bool supervisor_succeed(void);

#endif
