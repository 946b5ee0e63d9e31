/*
 * habit.h - does the next caller need what the last callers needed?
 *
 * A way of asking that is cheap and serves most callers is tried first.  For a
 * caller whom it does not serve the database is asked twice; where one came,
 * the next callers are asked the other way at once.
 *
 * Pure.  Zero is the state at the start: nobody has needed it.
 */
#ifndef HABIT_H
#define HABIT_H

#include <stdbool.h>

/* So many callers in a row who did not need it end a habit. */
#define HABIT_LENGTH 16

struct habit {
	int left; /* callers until it ends, 0 ... HABIT_LENGTH */
};

/* Is the next caller expected to need it? */
static inline bool
habit_expects(const struct habit *habit)
{
	return habit->left > 0;
}

/* Note whether a caller needed it, as far as is known. */
static inline void
habit_note(struct habit *habit, bool needed)
{
	if (needed)
		habit->left = HABIT_LENGTH;
	else if (habit->left > 0)
		habit->left--;
}

#endif
