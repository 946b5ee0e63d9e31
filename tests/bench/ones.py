"""One token: does the time of an answer tell whether another has the token?

Requests for tokens of another's and for tokens that do not exist alternate, in
the order of dice, on one server; their medians are compared."""

import dataclasses
import random
import statistics
import time

import data as datas

MOST = 1.05  # of the one to the other, whichever takes longer


def token_ids(data):
    """(of another's, that do not exist); all between those that exist, so that
    the index is searched as deep."""
    others = data.sql(
        f"SELECT id FROM oauth2_access_token WHERE user_id > {datas.HUNDRED}"
        " AND id % 3 = 0 ORDER BY id LIMIT 20").split()
    gone = data.sql(
        "DELETE FROM oauth2_access_token WHERE id IN (SELECT id FROM"
        f" oauth2_access_token WHERE user_id > {datas.HUNDRED} AND id % 3 = 1"
        " ORDER BY id LIMIT 20) RETURNING id").split()
    data.sql("VACUUM ANALYZE oauth2_access_token")
    return others, gone


def once(server, request):
    """Milliseconds of one answer, which is a 404."""
    started = time.perf_counter()
    answer = server.ask(request)
    took = 1000 * (time.perf_counter() - started)
    if answer.status != 404:
        raise ValueError(f"{request.target} is answered with {answer.status}")
    return took


def compare(results, server, requests):
    """Ask so many times for each kind, and add the limit to the results."""
    dice, times = random.Random(404), {}
    ids = token_ids(server.job.data)
    credentials = server.job.request
    chosen = [(kind, number) for kind, numbers in enumerate(ids)
              for number in numbers] * (requests // 20)
    dice.shuffle(chosen)
    for kind, number in [*chosen[:100], *chosen]:
        times.setdefault(kind, []).append(once(server, dataclasses.replace(
            credentials, target=f"{datas.ADDRESS}/{number}?api_key="
            + credentials.target.partition("api_key=")[2])))
    others, gone = (statistics.median(times[kind][50:]) for kind in (0, 1))
    print(f"\none token, {len(chosen)} requests, median ms: another's"
          f" {others:.3f}, none {gone:.3f}", flush=True)
    results.limits.append((
        "time of another's token to none's, or the other way round", MOST,
        round(max(others / gone, gone / others), 3)))
