/*
 * main.c - start, loop, stop; and the command line.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "config.h"
#include "db.h"
#include "endpoint.h"
#include "gateway.h"
#include "log.h"
#include "render.h"

extern char **environ;

/* Read the settings and make a database client; NULL: logged. */
static struct db *
set_up(struct config *config, bool once)
{
	char error[CONFIG_ERROR_SIZE];
	struct db *db = NULL;

	if (config_read(config, (const char *const *)environ, error))
		db = db_new(config, once, error);
	if (db == NULL)
		log_line("%s", error);
	return db;
}

/* Answer the web server's requests until there are no more. */
static int
serve(enum gateway_mode mode, const char *program)
{
	static struct response response;
	struct config config;
	struct db *db = set_up(&config, mode == GATEWAY_CGI);
	const char *const *variables;
	int status = EX_OK;

	/* A CGI process has a client who waits for an answer. */
	if (db == NULL && mode == GATEWAY_FASTCGI) {
		status = EX_CONFIG;
	} else if (!gateway_open(mode)) {
		log_line("cannot start libfcgi");
		status = EX_OSERR;
	} else {
		while (gateway_next(&variables)) {
			endpoint_answer(
			    &config, db, variables, program, &response);
			gateway_reply(&response);
			response_clear(&response);
		}
	}
	db_free(db);
	config_free(&config);
	return status;
}

static int
print_help(void)
{
	printf("oauth_access_tokens answers GET /api/oauth_access_tokens as "
	       "Mage AI does, from\nPostgreSQL, as a FastCGI or CGI program of "
	       "a web server.\n\n"
	       "usage: oauth_access_tokens --check    is all well with the "
	       "database?\n"
	       "       oauth_access_tokens --version\n"
	       "       oauth_access_tokens --help\n\n"
	       "FastCGI: descriptor 0 is a listening socket.  CGI: "
	       "GATEWAY_INTERFACE is set.\n\n"
	       "Settings, all from the environment:\n");
	config_describe(stdout);
	printf("\nExit status: 0, or %d usage, %d database away, %d tables or "
	       "rights wrong,\n%d settings wrong.\n",
	    EX_USAGE, EX_UNAVAILABLE, EX_SOFTWARE, EX_CONFIG);
	return EX_OK;
}

static int
print_version(void)
{
	printf("oauth_access_tokens %s (libfcgi %s, json-c %s, libpq %d.%d)\n",
	    VERSION, gateway_library_version(), render_library_version(),
	    db_library_version() / 10000, db_library_version() % 10000);
	return EX_OK;
}

static int
check(void)
{
	struct config config;
	struct db *db = set_up(&config, true);
	int status = EX_CONFIG;

	if (db != NULL) {
		switch (db_check(db, stdout)) {
		case DB_OK:
			status = EX_OK;
			break;
		case DB_UNAVAILABLE:
		case DB_TIMEOUT:
			status = EX_UNAVAILABLE;
			break;
		case DB_UNKNOWN_APPLICATION:
		case DB_UNKNOWN_TOKEN:
		case DB_EXPIRED_TOKEN:
		case DB_NOT_A_VIEWER:
		case DB_FAILED:
		case DB_NO_MEMORY:
			status = EX_SOFTWARE;
			break;
		}
	}
	db_free(db);
	config_free(&config);
	return status;
}

static int
command_line(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(void);
	} commands[] = {
		{ "--help", print_help },
		{ "--version", print_version },
		{ "--check", check },
	};

	if (argc == 1 && isatty(STDIN_FILENO))
		return print_help();
	for (size_t i = 0; argc == 2 && i < sizeof commands / sizeof *commands;
	     i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run();
	fprintf(stderr,
	    "usage: oauth_access_tokens --check | --version | --help\n"
	    "A web server calls it without arguments.\n");
	return EX_USAGE;
}

int
main(int argc, char **argv)
{
	enum gateway_mode mode = gateway_detect();
	const char *slash = strrchr(argv[0], '/');

	/* In CGI mode argv is the client's: RFC 3875, section 4.4. */
	if (mode == GATEWAY_NONE || (mode == GATEWAY_FASTCGI && argc > 1))
		return command_line(argc, argv);
	return serve(mode, slash != NULL ? slash + 1 : argv[0]);
}
