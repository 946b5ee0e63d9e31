/*
 * database_url.h - a database's URL, as Mage reads it, as libpq's keywords.
 *
 * Pure.  Mage gives its URL to SQLAlchemy, whose grammar is not libpq's: a user
 * name may hold an "@", a password a "/", and an escape that is none stands for
 * itself.  So libpq never sees a URL here; and no piece of a password can get
 * into its messages as what it takes for a port or a host.
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
 * What is wrong with a keyword's value, if libpq would repeat the value in a
 * message?  Returns NULL, or static text as above.
 */
const char *database_url_wrong(const char *keyword, const char *value);

#endif
