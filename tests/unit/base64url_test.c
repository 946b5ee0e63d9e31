/*
 * base64url_test.c - bytes as letters, digits, "-" and "_".
 *
 * Wanted values: RFC 4648, section 10 (test vectors, here without padding),
 * section 5 (the digits), and section 3.5 (bits that no byte has).
 */
#include "guarded.h"

#include "base64url.h"

static const struct vector {
	const char *name;
	const char *bytes;
	size_t n;
	const char *text;
} vectors[] = {
	{ "nothing", BYTES(""), "" },
	{ "f", BYTES("f"), "Zg" },
	{ "fo", BYTES("fo"), "Zm8" },
	{ "foo", BYTES("foo"), "Zm9v" },
	{ "foob", BYTES("foob"), "Zm9vYg" },
	{ "fooba", BYTES("fooba"), "Zm9vYmE" },
	{ "foobar", BYTES("foobar"), "Zm9vYmFy" },
	{ "least digits", BYTES("\0\0\0\0"), "AAAAAA" },
	{ "greatest digits", BYTES("\xff\xff\xff\xff"), "_____w" },
	{ "the digits to f",
	    BYTES("\x00\x10\x83\x10\x51\x87\x20\x92\x8b\x30\xd3\x8f"
	          "\x41\x14\x93\x51\x55\x97\x61\x96\x9b\x71\xd7\x9f"),
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef" },
	{ "the digits from g",
	    BYTES("\x82\x18\xa3\x92\x59\xa7\xa2\x9a\xab\xb2\xdb\xaf"
	          "\xc3\x1c\xb3\xd3\x5d\xb7\xe3\x9e\xbb\xf3\xdf\xbf"),
	    "ghijklmnopqrstuvwxyz0123456789-_" },
};

static void
encode(void **state)
{
	const struct vector *row = *state;
	size_t len = strlen(row->text);
	char *out = guarded(NULL, len);

	assert_int_equal(BASE64URL_LEN(row->n), len);
	assert_ptr_equal(
	    base64url_encode(out,
	        (const unsigned char *)guarded(row->bytes, row->n), row->n),
	    out + len);
	assert_memory_equal(out, row->text, len);
}

static void
decode(void **state)
{
	const struct vector *row = *state;
	unsigned char *out = (unsigned char *)guarded(NULL, row->n);

	assert_true(base64url_decode(
	    out, row->n, guarded(row->text, strlen(row->text))));
	assert_memory_equal(out, row->bytes, row->n);
}

static const struct bad {
	const char *name;
	const char *text;
	size_t n;
} bad[] = {
	{ "a bit too many", "Zh", 1 },
	{ "all bits too many", "Z_", 1 },
	{ "a bit too many of two bytes", "Zm9", 2 },
	{ "padding", "Zg==", 3 },
	{ "a space", "Zm 8", 3 },
	{ "+", "Zm+v", 3 },
	{ "/", "Zm/v", 3 },
	{ "a NUL", "Zm9\0", 3 },
	{ "no ASCII", "Zm9\xe9", 3 },
};

static void
refuse(void **state)
{
	const struct bad *row = *state;
	unsigned char out[3];

	assert_false(base64url_decode(
	    out, row->n, guarded(row->text, BASE64URL_LEN(row->n))));
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(encode, vectors) },
		{ ROWS(decode, vectors) },
		{ ROWS(refuse, bad) },
	};

	return run_all(tests, COUNT(tests));
}
