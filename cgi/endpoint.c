/*
 * endpoint.c - GET /api/oauth_access_tokens.
 *
 * The order of the checks (contract, section 3), and the only map from a
 * module's result to an HTTP status.
 */
#include <string.h>

#include "endpoint.h"
#include "link.h"
#include "log.h"
#include "query.h"
#include "render.h"
#include "request.h"
#include "tokens.h"

static enum response_error
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
	}
	return ERROR_INTERNAL;
}

static enum response_error
error_of(enum db_result result, enum tokens_outcome outcome)
{
	switch (result) {
	case DB_OK:
		return error_of_outcome(outcome);
	case DB_UNAVAILABLE:
		return ERROR_UNAVAILABLE;
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

static void
answer_page(struct response *response, const struct query *query,
    const struct token_page *page)
{
	char link[LINK_SIZE];
	char *list;
	size_t len;

	if (!render_page(
	        page, page_has_next(page, query->offset), &list, &len)) {
		log_line("out of memory for a list of %zu rows", page->n);
		response_set_error(response, ERROR_INTERNAL, NULL, false);
		return;
	}
	link_format(link, query, page);
	response_set_list(response, list, len, page->count, link);
}

/* The checks that need no database, in the contract's order. */
static enum response_error
vet(struct tokens_request *wanted, struct query *query,
    const struct config *config, const struct request *request,
    const char **message)
{
	if (request->query_len > QUERY_READ_MAX)
		return ERROR_QUERY_TOO_LARGE;
	if (!query_parse(query, request->query, request->query_len, message))
		return ERROR_INVALID_PARAMETER;
	if (request->query_len > QUERY_MAX)
		return ERROR_QUERY_TOO_LARGE;
	if (request->header_too_large)
		return ERROR_HEADER_TOO_LARGE;
	if (!choose_api_key(wanted, config, request, query))
		return ERROR_INVALID_API_KEY;
	if (request->token.state != CREDENTIAL_GOOD)
		return ERROR_INVALID_TOKEN;

	if (query->limit > config->max_limit)
		query->limit = config->max_limit;
	wanted->token = request->token.text;
	wanted->token_len = request->token.len;
	wanted->limit = query->limit;
	wanted->offset = query->offset;
	wanted->show_all = query->show_all == QUERY_FLAG_ON;
	wanted->show_all_sent = query->show_all != QUERY_FLAG_ABSENT;
	return ERROR_NONE;
}

/* GET and HEAD of an address of ours. */
static void
answer_list(const struct config *config, struct db *db,
    const struct request *request, struct response *response)
{
	struct query query;
	struct tokens_request wanted;
	struct token_page page = { .n = 0 };
	enum tokens_outcome outcome = TOKENS_OK;
	enum response_error error = ERROR_INTERNAL;
	enum db_result result;
	const char *message = NULL;

	if (db != NULL)
		error = vet(&wanted, &query, config, request, &message);
	if (error == ERROR_NONE) {
		result = tokens_list(db, config, &wanted, &outcome, &page);
		error = error_of(result, outcome);
	}
	if (error == ERROR_NONE)
		answer_page(response, &query, &page);
	else
		response_set_error(response, error, message,
		    request->token.state != CREDENTIAL_ABSENT);
	tokens_forget(db, &page);
}

void
endpoint_answer(const struct config *config, struct db *db,
    const char *const *variables, const char *program,
    struct response *response)
{
	struct request request;

	request_parse(&request, variables, program);
	if (request.id != NULL &&
	    config_allows_client(config, request.id, request.id_len))
		request.id = NULL; /* an API key, by mistake */
	response_begin(response, log_begin_request(request.id, request.id_len));
	if (request.method == REQUEST_OTHER)
		response_set_error(
		    response, ERROR_METHOD_NOT_ALLOWED, NULL, false);
	else if (request.path[0] == '\0')
		response_set_error(response, ERROR_NOT_FOUND, NULL, false);
	else if (request.method == REQUEST_OPTIONS)
		response_set_options(response);
	else
		answer_list(config, db, &request, response);
	if (request.method == REQUEST_HEAD)
		response_drop_body(response);
}

void
endpoint_refuse(struct response *response)
{
	response_begin(response, log_begin_request(NULL, 0));
	response_set_error(response, ERROR_HEADERS_TOO_MANY, NULL, false);
}
