/*
 * words.h - libpq's words of a failure, made fit for one line of a log.
 *
 * Pure.
 */
#ifndef WORDS_H
#define WORDS_H

#define WORDS_SIZE 901 /* bytes, NUL included: what a line of the log has */

/*
 * Write libpq's message (PQerrorMessage()) as one line.  It may have lines for
 * each address that was tried.
 *
 * out      gets the line, cut where there is no more room
 * message  NUL-terminated, with lines of PQERRORS_VERBOSE
 *
 * Two things are left out: a host name that nobody knows, because it may be a
 * piece of a password that holds an "@"; and the lines that name a place in
 * PostgreSQL's sources.
 */
void words_copy(char out[WORDS_SIZE], const char *message);

/*
 * Find PostgreSQL's error code in a line of words_copy(), as in "FATAL:  28P01:
 * password ...".
 *
 * sqlstate  gets the last one, five characters and a NUL; "" where there is
 *           none
 */
void words_sqlstate(char sqlstate[6], const char *words);

#endif
