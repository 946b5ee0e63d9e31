"""Stories of people with other means: a keyboard alone, no wish for motion, no
scripts, plain http.  Each is a function of the page."""

from kit.browser import ENTER, PLAIN_HOST

from page import LOOKS, SEARCH, TOKEN
from people import (
    FOR_EVER, SORTS, SORTS_ACTIVE, THREE_DAYS, fingerprint, masked)


def keyboard(page):
    """Everything by the keyboard alone, and the focus is seen."""
    page.open()
    browser = page.browser
    seen = []

    page.ok(page.tab_to(lambda at: at == browser.by_label(TOKEN), seen, 40),
            "keyboard: the token's field is reached")
    browser.keys(SORTS.credential, ENTER)
    page.wait_for_list()
    reached = page.tab_to(lambda at: at.text == "Reveal", seen, 40)
    page.ok(reached, "keyboard: a button to reveal is reached")
    token = FOR_EVER
    browser.keys(ENTER)
    browser.wait(lambda: page.code(token) == token, "the full token")
    page.equal(browser.focused().text, "Hide",
               "keyboard: the focus stays on the button")
    browser.keys(ENTER)
    page.equal(page.code(token), masked(token), "keyboard: it is hidden again")
    page.equal([each for each in seen if each is not True], [],
               "keyboard: the focus is seen at every step")
    page.quiet("keyboard")


def reduced_motion(page):
    """Nothing moves for those who do not want that."""
    page.browser.emulate(width=1100, reduced_motion=True)
    page.sign_in(SORTS)
    page.equal(page.browser.js("""
        const seconds = text => Math.max(...text.split(",").map(parseFloat));
        return [...document.querySelectorAll("*")].filter(element => {
            const style = getComputedStyle(element);
            return seconds(style.transitionDuration) > .01 ||
                style.animationName !== "none" &&
                seconds(style.animationDuration) > .01;
        }).map(element => element.outerHTML.slice(0, 99));
    """), [], "reduced motion: nothing moves")
    page.browser.emulate(width=1100)


def no_script(page):
    """Without scripts the page says how to ask by curl."""
    browser = page.browser
    page.open()
    browser.scripting(False)
    browser.driver.refresh()
    page.ok("curl " in browser.text() and "OAUTH-TOKEN" in browser.text(),
            "no script: the page shows the line for curl", browser.text())
    page.equal(browser.all("form, input, button"), [], "no script: no form")
    for look, emulated in LOOKS:
        browser.emulate(**emulated)
        page.laid_out(f"no script, {look}")  # axe-core is a script
    browser.scripting(True)
    browser.emulate(width=1100)
    page.quiet("no script")


def plain_http(page):
    """Where http:// is not trusted, browsers neither hash nor copy."""
    origin = f"http://{PLAIN_HOST}:{page.server.port}"
    page.sign_in(SORTS, origin=origin)
    browser = page.browser
    browser.paste(SEARCH, fingerprint(THREE_DAYS))
    browser.wait(lambda: "one of yours" in page.status(), "its outcome")
    page.equal([id for id, _ in page.rows()], [page.id_of(THREE_DAYS)],
               "plain http: a fingerprint is found")
    browser.paste(SEARCH, THREE_DAYS)
    browser.wait(page.status, "the outcome")
    page.ok(not page.rows(), "plain http: no wrong row for a token")
    browser.paste(SEARCH, " ")
    browser.wait(lambda: len(page.rows()) == SORTS_ACTIVE, "all rows")
    page.reveal(THREE_DAYS)
    browser.click("Hide", page.row(THREE_DAYS))
    browser.click("Copy", page.row(THREE_DAYS))
    browser.wait(lambda: page.alerts() or "Copied" in browser.text(),
                 "what became of it")
    page.check("plain http", looks=LOOKS[1:2])
