/*
 * wait.c - waiting with a deadline.
 */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <time.h>

#include "wait.h"

int64_t
wait_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 1;
}

short
wait_for(int fd, short events, int64_t deadline_ms)
{
	struct pollfd pollfd = { .fd = fd, .events = events };
	int n;

	do {
		int64_t left = deadline_ms - wait_now_ms();

		if (left <= 0)
			return 0;
		n = poll(&pollfd, 1, left < INT_MAX ? (int)left : INT_MAX);
	} while (n < 0 && errno == EINTR);
	if (n <= 0)
		return 0;
	return pollfd.revents;
}

void
wait_block(sigset_t *set, const int *signals, size_t n)
{
	sigemptyset(set);
	for (size_t i = 0; i < n; i++) {
		signal(signals[i], SIG_DFL);
		sigaddset(set, signals[i]);
	}
	sigprocmask(SIG_BLOCK, set, NULL);
}
