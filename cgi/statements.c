/*
 * statements.c - the statements of sql/statements/, as the program asks them.
 *
 * Pure: data alone.
 */
#include "statements.h"

/* sql/statements/embed makes sql.h: one row for each statement. */
const struct statement statements[STATEMENTS] = {
#include "sql.h"
};
