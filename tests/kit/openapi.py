"""The description of the program, cgi/openapi.json, as a judge of answers
(OpenAPI 3.1.0): what an answer has that is not described, and what it lacks."""

import functools
import json
import posixpath
import re
import urllib.parse

import jsonschema

from kit.run import NAME, ROOT

# Headers that a web server adds; Caddy's is CGI's Status, which it hands on.
# Content-Type is described as a key of content (section 4.8.17.1).
OF_SERVERS = {"connection", "content-type", "date", "keep-alive", "server",
              "status"}

# What answers a path, and a method, that is not described: see info.
NO_PATH = {"400": "InvalidParameter", "404": "NotFound",
           "431": "HeaderTooLarge"}
NO_METHOD = {"405": "MethodNotAllowed", "431": "HeaderTooLarge"}

# LIMITS of the manual: a longer path is no address.
PATH_MAX, SENT_PATH_MAX = 256, 768

# Of a longer list some rows are judged, as each costs time; contract.py of e2e/
# compares all of them with what is due.
ROWS = 9


@functools.cache
def document():
    """The description, as it is in the tree."""
    return json.loads((ROOT / "cgi/openapi.json").read_text())


def resolve(node, root):
    """The node with what its references name in their places.  (None of ours
    comes back to itself.)"""
    if isinstance(node, list):
        return [resolve(each, root) for each in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        found = root
        for name in node["$ref"].removeprefix("#/").split("/"):
            found = found[name.replace("~1", "/").replace("~0", "~")]
        return resolve(found, root)
    return {name: resolve(each, root) for name, each in node.items()}


def normal(path):
    """The path of a request as the program reads it (manual, ADDRESSES); None
    if it is none."""
    if re.match("https?://", path):
        path = "/" + path.split("/", 3)[3]
    if len(path) > SENT_PATH_MAX or re.search("%(?![0-9a-fA-F]{2})", path):
        return None
    raw = urllib.parse.unquote_to_bytes(path.encode("latin-1"))
    try:
        path = posixpath.normpath("/" + raw.decode().lstrip("/"))
    except UnicodeDecodeError:
        return None
    return path if len(path.encode()) <= PATH_MAX and "\0" not in path else None


class _Schema:
    """A schema, and what was right once: many answers have the same headers, or
    the same body."""

    def __init__(self, schema):
        self.type = schema.get("type")
        self.validator = jsonschema.Draft202012Validator(schema)
        self.right = set()

    def errors(self, sent, read, what):
        """What is wrong with the value that read() makes of what was sent."""
        key = hash(sent)
        if key in self.right:
            return []
        found = [f"{what}: {error.message}"
                 for error in self.validator.iter_errors(read(sent))]
        if not found:
            self.right.add(key)
        return found

    def of_header(self, text):
        """A header's value: a number where one is due, and it is one."""
        number = self.type == "integer" and re.fullmatch("[0-9]+", text)
        return int(text) if number else text


class Response:
    """A response object, and what is wrong with an answer of its status."""

    def __init__(self, response):
        self.headers = {
            name.lower(): (header["required"], _Schema(header["schema"]))
            for name, header in response["headers"].items()}
        self.content = {media_type: _Schema(content["schema"])
                        for media_type, content
                        in response.get("content", {}).items()}

    def complaints(self, request, answer):
        yield from self._headers(answer)
        if not self.content:
            if answer.body:
                yield f"a body that is not described: {answer.body[:80]!r}"
            return
        media_type = (answer.header("content-type") or "").partition(";")[0]
        if media_type not in self.content:
            yield f"the media type {media_type!r} is not described"
        elif request.method != "HEAD":
            yield from self.content[media_type].errors(
                answer.body, lambda _: _body(media_type, answer), "body")

    def _headers(self, answer):
        for name in {name for name, value in answer.headers
                     if name != "vary" or _vary(value)
                     } - set(self.headers) - OF_SERVERS:
            yield f"the header {name} is not described"
        for name, (required, schema) in self.headers.items():
            values = answer.all(name)
            if name == "vary":
                values = [_vary(value) for value in values if _vary(value)]
            if required and not values:
                yield f"the header {name} is missing"
            for value in values:
                yield from schema.errors(value, schema.of_header, name)


def _vary(value):
    """Vary without what a server compresses by."""
    return ", ".join(name for name in re.split(", *", value)
                     if name != "Accept-Encoding")


def _body(media_type, answer):
    """The body as a value, with the first and last rows of a list, and some
    between."""
    if media_type != "application/json":
        return answer.body.decode()
    body = answer.json()
    rows = body.get("oauth_access_tokens") if isinstance(body, dict) else None
    if not isinstance(rows, list) or len(rows) <= ROWS:
        return body
    third = ROWS // 3
    step = len(rows) // third
    return {**body, "oauth_access_tokens": [
        *rows[:third], *rows[third:-third:step][:third], *rows[-third:]]}


class Description:
    """A description, ready to judge."""

    def __init__(self, described):
        self.document = resolve(described, described)
        responses = {
            name: Response(each) for name, each in
            self.document["components"]["responses"].items()}
        self.no_path, self.no_method = (
            {status: responses[name] for status, name in each.items()}
            for each in (NO_PATH, NO_METHOD))
        # Those without a variable first (section 4.8.8.2).
        self.paths = [
            (re.compile("(?s:.*)" + re.sub(r"\\{\w+\\}", "[0-9]{1,19}",
                                           re.escape(path))),
             {method.upper(): self._responses(operation)
              for method, operation in item.items()
              if method in ("get", "head", "options", "delete")})
            for path, item in sorted(self.document["paths"].items(),
                                     key=lambda each: "{" in each[0])]

    @staticmethod
    def _responses(operation):
        return {status: Response(each)
                for status, each in operation["responses"].items()}

    def responses(self, request):
        """The responses to a request, by status."""
        path = normal(request.path)
        # The program's own name may stand for the list (manual, ADDRESSES).
        path = path and re.sub(rf"(/{NAME})\.f?cgi(?=/|$)", r"\1", path)
        for expression, methods in self.paths:
            if path and expression.fullmatch(path):
                return methods.get(request.method, self.no_method)
        return self.no_path

    def complaints(self, request, answer):
        """What is wrong with the answer to the request, by the description."""
        response = self.responses(request).get(str(answer.status))
        if response is None:
            return [f"OpenAPI: status {answer.status} is not described"]
        return [f"OpenAPI: {text}"
                for text in response.complaints(request, answer)]


@functools.cache
def _ours():
    return Description(document())


def complaints(request, answer):
    """What is wrong with an answer of the program, by cgi/openapi.json."""
    return _ours().complaints(request, answer)
