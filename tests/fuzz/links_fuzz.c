/*
 * links_fuzz.c - a line is a query string, the rest is the count: a page of a
 * list as query_parse() and tokens_read() could leave it.
 *
 * Promises: Link is printable, within its size, and made of targets in <> that
 * read back as the query's values; the relations are those that exist, and
 * their offsets are right.
 */
#include <inttypes.h>

#include "fuzz.h"
#include "links.h"
#include "query.h"

/* All parameters. */
#define ALL (QUERY_PARAMETER(QUERY_PARAMETERS) - 1)

enum relation { FIRST, PREV, NEXT, LAST, RELATIONS };

struct list {
	struct query query;
	struct token_list page;
};

/* Read a target, "?query"; returns its offset. */
static int64_t
read_target(const char *text, size_t len, const struct list *list)
{
	char error[QUERY_ERROR_SIZE];
	struct query q;

	PROMISE(text[0] == '?');
	PROMISE(query_parse(&q, ALL, text + 1, len - 1, error));
	PROMISE(q.limit == (list->query.limit > 0 ? list->query.limit
	                                          : QUERY_DEFAULT_LIMIT));
	PROMISE((q.show_all == QUERY_FLAG_ON) ==
	        (list->query.show_all == QUERY_FLAG_ON));
	PROMISE(
	    (q.mask == QUERY_FLAG_ON) == (list->query.mask == QUERY_FLAG_ON));
	PROMISE(q.details == list->query.details);
	PROMISE(strcmp(q.api_key, list->query.api_key) == 0);
	PROMISE((memmem(text, len, "api_key=", 8) != NULL) ==
	        (q.api_key[0] != '\0'));
	return q.offset;
}

/* Read one link; returns what follows it. */
static const char *
read_link(const char *text, const struct list *list, int64_t offsets[RELATIONS])
{
	static const char *const ends[RELATIONS] = {
		[FIRST] = ">; rel=\"first\"",
		[PREV] = ">; rel=\"prev\"",
		[NEXT] = ">; rel=\"next\"",
		[LAST] = ">; rel=\"last\"",
	};
	size_t len;
	int i = 0;

	PROMISE(text[0] == '<');
	len = strcspn(++text, "<>");
	while (
	    i < RELATIONS && strncmp(text + len, ends[i], strlen(ends[i])) != 0)
		i++;
	PROMISE(i < RELATIONS && offsets[i] < 0);
	offsets[i] = read_target(text, len, list);
	return text + len + strlen(ends[i]);
}

static void
check_offsets(const struct list *list, const int64_t offsets[RELATIONS])
{
	int64_t limit =
	    list->query.limit > 0 ? list->query.limit : QUERY_DEFAULT_LIMIT;
	int64_t offset = list->query.offset, count = list->page.count;

	PROMISE(offsets[FIRST] == 0);
	PROMISE((offsets[PREV] >= 0) == (offset > 0));
	PROMISE(
	    offsets[PREV] < count && (offset == 0 || offsets[PREV] < offset));
	PROMISE(
	    (offsets[NEXT] >= 0) == token_list_has_next(&list->page, offset));
	if (offsets[NEXT] >= 0)
		PROMISE(offsets[NEXT] == offset + (int64_t)list->page.n);
	/* The last page begins at a multiple and holds the last token. */
	PROMISE(offsets[LAST] >= 0 && offsets[LAST] % limit == 0);
	PROMISE(offsets[LAST] < count && count - offsets[LAST] <= limit);
}

/* The page as a database with count tokens would give it. */
static void
fill_page(struct list *list, int64_t count)
{
	int64_t rest =
	    count > list->query.offset ? count - list->query.offset : 0;

	list->page = (struct token_list){ .count = count,
		.n = (size_t)(rest < list->query.limit ? rest
		                                       : list->query.limit) };
}

static void
check_link(const struct list *list)
{
	int64_t offsets[RELATIONS] = { -1, -1, -1, -1 };
	char *out = allocate(LINKS_SIZE);
	size_t len = links_format(out, &list->query, &list->page);
	const char *p = out;

	PROMISE(len < LINKS_SIZE && len == strlen(out));
	for (size_t i = 0; i < len; i++)
		PROMISE(out[i] >= ' ' && out[i] <= '~');
	PROMISE((len == 0) == (list->page.count == (int64_t)list->page.n));
	while (*p != '\0') {
		if (p != out) {
			PROMISE(strncmp(p, ", ", 2) == 0);
			p += 2;
		}
		p = read_link(p, list, offsets);
	}
	if (len > 0)
		check_offsets(list, offsets);
	free(out);
}

/* The length of the line that data begins with. */
static size_t
line_len(const uint8_t *data, size_t size)
{
	const uint8_t *end = memchr(data, '\n', size);

	return end != NULL ? (size_t)(end - data) : size;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;
	size_t len = line_len(data, size);
	char error[QUERY_ERROR_SIZE];
	struct list list = { 0 };
	uint64_t count = 0;

	if (!query_parse(&list.query, ALL, (const char *)data, len, error) ||
	    data + len == end)
		return 0;
	for (data += len; data < end; data++)
		if (*data >= '0' && *data <= '9')
			count = count * 10 + (uint64_t)(*data - '0');
	fill_page(&list, (int64_t)(count & INT64_MAX));
	check_link(&list);
	return 0;
}
