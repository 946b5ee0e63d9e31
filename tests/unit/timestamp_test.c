/*
 * timestamp_test.c - moments as text.
 *
 * Wanted values: for years 1 ... 9999 Python 3.11's
 * str(datetime(2000, 1, 1, tzinfo=timezone.utc) + timedelta(microseconds=us));
 * for other years, and for the number of each moment, PostgreSQL 15's answer to
 * SELECT t, timestamptz_send(t) with TimeZone UTC and DateStyle ISO.  The two
 * rows beside the infinities are out of PostgreSQL's range: they are Python's
 * dates, moved by a multiple of 400 years.
 */
#include "guarded.h"

#include "timestamp.h"

static const struct moment {
	const char *want;
	int64_t us;
} moments[] = {
	/* The published example. */
	{ "2023-08-18 23:41:52.480598+00:00", 745717312480598 },
	{ "2023-08-18 23:41:52+00:00", 745717312000000 },
	/* Both sides of the number's zero, and the fraction's digits. */
	{ "2000-01-01 00:00:00+00:00", 0 },
	{ "1999-12-31 23:59:59.999999+00:00", -1 },
	{ "2000-01-01 00:00:00.000001+00:00", 1 },
	{ "2000-01-01 00:00:00.100000+00:00", 100000 },
	{ "1970-01-01 00:00:00+00:00", -946684800000000 },
	/* Leap years: of 4, of 100 and of 400. */
	{ "2000-02-29 12:00:00+00:00", 5140800000000 },
	{ "1600-02-29 00:00:00+00:00", -12617683200000000 },
	{ "2400-02-29 00:00:00+00:00", 12627878400000000 },
	{ "1900-02-28 23:59:59+00:00", -3150576001000000 },
	{ "1900-03-01 00:00:00+00:00", -3150576000000000 },
	{ "2100-02-28 23:59:59.500000+00:00", 3160857599500000 },
	{ "2100-03-01 00:00:00+00:00", 3160857600000000 },
	{ "2024-02-29 23:59:59.999999+00:00", 762566399999999 },
	{ "2024-12-31 23:59:59+00:00", 789004799000000 },
	{ "0004-02-29 00:00:00+00:00", -62982576000000000 },
	/* Ends of months. */
	{ "2023-03-31 00:00:00+00:00", 733536000000000 },
	{ "2023-08-31 00:00:00+00:00", 746755200000000 },
	{ "2024-01-31 00:00:00+00:00", 759974400000000 },
	/* The ends of Python's years, and beyond. */
	{ "0001-01-01 00:00:00+00:00", -63082281600000000 },
	{ "0001-01-01 00:00:00.000001+00:00", -63082281599999999 },
	{ "0001-12-31 23:59:59.999999+00 BC", -63082281600000001 },
	{ "9999-12-31 23:59:59.999999+00:00", 252455615999999999 },
	{ "10000-01-01 00:00:00+00", 252455616000000000 },
	{ "10000-01-01 00:00:00.5+00", 252455616000500000 },
	{ "10000-01-01 00:00:00.12034+00", 252455616000120340 },
	{ "0001-02-29 00:00:00+00 BC", -63108806400000000 },
	{ "0001-03-01 00:00:00+00 BC", -63108720000000000 },
	{ "0401-03-01 00:00:00+00 BC", -75731500800000000 },
	{ "0401-02-28 23:59:59.999999+00 BC", -75731587200000001 },
	{ "0044-03-15 00:00:00.5+00 BC", -64464508799500000 },
	/* The ends of PostgreSQL's range, and of the type. */
	{ "4714-11-24 00:00:00+00 BC", -211813488000000000 },
	{ "294276-12-31 23:59:59.999999+00", 9223371331199999999 },
	{ "294277-01-09 04:00:54.775806+00", INT64_MAX - 1 },
	{ "290279-12-22 19:59:05.224193+00 BC", INT64_MIN + 1 },
	{ "infinity", INT64_MAX },
	{ "-infinity", INT64_MIN },
};

static void
format(void **state)
{
	const struct moment *row = *state;
	char *out = guarded(NULL, TIMESTAMP_SIZE);
	size_t len = timestamp_format(out, row->us);

	assert_string_equal(out, row->want);
	assert_int_equal(len, strlen(row->want));
}

int
main(void)
{
	static const struct tests tests[] = { { ROWS(format, moments) } };

	return run_all(tests, COUNT(tests));
}
