/*
 * clock.c - waiting with a deadline.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

#include "clock.h"

int64_t
clock_now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 + 1000;
}

int64_t
clock_now_ms(void)
{
	return clock_now_us() / 1000;
}

short
clock_wait(int fd, short events, int64_t deadline_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = events };
	int n;

	do {
		int64_t left = deadline_ms - clock_now_ms();

		if (left <= 0)
			return 0;
		n = poll(&pollfd, 1, left < INT_MAX ? (int)left : INT_MAX);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return 0;
	return pollfd.revents;
}
