/*
 * gateway.c - the web server's side: one face for FastCGI and CGI, and an
 * answer written by a deadline.
 */
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "gateway.h"
#include "log.h"

static struct {
	const struct gateway_way *way;
	int64_t write_ms; /* without progress */
	size_t room;      /* left; see struct gateway_way */
} gateway;

enum gateway_mode
gateway_detect(void)
{
	int listening = 0;
	socklen_t size = sizeof listening;

	if (getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &listening,
	        &size) == 0 &&
	    listening)
		return GATEWAY_FASTCGI;
	if (getenv("GATEWAY_INTERFACE") != NULL)
		return GATEWAY_CGI;
	return GATEWAY_NONE;
}

bool
gateway_open(enum gateway_mode mode, const struct config *config,
    _Atomic int64_t *busy_since_ms)
{
	gateway.way = mode == GATEWAY_FASTCGI ? &gateway_fastcgi : &gateway_cgi;
	gateway.write_ms = config->write_timeout_ms;
	return gateway.way->open(config, busy_since_ms);
}

bool
gateway_next(struct gateway_request *request)
{
	*request = (struct gateway_request){ .queued = false };
	gateway.room = gateway.way->first_room;
	return gateway.way->next(request);
}

/*
 * Wait until the answer can go on, or until a moment.  A server that does not
 * read the answer may still be sending a body: read and discard that.
 */
static bool
wait_for_room(int64_t end_ms)
{
	const struct gateway_way *way = gateway.way;
	int64_t deadline_ms = clock_now_ms() + gateway.write_ms;
	short ready;

	if (deadline_ms > end_ms)
		deadline_ms = end_ms;
	do {
		bool body = way->has_body != NULL && way->has_body();

		ready = clock_wait(way->output(),
		    body ? POLLIN | POLLOUT : POLLOUT, deadline_ms);
		if (ready == POLLIN)
			way->take_body();
	} while (ready == POLLIN);
	if (ready == 0)
		log_line("the answer was not taken in time");
	gateway.room = way->room;
	return ready != 0;
}

/* Write it all; false: too late, or the server is gone. */
static bool
write_all(const char *data, size_t len, int64_t end_ms)
{
	while (len > 0) {
		ssize_t n;

		if (gateway.room == 0 && !wait_for_room(end_ms))
			return false;
		n = gateway.way->write(
		    data, len < gateway.room ? len : gateway.room);
		if (n <= 0)
			return false;
		gateway.room -= (size_t)n;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

void
gateway_reply(
    const char *head, size_t head_len, const char *body, size_t body_len)
{
	int64_t end_ms =
	    clock_now_ms() + GATEWAY_WRITE_FACTOR * gateway.write_ms;

	gateway.way->finish(write_all(head, head_len, end_ms) &&
	                    write_all(body, body_len, end_ms));
}

void
gateway_close(void)
{
	gateway.way->close();
}
