/*
 * query_fuzz.c - bits of two bytes, six and three, say which parameters are
 * known, and any bytes are a query string.
 *
 * Promises: values in range, or a sentence.  The order of parameters
 * changes nothing, nor does one that is ignored or not known.  The values,
 * written as a query, are read as the same values, unless a name is there
 * twice.  A position has one text; and whatever the bytes are, read as a
 * position and written again they are the same.
 */
#include <inttypes.h>

#include "fuzz.h"
#include "query.h"
#include "uri.h"

/* All parameters. */
#define ALL (QUERY_PARAMETER(QUERY_PARAMETERS) - 1)

static void
check_error(const char *error, const char *again)
{
	PROMISE(strcmp(error, again) == 0);
	PROMISE(strlen(error) > 0 && strlen(error) < QUERY_ERROR_SIZE);
	for (; *error != '\0'; error++)
		PROMISE(*error >= ' ' && *error <= '~' && *error != '"' &&
		        *error != '\\');
}

static bool
same(const struct query *a, const struct query *b)
{
	return a->limit == b->limit && a->offset == b->offset &&
	       a->show_all == b->show_all && a->mask == b->mask &&
	       a->details == b->details && a->current == b->current &&
	       a->count == b->count &&
	       query_has(a, QUERY_AFTER) == query_has(b, QUERY_AFTER) &&
	       a->after.expires.known == b->after.expires.known &&
	       a->after.expires.us == b->after.expires.us &&
	       a->after.id == b->after.id &&
	       strcmp(a->api_key, b->api_key) == 0;
}

static void
check_values(const struct query *q)
{
	static const char *const extents[] = {
		[QUERY_FLAG_ABSENT] = "",
		[QUERY_FLAG_OFF] = "&show_all=0",
		[QUERY_FLAG_ON] = "&show_all=1",
	};
	static const char *const masks[] = {
		[QUERY_FLAG_ABSENT] = "",
		[QUERY_FLAG_OFF] = "&_mask=",
		[QUERY_FLAG_ON] = "&_mask=true",
	};
	static const char *const currents[] = {
		[QUERY_FLAG_ABSENT] = "",
		[QUERY_FLAG_OFF] = "&_current=FALSE",
		[QUERY_FLAG_ON] = "&_current=1",
	};
	static const char *const counts[] = {
		[QUERY_FLAG_ABSENT] = "&_count",
		[QUERY_FLAG_OFF] = "&_count=False",
		[QUERY_FLAG_ON] = "&_count=1",
	};
	char text[200 + 3 * QUERY_API_KEY_MAX], key[3 * QUERY_API_KEY_MAX + 1];
	char place[64] = "&_after=";
	const char *end = memchr(q->api_key, '\0', sizeof q->api_key);
	char error[QUERY_ERROR_SIZE];
	struct query back;
	int n;

	PROMISE(q->limit >= 0 && q->offset >= 0 && end != NULL);
	PROMISE(uri_is_utf8(q->api_key, (size_t)(end - q->api_key)));
	uri_encode(key, q->api_key, (size_t)(end - q->api_key));
	if (query_has(q, QUERY_AFTER))
		cursor_format(place + strlen(place), &q->after);
	else
		snprintf(place, sizeof place, "&_offset=%" PRId64, q->offset);
	n = snprintf(text, sizeof text,
	    "api_key=%s%s%s%s%s&_format=%s%s&_limit=%" PRId64, key,
	    extents[q->show_all], masks[q->mask], currents[q->current],
	    counts[q->count], q->details ? "with_details" : "plain", place,
	    q->limit);
	PROMISE(query_parse(&back, ALL, text, (size_t)n, error));
	PROMISE(same(q, &back));
	n += snprintf(text + n, sizeof text - (size_t)n, "&api_key");
	PROMISE(!query_parse(&back, ALL, text, (size_t)n, error));
}

/* What an address does not know keeps its default. */
static void
check_unknown(const struct query *q, unsigned int known)
{
	PROMISE((known & QUERY_PARAMETER(QUERY_LIMIT)) != 0 ||
	        q->limit == QUERY_DEFAULT_LIMIT);
	PROMISE((known & QUERY_PARAMETER(QUERY_OFFSET)) != 0 || q->offset == 0);
	PROMISE((known & QUERY_PARAMETER(QUERY_SHOW_ALL)) != 0 ||
	        q->show_all == QUERY_FLAG_ABSENT);
	PROMISE((known & QUERY_PARAMETER(QUERY_API_KEY)) != 0 ||
	        q->api_key[0] == '\0');
	PROMISE((known & QUERY_PARAMETER(QUERY_FORMAT)) != 0 || !q->details);
	PROMISE((known & QUERY_PARAMETER(QUERY_MASK)) != 0 ||
	        q->mask == QUERY_FLAG_ABSENT);
	PROMISE((known & QUERY_PARAMETER(QUERY_CURRENT)) != 0 ||
	        q->current == QUERY_FLAG_ABSENT);
	PROMISE((known & QUERY_PARAMETER(QUERY_COUNT)) != 0 ||
	        q->count == QUERY_FLAG_ABSENT);
	PROMISE((q->sent & ~known) == 0);
}

/* Each part of the bytes that may be a position is the text of one, or none. */
static void
check_cursor(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char *exact = allocate(CURSOR_LEN), again[CURSOR_LEN + 1];
		size_t n = len - i < CURSOR_LEN ? len - i : CURSOR_LEN;
		struct cursor cursor;

		memcpy(exact, text + i, n);
		if (cursor_parse(&cursor, exact, n)) {
			PROMISE(n == CURSOR_LEN);
			cursor_format(again, &cursor);
			PROMISE(memcmp(exact, again, n) == 0);
			PROMISE(again[n] == '\0');
		}
		free(exact);
	}
}

/* The parameters in reverse order, an ignored one before them. */
static char *
reverse(const char *text, size_t len, size_t *out_len)
{
	static const char ignored[] = "_=";
	size_t n = strlen(ignored), end = len;
	char *out;

	*out_len = n + 1 + len;
	out = allocate(*out_len);
	memcpy(out, ignored, n);
	for (size_t i = len + 1; i-- > 0;) {
		if (i > 0 && text[i - 1] != '&')
			continue;
		out[n++] = '&';
		memcpy(out + n, text + i, end - i);
		n += end - i;
		end = i > 0 ? i - 1 : 0;
	}
	PROMISE(n == *out_len);
	return out;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data + 2;
	size_t len = size - 2;
	char error[QUERY_ERROR_SIZE] = "unset", again[QUERY_ERROR_SIZE];
	struct query q, other;
	unsigned int known;
	size_t reversed_len;
	char *reversed;
	bool ok;

	if (size < 2)
		return 0;
	known = (data[0] & 0x3fU) | (data[1] & 7U) << 6;
	ok = query_parse(&q, known, text, len, error);
	PROMISE(query_parse(&other, known, text, len, again) == ok);
	if (ok) {
		PROMISE(len <= QUERY_MAX && same(&q, &other));
		check_values(&q);
		check_unknown(&q, known);
	} else {
		check_error(error, again);
	}

	check_cursor(text, len);
	reversed = reverse(text, len, &reversed_len);
	if (reversed_len <= QUERY_MAX) {
		PROMISE(query_parse(&other, known, reversed, reversed_len,
		            again) == ok);
		PROMISE(!ok || same(&q, &other));
	}
	free(reversed);
	return 0;
}
