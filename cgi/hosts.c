/*
 * hosts.c - which of the database's hosts is tried next, and when.
 *
 * Pure.
 */
#include <stdio.h>
#include <string.h>

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

int64_t
hosts_stay(struct hosts *hosts, bool well, int64_t max_ms)
{
	int64_t pause_ms = HOSTS_LAST_MS << hosts->stays;

	if (well)
		hosts->stays = 0;
	else if (hosts->stays < HOSTS_STAYS)
		hosts->stays++;
	return well || max_ms > pause_ms ? max_ms : pause_ms;
}

/* Copy the next item of a list, and step behind it; false: it is too long. */
static bool
take_item(const char **list, char *out, size_t size)
{
	size_t len = strcspn(*list, ",");

	if (len >= size)
		return false;
	memcpy(out, *list, len);
	out[len] = '\0';
	*list += len + ((*list)[len] == ',');
	return true;
}

/* How many items a list has; 0: there is none. */
static size_t
count_items(const char *list)
{
	size_t n = 1;

	if (list[0] == '\0')
		return 0;
	for (; *list != '\0'; list++)
		n += *list == ',';
	return n;
}

/* Is it the directory of a Unix socket, or an abstract one? */
static bool
is_socket(const char *name)
{
	return name[0] == '/' || name[0] == '@';
}

size_t
hosts_split(struct host hosts[HOSTS_MAX], const struct hosts_lists *lists)
{
	const char *name = lists->name != NULL ? lists->name : "";
	const char *address = lists->address != NULL ? lists->address : "";
	const char *all_ports = lists->port != NULL ? lists->port : "";
	const char *port = all_ports;
	size_t names = count_items(name), addresses = count_items(address);
	size_t ports = count_items(port), n = addresses ? addresses : names;

	if (n > HOSTS_MAX || (names > 0 && names != n) ||
	    (ports > 1 && ports != n))
		return 0;
	for (size_t i = 0; i < n; i++) {
		struct host *host = &hosts[i];

		if (ports == 1)
			port = all_ports;
		if (!take_item(&name, host->name, sizeof host->name) ||
		    !take_item(&address, host->address, sizeof host->address) ||
		    !take_item(&port, host->port, sizeof host->port))
			return 0;
		if (ports > 1 && host->port[0] == '\0')
			snprintf(host->port, sizeof host->port, "%s",
			    lists->default_port);
		/* libpq's defaults would have their say. */
		if (host->address[0] == '\0' &&
		    (host->name[0] == '\0' ||
		        (addresses > 0 && is_socket(host->name))))
			return 0;
	}
	return n;
}

/* FNV-1a, of a text with its NUL. */
static uint64_t
hash(uint64_t key, const char *text)
{
	do
		key = (key ^ (unsigned char)*text) * 0x100000001b3;
	while (*text++ != '\0');
	return key;
}

uint64_t
hosts_key(const struct host *host)
{
	return hash(hash(hash(0xcbf29ce484222325, host->name), host->address),
	    host->port);
}

/* 0: try it in its turn; 1: it failed; 2: it was silent. */
static int
rank(const struct hosts *hosts, uint64_t key, int64_t now_ms)
{
	for (size_t i = 0; i < HOSTS_MARKS; i++)
		if (hosts->marks[i].key == key &&
		    hosts->marks[i].until_ms > now_ms)
			return hosts->marks[i].silent ? 2 : 1;
	return 0;
}

/* Each order of n places comes about for as many numbers. */
static void
shuffle(size_t *list, size_t n, uint64_t dice)
{
	for (size_t i = n; i > 1; i--) {
		size_t other = dice % i, last = list[i - 1];

		dice /= i;
		list[i - 1] = list[other];
		list[other] = last;
	}
}

void
hosts_order(const struct hosts *hosts, const uint64_t *keys, size_t n,
    uint64_t dice, int64_t now_ms, size_t *order)
{
	size_t list[HOSTS_MAX], done = 0;

	for (size_t i = 0; i < n; i++)
		list[i] = i;
	if (dice != 0)
		shuffle(list, n, dice);
	for (int wanted = 0; wanted <= 2; wanted++)
		for (size_t i = 0; i < n; i++)
			if (rank(hosts, keys[list[i]], now_ms) == wanted)
				order[done++] = list[i];
}

/* The mark of a host; else the mark that ends first. */
static struct hosts_mark *
find_mark(struct hosts *hosts, uint64_t key)
{
	struct hosts_mark *mark = &hosts->marks[0];

	for (size_t i = 0; i < HOSTS_MARKS; i++) {
		if (hosts->marks[i].key == key)
			return &hosts->marks[i];
		if (hosts->marks[i].until_ms < mark->until_ms)
			mark = &hosts->marks[i];
	}
	return mark;
}

void
hosts_mark(
    struct hosts *hosts, uint64_t key, enum db_result result, int64_t now_ms)
{
	struct hosts_mark *mark = find_mark(hosts, key);

	if (result != DB_OK)
		*mark = (struct hosts_mark){ key, now_ms + HOSTS_LAST_MS,
			result == DB_TIMEOUT };
	else if (mark->key == key)
		*mark = (struct hosts_mark){ 0 };
}

int64_t
hosts_share(int64_t now_ms, int64_t end_ms, size_t left)
{
	if (end_ms <= now_ms || left <= 1)
		return end_ms;
	return now_ms + (end_ms - now_ms) / (int64_t)left;
}
