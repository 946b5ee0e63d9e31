/*
 * page_test.c - the order of a page.
 *
 * Wanted values: PostgreSQL 15, "Sorting Rows (ORDER BY)": with DESC a NULL is
 * first; page.h for the rest.
 */
#include "guarded.h"

#include "token_list.h"

#define NEVER         .has_expires = false
#define EXPIRES(when) .has_expires = true, .expires_us = (when)

/* In the right order; what NULL leaves unset must not count. */
static const struct token_row ordered[] = {
	{ NEVER, .expires_us = -5, .id = INT64_MAX },
	{ NEVER, .expires_us = 9, .id = 3 },
	{ NEVER, .expires_us = 7, .id = 2 },
	{ EXPIRES(INT64_MAX), .id = 1 },
	{ EXPIRES(INT64_MAX - 1), .id = 90 },
	{ EXPIRES(1), .id = 4 },
	{ EXPIRES(0), .id = INT64_MAX - 1 },
	{ EXPIRES(0), .id = 6 },
	{ EXPIRES(0), .id = 5 },
	{ EXPIRES(0), .id = -1 },
	{ EXPIRES(0), .id = INT64_MIN },
	{ EXPIRES(-1), .id = 91 },
	{ EXPIRES(INT64_MIN + 1), .id = 92 },
	{ EXPIRES(INT64_MIN), .id = 93 },
};

static void
assert_ordered(const struct token_row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_int_equal(rows[i].id, ordered[i].id);
}

/* Each beginning of the list, shuffled again and again, the same each run. */
static void
sort_shuffled(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (size_t round = 0; round < 2000; round++) {
		size_t n = round % (COUNT(ordered) + 1);
		struct token_row rows[COUNT(ordered)];

		memcpy(rows, ordered, sizeof rows);
		for (size_t i = n; i > 1; i--) {
			struct token_row row = rows[i - 1];
			size_t other;

			random = random * 1664525 + 1013904223;
			other = (random >> 16) % i;
			rows[i - 1] = rows[other];
			rows[other] = row;
		}
		token_list_sort(rows, n);
		assert_ordered(rows, COUNT(ordered));
	}
}

/* A page that is read from the list's end. */
static void
sort_reversed(void **state)
{
	struct token_row rows[COUNT(ordered)];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		rows[i] = ordered[COUNT(rows) - 1 - i];
	token_list_sort(rows, COUNT(rows));
	assert_ordered(rows, COUNT(rows));
}

static void
sort_nothing(void **state)
{
	(void)state;
	token_list_sort(NULL, 0);
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ALONE(sort_shuffled) },
		{ ALONE(sort_reversed) },
		{ ALONE(sort_nothing) },
	};

	return run_all(tests, COUNT(tests));
}
