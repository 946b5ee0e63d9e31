/*
 * fingerprint_test.c - the fingerprint of a token.
 *
 * Wanted values: OpenSSL's SHA-256 of a token, and basenc's base64url without
 * its padding (oauth_access_tokens(8), DETAILS); digests that use each digit of
 * RFC 4648's section 5.
 */
#include "guarded.h"

#include "fingerprint.h"

static const struct digest {
	const char *name;
	const char *bytes;
	const char *want;
} digests[] = {
	{ "of no byte",
	    "\xe3\xb0\xc4\x42\x98\xfc\x1c\x14\x9a\xfb\xf4\xc8\x99\x6f\xb9\x24"
	    "\x27\xae\x41\xe4\x64\x9b\x93\x4c\xa4\x95\x99\x1b\x78\x52\xb8\x55",
	    "sha256~47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" },
	{ "of abc",
	    "\xba\x78\x16\xbf\x8f\x01\xcf\xea\x41\x41\x40\xde\x5d\xae\x22\x23"
	    "\xb0\x03\x61\xa3\x96\x17\x7a\x9c\xb4\x10\xff\x61\xf2\x00\x15\xad",
	    "sha256~ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0" },
	{ "of the documented token",
	    "\x37\xbe\x16\x24\x67\x8a\x5c\xd1\x26\xdd\x86\x4f\x7f\x1b\x77\xc0"
	    "\x2f\xaf\x70\xa1\x54\x0c\xab\x7c\x94\x7f\x1b\x20\x13\x29\x7e\xb6",
	    "sha256~N74WJGeKXNEm3YZPfxt3wC-vcKFUDKt8lH8bIBMpfrY" },
	{ "least digits",
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
	    "sha256~AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
	{ "greatest digits",
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
	    "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
	    "sha256~__________________________________________8" },
	{ "the digits to p",
	    "\x00\x10\x83\x10\x51\x87\x20\x92\x8b\x30\xd3\x8f\x41\x14\x93\x51"
	    "\x55\x97\x61\x96\x9b\x71\xd7\x9f\x82\x18\xa3\x92\x59\xa7\xa2\x9a",
	    "sha256~ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopo" },
	{ "the digits from V",
	    "\x55\x65\xd8\x65\xa6\xdc\x75\xe7\xe0\x86\x28\xe4\x96\x69\xe8\xa6"
	    "\xaa\xec\xb6\xeb\xf0\xc7\x2c\xf4\xd7\x6d\xf8\xe7\xae\xfc\xf7\xef",
	    "sha256~VWXYZabcdefghijklmnopqrstuvwxyz0123456789-8" },
};

static void
format(void **state)
{
	const struct digest *row = *state;
	char *out = guarded(NULL, FINGERPRINT_SIZE);

	assert_int_equal(
	    fingerprint_format(out, (const unsigned char *)guarded(
	                                row->bytes, FINGERPRINT_DIGEST_LEN)),
	    FINGERPRINT_SIZE - 1);
	assert_string_equal(out, row->want);
}

int
main(void)
{
	static const struct tests tests[] = { { ROWS(format, digests) } };

	return run_all(tests, COUNT(tests));
}
