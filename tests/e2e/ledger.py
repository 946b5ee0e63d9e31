"""The ledger of a load: an account of every request that was sent.

sent      given to a connection that stood
answered  a whole answer of the program came back: as many bytes as its
          Content-Length says, of its media type
lost      sent and not answered: the connection was closed, reset or cut, was
          silent for SILENCE_S, or the web server sent a page of its own
wrong     answered, but not as is due: with another status, with other rows
          than SQL gives for that user, with an error that is not the manual's,
          or later than the budget allows
refused   there was no connection, so that nothing was sent; tried again

One connection a request: HTTP lets a server close an idle one at any moment,
and a request that meets this would be neither sent nor lost."""

import collections
import itertools
import json
import random
import threading
import time

from kit import client
from kit.run import WRAPPER
from kit.tap import ok

import cases
import contract
import database as db

CLIENTS = 8
SILENCE_S = 15
# How late an answer may be: the processors are busy with other things too.
SLACK_S = 10 if WRAPPER else 1

OF_THE_MOMENT = ("date", "connection", "keep-alive", "server", "x-request-id")
ERRORS = {contract.ERRORS[name][0]: contract.Refusal(name) for name in
          ("internal_error", "service_unavailable", "database_timeout")}

# Users whose lists do not change, from one row to three thousand.
USERS = (db.DEMO, db.OTHER, db.PROVIDED, db.PAGES, db.MANY)

BY_TOKEN = {row.token: row for user in USERS for row in user.tokens}

# Their rows in the order of the answer, written by PostgreSQL itself as the
# manual wants it (ANSWERS).
ROWS = f"""
SELECT json_agg(json_build_array(user_id, coalesce(expires > now(), false),
    replace(to_char(expires AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
        '.000000', '') || '+00:00', token) ORDER BY expires DESC, id DESC)
FROM oauth2_access_token
WHERE user_id IN ({", ".join(str(user.id) for user in USERS)})
"""


class Oracle:
    """Makes up requests, and knows the answer to each: the page that SQL gives,
    the rest from database.py."""

    def __init__(self, database):
        self.lists = {(user.id, show_all): [] for user in USERS
                      for show_all in (False, True)}
        for user, active, *row in json.loads(database.sql(ROWS)):
            for show_all in {True, not active}:
                self.lists[user, show_all].append(tuple(row))

    def page(self, user, show_all, limit, offset, details, masked):
        rows = self.lists[user.id, show_all]
        page = tuple(rows[offset:offset + limit])
        more = tuple(user.details(BY_TOKEN[token], user.credential())
                     for _, token in page) if details else None
        return contract.Page(user.id, page, len(rows),
                             offset + limit < len(rows), more, masked)

    def question(self, dice, number):
        """A made-up request with this number, and the answer that is due."""
        user, masked = dice.choice(USERS), dice.random() < 0.2
        headers = [("X-Request-Id", str(number))]
        if dice.random() < 0.1:
            row = dice.choice(user.tokens)
            return cases.request(
                f"_mask={masked:d}&_request={number}",
                path=cases.of_one(user, row), token=user.credential(),
                headers=headers), cases.one(user, row, masked)
        details = dice.random() < 0.2
        show_all = dice.random() < 0.5
        # Seldom a list that is longer than any server's buffer.
        limit = 10000 if dice.random() < 0.01 else dice.choice(
            [0, 1, 7, 40, 100])
        offset = dice.choice([0, 0, 0, 1, 39, 101])
        query = (f"_limit={limit}&_offset={offset}&show_all={show_all:d}"
                 f"&_mask={masked:d}" + "&_format=with_details" * details
                 + f"&_request={number}")
        return cases.request(
            query, path=dice.choice([cases.ADDRESS, cases.LOGS]),
            token=user.credential(), headers=headers
        ), self.page(user, show_all, limit, offset, details, masked)


class Ledger:
    """A load on a port while a "with" block runs, and its account.

    due       the statuses that are right for a request sent from now on; may
              be changed meanwhile
    budget_s  how long an answer may take
    pause_s   from an answer to the client's next request, on average

    failures  when each request was sent that was lost or has another status
              than 200, by time.monotonic()
    """

    def __init__(self, port, oracle, due=(200,), clients=CLIENTS,
                 budget_s=SILENCE_S, pause_s=0):
        self.client, self.oracle = client.Client(port), oracle
        self.due, self.budget_s = frozenset(due), budget_s
        self.pause_s, self.failures = pause_s, []
        self.sent = self.refused = 0
        self.status = collections.Counter()
        self.lost, self.wrong = [], []
        self.longest_s = 0
        self._numbers = itertools.count(1)
        self._known = {}  # question and status: an answer that was right
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._client, args=(random.Random(n),))
            for n in range(clients)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join()

    @property
    def answered(self):
        return sum(self.status.values())

    def __str__(self):
        by_status = ", ".join(f"{s}: {n}" for s, n in sorted(
            self.status.items()))
        return (f"{self.sent} sent, {self.answered} answered ({by_status}), "
                f"{len(self.lost)} lost, {self.refused} refused, longest"
                f" {self.longest_s * 1000:.0f} ms")

    def go_on(self, for_s):
        """Let the load go on for a time."""
        self._over.wait(max(0, for_s))

    def run(self, for_s):
        """Run the whole load, for a time; the ledger itself."""
        with self:
            self.go_on(for_s)
        return self

    def wait_for(self, number):
        """Return when so many more have been answered, or lost."""
        goal, deadline = self.sent + number, time.monotonic() + SILENCE_S
        while self.answered + len(self.lost) < goal:
            if time.monotonic() > deadline:
                raise TimeoutError(f"no answers: {self}")
            self._over.wait(0.001)

    def complaints(self, losses=0):
        """What is wrong with the account, at most so many lost."""
        found = list(self.wrong)
        if len(self.lost) > losses:
            found += [f"{losses} may be lost", *self.lost]
        if self.sent != self.answered + len(self.lost):
            found.append("the account is not even")
        if not self.answered:
            found.append("nothing was answered")
        return found

    def one(self, dice=random.Random(0)):
        """Send one request more."""
        request, page = self.oracle.question(dice, next(self._numbers))
        due = self.due
        connection = self._connect()
        if connection:
            with connection:
                self._ask(connection, request, page, due)

    def _client(self, dice):
        while not self._over.is_set():
            self.one(dice)
            if self.pause_s:
                self._over.wait(2 * self.pause_s * dice.random())

    def _connect(self):
        """A connection; None, after a moment, when there is none."""
        try:
            return self.client.connect(SILENCE_S)
        except OSError:
            with self._lock:
                self.refused += 1
            self._over.wait(0.01)
            return None

    def _ask(self, connection, request, page, due):
        started = time.monotonic()
        with self._lock:
            self.sent += 1
        try:
            answer = receive(connection, request)
            found = self._judge(request, answer, page, due)
        except (OSError, ValueError) as error:
            with self._lock:
                self.lost.append(f"{request.target}: {error!r}")
                self.failures.append(started)
            return
        took = time.monotonic() - started
        if took > self.budget_s + SLACK_S:
            found.append(f"took {took:.1f} s")
        with self._lock:
            self.status[answer.status] += 1
            self.longest_s = max(self.longest_s, took)
            if answer.status != 200:
                self.failures.append(started)
            if found:
                self.wrong.append("\n".join([request.target, *found]))

    def _judge(self, request, answer, page, due):
        """What is wrong with an answer; ValueError when it is not one of the
        program's.  What has been found right once is only compared."""
        if answer.header("content-type") != contract.MEDIA_TYPE:
            raise ValueError(f"not of the program: {answer.text()[:500]}")
        if answer.status not in due:
            return [f"{answer.status}, due is {sorted(due)}"]
        content = [h for h in answer.headers if h[0] not in OF_THE_MOMENT]
        question = request.target.rpartition("&")[0], answer.status
        known = self._known.get((request.path, question, page.user_id))
        if (content, answer.body) == known:
            return []
        found = contract.complaints(
            request, answer, ERRORS.get(answer.status, page))
        if not found:
            self._known[request.path, question, page.user_id] = (
                content, answer.body)
        return found


def receive(connection, request):
    """Send the request and read all of the answer."""
    connection.sendall(client.on_the_wire(request))
    answer = client.parse_http(client.read_all(connection))
    if answer.header("content-length") != str(len(answer.body)):
        raise ValueError(f"cut: {answer.text()[:500]}")
    return answer


def report(name, ledger, losses=0, more=()):
    """One case: the account of a load.

    losses  how many requests may be lost
    more    complaints from elsewhere
    """
    found = [*more, *ledger.complaints(losses)]
    ok(not found, f"{name}: {ledger}", "\n".join(found[:5]))
