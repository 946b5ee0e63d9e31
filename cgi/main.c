/*
 * main.c - start, loop, stop; and the command line.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include "config.h"
#include "db.h"
#include "endpoint.h"
#include "gateway.h"
#include "log.h"
#include "render.h"
#include "supervisor.h"

/* What a loaded machine may add to a request's time limits. */
#define BUDGET_SLACK_MS 1000

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

/* The longest that a request may keep a process busy. */
static int64_t
budget_ms(const struct config *config)
{
	/* A body may arrive late twice: before the answer, and after it. */
	return 2 * config->request_timeout_ms + config->connect_timeout_ms +
	       config->query_timeout_ms + config->write_timeout_ms;
}

/* Answer requests until there are no more. */
static void
answer_all(const struct config *config, struct db *db, const char *program)
{
	static struct response response;
	struct gateway_request request;

	while (gateway_next(&request)) {
		if (db != NULL)
			db_be_patient(db, !request.queued);
		endpoint_answer(
		    config, db, request.variables, program, &response);
		gateway_reply(&response);
		response_clear(&response);
		log_end_request();
	}
}

/*
 * Let the web server and the database finish when they wake us, instead of
 * breaking in on them: sched(7).  A policy that was chosen for us stays.
 */
static void
await_turns(void)
{
	const struct sched_param none = { 0 };

	if (sched_getscheduler(0) == SCHED_OTHER)
		sched_setscheduler(0, SCHED_BATCH, &none);
}

/* Serve the web server, in this process or in children of it. */
static int
serve(enum gateway_mode mode, const char *program)
{
	struct config config;
	struct db *db = set_up(&config, mode == GATEWAY_CGI);
	_Atomic int64_t *busy_since_ms = NULL;
	int status = EX_OK;

	if (mode == GATEWAY_FASTCGI)
		await_turns();
	/* A CGI process has a client who waits for an answer. */
	if (db == NULL && mode == GATEWAY_FASTCGI) {
		status = EX_CONFIG;
	} else if (mode == GATEWAY_CGI || config.workers == 0 ||
	           supervisor_run((int)config.workers,
	               budget_ms(&config) + BUDGET_SLACK_MS, &busy_since_ms)) {
		if (gateway_open(mode, &config, busy_since_ms)) {
			answer_all(&config, db, program);
		} else {
			log_line("cannot serve the web server");
			status = EX_OSERR;
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

/* No core, and no look at our memory or environment for other users. */
static void
keep_secrets(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

int
main(int argc, char **argv)
{
	enum gateway_mode mode = gateway_detect();
	const char *slash = strrchr(argv[0], '/');

	keep_secrets();
	/* In CGI mode argv is the client's: RFC 3875, section 4.4. */
	if (mode == GATEWAY_NONE || (mode == GATEWAY_FASTCGI && argc > 1))
		return command_line(argc, argv);
	return serve(mode, slash != NULL ? slash + 1 : argv[0]);
}
