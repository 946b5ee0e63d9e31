/*
 * database_url_fuzz.c - any bytes without NUL are a URL.
 *
 * Promises: either the result is a connection string of libpq's form, within
 * its size, whose ports are numbers and whose hosts have "@" only at the
 * beginning, and its values, once encoded, make a URL that reads as the same
 * values; or a static text says what is wrong.
 */
#include <ctype.h>

#include "database_url.h"
#include "fuzz.h"
#include "uri.h"

/* The keywords that a URL has a place for; their values are NULL when absent.
 */
enum { USER, PASSWORD, DBNAME, HOST, PORT, KEYWORDS };

static const char *const keywords[KEYWORDS] = { "user", "password", "dbname",
	"host", "port" };

/* Read one value in quotes; returns what follows it. */
static const char *
read_value(const char *text, char *out)
{
	PROMISE(*text++ == '\'');
	while (*text != '\'') {
		if (*text == '\\') {
			text++;
			PROMISE(*text == '\\' || *text == '\'');
		}
		PROMISE(*text != '\0');
		*out++ = *text++;
	}
	*out = '\0';
	return text + 1;
}

static void
keep(char *values[KEYWORDS], const char *name, size_t len, char *text)
{
	for (int i = 0; i < KEYWORDS; i++)
		if (strlen(keywords[i]) == len &&
		    memcmp(keywords[i], name, len) == 0) {
			free(values[i]);
			values[i] = text;
			return;
		}
	free(text);
}

static void
check_ports(const char *text)
{
	for (; *text != '\0'; text += *text == ',') {
		size_t len = strspn(text, "0123456789");
		long port = strtol(text, NULL, 10);

		PROMISE(text[len] == ',' || text[len] == '\0');
		PROMISE(len == 0 || (port >= 1 && port <= 65535));
		text += len;
	}
}

/* Read "keyword='value' ..."; where one is there twice, the last counts. */
static void
read_conninfo(char *values[KEYWORDS], const char *text)
{
	memset(values, 0, KEYWORDS * sizeof *values);
	while (*text != '\0') {
		const char *name = text;
		char *value = allocate(strlen(text));
		size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz_");

		PROMISE(len > 0 && text[len] == '=');
		text = read_value(text + len + 1, value);
		PROMISE(*text++ == ' ');
		PROMISE(value[0] != '\0');
		if (len == 4 && memcmp(name, "port", len) == 0)
			check_ports(value);
		if (len == 4 && memcmp(name, "host", len) == 0)
			PROMISE(strchr(value + 1, '@') == NULL);
		keep(values, name, len, value);
	}
}

static void
free_values(char *values[KEYWORDS])
{
	for (int i = 0; i < KEYWORDS; i++)
		free(values[i]);
}

/* Write the values as a URL and read that: they are the same. */
static void
check_again(char *const values[KEYWORDS])
{
	char *back[KEYWORDS];
	char *url = NULL, *conninfo, *encoded[KEYWORDS];

	for (int i = 0; i < KEYWORDS; i++) {
		const char *text = values[i] != NULL ? values[i] : "";

		encoded[i] = allocate(3 * strlen(text) + 1);
		uri_encode(encoded[i], text, strlen(text));
	}
	/* A list of hosts, and one with colons, have forms of their own. */
	if (strpbrk(encoded[HOST], ",:%[") == NULL &&
	    strchr(encoded[PORT], '%') == NULL) {
		PROMISE(asprintf(&url,
		            "postgresql://?user=%s&password=%s&dbname=%s"
		            "&host=%s&port=%s",
		            encoded[USER], encoded[PASSWORD], encoded[DBNAME],
		            encoded[HOST], encoded[PORT]) > 0);
		PROMISE(database_url_read(url, &conninfo) == NULL);
		read_conninfo(back, conninfo);
		for (int i = 0; i < KEYWORDS; i++)
			PROMISE(values[i] == NULL
			            ? back[i] == NULL
			            : back[i] != NULL &&
			                  strcmp(values[i], back[i]) == 0);
		free_values(back);
		free(conninfo);
		free(url);
	}
	for (int i = 0; i < KEYWORDS; i++)
		free(encoded[i]);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *url = allocate(size + 1), *conninfo = NULL;
	char *values[KEYWORDS];
	const char *wrong;

	memcpy(url, data, size);
	url[size] = '\0';
	wrong = database_url_read(url, &conninfo);
	if (wrong != NULL) {
		PROMISE(conninfo == NULL && strlen(wrong) < 200);
		for (; *wrong != '\0'; wrong++)
			PROMISE(isprint((unsigned char)*wrong));
	} else {
		PROMISE(database_url_is_url(url));
		PROMISE(strlen(conninfo) <= 3 * strlen(url) + 64);
		read_conninfo(values, conninfo);
		check_again(values);
		free_values(values);
	}
	free(conninfo);
	free(url);
	return 0;
}
