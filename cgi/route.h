/*
 * route.h - what an address is for: its methods and its parameters.
 *
 * Pure, except route_describe(), which prints.  The table of addresses in
 * route.c is the only place that knows them.
 */
#ifndef ROUTE_H
#define ROUTE_H

#include <stdint.h>
#include <stdio.h>

#include "request.h"

/* What is asked for. */
enum route_kind {
	ROUTE_LIST,    /* or the page */
	ROUTE_ONE,     /* the token with the id in the path */
	ROUTE_CURRENT, /* the token that the request carries */
	ROUTE_HEALTH,  /* can lists be read? */
};

/* How the paths of an address end: with a base and a tail. */
struct route {
	const char *base;
	const char *tail;    /* "{id}" in it is an id */
	const char *address; /* both together */
	enum route_kind kind;
	unsigned int methods;    /* ROUTE_METHOD() of each, or-ed; DELETE is
	                            one only where revoking is switched on */
	unsigned int parameters; /* QUERY_PARAMETER() of each, or-ed */
	unsigned int delete_parameters; /* those of DELETE */
};

/* A method as a bit of struct route. */
#define ROUTE_METHOD(method) (1U << (method))

/*
 * Find what a path is for.
 *
 * path     absolute, decoded, without "//", dot segments or trailing slash; or
 *          ""
 * program  the program's own file name, without directories: that name, with
 *          or without ".cgi" or ".fcgi", as a segment stands for
 *          "oauth_access_tokens"
 *
 * Returns a row of the table; NULL: the address is none of ours.
 */
const struct route *route_find(const char *path, const char *program);

/*
 * The id in a path of ROUTE_ONE: 0 ... INT64_MAX; -1: it is greater, so that no
 * token has it.
 */
int64_t route_id(const char *path);

#define ROUTE_METHODS_SIZE 40

/*
 * Write methods, ROUTE_METHOD() or-ed, as the value of Allow: "GET, HEAD,
 * OPTIONS".
 */
void route_methods(char out[ROUTE_METHODS_SIZE], unsigned int methods);

/* Print the table for --help: the end of a path, and below it its methods. */
void route_describe(FILE *out);

#endif
