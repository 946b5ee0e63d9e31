"""What the Python suites share: TAP lines, a temporary directory that is
removed at the end, a private PostgreSQL cluster."""

import atexit
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = (ROOT / os.environ.get("B", "build")).resolve()
PROGRAM = BUILD / "oauth_access_tokens"
# What the program is run with, as valgrind; as a rule nothing.
WRAPPER = os.environ.get("WRAPPER", "").split()
WRAPPER[:1] = map(shutil.which, WRAPPER[:1])  # where there is no PATH, too

# The published example's: the only key and tokens that may stand in the tree.
API_KEY = "zkWlN0PkIKSN0C11CfUHUj84OT5XOJ6tDZ6bDRO2"
TOKEN = "some_really_long_string"
EXAMPLE_TOKEN = "JS3Umh826UoZzbuGQUsj36PSBwruVCzQYlRFf3KmJWA"

# Where servers and their helpers are; an ordinary user's PATH lacks it.
os.environ["PATH"] += ":/usr/sbin:/sbin"

_cases = {"ok": 0, "not ok": 0}


def ok(condition, name, detail=""):
    """Print one case as a TAP line; detail is shown only for a failure."""
    word = "ok" if condition else "not ok"
    _cases[word] += 1
    print(f"{word} {sum(_cases.values())} - {name}", flush=True)
    if not condition:
        for line in str(detail).splitlines():
            print(f"# {line}", flush=True)
    return condition


def equal(got, wanted, name):
    """One case: are the two the same?"""
    return ok(got == wanted, name, f"got    {got!r}\nwanted {wanted!r}")


def finish():
    """End the suite: print the plan, fail if a case failed or none ran."""
    print(f"1..{sum(_cases.values())}")
    sys.exit(0 if _cases["ok"] and not _cases["not ok"] else 1)


def sanitized():
    """Is the program that of check-sanitized, whose allocator keeps what is
    freed?"""
    return b"__asan_init" in PROGRAM.read_bytes()


def temporary_directory():
    """A directory with a short path (Unix sockets have 107 bytes) that other
    users may enter; removed when the suite ends, however it ends."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="oat.", dir="/tmp"))
    path.chmod(0o755)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def free_port():
    """A TCP port on the loopback address that nobody listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def service_user():
    """The user that servers run as: "postgres" for root, else the caller."""
    return "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name


def as_service_user(command):
    """The command, run as service_user() where that is another user."""
    if os.getuid() == 0:
        return ["runuser", "-u", service_user(), "--", *command]
    return list(command)


def program_for_all():
    """A copy of the program where other users may run it."""
    return shutil.copy2(PROGRAM, temporary_directory())


class Cluster:
    """A private PostgreSQL cluster; the superuser is "postgres", trusted on
    the Unix socket.  With tcp=True passwords are asked on 127.0.0.1:port."""

    def __init__(self, tcp=False):
        self.directory = temporary_directory()
        self.socket = self.directory / "socket"
        self.port = free_port() if tcp else 5432
        self._cluster("start", self.directory, *([self.port] if tcp else []))
        atexit.register(self.stop)

    def _cluster(self, *words):
        subprocess.run(
            [ROOT / "tests/lib/cluster", *map(str, words)],
            check=True, stdin=subprocess.DEVNULL)

    def stop(self):
        atexit.unregister(self.stop)
        self._cluster("stop", self.directory)

    def environment(self, database="postgres", user="oauth_access_tokens"):
        """libpq's variables for a connection over the Unix socket."""
        return {"PGHOST": str(self.socket), "PGPORT": str(self.port),
                "PGDATABASE": database, "PGUSER": user}

    def psql(self, sql, database="postgres", user="postgres", check=True):
        """Run SQL; return standard output, one row a line, "|" between
        columns; with check=False standard output and error, whatever
        happened."""
        done = subprocess.run(
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-"],
            input=sql, text=True, capture_output=True,
            env={**os.environ, **self.environment(database, user)})
        if not check:
            return done.stdout + done.stderr
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        return done.stdout.rstrip("\n")

    def create(self, database, *files):
        """Make a database and run files of sql/ in it, as the superuser."""
        self.psql(f"CREATE DATABASE {database}")
        for name in files:
            self.psql((ROOT / "sql" / name).read_text(), database)


def _exit_on_signal(number, _frame):
    sys.exit(128 + number)


# A suite that is told to end still stops its servers.
signal.signal(signal.SIGTERM, _exit_on_signal)
