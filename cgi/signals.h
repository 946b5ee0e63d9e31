/*
 * signals.h - signals that are waited for, and interrupt nothing.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>
#include <stddef.h>

/*
 * Block signals, so that they can be waited for (signalfd(2)).
 * A signal that the process inherited as ignored is waited for, too.
 *
 * set      is filled with the signals
 * signals  n signal numbers
 */
void signals_block(sigset_t *set, const int *signals, size_t n);

#endif
