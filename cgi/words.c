/*
 * words.c - libpq's words of a failure, made fit for one line of a log.
 *
 * Pure.
 */
#include <stdio.h>
#include <string.h>

#include "words.h"

/* Add a part of a line. */
static void
add(char out[WORDS_SIZE], const char *text, size_t len)
{
	size_t n = strlen(out), room = WORDS_SIZE - 1 - n;

	len = len < room ? len : room;
	memcpy(out + n, text, len);
	out[n + len] = '\0';
}

void
words_copy(char out[WORDS_SIZE], const char *message)
{
	static const char begin[] = "could not translate host name ";
	static const char end[] = "\" to address";
	size_t len;

	out[0] = '\0';
	for (; *message != '\0'; message += len + (message[len] != '\0')) {
		const char *rest = strstr(message, end);

		len = strcspn(message, "\n");
		if (strncmp(message, "LOCATION:", 9) == 0)
			continue;
		if (out[0] != '\0')
			add(out, " ", 1);
		if (strncmp(message, begin, strlen(begin)) == 0 &&
		    rest != NULL && rest < message + len) {
			add(out, begin, strlen(begin));
			rest += strlen("\" ");
			add(out, rest, (size_t)(message + len - rest));
		} else {
			add(out, message, len);
		}
	}
}

void
words_sqlstate(char sqlstate[6], const char *words)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

	sqlstate[0] = '\0';
	while ((words = strstr(words, ":  ")) != NULL) {
		words += 3;
		if (strspn(words, digits) == 5 && words[5] == ':')
			snprintf(sqlstate, 6, "%s", words);
	}
}
