/*
 * text.c - decimal numbers in text.
 *
 * Pure.
 */
#include "text.h"

bool
text_decimal(int64_t *out, const char *text, size_t len)
{
	int64_t value = 0;

	for (size_t i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9' ||
		    __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, text[i] - '0', &value))
			return false;
	if (len > 0)
		*out = value;
	return len > 0;
}
