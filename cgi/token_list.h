/*
 * token_list.h - one page of an owner's access tokens, as the database gave it.
 *
 * Plain data, shared by tokens (which fills it) and render (which prints it).
 * Everything it points to belongs to db and lives until the next call on db.
 */
#ifndef TOKEN_LIST_H
#define TOKEN_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct token_row {
	const char *token;  /* UTF-8, NUL-terminated; NULL for SQL NULL */
	size_t token_len;   /* without the NUL; up to INT_MAX, as in libpq */
	int64_t expires_us; /* see timestamp.h */
	bool has_expires;   /* false for SQL NULL; expires_us is unset then */
	int64_t id;         /* says the order of those that expire together */
};

struct token_list {
	int64_t user_id; /* the owner of every row */
	int64_t count;   /* 0 ...: all rows the filter lets through */
	size_t n;        /* rows in this page */
	const struct token_row *rows;
};

/*
 * Does a token follow this page, which begins after offset rows (0 ...)?
 * Count and rows are of one snapshot, so that this is exact.
 */
static inline bool
token_list_has_next(const struct token_list *list, int64_t offset)
{
	return offset < list->count && list->count - offset > (int64_t)list->n;
}

/*
 * Put n rows (0 ...), whose ids differ, in the order of the answer, which is
 * PostgreSQL's "expires DESC, id DESC": NULL first, then the latest moment, and
 * of those that expire together the highest id.
 */
void token_list_sort(struct token_row *rows, size_t n);

#endif
