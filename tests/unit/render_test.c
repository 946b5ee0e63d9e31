/*
 * render_test.c - a page as JSON.
 *
 * Wanted values: oauth_access_tokens(8), ANSWERS (the published example, whole,
 * and the nulls); RFC 8259, as json-c reads it back, strictly; render.h: out of
 * memory there is no answer or the whole one.
 */
#include "guarded.h"

#include <json-c/json.h>

#include "failing_malloc.h"
#include "render.h"

/* A token's bytes and an expiry as members of a row. */
#define TOKEN(text)   .token = (text), .token_len = sizeof(text) - 1
#define EXPIRES(when) .expires_us = (when), .has_expires = true

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
	{ TOKEN("a"), .expires_us = 1 },
	{ .token = NULL, EXPIRES(INT64_MAX) },
	{ TOKEN(""), EXPIRES(INT64_MIN) },
	{ TOKEN("b"), EXPIRES(252455616000000000) },
};

static const struct text {
	const char *name;
	struct token_list page;
	bool next;
	const char *want;
} texts[] = {
	{ "the published example", { 2, 7, COUNT(example_rows), example_rows },
	    false, example_text },
	{ "no token", { 2, 0, 0, NULL }, false,
	    "{\"oauth_access_tokens\":[],"
	    "\"metadata\":{\"count\":0,\"next\":false}}" },
	{ "past the end", { 2, 9, 0, NULL }, false,
	    "{\"oauth_access_tokens\":[],"
	    "\"metadata\":{\"count\":9,\"next\":false}}" },
	{ "greatest numbers", { INT64_MAX, INT64_MAX, 1, example_rows }, true,
	    "{\"oauth_access_tokens\":[{"
	    "\"expires\":\"2023-08-18 23:41:52.480598+00:00\",\"token\":"
	    "\"JS3Umh826UoZzbuGQUsj36PSBwruVCzQYlRFf3KmJWA\","
	    "\"user_id\":9223372036854775807}],\"metadata\":"
	    "{\"count\":9223372036854775807,\"next\":true}}" },
	{ "NULL, infinity and far years",
	    { -1, 4, COUNT(null_rows), null_rows }, false,
	    "{\"oauth_access_tokens\":["
	    "{\"expires\":null,\"token\":\"a\",\"user_id\":-1},"
	    "{\"expires\":\"infinity\",\"token\":null,\"user_id\":-1},"
	    "{\"expires\":\"-infinity\",\"token\":\"\",\"user_id\":-1},"
	    "{\"expires\":\"10000-01-01 00:00:00+00\",\"token\":\"b\","
	    "\"user_id\":-1}],\"metadata\":{\"count\":4,\"next\":false}}" },
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

static void
render(void **state)
{
	const struct text *row = *state;
	char *text = NULL;
	size_t len = 0;
	struct json_object *got, *want = parse(row->want, strlen(row->want));

	assert_true(render_list(&row->page, row->next, &text, &len));
	assert_int_equal(len, strlen(text));
	got = parse(text, len);
	if (!json_object_equal(got, want))
		assert_string_equal(text, row->want);
	json_object_put(got);
	json_object_put(want);
	free(text);
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

/* Each alone, and after another, so that none changes its neighbour. */
static void
escape(void **state)
{
	const struct token *row = *state;
	struct token_row rows[] = {
		{ .token = guarded_text(row->text),
		    .token_len = row->len,
		    EXPIRES(0) },
		{ TOKEN("next"), EXPIRES(0) },
	};
	struct token_list page = { 2, 2, 2, rows };
	char *text = NULL;
	size_t len;
	struct json_object *root, *list, *token;

	assert_true(render_list(&page, false, &text, &len));
	root = parse(text, len);
	assert_true(
	    json_object_object_get_ex(root, "oauth_access_tokens", &list));
	assert_int_equal(json_object_array_length(list), 2);
	for (size_t i = 0; i < 2; i++) {
		assert_true(json_object_object_get_ex(
		    json_object_array_get_idx(list, i), "token", &token));
		assert_int_equal(
		    json_object_get_string_len(token), rows[i].token_len);
		assert_memory_equal(json_object_get_string(token),
		    rows[i].token, rows[i].token_len);
	}
	json_object_put(root);
	free(text);
}

/* Slashes stay as they are, so that tokens can be found in the text. */
static void
keep_slashes(void **state)
{
	struct token_row row = { TOKEN("a/b"), EXPIRES(0) };
	struct token_list page = { 2, 1, 1, &row };
	char *text = NULL;
	size_t len;

	(void)state;
	assert_true(render_list(&page, false, &text, &len));
	assert_non_null(strstr(text, "\"a/b\""));
	free(text);
}

/* The page for which memory runs out, and its whole text. */
static struct token_list short_page;
static char *whole;
static size_t whole_len;

static void
attempt_page(void)
{
	char *text = NULL;
	size_t len;
	bool ok = render_list(&short_page, true, &text, &len);
	bool same = ok && len == whole_len && memcmp(text, whole, len + 1) == 0;

	if (ok)
		free(text);
	assert_true(ok ? same : allocator.failed > 0);
}

/*
 * Enough rows and text for the containers and the buffer to grow many times,
 * and tokens of all forms: short ones, escaped ones, long ones.
 */
static void
run_out_of_memory_anywhere(void **state)
{
	struct token_row rows[60];

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct token *token = &tokens[i % COUNT(tokens)];

		rows[i] = (struct token_row){ .token = token->text,
			.token_len = token->len,
			.has_expires = i % 3 != 0 };
	}
	rows[10] = (struct token_row){ .token = guarded_run('/', 5000),
		.token_len = 5000,
		EXPIRES(INT64_MIN) };
	short_page = (struct token_list){ 2, 100, COUNT(rows), rows };

	assert_true(render_list(&short_page, true, &whole, &whole_len));
	/* Each token's object and text, and a text that gets longer. */
	assert_true(run_out_of_memory(attempt_page) > 20);
	free(whole);

	/* Of this page json-c writes the two values of the metadata alone. */
	short_page = (struct token_list){ 2, 100, 1, &rows[10] };
	assert_true(render_list(&short_page, true, &whole, &whole_len));
	assert_true(run_out_of_memory(attempt_page) > 4);
	free(whole);
}

/* Many rows: the length is right, and so is the last one. */
static void
render_many(void **state)
{
	enum { MANY = 10000 };
	struct token_row *rows = malloc(MANY * sizeof *rows);
	struct token_list page = { 2, MANY, MANY, rows };
	struct json_object *root, *list;
	char *text = NULL;
	size_t len;

	(void)state;
	assert_non_null(rows);
	for (size_t i = 0; i < MANY; i++)
		rows[i] = example_rows[i % COUNT(example_rows)];
	assert_true(render_list(&page, false, &text, &len));
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
		{ ROWS(escape, tokens) },
		{ ALONE(keep_slashes) },
		{ ALONE(run_out_of_memory_anywhere) },
		{ ALONE(render_many) },
	};

	return run_all(tests, COUNT(tests));
}
