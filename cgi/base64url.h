/*
 * base64url.h - bytes as letters, digits, "-" and "_", without padding (RFC
 * 4648, section 5).
 */
#ifndef BASE64URL_H
#define BASE64URL_H

#include <stdbool.h>
#include <stddef.h>

/* The digits of so many bytes. */
#define BASE64URL_LEN(bytes) (((bytes)*4 + 2) / 3)

/*
 * Write n bytes as BASE64URL_LEN(n) digits, without a NUL.
 *
 * Returns where they end.
 */
char *base64url_encode(char *out, const unsigned char *bytes, size_t n);

/*
 * Read n bytes of BASE64URL_LEN(n) digits.
 *
 * text  as many bytes of any value; need not end in NUL
 *
 * Returns false where one is no digit, or where the last one has bits that no
 * byte has: each text of digits stands for other bytes.
 */
bool base64url_decode(unsigned char *out, size_t n, const char *text)
    __attribute__((warn_unused_result));

#endif
