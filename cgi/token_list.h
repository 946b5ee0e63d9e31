/*
 * token_list.h - one page of an owner's access tokens, or one of them, as the
 * database gave it.
 *
 * Plain data, shared by tokens (which fills it) and render (which prints it).
 * Everything it points to belongs to db and lives until the next call on db.
 */
#ifndef TOKEN_LIST_H
#define TOKEN_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A text of the database's. */
struct token_text {
	const char *bytes; /* UTF-8, NUL-terminated; NULL for SQL NULL */
	size_t len;        /* without the NUL; up to INT_MAX, as in libpq */
};

/* A moment of the database's. */
struct token_moment {
	bool known; /* false for SQL NULL; us is 0 then */
	int64_t us; /* see timestamp.h */
};

struct token_details {
	struct token_moment created;
	/* The application's; where both are SQL NULL, there is none. */
	struct token_text client_id, name;
	const unsigned char *digest; /* see fingerprint.h; NULL for SQL NULL */
	bool current;                /* the request carries this token */
	bool expired;                /* the active list leaves it out */
};

struct token_row {
	struct token_text token; /* its first characters, where it is masked */
	struct token_moment expires;
	int64_t id; /* says the order of those that expire together */
	const struct token_details *details; /* NULL in a list without */
};

struct token_list {
	int64_t user_id; /* the owner of every row */
	bool masked;     /* tokens are cut, and get a "..." in the answer */
	bool uncounted;  /* nobody asked for the count, which is 0 then */
	int64_t count;   /* 0 ...: all rows the filter lets through */
	bool next;       /* a token follows this page */
	size_t n;        /* rows in this page */
	const struct token_row *rows;
	const struct token_details *details; /* the rows', in no order */
};

/*
 * Put n rows (0 ...), whose ids differ, in the order of the answer, which is
 * PostgreSQL's "expires DESC, id DESC": NULL first, then the latest moment, and
 * of those that expire together the highest id.
 */
void token_list_sort(struct token_row *rows, size_t n);

/* Are n rows (0 ...) in that order, and no row there twice? */
bool token_list_is_sorted(const struct token_row *rows, size_t n);

#endif
