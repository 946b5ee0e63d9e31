"""The requests that every server gets, and what the contract wants of each
answer.  Sections are those of the contract; where it leaves a choice, the
comment says which one was made."""

import dataclasses

import database as db
from contract import DEFAULT_LIMIT, ByServer, Page, Preflight, Refusal
from exchange import Request
from harness import API_KEY, TOKEN

ADDRESS = "/api/oauth_access_tokens"
LOGS = "/api/pipelines/oauth_access_tokens/logs"
MAX = 2**63 - 1

PAGES = db.PAGES.credential()
B64TOKEN, LONGEST = (row.token for row in db.WRITER.tokens[:2])

NOT_FOUND = Refusal("record_not_found")
METHOD = Refusal("method_not_allowed")
NO_KEY = Refusal("invalid_api_key")
NO_TOKEN = Refusal("invalid_oauth_token", token_sent=False)
BAD_TOKEN = Refusal("invalid_oauth_token")
EXPIRED = Refusal("expired_oauth_token")
NO_VIEWER = Refusal("unauthorized_access")
BAD_QUERY = Refusal("invalid_parameter")


@dataclasses.dataclass(frozen=True)
class Case:
    name: str
    request: Request
    wanted: object


def page(user, show_all=False, limit=DEFAULT_LIMIT, offset=0):
    """Section 2.4 and 4: a slice of the user's list."""
    rows = user.rows(show_all)
    return Page(user.id, rows[offset:offset + limit], len(rows),
                offset + limit < len(rows))


ACTIVE = page(db.DEMO)


def request(query="", path=ADDRESS, method="GET", key=API_KEY, token=TOKEN,
            headers=(), body=None):
    """A request; by default one that gets ACTIVE."""
    target = f"{path}?{query}" if query else path
    sent = [("X-API-KEY", key), ("OAUTH-TOKEN", token), *headers]
    return Request(target, method,
                   tuple((n, v) for n, v in sent if v is not None), body)


def case(name, wanted, query="", **parts):
    return Case(name, request(query, **parts), wanted)


def addresses():
    """Section 1 (both addresses) and 2.5 (their shapes)."""
    documented = f"_limit=20&_offset=0&show_all=1&api_key={API_KEY}"
    everything = page(db.DEMO, show_all=True)
    for path in (ADDRESS, LOGS):
        yield case(f"documented request, {path}", everything, documented,
                   path=path, key=None)
        yield case(f"documented request, {path}/", everything, documented,
                   path=path + "/", key=None)
        yield case(f"without parameters, {path}", ACTIVE, path=path)
        yield case(f"a question mark and nothing, {path}", ACTIVE,
                   path=path + "?")
    for name, path in (
            ("an escape in the path", "/api/%6Fauth%5Faccess_tokens"),
            ("a dot segment", "/api/./oauth_access_tokens"),
            ("two dot segments", "/api/made_up/../oauth_access_tokens"),
            ("an escaped dot segment", "/api/%2E/oauth_access_tokens"),
            ("a double slash", "/api//oauth_access_tokens"),
            ("a longer base path", "/api/made/up/oauth_access_tokens"),
            ("another base path", "/made.up/api/oauth_access_tokens/"),
            ("no base path", "/oauth_access_tokens"),
            ("another base path of logs", "/mage" + LOGS),
            ("the whole URL as target", "http://localhost" + ADDRESS),
            ("the program's own name", "/api/oauth_access_tokens.fcgi")):
        yield case(name, ACTIVE, path=path)
    for path in ("/api/oauth_access_tokensX", "/api/oauth_access_tokens/1",
                 "/api/oauth_access_token", "/api/Oauth_access_tokens",
                 "/api/pipelines/oauth_access_tokens/logs/1",
                 "/api/pipelines/oauth_access_tokens/log",
                 "/api/xoauth_access_tokens"):
        yield case(f"another address, {path}", NOT_FOUND, path=path)


def numbers():
    """Section 4: _limit and _offset."""
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
    yield case("a page in the middle, key in the query",
               page(db.PAGES, limit=7, offset=14),
               f"_limit=7&_offset=14&api_key={API_KEY}", key=None, **long_list)
    yield case("a page in the middle, show_all, other address",
               page(db.PAGES, True, limit=7, offset=14),
               "_limit=7&_offset=14&show_all=true", path=LOGS + "/",
               **long_list)
    for name in ("_limit", "_offset"):
        for text in (str(MAX + 1), str(2**64), "9" * 40, "-1", "-0", "%2B1",
                     "+1", "1+", "%201", "1%20", "", "0x10", "1e3", "1.0",
                     "1,0", "made_up", "1%00", "%D9%A1", "%EF%BC%91", "1=1",
                     "1;_offset=0", "null", "%", "%3", "%zz", "%FF"):
            yield case(f"{name}={text} is bad",
                       Refusal("invalid_parameter", names=name if
                               "%" not in text else None), f"{name}={text}")
        yield case(f"{name} without a value",
                   Refusal("invalid_parameter", names=name), name)


def flags():
    """Section 4: show_all.  These words, in letters of any case."""
    for query, show_all in (
            ("", False), ("show_all=1", True), ("show_all=true", True),
            ("show_all=0", False), ("show_all=false", False),
            ("show_all=", False), ("show_all", False), ("show_all=%31", True),
            ("show_all=True", True), ("show_all=TRUE", True),
            ("show_all=False", False), ("show_all=FALSE", False),
            ("%73how_all=tru%65", True)):
        yield case(f"flag {query or 'absent'}", page(db.CALENDAR, show_all),
                   query, token="for_ever")
    for text in ("2", "-1", "01", "11", "Yes", "TRUEE", "yes", "on", "null",
                 "+", "1+", "1%20", "tru", "truefalse", "made_up", "%00"):
        yield case(f"show_all={text} is bad", Refusal(
            "invalid_parameter", names=None if "%" in text else "show_all"),
            f"show_all={text}")


def strange_queries():
    """Section 4: names, escapes, bytes, size."""
    for name in ("_limit", "_offset", "show_all"):
        yield case(f"{name} twice", Refusal("invalid_parameter", names=name),
                   f"{name}=1&{name}=1")
    yield case("_limit twice, once escaped", BAD_QUERY,
               "_limit=1&%5Flimit=1")
    yield case("show_all twice, once empty", BAD_QUERY, "show_all=&show_all=1")
    yield case("api_key twice", Refusal("invalid_parameter", names="api_key"),
               f"api_key={API_KEY}&api_key={API_KEY}")
    yield case("api_key twice, once empty", BAD_QUERY,
               f"api_key=&api_key={API_KEY}")
    for query in ("_made_up=1", "_=1732456789", "_", "_LIMIT=made_up",
                  "_limits=made_up", "_made_up=1&_made_up=2",
                  "_made_up=a+b%20c", "_made_up=gr%C3%BC%C3%9F",
                  "_made_up=%F0%9F%94%91", "_made_up=<>\"'\\^`{|}",
                  "_order_by[]=id", "_made_up==", "%5Fmade_up=1",
                  "_limit=20&_made_up=1&_offset=0"):
        yield case(f"ignored: {query}", ACTIVE, query)
    for query in ("made_up=1", "made_up", "limit=1", "offset=1", "Show_all=1",
                  "show_all%20=1", "showall=1", "api-key=1", "show_all[]=1",
                  "_limit=1&made_up=1", "made_up=1&_limit=1", "=1", "%20=1",
                  "token=1", "%C3%BC=1"):
        yield case(f"unknown: {query}", BAD_QUERY, query)
    for query in ("_made_up=%00", "_made_up%00=1", "_made_up=%", "_made_up=%4",
                  "_made_up=%4x", "_made_up=%%41", "%zz=1", "_made_up=%u0041",
                  "_made_up=%FF", "_made_up=%C0%AF", "_made_up=%ED%A0%80",
                  "_made_up=%F4%90%80%80", "_made_up=%C3", "_made_up=%80",
                  "_made_up=\xff"):
        yield case(f"broken: {query}", BAD_QUERY, query)
    yield case("a query of 4096 bytes", ACTIVE, "_made_up=".ljust(4096, "x"))
    yield case("a query of 4097 bytes", Refusal("request_too_large",
               status=414), "_made_up=".ljust(4097, "x"))


def api_keys():
    """Section 2.1.  An empty header counts as absent."""
    query = f"api_key={API_KEY}"
    escaped = "".join(f"%{ord(c):02x}" for c in API_KEY)
    for name, wanted, parts in (
            ("in X-API-KEY", ACTIVE, dict()),
            ("in the query", ACTIVE, dict(query=query, key=None)),
            ("escaped in the query", ACTIVE,
             dict(query="api_key=" + escaped, key=None)),
            ("in both", ACTIVE, dict(query=query)),
            ("good in the header, bad in the query", ACTIVE,
             dict(query="api_key=made_up_key")),
            ("good in the header, empty in the query", ACTIVE,
             dict(query="api_key=")),
            ("bad in the header, good in the query", NO_KEY,
             dict(query=query, key="made_up_key")),
            ("empty in the header, good in the query", ACTIVE,
             dict(query=query, key="")),
            ("none", NO_KEY, dict(key=None)),
            ("empty in both", NO_KEY, dict(query="api_key=", key="")),
            ("none, and no token", Refusal("invalid_api_key", False),
             dict(key=None, token=None)),
            ("none, and a bad token", NO_KEY,
             dict(key=None, token="made_up_token")),
            ("made up", NO_KEY, dict(key="made_up_key")),
            ("made up, in the query", NO_KEY,
             dict(query="api_key=made_up_key", key=None)),
            ("in lower case", NO_KEY, dict(key=API_KEY.lower())),
            ("too short by one", NO_KEY, dict(key=API_KEY[:-1])),
            ("too long by one", NO_KEY, dict(key=API_KEY + "x")),
            ("and NUL in the query", BAD_QUERY,
             dict(query=query + "%00", key=None)),
            ("and a space in the query", NO_KEY,
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
    """Section 2.2.  A good token in the preferred header decides; RFC 6750
    gives the form."""
    bad, good = "made_up_token", TOKEN
    for name, wanted, parts in (
            ("none", NO_TOKEN, dict(token=None)),
            ("empty", NO_TOKEN, dict(token="")),
            ("made up", BAD_TOKEN, dict(token=bad)),
            ("Bearer", ACTIVE, bearer("Bearer " + good)),
            ("bearer", ACTIVE, bearer("bearer " + good)),
            ("BEARER", ACTIVE, bearer("BEARER " + good)),
            ("Bearer, two spaces", ACTIVE, bearer("Bearer  " + good)),
            ("Bearer, made up", BAD_TOKEN, bearer("Bearer " + bad)),
            ("Basic", NO_TOKEN, bearer("Basic bWFkZTp1cA==")),
            ("Basic with a good token", NO_TOKEN, bearer("Basic " + good)),
            ("scheme Bearers", NO_TOKEN, bearer("Bearers " + good)),
            ("no scheme", NO_TOKEN, bearer(good)),
            ("OAUTH-TOKEN good, Bearer good", ACTIVE,
             bearer("Bearer " + good, good)),
            ("OAUTH-TOKEN good, Bearer bad", ACTIVE,
             bearer("Bearer " + bad, good)),
            ("OAUTH-TOKEN good, Basic", ACTIVE,
             bearer("Basic bWFkZTp1cA==", good)),
            ("OAUTH-TOKEN bad, Bearer good", BAD_TOKEN,
             bearer("Bearer " + good, bad)),
            ("OAUTH-TOKEN ill-formed, Bearer good", BAD_TOKEN,
             bearer("Bearer " + good, "two words")),
            ("OAUTH-TOKEN empty, Bearer good", ACTIVE,
             bearer("Bearer " + good, "")),
            ("OAUTH-TOKEN of another owner than Bearer",
             page(db.OTHER), bearer("Bearer " + good, "other_users_token")),
            ("Bearer with two tokens", BAD_TOKEN,
             bearer(f"Bearer {good} {good}")),
            ("Bearer, comma, Bearer", BAD_TOKEN,
             bearer(f"Bearer {good}, Bearer {good}")),
            ("Bearer behind Basic", NO_TOKEN,
             bearer(f"Basic bWFkZTp1cA==, Bearer {good}")),
            ("Authorization twice", BAD_TOKEN,
             dict(token=None, headers=[("Authorization", "Bearer " + good)]
                  * 2)),
            ("OAUTH-TOKEN twice", BAD_TOKEN,
             dict(headers=[("OAUTH-TOKEN", good)])),
            ("OAUTH-TOKEN twice, two values", BAD_TOKEN,
             dict(headers=[("OAUTH-TOKEN", bad)])),
            ("OAUTH-TOKEN and OAUTH_TOKEN", BAD_TOKEN,
             dict(headers=[("OAUTH_TOKEN", "other_users_token")])),
            ("OAUTH_TOKEN alone", ACTIVE,
             dict(token=None, headers=[("OAUTH_TOKEN", good)])),
            ("of every character there is", page(db.WRITER),
             dict(token=B64TOKEN)),
            ("of 4096 characters", page(db.WRITER), dict(token=LONGEST)),
            ("of 4096 characters, Bearer", page(db.WRITER),
             bearer("Bearer " + LONGEST)),
            ("of 4097 characters", BAD_TOKEN, dict(token="b" * 4097)),
            ("of 6144 characters", BAD_TOKEN, dict(token="a" * 6144)),
            ("of 6145 characters", Refusal("request_too_large", status=431),
             dict(token="a" * 6145)),
            ("Authorization of 6145 bytes",
             Refusal("request_too_large", status=431),
             bearer(("Bearer " + good).ljust(6145, "x"))),
            ("with a space", BAD_TOKEN, dict(token="two words")),
            ("with a comma", BAD_TOKEN, dict(token="comma,comma")),
            ("with a quote", BAD_TOKEN, dict(token='quote"quote')),
            ("with a backslash", BAD_TOKEN, dict(token="back\\slash")),
            ("with = inside", BAD_TOKEN, dict(token="equals=inside")),
            ("of = alone", BAD_TOKEN, dict(token="==")),
            ("and =", BAD_TOKEN, dict(token=good + "=")),
            ("with %5F", BAD_TOKEN, dict(token=good.replace("_", "%5F"))),
            ("with %00", BAD_TOKEN, dict(token=good + "%00")),
            ("not ASCII", BAD_TOKEN, dict(token="gr\xc3\xbc\xc3\x9f")),
            ("not UTF-8", BAD_TOKEN, dict(token="made_up_\xff")),
            ("of SQL", BAD_TOKEN, dict(token="' OR '1'='1")),
            ("in other letters", BAD_TOKEN, dict(token=good.upper())),
            ("too short by one", BAD_TOKEN, dict(token=good[:-1])),
            ("too long by one", BAD_TOKEN, dict(token=good + "x")),
            ("of another application", BAD_TOKEN,
             dict(token="provider_token")),
            ("of refreshing", BAD_TOKEN, dict(token="made_up_refresh_1")),
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


def moments():
    """Section 2.2 (a credential's end) and 2.4 (the list)."""
    for name, wanted, token in (
            ("without an end", EXPIRED, "no_expiry_known"),
            ("that never ends", page(db.ENDING), "credential_for_ever"),
            ("that ended", EXPIRED, "expired_token"),
            ("that ended at -infinity", EXPIRED, "expired_for_ever"),
            ("of the example, which ended", EXPIRED, db.EXAMPLE_ROWS[0][1]),
            ("without an owner", EXPIRED, db.NOBODY.token),
            ("of another application, which ended", BAD_TOKEN,
             "old_provider_token")):
        yield case("credential " + name, wanted, token=token)
    everything = dict(query="show_all=1")
    yield case("every kind of moment", page(db.CALENDAR, True),
               token="for_ever", **everything)
    yield case("every kind of moment, a page of it",
               page(db.CALENDAR, True, limit=5, offset=1), "show_all=1"
               "&_limit=5&_offset=1", token="for_ever")
    yield case("every kind of token", page(db.WRITER, True), token=B64TOKEN,
               **everything)
    yield case("tokens of all applications", page(db.PROVIDED, True),
               token="own_application_token", **everything)
    yield case("active tokens of all applications", page(db.PROVIDED),
               token="own_application_token")


def roles(project=False):
    """Section 2.3."""
    for name, user in db.ROLES.items():
        reads = user.reads_project if project else user.reads
        yield case(f"role: {name}", page(user) if reads else NO_VIEWER,
                   token=user.credential())


def methods():
    """Section 3, 5 and RFC 9110."""
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
    yield case("method TRACE", METHOD, method="TRACE")
    yield case("method GET with a body", ACTIVE, body=body)
    for name, parts in (
            ("", dict()),
            (", no credentials", dict(key=None, token=None)),
            (", bad credentials", dict(key="made_up_key", token="two words")),
            (", the other address", dict(path=LOGS + "/")),
            (", a bad query", dict(query="made_up=1&_limit=%zz")),
            (", a browser's", dict(key=None, token=None, headers=[
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
            (", no viewer", NO_VIEWER, dict(token=db.ROLES[
                "owner None, roles 8"].credential()))):
        yield case("HEAD" + name, wanted, method="HEAD", **parts)


def order_of_checks():
    """Section 3: the first row of the table that holds is the answer."""
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
            ("expired before role", EXPIRED, dict(token="expired_token"))):
        yield case("order: " + name, wanted, **parts)


def request_ids():
    """Section 5: X-Request-Id; contract.py says which one is due."""
    for name, value in (
            ("a number", "42"), ("all its characters", "AZaz09-._~+/=="),
            ("of 64 characters", "i" * 64), ("of 65 characters", "i" * 65),
            ("empty", ""), ("two words", "two words"), ("a quote", '"'),
            ("a comma", "a,b"), ("not ASCII", "gr\xc3\xbc\xc3\x9f"),
            ("the token", TOKEN), ("the API key", API_KEY)):
        yield case(f"request id: {name}", ACTIVE,
                   headers=[("X-Request-Id", value)])
    for name, wanted, parts in (
            ("request id of an error", BAD_TOKEN, dict(token="made_up_token")),
            ("OPTIONS, with a request id", Preflight(),
             dict(method="OPTIONS"))):
        yield case(name, wanted,
                   headers=[("X-Request-Id", "made-up-id")], **parts)


def many_headers():
    """More than 512 parameters: FastCGI's are refused, those of an environment
    are not."""
    small = [(f"h{n}", "1") for n in range(600)]
    yield case("600 small headers", ACTIVE, headers=small)


def negotiation():
    """Section 5: always JSON, whole, and never from a cache."""
    yield case("a long list", page(db.MANY, limit=MAX), "_limit=10000",
               token=db.MANY.credential())
    for name, value in (
            ("Range", "bytes=0-10"), ("Range", "bytes=-1"),
            ("Accept", "text/html"), ("Accept", "application/xml;q=1"),
            ("If-None-Match", "*"),
            ("If-Modified-Since", "Tue, 24 Nov 2026 00:00:00 GMT"),
            ("Accept-Encoding", "gzip, br"), ("Origin", "https://app.example"),
            ("X-Forwarded-For", "127.0.0.1"), ("Proxy", "http://made.up"),
            ("X-Rewrite-URL", "/made/up"), ("User-Agent", "")):
        yield case(f"with {name}: {value}", ACTIVE, headers=[(name, value)])


# What a web server may spoil, and what it only passes on.
OF_THE_SERVER = (addresses, strange_queries, api_keys, tokens, methods,
                 request_ids, many_headers, negotiation)
OF_THE_PROGRAM = (numbers, flags, moments, roles, order_of_checks)


def all_cases(parts=(*OF_THE_SERVER, *OF_THE_PROGRAM)):
    """The cases of this file; their names differ."""
    found = [c for part in parts for c in part()]
    names = {c.name for c in found}
    if len(names) != len(found):
        raise ValueError("two cases have one name")
    return found


# Known differences between servers, each with its reason.  servers: the kinds
# that it holds for; cases: names, or beginnings of names with "*".
@dataclasses.dataclass(frozen=True)
class Difference:
    servers: tuple
    cases: tuple
    wanted: object
    reason: str


LIGHTTPD = ("lighttpd_fastcgi", "lighttpd_external", "lighttpd_cgi")
HTACCESS = ("apache_htaccess_fcgid", "apache_htaccess_cgi")
APACHE = ("apache_fcgid", "apache_proxy_fcgi", "apache_cgi", *HTACCESS)

DIFFERENCES = (
    Difference(
        ("lighttpd_fastcgi", "lighttpd_external"), ("600 small headers",),
        Refusal("request_too_large", token_sent=False, status=431),
        "each header is a FastCGI parameter, of which 512 are read"),
    Difference(
        APACHE, ("600 small headers",), ByServer(400),
        "LimitRequestFields is 100"),
    Difference(
        APACHE, ("OPTIONS, another address",), ByServer(200),
        "Apache answers OPTIONS for any address itself"),
    Difference(
        (*LIGHTTPD, *APACHE),
        ("another address, *", "OPTIONS, another address",
         "order: address before *"), ByServer(404),
        "only the two addresses are passed to the program"),
    Difference(
        (*LIGHTTPD, *(kind for kind in APACHE if kind not in HTACCESS)),
        ("the program's own name",), ByServer(404),
        "the file itself is not below the document root"),
    Difference(
        HTACCESS, ("another base path*", "no base path"), ByServer(404),
        "the kit is in the directory api"),
    Difference(
        LIGHTTPD,
        ("_limit=1%00 is bad", "_limit=%FF is bad", "_offset=1%00 is bad",
         "_offset=%FF is bad", "show_all=%00 is bad", "broken: _made_up=%00",
         "broken: _made_up%00=1", "broken: _made_up=%FF",
         "broken: _made_up=%C0%AF", "broken: _made_up=\xff",
         "API key and NUL in the query"), ByServer(400),
        "url-ctrls-reject and url-normalize, as Debian sets them, refuse NUL "
        "and bytes that are never in UTF-8"),
    Difference(
        LIGHTTPD,
        ("broken: _made_up=%", "broken: _made_up=%4", "broken: _made_up=%4x",
         "broken: _made_up=%%41", "broken: _made_up=%u0041"), ACTIVE,
        "url-normalize escapes a lone % as %25, which is a good value"),
    Difference(
        LIGHTTPD, ("method MADEUP", "method get"), ByServer(501),
        "lighttpd knows the registered methods only"),
    Difference(
        LIGHTTPD, ("method GET with a body",), ByServer(400),
        "lighttpd refuses such a request unless it is told otherwise"),
    Difference(
        APACHE, ("token OAUTH-TOKEN and OAUTH_TOKEN",), ACTIVE,
        "Apache drops headers with an underscore in their name"),
    Difference(APACHE, ("token OAUTH_TOKEN alone",), NO_TOKEN, "the same"),
    Difference(
        APACHE, ("method TRACE",), ByServer(405),
        "Apache answers TRACE itself"),
    Difference(
        APACHE, ("OPTIONS*",), Preflight(media_type=False),
        "Apache takes Content-Type away from an answer without a body"),
)


def wanted_of(case, server):
    """What this server's answer must be."""
    for difference in DIFFERENCES:
        if server in difference.servers and any(
                _matches(case.name, name) for name in difference.cases):
            return difference.wanted
    return case.wanted


def _matches(name, pattern):
    return (name.startswith(pattern[:-1]) if pattern.endswith("*")
            else name == pattern)


def stale_differences():
    """Names in the table that no case has."""
    names = [c.name for c in all_cases()]
    return [pattern for difference in DIFFERENCES
            for pattern in difference.cases
            if not any(_matches(name, pattern) for name in names)]
