/*
 * conninfo.c - a connection string, and what libpq makes of it.
 */
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conninfo.h"
#include "database_url.h"

struct conninfo {
	PQconninfoOption *options; /* of the connection string, or NULL */
};

/* What is wrong with an option that libpq would repeat in a message; or NULL.
 */
static const char *
wrong_option(const PQconninfoOption *options)
{
	const char *wrong = NULL;

	for (; wrong == NULL && options != NULL && options->keyword != NULL;
	     options++)
		if (options->val != NULL)
			wrong =
			    database_url_wrong(options->keyword, options->val);
	return wrong;
}

/* The option with a keyword, or NULL. */
static const PQconninfoOption *
find_option(const PQconninfoOption *options, const char *keyword)
{
	for (; options != NULL && options->keyword != NULL; options++)
		if (strcmp(options->keyword, keyword) == 0)
			return options;
	return NULL;
}

/* The value of an option; NULL: it has none. */
static const char *
value_of(const PQconninfoOption *options, const char *keyword)
{
	const PQconninfoOption *option = find_option(options, keyword);

	return option != NULL ? option->val : NULL;
}

/* Say why libpq does not take a string, as its own words may repeat the
 * password. */
static const char *
why_invalid(const char *text)
{
	if (strstr(text, "load_balance_hosts") != NULL &&
	    PQlibVersion() < 160000)
		return "load_balance_hosts needs libpq 16 or later; without it "
		       "give each web server another order of the hosts";
	return "it is not a valid libpq connection string, or it has an "
	       "unknown keyword";
}

static void
wipe_options(PQconninfoOption *options)
{
	for (PQconninfoOption *o = options; o != NULL && o->keyword != NULL;
	     o++)
		if (o->val != NULL)
			explicit_bzero(o->val, strlen(o->val));
	PQconninfoFree(options);
}

struct conninfo *
conninfo_new(const char *text, const char **wrong)
{
	struct conninfo *conninfo = calloc(1, sizeof *conninfo);
	char *message = NULL;

	*wrong = "out of memory";
	if (conninfo == NULL || text == NULL)
		return conninfo;
	conninfo->options = PQconninfoParse(text, &message);
	if (conninfo->options != NULL)
		*wrong = wrong_option(conninfo->options);
	if (conninfo->options != NULL && *wrong == NULL)
		return conninfo;

	if (message != NULL) {
		*wrong = why_invalid(text);
		explicit_bzero(message, strlen(message));
	}
	PQfreemem(message);
	conninfo_free(conninfo);
	return NULL;
}

void
conninfo_look(const struct conninfo *conninfo, struct conninfo_view *view)
{
	/* Only a connection reads the service file.  With a mode that there is
	 * not, libpq ends before it looks for the host. */
	static const struct conninfo_override none = { "sslmode", "none" };
	const char *keywords[CONNINFO_MAX], *values[CONNINFO_MAX], *balance;
	const PQconninfoOption *port;
	PQconninfoOption *options;
	PGconn *pq;

	conninfo_parameters(conninfo, &none, 1, keywords, values);
	pq = PQconnectStartParams(keywords, values, 0);
	options = PQconninfo(pq);
	PQfinish(pq);
	port = find_option(options, "port");
	balance = value_of(options, "load_balance_hosts");
	*view = (struct conninfo_view){
		.lists = { .name = value_of(options, "host"),
		    .address = value_of(options, "hostaddr"),
		    .port = port != NULL ? port->val : NULL,
		    .default_port = port != NULL ? port->compiled : NULL },
		.session = value_of(options, "target_session_attrs"),
		.shuffled = balance != NULL && strcmp(balance, "random") == 0,
		.user_timeout = value_of(options, "tcp_user_timeout") != NULL,
		.owned = options,
	};
}

void
conninfo_look_away(struct conninfo_view *view)
{
	wipe_options(view->owned);
	*view = (struct conninfo_view){ .owned = NULL };
}

void
conninfo_parameters(const struct conninfo *conninfo,
    const struct conninfo_override *overrides, size_t n,
    const char *keywords[CONNINFO_MAX], const char *values[CONNINFO_MAX])
{
	size_t used = 0;

	for (const PQconninfoOption *o = conninfo->options;
	     o != NULL && o->keyword != NULL && used < CONNINFO_MAX - 1 - n;
	     o++) {
		if (o->val != NULL) {
			keywords[used] = o->keyword;
			values[used++] = o->val;
		}
	}
	/* Of two of one keyword libpq takes the later. */
	for (size_t i = 0; i < n; i++) {
		keywords[used] = overrides[i].keyword;
		values[used++] = overrides[i].value;
	}
	keywords[used] = values[used] = NULL;
}

void
conninfo_free(struct conninfo *conninfo)
{
	if (conninfo == NULL)
		return;
	wipe_options(conninfo->options);
	free(conninfo);
}

/*
 * Where HOME is left over from somebody else, as from root who started the web
 * server, libpq cannot read certificates below it, and goes on in clear text.
 * Without HOME it asks the user database.
 */
static void
forget_others_home(void)
{
	const char *home = getenv("HOME");
	struct stat status;

	if (home != NULL &&
	    (stat(home, &status) != 0 || status.st_uid != geteuid()))
		unsetenv("HOME");
}

void
conninfo_vet_environment(void)
{
	forget_others_home();
	/* libkrb5 crashes where memory runs out; who needs it says so. */
	setenv("PGGSSENCMODE", "disable", 0);
}
