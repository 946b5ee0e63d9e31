/*
 * json_test.c - JSON text in room of a size known before.
 *
 * Wanted values: RFC 8259; json.h: a text over its ceiling, and one for which
 * memory ran out, is none.  What strings look like is shown in render_test.c.
 */
#include "guarded.h"

#include <json-c/json.h>

#include "json.h"

/* {"a":-5,"c":null,"d":"x","e":"\n"}: 32 bytes. */
static const char whole[] = "{\"a\":-5,\"c\":null,\"d\":\"x\",\"e\":\"\\n\"}";

static bool
write_whole(size_t ceiling, char **text, size_t *len)
{
	struct json json;

	json_begin(&json, ceiling);
	json_raw(&json, "{\"a\":");
	json_int64(&json, -5);
	json_raw(&json, ",\"c\":");
	json_string(&json, NULL, 0);
	json_raw(&json, ",\"d\":");
	json_string(&json, "x", 1);
	json_raw(&json, ",\"e\":");
	json_string(&json, "\n", 1);
	json_raw(&json, "}");
	return json_end(&json, text, len);
}

/* Exactly the room that it needs is enough; a byte less, or none, is not. */
static void
keep_to_ceiling(void **state)
{
	size_t needed = strlen(whole), len = 0;
	char *text = NULL;

	(void)state;
	assert_true(write_whole(needed, &text, &len));
	assert_string_equal(text, whole);
	assert_int_equal(len, needed);
	free(text);
	for (size_t ceiling = 0; ceiling < needed; ceiling++)
		assert_false(write_whole(ceiling, &text, &len));
}

/* No number is longer than the header says. */
static void
keep_to_number_max(void **state)
{
	static const int64_t numbers[] = { INT64_MIN, INT64_MAX, 0 };
	struct json json;
	char *text = NULL;
	size_t len;

	(void)state;
	for (size_t i = 0; i < COUNT(numbers); i++) {
		json_begin(&json, JSON_NUMBER_MAX);
		json_int64(&json, numbers[i]);
		assert_true(json_end(&json, &text, &len));
		assert_int_equal(strtoll(text, NULL, 10), numbers[i]);
		free(text);
	}
}

static void
name_library(void **state)
{
	(void)state;
	assert_string_equal(json_library_version(), json_c_version());
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ALONE(keep_to_ceiling) },
		{ ALONE(keep_to_number_max) },
		{ ALONE(name_library) },
	};

	return run_all(tests, COUNT(tests));
}
