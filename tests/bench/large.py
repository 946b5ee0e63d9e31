"""A large table: what a row takes, how long indexes take to build, and what
PostgreSQL needs for the lists of users whose tokens lie all over the table.

The rows are made before the indexes, without a log of what changes.  Each user
has 100 tokens of 43 characters, one in ten active, no two in one page of the
table.  Cold: PostgreSQL was restarted, and none of its files is in the system's
memory; warm: all that is needed is in the system's memory, but not in
PostgreSQL's; hot: it is in PostgreSQL's."""

import contextlib
import os
import pathlib
import shutil
import statistics
import sys
import time

from kit.example import API_KEY
from kit.postgresql import Database
from kit.run import ROOT

import data as datas
import libpq
from common import STATEMENTS
from least import SETTINGS

ROW_BYTES = 250  # of table and indexes, with room
REQUESTS = 1000

FIRST = 10  # user
FILL = """
INSERT INTO "user" (id, username, email, roles)
SELECT u, 'user_' || u, 'user_' || u || '@example.com', 4
FROM generate_series(%(first)s, %(first)s + %(users)s - 1) AS u;
ALTER TABLE oauth2_access_token SET UNLOGGED;
ALTER TABLE oauth2_access_token DROP CONSTRAINT oauth2_access_token_pkey;
DROP INDEX ix_oauth2_access_token_token;
SET session_replication_role = replica; -- no look-up of each foreign key
INSERT INTO oauth2_access_token
	(oauth2_application_id, user_id, expires, token)
SELECT 1, %(first)s + n * 7919::bigint %% %(users)s,
	now() + (n - %(rows)s * 0.9) * (interval '1000 days' / %(rows)s),
	translate(encode(sha256(('token ' || n)::bytea), 'base64'), '+/=', '-_')
FROM generate_series(1, %(rows)s) AS n;
"""

STEPS = (  # what takes its time
    ("rows", FILL),
    ("primary key", "ALTER TABLE oauth2_access_token ADD PRIMARY KEY (id)"),
    ("token index", "CREATE UNIQUE INDEX ix_oauth2_access_token_token"
                    " ON oauth2_access_token (token)"),
    ("index.sql", (ROOT / "sql/index.sql").read_text()),
    ("VACUUM ANALYZE", "VACUUM ANALYZE"),
)

SIZES = """
CREATE EXTENSION pgstattuple;
SELECT 'table', pg_relation_size('oauth2_access_token'), '-', '-'
UNION ALL
SELECT relname, pg_relation_size(oid), tree_level::text,
	(leaf_pages / greatest(internal_pages, 1))::text
FROM pg_index
JOIN pg_class ON oid = indexrelid
CROSS JOIN LATERAL pgstatindex(oid) AS index
WHERE indrelid = 'oauth2_access_token'::regclass
"""

TOKENS = f"""
SELECT setseed(0.5);
SELECT DISTINCT ON (user_id) token
FROM (
	SELECT (random() * %(rows)s * 0.09 + %(rows)s * 0.905)::integer AS id
	FROM generate_series(1, {REQUESTS})
) AS chosen
JOIN oauth2_access_token USING (id)
"""


def fill(data, rows):
    """Make the table and its indexes, and say how long each step takes."""
    names = {"first": FIRST, "rows": rows, "users": rows // 100}
    for what, sql in STEPS:
        started = time.monotonic()
        data.sql(sql % names if "%(rows)s" in sql else sql)
        print(f"{what:<50}{time.monotonic() - started:>8.0f} s", flush=True)


def print_sizes(data, rows):
    line = "{:<50}{:>8}{:>10}{:>8}{:>16}"
    print("\n" + line.format("", "MB", "bytes/row", "levels", "leaves/inner"))
    for row in data.sql(SIZES).split("\n"):
        name, size, level, fan_out = row.split("|")
        levels = level if level == "-" else int(level) + 1
        print(line.format(name, int(size) >> 20, f"{int(size) / rows:.1f}",
                          levels, fan_out), flush=True)


def forget(directory):
    """Have none of the files below in the system's memory."""
    os.sync()
    for path in pathlib.Path(directory).rglob("*"):
        with contextlib.suppress(OSError):
            if path.is_file():
                with open(path, "rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0,
                                     os.POSIX_FADV_DONTNEED)


def ask_all(connection, tokens):
    """(ms, ms of processor) of each request, in order."""
    for token in tokens:
        values = libpq.Values(API_KEY, token, None, True, False, 40, 0, None,
                              None)
        spent, started = connection.spent_ns(), time.perf_counter()
        [rows] = connection.ask([b"list"], values)
        took = time.perf_counter() - started
        if rows != 40:
            raise ValueError(f"{rows} rows of 40")
        yield 1000 * took, (connection.spent_ns() - spent) / 1e6


def print_times(data, tokens):
    """A restarted server's first requests, cold and warm, and these again."""
    line = "{:<30}{:>10}{:>10}{:>14}"
    print(f"\n{len(tokens)} users' first pages\n" + line.format(
        "", "median ms", "mean ms", "processor, ms"))
    for what in ("cold", "warm", "hot"):
        if what != "hot":
            data.cluster.pg_ctl("stop")
            if what == "cold":
                forget(data.cluster.directory)
            data.cluster.pg_ctl("start")
            connection = libpq.Connection(
                data.cluster.environment(data.name), SETTINGS)
            connection.prepare(b"list", STATEMENTS[
                "list_roles_near_all_counted_plain"].encode())
            # Catalogues and plans are not what is asked for.
            [*ask_all(connection, tokens[:10])]
        times, spent = zip(*ask_all(connection, tokens[10:]))
        print(line.format(what, f"{statistics.median(times):.2f}",
                          f"{statistics.mean(times):.2f}",
                          f"{statistics.mean(spent):.2f}"), flush=True)
    connection.close()


def purge(data, rows):
    """Time the deletion of the oldest tenth."""
    started = time.monotonic()
    data.sql("\\set days 800\n\\set delete 1\n\\set batch 10000\n\\set rest 0\n"
             + (ROOT / "sql/purge.sql").read_text())
    left = int(data.sql("SELECT count(*) FROM oauth2_access_token"))
    took = time.monotonic() - started
    print(f"\npurge.sql: {rows - left} of {rows} deleted in {took:.0f} s,"
          " without rests", flush=True)


def run(rows):
    """All of it; the files are removed afterwards."""
    cluster = datas.Cluster()
    free = shutil.disk_usage(cluster.directory).free
    if free < 2 * ROW_BYTES * rows:
        sys.exit(f"{rows} rows need {2 * ROW_BYTES * rows >> 30} GB in /tmp")
    data = Database(cluster, "large")
    cluster.create("large", "schema.sql", "demo.sql", "role.sql")
    fill(data, rows)
    print_sizes(data, rows)
    print_times(data, data.sql(TOKENS % {"rows": rows}).split("\n")[1:])
    purge(data, rows)
