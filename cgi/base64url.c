/*
 * base64url.c - bytes as letters, digits, "-" and "_".
 *
 * Pure.
 */
#include <string.h>

#include "base64url.h"

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                             "abcdefghijklmnopqrstuvwxyz0123456789-_";

char *
base64url_encode(char *out, const unsigned char *bytes, size_t n)
{
	unsigned int bits = 0, count = 0; /* so many bits wait to be written */

	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | bytes[i];
		count += 8;
		for (; count >= 6; count -= 6)
			*out++ = digits[bits >> (count - 6) & 0x3f];
	}
	if (count > 0)
		*out++ = digits[bits << (6 - count) & 0x3f];
	return out;
}

bool
base64url_decode(unsigned char *out, size_t n, const char *text)
{
	unsigned int bits = 0, count = 0; /* so many bits wait to be read */
	const char *digit;

	for (size_t i = 0; i < n; count -= 8) {
		for (; count < 8; count += 6) {
			digit = memchr(digits, *text++, sizeof digits - 1);
			if (digit == NULL)
				return false;
			bits = bits << 6 | (unsigned int)(digit - digits);
		}
		out[i++] = (unsigned char)(bits >> (count - 8));
	}
	return (bits & ((1U << count) - 1)) == 0;
}
