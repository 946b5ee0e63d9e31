/*
 * clock.h - the clock that nobody sets back, and waiting with a deadline on it.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC; never 0. */
int64_t clock_now_ms(void);

/* The same in microseconds. */
int64_t clock_now_us(void);

/* The earlier one of two moments. */
static inline int64_t
clock_earlier(int64_t a_ms, int64_t b_ms)
{
	return a_ms < b_ms ? a_ms : b_ms;
}

/*
 * Wait until a descriptor is ready for events (poll(2)'s), has failed or was
 * closed by the peer; -1 waits for the deadline alone.
 *
 * Returns what poll(2) found, or 0 when the deadline, a moment of
 * clock_now_ms(), came first.
 */
short clock_wait(int fd, short events, int64_t deadline_ms);

#endif
