/*
 * json.c - JSON text.  The only file that knows json-c.
 *
 * Pure.  json-c writes the values: numbers, and strings that have something to
 * escape.  Strings that have not, as nearly all tokens, need only quotes.
 */
#include <json-c/json.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static void
fail(struct json *json)
{
	if (json->bytes != NULL)
		explicit_bzero(json->bytes, json->len);
	free(json->bytes);
	json->bytes = NULL;
}

void
json_begin(struct json *json, size_t ceiling)
{
	*json = (struct json){
		.bytes = malloc(ceiling + 1),
		.size = ceiling + 1,
	};
}

/* Is there room for so many bytes more?  Without it the text has failed. */
static bool
has_room(struct json *json, size_t len)
{
	if (json->bytes != NULL && len >= json->size - json->len)
		fail(json);
	return json->bytes != NULL;
}

void
json_append(struct json *json, const char *bytes, size_t len)
{
	if (!has_room(json, len))
		return;
	memcpy(json->bytes + json->len, bytes, len);
	json->len += len;
}

void
json_plain(struct json *json, const char *text, size_t len)
{
	char *out;

	if (!has_room(json, len + 2))
		return;
	out = json->bytes + json->len;
	out[0] = '"';
	memcpy(out + 1, text, len);
	out[len + 1] = '"';
	json->len += len + 2;
}

/*
 * Append a value; NULL: there was no memory for it.  When memory runs out
 * json-c can lose a part and still give valid JSON, so the caller says how long
 * a string is; 0: a number, which json-c writes whole or not at all.
 */
static void
append_value(struct json *json, struct json_object *value, size_t len)
{
	const char *text = NULL;
	size_t written = 0;

	if (value != NULL)
		text = json_object_to_json_string_length(value,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE,
		    &written);
	if (text == NULL || (len != 0 && written != len))
		fail(json);
	else
		json_append(json, text, written);
	/* It is const for us alone, and not read again. */
	if (text != NULL)
		explicit_bzero((void *)(uintptr_t)text, written);
}

/* The bytes that JSON adds to each byte of a string (RFC 8259, section 7). */
static const unsigned char escape_len[UCHAR_MAX + 1] = {
	/* \u0000 and so on, except \b, \t, \n, \f and \r */
	5, 5, 5, 5, 5, 5, 5, 5, 1, 1, 1, 5, 1, 1, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
	5, 5, 5, 5, 5, 5, 5, 5, ['"'] = 1, ['\\'] = 1
};

/* The bytes of a text as a string. */
static size_t
string_len(const char *text, size_t len)
{
	size_t more = strlen("\"\"");

	for (size_t i = 0; i < len; i++)
		more += escape_len[(unsigned char)text[i]];
	return len + more;
}

void
json_string(struct json *json, const char *text, size_t len)
{
	struct json_object *value;
	size_t written;

	if (text == NULL) {
		json_raw(json, "null");
		return;
	}
	written = string_len(text, len);
	if (written == len + strlen("\"\"")) {
		json_plain(json, text, len);
	} else {
		value = json_object_new_string_len(text, (int)len);
		append_value(json, value, written);
		json_object_put(value);
	}
}

void
json_int64(struct json *json, int64_t value)
{
	if (json->number == NULL)
		json->number = json_object_new_int64(value);
	else
		json_object_set_int64(json->number, value);
	append_value(json, json->number, 0);
}

bool
json_end(struct json *json, char **text, size_t *len)
{
	json_object_put(json->number);
	json->number = NULL;
	if (json->bytes == NULL)
		return false;
	json->bytes[json->len] = '\0';
	*text = json->bytes;
	*len = json->len;
	return true;
}

const char *
json_library_version(void)
{
	return json_c_version();
}
