/*
 * replay.c - run a fuzz target over its corpus, without libFuzzer.
 *
 *   X_fuzz DIR ...   prints one line of TAP for each file of the directories,
 *                    fails when one breaks a promise or there is no file
 */
#include <dirent.h>
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

int
main(int argc, char **argv)
{
	int n = 0, failed = 0;

	for (int i = 1; i < argc; i++) {
		struct dirent **entries = NULL;
		int count = scandir(argv[i], &entries, NULL, alphasort);

		for (int k = 0; k < count; k++) {
			char path[4096];
			bool ok;

			snprintf(path, sizeof path, "%s/%s", argv[i],
			    entries[k]->d_name);
			if (entries[k]->d_name[0] != '.') {
				ok = run(path);
				failed += !ok;
				printf("%s %d - %s\n", ok ? "ok" : "not ok",
				    ++n, path);
				fflush(stdout);
			}
			free(entries[k]);
		}
		free(entries);
	}
	printf("1..%d\n", n);
	return n == 0 || failed > 0;
}
