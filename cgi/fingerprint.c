/*
 * fingerprint.c - the fingerprint of a token.
 *
 * Pure.
 */
#include <string.h>

#include "base64url.h"
#include "fingerprint.h"

_Static_assert(FINGERPRINT_SIZE ==
                   sizeof "sha256~" + BASE64URL_LEN(FINGERPRINT_DIGEST_LEN),
    "the header says so without base64url.h");

size_t
fingerprint_format(char out[FINGERPRINT_SIZE], const unsigned char *digest)
{
	char *end = base64url_encode(
	    stpcpy(out, "sha256~"), digest, FINGERPRINT_DIGEST_LEN);

	*end = '\0';
	return (size_t)(end - out);
}
