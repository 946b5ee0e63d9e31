/*
 * primary.c - when may the primary be asked, beside a standby?
 */
#include "primary.h"

enum primary_answer
primary_may_ask(struct primary *primary, bool confirms, int64_t now_ms)
{
	if (now_ms < (confirms ? primary->paused_ms : primary->away_ms))
		return PRIMARY_PAUSED;
	if (!confirms)
		return PRIMARY_ASK;
	if (now_ms - primary->since_ms >= 1000) {
		primary->since_ms = now_ms;
		primary->confirmed = 0;
	}
	if (primary->confirmed >= PRIMARY_PER_S)
		return PRIMARY_TOO_OFTEN;
	primary->confirmed++;
	return PRIMARY_ASK;
}

void
primary_note(struct primary *primary, bool confirms, enum db_result result,
    bool reached, int64_t now_ms)
{
	if (result != DB_TIMEOUT)
		return;
	if (confirms || !reached)
		primary->paused_ms = now_ms + PRIMARY_PAUSE_MS;
	if (!reached)
		primary->away_ms = now_ms + PRIMARY_PAUSE_MS;
}
