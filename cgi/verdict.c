/*
 * verdict.c - what to make of an error of PostgreSQL's.
 *
 * Pure.
 */
#include <string.h>

#include "verdict.h"

/* By the beginning of the SQLSTATE; the first that fits counts. */
static const struct {
	const char *prefix;
	struct verdict verdict;
} sqlstates[] = {
	{ "57014", { DB_TIMEOUT, false } },     /* statement_timeout */
	{ "57", { DB_UNAVAILABLE, true } },     /* shutdown, crash, starting */
	{ "08", { DB_UNAVAILABLE, true } },     /* the connection */
	{ "53", { DB_UNAVAILABLE, true } },     /* connections, memory, disk */
	{ "55P03", { DB_UNAVAILABLE, false } }, /* lock_timeout */
	{ "40", { DB_UNAVAILABLE, true } },    /* recovery conflict, deadlock */
	{ "26000", { DB_UNAVAILABLE, true } }, /* a pooler lost our statement */
	{ "0A000", { DB_FAILED, true } },      /* a plan's result changed */
	{ "", { DB_FAILED, false } },
};

struct verdict
verdict_of(const char *sqlstate)
{
	size_t i = 0;

	while (strncmp(sqlstate, sqlstates[i].prefix,
	           strlen(sqlstates[i].prefix)) != 0)
		i++;
	return sqlstates[i].verdict;
}

const char *
verdict_remedy(const char *sqlstate)
{
	if (strcmp(sqlstate, "42501") == 0) /* no right to a column */
		return "; run role.sql again (README, Install, step 2)";
	return "";
}
