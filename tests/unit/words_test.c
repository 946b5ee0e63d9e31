/*
 * words_test.c - libpq's words of a failure, for one line of a log.
 *
 * Wanted values: words.h.  The messages are those of libpq 15 and PostgreSQL
 * 15.
 */
#include "guarded.h"

#include "words.h"

static const struct message {
	const char *name;
	const char *message;
	const char *want;
	const char *sqlstate;
} messages[] = {
	{ "nothing", "", "", "" },
	{ "one line", "out of memory\n", "out of memory", "" },
	{ "no line's end", "no answer in time", "no answer in time", "" },
	{ "two addresses",
	    "connection to server at \"::1\" failed\n"
	    "connection to server at \"127.0.0.1\" failed\n",
	    "connection to server at \"::1\" failed "
	    "connection to server at \"127.0.0.1\" failed",
	    "" },
	{ "PostgreSQL's code, without its sources",
	    "connection to server failed: FATAL:  28P01: password "
	    "authentication failed for user \"x\"\n"
	    "LOCATION:  auth_failed, auth.c:335\n",
	    "connection to server failed: FATAL:  28P01: password "
	    "authentication failed for user \"x\"",
	    "28P01" },
	{ "the last one of two", "a: FATAL:  28P01: b\nc: FATAL:  3D000: d\n",
	    "a: FATAL:  28P01: b c: FATAL:  3D000: d", "3D000" },
	{ "no code of PostgreSQL's", "FATAL:  28p01: a\nFATAL:  28P0: b",
	    "FATAL:  28p01: a FATAL:  28P0: b", "" },
	{ "a host that may be a piece of a password",
	    "could not translate host name \"ss@host\" to address: Name or "
	    "service not known\n",
	    "could not translate host name to address: Name or service not "
	    "known",
	    "" },
	{ "the same, with quotes in it",
	    "could not translate host name \"a\" to b\" to address: no\nmore",
	    "could not translate host name to address: no more", "" },
	{ "the end stands in the next line only",
	    "could not translate host name x\ny\" to address: no",
	    "could not translate host name x y\" to address: no", "" },
};

static void
copy(void **state)
{
	const struct message *row = *state;
	char *words = guarded(NULL, WORDS_SIZE);
	char sqlstate[6];

	words_copy(words, guarded_text(row->message));
	assert_string_equal(words, row->want);
	words_sqlstate(sqlstate, guarded_text(words));
	assert_string_equal(sqlstate, row->sqlstate);
}

/* A message that is too long is cut, wherever its lines end. */
static void
cut(void **state)
{
	char *words = guarded(NULL, WORDS_SIZE);
	char *message = guarded_run('m', (size_t)2 * WORDS_SIZE);

	(void)state;
	words_copy(words, message);
	assert_int_equal(strlen(words), WORDS_SIZE - 1);
	for (size_t at = WORDS_SIZE - 3; at < WORDS_SIZE + 3; at++) {
		message[at] = '\n';
		words_copy(words, message);
		assert_int_equal(strlen(words), WORDS_SIZE - 1);
		message[at] = 'm';
	}
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(copy, messages) },
		{ ALONE(cut) },
	};

	return run_all(tests, COUNT(tests));
}
