/*
 * supervisor.c - processes that share the listening socket, kept alive.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "log.h"
#include "signals.h"
#include "supervisor.h"

/* How often busy children are looked at. */
#define LOOK_MS 1000

/* A child that fails within YOUNG_MS is replaced after a pause. */
#define YOUNG_MS     1000
#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 5000

struct child {
	pid_t pid; /* 0: there is none */
	int64_t start_ms;
	int64_t pause_ms; /* after the last failures; 0: none */
	bool replace;     /* by SIGHUP, when its turn comes */
	int64_t asked_ms; /* to end; 0: not yet */
	bool stopping;    /* by SIGTERM: progress gives it no more time */
};

/* What parent and children share. */
struct shared {
	atomic_bool succeeded; /* a child has taken the parent's place */
	_Atomic int64_t busy_since_ms[]; /* of each child */
};

static struct {
	const struct supervisor_limits *limits;
	int n;
	struct child *children;
	struct shared *shared;
	int signals;  /* signalfd(2) */
	int starter;  /* pidfd of who started the first parent, or -1 */
	pid_t parent; /* in a child */
	bool heir;    /* this process has taken the parent's place */
} supervisor;

static size_t
shared_size(int n)
{
	return sizeof(struct shared) + (size_t)n * sizeof(_Atomic int64_t);
}

/* Has the process ended that started the first parent?  False: not known. */
static bool
is_starter_gone(void)
{
	struct pollfd starter = { .fd = supervisor.starter, .events = POLLIN };

	return poll(&starter, 1, 0) != 0;
}

/*
 * Begin a child.  The signals that ask it to stop stay blocked: listener waits
 * for them.
 */
static void
begin_child(pid_t parent)
{
	int farewell = supervisor.limits->successor ? SIGHUP : SIGTERM;
	sigset_t child;

	prctl(PR_SET_PDEATHSIG, farewell);
	if (getppid() != parent)
		raise(farewell); /* it was gone before that */
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_UNBLOCK, &child, NULL);
	supervisor.parent = parent;
	supervisor.heir = false;
	close(supervisor.signals);
	log_begin_process();
}

/* Start those that are missing and whose time has come; true in a child. */
static bool
start_missing(int64_t now_ms, _Atomic int64_t **busy_since_ms)
{
	pid_t parent = getpid();

	for (int i = 0; i < supervisor.n; i++) {
		struct child *child = &supervisor.children[i];
		_Atomic int64_t *busy = &supervisor.shared->busy_since_ms[i];

		if (child->pid != 0 || now_ms < child->start_ms)
			continue;
		atomic_store(busy, 0);
		child->start_ms = now_ms;
		child->replace = false;
		child->asked_ms = 0;
		child->stopping = false;
		child->pid = fork();
		if (child->pid == 0) {
			begin_child(parent);
			*busy_since_ms = busy;
			return true;
		}
		if (child->pid < 0) {
			log_line("cannot start a worker: %s", strerror(errno));
			child->pid = 0;
			child->start_ms = now_ms + PAUSE_MAX_MS;
		}
	}
	return false;
}

/* A child has ended: when may the next one start? */
static void
bury(struct child *child, int status, int64_t now_ms)
{
	bool failed = !WIFEXITED(status) || WEXITSTATUS(status) != 0;

	if (WIFSIGNALED(status))
		log_line("a worker was ended by signal %d", WTERMSIG(status));
	else if (failed)
		log_line("a worker ended with status %d", WEXITSTATUS(status));
	child->pause_ms *= 2;
	if (!failed || now_ms - child->start_ms >= YOUNG_MS)
		child->pause_ms = 0;
	else if (child->pause_ms < PAUSE_MIN_MS)
		child->pause_ms = PAUSE_MIN_MS;
	else if (child->pause_ms > PAUSE_MAX_MS)
		child->pause_ms = PAUSE_MAX_MS;
	child->pid = 0;
	child->start_ms = now_ms + child->pause_ms;
}

/* Collect those that have ended; how many are left? */
static int
collect(int64_t now_ms)
{
	int status, left = 0;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (int i = 0; i < supervisor.n; i++)
			if (supervisor.children[i].pid == pid)
				bury(&supervisor.children[i], status, now_ms);
	for (int i = 0; i < supervisor.n; i++)
		left += supervisor.children[i].pid != 0;
	return left;
}

/* Ask a child to end, by a signal. */
static void
ask_to_end(struct child *child, int number, int64_t now_ms)
{
	kill(child->pid, number);
	if (child->asked_ms == 0 || (number == SIGTERM && !child->stopping))
		child->asked_ms = now_ms;
	child->stopping = child->stopping || number == SIGTERM;
}

/* Is a child over its limits?  Then what it does; else NULL. */
static const char *
judge(const struct child *child, int64_t busy_since_ms, int64_t now_ms)
{
	int64_t since_ms = child->asked_ms;

	if (child->pid == 0)
		return NULL;
	if (busy_since_ms != 0 &&
	    now_ms - busy_since_ms > supervisor.limits->budget_ms)
		return "hangs";
	if (since_ms == 0)
		return NULL;
	if (busy_since_ms > since_ms && !child->stopping)
		since_ms = busy_since_ms;
	return now_ms - since_ms > supervisor.limits->stop_ms ? "does not end"
	                                                      : NULL;
}

static void
kill_hung(int64_t now_ms)
{
	for (int i = 0; i < supervisor.n; i++) {
		const char *what = judge(&supervisor.children[i],
		    atomic_load(&supervisor.shared->busy_since_ms[i]), now_ms);

		if (what == NULL)
			continue;
		log_line("a worker %s, and is killed", what);
		kill(supervisor.children[i].pid, SIGKILL);
	}
}

/* Ask one that is to be replaced to end, once all others are there. */
static void
replace_next(int64_t now_ms)
{
	struct child *next = NULL;

	for (int i = 0; i < supervisor.n; i++) {
		struct child *child = &supervisor.children[i];

		if (child->pid == 0)
			return;
		if (child->replace && next == NULL)
			next = child;
	}
	if (next != NULL && next->asked_ms == 0)
		ask_to_end(next, SIGHUP, now_ms);
}

/*
 * Wait for a signal, for the end of who started the first parent, or until it
 * is time to look; 0: no signal.
 */
static int
next_signal(bool stopping, int64_t now_ms)
{
	struct pollfd fds[] = {
		{ .fd = supervisor.signals, .events = POLLIN },
		{ .fd = stopping ? -1 : supervisor.starter, .events = POLLIN },
	};
	struct signalfd_siginfo info;
	int64_t wait_ms = LOOK_MS;

	for (int i = 0; i < supervisor.n && !stopping; i++) {
		const struct child *child = &supervisor.children[i];

		if (child->pid == 0 && child->start_ms - now_ms < wait_ms)
			wait_ms = child->start_ms - now_ms;
	}
	poll(fds, 2, wait_ms < 0 ? 0 : (int)wait_ms);
	if (read(supervisor.signals, &info, sizeof info) != sizeof info)
		return 0;
	return (int)info.ssi_signo;
}

/*
 * Act on a signal, or 0; is it time to stop?
 *
 * With a successor it always is when who started the first parent has ended, as
 * a new lighttpd must not find that the socket answers; and a process that has
 * taken the first one's place goes on until then, as nobody would start the
 * program again.
 */
static bool
act_on(int number, bool stopping, int64_t now_ms)
{
	bool asked = number != 0 && number != SIGCHLD;
	bool gone = !(stopping && number == 0) && is_starter_gone();
	bool stop = gone || (asked && number != SIGHUP && !supervisor.heir);

	for (int i = 0; i < supervisor.n; i++) {
		struct child *child = &supervisor.children[i];

		if (stop && child->pid != 0)
			ask_to_end(child, SIGTERM, now_ms);
		else if (asked && !stop)
			child->replace = true;
	}
	/* After the signals: a worker that sees this has seen its own. */
	if (gone) {
		log_line("what started the program is gone, and it ends too");
		shutdown(STDIN_FILENO, SHUT_RDWR);
	}
	return stopping || stop;
}

/* Discard what this process has from a former parent, if any, and begin. */
static bool
begin_parent(int n, const struct supervisor_limits *limits)
{
	static const int numbers[] = { SIGCHLD, SIGTERM, SIGINT, SIGUSR1,
		SIGHUP };
	sigset_t signals;

	if (supervisor.shared != NULL)
		munmap(supervisor.shared, shared_size(supervisor.n));
	free(supervisor.children);
	supervisor.limits = limits;
	supervisor.n = n;
	supervisor.parent = 0;
	if (!supervisor.heir)
		supervisor.starter =
		    limits->successor
		        ? (int)syscall(SYS_pidfd_open, getppid(), 0)
		        : -1;
	supervisor.children = calloc((size_t)n, sizeof(struct child));
	supervisor.shared = mmap(NULL, shared_size(n), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	signals_block(&signals, numbers, sizeof numbers / sizeof numbers[0]);
	supervisor.signals = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	if (supervisor.shared == MAP_FAILED)
		supervisor.shared = NULL;
	if (supervisor.children != NULL && supervisor.shared != NULL &&
	    supervisor.signals >= 0)
		return true;
	log_line("out of memory for workers: one process serves alone");
	return false;
}

bool
supervisor_run(int n, const struct supervisor_limits *limits,
    _Atomic int64_t **busy_since_ms)
{
	bool stopping = false;
	int64_t now_ms = clock_now_ms();
	int left;

	*busy_since_ms = NULL;
	if (!begin_parent(n, limits))
		return true;
	do {
		if (!stopping && start_missing(now_ms, busy_since_ms))
			return true;
		stopping =
		    act_on(next_signal(stopping, now_ms), stopping, now_ms);
		now_ms = clock_now_ms();
		left = collect(now_ms);
		kill_hung(now_ms);
		if (!stopping)
			replace_next(now_ms);
	} while (left > 0 || !stopping);
	return false;
}

bool
supervisor_succeed(void)
{
	if (supervisor.parent == 0 || !supervisor.limits->successor ||
	    supervisor.starter < 0 || getppid() == supervisor.parent ||
	    is_starter_gone() ||
	    atomic_exchange(&supervisor.shared->succeeded, true))
		return false;
	prctl(PR_SET_PDEATHSIG, 0);
	supervisor.heir = true;
	log_line("the first process is gone, and a worker takes its place: "
	         "to change settings or the program, restart the web server");
	return true;
}
