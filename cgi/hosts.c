/*
 * hosts.c - when to try to connect to the database's host.
 *
 * Pure.
 */
#include "hosts.h"

int64_t
hosts_when(
    const struct hosts *hosts, bool patient, int64_t now_ms, int64_t end_ms)
{
	bool known = hosts->failures > 1 || hosts->last == DB_TIMEOUT;

	if (now_ms < hosts->retry_ms &&
	    ((known && !patient) || hosts->retry_ms >= end_ms))
		return -1;
	return hosts->retry_ms;
}

bool
hosts_try_again(const struct hosts *hosts, enum db_result result)
{
	return result == DB_UNAVAILABLE && hosts->last == DB_OK;
}

void
hosts_note(struct hosts *hosts, enum db_result result, int64_t now_ms)
{
	bool ok = result == DB_OK;

	hosts->last = result;
	hosts->failures = ok ? 0 : hosts->failures + 1;
	hosts->retry_ms = ok ? 0 : now_ms + HOSTS_RETRY_MS;
}
