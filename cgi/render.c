/*
 * render.c - a page as JSON text.  The only file that knows json-c.
 *
 * Pure.
 */
#include <json-c/json.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "render.h"
#include "timestamp.h"

/* Add a value, which object owns from now on, even on failure. */
static bool
add(struct json_object *object, const char *key, struct json_object *value)
{
	if (json_object_object_add_ex(object, key, value,
	        JSON_C_OBJECT_ADD_KEY_IS_NEW |
	            JSON_C_OBJECT_ADD_CONSTANT_KEY) == 0)
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

/* Add a text, or null where there is none. */
static bool
add_text(
    struct json_object *object, const char *key, const char *text, size_t len)
{
	if (text == NULL)
		return add(object, key, NULL);
	return len <= INT_MAX &&
	       add_new(object, key, json_object_new_string_len(text, (int)len));
}

static bool
add_row(struct json_object *list, const struct token_row *row, int64_t user_id)
{
	char expires[TIMESTAMP_SIZE];
	size_t len = 0;
	struct json_object *object = json_object_new_object();

	if (row->has_expires)
		len = timestamp_format(expires, row->expires_us);
	if (object != NULL &&
	    add_text(
	        object, "expires", row->has_expires ? expires : NULL, len) &&
	    add_text(object, "token", row->token, row->token_len) &&
	    add_new(object, "user_id", json_object_new_int64(user_id)) &&
	    json_object_array_add(list, object) == 0)
		return true;
	json_object_put(object);
	return false;
}

static bool
add_rows(struct json_object *root, const struct token_page *page)
{
	struct json_object *list = json_object_new_array_ext(
	    page->n < INT_MAX ? (int)page->n : INT_MAX);

	if (!add_new(root, "oauth_access_tokens", list))
		return false;
	for (size_t i = 0; i < page->n; i++)
		if (!add_row(list, &page->rows[i], page->user_id))
			return false;
	return true;
}

static bool
add_metadata(struct json_object *root, int64_t count, bool next)
{
	struct json_object *metadata = json_object_new_object();

	return add_new(root, "metadata", metadata) &&
	       add_new(metadata, "count", json_object_new_int64(count)) &&
	       add_new(metadata, "next", json_object_new_boolean(next));
}

/* The length of a text as a JSON string (RFC 8259, section 7), or of null. */
static size_t
string_len(const char *text, size_t len)
{
	size_t n = strlen("\"\"");

	if (text == NULL)
		return strlen("null");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (strchr("\"\\\b\f\n\r\t", c) != NULL)
			n += strlen("\\n");
		else
			n += c < 0x20 ? strlen("\\u0000") : 1;
	}
	return n;
}

static size_t
number_len(int64_t number)
{
	return (size_t)snprintf(NULL, 0, "%lld", (long long)number);
}

/* The length that the text of a page must have, as json-c writes it. */
static size_t
page_len(const struct token_page *page, bool next)
{
	size_t n =
	    strlen("{\"oauth_access_tokens\":[],\"metadata\":{"
	           "\"count\":,\"next\":}}") +
	    number_len(page->count) + strlen(next ? "true" : "false") +
	    page->n * (strlen("{\"expires\":,\"token\":,\"user_id\":},") +
	                  number_len(page->user_id));

	for (size_t i = 0; i < page->n; i++) {
		const struct token_row *row = &page->rows[i];
		char expires[TIMESTAMP_SIZE];

		n += row->has_expires
		         ? strlen("\"\"") +
		               timestamp_format(expires, row->expires_us)
		         : strlen("null");
		n += string_len(row->token, row->token_len);
	}
	return n - (page->n > 0 ? strlen(",") : 0);
}

/* json-c gives its text as const, but it is its own, and soon free. */
static void
wipe(const char *text, size_t len)
{
	explicit_bzero((void *)(uintptr_t)text, len);
}

/* Free the object of a page, its tokens wiped. */
static void
free_page(struct json_object *root)
{
	struct json_object *list =
	    json_object_object_get(root, "oauth_access_tokens");
	size_t n = list != NULL ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *token = json_object_object_get(
		    json_object_array_get_idx(list, i), "token");

		if (token != NULL)
			wipe(json_object_get_string(token),
			    (size_t)json_object_get_string_len(token));
	}
	json_object_put(root);
}

bool
render_page(const struct token_page *page, bool next, char **text, size_t *len)
{
	struct json_object *root = json_object_new_object();
	const char *json;
	bool ok = false;

	*text = NULL;
	if (root == NULL || !add_rows(root, page) ||
	    !add_metadata(root, page->count, next))
		goto out;
	json = json_object_to_json_string_length(
	    root, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, len);
	if (json == NULL || *len != page_len(page, next))
		goto out;
	*text = malloc(*len + 1);
	if (*text == NULL)
		goto out;
	memcpy(*text, json, *len + 1);
	wipe(json, *len);
	ok = true;
out:
	free_page(root);
	return ok;
}

const char *
render_library_version(void)
{
	return json_c_version();
}
