/*
 * signals.c - signals that are waited for.
 */
#include "signals.h"

void
signals_block(sigset_t *set, const int *signals, size_t n)
{
	sigemptyset(set);
	for (size_t i = 0; i < n; i++) {
		signal(signals[i], SIG_DFL);
		sigaddset(set, signals[i]);
	}
	sigprocmask(SIG_BLOCK, set, NULL);
}
