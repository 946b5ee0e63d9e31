/*
 * render.c - a page as JSON text.  The only file that knows json-c.
 *
 * Pure.  json-c writes one row after the other, from one object that gets the
 * row's values, so that a long list takes little more memory than its text.
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

/* The text so far, in room for all of it. */
struct text {
	char *bytes;
	size_t len, size;
};

/* The object of a row, and those of its texts, which may be absent from it. */
struct row_object {
	struct json_object *row, *expires, *token;
};

/* Add a value, which object owns from now on, even on failure. */
static bool
add(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add_ex(
	        object, key, value, JSON_C_OBJECT_ADD_CONSTANT_KEY) == 0)
		return true;
	json_object_put(value);
	return false;
}

/* As add(), for a value that is NULL only when memory ran out. */
static bool
add_new(struct json_object *object, const char *key, struct json_object *value)
{
	return value != NULL && add(object, key, value);
}

/* Give a member of the row its text, or null where there is none. */
static bool
set_text(struct json_object *row, const char *key, struct json_object *string,
    const char *text, size_t len)
{
	if (text == NULL)
		return add(row, key, NULL);
	return len <= INT_MAX &&
	       json_object_set_string_len(string, text, (int)len) &&
	       add(row, key, json_object_get(string));
}

/* Make the objects for rows of one user; false: out of memory. */
static bool
make_row_object(struct row_object *object, int64_t user_id)
{
	object->row = json_object_new_object();
	object->expires = json_object_new_string_len("", 0);
	object->token = json_object_new_string_len("", 0);
	/* The order of the members is this one from now on. */
	return object->row != NULL && object->expires != NULL &&
	       object->token != NULL && add(object->row, "expires", NULL) &&
	       add(object->row, "token", NULL) &&
	       add_new(object->row, "user_id", json_object_new_int64(user_id));
}

/* json-c gives its text as const, but it is its own, and soon free. */
static void
wipe(const char *text, size_t len)
{
	explicit_bzero((void *)(uintptr_t)text, len);
}

static void
free_row_object(struct row_object *object)
{
	if (object->token != NULL)
		wipe(json_object_get_string(object->token),
		    (size_t)json_object_get_string_len(object->token));
	json_object_put(object->row);
	json_object_put(object->expires);
	json_object_put(object->token);
}

/* The length of a byte within a JSON string: RFC 8259, section 7. */
static size_t
byte_len(unsigned char c)
{
	if (c >= 0x20)
		return c == '"' || c == '\\' ? strlen("\\\"") : 1;
	return memchr("\b\f\n\r\t", c, 5) != NULL ? strlen("\\n")
	                                          : strlen("\\u0000");
}

/* The length of a text as a JSON string, or of null. */
static size_t
string_len(const char *text, size_t len)
{
	size_t n = strlen("\"\"");

	if (text == NULL)
		return strlen("null");
	for (size_t i = 0; i < len; i++)
		n += byte_len((unsigned char)text[i]);
	return n;
}

static size_t
number_len(int64_t number)
{
	return (size_t)snprintf(NULL, 0, "%lld", (long long)number);
}

/* The length of a row's object but for its two texts. */
static size_t
row_len(int64_t user_id)
{
	return strlen("{\"expires\":,\"token\":,\"user_id\":}") +
	       number_len(user_id);
}

static size_t
metadata_len(int64_t count, bool next)
{
	return strlen("{\"count\":,\"next\":}") + number_len(count) +
	       strlen(next ? "true" : "false");
}

/* Room for the text of a page, and its NUL. */
static size_t
page_size(const struct token_page *page, bool next)
{
	size_t size = strlen(LIST_BEGIN LIST_END "}") +
	              metadata_len(page->count, next) + 1 +
	              page->n * (row_len(page->user_id) + strlen(",\"\"") +
	                            TIMESTAMP_SIZE);

	for (size_t i = 0; i < page->n; i++)
		size +=
		    string_len(page->rows[i].token, page->rows[i].token_len);
	return size;
}

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

/*
 * Append an object.  When memory runs out json-c can lose a part and still
 * give valid JSON: the length must be the one computed apart.
 */
static bool
append_object(struct text *text, struct json_object *object, size_t want)
{
	size_t len = 0;
	const char *json = json_object_to_json_string_length(object,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	bool ok = json != NULL && len == want && append(text, json, len);

	if (json != NULL)
		wipe(json, len);
	return ok;
}

static bool
append_row(struct text *text, struct row_object *object,
    const struct token_row *row, size_t want)
{
	char expires[TIMESTAMP_SIZE];
	const char *shown = row->has_expires ? expires : NULL;
	size_t len =
	    row->has_expires ? timestamp_format(expires, row->expires_us) : 0;

	return set_text(object->row, "expires", object->expires, shown, len) &&
	       set_text(object->row, "token", object->token, row->token,
	           row->token_len) &&
	       append_object(text, object->row,
	           want + string_len(shown, len) +
	               string_len(row->token, row->token_len));
}

static bool
append_rows(struct text *text, const struct token_page *page)
{
	struct row_object object;
	size_t want = row_len(page->user_id);
	bool ok = make_row_object(&object, page->user_id);

	for (size_t i = 0; ok && i < page->n; i++)
		ok = (i == 0 || append(text, ",", 1)) &&
		     append_row(text, &object, &page->rows[i], want);
	free_row_object(&object);
	return ok;
}

static bool
append_metadata(struct text *text, int64_t count, bool next)
{
	struct json_object *object = json_object_new_object();
	bool ok = object != NULL &&
	          add_new(object, "count", json_object_new_int64(count)) &&
	          add_new(object, "next", json_object_new_boolean(next)) &&
	          append_object(text, object, metadata_len(count, next));

	json_object_put(object);
	return ok;
}

bool
render_page(const struct token_page *page, bool next, char **bytes, size_t *len)
{
	struct text text = { .size = page_size(page, next) };

	text.bytes = malloc(text.size);
	if (text.bytes == NULL)
		return false;
	if (!append(&text, LIST_BEGIN, strlen(LIST_BEGIN)) ||
	    !append_rows(&text, page) ||
	    !append(&text, LIST_END, strlen(LIST_END)) ||
	    !append_metadata(&text, page->count, next) ||
	    !append(&text, "}", 1)) {
		explicit_bzero(text.bytes, text.len);
		free(text.bytes);
		return false;
	}
	*bytes = text.bytes;
	*len = text.len;
	return true;
}

const char *
render_library_version(void)
{
	return json_c_version();
}
