/*
 * log.h - one line on standard error, which is the web server's error log.
 */
#ifndef LOG_H
#define LOG_H

/*
 * Write "oauth_access_tokens: " and a message, as one line in one write(2).
 * Bytes that are not printable ASCII become "?"; a longer line is cut at 1,000
 * bytes.  Never give it a token, a key, a password, a query string or
 * libpq's message about a connection string.
 */
void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
