/*
 * cursor_test.c - a position in a list as a text.
 *
 * Wanted values: Python's base64.urlsafe_b64encode(struct.pack(">BBqq", 1,
 * known, us, id)), as cursor.c says; PostgreSQL 15,
 * src/include/datatype/timestamp.h, for the moments that there are; RFC 4648,
 * section 5, for the digits.
 */
#include "guarded.h"

#include "cursor.h"

#define EXPIRES(when)        \
	{                    \
		true, (when) \
	}
#define NEVER            \
	{                \
		false, 0 \
	}

static const struct position {
	const char *name;
	struct cursor cursor;
	const char *text;
} positions[] = {
	{ "never expires", { NEVER, 7 }, "AQAAAAAAAAAAAAAAAAAAAAAH" },
	{ "never expires, least id", { NEVER, 0 }, "AQAAAAAAAAAAAAAAAAAAAAAA" },
	{ "never expires, greatest id", { NEVER, INT64_MAX },
	    "AQAAAAAAAAAAAH__________" },
	{ "2000-01-01", { EXPIRES(0), 8 }, "AQEAAAAAAAAAAAAAAAAAAAAI" },
	{ "an id below 0", { EXPIRES(0), -1 }, "AQEAAAAAAAAAAP__________" },
	{ "a microsecond later", { EXPIRES(1), 17 },
	    "AQEAAAAAAAAAAQAAAAAAAAAR" },
	{ "the documented one", { EXPIRES(745796512480598), 7 },
	    "AQEAAqZMSDN9VgAAAAAAAAAH" },
	{ "infinity", { EXPIRES(INT64_MAX), INT64_MIN },
	    "AQF__________4AAAAAAAAAA" },
	{ "-infinity", { EXPIRES(INT64_MIN), 1 }, "AQGAAAAAAAAAAAAAAAAAAAAB" },
	{ "the earliest moment", { EXPIRES(INT64_C(-211813488000000000)), 5 },
	    "AQH9D3zBQR-gAAAAAAAAAAAF" },
	{ "the latest moment", { EXPIRES(INT64_C(9223371331199999999)), 6 },
	    "AQF___9bs7Kf_wAAAAAAAAAG" },
};

static void
format(void **state)
{
	const struct position *row = *state;
	char *out = guarded(NULL, CURSOR_LEN + 1);

	cursor_format(out, &row->cursor);
	assert_string_equal(out, row->text);
}

static void
parse(void **state)
{
	const struct position *row = *state;
	size_t len = strlen(row->text);
	struct cursor got;

	memset(&got, 0xa5, sizeof got);
	assert_true(cursor_parse(&got, guarded(row->text, len), len));
	assert_int_equal(got.expires.known, row->cursor.expires.known);
	assert_int_equal(got.expires.us, row->cursor.expires.us);
	assert_int_equal(got.id, row->cursor.id);
}

static const struct bad {
	const char *name;
	const char *text;
	size_t len;
} bad[] = {
	{ "empty", BYTES("") },
	{ "a digit less", BYTES("AQEAAAAAAAAAAAAAAAAAAAA") },
	{ "a digit more", BYTES("AQEAAAAAAAAAAAAAAAAAAAAIA") },
	{ "padding", BYTES("AQEAAAAAAAAAAAAAAAAAAAAI=") },
	{ "padding as a digit", BYTES("AQEAAAAAAAAAAAAAAAAAAAA=") },
	{ "twice", BYTES("AQEAAAAAAAAAAAAAAAAAAAAIAQEAAAAAAAAAAAAAAAAAAAAI") },
	{ "a space before", BYTES(" QEAAAAAAAAAAAAAAAAAAAAI") },
	{ "a line's end", BYTES("AQEAAAAAAAAAAAAAAAAAAAA\n") },
	{ "a NUL", BYTES("AQEAAAAAAAAAAAAAAAAAAA\0I") },
	{ "the other base64's +", BYTES("AQH9D3zBQR+gAAAAAAAAAAAF") },
	{ "the other base64's /", BYTES("AQEAAAAAAAAAAP//////////") },
	{ "no ASCII", BYTES("AQEAAAAAAAAAAAAAAAAAAA\xc3\xa9") },
	{ "no digits", BYTES("........................") },
	{ "version 0", BYTES("AAEAAAAAAAAAAAAAAAAAAAAI") },
	{ "version 2", BYTES("AgEAAAAAAAAAAAAAAAAAAAAI") },
	{ "neither known nor unknown", BYTES("AQIAAAAAAAAAAAAAAAAAAAAI") },
	{ "255 for known", BYTES("Af8AAAAAAAAAAAAAAAAAAAAI") },
	{ "never expires, with a moment", BYTES("AQAAAAAAAAAAAQAAAAAAAAAI") },
	{ "before the earliest moment", BYTES("AQH9D3zBQR-f_wAAAAAAAAAF") },
	{ "after the latest moment", BYTES("AQF___9bs7KgAAAAAAAAAAAG") },
	{ "an offset", BYTES("40") },
};

static void
refuse(void **state)
{
	const struct bad *row = *state;
	struct cursor got;

	assert_false(
	    cursor_parse(&got, guarded(row->text, row->len), row->len));
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(format, positions) },
		{ ROWS(parse, positions) },
		{ ROWS(refuse, bad) },
	};

	return run_all(tests, COUNT(tests));
}
