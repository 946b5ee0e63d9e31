/*
 * statements.c - the statements of sql/, as the program asks them.
 *
 * Pure: data alone.
 */
#include "statements.h"
#include "sql.h"

static const unsigned int list_types[] = { TYPE_TEXT, TYPE_TEXT, TYPE_TEXT,
	TYPE_INT8, TYPE_INT8, TYPE_BOOL };
static const unsigned int session_types[] = { TYPE_INT8, TYPE_INT8, TYPE_BOOL };
static const unsigned int check_types[] = { TYPE_BOOL };
static const unsigned int text_types[] = { TYPE_TEXT };

/* What statement_list() finds, in its order. */
#define LIST_AT(reader, shape, all) \
	(STATEMENT_LIST + ((reader)*SHAPES + (shape)) * 2 + (all))
#define LIST(reader, shape, n, number, place)                          \
	[LIST_AT(number, place,                                        \
	    0)] = { #reader "_" #shape "_active",                      \
		sql_##reader##_##shape##_active, n, list_types,        \
		(enum statement_id)LIST_AT(number, SHAPE_SCAN, 0) },   \
	    [LIST_AT(number, place, 1)] = { #reader "_" #shape "_all", \
		    sql_##reader##_##shape##_all, n, list_types,       \
		    (enum statement_id)LIST_AT(number, SHAPE_SCAN, 1) }

#define UNPREPARED(id, text, types) \
	[id] = { "", text, sizeof(types) / sizeof(types)[0], types, id }

const struct statement statements[STATEMENTS] = {
	LIST(roles, near, 5, 0, SHAPE_NEAR),
	LIST(roles, far, 5, 0, SHAPE_FAR),
	LIST(roles, scan, 5, 0, SHAPE_SCAN),
	LIST(permissions, near, 6, 1, SHAPE_NEAR),
	LIST(permissions, far, 6, 1, SHAPE_FAR),
	LIST(permissions, scan, 6, 1, SHAPE_SCAN),
	UNPREPARED(STATEMENT_SESSION, sql_session, session_types),
	UNPREPARED(STATEMENT_CHECK, sql_check, check_types),
	UNPREPARED(STATEMENT_CHECK_CLIENTS, sql_check_clients, text_types),
	UNPREPARED(STATEMENT_CHECK_PROJECTS, sql_check_projects, text_types),
};
