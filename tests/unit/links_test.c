/*
 * links_test.c - the Link header.
 *
 * Wanted values: oauth_access_tokens(8), HEADERS (which links there are, what
 * they repeat); RFC 8288, section 3, for the form and section 3.3 for the
 * relations; links.h for the targets of a limit of 0.
 */
#include "guarded.h"

#include "links.h"

static const struct page {
	const char *name;
	struct query query;
	int64_t count;
	size_t n;
	const char *want;
} pages[] = {
	{ "an empty list", { .limit = 40 }, 0, 0, "" },
	{ "the whole list", { .limit = 40 }, 7, 7, "" },
	{ "exactly one page", { .limit = 7 }, 7, 7, "" },
	{ "an empty list, past its end", { .limit = 40, .offset = 9 }, 0, 0,
	    "" },
	{ "the first page", { .limit = 3 }, 7, 3,
	    "<?_limit=3&_offset=0>; rel=\"first\", "
	    "<?_limit=3&_offset=3>; rel=\"next\", "
	    "<?_limit=3&_offset=6>; rel=\"last\"" },
	{ "a page between", { .limit = 3, .offset = 3 }, 7, 3,
	    "<?_limit=3&_offset=0>; rel=\"first\", "
	    "<?_limit=3&_offset=0>; rel=\"prev\", "
	    "<?_limit=3&_offset=6>; rel=\"next\", "
	    "<?_limit=3&_offset=6>; rel=\"last\"" },
	{ "the last page", { .limit = 3, .offset = 6 }, 7, 1,
	    "<?_limit=3&_offset=0>; rel=\"first\", "
	    "<?_limit=3&_offset=3>; rel=\"prev\", "
	    "<?_limit=3&_offset=6>; rel=\"last\"" },
	{ "the last page is full", { .limit = 3, .offset = 3 }, 6, 3,
	    "<?_limit=3&_offset=0>; rel=\"first\", "
	    "<?_limit=3&_offset=0>; rel=\"prev\", "
	    "<?_limit=3&_offset=3>; rel=\"last\"" },
	{ "an offset within the first page", { .limit = 3, .offset = 1 }, 4, 3,
	    "<?_limit=3&_offset=0>; rel=\"first\", "
	    "<?_limit=3&_offset=0>; rel=\"prev\", "
	    "<?_limit=3&_offset=3>; rel=\"last\"" },
	{ "past the end", { .limit = 3, .offset = 100 }, 7, 0,
	    "<?_limit=3&_offset=0>; rel=\"first\", "
	    "<?_limit=3&_offset=6>; rel=\"prev\", "
	    "<?_limit=3&_offset=6>; rel=\"last\"" },
	{ "just past the end", { .limit = 3, .offset = 7 }, 7, 0,
	    "<?_limit=3&_offset=0>; rel=\"first\", "
	    "<?_limit=3&_offset=4>; rel=\"prev\", "
	    "<?_limit=3&_offset=6>; rel=\"last\"" },
	{ "the count alone", { .limit = 0 }, 50, 0,
	    "<?_limit=40&_offset=0>; rel=\"first\", "
	    "<?_limit=40&_offset=0>; rel=\"next\", "
	    "<?_limit=40&_offset=40>; rel=\"last\"" },
	{ "all parameters",
	    { .limit = 1,
	        .show_all = QUERY_FLAG_ON,
	        .details = true,
	        .mask = QUERY_FLAG_ON,
	        .api_key = "k" },
	    2, 1,
	    "<?_limit=1&_offset=0&show_all=1&_format=with_details&_mask=1"
	    "&api_key=k>; rel=\"first\", "
	    "<?_limit=1&_offset=1&show_all=1&_format=with_details&_mask=1"
	    "&api_key=k>; rel=\"next\", "
	    "<?_limit=1&_offset=1&show_all=1&_format=with_details&_mask=1"
	    "&api_key=k>; rel=\"last\"" },
	{ "details", { .limit = 1, .details = true }, 2, 1,
	    "<?_limit=1&_offset=0&_format=with_details>; rel=\"first\", "
	    "<?_limit=1&_offset=1&_format=with_details>; rel=\"next\", "
	    "<?_limit=1&_offset=1&_format=with_details>; rel=\"last\"" },
	{ "masked", { .limit = 1, .mask = QUERY_FLAG_ON }, 2, 1,
	    "<?_limit=1&_offset=0&_mask=1>; rel=\"first\", "
	    "<?_limit=1&_offset=1&_mask=1>; rel=\"next\", "
	    "<?_limit=1&_offset=1&_mask=1>; rel=\"last\"" },
	{ "flags that are off",
	    { .limit = 1, .mask = QUERY_FLAG_OFF, .show_all = QUERY_FLAG_OFF },
	    2, 1,
	    "<?_limit=1&_offset=0>; rel=\"first\", "
	    "<?_limit=1&_offset=1>; rel=\"next\", "
	    "<?_limit=1&_offset=1>; rel=\"last\"" },
	{ "all to be encoded", { .limit = 1, .api_key = "<>, ;\"&=+%\n" }, 2, 1,
	    "<?_limit=1&_offset=0"
	    "&api_key=%3C%3E%2C%20%3B%22%26%3D%2B%25%0A>; rel=\"first\", "
	    "<?_limit=1&_offset=1"
	    "&api_key=%3C%3E%2C%20%3B%22%26%3D%2B%25%0A>; rel=\"next\", "
	    "<?_limit=1&_offset=1"
	    "&api_key=%3C%3E%2C%20%3B%22%26%3D%2B%25%0A>; rel=\"last\"" },
	{ "the greatest numbers", { .limit = INT64_MAX, .offset = INT64_MAX },
	    INT64_MAX, 0,
	    "<?_limit=9223372036854775807&_offset=0>; rel=\"first\", "
	    "<?_limit=9223372036854775807&_offset=0>; rel=\"prev\", "
	    "<?_limit=9223372036854775807&_offset=0>; rel=\"last\"" },
	{ "the greatest count", { .limit = 10, .offset = INT64_MAX - 1 },
	    INT64_MAX, 1,
	    "<?_limit=10&_offset=0>; rel=\"first\", "
	    "<?_limit=10&_offset=9223372036854775796>; rel=\"prev\", "
	    "<?_limit=10&_offset=9223372036854775800>; rel=\"last\"" },
};

static void
format(void **state)
{
	const struct page *row = *state;
	struct token_list page = {
		.count = row->count,
		.n = row->n,
		.next = row->query.offset + (int64_t)row->n < row->count &&
		        row->query.offset < row->count,
	};
	char *out = guarded(NULL, LINKS_SIZE);
	size_t len = links_format(out, &row->query, &page);

	assert_string_equal(out, row->want);
	assert_int_equal(len, strlen(row->want));
}

#define COUNTED_NOT  .count = QUERY_FLAG_OFF
#define SENT(PLACE)  .sent = QUERY_PARAMETER(PLACE)
#define BEHIND_ID(i) .after = { .id = (i) }, SENT(QUERY_AFTER)

/* Pages of a list that is not counted, or read by cursors. */
static const struct unknown {
	const char *name;
	struct query query;
	bool uncounted, next;
	size_t n; /* of these rows: */
	const char *want;
} unknowns[] = {
	{ "the whole list", { .limit = 40, COUNTED_NOT }, true, false, 2, "" },
	{ "an empty list", { .limit = 40, COUNTED_NOT }, true, false, 0, "" },
	{ "the first page", { .limit = 2, COUNTED_NOT }, true, true, 2,
	    "<?_limit=2&_count=0>; rel=\"first\", "
	    "<?_limit=2&_after=AQEAAAAAAAAAAAAAAAAAAAAI&_count=0>; "
	    "rel=\"next\"" },
	{ "none of the first page", { .limit = 0, COUNTED_NOT }, true, true, 0,
	    "<?_limit=40&_count=0>; rel=\"first\", "
	    "<?_limit=40&_count=0>; rel=\"next\"" },
	{ "behind a cursor", { .limit = 1, COUNTED_NOT, BEHIND_ID(9) }, true,
	    true, 1,
	    "<?_limit=1&_count=0>; rel=\"first\", "
	    "<?_limit=1&_after=AQAAAAAAAAAAAAAAAAAAAAAH&_count=0>; "
	    "rel=\"next\"" },
	{ "behind a cursor, counted", { .limit = 1, BEHIND_ID(9) }, false, true,
	    1,
	    "<?_limit=1>; rel=\"first\", "
	    "<?_limit=1&_after=AQAAAAAAAAAAAAAAAAAAAAAH>; rel=\"next\"" },
	{ "behind a cursor, the last page", { .limit = 5, BEHIND_ID(9) }, false,
	    false, 2, "<?_limit=5>; rel=\"first\"" },
	{ "behind all", { .limit = 5, COUNTED_NOT, BEHIND_ID(0) }, true, false,
	    0, "<?_limit=5&_count=0>; rel=\"first\"" },
	/* It goes on where it stands. */
	{ "none behind a cursor", { .limit = 0, BEHIND_ID(7) }, false, true, 0,
	    "<?_limit=40>; rel=\"first\", "
	    "<?_limit=40&_after=AQAAAAAAAAAAAAAAAAAAAAAH>; rel=\"next\"" },
	{ "all parameters",
	    { .limit = 1,
	        .show_all = QUERY_FLAG_ON,
	        .details = true,
	        .mask = QUERY_FLAG_ON,
	        COUNTED_NOT,
	        .api_key = "<" },
	    true, true, 1,
	    "<?_limit=1&show_all=1&_format=with_details&_mask=1&_count=0"
	    "&api_key=%3C>; rel=\"first\", "
	    "<?_limit=1&_after=AQAAAAAAAAAAAAAAAAAAAAAH&show_all=1"
	    "&_format=with_details&_mask=1&_count=0&api_key=%3C>; "
	    "rel=\"next\"" },
	{ "by offset, the whole list",
	    { .limit = 40, COUNTED_NOT, SENT(QUERY_OFFSET) }, true, false, 2,
	    "" },
	{ "by offset, the first page",
	    { .limit = 2, COUNTED_NOT, SENT(QUERY_OFFSET) }, true, true, 2,
	    "<?_limit=2&_offset=0&_count=0>; rel=\"first\", "
	    "<?_limit=2&_offset=2&_count=0>; rel=\"next\"" },
	{ "by offset, a page between",
	    { .limit = 2, .offset = 3, COUNTED_NOT, SENT(QUERY_OFFSET) }, true,
	    true, 2,
	    "<?_limit=2&_offset=0&_count=0>; rel=\"first\", "
	    "<?_limit=2&_offset=1&_count=0>; rel=\"prev\", "
	    "<?_limit=2&_offset=5&_count=0>; rel=\"next\"" },
	{ "by offset, none of a page",
	    { .limit = 0, .offset = 3, COUNTED_NOT, SENT(QUERY_OFFSET) }, true,
	    true, 0,
	    "<?_limit=40&_offset=0&_count=0>; rel=\"first\", "
	    "<?_limit=40&_offset=0&_count=0>; rel=\"prev\", "
	    "<?_limit=40&_offset=3&_count=0>; rel=\"next\"" },
	{ "by offset, past the end",
	    { .limit = 2, .offset = 9, COUNTED_NOT, SENT(QUERY_OFFSET) }, true,
	    false, 0,
	    "<?_limit=2&_offset=0&_count=0>; rel=\"first\", "
	    "<?_limit=2&_offset=7&_count=0>; rel=\"prev\"" },
	{ "a count that was asked for", { .limit = 40, .count = QUERY_FLAG_ON },
	    false, false, 2, "" },
};

static void
go_on(void **state)
{
	static const struct token_row rows[] = {
		{ .id = 7 },
		{ .id = 8, .expires = { true, 0 } },
	};
	const struct unknown *row = *state;
	struct token_list page = { .uncounted = row->uncounted,
		.count = row->uncounted ? 0 : (int64_t)row->n,
		.next = row->next,
		.n = row->n,
		.rows = rows };
	char *out = guarded(NULL, LINKS_SIZE);

	assert_int_equal(
	    links_format(out, &row->query, &page), strlen(row->want));
	assert_string_equal(out, row->want);
}

/* The longest: each byte of the client's becomes three. */
static void
fit_the_longest(void **state)
{
	struct query query = {
		.limit = 1000000000000000000,
		.offset = 2000000000000000000,
		.show_all = QUERY_FLAG_ON,
		.details = true,
		.mask = QUERY_FLAG_ON,
		.count = QUERY_FLAG_OFF,
	};
	/* No request has all of it: a list that is not counted has no "last".
	 */
	struct token_list page = { .count = INT64_MAX, .n = 3, .next = true };
	char *out = guarded(NULL, LINKS_SIZE);
	size_t len;

	(void)state;
	memset(query.api_key, '>', QUERY_API_KEY_MAX);
	len = links_format(out, &query, &page);
	assert_int_equal(len, strlen(out));
	assert_true(len > (size_t)(4 * 3 * QUERY_API_KEY_MAX));
	assert_true(strlen("Link: ") + LINKS_SIZE < 8190); /* Apache's */
	assert_non_null(strstr(out, ">; rel=\"first\", <?"));
	assert_non_null(strstr(out, ">; rel=\"prev\", <?"));
	assert_non_null(strstr(out, ">; rel=\"next\", <?"));
	assert_string_equal(out + len - 13, ">; rel=\"last\"");
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(format, pages) },
		{ ROWS(go_on, unknowns) },
		{ ALONE(fit_the_longest) },
	};

	return run_all(tests, COUNT(tests));
}
