"""Requests without a pause until SIGTERM; then a line of JSON: how many of them
got which answer.  "200" is a whole list; a word says what else happened."""

import collections
import http.client
import json
import signal
import sys
import threading

from kit.example import API_KEY, TOKEN

PATH = "/api/oauth_access_tokens"
CALLERS = 4


def ask():
    """One request, over a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", 80, timeout=15)
    try:
        connection.request("GET", PATH, headers={
            "X-API-KEY": API_KEY, "OAUTH-TOKEN": TOKEN})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status == 200 and not json.loads(body)[
                "oauth_access_tokens"]:
            return "no list"
        return str(answer.status)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return type(error).__name__
    finally:
        connection.close()


def main():
    counts, stop = collections.Counter(), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())

    def caller():
        while not stop.is_set():
            counts[ask()] += 1

    callers = [threading.Thread(target=caller) for _ in range(CALLERS)]
    for each in callers:
        each.start()
    print("started", flush=True)
    for each in callers:
        each.join()
    json.dump(counts, sys.stdout)


if __name__ == "__main__":
    main()
