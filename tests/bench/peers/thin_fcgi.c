/*
 * thin_fcgi.c - a FastCGI program that asks the database our statement with the
 * request's token, and then gives one answer to every request: what transport
 * and database cost together, where next to nothing is done in between.
 *
 * The answer, head and body, is in the file ".answer", the statement in ".sql",
 * its API key, limit and offset in ".values".
 */
#include <endian.h>
#include <libpq-fe.h>
#include <stdint.h>
#include <string.h>

#include "peer.h"

#define NAME    "list"
#define USER_ID 1 /* a column */

/* Connected to the database, with the statement prepared; or NULL. */
static PGconn *
prepare(const char *statement)
{
	/* text, boolean, int8 */
	static const Oid types[] = { 25, 25, 25, 16, 20, 20 };
	PGconn *connection = PQconnectdb(getenv("OAUTH_TOKENS_DATABASE"));
	PGresult *result = PQprepare(connection, NAME, statement, 6, types);
	int ok = PQresultStatus(result) == PGRES_COMMAND_OK;

	PQclear(result);
	return ok ? connection : NULL;
}

/* Does the database give a list for this token? */
static int
ask(PGconn *connection, const char *key, const char *token,
    const uint64_t numbers[2])
{
	static const int binary[] = { 1, 1, 1, 1, 1, 1 };
	static const char masked[] = { 0 };
	const char *const values[] = { key, token, NULL, masked,
		(const char *)&numbers[0], (const char *)&numbers[1] };
	const int lengths[] = { (int)strlen(key), (int)strlen(token), 0,
		sizeof masked, 8, 8 };
	PGresult *result =
	    PQexecPrepared(connection, NAME, 6, values, lengths, binary, 1);
	int ok = PQntuples(result) > 0 && !PQgetisnull(result, 0, USER_ID);

	PQclear(result);
	return ok;
}

/*
 * End the answer and close the connection, as ours does.  FCGX_Finish_r() would
 * wait until the web server has closed it.
 */
static void
finish(FCGX_Request *request)
{
	FCGX_FClose(request->err);
	FCGX_FClose(request->out);
	close(request->ipcFd);
	request->ipcFd = -1;
	FCGX_Free(request, 0);
}

static int
serve(const char *program)
{
	const char *answer = read_file(program, ".answer");
	int len = (int)strlen(answer);
	const char *key = strtok(read_file(program, ".values"), " ");
	const char *limit = strtok(NULL, " "), *offset = strtok(NULL, " ");
	const uint64_t numbers[] = { htobe64(strtoull(limit, NULL, 10)),
		htobe64(strtoull(offset, NULL, 10)) };
	PGconn *connection = prepare(read_file(program, ".sql"));
	FCGX_Request request;

	if (connection == NULL || !begin(&request))
		return 1;
	while (FCGX_Accept_r(&request) == 0) {
		const char *token =
		    FCGX_GetParam("HTTP_OAUTH_TOKEN", request.envp);

		if (token != NULL && ask(connection, key, token, numbers))
			FCGX_PutStr(answer, len, request.out);
		else
			FCGX_PutS("Status: 401\r\n\r\n", request.out);
		finish(&request);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	return argc > 0 ? run(serve, argv[0]) : 1;
}
