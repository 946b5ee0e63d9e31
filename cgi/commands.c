/*
 * commands.c - what a person asks of the program.
 *
 * The only place that knows the exit statuses' meaning, which --help prints
 * beside the tables of the modules that own them.
 */
#include <stdio.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "check.h"
#include "commands.h"
#include "config.h"
#include "connection.h"
#include "errors.h"
#include "gateway.h"
#include "json.h"
#include "query.h"
#include "request.h"
#include "route.h"

extern char **environ;

static int print_help(void);
static int print_version(void);
static int check(void);

static const struct {
	const char *name;
	int (*run)(void);
	const char *help;
} commands[] = {
	{ "--check", check,
	    "say whether settings, connection, tables and rights are well" },
	{ "--version", print_version, "print the versions that are in use" },
	{ "--help", print_help, "print these tables" },
};

static const struct {
	int status;
	const char *meaning;
} statuses[] = {
	{ EX_OK, "all is well" },
	{ EX_USAGE, "the arguments are wrong" },
	{ EX_UNAVAILABLE, "there is no connection to the database" },
	{ EX_SOFTWARE, "tables or rights are wrong" },
	{ EX_OSERR, "the web server cannot be served" },
	{ EX_CONFIG, "settings are wrong" },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
describe_commands(FILE *out)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		fprintf(out, "  %s\n      %s\n", commands[i].name,
		    commands[i].help);
}

static void
describe_statuses(FILE *out)
{
	for (size_t i = 0; i < COUNT(statuses); i++)
		fprintf(out, "  %d\n      %s\n", statuses[i].status,
		    statuses[i].meaning);
}

static int
print_help(void)
{
	static const struct {
		const char *title;
		void (*describe)(FILE *out);
	} tables[] = {
		{ "Commands", describe_commands },
		{ "Addresses", route_describe },
		{ "Parameters", query_describe },
		{ "Headers", request_describe },
		{ "Errors", errors_describe },
		{ "Settings", config_describe },
		{ "Exit statuses", describe_statuses },
	};

	printf("oauth_access_tokens answers GET /api/oauth_access_tokens as "
	       "Mage AI does, from\nPostgreSQL, as a FastCGI or CGI program "
	       "of a web server: oauth_access_tokens(8).\n");
	for (size_t i = 0; i < COUNT(tables); i++) {
		printf("\n%s:\n", tables[i].title);
		tables[i].describe(stdout);
	}
	return EX_OK;
}

static int
print_version(void)
{
	int libpq = connection_library_version();

	printf("oauth_access_tokens %s (libfcgi %s, json-c %s, libpq %d.%d)\n",
	    VERSION, gateway_library_version(), json_library_version(),
	    libpq / 10000, libpq % 10000);
	return EX_OK;
}

static int
check(void)
{
	switch (check_report((const char *const *)environ, stdout)) {
	case CHECK_WELL:
		return EX_OK;
	case CHECK_UNAVAILABLE:
		return EX_UNAVAILABLE;
	case CHECK_SOFTWARE:
		return EX_SOFTWARE;
	case CHECK_CONFIG:
		break;
	}
	return EX_CONFIG;
}

int
commands_run(int argc, char **argv)
{
	if (argc == 1 && isatty(STDIN_FILENO))
		return print_help();
	for (size_t i = 0; argc == 2 && i < COUNT(commands); i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run();
	fprintf(stderr,
	    "usage: oauth_access_tokens --check | --version | --help\n"
	    "A web server calls it without arguments.\n");
	return EX_USAGE;
}
