/*
 * query.c - the bytes after "?" as numbers and flags (contract, section 4).
 *
 * Pure.
 */
#include <string.h>
#include <strings.h>

#include "query.h"
#include "uri.h"

enum param_kind {
	PARAM_COUNT, /* int64_t: decimal digits, 0 ... INT64_MAX */
	PARAM_FLAG,  /* enum query_flag: 1, true; 0, false, empty */
	PARAM_TEXT,  /* char [QUERY_API_KEY_MAX + 1] */
};

static const struct param {
	const char *name;
	enum param_kind kind;
	size_t offset;     /* of the field in struct query */
	const char *error; /* what it takes */
} params[] = {
	{ "_limit", PARAM_COUNT, offsetof(struct query, limit),
	    "_limit takes one whole number from 0 to 9223372036854775807." },
	{ "_offset", PARAM_COUNT, offsetof(struct query, offset),
	    "_offset takes one whole number from 0 to 9223372036854775807." },
	{ "show_all", PARAM_FLAG, offsetof(struct query, show_all),
	    "show_all takes one of 1, true, 0, false or nothing." },
	{ "api_key", PARAM_TEXT, offsetof(struct query, api_key),
	    "api_key takes one text of at most 255 bytes." },
};

#define PARAMS (sizeof params / sizeof params[0])

static const char unknown_name[] =
    "Unknown parameter: known are _limit, _offset, show_all and api_key.";
static const char bad_encoding[] =
    "The query takes UTF-8 text without NUL, percent-encoded.";
static const char too_long[] = "The query takes at most 4096 bytes.";

static bool
parse_count(int64_t *out, const char *text)
{
	int64_t value = 0;

	if (*text == '\0')
		return false;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' ||
		    __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *text - '0', &value))
			return false;
	}
	*out = value;
	return true;
}

static bool
parse_flag(enum query_flag *out, const char *text)
{
	static const struct {
		const char *text; /* in letters of any case */
		enum query_flag value;
	} flags[] = {
		{ "1", QUERY_FLAG_ON },
		{ "true", QUERY_FLAG_ON },
		{ "0", QUERY_FLAG_OFF },
		{ "false", QUERY_FLAG_OFF },
		{ "", QUERY_FLAG_OFF },
	};

	for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++) {
		if (strcasecmp(text, flags[i].text) == 0) {
			*out = flags[i].value;
			return true;
		}
	}
	return false;
}

static bool
parse_value(struct query *q, const struct param *param, const char *text)
{
	void *field = (char *)q + param->offset;
	size_t len;

	switch (param->kind) {
	case PARAM_COUNT:
		return parse_count(field, text);
	case PARAM_FLAG:
		return parse_flag(field, text);
	case PARAM_TEXT:
		len = strlen(text);
		if (len > QUERY_API_KEY_MAX)
			return false;
		memcpy(field, text, len + 1);
		return true;
	}
	return false;
}

static const struct param *
find_param(const char *name)
{
	for (size_t i = 0; i < PARAMS; i++)
		if (strcmp(name, params[i].name) == 0)
			return &params[i];
	return NULL;
}

/*
 * Take one parameter, decoded.  seen has a bit for each of the table.
 */
static bool
set_param(struct query *q, const char *name, const char *value,
    unsigned int *seen, const char **error)
{
	const struct param *param = find_param(name);
	unsigned int bit;

	if (param == NULL) {
		*error = unknown_name;
		return name[0] == '_';
	}
	*error = param->error;
	bit = 1U << (param - params);
	if (*seen & bit)
		return false;
	*seen |= bit;
	return parse_value(q, param, value);
}

/* The length of the text before the first c, or of all of it. */
static size_t
span(const char *text, const char *end, char c)
{
	const char *found = memchr(text, c, (size_t)(end - text));

	return (size_t)((found != NULL ? found : end) - text);
}

/*
 * Read one "name=value" of len bytes, still encoded.  room has len + 2 bytes.
 */
static bool
parse_pair(struct query *q, const char *text, size_t len, char *room,
    unsigned int *seen, const char **error)
{
	size_t name_len = span(text, text + len, '=');
	size_t value_at = name_len < len ? name_len + 1 : len;
	bool ok;
	size_t n;

	*error = bad_encoding;
	ok = uri_decode(room, &n, text, name_len, URI_PLUS_IS_SPACE) &&
	     uri_decode(room + name_len + 1, &n, text + value_at,
	         len - value_at, URI_PLUS_IS_SPACE) &&
	     set_param(q, room, room + name_len + 1, seen, error);
	explicit_bzero(room, len + 2); /* an API key, deep in the stack */
	return ok;
}

bool
query_parse(struct query *q, const char *text, size_t len, const char **error)
{
	char room[QUERY_READ_MAX + 2]; /* a name, NUL, its value, NUL */
	const char *end = text + len;
	unsigned int seen = 0;

	*q = (struct query){ .limit = QUERY_DEFAULT_LIMIT };
	if (len > QUERY_READ_MAX) {
		*error = too_long;
		return false;
	}
	while (text < end) {
		size_t n = span(text, end, '&');

		if (n > 0 && !parse_pair(q, text, n, room, &seen, error))
			return false;
		text += n;
		if (text < end)
			text++; /* "&" */
	}
	*error = NULL;
	return true;
}
