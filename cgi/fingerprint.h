/*
 * fingerprint.h - the fingerprint of a token: what details say of it, so that a
 * token that leaked is found without being shown.
 */
#ifndef FINGERPRINT_H
#define FINGERPRINT_H

#include <stddef.h>

/* The bytes of SHA-256. */
#define FINGERPRINT_DIGEST_LEN 32

/* "sha256~", the digest's digits, and NUL. */
#define FINGERPRINT_SIZE (sizeof "sha256~" + 43)

/*
 * Write "sha256~" and a digest in base64url without padding (RFC 4648,
 * section 5).
 *
 * out     gets FINGERPRINT_SIZE bytes, NUL included
 * digest  FINGERPRINT_DIGEST_LEN bytes
 *
 * Returns the length written, in bytes, without the NUL.
 */
size_t fingerprint_format(
    char out[FINGERPRINT_SIZE], const unsigned char *digest);

#endif
