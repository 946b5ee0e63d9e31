/*
 * hosts_test.c - which of the database's hosts is tried next, and when.
 *
 * Wanted values: hosts.h; oauth_access_tokens(8), DATABASE: the first request
 * after the database is back gets its list, a second passes between two
 * attempts, a host that failed is left for last for 30 seconds, and an old
 * connection stays for 30 seconds to 8 minutes.  Lists:
 * PostgreSQL 15, 34.1.1.3, and for "as they are" hosts.h.
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

/* Each attempt that costs time doubles the pause, until one goes well. */
static void
let_stay(void **state)
{
	static const struct {
		bool well;
		int64_t max_ms, want_ms;
	} steps[] = {
		{ true, 60000, 60000 },
		{ false, 60000, 60000 },
		{ false, 1000, 60000 },
		{ false, 60000, 120000 },
		{ false, 60000, 240000 },
		{ false, 60000, 480000 },
		{ false, 60000, 480000 },
		{ false, 86400000, 86400000 },
		{ true, 1000, 1000 },
		{ false, 1000, 30000 },
	};
	struct hosts hosts = HOSTS_INITIAL;

	(void)state;
	for (size_t i = 0; i < COUNT(steps); i++)
		assert_int_equal(
		    hosts_stay(&hosts, steps[i].well, steps[i].max_ms),
		    steps[i].want_ms);
}

static const struct split {
	const char *name;
	struct hosts_lists lists; /* without the default port */
	size_t n;
	struct host want[3];
} splits[] = {
	{ "nothing", { NULL, NULL, NULL, NULL }, 0, { { "", "", "" } } },
	{ "empty lists", { "", "", "", NULL }, 0, { { "", "", "" } } },
	{ "a port alone", { NULL, NULL, "5432", NULL }, 0, { { "", "", "" } } },
	{ "one name", { "a", NULL, NULL, NULL }, 1, { { "a", "", "" } } },
	{ "one socket", { "/tmp", NULL, "1", NULL }, 1,
	    { { "/tmp", "", "1" } } },
	{ "one port for all", { "a,b", NULL, "1", NULL }, 2,
	    { { "a", "", "1" }, { "b", "", "1" } } },
	{ "a port for each", { "a,b,c", NULL, "1,,3", NULL }, 3,
	    { { "a", "", "1" }, { "b", "", "7" }, { "c", "", "3" } } },
	{ "addresses alone", { NULL, "10.0.0.1,::1", "1", NULL }, 2,
	    { { "", "10.0.0.1", "1" }, { "", "::1", "1" } } },
	{ "names with addresses", { "a,b", "10.0.0.1,", NULL, NULL }, 2,
	    { { "a", "10.0.0.1", "" }, { "b", "", "" } } },
	{ "sockets beside a name", { "/tmp,@abstract,a", NULL, NULL, NULL }, 3,
	    { { "/tmp", "", "" }, { "@abstract", "", "" }, { "a", "", "" } } },
	{ "too few addresses", { "a,b,c", "10.0.0.1,", NULL, NULL }, 0,
	    { { "", "", "" } } },
	{ "too many ports", { "a,b", NULL, "1,2,3", NULL }, 0,
	    { { "", "", "" } } },
	{ "too few ports", { "a,b,c", NULL, "1,2", NULL }, 0,
	    { { "", "", "" } } },
	{ "one of no name", { "a,,b", NULL, NULL, NULL }, 0,
	    { { "", "", "" } } },
	{ "no name at the end", { "a,", NULL, NULL, NULL }, 0,
	    { { "", "", "" } } },
	{ "a socket in a list of addresses",
	    { "/tmp,a", ",10.0.0.1", NULL, NULL }, 0, { { "", "", "" } } },
	{ "sixteen", { "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p", NULL, NULL, NULL },
	    16, { { "a", "", "" }, { "b", "", "" }, { "c", "", "" } } },
	{ "seventeen",
	    { "a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q", NULL, NULL, NULL }, 0,
	    { { "", "", "" } } },
};

static void
split(void **state)
{
	const struct split *row = *state;
	struct host *hosts = (void *)guarded(NULL, HOSTS_MAX * sizeof *hosts);
	struct hosts_lists lists = row->lists;

	lists.default_port = "7";
	assert_int_equal(hosts_split(hosts, &lists), row->n);
	for (size_t i = 0; i < row->n && i < COUNT(row->want); i++) {
		assert_string_equal(hosts[i].name, row->want[i].name);
		assert_string_equal(hosts[i].address, row->want[i].address);
		assert_string_equal(hosts[i].port, row->want[i].port);
	}
}

/* A name that has no room is left to libpq. */
static void
split_long(void **state)
{
	struct host hosts[HOSTS_MAX];
	char *name = guarded_run('n', 255), *longer = guarded_run('n', 256);
	struct hosts_lists lists = { .name = name };

	(void)state;
	assert_int_equal(hosts_split(hosts, &lists), 1);
	assert_string_equal(hosts[0].name, name);
	lists.name = longer;
	assert_int_equal(hosts_split(hosts, &lists), 0);
}

static void
make_keys(void **state)
{
	static const struct host hosts[] = { { "a", "", "" }, { "", "a", "" },
		{ "", "", "a" }, { "a", "a", "" }, { "aa", "", "" },
		{ "a", "", "1" }, { "", "", "" } };

	(void)state;
	for (size_t i = 0; i < COUNT(hosts); i++)
		for (size_t j = 0; j < COUNT(hosts); j++)
			assert_int_equal(
			    hosts_key(&hosts[i]) == hosts_key(&hosts[j]),
			    i == j);
}

/* What happened to hosts 1, 2 and 3, one letter each. */
static const struct order {
	const char *name;
	const char *fates; /* ".": nothing; f: failed; s: silent; o: answered;
	                      l: failed, and answered later */
	int64_t later_ms;
	const char *want;
} orders[] = {
	{ "nothing is known", "...", 1, "123" },
	{ "all answered", "ooo", 1, "123" },
	{ "the first failed", "f..", 1, "231" },
	{ "the first was silent", "s..", 1, "231" },
	{ "the silent one comes last", "sf.", 1, "321" },
	{ "all failed", "fff", 1, "123" },
	{ "all failed, one was silent", "fsf", 1, "132" },
	{ "it has answered since", "l..", 1, "123" },
	{ "for 30 seconds", "s..", 29999, "231" },
	{ "no longer", "s..", 30000, "123" },
};

static void
put_in_order(void **state)
{
	const struct order *row = *state;
	static const uint64_t keys[] = { 11, 22, 33 };
	size_t *order = (void *)guarded(NULL, 3 * sizeof *order);
	struct hosts hosts = HOSTS_INITIAL;

	for (size_t i = 0; i < 3; i++) {
		char fate = row->fates[i];

		if (fate == 'f' || fate == 'l')
			hosts_mark(&hosts, keys[i], BAD, NOW);
		if (fate == 's')
			hosts_mark(&hosts, keys[i], DB_TIMEOUT, NOW);
		if (fate == 'o' || fate == 'l')
			hosts_mark(&hosts, keys[i], DB_OK, NOW);
	}
	hosts_order(&hosts, keys, 3, 0, NOW + row->later_ms, order);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(order[i], row->want[i] - '1');
}

/* Of more hosts than there are marks the last ones are known. */
static void
lose_marks(void **state)
{
	struct hosts hosts = HOSTS_INITIAL;
	const uint64_t keys[] = { 2, HOSTS_MARKS + 1, 1 };
	size_t order[3];

	(void)state;
	for (uint64_t key = 1; key <= HOSTS_MARKS + 1; key++)
		hosts_mark(&hosts, key, BAD, NOW + (int64_t)key);
	hosts_order(&hosts, keys, 3, 0, NOW + 100, order);
	assert_int_equal(order[0], 2);
	assert_int_equal(order[1], 0);
	assert_int_equal(order[2], 1);
}

/* Each order comes about as often, and a host that failed stays behind. */
static void
shuffle(void **state)
{
	struct hosts hosts = HOSTS_INITIAL;
	const uint64_t keys[] = { 1, 2, 3, 4 };
	int seen[3][3] = { { 0 } };
	size_t order[4];

	(void)state;
	hosts_mark(&hosts, 4, BAD, NOW);
	for (uint64_t dice = 1; dice <= 24; dice++) {
		hosts_order(&hosts, keys, 4, dice, NOW + 1, order);
		assert_int_equal(order[3], 3);
		assert_int_equal(order[0] + order[1] + order[2], 3);
		seen[order[0]][order[1]]++;
	}
	for (size_t i = 0; i < 3; i++)
		for (size_t j = 0; j < 3; j++)
			assert_int_equal(seen[i][j], i == j ? 0 : 4);
}

static const struct share {
	const char *name;
	int64_t end_ms;
	size_t left;
	int64_t want_ms;
} shares[] = {
	{ "one host", NOW + 2000, 1, NOW + 2000 },
	{ "two hosts", NOW + 2000, 2, NOW + 1000 },
	{ "three hosts", NOW + 2000, 3, NOW + 666 },
	{ "no time left", NOW, 3, NOW },
	{ "too late", NOW - 10, 3, NOW - 10 },
};

static void
share_time(void **state)
{
	const struct share *row = *state;

	assert_int_equal(
	    hosts_share(NOW, row->end_ms, row->left), row->want_ms);
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(find_moment, moments) },
		{ ALONE(try_again) },
		{ ALONE(let_stay) },
		{ ROWS(split, splits) },
		{ ALONE(split_long) },
		{ ALONE(make_keys) },
		{ ROWS(put_in_order, orders) },
		{ ALONE(lose_marks) },
		{ ALONE(shuffle) },
		{ ROWS(share_time, shares) },
	};

	return run_all(tests, COUNT(tests));
}
