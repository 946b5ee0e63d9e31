/*
 * log_test.c - one line on standard error.
 *
 * Wanted values: log.h.  The clock is a fake.  Descriptor 2 is a socket that
 * keeps the borders of messages, so that one line is one write(2), or a pipe
 * that is full.
 */
#include "guarded.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>

#include "log.h"
#include "clock.h"

#define NAME "oauth_access_tokens: "

static int64_t now_ms = 1000;

int64_t
clock_now_us(void)
{
	return now_ms * 1000;
}

int64_t
clock_now_ms(void)
{
	return now_ms;
}

static int standard_error; /* the program's own, meanwhile */
static int written;        /* what is read from it was written to 2 */

/* Let descriptor 2 be the second of a pair, and written the first. */
static void
capture(const int pair[2])
{
	standard_error = dup(STDERR_FILENO);
	written = pair[0];
	assert_int_equal(dup2(pair[1], STDERR_FILENO), STDERR_FILENO);
	close(pair[1]);
	assert_int_equal(fcntl(written, F_SETFL, O_NONBLOCK), 0);
}

static void
capture_messages(void)
{
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	capture(pair);
}

static void
release(void)
{
	dup2(standard_error, STDERR_FILENO);
	close(standard_error);
	close(written);
	log_end_request();
	now_ms += 1000000; /* what was written is written again */
}

/* What was written since, a line in one write; NULL: nothing. */
static const char *
line(void)
{
	static char text[2048];
	ssize_t n = read(written, text, sizeof text - 1);

	if (n < 0)
		return NULL;
	text[n] = '\0';
	return text;
}

static void
assert_line(const char *want)
{
	const char *got = line();

	if (want == NULL)
		assert_null(got);
	else
		assert_string_equal(got != NULL ? got : "", want);
}

static const struct message {
	const char *name;
	const char *text;
	const char *id; /* NULL: of the process */
	int64_t ms;     /* since the request began */
	const char *want;
} messages[] = {
	{ "of the process", "made up", NULL, 0, NAME "made up\n" },
	{ "of a request", "made up", "id-1", 0,
	    NAME "made up (request id-1, 0 ms)\n" },
	{ "some time later", "made up", "id-1", 1234567,
	    NAME "made up (request id-1, 1234567 ms)\n" },
	{ "empty", "", NULL, 0, NAME "\n" },
	{ "a format in an argument", "%s%n%%", NULL, 0, NAME "%s%n%%\n" },
	{ "lines and other controls", "a\nb\r\tc\x1b[0m\x7f\x01", NULL, 0,
	    NAME "a b? c?[0m??\n" },
	{ "what is not ASCII", "gr\xc3\xbc\xc3\x9f \xff", NULL, 0,
	    NAME "gr???? ?\n" },
	{ "the edges of ASCII", " ~", NULL, 0, NAME " ~\n" },
};

static void
write_message(void **state)
{
	const struct message *row = *state;

	capture_messages();
	if (row->id != NULL)
		log_begin_request(
		    guarded(row->id, strlen(row->id)), strlen(row->id));
	now_ms += row->ms;
	log_line("%s", row->text);
	assert_line(row->want);
	assert_line(NULL);
	release();
}

static const struct length {
	const char *name;
	size_t len, want; /* bytes of the message */
} lengths[] = {
	{ "just not cut", 900, 900 },
	{ "a byte too long", 901, 900 },
	{ "much too long", 100000, 900 },
};

/* With the longest id there is, and any time. */
static void
cut_message(void **state)
{
	const struct length *row = *state;
	char *id = guarded_run('i', LOG_ID_MAX);
	char want[2048];

	capture_messages();
	log_begin_request(id, LOG_ID_MAX);
	now_ms += INT32_MAX;
	log_line("%s", guarded_run('m', row->len));
	snprintf(want, sizeof want, NAME "%s (request %s, %d ms)\n",
	    guarded_run('m', row->want), id, INT32_MAX);
	assert_line(want);
	release();
}

/* The id of a request that came without one: of 16 digits. */
static void
read_made_up_id(const char *message, char id[17])
{
	char start[64];
	const char *text = NULL;

	log_line("%s", message);
	text = line();
	snprintf(start, sizeof start, NAME "%s (request ", message);
	if (text == NULL) {
		fail_msg("no line");
		return;
	}
	assert_memory_equal(text, start, strlen(start));
	text += strlen(start);
	assert_int_equal(strspn(text, "0123456789abcdef"), 16);
	assert_string_equal(text + 16, ", 0 ms)\n");
	memcpy(id, text, 16);
	id[16] = '\0';
}

static void
make_up_id(void **state)
{
	char first[17], same[17], second[17];
	const char *id;

	(void)state;
	capture_messages();
	id = log_begin_request(NULL, 0);
	read_made_up_id("made up a", first);
	assert_string_equal(id, first);
	read_made_up_id("made up b", same);
	assert_string_equal(first, same);
	log_begin_request(NULL, 0);
	read_made_up_id("made up c", second);
	assert_string_not_equal(first, second);
	assert_string_equal(log_begin_request("id-3", 4), "id-3");
	log_end_request();
	log_line("made up d");
	assert_line(NAME "made up d\n");
	release();
}

/* Forked processes do not make up the same ids. */
static void
make_up_other_ids(void **state)
{
	char ours[17], theirs[17] = "";
	int pair[2];

	(void)state;
	log_begin_request(NULL, 0);
	assert_int_equal(pipe(pair), 0);
	if (fork() == 0) {
		log_begin_process();
		_exit(write(pair[1], log_begin_request(NULL, 0), 16) != 16);
	}
	assert_int_equal(read(pair[0], theirs, 16), 16);
	snprintf(ours, sizeof ours, "%s", log_begin_request(NULL, 0));
	assert_string_not_equal(ours, theirs);
	assert_int_equal(strspn(theirs, "0123456789abcdef"), 16);
	close(pair[0]);
	close(pair[1]);
	log_end_request();
}

static void
hold_back_repeats(void **state)
{
	(void)state;
	capture_messages();
	log_line("again %d", 1);
	assert_line(NAME "again 1\n");
	log_line("again %d", 1);
	assert_line(NULL);
	log_line("again %d", 2); /* another message */
	assert_line(NAME "again 2\n");

	now_ms += 9999;
	log_begin_request("id-2", 4); /* the same, though of a request */
	log_line("again %d", 1);
	assert_line(NULL);
	now_ms += 1; /* ten seconds from what was written */
	log_line("again %d", 1);
	assert_line(NAME "again 1 (request id-2, 1 ms), and 2 times before\n");
	log_line("again %d", 1);
	assert_line(NULL);
	now_ms += 10000;
	log_line("again %d", 1);
	assert_line(
	    NAME "again 1 (request id-2, 10001 ms), and 1 times before\n");
	now_ms += 10000;
	log_line("again %d", 1);
	assert_line(NAME "again 1 (request id-2, 20001 ms)\n");
	release();
}

/* More messages than are remembered: the oldest is the one that is not. */
static void
remember_some(void **state)
{
	(void)state;
	capture_messages();
	for (int i = 1; i <= 9; i++, now_ms++) {
		log_line("some %d", i);
		assert_non_null(line());
	}
	for (int i = 2; i <= 9; i++) {
		log_line("some %d", i);
		assert_line(NULL);
	}
	log_line("some %d", 1);
	assert_line(NAME "some 1\n");
	release();
}

static const struct told {
	const char *name;
	struct log_facts facts;
	const char *want; /* behind the time */
} tellings[] = {
	{ "a list",
	    { "GET", "/oauth_access_tokens", 200, NULL, 8, true, 2, 412 },
	    "request=id-1 method=GET address=/oauth_access_tokens status=200 "
	    "error=- rows=8 user=2 database_ms=0.412 total_ms=3.000\n" },
	{ "nothing is known",
	    { NULL, NULL, 431, "request_too_large", 0, false, 7, 0 },
	    "request=id-1 method=- address=- status=431 "
	    "error=request_too_large rows=0 user=- database_ms=0.000 "
	    "total_ms=3.000\n" },
	{ "great numbers",
	    { "OPTIONS", "/pipelines/oauth_access_tokens/logs", 204, NULL,
	        INT64_MAX, true, INT64_MIN, 600000000000 },
	    "request=id-1 method=OPTIONS "
	    "address=/pipelines/oauth_access_tokens/logs status=204 error=- "
	    "rows=9223372036854775807 user=-9223372036854775808 "
	    "database_ms=600000000.000 total_ms=3.000\n" },
};

/* Each request has its line, however like the last one it is. */
static void
tell_request(void **state)
{
	const struct told *row = *state;
	static const char time[] = "time=0000-00-00T00:00:00.000Z ";

	capture_messages();
	log_begin_request("id-1", 4);
	now_ms += 3;
	for (int n = 0; n < 20; n++) {
		const char *got;

		log_request(&row->facts);
		got = line();
		if (got == NULL) {
			fail_msg("no line");
			return;
		}
		assert_memory_equal(got, NAME, strlen(NAME));
		got += strlen(NAME);
		for (size_t i = 0; i < sizeof time - 1; i++)
			if (time[i] == '0')
				assert_in_range(got[i], '0', '9');
			else
				assert_int_equal(got[i], time[i]);
		assert_string_equal(got + sizeof time - 1, row->want);
	}
	release();
}

/* Fill a pipe up to the last byte, or leave it room for some. */
static void
fill(int fd, size_t room)
{
	static const char block[4096];
	int size = fcntl(fd, F_GETPIPE_SZ);

	assert_true(size > 0);
	for (size_t left = (size_t)size - room; left > 0;) {
		size_t n = left < sizeof block ? left : sizeof block;

		assert_int_equal(write(fd, block, n), n);
		left -= n;
	}
}

static void
drain(void)
{
	static char block[4096];
	ssize_t n;

	while ((n = read(written, block, sizeof block)) > 0)
		for (ssize_t i = 0; i < n; i++)
			assert_int_equal(block[i], 0); /* nothing of a line */
	assert_int_equal(errno, EAGAIN);
}

static const struct room {
	const char *name;
	size_t room; /* bytes that a pipe has left, less than a page */
} rooms[] = {
	{ "none", 0 },
	{ "a byte", 1 },
	{ "half a line", 20 },
};

/* A line is lost as a whole, at once, and the next one is not. */
static void
lose_in_full_pipe(void **state)
{
	const struct room *row = *state;
	int pair[2];

	assert_int_equal(pipe(pair), 0);
	capture(pair);
	fill(STDERR_FILENO, row->room);
	alarm(10); /* where it blocks */
	log_line("lost");
	log_request(&tellings[0].facts);
	alarm(0);
	drain();
	log_line("not lost");
	assert_line(NAME "not lost\n");
	release();
}

/* There is nobody to tell. */
static void
write_to_nobody(void **state)
{
	int pair[2];

	(void)state;
	capture_messages();
	close(STDERR_FILENO);
	log_line("closed");
	release();

	assert_int_equal(pipe(pair), 0);
	capture(pair);
	signal(SIGPIPE, SIG_IGN);
	close(written);
	log_line("nobody reads");
	written = -1;
	signal(SIGPIPE, SIG_DFL);
	release();
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(write_message, messages) },
		{ ROWS(cut_message, lengths) },
		{ ALONE(make_up_id) },
		{ ALONE(make_up_other_ids) },
		{ ALONE(hold_back_repeats) },
		{ ALONE(remember_some) },
		{ ROWS(tell_request, tellings) },
		{ ROWS(lose_in_full_pipe, rooms) },
		{ ALONE(write_to_nobody) },
	};

	return run_all(tests, COUNT(tests));
}
