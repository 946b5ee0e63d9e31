/*
 * timestamp_fuzz.c - 8 bytes, little-endian, are a moment.
 *
 * Promises: the text has its documented form; read back with the C library's
 * calendar (timegm) it is the same moment.
 */
#include <time.h>

#include "fuzz.h"
#include "timestamp.h"

/* The microseconds of a text's fraction, from its first digit. */
static int64_t
read_fraction(const char *digits, size_t n)
{
	char padded[] = "000000";

	PROMISE(n >= 1 && n <= 6);
	memcpy(padded, digits, n);
	return strtoll(padded, NULL, 10);
}

/* The moment of a text, which must be a date in every detail. */
static int64_t
read_moment(const char *text)
{
	long long year;
	struct tm tm = { 0 };
	char again[128];
	const char *p;
	int n = 0;
	int64_t us = 0, seconds;
	size_t digits = 0;
	bool bc = strstr(text, " BC") != NULL, python;

	/* NOLINTNEXTLINE(cert-err34-c): compared with what is printed again */
	PROMISE(sscanf(text, "%lld-%2d-%2d %2d:%2d:%2d%n", &year, &tm.tm_mon,
	            &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &n) == 6);
	snprintf(again, sizeof again, "%04lld-%02d-%02d %02d:%02d:%02d", year,
	    tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec);
	PROMISE(n == (int)strlen(again) && memcmp(text, again, (size_t)n) == 0);
	PROMISE(year >= 1);
	python = !bc && year <= 9999;
	p = text + n;
	if (*p == '.') {
		digits = strspn(++p, "0123456789");
		us = read_fraction(p, digits);
		PROMISE(us > 0);
		PROMISE(python ? digits == 6 : p[digits - 1] != '0');
	}
	PROMISE(strcmp(p + digits, python ? "+00:00"
	                           : bc   ? "+00 BC"
	                                  : "+00") == 0);
	PROMISE(tm.tm_mon >= 1 && tm.tm_mon <= 12 && tm.tm_mday >= 1 &&
	        tm.tm_mday <= 31 && tm.tm_hour <= 23 && tm.tm_min <= 59 &&
	        tm.tm_sec <= 59);

	tm.tm_mon--;
	tm.tm_year = (int)((bc ? 1 - year : year) - 1900);
	n = tm.tm_mday;
	seconds = timegm(&tm) - 946684800; /* 2000-01-01 */
	PROMISE(tm.tm_mday == n);          /* no 31st of June */
	/* Modulo 2^64, as seconds alone may go beyond at the lower end. */
	return (int64_t)((uint64_t)seconds * 1000000 + (uint64_t)us);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t us = 0;
	char *out = allocate(TIMESTAMP_SIZE);
	size_t len;

	memcpy(&us, data, size < sizeof us ? size : sizeof us);
	len = timestamp_format(out, us);
	PROMISE(len < TIMESTAMP_SIZE && len == strlen(out));
	if (us == INT64_MAX)
		PROMISE(strcmp(out, "infinity") == 0);
	else if (us == INT64_MIN)
		PROMISE(strcmp(out, "-infinity") == 0);
	else
		PROMISE(read_moment(out) == us);
	free(out);
	return 0;
}
