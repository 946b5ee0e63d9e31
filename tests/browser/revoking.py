"""Stories of revoking: what is asked before, what is gone behind it, and what
is said when it fails.  Each is a function of the page."""

import contextlib
import os
import signal

from kit import client
from kit.browser import ENTER, ESCAPE, TAB
from kit.example import API_KEY

from page import BASE, LOOKS
from people import LOST, MANY, OF_GITHUB, OLD, OTHER, REVOKER, masked

ACTIVE = 5
OTHERS, EVERYWHERE = "Revoke all others", "Sign out everywhere"


def start(page):
    """Sign in as the person who revokes, whose tokens are all there."""
    page.server.database.renew(REVOKER)
    page.sign_in(REVOKER)


def ask(page, text, token=None):
    """Click the button that asks, above the list or in a token's row."""
    page.browser.click(text, token and page.row(token))
    return wait_for_question(page)


def wait_for_question(page):
    """The text of the question, once it is there."""
    page.browser.wait(lambda: page.browser.all("dialog"), "a question")
    return page.browser.text(page.browser.all("dialog")[0])


def answer(page, text):
    """Click a button of the question, and wait until that is gone."""
    page.browser.click(text, page.browser.all("dialog")[0])
    wait_for_end(page)


def wait_for_end(page):
    page.browser.wait(lambda: not page.browser.all("dialog"),
                      "the end of the question")


def deletes(page):
    """The addresses that DELETE was sent to, as far as they are ours."""
    return [e["request"]["url"].removeprefix(page.address)
            for e in page.browser.exchanges().values()
            if e["request"]["method"] == "DELETE"]


def status(page, token):
    """What the API answers to a token."""
    return page.server.ask(client.Request(BASE, headers=(
        ("X-API-KEY", API_KEY), ("OAUTH-TOKEN", token)))).status


def switched_off(page):
    """OAUTH_TOKENS_REVOKE=0: nothing to revoke with."""
    start(page)
    page.equal([button.text for button in page.browser.all("button")
                if "evoke" in button.text or "everywhere" in button.text], [],
               "switched off: no button revokes")
    page.quiet("switched off")


def buttons(page):
    """Each active token has a button, and the current one's has its name."""
    start(page)
    browser = page.browser
    page.equal([len(browser.buttons("Revoke", page.row(row.token)))
                for row in REVOKER.tokens[1:5]], [1] * 4,
               "each other active row has \"Revoke\"")
    page.equal([len(browser.buttons(text, page.row(REVOKER.credential)))
                for text in ("Revoke", EVERYWHERE)], [0, 1],
               f"the row of this token has \"{EVERYWHERE}\" instead")
    page.equal(len(browser.by_role(
        "button", f"Revoke token {masked(LOST)} of frontend")), 1,
        "the button says to assistive technology what it revokes")
    page.equal(len(browser.buttons(OTHERS + "\u2026")), 1,
               "one button is for all others")
    page.check("with buttons")
    browser.label("All").click()
    page.wait_for_list((str(ACTIVE + 1),) * 2)
    page.equal(browser.buttons("Revoke", page.row(OLD)), [],
               "an expired token has no button")


def cancelled(page):
    """By the button and by the escape key: nothing is sent."""
    start(page)
    browser = page.browser
    for text, token, name in (
            ("Revoke", LOST, "one"), (EVERYWHERE, REVOKER.credential, "this"),
            (OTHERS + "\u2026", None, "all others")):
        for way in "button", "escape":
            asked = ask(page, text, token)
            page.equal(browser.focused().text, "Cancel",
                       f"{name}, {way}: the focus is on Cancel")
            if token == LOST:
                page.ok(masked(LOST) in asked and "frontend" in asked,
                        f"{name}, {way}: the question names the token", asked)
            if way == "button":
                page.check(f"question, {name}")
                answer(page, "Cancel")
            else:
                browser.keys(ESCAPE)
                wait_for_end(page)
            page.equal(browser.focused().text, text,
                       f"{name}, {way}: the focus is back on its button")
    page.equal(deletes(page), [], "cancelled: nothing is sent")
    page.equal((len(page.rows()), len(page.server.database.live(REVOKER))),
               (ACTIVE, ACTIVE), "cancelled: all are there")


def one(page):
    """One is revoked: it is gone, here and for whoever has it."""
    start(page)
    browser = page.browser
    ask(page, "Revoke", LOST)
    answer(page, "Revoke")
    page.wait_for_list((str(ACTIVE - 1),) * 2)
    browser.wait(lambda: browser.js(
        "return document.querySelector('#said').textContent") == "Revoked",
        "\"Revoked\", for assistive technology")
    page.equal([id for id, _ in page.rows() if id == page.id_of(LOST)], [],
               "one: its row is gone")
    page.equal(browser.focused().tag_name, "h1",
               "one: the focus has not gone with the row")
    page.equal((status(page, LOST), status(page, REVOKER.credential)),
               (401, 200), "one: it is good for nothing, this one is")
    page.equal(page.server.database.live(REVOKER),
               set(REVOKER.credentials) - {LOST, OLD}, "one: no other is gone")
    browser.label("All").click()
    page.wait_for_list((str(ACTIVE + 1),) * 2)
    expires = browser.text(page.row(LOST))
    page.ok("ago" in expires.partition("expired")[2] and not browser.buttons(
        "Revoke", page.row(LOST)), "one: it is among all, expired", expires)
    page.check("one revoked", looks=LOOKS[:2])


def keyboard(page):
    """All of it by the keyboard alone."""
    start(page)
    browser, seen = page.browser, []
    name = f"Revoke token {masked(OTHER)} of frontend"
    for last in (ENTER,), (TAB, ENTER):
        reached = page.tab_to(
            lambda at: at.get_attribute("aria-label") == name, seen, 60)
        page.ok(reached,
                "keyboard: the button of a row is reached")
        browser.keys(ENTER)
        wait_for_question(page)
        page.ok(browser.focus_is_seen(), "keyboard: Cancel has the focus, and"
                " that is seen")
        browser.keys(*last)
        wait_for_end(page)
        if last == (ENTER,):
            page.equal(len(page.server.database.live(REVOKER)), ACTIVE,
                       "keyboard: return at once revokes nothing")
    page.wait_for_list((str(ACTIVE - 1),) * 2)
    page.equal(status(page, OTHER), 401, "keyboard: it is revoked")
    page.equal([each for each in seen if each is not True], [],
               "keyboard: the focus is seen at every step of revoking")
    page.quiet("keyboard, revoking")


def among_many(page):
    """One of a long list is revoked on the page, and then ten elsewhere, whose
    rows stay: neither hides those of the next page."""
    page.server.database.renew(MANY)
    page.sign_in(MANY)
    page.browser.click("Show more")
    page.wait_for_list(("80", "100"))
    left = [row.token for row in MANY.tokens]
    ask(page, "Revoke", left[50])
    answer(page, "Revoke")
    page.wait_for_list(("40", "99"))
    del left[50]
    page.server.database.sql(
        "UPDATE oauth2_access_token SET expires = now() WHERE id IN"
        f" ({', '.join(str(page.id_of(token)) for token in left[5:15])})")
    for shown, count in (80, 89), (99, 99):
        page.browser.click("Show more")
        page.wait_for_list((str(shown), str(count)))
        page.equal([id for id, _ in page.rows()],
                   [page.id_of(token) for token in left[:shown]],
                   f"among many: the first {shown} are there, none twice")
    page.check("among many", looks=LOOKS[::3])
    page.server.database.renew(MANY)


def provider(page):
    """A provider's token is only forgotten by Mage, which is said before."""
    start(page)
    page.ok("provider" in page.browser.text(page.row(OF_GITHUB)),
            "provider: its row says whose token it is")
    asked = ask(page, "Revoke", OF_GITHUB)
    page.ok("GitHub" in asked and "Mage forgets it" in asked
            and "at the provider" in asked,
            "provider: the question says what is left to do", asked)
    page.check("question, provider", looks=LOOKS[:2])
    answer(page, "Revoke")
    page.wait_for_list((str(ACTIVE - 1),) * 2)
    page.ok(OF_GITHUB not in page.server.database.live(REVOKER),
            "provider: Mage has forgotten it")
    asked = ask(page, "Revoke", LOST)
    page.ok("provider" not in asked, "provider: nothing of that for one of"
            " Mage's own", asked)
    answer(page, "Cancel")
    page.ok("providers" in ask(page, OTHERS + "\u2026"),
            "provider: the question about all others says it too")
    answer(page, "Cancel")
    page.quiet("provider")


@contextlib.contextmanager
def by_sql(page, there, back):
    page.server.database.sql(there)
    try:
        yield
    finally:
        page.server.database.sql(back)


def refused(page):
    """What the server says stands in the row, and the row stays."""
    browser, database = page.browser, page.server.database
    id, user = page.id_of(LOST), REVOKER.id
    for name, fault, number, message in (
            ("not there", lambda: by_sql(
                page, "UPDATE oauth2_access_token SET user_id = NULL"
                f" WHERE id = {id}", "UPDATE oauth2_access_token SET user_id ="
                f" {user} WHERE id = {id}"), 404, "Record not found."),
            ("not a viewer", lambda: by_sql(
                page, f'UPDATE "user" SET owner = false WHERE id = {user}',
                f'UPDATE "user" SET owner = true WHERE id = {user}'), 403,
             "Unauthorized access."),
            ("no function", lambda: by_sql(
                page, "ALTER FUNCTION oauth_access_tokens_revoke"
                " RENAME TO made_up", "ALTER FUNCTION made_up"
                " RENAME TO oauth_access_tokens_revoke"), 500,
             "Internal error."),
            ("away", database.cluster.away, 503,
             "The database is not available.")):
        start(page)
        with fault():
            ask(page, "Revoke", LOST)
            answer(page, "Revoke")
            page.wait_for_alert(message)
            page.ok(message in browser.text(page.row(LOST)),
                    f"{name}: the row says \"{message}\"")
            page.equal(len(page.rows()), ACTIVE, f"{name}: all rows are there")
            if number == 503:
                page.check(f"refused, {name}", refused=[number])
                ask(page, OTHERS + "\u2026")
                answer(page, OTHERS)
                # The row says the same, from before.
                browser.wait(lambda: browser.texts("#problem"), "a problem")
                page.equal(browser.texts("#problem"), [message],
                           f"{name}: above the list, for all others")
            page.quiet(f"refused, {name}", refused=[number])
    start(page)
    ask(page, "Revoke", LOST)
    database.sql("UPDATE oauth2_access_token SET expires = now()"
                 f" WHERE token = '{REVOKER.credential}'")
    answer(page, "Revoke")
    page.wait_for_alert("Expired OAuth token.")
    page.equal((browser.storage()[0], len(browser.buttons("Sign in"))), ({}, 1),
               "revoked elsewhere: signed out")
    page.quiet("revoked elsewhere", refused=[401])


@contextlib.contextmanager
def asleep(pids):
    """The processes answer nothing meanwhile."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def signed_out_at_a_question(page):
    """The question goes when the sign-in does, and nothing of it stays."""
    start(page)
    browser = page.browser
    page.server.database.sql("UPDATE oauth2_access_token SET expires = now()"
                             f" WHERE token = '{REVOKER.credential}'")
    with asleep(page.server.program_pids()):
        browser.click("Reveal", page.row(LOST))
        page.ok(masked(LOST) in ask(page, "Revoke", LOST),
                "signed out at a question: it is there, with a token")
    wait_for_end(page)
    page.wait_for_alert("Expired OAuth token.")
    page.equal(masked(LOST) in browser.markup(), False,
               "signed out at a question: the token is not in the document")
    page.check("signed out at a question", refused=[401], looks=LOOKS[:1])


def others(page):
    """All but the current one."""
    start(page)
    ask(page, OTHERS + "\u2026")
    answer(page, OTHERS)
    page.wait_for_list(("1", "1"))
    page.equal([id for id, _ in page.rows()], [page.id_of(REVOKER.credential)],
               "all others: this one is left")
    page.equal(page.server.database.live(REVOKER), {REVOKER.credential},
               "all others: they are gone")
    page.equal(page.browser.buttons(OTHERS + "\u2026"), [],
               "all others: there is nothing more to revoke")
    page.check("all others revoked", looks=LOOKS[::3])


def everywhere(page):
    """The current one: signed out, here and in another tab."""
    start(page)
    browser = page.browser
    with browser.another_tab():
        browser.open(page.address)
        page.enter(REVOKER.credential)
        page.wait_for_list()
        ask(page, EVERYWHERE, REVOKER.credential)
        answer(page, EVERYWHERE)
        browser.wait(lambda: browser.buttons("Sign in"), "the form")
        page.equal(browser.storage(), [{}, {}, ""],
                   "everywhere: nothing is kept")
        page.equal(page.alerts(), [], "everywhere: it is no error")
        page.equal(browser.texts("#said"), ["Signed out."],
                   "everywhere: it says so")
        page.check("signed out everywhere", looks=LOOKS[:2])
    page.equal(status(page, REVOKER.credential), 401,
               "everywhere: the token is good for nothing")
    page.equal(len(page.server.database.live(REVOKER)), ACTIVE - 1,
               "everywhere: no other is gone")
    browser.label("All").click()
    browser.wait(lambda: browser.buttons("Sign in"), "the form")
    page.equal(browser.storage()[0], {}, "everywhere: another tab, too")
    page.quiet("everywhere", refused=[401])
