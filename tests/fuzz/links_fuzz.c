/*
 * links_fuzz.c - a line is a query string, the rest is the count: a page of a
 * list as query_parse() and tokens_read() could leave it.
 *
 * Promises: Link is printable, within its size, and made of targets in <> that
 * read back as the query's values; the relations are those that exist, and
 * their offsets and cursors are right.
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
	struct token_row last; /* of the page */
	struct token_list page;
};

/* Is the list read by cursors? */
static bool
by_cursors(const struct query *q)
{
	return query_has(q, QUERY_AFTER) ||
	       (q->count == QUERY_FLAG_OFF && !query_has(q, QUERY_OFFSET));
}

/* The id at which a page by cursors begins, or -1. */
static int64_t
position_of(const struct query *q)
{
	return query_has(q, QUERY_AFTER) ? q->after.id : -1;
}

/* Read a target, "?query"; returns its offset. */
static int64_t
read_target(const char *text, size_t len, const struct list *list, bool is_next)
{
	int64_t behind = !is_next           ? -1
	                 : list->page.n > 0 ? list->last.id
	                                    : position_of(&list->query);
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
	PROMISE((q.count == QUERY_FLAG_OFF) ==
	        (list->query.count == QUERY_FLAG_OFF));
	PROMISE(query_has(&q, QUERY_OFFSET) != by_cursors(&list->query));
	if (by_cursors(&list->query))
		PROMISE(position_of(&q) == behind);
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
	offsets[i] = read_target(text, len, list, i == NEXT);
	return text + len + strlen(ends[i]);
}

static void
check_offsets(const struct list *list, const int64_t offsets[RELATIONS])
{
	int64_t limit =
	    list->query.limit > 0 ? list->query.limit : QUERY_DEFAULT_LIMIT;
	int64_t offset = list->query.offset, count = list->page.count;

	PROMISE(offsets[FIRST] == 0);
	PROMISE((offsets[NEXT] >= 0) == list->page.next);
	if (by_cursors(&list->query)) {
		PROMISE(offsets[PREV] < 0 && offsets[LAST] < 0);
		return;
	}
	PROMISE((offsets[PREV] >= 0) == (offset > 0));
	PROMISE(offset == 0 || offsets[PREV] < offset);
	if (offsets[NEXT] >= 0)
		PROMISE(offsets[NEXT] == offset + (int64_t)list->page.n);
	PROMISE((offsets[LAST] < 0) == list->page.uncounted);
	if (list->page.uncounted)
		return;
	PROMISE(offsets[PREV] < count);
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

	bool uncounted = list->query.count == QUERY_FLAG_OFF;
	int64_t n = rest < list->query.limit ? rest : list->query.limit;

	/* Of a page by cursors the last row alone is looked at. */
	if (by_cursors(&list->query))
		n = n > 0;
	list->last.id = 17;
	list->page = (struct token_list){ .uncounted = uncounted,
		.count = uncounted ? 0 : count,
		.next = rest > n,
		.n = (size_t)n,
		.rows = &list->last };
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
	if (query_has(&list->query, QUERY_AFTER))
		PROMISE(len > 0);
	else if (list->page.uncounted)
		PROMISE((len == 0) ==
		        (list->query.offset == 0 && !list->page.next));
	else
		PROMISE(
		    (len == 0) == (list->page.count == (int64_t)list->page.n));
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
