/*
 * records.c - the FastCGI records that open a request, vetted.
 *
 * Pure.
 */
#include <string.h>

#include "records.h"

/* FastCGI Specification 1.0, section 8. */
#define VERSION_1     1
#define RESPONDER     1
#define BEGIN_REQUEST 1
#define ABORT_REQUEST 2
#define PARAMS        4
#define STDIN         5

/* The fields of a header. */
enum { VERSION_AT, TYPE_AT, ID_AT, LENGTH_AT = 4, PADDING_AT = 6 };

/* Where in the vetted bytes PARAMS begins, and where its content does. */
#define PARAMS_AT   16
#define PARAMS_FROM (PARAMS_AT + RECORDS_HEADER_SIZE)

static size_t
get16(const uint8_t *at)
{
	return (size_t)at[0] << 8 | at[1];
}

static void
put_header(uint8_t *at, uint8_t type, uint16_t id, size_t length)
{
	const uint8_t header[RECORDS_HEADER_SIZE] = { VERSION_1, type,
		(uint8_t)(id >> 8), (uint8_t)id, (uint8_t)(length >> 8),
		(uint8_t)length };

	memcpy(at, header, sizeof header);
}

static void
fail(struct records *records, const char *wrong)
{
	records->state = RECORDS_BAD;
	records->wrong = wrong;
}

/* Read a length of one byte, or of four (section 3.4); false: cut off. */
static bool
get_length(uint8_t **at, const uint8_t *end, size_t *length)
{
	if (*at == end)
		return false;
	if (**at < 0x80) {
		*length = *(*at)++;
		return true;
	}
	if (end - *at < 4)
		return false;
	*length = (get16(*at) & 0x7fff) << 16 | get16(*at + 2);
	*at += 4;
	return true;
}

static void
replace_nul(uint8_t *value, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (value[i] == '\0')
			value[i] = RECORDS_NUL;
}

/* Vet the pairs of the parameters; NULL, or what is wrong. */
static const char *
vet_pairs(uint8_t *at, const uint8_t *end, bool *too_large)
{
	size_t name, value;

	for (int n = 0; at != end; n++) {
		if (n == RECORDS_PAIRS_MAX) {
			*too_large = true;
			return NULL;
		}
		if (!get_length(&at, end, &name) ||
		    !get_length(&at, end, &value) ||
		    name + value > (size_t)(end - at))
			return "a parameter is cut off";
		if (name == 0 || memchr(at, '=', name) != NULL ||
		    memchr(at, '\0', name) != NULL)
			return "a parameter has no good name";
		replace_nul(at + name, value);
		at += name + value;
	}
	return NULL;
}

/* The parameters have ended: finish what libfcgi reads. */
static void
end_params(struct records *records)
{
	const char *wrong = NULL;
	size_t length;

	if (!records->too_large)
		wrong = vet_pairs(records->bytes + PARAMS_FROM,
		    records->bytes + records->len, &records->too_large);
	if (wrong != NULL) {
		fail(records, wrong);
		return;
	}
	if (records->too_large) {
		explicit_bzero(
		    records->bytes + PARAMS_FROM, records->len - PARAMS_FROM);
		records->len = PARAMS_FROM;
	}
	length = records->len - PARAMS_FROM;
	records->state = RECORDS_WHOLE;
	put_header(records->bytes + PARAMS_AT, PARAMS, records->id, length);
	if (length == 0)
		return; /* an empty record is the end */
	put_header(records->bytes + records->len, PARAMS, records->id, 0);
	records->len += RECORDS_HEADER_SIZE;
}

/* Vet a header that comes before the parameters' end; NULL, or what is wrong.
 */
static const char *
vet_header(const struct records *records, uint8_t type, uint16_t id)
{
	if (records->header[VERSION_AT] != VERSION_1)
		return "not version 1 of FastCGI";
	if (records->id == 0) {
		if (type != BEGIN_REQUEST || id == 0 || records->content != 8)
			return "it does not begin with BEGIN_REQUEST";
		return NULL;
	}
	if (type != PARAMS || id != records->id)
		return "a record that is not of its parameters";
	return NULL;
}

static void
begin_record(struct records *records)
{
	const uint8_t *header = records->header;
	uint16_t id = (uint16_t)get16(header + ID_AT);
	uint8_t type = header[TYPE_AT];
	const char *wrong;

	records->content = get16(header + LENGTH_AT);
	records->padding = header[PADDING_AT];
	if (records->state == RECORDS_WHOLE) {
		if (type == ABORT_REQUEST ||
		    (type == STDIN && records->content == 0))
			records->ended = true;
		return;
	}
	wrong = vet_header(records, type, id);
	if (wrong != NULL)
		fail(records, wrong);
	else if (records->content >
	         PARAMS_FROM + RECORDS_PARAMS_MAX - records->len)
		records->too_large = true;
	else if (records->id != 0 && records->content == 0)
		end_params(records);
	else if (records->id == 0)
		records->len = RECORDS_HEADER_SIZE; /* its body goes behind */
}

/* The body of BEGIN_REQUEST has come: two bytes of role, one of flags. */
static void
begin_request(struct records *records)
{
	uint8_t *body = records->bytes + RECORDS_HEADER_SIZE;

	if (get16(body) != RESPONDER) {
		fail(records, "it is not for a responder");
		return;
	}
	records->id = (uint16_t)get16(records->header + ID_AT);
	put_header(records->bytes, BEGIN_REQUEST, records->id, 8);
	memset(body + 2, 0, 6); /* the connection is closed in any case */
	records->len = PARAMS_FROM;
}

/* Take one step into the current record; returns its length, 1 ... n. */
static size_t
take(struct records *records, const uint8_t *bytes, size_t n)
{
	size_t *left =
	    records->content > 0 ? &records->content : &records->padding;

	if (records->header_len < RECORDS_HEADER_SIZE) {
		records->header[records->header_len++] = *bytes;
		if (records->header_len == RECORDS_HEADER_SIZE)
			begin_record(records);
		return 1;
	}
	n = n < *left ? n : *left;
	if (left == &records->content && records->state == RECORDS_MORE &&
	    !records->too_large) {
		memcpy(records->bytes + records->len, bytes, n);
		records->len += n;
	}
	*left -= n;
	if (records->content == 0 && records->id == 0)
		begin_request(records);
	return n;
}

enum records_state
records_add(struct records *records, const uint8_t *bytes, size_t n)
{
	while (n > 0 && records->state != RECORDS_BAD) {
		bool more = records->state == RECORDS_MORE;
		size_t taken = take(records, bytes, n);

		bytes += taken;
		n -= taken;
		if (more)
			records->read += taken;
		if (records->read > RECORDS_READ_MAX) {
			records->read = RECORDS_READ_MAX + 1;
			fail(records, "its parameters do not end");
		}
		if (records->header_len == RECORDS_HEADER_SIZE &&
		    records->content == 0 && records->padding == 0)
			records->header_len = 0;
	}
	return records->state;
}

void
records_clear(struct records *records)
{
	explicit_bzero(records->bytes, records->len);
	explicit_bzero(records, offsetof(struct records, bytes));
}
