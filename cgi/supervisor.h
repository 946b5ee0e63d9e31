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

/*
 * Keep n children (1 ...) until asked to stop.
 *
 * SIGTERM, SIGINT or SIGUSR1: they get SIGTERM, and when all have ended it
 * returns.  SIGHUP: they are replaced, one by one.  One that ends by itself is
 * replaced: at once after status 0 or a second of life, else after a pause that
 * doubles from 100 ms to 5 s.  When the parent is gone they get SIGTERM.
 *
 * budget_ms      a child that is busy for longer is killed
 * busy_since_ms  gets, in a child, where it is to note since when it is busy,
 *                on wait_now_ms()'s clock, and 0 when it is not
 *
 * Returns true in a child, which is to serve and then to exit, or where memory
 * ran out at the start; false in the parent, at the end.
 */
bool supervisor_run(int n, int64_t budget_ms, _Atomic int64_t **busy_since_ms);

#endif
