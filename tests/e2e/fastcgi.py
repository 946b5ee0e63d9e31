"""The program as FastCGI without a web server: what is said on its socket
(FastCGI Specification 1.0), and the process behind it."""

import atexit
import contextlib
import os
import pathlib
import select
import signal
import socket
import struct
import subprocess
import time

import exchange
import harness
import servers

# Types of records (section 8).
BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA = range(1, 9)
GET_VALUES = 9
RESPONDER = 1
KEEP_CONN = 1

# Longer than any answer takes; where it is over something hangs.
DEADLINE_S = 15


def record(kind, content=b"", id=1, padding=0, version=1, reserved=0):
    """Section 3.3."""
    return struct.pack(">BBHHBB", version, kind, id, len(content), padding,
                       reserved) + content + bytes(padding)


def begin(role=RESPONDER, flags=0, rest=bytes(5), **more):
    """Section 5.1."""
    return record(BEGIN, struct.pack(">HB", role, flags) + rest, **more)


def length(n, long=False):
    """Section 3.4: one byte, or four."""
    return struct.pack(">I", n | 1 << 31) if long or n > 127 else bytes([n])


def pair(name, value, long=False):
    name, value = name.encode("latin-1"), value.encode("latin-1")
    return (length(len(name), long) + length(len(value), long) + name + value)


def content(request, **more):
    """The request's CGI variables, and more, as the content of PARAMS."""
    variables = [*exchange.cgi_variables(request), *more.items()]
    return b"".join(pair(name, value) for name, value in variables)


def stream(kind, data, size=65535, **more):
    """A stream (section 3.3): the data in records of a size, and its end."""
    parts = [record(kind, data[n:n + size], **more)
             for n in range(0, len(data), size)]
    return b"".join([*parts, record(kind, **more)])


def request_stream(request):
    """What a web server sends."""
    return (begin() + stream(PARAMS, content(request)) +
            stream(STDIN, request.body or b""))


def records_of(raw):
    """Split what the program sent into (type, id, content)."""
    while raw:
        version, kind, id, n, padding, _ = struct.unpack_from(">BBHHBB", raw)
        if version != 1 or len(raw) < 8 + n + padding:
            raise ValueError(f"no record: {raw[:80]!r}, {len(raw)} bytes")
        yield kind, id, raw[8:8 + n]
        raw = raw[8 + n + padding:]


def parse(raw, id=1):
    """The answer in the program's records: all of the request's id, standard
    output and its end, then END_REQUEST and nothing else (section 5.5)."""
    records = list(records_of(raw))
    kinds = [kind for kind, _, _ in records]
    if not records or kinds != [STDOUT] * (len(kinds) - 1) + [END]:
        raise ValueError(f"types of records: {kinds}")
    if {i for _, i, _ in records} != {id}:
        raise ValueError("another id")
    parts = [part for _, _, part in records[:-1]]
    if parts[-1] != b"" or b"" in parts[:-1] or records[-1][2] != bytes(8):
        raise ValueError(f"no good end: {records[-2:]}")
    return exchange.parse_cgi(b"".join(parts))


def is_whole(raw):
    try:
        parse(raw)
    except (ValueError, struct.error):
        return False
    return True


def send(peer, steps):
    """Send bytes, or let a function do something with the socket, one after
    the other."""
    deadline = time.monotonic() + DEADLINE_S
    for step in steps:
        if time.monotonic() > deadline:
            raise TimeoutError
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
    """The program, alone with a listening socket at descriptor 0."""

    kind = "fastcgi_socket"

    def __init__(self, name, database, tcp=False, environment=None,
                 wrapper=(), log_reader=True, **settings):
        self.name = name
        self.directory = harness.temporary_directory()
        service = self.directory / "pg_service.conf"
        service.write_text(database.service())
        self.log = self.directory / "stderr.log"
        self.family = socket.AF_INET if tcp else socket.AF_UNIX
        with socket.socket(self.family) as listening, \
                self.open_log(log_reader) as log:
            listening.bind(("127.0.0.1", 0) if tcp
                           else str(self.directory / "socket"))
            listening.listen(1024)
            self.address = listening.getsockname()
            self.process = subprocess.Popen(
                [*wrapper, harness.PROGRAM], stdin=listening, stderr=log,
                stdout=subprocess.DEVNULL, cwd="/", env={
                    "PGSERVICEFILE": str(service),
                    "OAUTH_TOKENS_DATABASE": f"service={servers.NAME}",
                    **{f"OAUTH_TOKENS_{name}": str(value)
                       for name, value in settings.items()},
                    **(environment or {})})
        atexit.register(self.process.kill)

    def open_log(self, has_reader):
        """Standard error: a file, or a pipe that nobody reads."""
        if has_reader:
            return open(self.log, "wb")
        self.log.write_bytes(b"")
        reader, writer = os.pipe()
        os.close(reader)
        return open(writer, "wb")

    def connect(self):
        peer = socket.socket(self.family)
        peer.settimeout(DEADLINE_S)
        peer.connect(self.address)
        return peer

    def talk(self, steps):
        """What the program sends to a peer that sends this.  It must take it
        all."""
        with self.connect() as peer:
            send(peer, steps)
            return read(peer)

    def ask(self, request):
        return parse(self.talk([request_stream(request)]))

    def program_lines(self):
        return self.log.read_text("latin-1").splitlines()

    def workers(self):
        """The processes that answer: the children, or else itself."""
        pid = self.process.pid
        children = []
        for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                if path.read_text().rsplit(")", 1)[1].split()[1] == str(pid):
                    children.append(int(path.parent.name))
        return sorted(children) or [pid]

    def stop(self):
        """End it as a web server does; its exit status."""
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(DEADLINE_S)
        atexit.unregister(self.process.kill)
        return status


def cpu_s(pid):
    """Seconds of processor time that a process has used."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1]
    return sum(map(int, fields.split()[11:13])) / os.sysconf("SC_CLK_TCK")


def memory_kb(pid):
    """Resident memory of a process."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ValueError("no VmRSS")


def descriptors(pid):
    """How many descriptors a process has; only root may look."""
    return len(os.listdir(f"/proc/{pid}/fd")) if os.getuid() == 0 else None
