/*
 * statements.h - the statements of sql/statements/, as the program asks them.
 *
 * Pure: data alone.
 */
#ifndef STATEMENTS_H
#define STATEMENTS_H

#include <stdbool.h>
#include <stddef.h>

/* Types of columns and parameters (PostgreSQL, src/include/catalog/pg_type.dat)
 */
#define TYPE_BOOL            16
#define TYPE_BYTEA           17
#define TYPE_INT8            20
#define TYPE_TEXT            25
#define TYPE_TIMESTAMPTZ     1184

#define STATEMENT_PARAMS_MAX 9

/* Who is let in by a list, and whether others get a row; see list.sql. */
enum statement_reader {
	READER_ROLES,       /* a row for every caller: by their roles */
	READER_PERMISSIONS, /* by their permissions */
	READER_BITS,        /* no row for who is refused: by "user" alone */
	READER_ATTACHED,    /* by permissions attached to their roles */
	READER_DIRECT,      /* by permissions of the roles themselves */
	READER_OWNERS,      /* owners */
	READERS,
};

/* How a list's page is found; see list.sql. */
enum statement_shape {
	SHAPE_NEAR,  /* the first pages */
	SHAPE_FAR,   /* those further on */
	SHAPE_AFTER, /* those behind a position */
	SHAPE_SCAN,  /* no index leads to a user's tokens */
	SHAPES,
};

/* The variants of list.sql and of one.sql. */
#define STATEMENTS_OF_LIST (READERS * SHAPES * 2 * 2 * 2)
#define STATEMENTS_OF_ONE  (2 * 2)

/* Named after the files of sql/statements/. */
enum statement_id {
	STATEMENT_LIST, /* the first of them; see statement_list() */
	STATEMENT_ONE = STATEMENT_LIST + STATEMENTS_OF_LIST,
	STATEMENT_REVOKE = STATEMENT_ONE + STATEMENTS_OF_ONE,
	STATEMENT_SESSION,
	STATEMENT_CHECK,
	STATEMENT_CHECK_CLIENTS,
	STATEMENT_CHECK_PROJECTS,
	STATEMENT_CHECK_SYSTEM,
	STATEMENTS,
};

struct statement {
	const char *name; /* under which it is prepared; "": it never is */
	int n;            /* parameters, 0 ... STATEMENT_PARAMS_MAX */
	const unsigned int *types;   /* one TYPE_... for each parameter */
	enum statement_id unindexed; /* stands in for it without the index */
	const char *text;
};

/* What a statement is asked with, in binary; a text's binary form is its bytes.
 */
struct statement_params {
	const char *values[STATEMENT_PARAMS_MAX]; /* NULL: SQL NULL */
	int lengths[STATEMENT_PARAMS_MAX];        /* bytes */
};

/* By enum statement_id. */
extern const struct statement statements[STATEMENTS];

/*
 * Which statement lists tokens, and which reads one?
 *
 * show_all       expired tokens too
 * uncounted      without the count of the whole list
 * details        with the columns of details.sql
 * by_permission  Mage decides by permission (REQUIRE_USER_PERMISSIONS)
 * current        the token that the request carries, not the one with an id
 */
static inline enum statement_id
statement_list(enum statement_reader reader, enum statement_shape shape,
    bool show_all, bool uncounted, bool details)
{
	return (enum statement_id)(
	    STATEMENT_LIST + ((int)reader * SHAPES + (int)shape) * 8 +
	    (show_all ? 4 : 0) + (uncounted ? 2 : 0) + (details ? 1 : 0));
}

static inline enum statement_id
statement_one(bool by_permission, bool current)
{
	return (enum statement_id)(
	    STATEMENT_ONE + (by_permission ? 2 : 0) + (current ? 1 : 0));
}

#endif
