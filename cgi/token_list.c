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

void
token_list_sort(struct token_row *rows, size_t n)
{
	size_t i = 1;

	/* As a rule they are in order. */
	while (i < n && compare_rows(&rows[i - 1], &rows[i]) < 0)
		i++;
	if (i < n)
		qsort(rows, n, sizeof *rows, compare_rows);
}
