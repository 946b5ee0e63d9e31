"""REVOKING: DELETE on each kind of server, where it is switched on.

Each case finds the tokens as they were at first: what a request has revoked is
put back behind it."""

import concurrent.futures
import random
import re

from kit import openapi, web_servers
from kit.cgi import Cgi
from kit.postgresql import Session
from kit.run import ROOT
from kit.tap import equal, is_wanted, ok, section

import cases
import contract
import database as db

ON = {"OAUTH_TOKENS_REVOKE": "1"}

# Of the tokens that one request has revoked, TOKENS are asked for their lists;
# where they are several, TIMES at one time, so that more than one process
# answers.  (mod_fcgid sleeps for a second where all its four are busy.)
TIMES, TOKENS = 3, 2

KEEP = """
UPDATE oauth2_access_token SET updated_at = '2020-01-01 00:00:00+00';
CREATE SCHEMA kept;
CREATE TABLE kept.tokens AS TABLE oauth2_access_token;
ALTER TABLE kept.tokens ADD PRIMARY KEY (id);
"""

# The rows that differ from what was kept, and whether they do as the manual
# says.
CHANGES = """
SELECT id, coalesce(
    to_jsonb(new) - '{expires,refresh_token,updated_at}'::text[]
        = to_jsonb(old) - '{expires,refresh_token,updated_at}'::text[]
    AND new.refresh_token IS NULL
    AND new.updated_at BETWEEN now() - interval '1 minute' AND now()
    AND CASE WHEN old.expires > now()
        THEN new.expires BETWEEN now() - interval '1 minute' AND now()
        ELSE new.expires IS NOT DISTINCT FROM old.expires END, false)
FROM oauth2_access_token AS new FULL JOIN kept.tokens AS old USING (id)
WHERE ROW(new.*) IS DISTINCT FROM ROW(old.*)
"""

PUT_BACK = """
UPDATE oauth2_access_token AS new
SET expires = old.expires, refresh_token = old.refresh_token,
    updated_at = old.updated_at
FROM kept.tokens AS old
WHERE old.id = new.id AND ROW(new.*) IS DISTINCT FROM ROW(old.*)
"""


def prepare(database):
    """Make the function, and keep the tokens as they are."""
    database.sql((ROOT / "sql/revoke.sql").read_text())
    database.sql(KEEP)


class Tokens:
    """The tokens of the database, and what has become of them."""

    def __init__(self, database):
        self.session = Session(database)

    def changed(self):
        """The ids of the rows that were revoked; ValueError when one has
        changed in another way."""
        rows = [row.split("|") for row in
                self.session.sql(CHANGES).splitlines()]
        if bad := [id for id, good in rows if good != "t"]:
            raise ValueError(f"rows that have changed otherwise: {bad}")
        return {int(id) for id, _ in rows}

    def put_back(self):
        """Undo all that was done; what was changed."""
        try:
            return self.changed()
        finally:
            self.session.sql(PUT_BACK)


def complaints(server, request, wanted):
    """Ask, and say what is wrong with the answer."""
    try:
        return contract.complaints(
            request, server.ask(request), wanted, revoke=True)
    except (OSError, ValueError) as error:
        return [f"no answer: {error!r}"]


def still_good(server, tokens):
    """What is wrong with the answers to revoked tokens."""
    requests = [cases.request(token=token) for token in tokens] * (
        TIMES if server.fast and len(tokens) > 1 else 1)
    with concurrent.futures.ThreadPoolExecutor(TIMES) as pool:
        return [f"a revoked token: {text}" for found in pool.map(
            lambda request: complaints(server, request, cases.EXPIRED),
            requests) for text in found]


def credentials(ends):
    """Some of the revoked tokens that would open a list."""
    return [row.token for _, row in ends if row.application == 1
            and re.fullmatch("[A-Za-z0-9._~+/-]{1,4096}=*", row.token or "")
            ][:TOKENS]


def judge(server, tokens, case):
    """What is wrong with the answer to a case, with what has become of the
    tokens, and with the answer to the same request once more."""
    wanted = cases.wanted_of(case, server.kind)
    found = complaints(server, case.request, wanted)
    found += still_good(server, credentials(case.ends))
    if case.ends and case.again != case.wanted:
        found += [f"again: {text}" for text in complaints(
            server, case.request, case.again or wanted)]
    try:
        changed, due = tokens.put_back(), {
            db.IDS[user.id, row] for user, row in case.ends}
        if changed != due:
            found.append(f"revoked {sorted(changed - due)} too much and"
                         f" {sorted(due - changed)} too little")
    except ValueError as error:
        found.append(str(error))
    return found


def table(server, tokens, chosen):
    """The cases of cases.py, one after the other."""
    for case in chosen:
        if is_wanted(case.name):
            found = judge(server, tokens, case)
            ok(not found, case.name, "\n".join(
                [*found, f"{case.request}"[:1000]]))


def made_up_request(dice):
    """A request that revokes, and whose tokens it may revoke."""
    user = dice.choice(db.LISTS)
    _, row = id = dice.choice(list(db.IDS))
    path = dice.choice([
        cases.ADDRESS, cases.CURRENT, f"{cases.ADDRESS}/{db.IDS[id]}",
        cases.of_one(user, dice.choice(user.tokens))])
    query = "_current=1" * dice.randrange(2) if path == cases.ADDRESS else ""
    return user, cases.request(
        query, path=path, method="DELETE", token=user.credential())


def tenancy(server, tokens, number):
    """Made-up requests never revoke a token of another user's."""
    dice, wrong, ended = random.Random(20230831), [], 0
    for _ in range(number):
        user, request = made_up_request(dice)
        answer, changed = server.ask(request), tokens.put_back()
        ended += len(changed)
        found = openapi.complaints(request, answer)
        if found or answer.status not in (200, 204, 404) or not changed <= {
                db.IDS[user.id, row] for row in user.tokens}:
            wrong.append(f"{answer.status}, {sorted(changed)}: {request}"
                         f" {found}")
    ok(not wrong and ended > number,
       f"{number} made-up requests to revoke, {ended} tokens: only one's own",
       "\n".join(wrong))


def run(kind, database, off):
    """All this on a server of the kind; off: one where it is switched off,
    though the function is there."""
    section("REVOKING")
    prepare(database)
    tokens = Tokens(database)
    server = (Cgi(database, ON) if kind == Cgi.kind
              else web_servers.KINDS[kind](kind, database, ON))
    thorough = server.fast or kind == Cgi.kind
    table(server, tokens, cases.revoking(thorough))
    tenancy(server, tokens, 100 if thorough else 10)
    equal(server.program_lines(), [], "revoking: nothing is logged")
    server.stop()
    for path in cases.ADDRESS, cases.CURRENT, f"{cases.ADDRESS}/1":
        request = cases.request(path=path, method="DELETE")
        found = contract.complaints(request, off.ask(request), cases.METHOD)
        ok(not found, f"no DELETE at {path} where it is switched off, though"
           " the function is there", "\n".join(found))
    equal(tokens.changed(), set(), "no DELETE: nothing is revoked")
    tokens.session.close()
