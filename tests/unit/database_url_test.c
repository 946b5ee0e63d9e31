/*
 * database_url_test.c - a database's URL, as libpq's keywords.
 *
 * Wanted values: what SQLAlchemy 1.4.46 and 2.0.40 make of each URL by
 * make_url() and psycopg2's create_connect_args(), as Mage connects with these,
 * in the form of PostgreSQL 15, section 34.1.1.1.  Rows that are marked have
 * what libpq makes of a URL (section 34.1.1.2) instead.  Each URL that is
 * refused has "secret" in its password, and no message has it.
 */
#include "guarded.h"

#include "database_url.h"
#include "failing_malloc.h"

static const struct good {
	const char *url; /* behind "postgresql" where it begins with ":" */
	const char *want;
} good[] = {
	{ "://", "" },
	{ ":///", "" },
	{ "://?", "" },
	{ "://host", "host='host' " },
	{ "://host/", "host='host' " },
	{ "://host:5433", "host='host' port='5433' " },
	{ "://host:/db", "dbname='db' host='host' " }, /* libpq's */
	{ ":///db", "dbname='db' " },
	{ "://u@h/db", "user='u' dbname='db' host='h' " },
	{ "://u:p@h:5/db",
	    "user='u' password='p' dbname='db' host='h' port='5' " },
	{ "://:p@h/db", "password='p' dbname='db' host='h' " },
	{ "://u:@h/db", "user='u' dbname='db' host='h' " },
	{ "://u:p@/db", "user='u' password='p' dbname='db' " },
	{ "://u:p@:5/db", "user='u' password='p' dbname='db' port='5' " },
	{ "://user@srv1:pass@h", "user='user@srv1' password='pass' host='h' " },
	{ "://u@v@h", "user='u@v' host='h' " },
	{ "://u:p/w@h/d", "user='u' password='p/w' dbname='d' host='h' " },
	{ "://u:p?w@h/d", "user='u' password='p?w' dbname='d' host='h' " },
	{ "://u:p#w@h", "user='u' password='p#w' host='h' " },
	{ "://u:p:w@h:5", "user='u' password='p:w' host='h' port='5' " },
	{ "://u:p+w@h", "user='u' password='p+w' host='h' " },
	{ "://u%3Av:p%40%2f@h", "user='u:v' password='p@/' host='h' " },
	{ "://u:p%zzw%@h", "user='u' password='p%zzw%' host='h' " },
	{ "://u:a%2541@h", "user='u' password='a%41' host='h' " },
	{ "://u:it's\\@h", "user='u' password='it\\'s\\\\' host='h' " },
	{ "://u:gr\xc3\xbc\xc3\x9f@h",
	    "user='u' password='gr\xc3\xbc\xc3\x9f' host='h' " },
	{ "://[::1]:5433/db", "dbname='db' host='::1' port='5433' " },
	{ "://[::1]", "host='::1' " },
	{ "://h/d+b", "dbname='d+b' host='h' " },

	{ "://h/d?options=-csearch_path=m9",
	    "dbname='d' host='h' options='-csearch_path=m9' " },
	{ "://h/d?options=-c+search_path%3Dm9",
	    "dbname='d' host='h' options='-c search_path=m9' " },
	{ "://h/d?host=a:5432&host=b:5433",
	    "dbname='d' host='h' host='a,b' port='5432,5433' " },
	{ "://h:7/d?host=a&host=b",
	    "dbname='d' host='h' port='7' host='a,b' " },
	{ ":///d?host=%2Fvar%2Frun", "dbname='d' host='/var/run' " },
	{ ":///d?host=a%3A5", "dbname='d' host='a' port='5' " },
	{ ":///?host=::1", "host='::1' " },
	{ "://h?sslmode=require&connect_timeout=3",
	    "host='h' sslmode='require' connect_timeout='3' " },
	{ "://h?application_name=a%20b&user=&=&&",
	    "host='h' application_name='a b' " },
	{ "://h/d?database=e", "dbname='d' host='h' dbname='e' " },

	{ "PostgreSQL://h", "host='h' " },
	{ "postgresql+psycopg2://h", "host='h' " },
	{ "POSTGRESQL+asyncpg://h", "host='h' " },

	/* As Alembic writes "%". */
	{ "://u:a%%40b%%25@h", "user='u' password='a@b%' host='h' " },
	{ "://u:%%%%@h", "user='u' password='%%' host='h' " },
	{ "://h/d?options=-c%%20search_path%%3Dm9",
	    "dbname='d' host='h' options='-c search_path=m9' " },

	/* libpq's. */
	{ "postgres://h", "host='h' " },
	{ "postgres+psycopg2://h", "host='h' " },
	{ "://h1:1,h2:2/d", "dbname='d' host='h1,h2' port='1,2' " },
	{ "://h1,h2:2", "host='h1,h2' port=',2' " },
	{ "://[::1]:1,[::2]", "host='::1,::2' port='1,' " },
	{ "://%2Fvar%2Frun/d", "dbname='d' host='/var/run' " },
	{ "://h/d%20b", "dbname='d b' host='h' " },
	{ "://h?ssl=true", "host='h' sslmode='require' " },
	{ "://h:65535", "host='h' port='65535' " },
	{ "://%40abstract/d", "dbname='d' host='@abstract' " },
};

/* The row's URL, on memory that ends where an unreadable page starts. */
static char *
spell(const char *url)
{
	char *text = NULL, *copy;

	assert_true(
	    asprintf(&text, "%s%s", *url == ':' ? "postgresql" : "", url) > 0);
	copy = guarded_text(text);
	free(text);
	return copy;
}

static void
read_url(void **state)
{
	const struct good *row = *state;
	char *got = NULL, *url = spell(row->url);
	const char *wrong = database_url_read(url, &got);

	assert_true(database_url_is_url(url));
	if (wrong != NULL)
		fail_msg("%s", wrong);
	assert_string_equal(got, row->want);
	free(got);
}

#define SCHEME   "the URL does not begin with postgresql://"
#define HOST     "the host holds an @"
#define PORT     "the port is not a number"
#define DATABASE "the URL's database holds an @"
#define QUERY    "a parameter in the URL's query"

static const struct bad {
	const char *url;
	const char *begins; /* the message */
} bad[] = {
	{ "mysql://u:secret@h/d", SCHEME },
	{ "postgresqlx://u:secret@h/d", SCHEME },
	{ "postgresq://u:secret@h/d", SCHEME },
	{ "psycopg2+postgresql://u:secret@h/d", SCHEME },
	{ "postgresql+psycopg2\xff\xff:secret@h/d", SCHEME },
	{ "postgresql:/u:secret@h/d", SCHEME },
	{ "://u:a@secret@h/d", HOST },
	{ "://u:a@b@secret@h/d", HOST },
	{ "://h/d?host=u:secret@h", PORT },
	{ "://h/d?host=secret@h", HOST },
	{ "://h/d?host=secret%40h", HOST },
	{ "://h%40secret/d", HOST },
	{ "://u:secret", PORT },
	{ "://u:secret/d", PORT },
	{ "://u:secret?x", PORT },
	{ "://u:secret:5432/d", PORT },
	{ "://u:5432secret", PORT },
	{ "://[::1]secret/d", PORT },
	{ "://[::1]:secret/d", PORT },
	{ "://h:0", PORT },
	{ "://h:65536", PORT },
	{ "://h:00000", PORT },
	{ "://h:99999999999999999999999", PORT },
	{ "://h:-1", PORT },
	{ "://h:+1", PORT },
	{ "://h: 1", PORT },
	{ "://h?port=secret", PORT },
	{ "://h?port=1,secret", PORT },
	{ ":///d?host=a:secret", PORT },
	{ "://us/er:secret@h/d", DATABASE },
	{ "://h/secret@h", DATABASE },
	{ "://h/d?password=a&secret=b", NULL }, /* libpq refuses it */
	{ "://h/d?password=a&SECRET=b", QUERY },
	{ "://h/d?password=a&se%63ret=b", QUERY },
	{ "://h/d?=secret", QUERY },
	{ "://h/d?password=secret&password=b", QUERY },
	{ "://u:a@12?secret@h/d", QUERY }, /* a password "a@12?secret" */
	{ "://u:a@12?b=1&secret@h/d", QUERY },
	{ "://h/d?a_name_that_is_longer_than_any_of_libpqs=secret", QUERY },
	{ "://u:secret%00@h/d", "the URL holds %00" },
	{ "://h%00secret/d", "the URL holds %00" },
	{ "://h?password=secret%00", "the URL holds %00" },
};

static void
refuse(void **state)
{
	const struct bad *row = *state;
	char *got = NULL;
	const char *wrong = database_url_read(spell(row->url), &got);

	if (row->begins == NULL) {
		assert_null(wrong);
		free(got);
		return;
	}
	assert_non_null(wrong);
	assert_memory_equal(wrong, row->begins, strlen(row->begins));
	assert_null(strstr(wrong, "secret"));
	assert_null(got);
	/* It says which part to write how. */
	if (strcmp(row->begins, HOST) == 0 || strcmp(row->begins, PORT) == 0 ||
	    strcmp(row->begins, DATABASE) == 0)
		assert_non_null(strstr(wrong, "@ as %40, / as %2F, % as %25"));
}

static void
limit_parameters(void **state)
{
	char url[4096] = "postgresql://h?";
	char *got;

	(void)state;
	for (int i = 0; i < 48; i++)
		snprintf(url + strlen(url), sizeof url - strlen(url), "%c%c=1&",
		    'a' + i / 26, 'a' + i % 26);
	assert_null(database_url_read(url, &got));
	free(got);
	strncat(url, "zz=1", sizeof url - strlen(url) - 1);
	assert_non_null(database_url_read(url, &got));
}

/* What makes the text longest: quotes, short parameters, many hosts. */
static void
fit_the_longest(void **state)
{
	static const char *const parts[][2] = {
		{ "postgresql://", "'" },
		{ "postgresql:///?password=", "\\" },
		{ "postgresql://", "," },
		{ "postgresql://", "a:1," },
		{ "postgresql:///", "'" },
		{ "postgresql:///?options=", "'" },
		{ "postgresql:///?", "host=a:1&" },
		{ "postgresql:///?", "host=,&" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(parts); i++) {
		size_t start = strlen(parts[i][0]), unit = strlen(parts[i][1]);
		char *url = guarded_run('\0', start + 1000 * unit), *got = NULL;

		memcpy(url, parts[i][0], start);
		for (size_t k = 0; k < 1000; k++)
			memcpy(url + start + k * unit, parts[i][1], unit);
		assert_null(database_url_read(url, &got));
		assert_true(strlen(got) <= 3 * strlen(url) + 64);
		free(got);
	}
}

static const struct other {
	const char *text;
	bool want;
} others[] = {
	{ "", false },
	{ "host=h", false },
	{ "password=a://b", false },
	{ "://h", false },
	{ "postgresql:/h", false },
	{ "http://h", true },
	{ "a+b.c-d_9://", true },
};

static void
tell_url(void **state)
{
	const struct other *row = *state;

	assert_int_equal(
	    database_url_is_url(guarded_text(row->text)), row->want);
}

static const struct value {
	const char *name;
	const char *keyword, *value;
	bool well;
} values[] = {
	{ "a host", "host", "h1,h2", true },
	{ "a directory", "host", "/tmp", true },
	{ "an abstract socket", "host", "@a", true },
	{ "a password in a host", "host", "u:p@h", false },
	{ "an abstract socket with an @", "host", "@a@b", false },
	{ "ports", "port", "1,,65535", true },
	{ "no port", "port", "", true },
	{ "a port that is none", "port", "1,a", false },
	{ "a port that is too high", "port", "65536", false },
	{ "a port of zero", "port", "0", false },
	{ "a password", "password", "@ 1a", true },
	{ "a database", "dbname", "a@b", true },
	{ "a URL as database", "dbname", "postgresql://u:p@h/d", false },
};

static void
check_value(void **state)
{
	const struct value *row = *state;
	const char *wrong =
	    database_url_wrong(row->keyword, guarded_text(row->value));

	assert_int_equal(wrong == NULL, row->well);
}

static void
attempt_read(void)
{
	char *got = NULL;
	const char *wrong = database_url_read("postgresql://u:p@h", &got);

	if (wrong == NULL)
		assert_string_equal(got, "user='u' password='p' host='h' ");
	else
		assert_true(allocator.failed > 0 && got == NULL);
	free(got);
}

static void
run_out_of_memory_anywhere(void **state)
{
	(void)state;
	assert_true(run_out_of_memory(attempt_read) >= 2);
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(read_url, good) },
		{ ROWS(refuse, bad) },
		{ ALONE(limit_parameters) },
		{ ALONE(fit_the_longest) },
		{ ROWS(tell_url, others) },
		{ ROWS(check_value, values) },
		{ ALONE(run_out_of_memory_anywhere) },
	};

	return run_all(tests, COUNT(tests));
}
