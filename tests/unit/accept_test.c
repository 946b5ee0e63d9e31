/*
 * accept_test.c - what a client would rather have.
 *
 * Wanted values: oauth_access_tokens(8), THE PAGE: HTML for browsers that a
 * person sends, JSON for everyone else; RFC 9110, sections 12.4.2 (weights),
 * 12.5.1 (the most exact range counts) and 5.6.1.2 (empty elements).  The
 * headers of real clients are those that they send when nobody sets one.
 */
#include "guarded.h"

#include "accept.h"

static const struct header {
	const char *name;
	const char *value;
	bool html;
} headers[] = {
	{ "Firefox",
	    "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
	    true },
	{ "Firefox, with images",
	    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
	    "image/webp,image/png,image/svg+xml,*/*;q=0.8",
	    true },
	{ "Chromium",
	    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,"
	    "image/webp,image/apng,*/*;q=0.8,"
	    "application/signed-exchange;v=b3;q=0.7",
	    true },
	{ "Lynx",
	    "text/html, text/plain, text/sgml, text/css, "
	    "application/xhtml+xml, */*;q=0.01",
	    true },
	{ "w3m", "text/html, text/*;q=0.5, image/*", true },
	{ "Java", "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
	    true },

	{ "curl, requests, fetch", "*/*", false },
	{ "axios", "application/json, text/plain, */*", false },
	{ "jQuery", "application/json, text/javascript, */*; q=0.01", false },
	{ "HTTPie", "application/json, */*;q=0.5", false },
	{ "Internet Explorer, which takes all alike",
	    "text/html, application/xhtml+xml, */*", false },
	{ "a browser's picture",
	    "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8",
	    false },
	{ "a browser's style sheet", "text/css,*/*;q=0.1", false },

	{ "HTML alone", "text/html", true },
	{ "JSON alone", "application/json", false },
	{ "another type alone", "image/png", false },
	{ "both alike", "text/html,application/json", false },
	{ "both alike, the other order", "application/json,text/html", false },
	{ "any text", "text/*", true },
	{ "any text, and any application", "text/*, application/*", false },
	{ "any application", "application/*", false },

	{ "weight: HTML more", "application/json;q=0.8,text/html;q=0.9", true },
	{ "weight: HTML less", "application/json;q=0.9,text/html;q=0.8",
	    false },
	{ "weight: the same", "application/json;q=0.5,text/html;q=0.5", false },
	{ "weight: the same, in more digits",
	    "application/json;q=0.5,text/html;q=0.500", false },
	{ "weight: a tenth more", "application/json;q=0.1,text/html;q=0.2",
	    true },
	{ "weight: a hundredth more",
	    "application/json;q=0.10,text/html;q=0.11", true },
	{ "weight: a thousandth more",
	    "application/json;q=0.998,text/html;q=0.999", true },
	{ "weight: a thousandth less",
	    "application/json;q=0.999,text/html;q=0.998", false },
	{ "weight: without one it is 1", "application/json;q=0.999,text/html",
	    true },
	{ "weight: 1 is as without one", "application/json,text/html;q=1",
	    false },
	{ "weight: 1.000", "application/json;q=0.999,text/html;q=1.000", true },
	{ "weight: a point alone", "application/json;q=0.,text/html;q=0.001",
	    true },
	{ "weight: 1 and a point", "application/json;q=0.9,text/html;q=1.",
	    true },
	{ "weight: 0 is not at all", "text/html;q=0", false },
	{ "weight: 0 of JSON", "application/json;q=0, */*;q=0.1", true },
	{ "weight: in a capital", "application/json;Q=0.1,text/html;q=0.2",
	    true },
	{ "weight: the last of two", "text/html;q=0.9;q=0.1,*/*;q=0.5", false },
	{ "weight: behind parameters", "text/html;level=1;q=0.3,*/*;q=0.5",
	    false },
	{ "weight: before parameters", "text/html;q=0.3;level=1,*/*;q=0.5",
	    false },
	{ "a parameter alone", "text/html;level=1,*/*;q=0.5", true },
	{ "a parameter that begins so", "text/html;qs=0.1,*/*;q=0.5", true },
	{ "a parameter without a value", "text/html;q,*/*;q=0.5", true },

	{ "exact over range: HTML", "text/html;q=0.1,text/*,*/*;q=0.5", false },
	{ "exact over range: HTML, behind it",
	    "*/*;q=0.5,text/*,text/html;q=0.1", false },
	{ "exact over range: JSON",
	    "text/*;q=0.5,application/json;q=0.1,application/*", true },
	{ "exact over range: JSON, behind it",
	    "application/*,text/*;q=0.5,application/json;q=0.1", true },
	{ "range over all: HTML", "text/*;q=0.1,*/*;q=0.5", false },
	{ "range over all: HTML, behind it", "*/*;q=0.5,text/*;q=0.1", false },
	{ "range over all: JSON", "application/*;q=0.1,*/*;q=0.5", true },
	{ "range over all: JSON, behind it", "*/*;q=0.5,application/*;q=0.1",
	    true },
	{ "all for JSON, exact for HTML", "*/*;q=0.5,text/html;q=0.6", true },
	{ "all for HTML, exact for JSON", "*/*;q=0.5,application/json;q=0.4",
	    true },
	{ "the same twice: the first",
	    "text/html;q=0.9,text/html;q=0.1,*/*;q=0.5", true },
	{ "the same twice: the first is less",
	    "text/html;q=0.1,text/html;q=0.9,*/*;q=0.5", false },

	{ "case of a type", "Text/HTML,APPLICATION/JSON;q=0.9", true },
	{ "case of JSON", "text/html;q=0.9,APPLICATION/JSON", false },
	{ "blanks around",
	    " \t text/html \t ;\t q=0.9 \t , application/json ; q=0.8 ", true },
	{ "blanks around, less",
	    "\ttext/html ; q=0.7 ,\tapplication/json\t;\tq=0.8\t", false },
	{ "empty elements", ",, ,text/html,\t,", true },
	{ "empty elements with weights", ";q=1,;,text/html;q=0.5,;;q=0.1",
	    true },
	{ "empty", "", false },
	{ "a blank", " ", false },
	{ "a comma", ",", false },
	{ "a semicolon", ";", false },

	/* An ill-formed element is as if it were not there. */
	{ "ill-formed: over 1", "text/html;q=1.001", false },
	{ "ill-formed: 2", "text/html;q=2", false },
	{ "ill-formed: four digits", "text/html;q=0.9999", false },
	{ "ill-formed: negative", "text/html;q=-1", false },
	{ "ill-formed: no digit", "text/html;q=", false },
	{ "ill-formed: a point", "text/html;q=.", false },
	{ "ill-formed: a point first", "text/html;q=.9", false },
	{ "ill-formed: a comma as the point", "text/html;q=0,9", false },
	{ "ill-formed: two digits before", "text/html;q=01", false },
	{ "ill-formed: a letter", "text/html;q=a", false },
	{ "ill-formed: a letter behind", "text/html;q=1a", false },
	{ "ill-formed: a letter behind a point", "text/html;q=0.9a", false },
	{ "ill-formed: behind 9", "text/html;q=0.:", false },
	{ "ill-formed: before 0", "text/html;q=0./", false },
	{ "ill-formed: quotes", "text/html;q=\"1\"", false },
	{ "ill-formed: the range counts then", "text/html;q=x,text/*;q=0.4",
	    true },
	{ "ill-formed: the next of the same counts then",
	    "text/html;q=x,text/html;q=0.4", true },
	{ "ill-formed: of JSON", "application/json;q=x,text/html;q=0.001",
	    true },

	{ "none: half a type", "text", false },
	{ "none: a slash", "/", false },
	{ "none: a star", "*", false },
	{ "none: the beginning of it", "text/htm", false },
	{ "none: more than it", "text/html5", false },
	{ "none: the end of it", "ext/html", false },
	{ "none: the type's range the wrong way", "*/html", false },
	{ "none: a space inside", "text /html", false },
	{ "none: XHTML", "application/xhtml+xml", false },
	{ "none: a kind of JSON", "application/problem+json", false },
	{ "none: not ASCII", "\xff\x80\xc3;q=\xff,\xc3\xa9/\xc3\xa9", false },
	{ "none: a line's end", "text/html\n", false },
};

static void
prefer(void **state)
{
	const struct header *row = *state;

	assert_int_equal(
	    accept_prefers_html(guarded_text(row->value)), row->html);
}

/* Each beginning of a header ends at the edge of the page. */
static void
cut_anywhere(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		size_t len = strlen(headers[i].value);
		char *text = guarded_text(headers[i].value);

		while (len-- > 0) {
			memmove(text + 1, text, len);
			text++; /* its last byte is gone */
			(void)accept_prefers_html(text);
		}
	}
}

/* A header of any length: only what counts in it counts. */
static void
read_long(void **state)
{
	static const char end[] = ";q=0.5,text/html;q=0.6,*/*;q=0.5";
	size_t len = 100000;
	static const char fill[] = ",;/*q= ";

	(void)state;
	for (size_t i = 0; i < strlen(fill); i++) {
		char *text = guarded_run(fill[i], len);

		assert_false(accept_prefers_html(text));
		memcpy(text + len - strlen(end), end, strlen(end));
		assert_true(accept_prefers_html(text));
	}
}

int
main(void)
{
	static const struct tests tests[] = {
		{ ROWS(prefer, headers) },
		{ ALONE(cut_anywhere) },
		{ ALONE(read_long) },
	};

	return run_all(tests, COUNT(tests));
}
