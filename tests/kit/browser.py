"""Chromium, without a window, driven by python3-selenium and chromedriver.

It has a profile of its own in a temporary directory, reaches the loopback
address alone, and ends with the suite.  Pages see a clock that a suite can set
forward: browser.js."""

import atexit
import base64
import contextlib
import json
import os
import pathlib
import re
import signal

from selenium.common.exceptions import (
    NoSuchElementException, StaleElementReferenceException)
from selenium.webdriver import Chrome, ChromeOptions, Keys
from selenium.webdriver.chrome.service import Service

from kit import machine
from kit.machine import wait_until
from kit.run import BUILD

AXE = BUILD / "browser/node_modules/axe-core/axe.min.js"

# What axe-core is to try: WCAG 2.2 at level AA, and what it recommends beside.
AXE_TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa",
            "best-practice")

# A directory for pictures of what a suite sees; none are made without it.
SHOTS = os.environ.get("SHOTS")

# A name of the loopback address that Chromium does not trust as it trusts
# 127.0.0.1: a page from there is no secure context, as most of http:// is not.
PLAIN_HOST = "plain.test"

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--disable-dev-shm-usage", "--no-first-run", "--no-proxy-server",
    "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-breakpad", "--hide-scrollbars", "--lang=en-US",
    "--window-size=1100,800",
    f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1,"
    "MAP * ~NOTFOUND,EXCLUDE 127.0.0.1")

# The elements that may have a role.
ROLES = {
    "button": "button, [role=button], input[type=submit]",
    "heading": "h1, h2, h3, h4, h5, h6, [role=heading]",
}

# Functions for scripts: which elements can a person see, and what do they say?
# One script costs as much as one of WebDriver's questions about one element.
SEEN = """
    const seen = element => {
        const box = element.getBoundingClientRect();
        return box.width > 0 && box.height > 0 && element.checkVisibility(
            {visibilityProperty: true, opacityProperty: true});
    };
    const text = element => element.innerText.replace(/\\s+/g, " ").trim();
"""

# What a page needs to copy, and what a suite needs to see the copy.
CLIPBOARD = ("clipboardSanitizedWrite", "clipboardReadWrite")

TAB, ENTER, ESCAPE = Keys.TAB, Keys.ENTER, Keys.ESCAPE


def _script(name):
    """A script beside this file."""
    return pathlib.Path(__file__).with_name(name).read_text()


class Browser:
    """One Chromium, which shows one tab at a time."""

    def __init__(self):
        self.directory = machine.temporary_directory()
        atexit.register(self.stop)
        self.driver = Chrome(service=self._service(), options=self._options())
        self.open("about:blank")  # it starts with a page of its own
        self.exchanges()
        self._prepare_tab()

    def _service(self):
        """chromedriver.  It and Chromium keep all their files in the suite's
        directory, and find no proxy or other setting of the user's."""
        # selenium itself is not to use a proxy, or to ask for a newer driver.
        os.environ.update(no_proxy="localhost,127.0.0.1", SE_OFFLINE="true",
                          SE_AVOID_STATS="true")
        return Service("/usr/bin/chromedriver", env={
            "PATH": os.environ["PATH"], "LANG": "C.UTF-8",
            "HOME": str(self.directory), "TMPDIR": str(self.directory)})

    def _options(self):
        options = ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        options.add_argument(f"--user-data-dir={self.directory}/profile")
        for flag in FLAGS:
            options.add_argument(flag)
        options.set_capability(
            "goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        return options

    def _prepare_tab(self):
        """Give the tab's pages the clock."""
        self.cdp("Page.addScriptToEvaluateOnNewDocument",
                 source=_script("browser.js"))

    def stop(self):
        """End Chromium, and all its processes for sure."""
        atexit.unregister(self.stop)
        with contextlib.suppress(Exception):  # it may have failed to start
            self.driver.quit()
        try:
            wait_until(lambda: not self._processes(), "Chromium goes on")
        except TimeoutError:
            machine.send_signal(signal.SIGKILL, self._processes())

    def _processes(self):
        """The pids of the processes that name our directory."""
        found = []
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):  # it has just ended
                if str(self.directory).encode() in path.read_bytes():
                    found.append(int(path.parent.name))
        return found

    def cdp(self, method, **parameters):
        """A command of the Chrome DevTools Protocol; what it returns."""
        return self.driver.execute_cdp_cmd(method, parameters)

    def js(self, source, *arguments):
        """What a function body returns in the page."""
        return self.driver.execute_script(source, *arguments)

    # Where the tab is

    def open(self, url):
        """Go to an address, as a person does who types it."""
        self.driver.get(url)

    def open_anew(self, url):
        """Go to an address as somebody whose tab never was there."""
        script = self.cdp("Page.addScriptToEvaluateOnNewDocument",
                          source="sessionStorage.clear()")["identifier"]
        self.open(url)
        self.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=script)

    @property
    def url(self):
        """The address bar."""
        return self.driver.current_url

    @contextlib.contextmanager
    def another_tab(self):
        """A tab in front of this one meanwhile, empty."""
        first = self.driver.current_window_handle
        self.driver.switch_to.new_window("tab")
        self._prepare_tab()
        try:
            yield
        finally:
            self.driver.close()
            self.driver.switch_to.window(first)

    # What is on the page

    def all(self, css, within=None):
        """The elements of a CSS selector that a person can see."""
        return self.js(SEEN + """
            return [...(arguments[1] ?? document).querySelectorAll(
                arguments[0])].filter(seen);
        """, css, within)

    def by_role(self, role, name, within=None):
        """The visible elements of a role with this accessible name, both as
        Chromium computes them for assistive technology."""
        return [element for element in self.all(ROLES[role], within)
                if element.accessible_name == name]

    def label(self, text):
        """The <label> with this text; None where there is none."""
        return self.js("""
            return [...document.querySelectorAll("label")].find(label =>
                label.textContent.trim() === arguments[0]) ?? null;
        """, text)

    def by_label(self, text):
        """The control of the <label> with this text."""
        return self.js("return arguments[0].control", self.label(text))

    def buttons(self, text, within=None):
        """The visible buttons with this text, within an element."""
        return self.js(SEEN + """
            return [...(arguments[1] ?? document).querySelectorAll("button")]
                .filter(button => seen(button) && text(button) ===
                    arguments[0]);
        """, text, within)

    def click(self, text, within=None):
        """Click the button with this text, once it is there."""
        self.wait(lambda: self.buttons(text, within),
                  f"a button {text!r}")[0].click()

    def paste(self, label, text):
        """Replace the value of the field with this label, in one go."""
        field = self.by_label(label)
        field.click()
        self.js("arguments[0].select()", field)
        self.cdp("Input.insertText", text=text)

    def text(self, within=None):
        """The text that is seen, one space between words."""
        return self.js(SEEN + "return text(arguments[0] ?? document.body)",
                       within)

    def texts(self, css):
        """The texts of the visible elements of a CSS selector."""
        return self.js(SEEN + """
            return [...document.querySelectorAll(arguments[0])].filter(seen)
                .map(text);
        """, css)

    def wait(self, condition, what):
        """Poll until the condition holds for the page as it then is; the
        value."""
        def holds():
            try:
                return condition()
            except (NoSuchElementException, StaleElementReferenceException):
                return None
        try:
            return wait_until(holds, what)
        except TimeoutError as error:
            raise TimeoutError(f"{what}\n{self.text()[:1000]}") from error

    def markup(self):
        """The whole document as it now is, without the values of fields."""
        return self.js("return document.documentElement.outerHTML")

    def values(self):
        """The values of all fields, a password's included."""
        return self.js("""
            return [...document.querySelectorAll("input, textarea, output")]
                .map(field => field.value);
        """)

    def storage(self):
        """sessionStorage, localStorage and the cookies of the page."""
        return self.js("""
            return [{...sessionStorage}, {...localStorage}, document.cookie];
        """)

    def keys(self, *keys):
        """Press keys, one after the other, wherever the focus is."""
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def focused(self):
        """The element that has the focus."""
        return self.driver.switch_to.active_element

    def focus_is_seen(self):
        """Does the focused element differ from what it is without focus, by an
        outline or a shadow?"""
        return self.js("""
            const at = document.activeElement, style = getComputedStyle(at);
            return at.matches(":focus-visible") &&
                (style.outlineStyle !== "none" &&
                    parseFloat(style.outlineWidth) >= 1 ||
                style.boxShadow !== "none");
        """)

    # How the page is shown

    def emulate(self, width=None, dark=False, reduced_motion=False,
                forced_colors=False, zone=None):
        """Show the page as on a screen of this width, with these preferences
        of the person's, in this time zone.  What is not named is as usual."""
        if width:
            self.cdp("Emulation.setDeviceMetricsOverride", width=width,
                     height=800, deviceScaleFactor=1, mobile=False)
        else:
            self.cdp("Emulation.clearDeviceMetricsOverride")
        self.cdp("Emulation.setEmulatedMedia", features=[
            {"name": f"prefers-{name}", "value": value} for name, value in (
                ("color-scheme", "dark" if dark else "light"),
                ("reduced-motion",
                 "reduce" if reduced_motion else "no-preference"))] + [
            {"name": "forced-colors",
             "value": "active" if forced_colors else "none"}])
        self.cdp("Emulation.setTimezoneOverride", timezoneId=zone or "")

    def scripting(self, on):
        """Switch the scripts of pages on or off."""
        self.cdp("Emulation.setScriptExecutionDisabled", value=not on)

    def pass_time(self, seconds):
        """Set the page's clock forward, and run the timers that are due."""
        self.js("testClock.pass(arguments[0])", seconds * 1000)

    def permit(self, *permissions):
        """Let pages do these and nothing else that needs to be permitted."""
        self.cdp("Browser.grantPermissions", permissions=permissions)

    def clipboard(self):
        """The text that was copied last, as a page reads it that may."""
        return self.driver.execute_async_script(
            "navigator.clipboard.readText().then(arguments[0], arguments[0])")

    def layout(self):
        """What is badly laid out, one text for each fault: layout.js."""
        return self.js(_script("layout.js"))

    def screenshot(self, name):
        """Save a picture of the whole page, when SHOTS is set."""
        if not SHOTS:
            return
        size = self.cdp("Page.getLayoutMetrics")["cssContentSize"]
        picture = self.cdp(
            "Page.captureScreenshot", captureBeyondViewport=True, clip={
                "x": 0, "y": 0, "width": size["width"],
                "height": min(size["height"], 4000), "scale": 1})
        path = pathlib.Path(SHOTS) / (re.sub(r"\W+", "-", name) + ".png")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(picture["data"]))

    def axe(self):
        """What axe-core has to say against the page, one text for each
        violation.  It runs in a world of its own, where the page's policy does
        not apply and the page's scripts do not see it."""
        frame = self.cdp("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = self.cdp("Page.createIsolatedWorld", frameId=frame,
                         worldName="axe")["executionContextId"]
        if not self._evaluate(world, "typeof axe === 'object'"):
            self._evaluate(world, AXE.read_text() + "; 0")
        violations = self._evaluate(world, """
            axe.run({runOnly: %s, resultTypes: ["violations"]})
                .then(results => results.violations.map(v => [v.id, v.help,
                    ...v.nodes.map(n => n.target + " " + n.failureSummary)]))
        """ % json.dumps(AXE_TAGS))
        return ["\n".join(violation) for violation in violations]

    def _evaluate(self, world, source):
        answer = self.cdp("Runtime.evaluate", expression=source,
                          contextId=world, awaitPromise=True,
                          returnByValue=True)
        if "exceptionDetails" in answer:
            raise RuntimeError(str(answer["exceptionDetails"])[:1000])
        return answer["result"].get("value")

    # What it said and asked since the last call

    def console(self):
        """The messages of the console: (level, text)."""
        return [(entry["level"], entry["message"])
                for entry in self.driver.get_log("browser")]

    def exchanges(self):
        """The requests of the tab's pages, by Chromium's id of each:
        {"request": ..., "response": ..., "documentURL": ...} as the protocol
        has them."""
        found = {}
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            of = message["params"]
            if message["method"] == "Network.requestWillBeSent":
                found[of["requestId"]] = {
                    "request": of["request"], "response": None,
                    "documentURL": of["documentURL"]}
            elif (message["method"] == "Network.responseReceived" and
                    of["requestId"] in found):
                found[of["requestId"]]["response"] = of["response"]
        return found

    def body(self, request_id):
        """The body of an answer to one of the present page's requests."""
        answer = self.cdp("Network.getResponseBody", requestId=request_id)
        return (base64.b64decode(answer["body"]).decode()
                if answer["base64Encoded"] else answer["body"])
