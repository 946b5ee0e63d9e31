/*
 * failing_malloc.h - an allocator that fails when told to, in place of the C
 * library's, for this program and the libraries that it loads (json-c).  One
 * file of a program includes it.
 */
#ifndef FAILING_MALLOC_H
#define FAILING_MALLOC_H

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The GNU C library's own, which ours stand in front of. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);
extern void __libc_free(void *p);

static volatile struct {
	size_t calls;   /* since fail_malloc() */
	size_t first;   /* the call that fails; 0: none */
	bool all;       /* those that follow too */
	size_t failed;  /* calls that did */
	ptrdiff_t live; /* blocks not yet freed */
} allocator;

/* Let the n-th call from now on fail, and where all is set those after it. */
static inline void
fail_malloc(size_t n, bool all)
{
	allocator.calls = 0;
	allocator.first = n;
	allocator.all = all;
	allocator.failed = 0;
}

static inline bool
fails_now(void)
{
	size_t n = ++allocator.calls;

	if (allocator.first == 0 ||
	    !(allocator.all ? n >= allocator.first : n == allocator.first))
		return false;
	allocator.failed++;
	errno = ENOMEM;
	return true;
}

static inline void *
count_block(void *p)
{
	allocator.live += p != NULL;
	return p;
}

/* AddressSanitizer is an allocator itself: no failures then. */
#ifndef __SANITIZE_ADDRESS__
void *
malloc(size_t size)
{
	return fails_now() ? NULL : count_block(__libc_malloc(size));
}

void *
calloc(size_t n, size_t size)
{
	return fails_now() ? NULL : count_block(__libc_calloc(n, size));
}

void *
realloc(void *p, size_t size)
{
	if (p == NULL)
		return malloc(size);
	return fails_now() ? NULL : __libc_realloc(p, size);
}

void
free(void *p)
{
	allocator.live -= p != NULL;
	__libc_free(p);
}
#endif

/*
 * Run attempt() with the first allocation failing, then the second ..., until
 * it needs no more of them: each time that one alone, then it and all after.
 *
 * attempt  does the work and checks what comes out; allocator.failed says
 *          whether an allocation failed
 *
 * Returns how many allocations the work takes; without failures, SIZE_MAX.
 * Fails the test where a block is left over.
 */
static inline size_t
run_out_of_memory(void (*attempt)(void))
{
	size_t n = 0, failed;

#ifdef __SANITIZE_ADDRESS__
	attempt();
	return SIZE_MAX;
#endif
	do {
		n++;
		for (int all = 0; all <= 1; all++) {
			ptrdiff_t live = allocator.live;

			fail_malloc(n, all);
			attempt();
			failed = allocator.failed;
			fail_malloc(0, false);
			if (allocator.live != live)
				fail_msg("allocation %zu fails: %td left over",
				    n, allocator.live - live);
		}
	} while (failed > 0);
	return n - 1;
}

#endif
