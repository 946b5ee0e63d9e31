/*
 * render_test.c - a list, one token, and a count, as JSON.
 *
 * Wanted values: oauth_access_tokens(8), ANSWERS (the published example, whole,
 * and the nulls), DETAILS, MASKING and REVOKING; RFC 8259, as json-c reads it
 * back, strictly; render.h: out of memory there is no answer or the whole one.
 */
#include "guarded.h"

#include <json-c/json.h>

#include "failing_malloc.h"
#include "render.h"

/* A text, a token's bytes and an expiry as members of a row. */
#define TEXT(text)                       \
	{                                \
		(text), sizeof(text) - 1 \
	}
#define TOKEN(text)   .token = TEXT(text)
#define EXPIRES(when) .expires = { true, (when) }

static const struct token_row example_rows[] = {
	{ TOKEN("JS3Umh826UoZzbuGQUsj36PSBwruVCzQYlRFf3KmJWA"),
	    EXPIRES(745717312480598) },
	{ TOKEN("bScSh2uTtnjMlfOjMqyytvbXj1HHQ-CJJt17qIzaP9g"),
	    EXPIRES(745717311418942) },
	{ TOKEN("ZBVozeqrPgnF-CoaUHEzMW1BbDJS2o66EJ6T2XOk2xE"),
	    EXPIRES(745094272832016) },
	{ TOKEN("dAq4jS5XaPrntFMIcQMNaXpKEUyi2ajAsgqAWXFw1fI"),
	    EXPIRES(744755680608736) },
	{ TOKEN("tQYy-W363hpWK7JRHur8gOFb-3BFe6Tp9afWDGtrQh4"),
	    EXPIRES(744496096966716) },
	{ TOKEN("dUSVnZc_8JirhcB1QHXqyFTIUFwwpoWLdHT4I8Fuxmc"),
	    EXPIRES(744168277132478) },
	{ TOKEN("Uv2C4YklZaKtEPFigzGblFZ8fCx33598ZvZ3JJCyDiw"),
	    EXPIRES(744168276096940) },
};

static const char example_text[] =
    "{\"oauth_access_tokens\":["
    "{\"expires\":\"2023-08-18 23:41:52.480598+00:00\",\"token\":"
    "\"JS3Umh826UoZzbuGQUsj36PSBwruVCzQYlRFf3KmJWA\",\"user_id\":2},"
    "{\"expires\":\"2023-08-18 23:41:51.418942+00:00\",\"token\":"
    "\"bScSh2uTtnjMlfOjMqyytvbXj1HHQ-CJJt17qIzaP9g\",\"user_id\":2},"
    "{\"expires\":\"2023-08-11 18:37:52.832016+00:00\",\"token\":"
    "\"ZBVozeqrPgnF-CoaUHEzMW1BbDJS2o66EJ6T2XOk2xE\",\"user_id\":2},"
    "{\"expires\":\"2023-08-07 20:34:40.608736+00:00\",\"token\":"
    "\"dAq4jS5XaPrntFMIcQMNaXpKEUyi2ajAsgqAWXFw1fI\",\"user_id\":2},"
    "{\"expires\":\"2023-08-04 20:28:16.966716+00:00\",\"token\":"
    "\"tQYy-W363hpWK7JRHur8gOFb-3BFe6Tp9afWDGtrQh4\",\"user_id\":2},"
    "{\"expires\":\"2023-08-01 01:24:37.132478+00:00\",\"token\":"
    "\"dUSVnZc_8JirhcB1QHXqyFTIUFwwpoWLdHT4I8Fuxmc\",\"user_id\":2},"
    "{\"expires\":\"2023-08-01 01:24:36.096940+00:00\",\"token\":"
    "\"Uv2C4YklZaKtEPFigzGblFZ8fCx33598ZvZ3JJCyDiw\",\"user_id\":2}],"
    "\"metadata\":{\"count\":7,\"next\":false}}";

static const struct token_row null_rows[] = {
	{ TOKEN("a") },
	{ EXPIRES(INT64_MAX) },
	{ TOKEN(""), EXPIRES(INT64_MIN) },
	{ TOKEN("b"), EXPIRES(252455616000000000) },
};

#define LIST(owner, all, length, list)                             \
	{                                                          \
		.user_id = (owner), .count = (all), .n = (length), \
		.rows = (list)                                     \
	}

#define UNCOUNTED(owner, length, list)                                \
	{                                                             \
		.user_id = (owner), .uncounted = true, .n = (length), \
		.rows = (list)                                        \
	}

static const struct text {
	const char *name;
	struct token_list page;
	bool next;
	const char *want;
} texts[] = {
	{ "the published example",
	    LIST(2, 7, COUNT(example_rows), example_rows), false,
	    example_text },
	{ "no token", LIST(2, 0, 0, NULL), false,
	    "{\"oauth_access_tokens\":[],"
	    "\"metadata\":{\"count\":0,\"next\":false}}" },
	{ "past the end", LIST(2, 9, 0, NULL), false,
	    "{\"oauth_access_tokens\":[],"
	    "\"metadata\":{\"count\":9,\"next\":false}}" },
	{ "greatest numbers", LIST(INT64_MAX, INT64_MAX, 1, example_rows), true,
	    "{\"oauth_access_tokens\":[{"
	    "\"expires\":\"2023-08-18 23:41:52.480598+00:00\",\"token\":"
	    "\"JS3Umh826UoZzbuGQUsj36PSBwruVCzQYlRFf3KmJWA\","
	    "\"user_id\":9223372036854775807}],\"metadata\":"
	    "{\"count\":9223372036854775807,\"next\":true}}" },
	{ "NULL, infinity and far years",
	    LIST(-1, 4, COUNT(null_rows), null_rows), false,
	    "{\"oauth_access_tokens\":["
	    "{\"expires\":null,\"token\":\"a\",\"user_id\":-1},"
	    "{\"expires\":\"infinity\",\"token\":null,\"user_id\":-1},"
	    "{\"expires\":\"-infinity\",\"token\":\"\",\"user_id\":-1},"
	    "{\"expires\":\"10000-01-01 00:00:00+00\",\"token\":\"b\","
	    "\"user_id\":-1}],\"metadata\":{\"count\":4,\"next\":false}}" },
	{ "not counted", UNCOUNTED(2, 0, NULL), true,
	    "{\"oauth_access_tokens\":[],"
	    "\"metadata\":{\"count\":null,\"next\":true}}" },
	{ "not counted, the last page", UNCOUNTED(-1, 1, null_rows), false,
	    "{\"oauth_access_tokens\":["
	    "{\"expires\":null,\"token\":\"a\",\"user_id\":-1}],"
	    "\"metadata\":{\"count\":null,\"next\":false}}" },
};

/* The JSON value of a whole text, nothing behind it. */
static struct json_object *
parse(const char *text, size_t len)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *root;

	/* Strict mode refuses what is not ASCII from json-c 0.18 on. */
	json_tokener_set_flags(tokener, JSON_TOKENER_VALIDATE_UTF8);
	root = json_tokener_parse_ex(tokener, text, (int)len + 1);
	assert_int_equal(json_tokener_get_error(tokener), json_tokener_success);
	assert_int_equal(json_tokener_get_parse_end(tokener), len);
	json_tokener_free(tokener);
	return root;
}

/*
 * Is a text what is wanted?  The members come in the documented order, so that
 * the bytes are the same.
 */
static void
check_text(char *text, size_t len, const char *want)
{
	assert_int_equal(len, strlen(text));
	assert_string_equal(text, want);
	json_object_put(parse(text, len));
	free(text);
}

static void
render(void **state)
{
	const struct text *row = *state;
	char *text = NULL;
	size_t len = 0;

	struct token_list page = row->page;

	page.next = row->next;
	assert_true(render_list(&page, &text, &len));
	check_text(text, len, row->want);
}

/* How many tokens have ended. */
static const struct number {
	const char *name;
	int64_t count;
	const char *want;
} numbers[] = {
	{ "none", 0, "{\"metadata\":{\"count\":0}}" },
	{ "some", 100000, "{\"metadata\":{\"count\":100000}}" },
	{ "the most", INT64_MAX,
	    "{\"metadata\":{\"count\":9223372036854775807}}" },
	{ "the longest", INT64_MIN,
	    "{\"metadata\":{\"count\":-9223372036854775808}}" },
};

static void
count(void **state)
{
	const struct number *row = *state;
	char *text = NULL;
	size_t len = 0;

	assert_true(render_count(row->count, &text, &len));
	check_text(text, len, row->want);
}

/* Rows with details, and what each of them is in the answer. */
#define DIGEST      ((const unsigned char *)"0123456789ABCDEF0123456789ABCDEF")
#define FINGERPRINT "sha256~MDEyMzQ1Njc4OUFCQ0RFRjAxMjM0NTY3ODlBQkNERUY"

static const struct detailed {
	const char *name;
	struct token_details details;
	const char *want; /* the members behind user_id */
} detailed[] = {
	{ "all",
	    { .created = { true, 745717312480598 },
	        .client_id = TEXT("zkWl"),
	        .name = TEXT("Mage"),
	        .digest = DIGEST,
	        .current = true },
	    "\"created_at\":\"2023-08-18 23:41:52.480598+00:00\","
	    "\"application\":{\"client_id\":\"zkWl\",\"name\":\"Mage\"},"
	    "\"fingerprint\":\"" FINGERPRINT "\","
	    "\"current\":true,\"expired\":false" },
	{ "NULL everywhere", { .expired = true },
	    "\"created_at\":null,\"application\":null,\"fingerprint\":null,"
	    "\"current\":false,\"expired\":true" },
	{ "an application without a name", { .client_id = TEXT("a") },
	    "\"created_at\":null,"
	    "\"application\":{\"client_id\":\"a\",\"name\":null},"
	    "\"fingerprint\":null,\"current\":false,\"expired\":false" },
	{ "an application without a client_id", { .name = TEXT("") },
	    "\"created_at\":null,"
	    "\"application\":{\"client_id\":null,\"name\":\"\"},"
	    "\"fingerprint\":null,\"current\":false,\"expired\":false" },
	{ "empty texts, infinity, both flags",
	    { .created = { true, INT64_MIN },
	        .client_id = TEXT(""),
	        .name = TEXT(""),
	        .digest = DIGEST,
	        .current = true,
	        .expired = true },
	    "\"created_at\":\"-infinity\","
	    "\"application\":{\"client_id\":\"\",\"name\":\"\"},"
	    "\"fingerprint\":\"" FINGERPRINT "\","
	    "\"current\":true,\"expired\":true" },
	{ "a name to be escaped",
	    { .client_id = TEXT("\\\"\x7f"),
	        .name = TEXT("\"Caf\xc3\xa9\"\n\x01</script>") },
	    "\"created_at\":null,"
	    "\"application\":{\"client_id\":\"\\\\\\\"\x7f\","
	    "\"name\":\"\\\"Caf\xc3\xa9\\\"\\n\\u0001</script>\"},"
	    "\"fingerprint\":null,\"current\":false,\"expired\":false" },
};

/* In a list behind a row of the same kind, and alone. */
static void
render_details(void **state)
{
	const struct detailed *row = *state;
	const struct token_row rows[] = {
		{ TOKEN("a"), .id = INT64_MIN, .details = &row->details },
		{ TOKEN("b"), .id = 17, .details = &row->details },
	};
	const struct token_list page = LIST(2, 2, 2, rows);
	char *text = NULL, *want = NULL;
	size_t len = 0;

	assert_true(render_list(&page, &text, &len));
	assert_true(asprintf(&want,
	                "{\"oauth_access_tokens\":["
	                "{\"expires\":null,\"token\":\"a\",\"user_id\":2,"
	                "\"id\":-9223372036854775808,%s},"
	                "{\"expires\":null,\"token\":\"b\",\"user_id\":2,"
	                "\"id\":17,%s}],"
	                "\"metadata\":{\"count\":2,\"next\":false}}",
	                row->want, row->want) > 0);
	check_text(text, len, want);
	free(want);

	assert_true(render_one(&page, &text, &len));
	assert_true(asprintf(&want,
	                "{\"oauth_access_token\":"
	                "{\"expires\":null,\"token\":\"a\",\"user_id\":2,"
	                "\"id\":-9223372036854775808,%s}}",
	                row->want) > 0);
	check_text(text, len, want);
	free(want);
}

#define ELLIPSIS   "\xe2\x80\xa6"
#define FOUR_BYTES "\xf0\x9f\x98\x80"

/* What the database leaves of a masked token, and what is shown. */
static const struct masked {
	const char *name;
	struct token_text token;
	const char *want;
} masked[] = {
	{ "eight characters", TEXT("JS3Umh82"), "\"JS3Umh82" ELLIPSIS "\"" },
	{ "four", TEXT("JS3U"), "\"JS3U" ELLIPSIS "\"" },
	{ "none", TEXT(""), "\"" ELLIPSIS "\"" },
	{ "NULL", { NULL, 0 }, "null" },
	{ "to be escaped", TEXT("\"\\\n\x01/abc"),
	    "\"\\\"\\\\\\n\\u0001/abc" ELLIPSIS "\"" },
	{ "all to be escaped", TEXT("\x01\x01\x01\x01\x01\x01\x01\x01"),
	    "\"\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u0001\\u000"
	    "1" ELLIPSIS "\"" },
	{ "eight of four bytes",
	    TEXT(FOUR_BYTES FOUR_BYTES FOUR_BYTES FOUR_BYTES FOUR_BYTES
	            FOUR_BYTES FOUR_BYTES FOUR_BYTES),
	    "\"" FOUR_BYTES FOUR_BYTES FOUR_BYTES FOUR_BYTES FOUR_BYTES
	        FOUR_BYTES FOUR_BYTES FOUR_BYTES ELLIPSIS "\"" },
	/* It never sends so much; more than 32 bytes stay unseen. */
	{ "more than eight can have",
	    TEXT("abcdefghijklmnopqrstuvwxyz012345SECRET"),
	    "\"abcdefghijklmnopqrstuvwxyz012345" ELLIPSIS "\"" },
};

static void
render_masked(void **state)
{
	const struct masked *row = *state;
	const struct token_details details = { .current = true };
	const struct token_row rows[] = {
		{ .token = row->token },
		{ TOKEN("x"), .id = 5, .details = &details },
	};
	struct token_list page = LIST(2, 2, 2, rows);
	char *text = NULL, *want = NULL;
	size_t len = 0;

	page.masked = true;
	assert_true(render_list(&page, &text, &len));
	assert_true(
	    asprintf(&want,
	        "{\"oauth_access_tokens\":["
	        "{\"expires\":null,\"token\":%s,\"user_id\":2},"
	        "{\"expires\":null,\"token\":\"x" ELLIPSIS "\",\"user_id\":2,"
	        "\"id\":5,\"created_at\":null,\"application\":null,"
	        "\"fingerprint\":null,\"current\":true,\"expired\":false}],"
	        "\"metadata\":{\"count\":2,\"next\":false}}",
	        row->want) > 0);
	check_text(text, len, want);
	free(want);

	assert_true(render_one(&page, &text, &len));
	assert_true(asprintf(&want,
	                "{\"oauth_access_token\":"
	                "{\"expires\":null,\"token\":%s,\"user_id\":2}}",
	                row->want) > 0);
	check_text(text, len, want);
	free(want);
}

/* The longest of everything has room: moments, numbers and escapes. */
static void
fit_the_longest(void **state)
{
	/* 4713 BC, with a fraction; 294276 AD, with one. */
	static const int64_t moments[] = { -211813488000000000 + 1,
		9223371331200000000 - 1 };

	(void)state;
	for (size_t i = 0; i < COUNT(moments); i++) {
		char *escaped = guarded_run('\x01', 32);
		const struct token_text longest = { escaped, 32 };
		const struct token_details details = {
			.created = { true, moments[i] },
			.client_id = longest,
			.name = longest,
			.digest = DIGEST,
		};
		const struct token_row rows[] = {
			{ .token = longest,
			    EXPIRES(moments[i]),
			    .id = INT64_MIN,
			    .details = &details },
		};
		struct token_list page = LIST(INT64_MIN, INT64_MAX, 1, rows);
		char *text = NULL;
		size_t len;

		page.masked = true;
		assert_true(render_list(&page, &text, &len));
		json_object_put(parse(text, len));
		free(text);
		assert_true(render_one(&page, &text, &len));
		json_object_put(parse(text, len));
		free(text);
	}
}

static const struct token {
	const char *name;
	const char *text;
	size_t len;
} tokens[] = {
	{ "quotes", BYTES("\"a\"\"") },
	{ "backslashes", BYTES("\\a\\\\n\\u0041\\") },
	{ "slashes", BYTES("/a//b</script>") },
	{ "short escapes", BYTES("\b\f\n\r\t") },
	{ "control characters",
	    BYTES("\x01\x02\x03\x04\x05\x06\x07\x0b\x0e\x0f\x10\x11\x12\x13"
	          "\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x7f") },
	{ "spaces", BYTES(" a b ") },
	{ "two bytes", BYTES("\xc2\x80\xc3\xa9\xdf\xbf") },
	{ "three bytes", BYTES("\xe2\x82\xac\xe2\x80\xa8\xef\xbf\xbf") },
	{ "four bytes", BYTES("\xf0\x90\x80\x80\xf0\x9f\x98\x80"
	                      "\xf4\x8f\xbf\xbf") },
	{ "JSON", BYTES("\"}],\"metadata\":{\"count\":0}}") },
};

/* Is a member of an object this text? */
static void
check_member(
    struct json_object *object, const char *name, struct token_text want)
{
	struct json_object *member;

	assert_true(json_object_object_get_ex(object, name, &member));
	assert_int_equal(json_object_get_string_len(member), want.len);
	assert_memory_equal(
	    json_object_get_string(member), want.bytes, want.len);
}

/* Each text of a row, and the row behind it, which must not change. */
static void
escape(void **state)
{
	const struct token *row = *state;
	const struct token_text odd = { guarded_text(row->text), row->len };
	const struct token_details details = { .client_id = odd, .name = odd };
	const struct token_row rows[] = {
		{ .token = odd, EXPIRES(0), .details = &details },
		{ TOKEN("next"), EXPIRES(0) },
	};
	const struct token_list page = LIST(2, 2, 2, rows);
	char *text = NULL;
	size_t len;
	struct json_object *root, *list, *application;

	assert_true(render_list(&page, &text, &len));
	root = parse(text, len);
	assert_true(
	    json_object_object_get_ex(root, "oauth_access_tokens", &list));
	assert_int_equal(json_object_array_length(list), 2);
	for (size_t i = 0; i < 2; i++)
		check_member(
		    json_object_array_get_idx(list, i), "token", rows[i].token);
	list = json_object_array_get_idx(list, 0);
	assert_true(
	    json_object_object_get_ex(list, "application", &application));
	check_member(application, "client_id", odd);
	check_member(application, "name", odd);
	json_object_put(root);
	free(text);
}

/* Slashes stay as they are, so that tokens can be found in the text. */
static void
keep_slashes(void **state)
{
	const struct token_row row = { TOKEN("a/b"), EXPIRES(0) };
	const struct token_list page = LIST(2, 1, 1, &row);
	char *text = NULL;
	size_t len;

	(void)state;
	assert_true(render_list(&page, &text, &len));
	assert_non_null(strstr(text, "\"a/b\""));
	free(text);
}

/* The page for which memory runs out, and its whole texts. */
static struct token_list short_page;
static char *whole, *whole_one;
static size_t whole_len, whole_one_len;

/* What came out: all of it, or nothing where memory ran out. */
static void
check_attempt(
    bool ok, char *text, size_t len, const char *want, size_t want_len)
{
	bool same = ok && len == want_len && memcmp(text, want, len + 1) == 0;

	if (ok)
		free(text);
	assert_true(ok ? same : allocator.failed > 0);
}

static void
attempt_page(void)
{
	char *text = NULL;
	size_t len = 0;
	bool ok = render_list(&short_page, &text, &len);

	check_attempt(ok, text, len, whole, whole_len);
}

static void
attempt_one(void)
{
	char *text = NULL;
	size_t len = 0;
	bool ok = render_one(&short_page, &text, &len);

	check_attempt(ok, text, len, whole_one, whole_one_len);
}

static void
attempt_count(void)
{
	static const char want[] = "{\"metadata\":{\"count\":17}}";
	char *text = NULL;
	size_t len = 0;
	bool ok = render_count(17, &text, &len);

	check_attempt(ok, text, len, want, strlen(want));
}

/* least  allocations at least: of the list, and of its first row */
static void
run_out(const struct token_list *page, size_t least, size_t least_one)
{
	short_page = *page;
	assert_true(render_list(&short_page, &whole, &whole_len));
	assert_true(render_one(&short_page, &whole_one, &whole_one_len));
	assert_true(run_out_of_memory(attempt_page) > least);
	assert_true(run_out_of_memory(attempt_one) > least_one);
	free(whole);
	free(whole_one);
}

/*
 * Enough rows and text for json-c's buffer to grow many times, and texts of all
 * forms: short ones, escaped ones, long ones.
 */
static void
run_out_of_memory_anywhere(void **state)
{
	struct token_row rows[60];
	struct token_details details[COUNT(rows)];
	struct token_list page = LIST(2, 100, COUNT(rows), rows);

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct token *token = &tokens[i % COUNT(tokens)];
		const struct token_text text = { token->text, token->len };

		details[i] = (struct token_details){
			.created = { i % 2 != 0, 0 },
			.client_id =
			    i % 3 != 1 ? text : (struct token_text){ NULL, 0 },
			.name =
			    i % 3 != 1 ? text : (struct token_text){ NULL, 0 },
			.digest = i % 5 != 2 ? DIGEST : NULL,
		};
		rows[i] = (struct token_row){ .token = text,
			.expires = { i % 3 != 0, 0 },
			.details = i % 4 != 3 ? &details[i] : NULL };
	}
	rows[10].token = (struct token_text){ guarded_run('\n', 5000), 5000 };

	/* Each escaped text, and one that gets longer. */
	run_out(&page, 100, 8);
	page.masked = true;
	run_out(&page, 100, 8);
	/* Of this page json-c writes numbers alone: its id and the count. */
	rows[0] = (struct token_row){ TOKEN("a"), .details = &details[1] };
	details[1] = (struct token_details){ .current = true };
	page.n = 1;
	run_out(&page, 3, 3);
	assert_true(run_out_of_memory(attempt_count) > 1);
}

/* Many rows: the length is right, and so is the last one. */
static void
render_many(void **state)
{
	enum { MANY = 10000 };
	struct token_row *rows = malloc(MANY * sizeof *rows);
	const struct token_list page = LIST(2, MANY, MANY, rows);
	struct json_object *root, *list;
	char *text = NULL;
	size_t len;

	(void)state;
	assert_non_null(rows);
	for (size_t i = 0; i < MANY; i++)
		rows[i] = example_rows[i % COUNT(example_rows)];
	assert_true(render_list(&page, &text, &len));
	root = parse(text, len);
	assert_true(
	    json_object_object_get_ex(root, "oauth_access_tokens", &list));
	assert_int_equal(json_object_array_length(list), MANY);
	json_object_put(root);
	free(text);
	free(rows);
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(render, texts) },
		{ ROWS(count, numbers) },
		{ ROWS(render_details, detailed) },
		{ ROWS(render_masked, masked) },
		{ ALONE(fit_the_longest) },
		{ ROWS(escape, tokens) },
		{ ALONE(keep_slashes) },
		{ ALONE(run_out_of_memory_anywhere) },
		{ ALONE(render_many) },
	};

	return run_all(tests, COUNT(tests));
}
