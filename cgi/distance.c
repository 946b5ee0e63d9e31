/*
 * distance.c - how far one name is from another.
 *
 * Pure.
 */
#include <string.h>
#include <strings.h>

#include "distance.h"

size_t
distance(const char *a, size_t a_len, const char *b)
{
	size_t b_len = strlen(b), row[DISTANCE_LEN + 1];

	if (a_len > DISTANCE_LEN || b_len > DISTANCE_LEN)
		return DISTANCE_FAR;
	for (size_t j = 0; j <= b_len; j++)
		row[j] = j;
	for (size_t i = 1; i <= a_len; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			size_t least = diagonal + (strncasecmp(&a[i - 1],
			                               &b[j - 1], 1) != 0);

			diagonal = row[j];
			if (least > row[j] + 1)
				least = row[j] + 1;
			if (least > row[j - 1] + 1)
				least = row[j - 1] + 1;
			row[j] = least;
		}
	}
	return row[b_len];
}
