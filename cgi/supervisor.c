/*
 * supervisor.c - processes that share the listening socket, kept alive.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log.h"
#include "supervisor.h"
#include "wait.h"

/* How often busy children are looked at. */
#define LOOK_MS 1000

/* A child that fails within YOUNG_MS is replaced after a pause. */
#define YOUNG_MS     1000
#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 5000

static int n_children;

static struct child {
	pid_t pid; /* 0: there is none */
	int64_t start_ms;
	int64_t pause_ms; /* after the last failures; 0: none */
	bool replace;     /* by SIGHUP, when its turn comes */
} * children;

/* One for each child, shared with it. */
static _Atomic int64_t *busy;

static sigset_t watched;

/*
 * What a child does first.  Signals that ask it to stop stay blocked, for
 * gateway to see.
 */
static void
begin_child(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		raise(SIGTERM); /* it was gone before that */
	sigemptyset(&watched);
	sigaddset(&watched, SIGCHLD);
	sigprocmask(SIG_UNBLOCK, &watched, NULL);
}

/* Start those that are missing and whose time has come; true in a child. */
static bool
start_missing(int64_t now_ms, _Atomic int64_t **busy_since_ms)
{
	pid_t parent = getpid();

	for (int i = 0; i < n_children; i++) {
		struct child *child = &children[i];

		if (child->pid != 0 || now_ms < child->start_ms)
			continue;
		atomic_store(&busy[i], 0);
		child->start_ms = now_ms;
		child->replace = false;
		child->pid = fork();
		if (child->pid == 0) {
			begin_child(parent);
			*busy_since_ms = &busy[i];
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
		for (int i = 0; i < n_children; i++)
			if (children[i].pid == pid)
				bury(&children[i], status, now_ms);
	for (int i = 0; i < n_children; i++)
		left += children[i].pid != 0;
	return left;
}

static void
kill_hung(int64_t now_ms, int64_t budget_ms)
{
	for (int i = 0; i < n_children; i++) {
		int64_t since_ms = atomic_load(&busy[i]);

		if (children[i].pid == 0 || since_ms == 0 ||
		    now_ms - since_ms <= budget_ms)
			continue;
		log_line("a worker hangs, and is killed");
		kill(children[i].pid, SIGKILL);
	}
}

/* Ask the first of those that are to be replaced, once the others are there. */
static void
replace_next(void)
{
	struct child *next = NULL;

	for (int i = 0; i < n_children; i++) {
		if (children[i].pid == 0)
			return;
		if (children[i].replace && next == NULL)
			next = &children[i];
	}
	if (next != NULL)
		kill(next->pid, SIGTERM);
}

/* Wait for a signal, or until it is time to look; 0: no signal. */
static int
next_signal(int64_t now_ms)
{
	int64_t wait_ms = LOOK_MS;
	struct timespec timeout;
	int number;

	for (int i = 0; i < n_children; i++)
		if (children[i].pid == 0 &&
		    children[i].start_ms - now_ms < wait_ms)
			wait_ms = children[i].start_ms - now_ms;
	if (wait_ms < 0)
		wait_ms = 0;
	timeout.tv_sec = wait_ms / 1000;
	timeout.tv_nsec = wait_ms % 1000 * 1000000;
	number = sigtimedwait(&watched, NULL, &timeout);
	return number > 0 ? number : 0;
}

static void
act_on(int number, bool *stopping)
{
	*stopping =
	    *stopping || (number != 0 && number != SIGCHLD && number != SIGHUP);
	for (int i = 0; i < n_children; i++) {
		if (number == SIGHUP)
			children[i].replace = true;
		else if (*stopping && number != SIGCHLD && children[i].pid != 0)
			kill(children[i].pid, SIGTERM);
	}
}

bool
supervisor_run(int n, int64_t budget_ms, _Atomic int64_t **busy_since_ms)
{
	static const int signals[] = { SIGCHLD, SIGTERM, SIGINT, SIGUSR1,
		SIGHUP };
	bool stopping = false;
	int64_t now_ms = wait_now_ms();
	int left;

	children = calloc((size_t)n, sizeof *children);
	busy = mmap(NULL, (size_t)n * sizeof *busy, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (children == NULL || busy == MAP_FAILED) {
		log_line("out of memory for workers: one process serves alone");
		return true;
	}
	n_children = n;
	wait_block(&watched, signals, sizeof signals / sizeof signals[0]);
	do {
		if (!stopping && start_missing(now_ms, busy_since_ms))
			return true;
		act_on(next_signal(now_ms), &stopping);
		now_ms = wait_now_ms();
		left = collect(now_ms);
		kill_hung(now_ms, budget_ms);
		if (!stopping)
			replace_next();
	} while (left > 0 || !stopping);
	return false;
}
