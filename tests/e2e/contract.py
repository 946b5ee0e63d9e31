"""The answers that the manual, oauth_access_tokens(8), promises, and what is
wrong with one.  It is written from the manual, not from the C code; its parts
have the names of the manual's sections.  Each check yields complaints, and none
when all is well."""

import dataclasses
import json
import re
import urllib.parse

MEDIA_TYPE = "application/json"
METHODS = {"GET", "HEAD", "OPTIONS"}
DEFAULT_LIMIT = 40
MAX_LIMIT = 10_000
CREDENTIALS = ("X-API-KEY", "OAUTH-TOKEN", "AUTHORIZATION", "COOKIE")
PARAMETERS = ("_limit", "_offset", "show_all", "api_key")

# HEADERS.  Content-Length is checked apart.
ALWAYS = {
    "content-type": MEDIA_TYPE,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "accept-ranges": "none",
    "access-control-allow-origin": "*",
    "access-control-expose-headers":
        "Link, X-Total-Count, X-Request-Id, Retry-After, WWW-Authenticate",
}
NEVER = ("access-control-allow-credentials", "set-cookie", "etag",
         "transfer-encoding", "content-encoding", "content-range")

# ERRORS: type, status and, where the manual gives it, message.
ERRORS = {
    "method_not_allowed": (405, None),
    "record_not_found": (404, "Record not found."),
    "invalid_parameter": (400, None),
    "invalid_api_key": (401, "Invalid API key."),
    "invalid_oauth_token": (401, "Invalid OAuth token."),
    "expired_oauth_token": (401, "Expired OAuth token."),
    "unauthorized_access": (403, "Unauthorized access."),
    "service_unavailable": (503, None),
    "database_timeout": (504, None),
    "internal_error": (500, None),
}


@dataclasses.dataclass(frozen=True)
class Page:
    """A list.  rows are (expires, token) in the order of the answer."""
    user_id: int
    rows: tuple
    count: int
    next: bool


@dataclasses.dataclass(frozen=True)
class Refusal:
    """An error.  token_sent: did the client send a token, good or bad?  names:
    the parameter that the message must name."""
    type: str
    token_sent: bool = True
    names: str = None
    status: int = None  # only for request_too_large: 414 or 431


@dataclasses.dataclass(frozen=True)
class Preflight:
    """The answer to OPTIONS."""
    media_type: bool = True


@dataclasses.dataclass(frozen=True)
class ByServer:
    """The web server answers by itself; the program never sees the request."""
    status: int


def complaints(request, answer, wanted):
    """What is wrong with the answer to the request?"""
    check = {Page: _page, Refusal: _refusal, Preflight: _preflight,
             ByServer: _by_server}[type(wanted)]
    try:
        return list(check(request, answer, wanted))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"the answer cannot be read: {error!r} in {answer!r}"]


# ANSWERS

def _page(request, answer, wanted):
    yield from _common(request, answer, 200)
    yield from _only_where_due(answer, ("x-total-count", "link"))
    yield from _same(answer.header("x-total-count"), str(wanted.count),
                     "X-Total-Count")
    if request.method != "HEAD":
        yield from _same(answer.json(), document(wanted), "body")
    yield from _link(request, answer, wanted)


def document(page):
    """The JSON document of a page."""
    return {
        "oauth_access_tokens": [
            {"expires": expires, "token": token, "user_id": page.user_id}
            for expires, token in page.rows],
        "metadata": {"count": page.count, "next": page.next},
    }


# HEADERS

def _common(request, answer, status):
    yield from _same(answer.status, status, "status")
    yield from _headers(request, answer)
    length = answer.header("content-length")
    if request.method == "HEAD":
        yield from _same(answer.body, b"", "body of HEAD")
    else:
        yield from _same(length, str(len(answer.body)), "Content-Length")


def _headers(request, answer, without=()):
    yield from _request_id(request, answer)
    for name, value in ALWAYS.items():
        wanted = [] if name in without else [value]
        yield from _same(answer.all(name), wanted, name)
    for name in NEVER:
        yield from _same(answer.all(name), [], name)


def _request_id(request, answer):
    """X-Request-Id: the client's where it is well-formed (1 ... 64 characters
    that a token may have), sent once, and no credential; else one of ours."""
    got, sent = answer.header("x-request-id"), [
        value for name, value in request.headers
        if name.upper() == "X-REQUEST-ID"]
    good = (len(sent) == 1 and len(sent[0]) <= 64
            and re.fullmatch(r"[A-Za-z0-9._~+/-]+=*", sent[0]))
    secret = good and any(
        value in (sent[0], f"Bearer {sent[0]}")
        for name, value in request.headers if name.upper() in CREDENTIALS)
    if good and not secret:
        yield from _same(got, sent[0], "X-Request-Id")
    elif not re.fullmatch("[0-9a-f]{16}", got or ""):
        yield f"X-Request-Id is {got!r}"


def _only_where_due(answer, due):
    """Headers that only some answers have: once where they are due, else not at
    all."""
    for name in ("x-total-count", "www-authenticate", "allow", "retry-after"):
        if len(answer.all(name)) != (name in due):
            yield f"{name} is there {len(answer.all(name))} times"
    if "link" not in due:
        yield from _same(answer.all("link"), [], "Link")


def links(answer):
    """The targets of the Link header (RFC 8288) by relation."""
    value = answer.header("link")
    if value is None:
        return {}
    found = re.findall(r'<([^<>"\s]+)>; rel="?(\w+)"?', value)
    rebuilt = value.replace('"', "")
    if ", ".join(f"<{t}>; rel={r}" for t, r in found) != rebuilt:
        raise ValueError(f"Link is ill-formed: {value!r}")
    if len({rel for _, rel in found}) != len(found):
        raise ValueError(f"a relation twice in Link: {value!r}")
    return {rel: target for target, rel in found}


def parameters(query):
    """Names and values of a query string."""
    return dict(urllib.parse.parse_qsl(
        query, keep_blank_values=True, strict_parsing=bool(query),
        encoding="utf-8", errors="strict"))


def _link(request, answer, wanted):
    """Link, and what the manual leaves open: Link is there exactly when the
    page is not the whole list; a page of 0 rows links to pages of the default
    size; "last" is the largest multiple of the page's size below count."""
    found = links(answer)
    if len(wanted.rows) >= wanted.count:
        yield from _same(answer.all("link"), [], "Link")
        return
    asked = parameters(request.query)
    limit = int(asked.get("_limit", DEFAULT_LIMIT)) or DEFAULT_LIMIT
    limit = min(limit, MAX_LIMIT)
    offset = int(asked.get("_offset", 0))
    want = {"first": 0, "last": (wanted.count - 1) // limit * limit}
    if wanted.next:
        want["next"] = offset + len(wanted.rows)
    if offset > 0:
        want["prev"] = max(0, offset - limit)
    yield from _same(set(found), set(want), "relations of Link")
    for rel, target in found.items():
        got = parameters(target.partition("?")[2])
        if rel != "prev" or offset <= wanted.count:
            yield from _same(int(got.get("_offset", 0)), want.get(rel),
                             f"offset of {rel}")
        yield from _same(int(got.get("_limit", DEFAULT_LIMIT)), limit,
                         f"limit of {rel}")
        yield from _same(_flag(got), _flag(asked), f"show_all of {rel}")
        yield from _same(got.get("api_key"), asked.get("api_key") or None,
                         f"api_key of {rel}")
        if set(got) - set(PARAMETERS):
            yield f"{rel} has unknown parameters: {target!r}"
        if not target.startswith("?"):
            yield f"{rel} is not the query alone: {target!r}"
    for _, token in wanted.rows:
        if token and token in answer.header("link"):
            yield "a token stands in Link"


def _flag(params):
    return params.get("show_all", "0").lower() in ("1", "true")


# ERRORS

def _refusal(request, answer, wanted):
    status, message = ERRORS.get(wanted.type, (wanted.status, None))
    yield from _common(request, answer, status)
    due = {401: ("www-authenticate",), 403: ("www-authenticate",),
           405: ("allow",), 503: ("retry-after",), 504: ("retry-after",)}
    yield from _only_where_due(answer, due.get(status, ()))
    if request.method != "HEAD":
        got = answer.json()
        message = message or got["error"]["message"]
        yield from _same(got, {
            "error": {"code": status, "message": message, "type": wanted.type},
            "status": status}, "body")
        yield from _sentence(message, wanted.names)
    if status in (401, 403):
        yield from _challenge(answer, wanted, message)
    if status == 405:
        yield from _same(_words(answer.header("allow")), METHODS, "Allow")
    if status in (503, 504) and not answer.header("retry-after").isdigit():
        yield f"Retry-After is {answer.header('retry-after')!r}"
    yield from _repeats(request, answer)


def _sentence(message, names):
    if not re.fullmatch(r"[A-Z_a-z][ -~]{5,200}\.", message):
        yield f"the message is no sentence: {message!r}"
    if names is not None and names not in message:
        yield f"the message does not name {names}: {message!r}"


def _challenge(answer, wanted, message):
    """WWW-Authenticate (RFC 6750, section 3)."""
    scheme, _, rest = answer.header("www-authenticate").partition(" ")
    got = dict(re.findall(r'(\w+)="([^"]*)"', rest))
    rebuilt = ", ".join(f'{name}="{value}"' for name, value in got.items())
    yield from _same(rest, rebuilt, "form of WWW-Authenticate")
    want = {"realm": "oauth_access_tokens"}
    if wanted.type == "unauthorized_access":
        want["error"] = "insufficient_scope"
        got.pop("error_description", None)
    elif wanted.token_sent:
        want["error"] = "invalid_token"
        want["error_description"] = message or got["error_description"]
    yield from _same((scheme, got), ("Bearer", want), "WWW-Authenticate")


def _repeats(request, answer):
    """Messages never repeat what the client sent."""
    sent = [value for name, value in request.headers
            if name.upper().replace("_", "-") in CREDENTIALS]
    for piece in request.query.split("&"):
        sent += piece.split("=", 1)
    sent += [urllib.parse.unquote_plus(text) for text in sent]
    for text in sent:
        ours = any(text.strip() in word for word in (*PARAMETERS, *ERRORS))
        if len(text) > 5 and not ours and text in answer.text():
            yield f"the answer repeats what was sent: {text[:80]!r}"


# OPTIONS AND HEAD

def _preflight(request, answer, wanted):
    yield from _same((answer.status, answer.body), (204, b""), "answer")
    yield from _headers(
        request, answer, () if wanted.media_type else ("content-type",))
    yield from _only_where_due(answer, ("allow",))
    yield from _same(answer.all("content-length"), [], "Content-Length")
    for name in ("allow", "access-control-allow-methods"):
        yield from _same(_words(answer.header(name)), METHODS, name)
    yield from _same(
        _words(answer.header("access-control-allow-headers")),
        {"Authorization", "OAUTH-TOKEN", "X-API-KEY", "X-Request-Id",
         "Content-Type"},
        "Access-Control-Allow-Headers")
    yield from _same(answer.header("access-control-max-age"), "7200",
                     "Access-Control-Max-Age")


# What the sections share.

def _by_server(_request, answer, wanted):
    yield from _same(answer.status, wanted.status, "status")
    for mark in ("oauth_access_tokens\":", "\"error\":", "x-total-count"):
        if mark in answer.text():
            yield f"the program answered, not the server: {answer.text()!r}"


def _words(value):
    return set(value.split(", "))


def _same(got, wanted, what):
    if got != wanted:
        yield (f"{what}:\n  got    {_show(got)}\n  wanted {_show(wanted)}")


def _show(value):
    if isinstance(value, dict):
        return json.dumps(value)
    return repr(value)[:2000]
