"""The program as FastCGI, without a web server: a process, and the peers that
talk to it on its socket."""

import atexit
import contextlib
import os
import select
import signal
import socket
import subprocess
import time

from kit import fastcgi, machine
from kit.machine import DEADLINE_S
from kit.postgresql import SERVICE
from kit.run import PATIENCE, PROGRAM


def send(peer, steps):
    """Take steps one after the other: bytes are sent, a function is called with
    the socket."""
    deadline = time.monotonic() + DEADLINE_S
    for step in steps:
        if time.monotonic() > deadline:
            raise TimeoutError("the steps take too long")
        if callable(step):
            step(peer)
        else:
            peer.sendall(step)


def read(peer):
    """All that the program sends until it closes the connection."""
    raw = b""
    with contextlib.suppress(ConnectionResetError):
        while block := peer.recv(65536):
            raw += block
    return raw


def closed(peer, timeout_s=0):
    """Does the program close the connection within this time?  Nothing is
    read.  (With TCP the end of its output is all that can be seen.)"""
    poll = select.poll()
    unix = peer.family == socket.AF_UNIX
    poll.register(peer, 0 if unix else select.POLLRDHUP)
    return bool(poll.poll(timeout_s * 1000))


class Program:
    """The program, alone with a listening socket at descriptor 0.

    name         what the cases call it
    environment  variables beside those of the settings
    wrapper      the command that the program is run with
    file         the program
    log_reader   False: standard error is a pipe that nobody reads
    settings     without OAUTH_TOKENS_ before the name
    """

    kind = "fastcgi_socket"
    fast = True

    def __init__(self, name, database, tcp=False, environment=None,
                 wrapper=(), log_reader=True, file=PROGRAM, **settings):
        self.name, self.command = name, [*wrapper, file]
        self.log_reader = log_reader
        self.directory = machine.temporary_directory()
        self.environment = {
            "PGSERVICEFILE": str(database.service_file(self.directory)),
            "OAUTH_TOKENS_DATABASE": f"service={SERVICE}", **PATIENCE,
            **{f"OAUTH_TOKENS_{name}": str(value)
               for name, value in settings.items()},
            **(environment or {})}
        self.log = self.directory / "stderr.log"
        self.log.write_bytes(b"")
        self.listening = socket.socket(
            socket.AF_INET if tcp else socket.AF_UNIX)
        self.listening.bind(
            ("127.0.0.1", 0) if tcp else str(self.directory / "socket"))
        self.listening.listen(1024)
        self.start()

    def start(self):
        """Start the process.  Who connects before it is there waits for it."""
        with self._open_log() as log:
            self.process = subprocess.Popen(
                self.command, stdin=self.listening, stderr=log,
                stdout=subprocess.DEVNULL, cwd="/", env=self.environment)
        atexit.register(self.process.kill)

    def _open_log(self):
        if self.log_reader:
            return open(self.log, "ab")
        reader, writer = os.pipe()
        os.close(reader)
        return open(writer, "wb")

    def connect(self):
        """A connection, on which nothing waits longer than DEADLINE_S."""
        peer = socket.socket(self.listening.family)
        peer.settimeout(DEADLINE_S)
        peer.connect(self.listening.getsockname())
        return peer

    def talk(self, steps):
        """What the program sends to a peer that sends this.  It must take it
        all."""
        with self.connect() as peer:
            send(peer, steps)
            return read(peer)

    def ask(self, request):
        """The answer to a request."""
        return fastcgi.parse(self.talk([fastcgi.request_stream(request)]))

    def program_lines(self):
        """What the program wrote to standard error."""
        return self.log.read_text("latin-1").splitlines()

    def workers(self):
        """The pids of the processes that answer: the children, or, where there
        are none, the process itself."""
        pid = self.process.pid
        return machine.children_of(pid) or [pid]

    def stop(self):
        """End it as a web server does; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(DEADLINE_S)
        atexit.unregister(self.process.kill)
        self.listening.close()
        return status
