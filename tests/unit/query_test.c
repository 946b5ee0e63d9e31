/*
 * query_test.c - the query string.
 *
 * Wanted values: oauth_access_tokens(8), PARAMETERS (names, percent-encoding,
 * numbers) and ERRORS (a message names the parameter, and repeats nothing that
 * the client sent); query.h for the limits.
 */
#include "guarded.h"

#include "query.h"

#define DEFAULT QUERY_DEFAULT_LIMIT
/* All parameters. */
#define ALL    (QUERY_PARAMETER(QUERY_PARAMETERS) - 1)
#define MAX    INT64_MAX
#define ABSENT QUERY_FLAG_ABSENT
#define OFF    QUERY_FLAG_OFF
#define ON     QUERY_FLAG_ON

static const struct good {
	const char *name;
	const char *text;
	int64_t limit, offset;
	enum query_flag show_all;
	const char *api_key;
} good[] = {
	{ "empty", "", DEFAULT, 0, ABSENT, "" },
	{ "the documented example",
	    "_limit=20&_offset=10&show_all=1&api_key=zk", 20, 10, ON, "zk" },
	{ "any order", "api_key=k&show_all=true&_offset=1&_limit=2", 2, 1, ON,
	    "k" },
	{ "only separators", "&&&", DEFAULT, 0, ABSENT, "" },
	{ "separators around", "&_limit=1&&_offset=2&", 1, 2, ABSENT, "" },
	{ "numbers: least", "_limit=0&_offset=0", 0, 0, ABSENT, "" },
	{ "numbers: greatest",
	    "_limit=9223372036854775807&_offset=9223372036854775807", MAX, MAX,
	    ABSENT, "" },
	{ "numbers: leading zeros", "_limit=00000000000000000000000000000012",
	    12, 0, ABSENT, "" },
	{ "numbers: escaped digits", "_limit=%31%30", 10, 0, ABSENT, "" },
	{ "show_all: 1", "show_all=1", DEFAULT, 0, ON, "" },
	{ "show_all: true", "show_all=true", DEFAULT, 0, ON, "" },
	{ "show_all: True", "show_all=True", DEFAULT, 0, ON, "" },
	{ "show_all: tRUE", "show_all=tRUE", DEFAULT, 0, ON, "" },
	{ "show_all: FALSE", "show_all=FALSE", DEFAULT, 0, OFF, "" },
	{ "show_all: 0", "show_all=0", DEFAULT, 0, OFF, "" },
	{ "show_all: false", "show_all=false", DEFAULT, 0, OFF, "" },
	{ "show_all: empty", "show_all=", DEFAULT, 0, OFF, "" },
	{ "show_all: no value", "show_all", DEFAULT, 0, OFF, "" },
	{ "api_key: empty", "api_key=", DEFAULT, 0, ABSENT, "" },
	{ "api_key: no value", "api_key&_limit=1", 1, 0, ABSENT, "" },
	{ "api_key: = inside", "api_key=a=b==", DEFAULT, 0, ABSENT, "a=b==" },
	{ "api_key: plus", "api_key=+a%2Bb+", DEFAULT, 0, ABSENT, " a+b " },
	{ "api_key: decoded once", "api_key=%2541", DEFAULT, 0, ABSENT, "%41" },
	{ "api_key: escaped separators", "api_key=%26_limit%3D5", DEFAULT, 0,
	    ABSENT, "&_limit=5" },
	{ "api_key: UTF-8", "api_key=%F0%9F%98%80\xc3\xa9", DEFAULT, 0, ABSENT,
	    "\xf0\x9f\x98\x80\xc3\xa9" },
	{ "names: escaped", "%5Flimi%74=7", 7, 0, ABSENT, "" },
	{ "unknown with _", "_=1&_x&_limi=2&_limitx=3&_LIMIT=4&_api_key=k",
	    DEFAULT, 0, ABSENT, "" },
	{ "unknown with _, twice", "_x=1&_x=2", DEFAULT, 0, ABSENT, "" },
	{ "unknown with escaped _", "%5Fx=1", DEFAULT, 0, ABSENT, "" },
};

static void
accept(void **state)
{
	const struct good *row = *state;
	size_t len = strlen(row->text);
	char error[QUERY_ERROR_SIZE];
	struct query q;

	memset(&q, 0xa5, sizeof q);
	assert_true(query_parse(&q, ALL, guarded(row->text, len), len, error));
	assert_int_equal(q.limit, row->limit);
	assert_int_equal(q.offset, row->offset);
	assert_int_equal(q.show_all, row->show_all);
	assert_string_equal(q.api_key, row->api_key);
	assert_int_equal(q.mask, ABSENT);
	assert_int_equal(q.current, ABSENT);
	assert_int_equal(q.count, ABSENT);
	assert_false(query_has(&q, QUERY_AFTER));
	assert_false(q.details);
}

/* How the tokens are to be shown. */
static const struct form {
	const char *name;
	const char *text;
	enum query_flag mask;
	bool details;
} forms[] = {
	{ "_format: with_details", "_format=with_details", ABSENT, true },
	{ "_format: escaped", "%5fformat=with%5Fdetails", ABSENT, true },
	{ "_format: empty", "_format=", ABSENT, false },
	{ "_format: no value", "_format", ABSENT, false },
	{ "_format: another", "_format=csv", ABSENT, false },
	{ "_format: the beginning", "_format=with_detail", ABSENT, false },
	{ "_format: more", "_format=with_details2", ABSENT, false },
	{ "_format: another case", "_format=With_Details", ABSENT, false },
	{ "_format: a space behind", "_format=with_details+", ABSENT, false },
	{ "_format: UTF-8", "_format=%C3%A9", ABSENT, false },
	{ "_mask: 1", "_mask=1", ON, false },
	{ "_mask: True", "_mask=True", ON, false },
	{ "_mask: 0", "_mask=0", OFF, false },
	{ "_mask: FALSE", "_mask=FALSE", OFF, false },
	{ "_mask: empty", "_mask=", OFF, false },
	{ "_mask: no value", "_mask", OFF, false },
	{ "both", "_mask=1&_format=with_details", ON, true },
	{ "both, the other order", "_format=with_details&_mask=0", OFF, true },
	{ "nearly", "_formats=with_details&_masks=1&_Mask=1", ABSENT, false },
};

static void
accept_form(void **state)
{
	const struct form *row = *state;
	size_t len = strlen(row->text);
	char error[QUERY_ERROR_SIZE];
	struct query q;

	memset(&q, 0xa5, sizeof q);
	assert_true(query_parse(&q, ALL, guarded(row->text, len), len, error));
	assert_int_equal(q.mask, row->mask);
	assert_int_equal(q.details, row->details);
	assert_int_equal(q.limit, DEFAULT);
	assert_int_equal(q.offset, 0);
	assert_int_equal(q.show_all, ABSENT);
	assert_int_equal(q.current, ABSENT);
	assert_string_equal(q.api_key, "");
}

/* Which tokens DELETE is to end. */
static const struct current {
	const char *name;
	const char *text;
	enum query_flag want;
} currents[] = {
	{ "1", "_current=1", ON },
	{ "tRUE", "_current=tRUE", ON },
	{ "escaped", "%5Fcurrent=%31", ON },
	{ "0", "_current=0", OFF },
	{ "False", "_current=False", OFF },
	{ "empty", "_current=", OFF },
	{ "no value", "_current", OFF },
	{ "absent", "_limit=1&_mask=1", ABSENT },
	{ "nearly", "_Current=1&_currents=1&_curren=1", ABSENT },
};

static void
accept_current(void **state)
{
	const struct current *row = *state;
	size_t len = strlen(row->text);
	char error[QUERY_ERROR_SIZE];
	struct query q;

	memset(&q, 0xa5, sizeof q);
	assert_true(query_parse(&q, ALL, guarded(row->text, len), len, error));
	assert_int_equal(q.current, row->want);
}

/* Whether the list is counted, and where its page begins. */
static const struct place {
	const char *name;
	const char *text;
	enum query_flag count;
	bool by_offset, behind;
} places[] = {
	{ "nothing of it", "_limit=1", ABSENT, false, false },
	{ "_count: 0", "_count=0", OFF, false, false },
	{ "_count: false", "_count=false", OFF, false, false },
	{ "_count: False", "_count=False", OFF, false, false },
	{ "_count: 1", "_count=1", ON, false, false },
	{ "_count: tRUE", "_count=tRUE", ON, false, false },
	{ "_count: empty, as ever", "_count=", ABSENT, false, false },
	{ "_count: no value, as ever", "_count", ABSENT, false, false },
	{ "_count: escaped", "%5Fcount=%30", OFF, false, false },
	{ "_count with an offset of 0", "_count=0&_offset=0", OFF, true,
	    false },
	{ "_after", "_after=AQEAAAAAAAAAAQAAAAAAAAAR", ABSENT, false, true },
	{ "_after: escaped", "_after=AQEAAAAAAAAAAQAAAAAAAAA%52", ABSENT, false,
	    true },
	{ "both", "_after=AQEAAAAAAAAAAQAAAAAAAAAR&_count=0", OFF, false,
	    true },
	{ "nearly", "_counts=0&_Count=0&_afte=x&_afters=x&_After=x", ABSENT,
	    false, false },
};

static void
accept_place(void **state)
{
	const struct place *row = *state;
	size_t len = strlen(row->text);
	char error[QUERY_ERROR_SIZE];
	struct query q;

	memset(&q, 0xa5, sizeof q);
	assert_true(query_parse(&q, ALL, guarded(row->text, len), len, error));
	assert_int_equal(q.count, row->count);
	assert_int_equal(query_has(&q, QUERY_OFFSET), row->by_offset);
	assert_int_equal(query_has(&q, QUERY_AFTER), row->behind);
	assert_int_equal(q.offset, 0);
	/* cursor_test.c has more of them. */
	assert_int_equal(q.after.expires.known, row->behind);
	assert_int_equal(q.after.expires.us, row->behind);
	assert_int_equal(q.after.id, row->behind ? 17 : 0);
}

/* The rows' values hold "secret" where a message could repeat them. */
static const struct bad {
	const char *name;
	const char *text;
	size_t len;
	const char *parameter; /* that the message names; or NULL */
} bad[] = {
	{ "_limit: empty", BYTES("_limit="), "_limit" },
	{ "_limit: no value", BYTES("_limit"), "_limit" },
	{ "_limit: negative", BYTES("_limit=-1"), "_limit" },
	{ "_limit: a sign", BYTES("_limit=%2B1"), "_limit" },
	{ "_limit: a space before", BYTES("_limit=+1"), "_limit" },
	{ "_limit: a space after", BYTES("_limit=1+"), "_limit" },
	{ "_limit: a line's end", BYTES("_limit=1%0A"), "_limit" },
	{ "_limit: hexadecimal", BYTES("_limit=0x10"), "_limit" },
	{ "_limit: a fraction", BYTES("_limit=1.0"), "_limit" },
	{ "_limit: an exponent", BYTES("_limit=1e3"), "_limit" },
	{ "_limit: text", BYTES("_limit=secret"), "_limit" },
	{ "_limit: text after digits", BYTES("_limit=1secret"), "_limit" },
	{ "_limit: other digits", BYTES("_limit=\xd9\xa1"), "_limit" },
	{ "_limit: 2^63", BYTES("_limit=9223372036854775808"), "_limit" },
	{ "_limit: 2^63 + 2", BYTES("_limit=9223372036854775810"), "_limit" },
	{ "_limit: 2^64", BYTES("_limit=18446744073709551616"), "_limit" },
	{ "_limit: 2^64 + 1", BYTES("_limit=18446744073709551617"), "_limit" },
	{ "_limit: 29 digits", BYTES("_limit=99999999999999999999999999999"),
	    "_limit" },
	{ "_limit: : and /", BYTES("_limit=1:"), "_limit" },
	{ "_limit: /", BYTES("_limit=1/"), "_limit" },
	{ "_offset: 2^63", BYTES("_offset=9223372036854775808"), "_offset" },
	{ "_offset: empty", BYTES("_limit=1&_offset="), "_offset" },
	{ "_offset: negative", BYTES("_offset=-0"), "_offset" },
	{ "show_all: 2", BYTES("show_all=2"), "show_all" },
	{ "show_all: 01", BYTES("show_all=01"), "show_all" },
	{ "show_all: Yes", BYTES("show_all=Yes"), "show_all" },
	{ "show_all: truer", BYTES("show_all=truer"), "show_all" },
	{ "show_all: tru", BYTES("show_all=tru"), "show_all" },
	{ "show_all: a space", BYTES("show_all=+1"), "show_all" },
	{ "show_all: text", BYTES("show_all=secret"), "show_all" },
	{ "_mask: 2", BYTES("_mask=2"), "_mask" },
	{ "_mask: text", BYTES("_mask=secret"), "_mask" },
	{ "_mask: truer", BYTES("_mask=truer"), "_mask" },
	{ "_mask: a space", BYTES("_mask=1+"), "_mask" },
	{ "_current: 2", BYTES("_current=2"), "_current" },
	{ "_current: text", BYTES("_current=secret"), "_current" },
	{ "_current: truer", BYTES("_current=truer"), "_current" },
	{ "_count: 2", BYTES("_count=2"), "_count" },
	{ "_count: text", BYTES("_count=secret"), "_count" },
	{ "_count: a space", BYTES("_count=+0"), "_count" },
	{ "_after: empty", BYTES("_after="),
	    "_after takes a cursor of a Link" },
	{ "_after: no value", BYTES("_after"), "_after" },
	{ "_after: text", BYTES("_after=secret"), "_after" },
	{ "_after: a number", BYTES("_after=40"), "_after" },
	{ "_after: a digit less", BYTES("_after=AQEAAAAAAAAAAQAAAAAAAAA"),
	    "_after" },
	{ "_after: a digit more", BYTES("_after=AQEAAAAAAAAAAQAAAAAAAAARA"),
	    "_after" },
	{ "_after: another version", BYTES("_after=AgEAAAAAAAAAAQAAAAAAAAAR"),
	    "_after" },
	{ "_after: a space behind", BYTES("_after=AQEAAAAAAAAAAQAAAAAAAAAR+"),
	    "_after" },
	{ "_after: with an offset",
	    BYTES("_after=AQEAAAAAAAAAAQAAAAAAAAAR&_offset=40"), "_after" },
	{ "_after: behind an offset of 0",
	    BYTES("_offset=0&_after=AQEAAAAAAAAAAQAAAAAAAAAR"), "_after" },
	{ "twice: _after",
	    BYTES("_after=AQEAAAAAAAAAAQAAAAAAAAAR&"
	          "_after=AQEAAAAAAAAAAQAAAAAAAAAR"),
	    "_after" },
	{ "twice: _count", BYTES("_count=0&_count=0"), "_count" },
	{ "twice: _count, empty", BYTES("_count&_count"), "_count" },
	{ "_format: not UTF-8", BYTES("_format=secret%FF"), NULL },
	{ "_format: a NUL behind", BYTES("_format=with_details%00"), NULL },
	{ "twice: _format", BYTES("_format=with_details&_format=secret"),
	    "_format" },
	{ "twice: _format, the same", BYTES("_format&_format"), "_format" },
	{ "twice: _mask", BYTES("_mask=1&_mask=0"), "_mask" },
	{ "twice: _current", BYTES("_current=1&_current=1"), "_current" },
	{ "twice: _limit", BYTES("_limit=1&_limit=1"), "_limit" },
	{ "twice: _offset", BYTES("_offset=1&_limit=1&_offset=2"), "_offset" },
	{ "twice: show_all", BYTES("show_all&show_all=1"), "show_all" },
	{ "twice: api_key", BYTES("api_key=&api_key=secret"), "api_key" },
	{ "twice: once escaped", BYTES("%5flimit=1&_limit=1"), "_limit" },
	{ "unknown", BYTES("secret=1"), NULL },
	{ "unknown: no value", BYTES("secret"), NULL },
	{ "unknown: empty name", BYTES("=secret"), NULL },
	{ "unknown: only =", BYTES("="), NULL },
	{ "unknown: beginning of a known one", BYTES("show_al=1"), NULL },
	{ "unknown: more than a known one", BYTES("show_all2=1"), NULL },
	{ "unknown: another case", BYTES("Show_All=1"), NULL },
	{ "unknown: a space before", BYTES("+_limit=1"), NULL },
	{ "unknown: after good ones", BYTES("_limit=1&limit=2"), NULL },
	{ "escape: broken in a value", BYTES("api_key=secret%"), NULL },
	{ "escape: broken in a name", BYTES("_%zz=secret"), NULL },
	{ "escape: broken in an ignored one", BYTES("_x=secret%4"), NULL },
	{ "escape: across the separator", BYTES("_x=%4&1"), NULL },
	{ "escape: across =", BYTES("_x%4=1"), NULL },
	{ "NUL: escaped", BYTES("api_key=secret%00"), NULL },
	{ "NUL: raw", BYTES("_limit=1\0"), NULL },
	{ "NUL: in an ignored one", BYTES("_x=%00"), NULL },
	{ "NUL: in an ignored name", BYTES("_x%00y=secret"), NULL },
	{ "UTF-8: not", BYTES("api_key=secret%FF"), NULL },
	{ "UTF-8: not, raw", BYTES("api_key=secret\xe9"), NULL },
	{ "UTF-8: not, in an ignored one", BYTES("_x=%C3"), NULL },
	{ "UTF-8: across =", BYTES("_\xc3=\xa9"), NULL },
};

/* What goes into an error's JSON as it is, and repeats nothing. */
static void
check_message(const char *error, const char *parameter)
{
	assert_non_null(error);
	assert_true(strlen(error) > 10 && strlen(error) < 200);
	for (const char *p = error; *p != '\0'; p++)
		assert_true(*p >= ' ' && *p <= '~' && *p != '"' && *p != '\\');
	assert_null(strstr(error, "secret"));
	if (parameter != NULL)
		assert_memory_equal(error, parameter, strlen(parameter));
}

static void
refuse(void **state)
{
	const struct bad *row = *state;
	char *error = guarded(NULL, QUERY_ERROR_SIZE);
	struct query q;

	assert_false(query_parse(
	    &q, ALL, guarded(row->text, row->len), row->len, error));
	check_message(error, row->parameter);
}

static const struct length {
	const char *name;
	const char *start;
	const char *unit; /* repeated n times */
	size_t n;
	bool want;
	size_t api_key_len;
} lengths[] = {
	{ "api_key of 255", "api_key=", "a", 255, true, 255 },
	{ "api_key of 256", "api_key=", "a", 256, false, 0 },
	{ "api_key of 255, escaped", "api_key=", "%61", 255, true, 255 },
	{ "api_key of 256, escaped", "api_key=", "%61", 256, false, 0 },
	{ "api_key of 255 in characters of 3", "api_key=", "\xe2\x82\xac", 85,
	    true, 255 },
	{ "api_key of 258 in characters of 3", "api_key=", "\xe2\x82\xac", 86,
	    false, 0 },
	{ "a query of QUERY_MAX", "", "&", QUERY_MAX, true, 0 },
	{ "a query over QUERY_MAX", "", "&", QUERY_MAX + 1, false, 0 },
	{ "one long value", "_=", "a", QUERY_MAX - 2, true, 0 },
	{ "one long value, a byte more", "_=", "a", QUERY_MAX - 1, false, 0 },
	{ "one long name", "_", "a", QUERY_MAX - 1, true, 0 },
	{ "many short ones", "", "_&", QUERY_MAX / 2, true, 0 },
	{ "many without a name", "_", "=", QUERY_MAX - 1, true, 0 },
};

static void
limit_length(void **state)
{
	const struct length *row = *state;
	size_t start = strlen(row->start), unit = strlen(row->unit);
	size_t len = start + row->n * unit;
	char *text = guarded(NULL, len);
	char error[QUERY_ERROR_SIZE];
	struct query q;

	memcpy(text, row->start, start);
	for (size_t i = 0; i < row->n; i++)
		memcpy(text + start + i * unit, row->unit, unit);
	assert_int_equal(query_parse(&q, ALL, text, len, error), row->want);
	if (row->want)
		assert_int_equal(strlen(q.api_key), row->api_key_len);
	else
		check_message(error, NULL);
}

/* The names that an address has are known there, and others are not. */
static const struct known {
	const char *name;
	unsigned int known;
	const char *want;
} knowns[] = {
	{ "all nine", ALL,
	    "Unknown parameter: known are _limit, _offset, show_all, api_key, "
	    "_format, _mask, _count, _after and _current." },
	{ "a list's", ALL & ~QUERY_PARAMETER(QUERY_CURRENT),
	    "Unknown parameter: known are _limit, _offset, show_all, api_key, "
	    "_format, _mask, _count and _after." },
	{ "those of DELETE of a list",
	    QUERY_PARAMETER(QUERY_API_KEY) | QUERY_PARAMETER(QUERY_CURRENT),
	    "Unknown parameter: known are api_key and _current." },
	{ "one token's",
	    QUERY_PARAMETER(QUERY_API_KEY) | QUERY_PARAMETER(QUERY_MASK),
	    "Unknown parameter: known are api_key and _mask." },
	{ "all but the first and the last",
	    ALL & ~(QUERY_PARAMETER(QUERY_LIMIT) |
	              QUERY_PARAMETER(QUERY_CURRENT)),
	    "Unknown parameter: known are _offset, show_all, api_key, "
	    "_format, _mask, _count and _after." },
	{ "two", QUERY_PARAMETER(QUERY_OFFSET) | QUERY_PARAMETER(QUERY_API_KEY),
	    "Unknown parameter: known are _offset and api_key." },
	{ "one", QUERY_PARAMETER(QUERY_SHOW_ALL),
	    "Unknown parameter: known are show_all." },
	{ "none", 0, "The address takes no parameter." },
};

static void
name_known(void **state)
{
	static const char *const texts[QUERY_PARAMETERS] = { "_limit=a",
		"_offset=a", "show_all=a", "api_key=%", "_format&_format",
		"_mask=a", "_count=a", "_after=a", "_current=a" };
	const struct known *row = *state;
	char error[QUERY_ERROR_SIZE];
	struct query q;

	assert_false(query_parse(&q, row->known, "x=1", 3, error));
	assert_string_equal(error, row->want);
	/* Another's name that begins with "_" is ignored, as any. */
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_int_equal(query_parse(&q, row->known, texts[i],
		                     strlen(texts[i]), error),
		    texts[i][0] == '_' &&
		        (row->known & QUERY_PARAMETER(i)) == 0);
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(accept, good) },
		{ ROWS(accept_form, forms) },
		{ ROWS(accept_place, places) },
		{ ROWS(accept_current, currents) },
		{ ROWS(refuse, bad) },
		{ ROWS(limit_length, lengths) },
		{ ROWS(name_known, knowns) },
	};

	return run_all(tests, COUNT(tests));
}
