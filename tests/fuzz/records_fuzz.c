/*
 * records_fuzz.c - a byte is the size of pieces, the rest is what a connection
 * brings.
 *
 * Promises: the size of the pieces does not matter.  What is good, and its
 * pairs, is what a plain reading of the whole finds, by FastCGI Specification
 * 1.0 and records.h.  libfcgi, which reads what gateway_fastcgi.c lets through,
 * finds exactly those pairs, and leaves nothing unread.  Nothing is left after
 * records_clear().
 */
#include <errno.h>
#include <fcgiapp.h>
#include <sys/socket.h>

#include "fuzz.h"
#include "records.h"

struct bytes {
	const uint8_t *at;
	size_t len;
};

/* What a plain reading finds. */
struct reading {
	enum records_state state;
	bool ended;
	bool too_large; /* none of the parameters is kept */
	uint8_t *params;
	size_t params_len;
	char *pairs[RECORDS_PAIRS_MAX + 1]; /* "name=value" */
	size_t n;
};

/* Take n bytes; false: there are not so many. */
static bool
take(struct bytes *from, size_t n, struct bytes *taken)
{
	if (from->len < n)
		return false;
	*taken = (struct bytes){ from->at, n };
	from->at += n;
	from->len -= n;
	return true;
}

static bool
take_number(struct bytes *from, size_t *number)
{
	struct bytes b;

	if (from->len > 0 && from->at[0] < 128) {
		*number = from->at[0];
		return take(from, 1, &b);
	}
	if (!take(from, 4, &b))
		return false;
	*number = (size_t)(b.at[0] - 128) * 16777216 + b.at[1] * 65536UL +
	          b.at[2] * 256UL + b.at[3];
	return true;
}

/* FastCGI Specification 1.0, section 3.4. */
static bool
read_pairs(struct reading *reading)
{
	struct bytes rest = { reading->params, reading->params_len };
	struct bytes name, value;
	size_t name_len, value_len;
	char *pair;

	while (rest.len > 0 && !reading->too_large) {
		if (!take_number(&rest, &name_len) ||
		    !take_number(&rest, &value_len) ||
		    !take(&rest, name_len, &name) ||
		    !take(&rest, value_len, &value))
			return false;
		if (reading->n == RECORDS_PAIRS_MAX) {
			reading->too_large = true;
			return true;
		}
		pair = allocate(name_len + value_len + 2);
		memcpy(pair, name.at, name_len);
		pair[name_len] = '=';
		memcpy(pair + name_len + 1, value.at, value_len);
		for (size_t i = 0; i < value_len; i++)
			if (value.at[i] == '\0')
				memset(pair + name_len + 1 + i, RECORDS_NUL, 1);
		pair[name_len + 1 + value_len] = '\0';
		reading->pairs[reading->n++] = pair;
		if (strcspn(pair, "=") != name_len || name_len == 0)
			return false;
	}
	return true;
}

/* Read the parameters' records, and the pairs. */
static enum records_state
read_params(struct reading *reading, struct bytes *rest, const uint8_t *id)
{
	struct bytes header, content;
	size_t len;

	while (take(rest, 8, &header)) {
		len = header.at[4] * 256UL + header.at[5];
		if (header.at[0] != 1 || header.at[1] != 4 ||
		    memcmp(header.at + 2, id, 2) != 0)
			return RECORDS_BAD;
		if (reading->params_len + len > RECORDS_PARAMS_MAX)
			reading->too_large = true;
		if (len == 0) {
			/* Its padding is of the body's part. */
			rest->at -= 8;
			rest->len += 8;
			return read_pairs(reading) ? RECORDS_WHOLE
			                           : RECORDS_BAD;
		}
		if (!take(rest, len, &content))
			break;
		if (!reading->too_large) {
			memcpy(reading->params + reading->params_len,
			    content.at, len);
			reading->params_len += len;
		}
		if (!take(rest, header.at[6], &content))
			break;
	}
	return RECORDS_MORE;
}

/* Sections 3.3, 5.1 and 5.2. */
static enum records_state
read_start(struct reading *reading, struct bytes *rest)
{
	static const uint8_t begin[] = { 1, 1 }, length[] = { 0, 8 };
	struct bytes header, body, padding;

	if (!take(rest, 8, &header))
		return RECORDS_MORE;
	if (memcmp(header.at, begin, 2) != 0 ||
	    header.at[2] + header.at[3] == 0 ||
	    memcmp(header.at + 4, length, 2) != 0)
		return RECORDS_BAD;
	if (!take(rest, 8, &body))
		return RECORDS_MORE;
	if (body.at[0] != 0 || body.at[1] != 1)
		return RECORDS_BAD;
	if (!take(rest, header.at[6], &padding))
		return RECORDS_MORE;
	return read_params(reading, rest, header.at + 2);
}

/* Is the end of the body, or an ABORT_REQUEST, among these records? */
static bool
read_end(struct bytes *rest)
{
	struct bytes header, skipped;

	while (take(rest, 8, &header)) {
		size_t len = header.at[4] * 256UL + header.at[5];

		if (header.at[1] == 2 || (header.at[1] == 5 && len == 0))
			return true;
		if (!take(rest, len + header.at[6], &skipped))
			break;
	}
	return false;
}

static void
read_plainly(struct reading *reading, struct bytes all)
{
	memset(reading, 0, sizeof *reading);
	reading->params = (uint8_t *)allocate(RECORDS_PARAMS_MAX);
	reading->state = read_start(reading, &all);
	if (reading->state == RECORDS_WHOLE)
		reading->ended = read_end(&all);
}

static void
forget(struct reading *reading)
{
	while (reading->n > 0)
		free(reading->pairs[--reading->n]);
	free(reading->params);
}

/* Give all to records in pieces of exactly a size. */
static void
add_in_pieces(struct records *records, struct bytes all, size_t size)
{
	memset(records, 0, sizeof *records);
	while (all.len > 0) {
		enum records_state state;
		struct bytes piece;
		char *copy;

		(void)take(&all, size < all.len ? size : all.len, &piece);
		copy = allocate(piece.len);
		memcpy(copy, piece.at, piece.len);
		state = records_add(records, (const uint8_t *)copy, piece.len);
		PROMISE(state == records->state);
		free(copy);
	}
	PROMISE((records->wrong != NULL) == (records->state == RECORDS_BAD));
}

static void
check_pieces(struct records *records, struct bytes all, size_t size)
{
	static struct records other, zero;

	add_in_pieces(&other, all, size);
	/* NOLINTBEGIN(bugprone-suspicious-memory-comparison,cert-*): all of
	 * both began as zeros, padding included */
	PROMISE(memcmp(records, &other, sizeof other) == 0);
	records_clear(&other);
	PROMISE(memcmp(&other, &zero, sizeof other) == 0);
	/* NOLINTEND(bugprone-suspicious-memory-comparison,cert-*) */
}

/* A connection of libfcgi's that we feed, as gateway_fastcgi.c has it. */
static int feed[2];
static FCGX_Request request;

static void
open_libfcgi(void)
{
	PROMISE(FCGX_Init() == 0);
	PROMISE(FCGX_InitRequest(&request, -1, 0) == 0);
	PROMISE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, feed) == 0);
}

/* Let libfcgi read them, and compare. */
static void
check_libfcgi(const struct records *records, char *const *pairs, size_t n)
{
	char byte;

	if (feed[0] == feed[1])
		open_libfcgi();
	request.ipcFd = feed[0];
	request.keepConnection = 1;
	PROMISE(send(feed[1], records->bytes, records->len, 0) ==
	        (ssize_t)records->len);
	PROMISE(FCGX_Accept_r(&request) == 0);
	PROMISE(FCGX_GetError(request.in) == 0);
	PROMISE(request.requestId == records->id);
	PROMISE(strcmp(request.envp[0], "FCGI_ROLE=RESPONDER") == 0);
	for (size_t i = 0; i < n; i++)
		PROMISE(strcmp(request.envp[i + 1], pairs[i]) == 0);
	PROMISE(request.envp[n + 1] == NULL);
	PROMISE(recv(feed[0], &byte, 1, 0) < 0 && errno == EAGAIN);
	FCGX_Free(&request, 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct records records;
	struct bytes all = { data + 1, size - 1 };
	struct reading want;

	if (size == 0)
		return 0;
	add_in_pieces(&records, all, SIZE_MAX);
	check_pieces(&records, all, 1);
	check_pieces(&records, all, data[0] + 2UL);
	read_plainly(&want, all);
	PROMISE(records.state == want.state);
	PROMISE(records.ended == want.ended);
	if (want.state == RECORDS_WHOLE) {
		PROMISE(records.too_large == want.too_large);
		check_libfcgi(
		    &records, want.pairs, want.too_large ? 0 : want.n);
	}
	forget(&want);
	return 0;
}
