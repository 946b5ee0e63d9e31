/*
 * cursor.c - a position in a list as a text.
 *
 * Pure.  The text is base64url of 18 bytes: the version, whether the token
 * expires, and two numbers in network order, expires and id.
 */
#include <endian.h>
#include <string.h>

#include "base64url.h"
#include "cursor.h"

#define VERSION_1 1

/* The finite moments of a timestamptz (PostgreSQL 15,
 * src/include/datatype/timestamp.h); others are an error to PostgreSQL. */
#define MOMENT_MIN INT64_C(-211813488000000000)
#define MOMENT_END INT64_C(9223371331200000000)

enum { VERSION_AT, EXPIRES_AT, US_AT, ID_AT = US_AT + 8, BYTES = ID_AT + 8 };

_Static_assert(CURSOR_LEN == BASE64URL_LEN(BYTES), "the header says so");

static void
put_int64(unsigned char *out, int64_t value)
{
	uint64_t bytes = htobe64((uint64_t)value);

	memcpy(out, &bytes, sizeof bytes);
}

static int64_t
get_int64(const unsigned char *bytes)
{
	uint64_t value;

	memcpy(&value, bytes, sizeof value);
	return (int64_t)be64toh(value);
}

void
cursor_format(char out[CURSOR_LEN + 1], const struct cursor *cursor)
{
	unsigned char bytes[BYTES] = { VERSION_1, cursor->expires.known };

	put_int64(bytes + US_AT, cursor->expires.us);
	put_int64(bytes + ID_AT, cursor->id);
	*base64url_encode(out, bytes, sizeof bytes) = '\0';
}

static bool
is_moment(const struct token_moment *moment)
{
	if (!moment->known)
		return moment->us == 0;
	return moment->us == INT64_MIN || moment->us == INT64_MAX ||
	       (moment->us >= MOMENT_MIN && moment->us < MOMENT_END);
}

bool
cursor_parse(struct cursor *cursor, const char *text, size_t len)
{
	unsigned char bytes[BYTES];

	if (len != CURSOR_LEN || !base64url_decode(bytes, sizeof bytes, text) ||
	    bytes[VERSION_AT] != VERSION_1 || bytes[EXPIRES_AT] > 1)
		return false;
	*cursor = (struct cursor){
		.expires = { bytes[EXPIRES_AT] == 1, get_int64(bytes + US_AT) },
		.id = get_int64(bytes + ID_AT),
	};
	return is_moment(&cursor->expires);
}
