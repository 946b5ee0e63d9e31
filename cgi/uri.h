/*
 * uri.h - percent-encoding (RFC 3986, section 2.1) and UTF-8 (RFC 3629).
 */
#ifndef URI_H
#define URI_H

#include <stdbool.h>
#include <stddef.h>

enum uri_space {
	URI_PLUS_IS_PLUS,  /* in a path */
	URI_PLUS_IS_SPACE, /* in a query, application/x-www-form-urlencoded */
};

/*
 * Decode percent-escapes, once.
 *
 * out  room for len + 1 bytes; gets the text and a NUL; may be in itself,
 *      as the text never grows
 * in   len bytes of any value; need not end in NUL
 *
 * Returns false for a broken escape, a NUL (raw or as %00) and for text that
 * is not UTF-8; *out_len, without the NUL, is set only on success.
 */
bool uri_decode(char *out, size_t *out_len, const char *in, size_t len,
    enum uri_space space) __attribute__((warn_unused_result));

/*
 * The byte that an escape stands for, 0 ... 255; -1: text, of len bytes, does
 * not begin with "%" and two hexadecimal digits.
 */
int uri_escape(const char *text, size_t len);

/*
 * Encode every byte but RFC 3986's "unreserved" and "/" as %XX, so that the
 * text is safe in a path, in a query's value and inside <> in a Link header.
 *
 * out   gets 3 * len + 1 bytes at most, NUL included
 * text  len bytes of any value
 *
 * Returns the length written, without the NUL.
 */
size_t uri_encode(char *out, const char *text, size_t len);

/* Is this text UTF-8: no overlong form, surrogate, or code above U+10FFFF? */
bool uri_is_utf8(const char *text, size_t len);

#endif
