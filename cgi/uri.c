/*
 * uri.c - percent-encoding (RFC 3986, section 2.1) and UTF-8 (RFC 3629).
 *
 * Pure.
 */
#include <stdint.h>
#include <string.h>

#include "uri.h"

/* The value of a hexadecimal digit, or -1. */
static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int
uri_escape(const char *text, size_t len)
{
	int high, low;

	if (len < 3 || text[0] != '%' || (high = hex_value(text[1])) < 0 ||
	    (low = hex_value(text[2])) < 0)
		return -1;
	return high << 4 | low;
}

bool
uri_decode(char *out, size_t *out_len, const char *in, size_t len,
    enum uri_space space)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = in[i];

		if (c == '%') {
			int byte = uri_escape(in + i, len - i);

			if (byte < 0)
				return false;
			c = (char)byte;
			i += 2;
		} else if (c == '+' && space == URI_PLUS_IS_SPACE) {
			c = ' ';
		}
		if (c == '\0')
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	if (!uri_is_utf8(out, n))
		return false;
	*out_len = n;
	return true;
}

static bool
is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	       c == '~';
}

size_t
uri_encode(char *out, const char *text, size_t len)
{
	static const char digits[] = "0123456789ABCDEF";
	char *p = out;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (is_unreserved(c) || c == '/') {
			*p++ = (char)c;
		} else {
			*p++ = '%';
			*p++ = digits[c >> 4];
			*p++ = digits[c & 15];
		}
	}
	*p = '\0';
	return (size_t)(p - out);
}

/*
 * The length of the character that begins with byte c, or 0, and the range of
 * its second byte, which is what rules out overlong forms, surrogates and
 * codes above U+10FFFF (RFC 3629, section 4).
 */
static size_t
utf8_shape(unsigned char c, unsigned char *low, unsigned char *high)
{
	*low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
	*high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
	if (c < 0x80)
		return 1;
	if (c >= 0xc2 && c <= 0xdf)
		return 2;
	if (c >= 0xe0 && c <= 0xef)
		return 3;
	if (c >= 0xf0 && c <= 0xf4)
		return 4;
	return 0;
}

bool
uri_is_utf8(const char *text, size_t len)
{
	const unsigned char *s = (const unsigned char *)text;

	while (len > 0) {
		unsigned char low, high;
		size_t n = utf8_shape(s[0], &low, &high);

		if (n == 0 || n > len || (n > 1 && (s[1] < low || s[1] > high)))
			return false;
		for (size_t i = 2; i < n; i++)
			if ((s[i] & 0xc0) != 0x80)
				return false;
		s += n;
		len -= n;
	}
	return true;
}
