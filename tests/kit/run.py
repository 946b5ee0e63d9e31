"""What this run of the tests was given by its environment: see tests/run."""

import os
import pathlib
import shutil

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = (ROOT / os.environ.get("B", "build")).resolve()
NAME = "oauth_access_tokens"
PROGRAM = BUILD / NAME

# The command that the program is run with, as valgrind; usually none.
WRAPPER = os.environ.get("WRAPPER", "").split()
WRAPPER[:1] = map(shutil.which, WRAPPER[:1])  # a suite may run it without PATH

# A shell pattern: only the cases with such a name are wanted.
CASE = os.environ.get("CASE") or "*"

# "make check-long" takes its time.
LONG = os.environ.get("LONG") == "1"

# Settings that keep the program's limits of time far away, where a case is not
# about them: a machine may stand still for some seconds.
PATIENCE = {f"OAUTH_TOKENS_{name}_TIMEOUT_MS": "12000"
            for name in ("CONNECT", "LOCK", "QUERY")}


def chosen(short, long):
    """The first for "make check", the second for "make check-long"."""
    return long if LONG else short


def sanitized():
    """Was the program built by check-sanitized?  That allocator keeps what is
    freed."""
    return b"__asan_init" in PROGRAM.read_bytes()
