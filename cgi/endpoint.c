/*
 * endpoint.c - the answer to a request: oauth_access_tokens(8), ORDER OF THE
 * CHECKS.
 *
 * The only map from a module's result to an error.
 */
#include <string.h>

#include "endpoint.h"
#include "health.h"
#include "links.h"
#include "log.h"
#include "query.h"
#include "render.h"
#include "request.h"
#include "route.h"
#include "tokens.h"

_Static_assert(REQUEST_ID_MAX == LOG_ID_MAX, "one id, in two places");

static enum error
error_of_outcome(enum tokens_outcome outcome)
{
	switch (outcome) {
	case TOKENS_OK:
		return ERROR_NONE;
	case TOKENS_UNKNOWN_APPLICATION:
		return ERROR_INVALID_API_KEY;
	case TOKENS_UNKNOWN_TOKEN:
		return ERROR_INVALID_TOKEN;
	case TOKENS_EXPIRED_TOKEN:
		return ERROR_EXPIRED_TOKEN;
	case TOKENS_NOT_A_VIEWER:
		return ERROR_NOT_A_VIEWER;
	case TOKENS_NOT_FOUND:
		return ERROR_NOT_FOUND;
	}
	return ERROR_INTERNAL;
}

static enum error
error_of(enum db_result result, enum tokens_outcome outcome)
{
	switch (result) {
	case DB_OK:
		return error_of_outcome(outcome);
	case DB_UNAVAILABLE:
		return ERROR_UNAVAILABLE;
	case DB_READ_ONLY:
		return ERROR_READ_ONLY;
	case DB_TIMEOUT:
		return ERROR_TIMEOUT;
	case DB_FAILED:
	case DB_NO_MEMORY:
		break;
	}
	return ERROR_INTERNAL;
}

/* The API key: the header, else the parameter.  False: not an allowed one. */
static bool
choose_api_key(struct tokens_request *wanted, const struct config *config,
    const struct request *request, const struct query *query)
{
	if (request->api_key.state == CREDENTIAL_ABSENT) {
		wanted->api_key = query->api_key;
		wanted->api_key_len = strlen(query->api_key);
	} else {
		wanted->api_key = request->api_key.text;
		wanted->api_key_len = request->api_key.len;
	}
	return config_allows_client(
	    config, wanted->api_key, wanted->api_key_len);
}

/* Write what was found; false: out of memory. */
static bool
write_tokens(struct response *response, enum tokens_which which,
    const struct query *query, const struct token_list *list)
{
	char links[LINKS_SIZE];
	char *text;
	size_t len;

	if (which != TOKENS_LIST) {
		if (!render_one(list, &text, &len))
			return false;
		response_set_json(response, text, len);
		return true;
	}
	if (!render_list(list, &text, &len))
		return false;
	links_format(links, query, list);
	response_set_list(response, text, len, list, links);
	return true;
}

static enum tokens_which
which_tokens(const struct route *route, enum request_method method,
    const struct query *query)
{
	switch (route->kind) {
	case ROUTE_LIST:
	case ROUTE_HEALTH:
		break;
	case ROUTE_ONE:
		return TOKENS_ONE;
	case ROUTE_CURRENT:
		return TOKENS_CURRENT;
	}
	if (method != REQUEST_DELETE)
		return TOKENS_LIST;
	return query->current == QUERY_FLAG_ON ? TOKENS_ALL : TOKENS_OTHERS;
}

/* The checks of limits and parameters, in the manual's order. */
static enum error
vet_query(struct query *query, const struct route *route,
    const struct request *request, char message[QUERY_ERROR_SIZE])
{
	unsigned int known = request->method == REQUEST_DELETE
	                         ? route->delete_parameters
	                         : route->parameters;

	if (request->query_len > QUERY_MAX)
		return ERROR_QUERY_TOO_LARGE;
	if (request->header_too_large)
		return ERROR_HEADER_TOO_LARGE;
	if (!query_parse(
	        query, known, request->query, request->query_len, message))
		return ERROR_INVALID_PARAMETER;
	return ERROR_NONE;
}

/* The checks of credentials that need no database, and what is wanted. */
static enum error
vet_caller(struct tokens_request *wanted, struct query *query,
    const struct config *config, const struct route *route,
    const struct request *request)
{
	if (!choose_api_key(wanted, config, request, query))
		return ERROR_INVALID_API_KEY;
	if (request->token.state != CREDENTIAL_GOOD)
		return ERROR_INVALID_TOKEN;

	if (query->limit > config->max_limit)
		query->limit = config->max_limit;
	wanted->which = which_tokens(route, request->method, query);
	wanted->id = route_id(request->path);
	wanted->token = request->token.text;
	wanted->token_len = request->token.len;
	wanted->masked =
	    config->display == DISPLAY_MASKED || query->mask == QUERY_FLAG_ON;
	wanted->details = query->details;
	wanted->limit = query->limit;
	wanted->offset = query->offset;
	wanted->after = query_has(query, QUERY_AFTER) ? &query->after : NULL;
	wanted->uncounted = query->count == QUERY_FLAG_OFF;
	wanted->show_all = query->show_all == QUERY_FLAG_ON;
	wanted->show_all_sent = query->show_all != QUERY_FLAG_ABSENT;
	return ERROR_NONE;
}

/* For the log: who the caller is, and how many tokens this is about. */
static void
note_caller(struct response *response, int64_t user_id, int64_t rows)
{
	response->facts.user_known = true;
	response->facts.user_id = user_id;
	response->facts.rows = rows;
}

/* GET and HEAD: read tokens, and write the answer where there is no error. */
static enum error
read_tokens(const struct config *config, struct db *db,
    const struct tokens_request *wanted, const struct query *query,
    struct response *response)
{
	struct token_list list = { .n = 0 };
	enum tokens_outcome outcome = TOKENS_OK;
	enum db_result result =
	    tokens_read(db, config, wanted, &outcome, &list);
	enum error error = error_of(result, outcome);

	if (error == ERROR_NONE) {
		note_caller(response, list.user_id, (int64_t)list.n);
		if (!write_tokens(response, wanted->which, query, &list)) {
			log_line(
			    "out of memory for a list of %zu rows", list.n);
			error = ERROR_INTERNAL;
		}
	}
	tokens_forget(db, &list);
	return error;
}

/* DELETE: the same with revoking. */
static enum error
revoke_tokens(const struct config *config, struct db *db,
    const struct tokens_request *wanted, struct response *response)
{
	enum tokens_outcome outcome = TOKENS_OK;
	struct tokens_revoked revoked = { .count = 0 };
	enum db_result result =
	    tokens_revoke(db, config, wanted, &outcome, &revoked);
	enum error error = error_of(result, outcome);
	char *text;
	size_t len;

	db_forget(db);
	if (error != ERROR_NONE)
		return error;
	if (revoked.user_known)
		note_caller(response, revoked.user_id, revoked.count);
	if (wanted->which == TOKENS_ONE || wanted->which == TOKENS_CURRENT) {
		response_set_done(response);
		return ERROR_NONE;
	}
	if (!render_count(revoked.count, &text, &len)) {
		log_line("out of memory for a number");
		return ERROR_INTERNAL;
	}
	response_set_json(response, text, len);
	return ERROR_NONE;
}

static enum error
answer_health(
    const struct config *config, struct db *db, struct response *response)
{
	enum error error = error_of(health_ask(db, config), TOKENS_OK);

	if (error == ERROR_NONE)
		response_set_healthy(response);
	return error;
}

/*
 * Go through the checks of a request that has an address and a method of it.
 *
 * message  for ERROR_INVALID_PARAMETER
 *
 * Returns ERROR_NONE where the response is made.
 */
static enum error
answer_query(const struct config *config, struct db *db,
    const struct route *route, const struct request *request,
    struct response *response, char message[QUERY_ERROR_SIZE])
{
	struct query query;
	struct tokens_request wanted = { .which = TOKENS_LIST };
	enum error error = ERROR_INTERNAL;

	if (db != NULL)
		error = vet_query(&query, route, request, message);
	if (error == ERROR_NONE && route->kind == ROUTE_HEALTH)
		return answer_health(config, db, response);
	if (error == ERROR_NONE)
		error = vet_caller(&wanted, &query, config, route, request);
	if (error != ERROR_NONE)
		return error;
	return request->method == REQUEST_DELETE
	           ? revoke_tokens(config, db, &wanted, response)
	           : read_tokens(config, db, &wanted, &query, response);
}

static void
answer_or_refuse(const struct config *config, struct db *db,
    const struct route *route, const struct request *request,
    struct response *response)
{
	char message[QUERY_ERROR_SIZE];
	enum error error =
	    answer_query(config, db, route, request, response, message);

	if (error != ERROR_NONE)
		response_set_error(response, error,
		    error == ERROR_INVALID_PARAMETER ? message : NULL,
		    request->token.state != CREDENTIAL_ABSENT);
}

/* Give the log the request's id, else one that it makes up; return that. */
static const char *
begin_request(const struct config *config, const struct request *request)
{
	if (request->id != NULL &&
	    config_allows_client(config, request->id, request->id_len))
		return log_begin_request(NULL, 0); /* an API key, by mistake */
	return log_begin_request(request->id, request->id_len);
}

/* The methods of an address, as ROUTE_METHOD() or-ed. */
static unsigned int
methods_of(const struct route *route, const struct config *config)
{
	return config->revoke == 1
	           ? route->methods
	           : route->methods & ~ROUTE_METHOD(REQUEST_DELETE);
}

/* Answer what has an address. */
static void
answer_route(const struct config *config, struct db *db,
    const struct route *route, const struct request *request,
    struct response *response)
{
	unsigned int methods = methods_of(route, config);
	char names[ROUTE_METHODS_SIZE];

	route_methods(names, methods);
	response->varies = route->kind == ROUTE_LIST && config->page == 1;
	if ((methods & ROUTE_METHOD(request->method)) == 0)
		response_set_not_allowed(response, names);
	else if (request->method == REQUEST_OPTIONS)
		response_set_options(response, names);
	else if (response->varies && request->navigates &&
	         request->method != REQUEST_DELETE)
		response_set_page(response);
	else
		answer_or_refuse(config, db, route, request, response);
}

/* For the log: what is asked for. */
static void
note_request(struct response *response, const struct route *route,
    enum request_method method)
{
	struct log_facts *facts = &response->facts;

	if (method != REQUEST_OTHER)
		facts->method = request_methods[method];
	if (route != NULL)
		facts->address = route->address;
}

void
endpoint_answer(const struct config *config, struct db *db,
    const char *const *variables, const char *program,
    struct response *response)
{
	struct request request;
	const struct route *route;

	request_parse(&request, variables);
	response_begin(response, begin_request(config, &request));
	route = route_find(request.path, program);
	note_request(response, route, request.method);
	if (route != NULL)
		answer_route(config, db, route, &request, response);
	else if (request.path_has_nul)
		response_set_error(response, ERROR_INVALID_PARAMETER,
		    "The path must not have a NUL.", false);
	else
		response_set_error(response, ERROR_NOT_FOUND, NULL, false);
	if (db != NULL)
		response->facts.database_us = db_asked_us(db);
	if (config->timing == 1)
		response_add_timing(
		    response, response->facts.database_us, log_request_us());
	if (request.method == REQUEST_HEAD)
		response_drop_body(response);
}

void
endpoint_refuse(struct response *response)
{
	response_begin(response, log_begin_request(NULL, 0));
	response_set_error(response, ERROR_HEADERS_TOO_MANY, NULL, false);
}
