/*
 * config.c - the settings, read once from the process's environment.
 *
 * Pure: the environment is a parameter.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "config.h"
#include "database_url.h"
#include "distance.h"
#include "text.h"
#include "uri.h"

#define PREFIX "OAUTH_TOKENS_"

enum setting_kind {
	SETTING_DATABASE, /* char *: connection string or URL */
	SETTING_URL,      /* char *: URL */
	SETTING_CLIENTS,  /* char *: ids of min ... max bytes, and commas */
	SETTING_TEXT,     /* char *, or NULL: min ... max bytes */
	SETTING_NUMBER,   /* int64_t: min ... max */
	SETTING_CHOICE,   /* int64_t: the index of a name in choices */
	SETTING_FLAG,     /* bool, as Mage reads its own variables */
};

#define CHOICES_MAX 4

struct setting {
	const char *name;
	enum setting_kind kind;
	size_t offset; /* of the field in struct config */
	int64_t min, max;
	const char *choices[CHOICES_MAX]; /* as many as there are, then NULL */
	const char *default_text;         /* NULL: none */
	const char *help;
};

/* clang-format off */
#define FIELD(field)          offsetof(struct config, field)
#define DATABASE(field)       SETTING_DATABASE, FIELD(field), 0, 0, { NULL }
#define URL(field)            SETTING_URL, FIELD(field), 0, 0, { NULL }
#define CLIENTS(field, n, m)  SETTING_CLIENTS, FIELD(field), n, m, { NULL }
#define TEXT(field, n, m)     SETTING_TEXT, FIELD(field), n, m, { NULL }
#define NUMBER(field, n, m)   SETTING_NUMBER, FIELD(field), n, m, { NULL }
#define MILLISECONDS(field)   NUMBER(field, 1, 600000)
#define CHOICE(field, ...)    SETTING_CHOICE, FIELD(field), 0, 0, { __VA_ARGS__ }
#define FLAG(field)           SETTING_FLAG, FIELD(field), 0, 1, { NULL }

static const struct setting settings[] = {
	/* The first of the two that is set counts. */
	{ PREFIX "DATABASE", DATABASE(database), NULL,
	    "the database with Mage's tables" },
	{ "MAGE_DATABASE_CONNECTION_URL", URL(database), NULL,
	    "the same, where " PREFIX "DATABASE is not set" },
	{ PREFIX "PRIMARY", DATABASE(primary), NULL,
	    "the primary, where the database may be a standby: it confirms "
	    "refusals, and revokes" },
	{ PREFIX "CLIENT_ID", CLIENTS(client_ids, 1, 255),
	    "zkWlN0PkIKSN0C11CfUHUj84OT5XOJ6tDZ6bDRO2",
	    "the API keys that may read tokens" },
	{ PREFIX "PROJECT_UUID", TEXT(project_uuid, 1, 255), NULL,
	    "the project whose permissions count, else any" },
	{ "REQUIRE_USER_PERMISSIONS", FLAG(by_permission), "0",
	    "give it the value that Mage has: who may read is then decided by "
	    "permission" },
	{ PREFIX "MAX_LIMIT", NUMBER(max_limit, 1, 1000000), "10000",
	    "the most tokens in one answer" },
	{ PREFIX "DISPLAY", CHOICE(display, "full", "masked"), "full",
	    "masked: only the first characters of each token are ever shown" },
	{ PREFIX "PAGE", CHOICE(page, "0", "1"), "1",
	    "0: browsers get no page" },
	{ PREFIX "REVOKE", CHOICE(revoke, "0", "1"), "0",
	    "1: callers may end their own tokens with DELETE; needs revoke.sql" },
	{ PREFIX "LOG", CHOICE(log, "failures", "requests"), "failures",
	    "requests: the error log has a line for each request, too" },
	{ PREFIX "SERVER_TIMING", CHOICE(timing, "0", "1"), "0",
	    "1: each answer says in Server-Timing how long it took" },
	{ PREFIX "STATEMENTS", CHOICE(statements, "prepared", "unnamed"),
	    "prepared", "unnamed is for poolers in transaction mode" },
	{ PREFIX "WORKERS", NUMBER(workers, 0, 64), "0",
	    "processes that share the socket; 0: only this one" },
	{ PREFIX "SUCCESSOR", CHOICE(successor, "0", "1"), "0",
	    "1, only where lighttpd starts the program: when the first process "
	    "is killed, a worker takes its place" },
	{ PREFIX "CONNECTION_MAX_S", NUMBER(connection_max_s, 0, 86400), "0",
	    "seconds after which a connection to the database is replaced; 0: "
	    "never" },
	{ PREFIX "REQUEST_TIMEOUT_MS", MILLISECONDS(request_timeout_ms), "2000",
	    "milliseconds for a request to arrive whole" },
	{ PREFIX "CONNECT_TIMEOUT_MS", MILLISECONDS(connect_timeout_ms), "2000",
	    "milliseconds to wait for a connection" },
	{ PREFIX "LOCK_TIMEOUT_MS", MILLISECONDS(lock_timeout_ms), "1000",
	    "milliseconds to wait for a locked table" },
	{ PREFIX "QUERY_TIMEOUT_MS", MILLISECONDS(query_timeout_ms), "2000",
	    "milliseconds to wait for the database's answer" },
	{ PREFIX "WRITE_TIMEOUT_MS", MILLISECONDS(write_timeout_ms), "5000",
	    "milliseconds for the server to take a part of an answer" },
};
/* clang-format on */

#define SETTINGS    (sizeof settings / sizeof settings[0])

#define VALUES_SIZE 128

/* Say what a setting takes, for --help and for errors. */
static void
describe_values(char out[VALUES_SIZE], const struct setting *setting)
{
	long long min = setting->min, max = setting->max;
	const char *const *choice = setting->choices;
	size_t n = 0;

	switch (setting->kind) {
	case SETTING_DATABASE:
		snprintf(out, VALUES_SIZE,
		    "a libpq connection string or a PostgreSQL URL");
		break;
	case SETTING_URL:
		snprintf(out, VALUES_SIZE, "a PostgreSQL URL, as Mage's own");
		break;
	case SETTING_CLIENTS:
		snprintf(out, VALUES_SIZE,
		    "client ids of %lld to %lld bytes, separated by commas",
		    min, max);
		break;
	case SETTING_TEXT:
		snprintf(
		    out, VALUES_SIZE, "a text of %lld to %lld bytes", min, max);
		break;
	case SETTING_NUMBER:
		snprintf(out, VALUES_SIZE, "a whole number from %lld to %lld",
		    min, max);
		break;
	case SETTING_CHOICE:
		for (; *choice != NULL; choice++)
			n += (size_t)snprintf(out + n, VALUES_SIZE - n, "%s%s",
			    n > 0 ? " or " : "", *choice);
		break;
	case SETTING_FLAG:
		snprintf(out, VALUES_SIZE,
		    "1, true or t; all else is off, as in Mage");
		break;
	}
}

/* The next of the client ids at *list, without spaces around; NULL: no more. */
static const char *
next_client(const char **list, size_t *len)
{
	const char *item = *list;
	size_t n;

	if (item == NULL)
		return NULL;
	n = strcspn(item, ",");
	*list = item[n] == ',' ? item + n + 1 : NULL;
	while (n > 0 && *item == ' ') {
		item++;
		n--;
	}
	while (n > 0 && item[n - 1] == ' ')
		n--;
	*len = n;
	return item;
}

static bool
is_client_list(const char *list, const struct setting *setting)
{
	size_t len;

	while (next_client(&list, &len) != NULL)
		if (len < (size_t)setting->min || len > (size_t)setting->max)
			return false;
	return true;
}

static bool
parse_choice(int64_t *out, const char *text, const struct setting *setting)
{
	for (int64_t i = 0; setting->choices[i] != NULL; i++) {
		if (strcmp(text, setting->choices[i]) == 0) {
			*out = i;
			return true;
		}
	}
	return false;
}

/* Own a copy of a text, in place of the one before. */
static bool
set_text(char **field, const char *text)
{
	free(*field);
	*field = strdup(text);
	return *field != NULL;
}

/* As mage_ai/settings/server.py, get_bool_value() */
static bool
is_on(const char *text)
{
	return strcmp(text, "1") == 0 || strcasecmp(text, "t") == 0 ||
	       strcasecmp(text, "true") == 0;
}

/* Take a database.  Where two settings of one are set the first counts. */
static bool
set_database(struct config_database *database, const struct setting *setting,
    const char *text, const char **wrong)
{
	if (database->from != NULL)
		return true;
	if (database_url_is_url(text)) {
		free(database->text);
		*wrong = database_url_read(text, &database->text);
	} else if (setting->kind == SETTING_URL ||
	           !set_text(&database->text, text)) {
		return false;
	}
	database->from = setting->name;
	return *wrong == NULL;
}

/*
 * Set a field.  False: its value is not what the setting takes; *wrong may get
 * what it is more exactly, static text.
 */
static bool
set_setting(struct config *config, const struct setting *setting,
    const char *text, const char **wrong)
{
	void *field = (char *)config + setting->offset;
	size_t len = strlen(text);
	int64_t number;

	if (!uri_is_utf8(text, len))
		return false;
	switch (setting->kind) {
	case SETTING_DATABASE:
	case SETTING_URL:
		return set_database(field, setting, text, wrong);
	case SETTING_CLIENTS:
		return is_client_list(text, setting) && set_text(field, text);
	case SETTING_TEXT:
		return len >= (size_t)setting->min &&
		       len <= (size_t)setting->max && set_text(field, text);
	case SETTING_NUMBER:
		if (!text_decimal(&number, text, len) ||
		    number < setting->min || number > setting->max)
			return false;
		*(int64_t *)field = number;
		return true;
	case SETTING_CHOICE:
		return parse_choice(field, text, setting);
	case SETTING_FLAG:
		*(bool *)field = is_on(text);
		return true;
	}
	return false;
}

/* The value of a variable, or NULL where it is not set, or empty. */
static const char *
find_value(const char *const *environment, const char *name)
{
	size_t len = strlen(name);

	for (; *environment != NULL; environment++)
		if (strncmp(*environment, name, len) == 0 &&
		    (*environment)[len] == '=')
			return (*environment)[len + 1] != '\0'
			           ? *environment + len + 1
			           : NULL;
	return NULL;
}

/* The setting with a name of len bytes, or NULL. */
static const struct setting *
find_setting(const char *name, size_t len)
{
	for (size_t i = 0; i < SETTINGS; i++)
		if (strlen(settings[i].name) == len &&
		    strncmp(name, settings[i].name, len) == 0)
			return &settings[i];
	return NULL;
}

static bool
has_prefix(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* A variable that looks like a setting and is none, or NULL. */
static const char *
find_unknown(const char *const *environment)
{
	for (; *environment != NULL; environment++)
		if (has_prefix(*environment, PREFIX) &&
		    find_setting(*environment, strcspn(*environment, "=")) ==
		        NULL)
			return *environment;
	return NULL;
}

/* The name of the setting that a variable is called nearly as; or NULL. */
static const char *
find_nearly(const char *variable)
{
	size_t len = strcspn(variable, "=");

	for (size_t i = 0; i < SETTINGS; i++)
		if (distance(variable, len, settings[i].name) <= 2)
			return settings[i].name;
	return NULL;
}

/* Set a field to a variable's value, else to its default. */
static bool
read_setting(struct config *config, const struct setting *setting,
    const char *const *environment, const char **wrong)
{
	const char *text = find_value(environment, setting->name);
	const char *default_text = setting->default_text;

	*wrong = NULL;
	if (text != NULL && set_setting(config, setting, text, wrong))
		return true;
	return (default_text == NULL ||
	           set_setting(config, setting, default_text, wrong)) &&
	       text == NULL;
}

static void
refuse_name(char error[CONFIG_ERROR_SIZE], const char *variable)
{
	const char *meant = find_nearly(variable);

	snprintf(error, CONFIG_ERROR_SIZE, "%.*s is not a setting%s%s%s",
	    (int)strcspn(variable, "="), variable, meant != NULL ? "; is " : "",
	    meant != NULL ? meant : "", meant != NULL ? " meant?" : "");
}

bool
config_read(struct config *config, const char *const *environment,
    char error[CONFIG_ERROR_SIZE])
{
	const char *unknown = find_unknown(environment), *wrong;
	char values[VALUES_SIZE];
	bool ok = unknown == NULL;

	*config = (struct config){ 0 };
	if (unknown != NULL)
		refuse_name(error, unknown);
	for (size_t i = 0; i < SETTINGS; i++) {
		if (read_setting(config, &settings[i], environment, &wrong) ||
		    !ok)
			continue;
		describe_values(values, &settings[i]);
		snprintf(error, CONFIG_ERROR_SIZE, "%s%s%s", settings[i].name,
		    wrong != NULL ? ": " : " takes ",
		    wrong != NULL ? wrong : values);
		ok = false;
	}
	return ok;
}

bool
config_allows_client(const struct config *config, const char *text, size_t len)
{
	const char *list = config->client_ids, *client;
	size_t client_len;

	while ((client = next_client(&list, &client_len)) != NULL)
		if (len == client_len && memcmp(text, client, len) == 0)
			return true;
	return false;
}

const char *
config_nearly(const char *variable)
{
	if (has_prefix(variable, PREFIX) ||
	    find_setting(variable, strcspn(variable, "=")) != NULL)
		return NULL;
	return find_nearly(variable);
}

void
config_describe(FILE *out)
{
	char values[VALUES_SIZE];

	for (size_t i = 0; i < SETTINGS; i++) {
		const struct setting *setting = &settings[i];

		describe_values(values, setting);
		fprintf(out, "  %s\n      %s", setting->name, values);
		if (setting->default_text != NULL)
			fprintf(out, " (default %s)", setting->default_text);
		fprintf(out, ":\n      %s\n", setting->help);
	}
}

static void
free_database(struct config_database *database)
{
	if (database->text != NULL)
		explicit_bzero(database->text, strlen(database->text));
	free(database->text);
}

void
config_free(struct config *config)
{
	free_database(&config->database);
	free_database(&config->primary);
	free(config->client_ids);
	free(config->project_uuid);
	*config = (struct config){ 0 };
}
