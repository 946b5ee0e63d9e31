"""Records of FastCGI, made and read (FastCGI Specification 1.0; sections below
are its)."""

import struct

from kit.cgi import cgi_variables, parse_cgi

# Types of records (section 8).
BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR, DATA = range(1, 9)
GET_VALUES = 9
RESPONDER = 1
KEEP_CONN = 1


def record(kind, content=b"", id=1, padding=0, version=1, reserved=0):
    """A record (section 3.3)."""
    return struct.pack(">BBHHBB", version, kind, id, len(content), padding,
                       reserved) + content + bytes(padding)


def begin(role=RESPONDER, flags=0, rest=bytes(5), **more):
    """BEGIN_REQUEST (section 5.1)."""
    return record(BEGIN, struct.pack(">HB", role, flags) + rest, **more)


def length(n, long=False):
    """The length of a name or a value (section 3.4): one byte, or four."""
    return struct.pack(">I", n | 1 << 31) if long or n > 127 else bytes([n])


def pair(name, value, long=False):
    """A name and its value (section 3.4); long: four bytes a length."""
    name, value = name.encode("latin-1"), value.encode("latin-1")
    return length(len(name), long) + length(len(value), long) + name + value


def content(request, **more):
    """The request's CGI variables, and more, as the content of PARAMS."""
    variables = [*cgi_variables(request), *more.items()]
    return b"".join(pair(name, value) for name, value in variables)


def stream(kind, data, size=65535, **more):
    """A stream (section 3.3): the data in records of a size, and its end."""
    parts = [record(kind, data[n:n + size], **more)
             for n in range(0, len(data), size)]
    return b"".join([*parts, record(kind, **more)])


def request_stream(request):
    """The request as a web server sends it."""
    return (begin() + stream(PARAMS, content(request)) +
            stream(STDIN, request.body or b""))


def records_of(raw):
    """The records in what the program sent, as (type, id, content)."""
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
    return parse_cgi(b"".join(parts))


def is_whole(raw):
    """Is this an answer, and nothing else?"""
    try:
        parse(raw)
    except (ValueError, struct.error):
        return False
    return True
