/*
 * primary.c - when may the primary be asked, beside a standby?
 */
#include "primary.h"

enum primary_answer
primary_may_ask(
    struct primary *primary, enum primary_purpose purpose, int64_t now_ms)
{
	if (now_ms < primary->paused_ms)
		return PRIMARY_PAUSED;
	if (now_ms - primary->shares[purpose].since_ms >= 1000) {
		primary->shares[purpose].since_ms = now_ms;
		primary->shares[purpose].asked = 0;
	}
	if (primary->shares[purpose].asked >= PRIMARY_PER_S)
		return PRIMARY_TOO_OFTEN;
	primary->shares[purpose].asked++;
	return PRIMARY_ASK;
}

void
primary_note(struct primary *primary, enum db_result result, int64_t now_ms)
{
	if (result == DB_TIMEOUT)
		primary->paused_ms = now_ms + PRIMARY_PAUSE_MS;
}
