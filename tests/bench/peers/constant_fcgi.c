/*
 * constant_fcgi.c - a FastCGI program that gives one answer to every request:
 * what the transport costs by itself.
 *
 * The answer, head and body, is the file of its own name with ".answer".  As
 * the program it stands for, it forks OAUTH_TOKENS_WORKERS processes, which
 * share the listening socket; 0, or none: it serves by itself.
 */
#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static int
serve(const char *answer, int len)
{
	FCGX_Request request;

	if (FCGX_Init() != 0 || FCGX_InitRequest(&request, 0, 0) != 0)
		return 1;
	/* libfcgi's handler would only end a process between two requests. */
	signal(SIGTERM, SIG_DFL);
	while (FCGX_Accept_r(&request) == 0) {
		FCGX_PutStr(answer, len, request.out);
		FCGX_Finish_r(&request);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	static char answer[65536];
	const char *workers = getenv("OAUTH_TOKENS_WORKERS");
	long n = workers != NULL ? strtol(workers, NULL, 10) : 0;
	char path[4096];
	FILE *file;
	size_t len;

	snprintf(path, sizeof path, "%s.answer", argc > 0 ? argv[0] : "");
	file = fopen(path, "r");
	if (file == NULL)
		return 1;
	len = fread(answer, 1, sizeof answer, file);
	fclose(file);
	if (n < 1)
		return serve(answer, (int)len);
	for (long i = 0; i < n; i++) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			return serve(answer, (int)len);
		}
	}
	while (wait(NULL) > 0)
		;
	return 0;
}
