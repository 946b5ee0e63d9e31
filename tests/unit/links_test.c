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
	struct token_list page = { .count = row->count, .n = row->n };
	char *out = guarded(NULL, LINKS_SIZE);
	size_t len = links_format(out, &row->query, &page);

	assert_string_equal(out, row->want);
	assert_int_equal(len, strlen(row->want));
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
	};
	struct token_list page = { .count = INT64_MAX, .n = 3 };
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
		{ ALONE(fit_the_longest) },
	};

	return run_all(tests, COUNT(tests));
}
