/*
 * accept.c - what a client would rather have (RFC 9110, section 12.5.1).
 *
 * Pure.
 */
#include <string.h>
#include <strings.h>

#include "accept.h"

#define BLANKS " \t"

/* A part of the header's value, without the blanks around it. */
struct part {
	const char *text;
	size_t len;
};

/* Cut off the part that ends before a separator; false: nothing is left. */
static bool
next_part(struct part *rest, char separator, struct part *part)
{
	const char *end;

	if (rest->text == NULL)
		return false;
	end = memchr(rest->text, separator, rest->len);
	*part = *rest;
	if (end == NULL) {
		rest->text = NULL;
	} else {
		part->len = (size_t)(end - part->text);
		rest->text = end + 1;
		rest->len -= part->len + 1;
	}
	while (part->len > 0 && strchr(BLANKS, part->text[0]) != NULL) {
		part->text++;
		part->len--;
	}
	while (
	    part->len > 0 && strchr(BLANKS, part->text[part->len - 1]) != NULL)
		part->len--;
	return true;
}

static bool
is_same(struct part part, const char *text)
{
	return part.len == strlen(text) &&
	       strncasecmp(part.text, text, part.len) == 0;
}

static bool
is_weight(struct part part)
{
	return part.len >= 2 && strncasecmp(part.text, "q=", 2) == 0;
}

/* The weight of a part like "q=0.8", 0 ... 1000; -1: ill-formed. */
static int
weight_of(struct part part)
{
	int weight, unit = 1000;

	if (part.len < strlen("q=0") || part.len > strlen("q=0.123") ||
	    (part.text[2] != '0' && part.text[2] != '1') ||
	    (part.len > 3 && part.text[3] != '.'))
		return -1;
	weight = (part.text[2] - '0') * unit;
	for (size_t i = 4; i < part.len; i++) {
		if (part.text[i] < '0' || part.text[i] > '9')
			return -1;
		unit /= 10;
		weight += (part.text[i] - '0') * unit;
	}
	return weight <= 1000 ? weight : -1;
}

/*
 * The weight that Accept gives to a media type: that of the element which says
 * it most exactly; 0 where none does.
 *
 * ranges  the media type and the ranges that it is in, the most exact first
 */
static int
quality(const char *value, const char *const ranges[3])
{
	struct part rest = { value, strlen(value) }, element, part;
	size_t exact = 3;
	int best = 0;

	while (next_part(&rest, ',', &element)) {
		int weight = 1000;
		size_t i = 0;

		(void)next_part(&element, ';', &part);
		while (i < exact && !is_same(part, ranges[i]))
			i++;
		while (next_part(&element, ';', &part))
			if (is_weight(part))
				weight = weight_of(part);
		if (i < exact && weight >= 0) {
			exact = i;
			best = weight;
		}
	}
	return best;
}

bool
accept_prefers_html(const char *value)
{
	static const char *const html[] = { "text/html", "text/*", "*/*" };
	static const char *const json[] = { "application/json", "application/*",
		"*/*" };

	return quality(value, html) > quality(value, json);
}
