/*
 * token_rows.c - the rows of list.sql and of one.sql.
 */
#include <stdlib.h>
#include <string.h>

#include "fingerprint.h"
#include "log.h"
#include "token_rows.h"

static bool
has_details(const struct tokens_request *request)
{
	return request->details || request->which != TOKENS_LIST;
}

/* Does the count not say whether a token follows the page? */
static bool
peeks(const struct tokens_request *request)
{
	return request->uncounted || request->after != NULL;
}

int64_t
token_rows_asked(const struct tokens_request *request)
{
	if (request->which != TOKENS_LIST)
		return 1;
	return request->limit + (peeks(request) ? 1 : 0);
}

bool
token_rows_outcome(const struct answer *answer, enum tokens_outcome *outcome)
{
	static const char *const outcomes[] = {
		[TOKENS_OK] = "ok",
		[TOKENS_UNKNOWN_APPLICATION] = "invalid_api_key",
		[TOKENS_UNKNOWN_TOKEN] = "invalid_oauth_token",
		[TOKENS_EXPIRED_TOKEN] = "expired_oauth_token",
		[TOKENS_NOT_A_VIEWER] = "unauthorized_access",
	};
	const char *text = answer_text(answer, 0, TOKEN_OUTCOME);

	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++) {
		if (strcmp(text, outcomes[i]) == 0) {
			*outcome = (enum tokens_outcome)i;
			return true;
		}
	}
	return false;
}

/* The lesser of two numbers. */
static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/*
 * The rows that the answer must have, by the count; or, where that does not
 * say, as many as there are, if they are not too many.
 */
static int64_t
rows_due(const struct answer *answer, const struct tokens_request *request)
{
	int64_t count = request->uncounted
	                    ? INT64_MAX
	                    : answer_int64(answer, 0, TOKEN_COUNT);
	int64_t rest = request->offset < count ? count - request->offset : 0;
	int64_t due = least(token_rows_asked(request), rest);

	if (!peeks(request))
		return due;
	return answer_is_null(answer, 0, TOKEN_ID)
	           ? 0
	           : least(due, answer_rows(answer));
}

/* Has a column the same cell in all rows? */
static bool
is_constant(const struct answer *answer, int column)
{
	const char *first = answer_text(answer, 0, column);
	size_t len = answer_length(answer, 0, column);
	int n = answer_rows(answer);

	for (int i = 1; i < n; i++)
		if (answer_length(answer, i, column) != len ||
		    memcmp(answer_text(answer, i, column), first, len) != 0)
			return false;
	return true;
}

/*
 * Does the answer hold together: one caller in all rows, and as many rows, each
 * with an id, as there must be?  (An empty page comes as one row without an
 * id.)
 */
static bool
is_sound(const struct answer *answer, const struct tokens_request *request,
    enum tokens_outcome outcome)
{
	int64_t size = 0;

	if (answer_is_null(answer, 0, TOKEN_COUNT) != request->uncounted ||
	    answer_is_null(answer, 0, TOKEN_USER_ID) != (outcome != TOKENS_OK))
		return false;
	if (outcome == TOKENS_OK)
		size = rows_due(answer, request);
	if (answer_rows(answer) != (size > 0 ? size : 1))
		return false;
	for (int i = 0; i < answer_rows(answer); i++)
		if (answer_is_null(answer, i, TOKEN_ID) != (size == 0))
			return false;
	return is_constant(answer, TOKEN_OUTCOME) &&
	       is_constant(answer, TOKEN_USER_ID) &&
	       is_constant(answer, TOKEN_COUNT);
}

static struct token_text
read_text(const struct answer *answer, int row, int column)
{
	if (answer_is_null(answer, row, column))
		return (struct token_text){ .bytes = NULL };
	return (struct token_text){ answer_text(answer, row, column),
		answer_length(answer, row, column) };
}

static struct token_moment
read_moment(const struct answer *answer, int row, int column)
{
	if (answer_is_null(answer, row, column))
		return (struct token_moment){ .known = false };
	return (struct token_moment){ true, answer_int64(answer, row, column) };
}

/* NULL for SQL NULL, which has no bytes, and where another length is wrong. */
static const unsigned char *
read_digest(const struct answer *answer, int row, int column)
{
	if (answer_length(answer, row, column) != FINGERPRINT_DIGEST_LEN)
		return NULL;
	return (const unsigned char *)answer_text(answer, row, column);
}

static struct token_details
read_details(const struct answer *answer, int row)
{
	return (struct token_details){
		.created = read_moment(answer, row, TOKEN_CREATED_AT),
		.client_id = read_text(answer, row, TOKEN_CLIENT_ID),
		.name = read_text(answer, row, TOKEN_NAME),
		.digest = read_digest(answer, row, TOKEN_DIGEST),
		.current = answer_boolean(answer, row, TOKEN_CURRENT),
		.expired = answer_boolean(answer, row, TOKEN_EXPIRED),
	};
}

static bool
contradicts(void)
{
	log_line("rows contradict each other: oauth_access_tokens --check "
	         "says which column must be unique");
	return false;
}

/*
 * Are n rows, in order, those of a page whose number the count does not check?
 * Rows come twice where two rows of another table share what is unique.
 */
static bool
belong_there(const struct token_row *rows, size_t n, const struct cursor *after)
{
	if (after != NULL && n > 0) {
		const struct token_row border[] = {
			{ .expires = after->expires, .id = after->id }, rows[0]
		};

		if (!token_list_is_sorted(border, 2))
			return contradicts();
	}
	return token_list_is_sorted(rows, n) || contradicts();
}

/* Say how many rows the page has, of n that came, and what follows. */
static void
close_page(
    struct token_list *list, size_t n, const struct tokens_request *request)
{
	int64_t end = request->offset + (int64_t)n;

	list->n = n;
	list->next = request->offset < list->count && end < list->count;
	if (!peeks(request))
		return;
	list->next = (int64_t)n > request->limit;
	if (list->next)
		list->n--;
}

static enum db_result
read_list(const struct answer *answer, const struct tokens_request *request,
    struct token_list *list)
{
	bool details = has_details(request);
	size_t n = answer_is_null(answer, 0, TOKEN_ID)
	               ? 0
	               : (size_t)answer_rows(answer);
	struct token_row *rows = calloc(n + 1, sizeof *rows);
	struct token_details *more =
	    details ? calloc(n + 1, sizeof *more) : NULL;

	*list = (struct token_list){ .rows = rows,
		.details = more,
		.masked = request->masked,
		.uncounted = request->uncounted,
		.user_id = answer_int64(answer, 0, TOKEN_USER_ID) };
	if (rows == NULL || (details && more == NULL)) {
		log_line("out of memory for %zu rows", n);
		return DB_NO_MEMORY;
	}
	for (size_t i = 0; i < n; i++) {
		rows[i].id = answer_int64(answer, (int)i, TOKEN_ID);
		rows[i].expires = read_moment(answer, (int)i, TOKEN_EXPIRES);
		rows[i].token = read_text(answer, (int)i, TOKEN_TEXT);
		if (!details)
			continue;
		more[i] = read_details(answer, (int)i);
		rows[i].details = &more[i];
	}
	token_list_sort(rows, n);
	if (peeks(request) && !belong_there(rows, n, request->after))
		return DB_FAILED;
	if (!list->uncounted)
		list->count = answer_int64(answer, 0, TOKEN_COUNT);
	close_page(list, n, request);
	return DB_OK;
}

/* Is the answer one of the statement's, and does it hold together? */
static bool
is_answer(const struct answer *answer, const struct tokens_request *request,
    bool brief, enum tokens_outcome *outcome)
{
	static const unsigned int types[TOKEN_COLUMNS] = { TYPE_TEXT, TYPE_INT8,
		TYPE_INT8, TYPE_INT8, TYPE_TIMESTAMPTZ, TYPE_TEXT,
		TYPE_TIMESTAMPTZ, TYPE_TEXT, TYPE_TEXT, TYPE_BYTEA, TYPE_BOOL,
		TYPE_BOOL };

	*outcome = TOKENS_OK;
	if (!answer_has_types(answer, types,
	        has_details(request) ? TOKEN_COLUMNS : TOKEN_PLAIN_COLUMNS) ||
	    answer_rows(answer) < 1 ||
	    !(brief ? answer_is_null(answer, 0, TOKEN_OUTCOME)
	            : token_rows_outcome(answer, outcome))) {
		log_line("%s gave an unknown result",
		    request->which == TOKENS_LIST ? "list.sql" : "one.sql");
		return false;
	}
	return is_sound(answer, request, *outcome) || contradicts();
}

enum db_result
token_rows_read(const struct answer *answer,
    const struct tokens_request *request, bool brief,
    enum tokens_outcome *outcome, struct token_list *list)
{
	if (!is_answer(answer, request, brief, outcome))
		return DB_FAILED;
	if (*outcome == TOKENS_OK && request->which != TOKENS_LIST &&
	    answer_is_null(answer, 0, TOKEN_ID))
		*outcome = TOKENS_NOT_FOUND;
	if (*outcome != TOKENS_OK)
		return DB_OK;
	return read_list(answer, request, list);
}
