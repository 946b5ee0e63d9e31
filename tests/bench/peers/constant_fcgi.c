/*
 * constant_fcgi.c - a FastCGI program that gives one answer to every request:
 * what the transport costs by itself.
 *
 * The answer, head and body, is in the file ".answer".
 */
#include <string.h>

#include "peer.h"

static int
serve(const char *program)
{
	const char *answer = read_file(program, ".answer");
	int len = (int)strlen(answer);
	FCGX_Request request;

	if (!begin(&request))
		return 1;
	while (FCGX_Accept_r(&request) == 0) {
		FCGX_PutStr(answer, len, request.out);
		FCGX_Finish_r(&request);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	return argc > 0 ? run(serve, argv[0]) : 1;
}
