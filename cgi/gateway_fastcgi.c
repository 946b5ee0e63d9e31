/*
 * gateway_fastcgi.c - FastCGI (FastCGI Specification 1.0) on a listening
 * socket. The only file that knows libfcgi.
 *
 * It reads connections itself, so that no peer can hold or crash the process.
 * libfcgi sees nothing of a connection but its vetted records, which it reads
 * from a pipe of our own; the answer it writes to the connection.
 */
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "gateway.h"
#include "listener.h"
#include "log.h"
#include "records.h"

static struct {
	const struct config *config;
	_Atomic int64_t *busy_since_ms; /* or NULL */
	int feed[2];    /* libfcgi reads from the first what we write */
	bool broken;    /* that cannot be done any more */
	int connection; /* of the request, or -1 */
	struct records records;
	FCGX_Request request;
} fastcgi;

/* Make the pipe from which libfcgi reads; all of a request fits in. */
static bool
open_feed(void)
{
	return pipe2(fastcgi.feed, O_CLOEXEC | O_NONBLOCK) == 0 &&
	       fcntl(fastcgi.feed[1], F_SETPIPE_SZ,
	           (int)sizeof fastcgi.records.bytes) >= 0;
}

static bool
open_fastcgi(const struct config *config, _Atomic int64_t *busy_since_ms)
{
	fastcgi.config = config;
	fastcgi.busy_since_ms = busy_since_ms;
	fastcgi.connection = -1;
	return listener_open(
	           config->request_timeout_ms, busy_since_ms != NULL) &&
	       open_feed() && FCGX_Init() == 0 &&
	       FCGX_InitRequest(&fastcgi.request, -1, 0) == 0;
}

static void
note_busy(int64_t since_ms)
{
	if (fastcgi.busy_since_ms != NULL)
		atomic_store(fastcgi.busy_since_ms, since_ms);
}

/* Wait for a connection; false when asked to stop. */
static bool
accept_connection(bool *queued)
{
	int64_t write_ms = fastcgi.config->write_timeout_ms;
	const struct timeval limit = { .tv_sec = write_ms / 1000,
		.tv_usec = write_ms % 1000 * 1000 };

	note_busy(0);
	fastcgi.connection = listener_accept(queued);
	if (fastcgi.connection < 0)
		return false;
	note_busy(clock_now_ms());
	/* poll(2) may say "writable" and the write still block: this bounds it.
	 */
	setsockopt(
	    fastcgi.connection, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	return true;
}

/*
 * Give back what libfcgi has of a request, wiped, and the connection too,
 * whatever the server wished.  libfcgi itself would wait for a slow peer.
 *
 * linger  may the peer still be sending?
 */
static void
finish_request(bool linger)
{
	char **variable = fastcgi.request.envp;

	for (; variable != NULL && *variable != NULL; variable++)
		explicit_bzero(*variable, strlen(*variable));
	fastcgi.request.envp = NULL;
	FCGX_Free(&fastcgi.request, 0);
	records_clear(&fastcgi.records);
	if (linger)
		listener_linger(fastcgi.connection);
	else
		close(fastcgi.connection);
	fastcgi.connection = -1;
}

/* Read a connection as far as its parameters; false: not one to answer. */
static bool
read_records(void)
{
	int64_t end_ms = clock_now_ms() + fastcgi.config->request_timeout_ms;
	enum records_state state = RECORDS_MORE;
	uint8_t bytes[4096];
	int fd = fastcgi.connection;
	bool silent = true;
	ssize_t n;

	while (state == RECORDS_MORE) {
		n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
		if (n > 0) {
			silent = false;
			state = records_add(&fastcgi.records, bytes, (size_t)n);
			explicit_bzero(bytes, (size_t)n);
		} else if (n == 0 || errno != EAGAIN) {
			break;
		} else if (!clock_wait(fd, POLLIN, end_ms)) {
			silent = false; /* it held us up */
			break;
		}
	}
	if (state == RECORDS_BAD)
		log_line("a FastCGI request is not answered: %s",
		    fastcgi.records.wrong);
	else if (state == RECORDS_MORE && !silent) /* no health check's */
		log_line("a FastCGI request did not arrive whole");
	return state == RECORDS_WHOLE;
}

/* Let libfcgi read the vetted records. */
static bool
parse_records(void)
{
	const struct records *records = &fastcgi.records;
	FCGX_Request *request = &fastcgi.request;

	request->ipcFd = fastcgi.feed[0];
	request->keepConnection = 1; /* there is one already */
	if (write(fastcgi.feed[1], records->bytes, records->len) !=
	        (ssize_t)records->len ||
	    FCGX_Accept_r(request) != 0 || FCGX_GetError(request->in) != 0) {
		log_line("libfcgi failed");
		/* What it left unread must not come before the next request. */
		if (request->ipcFd >= 0) /* it has not closed it itself */
			close(fastcgi.feed[0]);
		close(fastcgi.feed[1]);
		fastcgi.broken = !open_feed();
		return false;
	}
	request->ipcFd = fastcgi.connection; /* for the answer */
	return true;
}

static bool
next_request(struct gateway_request *request)
{
	while (!fastcgi.broken && accept_connection(&request->queued)) {
		if (read_records() && parse_records()) {
			request->variables =
			    (const char *const *)fastcgi.request.envp;
			request->too_large = fastcgi.records.too_large;
			return true;
		}
		finish_request(false);
	}
	return false;
}

static ssize_t
write_part(const char *data, size_t len)
{
	note_busy(clock_now_ms()); /* it makes progress */
	return FCGX_PutStr(data, (int)len, fastcgi.request.out);
}

static int
output(void)
{
	return fastcgi.connection;
}

static bool
has_body(void)
{
	return !fastcgi.records.ended;
}

static void
take_body(void)
{
	uint8_t bytes[4096];
	ssize_t n = recv(fastcgi.connection, bytes, sizeof bytes, MSG_DONTWAIT);

	if (n > 0)
		records_add(&fastcgi.records, bytes, (size_t)n);
	else
		fastcgi.records.ended = true;
}

/* End standard error, the output and, with both, the request. */
static bool
end_answer(void)
{
	return FCGX_FClose(fastcgi.request.err) == 0 &&
	       FCGX_FClose(fastcgi.request.out) == 0;
}

static void
finish(bool written)
{
	finish_request(written && end_answer() && !fastcgi.records.ended);
}

static void
close_fastcgi(void)
{
	close(fastcgi.feed[0]);
	close(fastcgi.feed[1]);
	listener_close();
}

/*
 * Rooms that never block: a socket's buffer, of 200 kB as a rule, is empty at
 * first, and poll(2) says "writable" only when a third of it is free.  libfcgi
 * holds back up to 8 kB, which go out with the next part.
 */
const struct gateway_way gateway_fastcgi = {
	.open = open_fastcgi,
	.next = next_request,
	.write = write_part,
	.first_room = 8192,
	.room = 8192,
	.output = output,
	.has_body = has_body,
	.take_body = take_body,
	.finish = finish,
	.close = close_fastcgi,
};

const char *
gateway_library_version(void)
{
	return LIBFCGI_VERSION;
}
