"""Health: what does a load of such requests cost the database?

PostgreSQL's own log counts the questions."""

import data as datas
import load

MOST = 1.5  # questions a second and process: the edges of the time count, too
CONNECTIONS, SECONDS = 32, 5


def log_statements(data, what):
    data.sql(f"ALTER SYSTEM SET log_statement = '{what}'")
    data.sql("SELECT pg_reload_conf()")


def questions(data):
    return data.cluster.log().count("execute list_")


def compare(results, server):
    """Ask for some seconds, and add the limit to the results."""
    data = server.job.data
    log_statements(data, "all")
    before = questions(data)
    result = load.wrk(
        f"http://127.0.0.1:{server.port}{datas.ADDRESS}/health",
        server.job.token, CONNECTIONS, SECONDS)
    asked = questions(data) - before
    log_statements(data, "none")
    workers = len(load.workers(server)) - 1  # the first process answers none
    print(f"\nhealth, {CONNECTIONS} at once: {result.rate:.0f} requests/s,"
          f" {result.failed} failed; {asked} questions in {SECONDS} s by"
          f" {workers} workers", flush=True)
    results.limits.append((
        "questions a second and worker under a load of health", MOST,
        round(asked / result.seconds / workers, 2)))
