"""libpq, as far as the benchmark asks by itself: statements that are prepared,
with parameters and results in binary, as our program asks them."""

import ctypes
import pathlib
import struct

_pq = ctypes.CDLL("libpq.so.5")
for _name in ("PQconnectdb", "PQexec", "PQprepare", "PQexecPrepared",
              "PQgetResult"):
    getattr(_pq, _name).restype = ctypes.c_void_p
for _name in ("PQerrorMessage", "PQgetvalue"):
    getattr(_pq, _name).restype = ctypes.c_char_p

COMMAND_OK, TUPLES_OK, PIPELINE_SYNC = 1, 2, 10  # of libpq-fe.h

# Those of list.sql's parameters (statements.h).
TEXT, INT8, BOOL, TIMESTAMPTZ = 25, 20, 16, 1184
TYPES = (TEXT, TEXT, TEXT, BOOL, BOOL, INT8, INT8, TIMESTAMPTZ, INT8)
_TYPES = (ctypes.c_uint * len(TYPES))(*TYPES)
_BINARY = (ctypes.c_int * len(TYPES))(*[1] * len(TYPES))


def _binary(value):
    """A parameter's binary form; None for NULL."""
    if isinstance(value, bool):
        return bytes([value])
    if isinstance(value, int):
        return struct.pack(">q", value)
    return value and value.encode()


class Values:
    """A request's parameters; those that a statement does not use do no
    harm."""

    def __init__(self, *values):
        blocks = [*map(_binary, values)]
        self.blocks = (ctypes.c_char_p * len(TYPES))(*blocks)
        self.lengths = (ctypes.c_int * len(TYPES))(
            *(len(block or b"") for block in blocks))
        self.all = (len(TYPES), self.blocks, self.lengths, _BINARY, 1)


class Spent:
    """Nanoseconds that a process has run: see proc(5), schedstat."""

    def __init__(self, pid):
        self.file = pathlib.Path(f"/proc/{pid}/schedstat")

    def __call__(self):
        return int(self.file.read_text().split()[0])


class Connection:
    """A connection, and what its process of the server has spent."""

    def __init__(self, environment, options):
        words = " ".join(
            f"{name}={environment['PG' + variable]}" for name, variable in (
                ("host", "HOST"), ("port", "PORT"), ("user", "USER"),
                ("dbname", "DATABASE"))) + f" options='{options}'"
        self.pq = ctypes.c_void_p(_pq.PQconnectdb(words.encode()))
        self.spent_ns = Spent(_pq.PQbackendPID(self.pq))
        self.sql("SELECT 1")  # has it connected?

    def _read(self, result, *wanted):
        """A result's rows, as a number, and its first value."""
        result = ctypes.c_void_p(result)
        if _pq.PQresultStatus(result) not in (*wanted, COMMAND_OK, TUPLES_OK):
            raise RuntimeError(_pq.PQerrorMessage(self.pq).decode())
        rows = _pq.PQntuples(result)
        first = _pq.PQgetvalue(result, 0, 0) if rows else None
        _pq.PQclear(result)
        return rows, first

    def sql(self, text):
        """Run SQL; the first value, as text."""
        first = self._read(_pq.PQexec(self.pq, text.encode()))[1]
        return first and first.decode()

    def prepare(self, name, text):
        self._read(_pq.PQprepare(self.pq, name, text, len(TYPES), _TYPES))

    def ask(self, names, values):
        """Ask prepared statements, in one round trip; the rows of each."""
        if len(names) == 1:
            return [self._read(_pq.PQexecPrepared(
                self.pq, names[0], *values.all))[0]]
        _pq.PQenterPipelineMode(self.pq)
        for name in names:
            _pq.PQsendQueryPrepared(self.pq, name, *values.all)
        _pq.PQpipelineSync(self.pq)
        rows = []
        for _ in names:
            rows.append(self._read(_pq.PQgetResult(self.pq))[0])
            _pq.PQgetResult(self.pq)  # NULL: the end of one statement's
        self._read(_pq.PQgetResult(self.pq), PIPELINE_SYNC)
        _pq.PQexitPipelineMode(self.pq)
        return rows

    def close(self):
        _pq.PQfinish(self.pq)
