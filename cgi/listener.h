/*
 * listener.h - connections of the web server's: take the next one, or notice
 * that the process is asked to stop.
 *
 * The socket listens at descriptor 0 (FastCGI Specification 1.0, section 2.2),
 * and other processes may share it.
 */
#ifndef LISTENER_H
#define LISTENER_H

#include <stdbool.h>
#include <stdint.h>

/* How long a process that is to stop goes on with what waits in the socket. */
#define LISTENER_STOP_MS 5000

/*
 * Begin to listen.  SIGTERM, SIGINT, SIGUSR1 and SIGHUP are then seen by
 * listener_accept() alone, even under load.
 *
 * linger_ms  how long a connection of listener_linger() stays
 * others     do others share the socket who go on when SIGHUP asks this process
 *            to stop?
 */
bool listener_open(int64_t linger_ms, bool others)
    __attribute__((warn_unused_result));

/*
 * Wait for the next connection, without a limit; see to those that linger.
 *
 * queued  gets: was it there before this call?
 *
 * Returns its descriptor, blocking, owned by the caller; or -1, when the
 * process is to stop.  Before that what waits in the socket is taken, until
 * nothing has come for a moment, or for LISTENER_STOP_MS; but not after a
 * SIGHUP, where there are others to take it.
 */
int listener_accept(bool *queued);

/*
 * Keep a connection, which is no longer the caller's, until its peer has closed
 * it or linger_ms are over, or too many others have come; what comes meanwhile
 * is read away.  A peer that still sends may else miss what it was sent.
 */
void listener_linger(int fd);

/* Close all but the socket itself; it may be opened again. */
void listener_close(void);

#endif
