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
	{ "XX000", { DB_UNAVAILABLE, true } }, /* a pooler lost its server */
	{ "25006", { DB_READ_ONLY, false } },
	{ "0A000", { DB_FAILED, true } }, /* a plan's result changed */
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
	static const struct {
		const char *sqlstate, *remedy;
	} remedies[] = {
		/* no right to a column or to the function */
		{ "42501", "; run role.sql again, and revoke.sql if "
		           "OAUTH_TOKENS_REVOKE is 1" },
		/* no such function, or operator */
		{ "42883", "; if it is oauth_access_tokens_revoke, run "
		           "revoke.sql" },
		/* another session's statement */
		{ "42P05", "; behind a pooler in transaction mode set "
		           "OAUTH_TOKENS_STATEMENTS=unnamed" },
		/* more than one caller */
		{ "21000", "; oauth_access_tokens --check says which column "
		           "must be unique" },
	};

	for (size_t i = 0; i < sizeof remedies / sizeof remedies[0]; i++)
		if (strcmp(sqlstate, remedies[i].sqlstate) == 0)
			return remedies[i].remedy;
	return "";
}
