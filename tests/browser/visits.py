"""Stories of coming and going: who is let in, what keeps people out, and what
they leave.  Each is a function of the page."""

from kit import client
from kit.example import API_KEY

from page import BASE, ELSEWHERE, KEY, LOGS, LOOKS, TOKEN
from people import (
    EMPTY, EXPIRED, LAST_MOMENT, LEAVING, SINGLE, SORTS, SORTS_ACTIVE, STRANGER,
    THREE_DAYS, WRONG, WRONG_KEY, masked)


def sign_in_form(page):
    """The form, and what it says when it cannot let somebody in."""
    page.open()
    browser = page.browser
    page.equal(len(browser.by_role("heading", "Access tokens")), 1,
               "the page has its heading")
    page.equal(browser.js(
        "return arguments[0].type", browser.by_label(TOKEN)), "password",
        "the token is typed unseen")
    page.equal(browser.js("return arguments[0].value", browser.by_label(KEY)),
               API_KEY, "Mage's own API key is filled in")
    page.equal(len(browser.by_role("button", "Sign in")), 1,
               "the form has a button to sign in")
    page.check("form")
    for what, token, key, status, message in (
            ("a wrong token", WRONG, None, 401, "Invalid OAuth token."),
            ("an expired token", EXPIRED, None, 401, "Expired OAuth token."),
            ("another's key", SINGLE.credential, WRONG_KEY, 401,
             "Invalid API key."),
            ("not a viewer", STRANGER.credential, API_KEY, 403,
             "Unauthorized access.")):
        page.enter(token, key)
        page.wait_for_alert(message)
        page.equal(page.rows(), [], f"{what}: no list")
        page.equal(browser.storage(), [{}, {}, ""], f"{what}: nothing is kept")
        if token == WRONG:
            page.check(what, refused=[401])
        else:
            page.quiet(what, refused=[status])


def key_of_the_address(page):
    """The API key of the page's own address wins."""
    page.open(f"{BASE}?api_key={WRONG_KEY}")
    page.equal(page.browser.values()[1], WRONG_KEY,
               "the API key of the address is filled in")
    page.browser.exchanges()


def addresses(page):
    """The page works wherever the list is: each shape of the address."""
    for target in (LOGS, f"/below/a/path{BASE}", f"{BASE}/",
                   f"{BASE}?_limit=20&_offset=0&show_all=1"):
        page.sign_in(SINGLE, target)
        page.equal(page.rows(), [(page.id_of(SINGLE.credential),
                                  masked(SINGLE.credential))],
                   f"the page works at {target}")
        page.quiet(target)


def sign_out(page):
    """Nothing of the person is left."""
    page.sign_in(SORTS)
    browser = page.browser
    browser.driver.refresh()
    page.wait_for_list()
    page.equal(len(page.rows()), SORTS_ACTIVE,
               "a reload stays signed in")
    page.reveal(THREE_DAYS)
    browser.click("Sign out")
    browser.wait(lambda: browser.buttons("Sign in"), "the form")
    page.equal(browser.storage(), [{}, {}, ""],
               "signed out: nothing is kept")
    page.check("signed out")
    markup = browser.markup()
    page.equal([m for m in map(masked, SORTS.credentials) if len(m) > 1 and
                m in markup], [],
               "signed out: no masked token is left in the document either")
    browser.open(page.origin + ELSEWHERE)
    browser.driver.back()
    browser.wait(lambda: browser.buttons("Sign in"), "the form")
    page.equal((page.rows(), browser.storage()[0]), ([], {}),
               "signed out: the back button shows nothing")
    browser.driver.refresh()
    page.equal((page.rows(), len(browser.buttons("Sign in"))), ([], 1),
               "signed out: a reload asks to sign in")
    page.quiet("signed out and reloaded", refused=[404])


def token_gone(page):
    """The token is deleted while the person is signed in."""
    def delete(token):
        page.server.database.sql(
            f"DELETE FROM oauth2_access_token WHERE token = '{token}'")

    page.sign_in(LEAVING)
    other = LEAVING.tokens[1].token
    delete(other)
    page.browser.click("Reveal", page.row(other))
    page.wait_for_alert("Record not found.")
    page.check("other gone", refused=[404], looks=LOOKS[1:2])
    delete(LEAVING.credential)
    page.browser.label("All").click()
    page.wait_for_alert("Invalid OAuth token.")
    page.equal((page.browser.storage()[0], page.rows(),
                len(page.browser.buttons("Sign in"))), ({}, [], 1),
               "token gone: the session is forgotten")
    page.check("token gone", refused=[401], looks=LOOKS[:2])


def away(page):
    """The database is away, and comes back."""
    browser, database = page.browser, page.server.database
    page.sign_in(SORTS)
    with database.cluster.away():
        browser.click("Reveal", page.row(THREE_DAYS))
        browser.wait(page.alerts, "an alert")
        page.equal(page.code(THREE_DAYS), masked(THREE_DAYS),
                   "away: nothing is revealed")
        browser.label("All").click()
        browser.wait(lambda: browser.buttons("Try again"), "the button")
        wanted = page.server.ask(client.Request(BASE, headers=(
            ("X-API-KEY", API_KEY), ("OAUTH-TOKEN", SORTS.credential))))
        page.ok(wanted.json()["error"]["message"] in " ".join(page.alerts()),
                "away: an alert has the API's message", page.alerts())
        page.check("away", refused=[503])
        with browser.another_tab():
            browser.open(page.address)
            page.enter(SORTS.credential)
            browser.wait(page.alerts, "an alert")
            page.equal(browser.storage()[0], {}, "away: nobody is signed in")
    browser.click("Try again")
    page.wait_for_list((str(len(SORTS.tokens)),) * 2)
    page.equal(page.alerts(), [], "away: \"Try again\" works when it is back")
    page.forget()


def empty(page):
    """No active token: in the last moment of the only one."""
    page.server.database.believe_in(LAST_MOMENT)
    page.open()
    page.enter(EMPTY.credential)
    page.browser.wait(lambda: "No active tokens" in page.browser.text(),
                      "\"No active tokens\"")
    page.equal(page.rows(), [], "empty: no row")
    page.check("empty")
    page.browser.label("All").click()
    page.wait_for_list(("1", "1"))
    page.server.database.believe_the_clock()


def server_gone(page):
    """The program has ended, and then the web server too."""
    page.sign_in(SORTS)
    for path in page.server.left_files():
        path.unlink()
    page.browser.label("All").click()
    page.browser.wait(lambda: page.browser.buttons("Try again"), "the button")
    page.ok("was not as expected (503)" in " ".join(page.alerts()),
            "program gone: an alert says so", page.alerts())
    page.quiet("program gone", refused=[503])
    page.server.stop()
    page.browser.label("Active").click()
    page.wait_for_alert("could not be reached")
    page.check("server gone", refused=["ERR_CONNECTION_REFUSED"])
