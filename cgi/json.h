/*
 * json.h - JSON text (RFC 8259), written into room of a size known before.
 * The only file that knows json-c.
 *
 * Pure.  A failure sticks: what follows does nothing, and json_end() says so.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct json {
	char *bytes;      /* NULL: it has failed */
	size_t len, size; /* of what is written, without NUL; of the room */
	struct json_object *number; /* json-c's, for all numbers; or NULL */
};

/* The most bytes that json_int64() writes. */
#define JSON_NUMBER_MAX 20

/*
 * The most bytes that json_string() writes for a text of len bytes: "null", or
 * quotes and an escape for each.
 */
#define JSON_STRING_MAX(len) (strlen("null") + strlen("\\u0000") * (len))

/*
 * Begin a text.
 *
 * ceiling  the most bytes that it will have, without NUL; a longer text is a
 *          failure
 */
void json_begin(struct json *json, size_t ceiling);

/* Write JSON that the caller has made, len bytes; or all of a text. */
void json_append(struct json *json, const char *bytes, size_t len);

static inline void
json_raw(struct json *json, const char *text)
{
	json_append(json, text, strlen(text));
}

/* Write a string that has nothing to escape, in quotes. */
void json_plain(struct json *json, const char *text, size_t len);

/*
 * Write a string, in quotes; NULL is null.
 *
 * text  len bytes of UTF-8
 */
void json_string(struct json *json, const char *text, size_t len);

void json_int64(struct json *json, int64_t value);

/*
 * End a text.
 *
 * text  gets it, NUL-terminated, to be freed by the caller with free()
 * len   gets its length in bytes, without NUL
 *
 * Returns false, and nothing to free, where memory ran out or the ceiling was
 * too low.  What was written has then been wiped.
 */
bool json_end(struct json *json, char **text, size_t *len)
    __attribute__((warn_unused_result));

/* json-c's version, as in "0.16"; static text. */
const char *json_library_version(void);

#endif
