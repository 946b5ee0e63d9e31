/*
 * habit.h - what a caller needed the last time, and so may need again.
 *
 * A way of asking that is cheap and serves most callers is tried first.  For a
 * caller whom it does not serve the database is asked twice; then that caller
 * is asked for the other way at once.  Callers are told apart by a hash of
 * their token, and two may share a place: a habit decides what a question
 * costs, and never its answer.
 *
 * Pure.  Zero is the state at the start: nobody has needed anything.
 */
#ifndef HABIT_H
#define HABIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* So many requests in a row that did not need it end a habit. */
#define HABIT_LENGTH 64
#define HABIT_PLACES 1024

struct habit {
	uint8_t step; /* the way that is tried: 0 is the cheapest */
	uint8_t left; /* requests until that is tried again */
};

struct caller_habits {
	struct habit reader;    /* what lets them in */
	struct habit long_list; /* 1: their list is longer than the page */
};

/* The place of a caller, 0 ... HABIT_PLACES - 1: FNV-1a, 32 bits. */
static inline size_t
habit_place(const char *token, size_t len)
{
	uint32_t hash = 2166136261;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)token[i]) * 16777619;
	return (hash ^ hash >> 16) % HABIT_PLACES;
}

/*
 * Note whether a request needed more than the step that was tried, as far as is
 * known: then the next step is tried the next time.
 *
 * last  the step that serves everybody, 1 ... 255
 */
static inline void
habit_note(struct habit *habit, bool needed, uint8_t last)
{
	if (needed) {
		habit->left = HABIT_LENGTH;
		if (habit->step < last)
			habit->step++;
	} else if (habit->step > 0 && --habit->left == 0) {
		habit->step = 0;
	}
}

#endif
