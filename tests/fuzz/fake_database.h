/*
 * fake_database.h - a database of one caller's tokens, made of bytes, in place
 * of tokens.c.
 *
 * A byte says how a request fares and which settings there are.  Then there are
 * rows, each with a byte of flags, 8 bytes of its moments in little-endian, a
 * byte with the length of the token, and the token, which is all the row's
 * other texts too.  Ids count from 1, in the order of the answer.
 */
#ifndef FAKE_DATABASE_H
#define FAKE_DATABASE_H

#include "fingerprint.h"
#include "fuzz.h"
#include "health.h"
#include "tokens.h"
#include "uri.h"

#define ROWS_MAX 64

/* The first byte. */
#define BYTE_FATE    0x0f /* a row of fates */
#define BYTE_MASKED  0x10 /* by the operator */
#define BYTE_NO_PAGE 0x20
#define BYTE_REVOKE  0x40 /* callers may end their tokens */

/* A row's flags. */
#define ROW_EXPIRES   0x01
#define ROW_TEXTS     0x02
#define ROW_CREATED   0x04
#define ROW_CLIENT_ID 0x08
#define ROW_NAME      0x10
#define ROW_CURRENT   0x20
#define ROW_EXPIRED   0x40

/* What may become of a request that reaches the database. */
static const struct fate {
	enum db_result result;
	enum tokens_outcome outcome;
	int status;
} fates[] = {
	{ DB_OK, TOKENS_OK, 200 },
	{ DB_OK, TOKENS_UNKNOWN_APPLICATION, 401 },
	{ DB_OK, TOKENS_UNKNOWN_TOKEN, 401 },
	{ DB_OK, TOKENS_EXPIRED_TOKEN, 401 },
	{ DB_OK, TOKENS_NOT_A_VIEWER, 403 },
	{ DB_UNAVAILABLE, TOKENS_OK, 503 },
	{ DB_TIMEOUT, TOKENS_OK, 504 },
	{ DB_FAILED, TOKENS_OK, 500 },
	{ DB_NO_MEMORY, TOKENS_OK, 500 },
	{ DB_READ_ONLY, TOKENS_OK, 503 },
};

/* All that the caller may see. */
struct db {
	const struct fate *fate;
	int64_t user_id;
	size_t n;
	struct token_row rows[ROWS_MAX];
	struct token_details details[ROWS_MAX];
	char masks[ROWS_MAX][4 * 8 + 1]; /* the tokens, masked */
	struct token_row answer[ROWS_MAX];
	struct tokens_request wanted; /* its numbers, when asked */
	size_t from;                  /* the first row of its answer */
	int asked;                    /* times, to read or to revoke */
	bool revoked;                 /* asked to revoke */
	bool health;                  /* asked whether it can be read */
	int64_t ended;                /* so many, when done */
	int status;                   /* that of what it said */
};

static char client_ids[] = "key,made up key";
static struct config config = { .client_ids = client_ids, .max_limit = 50 };

/* The row that is to be shown for the one at i. */
static struct token_row
show(const struct db *db, const struct tokens_request *request, size_t i)
{
	struct token_row row = db->rows[i];

	if (request->masked && row.token.bytes != NULL)
		row.token =
		    (struct token_text){ db->masks[i], strlen(db->masks[i]) };
	if (request->details || request->which != TOKENS_LIST)
		row.details = &db->details[i];
	return row;
}

/* The row that a request for one token means; n: there is none. */
static size_t
find_row(const struct db *db, const struct tokens_request *request)
{
	if (request->which == TOKENS_ONE)
		return request->id >= 1 && request->id <= (int64_t)db->n
		           ? (size_t)request->id - 1
		           : db->n;
	for (size_t i = 0; i < db->n; i++)
		if (db->details[i].current)
			return i;
	return db->n;
}

/* The first row that an answer has, and behind its last. */
static void
choose_rows(const struct db *db, const struct tokens_request *request,
    size_t *from, size_t *to)
{
	if (request->which != TOKENS_LIST) {
		*from = find_row(db, request);
		*to = *from < db->n ? *from + 1 : *from;
		return;
	}
	/* A position is that of the row with its id. */
	*from =
	    request->offset < (int64_t)db->n ? (size_t)request->offset : db->n;
	if (request->after != NULL)
		*from = request->after->id >= 1 &&
		                request->after->id <= (int64_t)db->n
		            ? (size_t)request->after->id
		            : db->n;
	*to = request->limit < (int64_t)(db->n - *from)
	          ? *from + (size_t)request->limit
	          : db->n;
}

static void
check_request(const struct tokens_request *request)
{
	PROMISE(request->limit >= 0 && request->offset >= 0);
	PROMISE(request->show_all_sent || !request->show_all);
	PROMISE(request->token_len > 0 && request->api_key_len > 0);
	PROMISE(request->masked || config.display == DISPLAY_FULL);
	if (request->which == TOKENS_LIST)
		return;
	PROMISE(request->id >= -1);
	PROMISE(!request->show_all_sent && !request->details);
	PROMISE(request->offset == 0 && request->after == NULL &&
	        !request->uncounted);
}

/* Say what becomes of a request, as its fate is. */
static enum db_result
meet_fate(struct db *db, const struct config *settings,
    const struct tokens_request *request, enum tokens_outcome *outcome)
{
	PROMISE(settings == &config);
	check_request(request);
	db->asked++;
	db->wanted = *request;
	db->status = db->fate->status;
	*outcome = db->fate->outcome;
	return db->fate->result;
}

static void
not_found(struct db *db, enum tokens_outcome *outcome)
{
	*outcome = TOKENS_NOT_FOUND;
	db->status = 404;
}

enum db_result
tokens_read(struct db *db, const struct config *settings,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct token_list *page)
{
	enum db_result result = meet_fate(db, settings, request, outcome);
	size_t from, to;

	PROMISE(request->which <= TOKENS_CURRENT);
	if (db->status != 200)
		return result;
	choose_rows(db, request, &from, &to);
	db->from = from;
	if (request->which != TOKENS_LIST && from == to) {
		not_found(db, outcome);
		return DB_OK;
	}
	for (size_t i = from; i < to; i++)
		db->answer[i - from] = show(db, request, i);
	*page = (struct token_list){
		.user_id = db->user_id,
		.masked = request->masked,
		.uncounted = request->uncounted,
		.count = request->uncounted              ? 0
		         : request->which == TOKENS_LIST ? (int64_t)db->n
		                                         : 1,
		.next = request->which == TOKENS_LIST && to < db->n,
		.n = to - from,
		.rows = db->answer,
	};
	return DB_OK;
}

/* How many tokens end that have not expired. */
static int64_t
count_ended(const struct db *db, bool current)
{
	int64_t n = 0;

	for (size_t i = 0; i < db->n; i++)
		n += !db->details[i].expired &&
		     (current || !db->details[i].current);
	return n;
}

/* The request's own token is always there, whatever the rows say. */
enum db_result
tokens_revoke(struct db *db, const struct config *settings,
    const struct tokens_request *request, enum tokens_outcome *outcome,
    struct tokens_revoked *revoked)
{
	enum db_result result = meet_fate(db, settings, request, outcome);
	bool all = request->which == TOKENS_ALL;

	PROMISE(settings->revoke == 1 && request->which != TOKENS_LIST);
	db->revoked = true;
	if (db->status != 200)
		return result;
	if (all || request->which == TOKENS_OTHERS) {
		db->ended = count_ended(db, all);
		*revoked = (struct tokens_revoked){ .count = db->ended };
		return DB_OK;
	}
	db->status = 204;
	if (request->which == TOKENS_ONE && find_row(db, request) == db->n)
		not_found(db, outcome);
	return DB_OK;
}

/* Its callers are nobody, so that no outcome counts. */
enum db_result
health_ask(struct db *db, const struct config *settings)
{
	PROMISE(settings == &config);
	db->asked++;
	db->health = true;
	db->status = db->fate->result == DB_OK ? 200 : db->fate->status;
	return db->fate->result;
}

int64_t
db_asked_us(const struct db *db)
{
	return db->asked;
}

void
db_forget(struct db *db)
{
	(void)db;
}

void
tokens_forget(struct db *db, struct token_list *page)
{
	(void)page;
	db_forget(db);
}

/* A text of the database's: UTF-8 without NUL, owned by the caller. */
static struct token_text
make_text(const uint8_t *bytes, size_t len)
{
	char *text = allocate(len + 1);

	memcpy(text, bytes, len);
	text[len] = '\0';
	len = strlen(text);
	if (!uri_is_utf8(text, len))
		for (char *c = text; *c != '\0'; c++)
			*c = (char)(*c & 0x7f ? *c & 0x7f : '?');
	return (struct token_text){ text, len };
}

/* The bytes of a text's first n characters. */
static size_t
cut(struct token_text text, size_t n)
{
	size_t i = 0;

	while (i < text.len && (n > 0 || (text.bytes[i] & 0xc0) == 0x80))
		n -= (text.bytes[i++] & 0xc0) != 0x80;
	return i;
}

/* As shown_token.sql does. */
static void
mask(char out[4 * 8 + 1], struct token_text token)
{
	size_t characters = 0, n = 0;

	for (size_t i = 0; i < token.len; i++)
		characters += (token.bytes[i] & 0xc0) != 0x80;
	if (characters >= 16)
		n = cut(token, characters / 4 < 8 ? characters / 4 : 8);
	memcpy(out, token.bytes, n);
	out[n] = '\0';
}

/* Take a row; false: there is none. */
static bool
take_row(struct db *db, const uint8_t **data, const uint8_t *end)
{
	struct token_row *row = &db->rows[db->n];
	struct token_details *details = &db->details[db->n];
	const uint8_t *p = *data;
	struct token_moment moment = { .known = true };
	size_t len;

	if (end - p < 10)
		return false;
	memcpy(&moment.us, p + 1, 8);
	len = p[9] < end - p - 10 ? p[9] : (size_t)(end - p - 10);
	*data += 10 + len;
	*row = (struct token_row){ .id = (int64_t)db->n + 1 };
	*details = (struct token_details){
		.current = (p[0] & ROW_CURRENT) != 0,
		.expired = (p[0] & ROW_EXPIRED) != 0,
	};
	if ((p[0] & ROW_EXPIRES) != 0)
		row->expires = moment;
	if ((p[0] & ROW_CREATED) != 0)
		details->created = moment;
	if ((p[0] & ROW_TEXTS) != 0) {
		row->token = make_text(p + 10, len);
		mask(db->masks[db->n], row->token);
		if (row->token.len >= FINGERPRINT_DIGEST_LEN)
			details->digest =
			    (const unsigned char *)row->token.bytes;
	}
	if ((p[0] & ROW_CLIENT_ID) != 0)
		details->client_id = row->token;
	if ((p[0] & ROW_NAME) != 0)
		details->name = row->token;
	db->n++;
	return true;
}

/* Take the byte of the fate and the settings. */
static void
take_fate(struct db *db, uint8_t byte)
{
	db->fate =
	    &fates[(byte & BYTE_FATE) % (sizeof fates / sizeof fates[0])];
	config.display =
	    (byte & BYTE_MASKED) != 0 ? DISPLAY_MASKED : DISPLAY_FULL;
	config.page = (byte & BYTE_NO_PAGE) == 0;
	config.revoke = (byte & BYTE_REVOKE) != 0;
}

static void
fill_database(struct db *db, const uint8_t *data, const uint8_t *end)
{
	take_fate(db, data < end ? *data++ : 0);
	while (db->n < ROWS_MAX && take_row(db, &data, end))
		;
}

static void
empty_database(struct db *db)
{
	while (db->n > 0)
		free((void *)(uintptr_t)db->rows[--db->n].token.bytes);
}

#endif
