"""The requests that every server gets, and the answer that is due to each.

The sections are those of the manual, oauth_access_tokens(8).  Where the manual
leaves a choice, a comment says which one was made.  The name of a case says
what is tested, to a reader who sees nothing but the name."""

import dataclasses

from kit import example
from kit.client import Request
from kit.example import API_KEY, TOKEN

import database as db
from contract import (DEFAULT_LIMIT, NOT_FOUND, UNREAD, ByServer, Count, Either,
                      Healthy, Html, Page, Preflight, Refusal, Revoked, Token)

ADDRESS = "/api/oauth_access_tokens"
CURRENT = ADDRESS + "/current"
HEALTH = ADDRESS + "/health"
LOGS = "/api/pipelines/oauth_access_tokens/logs"
MAX = 2**63 - 1

PAGES = db.PAGES.credential()
B64TOKEN, LONGEST = (row.token for row in db.WRITER.tokens[:2])

METHOD = Refusal("method_not_allowed")
NO_KEY = Refusal("invalid_api_key")
NO_TOKEN = Refusal("invalid_oauth_token", token_sent=False)
BAD_TOKEN = Refusal("invalid_oauth_token")
EXPIRED = Refusal("expired_oauth_token")
NO_VIEWER = Refusal("unauthorized_access")
BAD_QUERY = Refusal("invalid_parameter")
NO_CURSOR = Refusal("invalid_parameter", names=(
    "_after takes a cursor of a Link, without _offset."))
NUL_IN_PATH = Refusal("invalid_parameter", names="path")


@dataclasses.dataclass(frozen=True)
class Case:
    """wanted: one of the answers of contract.py.

    ends   the tokens that the request revokes, as (user, row)
    again  the answer when it is sent once more; None: the same
    """
    name: str
    request: Request
    wanted: object
    ends: tuple = ()
    again: object = None


def page(user, show_all=False, limit=DEFAULT_LIMIT, offset=0, details=False,
         masked=False, uncounted=False):
    """A slice of the user's list; details: for who asks with the user's
    credential()."""
    rows = user.listed(show_all)
    chosen = rows[offset:offset + limit]
    more = tuple(user.details(row, user.credential()) for row in chosen)
    return Page(user.id, tuple(row.pair for row in chosen), len(rows),
                offset + limit < len(rows), more if details else None, masked,
                uncounted)


def one(user, row, masked=False):
    """One of the user's tokens, for who asks with the user's credential()."""
    return Token(user.id, row.pair, user.details(row, user.credential()),
                 masked)


def of_one(user, row, base=ADDRESS):
    """The address of one of the user's tokens."""
    return f"{base}/{db.IDS[user.id, row]}"


ACTIVE = page(db.DEMO)
HTML = Html()
HEALTHY = Healthy()


def request(query="", path=ADDRESS, method="GET", key=API_KEY, token=TOKEN,
            headers=(), body=None):
    """A request; by default one that gets ACTIVE."""
    target = f"{path}?{query}" if query else path
    sent = [("X-API-KEY", key), ("OAUTH-TOKEN", token), *headers]
    return Request(target, method,
                   tuple((n, v) for n, v in sent if v is not None), body)


def case(name, wanted, query="", **parts):
    """A case; parts are those of request()."""
    return Case(name, request(query, **parts), wanted)


# ADDRESSES

def addresses():
    """Both addresses, in each shape, and what is neither."""
    documented = f"_limit=20&_offset=0&show_all=1&api_key={API_KEY}"
    everything = page(db.DEMO, show_all=True)
    for path in (ADDRESS, LOGS):
        yield case(f"the documented request to {path}", everything, documented,
                   path=path, key=None)
        yield case(f"the documented request to {path}/", everything, documented,
                   path=path + "/", key=None)
        yield case(f"a request without a query to {path}", ACTIVE, path=path)
        yield case(f"a request with an empty query to {path}", ACTIVE,
                   path=path + "?")
    for name, path in (
            ("with an escape", "/api/%6Fauth%5Faccess_tokens"),
            ("with a dot segment", "/api/./oauth_access_tokens"),
            ("with two dot segments",
             "/api/made_up/../oauth_access_tokens"),
            ("with an escaped dot segment", "/api/%2E/oauth_access_tokens"),
            ("with a double slash", "/api//oauth_access_tokens"),
            ("below a longer base path", "/api/made/up/oauth_access_tokens"),
            ("below another base path",
             "/made.up/api/oauth_access_tokens/"),
            ("without a base path", "/oauth_access_tokens"),
            ("of logs, below another base path", "/mage" + LOGS),
            ("as a whole URL", "http://localhost" + ADDRESS),
            ("by the program's own name",
             "/api/oauth_access_tokens.fcgi")):
        yield case(f"the address {name}", ACTIVE, path=path)
    for path in ("/api/oauth_access_tokensX", "/api/oauth_access_tokens/x",
                 "/api/oauth_access_tokens/1x", "/api/oauth_access_tokens/-1",
                 "/api/oauth_access_tokens/1/2",
                 "/api/oauth_access_tokens/Current",
                 "/api/oauth_access_tokens/currently",
                 "/api/oauth_access_tokens/current/1",
                 "/api/oauth_access_tokens/00000000000000000001",
                 "/api/oauth_access_token", "/api/Oauth_access_tokens",
                 "/api/pipelines/oauth_access_tokens/logs/1",
                 "/api/pipelines/oauth_access_tokens/log",
                 "/api/xoauth_access_tokens"):
        yield case(f"not an address: {path}", NOT_FOUND, path=path)
    for path in ("/api/%00/oauth_access_tokens", "/%00" + LOGS):
        yield case(f"%00 in the path: {path}", NUL_IN_PATH, path=path)


def addresses_of_one():
    """The addresses of one token, in each shape."""
    [newest, *_], number = db.DEMO.tokens, db.IDS[db.DEMO.id, db.DEMO.tokens[0]]
    for name, path in (
            ("by its id", f"{ADDRESS}/{number}"),
            ("with a trailing slash", f"{ADDRESS}/{number}/"),
            ("with an escape", f"{ADDRESS}/%3{number}"),
            ("with a dot segment", f"{ADDRESS}/./{number}"),
            ("with two dot segments", f"{ADDRESS}/1/../{number}"),
            ("with a double slash", f"{ADDRESS}//{number}"),
            ("with leading zeros, 19 digits", f"{ADDRESS}/{number:019}"),
            ("below a longer base path",
             f"/api/made/up/oauth_access_tokens/{number}"),
            ("below another base path",
             f"/made.up/api/oauth_access_tokens/{number}"),
            ("without a base path", f"/oauth_access_tokens/{number}"),
            ("by the program's own name",
             f"/api/oauth_access_tokens.fcgi/{number}"),
            ("as current", CURRENT),
            ("as current, with a trailing slash", CURRENT + "/"),
            ("as current, below another base path",
             "/made.up/api/oauth_access_tokens/current"),
            ("as current, by the program's own name",
             "/api/oauth_access_tokens.fcgi/current")):
        yield case(f"the address of one token {name}", one(db.DEMO, newest),
                   path=path)


# ORDER OF THE CHECKS

def order_of_one():
    """The same order at the addresses of one token; whose it is comes last."""
    nobody = dict(key=None, token=None)
    viewer = db.ROLES["owner None, roles 8"].credential()
    mine = of_one(db.DEMO, db.DEMO.tokens[0])
    for at, path in (("one", mine), ("none", f"{ADDRESS}/{db.NO_ID}"),
                     ("another's", of_one(db.OTHER, db.OTHER.tokens[0])),
                     ("current", CURRENT)):
        for name, wanted, parts in (
                ("method before query and key", METHOD,
                 dict(method="POST", query="made_up=1", **nobody)),
                ("query's length before query",
                 Refusal("request_too_large", status=414),
                 dict(query="made_up=".ljust(4097, "x"))),
                ("header's length before query",
                 Refusal("request_too_large", status=431),
                 dict(query="made_up=1", token="a" * 6145)),
                ("query before key", BAD_QUERY,
                 dict(query="made_up=1", **nobody)),
                ("key before token", Refusal("invalid_api_key", False),
                 nobody),
                ("a key that is not allowed", NO_KEY,
                 dict(key=db.PROVIDER_KEY, token="provider_token")),
                ("no token", NO_TOKEN, dict(token=None)),
                ("a made-up token", BAD_TOKEN, dict(token="made_up_token")),
                ("a provider's token", BAD_TOKEN,
                 dict(token="provider_token")),
                ("expiry before role", EXPIRED, dict(token="expired_token")),
                ("no viewer", NO_VIEWER, dict(token=viewer))):
            yield case(f"order at {at}: {name}", wanted, path=path, **parts)


def order_of_checks():
    """The first row of the manual's table that holds is the answer."""
    nobody = dict(key=None, token=None)
    for name, wanted, parts in (
            ("method before query", METHOD,
             dict(method="POST", query="made_up=1")),
            ("method before key", METHOD, dict(method="POST", **nobody)),
            ("address before method", NOT_FOUND,
             dict(path="/api/made_up", method="POST")),
            ("address before query", NOT_FOUND,
             dict(path="/api/made_up", query="made_up=1")),
            ("query's length before query",
             Refusal("request_too_large", status=414),
             dict(query="made_up=".ljust(4097, "x"))),
            ("header's length before query",
             Refusal("request_too_large", status=431),
             dict(query="made_up=1", token="a" * 6145)),
            ("query before key", BAD_QUERY, dict(query="made_up=1", **nobody)),
            ("query before token", BAD_QUERY,
             dict(query="_limit=x", token="made_up_token")),
            ("key before token", Refusal("invalid_api_key", False), nobody),
            ("key before an expired token", NO_KEY,
             dict(key="made_up_key", token="expired_token")),
            ("expiry before role", EXPIRED, dict(token="expired_token"))):
        yield case("order: " + name, wanted, **parts)


# AUTHENTICATION

def api_keys():
    """The API key.  An empty header counts as absent."""
    query = f"api_key={API_KEY}"
    escaped = "".join(f"%{ord(c):02x}" for c in API_KEY)
    for name, wanted, parts in (
            ("in X-API-KEY", ACTIVE, dict()),
            ("in the query", ACTIVE, dict(query=query, key=None)),
            ("escaped in the query", ACTIVE,
             dict(query="api_key=" + escaped, key=None)),
            ("in the header and in the query", ACTIVE, dict(query=query)),
            ("good in the header, bad in the query", ACTIVE,
             dict(query="api_key=made_up_key")),
            ("good in the header, empty in the query", ACTIVE,
             dict(query="api_key=")),
            ("bad in the header, good in the query", NO_KEY,
             dict(query=query, key="made_up_key")),
            ("empty in the header, good in the query", ACTIVE,
             dict(query=query, key="")),
            ("absent", NO_KEY, dict(key=None)),
            ("empty in both", NO_KEY, dict(query="api_key=", key="")),
            ("absent, and no token", Refusal("invalid_api_key", False),
             dict(key=None, token=None)),
            ("absent, and a bad token", NO_KEY,
             dict(key=None, token="made_up_token")),
            ("made up", NO_KEY, dict(key="made_up_key")),
            ("made up, in the query", NO_KEY,
             dict(query="api_key=made_up_key", key=None)),
            ("in lower case", NO_KEY, dict(key=API_KEY.lower())),
            ("without its last character", NO_KEY, dict(key=API_KEY[:-1])),
            ("with a character more", NO_KEY, dict(key=API_KEY + "x")),
            ("with NUL behind it, in the query", BAD_QUERY,
             dict(query=query + "%00", key=None)),
            ("with a space behind it, in the query", NO_KEY,
             dict(query=query + "+", key=None)),
            ("twice in one header", NO_KEY,
             dict(key=f"{API_KEY},{API_KEY}")),
            ("in two headers", NO_KEY,
             dict(headers=[("X-API-KEY", API_KEY)])),
            ("registered but not allowed", NO_KEY, dict(key=db.PROVIDER_KEY)),
            ("registered but not allowed, with its own token", NO_KEY,
             dict(key=db.PROVIDER_KEY, token="provider_token")),
            ("registered but not allowed, in the query", NO_KEY,
             dict(query=f"api_key={db.PROVIDER_KEY}", key=None,
                  token="provider_token")),
            ("not UTF-8", NO_KEY, dict(key="made_up_\xff\xfe")),
            ("of SQL", NO_KEY, dict(key="' OR 1=1 --")),
            ("of 255 bytes in the query", NO_KEY,
             dict(query="api_key=" + "k" * 255, key=None)),
            ("of 256 bytes in the query",
             Refusal("invalid_parameter", names="api_key"),
             dict(query="api_key=" + "k" * 256, key=None)),
            ("of 254 bytes in 127 characters", NO_KEY,
             dict(query="api_key=" + "%C3%BC" * 127, key=None)),
            ("of 256 bytes in 128 characters", BAD_QUERY,
             dict(query="api_key=" + "%C3%BC" * 128, key=None)),
            ("of 256 bytes in the header", NO_KEY, dict(key="k" * 256)),
            ("of 6144 bytes in the header", NO_KEY, dict(key="k" * 6144)),
            ("of 6145 bytes in the header",
             Refusal("request_too_large", status=431), dict(key="k" * 6145))):
        yield case("API key " + name, wanted, **parts)


def bearer(value, token=None):
    return dict(token=token, headers=[("Authorization", value)])


def tokens():
    """The token.  A good one in the preferred header decides; RFC 6750 gives
    the form."""
    bad, good = "made_up_token", TOKEN
    for name, wanted, parts in (
            ("absent", NO_TOKEN, dict(token=None)),
            ("empty", NO_TOKEN, dict(token="")),
            ("made up", BAD_TOKEN, dict(token=bad)),
            ("as Bearer", ACTIVE, bearer("Bearer " + good)),
            ("as bearer", ACTIVE, bearer("bearer " + good)),
            ("as BEARER", ACTIVE, bearer("BEARER " + good)),
            ("as Bearer with two spaces", ACTIVE, bearer("Bearer  " + good)),
            ("as Bearer, made up", BAD_TOKEN, bearer("Bearer " + bad)),
            ("absent, but Basic", NO_TOKEN, bearer("Basic bWFkZTp1cA==")),
            ("as Basic", NO_TOKEN, bearer("Basic " + good)),
            ("as Bearers", NO_TOKEN, bearer("Bearers " + good)),
            ("in Authorization without a scheme", NO_TOKEN, bearer(good)),
            ("good in OAUTH-TOKEN, good as Bearer", ACTIVE,
             bearer("Bearer " + good, good)),
            ("good in OAUTH-TOKEN, bad as Bearer", ACTIVE,
             bearer("Bearer " + bad, good)),
            ("good in OAUTH-TOKEN, beside Basic", ACTIVE,
             bearer("Basic bWFkZTp1cA==", good)),
            ("bad in OAUTH-TOKEN, good as Bearer", BAD_TOKEN,
             bearer("Bearer " + good, bad)),
            ("ill-formed in OAUTH-TOKEN, good as Bearer", BAD_TOKEN,
             bearer("Bearer " + good, "two words")),
            ("empty in OAUTH-TOKEN, good as Bearer", ACTIVE,
             bearer("Bearer " + good, "")),
            ("in OAUTH-TOKEN, another owner's as Bearer",
             page(db.OTHER), bearer("Bearer " + good, "other_users_token")),
            ("twice in one Bearer", BAD_TOKEN,
             bearer(f"Bearer {good} {good}")),
            ("as Bearer, comma, Bearer", BAD_TOKEN,
             bearer(f"Bearer {good}, Bearer {good}")),
            ("as Bearer behind Basic", NO_TOKEN,
             bearer(f"Basic bWFkZTp1cA==, Bearer {good}")),
            ("in Authorization twice", BAD_TOKEN,
             dict(token=None, headers=[("Authorization", "Bearer " + good)]
                  * 2)),
            ("in OAUTH-TOKEN twice", BAD_TOKEN,
             dict(headers=[("OAUTH-TOKEN", good)])),
            ("in OAUTH-TOKEN twice, two values", BAD_TOKEN,
             dict(headers=[("OAUTH-TOKEN", bad)])),
            ("in OAUTH-TOKEN and in OAUTH_TOKEN", BAD_TOKEN,
             dict(headers=[("OAUTH_TOKEN", "other_users_token")])),
            ("in OAUTH_TOKEN alone", ACTIVE,
             dict(token=None, headers=[("OAUTH_TOKEN", good)])),
            ("of every character there is", page(db.WRITER),
             dict(token=B64TOKEN)),
            ("of 4096 characters", page(db.WRITER), dict(token=LONGEST)),
            ("of 4096 characters, as Bearer", page(db.WRITER),
             bearer("Bearer " + LONGEST)),
            ("of 4097 characters", BAD_TOKEN, dict(token="b" * 4097)),
            ("of 6144 characters", BAD_TOKEN, dict(token="a" * 6144)),
            ("of 6145 characters", Refusal("request_too_large", status=431),
             dict(token="a" * 6145)),
            ("in Authorization of 6145 bytes",
             Refusal("request_too_large", status=431),
             bearer(("Bearer " + good).ljust(6145, "x"))),
            ("with a space", BAD_TOKEN, dict(token="two words")),
            ("with a comma", BAD_TOKEN, dict(token="comma,comma")),
            ("with a quote", BAD_TOKEN, dict(token='quote"quote')),
            ("with a backslash", BAD_TOKEN, dict(token="back\\slash")),
            ("with = inside", BAD_TOKEN, dict(token="equals=inside")),
            ("of = alone", BAD_TOKEN, dict(token="==")),
            ("with = behind it", BAD_TOKEN, dict(token=good + "=")),
            ("with an escape", BAD_TOKEN, dict(token=good.replace("_", "%5F"))),
            ("with %00 behind it", BAD_TOKEN, dict(token=good + "%00")),
            ("not ASCII", BAD_TOKEN, dict(token="gr\xc3\xbc\xc3\x9f")),
            ("not UTF-8", BAD_TOKEN, dict(token="made_up_\xff")),
            ("of SQL", BAD_TOKEN, dict(token="' OR '1'='1")),
            ("in other letters", BAD_TOKEN, dict(token=good.upper())),
            ("without its last character", BAD_TOKEN, dict(token=good[:-1])),
            ("with a character more", BAD_TOKEN, dict(token=good + "x")),
            ("of another application", BAD_TOKEN,
             dict(token="provider_token")),
            ("for refreshing", BAD_TOKEN, dict(token="made_up_refresh_1")),
            ("in the query as oauth_token", BAD_QUERY,
             dict(query=f"oauth_token={good}", token=None)),
            ("in the query as access_token", BAD_QUERY,
             dict(query=f"access_token={good}", token=None)),
            ("in the query as OAUTH-TOKEN", BAD_QUERY,
             dict(query=f"OAUTH-TOKEN={good}", token=None)),
            ("in the query as _oauth_token", NO_TOKEN,
             dict(query=f"_oauth_token={good}", token=None)),
            ("in a cookie", NO_TOKEN,
             dict(token=None, headers=[
                 ("Cookie", f"oauth_token={good}; OAUTH-TOKEN={good}")])),
            ("in X-OAUTH-TOKEN", NO_TOKEN,
             dict(token=None, headers=[("X-OAUTH-TOKEN", good)])),
            ("beside a cookie of 7000 bytes", ACTIVE,
             dict(headers=[("Cookie", "c=".ljust(7000, "x"))]))):
        yield case("token " + name, wanted, **parts)


def credentials():
    """When a good token opens the list, by its end, owner and application."""
    for name, wanted, token in (
            ("without an end", EXPIRED, "no_expiry_known"),
            ("that never ends", page(db.ENDING), "credential_for_ever"),
            ("that ended", EXPIRED, "expired_token"),
            ("that ended at -infinity", EXPIRED, "expired_for_ever"),
            ("of the example, which ended", EXPIRED, example.ROWS[0][1]),
            ("without an owner", EXPIRED, db.NOBODY.token),
            ("of another application, which ended", BAD_TOKEN,
             "old_provider_token")):
        yield case("credential " + name, wanted, token=token)


def roles(project=False):
    """The role that the owner needs; project: a project is set."""
    for name, user in db.ROLES.items():
        reads = user.reads_project if project else user.reads
        where = "role in a project" if project else "role"
        yield case(f"{where}: {name}", page(user) if reads else NO_VIEWER,
                   token=user.credential())


# PARAMETERS

def numbers():
    """_limit and _offset."""
    long_list = dict(token=PAGES)
    for text, limit in (
            ("0", 0), ("1", 1), ("7", 7), ("99", 99), ("100", 100),
            ("101", 101), ("10000", 10000), ("10001", 10000),
            (str(MAX), 10000), ("007", 7), ("%37", 7), ("%31%30", 10)):
        yield case(f"_limit={text}", page(db.PAGES, limit=limit),
                   f"_limit={text}", **long_list)
    for text, offset in (
            ("0", 0), ("1", 1), ("59", 59), ("60", 60), ("61", 61),
            ("99", 99), ("100", 100), ("101", 101), (str(MAX), MAX),
            ("0000000000000000000000000000000000000000000003", 3),
            ("%35", 5)):
        yield case(f"_offset={text}", page(db.PAGES, offset=offset),
                   f"_offset={text}", **long_list)
    for limit, offset in ((7, 0), (7, 7), (7, 93), (7, 98), (7, 100), (7, 3),
                          (0, 50), (100, 1), (1, 99), (MAX, MAX)):
        yield case(f"_limit={limit}, _offset={offset}",
                   page(db.PAGES, limit=limit, offset=offset),
                   f"_limit={limit}&_offset={offset}", **long_list)
    for limit, offset in ((40, 199), (40, 200), (40, 201), (40, 1499),
                          (40, 1500), (40, 1501), (40, 2990), (40, 3000),
                          (1000, 999), (1000, 1000), (1000, 2500)):
        yield case(f"_limit={limit}, _offset={offset} of a long list",
                   page(db.MANY, limit=limit, offset=offset),
                   f"_limit={limit}&_offset={offset}",
                   token=db.MANY.credential())
    yield case("_offset before _limit", page(db.PAGES, limit=5, offset=10),
               "_offset=10&_limit=5", **long_list)
    yield case("a page in the middle, with the key in the query",
               page(db.PAGES, limit=7, offset=14),
               f"_limit=7&_offset=14&api_key={API_KEY}", key=None, **long_list)
    yield case("a page in the middle, with show_all, of the other address",
               page(db.PAGES, True, limit=7, offset=14),
               "_limit=7&_offset=14&show_all=true", path=LOGS + "/",
               **long_list)
    for name in ("_limit", "_offset"):
        for text in (str(MAX + 1), str(2**64), "9" * 40, "-1", "-0", "%2B1",
                     "+1", "1+", "%201", "1%20", "", "0x10", "1e3", "1.0",
                     "1,0", "made_up", "1%00", "%D9%A1", "%EF%BC%91", "1=1",
                     "1;_offset=0", "null", "%", "%3", "%zz", "%FF"):
            yield case(f"{name}={text} is refused",
                       Refusal("invalid_parameter", names=name if
                               "%" not in text else None), f"{name}={text}")
        yield case(f"{name} without a value is refused",
                   Refusal("invalid_parameter", names=name), name)


def flags():
    """show_all takes these words, in letters of any case."""
    for query, show_all in (
            ("", False), ("show_all=1", True), ("show_all=true", True),
            ("show_all=0", False), ("show_all=false", False),
            ("show_all=", False), ("show_all", False), ("show_all=%31", True),
            ("show_all=True", True), ("show_all=TRUE", True),
            ("show_all=False", False), ("show_all=FALSE", False),
            ("%73how_all=tru%65", True)):
        shown = "all" if show_all else "active"
        yield case(f"{query or 'no show_all'} gives {shown} tokens",
                   page(db.CALENDAR, show_all), query, token="for_ever")
    for text in ("2", "-1", "01", "11", "Yes", "TRUEE", "yes", "on", "null",
                 "+", "1+", "1%20", "tru", "truefalse", "made_up", "%00"):
        yield case(f"show_all={text} is refused", Refusal(
            "invalid_parameter", names=None if "%" in text else "show_all"),
            f"show_all={text}")


def formats():
    """_format and _mask; any other _format is the documented form."""
    user = db.DETAILED
    known = dict(token=user.credential())
    for query, details, masked in (
            ("_format=with_details", True, False),
            ("_format=with%5Fdetails", True, False),
            ("_mask=1", False, True), ("_mask=true", False, True),
            ("_mask=TRUE", False, True), ("_mask=%31", False, True),
            ("_mask=0", False, False), ("_mask=False", False, False),
            ("_mask=", False, False), ("_mask", False, False),
            ("_format=with_details&_mask=1", True, True),
            ("_mask=0&_format=with_details", True, False),
            *((f"_format={text}", False, False) for text in (
                "", "json", "With_details", "with_details+", "with_detail",
                "with_detailsX", "with-details", "gr%C3%BC%C3%9F"))):
        yield case(f"the form of {query}",
                   page(user, details=details, masked=masked), query, **known)
    for text in ("2", "-1", "01", "11", "yes", "on", "null", "+", "1+", "tru",
                 "%00"):
        yield case(f"_mask={text} is refused", Refusal(
            "invalid_parameter", names=None if "%" in text else "_mask"),
            f"_mask={text}")
    for query in ("_format=%00", "_format=%FF", "_format=%"):
        yield case(f"a query that is ill-formed: {query}", BAD_QUERY, query)
    for name, values in (("_format", ("with_details", "json")),
                         ("_mask", ("1", "0"))):
        for first in values:
            for second in values:
                yield case(f"{name} twice, {first} and {second}, is refused",
                           Refusal("invalid_parameter", names=name),
                           f"{name}={first}&{name}={second}")
    yield case("a page in the middle, with details and masks",
               page(user, True, 5, 5, details=True, masked=True),
               f"_limit=5&_offset=5&show_all=1&_format=with_details&_mask=true"
               f"&api_key={API_KEY}", key=None, **known)
    yield case("a page in the middle, with another form and no mask",
               page(user, False, 5, 5),
               "_limit=5&_offset=5&_format=made_up&_mask=0", **known)


def counts():
    """_count=0: no count, no last; the links are cursors where there is no
    _offset."""
    refused = Refusal("invalid_parameter", names=(
        "_count takes one of 1, true, 0, false or nothing."))
    for text, uncounted in (("0", True), ("false", True), ("FALSE", True),
                            ("%30", True), ("1", False), ("true", False),
                            ("True", False), ("", False)):
        yield case(f"_count={text} {'does not count' * uncounted}",
                   page(db.MANY, True, uncounted=uncounted),
                   f"_count={text}&show_all=1", token=db.MANY.credential())
    for text in ("2", "-1", "00", "01", "yes", "null", "+", "fals"):
        yield case(f"_count={text} is refused", refused, f"_count={text}")
    for first, second in (("0", "0"), ("0", "1"), ("1", "0"), ("", "")):
        yield case(f"_count twice, {first} and {second}, is refused", refused,
                   f"_count={first}&_count={second}")
    user = db.DETAILED
    whole = len(user.listed(True))
    for limit, offset in ((0, None), (1, None), (whole - 1, None),
                          (whole, None), (whole + 1, None), (2, 0), (2, 2),
                          (2, whole - 2), (2, whole - 1), (2, whole), (0, 1)):
        query = f"_limit={limit}&_count=0&show_all=1"
        query += "" if offset is None else f"&_offset={offset}"
        yield case(f"no count: {query}", page(
            user, True, limit, offset or 0, uncounted=True), query,
            token=user.credential())
    yield case("no count, of an active list with details and masks",
               page(user, False, 2, 0, True, True, True),
               "_limit=2&_count=0&_format=with_details&_mask=1&api_key="
               + API_KEY, key=None, token=user.credential())
    yield case("no count, HEAD", page(user, True, 2, uncounted=True),
               "_limit=2&_count=0&show_all=1", method="HEAD",
               token=user.credential())


def cursors():
    """_after takes a cursor, and nothing that is nearly one."""
    good = "AQEAAqZMSDN9VgAAAAAAAAAH"  # unit/cursor_test.c has its parts
    for name, text in (
            ("nothing", ""), ("an offset", "40"), ("text", "made_up"),
            ("a digit less", good[:-1]), ("a digit more", good + "A"),
            ("a digit before", "A" + good), ("twice the text", good * 2),
            ("padding", good + "="), ("padding for a digit", good[:-1] + "="),
            ("a blank behind", good + "%20"), ("a blank for a digit",
                                               good[:-1] + "+"),
            ("the other alphabet's plus", good[:-1] + "%2B"),
            ("the other alphabet's slash", good[:-1] + "/"),
            ("no ASCII", good[:-2] + "%C3%A9"), ("version 0", "AA" + good[2:]),
            ("version 2", "Ag" + good[2:]),
            ("neither known nor unknown", "AQI" + good[3:]),
            ("a moment that never expires", "AQA" + good[3:]),
            ("a moment that PostgreSQL has not", "AQF___9bs7KgAAAAAAAAAAAG"),
            ("a letter of another case", good.replace("AQE", "aQE", 1)),
            ("4000 digits", "A" * 4000)):
        yield case(f"_after: {name} is refused", NO_CURSOR, f"_after={text}")
    yield case("_after without a value is refused", NO_CURSOR, "_after")
    yield case("_after of 4097 digits is too large",
               Refusal("request_too_large", status=414), f"_after={'A' * 4097}")
    for query in ("_after=A&_after=A", "_after=A&_offset=0",
                  "_offset=1&_after=A", f"_after={good}&_offset=0",
                  f"_offset=0&_after={good}", f"_after={good}&_after={good}",
                  f"_after={good}&_count=0&_offset=1"):
        yield case(f"{query} is refused", NO_CURSOR, query)


def parameters_of_one():
    """One token takes api_key and _mask alone."""
    user = db.DEMO
    newest = user.tokens[0]
    for at, path in (("one", of_one(user, newest)), ("current", CURRENT)):
        for query, masked in (
                (f"api_key={API_KEY}", False), ("_mask=1", True),
                (f"_mask=True&api_key={API_KEY}", True), ("_mask=0", False),
                ("_limit=made_up", False), ("_offset=1&_offset=2", False),
                ("_format=with_details&_format=json", False), ("_id=1", False)):
            yield case(f"{at} with {query}", one(user, newest, masked), query,
                       path=path, key=None if "api_key" in query else API_KEY)
        for query, names in (
                ("show_all=1", "api_key and _mask"), ("show_all", "api_key"),
                ("id=1", "api_key"), ("_mask=2", "_mask"),
                ("_mask=1&_mask=1", "_mask"), ("api_key=a&api_key=a",
                                               "api_key")):
            yield case(f"{at} with {query} is refused",
                       Refusal("invalid_parameter", names=names), query,
                       path=path)


def strange_queries():
    """Names, escapes, bytes and the size of a query."""
    for name in ("_limit", "_offset", "show_all"):
        yield case(f"{name} twice is refused",
                   Refusal("invalid_parameter", names=name),
                   f"{name}=1&{name}=1")
    yield case("_limit twice, once escaped, is refused", BAD_QUERY,
               "_limit=1&%5Flimit=1")
    yield case("show_all twice, once empty, is refused", BAD_QUERY,
               "show_all=&show_all=1")
    yield case("api_key twice is refused",
               Refusal("invalid_parameter", names="api_key"),
               f"api_key={API_KEY}&api_key={API_KEY}")
    yield case("api_key twice, once empty, is refused", BAD_QUERY,
               f"api_key=&api_key={API_KEY}")
    for query in ("_made_up=1", "_=1732456789", "_", "_LIMIT=made_up",
                  "_limits=made_up", "_made_up=1&_made_up=2",
                  "_made_up=a+b%20c", "_made_up=gr%C3%BC%C3%9F",
                  "_made_up=%F0%9F%94%91", "_made_up=<>\"'\\^`{|}",
                  "_order_by[]=id", "_made_up==", "%5Fmade_up=1",
                  "_limit=20&_made_up=1&_offset=0"):
        yield case(f"a query with a name that is ignored: {query}", ACTIVE,
                   query)
    for query in ("made_up=1", "made_up", "limit=1", "offset=1", "Show_all=1",
                  "show_all%20=1", "showall=1", "api-key=1", "show_all[]=1",
                  "_limit=1&made_up=1", "made_up=1&_limit=1", "=1", "%20=1",
                  "token=1", "%C3%BC=1"):
        yield case(f"a query with an unknown name: {query}", BAD_QUERY, query)
    for query in ("_made_up=%00", "_made_up%00=1", "_made_up=%", "_made_up=%4",
                  "_made_up=%4x", "_made_up=%%41", "%zz=1", "_made_up=%u0041",
                  "_made_up=%FF", "_made_up=%C0%AF", "_made_up=%ED%A0%80",
                  "_made_up=%F4%90%80%80", "_made_up=%C3", "_made_up=%80",
                  "_made_up=\xff"):
        yield case(f"a query that is ill-formed: {query}", BAD_QUERY, query)
    yield case("a query of 4096 bytes", ACTIVE, "_made_up=".ljust(4096, "x"))
    for size in 4097, 9000:
        yield case(f"a query of {size} bytes", Refusal(
            "request_too_large", status=414), "_made_up=".ljust(size, "x"))


# ANSWERS

def lists():
    """What an item may hold, and whose tokens a list has."""
    everything = dict(query="show_all=1")
    yield case("a list with every kind of moment", page(db.CALENDAR, True),
               token="for_ever", **everything)
    yield case("a page of a list with every kind of moment",
               page(db.CALENDAR, True, limit=5, offset=1), "show_all=1"
               "&_limit=5&_offset=1", token="for_ever")
    yield case("a list with every kind of token", page(db.WRITER, True),
               token=B64TOKEN, **everything)
    yield case("a list with tokens of all applications",
               page(db.PROVIDED, True), token="own_application_token",
               **everything)
    yield case("a list with active tokens of all applications",
               page(db.PROVIDED),
               token="own_application_token")


def details():
    """DETAILS and MASKING of each kind of row."""
    for name, user in (
            ("applications", db.DETAILED), ("moments", db.CALENDAR),
            ("tokens", db.WRITER), ("providers", db.PROVIDED),
            ("ends", db.ENDING), ("lengths", db.MASKED),
            ("the example", db.DEMO)):
        for show_all in False, True:
            for masked in False, True:
                query = (f"_format=with_details&show_all={show_all}"
                         f"&_mask={masked}")
                yield case(f"details, {name}: {query}", page(
                    user, show_all, details=True, masked=masked), query,
                    token=user.credential())
        yield case(f"masked, {name}", page(user, True, masked=True),
                   "_mask=1&show_all=1", token=user.credential())
    for offset in 199, 200, 1500, 2990, 3000:
        yield case(f"details from {offset} on of a long list",
                   page(db.MANY, offset=offset, details=True, masked=True),
                   f"_offset={offset}&_format=with_details&_mask=1",
                   token=db.MANY.credential())
    yield case("details of an empty page", page(
        db.DEMO, limit=0, details=True), "_limit=0&_format=with_details")


def one_token():
    """READING ONE TOKEN: any of the caller's own, and no other."""
    for user in db.DETAILED, db.CALENDAR, db.WRITER, db.PROVIDED, db.MASKED:
        for row in user.tokens:
            number = db.IDS[user.id, row]
            for masked in False, True:
                yield case(
                    f"one token of user {user.id}: {number}, {masked}",
                    one(user, row, masked), f"_mask={masked}",
                    path=f"{ADDRESS}/{number}", token=user.credential())
    for name, token in (
            ("another's", db.OTHER.tokens[0]),
            ("another's old", db.OTHER.tokens[1])):
        yield case(f"one token: {name}", NOT_FOUND,
                   path=of_one(db.OTHER, token))
    own = db.IDS[db.DEMO.id, db.DEMO.tokens[0]]
    for name, number in (
            ("none", db.NO_ID), ("0", 0), ("2^31", 2**31),
            ("2^32 + one's own", 2**32 + own), ("2^63 - 1", MAX),
            ("2^63", MAX + 1), ("2^63 + one's own", MAX + 1 + own),
            ("19 nines", "9" * 19), ("19 zeros", "0" * 19)):
        yield case(f"one token: {name}", NOT_FOUND, path=f"{ADDRESS}/{number}")
    yield case("one token: an ownerless one", NOT_FOUND,
               path=f"{ADDRESS}/{len(db.IDS) + 1}")
    yield case("one token: own, and expired, with a token that never ends",
               one(db.ENDING, db.ENDING.tokens[2]),
               path=of_one(db.ENDING, db.ENDING.tokens[2]),
               token=db.ENDING.credential())
    for name, token, wanted in (
            ("never ends", "credential_for_ever",
             one(db.ENDING, db.ENDING.tokens[1])),
            ("ended", "expired_token", EXPIRED),
            ("is a provider's", "provider_token", BAD_TOKEN),
            ("is ownerless", db.NOBODY.token, EXPIRED)):
        yield case(f"the current token: {name}", wanted, path=CURRENT,
                   token=token)
    yield case("the current token, as Bearer", one(
        db.DEMO, db.DEMO.tokens[0]), path=CURRENT, token=None,
        headers=[("Authorization", f"Bearer {TOKEN}")])


# THE PAGE

# What programs send where a person goes to an address.
BROWSERS = {
    "Chromium": "text/html,application/xhtml+xml,application/xml;q=0.9,"
                "image/avif,image/webp,image/apng,*/*;q=0.8,"
                "application/signed-exchange;v=b3;q=0.7",
    "Firefox": "text/html,application/xhtml+xml,application/xml;q=0.9,"
               "image/avif,image/webp,image/png,image/svg+xml,*/*;q=0.8",
    "Safari": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Lynx": "text/html, text/plain, text/sgml, text/css, application/xhtml+xml,"
            " */*;q=0.01",
}
# What other programs send, and fetch() in a browser.
PROGRAMS = {
    "curl, requests, fetch()": "*/*",
    "axios": "application/json, text/plain, */*",
    "jQuery": "application/json, text/javascript, */*; q=0.01",
    "HTTPie": "application/json, */*;q=0.5",
    "an API client": "application/json",
    "a feed reader": "application/rss+xml, application/xml;q=0.8",
}


def people():
    """Who gets the page."""
    nobody = dict(key=None, token=None)
    no_key = Refusal("invalid_api_key", token_sent=False)
    chromium = BROWSERS["Chromium"]
    for name, value in BROWSERS.items():
        for method in "GET", "HEAD":
            yield case(f"the page: {method} by {name}", HTML, method=method,
                       headers=[("Accept", value)], **nobody)
    for name, value in PROGRAMS.items():
        yield case(f"no page: {name}", no_key, headers=[("Accept", value)],
                   **nobody)
        yield case(f"no page, but a list: {name}", ACTIVE,
                   headers=[("Accept", value)])
    for value, wanted in (
            ("text/html", HTML), ("TEXT/HTML", HTML), ("text/*", HTML),
            ("text/html;q=0.9, application/json;q=0.8", HTML),
            ("text/html; charset=utf-8", HTML),
            ("application/*;q=0.1, */*", HTML),
            ("text/html;q=0.8, application/json;q=0.9", no_key),
            ("text/html;q=0.8, application/json;q=0.8", no_key),
            ("text/html, application/json", no_key),
            ("text/html;q=0, */*;q=0.1", no_key), ("text/html;q=0", no_key),
            ("text/html;q=2", no_key), ("text/htmlx", no_key), ("", no_key)):
        yield case(f"Accept: {value}", wanted, headers=[("Accept", value)],
                   **nobody)
    for name, query in (("a query", "_limit=5&show_all=1"),
                        ("the API key in the query", f"api_key={API_KEY}"),
                        ("a bad query", "made_up=1&_limit=x")):
        yield case(f"the page: with {name}", HTML, query,
                   headers=[("Accept", chromium)], **nobody)
    for name, path in (("the other address", LOGS),
                       ("a trailing slash", ADDRESS + "/"),
                       ("an escape", "/api/%6Fauth_access_tokens")):
        yield case(f"the page: {name}", HTML, path=path,
                   headers=[("Accept", chromium)], **nobody)
    for name, headers in (
            ("a cookie", [("Cookie", f"oauth_token={TOKEN}")]),
            ("Basic", [("Authorization", "Basic bWFkZTp1cA==")]),
            ("empty credentials", [("OAUTH-TOKEN", ""), ("X-API-KEY", "")])):
        yield case(f"the page: with {name}", HTML,
                   headers=[("Accept", chromium), *headers], **nobody)
    for name, wanted, parts in (
            ("both credentials", ACTIVE, dict()),
            ("a token alone", NO_KEY, dict(key=None)),
            ("a token and the key in the query", ACTIVE,
             dict(key=None, query=f"api_key={API_KEY}")),
            ("an API key alone", NO_TOKEN, dict(token=None)),
            ("a bad token", BAD_TOKEN, dict(token="made_up_token")),
            ("an ill-formed token", BAD_TOKEN, dict(token="two words")),
            ("a bad API key", Refusal("invalid_api_key", False),
             dict(key="made_up_key", token=None))):
        yield case(f"no page: a browser with {name}", wanted,
                   headers=[("Accept", chromium)], **parts)
    for name, wanted, parts in (
            ("a Bearer alone", NO_KEY, nobody),
            ("a Bearer", ACTIVE, dict(token=None))):
        yield case(f"no page: a browser with {name}", wanted, headers=[
            ("Accept", chromium), ("Authorization", f"Bearer {TOKEN}")],
            **parts)
    browser = dict(headers=[("Accept", chromium)], **nobody)
    for name, wanted, parts in (
            ("no page: a browser's POST", METHOD, dict(method="POST")),
            ("OPTIONS, no page", Preflight(), dict(method="OPTIONS")),
            ("no page: one token", no_key, dict(path=ADDRESS + "/1")),
            ("no page: the current token", no_key, dict(path=CURRENT))):
        yield case(name, wanted, **browser, **parts)


# HEALTH

def health():
    """Health needs no credentials and looks at none."""
    nobody = dict(key=None, token=None)
    for name, wanted, parts in (
            ("as monitors ask", HEALTHY, nobody),
            ("with good credentials", HEALTHY, dict()),
            ("with bad credentials", HEALTHY,
             dict(key="made_up_key", token="two words")),
            ("with a trailing slash", HEALTHY,
             dict(path=HEALTH + "/", **nobody)),
            ("below another base path", HEALTHY, dict(
                path="/made.up/api/oauth_access_tokens/health", **nobody)),
            ("as a browser asks", HEALTHY, dict(
                headers=[("Accept", BROWSERS["Firefox"])], **nobody)),
            ("HEAD", HEALTHY, dict(method="HEAD", **nobody)),
            ("a name that is ignored", HEALTHY,
             dict(query="_made_up=1", **nobody)),
            ("_limit means nothing", HEALTHY,
             dict(query="_limit=x", **nobody)),
            ("a body", HEALTHY, dict(body=b"", **nobody)),
            ("an unknown name", BAD_QUERY, dict(query="made_up=1", **nobody)),
            ("no API key in the query", BAD_QUERY,
             dict(query=f"api_key={API_KEY}", **nobody)),
            ("no show_all", BAD_QUERY, dict(query="show_all=1")),
            ("query's length", Refusal("request_too_large", status=414),
             dict(query="_made_up=".ljust(4097, "x"), **nobody)),
            ("header's length", Refusal("request_too_large", status=431),
             dict(token="a" * 6145)),
            ("POST", METHOD, dict(method="POST", **nobody)),
            ("DELETE", METHOD, dict(method="DELETE", **nobody))):
        yield case(f"health: {name}", wanted, **{"path": HEALTH, **parts})


# HEADERS

def request_ids():
    """X-Request-Id; contract.py says which one is due."""
    for name, value in (
            ("a number", "42"),
            ("with each character that may be", "AZaz09-._~+/=="),
            ("of 64 characters", "i" * 64), ("of 65 characters", "i" * 65),
            ("empty", ""), ("two words", "two words"), ("a quote", '"'),
            ("a comma", "a,b"), ("not ASCII", "gr\xc3\xbc\xc3\x9f"),
            ("the token", TOKEN), ("the API key", API_KEY)):
        yield case(f"request id: {name}", ACTIVE,
                   headers=[("X-Request-Id", value)])
    for name, wanted, parts in (
            ("request id of an error", BAD_TOKEN, dict(token="made_up_token")),
            ("OPTIONS with a request id", Preflight(),
             dict(method="OPTIONS"))):
        yield case(name, wanted,
                   headers=[("X-Request-Id", "made-up-id")], **parts)


def many_headers():
    """More than 512 headers, each of them a parameter: FastCGI refuses these,
    an environment takes them."""
    small = [(f"h{n}", "1") for n in range(600)]
    yield case("600 small headers", ACTIVE, headers=small)


def nul():
    """A NUL in a header, which no environment and so no CGI can hold."""
    for name, wanted, parts in (
            ("behind the token", BAD_TOKEN, dict(token=TOKEN + "\0")),
            ("in the token", BAD_TOKEN, dict(token=TOKEN + "\0made_up")),
            ("before the token", BAD_TOKEN, dict(token="\0" + TOKEN)),
            ("behind a Bearer", BAD_TOKEN, bearer(f"Bearer {TOKEN}\0")),
            ("behind the API key", NO_KEY, dict(key=API_KEY + "\0")),
            ("in a header that is not read", ACTIVE, dict(
                headers=[("User-Agent", "made\0up")]))):
        yield case(f"NUL {name}", wanted, **parts)


def negotiation():
    """The answer is always JSON, whole, and never from a cache."""
    yield case("a list longer than any buffer", page(db.MANY, limit=MAX),
               "_limit=10000",
               token=db.MANY.credential())
    for name, value in (
            ("Range", "bytes=0-10"), ("Range", "bytes=-1"),
            ("Accept", "text/html"), ("Accept", "application/xml;q=1"),
            ("If-None-Match", "*"),
            ("If-Modified-Since", "Tue, 24 Nov 2026 00:00:00 GMT"),
            ("Accept-Encoding", "gzip, br"), ("Origin", "https://app.example"),
            ("X-Forwarded-For", "127.0.0.1"), ("Proxy", "http://made.up"),
            ("X-Rewrite-URL", "/made/up"), ("User-Agent", "")):
        yield case(f"a request with {name}: {value}", ACTIVE,
                   headers=[(name, value)])


# ERRORS

def methods():
    """Methods that are refused, whatever their body (RFC 9110)."""
    body = b'{"oauth_access_token": {"token": "made_up"}}'
    for method in ("POST", "PUT", "DELETE", "PATCH", "MADEUP", "get"):
        yield case(f"method {method}", METHOD, method=method)
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        yield case(f"method {method} with a body", METHOD, method=method,
                   body=body, headers=[("Content-Type", "application/json")])
    yield case("method POST with 100,000 bytes", METHOD, method="POST",
               body=b"x" * 100_000, path=LOGS)
    yield case("method POST, in chunks", METHOD, method="POST",
               body=b"5\r\nmade_\r\n2\r\nup\r\n0\r\n\r\n",
               headers=[("Transfer-Encoding", "chunked")])
    yield case("method POST, a good form", METHOD, method="POST",
               body=b"_limit=1", headers=[
                   ("Content-Type", "application/x-www-form-urlencoded"),
                   ("X-HTTP-Method-Override", "GET")])
    for at, path in (("one token", ADDRESS + "/1"), ("current", CURRENT)):
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            yield case(f"method {method} at {at}", METHOD, method=method,
                       path=path)
    yield case("method TRACE", METHOD, method="TRACE")
    yield case("method GET with a body", ACTIVE, body=body)


# OPTIONS AND HEAD

def options_and_head():
    """OPTIONS is answered without credentials, HEAD as GET is."""
    for name, parts in (
            ("", dict()),
            (", no credentials", dict(key=None, token=None)),
            (", bad credentials", dict(key="made_up_key", token="two words")),
            (", the other address", dict(path=LOGS + "/")),
            (", one token", dict(path=ADDRESS + "/1", key=None, token=None)),
            (", no such token", dict(path=f"{ADDRESS}/{db.NO_ID}")),
            (", the current token", dict(path=CURRENT, query="made_up=1")),
            (", health", dict(path=HEALTH, key=None, token=None)),
            (", a bad query", dict(query="made_up=1&_limit=%zz")),
            (", as a browser sends it", dict(key=None, token=None, headers=[
                ("Origin", "https://app.example"),
                ("Access-Control-Request-Method", "GET"),
                ("Access-Control-Request-Headers", "oauth-token")]))):
        yield case("OPTIONS" + name, Preflight(), method="OPTIONS", **parts)
    yield case("OPTIONS, another address", NOT_FOUND, method="OPTIONS",
               path="/api/made_up")
    for name, wanted, parts in (
            ("", ACTIVE, dict()),
            (", no credentials", Refusal("invalid_api_key", False),
             dict(key=None, token=None)),
            (", a bad query", BAD_QUERY, dict(query="made_up=1")),
            (", with details", page(db.DEMO, details=True),
             dict(query="_format=with_details")),
            (", one token", one(db.DEMO, db.DEMO.tokens[0]),
             dict(path=of_one(db.DEMO, db.DEMO.tokens[0]))),
            (", no such token", NOT_FOUND, dict(path=f"{ADDRESS}/{db.NO_ID}")),
            (", no viewer", NO_VIEWER, dict(token=db.ROLES[
                "owner None, roles 8"].credential()))):
        yield case("HEAD" + name, wanted, method="HEAD", **parts)


# REVOKING, where it is switched on; see revoking.py.

DONE = Revoked()


def ending(name, wanted, ends=(), query="", again=None, **parts):
    """A case of DELETE; parts are those of request()."""
    return Case(f"revoked: {name}" if wanted == DONE else f"DELETE: {name}",
                request(query, **{"method": "DELETE", **parts}), wanted,
                tuple(ends), again)


def everything(user, but=False):
    """(user, row) of all that a user has, but the row of one token."""
    return [(user, row) for row in user.tokens if row.token != but]


def revoking_one():
    """DELETE of one token: of any of one's own, and no other."""
    for user in db.CALENDAR, db.PROVIDED, db.DETAILED, db.ENDING:
        credential = user.credential()
        for row in user.tokens:
            current = row.token == credential
            yield ending(f"one token of user {user.id}: {row.token}", DONE,
                         [(user, row)], path=of_one(user, row),
                         token=credential, again=EXPIRED if current else None)
    own, row = db.CALENDAR, db.CALENDAR.tokens[5]
    known = dict(path=of_one(own, row), token="for_ever")
    for name, query, parts in (
            ("the key in the query", f"api_key={API_KEY}", dict(key=None)),
            ("a Bearer", "", dict(token=None, headers=[
                ("Authorization", "Bearer for_ever")])),
            ("a body", "", dict(body=b'{"id": 1, "_current": 1}')),
            ("Accept: text/html", "", dict(headers=[
                ("Accept", BROWSERS["Chromium"])])),
            ("X-HTTP-Method-Override: GET", "", dict(headers=[
                ("X-HTTP-Method-Override", "GET")])),
            ("names that are ignored",
             "_current=1&_mask=1&_limit=x&_id=1&_made_up=1", dict()),
            ("leading zeros", "", dict(
                path=f"{ADDRESS}/{db.IDS[own.id, row]:019}")),
            ("a trailing slash", "", dict(path=of_one(own, row) + "/")),
            ("an escape", "", dict(
                path=of_one(own, row, "/api/%6Fauth_access_tokens"))),
            ("a longer base path", "", dict(
                path=of_one(own, row, "/api/made/up/oauth_access_tokens")))):
        yield ending(f"one token with {name}", DONE, [(own, row)], query,
                     **{**known, **parts})
    number = db.IDS[own.id, row]
    for name, path in (
            ("another's", of_one(db.OTHER, db.OTHER.tokens[0])),
            ("another's old one", of_one(db.OTHER, db.OTHER.tokens[1])),
            ("an ownerless one", f"{ADDRESS}/{len(db.IDS) + 1}"),
            *((f"{n}", f"{ADDRESS}/{n}") for n in (
                0, db.NO_ID, MAX, 2**32 + number, MAX + 1, MAX + 1 + number,
                "9" * 19))):
        yield ending(f"none of one's own: {name}", NOT_FOUND, path=path,
                     token="for_ever")
    for path in (f"{ADDRESS}/{number:020}", f"{ADDRESS}/-1", f"{LOGS}/1",
                 f"{ADDRESS}/Current", "/api/made_up"):
        yield case(f"not an address of DELETE: {path}", NOT_FOUND,
                   path=path, method="DELETE", token="for_ever")


def revoking_more():
    """DELETE of the current token, of all others, and of all."""
    for user in db.PROVIDED, db.ENDING, db.WRITER:
        credential = user.credential()
        current = [(user, row) for row in user.tokens
                   if row.token == credential]
        for name, path in (("", CURRENT), (", with a slash", CURRENT + "/")):
            yield ending(f"the current token of user {user.id}{name}", DONE,
                         current, path=path, token=credential, again=EXPIRED)
    yield ending("the current token, as Bearer", DONE,
                 [(db.DEMO, db.DEMO.tokens[0])], path=CURRENT, again=EXPIRED,
                 **bearer(f"Bearer {TOKEN}"))
    for user in db.CALENDAR, db.PROVIDED, db.DETAILED, db.OTHER, db.MANY:
        known = dict(token=user.credential())
        others = everything(user, user.credential())
        for query in ("", *(("_current=0", "_current=False", "_current=",
                             "_limit=1&_offset=1&_made_up=1"
                             f"&api_key={API_KEY}") * (user == db.PROVIDED))):
            yield ending(f"all others of user {user.id}, {query}",
                         Count(len(others)), others, query, Count(0), **known)
        for query in ("_current=1", *(("_current=TRUE", "%5Fcurrent=tru%65")
                                      * (user == db.PROVIDED))):
            yield ending(f"all of user {user.id}, {query}",
                         Count(len(others) + 1), everything(user), query,
                         EXPIRED, **known)
    yield ending("all others, with a body and Accept: text/html", Count(1),
                 [(db.OTHER, db.OTHER.tokens[1])], "", Count(0),
                 body=b"_current=1", token="other_users_token", headers=[
                     ("Accept", BROWSERS["Firefox"]),
                     ("Content-Type", "application/x-www-form-urlencoded")])


def revoking_refused():
    """DELETE that ends nothing, and what stays as it is beside it."""
    viewer = db.ROLES["owner None, roles 8"].credential()
    mine = of_one(db.DEMO, db.DEMO.tokens[0])
    for at, path in (("all", ADDRESS), ("one", mine), ("current", CURRENT)):
        nobody = dict(key=None, token=None)
        for name, wanted, parts in (
                ("no credentials", Refusal("invalid_api_key", False), nobody),
                ("a browser without credentials",
                 Refusal("invalid_api_key", False), dict(
                     headers=[("Accept", BROWSERS["Chromium"])], **nobody)),
                ("no key", NO_KEY, dict(key=None)),
                ("a key that is not allowed", NO_KEY,
                 dict(key=db.PROVIDER_KEY, token="provider_token")),
                ("no token", NO_TOKEN, dict(token=None)),
                ("a token in a cookie", NO_TOKEN, dict(
                    token=None, headers=[("Cookie", f"oauth_token={TOKEN}")])),
                ("a made-up token", BAD_TOKEN, dict(token="made_up_token")),
                ("a provider's token", BAD_TOKEN,
                 dict(token="provider_token")),
                ("an expired token", EXPIRED, dict(token="expired_token")),
                ("a token without an end", EXPIRED,
                 dict(token="no_expiry_known")),
                ("an ownerless token", EXPIRED, dict(token=db.NOBODY.token)),
                ("no viewer", NO_VIEWER, dict(token=viewer)),
                ("query before key", BAD_QUERY,
                 dict(query="made_up=1", **nobody)),
                ("a long query", Refusal("request_too_large", status=414),
                 dict(query="_made_up=".ljust(4097, "x"))),
                ("a long header", Refusal("request_too_large", status=431),
                 dict(token="a" * 6145))):
            yield ending(f"{at}: {name}", wanted, path=path, **parts)
        names = "_current" if at == "all" else "api_key"
        for query in ("show_all=1", "show_all", "id=1", "current=1",
                      "_current=1&show_all=1", "api_key=a&api_key=a",
                      *(("_current=2", "_current=yes", "_current=1&_current=1",
                         "_current=1&_current=0") if at == "all" else ())):
            yield ending(f"{at}: {query}", Refusal(
                "invalid_parameter",
                names="api_key" if "api_key" in query else names),
                query=query, path=path)
    for path in LOGS, LOGS + "/":
        yield ending(f"the other address, {path}", METHOD, path=path)


def beside_revoking():
    """What other methods get at the addresses that have DELETE."""
    user, row = db.DEMO, db.DEMO.tokens[0]
    for at, path, wanted in (
            ("the list", ADDRESS, ACTIVE), ("the other address", LOGS, ACTIVE),
            ("one token", of_one(user, row), one(user, row)),
            ("the current token", CURRENT, one(user, row))):
        for method in "GET", "HEAD":
            yield case(f"{method} beside DELETE: {at}", wanted, path=path,
                       method=method)
        for method in "POST", "PUT", "PATCH":
            yield case(f"{method} beside DELETE: {at}", METHOD, path=path,
                       method=method, headers=[
                           ("X-HTTP-Method-Override", "DELETE")])
        yield case(f"OPTIONS beside DELETE: {at}", Preflight(), path=path,
                   method="OPTIONS")
        yield case(f"OPTIONS beside DELETE: {at}, as a browser sends it",
                   Preflight(), path=path, method="OPTIONS", key=None,
                   token=None, headers=[
                       ("Origin", "https://app.example"),
                       ("Access-Control-Request-Method", "DELETE"),
                       ("Access-Control-Request-Headers", "oauth-token")])
    yield case("GET with _current=1 beside DELETE", ACTIVE, "_current=1")
    yield case("the page beside DELETE", HTML, key=None, token=None,
               headers=[("Accept", BROWSERS["Chromium"])])


def revoking(thorough=True):
    """The cases where revoking is switched on; thorough: all of them."""
    found = [c for part in (revoking_one, revoking_more, revoking_refused,
                            beside_revoking) for c in part()]
    return found if thorough else found[::7] + list(beside_revoking())


SECTIONS = (
    # of the manual; cases that a web server may spoil; cases that it passes on
    ("ADDRESSES", (addresses, addresses_of_one), ()),
    ("ORDER OF THE CHECKS", (), (order_of_checks, order_of_one)),
    ("AUTHENTICATION", (api_keys, tokens), (credentials, roles)),
    ("PARAMETERS", (strange_queries, formats),
     (numbers, flags, parameters_of_one, counts, cursors)),
    ("ANSWERS", (), (lists, details, one_token)),
    ("HEALTH", (health,), ()),
    ("THE PAGE", (people,), ()),
    ("HEADERS", (request_ids, many_headers, negotiation), ()),
    ("ERRORS", (methods,), ()),
    ("OPTIONS AND HEAD", (options_and_head,), ()),
)


def by_section(thorough=True):
    """(section, its cases); thorough: with those that a server passes on."""
    for title, of_the_server, of_the_program in SECTIONS:
        parts = of_the_server + (of_the_program if thorough else ())
        yield title, [c for part in parts for c in part()]


def all_cases():
    """The cases of all sections; their names differ."""
    found = [c for _, of_section in by_section() for c in of_section]
    if len({c.name for c in found}) != len(found):
        raise ValueError("two cases have one name")
    return found


@dataclasses.dataclass(frozen=True)
class Difference:
    """What some servers answer to some cases instead, and why.

    servers  their kinds
    cases    names, or beginnings of names with "*"
    or_ours  do other versions of the server leave the answer to the program?
    """
    servers: tuple
    cases: tuple
    wanted: object
    reason: str
    or_ours: bool = False


LIGHTTPD = ("lighttpd_fastcgi", "lighttpd_external", "lighttpd_cgi")
HTACCESS = ("apache_htaccess_fcgid", "apache_htaccess_cgi")
APACHE = ("apache_fcgid", "apache_proxy_fcgi", "apache_cgi", *HTACCESS)
SNIPPETS = ("nginx", "caddy", "haproxy")


def ill_formed(*queries):
    """The names of the cases of these queries."""
    return tuple(f"a query that is ill-formed: {query}" for query in queries)


DIFFERENCES = (
    Difference(
        ("lighttpd_fastcgi", "lighttpd_external", "nginx", "caddy"),
        ("600 small headers",), UNREAD,
        "each header is a FastCGI parameter, of which 512 are read"),
    Difference(
        (*APACHE, "haproxy"), ("600 small headers",), ByServer(400),
        "LimitRequestFields is 100; HAProxy's tune.http.maxhdr is 101"),
    Difference(
        APACHE, ("OPTIONS, another address",), ByServer(200),
        "Apache answers OPTIONS for any address itself"),
    Difference(
        ("nginx",), ("OPTIONS, another address", "not an address of DELETE: *"),
        ByServer(405), "nginx has only GET and HEAD of its own files"),
    Difference(
        (*LIGHTTPD, *APACHE, *SNIPPETS),
        ("not an address: *", "OPTIONS, another address",
         "order: address before *"), ByServer(404),
        "only the addresses are passed to the program"),
    Difference(
        (*LIGHTTPD, "caddy", "haproxy"), ("not an address of DELETE: *",),
        ByServer(404),
        "only the addresses are passed to the program"),
    Difference(
        APACHE, ("not an address of DELETE: *",), ByServer(405),
        "only the addresses are passed to the program; Apache itself reads"),
    Difference(
        (*LIGHTTPD, *SNIPPETS,
         *(kind for kind in APACHE if kind not in HTACCESS)),
        ("the address by the program's own name",
         "the address of one token by the program's own name",
         "the address of one token as current, by the program's own name"),
        ByServer(404),
        "the file itself is not below the document root"),
    Difference(
        HTACCESS, ("the address below another base path",
                   "the address of logs, below another base path",
                   "the address without a base path",
                   "the address of one token below another base path",
                   "the address of one token without a base path",
                   "the address of one token as current, below another base "
                   "path", "health: below another base path"), ByServer(404),
        "the files of shared hosting are in the directory api"),
    Difference(
        LIGHTTPD,
        ("_limit=1%00 is refused", "_limit=%FF is refused",
         "_offset=1%00 is refused", "_offset=%FF is refused",
         "show_all=%00 is refused", "_mask=%00 is refused",
         *ill_formed("_made_up=%00", "_made_up%00=1", "_made_up=%FF",
                     "_made_up=%C0%AF", "_made_up=\xff", "_format=%00",
                     "_format=%FF"),
         "API key with NUL behind it, in the query"), ByServer(400),
        "url-ctrls-reject and url-normalize, as Debian sets them, refuse NUL "
        "and bytes that are never in UTF-8"),
    Difference(
        LIGHTTPD,
        ill_formed("_made_up=%", "_made_up=%4", "_made_up=%4x", "_made_up=%%41",
                   "_made_up=%u0041", "_format=%"), ACTIVE,
        "url-normalize escapes a lone % as %25, which is a good value"),
    Difference(
        (*LIGHTTPD, "nginx", "caddy"), ("%00 in the path: *",),
        ByServer(400), "lighttpd, nginx and Caddy refuse %00 in a path"),
    Difference(
        APACHE, ("%00 in the path: *",), ByServer(404),
        "Apache takes a path with %00 for one that is not there"),
    Difference(
        (*LIGHTTPD, *APACHE, "nginx", "caddy"), ("NUL *",), ByServer(400),
        "they refuse a header with NUL in it"),
    Difference(
        ("haproxy",), ("NUL *",), ByServer(400),
        "HAProxy 2.6 hands a header with NUL in it over, 3.0 refuses it",
        or_ours=True),
    Difference(
        LIGHTTPD, ("a query of 9000 bytes",), ByServer(431),
        "server.max-request-field-size is 8192"),
    Difference(
        APACHE, ("a query of 9000 bytes",), ByServer(414),
        "LimitRequestLine is 8190"),
    Difference(
        ("haproxy",), ("the address of one token with a dot segment",
                       "the address of one token with two dot segments",
                       "the address of one token with a double slash"),
        ByServer(404),
        "HAProxy compares the path as it was sent, except for escapes"),
    Difference(
        ("haproxy",), ill_formed("_made_up=\xff"), ByServer(400),
        "HAProxy refuses bytes over 0x7f in the request line"),
    Difference(
        LIGHTTPD, ("method MADEUP", "method get"), ByServer(501),
        "lighttpd knows the registered methods only"),
    Difference(
        LIGHTTPD, ("method GET with a body",), ByServer(400),
        "lighttpd refuses such a request unless it is told otherwise"),
    Difference(
        (*APACHE, *SNIPPETS),
        ("token in OAUTH-TOKEN and in OAUTH_TOKEN",), ACTIVE,
        "all but lighttpd drop headers with an underscore in their name; Caddy "
        "would keep one of the two if its snippet did not say so"),
    Difference(
        (*APACHE, *SNIPPETS), ("token in OAUTH_TOKEN alone",), NO_TOKEN,
        "headers with an underscore in their name are dropped, see above"),
    Difference(
        ("nginx",), ("token in Authorization twice",), ByServer(400),
        "nginx refuses Authorization in two headers"),
    Difference(
        ("nginx",), ("method get",), ByServer(400),
        "nginx takes methods in capitals only"),
    Difference(
        (*APACHE, "nginx"), ("method TRACE",), ByServer(405),
        "Apache and nginx answer TRACE themselves"),
    Difference(
        APACHE, ("revoked: *",), Revoked(media_type=False),
        "Apache takes Content-Type away from an answer without a body"),
    Difference(
        APACHE, ("OPTIONS*",), Preflight(media_type=False),
        "Apache takes Content-Type away from an answer without a body"),
)


def wanted_of(case, server):
    """What this server's answer must be."""
    for difference in DIFFERENCES:
        if server in difference.servers and any(
                _matches(case.name, name) for name in difference.cases):
            return (Either((case.wanted, difference.wanted))
                    if difference.or_ours else difference.wanted)
    return case.wanted


def _matches(name, pattern):
    return (name.startswith(pattern[:-1]) if pattern.endswith("*")
            else name == pattern)


def stale_differences():
    """Names in the table that no case has."""
    names = [c.name for c in (*all_cases(), *nul(), *revoking())]
    return [pattern for difference in DIFFERENCES
            for pattern in difference.cases
            if not any(_matches(name, pattern) for name in names)]
