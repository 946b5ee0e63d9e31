/*
 * log.c - one line on standard error, which is the web server's error log.
 */
#include <inttypes.h>
#include <poll.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"

#define PREFIX    "oauth_access_tokens: "
#define REPEAT_MS 10000

/* What ids are made of: see make_id(). */
static struct {
	bool known;
	uint64_t state;
} ids;

/* The request that lines are about. */
static struct {
	int64_t since_us; /* 0: none */
	char id[LOG_ID_MAX + 1];
} request;

/* Messages written lately, by their hashes. */
static struct seen {
	uint64_t hash;
	int64_t written_ms;
	unsigned held_back; /* times since then */
} seen[8];

#define SEEN (sizeof seen / sizeof seen[0])

/*
 * Make up an id that nobody else does, without a system call each time:
 * SplitMix64, which never repeats, from a random start.
 * <https://prng.di.unimi.it/splitmix64.c>
 */
static void
make_id(void)
{
	uint64_t id;

	if (!ids.known) {
		if (getrandom(&ids.state, sizeof ids.state, GRND_NONBLOCK) !=
		    sizeof ids.state)
			ids.state =
			    (uint64_t)clock_now_ms() << 20 ^ (uint64_t)getpid();
		ids.known = true;
	}
	id = ids.state += 0x9e3779b97f4a7c15;
	id = (id ^ id >> 30) * 0xbf58476d1ce4e5b9;
	id = (id ^ id >> 27) * 0x94d049bb133111eb;
	snprintf(request.id, sizeof request.id, "%016" PRIx64, id ^ id >> 31);
}

const char *
log_begin_request(const char *id, size_t len)
{
	request.since_us = clock_now_us();
	if (id == NULL)
		make_id();
	else
		snprintf(request.id, sizeof request.id, "%.*s", (int)len, id);
	return request.id;
}

void
log_begin_process(void)
{
	ids.known = false;
}

void
log_end_request(void)
{
	request.since_us = 0;
}

int64_t
log_request_us(void)
{
	return clock_now_us() - request.since_us;
}

/* FNV-1a, <http://www.isthe.com/chongo/tech/comp/fnv/> */
static uint64_t
hash(const char *text)
{
	uint64_t h = 0xcbf29ce484222325;

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3;
	return h;
}

/*
 * Find a message among those seen, or else the place of the oldest for it.
 * Returns NULL when it is to be held back.
 */
static struct seen *
see(const char *message)
{
	uint64_t h = hash(message);
	int64_t now_ms = clock_now_ms();
	struct seen *place = &seen[0];

	for (size_t i = 0; i < SEEN; i++) {
		if (seen[i].written_ms != 0 && seen[i].hash == h) {
			if (now_ms - seen[i].written_ms < REPEAT_MS) {
				seen[i].held_back++;
				return NULL;
			}
			seen[i].written_ms = now_ms;
			return &seen[i];
		}
		if (seen[i].written_ms < place->written_ms)
			place = &seen[i];
	}
	*place = (struct seen){ .hash = h, .written_ms = now_ms };
	return place;
}

/* Write what there is room for now, and do not wait for more. */
static void
write_line(char *line, size_t len)
{
	struct pollfd error_log = { .fd = STDERR_FILENO, .events = POLLOUT };

	for (size_t i = 0; i < len; i++) {
		if (line[i] == '\n' || line[i] == '\t')
			line[i] = ' ';
		else if (line[i] < ' ' || line[i] > '~')
			line[i] = '?';
	}
	line[len++] = '\n';
	/* Where it cannot be written, there is nobody to tell. */
	if (poll(&error_log, 1, 0) == 1 && write(STDERR_FILENO, line, len) < 0)
		return;
}

void
log_line(const char *format, ...)
{
	char message[LOG_MESSAGE_MAX + 1], line[1100];
	char about[LOG_ID_MAX + 48] = "", times[48] = "";
	struct seen *place;
	va_list args;
	int len;

	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	place = see(message);
	if (place == NULL)
		return;
	if (request.since_us != 0)
		snprintf(about, sizeof about, " (request %s, %" PRId64 " ms)",
		    request.id, log_request_us() / 1000);
	if (place->held_back > 0)
		snprintf(times, sizeof times, ", and %u times before",
		    place->held_back);
	place->held_back = 0;
	len =
	    snprintf(line, sizeof line, PREFIX "%s%s%s", message, about, times);
	write_line(line, (size_t)len);
}

#define TIME_SIZE 40

/* Write the time of day. */
static void
format_time(char out[TIME_SIZE])
{
	struct timespec now;
	struct tm utc;
	size_t n;

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	n = strftime(out, TIME_SIZE, "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(out + n, TIME_SIZE - n, ".%03ldZ", now.tv_nsec / 1000000);
}

static const char *
or_dash(const char *text)
{
	return text != NULL && text[0] != '\0' ? text : "-";
}

void
log_request(const struct log_facts *facts)
{
	char line[600], time[TIME_SIZE], user[24] = "";
	int len;

	format_time(time);
	if (facts->user_known)
		snprintf(user, sizeof user, "%" PRId64, facts->user_id);
	len = snprintf(line, sizeof line,
	    PREFIX "time=%s request=%s method=%s address=%s status=%d error=%s "
	           "rows=%" PRId64 " user=%s database_ms=%.3f total_ms=%.3f",
	    time, request.id, or_dash(facts->method), or_dash(facts->address),
	    facts->status, or_dash(facts->error), facts->rows, or_dash(user),
	    (double)facts->database_us / 1000, (double)log_request_us() / 1000);
	write_line(line, (size_t)len);
}
