/*
 * main.c - start, loop, stop.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sysexits.h>
#include <unistd.h>

#include "commands.h"
#include "config.h"
#include "db.h"
#include "endpoint.h"
#include "gateway.h"
#include "listener.h"
#include "log.h"
#include "supervisor.h"

/* What a loaded machine may add to a request's time limits. */
#define BUDGET_SLACK_MS 1000

/* More than a request needs, in bytes. */
#define STACK_WIPED 12288

extern char **environ;

/* The longest that a request may keep a process busy without progress. */
static int64_t
budget_ms(const struct config *config)
{
	return config->request_timeout_ms + config->connect_timeout_ms +
	       config->query_timeout_ms + config->write_timeout_ms +
	       BUDGET_SLACK_MS;
}

/*
 * Wipe the stack below the caller, where calls have left what they worked on:
 * of ours, of the libraries, and of the dynamic linker, which saves all vector
 * registers when a library calls a function for the first time.
 */
__attribute__((noinline)) static void
wipe_stack(void)
{
	char left[STACK_WIPED];

	explicit_bzero(left, sizeof left);
}

/* Answer requests until there are no more. */
static void
answer_all(const struct config *config, struct db *db, const char *program)
{
	static struct response response;
	struct gateway_request request;

	while (gateway_next(&request)) {
		if (db != NULL)
			db_begin_request(db, !request.queued);
		if (request.too_large)
			endpoint_refuse(&response);
		else
			endpoint_answer(
			    config, db, request.variables, program, &response);
		gateway_reply(response.head, response.head_len, response.body,
		    response.body_len);
		if (config->log == LOG_REQUESTS)
			log_request(&response.facts);
		response_clear(&response);
		log_end_request();
		wipe_stack();
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

/* Make a database client; NULL: logged. */
static struct db *
make_db(const struct config *config, bool once)
{
	char error[CONFIG_ERROR_SIZE];
	struct db *db = db_new(config, once, error);

	if (db == NULL)
		log_line("%s", error);
	return db;
}

/* Serve the web server in this process, until there are no more requests. */
static int
serve_here(enum gateway_mode mode, const struct config *config, struct db *db,
    _Atomic int64_t *busy_since_ms, const char *program)
{
	if (!gateway_open(mode, config, busy_since_ms)) {
		log_line("cannot serve the web server");
		return EX_OSERR;
	}
	answer_all(config, db, program);
	gateway_close();
	return EX_OK;
}

/*
 * Serve as FastCGI, in this process or in children of it.  A child that takes
 * the place of its parent begins anew.
 */
static int
serve_fastcgi(const struct config *config, const char *program)
{
	const struct supervisor_limits limits = {
		.budget_ms = budget_ms(config),
		.stop_ms = budget_ms(config) + LISTENER_STOP_MS,
		.successor = config->successor != 0,
	};
	_Atomic int64_t *busy_since_ms = NULL;
	int status = EX_OK;

	await_turns();
	do {
		struct db *db = make_db(config, false);

		if (db == NULL)
			return EX_CONFIG;
		if (config->workers == 0 || supervisor_run((int)config->workers,
		                                &limits, &busy_since_ms))
			status = serve_here(GATEWAY_FASTCGI, config, db,
			    busy_since_ms, program);
		db_free(db);
	} while (supervisor_succeed());
	return status;
}

static int
serve(enum gateway_mode mode, const char *program)
{
	char error[CONFIG_ERROR_SIZE];
	struct config config;
	struct db *db = NULL;
	bool good = config_read(&config, (const char *const *)environ, error);
	int status = EX_CONFIG;

	/* A client or server that is gone is an error of write(2). */
	signal(SIGPIPE, SIG_IGN);
	if (!good)
		log_line("%s", error);
	if (mode == GATEWAY_CGI) {
		/* Whatever is wrong, a client waits for an answer. */
		if (good)
			db = make_db(&config, true);
		status = serve_here(mode, &config, db, NULL, program);
		db_free(db);
	} else if (good) {
		status = serve_fastcgi(&config, program);
	}
	config_free(&config);
	return status;
}

/*
 * What is opened later must not get the number of a standard descriptor that we
 * were started without: a log line would go into the database's connection.
 */
static void
open_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
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
	const char *slash = strrchr(argv[0], '/');
	enum gateway_mode mode;

	open_standard_descriptors();
	keep_secrets();
	mode = gateway_detect();
	/* In CGI mode argv is the client's: RFC 3875, section 4.4. */
	if (mode == GATEWAY_NONE || (mode == GATEWAY_FASTCGI && argc > 1))
		return commands_run(argc, argv);
	return serve(mode, slash != NULL ? slash + 1 : argv[0]);
}
