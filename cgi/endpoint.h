/*
 * endpoint.h - the answer to a request: oauth_access_tokens(8), ORDER OF THE
 * CHECKS.
 *
 * The only map from a module's result to an error.
 */
#ifndef ENDPOINT_H
#define ENDPOINT_H

#include "config.h"
#include "db.h"
#include "response.h"

/*
 * Answer one request.
 *
 * db         NULL when the settings are wrong: a list is then a 500
 * variables  "NAME=value" strings, NULL at the end
 * program    the program's own file name, see route_find()
 * response   gets the answer; to be cleared by the caller
 *
 * Begins the request for the log; the caller ends it.  Blocks no longer than
 * tokens_read().
 */
void endpoint_answer(const struct config *config, struct db *db,
    const char *const *variables, const char *program,
    struct response *response);

/* Answer a request whose headers are too many to be read, in the same way. */
void endpoint_refuse(struct response *response);

#endif
