/*
 * primary_test.c - when the primary may be asked, beside a standby.
 *
 * Wanted values: primary.h; oauth_access_tokens(8), "A standby that lags".
 */
#include "guarded.h"

#include "primary.h"

#define NOW_MS 5000

/* Ask n times at a moment; how many were questions? */
static int
ask(struct primary *primary, bool confirms, int64_t now_ms, int n,
    enum primary_answer otherwise)
{
	int asked = 0;

	for (int i = 0; i < n; i++) {
		enum primary_answer answer =
		    primary_may_ask(primary, confirms, now_ms);

		if (answer == PRIMARY_ASK)
			asked++;
		else
			assert_int_equal(answer, otherwise);
	}
	return asked;
}

static void
ask_so_often_a_second(void **state)
{
	struct primary primary = { .paused_ms = 0 };
	int second;

	(void)state;
	for (second = 0; second < 3; second++) {
		int64_t now_ms = NOW_MS + 1000 * second;

		assert_int_equal(
		    ask(&primary, true, now_ms, PRIMARY_PER_S - 1, PRIMARY_ASK),
		    PRIMARY_PER_S - 1);
		assert_int_equal(
		    ask(&primary, true, now_ms + 999, 100, PRIMARY_TOO_OFTEN),
		    1);
	}
}

/* Nobody is kept from revoking by others' wrong tokens, nor by their own. */
static void
revoke_at_any_rate(void **state)
{
	struct primary primary = { .paused_ms = 0 };

	(void)state;
	ask(&primary, true, NOW_MS, 1000, PRIMARY_TOO_OFTEN);
	assert_int_equal(ask(&primary, false, NOW_MS, 1000, PRIMARY_ASK), 1000);
}

/* What does a question of one kind keep back, for how long? */
static void
pause_after_silence(void **state)
{
	static const struct {
		bool confirms, reached; /* the question that was silent */
		bool confirm, revoke;   /* what is paused */
	} cases[] = {
		{ true, true, true, false },
		{ true, false, true, true },
		{ false, true, false, false },
		{ false, false, true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct primary primary = { .paused_ms = 0 };

		primary_note(&primary, cases[i].confirms, DB_TIMEOUT,
		    cases[i].reached, NOW_MS);
		assert_int_equal(
		    ask(&primary, true, NOW_MS + PRIMARY_PAUSE_MS - 1, 1,
		        PRIMARY_PAUSED),
		    !cases[i].confirm);
		assert_int_equal(
		    ask(&primary, false, NOW_MS + PRIMARY_PAUSE_MS - 1, 1,
		        PRIMARY_PAUSED),
		    !cases[i].revoke);
		for (int confirms = 0; confirms <= 1; confirms++)
			assert_int_equal(
			    ask(&primary, confirms == 1,
			        NOW_MS + PRIMARY_PAUSE_MS, 1, PRIMARY_ASK),
			    1);
	}
}

/* An answer, whatever it says, is no silence. */
static void
go_on_after_answers(void **state)
{
	static const enum db_result results[] = { DB_OK, DB_UNAVAILABLE,
		DB_READ_ONLY, DB_FAILED, DB_NO_MEMORY };

	(void)state;
	for (size_t i = 0; i < COUNT(results); i++) {
		struct primary primary = { .paused_ms = 0 };

		primary_note(&primary, true, results[i], true, NOW_MS);
		primary_note(&primary, false, results[i], false, NOW_MS);
		assert_int_equal(
		    ask(&primary, true, NOW_MS, 1, PRIMARY_ASK), 1);
		assert_int_equal(
		    ask(&primary, false, NOW_MS, 1, PRIMARY_ASK), 1);
	}
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ALONE(ask_so_often_a_second) },
		{ ALONE(revoke_at_any_rate) },
		{ ALONE(pause_after_silence) },
		{ ALONE(go_on_after_answers) },
	};

	return run_all(tests, COUNT(tests));
}
