/*
 * render.c - a page as JSON text.  The only file that knows json-c.
 *
 * Pure.  json-c writes one row after the other, from one object whose members
 * write each row's values, so that a long list needs little more memory than
 * its text.
 */
#include <json-c/json.h>
#include <json-c/printbuf.h>
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
	bool plain;  /* no token has a byte that JSON escapes */
};

/* The object of a row, whose members are written from what is here. */
struct row_object {
	struct json_object *object;
	const struct token_row *row;
	bool plain;
	/* As JSON. */
	char expires[TIMESTAMP_SIZE + 2];
	char user_id[24];
};

/* json-c gives its text as const, but it is its own, and soon free. */
static void
wipe(const char *text, size_t len)
{
	explicit_bzero((void *)(uintptr_t)text, len);
}

static const char *
to_json(struct json_object *object, size_t *len)
{
	return json_object_to_json_string_length(object,
	    JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, len);
}

/* Write a token as json-c would, which is slow to look for what to escape. */
static int
write_plain(struct printbuf *out, const struct token_row *row)
{
	if (printbuf_strappend(out, "\"") < 0 ||
	    printbuf_memappend(out, row->token, (int)row->token_len) < 0)
		return -1;
	return printbuf_strappend(out, "\"");
}

static int
write_escaped(struct printbuf *out, const struct token_row *row)
{
	struct json_object *string =
	    json_object_new_string_len(row->token, (int)row->token_len);
	size_t len = 0;
	const char *json = string != NULL ? to_json(string, &len) : NULL;
	int written =
	    json != NULL ? printbuf_memappend(out, json, (int)len) : -1;

	if (json != NULL)
		wipe(json, len);
	json_object_put(string);
	return written;
}

/* The token's serializer. */
static int
write_token(
    struct json_object *object, struct printbuf *out, int level, int flags)
{
	const struct row_object *of = json_object_get_userdata(object);

	(void)level;
	(void)flags;
	if (of->row->token == NULL)
		return printbuf_strappend(out, "null");
	return of->plain ? write_plain(out, of->row)
	                 : write_escaped(out, of->row);
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

/* Add a member that a function of ours writes. */
static bool
add_written(struct json_object *object, const char *key,
    json_object_to_json_string_fn *write, void *what)
{
	struct json_object *value = json_object_new_boolean(false);

	if (value != NULL)
		json_object_set_serializer(value, write, what, NULL);
	return add(object, key, value);
}

/* Make the object for all rows of a page; false: out of memory. */
static bool
make_row_object(struct row_object *of, int64_t user_id, bool plain)
{
	of->plain = plain;
	snprintf(of->user_id, sizeof of->user_id, "%lld", (long long)user_id);
	of->object = json_object_new_object();
	return of->object != NULL &&
	       add_written(of->object, "expires",
	           json_object_userdata_to_json_string, of->expires) &&
	       add_written(of->object, "token", write_token, of) &&
	       add_written(of->object, "user_id",
	           json_object_userdata_to_json_string, of->user_id);
}

/* The bytes that JSON adds to a text in a string (RFC 8259, section 7). */
static size_t
escapes_len(const char *text, size_t len)
{
	size_t more = 0;

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c >= 0x20)
			more += c == '"' || c == '\\';
		else if (c >= '\b' && c <= '\r' && c != '\v')
			more += strlen("\\");
		else
			more += strlen("\\u000");
	}
	return more;
}

static size_t
number_len(int64_t number)
{
	return (size_t)snprintf(NULL, 0, "%lld", (long long)number);
}

/*
 * Compute the length of a page's text, but for the moments in it, whose lengths
 * are known when they are written.
 */
static void
measure(struct text *text, const struct token_page *page, bool next)
{
	size_t more, escapes = 0;

	text->want =
	    strlen(LIST_BEGIN LIST_END "{\"count\":,\"next\":}}") +
	    number_len(page->count) + strlen(next ? "true" : "false") +
	    page->n * (strlen(",{\"expires\":,\"token\":,\"user_id\":}") +
	                  number_len(page->user_id)) -
	    (page->n > 0 ? strlen(",") : 0);
	for (size_t i = 0; i < page->n; i++) {
		const struct token_row *row = &page->rows[i];

		if (row->token == NULL) {
			text->want += strlen("null");
			continue;
		}
		more = escapes_len(row->token, row->token_len);
		text->want += strlen("\"\"") + row->token_len + more;
		escapes += more;
	}
	text->plain = escapes == 0;
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
	const char *json = to_json(object, &len);
	bool ok = json != NULL && append(text, json, len);

	if (json != NULL)
		wipe(json, len);
	return ok;
}

/* Write a moment, or null, as JSON; returns its length. */
static size_t
write_expires(char *out, const struct token_row *row)
{
	size_t len;

	if (!row->has_expires) {
		memcpy(out, "null", sizeof "null");
		return strlen("null");
	}
	out[0] = '"';
	len = 1 + timestamp_format(out + 1, row->expires_us);
	out[len++] = '"';
	out[len] = '\0';
	return len;
}

static bool
append_rows(struct text *text, const struct token_page *page)
{
	struct row_object of;
	bool ok = make_row_object(&of, page->user_id, text->plain);

	for (size_t i = 0; ok && i < page->n; i++) {
		of.row = &page->rows[i];
		text->want += write_expires(of.expires, of.row);
		ok = (i == 0 || append(text, ",", 1)) &&
		     append_object(text, of.object);
	}
	json_object_put(of.object);
	return ok;
}

static bool
append_metadata(struct text *text, int64_t count, bool next)
{
	struct json_object *object = json_object_new_object();
	bool ok = object != NULL &&
	          add(object, "count", json_object_new_int64(count)) &&
	          add(object, "next", json_object_new_boolean(next)) &&
	          append_object(text, object);

	json_object_put(object);
	return ok;
}

bool
render_page(const struct token_page *page, bool next, char **bytes, size_t *len)
{
	struct text text;

	measure(&text, page, next);
	text.len = 0;
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
