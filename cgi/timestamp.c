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
	int year;       /* -300000 ... 300000; 0 is 1 BC */
	unsigned month; /* 1 ... 12 */
	unsigned day;   /* 1 ... 31 */
};

/*
 * The date that is some days after 2000-01-01.  Years are counted from March
 * 1st, so that the leap day is the last one, in eras of 400 years.
 */
static struct date
date_of(int days)
{
	int era, year;
	unsigned day, month;

	days += DAYS_TO_2000;
	era = (days >= 0 ? days : days - (DAYS_PER_ERA - 1)) / DAYS_PER_ERA;
	day = (unsigned)(days - era * DAYS_PER_ERA);
	year = (int)((day - day / 1460 + day / 36524 - day / 146096) / 365);
	day -= (unsigned)(365 * year + year / 4 - year / 100);
	month = (5 * day + 2) / 153; /* 0 is March */
	day -= (153 * month + 2) / 5;
	return (struct date){
		.year = year + 400 * era + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = day + 1,
	};
}

/*
 * Write a number of so many digits; returns where it ends.  (Lists are long,
 * and printf() is slow.)
 */
static char *
put_number(char *out, unsigned number, int width)
{
	for (int i = width; i-- > 0; number /= 10)
		out[i] = (char)('0' + number % 10);
	return out + width;
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
	unsigned year =
	    (unsigned)(date->year > 0 ? date->year : 1 - date->year);

	out = put_number(out, year, year > 99999 ? 6 : year > 9999 ? 5 : 4);
	*out++ = '-';
	out = put_number(out, date->month, 2);
	*out++ = '-';
	return put_number(out, date->day, 2);
}

/* Write "HH:MM:SS". */
static char *
put_time(char *out, unsigned second)
{
	out = put_number(out, second / 3600, 2);
	*out++ = ':';
	out = put_number(out, second / 60 % 60, 2);
	*out++ = ':';
	return put_number(out, second % 60, 2);
}

/* Write ".ffffff", or as PostgreSQL does without the zeros at its end. */
static char *
put_fraction(char *out, unsigned us, bool trim)
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
	int days = (int)(us / US_PER_DAY); /* there are some 10^8 at the most */
	int64_t rest = us % US_PER_DAY;
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
	out = put_time(out, (unsigned)(rest / US_PER_SECOND));
	out = put_fraction(out, (unsigned)(rest % US_PER_SECOND), !python);
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
