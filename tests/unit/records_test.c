/*
 * records_test.c - vetting the FastCGI records that open a request.
 *
 * Wanted values: FastCGI Specification 1.0, sections 3.3 (records), 3.4
 * (lengths of pairs), 5.1 and 5.2 (BEGIN_REQUEST, PARAMS) and 8 (numbers);
 * records.h, which takes only some of what the specification allows.
 *
 * Each stream is given whole, cut at every place, and in pieces of some sizes.
 * Each piece ends where an unreadable page starts.
 */
#include "guarded.h"

#include "records.h"

/* Numbers of the specification, as one byte of a literal. */
#define BEGIN_REQUEST "\1"
#define ABORT_REQUEST "\2"
#define END_REQUEST   "\3"
#define PARAMS        "\4"
#define STDIN         "\5"
#define GET_VALUES    "\11"

/* A header: type, two bytes of id, two of length, one of padding. */
#define HEADER(type, id, length, padding) "\1" type id length padding "\0"

/* Records of request 1, without padding. */
#define RECORD(type, length, content) HEADER(type, "\0\1", length, "\0") content

#define RESPONDER                     "\0\1\0\0\0\0\0\0"
#define BEGIN                         RECORD(BEGIN_REQUEST, "\0\10", RESPONDER)
#define PAIR                          "\1\2A12"
#define PAIR_RECORD                   RECORD(PARAMS, "\0\5", PAIR)
#define END                           RECORD(PARAMS, "\0\0", "")
#define STDIN_END                     RECORD(STDIN, "\0\0", "")

/* What libfcgi gets to read of most rows. */
#define CLEAN      BEGIN PAIR_RECORD END

#define NOT_1      "not version 1 of FastCGI"
#define NOT_BEGIN  "it does not begin with BEGIN_REQUEST"
#define NOT_PARAMS "a record that is not of its parameters"
#define NOT_ROLE   "it is not for a responder"
#define CUT_OFF    "a parameter is cut off"
#define BAD_NAME   "a parameter has no good name"
#define NO_END     "its parameters do not end"

/* What a whole stream comes to. */
struct result {
	enum records_state state;
	const char *wrong; /* when bad */
	const char *bytes; /* when whole: what libfcgi gets */
	size_t len;
	bool ended;
	bool too_large;
};

#define MORE           RECORDS_MORE, NULL, NULL, 0, false, false
#define BAD(text)      RECORDS_BAD, text, NULL, 0, false, false
#define WHOLE(literal) RECORDS_WHOLE, NULL, BYTES(literal), false, false
#define ENDED(literal) RECORDS_WHOLE, NULL, BYTES(literal), true, false

static const struct stream {
	const char *name;
	const char *bytes;
	size_t len;
	struct result want;
} streams[] = {
	{ "nothing", BYTES(""), { MORE } },
	{ "half a header", BYTES("\1\1\0\1"), { MORE } },
	{ "a header", BYTES("\1\1\0\1\0\10\0\0"), { MORE } },
	{ "BEGIN_REQUEST", BYTES(BEGIN), { MORE } },
	{ "no end of PARAMS", BYTES(BEGIN PAIR_RECORD), { MORE } },
	{ "half the end of PARAMS", BYTES(BEGIN PAIR_RECORD "\1\4\0\1"),
	    { MORE } },
	{ "a request", BYTES(BEGIN PAIR_RECORD END), { WHOLE(CLEAN) } },
	{ "and its end", BYTES(BEGIN PAIR_RECORD END STDIN_END),
	    { ENDED(CLEAN) } },
	{ "no parameters", BYTES(BEGIN END), { WHOLE(BEGIN END) } },

	/* What is allowed, and does not reach libfcgi. */
	{ "two records of parameters",
	    BYTES(BEGIN RECORD(PARAMS, "\0\2", "\1\2")
	            RECORD(PARAMS, "\0\3", "A12") END),
	    { WHOLE(CLEAN) } },
	{ "padding",
	    BYTES(HEADER(BEGIN_REQUEST, "\0\1", "\0\10", "\3") RESPONDER
	        "\1\2\3" HEADER(PARAMS, "\0\1", "\0\5", "\1") PAIR
	        "\377" HEADER(PARAMS, "\0\1", "\0\0", "\2") "\1\1" STDIN_END),
	    { ENDED(CLEAN) } },
	{ "reserved bytes and flags",
	    BYTES("\1\1\0\1\0\10\0\377"
	          "\0\1\377\1\2\3\4\5"
	          "\1\4\0\1\0\5\0\377" PAIR "\1\4\0\1\0\0\0\377"),
	    { WHOLE(CLEAN) } },
	{ "the greatest id",
	    BYTES(HEADER(BEGIN_REQUEST, "\377\377", "\0\10", "\0")
	            RESPONDER HEADER(PARAMS, "\377\377", "\0\0", "\0")),
	    { WHOLE(HEADER(BEGIN_REQUEST, "\377\377", "\0\10", "\0")
	            RESPONDER HEADER(PARAMS, "\377\377", "\0\0", "\0")) } },

	/* What comes behind the parameters. */
	{ "half a body", BYTES(CLEAN RECORD(STDIN, "\0\4", "ab")),
	    { WHOLE(CLEAN) } },
	{ "a body that looks like its end",
	    BYTES(CLEAN RECORD(STDIN, "\0\10", STDIN_END)), { WHOLE(CLEAN) } },
	{ "padding that looks like its end",
	    BYTES(CLEAN HEADER(STDIN, "\0\1", "\0\1", "\10") "a" STDIN_END),
	    { WHOLE(CLEAN) } },
	{ "a body and its end",
	    BYTES(CLEAN RECORD(STDIN, "\0\4", "abcd") STDIN_END),
	    { ENDED(CLEAN) } },
	{ "ABORT_REQUEST behind",
	    BYTES(CLEAN RECORD(ABORT_REQUEST, "\0\0", "")), { ENDED(CLEAN) } },
	{ "other records behind",
	    BYTES(CLEAN BEGIN PAIR_RECORD RECORD(GET_VALUES, "\0\0", "")),
	    { WHOLE(CLEAN) } },
	{ "no records behind", BYTES(CLEAN "HTTP/1.1"), { WHOLE(CLEAN) } },

	/* BEGIN_REQUEST comes first, and is good. */
	{ "version 0", BYTES("\0\1\0\1\0\10\0\0"), { BAD(NOT_1) } },
	{ "version 2", BYTES("\2\1\0\1\0\10\0\0"), { BAD(NOT_1) } },
	{ "HTTP", BYTES("GET / HTTP/1.1"), { BAD(NOT_1) } },
	{ "PARAMS first", BYTES(PAIR_RECORD), { BAD(NOT_BEGIN) } },
	{ "STDIN first", BYTES(STDIN_END), { BAD(NOT_BEGIN) } },
	{ "GET_VALUES first",
	    BYTES(HEADER(GET_VALUES, "\0\0", "\0\10", "\0") RESPONDER),
	    { BAD(NOT_BEGIN) } },
	{ "type 0 first", BYTES(RECORD("\0", "\0\10", RESPONDER)),
	    { BAD(NOT_BEGIN) } },
	{ "id 0", BYTES(HEADER(BEGIN_REQUEST, "\0\0", "\0\10", "\0") RESPONDER),
	    { BAD(NOT_BEGIN) } },
	{ "a byte short", BYTES(RECORD(BEGIN_REQUEST, "\0\7", RESPONDER)),
	    { BAD(NOT_BEGIN) } },
	{ "a byte long", BYTES(RECORD(BEGIN_REQUEST, "\0\11", RESPONDER)),
	    { BAD(NOT_BEGIN) } },
	{ "256 bytes long", BYTES(RECORD(BEGIN_REQUEST, "\1\10", RESPONDER)),
	    { BAD(NOT_BEGIN) } },
	{ "BEGIN_REQUEST is empty", BYTES(RECORD(BEGIN_REQUEST, "\0\0", "")),
	    { BAD(NOT_BEGIN) } },
	{ "an authorizer",
	    BYTES(RECORD(BEGIN_REQUEST, "\0\10", "\0\2\0\0\0\0\0\0")),
	    { BAD(NOT_ROLE) } },
	{ "role 0", BYTES(RECORD(BEGIN_REQUEST, "\0\10", "\0\0\0\0\0\0\0\0")),
	    { BAD(NOT_ROLE) } },
	{ "role 257", BYTES(RECORD(BEGIN_REQUEST, "\0\10", "\1\1\0\0\0\0\0\0")),
	    { BAD(NOT_ROLE) } },

	/* Then PARAMS of that id, and nothing else. */
	{ "version 2 later", BYTES(BEGIN "\2\4\0\1\0\0\0\0"), { BAD(NOT_1) } },
	{ "BEGIN_REQUEST twice", BYTES(BEGIN BEGIN), { BAD(NOT_PARAMS) } },
	{ "ABORT_REQUEST in between",
	    BYTES(BEGIN PAIR_RECORD RECORD(ABORT_REQUEST, "\0\0", "")),
	    { BAD(NOT_PARAMS) } },
	{ "END_REQUEST in between",
	    BYTES(BEGIN RECORD(END_REQUEST, "\0\10", RESPONDER)),
	    { BAD(NOT_PARAMS) } },
	{ "STDIN in between", BYTES(BEGIN PAIR_RECORD STDIN_END END),
	    { BAD(NOT_PARAMS) } },
	{ "GET_VALUES in between",
	    BYTES(BEGIN HEADER(GET_VALUES, "\0\0", "\0\0", "\0") END),
	    { BAD(NOT_PARAMS) } },
	{ "type 12 in between", BYTES(BEGIN RECORD("\14", "\0\0", "") END),
	    { BAD(NOT_PARAMS) } },
	{ "another id's PARAMS",
	    BYTES(BEGIN HEADER(PARAMS, "\0\2", "\0\5", "\0") PAIR END),
	    { BAD(NOT_PARAMS) } },
	{ "another id by its high byte",
	    BYTES(BEGIN HEADER(PARAMS, "\1\1", "\0\0", "\0")),
	    { BAD(NOT_PARAMS) } },
	{ "another id's end",
	    BYTES(BEGIN PAIR_RECORD HEADER(PARAMS, "\0\2", "\0\0", "\0")),
	    { BAD(NOT_PARAMS) } },
	{ "PARAMS of id 0", BYTES(BEGIN HEADER(PARAMS, "\0\0", "\0\0", "\0")),
	    { BAD(NOT_PARAMS) } },
	{ "bad stays bad", BYTES(BEGIN STDIN_END CLEAN STDIN_END),
	    { BAD(NOT_PARAMS) } },
};

/* The content of PARAMS, in one record. */
static const struct content {
	const char *name;
	const char *bytes;
	size_t len;
	const char *wrong; /* NULL: good */
} contents[] = {
	{ "a pair", BYTES("\1\1AB"), NULL },
	{ "two pairs", BYTES("\1\1AB\2\1CDE"), NULL },
	{ "a name twice", BYTES("\1\1AB\1\1AB"), NULL },
	{ "an empty value", BYTES("\1\0A"), NULL },
	{ "a long length of a name", BYTES("\200\0\0\1\1AB"), NULL },
	{ "a long length of a value", BYTES("\1\200\0\0\1AB"), NULL },
	{ "a long length of nothing", BYTES("\1\200\0\0\0A"), NULL },
	{ "two long lengths", BYTES("\200\0\0\1\200\0\0\1AB\1\0C"), NULL },
	{ "= in a value", BYTES("\1\3A=B="), NULL },
	{ "any other byte", BYTES("\2\3\1\377\177\200\n"), NULL },
	{ "no length of a value", BYTES("\1"), CUT_OFF },
	{ "a long length, 1 byte of 4", BYTES("\200"), CUT_OFF },
	{ "a long length, 3 bytes of 4", BYTES("\200\0\0"), CUT_OFF },
	{ "a value's long length, 1 byte of 4", BYTES("\1\200"), CUT_OFF },
	{ "a value's long length, 3 bytes of 4", BYTES("\1\200\0\0"), CUT_OFF },
	{ "no name", BYTES("\1\0"), CUT_OFF },
	{ "half a name", BYTES("\2\0A"), CUT_OFF },
	{ "no value", BYTES("\1\1A"), CUT_OFF },
	{ "half a value", BYTES("\1\2AB"), CUT_OFF },
	{ "half a second pair", BYTES("\1\1AB\1\1A"), CUT_OFF },
	{ "a byte behind", BYTES("\1\1AB\1"), CUT_OFF },
	{ "lengths that agree only without the high byte",
	    BYTES("\201\0\0\1\1AB"), CUT_OFF },
	{ "the third byte of a length counts", BYTES("\200\1\0\1\1AB"),
	    CUT_OFF },
	{ "the second byte of a length counts", BYTES("\200\0\1\1\1AB"),
	    CUT_OFF },
	{ "the greatest lengths", BYTES("\377\377\377\377\377\377\377\377AB"),
	    CUT_OFF },
	{ "a sum of 2^32", BYTES("\377\377\377\377\200\0\0\1AB"), CUT_OFF },
	{ "an empty name", BYTES("\0\1B"), BAD_NAME },
	{ "an empty pair", BYTES("\0\0"), BAD_NAME },
	{ "an empty name, later", BYTES("\1\1AB\0\1B"), BAD_NAME },
	{ "= in a name", BYTES("\3\1A=BC"), BAD_NAME },
	{ "a name of =", BYTES("\1\1=B"), BAD_NAME },
	{ "= at a name's end", BYTES("\2\1A=B"), BAD_NAME },
	{ "NUL in a name", BYTES("\3\1A\0BC"), BAD_NAME },
	{ "NUL at a name's end", BYTES("\2\1A\0B"), BAD_NAME },
	{ "a name of NUL", BYTES("\1\1\0B"), BAD_NAME },
};

/*
 * Parameters made up at the edges of the limits: pairs of one name and value,
 * the last one's value longer, in records of a size.
 */
static const struct size {
	const char *name;
	size_t pairs, content; /* bytes in all */
	size_t record;         /* bytes of a record's content */
	uint8_t padding;
	bool too_large;    /* so that none is kept */
	const char *wrong; /* NULL: good */
} sizes[] = {
	{ "as many pairs", 512, 2048, 65535, 0, false, NULL },
	{ "a pair more", 513, 2052, 65535, 0, true, NULL },
	{ "many pairs more", 10000, 40000, 65535, 0, true, NULL },
	{ "as long", 1, 65535, 65535, 0, false, NULL },
	{ "a byte longer", 1, 65536, 65535, 0, true, NULL },
	{ "a byte longer, in halves", 1, 65536, 32768, 0, true, NULL },
	{ "much longer", 1, 200000, 65535, 0, true, NULL },
	{ "as many and as long", 512, 65535, 4096, 0, false, NULL },
	{ "as long, records of a byte", 1, 65535, 1, 0, false, NULL },
	{ "a byte longer, records of a byte", 1, 65536, 1, 0, true, NULL },
	{ "as long, all padded", 1, 65535, 255, 255, false, NULL },
	{ "just over all limits", 1, 1048000, 65535, 0, true, NULL },
	{ "endless", 1, 1048576, 65535, 0, false, NO_END },
	{ "endless padding", 1, 4100, 1, 255, false, NO_END },
};

#define STREAM_MAX (1 << 21)

static struct records *records; /* its bytes end where the page does */
static char *room;              /* STREAM_MAX bytes, that too */

/* Give a stream in pieces, each one at the end of the room. */
static void
feed(const char *bytes, size_t len, size_t piece)
{
	while (len > 0) {
		size_t n = piece < len ? piece : len;
		uint8_t *at = (uint8_t *)room + STREAM_MAX - n;
		enum records_state state;

		memcpy(at, bytes, n);
		state = records_add(records, at, n);
		assert_int_equal(state, records->state);
		bytes += n;
		len -= n;
	}
}

/* Compare with what is wanted, and clear: nothing may be left. */
static void
check(const struct result *want)
{
	static const struct records clear;

	assert_int_equal(records->state, want->state);
	assert_int_equal(records->ended, want->ended);
	if (want->state == RECORDS_BAD)
		assert_string_equal(records->wrong, want->wrong);
	else
		assert_null(records->wrong);
	if (want->state == RECORDS_WHOLE) {
		assert_int_equal(records->too_large, want->too_large);
		assert_int_equal(records->len, want->len);
		assert_memory_equal(records->bytes, want->bytes, want->len);
	}
	records_clear(records);
	assert_memory_equal(records, &clear, sizeof clear);
}

/* A stream in pieces of some sizes. */
static void
check_pieces(const char *bytes, size_t len, const struct result *want)
{
	static const size_t pieces[] = { STREAM_MAX, 1, 2, 7, 8, 9, 4096 };

	memset(records, 0, sizeof *records); /* a test before may have failed */
	for (size_t i = 0; i < COUNT(pieces); i++) {
		feed(bytes, len, pieces[i]);
		check(want);
	}
}

/* And cut in two, at every place. */
static void
check_cuts(const char *bytes, size_t len, const struct result *want)
{
	check_pieces(bytes, len, want);
	for (size_t cut = 1; cut < len; cut++) {
		feed(bytes, cut, cut);
		feed(bytes + cut, len - cut, len);
		check(want);
	}
}

static void
vet(void **state)
{
	const struct stream *row = *state;

	check_cuts(row->bytes, row->len, &row->want);
}

static void
append(char *stream, size_t *len, const void *bytes, size_t n)
{
	assert_true(*len + n <= STREAM_MAX);
	memcpy(stream + *len, bytes, n);
	*len += n;
}

/* A request with this content of PARAMS, in records of a size, padded. */
static size_t
make_request(
    char *stream, const char *content, size_t n, size_t record, uint8_t padding)
{
	static const char zeros[255];
	size_t len = 0;

	append(stream, &len, BYTES(BEGIN));
	while (n > 0) {
		size_t part = record < n ? record : n;
		const uint8_t header[] = { 1, 4, 0, 1, (uint8_t)(part >> 8),
			(uint8_t)part, padding, 0 };

		append(stream, &len, header, sizeof header);
		append(stream, &len, content, part);
		append(stream, &len, zeros, padding);
		content += part;
		n -= part;
	}
	append(stream, &len, BYTES(END));
	return len;
}

/* Give content in records of a size, cut anywhere; kept is what is left of it.
 */
static void
check_content(const char *bytes, const char *kept, size_t len, size_t size,
    const char *wrong)
{
	char stream[256], wanted[256];
	size_t n = make_request(stream, bytes, len, size, 0);
	struct result want = { .state = RECORDS_WHOLE,
		.bytes = wanted,
		.len = make_request(wanted, kept, len, len, 0) };

	if (wrong != NULL)
		want = (struct result){ BAD(wrong) };
	check_cuts(stream, n, &want);
}

static void
vet_pairs(void **state)
{
	const struct content *row = *state;

	check_content(row->bytes, row->bytes, row->len, row->len, row->wrong);
	/* Each of its bytes in a record of its own. */
	check_content(row->bytes, row->bytes, row->len, 1, row->wrong);
}

/* A NUL in a value becomes a byte that is refused wherever it matters. */
static const struct replaced {
	const char *name;
	const char *bytes;
	size_t len;
	const char *kept;
} nuls[] = {
	{ "NUL in a value", BYTES("\1\3AB\0C"), "\1\3AB\377C" },
	{ "NUL at a value's end", BYTES("\1\2AB\0"), "\1\2AB\377" },
	{ "a value of NULs", BYTES("\1\2A\0\0"), "\1\2A\377\377" },
	{ "NUL in the last of two values", BYTES("\1\1AB\1\1C\0"),
	    "\1\1AB\1\1C\377" },
	{ "NUL in the first of two values", BYTES("\1\1A\0\1\1CB"),
	    "\1\1A\377\1\1CB" },
	{ "NUL in a value with a long length", BYTES("\1\200\0\0\1A\0"),
	    "\1\200\0\0\1A\377" },
};

static void
replace_nul(void **state)
{
	const struct replaced *row = *state;

	check_content(row->bytes, row->kept, row->len, row->len, NULL);
	check_content(row->bytes, row->kept, row->len, 1, NULL);
}

/* Content of so many pairs and bytes. */
static char *
make_content(size_t pairs, size_t n)
{
	char *content = guarded(NULL, n), *at = content;
	size_t value = n - 4 * pairs + 1;

	for (; pairs > 1; pairs--, at += 4)
		memcpy(at, "\1\1AB", 4);
	if (value == 1) {
		memcpy(at, "\1\1AB", 4);
		return content;
	}
	value -= 3; /* the length takes four bytes */
	at[0] = 1;
	at[1] = (char)(0x80 | value >> 24);
	at[2] = (char)(value >> 16);
	at[3] = (char)(value >> 8);
	at[4] = (char)value;
	return content;
}

static void
keep_limits(void **state)
{
	const struct size *row = *state;
	char *stream = malloc(STREAM_MAX), *wanted = malloc(STREAM_MAX);
	char *content = make_content(row->pairs, row->content);
	size_t len;
	struct result want = { BAD(row->wrong) };

	assert_non_null(stream);
	assert_non_null(wanted);
	if (row->wrong == NULL)
		want = (struct result){ .state = RECORDS_WHOLE,
			.bytes = wanted,
			.len = make_request(wanted, content,
			    row->too_large ? 0 : row->content, 65535, 0),
			.too_large = row->too_large };
	len = make_request(
	    stream, content, row->content, row->record, row->padding);
	check_pieces(stream, len, &want);
	free(stream);
	free(wanted);
}

/* Bad is said as soon as it is known, and whole too: no waiting for more. */
static void
decide_at_once(void **state)
{
	static const char good[] = BEGIN PAIR_RECORD END STDIN_END;
	static const char bad[] = BEGIN STDIN_END;
	size_t whole = sizeof(CLEAN) - 1;

	(void)state;
	for (size_t n = 0; n < sizeof good; n++) {
		feed(good, n, 1);
		assert_int_equal(
		    records->state, n < whole ? RECORDS_MORE : RECORDS_WHOLE);
		assert_int_equal(records->ended, n == sizeof good - 1);
		records_clear(records);
	}
	for (size_t n = 0; n < sizeof bad; n++) {
		feed(bad, n, 1);
		assert_int_equal(records->state,
		    n < sizeof bad - 1 ? RECORDS_MORE : RECORDS_BAD);
		records_clear(records);
	}
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(vet, streams) },
		{ ROWS(vet_pairs, contents) },
		{ ROWS(replace_nul, nuls) },
		{ ROWS(keep_limits, sizes) },
		{ ALONE(decide_at_once) },
	};

	room = guarded(NULL, STREAM_MAX);
	records = (void *)guarded(NULL, sizeof *records);
	memset(records, 0, sizeof *records);
	return run_all(tests, COUNT(tests));
}
