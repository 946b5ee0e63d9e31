"""What the SQL suites share: the program's statements, and how to run them."""

import ast
import hashlib
import os
import re
import subprocess

from kit.make import B, run_make
from kit.run import BUILD, PROGRAM, ROOT

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
    run_make(f"{B}/sql.h")
    return statements_of((BUILD / "sql.h").read_text())


STATEMENTS = _statements()

# The forms of the list: who reads, which shape, "active" or "all", whether the
# list is counted, and what is said of each token.  The BRIEF give no row to
# callers who may not read, and no outcome to the others.
READERS = ("roles", "permissions")
BRIEF = ("bits", "attached", "direct", "owners")
SHAPES = ("near", "far", "after", "scan")
COUNTS = ("counted", "uncounted")
DETAILS = ("plain", "details")
FORMS = tuple(f"{count}_{details}" for count in COUNTS for details in DETAILS)
LISTS = tuple(f"list_{reader}_{shape}_{which}_{form}"
              for reader in READERS + BRIEF for shape in SHAPES
              for which in ("active", "all") for form in FORMS)
PLAIN_LISTS = tuple(name for name in LISTS if name.endswith("_plain"))
# The forms of one.sql: who reads, and which token.
ONES = tuple(f"one_{reader}_{which}" for reader in READERS
             for which in ("id", "current"))
# All that a caller's request runs.
REQUESTS = LISTS + ONES

PREPARED = {
    name: f"PREPARE {name} (text, text, text, boolean, boolean, bigint, bigint,"
          f" timestamptz, bigint) AS\n{STATEMENTS[name]};\n"
    for name in REQUESTS}


def prepare(names):
    return "\\pset null NULL\n" + "".join(PREPARED[name] for name in names)


PREPARE = prepare(REQUESTS)


def let_in(statement):
    """The outcome that a statement prints for who may read."""
    return NULL if statement.split("_")[1] in BRIEF else "ok"


# A position that all tokens are behind: expires and id.
START = (None, 2**63 - 1)

# The function of sql/revoke.sql, called as the program calls it.
FUNCTION = ("oauth_access_tokens_revoke"
            "(text, text, text, boolean, text, bigint)")
PREPARE_REVOKE = f"""\\pset null NULL
PREPARE revoke (text, text, text, boolean, text, bigint) AS
{STATEMENTS["revoke"]};
"""

# For the demo's user, an owner: what lets them in by attached and by direct.
ROLES_TOO = """
INSERT INTO role (id, name) VALUES (901, 'attached'), (902, 'direct');
INSERT INTO permission (id, entity, access, role_id)
	VALUES (901, 'GLOBAL', 8, NULL), (902, 'GLOBAL', 8, 902);
INSERT INTO role_permission (role_id, permission_id) VALUES (901, 901);
INSERT INTO user_role (user_id, role_id) VALUES (2, 901), (2, 902);
"""

# What role.sql granted before there were details.
GRANTS_BEFORE = f"""
GRANT SELECT (id, client_id) ON oauth2_application TO {ROLE};
GRANT SELECT (id, expires, oauth2_application_id, token, user_id)
	ON oauth2_access_token TO {ROLE};
GRANT SELECT (id, owner, roles) ON "user" TO {ROLE};
GRANT SELECT (user_id, role_id) ON user_role TO {ROLE};
GRANT SELECT (id, entity, entity_id, entity_name, access, options, role_id)
	ON permission TO {ROLE};
GRANT SELECT (permission_id, role_id) ON role_permission TO {ROLE};
"""

# A migration to other types that do as well.
OTHER_TYPES = """
ALTER TABLE oauth2_application ALTER id TYPE bigint,
	ALTER client_id TYPE text, ALTER name TYPE text;
ALTER TABLE oauth2_access_token ALTER id TYPE bigint,
	ALTER user_id TYPE bigint, ALTER oauth2_application_id TYPE bigint,
	ALTER token TYPE varchar(255), ALTER expires TYPE timestamptz(3),
	ALTER created_at TYPE timestamptz(3);
ALTER TABLE "user" ALTER id TYPE bigint, ALTER roles TYPE bigint;
ALTER TABLE permission ALTER id TYPE bigint, ALTER access TYPE bigint,
	ALTER entity TYPE varchar(255), ALTER entity_id TYPE text,
	ALTER role_id TYPE bigint, ALTER entity_name TYPE text,
	ALTER options TYPE jsonb;
ALTER TABLE user_role ALTER role_id TYPE bigint;
"""


def sql_file(name):
    return (ROOT / "sql" / name).read_text()


def literal(value):
    """A Python value as SQL."""
    if value is None:
        return NULL
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value)


def values(rows):
    """Tuples as the rows of VALUES or of INSERT."""
    return ", ".join(f"({', '.join(map(literal, row))})" for row in rows)


def execute(statement, key, token, project=None, number=40, offset=0,
            show_all_sent=False, masked=False, after=None):
    """EXECUTE of a request's statement, with the program's parameters.  The
    number is the most rows of a list, or the row that one.sql reads; the page
    is behind a position "after", of expires and id, where there is one."""
    position = after or (START if "_after_" in statement else (None, None))
    arguments = map(literal, (key, token, project, show_all_sent, masked,
                              number, offset, *position))
    return f"EXECUTE {statement}({', '.join(arguments)});"


def digest(token):
    """What details say of a token, as psql prints it: RFC 6234's SHA-256."""
    return "\\x" + hashlib.sha256(token.encode()).hexdigest()


def revoke(key, token, which, number=None, by_permission=False, project=None):
    """EXECUTE of the statement that answers DELETE."""
    arguments = map(literal, (key, token, project, by_permission, which,
                              number))
    return f"EXECUTE revoke({', '.join(arguments)});"


def fields(line, *places):
    """Those columns of a row that psql printed."""
    row = line.split("|")
    return [row[place] for place in places]


def run_each(cluster, database, steps, before="", user=ROLE):
    """Run several pieces of SQL in one session, after "before"; return what
    each of them printed, as a list of lines."""
    mark = "-- next --"
    script = before + "".join(f"\\echo {mark}\n{step}\n" for step in steps)
    # What nobody executes need not be prepared.
    executed = set(re.findall(r"\bEXECUTE (\w+)", script))
    for name in PREPARED.keys() - executed:
        script = script.replace(PREPARED[name], "")
    output = cluster.psql(script, database, user) + "\n"
    return [part.splitlines() for part in output.split(mark + "\n")[1:]]


def run_script(cluster, database, name, *words, user="postgres"):
    """psql -f sql/NAME, as README says; what subprocess.run() returns."""
    return subprocess.run(
        ["psql", "-X", *words, "-f", ROOT / "sql" / name], text=True,
        stdin=subprocess.DEVNULL, capture_output=True, timeout=60,
        env={**os.environ, **cluster.environment(database, user)})


def run_program(cluster, database, *words):
    """Run the program with an argument; what subprocess.run() returns."""
    return subprocess.run(
        [PROGRAM, *words], text=True, capture_output=True,
        stdin=subprocess.DEVNULL, env=cluster.environment(database))
