/*
 * page.h - one page of an owner's access tokens, as the database gave it.
 *
 * Plain data, shared by db (which fills it) and render (which prints it).
 * Everything it points to belongs to db and lives until the next call on db.
 */
#ifndef PAGE_H
#define PAGE_H

#include <stddef.h>
#include <stdint.h>

struct token_row {
	const char *token;  /* UTF-8, NUL-terminated; NULL for SQL NULL */
	size_t token_len;   /* without the NUL */
	int64_t expires_us; /* see timestamp.h */
	int has_expires;    /* 0: expires is SQL NULL, expires_us is unset */
};

struct token_page {
	int64_t user_id; /* the owner of every row */
	int64_t count;   /* 0 ...: all rows the filter lets through */
	size_t n;        /* rows in this page */
	const struct token_row *rows;
};

#endif
