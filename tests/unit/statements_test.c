/*
 * statements_test.c - the table of statements, and which of them lists tokens.
 *
 * Wanted values: the heads of the files in sql/statements/, by hand.
 */
#include "guarded.h"

#include "statements.h"

static const struct list {
	const char *name;
	bool by_permission;
	enum statement_shape shape;
	bool show_all;
	const char *unindexed;
} lists[] = {
	{ "list_roles_near_active", false, SHAPE_NEAR, false,
	    "list_roles_scan_active" },
	{ "list_roles_near_all", false, SHAPE_NEAR, true,
	    "list_roles_scan_all" },
	{ "list_roles_far_active", false, SHAPE_FAR, false,
	    "list_roles_scan_active" },
	{ "list_roles_far_all", false, SHAPE_FAR, true, "list_roles_scan_all" },
	{ "list_roles_scan_active", false, SHAPE_SCAN, false,
	    "list_roles_scan_active" },
	{ "list_roles_scan_all", false, SHAPE_SCAN, true,
	    "list_roles_scan_all" },
	{ "list_permissions_near_active", true, SHAPE_NEAR, false,
	    "list_permissions_scan_active" },
	{ "list_permissions_near_all", true, SHAPE_NEAR, true,
	    "list_permissions_scan_all" },
	{ "list_permissions_far_active", true, SHAPE_FAR, false,
	    "list_permissions_scan_active" },
	{ "list_permissions_far_all", true, SHAPE_FAR, true,
	    "list_permissions_scan_all" },
	{ "list_permissions_scan_active", true, SHAPE_SCAN, false,
	    "list_permissions_scan_active" },
	{ "list_permissions_scan_all", true, SHAPE_SCAN, true,
	    "list_permissions_scan_all" },
};

static void
find_list(void **state)
{
	static const unsigned int types[] = { TYPE_TEXT, TYPE_TEXT, TYPE_TEXT,
		TYPE_INT8, TYPE_INT8, TYPE_BOOL };
	const struct list *row = *state;
	const struct statement *s = &statements[statement_list(
	    row->by_permission, row->shape, row->show_all)];

	assert_string_equal(s->name, row->name);
	assert_string_equal(statements[s->unindexed].name, row->unindexed);
	/* Only permissions depend on whether show_all was sent. */
	assert_int_equal(s->n, row->by_permission ? 6 : 5);
	assert_memory_equal(s->types, types, (size_t)s->n * sizeof types[0]);
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
	{ "check", STATEMENT_CHECK, 1, { TYPE_BOOL } },
	{ "check_clients", STATEMENT_CHECK_CLIENTS, 1, { TYPE_TEXT } },
	{ "check_projects", STATEMENT_CHECK_PROJECTS, 1, { TYPE_TEXT } },
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
		assert_in_range(statements[i].n, 1, STATEMENT_PARAMS_MAX);
	}
	assert_int_equal(STATEMENTS, COUNT(lists) + COUNT(unnamed));
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(find_list, lists) },
		{ ROWS(ask_without_name, unnamed) },
		{ ALONE(complete) },
	};

	return run_all(tests, COUNT(tests));
}
