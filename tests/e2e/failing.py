"""One request during which a call fails inside the program (failing.c): the
first call, then the second ..., until the request needs no more of them.

Whatever fails, the answer is the very one that a request without a failure
gets, or a whole error of the manual's that is our fault (ERRORS).  In FastCGI
there may be no answer; then the connection is closed.  No process ends by a
signal.  The next FastCGI request is answered well, by the same process or,
where that has ended, by a new one."""

import atexit
import base64
import concurrent.futures
import contextlib
import dataclasses
import hashlib
import hmac
import itertools
import mmap
import os
import re
import select
import shutil
import signal
import struct
import subprocess
import time

from kit import client, fastcgi, machine
from kit.cgi import Cgi
from kit.example import API_KEY
from kit.postgresql import PASSWORD, Database, Session
from kit.program import Program
from kit.run import BUILD
from kit.tap import equal

import cases
import contract
import database as db

SHIM = BUILD / "failing.so"
ENOUGH = 10  # complaints of one sweep
OUR_FAULT = {500: "internal_error", 503: "service_unavailable",
             504: "database_timeout"}

# Two more tokens of the user's, as newest: one for which buffers grow, and one
# that is not ASCII.
ADDED = tuple(db.Row(None, None, token, False, application=None) for token in (
    "\u00fc" * 9000, "\u4f60\u597d \U0001f511 \u2028"))
USER = dataclasses.replace(db.CALENDAR, tokens=(*ADDED, *db.CALENDAR.tokens))
db.IDS.update({(USER.id, row): db.NO_ID + n
               for n, row in enumerate(reversed(ADDED))})


@dataclasses.dataclass(frozen=True)
class Subject:
    """What is asked for, and the answer that is due."""
    name: str
    request: client.Request
    wanted: object


def subject(name, wanted, query="", path=cases.ADDRESS):
    return Subject(name, cases.request(
        query, path=path, token=USER.credential(),
        headers=[("X-Request-Id", "1")]), wanted)


# The first page of three, with all that a plain list has and more.
LIST = subject("details", cases.page(USER, True, 8, details=True),
               "_limit=8&show_all=1&_format=with_details")
ONE = subject("one token", cases.one(USER, ADDED[0]),
              path=cases.of_one(USER, ADDED[0]))


class State:
    """What fails, in a file that the program has mapped; see failing.c."""

    FORMAT = struct.Struct("5I32s")

    def __init__(self):
        directory = machine.temporary_directory()
        path = directory / "state"
        path.write_bytes(bytes(self.FORMAT.size))
        with open(path, "r+b") as file:
            self.shared = mmap.mmap(file.fileno(), 0)
        self.settings = {
            # A copy: to ld.so a blank in a path is the end of the path.
            "LD_PRELOAD": str(shutil.copy(SHIM, directory)),
            "FAILING_STATE": str(path),
            "PGAPPNAME": directory.name,
            # The sanitizer wants to be the first library.
            "ASAN_OPTIONS": "verify_asan_link_order=0"}

    def set(self, what="", way=0, first=0, lasting=False):
        """Let the first-th call of the next request fail, and where lasting
        those after it.  To the program that request comes two seconds after
        the last one, as it does not connect twice in a second."""
        ahead_s = self.FORMAT.unpack_from(self.shared)[4] + 2
        self.FORMAT.pack_into(self.shared, 0, first, lasting, way, 0, ahead_s,
                              what.encode())

    def failed(self):
        """How many calls have failed since set()?"""
        return self.FORMAT.unpack_from(self.shared)[3]


class PlainCgi(Cgi):
    """One process, one request."""

    what = "plain CGI"

    def __init__(self, database):
        self.state = State()
        self.bad_ends = []  # they are errors of ask()
        super().__init__(database, self.state.settings)

    def prepare(self):
        pass


class Passwordless(Database):
    """The database, with no password in its service: libpq looks elsewhere."""

    def service(self):
        return re.sub("password=.*", "", super().service())


class OverTcp(Database):
    """The database as README has it: over TCP, with a password."""

    def service(self):
        return re.sub("host=.*", "host=127.0.0.1", super().service())


class FastCgi(Program):
    """A process that keeps its connection, started anew where it has ended."""

    what = "FastCGI with a connection"
    reach = Passwordless
    fast = True

    def __init__(self, database):
        self.state = State()
        self.bad_ends = []
        super().__init__(
            self.what, self.reach(database.cluster, database.name),
            environment=self.state.settings)
        atexit.register(self.stop)

    def start(self):
        super().start()
        self.end = os.pidfd_open(self.process.pid)

    def stop(self):
        """Kill it, and keep its socket."""
        atexit.unregister(self.stop)
        atexit.unregister(self.process.kill)
        self.process.kill()
        self.process.wait()
        os.close(self.end)

    def replace(self):
        """Start a process in place of one that has ended by itself."""
        atexit.unregister(self.process.kill)
        status = self.process.wait()
        os.close(self.end)
        self.start()
        if status < 0 and not self.aborted(-status):
            self.bad_ends.append(f"a process ended by signal {-status}")

    def aborted(self, number):
        """Did libfcgi abort, as it does where it gets no memory?  The second
        text is the C library's, where it gets none for the first."""
        last = "".join(self.program_lines()[-1:])
        return number == signal.SIGABRT and (
            "fcgiapp.c:" in last or last == "Unexpected error.")

    def prepare(self):
        """Called before a request with a failure."""

    def ask(self, request):
        """The answer; None where there is none."""
        blocks = []
        with self.connect() as peer:
            # A process that ends before it has read all shows so.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                peer.sendall(fastcgi.request_stream(request))
                blocks.extend(self.blocks(peer))
        return fastcgi.parse(b"".join(blocks)) if blocks else None

    def blocks(self, peer):
        """What comes on a connection until it is closed.  A process that has
        ended before leaves the connection to the next one."""
        end_s = time.monotonic() + machine.DEADLINE_S
        while ready := select.select([peer, self.end], [], [],
                                     max(0, end_s - time.monotonic()))[0]:
            if peer not in ready:
                self.replace()
            elif block := peer.recv(65536):
                yield block
            else:
                return
        self.process.kill()
        raise TimeoutError("no answer, and no end")


class FreshFastCgi(FastCgi):
    """The process has no connection yet."""

    what = "FastCGI that connects"

    def prepare(self):
        self.stop()
        self.start()
        atexit.register(self.stop)


class FreshTcpFastCgi(FreshFastCgi):
    """It connects over TCP."""

    what = "FastCGI that connects over TCP"
    reach = OverTcp


class StaleFastCgi(FastCgi):
    """The connection has ended meanwhile."""

    what = "FastCGI that connects anew"

    def __init__(self, database):
        super().__init__(database)
        self.session = Session(database)
        self.session.sql("SET client_min_messages = error")

    def stop(self):
        super().stop()
        self.session.close()

    def end_connection(self):
        """How many were there?"""
        return int(self.session.sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            f" WHERE application_name = '{self.environment['PGAPPNAME']}'"))

    def prepare(self):
        machine.wait_until(lambda: self.end_connection() == 0,
                           "the connection does not end")


# Those that take longest first.  One token differs from a list only in what
# comes after the connection.
KINDS = ((FreshTcpFastCgi, LIST), (FreshFastCgi, LIST), (StaleFastCgi, LIST),
         (PlainCgi, LIST), (FastCgi, LIST), (FastCgi, ONE))


def judge(request, answer, wanted, failed):
    """What is wrong with the answer; failed: has a call failed?"""
    if answer == wanted or (failed and answer is None):
        return []
    if not failed or answer is None or answer.status not in OUR_FAULT:
        return [repr(answer)]
    return contract.complaints(
        request, answer, contract.Refusal(OUR_FAULT[answer.status]))


def attempt(program, request, wanted):
    """Ask, and say what is wrong."""
    try:
        wrong = judge(request, program.ask(request), wanted,
                      program.state.failed() > 0)
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        wrong = [repr(error)]
    wrong += program.bad_ends
    program.bad_ends.clear()
    return wrong


def sweep(program, request, wanted, failure):
    """Let the first call fail, then the second ..., until none has failed.
    Returns how many there are, and what was wrong."""
    found = attempt(program, request, wanted)
    for first in itertools.count(1):
        program.prepare()
        program.state.set(first=first, **failure)
        wrong = attempt(program, request, wanted)
        failed = program.state.failed()
        program.state.set()
        if program.fast:
            wrong += [f"the next request: {text}"
                      for text in attempt(program, request, wanted)]
        found += [f"call {first}: {text}"[:500] for text in wrong]
        if not failed or len(found) >= ENOUGH:
            return first - 1, found


def sweeps(kind, of, database, wanted, failures):
    """The sweeps of one program over a subject, and its log."""
    program = kind(database)
    try:
        results = [(f"{kind.what}, {of.name}", failure,
                    *sweep(program, of.request, wanted, failure))
                   for failure in failures]
        return results, program.program_lines()
    finally:
        program.stop()


def scram(password):
    """The password as PostgreSQL keeps it (RFC 5803), after one round of
    hashing instead of 4,096, as each makes allocations of its own."""
    salt = b"made_up_salt"
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, 1)
    client, server = (hmac.digest(salted, text, "sha256")
                      for text in (b"Client Key", b"Server Key"))
    salt, stored, server = (
        base64.b64encode(part).decode()
        for part in (salt, hashlib.sha256(client).digest(), server))
    return f"SCRAM-SHA-256$1:{salt}${stored}:{server}"


def run(failures):
    """Sweep over each failure (State.set's arguments) with each kind of
    program, two at a time.  Returns (kind, failure, calls, complaints)."""
    database = db.Database(tcp=True)
    database.sql("ALTER ROLE oauth_access_tokens PASSWORD"
                 f" '{scram(PASSWORD)}'")
    for row in reversed(ADDED):
        database.sql("INSERT INTO oauth2_access_token (id, user_id, token,"
                     f" created_at) VALUES ({db.IDS[USER.id, row]}, {USER.id},"
                     f" '{row.token}', NULL)")
    wanted = {}
    for of in LIST, ONE:
        wanted[of.name] = PlainCgi(database).ask(of.request)
        equal(contract.complaints(of.request, wanted[of.name], of.wanted), [],
              f"the answer without a failure is the one that is due: {of.name}")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        done = list(pool.map(
            lambda row: sweeps(*row, database, wanted[row[1].name], failures),
            KINDS))
    logs = "\n".join(line for _, lines in done for line in lines)
    secrets = (API_KEY, USER.credential(), PASSWORD)
    equal([text for text in secrets if text in logs], [],
          "no line of the logs of failures has a secret in it")
    return [result for results, _ in done for result in results]
