/*
 * errors.c - every error that a client may see.
 *
 * Pure.
 */
#include "errors.h"
#include "query.h"
#include "request.h"

#define RETRY "Retry-After: 1\r\n"

_Static_assert(
    QUERY_MAX == 4096 && REQUEST_HEADER_MAX == 6144, "the messages say so");

const struct error_row errors[ERRORS] = {
	[ERROR_NOT_FOUND] = { 404, "Not Found", "record_not_found",
	    "Record not found.", "", CHALLENGE_NONE },
	/* Of this one and of ERROR_INVALID_PARAMETER answers say more. */
	[ERROR_METHOD_NOT_ALLOWED] = { 405, "Method Not Allowed",
	    "method_not_allowed", "Method not allowed.", "", CHALLENGE_NONE },
	[ERROR_QUERY_TOO_LARGE] = { 414, "URI Too Long", "request_too_large",
	    "The query is over 4096 bytes.", "", CHALLENGE_NONE },
	[ERROR_HEADER_TOO_LARGE] = { 431, "Request Header Fields Too Large",
	    "request_too_large", "A header is over 6144 bytes.", "",
	    CHALLENGE_NONE },
	[ERROR_HEADERS_TOO_MANY] = { 431, "Request Header Fields Too Large",
	    "request_too_large", "The headers are too many, or too large.", "",
	    CHALLENGE_NONE },
	[ERROR_INVALID_PARAMETER] = { 400, "Bad Request", "invalid_parameter",
	    "Invalid parameter.", "", CHALLENGE_NONE },
	[ERROR_INVALID_API_KEY] = { 401, "Unauthorized", "invalid_api_key",
	    "Invalid API key.", "", CHALLENGE_TOKEN },
	[ERROR_INVALID_TOKEN] = { 401, "Unauthorized", "invalid_oauth_token",
	    "Invalid OAuth token.", "", CHALLENGE_TOKEN },
	[ERROR_EXPIRED_TOKEN] = { 401, "Unauthorized", "expired_oauth_token",
	    "Expired OAuth token.", "", CHALLENGE_TOKEN },
	[ERROR_NOT_A_VIEWER] = { 403, "Forbidden", "unauthorized_access",
	    "Unauthorized access.", "", CHALLENGE_SCOPE },
	[ERROR_UNAVAILABLE] = { 503, "Service Unavailable",
	    "service_unavailable", "The database is not available.", RETRY,
	    CHALLENGE_NONE },
	[ERROR_READ_ONLY] = { 503, "Service Unavailable", "service_unavailable",
	    "The database can only be read now.", RETRY, CHALLENGE_NONE },
	[ERROR_TIMEOUT] = { 504, "Gateway Timeout", "database_timeout",
	    "The database did not answer in time.", RETRY, CHALLENGE_NONE },
	[ERROR_INTERNAL] = { 500, "Internal Server Error", "internal_error",
	    "Internal error.", "", CHALLENGE_NONE },
};

void
errors_describe(FILE *out)
{
	for (int i = ERROR_NONE + 1; i < ERRORS; i++)
		fprintf(out, "  %d %s\n      %s\n", errors[i].status,
		    errors[i].type, errors[i].message);
}
