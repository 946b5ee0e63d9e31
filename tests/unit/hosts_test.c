/*
 * hosts_test.c - when to try to connect to the database's host.
 *
 * Wanted values: hosts.h; oauth_access_tokens(8), DATABASE: the first request
 * after the database is back gets its list, and a second passes between two
 * attempts.
 */
#include "guarded.h"

#include "hosts.h"

#define NOW 50000 /* the moment of the last attempt */
#define BAD DB_UNAVAILABLE

static const struct moment {
	const char *name;
	enum db_result results[3]; /* of the attempts so far; DB_FAILED: none */
	bool patient;
	int64_t now_ms, end_ms, want_ms;
} moments[] = {
	{ "no attempt yet", { DB_FAILED }, false, 1, 4000, 0 },
	{ "after a success", { DB_OK, DB_FAILED }, false, NOW + 1, NOW + 4000,
	    0 },
	{ "after one failure, in a queue: wait", { BAD, DB_FAILED }, false,
	    NOW + 1, NOW + 4000, NOW + 1000 },
	{ "after two, in a queue: not now", { BAD, BAD, DB_FAILED }, false,
	    NOW + 1, NOW + 4000, -1 },
	{ "after two, not in a queue: wait", { BAD, BAD, DB_FAILED }, true,
	    NOW + 1, NOW + 4000, NOW + 1000 },
	{ "after two, a second later", { BAD, BAD, DB_FAILED }, false,
	    NOW + 1000, NOW + 5000, NOW + 1000 },
	{ "after a timeout, in a queue: not now", { DB_TIMEOUT, DB_FAILED },
	    false, NOW + 1, NOW + 4000, -1 },
	{ "the request ends before", { BAD, DB_FAILED }, true, NOW + 1,
	    NOW + 1000, -1 },
	{ "a success forgets failures", { BAD, BAD, DB_OK }, false, NOW + 1,
	    NOW + 4000, 0 },
};

static void
find_moment(void **state)
{
	const struct moment *row = *state;
	struct hosts hosts = HOSTS_INITIAL;

	for (size_t i = 0; i < 3 && row->results[i] != DB_FAILED; i++)
		hosts_note(&hosts, row->results[i], NOW);
	assert_int_equal(
	    hosts_when(&hosts, row->patient, row->now_ms, row->end_ms),
	    row->want_ms);
}

/* Only what ended after a success is tried again at once. */
static void
try_again(void **state)
{
	struct hosts hosts = HOSTS_INITIAL;

	(void)state;
	assert_false(hosts_try_again(&hosts, DB_UNAVAILABLE));
	hosts_note(&hosts, DB_OK, NOW);
	assert_true(hosts_try_again(&hosts, DB_UNAVAILABLE));
	assert_false(hosts_try_again(&hosts, DB_TIMEOUT));
	assert_false(hosts_try_again(&hosts, DB_NO_MEMORY));
	hosts_note(&hosts, DB_UNAVAILABLE, NOW);
	assert_false(hosts_try_again(&hosts, DB_UNAVAILABLE));
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(find_moment, moments) },
		{ ALONE(try_again) },
	};

	return run_all(tests, COUNT(tests));
}
