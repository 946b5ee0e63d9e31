"""The database of the end-to-end suites: the published demo and, beside it,
made-up users, whose lists stand here in the order of the answer.  Sections are
those of the manual, oauth_access_tokens(8)."""

import base64
import dataclasses
import datetime
import hashlib

from kit import example, postgresql

NAME = "mage"

# Applications by number: (client id, name).  Mage's own is that of demo.sql.
# A name is what somebody typed.
PROVIDER_KEY = "provider_application"
SPACED_KEY = "made up key"
APPLICATIONS = {
    1: (example.API_KEY, "frontend"),
    2: (PROVIDER_KEY, "Provider"),
    3: (SPACED_KEY, None),
    **{10 + n: (f"made_up_application_{n}", name) for n, name in enumerate((
        'say "hi"', "it's a \\ name", "</script><img src=x onerror=alert(1)>",
        "&amp; &lt;", "line\nfeed\r\ttab\b\f\x01\x1f\x7f",
        "gr\u00fc\u00df \u4f60 \U0001f511 \u2028\u2029 \ufeff", "", " ",
        "null", "\\u0041 %41", "n" * 255, "\U0001f511" * 255))},
    30: (None, "without a client id"),
    31: ('"<client>\\\n\u00fc', "odd"),
}

LIVE = "2099-01-01 00:00:00+00"
SHOWN_LIVE = "2099-01-01 00:00:00+00:00"
OLD = "2020-02-29 23:59:59.123456+00"
SHOWN_OLD = "2020-02-29 23:59:59.123456+00:00"
CREATED = "2019-12-31 22:00:00.5-02"
SHOWN_CREATED = "2020-01-01 00:00:00.500000+00:00"


@dataclasses.dataclass(frozen=True)
class Row:
    """A token of the database."""
    expires: str  # as PostgreSQL reads it, None for NULL
    shown: str  # as the answer writes it (ANSWERS)
    token: str
    active: bool
    application: int = 1  # of APPLICATIONS; None for NULL
    created: str = None  # as expires
    shown_created: str = None

    @property
    def pair(self):
        return self.shown, self.token

    def fingerprint(self):
        """DETAILS: of SHA-256 of the token's bytes."""
        if self.token is None:
            return None
        digest = hashlib.sha256(self.token.encode()).digest()
        return "sha256~" + base64.urlsafe_b64encode(digest).decode().rstrip("=")

    def application_shown(self):
        """DETAILS: the application."""
        if self.application is None:
            return None
        client_id, name = APPLICATIONS[self.application]
        return {"client_id": client_id, "name": name}


@dataclasses.dataclass(frozen=True)
class User:
    """A user, his rights, and his tokens in the order of the answer.

    permissions  of his roles, as (role, table, entity, entity's id, access);
                 table is the one that ties the permission to the role
    reads        is he a viewer when no project is set (AUTHENTICATION)?
    reads_project  is he one when PROJECT is set?
    """
    id: int
    tokens: tuple
    owner: bool = None
    roles: int = None
    permissions: tuple = ()
    reads: bool = True
    reads_project: bool = True

    def rows(self, show_all=False):
        return tuple(row.pair for row in self.listed(show_all))

    def listed(self, show_all=False):
        """The rows of the list."""
        return [row for row in self.tokens if show_all or row.active]

    def details(self, row, credential):
        """DETAILS: what they add to a row of the user's, for who asks with
        this token."""
        return {"id": IDS[self.id, row], "created_at": row.shown_created,
                "application": row.application_shown(),
                "fingerprint": row.fingerprint(),
                "current": row.token == credential,
                "expired": not row.active}

    def credential(self):
        """A token that he may log in with."""
        return next(row.token for row in self.tokens
                    if row.active and row.token and row.application == 1)


def live(token, **more):
    return Row(LIVE, SHOWN_LIVE, token, True, **more)


def old(token, **more):
    return Row(OLD, SHOWN_OLD, token, False, **more)


# ANSWERS: NULL first, infinity, years that Python does not have, fractions.
CALENDAR = User(101, owner=True, tokens=(
    Row(None, None, "never_known_newer", False),
    Row(None, None, None, False),
    Row("infinity", "infinity", "for_ever", True),
    Row("294276-12-31 23:59:59.999999+00",
        "294276-12-31 23:59:59.999999+00", "last_of_postgresql", True),
    Row("10000-01-01 00:00:00+00",
        "10000-01-01 00:00:00+00", "first_after_python", True),
    Row("9999-12-31 23:59:59.999999+00",
        "9999-12-31 23:59:59.999999+00:00", "last_of_python", True),
    Row("2099-06-01 12:00:00.5+00",
        "2099-06-01 12:00:00.500000+00:00", "half_a_second", True),
    Row("2099-06-01 12:00:00.000001+00",
        "2099-06-01 12:00:00.000001+00:00", "one_microsecond", True),
    Row("2099-06-01 12:00:00+00",
        "2099-06-01 12:00:00+00:00", "no_fraction", True),
    Row("2099-06-01 14:00:00+02:30",
        "2099-06-01 11:30:00+00:00", "written_in_another_zone", True),
    live("same_moment_newer"),
    live("same_moment_older"),
    old("of_a_leap_day"),
    Row("1969-12-31 23:59:59.999999+00",
        "1969-12-31 23:59:59.999999+00:00", "before_unix", False),
    Row("0001-01-01 00:00:00+00",
        "0001-01-01 00:00:00+00:00", "first_of_python", False),
    Row("0001-12-31 23:59:59.5+00 BC",
        "0001-12-31 23:59:59.5+00 BC", "one_bc", False),
    Row("0044-03-15 12:00:00+00 BC",
        "0044-03-15 12:00:00+00 BC", "ides_of_march", False),
    Row("4714-11-24 00:00:00+00 BC",
        "4714-11-24 00:00:00+00 BC", "first_of_postgresql", False),
    Row("-infinity", "-infinity", "never", False),
))

# ANSWERS: whatever a token is, the JSON gives it back.  The first has every
# character of RFC 6750's b64token; the second is the longest that opens the
# list.  Those after it would open it too if they reached the database.
WRITER = User(102, owner=True, tokens=(
    live("AZaz09-._~+/made_up=="),
    live("a" * 4096),
    live("b" * 4097),
    live("two words"),
    live("equals=inside"),
    live("comma,comma"),
    live('quote"quote'),
    live("back\\slash"),
    live("</script>"),
    live("line\nfeed\ttab\x01\x1f\x7f"),
    live("gr\u00fc\u00df \u4f60 \U0001f511 \u2028"),
    live(""),
))

# A list of pages: a hundred tokens of one moment, newest row first.
PAGES = User(103, owner=True, tokens=tuple(
    live(f"page_token_{n:03}") for n in range(100)))

# A list longer than any server's buffer.
MANY = User(107, owner=True, tokens=tuple(
    live(f"one_of_many_tokens_{n:04}") for n in range(3000)))

# ANSWERS: the list holds tokens of every application.  AUTHENTICATION: only a
# token of Mage's own application opens it.
PROVIDED = User(104, owner=True, tokens=(
    live("own_application_token"),
    live("provider_token", application=2),
    old("old_provider_token", application=2),
))

# Credentials that end, or never began.
ENDING = User(105, owner=True, tokens=(
    Row(None, None, "no_expiry_known", False),
    Row("infinity", "infinity", "credential_for_ever", True),
    old("expired_token"),
    Row("-infinity", "-infinity", "expired_for_ever", False),
))

OTHER = User(106, owner=True, tokens=(
    live("other_users_token"), old("other_users_old_token")))

# DETAILS: a token of each application, and of none, live and expired.
DETAILED = User(108, owner=True, tokens=(
    *(live(f"token_of_application_{n}", application=n) for n in APPLICATIONS),
    live("token_of_no_application", application=None,
         created=LIVE, shown_created=SHOWN_LIVE),
    live("token_made_at_infinity", created="infinity",
         shown_created="infinity"),
    old("old_token_of_no_application", application=None),
    old("old_token", created=CREATED, shown_created=SHOWN_CREATED),
    old("old_token_made_at_minus_infinity", created="-infinity",
        shown_created="-infinity"),
    old("old_token_made_by_caesar", created="0044-03-15 12:00:00+00 BC",
        shown_created="0044-03-15 12:00:00+00 BC"),
))


def _random(length):
    """A text of which no piece is found anywhere else."""
    blocks = (hashlib.sha256(f"{length} {n}".encode()).digest()
              for n in range(length // 32 + 1))
    return base64.urlsafe_b64encode(b"".join(blocks)).decode()[:length]


# MASKING: tokens of each length that matters, and of characters of one to four
# bytes.
MASKED = User(109, owner=True, tokens=(
    Row(None, None, None, False),
    live(_random(43)), live("~"),
    *(live(_random(n)) for n in (
        7, 8, 15, 16, 17, 19, 20, 31, 32, 33, 35, 36, 100, 2000)),
    *(live("".join(chr(first + n) for n in range(length))) for first, length in
      ((0xe0, 16), (0x4e00, 32), (0x1f400, 40))),
    live('"\\\n</\x01\x7f' + _random(21)), live("  " + _random(18)),
    old(_random(44)),
))

NOBODY = live("ownerless_token")

PROJECT = "made_up_project"
ELSEWHERE = "another_project"
ENTITIES = (("PROJECT", PROJECT), ("PROJECT", ELSEWHERE),
            ("GLOBAL", None), ("PIPELINE", PROJECT))


def _by_bits():
    """AUTHENTICATION: "user".owner, or "user".roles & 7 <> 0."""
    for owner, roles, reads in (
            (True, None, True), (True, 0, True), (False, 1, True),
            (None, 1, True), (None, 2, True), (None, 4, True),
            (None, 7, True), (None, 9, True), (None, 8, False),
            (None, 16, False), (None, 0, False), (False, None, False),
            (None, None, False)):
        yield f"owner {owner}, roles {roles}", dict(
            owner=owner, roles=roles, reads=reads, reads_project=reads)


def _by_permission():
    """AUTHENTICATION: the or-ed access of the user's roles & 15 <> 0."""
    for table in ("permission.role_id", "role_permission"):
        for entity, entity_id in ENTITIES:
            for access in (1, 2, 4, 8, 16, 0):
                reads = access & 15 != 0 and entity != "PIPELINE"
                yield f"{entity} {entity_id} {access} by {table}", dict(
                    permissions=(("a", table, entity, entity_id, access),),
                    reads=reads,
                    reads_project=reads and entity_id != ELSEWHERE)
    direct, tied = "permission.role_id", "role_permission"
    for name, permissions, reads, reads_project in (
            ("a permission without access", (
                ("a", direct, "PROJECT", PROJECT, None),), False, False),
            ("access 0 on the project hides GLOBAL", (
                ("a", direct, "PROJECT", PROJECT, 0),
                ("a", direct, "GLOBAL", None, 15)), True, False),
            ("another project does not hide GLOBAL", (
                ("a", direct, "PROJECT", ELSEWHERE, 0),
                ("a", direct, "GLOBAL", None, 1)), True, True),
            ("two permissions on the project, one of them to view", (
                ("a", tied, "PROJECT", PROJECT, 16),
                ("a", tied, "PROJECT", PROJECT, 2)), True, True),
            ("an attached permission replaces the role's own", (
                ("a", direct, "PROJECT", PROJECT, 8),
                ("a", tied, "PROJECT", PROJECT, 16)), False, False),
            ("an attached permission on a pipeline replaces the role's own", (
                ("a", direct, "PROJECT", PROJECT, 8),
                ("a", tied, "PIPELINE", PROJECT, 8)), False, False),
            ("an attached permission allows what the role's own does not", (
                ("a", direct, "PROJECT", PROJECT, 16),
                ("a", tied, "GLOBAL", None, 8)), True, True),
            ("two roles, one of them to view", (
                ("a", direct, "PROJECT", PROJECT, 0),
                ("b", tied, "GLOBAL", None, 4)), True, True),
            ("two roles, neither of them to view", (
                ("a", direct, "PROJECT", PROJECT, 16),
                ("b", tied, "PIPELINE", PROJECT, 1)), False, False)):
        yield name, dict(permissions=permissions, reads=reads,
                         reads_project=reads_project)


ROLES = {
    name: User(200 + n, tokens=(live(f"token_of_role_{n:03}"),), **rights)
    for n, (name, rights) in enumerate([*_by_bits(), *_by_permission()])}

LISTS = (CALENDAR, WRITER, PAGES, MANY, PROVIDED, ENDING, OTHER, DETAILED,
         MASKED)
USERS = (*LISTS, *ROLES.values())


def _made_before(shown, days=30):
    """When demo.sql says that a token of the example was made."""
    moment = datetime.datetime.fromisoformat(shown)
    return str(moment - datetime.timedelta(days))


# The demo's user as the demo leaves him: his live token's expires and created
# are set here, as demo.sql takes them from the clock.
DEMO = User(example.USER_ID, tokens=(
    live(example.TOKEN, created=CREATED, shown_created=SHOWN_CREATED),
    *(Row(None, shown, token, False, shown_created=_made_before(shown))
      for shown, token in example.ROWS)))


def _numbered(*users):
    """(user, row) in the opposite of the answer's order, so that the newest of
    one moment is the first in the answer."""
    return [(user, row) for user in users for row in reversed(user.tokens)]


# The row's id by its user's and the row.  demo.sql numbers its own.
IDS = {(user.id, row): number
       for number, (user, row) in enumerate(_numbered(DEMO, *USERS), 1)}
NO_ID = len(IDS) + 1000


def _literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, (bool, int)):
        return str(value)
    return "'" + value.replace("'", "''") + "'"


def _insert(table, columns, rows):
    values = ",\n".join(
        "(" + ", ".join(map(_literal, row)) + ")" for row in rows)
    return f"INSERT INTO {table} ({columns}) VALUES\n{values};\n"


def _tokens():
    for user, row in _numbered(*USERS):
        yield (IDS[user.id, row], row.application, user.id, row.created,
               row.expires, row.token)
    yield (len(IDS) + 1, NOBODY.application, None, None, NOBODY.expires,
           NOBODY.token)


def _rights():
    """The rows of role, user_role, permission and role_permission."""
    roles, users, permissions, ties = {}, [], [], []
    for user in USERS:
        for name, table, entity, entity_id, access in user.permissions:
            role = roles.setdefault((user.id, name), len(roles) + 1)
            if (user.id, role) not in users:
                users.append((user.id, role))
            direct = table == "permission.role_id"
            permissions.append((len(permissions) + 1, entity, entity_id,
                                access, role if direct else None))
            if not direct:
                ties.append((len(permissions), role))
    return [(n, f"role {n}") for n in roles.values()], users, permissions, ties


def made_up_rows():
    """SQL that adds this file's users and tokens to the demo's."""
    roles, user_roles, permissions, ties = _rights()
    return "".join((
        _insert('"user"', "id, username, owner, roles", (
            (u.id, f"user_{u.id}", u.owner, u.roles) for u in USERS)),
        _insert("oauth2_application", "id, client_id, name", (
            (n, *row) for n, row in APPLICATIONS.items() if n != 1)),
        _insert("oauth2_access_token", "id, oauth2_application_id, user_id,"
                " created_at, expires, token", _tokens()),
        "SELECT setval('oauth2_access_token_id_seq', max(id))"
        " FROM oauth2_access_token;\n"
        "UPDATE oauth2_access_token"
        " SET refresh_token = 'made_up_refresh_' || id;\n"
        f"UPDATE oauth2_access_token SET expires = '{LIVE}',"
        f" created_at = '{CREATED}' WHERE token = '{example.TOKEN}';\n",
        _insert("role", "id, name", roles),
        _insert("user_role", "user_id, role_id", user_roles),
        _insert("permission", "id, entity, entity_id, access, role_id",
                permissions),
        _insert("role_permission", "permission_id, role_id", ties),
    ))


# All tokens there are, and whose they are.
OWNERS = {row.token: user.id for user in (*USERS, DEMO) for row in user.tokens
          if row.token}
ALL_TOKENS = frozenset(OWNERS) | {NOBODY.token}


class Database(postgresql.Database):
    """The suite's database, in a cluster of its own."""

    def __init__(self, tcp=False):
        super().__init__(postgresql.Cluster(tcp), NAME)
        self.cluster.create(
            NAME, "schema.sql", "index.sql", "demo.sql", "role.sql")
        self.sql(made_up_rows())

    def believe_in_2023(self):
        """From its next connection on the program finds a now() of 2023-07-20.
        The demo's live token goes away, as the example does not have it."""
        self.sql(f"""
            CREATE SCHEMA clock;
            CREATE FUNCTION clock.now() RETURNS timestamptz LANGUAGE sql STABLE
                AS $$ SELECT timestamptz '2023-07-20 12:00:00+00' $$;
            GRANT USAGE ON SCHEMA clock TO oauth_access_tokens;
            ALTER ROLE oauth_access_tokens IN DATABASE {NAME}
                SET search_path = clock, public, pg_catalog;
            DELETE FROM oauth2_access_token WHERE token = '{example.TOKEN}';
        """)


class SeveralHosts(Database):
    """The same, as one of several hosts; the first is not there."""

    def service(self):
        return super().service().replace("host=", "host=/made/up,", 1)
