/*
 * timestamp.h - a moment as Python's str(datetime) writes it.
 */
#ifndef TIMESTAMP_H
#define TIMESTAMP_H

#include <stddef.h>
#include <stdint.h>

/* The longest: "294276-12-31 23:59:59.999999+00:00", or a year "BC". */
#define TIMESTAMP_SIZE 48

/*
 * Write a moment as "YYYY-MM-DD HH:MM:SS[.ffffff]+00:00", always in UTC.
 *
 * out  gets at most TIMESTAMP_SIZE bytes, NUL included
 * us   microseconds since 2000-01-01 00:00:00 UTC, the form in which
 *      PostgreSQL sends a timestamptz in binary (PostgreSQL 15,
 *      src/include/datatype/timestamp.h); any value
 *
 * The fraction is left out when it is zero, as Python's str() does.  INT64_MAX
 * and INT64_MIN are PostgreSQL's "infinity" and "-infinity".  A year outside
 * 1 ... 9999, which Python does not have, is written in PostgreSQL's ISO
 * style: "10000-01-01 00:00:00+00", "0044-03-15 00:00:00.5+00 BC"
 * (EncodeDateTime in src/backend/utils/adt/datetime.c).
 *
 * Returns the length written, in bytes, without the NUL.
 */
size_t timestamp_format(char out[TIMESTAMP_SIZE], int64_t us);

#endif
