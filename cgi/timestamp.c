/*
 * timestamp.c - a moment as Python's str(datetime) writes it.
 *
 * Pure.  The calendar is the proleptic Gregorian one, as in Python and
 * PostgreSQL, and needs no time zone: all is UTC.
 */
#include <stdbool.h>

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

/*
 * Write a number of 0 or more, with zeros before it up to so many digits;
 * returns where it ends.  (Lists are long, and printf() is slow.)
 */
static char *
put_number(char *out, int64_t number, int width)
{
	char digits[20];
	int n = 0;

	do {
		digits[n++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0 || n < width);
	while (n > 0)
		*out++ = digits[--n];
	return out;
}

static char *
put_text(char *out, const char *text)
{
	while (*text != '\0')
		*out++ = *text++;
	return out;
}

/* Write "YYYY-MM-DD". */
static char *
put_date(char *out, const struct date *date)
{
	out = put_number(out, date->year > 0 ? date->year : 1 - date->year, 4);
	*out++ = '-';
	out = put_number(out, date->month, 2);
	*out++ = '-';
	return put_number(out, date->day, 2);
}

/* Write "HH:MM:SS". */
static char *
put_time(char *out, int64_t second)
{
	out = put_number(out, second / 3600, 2);
	*out++ = ':';
	out = put_number(out, second / 60 % 60, 2);
	*out++ = ':';
	return put_number(out, second % 60, 2);
}

/* Write ".ffffff", or as PostgreSQL does without the zeros at its end. */
static char *
put_fraction(char *out, int64_t us, bool trim)
{
	if (us == 0)
		return out;
	*out++ = '.';
	out = put_number(out, us, 6);
	while (trim && out[-1] == '0')
		out--;
	return out;
}

/* Write a moment that is not infinite. */
static char *
put_moment(char *out, int64_t us)
{
	int64_t days = us / US_PER_DAY, rest = us % US_PER_DAY;
	struct date date;
	bool python; /* a year that Python has */

	if (rest < 0) {
		rest += US_PER_DAY;
		days--;
	}
	date = date_of(days);
	python = date.year >= 1 && date.year <= 9999;
	out = put_date(out, &date);
	*out++ = ' ';
	out = put_time(out, rest / US_PER_SECOND);
	out = put_fraction(out, rest % US_PER_SECOND, !python);
	out = put_text(out, python ? "+00:00" : "+00");
	return put_text(out, date.year > 0 ? "" : " BC");
}

size_t
timestamp_format(char out[TIMESTAMP_SIZE], int64_t us)
{
	char *end;

	if (us == INT64_MAX)
		end = put_text(out, "infinity");
	else if (us == INT64_MIN)
		end = put_text(out, "-infinity");
	else
		end = put_moment(out, us);
	*end = '\0';
	return (size_t)(end - out);
}
