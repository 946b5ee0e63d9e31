/*
 * records.h - the FastCGI records that open a request, vetted (FastCGI
 * Specification 1.0, sections 3 and 5).
 *
 * Pure.  libfcgi trusts what it reads: it answers from half a request, and a
 * record that it does not expect can crash it.  So what a peer sends goes
 * through here first, and libfcgi reads only what comes out: one BEGIN_REQUEST,
 * one PARAMS, the end of PARAMS.
 */
#ifndef RECORDS_H
#define RECORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RECORDS_HEADER_SIZE 8
#define RECORDS_PARAMS_MAX  65535 /* bytes of names, values and lengths */
#define RECORDS_PAIRS_MAX   512
#define RECORDS_NUL         0xff      /* no byte of UTF-8, nor of a token */
#define RECORDS_READ_MAX    (1 << 20) /* bytes up to the parameters' end */

enum records_state {
	RECORDS_MORE,  /* the parameters are not whole yet */
	RECORDS_WHOLE, /* they are, and good */
	RECORDS_BAD,   /* not to be answered; see wrong */
};

/* All zero: no byte has come yet. */
struct records {
	enum records_state state;
	bool too_large;    /* parameters over a limit: none of them is kept */
	bool ended;        /* the body's end has come too, or an ABORT */
	const char *wrong; /* when bad, what: static text */
	uint16_t id;       /* of the request; 0 before BEGIN_REQUEST */
	size_t read;       /* bytes so far, up to the parameters' end */
	/* The record that is being read. */
	size_t header_len; /* bytes of its header so far, 0 ... 8 */
	size_t content;    /* bytes of its content still to come */
	size_t padding;    /* and of the padding behind it */
	uint8_t header[RECORDS_HEADER_SIZE];
	/* What libfcgi gets to read, and its first len bytes so far. */
	size_t len;
	uint8_t bytes[4 * RECORDS_HEADER_SIZE + RECORDS_PARAMS_MAX];
};

/*
 * Take the next bytes of a connection, in pieces of any size.
 *
 * Good is what a server may send to a responder that answers one request on a
 * connection: BEGIN_REQUEST with the role RESPONDER and an id that is not 0,
 * and then PARAMS of that id alone, up to the empty one, and RECORDS_READ_MAX
 * in all.  A pair has a name, without NUL or "=".  A NUL in a value, which some
 * servers decode from a client's "%00", would end the value in C; it becomes
 * RECORDS_NUL.  Parameters that are too many or too long are too_large: a
 * client sent so many headers.  What follows is the body, and only looked
 * through for its end.
 *
 * Returns the state; once it is not RECORDS_MORE it stays.
 */
enum records_state records_add(
    struct records *records, const uint8_t *bytes, size_t n);

/* Wipe, and begin anew. */
void records_clear(struct records *records);

#endif
