/*
 * check.c - the report of --check.
 *
 * Lines about the database's catalogs come from sql/statements/check*.sql.
 */
#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "config.h"
#include "db.h"
#include "words.h"

/* A report, and what it has found so far. */
struct report {
	FILE *out;
	int errors, warnings;
	enum check_result result; /* where there are errors */
	bool connected;           /* to the database that lists come from */
};

/* Print a finding and, unless it is NULL or "", its remedy. */
static void
tell(struct report *report, const char *level, const char *line,
    const char *remedy)
{
	report->errors += strcmp(level, "error") == 0;
	report->warnings += strcmp(level, "warning") == 0;
	fprintf(report->out, "%-8s %s\n", level, line);
	if (remedy != NULL && remedy[0] != '\0')
		fprintf(report->out, "%-8s -> %s\n", "", remedy);
}

/* What to do where there is no connection; the first row that fits counts. */
static const struct {
	const char *sqlstate; /* "": any */
	const char *words;    /* within libpq's message; "": any */
	const char *remedy;
} remedies[] = {
	{ "28P01", "",
	    "The password is wrong, or the role is missing: run sql/setup "
	    "(README, Install, step 2); where the service file is a copy, "
	    "copy its section again." },
	{ "28000", "",
	    "PostgreSQL does not let this user in from here: run sql/setup "
	    "(README, Install, step 2), and look in pg_hba.conf for this "
	    "user, database and address." },
	{ "3D000", "", "Name the database of Mage; psql -l lists all." },
	{ "53300", "",
	    "All connections are taken: raise max_connections or the role's "
	    "CONNECTION LIMIT, or run fewer workers." },
	{ "57P03", "", "PostgreSQL starts or stops: ask again in a moment." },
	{ "", "session is read-only",
	    "Write target_session_attrs=primary; or run sql/setup again: an "
	    "older role.sql made all transactions read-only." },
	{ "", "is a standby",
	    "Name the primary, or all hosts with "
	    "target_session_attrs=primary." },
	{ "", "could not translate host name",
	    "There is no such host: mend its name in the connection string or "
	    "service file." },
	{ "", "no password supplied",
	    "Write the password to the service file, or to ~/.pgpass of the "
	    "user that the program runs as." },
	{ "", "definition of service",
	    "Write that section to a service file: README, Install, step 2." },
	{ "", "service file",
	    "Make that file, or mend PGSERVICEFILE: README, Install, step 2." },
	{ "", "No such file or directory",
	    "PostgreSQL does not run on this machine, or its socket is in "
	    "another directory: name that as host." },
	{ "", "Connection refused",
	    "PostgreSQL does not run there, or not on this port and address: "
	    "see its port and listen_addresses." },
	{ "", "no answer in time",
	    "Is the host up, and does its firewall let the port through?" },
	{ "", "", "PostgreSQL's own log may say more." },
};

static const char *
remedy_of(const char *sqlstate, const char *words)
{
	size_t i = 0;

	while ((remedies[i].sqlstate[0] != '\0' &&
	           strcmp(remedies[i].sqlstate, sqlstate) != 0) ||
	       strstr(words, remedies[i].words) == NULL)
		i++;
	return remedies[i].remedy;
}

/* Tell of a file that is there and may not be read. */
static void
tell_unreadable(struct report *report, const char *directory, const char *name)
{
	const struct passwd *user = getpwuid(geteuid());
	char path[512], line[640];

	snprintf(path, sizeof path, "%s%s", directory, name);
	if (access(path, R_OK) == 0 || errno != EACCES)
		return;
	snprintf(line, sizeof line, "%s may not be read by %s", path,
	    user != NULL ? user->pw_name : "this user");
	tell(report, "error", line,
	    "chown root:GROUP and chmod 640 it, with the GROUP of the user "
	    "that "
	    "the program runs as.");
}

/*
 * libpq says "not found" of a service file that it may not read, and of a
 * service in such a file.  The files are those of PostgreSQL 15, "The
 * Connection Service File"; the directory of the last is Debian's.
 */
static void
tell_service_files(struct report *report)
{
	const struct passwd *user = getpwuid(geteuid());
	const char *home = getenv("HOME");
	const char *directory = getenv("PGSYSCONFDIR");
	const char *file = getenv("PGSERVICEFILE");

	if (home == NULL && user != NULL)
		home = user->pw_dir;
	if (file != NULL)
		tell_unreadable(report, file, "");
	else if (home != NULL)
		tell_unreadable(report, home, "/.pg_service.conf");
	tell_unreadable(report,
	    directory != NULL ? directory : "/etc/postgresql-common",
	    "/pg_service.conf");
}

/* Tell of variables that are no settings, but are called nearly as one. */
static void
tell_nearly(struct report *report, const char *const *environment)
{
	char line[256], remedy[256];

	for (; *environment != NULL; environment++) {
		const char *meant = config_nearly(*environment);

		if (meant == NULL)
			continue;
		snprintf(line, sizeof line, "%.*s is not a setting",
		    (int)strcspn(*environment, "="), *environment);
		snprintf(remedy, sizeof remedy, "Is %s meant?", meant);
		tell(report, "warning", line, remedy);
	}
}

static void
tell_settings(struct report *report, const struct config *config)
{
	const char *from = config->database.from;
	char line[256];

	snprintf(line, sizeof line, "settings: the database is named by %s",
	    from != NULL ? from : "libpq's own variables and files");
	tell(report, "ok", line, NULL);
	snprintf(line, sizeof line, "readers: who may read is decided by %s",
	    config->by_permission ? "permission (REQUIRE_USER_PERMISSIONS)"
	                          : "role");
	tell(report, "ok", line, NULL);
}

/* Does a connection stay on this machine? */
static bool
is_local(const struct connection_place *place)
{
	return place->host[0] == '/' || place->host[0] == '@' ||
	       strncmp(place->address, "127.", 4) == 0 ||
	       strcmp(place->address, "::1") == 0;
}

/* Say where the connection leads; a name may have several addresses. */
static void
tell_place(struct report *report, const char *what,
    const struct connection_place *place)
{
	bool named = place->address[0] != '\0' &&
	             strcmp(place->address, place->host) != 0;
	char line[1200];

	snprintf(line, sizeof line,
	    "%s: host %s%s%s%s, port %s, database %s, user %s", what,
	    place->host, named ? " (" : "", named ? place->address : "",
	    named ? ")" : "", place->port, place->database, place->user);
	tell(report, "ok", line, NULL);
	if (place->read_only_primary)
		tell(report, "warning",
		    "target_session_attrs=read-only takes this primary, too",
		    "Write target_session_attrs=standby; or run sql/setup "
		    "again: an older role.sql made all transactions "
		    "read-only.");
}

/* Connect, to the primary or not, and say how; false: there is no connection.
 */
static bool
tell_connection(struct report *report, struct db *db, bool primary)
{
	const char *what = primary ? "primary" : "connection";
	struct connection_place place;
	const char *words = "";
	char sqlstate[6], line[1200];

	if (db_check_connection(db, primary, &place, &words) != DB_OK) {
		words_sqlstate(sqlstate, words);
		snprintf(line, sizeof line, "%s: %s", what,
		    words[0] != '\0' ? words
		                     : "its first statement failed; standard "
		                       "error says why");
		if (strstr(words, "definition of service") != NULL ||
		    strstr(words, "service file") != NULL)
			tell_service_files(report);
		tell(report, "error", line, remedy_of(sqlstate, words));
		return false;
	}
	tell_place(report, what, &place);
	snprintf(line, sizeof line, "%sencryption: %s",
	    primary ? "primary, " : "",
	    place.protocol != NULL ? place.protocol
	    : is_local(&place)     ? "none, within this machine"
	                           : "none");
	if (place.protocol != NULL || is_local(&place))
		tell(report, "ok", line, NULL);
	else
		tell(report, "warning", line,
		    "Tokens cross the network in clear text: add "
		    "sslmode=verify-full, or at least sslmode=require.");
	return true;
}

static enum db_result
ask(struct db *db, enum statement_id id, const struct statement_params *params,
    bool primary)
{
	return primary ? db_ask_primary(db, false, id, params)
	               : db_ask(db, id, params);
}

/*
 * Ask one of sql/statements/check*.sql and tell its lines.
 *
 * primary  ask the primary, and tell only what is not well there
 */
static bool
tell_lines(struct report *report, struct db *db, enum statement_id id,
    const struct statement_params *params, bool primary)
{
	enum db_result result = ask(db, id, params, primary);
	const struct answer *answer;
	char line[1200];

	if (result != DB_OK) {
		if (result == DB_UNAVAILABLE || result == DB_TIMEOUT)
			report->result = CHECK_UNAVAILABLE;
		tell(report, "error",
		    primary ? "primary: a question was not answered"
		            : "the database did not answer a question",
		    "Standard error says why.");
		return false;
	}
	answer = db_answer(db);
	for (int i = 0; i < answer_rows(answer); i++) {
		const char *level = answer_text(answer, i, 0);

		if (primary && strcmp(level, "ok") == 0)
			continue;
		snprintf(line, sizeof line, "%s%s", primary ? "primary, " : "",
		    answer_text(answer, i, 1));
		tell(report, level, line, answer_text(answer, i, 2));
	}
	return true;
}

static void
tell_database(struct report *report, struct db *db, const struct config *config)
{
	const char by_permission[] = { config->by_permission ? 1 : 0 };
	/* Where there is a primary, revoking is its. */
	const char revoke[] = {
		config->revoke == 1 && !db_has_primary(db) ? 1 : 0
	};
	const char *clients = config->client_ids;
	const char *project = config->project_uuid;
	const struct statement_params
	    of_check = { { by_permission, revoke }, { 1, 1 } },
	    of_clients = { { clients }, { (int)strlen(clients) } },
	    of_projects = { { project },
		    { project != NULL ? (int)strlen(project) : 0 } };

	/* The others read tables, of which the first says whether they can. */
	if (tell_lines(report, db, STATEMENT_CHECK, &of_check, false) &&
	    report->errors == 0 &&
	    tell_lines(report, db, STATEMENT_CHECK_CLIENTS, &of_clients, false))
		tell_lines(
		    report, db, STATEMENT_CHECK_PROJECTS, &of_projects, false);
}

/* Which database answers?  "" where the role may not ask that. */
static void
name_system(struct db *db, bool primary, char name[64])
{
	static const struct statement_params none;
	bool known = ask(db, STATEMENT_CHECK_SYSTEM, &none, primary) == DB_OK;

	snprintf(name, 64, "%s", known ? answer_text(db_answer(db), 0, 0) : "");
}

/* Tell where the primary is that of another database. */
static void
tell_stranger(struct report *report, struct db *db)
{
	char here[64], there[64];

	if (!report->connected)
		return;
	name_system(db, false, here);
	name_system(db, true, there);
	if (here[0] == '\0' || there[0] == '\0' || strcmp(here, there) == 0)
		return;
	report->result = CHECK_CONFIG;
	tell(report, "error",
	    "primary: it is another database, not the primary of this one",
	    "Name the primary of the database above: whom another database "
	    "knows would be let in.");
}

/* Tell of the primary where it is, and what is wrong there. */
static void
tell_primary(struct report *report, struct db *db, const struct config *config)
{
	const char by_permission[] = { config->by_permission ? 1 : 0 };
	const char revoke[] = { config->revoke == 1 ? 1 : 0 };
	const struct statement_params params = { { by_permission, revoke },
		{ 1, 1 } };
	int found;

	db_begin_request(db, false); /* with its own limits of time */
	if (!tell_connection(report, db, true)) {
		report->result = CHECK_UNAVAILABLE;
		return;
	}
	found = report->errors + report->warnings;
	tell_stranger(report, db);
	if (tell_lines(report, db, STATEMENT_CHECK, &params, true) &&
	    found == report->errors + report->warnings)
		tell(report, "ok", "primary: tables and rights are well", NULL);
}

/* Tell the verdict. */
static enum check_result
end_report(const struct report *report)
{
	if (report->errors > 0)
		fprintf(report->out,
		    "verdict: %s not answered; errors: %d, warnings: %d\n",
		    report->connected ? "some or all lists are" : "lists are",
		    report->errors, report->warnings);
	else if (report->warnings > 0)
		fprintf(report->out,
		    "verdict: lists are answered; warnings: %d\n",
		    report->warnings);
	else
		fprintf(report->out, "verdict: all is well\n");
	return report->errors > 0 ? report->result : CHECK_WELL;
}

enum check_result
check_report(const char *const *environment, FILE *out)
{
	struct report report = { .out = out, .result = CHECK_CONFIG };
	char error[CONFIG_ERROR_SIZE];
	struct config config;
	struct db *db = NULL;

	if (config_read(&config, environment, error))
		db = db_new(&config, true, error);
	if (db == NULL)
		tell(&report, "error", error,
		    "oauth_access_tokens --help lists all settings.");
	else
		tell_settings(&report, &config);
	tell_nearly(&report, environment);
	if (db != NULL) {
		report.result = CHECK_UNAVAILABLE;
		if (tell_connection(&report, db, false)) {
			report.result = CHECK_SOFTWARE;
			report.connected = true;
			tell_database(&report, db, &config);
		}
		if (db_has_primary(db))
			tell_primary(&report, db, &config);
	}
	db_free(db);
	config_free(&config);
	return end_report(&report);
}
