"""What PostgreSQL spends on a request of ours, beside the smallest statement
that could answer it.

Blocks of requests alternate.  Statements by themselves are asked from here, on
one connection.  Programs are asked over their sockets, and each asks what it
does on its own connection: ours, and one that asks the smallest statement; as
its process of the server waits longer, each of its requests costs more.

The time is what the process of the server has run on a processor.  Other work
on the machine only adds to it, so that of the blocks the first decile counts;
the median shows how quiet the machine was."""

import dataclasses
import pathlib
import re
import shutil
import statistics

from kit import fastcgi, machine
from kit.example import API_KEY
from kit.program import Program
from kit.run import PROGRAM

import data as datas
import libpq
from common import STATEMENTS
from systems import BUILT, LEAST, OLD, for_peers

BLOCK = 25  # requests

# As begin_session() in db.c has it, for PGOPTIONS.
SETTINGS = "-c lock_timeout=1s -c statement_timeout=5s -c row_security=off"

OWN, BY_ROLE = 1.2, 1.5  # the most that ours may be of the smallest

# (who reads, the workload, the most)
CALLERS = tuple(
    (who, dataclasses.replace(workload, user=user), most)
    for workload, users in (
        (datas.EXAMPLE, (datas.DEMO, datas.EIGHT, datas.EIGHT_ROLE)),
        (datas.HUNDRED_PAGE, (datas.HUNDRED_OWNER, datas.HUNDRED,
                              datas.HUNDRED_ROLE)))
    for who, user, most in zip(
        ("an owner", "legacy bits", "a role"), users, (OWN, OWN, BY_ROLE)))


class Statements:
    """Statements that are asked one after the other, in one round trip."""

    def __init__(self, name, connection, texts):
        self.name, self.connection = name, connection
        self.spent_ns = connection.spent_ns
        self.names = [f"{name} {n}".encode() for n, _ in enumerate(texts)]
        for prepared, text in zip(self.names, texts):
            connection.prepare(prepared, text.encode())

    def question(self, data, workload):
        """A function that asks once, and how many rows come."""
        limit, offset = workload.numbers(data)
        values = libpq.Values(
            API_KEY, data.token(workload.user), None, True, False, limit,
            offset, None, None)

        def ask():
            return self.connection.ask(self.names, values)
        return ask, "+".join(map(str, ask()))


class Whole:
    """A program, with one connection."""

    def __init__(self, name, file, data, wrapper=(), **environment):
        self.name = name
        before = self._processes(data)
        self.program = Program(name, data, file=file, WORKERS=0,
                               wrapper=wrapper, environment=environment)
        self.question(data, datas.EXAMPLE)
        [pid] = self._processes(data) - before
        self.spent_ns = libpq.Spent(pid)

    @staticmethod
    def _processes(data):
        return set(data.sql(
            "SELECT pid FROM pg_stat_activity WHERE backend_type ="
            " 'client backend' AND pid <> pg_backend_pid()").split("\n"))

    def question(self, data, workload):
        """As above; how many rows come is not known."""
        request = [fastcgi.request_stream(workload.request(data))]
        raw = self.program.talk(request)
        if fastcgi.parse(raw).status != 200:
            raise ValueError(f"{self.name} refuses")

        def ask():
            if len(self.program.talk(request)) != len(raw):
                raise ValueError(f"{self.name} gives another answer")
        return ask, "-"


def smallest_program(data):
    """thin_fcgi with the smallest statement, under the policy that ours runs
    under, which counts; what it answers does not."""
    path = machine.temporary_directory() / "smallest"
    shutil.copy(BUILT / "thin_fcgi", path)
    limit, offset = datas.HUNDRED_PAGE.numbers(data)
    for ending, text in ((".answer", "Status: 200\r\n\r\n"),
                         (".sql", for_peers(LEAST)),
                         (".values", f"{API_KEY} {limit} {offset}")):
        path.with_suffix(ending).write_text(text)
    return Whole("smallest", path, data, wrapper=("/usr/bin/chrt", "-b", "0"),
                 PGOPTIONS=SETTINGS)


def things(data, files):
    """(statements, programs), the smallest of each first."""
    connection = libpq.Connection(data.environment(), SETTINGS)
    texts = {"smallest": [LEAST]}
    # Whatever forms of the statement a request for a first page may take.
    texts |= {name: [text] for name, text in STATEMENTS.items() if re.match(
        "list_(?!permissions).*near_all_counted_plain", name)}
    texts |= {pathlib.Path(file).name: pathlib.Path(file).read_text().split(
        "\n;\n") for file in files}
    return ([Statements(name, connection, each)
             for name, each in texts.items()],
            [smallest_program(data), Whole("ours", PROGRAM, data),
             *([Whole("ours-before", OLD, data)] if OLD else [])])


def block_us(thing, ask):
    """The server's microseconds for a request, of a block of them."""
    before = thing.spent_ns()
    for _ in range(BLOCK):
        ask()
    return (thing.spent_ns() - before) / BLOCK / 1000


class Measured:
    """A caller's requests to a thing."""

    def __init__(self, thing, data, workload):
        self.thing = thing
        self.ask, self.rows = thing.question(data, workload)
        self.blocks = []

    def measure(self):
        self.blocks.append(block_us(self.thing, self.ask))

    @property
    def least(self):
        """The first decile, in us."""
        return statistics.quantiles(self.blocks, n=10)[0]

    @property
    def median(self):
        return statistics.median(self.blocks)


def measure(callers, rounds):
    """All callers' requests to all things, in turns."""
    for n in range(-1, rounds):
        for each in sum(callers, []):
            each.measure()
            if n < 0:
                each.blocks.clear()  # plans were made


ROW = "{:<9}{:<12}{:<36}{:>5}{:>8}{:>8}{:>8}{:>8}"


def print_rows(workload, who, measured):
    smallest = measured[0]
    for each in measured:
        print(ROW.format(
            workload.name, who, each.thing.name, each.rows,
            f"{each.least:.1f}", f"{each.least / smallest.least:.2f}",
            f"{each.median:.1f}", f"{each.median / smallest.median:.2f}"))


def compare(results, data, rounds, files=()):
    """Measure, print, and add the limits to the results."""
    statements, programs = things(data, files)
    print("\nPostgreSQL's CPU for a request, us: first decile and median of"
          f" {rounds} blocks;\nx: of the smallest statement's\n"
          + ROW.format("", "read by", "statement, or program", "rows", "us",
                       "x", "median", "x"), flush=True)
    measured = [[Measured(thing, data, workload) for thing in compared]
                for _, workload, _ in CALLERS
                for compared in (statements, programs)]
    measure(measured, rounds)
    for who, workload, most in CALLERS:
        print_rows(workload, who, measured.pop(0))
        print_rows(workload, who, of_programs := measured.pop(0))
        smallest, ours = of_programs[:2]
        results.limits.append((
            f"PostgreSQL's CPU to the smallest statement's, {workload.name},"
            f" {who}, alone", most, round(ours.least / smallest.least, 2)))
    if custom := statements[0].connection.sql(
            "SELECT string_agg(name, ', ') FROM pg_prepared_statements"
            " WHERE custom_plans > generic_plans"):
        raise ValueError(f"no generic plan: {custom}")
