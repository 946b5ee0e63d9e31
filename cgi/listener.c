/*
 * listener.c - connections of the web server's.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "clock.h"
#include "listener.h"
#include "log.h"
#include "signals.h"

/* How long to leave alone a socket that cannot be accepted from. */
#define ACCEPT_PAUSE_MS 100

/*
 * A process that is to stop ends once no connection has come for this long: a
 * request may be with the web server, which has not connected yet.
 */
#define QUIET_MS 100

/* Connections that linger at one time; of more the oldest is closed. */
#define LINGERING_MAX 64

/* What is read away of one of them before others get their turn. */
#define LINGERING_READS 16

#define EVENTS_MAX      16

static const int stop_signals[] = { SIGTERM, SIGINT, SIGUSR1, SIGHUP };

#define STOP_SIGNALS (sizeof stop_signals / sizeof stop_signals[0])

static struct {
	int64_t linger_ms;
	bool others;
	int stop_fd; /* signalfd(2) */
	int events;  /* epoll(7): that, connections to accept, lingering */
	enum {
		RUNNING,
		DRAINING, /* asked to stop: what waits is taken, until end_ms */
		LAST, /* asked to stop: what came with the signal is taken */
		OVER,
	} state;
	int64_t end_ms;
	bool shut; /* the socket was shut down: nothing comes any more */
	struct lingering { /* the oldest first */
		int fd;
		int64_t end_ms;
	} lingering[LINGERING_MAX];
	size_t n;
} listener;

/* Watch a descriptor for something to read. */
static bool
watch(int fd, uint32_t flags)
{
	struct epoll_event event = { .events = EPOLLIN | flags, .data.fd = fd };

	return epoll_ctl(listener.events, EPOLL_CTL_ADD, fd, &event) == 0;
}

/*
 * Never block in accept(2): another process may have taken the connection, and
 * the signals that ask us to stop are blocked.
 */
static bool
make_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

bool
listener_open(int64_t linger_ms, bool others)
{
	sigset_t stop;

	memset(&listener, 0, sizeof listener);
	listener.linger_ms = linger_ms;
	listener.others = others;
	signals_block(&stop, stop_signals, STOP_SIGNALS);
	listener.stop_fd = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
	listener.events = epoll_create1(EPOLL_CLOEXEC);
	/* One connection is to wake one of the processes, not all. */
	return listener.stop_fd >= 0 && listener.events >= 0 &&
	       watch(listener.stop_fd, 0) &&
	       watch(STDIN_FILENO, EPOLLEXCLUSIVE) &&
	       make_nonblocking(STDIN_FILENO);
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
	struct pollfd stop = { .fd = listener.stop_fd, .events = POLLIN };
	struct sockaddr_storage peer = { .ss_family = AF_UNIX };
	socklen_t size = sizeof peer;
	int fd = accept4(
	    STDIN_FILENO, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC);

	if (fd >= 0 && !is_web_server(&peer)) {
		log_line("a peer is not one of FCGI_WEB_SERVER_ADDRS");
		close(fd);
		return -1;
	}
	/* Another process may have it already, or its peer have hung up. */
	if (fd < 0 && listener.state == RUNNING &&
	    (listener.shut || (errno != EAGAIN && errno != ECONNABORTED))) {
		log_line("cannot accept a connection: %s",
		    listener.shut ? "the socket was shut down"
		                  : strerror(errno));
		poll(&stop, 1, ACCEPT_PAUSE_MS);
	}
	return fd;
}

/* Learn which signals have come; the first decides. */
static void
read_signals(void)
{
	struct signalfd_siginfo info;

	while (read(listener.stop_fd, &info, sizeof info) == sizeof info) {
		if (listener.state != RUNNING)
			continue;
		listener.state = info.ssi_signo == SIGHUP && listener.others
		                     ? LAST
		                     : DRAINING;
		listener.end_ms = clock_now_ms() + LISTENER_STOP_MS;
	}
}

static void
close_lingering(size_t i)
{
	close(listener.lingering[i].fd);
	listener.n--;
	memmove(&listener.lingering[i], &listener.lingering[i + 1],
	    (listener.n - i) * sizeof listener.lingering[0]);
}

/* Read away some of what a lingering peer sends, or see that it has closed. */
static void
read_away(int fd)
{
	char bytes[4096];
	ssize_t n = 1;
	size_t i = 0;

	for (int k = 0; k < LINGERING_READS && n > 0; k++)
		n = recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
	if (n > 0 || (n < 0 && errno == EAGAIN))
		return;
	while (i < listener.n && listener.lingering[i].fd != fd)
		i++;
	if (i < listener.n)
		close_lingering(i);
}

void
listener_linger(int fd)
{
	shutdown(fd, SHUT_WR);
	if (!watch(fd, 0)) {
		close(fd);
		return;
	}
	if (listener.n == LINGERING_MAX)
		close_lingering(0);
	listener.lingering[listener.n++] =
	    (struct lingering){ fd, clock_now_ms() + listener.linger_ms };
}

/*
 * Wait for events, until a moment (-1: without a limit), and act on all but
 * those of the socket.  Returns whether there was one of the socket.
 */
static bool
wait_for_events(int64_t until_ms)
{
	struct epoll_event events[EVENTS_MAX];
	int64_t left = -1;
	bool socket = false;
	int n;

	if (listener.n > 0 &&
	    (until_ms < 0 || listener.lingering[0].end_ms < until_ms))
		until_ms = listener.lingering[0].end_ms;
	if (until_ms >= 0) {
		left = until_ms - clock_now_ms();
		left = left < 0 ? 0 : left;
	}
	n = epoll_wait(listener.events, events, EVENTS_MAX, (int)left);
	for (; n > 0; n--) {
		int fd = events[n - 1].data.fd;

		if (fd == STDIN_FILENO) {
			socket = true;
			listener.shut = (events[n - 1].events & EPOLLHUP) != 0;
		}
		if (fd == listener.stop_fd)
			read_signals();
		else if (fd != STDIN_FILENO)
			read_away(fd);
	}
	while (listener.n > 0 && listener.lingering[0].end_ms <= clock_now_ms())
		close_lingering(0);
	return socket;
}

/* Asked to stop: take the next of what waits; -1: that was all. */
static int
accept_waiting(void)
{
	int64_t end_ms =
	    clock_earlier(clock_now_ms() + QUIET_MS, listener.end_ms);
	int fd = accept_now();

	while (fd < 0 && !listener.shut && clock_now_ms() < end_ms)
		if (wait_for_events(end_ms))
			fd = accept_now();
	if (fd < 0 || clock_now_ms() >= listener.end_ms)
		listener.state = OVER;
	return fd;
}

int
listener_accept(bool *queued)
{
	int fd = -1;

	*queued = true;
	if (listener.state == RUNNING && wait_for_events(0))
		fd = accept_now();
	while (fd < 0 && listener.state == RUNNING) {
		*queued = false;
		if (wait_for_events(-1))
			fd = accept_now();
	}
	if (fd < 0 && listener.state == DRAINING)
		return accept_waiting();
	if (fd < 0 && listener.state == LAST) {
		/* epoll(7) may have woken this process alone for it. */
		fd = accept_now();
		listener.state = OVER;
	}
	return fd;
}

void
listener_close(void)
{
	while (listener.n > 0)
		close_lingering(0);
	close(listener.events);
	close(listener.stop_fd);
}
