/*
 * gateway_cgi.c - the one request of CGI (RFC 3875).
 */
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "clock.h"
#include "gateway.h"

extern char **environ;

static struct {
	int64_t request_ms;
	bool answered;
} cgi;

static bool
open_cgi(const struct config *config, _Atomic int64_t *busy_since_ms)
{
	static const int ignored[] = { SIGTERM, SIGINT, SIGUSR1, SIGHUP };

	(void)busy_since_ms;
	cgi.request_ms = config->request_timeout_ms;
	for (size_t i = 0; i < sizeof ignored / sizeof ignored[0]; i++)
		signal(ignored[i], SIG_IGN);
	return true;
}

/*
 * Read the body away, which some servers insist on: RFC 3875, section 4.2.
 */
static void
drain_body(void)
{
	int64_t end_ms = clock_now_ms() + cgi.request_ms;
	const char *length = getenv("CONTENT_LENGTH");
	bool chunked = getenv("HTTP_TRANSFER_ENCODING") != NULL;
	long long rest = length != NULL ? strtoll(length, NULL, 10)
	                 : chunked      ? LLONG_MAX
	                                : 0;
	char buffer[16384];
	ssize_t n;

	while (rest > 0 && clock_wait(STDIN_FILENO, POLLIN, end_ms)) {
		n = read(STDIN_FILENO, buffer, sizeof buffer);
		if (n <= 0)
			return;
		rest -= n;
	}
}

static bool
next_request(struct gateway_request *request)
{
	if (cgi.answered)
		return false;
	drain_body();
	request->variables = (const char *const *)environ;
	return true;
}

static ssize_t
write_part(const char *data, size_t len)
{
	return write(STDOUT_FILENO, data, len);
}

static int
output(void)
{
	return STDOUT_FILENO;
}

static void
finish(bool written)
{
	(void)written;
	cgi.answered = true;
}

static void
close_nothing(void)
{
}

/* poll(2) says that a pipe is writable when it has room for PIPE_BUF bytes. */
const struct gateway_way gateway_cgi = {
	.open = open_cgi,
	.next = next_request,
	.write = write_part,
	.room = PIPE_BUF,
	.output = output,
	.finish = finish,
	.close = close_nothing,
};
