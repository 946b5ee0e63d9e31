"""The program as plain CGI (RFC 3875), without a web server."""

import subprocess

from kit import machine
from kit.client import TIMEOUT_S, Answer, parse_headers
from kit.postgresql import SERVICE
from kit.run import PATIENCE, PROGRAM, WRAPPER


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
    headers = parse_headers(head.decode("latin-1"))
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


class Cgi:
    """The program, started with the variables of each request."""

    kind = "cgi_environment"
    fast = False

    def __init__(self, database, settings=None):
        self.directory = machine.temporary_directory()
        self.said = []
        self.settings = {
            "PGSERVICEFILE": str(database.service_file(self.directory)),
            "OAUTH_TOKENS_DATABASE": f"service={SERVICE}", **PATIENCE,
            **(settings or {})}

    def ask(self, request):
        """The answer to a request."""
        return self.ask_with(cgi_variables(request), request.body)

    def ask_with(self, variables, body=None):
        """The answer to these variables, with the settings beside them."""
        answer, said = over_cgi(
            [*WRAPPER, PROGRAM],
            Variables([*self.settings.items(), *variables]), body)
        self.said += said.splitlines()
        return answer

    def program_lines(self):
        """What the program wrote to standard error."""
        return list(self.said)

    def stop(self):
        """Nothing runs between two requests."""
