/*
 * wait.h - waiting with a deadline, on the clock that nobody sets back.
 */
#ifndef WAIT_H
#define WAIT_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC; never 0. */
int64_t wait_now_ms(void);

/*
 * Wait until a descriptor is ready for events (poll(2)'s), has failed or was
 * closed by the peer; -1 waits for the deadline alone.
 *
 * Returns what poll(2) found, or 0 when the deadline, a moment of
 * wait_now_ms(), came first.
 */
short wait_for(int fd, short events, int64_t deadline_ms);

#endif
