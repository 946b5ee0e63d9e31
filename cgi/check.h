/*
 * check.h - the report of --check: is all well with settings, connection,
 * tables and rights, and what to do about what is not?
 */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>

/* How it went, in the words of sysexits.h. */
enum check_result {
	CHECK_WELL,        /* lists are answered; there may be warnings */
	CHECK_UNAVAILABLE, /* there is no connection to the database */
	CHECK_SOFTWARE,    /* tables or rights are wrong */
	CHECK_CONFIG,      /* settings are wrong */
};

/*
 * Look at everything and print a line for each finding: its level ("ok",
 * "warning" or "error"), what was found and, below that, what to do about it;
 * and at last a line of verdict.  No line has a secret.
 *
 * environment  "NAME=value" strings, NULL at the end, as environ
 * out          where to print
 *
 * Blocks as four questions to the database do; see db.h.
 */
enum check_result check_report(const char *const *environment, FILE *out);

#endif
