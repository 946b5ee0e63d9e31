/*
 * fuzz.h - what the fuzz targets share.
 *
 * A target reads bytes, gives them to a module, and ends the process where a
 * promise of the module's header is broken.  libFuzzer makes up the bytes
 * ("make fuzz"); replay.c reads them from the corpus ("make check").
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A promise. */
#define PROMISE(condition)                                               \
	do {                                                             \
		if (!(condition)) {                                      \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, \
			    __LINE__, #condition);                       \
			abort();                                         \
		}                                                        \
	} while (0)

/* Memory of exactly size bytes, so that a sanitizer sees its end. */
static inline char *
allocate(size_t size)
{
	char *p = malloc(size);

	PROMISE(p != NULL);
	return p;
}

#endif
