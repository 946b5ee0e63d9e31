/*
 * verdict.h - what to make of an error of PostgreSQL's.
 *
 * Pure.
 */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdbool.h>

/* How the database fares. */
enum db_result {
	DB_OK,
	DB_UNAVAILABLE, /* away, full, restarting, locked */
	DB_READ_ONLY,   /* a standby, or a transaction that may not write */
	DB_TIMEOUT,     /* no answer before the deadline */
	DB_FAILED,      /* a statement failed, or gave nonsense; logged */
	DB_NO_MEMORY,
};

struct verdict {
	enum db_result result; /* DB_OK: not asked again */
	bool replace;          /* drop the connection, and ask a new one */
};

/* Judge an error by its SQLSTATE (PostgreSQL 15, appendix A), five characters.
 */
struct verdict verdict_of(const char *sqlstate);

/*
 * What a person can do about it, to be put behind PostgreSQL's message: as in
 * "; run role.sql again".  Static text; "" where we do not know.
 */
const char *verdict_remedy(const char *sqlstate);

#endif
