"""What is done to the program under load, as rows of two kinds: an outage lasts
for a while, a blow comes again and again."""

import contextlib
import dataclasses
import time

from kit import machine, web_servers
from kit.cgi import Cgi
from kit.postgresql import Session
from kit.run import WRAPPER, chosen
from kit.tap import equal

import cases
import contract
import ledger

# "make check" has no time for the defaults, valgrind needs more.
TIMEOUTS_MS = (
    {"CONNECT_TIMEOUT": 5000, "QUERY_TIMEOUT": 5000, "LOCK_TIMEOUT": 1000}
    if WRAPPER else chosen(
        {"CONNECT_TIMEOUT": 1000, "QUERY_TIMEOUT": 1000, "LOCK_TIMEOUT": 300},
        {"CONNECT_TIMEOUT": 2000, "QUERY_TIMEOUT": 2000,
         "LOCK_TIMEOUT": 1000}))
SETTINGS = {f"OAUTH_TOKENS_{name}_MS": str(ms)
            for name, ms in TIMEOUTS_MS.items()}
BUDGET_S = (TIMEOUTS_MS["CONNECT_TIMEOUT"] + TIMEOUTS_MS["QUERY_TIMEOUT"]
            ) / 1000

# The workers of the shipped files.
WORKERS = 2
# The lines that each may write about one fault in ten seconds.
LINES = 4

# Waits for each to end.
END_CONNECTIONS = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
     WHERE usename = 'oauth_access_tokens'"""


class Stage:
    """A server, its database, and what is known of both.

    target  what the program connects to, where that is not the database
    """

    def __init__(self, kind, database, settings=None, target=None):
        self.database, self.target = database, target or database
        self.settings = settings or {}
        self.session = Session(database)
        self.server = web_servers.KINDS[kind](kind, self.target, self.settings)
        self.oracle = ledger.Oracle(database)
        self.fake_connections = 0
        self.load().run(0.3)  # every worker has its connection now

    def load(self, **parts):
        return ledger.Ledger(self.server.port, self.oracle, **parts)

    def sql(self, text):
        """Run SQL in the session, or in a new one where PostgreSQL has been
        away meanwhile."""
        with contextlib.suppress(RuntimeError, BrokenPipeError):
            return self.session.sql(text)
        self.session.close()
        self.session = Session(self.database)
        return self.session.sql(text)

    def attempts(self):
        """How often the program has tried to connect.  (PostgreSQL logs the
        tests' own connections twice.)"""
        log = self.database.cluster.log()
        return (log.count("connection received:") + self.fake_connections
                - log.count("connection authorized: user=postgres"))

    def workers(self):
        """The workers' pids, and, if we are root, how many descriptors each
        has."""
        return {pid: machine.descriptors(pid)
                for pid in self.server.workers()}

    def all_there(self):
        """Are there as many workers as there should be?  (mod_fcgid has them
        as it needs them.)"""
        return (len(self.server.workers()) == WORKERS
                or not self.server.supervised)

    def stop(self):
        self.session.close()
        self.server.stop()
        equal(self.server.left_processes(), [],
              f"{self.server.kind}: no process is left")


@dataclasses.dataclass(frozen=True)
class Outage:
    """A fault that lasts."""
    name: str
    there: callable  # there(stage): a context, within which the fault is there
    due: tuple = (503,)  # the statuses that are right meanwhile
    # Where answers take their time, no more clients than workers, so that none
    # waits in a queue.
    clients: int = ledger.CLIENTS


@dataclasses.dataclass(frozen=True)
class Blow:
    """A fault that comes again and again."""
    name: str
    strike: callable  # strike(stage)
    every_s: float
    due: tuple = (200,)  # the statuses that are right meanwhile
    losses: int = 0  # requests that each time may cost


def direct(stage, due):
    """Ask plain CGI meanwhile: the answer is due and in time, and there is one
    line."""
    server = Cgi(stage.target, stage.settings)
    request, started = cases.request(), time.monotonic()
    answer = server.ask(request)
    took, said = time.monotonic() - started, server.program_lines()
    if answer.status not in due or took > BUDGET_S + ledger.SLACK_S:
        yield f"CGI: after {took:.1f} s: {answer.text()}"
    else:
        yield from contract.complaints(
            request, answer, ledger.ERRORS[answer.status])
    if len(said) != 1:
        yield f"CGI said {said}"


def too_many(number, most, what):
    return [f"{number} {what}, at most {most} wanted"] if number > most else []


def endure(stage, outage):
    """Put a load on the server while the fault comes and is there, ask once
    after it, and put a load again.  The same processes answer, with the same
    number of descriptors."""
    workers, attempts = stage.workers(), stage.attempts()
    lines = len(stage.server.program_lines())
    during = stage.load(due=(200, *outage.due), clients=outage.clients,
                        budget_s=BUDGET_S)
    with contextlib.ExitStack() as fault:
        with during:
            during.wait_for(20)
            started = time.monotonic()
            fault.enter_context(outage.there(stage))
            during.due = frozenset(outage.due)
            found = list(direct(stage, outage.due))
            # Long enough to see who tries to connect more than once a second.
            during.go_on(started + chosen(1.2, 12) - time.monotonic())
        took = time.monotonic() - started
        attempts = stage.attempts() - attempts
    lines = len(stage.server.program_lines()) - lines
    # One attempt a second each, the CGI process included.
    found += too_many(attempts, WORKERS * (int(took) + 1) + int(BUDGET_S) + 1,
                      "attempts")
    found += too_many(lines, WORKERS * LINES * (int(took / 10) + 1), "lines")
    ledger.report(f"{outage.name}, {took:.1f} s, {attempts} attempts to"
                  f" connect, {lines} lines logged", during, more=found)
    recover(stage, outage.name, workers)


def same(stage, workers):
    """Are the processes those of before, and has none more descriptors?  (One
    that was not asked again has no connection yet.)"""
    now = stage.workers()
    return now.keys() == workers.keys() and (
        None in now.values() or max(now.values()) <= max(workers.values()))


def recover(stage, name, workers):
    """Ask once after a fault, and put a load on the server."""
    after = stage.load(budget_s=BUDGET_S)
    after.one()
    first_ms = 1000 * after.longest_s
    after.run(0.3)
    found = []
    try:
        machine.wait_until(lambda: same(stage, workers), "")
    except TimeoutError:
        found.append(f"workers and descriptors: {stage.workers()}, before"
                     f" {workers}")
    ledger.report(f"after {name}, first answer after {first_ms:.0f} ms",
                  after, more=found)


def withstand(stage, blow):
    """Put a load on the server under a blow.  All workers are there
    afterwards."""
    times, account = 0, stage.load(due=blow.due)
    with account:
        account.wait_for(20)
        end = time.monotonic() + chosen(1, 20)
        while (started := time.monotonic()) < end:
            blow.strike(stage)
            times += 1
            account.go_on(started + blow.every_s - time.monotonic())
    found = []
    try:
        machine.wait_until(stage.all_there, "")
    except TimeoutError:
        found.append(f"workers are {stage.server.workers()}")
    ledger.report(f"{stage.server.kind}: {blow.name} every"
                  f" {blow.every_s * 1000:.0f} ms, {times} times", account,
                  blow.losses * times, found)
