/*
 * health.h - can lists be read?  oauth_access_tokens(8), HEALTH.
 */
#ifndef HEALTH_H
#define HEALTH_H

#include "config.h"
#include "db.h"

#define HEALTH_FRESH_MS 1000 /* so long a result is told again */

/*
 * Ask the database for a list as nobody, which needs all that a caller's list
 * needs: a connection, the tables, and the rights to their columns.  Where the
 * last question of this process ended less than HEALTH_FRESH_MS ago, return its
 * result instead.
 *
 * Blocks as db_ask() does.  A failure was logged when the database was asked.
 */
enum db_result health_ask(struct db *db, const struct config *config)
    __attribute__((warn_unused_result));

#endif
