/*
 * render.c - a page as JSON text.  The only file that knows json-c.
 *
 * Pure.  json-c writes one row after the other, from one object that takes each
 * row's values, so that a long list needs little more memory than its text.
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
	size_t want; /* its length in the end, computed apart */
};

/* The object of a row, and those of its texts, which may be absent from it. */
struct row_object {
	struct json_object *row, *expires, *token;
	char user_id[24]; /* the same for all rows, and written once */
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
	/* json-c 0.16 leaks a string that becomes empty. */
	if (len == 0)
		return add_new(row, key, json_object_new_string_len("", 0));
	return len <= INT_MAX &&
	       json_object_set_string_len(string, text, (int)len) &&
	       add(row, key, json_object_get(string));
}

/* Make the objects for rows of one user; false: out of memory. */
static bool
make_row_object(struct row_object *object, int64_t user_id)
{
	struct json_object *id;

	object->row = json_object_new_object();
	object->expires = json_object_new_string_len("", 0);
	object->token = json_object_new_string_len("", 0);
	/* The order of the members is this one from now on. */
	if (object->row == NULL || object->expires == NULL ||
	    object->token == NULL || !add(object->row, "expires", NULL) ||
	    !add(object->row, "token", NULL))
		return false;
	id = json_object_new_int64(user_id);
	if (id == NULL)
		return false;
	snprintf(object->user_id, sizeof object->user_id, "%lld",
	    (long long)user_id);
	json_object_set_serializer(
	    id, json_object_userdata_to_json_string, object->user_id, NULL);
	return add(object->row, "user_id", id);
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

/* The length of a text as a JSON string (RFC 8259, section 7), or of null. */
static size_t
string_len(const char *text, size_t len)
{
	size_t more = strlen("\"\"");

	if (text == NULL)
		return strlen("null");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\' ||
		    (c >= '\b' && c <= '\r' && c != '\v'))
			more += strlen("\\");
		else if (c < 0x20)
			more += strlen("\\u000");
	}
	return len + more;
}

static size_t
number_len(int64_t number)
{
	return (size_t)snprintf(NULL, 0, "%lld", (long long)number);
}

/*
 * The length of a page's text, but for the moments in it, whose lengths are
 * known when they are written.
 */
static size_t
page_len(const struct token_page *page, bool next)
{
	size_t len =
	    strlen(LIST_BEGIN LIST_END "{\"count\":,\"next\":}}") +
	    number_len(page->count) + strlen(next ? "true" : "false") +
	    page->n * (strlen(",{\"expires\":,\"token\":,\"user_id\":}") +
	                  number_len(page->user_id));

	for (size_t i = 0; i < page->n; i++)
		len += string_len(page->rows[i].token, page->rows[i].token_len);
	return len - (page->n > 0 ? strlen(",") : 0);
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

static bool
append_object(struct text *text, struct json_object *object)
{
	size_t len = 0;
	const char *json = json_object_to_json_string_length(object,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &len);
	bool ok = json != NULL && append(text, json, len);

	if (json != NULL)
		wipe(json, len);
	return ok;
}

static bool
append_row(
    struct text *text, struct row_object *object, const struct token_row *row)
{
	char expires[TIMESTAMP_SIZE];
	size_t len = 0;

	if (row->has_expires)
		len = timestamp_format(expires, row->expires_us);
	text->want += len + strlen(row->has_expires ? "\"\"" : "null");
	return set_text(object->row, "expires", object->expires,
	           row->has_expires ? expires : NULL, len) &&
	       set_text(object->row, "token", object->token, row->token,
	           row->token_len) &&
	       append_object(text, object->row);
}

static bool
append_rows(struct text *text, const struct token_page *page)
{
	struct row_object object;
	bool ok = make_row_object(&object, page->user_id);

	for (size_t i = 0; ok && i < page->n; i++)
		ok = (i == 0 || append(text, ",", 1)) &&
		     append_row(text, &object, &page->rows[i]);
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
	          append_object(text, object);

	json_object_put(object);
	return ok;
}

bool
render_page(const struct token_page *page, bool next, char **bytes, size_t *len)
{
	struct text text = { .want = page_len(page, next) };

	text.size = text.want + page->n * (TIMESTAMP_SIZE + strlen("\"\"")) + 1;
	text.bytes = malloc(text.size);
	if (text.bytes == NULL)
		return false;
	/*
	 * When memory runs out json-c can lose a part and still give valid
	 * JSON: the length tells.
	 */
	if (!append(&text, LIST_BEGIN, strlen(LIST_BEGIN)) ||
	    !append_rows(&text, page) ||
	    !append(&text, LIST_END, strlen(LIST_END)) ||
	    !append_metadata(&text, page->count, next) ||
	    !append(&text, "}", 1) || text.len != text.want) {
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
