/*
 * token_list.c - the order of a page.
 *
 * Pure.
 */
#include <stdlib.h>

#include "token_list.h"

static int
compare_rows(const void *left, const void *right)
{
	const struct token_row *a = left, *b = right;

	if (a->expires.known != b->expires.known)
		return a->expires.known ? 1 : -1;
	if (a->expires.us != b->expires.us)
		return a->expires.us < b->expires.us ? 1 : -1;
	return (a->id < b->id) - (a->id > b->id);
}

bool
token_list_is_sorted(const struct token_row *rows, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (compare_rows(&rows[i - 1], &rows[i]) >= 0)
			return false;
	return true;
}

void
token_list_sort(struct token_row *rows, size_t n)
{
	/* As a rule they are in order. */
	if (!token_list_is_sorted(rows, n))
		qsort(rows, n, sizeof *rows, compare_rows);
}
