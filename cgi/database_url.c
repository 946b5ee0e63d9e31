/*
 * database_url.c - a database's URL, as Mage reads it, as libpq's keywords.
 *
 * Pure.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "database_url.h"
#include "piece.h"
#include "uri.h"

#define HOW                                                                 \
	"; in a user name, password or database write @ as %40, / as %2F, " \
	"% as %25"

static const char bad_scheme[] = "the URL does not begin with postgresql://";
static const char bad_host[] = "the host holds an @" HOW;
static const char bad_port[] = "the port is not a number from 1 to 65535" HOW;
static const char bad_database[] = "the URL's database holds an @" HOW;
static const char bad_dbname[] =
    "dbname holds a URL: give that alone, without dbname=";
static const char bad_query[] =
    "a parameter in the URL's query is unknown to libpq, is there twice, or "
    "holds an @" HOW;
static const char bad_nul[] = "the URL holds %00";
static const char no_memory[] = "out of memory";

/* libpq has some 40 keywords. */
#define PARAMETERS_MAX 48

/* The parts of a URL. */
struct url {
	struct piece user, password, hosts, database, query;
};

/* A text that grows, in room for all of it. */
struct text {
	char *bytes;
	size_t len;
};

/* What is made of a URL. */
struct conninfo {
	struct text all;        /* the connection string */
	struct text host, port; /* of the hosts, separated by commas */
	int hosts;              /* so many there are */
	struct text value;      /* of one parameter, decoded */
	struct piece names[PARAMETERS_MAX]; /* of the query's, so far */
	size_t n;                           /* of those */
};

/* Append a text; within the quotes of a connection string where it is quoted.
 */
static void
put(struct text *text, const char *more, bool quoted)
{
	for (; *more != '\0'; more++) {
		if (quoted && (*more == '\'' || *more == '\\'))
			text->bytes[text->len++] = '\\';
		text->bytes[text->len++] = *more;
	}
	text->bytes[text->len] = '\0';
}

/*
 * Append a piece, decoded; an escape that is none stands for itself.  False:
 * there is a NUL.
 */
static bool
put_decoded(struct text *text, struct piece piece, enum uri_space space)
{
	while (piece.len > 0) {
		int byte = uri_escape(piece.text, piece.len);
		size_t len = byte >= 0 ? 3 : 1;
		char c = *piece.text;

		if (byte >= 0)
			c = (char)(unsigned char)byte;
		if (c == '\0')
			return false;
		if (len == 1 && c == '+' && space == URI_PLUS_IS_SPACE)
			c = ' ';
		text->bytes[text->len++] = c;
		piece.text += len;
		piece.len -= len;
	}
	text->bytes[text->len] = '\0';
	return true;
}

/* Add a keyword to the connection string; an empty value is none. */
static const char *
add(struct conninfo *info, const char *keyword, const char *value)
{
	const char *wrong = database_url_wrong(keyword, value);

	if (value[0] != '\0' && wrong == NULL) {
		put(&info->all, keyword, false);
		put(&info->all, "='", false);
		put(&info->all, value, true);
		put(&info->all, "' ", false);
	}
	return wrong;
}

static const char *
add_decoded(struct conninfo *info, const char *keyword, struct piece value,
    enum uri_space space)
{
	info->value.len = 0;
	if (!put_decoded(&info->value, value, space))
		return bad_nul;
	return add(info, keyword, info->value.bytes);
}

/* Is this a list of port numbers, of which some may be empty? */
static bool
is_port_list(const char *text)
{
	size_t len;

	for (;; text += len + 1) {
		unsigned long port = strtoul(text, NULL, 10);

		len = strcspn(text, ",");
		if (len > 0 && (strspn(text, "0123456789") != len || port < 1 ||
		                   port > UINT16_MAX))
			return false;
		if (text[len] == '\0')
			return true;
	}
}

const char *
database_url_wrong(const char *keyword, const char *value)
{
	/* An "@" at the beginning is one of Linux's abstract sockets. */
	if (strcmp(keyword, "host") == 0 && value[0] != '\0' &&
	    strchr(value + 1, '@') != NULL)
		return bad_host;
	if (strcmp(keyword, "port") == 0 && !is_port_list(value))
		return bad_port;
	/* A URL, which other clients take there. */
	if (strcmp(keyword, "dbname") == 0 && strstr(value, "://") != NULL)
		return bad_dbname;
	return NULL;
}

/*
 * Take user and password off the beginning.  "u:p/w@host" is the user u with
 * the password p/w, as a password ends at the first "@"; "a@b@host" is the user
 * a@b without a password, as only a ":" or a "/" ends what may be a user.
 */
static void
take_credentials(struct url *url, struct piece *rest)
{
	struct piece behind = *rest, user;
	char end;

	user = piece_take(&behind, ":/", &end);
	if (end == ':' && piece_has(behind, '@')) {
		url->user = user;
		url->password = piece_take(&behind, "@", &end);
		*rest = behind;
	} else if (piece_has(user, '@')) {
		while (user.text[user.len - 1] != '@')
			user.len--;
		rest->text += user.len;
		rest->len -= user.len;
		url->user = (struct piece){ user.text, user.len - 1 };
	}
}

/* Find the parts of what follows "://". */
static void
split(struct url *url, struct piece rest)
{
	const struct piece none = { "", 0 };
	char end;

	*url = (struct url){ none, none, none, none, none };
	take_credentials(url, &rest);
	url->hosts = piece_take(&rest, "/?", &end);
	if (end == '/')
		url->database = piece_take(&rest, "?", &end);
	url->query = rest;
}

/*
 * Add one "host[:port]" to the lists, and change its text.  A host with colons
 * stands in brackets, as in "[::1]:5432"; in a query, "host=::1" may do
 * without.
 */
static const char *
add_host(struct conninfo *info, char *host, bool in_query)
{
	char *end = host[0] == '[' ? strchr(host, ']') : NULL;
	const char *port = "";

	if (end != NULL) {
		host++;
		*end++ = '\0';
		if (*end != ':' && *end != '\0')
			return bad_port;
	} else {
		end = host + strcspn(host, ":");
		if (in_query && *end != '\0' && strchr(end + 1, ':') != NULL)
			end = host + strlen(host);
	}
	if (*end == ':') {
		*end++ = '\0';
		port = end;
	}
	if (info->hosts++ > 0) {
		put(&info->host, ",", false);
		put(&info->port, ",", false);
	}
	put(&info->host, host, false);
	put(&info->port, port, false);
	return NULL;
}

/* Add "host,host:port,..." to the lists. */
static const char *
add_hosts(struct conninfo *info, struct piece list, bool in_query)
{
	const char *wrong = NULL;
	char *rest = info->value.bytes;

	info->value.len = 0;
	if (!put_decoded(&info->value, list,
	        in_query ? URI_PLUS_IS_SPACE : URI_PLUS_IS_PLUS))
		return bad_nul;
	while (rest != NULL && wrong == NULL)
		wrong = add_host(info, strsep(&rest, ","), in_query);
	return wrong;
}

/*
 * Add a parameter of the query.  Each comes once, except "host", which may come
 * again; those take the place of the hosts before the query.
 */
static const char *
add_parameter(struct conninfo *info, struct piece name, struct piece value)
{
	char text[32];
	const char *keyword = text;

	if (piece_is(name, "host"))
		return add_hosts(info, value, true);
	for (size_t i = 0; i < info->n; i++)
		if (info->names[i].len == name.len &&
		    memcmp(info->names[i].text, name.text, name.len) == 0)
			return bad_query;
	if (info->n == PARAMETERS_MAX || name.len == 0 ||
	    name.len >= sizeof text)
		return bad_query;
	info->names[info->n++] = name;
	memcpy(text, name.text, name.len);
	text[name.len] = '\0';
	if (strspn(text, "abcdefghijklmnopqrstuvwxyz_") != name.len)
		return bad_query;
	if (piece_is(name, "ssl") && piece_is(value, "true")) /* JDBC's */
		return add(info, "sslmode", "require");
	if (piece_is(name, "database")) /* psycopg2's */
		keyword = "dbname";
	return add_decoded(info, keyword, value, URI_PLUS_IS_SPACE);
}

/* Add the parameters of the query; one without a value is ignored. */
static const char *
add_query(struct conninfo *info, struct piece query)
{
	const char *wrong = NULL;
	char end;

	while (query.len > 0 && wrong == NULL) {
		struct piece value = piece_take(&query, "&", &end);
		struct piece name = piece_take(&value, "=", &end);

		if (value.len > 0)
			wrong = add_parameter(info, name, value);
		else if (piece_has(name, '@')) /* the rest of a password */
			wrong = bad_query;
	}
	return wrong;
}

/* Add the lists of hosts and ports, and begin anew. */
static const char *
end_hosts(struct conninfo *info)
{
	const char *wrong = add(info, "host", info->host.bytes);

	if (wrong == NULL && strspn(info->port.bytes, ",") < info->port.len)
		wrong = add(info, "port", info->port.bytes);
	info->hosts = 0;
	info->host.len = info->port.len = 0;
	info->host.bytes[0] = info->port.bytes[0] = '\0';
	return wrong;
}

/* Add all of a URL.  What comes later in a connection string wins. */
static const char *
add_url(struct conninfo *info, const struct url *url)
{
	const struct {
		const char *keyword;
		struct piece value;
	} parts[] = { { "user", url->user }, { "password", url->password },
		{ "dbname", url->database } };
	const char *wrong = piece_has(url->database, '@') ? bad_database : NULL;

	for (size_t i = 0; wrong == NULL && i < sizeof parts / sizeof *parts;
	     i++)
		wrong = add_decoded(
		    info, parts[i].keyword, parts[i].value, URI_PLUS_IS_PLUS);
	if (wrong == NULL)
		wrong = add_hosts(info, url->hosts, false);
	if (wrong == NULL)
		wrong = end_hosts(info);
	if (wrong == NULL)
		wrong = add_query(info, url->query);
	return wrong == NULL ? end_hosts(info) : wrong;
}

/* The length of the scheme before "://"; 0: there is none. */
static size_t
scheme_len(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz"
	                        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-._");

	return strncmp(text + n, "://", 3) == 0 ? n : 0;
}

bool
database_url_is_url(const char *text)
{
	return scheme_len(text) > 0;
}

/* Is this "postgresql" or "postgres", in letters of any case? */
static bool
is_postgresql(const char *scheme)
{
	size_t n = strcspn(scheme, "+:"); /* without the driver */

	return (n == 10 && strncasecmp(scheme, "postgresql", n) == 0) ||
	       (n == 8 && strncasecmp(scheme, "postgres", n) == 0);
}

/* Put "%" in the place of each "%%"; returns the text's length. */
static size_t
fold_percents(char *text)
{
	char *out = text;

	for (const char *in = text; *in != '\0'; in++) {
		if (in[0] == '%' && in[1] == '%')
			in++;
		*out++ = *in;
	}
	*out = '\0';
	return (size_t)(out - text);
}

/* Read a copy of the URL, whose texts have room for size bytes each. */
static const char *
read_copy(char *copy, char *all, char *room, size_t size)
{
	struct conninfo info = { .all = { all, 0 },
		.host = { room, 0 },
		.port = { room + size, 0 },
		.value = { room + 2 * size, 0 } };
	size_t n = scheme_len(copy), len = fold_percents(copy);
	struct url url;

	if (n == 0 || !is_postgresql(copy))
		return bad_scheme;
	split(&url, (struct piece){ copy + n + 3, len - n - 3 });
	return add_url(&info, &url);
}

static void
wipe(char *text, size_t size)
{
	if (text != NULL)
		explicit_bzero(text, size);
	free(text);
}

const char *
database_url_read(const char *url, char **out)
{
	/*
	 * Quoting makes at most two bytes of one.  "name='value' " has three
	 * bytes more than "name=value", which has at least three itself: 3 *
	 * len.  The parts before the query get keywords of their own: 64.
	 */
	size_t len = strlen(url), size = 3 * len + 64;
	char *copy = strdup(url), *all = calloc(1, size),
	     *room = calloc(3, size);
	const char *wrong = no_memory;

	*out = NULL;
	if (copy != NULL && all != NULL && room != NULL)
		wrong = read_copy(copy, all, room, size);
	if (wrong == NULL) {
		*out = all;
		all = NULL;
	}
	wipe(copy, len);
	wipe(all, size);
	wipe(room, 3 * size);
	return wrong;
}
