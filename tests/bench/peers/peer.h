/*
 * peer.h - what the benchmark's FastCGI programs share.
 *
 * They stand in the place of ours: as it does, they fork OAUTH_TOKENS_WORKERS
 * processes, which share the listening socket; 0, or none: they serve by
 * themselves.  What they know is in files of the program's own name and some
 * ending.
 */
#ifndef PEER_H
#define PEER_H

#include <fcgiapp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A file, NUL-terminated; the process ends where there is none. */
static char *
read_file(const char *program, const char *ending)
{
	static const size_t size = 65536;
	char *text = calloc(1, size);
	char path[4096];
	FILE *file;

	snprintf(path, sizeof path, "%s%s", program, ending);
	file = fopen(path, "r");
	if (text == NULL || file == NULL ||
	    fread(text, 1, size - 1, file) == 0)
		exit(1);
	fclose(file);
	return text;
}

/* Get ready for requests; false: this is no FastCGI. */
static int
begin(FCGX_Request *request)
{
	if (FCGX_Init() != 0 || FCGX_InitRequest(request, 0, 0) != 0)
		return 0;
	/* libfcgi's handler would only end a process between two requests. */
	signal(SIGTERM, SIG_DFL);
	return 1;
}

/* Let each of the workers serve; returns the exit status. */
static int
run(int (*serve)(const char *program), const char *program)
{
	const char *workers = getenv("OAUTH_TOKENS_WORKERS");
	long n = workers != NULL ? strtol(workers, NULL, 10) : 0;

	if (n < 1)
		return serve(program);
	for (long i = 0; i < n; i++) {
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGTERM);
			return serve(program);
		}
	}
	while (wait(NULL) > 0)
		;
	return 0;
}

#endif
