"""The contract suite: the same requests for every server, and the answers that
the manual promises.  Sections are those of the manual, oauth_access_tokens(8).
"""

import concurrent.futures
import os
import random
import subprocess
import urllib.parse

from kit import client, example, openapi, web_servers
from kit.cgi import Cgi
from kit.example import API_KEY, TOKEN
from kit.machine import as_service_user
from kit.postgresql import PASSWORD
from kit.run import NAME, WRAPPER
from kit.tap import equal, finish, is_wanted, ok, section

import cases
import contract
import database as db
import revoking

# As many as there are FastCGI processes in the shipped files, or more.
CLIENTS = 4

# Headers that need not be the same in two answers; Vary is compared apart.
OF_THE_MOMENT = ("date", "connection", "keep-alive", "x-request-id", "vary")


def at_once(function, items):
    """Call the function with each item, some at a time; results in order."""
    with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(function, items))


def complaints(server, request, wanted):
    """Ask, and say what is wrong with the answer."""
    try:
        return contract.complaints(request, server.ask(request), wanted)
    except (OSError, ValueError) as error:
        return [f"no answer: {error!r}"]


def check(server, case):
    """The case, and what is wrong with its answer."""
    wanted = cases.wanted_of(case, server.kind)
    return case, complaints(server, case.request, wanted)


def by_server(case, server):
    """Does this web server answer the request itself?"""
    return isinstance(cases.wanted_of(case, server.kind), contract.ByServer)


def report(server, to_check):
    """Check these cases, some at a time."""
    for case, found in at_once(lambda case: check(server, case), to_check):
        ok(not found, case.name, "\n".join([*found, f"{case.request}"[:1000]]))


def thorough(server):
    """Where a web server starts a process for each request, what it cannot
    spoil is left to plain CGI."""
    return server.fast or server.kind == "cgi_environment"


def table(server):
    """The cases of cases.py."""
    equal(cases.stale_differences(), [],
          "the table of differences names cases that exist")
    for title, of_section in cases.by_section(thorough(server)):
        section(title)
        report(server, [c for c in of_section if is_wanted(c.name)])


def head_is_get(server):
    """OPTIONS AND HEAD: HEAD has the same status and headers, and no body.  A
    server that starts a process for each request gets some of the cases."""
    gets = [c for c in cases.all_cases()
            if c.request.method == "GET" and c.request.body is None
            and not by_server(c, server)]
    different = []

    def compare(case):
        requests = [client.Request(
            case.request.target, method, case.request.headers)
            for method in ("GET", "HEAD")]
        answers = [server.ask(request) for request in requests]
        get, head = (
            (a.status, contract.varies(a), sorted(
                h for h in a.headers if h[0] not in OF_THE_MOMENT))
            for a in answers)
        found = [text for pair in zip(requests, answers)
                 for text in openapi.complaints(*pair)]
        if get != head or answers[1].body or found:
            different.append("\n".join([
                f"{case.name}\n  GET  {get}\n  HEAD {head}", *found]))

    chosen = gets if server.fast else gets[::20]
    at_once(compare, chosen)
    ok(not different, f"HEAD is GET without a body, {len(chosen)} requests",
       "\n".join(different))


def rows_of(answer):
    """The rows of an answer, as database.py has them."""
    return [(row["expires"], row["token"])
            for row in answer.json()["oauth_access_tokens"]]


def described(server, request):
    """Ask; the answer, and ValueError when it is not as it is described."""
    answer = server.ask(request)
    if found := openapi.complaints(request, answer):
        raise ValueError("\n".join([f"{request}", *found]))
    return answer


def walk(server, request, rel, most=200):
    """Follow a relation from a page on; the pages, in the order of the walk."""
    answers = [described(server, request)]
    while target := contract.links(answers[-1]).get(rel):
        if len(answers) == most:
            raise ValueError(f"{rel} never ends")
        answers.append(described(server, resolve(request, target)))
    return answers


def resolve(request, target):
    """The request of a link's target (RFC 3986, section 5.3)."""
    return client.Request(urllib.parse.urljoin(request.path, target),
                          headers=request.headers)


def pages(server):
    """ANSWERS: pages never repeat or lose a row.  HEADERS: Link leads through
    all of them, and has "next" exactly when metadata.next is true."""
    wanted = list(db.PAGES.rows())
    sizes = [("pages of the default size", "show_all=1", cases.LOGS, 40)]
    if thorough(server):
        sizes.append(("pages of 7", "_limit=7", cases.ADDRESS, 7))
    for name, query, path, size in sizes:
        request = cases.request(query, path=path, token=cases.PAGES)
        answers = walk(server, request, "next")
        equal([row for a in answers for row in rows_of(a)], wanted,
              f"Link's next leads to every token once, {name}")
        equal(len(answers), -(-len(wanted) // size),
              f"the number of pages, {name}")
        equal([a.json()["metadata"]["next"] for a in answers],
              ["next" in contract.links(a) for a in answers],
              f"Link's next is metadata.next, {name}")
        last = contract.links(answers[0])["last"]
        back = walk(server, resolve(request, last), "prev")
        equal([row for a in reversed(back) for row in rows_of(a)], wanted,
              f"Link's prev leads back from last, {name}")
    request = cases.request("_limit=0", token=cases.PAGES)
    first = resolve(request, contract.links(server.ask(request))["next"])
    equal([row for a in walk(server, first, "next") for row in rows_of(a)],
          wanted, "Link's next leads on from a page of 0 rows")


def cursor_of(answer):
    """The cursor of an answer's next page; None: there is none."""
    target = contract.links(answer).get("next", "?")
    return contract.parameters(target.partition("?")[2]).get("_after")


def pages_by_cursor(server, user, show_all, size, more=""):
    """The case of a list that is walked by cursors; its pages' requests."""
    rows = user.listed(show_all)
    requests = [cases.request(
        f"_count=0&show_all={show_all:d}&_limit={size}{more}",
        key=None if "api_key" in more else API_KEY, token=user.credential())]
    answers = walk(server, requests[0], "next")
    requests += [resolve(requests[0], contract.links(answer)["next"])
                 for answer in answers[:-1]]
    found = [text for n, (request, answer) in enumerate(zip(requests, answers))
             for text in contract.complaints(request, answer, cases.page(
                 user, show_all, size, n * size, "with_details" in more,
                 "_mask=1" in more, uncounted=True))]
    if len(answers) != -(-len(rows) // size):
        found.append(f"{len(answers)} pages")
    ok(not found, f"cursors lead through {len(rows)} tokens by {size}"
       f"{', show_all' * show_all}{more and ', with the key and details'}",
       "\n".join(found))
    return requests


def by_cursor(server):
    """ANSWERS: cursors lead through each list as offsets do, whatever its
    moments are, and the last page may be a full one.  A cursor names no user,
    and may be asked of with the count, and by HEAD."""
    user, size = db.PAGES, 40
    behind = pages_by_cursor(server, user, True, size)[1]
    if thorough(server):
        for each in ((db.CALENDAR, True, 1), (db.CALENDAR, True, 3),
                     (db.CALENDAR, False, 1), (db.CALENDAR, False, 4),
                     (user, False, 7), (user, True, 50), (user, True, 99),
                     (db.DETAILED, True, 5, "&_format=with_details&_mask=1"
                      f"&api_key={API_KEY}")):
            pages_by_cursor(server, *each)
    after = contract.parameters(behind.query)["_after"]
    token = user.credential()
    report(server, [
        cases.case("behind a cursor, HEAD", cases.page(
            user, True, size, size, uncounted=True), behind.query,
            method="HEAD", token=token),
        cases.case("behind a cursor, with the count", cases.page(
            user, True, size, size), f"show_all=1&_limit={size}&_after={after}",
            token=token),
        cases.case("behind a cursor, no token", cases.page(
            user, True, 0, size, uncounted=True),
            f"_limit=0&show_all=1&_count=0&_after={after}", token=token),
        *(cases.case(f"a good cursor, {name}", cases.NO_CURSOR, query,
                     token=token) for name, query in (
            ("with _offset=0", f"_after={after}&_offset=0"),
            ("behind _offset", f"_offset=40&_after={after}"),
            ("twice", f"_after={after}&_after={after}")))])
    rows = rows_of(server.ask(cases.request(
        f"show_all=1&_limit=10000&_after={after}",
        token=db.CALENDAR.credential())))
    equal(rows, [row.pair for row in db.CALENDAR.tokens[-len(rows):]],
          "another user's cursor opens one's own list, behind that moment")


def made_up_request(dice):
    """A request that mixes credentials and parameters of all users."""
    bad_keys = [db.PROVIDER_KEY, db.SPACED_KEY, "made_up_key", None]
    query = "&".join(dice.sample([
        f"_limit={dice.choice([0, 1, 3, 50, 10000])}", "show_all=1",
        f"_offset={dice.choice([0, 0, 0, 1, 2, 99])}", "_user_id=106",
        "_made_up=%27%20OR%201=1", "_format=with_details", "_mask=1",
        "made_up=1"][:dice.choice([7, 7, 8])],
        dice.randrange(4)))
    user = dice.choice(dice.choice([db.LISTS, db.USERS]))
    # Only what a header can carry.
    token = dice.choice([row.token for row in user.tokens if row.token
                         and row.token.isascii() and row.token.isprintable()])
    return cases.request(
        query, path=dice.choice([cases.ADDRESS, cases.LOGS]),
        key=dice.choice([API_KEY] * 12 + bad_keys), token=token)


def tenancy(server):
    """AUTHENTICATION: made-up requests never return a token of another user's
    than the credential's owner."""
    dice = random.Random(20230720)
    number = 100 if thorough(server) else 25
    requests = [made_up_request(dice) for _ in range(number)]
    wrong, lists = [], []

    def judge(request):
        answer = server.ask(request)
        if found := openapi.complaints(request, answer):
            wrong.append("\n".join([f"{request}", *found]))
            return
        owner = db.OWNERS.get(dict(request.headers).get("OAUTH-TOKEN"))
        if answer.status != 200:
            if any(t in answer.text() for t in db.ALL_TOKENS if len(t) > 5):
                wrong.append(f"{request}: {answer.text()}")
            return
        rows = answer.json()["oauth_access_tokens"]
        lists.append(len(rows))
        if any(row["user_id"] != owner or
               db.OWNERS.get(row["token"], owner) != owner for row in rows):
            wrong.append(f"{request}: {answer.text()}")

    at_once(judge, requests)
    ok(not wrong, f"{number} made-up requests never get another user's token",
       "\n".join(wrong))
    ok(number / 5 < len(lists) < number * 9 / 10 and sum(lists) > number / 2,
       "of the made-up requests many are answered and many refused", lists)


def one_tenancy(server):
    """ONE TOKEN: whoever asks for whichever token gets it if it is theirs."""
    dice = random.Random(20230818)
    number = 100 if thorough(server) else 10
    users = db.DEMO, *db.LISTS
    tokens = [(user, row) for user in users for row in user.tokens]

    def made_up(n):
        user = dice.choice(users)
        owner, row = (dice.choice(tokens) if n % 2
                      else (user, dice.choice(user.tokens)))
        wanted = cases.one(user, row) if owner is user else cases.NOT_FOUND
        return cases.case(f"{n}", wanted, path=cases.of_one(owner, row),
                          token=user.credential())

    found = [f"{case.request}: {text}" for case, texts in at_once(
        lambda case: check(server, case), map(made_up, range(number)))
        for text in texts]
    ok(not found, f"{number} made-up requests for one token get only one's own",
       "\n".join(found))


def one_connection(server):
    """RFC 9112: answers follow each other on one connection, whatever the
    method and the body sent.  A few may be the last of theirs: Apache hangs up
    after a 400, HAProxy 3.0 after OPTIONS."""
    chosen = [c for c in (*cases.methods(), *cases.options_and_head(),
                          *cases.people(), cases.case("GET", cases.ACTIVE))
              if not by_server(c, server)]
    answers = server.client.ask_in_turn([c.request for c in chosen])
    found = [f"{c.name}: {text}" for c, answer in zip(chosen, answers)
             for text in contract.complaints(
                 c.request, answer, cases.wanted_of(c, server.kind))]
    last = sum(a.header("connection") == "close" for a in answers)
    if last > len(answers) / 8:
        found.append(f"{last} answers are the last of their connection")
    ok(not found, f"{len(chosen)} requests on one connection",
       "\n".join(found))


def outage_and_example(server, database):
    """ERRORS: 503 while the database is away, and all is well again after.
    ANSWERS: on 2023-07-20 the documented answer."""
    unavailable = contract.Refusal("service_unavailable")
    said = server.program_lines()
    equal(said, [], "the program logs nothing as long as all is well")
    database.believe_in_2023()
    with database.cluster.away():
        for name, wanted, parts in (
                ("GET", unavailable, dict()),
                ("HEAD", unavailable, dict(method="HEAD")),
                ("OPTIONS", contract.Preflight(), dict(method="OPTIONS")),
                ("GET of a bad query", cases.BAD_QUERY,
                 dict(query="made_up=1")),
                ("GET without a token", cases.NO_TOKEN, dict(token=None)),
                ("GET of one token", unavailable, dict(path=cases.CURRENT)),
                ("the page", cases.HTML, dict(key=None, token=None, headers=[
                    ("Accept", cases.BROWSERS["Firefox"])])),
                ("health", unavailable, dict(
                    path=cases.HEALTH, key=None, token=None)),
                ("GET again", unavailable, dict())):
            report(server, [cases.case(
                f"{name} while the database is away", wanted, **parts)])
    report(server, [
        cases.case(f"the documented example from {path}?{query}",
                   contract.Page(example.USER_ID, example.ROWS, 7, False),
                   query, path=path, token=example.ROWS[0][1])
        for query in ("", f"_limit=20&_offset=0&api_key={API_KEY}",
                      "_format=documented&_mask=0")
        for path in (cases.ADDRESS, cases.LOGS)])
    said = server.program_lines()
    ok(said, "the log says that the database was away")
    equal([line for line in said if "_limit" in line or "made_up" in line], [],
          "no line of the log has a query in it")


# What must be found nowhere but in the body of a 200.
SECRETS = frozenset((
    API_KEY, TOKEN, example.ROWS[0][1], PASSWORD,
    *(token for token in db.ALL_TOKENS if len(token) > 8)))


def secrets_in(text):
    """The secrets that the text has in it."""
    return sorted(secret for secret in SECRETS if secret in text)


def is_readable(path):
    """May the user that the program runs as read it?"""
    return subprocess.run(as_service_user(["cat", path]),
                          stdin=subprocess.DEVNULL, capture_output=True
                          ).returncode == 0


def processes(server):
    """Nobody sees a secret in the program's processes, and nobody but root
    sees their environment or memory."""
    pids = server.program_pids()
    ok(pids, "the server runs the program")
    for pid in pids:
        with open(f"/proc/{pid}/cmdline") as file:
            equal(secrets_in(file.read()), [],
                  "no secret stands in the program's command line")
        if os.getuid() == 0:
            equal([name for name in ("environ", "mem", "maps")
                   if is_readable(f"/proc/{pid}/{name}")], [],
                  "the program's process cannot be looked into")


def logs(server, database):
    """No log has a secret in it, except the access log, of which ended()
    says more."""
    for name, text in (
            ("server's error log", "\n".join(server.program_lines())),
            ("PostgreSQL's log", database.cluster.log())):
        equal(secrets_in(text), [], f"no secret stands in the {name}")


def ended(server):
    """Nothing is left of the server.  Its access log has no query but those
    that the server itself refused; on shared hosting the host decides."""
    server.stop()
    equal(server.left_processes(), [], "no process of the server is left")
    equal(server.left_files(), [], "no socket of the program is left")
    lines = [line for line in server.access_log().splitlines()
             if cases.ADDRESS in line or cases.LOGS in line]
    ok(len(lines) > 50, "the access log has the requests", len(lines))
    if "htaccess" not in server.kind:
        # Apache cuts off what it refuses as too long.
        refused = [c.request.target.replace("\xff", "\\xFF")[:8000]
                   for c in cases.all_cases()
                   if by_server(c, server) and c.request.query]
        kept = [line for line in lines
                if not any(target in line for target in refused)]
        equal([line for line in kept if "?" in line], [],
              "the access log has no query string that reached the program")
        equal(secrets_in("\n".join(kept)), [],
              "no secret stands in the access log")


def without_program(server, _):
    """The program's socket is not there, and is there again.  ended() reads
    what the server logs of it."""
    there = server.directory / f"run/{NAME}/fastcgi.sock"
    away = there.rename(there.with_suffix(".away"))
    request = cases.request(f"api_key={API_KEY}")
    equal(server.ask(request).status, 502, "without the program's socket")
    away.rename(there)
    report(server, [cases.case("the program is there again", cases.ACTIVE)])


def run(kind, more=None, database=None):
    """The suite of one kind of server.  more(server, database) tries what only
    this one has."""
    database = database or db.Database()
    server = (Cgi(database) if kind == Cgi.kind
              else web_servers.KINDS[kind](kind, database))
    table(server)
    section("HEADERS and more, over many requests")
    head_is_get(server)
    pages(server)
    by_cursor(server)
    tenancy(server)
    one_tenancy(server)
    if more:
        more(server, database)
    revoking.run(kind, database, server)
    if isinstance(server, web_servers.Server):
        report(server, [c for c in cases.nul() if is_wanted(c.name)])
        one_connection(server)
        if server.fast and not WRAPPER:
            processes(server)
    section("ERRORS: the database is away")
    outage_and_example(server, database)
    logs(server, database)
    if isinstance(server, web_servers.Server):
        ended(server)
    finish()
