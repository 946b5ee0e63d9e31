/*
 * constant_cgi.c - a CGI program that gives one answer, the file of its own
 * name with ".answer": what a process for each request costs by itself.
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int
main(int argc, char **argv)
{
	static char answer[65536];
	char path[4096];
	ssize_t len;
	int fd;

	snprintf(path, sizeof path, "%s.answer", argc > 0 ? argv[0] : "");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	len = read(fd, answer, sizeof answer);
	return len < 0 || write(STDOUT_FILENO, answer, (size_t)len) != len;
}
