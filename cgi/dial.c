/*
 * dial.c - an attempt to connect, step by step.
 */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

#include "clock.h"
#include "dial.h"

/* A number to shuffle by; 0: the order stays. */
static uint64_t
throw_dice(const struct dial *dial)
{
	uint64_t dice = 0;

	if (dial->view.shuffled &&
	    getrandom(&dice, sizeof dice, GRND_NONBLOCK) != sizeof dice)
		dice = 0;
	return dice;
}

static void
put_in_order(
    const struct dial *dial, const struct host *hosts, size_t n, size_t *order)
{
	uint64_t keys[HOSTS_MAX];

	for (size_t i = 0; i < n; i++)
		keys[i] = hosts_key(&hosts[i]);
	hosts_order(
	    dial->memory, keys, n, throw_dice(dial), clock_now_ms(), order);
}

void
dial_begin(struct dial *dial, const struct conninfo *conninfo,
    struct hosts *memory, int64_t limit_ms, int64_t end_ms)
{
	*dial = (struct dial){ .memory = memory, .end_ms = end_ms };
	conninfo_look(conninfo, &dial->view);
	dial->n = hosts_split(dial->hosts, &dial->view.lists);
	dial->passes = dial->n > 0 && dial->view.session != NULL &&
	                       strcmp(dial->view.session, "prefer-standby") == 0
	                   ? 2
	                   : 1;
	if (dial->n > 1 && !dial->view.user_timeout)
		snprintf(dial->user_timeout, sizeof dial->user_timeout, "%lld",
		    (long long)(limit_ms + 1) / 2);
}

/* Look a host's name up, as libpq would; each address becomes a host. */
static void
look_up(struct dial *dial, const struct host *host)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	int error = getaddrinfo(host->name, NULL, &hints, &list);

	dial->addresses = 0;
	for (const struct addrinfo *a = list;
	     a != NULL && dial->addresses < HOSTS_MAX; a = a->ai_next) {
		struct host *name = &dial->names[dial->addresses];

		*name = *host;
		dial->addresses +=
		    getnameinfo(a->ai_addr, a->ai_addrlen, name->address,
		        sizeof name->address, NULL, 0, NI_NUMERICHOST) == 0;
	}
	if (list != NULL)
		freeaddrinfo(list);
	if (dial->addresses == 0)
		dial->lookup_failed =
		    gai_strerror(error != 0 ? error : EAI_NONAME);
}

/* Find the addresses of a host; there is always one, which may be none. */
static void
find_addresses(struct dial *dial, const struct host *host)
{
	bool socket = host->name[0] == '/' || host->name[0] == '@';

	dial->lookup_failed = NULL;
	dial->addresses = 0;
	dial->address_at = 0;
	if (host->address[0] == '\0' && !socket)
		look_up(dial, host);
	if (dial->addresses == 0)
		dial->names[dial->addresses++] = *host;
	put_in_order(dial, dial->names, dial->addresses, dial->names_order);
}

/* Begin the next host; false: there is none. */
static bool
begin_host(struct dial *dial)
{
	size_t left = dial->n * dial->passes - dial->at;

	/* A look-up may have taken all the time: the rest was not silent. */
	if (left == 0 || (dial->at > 0 && clock_now_ms() >= dial->end_ms))
		return false;
	if (dial->at % dial->n == 0)
		put_in_order(dial, dial->hosts, dial->n, dial->order);
	find_addresses(dial, &dial->hosts[dial->order[dial->at++ % dial->n]]);
	dial->host_end_ms = hosts_share(clock_now_ms(), dial->end_ms, left);
	return true;
}

/* Leave all to libpq, once. */
static const struct dial_target *
dial_whole(struct dial *dial)
{
	dial->target = (struct dial_target){ .end_ms = dial->end_ms };
	return dial->at++ == 0 ? &dial->target : NULL;
}

const struct dial_target *
dial_next(struct dial *dial)
{
	static const char *const sessions[] = { "standby", "any" };
	struct dial_target *target = &dial->target;

	if (dial->n == 0)
		return dial_whole(dial);
	if (dial->address_at == dial->addresses && !begin_host(dial))
		return NULL;
	target->host = dial->names[dial->names_order[dial->address_at]];
	target->several = dial->n > 1 || dial->addresses > 1;
	target->session =
	    dial->passes == 2 ? sessions[(dial->at - 1) / dial->n] : NULL;
	target->user_timeout = dial->user_timeout;
	target->lookup_failed = dial->lookup_failed;
	target->end_ms = hosts_share(clock_now_ms(), dial->host_end_ms,
	    dial->addresses - dial->address_at++);
	return target;
}

void
dial_note(struct dial *dial, enum db_result result)
{
	int64_t now_ms = clock_now_ms();

	if (dial->n == 0)
		return;
	hosts_mark(dial->memory, hosts_key(&dial->target.host), result, now_ms);
	hosts_mark(dial->memory,
	    hosts_key(&dial->hosts[dial->order[(dial->at - 1) % dial->n]]),
	    result, now_ms);
}

/* Name the target. */
static void
name_target(const struct dial *dial, char *name, size_t size)
{
	const struct host *host = &dial->target.host;

	if (dial->target.lookup_failed != NULL)
		snprintf(name, size,
		    "host %zu: ", dial->order[(dial->at - 1) % dial->n] + 1);
	else
		snprintf(name, size, "%s port %s: ",
		    host->address[0] != '\0' ? host->address : host->name,
		    host->port);
}

void
dial_say(struct dial *dial, const char *what, const char *words)
{
	/* libpq's words name it themselves, once it has been reached. */
	bool named = strncmp(words, "connection to server ", 21) == 0;
	size_t len = strlen(dial->words), room = sizeof dial->words - len;
	size_t share = sizeof dial->words;
	char name[sizeof dial->target.host] = "";

	if (dial->target.several && !named)
		name_target(dial, name, sizeof name);
	if (dial->n > 1)
		share /= dial->n * dial->passes;
	snprintf(dial->words + len, room < share ? room : share, "%s%s%s%s",
	    len > 0 ? "; " : "", name, what, words);
}

void
dial_end(struct dial *dial)
{
	conninfo_look_away(&dial->view);
}
