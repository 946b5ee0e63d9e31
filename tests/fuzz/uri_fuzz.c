/*
 * uri_fuzz.c - any bytes.
 *
 * Promises: what is encoded decodes to itself, and is safe everywhere.  What is
 * decoded is UTF-8 without NUL, no longer than before, the same in place, and
 * decodes to itself once encoded.  UTF-8 is what a plain decoder by RFC 3629
 * takes.
 */
#include "fuzz.h"
#include "uri.h"

/* Read a character's code and check it by its value, not by its bytes. */
static size_t
read_character(const uint8_t *s, size_t len)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s[0] < 0x80             ? 1
	           : (s[0] & 0xe0) == 0xc0 ? 2
	           : (s[0] & 0xf0) == 0xe0 ? 3
	           : (s[0] & 0xf8) == 0xf0 ? 4
	                                   : 0;
	uint32_t code = n == 1 ? s[0] : s[0] & (0x7fU >> n);

	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3f);
	}
	return code < least[n] || code > 0x10ffff ||
	               (code >= 0xd800 && code <= 0xdfff)
	           ? 0
	           : n;
}

static bool
is_utf8(const uint8_t *s, size_t len)
{
	for (size_t n; len > 0; s += n, len -= n)
		if ((n = read_character(s, len)) == 0)
			return false;
	return true;
}

/* Encode text and decode it again; good says whether it may be decoded. */
static void
check_round_trip(const char *text, size_t len, bool good)
{
	char *encoded = allocate(3 * len + 1), *back;
	size_t encoded_len = uri_encode(encoded, text, len), back_len = 0;

	PROMISE(encoded_len == strlen(encoded) && encoded_len >= len);
	PROMISE(strspn(encoded, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                        "abcdefghijklmnopqrstuvwxyz"
	                        "0123456789-._~/%") == encoded_len);
	for (int space = URI_PLUS_IS_PLUS; space <= URI_PLUS_IS_SPACE;
	     space++) {
		back = allocate(encoded_len + 1);
		PROMISE(uri_decode(back, &back_len, encoded, encoded_len,
		            (enum uri_space)space) == good);
		if (good)
			PROMISE(back_len == len &&
			        memcmp(back, text, len) == 0 &&
			        back[len] == '\0');
		free(back);
	}
	free(encoded);
}

static void
check_decoded(const char *text, size_t len, enum uri_space space)
{
	char *out = allocate(len + 1), *both = allocate(len + 1);
	size_t n = SIZE_MAX, both_n = SIZE_MAX;
	bool ok = uri_decode(out, &n, text, len, space);

	memcpy(both, text, len);
	PROMISE(uri_decode(both, &both_n, both, len, space) == ok);
	PROMISE(n == both_n);
	if (ok) {
		PROMISE(n <= len && out[n] == '\0' && strlen(out) == n);
		PROMISE(is_utf8((const uint8_t *)out, n));
		PROMISE(memcmp(out, both, n + 1) == 0);
		PROMISE(space == URI_PLUS_IS_PLUS ||
		        memchr(text, '%', len) != NULL ||
		        strchr(out, '+') == NULL);
		check_round_trip(out, n, true);
	} else {
		PROMISE(n == SIZE_MAX);
	}
	free(out);
	free(both);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	bool utf8 = uri_is_utf8(text, size);

	PROMISE(utf8 == is_utf8(data, size));
	check_round_trip(text, size, utf8 && memchr(text, '\0', size) == NULL);
	check_decoded(text, size, URI_PLUS_IS_PLUS);
	check_decoded(text, size, URI_PLUS_IS_SPACE);
	return 0;
}
