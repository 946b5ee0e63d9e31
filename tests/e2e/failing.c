/*
 * failing.c - calls that fail when told to, in front of the program's own
 * (LD_PRELOAD): every allocation, and each function of libpq's that can fail.
 *
 * Calls are counted in one request.  In a FastCGI process the count starts when
 * a connection is accepted.  In a CGI process it starts and ends with main(),
 * as calls of the loader, constructors and destructors are not the program's.
 * The test says what fails in a file that it shares with the program,
 * FAILING_STATE; failing.py is the other side.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <libpq-fe.h>
#include <linux/poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

/* In the order of failing.py's. */
struct state {
	uint32_t first;   /* the call that fails, 1 ...; 0: none */
	uint32_t lasting; /* those that follow too */
	uint32_t way;     /* of the ways to fail that a function has */
	uint32_t failed;  /* calls that did */
	uint32_t ahead_s; /* how far the program's clock is ahead */
	char what[32];    /* "malloc" for all allocations, or a function */
};

static struct state nothing, *state = &nothing;
static uint32_t first; /* of the count that runs; 0: none does */
static uint32_t calls; /* in it */

static void
start_count(void)
{
	calls = 0;
	first = state->first;
}

/* Count a call; does it fail? */
static bool
fails(const char *what)
{
	if (first == 0 || strcmp(what, state->what) != 0)
		return false;
	calls++;
	if (state->lasting ? calls < first : calls != first)
		return false;
	state->failed++;
	return true;
}

/* The next function of that name, which ours stands in front of. */
static void *
next(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (function == NULL)
		abort();
	return function;
}

/*
 * Define a function that returns "failure" when it is told to fail, and calls
 * the function behind it otherwise.
 */
#define FAILS(type, name, parameters, arguments, failure) \
	type name parameters                              \
	{                                                 \
		static __typeof__(name) *real;            \
                                                          \
		if (fails(#name))                         \
			return failure;                   \
		if (real == NULL)                         \
			*(void **)&real = next(#name);    \
		return real arguments;                    \
	}

static struct state *
open_state(void)
{
	const char *path = getenv("FAILING_STATE");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *shared = mmap(
	    NULL, sizeof *state, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (shared == MAP_FAILED)
		abort();
	close(fd);
	return shared;
}

typedef int main_function(int argc, char **argv, char **envp);

static main_function *program_main;

static int
run_main(int argc, char **argv, char **envp)
{
	int status;

	state = open_state();
	if (getenv("GATEWAY_INTERFACE") != NULL)
		start_count();
	status = program_main(argc, argv, envp);
	first = 0;
	return status;
}

/* The function that calls main(): the GNU C library, csu/libc-start.c. */
typedef int start_function(main_function *main, int argc, char **argv,
    void (*init)(void), void (*fini)(void), void (*loader_fini)(void),
    void *stack_end);

start_function __libc_start_main;

int
__libc_start_main(main_function *main, int argc, char **argv,
    void (*init)(void), void (*fini)(void), void (*loader_fini)(void),
    void *stack_end)
{
	start_function *real;

	*(void **)&real = next("__libc_start_main");
	program_main = main;
	return real(run_main, argc, argv, init, fini, loader_fini, stack_end);
}

/* Their headers declare them in ways that a definition cannot have. */
int accept4(int listener, void *address, void *size, int flags);
int poll(struct pollfd *fds, unsigned long n, int timeout_ms);

int
accept4(int listener, void *address, void *size, int flags)
{
	int (*real)(int, void *, void *, int);
	int fd;

	*(void **)&real = next("accept4");
	fd = real(listener, address, size, flags);
	if (fd >= 0)
		start_count();
	return fd;
}

/* The program's clock, which the test may set forward. */
int
clock_gettime(clockid_t clock, struct timespec *now)
{
	int (*real)(clockid_t, struct timespec *);
	int result;

	*(void **)&real = next("clock_gettime");
	result = real(clock, now);
	if (clock == CLOCK_MONOTONIC)
		now->tv_sec += state->ahead_s;
	return result;
}

/* A wait for nothing but time is over at once. */
int
poll(struct pollfd *fds, unsigned long n, int timeout_ms)
{
	int (*real)(struct pollfd *, unsigned long, int);

	if (n == 1 && fds->fd < 0 && timeout_ms >= 0) {
		state->ahead_s += (uint32_t)timeout_ms / 1000 + 1;
		return 0;
	}
	*(void **)&real = next("poll");
	return real(fds, n, timeout_ms);
}

/*
 * Allocations; strdup() and its like come here too.  The names behind are the
 * GNU C library's own, as dlsym() may itself allocate.
 */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

/* AddressSanitizer is an allocator itself: no failures then. */
#ifndef __SANITIZE_ADDRESS__
static bool
out_of_memory(void)
{
	if (!fails("malloc"))
		return false;
	errno = ENOMEM;
	return true;
}

void *
malloc(size_t size)
{
	return out_of_memory() ? NULL : __libc_malloc(size);
}

void *
calloc(size_t n, size_t size)
{
	return out_of_memory() ? NULL : __libc_calloc(n, size);
}

void *
realloc(void *p, size_t size)
{
	return out_of_memory() ? NULL : __libc_realloc(p, size);
}

void *
aligned_alloc(size_t alignment, size_t size)
{
	return out_of_memory() ? NULL : __libc_memalign(alignment, size);
}

int
posix_memalign(void **p, size_t alignment, size_t size)
{
	void *block = aligned_alloc(alignment, size);

	if (block == NULL)
		return ENOMEM;
	*p = block;
	return 0;
}
#endif

/*
 * libpq: what the program calls and can fail, and how, by its documentation
 * (PostgreSQL 15, chapter 34).  The ways are named in failing.py.
 */
static PGconn *
bad_connection(void)
{
	return PQconnectStart("sslmode=made_up");
}

static PQconninfoOption *
bad_string(char **message)
{
	*message = strdup("made up");
	return NULL;
}

/* clang-format off: it takes parameters for products */
FAILS(PGconn *, PQconnectStartParams,
    (const char *const *names, const char *const *values, int expand),
    (names, values, expand), state->way == 0 ? NULL : bad_connection())
FAILS(PostgresPollingStatusType, PQconnectPoll, (PGconn * c), (c),
    PGRES_POLLING_FAILED)
FAILS(PQconninfoOption *, PQconninfo, (PGconn * c), (c), NULL)
FAILS(PQconninfoOption *, PQconninfoParse, (const char *text, char **message),
    (text, message), state->way == 0 ? NULL : bad_string(message))
FAILS(int, PQconsumeInput, (PGconn * c), (c), 0)
FAILS(int, PQflush, (PGconn * c), (c), state->way == 0 ? -1 : 1)
FAILS(PGresult *, PQgetResult, (PGconn * c), (c),
    state->way == 0 ? NULL : PQmakeEmptyPGresult(c, PGRES_FATAL_ERROR))
FAILS(char *, PQresultErrorField, (const PGresult *r, int field), (r, field),
    NULL)
FAILS(int, PQsendPrepare,
    (PGconn * c, const char *name, const char *text, int n, const Oid *types),
    (c, name, text, n, types), 0)
FAILS(int, PQsendQueryParams,
    (PGconn * c, const char *text, int n, const Oid *types,
        const char *const *values, const int *lengths, const int *formats,
        int format),
    (c, text, n, types, values, lengths, formats, format), 0)
FAILS(int, PQsendQueryPrepared,
    (PGconn * c, const char *name, int n, const char *const *values,
        const int *lengths, const int *formats, int format),
    (c, name, n, values, lengths, formats, format), 0)
FAILS(int, PQsetnonblocking, (PGconn * c, int on), (c, on), -1)
FAILS(int, PQsocket, (const PGconn *c), (c), -1)
FAILS(ConnStatusType, PQstatus, (const PGconn *c), (c), CONNECTION_BAD)
/* clang-format on */
