/*
 * log.c - one line on standard error, which is the web server's error log.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log.h"

#define LOG_PREFIX "oauth_access_tokens: "
#define LOG_MAX    1000

void
log_line(const char *format, ...)
{
	char line[LOG_MAX + 1] = LOG_PREFIX;
	size_t len = strlen(LOG_PREFIX);
	va_list args;

	va_start(args, format);
	vsnprintf(line + len, sizeof line - len, format, args);
	va_end(args);

	for (; line[len] != '\0'; len++)
		if (line[len] < ' ' || line[len] > '~')
			line[len] = '?';
	line[len < LOG_MAX ? len++ : len - 1] = '\n';
	/* Where it cannot be written, there is nobody to tell. */
	if (write(STDERR_FILENO, line, len) < 0)
		return;
}
