/*
 * query.h - the bytes after "?" as numbers and flags: oauth_access_tokens(8),
 * PARAMETERS.
 *
 * Pure, except query_describe(), which prints.  The table of parameters in
 * query.c is the only place that knows their names.
 */
#ifndef QUERY_H
#define QUERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "cursor.h"

#define QUERY_DEFAULT_LIMIT 40   /* Mage's own default page */
#define QUERY_API_KEY_MAX   255  /* bytes, as oauth2_application.client_id */
#define QUERY_MAX           4096 /* bytes of a query */
#define QUERY_ERROR_SIZE    128  /* bytes of a message, NUL included */

enum query_parameter {
	QUERY_LIMIT,
	QUERY_OFFSET,
	QUERY_SHOW_ALL,
	QUERY_API_KEY,
	QUERY_FORMAT,
	QUERY_MASK,
	QUERY_COUNT,
	QUERY_AFTER,
	QUERY_CURRENT,
	QUERY_PARAMETERS, /* how many there are */
};

/* A parameter as a bit of a set. */
#define QUERY_PARAMETER(parameter) (1U << (parameter))

enum query_flag {
	QUERY_FLAG_ABSENT,
	QUERY_FLAG_OFF,
	QUERY_FLAG_ON,
};

struct query {
	int64_t limit;            /* rows, 0 ... INT64_MAX */
	int64_t offset;           /* rows to skip, 0 ... INT64_MAX */
	enum query_flag show_all; /* expired tokens too */
	enum query_flag mask;     /* absent and off: as the setting says */
	bool details;
	enum query_flag count;   /* off: the list is not counted */
	struct cursor after;     /* the page begins behind; where it was sent */
	enum query_flag current; /* revoke the caller's token too */
	unsigned int sent;       /* QUERY_PARAMETER() of each, or-ed */
	char
	    api_key[QUERY_API_KEY_MAX + 1]; /* UTF-8; "" when absent or empty */
};

/* Was a parameter sent, whatever its value? */
static inline bool
query_has(const struct query *q, size_t parameter)
{
	return (q->sent & QUERY_PARAMETER(parameter)) != 0;
}

/*
 * Read a query string.
 *
 * q      gets the values, the defaults where a parameter is absent
 * known  the parameters that the address has, QUERY_PARAMETER() or-ed; others
 *        are unknown
 * text   len bytes of any value; need not end in NUL; never changed
 * error  on failure, gets a sentence that names the parameter and what it
 *        takes, and nothing that the client sent
 *
 * Returns false for a broken escape, NUL or text that is not UTF-8 anywhere
 * in it, a known name given twice, a value out of its range, an unknown name
 * that does not begin with "_", a cursor beside an offset, and more than
 * QUERY_MAX bytes.  Takes time linear in len.
 */
bool query_parse(struct query *q, unsigned int known, const char *text,
    size_t len, char error[QUERY_ERROR_SIZE])
    __attribute__((warn_unused_result));

/* Print the table of parameters, for --help. */
void query_describe(FILE *out);

#endif
