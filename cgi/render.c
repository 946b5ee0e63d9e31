/*
 * render.c - a list as JSON text.
 *
 * Pure.
 */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "render.h"
#include "timestamp.h"

#define LIST_BEGIN  "{\"oauth_access_tokens\":["
#define ROW_EXPIRES "{\"expires\":"
#define ROW_TOKEN   ",\"token\":"
#define ROW_END     ",\"user_id\":%lld}"
#define LIST_COUNT  "],\"metadata\":{\"count\":"
#define LIST_NEXT   ",\"next\":"
#define LIST_END    "}}"

/* A row's end, which is the same in all rows, with the greatest number. */
#define ROW_END_SIZE (sizeof ROW_END + 20)

/* The most bytes that a list's text can have. */
static size_t
ceiling(const struct token_list *list)
{
	size_t size = strlen(LIST_BEGIN LIST_COUNT LIST_NEXT LIST_END) +
	              (size_t)2 * JSON_NUMBER_MAX +
	              list->n * (strlen("," ROW_EXPIRES "\"\"" ROW_TOKEN) +
	                            TIMESTAMP_SIZE + ROW_END_SIZE);

	for (size_t i = 0; i < list->n; i++)
		size += json_string_len(
		    list->rows[i].token, list->rows[i].token_len);
	return size;
}

static void
write_expires(struct json *json, const struct token_row *row)
{
	char moment[TIMESTAMP_SIZE];

	if (row->has_expires)
		json_plain(
		    json, moment, timestamp_format(moment, row->expires_us));
	else
		json_raw(json, "null");
}

bool
render_list(const struct token_list *list, bool next, char **text, size_t *len)
{
	char end[ROW_END_SIZE];
	struct json json;

	snprintf(end, sizeof end, ROW_END, (long long)list->user_id);
	json_begin(&json, ceiling(list));
	json_raw(&json, LIST_BEGIN);
	for (size_t i = 0; i < list->n; i++) {
		const struct token_row *row = &list->rows[i];

		json_raw(&json, i > 0 ? "," ROW_EXPIRES : ROW_EXPIRES);
		write_expires(&json, row);
		json_raw(&json, ROW_TOKEN);
		json_string(&json, row->token, row->token_len);
		json_raw(&json, end);
	}
	json_raw(&json, LIST_COUNT);
	json_int64(&json, list->count);
	json_raw(&json, LIST_NEXT);
	json_boolean(&json, next);
	json_raw(&json, LIST_END);
	return json_end(&json, text, len);
}
