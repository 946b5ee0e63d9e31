/*
 * verdict_test.c - what to make of an error of PostgreSQL's.
 *
 * Wanted values: oauth_access_tokens(8), ERRORS (which failures are a 503, a
 * 504 and a 500) and REVOKING (a database that can only be read); PostgreSQL
 * 15, appendix A, for the meaning of each code.  A new connection is worth a
 * try where the old one may be at fault.
 */
#include "guarded.h"

#include "verdict.h"

static const struct code {
	const char *sqlstate;
	enum db_result result;
	bool replace;
} codes[] = {
	{ "57014", DB_TIMEOUT, false },     /* query_canceled */
	{ "57P01", DB_UNAVAILABLE, true },  /* admin_shutdown */
	{ "57P02", DB_UNAVAILABLE, true },  /* crash_shutdown */
	{ "57P03", DB_UNAVAILABLE, true },  /* cannot_connect_now */
	{ "08006", DB_UNAVAILABLE, true },  /* connection_failure */
	{ "08P01", DB_UNAVAILABLE, true },  /* protocol_violation */
	{ "53300", DB_UNAVAILABLE, true },  /* too_many_connections */
	{ "53200", DB_UNAVAILABLE, true },  /* out_of_memory */
	{ "55P03", DB_UNAVAILABLE, false }, /* lock_not_available */
	{ "40001", DB_UNAVAILABLE, true },  /* serialization_failure */
	{ "40P01", DB_UNAVAILABLE, true },  /* deadlock_detected */
	{ "26000", DB_UNAVAILABLE, true },  /* no such prepared statement */
	{ "25006", DB_READ_ONLY, false },   /* read_only_sql_transaction */
	{ "25P02", DB_FAILED, false },      /* in_failed_sql_transaction */
	{ "0A000", DB_FAILED, true },       /* feature_not_supported */
	{ "42501", DB_FAILED, false },      /* insufficient_privilege */
	{ "42883", DB_FAILED, false },      /* undefined_function */
	{ "21000", DB_FAILED, false },      /* cardinality_violation */
	{ "42P01", DB_FAILED, false },      /* undefined_table */
	{ "22021", DB_FAILED, false },      /* character_not_in_repertoire */
	{ "XX000", DB_UNAVAILABLE, true },  /* internal_error */
	{ "XX001", DB_FAILED, false },      /* data_corrupted */
	{ "42P05", DB_FAILED, false },      /* duplicate_prepared_statement */
	{ "", DB_FAILED, false },
};

static void
judge(void **state)
{
	const struct code *row = *state;
	struct verdict verdict = verdict_of(guarded_text(row->sqlstate));

	assert_int_equal(verdict.result, row->result);
	assert_int_equal(verdict.replace, row->replace);
}

/*
 * A right that is missing has a remedy, and so have the function that
 * revoke.sql makes, and a caller who is there twice.  The scripts of a remedy
 * are those that grant or make it.
 */
static const struct remedy {
	const char *sqlstate;
	const char *words[3];
} remedies[] = {
	{ "42501", { "role.sql", "revoke.sql", "OAUTH_TOKENS_REVOKE" } },
	{ "42883", { "if it is oauth_access_tokens_revoke", "revoke.sql" } },
	{ "21000", { "--check", "unique" } },
	{ "42P05", { "pooler", "OAUTH_TOKENS_STATEMENTS=unnamed" } },
};

static void
find_remedy(void **state)
{
	const struct remedy *row = *state;
	const char *remedy = verdict_remedy(guarded_text(row->sqlstate));

	assert_memory_equal(remedy, "; ", 2);
	for (size_t i = 0; i < COUNT(row->words) && row->words[i] != NULL; i++)
		assert_non_null(strstr(remedy, row->words[i]));
}

/* All other codes have none. */
static void
find_no_remedy(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++) {
		const char *sqlstate = codes[i].sqlstate;
		bool has = false;

		for (size_t k = 0; k < COUNT(remedies); k++)
			has |= strcmp(sqlstate, remedies[k].sqlstate) == 0;
		assert_int_equal(verdict_remedy(sqlstate)[0] != '\0', has);
	}
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(judge, codes) },
		{ ROWS(find_remedy, remedies) },
		{ ALONE(find_no_remedy) },
	};

	return run_all(tests, COUNT(tests));
}
