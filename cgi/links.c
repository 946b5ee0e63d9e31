/*
 * links.c - the Link header of a list (RFC 8288, section 3).
 *
 * Pure.
 */
#include <stdio.h>
#include <string.h>

#include "links.h"
#include "uri.h"

/* The most bytes of a target's place in the list. */
#define PLACE_SIZE sizeof "&_offset=9223372036854775807&_after="

_Static_assert(PLACE_SIZE > sizeof "&_after=" + CURSOR_LEN, "any place");

/* A header that is being made, and what all its targets share. */
struct links {
	char *out; /* LINKS_SIZE bytes, n of them written */
	size_t n;
	char api_key[3 * QUERY_API_KEY_MAX + 1];
	int64_t limit;
	const char *show_all, *details, *mask, *count; /* "" where not */
};

/* Append one link; place: "", or parameters that say where its page begins. */
static void
add_link(struct links *links, const char *relation, const char *place)
{
	links->n += (size_t)snprintf(links->out + links->n,
	    LINKS_SIZE - links->n, "%s<?_limit=%lld%s%s%s%s%s%s%s>; rel=\"%s\"",
	    links->n > 0 ? ", " : "", (long long)links->limit, place,
	    links->show_all, links->details, links->mask, links->count,
	    links->api_key[0] != '\0' ? "&api_key=" : "", links->api_key,
	    relation);
}

static void
add_offset(struct links *links, const char *relation, int64_t offset)
{
	char place[PLACE_SIZE];

	snprintf(place, sizeof place, "&_offset=%lld", (long long)offset);
	add_link(links, relation, place);
}

static void
add_after(
    struct links *links, const char *relation, const struct cursor *cursor)
{
	char place[PLACE_SIZE] = "&_after=";

	cursor_format(place + strlen(place), cursor);
	add_link(links, relation, place);
}

/* The pages of a list that is read by cursors. */
static void
add_cursors(struct links *links, const struct query *query,
    const struct token_list *list)
{
	add_link(links, "first", "");
	if (!list->next)
		return;
	if (list->n > 0) {
		const struct token_row *last = &list->rows[list->n - 1];

		add_after(
		    links, "next", &(struct cursor){ last->expires, last->id });
	} else if (query_has(query, QUERY_AFTER)) {
		add_after(links, "next", &query->after);
	} else {
		add_link(links, "next", "");
	}
}

/* The pages of a list that is read by offsets. */
static void
add_offsets(struct links *links, const struct query *query,
    const struct token_list *list)
{
	int64_t last = list->count > 0
	                   ? (list->count - 1) / links->limit * links->limit
	                   : 0;
	int64_t before = query->offset - links->limit; /* neither is < 0 */

	if (!list->uncounted && before > last)
		before = last;
	add_offset(links, "first", 0);
	if (query->offset > 0)
		add_offset(links, "prev", before < 0 ? 0 : before);
	if (list->next)
		add_offset(links, "next", query->offset + (int64_t)list->n);
	if (!list->uncounted)
		add_offset(links, "last", last);
}

/* Is the page the whole list, or the list empty? */
static bool
is_whole(const struct query *query, const struct token_list *list)
{
	if (query_has(query, QUERY_AFTER))
		return false;
	if (list->uncounted)
		return query->offset == 0 && !list->next;
	return (uint64_t)list->count == list->n;
}

size_t
links_format(char out[LINKS_SIZE], const struct query *query,
    const struct token_list *list)
{
	struct links links = {
		.out = out,
		.limit = query->limit > 0 ? query->limit : QUERY_DEFAULT_LIMIT,
		.show_all =
		    query->show_all == QUERY_FLAG_ON ? "&show_all=1" : "",
		.details = query->details ? "&_format=with_details" : "",
		.mask = query->mask == QUERY_FLAG_ON ? "&_mask=1" : "",
		.count = query->count == QUERY_FLAG_OFF ? "&_count=0" : "",
	};

	out[0] = '\0';
	if (is_whole(query, list))
		return 0;
	uri_encode(links.api_key, query->api_key, strlen(query->api_key));
	if (query_has(query, QUERY_AFTER) ||
	    (list->uncounted && !query_has(query, QUERY_OFFSET)))
		add_cursors(&links, query, list);
	else
		add_offsets(&links, query, list);
	return links.n;
}
