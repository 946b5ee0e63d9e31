/*
 * primary.h - when may the primary be asked, beside a standby?
 *
 * A standby may lag: it does not know a token that was made a moment ago.  What
 * it refuses is asked once more of the primary, and what writes is asked of the
 * primary alone.  Wrong tokens must not become load there, and a silent primary
 * must not hold processes: each process asks it so often a second at most, and
 * not for a while after it was silent.  A confirmation may just have waited for
 * a lock, which keeps nobody from revoking.
 *
 * Pure: the clock is a parameter, in milliseconds of clock_now_ms().
 */
#ifndef PRIMARY_H
#define PRIMARY_H

#include <stdbool.h>
#include <stdint.h>

#include "verdict.h"

#define PRIMARY_PER_S    50    /* confirmations */
#define PRIMARY_PAUSE_MS 10000 /* after it was silent */

/* All zero at the start. */
struct primary {
	int64_t since_ms;  /* a second begins */
	int confirmed;     /* in that second */
	int64_t paused_ms; /* until then it confirms nothing */
	int64_t away_ms;   /* until then it is not asked at all */
};

enum primary_answer {
	PRIMARY_ASK,
	PRIMARY_TOO_OFTEN, /* not in this second */
	PRIMARY_PAUSED,    /* it was silent a while ago */
};

/*
 * May it be asked now?
 *
 * confirms  the question is whether a refusal is right, and counts as one; else
 *           it revokes, which nobody may be kept from
 */
enum primary_answer primary_may_ask(struct primary *primary, bool confirms,
    int64_t now_ms) __attribute__((warn_unused_result));

/*
 * Note how a question fared, and whether the primary was reached for it.  To
 * revoke may take long: that is no silence where it was reached.
 */
void primary_note(struct primary *primary, bool confirms, enum db_result result,
    bool reached, int64_t now_ms);

#endif
