/*
 * wait.h - waiting with a deadline, on the clock that nobody sets back.
 */
#ifndef WAIT_H
#define WAIT_H

#include <signal.h>
#include <stddef.h>
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

/*
 * Block signals, so that they can be waited for (signalfd(2), sigtimedwait(2)),
 * those that the process inherited as ignored too.
 *
 * set      is filled with them
 * signals  n numbers
 */
void wait_block(sigset_t *set, const int *signals, size_t n);

#endif
