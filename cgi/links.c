/*
 * links.c - the Link header of a list (RFC 8288, section 3).
 *
 * Pure.
 */
#include <stdio.h>
#include <string.h>

#include "links.h"
#include "uri.h"

/* What all targets share. */
struct target {
	char api_key[3 * QUERY_API_KEY_MAX + 1];
	int64_t limit;
	const char *show_all, *details, *mask; /* "" where not */
};

/* Append one link at out[n]; returns the length of all. */
static size_t
add_link(char out[LINKS_SIZE], size_t n, const struct target *target,
    const char *relation, int64_t offset)
{
	return n + (size_t)snprintf(out + n, LINKS_SIZE - n,
	               "%s<?_limit=%lld&_offset=%lld%s%s%s%s%s>; rel=\"%s\"",
	               n > 0 ? ", " : "", (long long)target->limit,
	               (long long)offset, target->show_all, target->details,
	               target->mask,
	               target->api_key[0] != '\0' ? "&api_key=" : "",
	               target->api_key, relation);
}

size_t
links_format(char out[LINKS_SIZE], const struct query *query,
    const struct token_list *list)
{
	struct target target = {
		.limit = query->limit > 0 ? query->limit : QUERY_DEFAULT_LIMIT,
		.show_all =
		    query->show_all == QUERY_FLAG_ON ? "&show_all=1" : "",
		.details = query->details ? "&_format=with_details" : "",
		.mask = query->mask == QUERY_FLAG_ON ? "&_mask=1" : "",
	};
	int64_t last = list->count > 0
	                   ? (list->count - 1) / target.limit * target.limit
	                   : 0;
	int64_t before = query->offset - target.limit; /* neither is < 0 */
	size_t n;

	out[0] = '\0';
	if ((uint64_t)list->count == list->n)
		return 0;
	uri_encode(target.api_key, query->api_key, strlen(query->api_key));

	n = add_link(out, 0, &target, "first", 0);
	if (query->offset > 0)
		n = add_link(out, n, &target, "prev",
		    before < 0      ? 0
		    : before > last ? last
		                    : before);
	if (token_list_has_next(list, query->offset))
		n = add_link(
		    out, n, &target, "next", query->offset + (int64_t)list->n);
	n = add_link(out, n, &target, "last", last);
	return n;
}
