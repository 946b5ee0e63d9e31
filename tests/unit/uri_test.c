/*
 * uri_test.c - percent-encoding and UTF-8.
 *
 * Wanted values: RFC 3986, sections 2.1 to 2.3, for escapes; RFC 3629,
 * sections 3 and 4, for UTF-8, which a function here makes from the bit
 * patterns, for every code; oauth_access_tokens(8), PARAMETERS, for "+" and
 * NUL.
 */
#include "guarded.h"

#include "uri.h"

#define PATH  URI_PLUS_IS_PLUS
#define QUERY URI_PLUS_IS_SPACE

static const struct decoding {
	const char *name;
	const char *in;
	size_t len;
	enum uri_space space;
	const char *want; /* NULL: refused */
} decodings[] = {
	{ "empty", BYTES(""), QUERY, "" },
	{ "plain", BYTES("a-Z_0.~/?&=;,"), QUERY, "a-Z_0.~/?&=;," },
	{ "escape alone", BYTES("%41"), PATH, "A" },
	{ "hexadecimal in any case", BYTES("%4a%4A%c3%B6"), PATH,
	    "JJ\xc3\xb6" },
	{ "decoded once", BYTES("%2541"), PATH, "%41" },
	{ "an escaped percent", BYTES("%25"), QUERY, "%" },
	{ "plus in a path", BYTES("a+b"), PATH, "a+b" },
	{ "plus in a query", BYTES("+a+b+"), QUERY, " a b " },
	{ "escaped plus in a query", BYTES("%2B%2b"), QUERY, "++" },
	{ "escaped slash", BYTES("a%2Fb"), PATH, "a/b" },
	{ "control characters", BYTES("%01%1F%7f"), PATH, "\x01\x1f\x7f" },
	{ "UTF-8 in escapes", BYTES("%F0%9F%98%80"), PATH, "\xf0\x9f\x98\x80" },
	{ "UTF-8 half raw", BYTES("\xe2%82\xac"), PATH, "\xe2\x82\xac" },
	{ "percent at the end", BYTES("a%"), PATH, NULL },
	{ "one digit at the end", BYTES("a%4"), PATH, NULL },
	{ "second digit wrong", BYTES("%4G"), PATH, NULL },
	{ "first digit wrong", BYTES("%g4"), PATH, NULL },
	{ "beside the digits", BYTES("%4/"), PATH, NULL },
	{ "beside the digits, above", BYTES("%:0"), PATH, NULL },
	{ "beside the letters", BYTES("%@0"), PATH, NULL },
	{ "beside the letters, below", BYTES("%`0"), PATH, NULL },
	{ "a space as digit", BYTES("% 4"), PATH, NULL },
	{ "a sign as digit", BYTES("%+4"), QUERY, NULL },
	{ "a prefix as digits", BYTES("%0x41"), PATH, NULL },
	{ "two percents", BYTES("%%41"), PATH, NULL },
	{ "escaped NUL", BYTES("a%00b"), PATH, NULL },
	{ "escaped NUL at the end", BYTES("a%00"), QUERY, NULL },
	{ "NUL", BYTES("a\0b"), PATH, NULL },
	{ "a lone byte of UTF-8", BYTES("%C3"), PATH, NULL },
	{ "a lone raw byte of UTF-8", BYTES("a\xc3"), PATH, NULL },
	{ "ISO 8859-1", BYTES("%E9t%E9"), QUERY, NULL },
	{ "a surrogate", BYTES("%ED%A0%80"), PATH, NULL },
	{ "overlong NUL", BYTES("%C0%80"), PATH, NULL },
};

static void
check_decoded(const struct decoding *row, char *out, const char *in)
{
	size_t len = 4711;
	size_t want_len = row->want != NULL ? strlen(row->want) : len;
	bool ok = uri_decode(out, &len, in, row->len, row->space);

	assert_int_equal(ok, row->want != NULL);
	assert_int_equal(len, want_len);
	if (row->want != NULL)
		assert_memory_equal(out, row->want, len + 1);
}

static void
decode(void **state)
{
	const struct decoding *row = *state;
	char *both = guarded(NULL, row->len + 1);

	check_decoded(
	    row, guarded(NULL, row->len + 1), guarded(row->in, row->len));
	memcpy(both, row->in, row->len);
	check_decoded(row, both, both);
}

static void
encode_each_byte(void **state)
{
	static const char kept[] = "abcdefghijklmnopqrstuvwxyz"
	                           "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                           "0123456789-._~/";

	(void)state;
	for (int c = 0; c < 256; c++) {
		char byte = (char)c, want[4] = { byte };
		char *out = guarded(NULL, sizeof want);

		if (memchr(kept, c, sizeof kept - 1) == NULL)
			snprintf(want, sizeof want, "%%%02X", (unsigned)c);
		assert_int_equal(
		    uri_encode(out, guarded(&byte, 1), 1), strlen(want));
		assert_string_equal(out, want);
	}
}

static const struct encoding {
	const char *name;
	const char *text;
	size_t len;
	const char *want;
} encodings[] = {
	{ "empty", BYTES(""), "" },
	{ "a path", BYTES("/api/a b"), "/api/a%20b" },
	{ "what a Link could break at", BYTES("<>\";,\r\n"),
	    "%3C%3E%22%3B%2C%0D%0A" },
	{ "what a query could break at", BYTES("a+b&c=%#?"),
	    "a%2Bb%26c%3D%25%23%3F" },
	{ "a NUL inside", BYTES("a\0b"), "a%00b" },
	{ "UTF-8", BYTES("\xe2\x82\xac"), "%E2%82%AC" },
	{ "not UTF-8", BYTES("\xff\x80"), "%FF%80" },
};

static void
encode(void **state)
{
	const struct encoding *row = *state;
	char *out = guarded(NULL, 3 * row->len + 1);

	assert_int_equal(
	    uri_encode(out, guarded(row->text, row->len), row->len),
	    strlen(row->want));
	assert_string_equal(out, row->want);
}

static const struct utf8 {
	const char *name;
	const char *text;
	size_t len;
	bool want;
} utf8_texts[] = {
	{ "empty", BYTES(""), true },
	{ "ASCII with NUL and DEL", BYTES("a\0\x7f"), true },
	{ "one of each length", BYTES("$\xc2\xa3\xe2\x82\xac\xf0\x90\x8d\x88"),
	    true },
	{ "a continuation alone", BYTES("\x80"), false },
	{ "a continuation after a character", BYTES("\xc2\xa3\xa3"), false },
	{ "good, then cut", BYTES("ab\xe2\x82"), false },
	{ "cut, then good", BYTES("\xe2\x82 ab"), false },
	{ "a start within a character", BYTES("\xe2\xc2\xa3"), false },
	{ "surrogates as in CESU-8", BYTES("\xed\xa0\xbd\xed\xb8\x80"), false },
	{ "five bytes", BYTES("\xf8\x88\x80\x80\x80"), false },
	{ "six bytes", BYTES("\xfc\x84\x80\x80\x80\x80"), false },
	{ "fe and ff", BYTES("\xfe\xff"), false },
	{ "a byte order mark", BYTES("\xef\xbb\xbf"), true },
};

static void
utf8(void **state)
{
	const struct utf8 *row = *state;

	assert_int_equal(
	    uri_is_utf8(guarded(row->text, row->len), row->len), row->want);
}

/* Write a code in n bytes with RFC 3629's patterns, be it allowed or not. */
static void
put_code(char *out, uint32_t code, size_t n)
{
	static const unsigned char starts[] = { 0, 0, 0xc0, 0xe0, 0xf0 };

	for (size_t i = n; i-- > 1; code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3f));
	out[0] = (char)(starts[n] | code);
}

/* Every code that n bytes can hold, n = 1 ... 4, whole, cut and damaged. */
static void
utf8_every_code(void **state)
{
	static const uint32_t limits[] = { 0, 0x80, 0x800, 0x10000, 0x200000 };
	char *end = guarded(NULL, 4) + 4;

	(void)state;
	for (size_t n = 1; n <= 4; n++) {
		char *text = end - n;

		for (uint32_t code = 0; code < limits[n]; code++) {
			bool want = code >= limits[n - 1] && code <= 0x10ffff &&
			            (code < 0xd800 || code > 0xdfff);

			put_code(text, code, n);
			if (uri_is_utf8(text, n) != want)
				fail_msg("%X in %zu bytes", code, n);
			if (n == 1)
				continue;
			if (uri_is_utf8(text, n - 1) ||
			    uri_is_utf8(text + 1, n - 1))
				fail_msg("%X in %zu bytes, cut", code, n);
			text[1 + code % (n - 1)] ^= 0x40;
			if (uri_is_utf8(text, n))
				fail_msg("%X in %zu bytes, damaged", code, n);
		}
	}
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(decode, decodings) },
		{ ALONE(encode_each_byte) },
		{ ROWS(encode, encodings) },
		{ ROWS(utf8, utf8_texts) },
		{ ALONE(utf8_every_code) },
	};

	return run_all(tests, COUNT(tests));
}
