/*
 * text_test.c - decimal numbers in text.
 *
 * Wanted values: text.h.  2^63 - 1 is 9223372036854775807.
 */
#include "guarded.h"

#include "text.h"

static const struct number {
	const char *name;
	const char *text;
	size_t len;
	int64_t want; /* -1: none */
} numbers[] = {
	{ "0", BYTES("0"), 0 },
	{ "one digit", BYTES("7"), 7 },
	{ "all digits", BYTES("1234567890"), 1234567890 },
	{ "zeros", BYTES("0000000000000000000000000000"), 0 },
	{ "zeros before", BYTES("00000000000000000000000000017"), 17 },
	{ "greatest", BYTES("9223372036854775807"), INT64_MAX },
	{ "greatest, zeros before", BYTES("0009223372036854775807"),
	    INT64_MAX },
	{ "least of 19 digits", BYTES("1000000000000000000"),
	    1000000000000000000 },
	{ "len before the text's end", "123", 2, 12 },
	{ "2^63", BYTES("9223372036854775808"), -1 },
	{ "2^63 + 2", BYTES("9223372036854775810"), -1 },
	{ "greatest of 19 digits", BYTES("9999999999999999999"), -1 },
	{ "2^64", BYTES("18446744073709551616"), -1 },
	{ "2^64 + 1", BYTES("18446744073709551617"), -1 },
	{ "2^65", BYTES("36893488147419103232"), -1 },
	{ "29 digits", BYTES("99999999999999999999999999999"), -1 },
	{ "empty", BYTES(""), -1 },
	{ "a plus", BYTES("+1"), -1 },
	{ "a minus", BYTES("-1"), -1 },
	{ "a sign alone", BYTES("-"), -1 },
	{ "a space before", BYTES(" 1"), -1 },
	{ "a space behind", BYTES("1 "), -1 },
	{ "before 0", BYTES("1/"), -1 },
	{ "behind 9", BYTES("1:"), -1 },
	{ "a letter", BYTES("1a"), -1 },
	{ "hexadecimal", BYTES("0x10"), -1 },
	{ "a point", BYTES("1.0"), -1 },
	{ "an exponent", BYTES("1e3"), -1 },
	{ "a NUL", BYTES("1\0"), -1 },
	{ "a NUL inside",
	    BYTES("1\0"
	          "2"),
	    -1 },
	{ "a line's end", BYTES("1\n"), -1 },
	{ "digits of another script", BYTES("\xd9\xa1"), -1 },
	{ "the highest byte", BYTES("\xff"), -1 },
};

/* Without success the number stays as it was. */
static void
read_decimal(void **state)
{
	const struct number *row = *state;
	int64_t got = -5;

	assert_int_equal(
	    text_decimal(&got, guarded(row->text, row->len), row->len),
	    row->want >= 0);
	assert_int_equal(got, row->want >= 0 ? row->want : -5);
}

int
main(void)
{
	static const struct tests tests[] = { { ROWS(read_decimal, numbers) } };

	return run_all(tests, COUNT(tests));
}
