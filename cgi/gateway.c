/*
 * gateway.c - the web server's side: FastCGI or CGI.  The only file that knows
 * libfcgi.
 *
 * It accepts connections and reads them itself, so that a signal is seen only
 * between two requests, and no peer can hold or crash the process.  libfcgi
 * sees nothing of a connection but its vetted records, which it reads from a
 * pipe of our own; the answer it writes to the connection.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway.h"
#include "log.h"
#include "records.h"
#include "wait.h"

/*
 * What may be written until poll(2) is asked again.  A socket's buffer is empty
 * at first, and a third of it free where poll(2) says that one may write.
 * (libfcgi holds back as much again.)
 */
#define PIPE_ROOM   PIPE_BUF
#define SOCKET_ROOM 8192

/* How long to leave alone a socket that cannot be accepted from. */
#define ACCEPT_PAUSE_MS 100

extern char **environ;

static const int stop_signals[] = { SIGTERM, SIGINT, SIGUSR1, SIGHUP };

#define STOP_SIGNALS (sizeof stop_signals / sizeof stop_signals[0])

static struct {
	enum gateway_mode mode;
	const struct config *config;
	_Atomic int64_t *busy_since_ms; /* or NULL */
	size_t room;                    /* for the answer; see PIPE_ROOM */
	bool answered;                  /* CGI's only request */
	/* FastCGI: */
	int stop_fd;    /* readable when we are asked to stop */
	bool stopping;  /* no further connection is taken */
	int events;     /* epoll(7): that, or a connection to accept */
	int feed[2];    /* libfcgi reads from the first what we write */
	bool queued;    /* the next connection was there already */
	int connection; /* of the request, or -1 */
	struct records records;
	FCGX_Request request;
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

	wait_block(&stop, stop_signals, STOP_SIGNALS);
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

/* Watch a descriptor for something to read. */
static bool
watch(int fd, uint32_t flags)
{
	struct epoll_event event = { .events = EPOLLIN | flags, .data.fd = fd };

	return epoll_ctl(gateway.events, EPOLL_CTL_ADD, fd, &event) == 0;
}

/* Make the pipe from which libfcgi reads; all of a request fits in. */
static bool
open_feed(void)
{
	return pipe2(gateway.feed, O_CLOEXEC | O_NONBLOCK) == 0 &&
	       fcntl(gateway.feed[1], F_SETPIPE_SZ,
	           (int)sizeof gateway.records.bytes) >= 0;
}

static bool
open_fastcgi(void)
{
	gateway.stop_fd = open_stop_fd();
	gateway.events = epoll_create1(EPOLL_CLOEXEC);
	/* One connection is to wake one of the workers, not all. */
	return gateway.stop_fd >= 0 && gateway.events >= 0 &&
	       watch(gateway.stop_fd, 0) &&
	       watch(STDIN_FILENO, EPOLLEXCLUSIVE) &&
	       make_nonblocking(STDIN_FILENO) && open_feed() &&
	       FCGX_Init() == 0 &&
	       FCGX_InitRequest(&gateway.request, -1, 0) == 0;
}

bool
gateway_open(enum gateway_mode mode, const struct config *config,
    _Atomic int64_t *busy_since_ms)
{
	gateway.mode = mode;
	gateway.config = config;
	gateway.busy_since_ms = busy_since_ms;
	/* A client or server that is gone is an error of write(2). */
	signal(SIGPIPE, SIG_IGN);
	if (mode == GATEWAY_CGI) {
		for (size_t i = 0; i < STOP_SIGNALS; i++)
			signal(stop_signals[i], SIG_IGN);
		return true;
	}
	return open_fastcgi();
}

static void
note_busy(int64_t since_ms)
{
	if (gateway.busy_since_ms != NULL)
		atomic_store(gateway.busy_since_ms, since_ms);
}

/*
 * Is a peer one of FCGI_WEB_SERVER_ADDRS, where that is set?  (FastCGI
 * Specification 1.0, section 3.2; IPv4 over TCP only.)
 */
static bool
is_web_server(const struct sockaddr_storage *peer)
{
	const char *list = getenv("FCGI_WEB_SERVER_ADDRS");
	char address[INET_ADDRSTRLEN];
	size_t len;

	if (list == NULL || list[0] == '\0' || peer->ss_family == AF_UNIX)
		return true;
	if (peer->ss_family != AF_INET ||
	    inet_ntop(AF_INET, &((const struct sockaddr_in *)peer)->sin_addr,
	        address, sizeof address) == NULL)
		return false;
	for (; *list != '\0'; list += len + strspn(list + len, ", ")) {
		len = strcspn(list, ", ");
		if (len == strlen(address) && memcmp(list, address, len) == 0)
			return true;
	}
	return false;
}

/* Take a connection; -1: there is none now. */
static int
accept_now(void)
{
	struct pollfd stop = { .fd = gateway.stop_fd, .events = POLLIN };
	struct sockaddr_storage peer = { .ss_family = AF_UNIX };
	socklen_t size = sizeof peer;
	int fd = accept4(
	    STDIN_FILENO, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC);

	if (fd >= 0 && !is_web_server(&peer)) {
		log_line("a peer is not one of FCGI_WEB_SERVER_ADDRS");
		close(fd);
		return -1;
	}
	/* Another worker may have it already, or its peer have hung up. */
	if (fd < 0 && errno != EAGAIN && errno != ECONNABORTED) {
		log_line("cannot accept a connection: %s", strerror(errno));
		poll(&stop, 1, ACCEPT_PAUSE_MS);
	}
	return fd;
}

/*
 * Wait for a connection; false when asked to stop.  One that came with the
 * signal may have woken us alone, and is taken before.
 */
static bool
accept_connection(void)
{
	int64_t write_ms = gateway.config->write_timeout_ms;
	const struct timeval limit = { .tv_sec = write_ms / 1000,
		.tv_usec = write_ms % 1000 * 1000 };
	struct epoll_event events[2];
	int fd = -1, n;

	note_busy(0);
	if (gateway.stopping)
		return false;
	n = epoll_wait(gateway.events, events, 2, 0);
	gateway.queued = true;
	while (fd < 0 && !gateway.stopping) {
		if (n <= 0) {
			n = epoll_wait(gateway.events, events, 2, -1);
			gateway.queued = false;
		}
		for (; n > 0; n--)
			if (events[n - 1].data.fd == gateway.stop_fd)
				gateway.stopping = true;
		fd = accept_now();
	}
	/* A server with a socket for each process now sees that it is gone. */
	if (gateway.stopping)
		close(STDIN_FILENO);
	if (fd < 0)
		return false;
	note_busy(wait_now_ms());
	gateway.connection = fd;
	gateway.room = SOCKET_ROOM;
	/* For what a buffer or poll(2) mispromises. */
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
	return true;
}

/* Take some of the body; false: there is no more. */
static bool
take_body(void)
{
	uint8_t bytes[4096];
	ssize_t n = recv(gateway.connection, bytes, sizeof bytes, MSG_DONTWAIT);

	if (n > 0)
		records_add(&gateway.records, bytes, (size_t)n);
	return n > 0;
}

/* Let the peer finish what it sends, or it may miss what we sent. */
static void
linger(void)
{
	int64_t end_ms = wait_now_ms() + gateway.config->request_timeout_ms;

	shutdown(gateway.connection, SHUT_WR);
	while (!gateway.records.ended &&
	       wait_for(gateway.connection, POLLIN, end_ms) && take_body())
		;
}

/*
 * Give back what libfcgi has of a request, wiped, and close its connection,
 * whatever the server wished.  libfcgi itself would wait for a slow peer.
 */
static void
finish_request(void)
{
	char **variable = gateway.request.envp;

	for (; variable != NULL && *variable != NULL; variable++)
		explicit_bzero(*variable, strlen(*variable));
	gateway.request.envp = NULL;
	FCGX_Free(&gateway.request, 0);
	records_clear(&gateway.records);
	close(gateway.connection);
	gateway.connection = -1;
}

/* Read a connection as far as its parameters; false: not one to answer. */
static bool
read_records(void)
{
	int64_t end_ms = wait_now_ms() + gateway.config->request_timeout_ms;
	enum records_state state = RECORDS_MORE;
	uint8_t bytes[4096];
	int fd = gateway.connection;
	bool silent = true;
	ssize_t n;

	while (state == RECORDS_MORE) {
		n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
		if (n > 0) {
			silent = false;
			state = records_add(&gateway.records, bytes, (size_t)n);
			explicit_bzero(bytes, (size_t)n);
		} else if (n == 0 || errno != EAGAIN) {
			break;
		} else if (!wait_for(fd, POLLIN, end_ms)) {
			silent = false; /* it held us up */
			break;
		}
	}
	if (state == RECORDS_BAD)
		log_line("a FastCGI request is not answered: %s",
		    gateway.records.wrong);
	else if (state == RECORDS_MORE && !silent) /* no health check's */
		log_line("a FastCGI request did not arrive whole");
	return state == RECORDS_WHOLE;
}

/* What libfcgi left unread must not come before the next request. */
static void
renew_feed(void)
{
	if (gateway.request.ipcFd >= 0) /* it has not closed it itself */
		close(gateway.feed[0]);
	close(gateway.feed[1]);
	if (!open_feed())
		gateway.stopping = true;
}

/* Let libfcgi read the vetted records. */
static bool
parse_records(void)
{
	const struct records *records = &gateway.records;
	FCGX_Request *request = &gateway.request;

	request->ipcFd = gateway.feed[0];
	request->keepConnection = 1; /* there is one already */
	if (write(gateway.feed[1], records->bytes, records->len) !=
	        (ssize_t)records->len ||
	    FCGX_Accept_r(request) != 0 || FCGX_GetError(request->in) != 0) {
		log_line("libfcgi failed");
		renew_feed();
		return false;
	}
	request->ipcFd = gateway.connection; /* for the answer */
	return true;
}

static bool
next_fastcgi_request(struct gateway_request *request)
{
	while (accept_connection()) {
		if (read_records() && parse_records()) {
			request->variables =
			    (const char *const *)gateway.request.envp;
			request->queued = gateway.queued;
			return true;
		}
		finish_request();
	}
	return false;
}

/*
 * Read the body away, which some servers insist on: RFC 3875, section 4.2.
 */
static void
drain_body(void)
{
	int64_t end_ms = wait_now_ms() + gateway.config->request_timeout_ms;
	const char *length = getenv("CONTENT_LENGTH");
	bool chunked = getenv("HTTP_TRANSFER_ENCODING") != NULL;
	long long rest = length != NULL ? strtoll(length, NULL, 10)
	                 : chunked      ? LLONG_MAX
	                                : 0;
	char buffer[16384];
	ssize_t n;

	while (rest > 0 && wait_for(STDIN_FILENO, POLLIN, end_ms)) {
		n = read(STDIN_FILENO, buffer, sizeof buffer);
		if (n <= 0)
			return;
		rest -= n;
	}
}

bool
gateway_next(struct gateway_request *request)
{
	if (gateway.mode == GATEWAY_FASTCGI)
		return next_fastcgi_request(request);
	if (gateway.answered)
		return false;
	drain_body();
	request->variables = (const char *const *)environ;
	request->queued = false;
	return true;
}

/* Write a part of the answer; its length, or -1. */
static ssize_t
write_part(const char *data, size_t len)
{
	if (gateway.mode == GATEWAY_CGI)
		return write(STDOUT_FILENO, data, len);
	return FCGX_PutStr(data, (int)len, gateway.request.out);
}

/*
 * Wait until the answer can go on.  A server may first want to be rid of the
 * body: where it does not read, that is taken.
 */
static bool
wait_for_room(int64_t deadline_ms)
{
	bool body = gateway.mode == GATEWAY_FASTCGI && !gateway.records.ended;
	int fd =
	    gateway.mode == GATEWAY_CGI ? STDOUT_FILENO : gateway.connection;
	short ready;

	do {
		ready = wait_for(
		    fd, body ? POLLIN | POLLOUT : POLLOUT, deadline_ms);
		if (ready == POLLIN)
			body = take_body();
	} while (ready == POLLIN);
	if (ready == 0)
		log_line("the answer was not taken in time");
	gateway.room = gateway.mode == GATEWAY_CGI ? PIPE_ROOM : SOCKET_ROOM;
	return ready != 0;
}

/* Write it all before the deadline; false: too late, or the server is gone. */
static bool
write_all(const char *data, size_t len, int64_t deadline_ms)
{
	while (len > 0) {
		ssize_t n;

		if (gateway.room == 0 && !wait_for_room(deadline_ms))
			return false;
		n = write_part(data, len < gateway.room ? len : gateway.room);
		if (n <= 0)
			return false;
		gateway.room -= (size_t)n;
		data += n;
		len -= (size_t)n;
	}
	return true;
}

/* End standard error, the output and, with both, the request. */
static bool
end_answer(void)
{
	return FCGX_FClose(gateway.request.err) == 0 &&
	       FCGX_FClose(gateway.request.out) == 0;
}

void
gateway_reply(const struct response *response)
{
	int64_t end_ms = wait_now_ms() + gateway.config->write_timeout_ms;
	bool written = write_all(response->head, response->head_len, end_ms) &&
	               write_all(response->body, response->body_len, end_ms);

	gateway.answered = true;
	if (gateway.mode == GATEWAY_CGI)
		return;
	if (written && end_answer() && !gateway.records.ended)
		linger();
	finish_request();
}

const char *
gateway_library_version(void)
{
	return LIBFCGI_VERSION;
}
