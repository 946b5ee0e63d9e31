/*
 * guarded.h - what the unit tests share: cmocka, one test for each row of a
 * table, and memory that ends where an unreadable page starts.
 */
#ifndef GUARDED_H
#define GUARDED_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A literal as two members of a row: text and length, without the NUL. */
#define BYTES(literal) (literal), sizeof(literal) - 1

/*
 * Give len bytes whose end is the start of an unreadable page: a copy of
 * bytes, or, where that is NULL, room of "#".  Lives as long as the program.
 */
static inline char *
guarded(const void *bytes, size_t len)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (len + page - 1) / page * page;
	char *start = mmap(NULL, room + page, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *text = start + room - len;

	if (start == MAP_FAILED || mprotect(start + room, page, PROT_NONE) != 0)
		abort();
	if (bytes != NULL)
		memcpy(text, bytes, len);
	else
		memset(text, '#', len);
	return text;
}

/* The same for a text: its NUL is the last readable byte. */
static inline char *
guarded_text(const char *text)
{
	return guarded(text, strlen(text) + 1);
}

/* A text of n times c, guarded. */
static inline char *
guarded_run(char c, size_t n)
{
	char *text = guarded(NULL, n + 1);

	memset(text, c, n);
	text[n] = '\0';
	return text;
}

/* Tests of one function: one for each row, or one alone. */
struct tests {
	const char *name;
	CMUnitTestFunction run; /* gets the row as *state */
	const void *rows;       /* a row's first member is its name; or NULL */
	size_t size;            /* of a row */
	size_t n;
};

#define ROWS(run, rows) #run, run, rows, sizeof(rows)[0], COUNT(rows)
#define ALONE(run)      #run, run, NULL, 0, 1

/*
 * What the i-th of these tests is to cmocka; lives as long as the program.  Its
 * name is "module: function: row", which stands alone.
 */
static inline struct CMUnitTest
row_test(const struct tests *tests, size_t i)
{
	const char *program = program_invocation_short_name;
	int module = (int)(strlen(program) - strlen("_test"));
	const void *row = NULL;
	char *name = NULL;
	int len;

	if (tests->rows == NULL) {
		len = asprintf(&name, "%.*s: %s", module, program, tests->name);
	} else {
		row = (const char *)tests->rows + i * tests->size;
		/* NOLINTNEXTLINE(clang-analyzer-*): the rows are static */
		len = asprintf(&name, "%.*s: %s: %s", module, program,
		    tests->name, *(const char *const *)row);
	}
	if (len < 0)
		abort();
	return (struct CMUnitTest){
		.name = name,
		.test_func = tests->run,
		.initial_state = (void *)(uintptr_t)row,
	};
}

/* Does the test's name match CASE?  See tests/run. */
static inline bool
is_wanted(const char *name)
{
	const char *pattern = getenv("CASE");

	return pattern == NULL || fnmatch(pattern, name, 0) == 0;
}

/* Run those that are wanted; returns what main() returns. */
static inline int
run_all(const struct tests *tests, size_t n)
{
	struct CMUnitTest *all = NULL;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		all = realloc(all, (count + tests[i].n) * sizeof *all);
		if (all == NULL)
			abort();
		for (size_t k = 0; k < tests[i].n; k++) {
			all[count] = row_test(&tests[i], k);
			count += is_wanted(all[count].name);
		}
	}
	if (count == 0)
		return 0;
	return _cmocka_run_group_tests("tests", all, count, NULL, NULL);
}

#endif
