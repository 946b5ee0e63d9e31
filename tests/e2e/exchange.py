"""A request and its answer, over HTTP on a raw socket (so that requests which
an HTTP library would refuse can be sent) or over CGI (RFC 3875).

Texts stand for bytes in Latin-1: one character is one byte on the wire."""

import dataclasses
import json
import socket
import subprocess

TIMEOUT_S = 20


@dataclasses.dataclass(frozen=True)
class Request:
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
        """The body as JSON.  A name that is there twice is an error."""
        return json.loads(self.body, object_pairs_hook=_no_name_twice)

    def text(self):
        """All of it as one text, to look for what must not be there."""
        head = "\n".join(f"{n}: {v}" for n, v in self.headers)
        return f"{self.status}\n{head}\n\n{self.body.decode('latin-1')}"


def _no_name_twice(pairs):
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name twice in one JSON object")
    return dict(pairs)


def _parse_headers(head):
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


def parse_http(raw):
    """An HTTP/1.1 answer that lasts until the end of the connection."""
    head, _, body = raw.partition(b"\r\n\r\n")
    status_line, _, fields = head.decode("latin-1").partition("\r\n")
    version, _, rest = status_line.partition(" ")
    if version != "HTTP/1.1":
        raise ValueError(f"not an HTTP answer: {raw[:200]!r}")
    return Answer(int(rest[:3]), _parse_headers(fields), body)


def over_http(port, request):
    """Ask a server on the loopback address; one connection a request."""
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as s:
        try:
            s.sendall(on_the_wire(request))
        except (BrokenPipeError, ConnectionResetError):
            pass  # answered, and closed, before the request was over
        raw = b""
        while block := s.recv(65536):
            raw += block
    return parse_http(raw)


def over_one_connection(port, requests):
    """Ask one request after the other on one connection, and find the end of
    each answer by Content-Length (RFC 9112, section 6.3)."""
    answers = []
    with socket.create_connection(("127.0.0.1", port), TIMEOUT_S) as s:
        stream = s.makefile("rb")
        for request in requests:
            s.sendall(on_the_wire(request, close=False))
            head = b""
            while not head.endswith(b"\r\n\r\n"):
                line = stream.readline()
                if not line:
                    raise ValueError(f"connection closed after {head!r}")
                head += line
            answer = parse_http(head)
            bodiless = request.method == "HEAD" or answer.status == 204
            length = 0 if bodiless else int(answer.header("content-length"))
            answers.append(
                dataclasses.replace(answer, body=stream.read(length)))
    return answers


class Variables(list):
    """An environment in which a name may be there twice, as nginx does it.
    subprocess asks no more of one than these."""

    def items(self):
        return list(self)

    def keys(self):
        return [name for name, _ in self]

    def values(self):
        return [value for _, value in self]


def variable_of(header):
    """The CGI variable of a header (RFC 3875, section 4.1.18)."""
    return "HTTP_" + header.upper().replace("-", "_")


def cgi_variables(request):
    """The request as a web server with a script at /api hands it over.  Headers
    of one name are joined with a comma, as Apache and lighttpd do."""
    joined = {}
    for name, value in request.headers:
        joined.setdefault(variable_of(name), []).append(value)
    return Variables([
        ("GATEWAY_INTERFACE", "CGI/1.1"),
        ("SERVER_PROTOCOL", "HTTP/1.1"),
        ("SERVER_NAME", "localhost"),
        ("REQUEST_METHOD", request.method),
        ("REQUEST_URI", request.target),
        ("SCRIPT_NAME", "/api"),
        ("PATH_INFO", request.path.removeprefix("/api")),
        ("QUERY_STRING", request.query),
        *((name, ", ".join(values)) for name, values in joined.items()),
        *([("CONTENT_LENGTH", str(len(request.body)))] if request.body else []),
    ])


def parse_cgi(raw):
    """A CGI answer (RFC 3875, section 6)."""
    head, _, body = raw.partition(b"\r\n\r\n")
    headers = _parse_headers(head.decode("latin-1"))
    status = [value for name, value in headers if name == "status"]
    return Answer(
        int(status[0][:3]) if status else 200,
        tuple(field for field in headers if field[0] != "status"), body)


def over_cgi(command, variables, body=None):
    """Run the command with these variables and no other.  Returns the answer
    and what came on standard error; the exit status must be 0."""
    encoded = Variables(
        (name, value.encode("latin-1")) for name, value in variables)
    done = subprocess.run(
        command, env=encoded, input=body or b"", capture_output=True,
        timeout=TIMEOUT_S)
    if done.returncode != 0:
        raise ValueError(f"exit status {done.returncode}: {done.stderr!r}")
    return parse_cgi(done.stdout), done.stderr.decode("latin-1")
