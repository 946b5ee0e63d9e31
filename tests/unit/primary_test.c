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
ask(struct primary *primary, enum primary_purpose purpose, int64_t now_ms,
    int n, enum primary_answer otherwise)
{
	int asked = 0;

	for (int i = 0; i < n; i++) {
		enum primary_answer answer =
		    primary_may_ask(primary, purpose, now_ms);

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

		assert_int_equal(ask(&primary, PRIMARY_REFUSAL, now_ms,
		                     PRIMARY_PER_S - 1, PRIMARY_ASK),
		    PRIMARY_PER_S - 1);
		assert_int_equal(ask(&primary, PRIMARY_REFUSAL, now_ms + 999,
		                     100, PRIMARY_TOO_OFTEN),
		    1);
	}
}

static void
share_between_purposes(void **state)
{
	struct primary primary = { .paused_ms = 0 };

	(void)state;
	ask(&primary, PRIMARY_REFUSAL, NOW_MS, 1000, PRIMARY_TOO_OFTEN);
	assert_int_equal(
	    ask(&primary, PRIMARY_DELETE, NOW_MS, 1000, PRIMARY_TOO_OFTEN),
	    PRIMARY_PER_S);
}

static void
pause_after_silence(void **state)
{
	static const enum db_result results[] = { DB_OK, DB_UNAVAILABLE,
		DB_READ_ONLY, DB_TIMEOUT, DB_FAILED, DB_NO_MEMORY };

	(void)state;
	for (size_t i = 0; i < COUNT(results); i++) {
		struct primary primary = { .paused_ms = 0 };
		bool silent = results[i] == DB_TIMEOUT;

		primary_note(&primary, results[i], NOW_MS);
		for (int purpose = 0; purpose < PRIMARY_PURPOSES; purpose++) {
			assert_int_equal(
			    ask(&primary, (enum primary_purpose)purpose,
			        NOW_MS + PRIMARY_PAUSE_MS - 1, 1,
			        PRIMARY_PAUSED),
			    !silent);
			assert_int_equal(
			    ask(&primary, (enum primary_purpose)purpose,
			        NOW_MS + PRIMARY_PAUSE_MS, 1, PRIMARY_ASK),
			    1);
		}
	}
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ALONE(ask_so_often_a_second) },
		{ ALONE(share_between_purposes) },
		{ ALONE(pause_after_silence) },
	};

	return run_all(tests, COUNT(tests));
}
