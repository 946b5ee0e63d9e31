"""The database of the page's suite: the published demo and, beside it, people
whose tokens live as differently as tokens do."""

import base64
import dataclasses
import hashlib

from kit import example, postgresql
from kit.run import NAME

# The text of an application and of a token that would be bad HTML.
BAD_NAME = "<img src=x onerror=document.title='broken'>"
BAD_TOKEN = "<img/src=y/onerror=document.title='broken'>_made_up"

# Application 1 is Mage's own, of demo.sql: its name is "frontend".
OWN, PROVIDER, BAD, NAMELESS = 1, 2, 3, 4
APPLICATIONS = (
    (PROVIDER, "made_up_provider", "GitHub"),
    (BAD, "made_up_bad", BAD_NAME),
    (NAMELESS, "made_up_nameless", None),
)


def made_up(name):
    """A token that looks like a real one."""
    digest = hashlib.sha256(name.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def masked(token):
    """The contract's "Masking": 8 characters at most, never more than a
    quarter, none of less than 16."""
    return token[:min(8, len(token) // 4) if len(token) >= 16 else 0] + "\u2026"


def fingerprint(token):
    """The contract's "Details"."""
    return "sha256~" + made_up(token)


@dataclasses.dataclass(frozen=True)
class Token:
    """A row.  created and expires are SQL."""
    token: str
    expires: str
    created: str = "now()"
    application: int = OWN


@dataclasses.dataclass(frozen=True)
class Person:
    """A user; the first token is the one to sign in with."""
    id: int
    tokens: tuple
    owner: bool = True

    @property
    def credentials(self):
        return [row.token for row in self.tokens if row.token]

    @property
    def credential(self):
        return self.credentials[0]


# The moment of which the exact time is looked for, with half a second.
MOMENT = "2099-06-01 12:00:00.5+00"
MOMENT_TOKEN = made_up("moment")

# All sorts: each kind of application, of moment and of token that there is.
SORTS = Person(11, (
    Token(made_up("sorts"), "now() + interval '30 days'",
          "now() - interval '10 days'"),
    Token(made_up("three days"), "now() + interval '3 days'",
          "now() - interval '27 days'", PROVIDER),
    Token(BAD_TOKEN, "now() + interval '5 days'",
          "now() - interval '1 minute'", BAD),
    Token("made_up_short", "now() + interval '2 hours'", "NULL", NAMELESS),
    Token(MOMENT_TOKEN, f"'{MOMENT}'", "'1999-12-31 23:00:00+00'", None),
    Token(made_up("for ever"), "'infinity'", "'-infinity'", PROVIDER),
    Token(made_up("far year"), "'294276-12-31 23:59:59.999999+00'"),
    Token(None, "NULL", "NULL", None),
    Token(made_up("yesterday"), "now() - interval '1 day'",
          "now() - interval '31 days'"),
    Token(made_up("one bc"), "'0001-12-31 23:59:59.5+00 BC'",
          "'0002-12-31 23:59:59.5+00 BC'"),
    Token(made_up("never"), "'-infinity'"),
))
SORTS_ACTIVE = 7

# Some of theirs by name.
THREE_DAYS, SHORT, FOR_EVER, FAR, EXPIRED = (
    SORTS.tokens[n].token for n in (1, 3, 5, 6, 8))

# A hundred active lives, from minutes to a hundred years.
MANY = Person(12, tuple(
    Token(made_up(f"many {n}"),
          f"now() + interval '{30 * 1.15 ** n:.0f} minutes'",
          f"now() - interval '{20 * 1.1 ** n:.0f} minutes'",
          (OWN, PROVIDER, NAMELESS)[n % 3])
    for n in reversed(range(99))))
MANY = dataclasses.replace(MANY, tokens=(
    Token(made_up("many"), "now() + interval '100 years'"), *MANY.tokens))

# One token, and that one.
SINGLE = Person(13, (Token(made_up("single"), "now() + interval '1 day'"),))

# A token that is valid up to this very moment, and no longer active then.
LAST_MOMENT = "2040-01-01 00:00:00+00"
EMPTY = Person(14, (Token(made_up("empty"), f"'{LAST_MOMENT}'"),))

# Not a viewer.
STRANGER = Person(15, (Token(made_up("stranger"),
                             "now() + interval '1 day'"),), owner=False)

# Their tokens go away while they are signed in.
LEAVING = Person(16, tuple(
    Token(made_up(name), "now() + interval '1 day'")
    for name in ("leaving", "leaving first")))

# They revoke: five active tokens, one of them a provider's, and one that has
# expired.  Database.renew() undoes it.
REVOKER = Person(17, (
    Token(made_up("revoker"), "now() + interval '9 days'"),
    Token(made_up("revoker, lost"), "now() + interval '8 days'"),
    Token(made_up("revoker, GitHub"), "now() + interval '2 days'",
          "now() - interval '3 days'", PROVIDER),
    Token(made_up("revoker, short"), "now() + interval '1 day'"),
    Token(made_up("revoker, long"), "now() + interval '90 days'"),
    Token(made_up("revoker, old"), "now() - interval '1 day'")))
LOST, OF_GITHUB, OTHER, _, OLD = (row.token for row in REVOKER.tokens[1:])

PEOPLE = (SORTS, MANY, SINGLE, EMPTY, STRANGER, LEAVING, REVOKER)

# What nobody has.
WRONG = made_up("wrong")
WRONG_KEY = "made_up_key"

# The full texts that must not show, except one that is being revealed.
SECRETS = (*(token for _, token in example.ROWS),
           *(t for person in PEOPLE for t in person.credentials))


def secrets_in(text, allowed=()):
    """The full tokens in a text, or that are one of many texts."""
    return [t for t in SECRETS if t in text and t not in allowed]


def _literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, (bool, int)):
        return str(value)
    return "'" + value.replace("'", "''") + "'"


def _values(rows):
    return ",\n".join(f"({', '.join(row)})" for row in rows) + ";\n"


def rows():
    """SQL that adds these people to the demo."""
    return "".join((
        'INSERT INTO "user" (id, username, owner) VALUES ', _values(
            (str(p.id), f"'person_{p.id}'", str(p.owner)) for p in PEOPLE),
        "INSERT INTO oauth2_application (id, client_id, name) VALUES ",
        _values(tuple(map(_literal, row)) for row in APPLICATIONS),
        "INSERT INTO oauth2_access_token (oauth2_application_id, user_id,"
        " token, created_at, expires) VALUES ", _values(
            (_literal(t.application), str(p.id), _literal(t.token),
             t.created, t.expires) for p in PEOPLE for t in p.tokens)))


# The program connects again, and then finds what has changed.
END_SESSIONS = f"""
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE usename = '{postgresql.ROLE}';"""


class Database(postgresql.Database):
    """The suite's database, in a cluster of its own."""

    def __init__(self):
        super().__init__(postgresql.Cluster(), NAME)
        self.cluster.create(
            NAME, "schema.sql", "index.sql", "demo.sql", "role.sql",
            "revoke.sql")
        self.sql(rows())
        self.ids = {token: int(id) for id, _, token in (
            row.partition("|") for row in self.sql(
                "SELECT id, token FROM oauth2_access_token").splitlines())}

    def renew(self, person):
        """Let a person's tokens be as they were at first."""
        tokens = "".join(f"""
            UPDATE oauth2_access_token SET expires = {row.expires}
            WHERE token = {_literal(row.token)};""" for row in person.tokens)
        self.sql(f"""{tokens}
            UPDATE "user" SET owner = {person.owner} WHERE id = {person.id}""")

    def live(self, person):
        """The person's tokens that are alive."""
        return set(self.sql(f"""
            SELECT token FROM oauth2_access_token
            WHERE user_id = {person.id} AND expires > now()""").splitlines())

    def believe_in(self, moment):
        """From now on the program finds this now()."""
        self.sql(f"""
            CREATE SCHEMA clock;
            CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE
                AS $$ SELECT timestamptz '{moment}' $$;
            GRANT USAGE ON SCHEMA clock TO {postgresql.ROLE};
            ALTER ROLE {postgresql.ROLE} IN DATABASE {NAME}
                SET search_path = clock, public, pg_catalog;
            {END_SESSIONS}
        """)

    def believe_the_clock(self):
        """From now on the program finds the true now()."""
        self.sql(f"""
            ALTER ROLE {postgresql.ROLE} IN DATABASE {NAME} RESET search_path;
            DROP SCHEMA clock CASCADE;
            {END_SESSIONS}
        """)
