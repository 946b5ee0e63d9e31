"""What the SQL suites share: the program's statements, and how to run them."""

import ast
import os
import re
import subprocess

from kit.run import BUILD, ROOT

ROLE = "oauth_access_tokens"
LIST_INDEX = "ix_oauth2_access_token_user_id_expires_id"
NULL = "NULL"  # as the scripts below print it


def statements_of(header):
    """The texts of the statements, by name, in what embed made."""
    # Adjacent string literals and these escapes mean the same in Python.
    return {name: ast.literal_eval(f"({text})") for name, text in re.findall(
        r"^/\* (\w+) \*/\n\[.*?^\t\.text =\n(.*?)^\},$", header,
        re.DOTALL | re.MULTILINE)}


def _statements():
    """The statements as they are compiled in."""
    header = BUILD / "sql.h"
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS")}
    subprocess.run(
        ["make", "-s", "-C", ROOT, f"B={BUILD}", header],
        check=True, env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL)
    return statements_of(header.read_text())


STATEMENTS = _statements()

# The forms of the list: who reads, which shape, each as "active" and as "all".
READERS = ("roles", "permissions")
SHAPES = ("near", "far", "scan")
LISTS = tuple(f"list_{reader}_{shape}_{which}" for reader in READERS
              for shape in SHAPES for which in ("active", "all"))

PREPARE = "\\pset null NULL\n" + "".join(
    f"PREPARE {name} (text, text, text, bigint, bigint, boolean) AS\n"
    f"{STATEMENTS[name]};\n" for name in LISTS)


def sql_file(name):
    return (ROOT / "sql" / name).read_text()


def literal(value):
    """A Python value as SQL."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def values(rows):
    """Tuples as the rows of VALUES or of INSERT."""
    return ", ".join(f"({', '.join(map(literal, row))})" for row in rows)


def execute(statement, key, token, project=None, limit=40, offset=0,
            show_all_sent=False):
    """EXECUTE of one of the lists, with the program's parameters."""
    arguments = map(literal, (key, token, project, limit, offset,
                              show_all_sent))
    return f"EXECUTE {statement}({', '.join(arguments)});"


def run_each(cluster, database, steps, before="", user=ROLE):
    """Run several pieces of SQL in one session, after "before"; return what
    each of them printed, as a list of lines."""
    mark = "-- next --"
    script = before + "".join(f"\\echo {mark}\n{step}\n" for step in steps)
    output = cluster.psql(script, database, user) + "\n"
    return [part.splitlines() for part in output.split(mark + "\n")[1:]]
