/*
 * render.c - a page as JSON text.  The only file that knows json-c.
 *
 * Pure.  The rows of a list are all alike, so their frame is written here;
 * json-c writes what is not: tokens that have something to escape, and the
 * metadata.
 */
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render.h"
#include "timestamp.h"

#define LIST_BEGIN "{\"oauth_access_tokens\":["
#define LIST_END   "],\"metadata\":"
#define ROW_BEGIN  "{\"expires\":"
#define ROW_TOKEN  ",\"token\":"
#define ROW_END    ",\"user_id\":%lld}"

/* A row's end, with the greatest number. */
#define ROW_END_SIZE (sizeof ROW_END + 20)

/* The text so far, in room for all of it. */
struct text {
	char *bytes;
	size_t len, size;
	size_t metadata_len; /* of the metadata's own text, without NUL */
	bool plain;          /* no token of the page has what JSON escapes */
};

static bool
append(struct text *text, const char *bytes, size_t len)
{
	if (len >= text->size - text->len)
		return false;
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	text->bytes[text->len] = '\0';
	return true;
}

static bool
append_text(struct text *text, const char *more)
{
	return append(text, more, strlen(more));
}

static bool
append_quoted(struct text *text, const char *bytes, size_t len)
{
	return append_text(text, "\"") && append(text, bytes, len) &&
	       append_text(text, "\"");
}

/*
 * Append an object, which is no longer the caller's; NULL: there was no memory
 * for it.  When memory runs out json-c can lose a part and still give valid
 * JSON, so the caller says how long its text is.
 */
static bool
append_object(struct text *text, struct json_object *object, size_t len)
{
	const char *json = NULL;
	size_t written = 0;
	bool ok;

	if (object != NULL)
		json = json_object_to_json_string_length(object,
		    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE,
		    &written);
	ok = json != NULL && written == len && append(text, json, len);
	/* It is const for us alone, and soon free. */
	if (json != NULL)
		explicit_bzero((void *)(uintptr_t)json, written);
	json_object_put(object);
	return ok;
}

/* The bytes that JSON adds to each byte of a string (RFC 8259, section 7). */
static const unsigned char escape_len[UCHAR_MAX + 1] = {
	/* \u0000 and so on, but for \b, \t, \n, \f and \r */
	5, 5, 5, 5, 5, 5, 5, 5, 1, 1, 1, 5, 1, 1, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5,
	5, 5, 5, 5, 5, 5, 5, 5, ['"'] = 1, ['\\'] = 1
};

static size_t
escapes_len(const char *text, size_t len)
{
	size_t more = 0;

	for (size_t i = 0; i < len; i++)
		more += escape_len[(unsigned char)text[i]];
	return more;
}

static bool
append_expires(struct text *text, const struct token_row *row)
{
	char moment[TIMESTAMP_SIZE];

	if (!row->has_expires)
		return append_text(text, "null");
	return append_quoted(
	    text, moment, timestamp_format(moment, row->expires_us));
}

static bool
append_token(struct text *text, const struct token_row *row)
{
	if (row->token == NULL)
		return append_text(text, "null");
	if (text->plain)
		return append_quoted(text, row->token, row->token_len);
	return append_object(text,
	    json_object_new_string_len(row->token, (int)row->token_len),
	    strlen("\"\"") + row->token_len +
	        escapes_len(row->token, row->token_len));
}

static bool
append_rows(struct text *text, const struct token_page *page)
{
	char end[ROW_END_SIZE];
	bool ok = true;

	snprintf(end, sizeof end, ROW_END, (long long)page->user_id);
	for (size_t i = 0; ok && i < page->n; i++)
		ok = append_text(text, i > 0 ? "," ROW_BEGIN : ROW_BEGIN) &&
		     append_expires(text, &page->rows[i]) &&
		     append_text(text, ROW_TOKEN) &&
		     append_token(text, &page->rows[i]) &&
		     append_text(text, end);
	return ok;
}

/* Add a value, which object owns from now on, even on failure. */
static bool
add(struct json_object *object, const char *key, struct json_object *value)
{
	if (value != NULL && json_object_object_add_ex(object, key, value,
	                         JSON_C_OBJECT_ADD_CONSTANT_KEY) == 0)
		return true;
	json_object_put(value);
	return false;
}

static size_t
metadata_len(int64_t count, bool next)
{
	return (size_t)snprintf(NULL, 0, "{\"count\":%lld,\"next\":%s}",
	    (long long)count, next ? "true" : "false");
}

static bool
append_metadata(struct text *text, int64_t count, bool next)
{
	struct json_object *object = json_object_new_object();

	if (object != NULL &&
	    add(object, "count", json_object_new_int64(count)) &&
	    add(object, "next", json_object_new_boolean(next)))
		return append_object(text, object, text->metadata_len);
	json_object_put(object);
	return false;
}

/* Find out what room a page's text needs at most, and whether it is plain. */
static void
measure(struct text *text, const struct token_page *page, bool next)
{
	size_t escapes = 0;

	text->metadata_len = metadata_len(page->count, next);
	text->size = sizeof LIST_BEGIN LIST_END "}" + text->metadata_len +
	             page->n * (strlen("," ROW_BEGIN "\"\"" ROW_TOKEN "null") +
	                           TIMESTAMP_SIZE + ROW_END_SIZE);
	for (size_t i = 0; i < page->n; i++) {
		const struct token_row *row = &page->rows[i];

		if (row->token == NULL)
			continue;
		escapes += escapes_len(row->token, row->token_len);
		text->size += row->token_len;
	}
	text->size += escapes;
	text->plain = escapes == 0;
}

bool
render_page(const struct token_page *page, bool next, char **bytes, size_t *len)
{
	struct text text = { .len = 0 };

	measure(&text, page, next);
	text.bytes = malloc(text.size);
	if (text.bytes == NULL)
		return false;
	if (append_text(&text, LIST_BEGIN) && append_rows(&text, page) &&
	    append_text(&text, LIST_END) &&
	    append_metadata(&text, page->count, next) &&
	    append_text(&text, "}")) {
		*bytes = text.bytes;
		*len = text.len;
		return true;
	}
	explicit_bzero(text.bytes, text.len);
	free(text.bytes);
	return false;
}

const char *
render_library_version(void)
{
	return json_c_version();
}
