"""Stories of reading: the list, one token, and the search.  Each is a function
of the page."""

import re

from kit.browser import CLIPBOARD
from kit.example import API_KEY

from page import BASE, LOOKS, SEARCH
from people import (
    BAD_NAME, BAD_TOKEN, EXPIRED, FAR, FOR_EVER, MANY, MOMENT_TOKEN, SHORT,
    SINGLE, SORTS, SORTS_ACTIVE, THREE_DAYS, WRONG, fingerprint, masked)


def list_of_sorts(page):
    """Applications, moments and lives of all sorts."""
    page.sign_in(SORTS)
    browser = page.browser
    page.ok("user 11" in browser.text(), "the page says who signed in")
    page.equal(browser.storage()[1:], [{}, ""],
               "nothing is kept but in sessionStorage")
    page.equal(browser.storage()[0], {
        "oauth_token": SORTS.credential, "api_key": API_KEY},
        "sessionStorage has the token and the key")
    wanted = [SORTS.tokens[n].token for n in (5, 6, 4, 0, 2, 1, 3)]
    page.equal(page.rows(), [(page.id_of(t), masked(t)) for t in wanted],
               "the list is masked, the newest expiry first")
    page.equal([t for t in wanted if "this one" in browser.text(page.row(t))],
               [SORTS.credential], "one row is \"this one\"")
    details(page)
    summary(page)
    page.check("list")
    browser.emulate(forced_colors=True)
    page.seen("list, forced colours")
    browser.emulate(width=1100)


def details(page):
    """What a row says, and how a name that is HTML shows as text."""
    browser = page.browser
    for token, application in (
            (SORTS.credential, "frontend"), (THREE_DAYS, "GitHub"),
            (BAD_TOKEN, BAD_NAME), (SHORT, "made_up_nameless")):
        page.ok(application in browser.text(page.row(token)),
                f"the row of {application} names it",
                browser.text(page.row(token)))
    page.ok(browser.driver.title != "broken" and not browser.all("img"),
            "HTML in a name and in a token does nothing")
    for token, text in ((SORTS.credential, "29 days|30 days|4 weeks"),
                        (SORTS.credential, "10 days"),
                        (THREE_DAYS, "2 days|3 days"), (SHORT, "hour"),
                        (FOR_EVER, "never"), (FAR, "294276")):
        page.ok(re.search(text, browser.text(page.row(token))),
                f"the row says {text}", browser.text(page.row(token)))


def summary(page):
    """What is seen before the list."""
    browser = page.browser
    said = " ".join(browser.texts("#summary"))
    page.ok("7 active" in said and "3 expire this week" in said,
            "the summary counts what is active and what expires this week",
            said)
    name = browser.all("svg#timeline")[0].accessible_name
    page.ok("7 tokens" in name and "3 expire this week" in name,
            "the timeline says the same in words", name)


def time_zones(page):
    """The exact moment, in the time zone of the person."""
    for zone, clock in (("Asia/Kathmandu", "0?5:45|17:45"),
                        ("America/St_Johns", "0?9:30")):
        page.browser.emulate(width=1100, zone=zone)
        page.sign_in(SORTS)
        title = page.browser.js("""
            return [...arguments[0].querySelectorAll("time")].at(-1).title;
        """, page.row(MOMENT_TOKEN))
        page.ok(re.search(rf"2099.*\b({clock})\b", title),
                f"the exact moment is on hover, in {zone}", title)
        seen = page.browser.text(page.row(MOMENT_TOKEN))
        page.ok(re.search(rf"\b({clock})\b", seen),
                f"assistive technology reads it, in {zone}", seen)
    page.browser.emulate(width=1100)


def all_tokens(page):
    """Active, and all."""
    page.sign_in(SORTS)
    browser = page.browser
    browser.label("All").click()
    page.wait_for_list((str(len(SORTS.tokens)),) * 2)
    page.equal([row for row in page.rows() if row[1] == masked(EXPIRED)],
               [(page.id_of(EXPIRED), masked(EXPIRED))],
               "all: the expired token is there")
    page.equal(["expired" in browser.text(page.row(t))
                for t in (EXPIRED, SORTS.credential)], [True, False],
               "all: expired ones say so")
    page.check("all")
    browser.label("Active").click()
    page.wait_for_list((str(SORTS_ACTIVE),) * 2)
    page.equal(len(page.rows()), SORTS_ACTIVE,
               "active: expired ones are gone again")


def more(page):
    """A hundred tokens, some at a time."""
    page.sign_in(MANY)
    wanted = [(page.id_of(t.token), masked(t.token)) for t in MANY.tokens]
    for n, shown in enumerate((40, 80, 100)):
        page.wait_for_list((str(shown), "100"))
        page.equal(page.rows(), wanted[:shown],
                   f"more: the first {shown} of 100, none twice")
        if n == 0:
            page.check("more", looks=LOOKS[1:2])
            page.browser.emulate(width=1100)
        if shown < 100:
            page.browser.click("Show more")
    page.equal(page.browser.buttons("Show more"), [],
               "more: nothing more is offered at the end")
    page.check("all hundred", looks=LOOKS[::3])


def come_and_go(page):
    """Tokens that come and go between two pages neither repeat nor hide
    others."""
    page.sign_in(MANY)
    wanted = [(page.id_of(t.token), masked(t.token)) for t in MANY.tokens]
    some = ", ".join(str(id) for id, _ in wanted[5:15])
    for name, owner, shown, count in (("have gone", "NULL", 80, 90),
                                      ("have come", MANY.id, 100, 100)):
        page.server.database.sql("UPDATE oauth2_access_token"
                                 f" SET user_id = {owner} WHERE id IN ({some})")
        page.browser.click("Show more")
        page.wait_for_list((str(shown), str(count)))
        page.equal(page.rows(), wanted[:shown], f"come and go: ten before the"
                   f" next page {name}, {shown} are there in order")


def count_lost(page):
    """The last page comes, and the count beside it does not: nothing of both is
    shown, and "Try again" brings both."""
    page.sign_in(MANY)
    wanted = [(page.id_of(t.token), masked(t.token)) for t in MANY.tokens]
    page.browser.click("Show more")
    page.wait_for_list(("80", "100"))
    page.browser.js("""
        window.whole = fetch;
        fetch = (url, ...more) => url.includes("_limit=0") ?
            Promise.reject() : whole(url, ...more);
    """)
    page.browser.click("Show more")
    page.wait_for_alert("could not be reached")
    page.equal((page.rows(), page.shown()), (wanted[:80], ("80", "100")),
               "count lost: the list is what it was")
    page.browser.js("fetch = whole")
    page.browser.click("Try again")
    page.wait_for_list(("100", "100"))
    page.equal((page.rows(), page.alerts()), (wanted, []),
               "count lost: \"Try again\" brings the last page")
    page.quiet("count lost")


def single(page):
    """One token, and that one."""
    page.sign_in(SINGLE)
    page.equal(len(page.rows()), 1, "single: one row")
    page.check("single")


def reveal(page):
    """A token in full: fetched at that moment, and hidden again."""
    page.sign_in(SORTS)
    browser = page.browser
    browser.exchanges()
    for token in (SORTS.credential, BAD_TOKEN, SHORT):
        page.reveal(token)
        asked = [e["request"]["url"] for e in browser.exchanges().values()]
        page.equal(asked, [f"{page.origin}{BASE}/{page.id_of(token)}"],
                   f"reveal: {token[:4]} is asked for when it is wanted")
        browser.click("Hide", page.row(token))
        page.equal(page.code(token), masked(token),
                   f"reveal: {token[:4]} is hidden by a click")
    [button] = browser.buttons("Reveal", page.row(THREE_DAYS))
    page.ok(re.fullmatch(
        f"Reveal token {masked(THREE_DAYS)} of \u2068?GitHub\u2069?",
        button.accessible_name),
        "reveal: the button says of which token", button.accessible_name)
    page.reveal(THREE_DAYS)
    page.check("revealed", revealed=[THREE_DAYS])
    page.ok(browser.driver.title != "broken" and not browser.all("img"),
            "reveal: HTML in a token does nothing")


def hide_by_itself(page):
    """A token is hidden again after 30 seconds, and when the tab is hidden."""
    page.sign_in(SORTS)
    page.reveal(THREE_DAYS)
    page.browser.pass_time(29)
    page.equal(page.code(THREE_DAYS), THREE_DAYS,
               "reveal: shown for 29 seconds")
    page.browser.pass_time(2)
    page.equal(page.code(THREE_DAYS), masked(THREE_DAYS),
               "reveal: hidden after 31 seconds")
    page.reveal(THREE_DAYS)
    with page.browser.another_tab():
        another_tab(page)
    page.equal(page.code(THREE_DAYS), masked(THREE_DAYS),
               "reveal: hidden when the tab is hidden")
    page.quiet("hidden")


def another_tab(page):
    """Another tab of the same browser knows nothing of this one."""
    page.browser.open(page.address)
    page.equal(len(page.browser.by_role("button", "Sign in")), 1,
               "another tab asks to sign in")
    page.equal(page.browser.storage()[0], {}, "another tab has no token")


def copy(page):
    """A token is copied without being seen."""
    page.sign_in(SORTS)
    browser = page.browser
    browser.permit(*CLIPBOARD)
    for token in (THREE_DAYS, BAD_TOKEN):
        browser.click("Copy", page.row(token))
        browser.wait(lambda: "Copied" in browser.text(page.row(token)),
                     "what became of it")
        page.equal(browser.clipboard(), token, f"copy: {token[:4]} is copied")
        page.equal(page.code(token), masked(token),
                   f"copy: {token[:4]} stays masked")
    page.check("copied")
    browser.permit()
    browser.click("Copy", page.row(SHORT))
    browser.wait(page.alerts, "an alert")
    page.ok("Copied" not in browser.text(page.row(SHORT)),
            "copy: what the browser does not allow is said")
    page.quiet("not copied")


def search(page):
    """By text in what is loaded; by token and fingerprint in all there is."""
    page.sign_in(SORTS)
    browser = page.browser
    browser.paste(SEARCH, "github")
    browser.wait(lambda: len(page.rows()) == 2, "two rows")
    page.equal([id for id, _ in page.rows()],
               [page.id_of(FOR_EVER), page.id_of(THREE_DAYS)],
               "search: the rows of a name, in any case")
    page.ok(page.status(), "search: the outcome is said")
    page.check("search")
    browser.paste(SEARCH, "made_up_nowhere_to_be_found")
    browser.wait(lambda: not page.rows(), "no row")
    page.check("not found", looks=LOOKS[:2])
    find(page)


def find(page):
    """Is this string one of mine?"""
    browser = page.browser
    for what, text, token in (
            ("a token", THREE_DAYS, THREE_DAYS),
            ("a short token", SHORT, SHORT),
            ("a fingerprint", fingerprint(THREE_DAYS), THREE_DAYS),
            ("a token like HTML", BAD_TOKEN, BAD_TOKEN)):
        browser.paste(SEARCH, text)
        browser.wait(lambda: "one of yours" in page.status() and
                     [page.id_of(token)] == [id for id, _ in page.rows()],
                     f"search: {what} is not found")
        page.ok(True, f"search: {what} is found")
    page.quiet("found")
    browser.paste(SEARCH, THREE_DAYS)
    browser.wait(lambda: "one of yours" in page.status(), "its outcome")
    page.check("found", typed=[THREE_DAYS])
    for how, text in (("token", WRONG), ("fingerprint", fingerprint(WRONG))):
        browser.paste(SEARCH, text)
        browser.wait(lambda: not page.rows(), "no row")
        browser.click("Search all, expired too")
        browser.wait(lambda: "none of your" in page.status(),
                     f"nobody's {how} is not found")
        page.equal(page.rows(), [], f"search: nobody's {how} has no row")
    browser.paste(SEARCH, fingerprint(EXPIRED))
    browser.click("Search all, expired too")
    browser.wait(lambda: "one of yours" in page.status(), "its outcome")
    page.equal([id for id, _ in page.rows()], [page.id_of(EXPIRED)],
               "search: a token that is not in the list is found too")
    page.quiet("searched")
