"""Tables and verdicts.

Ratios are taken within a round, where the measurements are seconds apart; the
median of the rounds counts, and the least and the greatest are shown."""

import collections
import contextlib
import dataclasses
import datetime
import io
import itertools
import math
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys

from data import ORDINARY
from kit.run import PROGRAM

# In a file of results: what stands above is the benchmark's and replaced by the
# next, what stands below is a person's and stays.
NOTES = "\nNotes, by hand\n==============\n"

LEGEND = """
requests/s, p50 and p99 in ms: median of the rounds (least...greatest).
x: the requests/s of this system as a part of ours, in the same round.
CPU: seconds per 1,000 requests of the client, the web server, the workers (for
node and python: the service) and PostgreSQL.  MB: the largest worker's private
and shared memory after the last round.  failed: statuses above 399, and
connections that broke; there must be none."""


@dataclasses.dataclass(frozen=True)
class Spread:
    """What the rounds gave."""
    median: float
    least: float
    greatest: float

    def text(self, digits):
        return "{:.{d}f} ({:.{d}f}...{:.{d}f})".format(
            self.median, self.least, self.greatest, d=digits)


def spread(values):
    values = list(values)
    return Spread(statistics.median(values), min(values), max(values))


@dataclasses.dataclass(frozen=True)
class Row:
    """What a table shows of a system."""
    name: str
    samples: list
    ours: list  # its samples of the same rounds, or empty
    memory: object  # None where there is no worker to look at

    def median(self, value, digits):
        return f"{spread(map(value, self.samples)).median:.{digits}f}"

    def rates(self):
        rates = spread(s.rate for s in self.samples)
        return f"({rates.least:.0f}...{rates.greatest:.0f})"

    def ratio(self):
        return (f"{spread(map(rate, self.samples, self.ours)).median:.2f}"
                if self.ours else "-")

    def latency(self, name):
        if getattr(self.samples[0].result, name) is None:
            return "-"  # pgbench does not say
        return self.median(lambda s: getattr(s.result, name), 2)

    def cpu(self, whose):
        return self.median(lambda s: s.cpu_per_1000(whose), 3)

    def megabytes(self, name):
        if self.memory is None:
            return "-"
        return f"{getattr(self.memory, name) / 1024:.1f}"

    def failed(self):
        return str(sum(s.result.failed for s in self.samples))


COLUMNS = (
    ("system", "<18", lambda row: row.name),
    ("req/s", ">7", lambda row: row.median(lambda s: s.rate, 0)),
    ("", "<17", Row.rates),
    ("x", ">6", Row.ratio),
    ("p50", ">8", lambda row: row.latency("p50_ms")),
    ("p99", ">8", lambda row: row.latency("p99_ms")),
    ("client", ">8", lambda row: row.cpu("client")),
    ("web", ">8", lambda row: row.cpu("web server")),
    ("worker", ">8", lambda row: row.cpu("worker")),
    ("PG", ">8", lambda row: row.cpu("database")),
    ("private", ">8", lambda row: row.megabytes("private")),
    ("shared", ">7", lambda row: row.megabytes("shared")),
    ("failed", ">7", Row.failed),
)


def line(cells):
    """Cells below the columns."""
    return " ".join(f"{cell:{width}}" for (_, width, _), cell in
                    zip(COLUMNS, cells))


def _first_line(*command):
    """What a program says about itself."""
    try:
        done = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
    except OSError:
        return "no " + command[0]
    return done.stdout.partition("\n")[0]


class Copy(io.StringIO):
    """Standard output, and a copy of what goes there."""

    def write(self, text):
        sys.__stdout__.write(text)
        return super().write(text)

    def flush(self):
        sys.__stdout__.flush()


@contextlib.contextmanager
def recorded(path):
    """Keep in this file, above its notes, all that is printed.  A run that ends
    by an exception leaves the file as it was; no path: nothing is kept."""
    if not path:
        yield
        return
    with contextlib.redirect_stdout(Copy()) as printed:
        yield
    path = pathlib.Path(path)
    notes = path.read_text().partition(NOTES)[2] if path.exists() else ""
    path.write_text(printed.getvalue() + NOTES + notes)


def print_machine():
    """When and where it was measured, with what, and how to read the tables."""
    print(f"{datetime.date.today()}, "
          + _first_line(str(PROGRAM), "--version"))
    model = re.search(r"model name\s*: (.*)",
                      pathlib.Path("/proc/cpuinfo").read_text())
    print(f"machine: {os.cpu_count()} x "
          f"{model[1] if model else platform.machine()}, "
          f"Linux {platform.release()}, load {os.getloadavg()[0]:.2f}")
    for command in (("pgbench", "-V"), ("lighttpd", "-v"), ("apache2", "-v"),
                    ("php", "-v"), ("node", "-v"), ("/usr/bin/python3", "-V"),
                    ("wrk", "-v")):
        print("  " + _first_line(*command))
    print(LEGEND)


@dataclasses.dataclass(frozen=True)
class Promise:
    """A value of these systems' samples of one round, in each of these
    workloads and numbers of requests at once, and its bounds."""
    what: str
    systems: tuple
    value: object
    workloads: tuple
    connections: tuple
    at_least: float = 0
    at_most: float = math.inf
    phase: str = "with"
    pooled: bool = False  # one verdict, by all ratios together

    @property
    def wanted(self):
        if self.at_most < math.inf:
            return f"<= {self.at_most}"
        return f">= {self.at_least}" if self.at_least else "-"

    def kept(self, got):
        return self.at_least <= got <= self.at_most


ALL = ("example", "hundred", "heavy", "deep")


def rate(a, b):
    return a.rate / b.rate


def of_ceilings(ours, transport, database):
    """1/(1/transport + 1/database) is what both allow one after the other."""
    return ours.rate * (1 / transport.rate + 1 / database.rate)


def p50(a, b):
    return a.result.p50_ms / b.result.p50_ms


def worker_cpu(a, b):
    return a.cpu_per_1000("worker") / max(b.cpu_per_1000("worker"), 1e-9)


def database_cpu(a, b):
    return a.cpu_per_1000("database") / max(b.cpu_per_1000("database"), 1e-9)


def duration(a, b):
    return b.rate / a.rate


# Against the older program of OLD.
NOT_SLOWER = 0.97  # by so much two runs of one program may differ


PROMISES = (
    Promise("ours of what transport and database allow",
            ("ours", "constant", "pgbench"), of_ceilings, ALL, (8, 32),
            at_least=0.92),
    # A long list is the database's work, the same for all: no ratio is
    # promised there.
    Promise("ours to node", ("ours", "node"), rate, ORDINARY, (8, 32),
            at_least=2),
    Promise("ours to node with one statement", ("ours", "node-one"), rate,
            ORDINARY, (8, 32), at_least=1.1),
    Promise("ours to php-fpm", ("ours", "php"), rate, ORDINARY, (8, 32),
            at_least=5),
    Promise("ours to python", ("ours", "python"), rate, ORDINARY, (8, 32),
            at_least=25),
    Promise("p50 of ours to node's behind lighttpd",
            ("ours", "node-lighttpd"), p50, ORDINARY, (1,), at_most=1),
    Promise("p50 of ours to node's with one statement behind lighttpd",
            ("ours", "node-one-lighttpd"), p50, ORDINARY, (1,), at_most=1),
    Promise("CPU of our worker to a constant's", ("ours", "constant"),
            worker_cpu, ("example",), (8,), at_most=2.2),
    Promise("CPU of our worker to a constant's", ("ours", "constant"),
            worker_cpu, ("hundred",), (8,), at_most=2.5),
    Promise("time of ours, grown to before", ("ours-grown", "ours"), duration,
            ALL, (8,), at_most=1.15, phase="growth"),
    Promise("time of details to the plain list's", ("ours-details", "ours"),
            duration, ALL, (1, 8), at_most=1.3),
    Promise("the database's time for the deep page to the count's",
            ("pgbench", "count"), duration, ("deep",), (1,), at_most=2),
    # Neither the length of the list nor the depth of the page counts.
    Promise("time of 100,000 tokens without count to that of 100",
            ("ours-uncounted-heavy", "ours-uncounted"), duration,
            ("hundred",), (1, 8, 32), at_most=1.2),
    Promise("PostgreSQL's CPU for 100,000 tokens without count to 100",
            ("ours-uncounted-heavy", "ours-uncounted"), database_cpu,
            ("hundred",), (8, 32), at_most=1.2),
    Promise("time of the last page by cursor to the second's",
            ("ours-cursor-last", "ours-cursor"), duration, ("heavy",),
            (1, 8, 32), at_most=1.2),
    Promise("PostgreSQL's CPU for the last page by cursor to the second's",
            ("ours-cursor-last", "ours-cursor"), database_cpu, ("heavy",),
            (8, 32), at_most=1.2),
    Promise("PostgreSQL's CPU to the smallest statement's",
            ("ours", "least"), database_cpu, ORDINARY, (8, 32), at_most=1.2),
    Promise("PostgreSQL's CPU by a role to the smallest statement's",
            ("ours-role", "least"), database_cpu, ORDINARY, (8, 32),
            at_most=1.5),
    Promise("ours to that before", ("ours", "ours-before"), rate, ORDINARY,
            (8, 32), at_least=1.1),
    Promise("ours to that before, all together", ("ours", "ours-before"), rate,
            ORDINARY, (8, 32), at_least=1.2, pooled=True),
    Promise("ours by a role to that before", ("ours-role", "ours-role-before"),
            rate, ORDINARY, (8, 32), at_least=NOT_SLOWER),
    # Only told: what is reached where next to nothing is done between
    # transport and database, an older program of ours, Node at its best with
    # its queries, and a request by CGI.
    Promise("a thin program of what transport and database allow",
            ("thin", "constant", "pgbench"), of_ceilings, ALL, (8, 32)),
    Promise("ours to a thin program", ("ours", "thin"), rate, ALL, (8, 32)),
    Promise("time of ours to that before", ("ours", "ours-before"), duration,
            ALL, (1, 8, 32)),
    Promise("ours to node with prepared queries", ("ours", "node-prepared"),
            rate, ORDINARY, (8, 32)),
    Promise("p50 of ours by CGI to a constant's", ("ours-cgi", "constant-cgi"),
            p50, ("example",), (1,)),
    Promise("CPU of ours by CGI to a constant's", ("ours-cgi", "constant-cgi"),
            worker_cpu, ("example",), (1,)),
)

# Of a worker of ours.
PRIVATE_KB = 1536
GROWN_KB = 8192

PHASES = {"without": "without the index", "with": "with the index",
          "growth": "with the index, two sizes of the table"}


class Results:
    def __init__(self):
        self.samples = collections.defaultdict(list)
        self.memories = {}  # at the end of each workload
        self.limits = []  # (what, the most, got)

    def add(self, phase, workload, connections, system, sample):
        key = phase, workload.name, connections, system.name
        self.samples[key].append(sample)

    def remember(self, phase, workload, system, memory):
        self.memories[phase, workload.name, system.name] = memory

    def failed(self):
        return sum(s.result.failed for samples in self.samples.values()
                   for s in samples)

    def print_tables(self, phase, workload):
        """A table for each number of requests at once."""
        keys = [key for key in self.samples
                if key[:2] == (phase, workload.name)]
        for connections in sorted({key[2] for key in keys}):
            print(f"\n{workload.name}: {workload.what}; {PHASES[phase]}; "
                  f"{connections} at once")
            print(line(title for title, _, _ in COLUMNS))
            for key in keys:
                if key[2] == connections:
                    row = self._row(*key)
                    print(line(show(row) for _, _, show in COLUMNS))
        print(flush=True)

    def _row(self, phase, workload, connections, system):
        at = phase, workload, connections
        return Row(system, self.samples[*at, system],
                   self.samples.get((*at, "ours"), []),
                   self.memories.get((phase, workload, system)))

    def _judged(self, promise):
        """(what, wanted, got, kept) of each part that was measured."""
        values = {}
        for workload, connections in itertools.product(
                promise.workloads, promise.connections):
            samples = [self.samples.get(
                (promise.phase, workload, connections, system))
                for system in promise.systems]
            if all(samples):
                values[f"{promise.what}, {workload}, {connections} at once"] \
                    = [*map(promise.value, *samples)]
        if promise.pooled and values:
            values = {promise.what: sum(values.values(), [])}
        for what, each in values.items():
            got = spread(each)
            yield (what, promise.wanted, got.text(2),
                   promise.kept(got.median))

    def print_promises(self):
        """True when all that were measured are kept."""
        lines = [judged for promise in PROMISES
                 for judged in self._judged(promise)]
        lines += [(what, f"<= {most}", f"{got}", got <= most)
                  for what, most, got in self.limits]
        lines.append(("requests that failed", "0", f"{self.failed()}",
                      self.failed() == 0))
        row = "{:<80}{:>8}  {:<26}{}"
        print("\n" + row.format("promise", "wanted", "got", ""))
        for what, wanted, got, kept in lines:
            word = "NOT OK" if not kept else "ok" if wanted != "-" else ""
            print(row.format(what, wanted, got, word))
        return all(kept for _, _, _, kept in lines)
