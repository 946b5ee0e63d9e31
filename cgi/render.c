/*
 * render.c - a list, and one token, as JSON text.
 *
 * Pure.
 */
#include <stdio.h>
#include <string.h>

#include "fingerprint.h"
#include "json.h"
#include "render.h"
#include "timestamp.h"

#define LIST_BEGIN            "{\"oauth_access_tokens\":["
#define LIST_COUNT            "],\"metadata\":{\"count\":"
#define LIST_NEXT             ",\"next\":"
#define LIST_END              "}}"
#define ONE_BEGIN             "{\"oauth_access_token\":"
#define COUNT_BEGIN           "{\"metadata\":{\"count\":"
#define ONE_END               "}"

#define ROW_EXPIRES           "{\"expires\":"
#define ROW_TOKEN             ",\"token\":"
#define ROW_USER_ID           ",\"user_id\":"
#define ROW_ID                ",\"id\":"
#define ROW_CREATED_AT        ",\"created_at\":"
#define ROW_APPLICATION       ",\"application\":"
#define ROW_FINGERPRINT       ",\"fingerprint\":"
#define ROW_CURRENT           ",\"current\":"
#define ROW_EXPIRED           ",\"expired\":"
#define ROW_END               "}"

#define APPLICATION_CLIENT_ID "{\"client_id\":"
#define APPLICATION_NAME      ",\"name\":"
#define APPLICATION_END       "}"

/* What a masked token ends with: U+2026 in UTF-8. */
#define ELLIPSIS "\xe2\x80\xa6"

/* The most bytes of a masked token's 8 characters in UTF-8. */
#define MASKED_MAX 32

/* The most bytes of what is the same in all rows: the owner. */
#define OWNER_SIZE (sizeof ROW_USER_ID + JSON_NUMBER_MAX)

/* The most bytes of a row, and of its details, without its texts. */
#define ROW_MAX                                                      \
	(strlen("," ROW_EXPIRES "\"\"" ROW_TOKEN ELLIPSIS ROW_END) + \
	    TIMESTAMP_SIZE + OWNER_SIZE)
#define DETAILS_MAX                                                        \
	(strlen(ROW_ID ROW_CREATED_AT                                      \
	     "\"\"" ROW_APPLICATION APPLICATION_CLIENT_ID APPLICATION_NAME \
	         APPLICATION_END ROW_FINGERPRINT                           \
	     "\"\"" ROW_CURRENT ROW_EXPIRED) +                             \
	    TIMESTAMP_SIZE + FINGERPRINT_SIZE + (size_t)3 * JSON_NUMBER_MAX)

/* The most bytes that the rows' text can have. */
static size_t
ceiling(const struct token_list *list)
{
	size_t size = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct token_details *details = list->rows[i].details;

		size += ROW_MAX + JSON_STRING_MAX(list->rows[i].token.len);
		if (details != NULL)
			size += DETAILS_MAX +
			        JSON_STRING_MAX(details->client_id.len) +
			        JSON_STRING_MAX(details->name.len);
	}
	return size;
}

static void
write_moment(struct json *json, const struct token_moment *moment)
{
	char text[TIMESTAMP_SIZE];

	if (moment->known)
		json_plain(json, text, timestamp_format(text, moment->us));
	else
		json_raw(json, "null");
}

static void
write_text(struct json *json, const char *name, struct token_text text)
{
	json_raw(json, name);
	json_string(json, text.bytes, text.len);
}

static void
write_boolean(struct json *json, const char *name, bool value)
{
	json_raw(json, name);
	json_raw(json, value ? "true" : "false");
}

static void
write_masked(struct json *json, struct token_text token)
{
	char masked[MASKED_MAX + sizeof ELLIPSIS];
	int n = snprintf(
	    masked, sizeof masked, "%.*s" ELLIPSIS, MASKED_MAX, token.bytes);

	json_string(json, masked, (size_t)n);
}

static void
write_application(struct json *json, const struct token_details *details)
{
	json_raw(json, ROW_APPLICATION);
	if (details->client_id.bytes == NULL && details->name.bytes == NULL) {
		json_raw(json, "null");
		return;
	}
	write_text(json, APPLICATION_CLIENT_ID, details->client_id);
	write_text(json, APPLICATION_NAME, details->name);
	json_raw(json, APPLICATION_END);
}

static void
write_fingerprint(struct json *json, const unsigned char *digest)
{
	char text[FINGERPRINT_SIZE];

	if (digest != NULL)
		json_plain(json, text, fingerprint_format(text, digest));
	else
		json_raw(json, "null");
}

static void
write_details(struct json *json, const struct token_row *row)
{
	const struct token_details *details = row->details;

	json_raw(json, ROW_ID);
	json_int64(json, row->id);
	json_raw(json, ROW_CREATED_AT);
	write_moment(json, &details->created);
	write_application(json, details);
	json_raw(json, ROW_FINGERPRINT);
	write_fingerprint(json, details->digest);
	write_boolean(json, ROW_CURRENT, details->current);
	write_boolean(json, ROW_EXPIRED, details->expired);
}

/* owner: ROW_USER_ID and the owner's id */
static void
write_row(struct json *json, const struct token_list *list,
    const struct token_row *row, const char *owner)
{
	json_raw(json, row == list->rows ? ROW_EXPIRES : "," ROW_EXPIRES);
	write_moment(json, &row->expires);
	json_raw(json, ROW_TOKEN);
	if (list->masked && row->token.bytes != NULL)
		write_masked(json, row->token);
	else
		json_string(json, row->token.bytes, row->token.len);
	json_raw(json, owner);
	if (row->details != NULL)
		write_details(json, row);
	json_raw(json, ROW_END);
}

static void
format_owner(char out[OWNER_SIZE], const struct token_list *list)
{
	snprintf(out, OWNER_SIZE, ROW_USER_ID "%lld", (long long)list->user_id);
}

bool
render_list(const struct token_list *list, char **text, size_t *len)
{
	char owner[OWNER_SIZE];
	struct json json;

	format_owner(owner, list);
	json_begin(&json, strlen(LIST_BEGIN LIST_COUNT LIST_NEXT LIST_END) +
	                      (size_t)2 * JSON_NUMBER_MAX + ceiling(list));
	json_raw(&json, LIST_BEGIN);
	for (size_t i = 0; i < list->n; i++)
		write_row(&json, list, &list->rows[i], owner);
	json_raw(&json, LIST_COUNT);
	if (list->uncounted)
		json_raw(&json, "null");
	else
		json_int64(&json, list->count);
	write_boolean(&json, LIST_NEXT, list->next);
	json_raw(&json, LIST_END);
	return json_end(&json, text, len);
}

bool
render_one(const struct token_list *list, char **text, size_t *len)
{
	char owner[OWNER_SIZE];
	struct json json;

	format_owner(owner, list);
	json_begin(&json, strlen(ONE_BEGIN ONE_END) + ceiling(list));
	json_raw(&json, ONE_BEGIN);
	write_row(&json, list, &list->rows[0], owner);
	json_raw(&json, ONE_END);
	return json_end(&json, text, len);
}

bool
render_count(int64_t count, char **text, size_t *len)
{
	struct json json;

	json_begin(&json, strlen(COUNT_BEGIN LIST_END) + JSON_NUMBER_MAX);
	json_raw(&json, COUNT_BEGIN);
	json_int64(&json, count);
	json_raw(&json, LIST_END);
	return json_end(&json, text, len);
}
