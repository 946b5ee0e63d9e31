"""A request, its answer, and a client that sends the one and reads the other
over HTTP.  The client uses a raw socket, as an HTTP library would refuse some
of the requests.

Texts stand for bytes in Latin-1: one character is one byte on the wire."""

import contextlib
import dataclasses
import json
import socket

TIMEOUT_S = 20


@dataclasses.dataclass(frozen=True)
class Request:
    """target: path and query, as in the request line."""
    target: str
    method: str = "GET"
    headers: tuple = ()
    body: bytes = None

    @property
    def path(self):
        return self.target.partition("?")[0]

    @property
    def query(self):
        return self.target.partition("?")[2]


@dataclasses.dataclass(frozen=True)
class Answer:
    """An answer, whole."""
    status: int
    headers: tuple  # of (name in lower case, value)
    body: bytes

    def all(self, name):
        """The values of a header, one for each time it is there."""
        return [value for n, value in self.headers if n == name]

    def header(self, name):
        """The value of a header; None unless it is there exactly once."""
        values = self.all(name)
        return values[0] if len(values) == 1 else None

    def json(self):
        """The body as JSON; ValueError when a name is there twice."""
        return json.loads(self.body, object_pairs_hook=_no_name_twice)

    def text(self):
        """All of it as one text, to look for what must not be there."""
        head = "\n".join(f"{n}: {v}" for n, v in self.headers)
        return f"{self.status}\n{head}\n\n{self.body.decode('latin-1')}"


def _no_name_twice(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name twice in one JSON object")
    return dict(pairs)


def parse_headers(head):
    """Pairs of name and value, as in Answer."""
    fields = (line.partition(":") for line in head.split("\r\n"))
    return tuple((n.lower(), v.strip(" \t")) for n, _, v in fields)


def on_the_wire(request, close=True):
    """The request's bytes in HTTP/1.1."""
    lines = [f"{request.method} {request.target} HTTP/1.1", "Host: localhost"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    if close:
        lines.append("Connection: close")
    body = request.body
    if body is None and request.method in ("POST", "PUT", "PATCH"):
        body = b""
    if body is not None and "Transfer-Encoding" not in dict(request.headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + (body or b"")


def read_all(connection):
    """All that comes until the peer closes the connection."""
    blocks = bytearray()
    while block := connection.recv(1 << 18):
        blocks += block
    return bytes(blocks)


def parse_http(raw):
    """An answer of HTTP/1.1, or of 1.0 as some servers have it, that lasts
    until the end of the connection."""
    head, _, body = raw.partition(b"\r\n\r\n")
    status_line, _, fields = head.decode("latin-1").partition("\r\n")
    version, _, rest = status_line.partition(" ")
    if version not in ("HTTP/1.1", "HTTP/1.0"):
        raise ValueError(f"not an HTTP answer: {raw[:200]!r}")
    return Answer(int(rest[:3]), parse_headers(fields), body)


class Client:
    """Asks a server on the loopback address."""

    def __init__(self, port):
        self.port = port

    def connect(self, timeout_s=TIMEOUT_S):
        """A connection, on which nothing waits longer than this."""
        return socket.create_connection(("127.0.0.1", self.port), timeout_s)

    def ask(self, request):
        """Ask on a connection of the request's own."""
        with self.connect() as connection:
            # It may be answered, and closed, before it has all been sent.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.sendall(on_the_wire(request))
            return parse_http(read_all(connection))

    def ask_in_turn(self, requests):
        """Ask one request after the other on one connection, and find the end
        of each answer by Content-Length (RFC 9112, section 6.3).  An answer
        that says so is the last of its connection (section 9.6)."""
        answers, connection = [], None
        for request in requests:
            if connection is None:
                connection = self.connect()
                stream = connection.makefile("rb")
            connection.sendall(on_the_wire(request, close=False))
            answers.append(_read_answer(stream, request))
            if answers[-1].header("connection") == "close":
                stream.close()
                connection = connection.close()
        return answers


def _read_answer(stream, request):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            raise ValueError(f"connection closed after {head!r}")
        head += line
    answer = parse_http(head)
    bodiless = request.method == "HEAD" or answer.status == 204
    length = 0 if bodiless else int(answer.header("content-length"))
    return dataclasses.replace(answer, body=stream.read(length))
