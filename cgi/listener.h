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

/* The longest that a process which is to stop serves what waits in the socket.
 */
#define LISTENER_STOP_MS 5000

/*
 * Begin to listen.  SIGTERM, SIGINT, SIGUSR1 and SIGHUP are then seen by
 * listener_accept() alone, even under load.
 *
 * linger_ms  how long a connection of listener_linger() stays
 * others     true: other processes go on serving the socket when SIGHUP asks
 *            this one to stop, so that it leaves what waits to them
 */
bool listener_open(int64_t linger_ms, bool others)
    __attribute__((warn_unused_result));

/*
 * Wait for the next connection, without a limit; see to those that linger.
 *
 * queued  gets: was it there before this call?
 *
 * Returns its descriptor, blocking, owned by the caller; or -1, when the
 * process is to stop.  Before that it takes what waits in the socket, until
 * nothing has come for a moment, or LISTENER_STOP_MS are over.  After a SIGHUP
 * it leaves that to the other processes, if there are any.
 */
int listener_accept(bool *queued);

/*
 * Keep a connection, which is no longer the caller's, until its peer has closed
 * it, linger_ms are over, or too many others have come.  What the peer sends
 * meanwhile is read and discarded: to close at once would reset the connection,
 * and the peer could lose the answer.
 */
void listener_linger(int fd);

/* Close all but the socket itself; it may be opened again. */
void listener_close(void);

#endif
