/*
 * replay.c - run a fuzz target over its corpus, without libFuzzer.
 *
 *   X_fuzz DIR ...   print one line of TAP for each file of the directories;
 *                    fail when one breaks a promise or there is no file
 *
 * CASE in the environment is a shell pattern: run only the files whose path
 * matches, if any.
 */
#include <dirent.h>
#include <fnmatch.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fuzz.h"

/* Looking for leaks takes 50 ms a process, and libFuzzer does it anyway. */
const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}

/* Run a file in a process of its own, so that the others run anyway. */
static bool
run(const char *path)
{
	FILE *file = fopen(path, "rb");
	char buffer[1 << 17];
	size_t size;
	char *data;
	int status = -1;
	pid_t child;

	if (file == NULL)
		return false;
	size = fread(buffer, 1, sizeof buffer, file);
	fclose(file);
	child = fork();
	if (child == 0) {
		data = allocate(size);
		memcpy(data, buffer, size);
		LLVMFuzzerTestOneInput((const uint8_t *)data, size);
		free(data);
		exit(0);
	}
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

/* Does a file's path match CASE?  See tests/run. */
static bool
is_wanted(const char *path)
{
	const char *pattern = getenv("CASE");

	return pattern == NULL || fnmatch(pattern, path, 0) == 0;
}

static int files, cases, failed; /* seen, wanted, and of these broken */

/* Run a file of a directory, and print its line. */
static void
replay(const char *directory, const char *name)
{
	char path[4096];
	bool ok;

	snprintf(path, sizeof path, "%s/%s", directory, name);
	if (name[0] == '.')
		return;
	files++;
	if (!is_wanted(path))
		return;
	ok = run(path);
	failed += !ok;
	printf("%s %d - %s\n", ok ? "ok" : "not ok", ++cases, path);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		struct dirent **entries = NULL;
		int count = scandir(argv[i], &entries, NULL, alphasort);

		for (int k = 0; k < count; k++) {
			replay(argv[i], entries[k]->d_name);
			free(entries[k]);
		}
		free(entries);
	}
	printf("1..%d\n", cases);
	return files == 0 || failed > 0;
}
