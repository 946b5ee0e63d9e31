"""The answers that the manual, oauth_access_tokens(8), promises, and what is
wrong with one.  It is written from the manual, not from the C code; its parts
have the names of the manual's sections.  Each check yields complaints, and none
when all is well."""

import base64
import dataclasses
import hashlib
import json
import re
import urllib.parse

from kit import openapi

MEDIA_TYPE = "application/json"
HTML_TYPE = "text/html; charset=utf-8"
METHODS = {"GET", "HEAD", "OPTIONS"}
DEFAULT_LIMIT = 40
MAX_LIMIT = 10_000
CREDENTIALS = ("X-API-KEY", "OAUTH-TOKEN", "AUTHORIZATION", "COOKIE")
PARAMETERS = ("_limit", "_offset", "show_all", "api_key", "_format", "_mask",
              "_count", "_after", "_current")

# HEADERS.  Content-Length is checked apart.
ALWAYS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "accept-ranges": "none",
    "access-control-allow-origin": "*",
    "access-control-expose-headers":
        "Link, X-Total-Count, X-Request-Id, Retry-After, WWW-Authenticate",
}
NEVER = ("access-control-allow-credentials", "set-cookie", "etag",
         "transfer-encoding", "content-encoding", "content-range",
         "server-timing")

OF_THE_PAGE = ("content-security-policy", "referrer-policy")

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
    """A list.  rows are (expires, token) in the order of the answer; details
    are the further members of each, in their order."""
    user_id: int
    rows: tuple
    count: int
    next: bool
    details: tuple = None
    masked: bool = False
    uncounted: bool = False  # whatever count says


@dataclasses.dataclass(frozen=True)
class Token:
    """One token."""
    user_id: int
    row: tuple
    details: dict
    masked: bool = False


@dataclasses.dataclass(frozen=True)
class Revoked:
    """A token was revoked."""
    media_type: bool = True


@dataclasses.dataclass(frozen=True)
class Count:
    """So many tokens were revoked."""
    number: int


@dataclasses.dataclass(frozen=True)
class Healthy:
    """Lists can be read."""


@dataclasses.dataclass(frozen=True)
class Html:
    """The page for browsers."""


@dataclasses.dataclass(frozen=True)
class Refusal:
    """An error.  token_sent: did the client send a token, good or bad?  names:
    the words that must be in the message, such as a parameter."""
    type: str
    token_sent: bool = True
    names: str = None
    status: int = None  # only for request_too_large: 414 or 431


NOT_FOUND = Refusal("record_not_found")
# The request had so many headers that its address was not read either.
UNREAD = Refusal("request_too_large", token_sent=False, status=431)


@dataclasses.dataclass(frozen=True)
class Preflight:
    """The answer to OPTIONS."""
    media_type: bool = True


@dataclasses.dataclass(frozen=True)
class ByServer:
    """The web server answers by itself; the program never sees the request."""
    status: int


@dataclasses.dataclass(frozen=True)
class Either:
    """One of several answers: not all versions of a server give the same."""
    answers: tuple


def complaints(request, answer, wanted, page=True, revoke=False):
    """What is wrong with the answer to the request?  page: do browsers get the
    page (PAGE)?  revoke: is DELETE a method (REVOKING)?"""
    if isinstance(wanted, Either):
        return min((complaints(request, answer, each, page, revoke)
                    for each in wanted.answers), key=len)
    check = {Page: _page, Token: _token, Revoked: _revoked, Count: _count,
             Healthy: _healthy, Html: _html, Refusal: _refusal,
             Preflight: _preflight, ByServer: _by_server}[type(wanted)]
    try:
        return [*check(request, answer, wanted),
                *_allow(request, answer, wanted, revoke),
                *_vary(request, answer, wanted, page),
                *_described(request, answer, wanted)]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return [f"the answer cannot be read: {error!r} in {answer!r}"]


# ANSWERS

def _page(request, answer, wanted):
    yield from _common(request, answer, 200)
    if wanted.uncounted:
        yield from _only_where_due(answer, ("link",))
    else:
        yield from _only_where_due(answer, ("x-total-count", "link"))
        yield from _same(answer.header("x-total-count"), str(wanted.count),
                         "X-Total-Count")
    if request.method != "HEAD":
        yield from _document(answer, document(wanted))
    yield from _link(request, answer, wanted)


def _token(request, answer, wanted):
    yield from _common(request, answer, 200)
    yield from _only_where_due(answer, ())
    if request.method != "HEAD":
        yield from _document(answer, {"oauth_access_token": _item(
            wanted, wanted.row, wanted.details)})


def _document(answer, wanted):
    """The body, with the members in their order."""
    got = answer.json()
    yield from _same(got, wanted, "body")
    if got == wanted:
        yield from _same(json.dumps(got), json.dumps(wanted), "order in body")


def document(page):
    """The JSON document of a page."""
    return {
        "oauth_access_tokens": [
            _item(page, row, more) for row, more in zip(
                page.rows, page.details or [{}] * len(page.rows), strict=True)],
        "metadata": {"count": None if page.uncounted else page.count,
                     "next": page.next},
    }


def _item(wanted, row, details):
    expires, token = row
    return {"expires": expires,
            "token": mask(token) if wanted.masked else token,
            "user_id": wanted.user_id, **details}


# REVOKING

def _revoked(request, answer, wanted):
    yield from _no_content(request, answer, wanted.media_type)
    yield from _only_where_due(answer, ())


def _count(request, answer, wanted):
    yield from _common(request, answer, 200)
    yield from _only_where_due(answer, ())
    yield from _document(answer, {"metadata": {"count": wanted.number}})


# HEALTH

def _healthy(request, answer, _wanted):
    yield from _common(request, answer, 200)
    yield from _only_where_due(answer, ())
    if request.method != "HEAD":
        yield from _document(answer, {"status": "ok"})


# MASKING

def shown(token):
    """What is shown of a token that is masked."""
    return token[:min(8, len(token) // 4)] if len(token) >= 16 else ""


def mask(token):
    """A token, masked."""
    return None if token is None else shown(token) + "\u2026"


# HEADERS

def _common(request, answer, status, media_type=MEDIA_TYPE):
    yield from _same(answer.status, status, "status")
    yield from _headers(request, answer, media_type)
    length = answer.header("content-length")
    if request.method == "HEAD":
        yield from _same(answer.body, b"", "body of HEAD")
    else:
        yield from _same(length, str(len(answer.body)), "Content-Length")


def _no_content(request, answer, media_type):
    """A 204 (RFC 9110, section 8.6: without Content-Length)."""
    yield from _same((answer.status, answer.body), (204, b""), "answer")
    yield from _headers(request, answer, MEDIA_TYPE if media_type else None)
    yield from _same(answer.all("content-length"), [], "Content-Length")


def _headers(request, answer, media_type):
    yield from _request_id(request, answer)
    yield from _same(answer.all("content-type"),
                     [media_type] if media_type else [], "content-type")
    for name, value in ALWAYS.items():
        yield from _same(answer.all(name), [value], name)
    for name in NEVER:
        yield from _same(answer.all(name), [], name)
    for name in OF_THE_PAGE:
        if media_type != HTML_TYPE:
            yield from _same(answer.all(name), [], name)


def _vary(request, answer, wanted, page):
    """Vary: with all answers of the addresses of a list, so that no cache takes
    page and list for each other."""
    one = re.search(r"/(\d+|current|health)/?$",
                    urllib.parse.unquote(request.path))
    of_a_list = (not one and wanted not in (NOT_FOUND, UNREAD)
                 and "%00" not in request.path)
    if not isinstance(wanted, ByServer):
        yield from _same(varies(answer),
                         ["Accept"] if page and of_a_list else [], "Vary")


def varies(answer):
    """The names in Vary, but that of what a server compresses by."""
    return [name for value in answer.all("vary")
            for name in re.split(", *", value) if name != "Accept-Encoding"]


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
    page is not the whole list, as far as an answer without count can tell; a
    page of 0 rows links to pages of the default size; "last" is the largest
    multiple of the page's size below count."""
    found = links(answer)
    if "_after=" not in request.query and (
            not wanted.next and "_offset=" not in request.query
            if wanted.uncounted else len(wanted.rows) >= wanted.count):
        yield from _same(answer.all("link"), [], "Link")
        return
    asked = parameters(request.query)
    limit = int(asked.get("_limit", DEFAULT_LIMIT)) or DEFAULT_LIMIT
    limit = min(limit, MAX_LIMIT)
    offset = int(asked.get("_offset", 0))
    by_cursor = "_after" in asked or (
        wanted.uncounted and "_offset" not in asked)
    want = {"first": 0}
    if wanted.next:
        want["next"] = offset + len(wanted.rows)
    if offset > 0:
        want["prev"] = max(0, offset - limit)
    if not wanted.uncounted and not by_cursor:
        want["last"] = (wanted.count - 1) // limit * limit
    yield from _same(set(found), set(want), "relations of Link")
    for rel, target in found.items():
        got = parameters(target.partition("?")[2])
        if by_cursor:
            yield from _same(
                ("_offset" in got, "_after" in got),
                (False, rel == "next" and (
                    len(wanted.rows) > 0 or "_after" in asked)),
                f"_offset and _after of {rel}")
        elif rel != "prev" or offset <= wanted.count:
            yield from _same(int(got.get("_offset", 0)), want.get(rel),
                             f"offset of {rel}")
        yield from _same(got.get("_count"), "0" if wanted.uncounted else None,
                         f"_count of {rel}")
        yield from _same(int(got.get("_limit", DEFAULT_LIMIT)), limit,
                         f"limit of {rel}")
        for name in ("show_all", "_mask"):
            yield from _same(_flag(got, name), _flag(asked, name),
                             f"{name} of {rel}")
        yield from _same(got.get("_format"), _details(asked),
                         f"_format of {rel}")
        yield from _same(got.get("api_key"), asked.get("api_key") or None,
                         f"api_key of {rel}")
        if set(got) - set(PARAMETERS):
            yield f"{rel} has unknown parameters: {target!r}"
        if not target.startswith("?"):
            yield f"{rel} is not the query alone: {target!r}"
    for _, token in wanted.rows:
        if token and token in answer.header("link"):
            yield "a token stands in Link"


def _flag(params, name):
    return params.get(name, "0").lower() in ("1", "true")


def _details(params):
    """The one _format that changes the answer; None for any other."""
    value = params.get("_format")
    return value if value == "with_details" else None


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


def _allow(request, answer, wanted, revoke):
    """The methods of the address, where the answer names them.  (The list's
    other address and health have no DELETE.)"""
    without = urllib.parse.unquote(request.path).rstrip("/").endswith(
        ("/logs", "/health"))
    methods = METHODS | {"DELETE"} if revoke and not without else METHODS
    names = (("allow", "access-control-allow-methods")
             if isinstance(wanted, Preflight) else
             ("allow",) if answer.status == 405 else ())
    for name in names:
        if not isinstance(wanted, ByServer):
            yield from _same(_words(answer.header(name)), methods, name)


# OPTIONS AND HEAD

def _preflight(request, answer, wanted):
    yield from _no_content(request, answer, wanted.media_type)
    yield from _only_where_due(answer, ("allow",))
    yield from _same(
        _words(answer.header("access-control-allow-headers")),
        {"Authorization", "OAUTH-TOKEN", "X-API-KEY", "X-Request-Id",
         "Content-Type"},
        "Access-Control-Allow-Headers")
    yield from _same(answer.header("access-control-max-age"), "7200",
                     "Access-Control-Max-Age")


# THE PAGE

PAGE_MAX = 24_000  # bytes

# Content-Security-Policy: the sources of each directive, beside the hashes.
POLICY = {
    "default-src": ["'none'"], "script-src": [], "style-src": [],
    "connect-src": ["'self'"], "img-src": ["data:"], "base-uri": ["'none'"],
    "form-action": ["'none'"], "frame-ancestors": ["'none'"],
    "require-trusted-types-for": ["'script'"], "trusted-types": ["'none'"],
}


def _html(request, answer, _wanted):
    yield from _common(request, answer, 200, HTML_TYPE)
    yield from _only_where_due(answer, ())
    yield from _same(answer.all("referrer-policy"), ["no-referrer"],
                     "referrer-policy")
    if not 0 < int(answer.header("content-length")) <= PAGE_MAX:
        yield f"the page has {answer.header('content-length')} bytes"
    policy = _policy(answer.header("content-security-policy"))
    if request.method == "HEAD":
        return
    text = answer.body.decode()
    if not text.startswith("<!DOCTYPE html>\n"):
        yield f"the page begins with {text[:80]!r}"
    yield from _same(policy, {
        **POLICY, "script-src": _hashes(text, "script"),
        "style-src": _hashes(text, "style")}, "policy")
    yield from _same(
        [url for url in re.findall(r"""\b(?:src|href)=["']?([^\s"'>]*)""", text)
         if not url.startswith(("data:", "#"))], [], "what the page loads")


def _policy(value):
    """The directives of a Content-Security-Policy, and the sources of each."""
    words = [directive.split() for directive in value.split(";")]
    if len({name for name, *_ in words}) != len(words):
        raise ValueError(f"a directive twice in {value!r}")
    return {name: sources for name, *sources in words}


def _hashes(text, tag):
    """The sources that allow exactly what stands in these elements (CSP 3,
    section 8.3).  An element with an attribute could load something."""
    found = re.findall(f"<{tag}>(.*?)</{tag}>", text, re.S)
    if not found or len(found) != len(re.findall(f"<{tag}\\b", text)):
        raise ValueError(f"{len(found)} elements <{tag}> without attributes")
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in (
        hashlib.sha256(inside.encode()).digest() for inside in found)]


# What the sections share.

def _described(request, answer, wanted):
    """All that the program answers is described in cgi/openapi.json."""
    if not isinstance(wanted, ByServer):
        yield from openapi.complaints(request, answer)


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
