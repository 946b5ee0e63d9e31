/*
 * query.c - the bytes after "?" as numbers and flags.
 *
 * Pure.
 */
#include <string.h>
#include <strings.h>

#include "query.h"
#include "text.h"
#include "uri.h"

enum param_kind {
	PARAM_NUMBER, /* int64_t: decimal digits, 0 ... INT64_MAX */
	PARAM_FLAG,   /* enum query_flag: 1, true; 0, false, empty */
	PARAM_SWITCH, /* the same, but empty is as absent */
	PARAM_TEXT,   /* char [QUERY_API_KEY_MAX + 1] */
	PARAM_FORMAT, /* bool: is it with_details? */
	PARAM_CURSOR, /* struct cursor */
};

#define WHOLE_NUMBER "one whole number from 0 to 9223372036854775807"
#define ON_OR_OFF    "one of 1, true, 0, false or nothing"

_Static_assert(
    QUERY_API_KEY_MAX == 255 && QUERY_DEFAULT_LIMIT == 40 && QUERY_MAX == 4096,
    "the texts below say so");

/* By enum query_parameter. */
static const struct param {
	const char *name;
	enum param_kind kind;
	size_t offset;     /* of the field in struct query */
	const char *takes; /* for --help and for errors */
	const char *help;
} params[QUERY_PARAMETERS] = {
	[QUERY_LIMIT] = { "_limit", PARAM_NUMBER, offsetof(struct query, limit),
	    WHOLE_NUMBER,
	    "the most tokens in the answer; 0 gives the count alone "
	    "(default 40)" },
	[QUERY_OFFSET] = { "_offset", PARAM_NUMBER,
	    offsetof(struct query, offset), WHOLE_NUMBER,
	    "so many tokens are skipped (default 0)" },
	[QUERY_SHOW_ALL] = { "show_all", PARAM_FLAG,
	    offsetof(struct query, show_all), ON_OR_OFF,
	    "expired tokens are listed, too; letters of any case" },
	[QUERY_API_KEY] = { "api_key", PARAM_TEXT,
	    offsetof(struct query, api_key), "one text of at most 255 bytes",
	    "the API key, where there is no X-API-KEY" },
	[QUERY_FORMAT] = { "_format", PARAM_FORMAT,
	    offsetof(struct query, details), "one text",
	    "with_details: more of each token; any other text changes "
	    "nothing" },
	[QUERY_MASK] = { "_mask", PARAM_FLAG, offsetof(struct query, mask),
	    ON_OR_OFF,
	    "only the first characters of each token; letters of any case" },
	[QUERY_COUNT] = { "_count", PARAM_SWITCH, offsetof(struct query, count),
	    ON_OR_OFF,
	    "0 or false: the list is not counted, so that the answer of a long "
	    "one costs less; letters of any case" },
	[QUERY_AFTER] = { "_after", PARAM_CURSOR, offsetof(struct query, after),
	    "a cursor of a Link, without _offset",
	    "the list goes on behind the token that the cursor names" },
	[QUERY_CURRENT] = { "_current", PARAM_FLAG,
	    offsetof(struct query, current), ON_OR_OFF,
	    "with DELETE of all tokens: the one of the request, too; letters "
	    "of any case" },
};

/* What parsing is about. */
struct parser {
	struct query *q;
	unsigned int known; /* parameters, by QUERY_PARAMETER() */
	char *error;        /* QUERY_ERROR_SIZE bytes */
};

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
	case PARAM_NUMBER:
		return text_decimal(field, text, strlen(text));
	case PARAM_FLAG:
		return parse_flag(field, text);
	case PARAM_SWITCH:
		return text[0] == '\0' || parse_flag(field, text);
	case PARAM_TEXT:
		len = strlen(text);
		if (len > QUERY_API_KEY_MAX)
			return false;
		memcpy(field, text, len + 1);
		return true;
	case PARAM_FORMAT:
		*(bool *)field = strcmp(text, "with_details") == 0;
		return true;
	case PARAM_CURSOR:
		return cursor_parse(field, text, strlen(text));
	}
	return false;
}

/* Which of the known ones has this name?  QUERY_PARAMETERS: none. */
static size_t
find_param(unsigned int known, const char *name)
{
	size_t i = 0;

	while (i < QUERY_PARAMETERS && ((known & QUERY_PARAMETER(i)) == 0 ||
	                                   strcmp(name, params[i].name) != 0))
		i++;
	return i;
}

/* Say which names are known, as in "a, b and c". */
static void
refuse_name(const struct parser *parser)
{
	const char *separator = "Unknown parameter: known are ";
	unsigned int left = parser->known;
	char *error = parser->error;

	snprintf(error, QUERY_ERROR_SIZE, "%s",
	    left == 0 ? "The address takes no parameter." : "");
	for (size_t i = 0; left != 0; i++) {
		size_t n = strlen(error);

		if ((left & QUERY_PARAMETER(i)) == 0)
			continue;
		left &= ~QUERY_PARAMETER(i);
		snprintf(error + n, QUERY_ERROR_SIZE - n, "%s%s%s", separator,
		    params[i].name, left == 0 ? "." : "");
		separator = (left & (left - 1)) == 0 ? " and " : ", ";
	}
}

static bool
refuse_value(struct parser *parser, enum query_parameter parameter)
{
	snprintf(parser->error, QUERY_ERROR_SIZE, "%s takes %s.",
	    params[parameter].name, params[parameter].takes);
	return false;
}

/* Take one parameter, decoded. */
static bool
set_param(struct parser *parser, const char *name, const char *value)
{
	size_t i = find_param(parser->known, name);
	bool twice;

	if (i == QUERY_PARAMETERS) {
		if (name[0] != '_')
			refuse_name(parser);
		return name[0] == '_';
	}
	twice = query_has(parser->q, i);
	parser->q->sent |= QUERY_PARAMETER(i);
	if (!twice && parse_value(parser->q, &params[i], value))
		return true;
	return refuse_value(parser, i);
}

/* The length of the text before the first c, or of all of it. */
static size_t
span(const char *text, const char *end, char c)
{
	const char *found = memchr(text, c, (size_t)(end - text));

	return (size_t)((found != NULL ? found : end) - text);
}

/* Read one "name=value" of len bytes, still encoded. */
static bool
parse_pair(struct parser *parser, const char *text, size_t len)
{
	char room[QUERY_MAX + 2]; /* the name, NUL, its value, NUL */
	size_t name_len = span(text, text + len, '=');
	size_t value_at = name_len < len ? name_len + 1 : len;
	char *value = room + name_len + 1;
	size_t n;

	if (uri_decode(room, &n, text, name_len, URI_PLUS_IS_SPACE) &&
	    uri_decode(
	        value, &n, text + value_at, len - value_at, URI_PLUS_IS_SPACE))
		return set_param(parser, room, value);
	snprintf(parser->error, QUERY_ERROR_SIZE,
	    "The query takes UTF-8 text without NUL, percent-encoded.");
	return false;
}

bool
query_parse(struct query *q, unsigned int known, const char *text, size_t len,
    char error[QUERY_ERROR_SIZE])
{
	struct parser parser = { .q = q, .known = known, .error = error };
	const char *end = text + len;

	*q = (struct query){ .limit = QUERY_DEFAULT_LIMIT };
	if (len > QUERY_MAX) {
		snprintf(error, QUERY_ERROR_SIZE,
		    "The query takes at most 4096 bytes.");
		return false;
	}
	while (text < end) {
		size_t n = span(text, end, '&');

		if (n > 0 && !parse_pair(&parser, text, n))
			return false;
		text += n;
		if (text < end)
			text++; /* "&" */
	}
	if (query_has(q, QUERY_AFTER) && query_has(q, QUERY_OFFSET))
		return refuse_value(&parser, QUERY_AFTER);
	return true;
}

void
query_describe(FILE *out)
{
	for (size_t i = 0; i < QUERY_PARAMETERS; i++)
		fprintf(out, "  %s\n      %s:\n      %s\n", params[i].name,
		    params[i].takes, params[i].help);
}
