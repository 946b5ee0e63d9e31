"""The page, as a suite sees it: its controls by the names that people read, and
what must hold in each of its states."""

import re

from kit.browser import TAB
from kit.example import API_KEY
from kit.tap import equal, ok

import people

BASE = "/api/oauth_access_tokens"
LOGS = "/api/pipelines/oauth_access_tokens/logs"

# An address of the same server where the page is not.
ELSEWHERE = "/made/up"

TOKEN, KEY = "Access token", "API key"
SEARCH = "Search, or paste a token or fingerprint"

# How each state is looked at: the name, and what browser.emulate() takes.
LOOKS = (
    ("light, wide", dict(width=1100)),
    ("light, narrow", dict(width=320)),
    ("dark, wide", dict(width=1100, dark=True)),
    ("dark, narrow", dict(width=320, dark=True)),
)


class Page:
    """The page of one server, in a browser.

    name   what the cases call the server
    looks  those of LOOKS that its states are looked at in
    """

    def __init__(self, browser, server, name, looks):
        self.browser, self.server = browser, server
        self.name, self.looks = name, looks
        self.origin = f"http://127.0.0.1:{server.port}"

    # Going there

    def open(self, target=BASE, origin=None):
        """Go to the page as somebody who never was there."""
        self.address = (origin or self.origin) + target
        self.browser.open_anew(self.address)

    def forget(self):
        """Leave out of the next check what has been said and asked."""
        self.browser.console()
        self.browser.exchanges()

    def sign_in(self, person, target=BASE, origin=None):
        """Open the page, and sign in; back when the list is there."""
        self.open(target, origin)
        self.enter(person.credential)
        self.wait_for_list()

    def enter(self, token, key=None):
        """Fill in the form that is there, and send it."""
        self.browser.paste(TOKEN, token)
        if key:
            self.browser.paste(KEY, key)
        self.browser.click("Sign in")

    def wait_for_list(self, shown=None):
        """Wait until the list is there, with "N of M loaded"."""
        self.browser.wait(
            lambda: self.shown() and shown in (None, self.shown()),
            f"the list, {shown or 'any'}")

    # What is there

    def shown(self):
        """("40", "100") of "40 of 100 loaded"; None while it loads."""
        found = re.search(r"\b(\d+) of (\d+) loaded",
                          " ".join(self.browser.texts("#shown")))
        return found and found.groups()

    def rows(self):
        """The rows that are seen: (id, the text in <code>)."""
        return [tuple(row) for row in self.browser.js("""
            return [...document.querySelectorAll("tbody tr[data-id]")]
                .filter(row => row.getClientRects().length)
                .map(row => [+row.dataset.id,
                    row.querySelector("code").textContent]);
        """)]

    def row(self, token):
        """The element of the row that stands for a token."""
        [id] = [id for id, _ in self.rows() if id == self.id_of(token)]
        return self.browser.all(f'tr[data-id="{id}"]')[0]

    def id_of(self, token):
        """The id of a token in the database."""
        return self.server.database.ids[token]

    def code(self, token):
        """The text in <code> of a token's row."""
        return dict(self.rows())[self.id_of(token)]

    def reveal(self, token):
        """Let a token be shown, and wait until it is."""
        self.browser.click("Reveal", self.row(token))
        self.browser.wait(lambda: self.code(token) == token, "the full token")

    def status(self):
        """What the search says."""
        return " ".join(self.browser.texts("[role=status]"))

    def tab_to(self, wanted, seen, most):
        """Press the tab key, most times at the most, until what is wanted has
        the focus; has it?  seen gets True for each stop where the focus is
        seen, else the name of what has it."""
        for _ in range(most):
            if wanted(self.browser.focused()):
                return True
            self.browser.keys(TAB)
            seen.append(self.browser.focus_is_seen()
                        or self.browser.focused().tag_name)
        return False

    def alerts(self):
        """The texts of the errors that are seen."""
        return [text for text in self.browser.texts("[role=alert]") if text]

    def wait_for_alert(self, text):
        self.browser.wait(lambda: any(text in a for a in self.alerts()),
                          f"an alert {text!r}")

    # What must hold

    def ok(self, condition, what, detail=""):
        ok(condition, f"{self.name}: {what}", detail)

    def equal(self, got, wanted, what):
        equal(got, wanted, f"{self.name}: {what}")

    def check(self, state, refused=(), revealed=(), typed=(), looks=LOOKS):
        """The cases of a state.

        refused   what the console may say of answers: a status, or a network
                  error's name
        revealed  tokens that the document may show in full
        typed     tokens that fields may hold, as somebody has typed them
        looks     in which of LOOKS at most
        """
        self.quiet(state, refused)
        self.equal(self.browser.url, self.address,
                   f"{state}: the address is what it was")
        self.equal(people.secrets_in(self.browser.markup(), revealed), [],
                   f"{state}: no full token stands in the document")
        self.equal(people.secrets_in(self.browser.values(), typed), [],
                   f"{state}: no field holds a token")
        for look, emulated in looks:
            if (look, emulated) in self.looks:
                self.browser.emulate(**emulated)
                self.seen(f"{state}, {look}")
        self.browser.emulate(width=1100)

    def seen(self, look):
        """The two cases of what is seen now."""
        found = self.browser.axe()
        self.ok(not found, f"{look}: axe-core is content", "\n".join(found))
        self.laid_out(look)

    def laid_out(self, look):
        """The case of how it is laid out, and a picture."""
        self.browser.screenshot(f"{self.name} {look}")
        found = self.browser.layout()
        self.ok(not found, f"{look}: it is laid out well", "\n".join(found))

    def quiet(self, state, refused=()):
        """The page says nothing on the console, asks nobody but its own
        server, and tells neither a secret in an address nor its own."""
        allowed = re.compile("|".join(
            rf"Failed to load resource: .*\b{name}\b" for name in refused)
            or "$^")
        self.equal([m for m in self.browser.console()
                    if not allowed.search(m[1])], [],
                   f"{state}: nothing is said on the console")
        asked = [e["request"] for e in self.browser.exchanges().values()
                 if not e["request"]["url"].startswith("data:")
                 and not e["documentURL"].endswith(ELSEWHERE)]
        origin = self.address[:self.address.index("/", 8)] + "/"
        self.equal([r["url"] for r in asked
                    if not r["url"].startswith(origin)
                    or people.secrets_in(r["url"]) or API_KEY in r["url"]
                    or r["headers"].get("Referer")], [],
                   f"{state}: it asks its own server alone, and tells no"
                   " address and no secret in one")
