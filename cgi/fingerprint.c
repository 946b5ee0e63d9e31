/*
 * fingerprint.c - the fingerprint of a token.
 *
 * Pure.
 */
#include <string.h>

#include "fingerprint.h"

/* 3 bytes are 4 digits. */
#define GROUPS_LEN (FINGERPRINT_DIGEST_LEN / 3 * 3 + 3)

size_t
fingerprint_format(char out[FINGERPRINT_SIZE], const unsigned char *digest)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                             "abcdefghijklmnopqrstuvwxyz0123456789-_";
	unsigned char bytes[GROUPS_LEN] = { 0 };
	char *end = stpcpy(out, "sha256~");

	memcpy(bytes, digest, FINGERPRINT_DIGEST_LEN);
	for (size_t i = 0; i < GROUPS_LEN; i += 3) {
		*end++ = digits[bytes[i] >> 2];
		*end++ = digits[(bytes[i] & 0x03) << 4 | bytes[i + 1] >> 4];
		*end++ = digits[(bytes[i + 1] & 0x0f) << 2 | bytes[i + 2] >> 6];
		*end++ = digits[bytes[i + 2] & 0x3f];
	}
	*--end = '\0'; /* that digit is of the zero behind the digest alone */
	return (size_t)(end - out);
}
