/*
 * health_test.c - a result is told again for a second.
 *
 * Wanted values: oauth_access_tokens(8), HEALTH, and health.h.  Clock and
 * database are fakes.
 */
#include "guarded.h"

#include "clock.h"
#include "health.h"
#include "tokens.h"

struct db {
	enum db_result result;
	int64_t takes_ms; /* so long each question */
	int asked, forgotten;
};

static const struct config config = { .max_limit = 100 };
static int64_t now_ms = 1;

int64_t
clock_now_ms(void)
{
	return now_ms;
}

/* Nobody asks. */
enum db_result
tokens_read(struct db *db, const struct config *settings,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct token_list *list)
{
	assert_ptr_equal(settings, &config);
	assert_int_equal(request->which, TOKENS_LIST);
	assert_null(request->api_key);
	assert_null(request->token);
	assert_int_equal(request->limit, 0);
	*outcome = TOKENS_UNKNOWN_APPLICATION;
	*list = (struct token_list){ .n = 0 };
	db->asked++;
	now_ms += db->takes_ms;
	return db->result;
}

void
tokens_forget(struct db *db, struct token_list *list)
{
	(void)list;
	db->forgotten++;
}

static void
ask_at_most_once_a_second(void **state)
{
	struct db db = { .result = DB_OK };

	(void)state;
	for (int second = 1; second <= 3; second++) {
		for (int i = 0; i < 1000; i++, now_ms++)
			assert_int_equal(health_ask(&db, &config), DB_OK);
		assert_int_equal(db.asked, second);
	}
	assert_int_equal(db.forgotten, 3);
	now_ms += 1000000; /* long unasked: the result is a new one */
	db.result = DB_UNAVAILABLE;
	assert_int_equal(health_ask(&db, &config), DB_UNAVAILABLE);
	now_ms += HEALTH_FRESH_MS;
}

/* Each result is told again, and no longer. */
static void
tell_again(void **state)
{
	(void)state;
	for (int i = DB_OK; i <= DB_NO_MEMORY; i++) {
		struct db db = { .result = (enum db_result)i };
		struct db other = { .result = DB_OK };

		assert_int_equal(health_ask(&db, &config), i);
		now_ms += HEALTH_FRESH_MS - 1;
		assert_int_equal(health_ask(&other, &config), i);
		assert_int_equal(other.asked, 0);
		now_ms++;
		assert_int_equal(health_ask(&other, &config), DB_OK);
		assert_int_equal(other.asked, 1);
		now_ms += HEALTH_FRESH_MS;
	}
}

/* Requests that queued up behind a slow question do not ask again. */
static void
count_from_the_end(void **state)
{
	struct db db = { .result = DB_TIMEOUT, .takes_ms = 4000 };

	(void)state;
	for (int i = 0; i < 10; i++)
		assert_int_equal(health_ask(&db, &config), DB_TIMEOUT);
	assert_int_equal(db.asked, 1);
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ALONE(ask_at_most_once_a_second) },
		{ ALONE(tell_again) },
		{ ALONE(count_from_the_end) },
	};

	return run_all(tests, COUNT(tests));
}
