"""Cases, printed as lines of TAP (the Test Anything Protocol) and counted.

A case is wanted when its name matches CASE.  The suite does its work all the
same, but a case that is not wanted is neither printed nor counted."""

import fnmatch
import sys

from kit.run import CASE

_cases = {"ok": 0, "not ok": 0}


def is_wanted(name):
    """Does the name of the case match CASE?"""
    return fnmatch.fnmatchcase(name, CASE)


def ok(condition, name, detail=""):
    """One case: does the condition hold?  A failure shows the detail."""
    if is_wanted(name):
        word = "ok" if condition else "not ok"
        _cases[word] += 1
        print(f"{word} {sum(_cases.values())} - {name}", flush=True)
        if not condition:
            for line in str(detail).splitlines():
                print(f"# {line}", flush=True)


def equal(got, wanted, name):
    """One case: are the two the same?"""
    ok(got == wanted, name, f"got    {got!r}\nwanted {wanted!r}")


def skip(name, reason):
    """One case that cannot be tried here."""
    ok(True, f"{name} # SKIP {reason}")


def section(title):
    """A heading for the cases that follow."""
    print(f"# {title}", flush=True)


def finish():
    """End the suite: print the plan.  The exit status is 1 when a case failed,
    or none ran although all are wanted."""
    print(f"1..{sum(_cases.values())}")
    none = not sum(_cases.values()) and CASE == "*"
    sys.exit(1 if _cases["not ok"] or none else 0)
