"""A private PostgreSQL: its processes, one of its databases, and sessions."""

import atexit
import contextlib
import os
import shutil
import signal
import subprocess

from kit import machine
from kit.run import NAME, ROOT

ROLE = NAME  # sql/role.sql makes it
SERVICE = NAME  # the section of libpq's service file

# PostgreSQL trusts whoever asks on its Unix socket; the program sends this
# password all the same, and it must not show.
PASSWORD = "made_up_password"

# Debian's psql is a Perl program that looks for this one, which starts in a
# tenth of the time.
BINDIR = subprocess.run(["pg_config", "--bindir"], text=True, check=True,
                        capture_output=True).stdout.strip()
PSQL = f"{BINDIR}/psql"


class Cluster:
    """PostgreSQL's processes and files.  The superuser is "postgres", trusted
    on the Unix socket.  With tcp=True passwords are asked on 127.0.0.1:port."""

    prefix = ()  # the command that pg_ctl is run with

    def __init__(self, tcp=False):
        self.directory = machine.temporary_directory()
        self.socket = self.directory / "socket"
        self.port = machine.free_port() if tcp else 5432
        self._cluster("start", self.directory, *([self.port] if tcp else []))
        atexit.register(self.stop)

    def _cluster(self, *words):
        subprocess.run([ROOT / "tests/kit/cluster", *map(str, words)],
                       check=True, stdin=subprocess.DEVNULL)

    def stop(self):
        """End PostgreSQL for good."""
        atexit.unregister(self.stop)
        self._cluster("stop", self.directory)

    def environment(self, database="postgres", user=ROLE):
        """libpq's variables for a connection over the Unix socket."""
        return {"PGHOST": str(self.socket), "PGPORT": str(self.port),
                "PGDATABASE": database, "PGUSER": user}

    def psql(self, sql, database="postgres", user="postgres", check=True):
        """Run SQL; return standard output, one row a line, "|" between
        columns; with check=False standard output and error, whatever
        happened."""
        done = subprocess.run(
            [PSQL, "-XqAt", "-v", "ON_ERROR_STOP=1", "-f", "-"],
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

    def log(self):
        """PostgreSQL's own log."""
        return (self.directory / "data/server.log").read_text()

    def pg_ctl(self, *words):
        """Run pg_ctl, and wait."""
        with open(self.directory / "pg_ctl.log", "a") as log:
            subprocess.run(
                [*self.prefix, *machine.as_service_user([
                    f"{BINDIR}/pg_ctl", "-D", self.directory / "data", "-w",
                    "-l", self.directory / "data/server.log", *words])],
                cwd=self.directory, check=True, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log)

    @contextlib.contextmanager
    def away(self, mode="fast"):
        """PostgreSQL is stopped meanwhile, and started again.  The mode
        "immediate" is as good as killing it."""
        self.pg_ctl("stop", "-m", mode)
        try:
            yield
        finally:
            self.pg_ctl("start")

    def move(self, namespace):
        """Run it on another machine: listen there, where passwords are
        asked."""
        self.prefix = namespace.prefix
        with open(self.directory / "data/postgresql.auto.conf", "a") as file:
            file.write(f"listen_addresses = '{namespace.host}'\n")
        with open(self.directory / "data/pg_hba.conf", "a") as file:
            file.write(f"host all all {namespace.near}/32 scram-sha-256\n")
        self.pg_ctl("restart")

    def pids(self):
        """The pids of its processes, the postmaster's first."""
        lock = (self.directory / "data/postmaster.pid").read_text()
        postmaster = int(lock.split()[0])
        return [postmaster, *machine.children_of(postmaster)]

    @contextlib.contextmanager
    def hung(self):
        """Its processes stand still meanwhile."""
        pids = self.pids()
        machine.send_signal(signal.SIGSTOP, pids)
        try:
            yield
        finally:
            machine.send_signal(signal.SIGCONT, pids)


class Standby(Cluster):
    """A copy of a cluster, which follows it and can only be read."""

    def __init__(self, primary):
        self.directory = machine.temporary_directory()
        self.socket, self.port = self.directory / "socket", primary.port
        self.socket.mkdir()
        if os.getuid() == 0:
            shutil.chown(self.socket, machine.service_user())
            shutil.chown(self.directory, machine.service_user())
        with open(primary.directory / "data/pg_hba.conf", "a") as file:
            file.write("local replication all trust\n")
        primary.psql("SELECT pg_reload_conf()")
        subprocess.run(machine.as_service_user([
            "pg_basebackup", "-h", primary.socket, "-p", str(primary.port),
            "-U", "postgres", "-D", self.directory / "data", "-R", "-N",
            "-c", "fast"]), check=True, cwd=self.directory,
            stdin=subprocess.DEVNULL)
        with open(self.directory / "data/postgresql.auto.conf", "a") as file:
            file.write(f"unix_socket_directories = '{self.socket}'\n")
        self.pg_ctl("start")
        atexit.register(self.stop)

    def wait_for(self, primary):
        """Return when all is here that the primary has."""
        place = primary.psql("SELECT pg_current_wal_lsn()")
        machine.wait_until(lambda: self.psql(
            f"SELECT pg_last_wal_replay_lsn() >= '{place}'") == "t",
            "the standby does not follow")


class Database:
    """One database of a cluster."""

    def __init__(self, cluster, name):
        self.cluster, self.name = cluster, name

    def sql(self, text):
        """Run SQL as the superuser; the rows, as psql prints them."""
        return self.cluster.psql(text, self.name)

    def service(self):
        """A section for libpq's service file, as the user writes it."""
        return (f"[{SERVICE}]\nhost={self.cluster.socket}\n"
                f"port={self.cluster.port}\ndbname={self.name}\n"
                f"user={ROLE}\npassword={PASSWORD}\n")

    def service_file(self, directory):
        """Write that section into the directory; the file's path."""
        path = directory / "pg_service.conf"
        path.write_text(self.service())
        return path

    @contextlib.contextmanager
    def locked(self):
        """Another session holds the table of tokens meanwhile."""
        session = Session(self)
        session.sql("BEGIN; LOCK TABLE oauth2_access_token")
        try:
            yield
        finally:
            session.close()


class Session:
    """psql that stays, as the superuser, so that a statement costs no start."""

    END = "made_up_end\n"

    def __init__(self, database):
        cluster = database.cluster
        self.psql = subprocess.Popen(
            [PSQL, "-XqAt", "-v", "ON_ERROR_STOP=1"], text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, env={
                **os.environ,
                **cluster.environment(database.name, "postgres")})

    def sql(self, text):
        """Run SQL; the rows, as psql prints them.  RuntimeError: the session
        has ended."""
        self.psql.stdin.write(f"{text};\n\\echo {self.END}")
        self.psql.stdin.flush()
        rows = []
        for row in self.psql.stdout:
            if row == self.END:
                return "".join(rows).rstrip("\n")
            rows.append(row)
        raise RuntimeError("".join(rows))

    def close(self):
        """End the session."""
        self.psql.communicate()
