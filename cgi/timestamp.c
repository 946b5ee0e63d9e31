/*
 * timestamp.c - a moment as Python's str(datetime) writes it.
 *
 * Pure.  The calendar is the proleptic Gregorian one, as in Python and
 * PostgreSQL, and needs no time zone: all is UTC.
 */
#include <stdbool.h>
#include <stdio.h>

#include "timestamp.h"

#define US_PER_SECOND INT64_C(1000000)
#define US_PER_DAY    (86400 * US_PER_SECOND)

/* From 0000-03-01, where the arithmetic begins, to 2000-01-01. */
#define DAYS_TO_2000 730425
#define DAYS_PER_ERA 146097 /* 400 years */

struct date {
	int64_t year; /* 0 is 1 BC */
	int month;    /* 1 ... 12 */
	int day;      /* 1 ... 31 */
};

/*
 * The date that is some days after 2000-01-01.  Years are counted from March
 * 1st, so that the leap day is the last one, in eras of 400 years.
 */
static struct date
date_of(int64_t days)
{
	int64_t era, day, year;
	int month;

	days += DAYS_TO_2000;
	era = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
	day = days - era * DAYS_PER_ERA;
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= 365 * year + year / 4 - year / 100;
	month = (int)((5 * day + 2) / 153); /* 0 is March */
	day -= (153 * month + 2) / 5;
	year += 400 * era + (month >= 10);
	return (struct date){
		.year = year,
		.month = month < 10 ? month + 3 : month - 9,
		.day = (int)day + 1,
	};
}

/* Write ".ffffff", or as PostgreSQL does without the zeros at its end. */
static int
format_fraction(char *out, size_t size, int us, bool trim)
{
	int n;

	if (us == 0) {
		out[0] = '\0';
		return 0;
	}
	n = snprintf(out, size, ".%06d", us);
	while (trim && out[n - 1] == '0')
		out[--n] = '\0';
	return n;
}

size_t
timestamp_format(char out[TIMESTAMP_SIZE], int64_t us)
{
	int64_t days = us / US_PER_DAY, rest = us % US_PER_DAY;
	struct date date;
	int second;
	bool python; /* a year that Python has */
	char fraction[16];

	if (us == INT64_MAX)
		return (size_t)snprintf(out, TIMESTAMP_SIZE, "infinity");
	if (us == INT64_MIN)
		return (size_t)snprintf(out, TIMESTAMP_SIZE, "-infinity");

	if (rest < 0) {
		rest += US_PER_DAY;
		days--;
	}
	date = date_of(days);
	second = (int)(rest / US_PER_SECOND);
	python = date.year >= 1 && date.year <= 9999;
	format_fraction(
	    fraction, sizeof fraction, (int)(rest % US_PER_SECOND), !python);
	return (size_t)snprintf(out, TIMESTAMP_SIZE,
	    "%04lld-%02d-%02d %02d:%02d:%02d%s%s%s",
	    (long long)(date.year > 0 ? date.year : 1 - date.year), date.month,
	    date.day, second / 3600, second / 60 % 60, second % 60, fraction,
	    python ? "+00:00" : "+00", date.year > 0 ? "" : " BC");
}
