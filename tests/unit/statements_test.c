/*
 * statements_test.c - the table of statements, and which of them reads tokens.
 *
 * Wanted values: the heads of the files in sql/statements/, by hand.
 */
#include "guarded.h"

#include "statements.h"

/* The words of a name, in their order; scan stands in for other shapes. */
static const char *const readers[READERS] = {
	[READER_ROLES] = "roles",
	[READER_PERMISSIONS] = "permissions",
	[READER_BITS] = "bits",
	[READER_ATTACHED] = "attached",
	[READER_DIRECT] = "direct",
	[READER_OWNERS] = "owners",
};
static const char *const shapes[SHAPES] = {
	[SHAPE_NEAR] = "near",
	[SHAPE_FAR] = "far",
	[SHAPE_AFTER] = "after",
	[SHAPE_SCAN] = "scan",
};
static const char *const extents[] = { "active", "all" };
static const char *const counts[] = { "counted", "uncounted" };
static const char *const forms[] = { "plain", "details" };

/* $1, $2 ...: without $7 a statement has one parameter less, and so on. */
static const unsigned int types[] = { TYPE_TEXT, TYPE_TEXT, TYPE_TEXT,
	TYPE_BOOL, TYPE_BOOL, TYPE_INT8, TYPE_INT8, TYPE_TIMESTAMPTZ,
	TYPE_INT8 };

static void
check_types(const struct statement *s, int n)
{
	assert_int_equal(s->n, n);
	assert_memory_equal(s->types, types, (size_t)n * sizeof types[0]);
}

/*
 * Each variant of list.sql, and none of them twice.
 *
 * reader, shape, extent, count, form  indices of words
 */
static void
check_list(int reader, int shape, int extent, int count, int form)
{
	bool placed = shape == SHAPE_AFTER || shape == SHAPE_SCAN;
	char name[64], stand_in[64];
	enum statement_id id = statement_list((enum statement_reader)reader,
	    (enum statement_shape)shape, extent == 1, count == 1, form == 1);
	const struct statement *s = &statements[id];

	snprintf(name, sizeof name, "list_%s_%s_%s_%s_%s", readers[reader],
	    shapes[shape], extents[extent], counts[count], forms[form]);
	snprintf(stand_in, sizeof stand_in, "list_%s_scan_%s_%s_%s",
	    readers[reader], extents[extent], counts[count], forms[form]);
	assert_in_range(id, STATEMENT_LIST, STATEMENT_ONE - 1);
	assert_string_equal(s->name, name);
	assert_string_equal(statements[s->unindexed].name, stand_in);
	check_types(s, placed ? 9 : 7);
	assert_int_equal(
	    strstr(s->text, "SELECT count(*)") != NULL, count == 0);
	/* Rows are skipped, or the page is behind a position. */
	assert_int_equal(strstr(s->text, "$7") != NULL, shape != SHAPE_AFTER);
	assert_int_equal(strstr(s->text, "$8") != NULL, placed);
	/* Details are columns more, and a table. */
	assert_int_equal(strstr(s->text, "sha256") != NULL, form == 1);
	assert_int_equal(strstr(s->text, "created_at") != NULL, form == 1);
	/* Only permissions depend on whether show_all was sent. */
	assert_int_equal(
	    strstr(s->text, "$4") != NULL, reader == READER_PERMISSIONS);
	/* Roles are looked at where they may let somebody in. */
	assert_int_equal(strstr(s->text, "role_permission") != NULL,
	    reader != READER_BITS && reader != READER_OWNERS);
	/* A caller who is refused gets a row where it says why. */
	assert_int_equal(strstr(s->text, "unauthorized_access") != NULL,
	    reader == READER_ROLES || reader == READER_PERMISSIONS);
}

static void
find_list(void **state)
{
	(void)state;
	for (int i = 0; i < STATEMENTS_OF_LIST; i++)
		check_list(i / (8 * SHAPES), i / 8 % SHAPES, i / 4 % 2,
		    i / 2 % 2, i % 2);
}

static const struct one {
	const char *name;
	bool by_permission, current;
	int n;
} ones[] = {
	{ "one_roles_id", false, false, 6 },
	{ "one_roles_current", false, true, 5 },
	{ "one_permissions_id", true, false, 6 },
	{ "one_permissions_current", true, true, 5 },
};

/* An id leads to a token whatever the index of a user's tokens. */
static void
find_one(void **state)
{
	const struct one *row = *state;
	enum statement_id id = statement_one(row->by_permission, row->current);
	const struct statement *s = &statements[id];

	assert_in_range(id, STATEMENT_ONE, STATEMENT_REVOKE - 1);
	assert_string_equal(s->name, row->name);
	assert_int_equal(s->unindexed, id);
	check_types(s, row->n);
	assert_non_null(strstr(s->text, "sha256"));
	assert_int_equal(strstr(s->text, "$6") != NULL, !row->current);
}

/* The function finds the tables, so that the program needs no right to them. */
static void
find_revoke(void **state)
{
	static const unsigned int of_revoke[] = { TYPE_TEXT, TYPE_TEXT,
		TYPE_TEXT, TYPE_BOOL, TYPE_TEXT, TYPE_INT8 };
	const struct statement *s = &statements[STATEMENT_REVOKE];

	(void)state;
	assert_string_equal(s->name, "revoke");
	assert_int_equal(s->unindexed, STATEMENT_REVOKE);
	assert_int_equal(s->n, COUNT(of_revoke));
	assert_memory_equal(s->types, of_revoke, sizeof of_revoke);
	assert_non_null(strstr(s->text, "oauth_access_tokens_revoke("));
	/* Who asks is decided by the function alone. */
	assert_null(strstr(s->text, "oauth2_application"));
}

/* Statements that are asked without a name. */
static const struct unnamed {
	const char *file;
	enum statement_id id;
	int n;
	unsigned int types[3];
} unnamed[] = {
	{ "session", STATEMENT_SESSION, 3,
	    { TYPE_INT8, TYPE_INT8, TYPE_BOOL } },
	{ "check", STATEMENT_CHECK, 2, { TYPE_BOOL, TYPE_BOOL } },
	{ "check_clients", STATEMENT_CHECK_CLIENTS, 1, { TYPE_TEXT } },
	{ "check_projects", STATEMENT_CHECK_PROJECTS, 1, { TYPE_TEXT } },
	{ "check_system", STATEMENT_CHECK_SYSTEM, 0, { 0 } },
};

static void
ask_without_name(void **state)
{
	const struct unnamed *row = *state;
	const struct statement *s = &statements[row->id];

	assert_string_equal(s->name, "");
	assert_int_equal(s->unindexed, row->id);
	assert_int_equal(s->n, row->n);
	assert_memory_equal(
	    s->types, row->types, (size_t)s->n * sizeof row->types[0]);
}

/* Each statement_id has a row, and these tests know each row. */
static void
complete(void **state)
{
	(void)state;
	for (size_t i = 0; i < STATEMENTS; i++) {
		assert_non_null(statements[i].text);
		assert_in_range(statements[i].n, 0, STATEMENT_PARAMS_MAX);
	}
	assert_int_equal(STATEMENTS,
	    STATEMENTS_OF_LIST + (int)(COUNT(ones) + COUNT(unnamed)) + 1);
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ALONE(find_list) },
		{ ROWS(find_one, ones) },
		{ ALONE(find_revoke) },
		{ ROWS(ask_without_name, unnamed) },
		{ ALONE(complete) },
	};

	return run_all(tests, COUNT(tests));
}
