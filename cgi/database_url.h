/*
 * database_url.h - a database's URL, as Mage reads it, as libpq's keywords.
 *
 * Pure.  Mage gives its URL to SQLAlchemy, whose grammar is not libpq's: a user
 * name may hold an "@", a password a "/", and an invalid escape is kept as it
 * is.  So libpq never sees a URL here.  Nor can libpq mistake a piece of a
 * password for a port or a host, and print it.
 */
#ifndef DATABASE_URL_H
#define DATABASE_URL_H

#include <stdbool.h>

/* Is this a URL ("scheme://...") and not a connection string? */
bool database_url_is_url(const char *text);

/*
 * Write a URL as a connection string, "keyword='value' ..." (PostgreSQL 15,
 * section 34.1.1.1).
 *
 *     postgresql[+driver]://[user[:password]@][host[:port]][/database][?query]
 *
 * url  is read as SQLAlchemy does (1.4, lib/sqlalchemy/engine/url.py), with
 *      what libpq has beside that: several hosts, separated by commas, and
 *      escapes in host and database.  "%%" is "%", as Alembic wants it
 * out  on success gets the text, to be wiped and freed by the caller; else NULL
 *
 * Returns NULL; or what is wrong and how to write it, static text without a
 * piece of the URL; or "out of memory".
 */
const char *database_url_read(const char *url, char **out)
    __attribute__((warn_unused_result));

/*
 * Refuse a keyword's value that libpq would print in a message, and that may
 * hold a piece of a password.  Returns NULL, or what is wrong, static text as
 * above.
 */
const char *database_url_wrong(const char *keyword, const char *value);

#endif
