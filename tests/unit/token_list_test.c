/*
 * token_list_test.c - the order of a page.
 *
 * Wanted values: PostgreSQL 15, "Sorting Rows (ORDER BY)": with DESC a NULL is
 * first; token_list.h for the rest.
 */
#include "guarded.h"

#include "token_list.h"

#define EXPIRES(when) .expires = { true, (when) }

/* In the right order. */
static const struct token_row ordered[] = {
	{ .id = INT64_MAX },
	{ .id = 3 },
	{ .id = 2 },
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

/* Rows that are in order already, and their details, stay where they are. */
static void
keep_details(void **state)
{
	static const struct token_details details[3];
	struct token_row rows[3] = {
		{ .id = 7, EXPIRES(5), .details = &details[0] },
		{ .id = 8, EXPIRES(6), .details = &details[1] },
		{ .id = 9, EXPIRES(5), .details = &details[2] },
	};

	(void)state;
	for (int round = 0; round < 2; round++) {
		token_list_sort(rows, COUNT(rows));
		assert_ptr_equal(rows[0].details, &details[1]);
		assert_ptr_equal(rows[1].details, &details[2]);
		assert_ptr_equal(rows[2].details, &details[0]);
	}
}

/* A list is in order unless a row is not behind the one before. */
static void
know_order(void **state)
{
	struct token_row rows[COUNT(ordered)];

	(void)state;
	assert_true(token_list_is_sorted(NULL, 0));
	for (size_t n = 0; n <= COUNT(ordered); n++)
		assert_true(token_list_is_sorted(ordered, n));
	for (size_t i = 1; i < COUNT(ordered); i++) {
		memcpy(rows, ordered, sizeof rows);
		rows[i] = ordered[i - 1]; /* twice */
		assert_false(token_list_is_sorted(rows, COUNT(rows)));
		assert_true(token_list_is_sorted(rows, i));
		rows[i - 1] = ordered[i]; /* the two in another order */
		assert_false(token_list_is_sorted(rows, COUNT(rows)));
	}
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
		{ ALONE(keep_details) },
		{ ALONE(know_order) },
	};

	return run_all(tests, COUNT(tests));
}
