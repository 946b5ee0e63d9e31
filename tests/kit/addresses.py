"""Paths that every web server hands to the program, and near misses.

The program's own are made from the addresses that --help prints, so that a new
one there fails where a server's file does not let it through."""

from kit.help_text import tables
from kit.run import PROGRAM

LIST = "/oauth_access_tokens"
LOGS = f"/pipelines{LIST}/logs"
IDS = ("0", "17", "9" * 19)

NEAR_MISSES = (
    "/", "/made_up", "/logs", "/current", "/health", "/17", "/pipelines/logs",
    LIST[:-1], f"{LIST}X", f"{LIST};x", f"{LIST}.php", f"/x{LIST[1:]}",
    LIST.upper(), f"{LIST}17", f"{LIST}current",
    f"{LIST}/abc", f"{LIST}/17X", f"{LIST}/x17", f"{LIST}/-17", f"{LIST}/1.7",
    f"{LIST}/{'1' * 20}", f"{LIST}/12/34", f"{LIST}/17/x",
    f"{LIST}/curren", f"{LIST}/currentX", f"{LIST}/Current",
    f"{LIST}/current/17", f"{LIST}/xcurrent",
    f"{LIST}/healt", f"{LIST}/healthX", f"{LIST}/health/x",
    f"{LIST}/logs", f"/x{LOGS[1:]}", LOGS[:-1], f"{LOGS}X", f"{LOGS}/17",
    f"{LOGS}/current",
)


def served():
    """The program's paths, without a base path; the path of health, whether or
    not the program knows that."""
    addresses = {*tables(PROGRAM)["Addresses"], f"{LIST}/health"}
    return [address.replace("{id}", number) + slash
            for address in sorted(addresses)
            for number in (IDS if "{id}" in address else ("",))
            for slash in ("", "/")]
