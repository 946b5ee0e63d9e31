"""What the program needs to run behind any web server: its installation, and
the processes, logs and files of a server.

"make install" installs the program, the files of lighttpd-conf/ and
apache-conf/ and the manual below a temporary directory.  Everything runs as an
unprivileged user, on a free port of the loopback address."""

import atexit
import contextlib
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time

from kit import machine
from kit.client import Client
from kit.machine import DEADLINE_S, parent_of, wait_until
from kit.make import run_make
from kit.run import NAME, PATIENCE, WRAPPER


def wrap(program):
    """Put a script in the program's place, which runs it with the wrapper."""
    real = program.parent / "wrapped" / program.name
    real.parent.mkdir()
    program.rename(real)
    program.write_text(f'#!/bin/sh\nexec {" ".join(WRAPPER)} {real}\n')
    program.chmod(0o755)


def install(directory):
    """Run "make install", below the directory."""
    run_make("install", f"prefix={directory}/usr",
             f"cgibindir={directory}/cgi-bin",
             f"runstatedir={directory}/run", f"logdir={directory}/log")
    if WRAPPER:
        wrap(directory / "cgi-bin" / NAME)


class Server:
    """A web server.  Subclasses write its configuration and say how it is
    started."""

    fast = True  # no process is started for each request
    supervised = True  # the program minds its own workers
    pid_files = ("run/server.pid",)
    # Where the program's lines are, as README's table says.
    program_log = "log/error.log"

    def __init__(self, kind, database, settings=None):
        """settings: of the program, beside those of the shipped file."""
        self.kind = kind
        self.settings = {**PATIENCE, **(settings or {})}
        self.directory = machine.temporary_directory()
        install(self.directory)
        self.port = machine.free_port()
        self.client = Client(self.port)
        self.shipped = self.directory / "usr/share" / NAME
        for name in ("etc", "log/lighttpd", "www", "run/socks", f"run/{NAME}"):
            (self.directory / name).mkdir(parents=True)
        self.service = database.service_file(self.directory / "etc")
        self.processes = []
        self.prepare()
        for name in ("log", "run", "home"):
            self._give_away(self.directory / name)
        atexit.register(self.stop)
        self.start()
        wait_until(self._listens, f"{kind} does not listen\n{self.logs()}")

    def write(self, name, text):
        """Write a file below the directory; its path."""
        path = self.directory / name
        path.write_text(text)
        return path

    def _give_away(self, path):
        """Make the user that servers run as the owner, recursively."""
        if os.getuid() == 0 and path.exists():
            for each in (path, *path.rglob("*")):
                shutil.chown(each, machine.service_user())

    def launch(self, command, **environment):
        """Start a process that stays in the foreground."""
        with open(self.directory / "log/stderr.log", "ab") as log:
            process = subprocess.Popen(
                machine.as_service_user(command), cwd=self.directory,
                env={"PATH": os.environ["PATH"], **self.settings,
                     **environment},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def run(self, command, **environment):
        """Start a process that goes into the background."""
        process = self.launch(command, **environment)
        self.processes.remove(process)
        if process.wait(DEADLINE_S) != 0:
            raise RuntimeError(f"{command}\n{self.logs()}")

    def _listens(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def beside(self):
        """What the site's own configuration has beside ours, for all that is
        not the program's."""
        return ""

    def ask(self, request):
        """The answer to a request."""
        return self.client.ask(request)

    def daemons(self):
        """The pids in the server's own files."""
        return [int(pid) for name in self.pid_files
                if (path := self.directory / name).exists()
                for pid in path.read_text().split()]

    def stop(self):
        """End the server, and wait for it."""
        atexit.unregister(self.stop)
        for pid in self.daemons():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not parent_of(pid), f"{pid} goes on")
        for process in self.processes:
            process.wait(DEADLINE_S)

    def reload(self):
        """Do what "systemctl reload" does on Debian: a graceful reload."""
        pid = (self.directory / "run/server.pid").read_text()
        os.kill(int(pid), signal.SIGUSR1)

    def left_processes(self):
        """The command lines of this server's processes that do not end."""
        deadline = time.monotonic() + 5
        while (found := self._processes()) and time.monotonic() < deadline:
            time.sleep(0.01)
        return list(found.values())

    def _processes(self):
        """Command lines, as in /proc, by pid."""
        found = {}
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):  # it has just ended
                command = path.read_bytes()
                if str(self.directory).encode() in command:
                    found[int(path.parent.name)] = command
        return found

    def program_pids(self):
        """The parent's pid by the pid of each of the program's processes,
        wherever its file is and whatever runs it.  (It has no arguments.)"""
        path = str(self.directory).encode()
        return {pid: parent_of(pid) for pid, command
                in self._processes().items()
                if (last := command.rstrip(b"\0").split(b"\0")[-1])
                .startswith(path) and last.endswith(b"/" + NAME.encode())}

    def supervisors(self):
        """The program's processes whose parent is not of the program."""
        program = self.program_pids()
        return {pid for pid, parent in program.items()
                if parent not in program}

    def workers(self):
        """The program's processes that answer requests."""
        program = self.program_pids()
        return {pid for pid, parent in program.items()
                if parent in program or not self.supervised}

    def left_files(self):
        """The program's sockets that nobody has removed.  (mod_fcgid leaves its
        own for its next start.)"""
        return [path for path in (self.directory / "run" / NAME).iterdir()
                if path.is_socket()]

    def logs(self):
        """The text of all logs, except the access log."""
        return "".join(path.read_text(errors="replace")
                       for path in (self.directory / "log").rglob("*")
                       if path.is_file() and path.name != "access.log")

    def program_lines(self):
        """The program's lines in the log that README names."""
        path = self.directory / self.program_log
        return [line for line in path.read_text(errors="replace").splitlines()
                if f"{NAME}: " in line] if path.exists() else []

    def access_log(self):
        """The text of the access log."""
        return (self.directory / "log/access.log").read_text("latin-1")


class External:
    """The program behind a socket of its own, started by the command that the
    head of a shipped file shows."""

    pid_files = ("run/server.pid", f"run/{NAME}/fastcgi.pid")

    program_log = f"log/{NAME}.log"

    def spawn_command(self):
        """The words of that command, except the settings of this server's."""
        text = (self.shipped / f"lighttpd-conf/{NAME}-external.conf"
                ).read_text()
        shown = re.search(rf"^#( +OAUTH_TOKENS_DATABASE=.*? -- \S+/{NAME})$",
                          text, re.M | re.S)[1]
        words = shlex.split(shown.replace("\n#", "\n").replace("\\\n", " "))
        # Only root can start it as another user.
        return [word for n, word in enumerate(words)
                if word not in ("-u", "-g", "-U") and words[n - 1] not in
                ("-u", "-g", "-U") and
                word.partition("=")[0] not in self.settings]

    def start(self):
        self.run(["env", *self.spawn_command()],
                 PGSERVICEFILE=str(self.service))
        socket_path = self.directory / f"run/{NAME}/fastcgi.sock"
        wait_until(lambda: machine.is_listening(socket_path),
                   f"nobody listens\n{self.logs()}")
        super().start()

    def stop(self):
        super().stop()
        self.left_processes()
        # spawn-fcgi has ended long ago; nobody else removes it.
        (self.directory / f"run/{NAME}/fastcgi.sock").unlink(missing_ok=True)
