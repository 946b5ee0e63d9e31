/*
 * query.h - the bytes after "?" as numbers and flags (contract, section 4).
 *
 * Pure.  The table of parameters in query.c is the only place that knows
 * their names.
 */
#ifndef QUERY_H
#define QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define QUERY_DEFAULT_LIMIT 40    /* Mage's own default page */
#define QUERY_API_KEY_MAX   255   /* bytes, as oauth2_application.client_id */
#define QUERY_MAX           4096  /* bytes of a query that is answered */
#define QUERY_READ_MAX      65536 /* bytes of a query that is read at all */

enum query_flag {
	QUERY_FLAG_ABSENT,
	QUERY_FLAG_OFF,
	QUERY_FLAG_ON,
};

struct query {
	int64_t limit;            /* rows, 0 ... INT64_MAX */
	int64_t offset;           /* rows to skip, 0 ... INT64_MAX */
	enum query_flag show_all; /* expired tokens too */
	char
	    api_key[QUERY_API_KEY_MAX + 1]; /* UTF-8; "" when absent or empty */
};

/*
 * Read a query string.
 *
 * q      gets the values, the defaults where a parameter is absent
 * text   len bytes of any value; need not end in NUL; never changed
 * error  on failure, a sentence that names the parameter and what it takes,
 *        and nothing that the client sent; static text; else NULL
 *
 * Returns false for a broken escape, NUL or text that is not UTF-8 anywhere
 * in it, a known name given twice, a value out of its range, an unknown name
 * that does not begin with "_", and more than QUERY_READ_MAX bytes.  A query
 * over QUERY_MAX is still read, as its faults come first (contract, section
 * 3).  Takes time linear in len.
 */
bool query_parse(struct query *q, const char *text, size_t len,
    const char **error) __attribute__((warn_unused_result));

#endif
