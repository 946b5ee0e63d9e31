/*
 * health.c - can lists be read?
 */
#include "clock.h"
#include "health.h"
#include "tokens.h"

/* The last result, and the moment until which it is fresh; 0: none yet. */
static struct {
	enum db_result result;
	int64_t until_ms;
} last;

enum db_result
health_ask(struct db *db, const struct config *config)
{
	/* SQL NULL for key and token, which no row has. */
	const struct tokens_request nobody = { .which = TOKENS_LIST };
	enum tokens_outcome outcome;
	struct token_list list = { .n = 0 };

	if (clock_now_ms() < last.until_ms)
		return last.result;
	last.result = tokens_read(db, config, &nobody, &outcome, &list);
	tokens_forget(db, &list);
	last.until_ms = clock_now_ms() + HEALTH_FRESH_MS;
	return last.result;
}
