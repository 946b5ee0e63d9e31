/*
 * config_test.c - the settings.
 *
 * Wanted values: README, "Settings", for names, defaults and ranges;
 * oauth_access_tokens(8), AUTHENTICATION, for the client ids; Mage's
 * mage_ai/settings/server.py, get_bool_value(), for REQUIRE_USER_PERMISSIONS.
 * database_url_test.c has the forms of a URL.  An error names the variable;
 * the value, which holds "secret" here, is nowhere in it.
 */
#include "guarded.h"

#include "config.h"
#include "failing_malloc.h"

#define MAGE_CLIENT "zkWlN0PkIKSN0C11CfUHUj84OT5XOJ6tDZ6bDRO2"

/* Read settings that end where an unreadable page starts. */
static bool
read_settings(
    struct config *config, const char *const *environment, char *error)
{
	const char *copies[8] = { NULL };

	memset(config, 0xa5, sizeof *config);
	for (size_t i = 0; environment[i] != NULL; i++)
		copies[i] = guarded_text(environment[i]);
	return config_read(config, copies, error);
}

/* The same for settings that are right. */
static struct config
read_good(const char *const *environment)
{
	char *error = guarded(NULL, CONFIG_ERROR_SIZE);
	struct config config;

	if (!read_settings(&config, environment, error))
		fail_msg("%s", error);
	return config;
}

static void
assert_text(const char *got, const char *want)
{
	if (got == NULL || want == NULL)
		assert_ptr_equal(got, want);
	else
		assert_string_equal(got, want);
}

static void
read_defaults(void **state)
{
	struct config config = read_good((const char *[]){ "PATH=/bin", NULL });

	(void)state;
	assert_null(config.database.text);
	assert_null(config.database.from);
	assert_null(config.primary.text);
	assert_string_equal(config.client_ids, MAGE_CLIENT);
	assert_null(config.project_uuid);
	assert_false(config.by_permission);
	assert_int_equal(config.max_limit, 10000);
	assert_int_equal(config.display, DISPLAY_FULL);
	assert_int_equal(config.page, 1);
	assert_int_equal(config.revoke, 0);
	assert_int_equal(config.log, LOG_FAILURES);
	assert_int_equal(config.timing, 0);
	assert_int_equal(config.statements, STATEMENTS_PREPARED);
	assert_int_equal(config.workers, 0);
	assert_int_equal(config.request_timeout_ms, 2000);
	assert_int_equal(config.connect_timeout_ms, 2000);
	assert_int_equal(config.lock_timeout_ms, 1000);
	assert_int_equal(config.query_timeout_ms, 2000);
	assert_int_equal(config.write_timeout_ms, 5000);
	config_free(&config);
}

#define OURS "OAUTH_TOKENS_DATABASE"
#define MAGE "MAGE_DATABASE_CONNECTION_URL"

static const struct database {
	const char *name;
	const char *environment[3];
	const char *want, *from;
} databases[] = {
	{ "a URL", { OURS "=postgresql://u:p@h:5/d?a=b" },
	    "user='u' password='p' dbname='d' host='h' port='5' a='b' ", OURS },
	{ "Mage's URL", { MAGE "=postgresql+psycopg2://u:p%%40@h/d" },
	    "user='u' password='p@' dbname='d' host='h' ", MAGE },
	{ "nothing behind the scheme", { MAGE "=postgresql://" }, "", MAGE },
	{ "a connection string", { OURS "=host=/tmp dbname=d" },
	    "host=/tmp dbname=d", OURS },
	{ "a connection string, as it is", { OURS "=password=a%%b://+" },
	    "password=a%%b://+", OURS },
	{ "a name alone", { OURS "=d" }, "d", OURS },
	{ "ours before Mage's",
	    { OURS "=postgresql://a", MAGE "=postgresql://b" }, "host='a' ",
	    OURS },
	{ "ours behind Mage's",
	    { MAGE "=postgresql://b", OURS "=postgresql://a" }, "host='a' ",
	    OURS },
	{ "ours empty", { OURS "=", MAGE "=postgresql://b" }, "host='b' ",
	    MAGE },
	{ "Mage's empty", { MAGE "=", OURS "=d" }, "d", OURS },
	{ "both empty", { MAGE "=", OURS "=" }, NULL, NULL },
	{ "another's name", { MAGE "2=postgresql://b", "X" OURS "=d" }, NULL,
	    NULL },
};

static void
read_database(void **state)
{
	const struct database *row = *state;
	struct config config = read_good(row->environment);

	assert_text(config.database.text, row->want);
	assert_text(config.database.from, row->from);
	config_free(&config);
	assert_null(config.database.text);
	config_free(&config);
}

/* The primary is another database, by the same rules. */
static void
read_primary(void **state)
{
	struct config config = read_good((const char *[]){
	    "OAUTH_TOKENS_PRIMARY=postgresql+psycopg2://u@p/d", OURS "=host=a",
	    NULL });

	(void)state;
	assert_string_equal(
	    config.primary.text, "user='u' dbname='d' host='p' ");
	assert_string_equal(config.primary.from, "OAUTH_TOKENS_PRIMARY");
	assert_string_equal(config.database.text, "host=a");
	config_free(&config);
	assert_null(config.primary.text);
}

static const struct number {
	const char *setting; /* the row's name, too */
	size_t offset;
	int64_t want;
} numbers[] = {
#define NUMBER(text, field, want)                                          \
	{                                                                  \
		"OAUTH_TOKENS_" text, offsetof(struct config, field), want \
	}
	NUMBER("MAX_LIMIT=1", max_limit, 1),
	NUMBER("MAX_LIMIT=1000000", max_limit, 1000000),
	NUMBER("MAX_LIMIT=00040", max_limit, 40),
	NUMBER("MAX_LIMIT=567891", max_limit, 567891),
	NUMBER("MAX_LIMIT=", max_limit, 10000),
	NUMBER("CONNECT_TIMEOUT_MS=1", connect_timeout_ms, 1),
	NUMBER("CONNECT_TIMEOUT_MS=600000", connect_timeout_ms, 600000),
	NUMBER("CONNECT_TIMEOUT_MS=", connect_timeout_ms, 2000),
	NUMBER("QUERY_TIMEOUT_MS=1", query_timeout_ms, 1),
	NUMBER("QUERY_TIMEOUT_MS=600000", query_timeout_ms, 600000),
	NUMBER("QUERY_TIMEOUT_MS=", query_timeout_ms, 2000),
	NUMBER("CONNECTION_MAX_S=0", connection_max_s, 0),
	NUMBER("CONNECTION_MAX_S=86400", connection_max_s, 86400),
	NUMBER("CONNECTION_MAX_S=", connection_max_s, 0),
	NUMBER("WORKERS=0", workers, 0),
	NUMBER("WORKERS=64", workers, 64),
	NUMBER("REQUEST_TIMEOUT_MS=1", request_timeout_ms, 1),
	NUMBER("REQUEST_TIMEOUT_MS=600000", request_timeout_ms, 600000),
	NUMBER("REQUEST_TIMEOUT_MS=", request_timeout_ms, 2000),
	NUMBER("LOCK_TIMEOUT_MS=1", lock_timeout_ms, 1),
	NUMBER("LOCK_TIMEOUT_MS=600000", lock_timeout_ms, 600000),
	NUMBER("LOCK_TIMEOUT_MS=", lock_timeout_ms, 1000),
	NUMBER("WRITE_TIMEOUT_MS=1", write_timeout_ms, 1),
	NUMBER("WRITE_TIMEOUT_MS=600000", write_timeout_ms, 600000),
	NUMBER("WRITE_TIMEOUT_MS=", write_timeout_ms, 5000),
	NUMBER("DISPLAY=full", display, DISPLAY_FULL),
	NUMBER("DISPLAY=masked", display, DISPLAY_MASKED),
	NUMBER("DISPLAY=", display, DISPLAY_FULL),
	NUMBER("PAGE=0", page, 0),
	NUMBER("PAGE=1", page, 1),
	NUMBER("PAGE=", page, 1),
	NUMBER("REVOKE=0", revoke, 0),
	NUMBER("REVOKE=1", revoke, 1),
	NUMBER("REVOKE=", revoke, 0),
	NUMBER("LOG=failures", log, LOG_FAILURES),
	NUMBER("LOG=requests", log, LOG_REQUESTS),
	NUMBER("LOG=", log, LOG_FAILURES),
	NUMBER("SERVER_TIMING=0", timing, 0),
	NUMBER("SERVER_TIMING=1", timing, 1),
	NUMBER("SERVER_TIMING=", timing, 0),
	NUMBER("STATEMENTS=prepared", statements, STATEMENTS_PREPARED),
	NUMBER("STATEMENTS=unnamed", statements, STATEMENTS_UNNAMED),
	NUMBER("STATEMENTS=", statements, STATEMENTS_PREPARED),
};

static void
read_number(void **state)
{
	const struct number *row = *state;
	struct config config =
	    read_good((const char *[]){ row->setting, NULL });
	int64_t got;

	memcpy(&got, (const char *)&config + row->offset, sizeof got);
	assert_int_equal(got, row->want);
	config_free(&config);
}

/* The longest text, a byte more, and none. */
static void
limit_project(void **state)
{
	static const char name[] = "OAUTH_TOKENS_PROJECT_UUID=";
	char *text = guarded_run('p', sizeof name - 1 + 256);
	char error[CONFIG_ERROR_SIZE];
	struct config config;

	(void)state;
	memcpy(text, name, sizeof name - 1);
	assert_false(
	    read_settings(&config, (const char *[]){ text, NULL }, error));
	config_free(&config);
	text[sizeof name - 1 + 255] = '\0';
	config = read_good((const char *[]){ text, NULL });
	assert_string_equal(config.project_uuid, text + sizeof name - 1);
	config_free(&config);
	config = read_good((const char *[]){ name, NULL });
	assert_null(config.project_uuid);
	config_free(&config);
}

static const struct bad {
	const char *name; /* of the variable, which the error begins with */
	const char *value;
} bad[] = {
	{ "OAUTH_TOKENS_MAX_LIMIT", "0" },
	{ "OAUTH_TOKENS_MAX_LIMIT", "1000001" },
	{ "OAUTH_TOKENS_MAX_LIMIT", "9223372036854775808" },
	{ "OAUTH_TOKENS_MAX_LIMIT", "18446744073709551617" },
	{ "OAUTH_TOKENS_MAX_LIMIT", "-1" },
	{ "OAUTH_TOKENS_MAX_LIMIT", "+1" },
	{ "OAUTH_TOKENS_MAX_LIMIT", " 1" },
	{ "OAUTH_TOKENS_MAX_LIMIT", "1 " },
	{ "OAUTH_TOKENS_MAX_LIMIT", "0x10" },
	{ "OAUTH_TOKENS_MAX_LIMIT", "1e3" },
	{ "OAUTH_TOKENS_MAX_LIMIT", "secret" },
	{ "OAUTH_TOKENS_MAX_LIMIT", "1secret" },
	{ "OAUTH_TOKENS_CONNECT_TIMEOUT_MS", "0" },
	{ "OAUTH_TOKENS_CONNECT_TIMEOUT_MS", "600001" },
	{ "OAUTH_TOKENS_CONNECT_TIMEOUT_MS", "secret" },
	{ "OAUTH_TOKENS_QUERY_TIMEOUT_MS", "0" },
	{ "OAUTH_TOKENS_QUERY_TIMEOUT_MS", "600001" },
	{ "OAUTH_TOKENS_QUERY_TIMEOUT_MS", "2s" },
	{ "OAUTH_TOKENS_REQUEST_TIMEOUT_MS", "0" },
	{ "OAUTH_TOKENS_REQUEST_TIMEOUT_MS", "600001" },
	{ "OAUTH_TOKENS_LOCK_TIMEOUT_MS", "0" },
	{ "OAUTH_TOKENS_LOCK_TIMEOUT_MS", "600001" },
	{ "OAUTH_TOKENS_WRITE_TIMEOUT_MS", "0" },
	{ "OAUTH_TOKENS_WRITE_TIMEOUT_MS", "600001" },
	{ "OAUTH_TOKENS_CONNECTION_MAX_S", "86401" },
	{ "OAUTH_TOKENS_WORKERS", "65" },
	{ "OAUTH_TOKENS_WORKERS", "-1" },
	{ "OAUTH_TOKENS_DISPLAY", "secret" },
	{ "OAUTH_TOKENS_DISPLAY", "Masked" },
	{ "OAUTH_TOKENS_DISPLAY", "mask" },
	{ "OAUTH_TOKENS_DISPLAY", "masked " },
	{ "OAUTH_TOKENS_DISPLAY", "1" },
	{ "OAUTH_TOKENS_PAGE", "2" },
	{ "OAUTH_TOKENS_PAGE", "00" },
	{ "OAUTH_TOKENS_PAGE", "off" },
	{ "OAUTH_TOKENS_PAGE", "-1" },
	{ "OAUTH_TOKENS_REVOKE", "2" },
	{ "OAUTH_TOKENS_REVOKE", "01" },
	{ "OAUTH_TOKENS_REVOKE", "on" },
	{ "OAUTH_TOKENS_REVOKE", "true" },
	{ "OAUTH_TOKENS_REVOKE", "-1" },
	{ "OAUTH_TOKENS_STATEMENTS", "secret" },
	{ "OAUTH_TOKENS_STATEMENTS", "Prepared" },
	{ "OAUTH_TOKENS_STATEMENTS", "prepare" },
	{ "OAUTH_TOKENS_STATEMENTS", "unnamed " },
	{ "OAUTH_TOKENS_CLIENT_ID", "," },
	{ "OAUTH_TOKENS_CLIENT_ID", " " },
	{ "OAUTH_TOKENS_CLIENT_ID", ",secret" },
	{ "OAUTH_TOKENS_CLIENT_ID", "secret," },
	{ "OAUTH_TOKENS_CLIENT_ID", "secret, ,b" },
	{ "OAUTH_TOKENS_CLIENT_ID", "secret\xff" },
	{ "OAUTH_TOKENS_PROJECT_UUID", "secret\xff" },
	{ OURS, "mysql://u:secret@h/d" },
	{ OURS, "postgresqlx://u:secret@h/d" },
	{ OURS, "http://secret" },
	{ MAGE, "sqlite:////home/secret.db" },
	{ MAGE, "mssql+pyodbc://u:secret@h/d" },
	{ MAGE, "mysql+postgresql://u:secret@h/d" },
	{ MAGE, "postgresql:/secret" },
	{ MAGE, "postgresql" },
	{ MAGE, "host=h password=secret" },
	{ MAGE, "postgresql://u:x@secret@h/d" },
	{ OURS, "postgresql://u:secret/d" },
	/* No settings. */
	{ "OAUTH_TOKENS_MAX_LIMITS", "secret" },
	{ "OAUTH_TOKENS_MAX_LIMI", "secret" },
	{ "OAUTH_TOKENS_max_limit", "1" },
	{ "OAUTH_TOKENS_", "secret" },
	{ "OAUTH_TOKENS_PASSWORD", "secret" },
};

static void
refuse(void **state)
{
	const struct bad *row = *state;
	size_t len = strlen(row->name);
	char *text = NULL, *error = guarded(NULL, CONFIG_ERROR_SIZE);
	struct config config;

	assert_true(asprintf(&text, "%s=%s", row->name, row->value) > 0);
	assert_false(read_settings(
	    &config, (const char *[]){ "A=b", text, NULL }, error));
	config_free(&config);
	free(text);
	assert_memory_equal(error, row->name, len);
	assert_true(error[len] == ' ' || error[len] == ':');
	assert_null(strstr(error, "secret"));
	assert_null(strchr(error, '\n'));
	assert_true(strlen(error) > len + 10);
}

/* A name longer than the room for the error. */
static void
refuse_long_name(void **state)
{
	static const char prefix[] = "OAUTH_TOKENS_";
	char *text = guarded_run('X', (size_t)4 * CONFIG_ERROR_SIZE);
	char *error = guarded(NULL, CONFIG_ERROR_SIZE);
	struct config config;

	(void)state;
	memcpy(text, prefix, strlen(prefix));
	assert_false(
	    read_settings(&config, (const char *[]){ text, NULL }, error));
	config_free(&config);
	assert_memory_equal(error, prefix, strlen(prefix));
	assert_true(strlen(error) < CONFIG_ERROR_SIZE);
}

static const struct client {
	const char *name;
	const char *list; /* NULL: the default */
	const char *id;
	size_t len;
	bool want;
} clients[] = {
	{ "the default", NULL, BYTES(MAGE_CLIENT), true },
	{ "empty is the default", "", BYTES(MAGE_CLIENT), true },
	{ "another in place of the default", "a", BYTES(MAGE_CLIENT), false },
	{ "none", NULL, BYTES(""), false },
	{ "one", "a", BYTES("a"), true },
	{ "first", "ab,cd,ef", BYTES("ab"), true },
	{ "second", "ab,cd,ef", BYTES("cd"), true },
	{ "last", "ab,cd,ef", BYTES("ef"), true },
	{ "none of some", "ab,cd,ef", BYTES(""), false },
	{ "the beginning of one", "ab,cd,ef", BYTES("c"), false },
	{ "the end of one", "ab,cd,ef", BYTES("d"), false },
	{ "more than one", "ab,cd,ef", BYTES("cde"), false },
	{ "two of them", "ab,cd,ef", BYTES("ab,cd"), false },
	{ "a comma", "ab,cd,ef", BYTES(","), false },
	{ "another case", "ab,cd,ef", BYTES("AB"), false },
	{ "a NUL behind it", "ab,cd,ef", BYTES("ab\0"), false },
	{ "a NUL in it", "ab", BYTES("a\0"), false },
	{ "spaces around: first", "  ab , cd ", BYTES("ab"), true },
	{ "spaces around: last", "  ab , cd ", BYTES("cd"), true },
	{ "spaces around, not of it", "  ab , cd ", BYTES(" ab"), false },
	{ "a space inside", "a b,cd", BYTES("a b"), true },
	{ "UTF-8", "\xc3\xa9", BYTES("\xc3\xa9"), true },
};

static void
allow_client(void **state)
{
	const struct client *row = *state;
	char *text = NULL;
	struct config config;

	assert_true(asprintf(&text, "OAUTH_TOKENS_CLIENT_ID=%s",
	                row->list != NULL ? row->list : "") > 0);
	config = read_good(
	    (const char *[]){ row->list != NULL ? text : "A=b", NULL });
	assert_int_equal(
	    config_allows_client(&config, guarded(row->id, row->len), row->len),
	    row->want);
	config_free(&config);
	free(text);
}

/* Ids of 255 and 256 bytes, with spaces, which do not count, and alone. */
static void
limit_client(void **state)
{
	(void)state;
	for (size_t len = 255; len <= 256; len++) {
		char *id = guarded_run('i', len), *lists[3] = { NULL };
		char error[CONFIG_ERROR_SIZE];
		struct config config;

		assert_true(asprintf(&lists[0], "%s", id) > 0 &&
		            asprintf(&lists[1], " a ,  %s  ", id) > 0 &&
		            asprintf(&lists[2], "%s,b", id) > 0);
		for (size_t i = 0; i < COUNT(lists); i++) {
			char *text = NULL;

			assert_true(asprintf(&text, "OAUTH_TOKENS_CLIENT_ID=%s",
			                lists[i]) > 0);
			assert_int_equal(
			    read_settings(
			        &config, (const char *[]){ text, NULL }, error),
			    len == 255);
			if (len == 255)
				assert_true(
				    config_allows_client(&config, id, len));
			config_free(&config);
			free(text);
			free(lists[i]);
		}
	}
}

static const struct mode {
	const char *name;
	const char *value;
	bool want;
} modes[] = {
	{ "1", "1", true },
	{ "true", "true", true },
	{ "True", "True", true },
	{ "t", "T", true },
	{ "0", "0", false },
	{ "false", "False", false },
	{ "empty", "", false },
	{ "2", "2", false },
	{ "yes", "yes", false },
	{ "on", "on", false },
	{ "a blank", "1 ", false },
};

static void
read_mode(void **state)
{
	const struct mode *row = *state;
	struct config config;
	char *text = NULL;

	assert_true(
	    asprintf(&text, "REQUIRE_USER_PERMISSIONS=%s", row->value) > 0);
	config = read_good((const char *[]){ text, NULL });
	assert_int_equal(config.by_permission, row->want);
	config_free(&config);
	free(text);
}

/* A name that is refused comes with the setting that may be meant. */
static void
name_meant(void **state)
{
	static const struct {
		const char *variable, *error;
	} rows[] = {
		{ "OAUTH_TOKENS_WORKER=secret",
		    "OAUTH_TOKENS_WORKER is not a setting; is "
		    "OAUTH_TOKENS_WORKERS meant?" },
		{ "OAUTH_TOKENS_SECRETS=secret",
		    "OAUTH_TOKENS_SECRETS is not a setting" },
	};
	char error[CONFIG_ERROR_SIZE];
	struct config config;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_false(config_read(&config,
		    (const char *const[]){ rows[i].variable, NULL }, error));
		assert_string_equal(error, rows[i].error);
		config_free(&config);
	}
}

/* Names that are nearly a setting's; two letters may be wrong. */
static const struct nearly {
	const char *variable;
	const char *want;
} nearly[] = {
	{ "OAUTH_TOKENS_DATABASE=d", NULL },
	{ "OAUTH_TOKEN_DATABASE=d", "OAUTH_TOKENS_DATABASE" },
	{ "OAUTH_TOKENS_DATABSE=d", NULL }, /* config_read() refuses it */
	{ "oauth_tokens_database=d", "OAUTH_TOKENS_DATABASE" },
	{ "OAUTH2_TOKENS_DATABASE=d", "OAUTH_TOKENS_DATABASE" },
	{ "OAUTHTOKENS_WORKERS=1", "OAUTH_TOKENS_WORKERS" },
	{ "XOAUTH_TOKENS_WORKERSX=1", "OAUTH_TOKENS_WORKERS" },
	{ "XOAUTH_TOKENS_WORKERSXX=1", NULL },
	{ "MAGE_DATABASE_CONNECTION_URI=d", MAGE },
	{ "REQUIRE_USER_PERMISSION=1", "REQUIRE_USER_PERMISSIONS" },
	{ "REQUIRE_USER_AUTHENTICATION=1", NULL },
	{ "OAUTH2_APPLICATION_CLIENT_ID=a", NULL },
	{ "PATH=/bin", NULL },
	{ "=", NULL },
	{ "", NULL },
};

static void
find_nearly(void **state)
{
	const struct nearly *row = *state;

	assert_text(config_nearly(guarded_text(row->variable)), row->want);
	assert_null(config_nearly(guarded_run('O', 100000)));
}

static void
attempt_read(void)
{
	static const char *const environment[] = {
		"OAUTH_TOKENS_DATABASE=postgresql+psycopg2://h/d",
		"OAUTH_TOKENS_PRIMARY=host=p",
		"OAUTH_TOKENS_CLIENT_ID=a,b",
		"OAUTH_TOKENS_PROJECT_UUID=p",
		NULL,
	};
	char error[CONFIG_ERROR_SIZE] = "";
	struct config config;
	bool ok = config_read(&config, environment, error);
	bool same = ok && config.database.text != NULL &&
	            strcmp(config.database.text, "dbname='d' host='h' ") == 0 &&
	            config.client_ids != NULL &&
	            strcmp(config.client_ids, "a,b") == 0 &&
	            config.project_uuid != NULL &&
	            strcmp(config.project_uuid, "p") == 0;

	config_free(&config);
	assert_true(ok ? same : allocator.failed > 0 && error[0] != '\0');
}

static void
run_out_of_memory_anywhere(void **state)
{
	(void)state;
	assert_true(run_out_of_memory(attempt_read) >= 3);
}

static void
free_unread(void **state)
{
	struct config config = { 0 };

	(void)state;
	config_free(&config);
	assert_null(config.client_ids);
}

/* Does a line of the text begin with this word, after spaces? */
static bool
has_entry(const char *text, const char *word)
{
	const char *p = text;

	while ((p = strstr(p, word)) != NULL) {
		const char *line = p++;

		while (line > text && line[-1] == ' ')
			line--;
		if (line == text || line[-1] == '\n')
			return true;
	}
	return false;
}

/* Each setting has its entry, and its default and choices are told. */
static void
describe(void **state)
{
	static const char *const entries[] = { OURS, MAGE,
		"OAUTH_TOKENS_CLIENT_ID", "OAUTH_TOKENS_PROJECT_UUID",
		"OAUTH_TOKENS_MAX_LIMIT", "OAUTH_TOKENS_DISPLAY",
		"OAUTH_TOKENS_PAGE", "OAUTH_TOKENS_REVOKE",
		"OAUTH_TOKENS_STATEMENTS", "OAUTH_TOKENS_WORKERS",
		"OAUTH_TOKENS_REQUEST_TIMEOUT_MS",
		"OAUTH_TOKENS_CONNECT_TIMEOUT_MS",
		"OAUTH_TOKENS_LOCK_TIMEOUT_MS", "OAUTH_TOKENS_QUERY_TIMEOUT_MS",
		"OAUTH_TOKENS_WRITE_TIMEOUT_MS" };
	static const char *const words[] = { MAGE_CLIENT, "10000",
		"full or masked (default full)", "0 or 1 (default 1)",
		"0 or 1 (default 0)", "prepared", "unnamed", "1000", "2000",
		"5000" };
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	(void)state;
	assert_non_null(out);
	config_describe(out);
	assert_int_equal(fclose(out), 0);
	for (size_t i = 0; i < COUNT(entries); i++)
		if (!has_entry(text, entries[i]))
			fail_msg("missing: %s", entries[i]);
	for (size_t i = 0; i < COUNT(words); i++)
		if (strstr(text, words[i]) == NULL)
			fail_msg("missing: %s", words[i]);
	assert_int_equal(text[len - 1], '\n');
	free(text);
}

/*
 * A CGI process answers with what is left of its settings: numbers keep their
 * defaults.
 */
static void
keep_defaults(void **state)
{
	static const char *const environments[][3] = {
		{ "OAUTH_TOKENS_WRITE_TIMEOUT_MS=0" },
		{ "OAUTH_TOKENS_MADE_UP=1" },
		{ "OAUTH_TOKENS_CLIENT_ID=,",
		    "OAUTH_TOKENS_WRITE_TIMEOUT_MS=7" },
	};
	static const int64_t want[] = { 5000, 5000, 7 };

	(void)state;
	for (size_t i = 0; i < COUNT(environments); i++) {
		struct config config;
		char error[CONFIG_ERROR_SIZE];

		assert_false(config_read(&config, environments[i], error));
		assert_int_equal(config.write_timeout_ms, want[i]);
		assert_int_equal(config.request_timeout_ms, 2000);
		config_free(&config);
	}
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ALONE(read_defaults) },
		{ ALONE(keep_defaults) },
		{ ROWS(read_database, databases) },
		{ ALONE(read_primary) },
		{ ROWS(read_number, numbers) },
		{ ALONE(limit_project) },
		{ ROWS(refuse, bad) },
		{ ALONE(refuse_long_name) },
		{ ROWS(allow_client, clients) },
		{ ALONE(limit_client) },
		{ ALONE(run_out_of_memory_anywhere) },
		{ ROWS(read_mode, modes) },
		{ ALONE(name_meant) },
		{ ROWS(find_nearly, nearly) },
		{ ALONE(free_unread) },
		{ ALONE(describe) },
	};

	return run_all(tests, COUNT(tests));
}
