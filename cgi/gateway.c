/*
 * gateway.c - the web server's side: FastCGI or CGI.  The only file that knows
 * libfcgi.
 *
 * It accepts connections itself and hands them to libfcgi, so that a signal is
 * seen only while it waits, and none can cut a request in the middle, as
 * libfcgi's own handler does.
 */
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway.h"
#include "log.h"

/* How long one read from, or write to, the web server may take. */
#define READ_LIMIT_S  2
#define WRITE_LIMIT_S 5

extern char **environ;

static const int stop_signals[] = { SIGTERM, SIGINT, SIGUSR1 };

#define STOP_SIGNALS (sizeof stop_signals / sizeof stop_signals[0])

static struct {
	enum gateway_mode mode;
	FCGX_Request request;
	int stop_fd;   /* readable when we are asked to stop */
	bool answered; /* CGI's only request */
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

/*
 * Turn the signals that ask us to stop into something to poll, so that they
 * are seen between two requests, even under load, and nowhere else.
 */
static int
open_stop_fd(void)
{
	sigset_t stop;

	sigemptyset(&stop);
	for (size_t i = 0; i < STOP_SIGNALS; i++) {
		signal(stop_signals[i], SIG_DFL); /* not ignored, at least */
		sigaddset(&stop, stop_signals[i]);
	}
	sigprocmask(SIG_BLOCK, &stop, NULL);
	return signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
}

/*
 * Our own accept must never block, with signals blocked, on a connection that
 * another worker was faster to take.
 */
static bool
make_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

bool
gateway_open(enum gateway_mode mode)
{
	gateway.mode = mode;
	/* A client or server that is gone is an error of write(2). */
	signal(SIGPIPE, SIG_IGN);
	if (mode == GATEWAY_CGI)
		return true;
	gateway.stop_fd = open_stop_fd();
	/* Without a socket to listen on libfcgi cannot accept by itself. */
	return gateway.stop_fd >= 0 && make_nonblocking(STDIN_FILENO) &&
	       FCGX_Init() == 0 &&
	       FCGX_InitRequest(&gateway.request, -1, 0) == 0;
}

/* Wait for a connection; -1 when asked to stop. */
static int
accept_connection(void)
{
	struct pollfd fds[] = {
		{ .fd = gateway.stop_fd, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN },
	};
	const struct timeval read_limit = { .tv_sec = READ_LIMIT_S };
	const struct timeval write_limit = { .tv_sec = WRITE_LIMIT_S };
	int fd = -1;

	while (fd < 0) {
		if (poll(fds, 2, -1) < 0)
			continue;
		if (fds[0].revents != 0)
			return -1;
		/* It fails where another worker has it already. */
		fd = accept4(STDIN_FILENO, NULL, NULL, SOCK_CLOEXEC);
	}
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &read_limit, sizeof read_limit);
	setsockopt(
	    fd, SOL_SOCKET, SO_SNDTIMEO, &write_limit, sizeof write_limit);
	return fd;
}

/* Finish the request and close its connection, whatever the server wished. */
static void
finish_request(void)
{
	gateway.request.keepConnection = 0;
	FCGX_Finish_r(&gateway.request);
}

/*
 * Let libfcgi read the request of a connection.  It calls a request that
 * ended halfway a success; its stream knows better.
 */
static bool
read_request(int fd)
{
	gateway.request.ipcFd = fd;
	gateway.request.keepConnection = 1; /* there is one already */
	if (FCGX_Accept_r(&gateway.request) == 0 &&
	    FCGX_GetError(gateway.request.in) == 0)
		return true;
	log_line("a FastCGI request did not arrive whole");
	finish_request();
	return false;
}

/*
 * Read the body away, which some servers insist on: RFC 3875, section 4.2.
 */
static void
drain_body(void)
{
	const char *length = getenv("CONTENT_LENGTH");
	bool chunked = getenv("HTTP_TRANSFER_ENCODING") != NULL;
	long long rest = length != NULL ? strtoll(length, NULL, 10)
	                 : chunked      ? LLONG_MAX
	                                : 0;
	struct pollfd body = { .fd = STDIN_FILENO, .events = POLLIN };
	char buffer[16384];
	ssize_t n;

	while (rest > 0 && poll(&body, 1, READ_LIMIT_S * 1000) > 0) {
		n = read(STDIN_FILENO, buffer, sizeof buffer);
		if (n <= 0)
			return;
		rest -= n;
	}
}

bool
gateway_next(const char *const **variables)
{
	int fd;

	if (gateway.mode == GATEWAY_CGI) {
		if (gateway.answered)
			return false;
		drain_body();
		*variables = (const char *const *)environ;
		return true;
	}
	while ((fd = accept_connection()) >= 0) {
		if (read_request(fd)) {
			*variables = (const char *const *)gateway.request.envp;
			return true;
		}
	}
	return false;
}

static void
write_all(const char *data, size_t len)
{
	while (len > 0) {
		ssize_t n = write(STDOUT_FILENO, data, len);

		if (n < 0 && errno != EINTR)
			return; /* the server is gone */
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
}

void
gateway_reply(const struct response *response)
{
	if (gateway.mode == GATEWAY_CGI) {
		write_all(response->head, response->head_len);
		write_all(response->body, response->body_len);
		gateway.answered = true;
		return;
	}
	/* An error is the stream's: the server sees the connection close. */
	FCGX_PutStr(
	    response->head, (int)response->head_len, gateway.request.out);
	FCGX_PutStr(
	    response->body, (int)response->body_len, gateway.request.out);
	finish_request();
}

const char *
gateway_library_version(void)
{
	return LIBFCGI_VERSION;
}
