/*
 * config.h - the settings, read once from the process's environment.
 *
 * Pure, except config_describe(), which prints: the environment is a parameter.
 * The table in config.c is the only place that knows their names, defaults and
 * ranges.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum config_statements {
	STATEMENTS_PREPARED, /* named, once a connection */
	STATEMENTS_UNNAMED,  /* parsed anew, for poolers in transaction mode */
};

enum config_display {
	DISPLAY_FULL,
	DISPLAY_MASKED, /* nothing unmasks a token */
};

enum config_log {
	LOG_FAILURES, /* a line for each failure */
	LOG_REQUESTS, /* and one for each request */
};

/* How to reach a database.  Holds a password: never print. */
struct config_database {
	char *text;       /* libpq's connection string; or NULL */
	const char *from; /* the variable it came from; or NULL */
};

struct config {
	/* NULL leaves all to libpq's own variables and files. */
	struct config_database database;
	struct config_database primary; /* NULL: there is none beside it */
	char *client_ids;   /* separated by commas, 1 ... 255 bytes each */
	char *project_uuid; /* NULL: permissions on any project count */
	bool by_permission; /* as Mage's REQUIRE_USER_PERMISSIONS */
	int64_t max_limit;  /* rows, 1 ... */
	int64_t display;    /* enum config_display */
	int64_t page;       /* 1: browsers get the page */
	int64_t revoke;     /* 1: callers may end their tokens */
	int64_t log;        /* enum config_log */
	int64_t timing;     /* 1: answers say how long they took */
	int64_t statements; /* enum config_statements */
	int64_t workers;    /* 0: this process alone */
	int64_t successor;  /* 1: a worker takes the first process's place */
	int64_t connection_max_s; /* 0: a connection stays */
	int64_t request_timeout_ms;
	int64_t connect_timeout_ms;
	int64_t lock_timeout_ms;
	int64_t query_timeout_ms;
	int64_t write_timeout_ms;
};

#define CONFIG_ERROR_SIZE 256

/*
 * Read the settings.
 *
 * config       gets them, to be freed with config_free(), even on failure
 * environment  "NAME=value" strings, NULL at the end, as environ
 * error        on failure, one line that names the variable and what it
 *              takes, and never its value
 *
 * An empty value counts as none.  Returns false for a value out of range, an
 * unknown name that begins with "OAUTH_TOKENS_" (a misspelt setting), and when
 * memory ran out; a wrong number or choice then has
 * its default.
 */
bool config_read(struct config *config, const char *const *environment,
    char error[CONFIG_ERROR_SIZE]) __attribute__((warn_unused_result));

/* Is this one of the allowed client ids?  text has len bytes, any value. */
bool config_allows_client(
    const struct config *config, const char *text, size_t len);

/*
 * If a variable ("NAME=value") is called nearly as a setting, return the
 * setting's name, static text; else, and for what config_read() refuses, NULL.
 */
const char *config_nearly(const char *variable);

/* Print a line or two for each setting: for --help. */
void config_describe(FILE *out);

/* Wipe and free.  Takes a config that was never read, if all zero. */
void config_free(struct config *config);

#endif
