"""The benchmark's databases: deterministic, made in SQL; and what is asked of
them."""

import dataclasses

from kit.client import Request
from kit.example import API_KEY
from kit.postgresql import ROLE, Cluster as PrivateCluster, Database
from kit.run import ROOT

# Users.  DEMO is an owner and has eight tokens; the rest, from HEAVY on, are
# viewers by legacy bits, except these.
DEMO, HEAVY, HUNDRED, HUNDRED_OWNER, HUNDRED_ROLE, EIGHT, EIGHT_ROLE = \
    range(2, 9)
ADDRESS = "/api/oauth_access_tokens"
INDEX = "ix_oauth2_access_token_user_id_expires_id"

# A server that is set up for its tables, and whose background work does not
# fall into some measurements and not into others.
SETTINGS = {
    "shared_buffers": "1GB", "maintenance_work_mem": "256MB",
    "max_connections": "200", "autovacuum": "off", "wal_level": "minimal",
    "max_wal_senders": "0", "max_wal_size": "16GB",
    "checkpoint_timeout": "1h", "timezone": "UTC"}

# What a peer that selects whole rows logs in as; the others have our own role.
READER = "reader"

# A user for each 100 tokens.  Three have 100 and two have 8.  Most have 40 to
# 100, on average 70, and one in 20 has 470: 90 on average; the heavy user has
# the rest.  One token in ten is active.  They lie in the table in the order in
# which they expire, as it is where each lives equally long, and the users' are
# mixed.
TOKENS = """
INSERT INTO "user" (id, username, email, roles)
SELECT u, 'user_' || u, 'user_' || u || '@example.com', 4
FROM generate_series(%(heavy)s, %(last)s) AS u;

SET session_replication_role = replica; -- no look-up of each foreign key
SET work_mem = '256MB';
INSERT INTO oauth2_access_token
	(oauth2_application_id, user_id, expires, token, refresh_token)
SELECT 1, u,
	CASE WHEN n %% 10 = 0 THEN timestamptz '2099-01-01 00:00:00+00'
		ELSE timestamptz '2024-01-01 00:00:00+00' END
	- (n * 7919 + u) %% 1000003 * interval '61.000007 seconds', -- two years
	translate(encode(sha256(('token ' || u || ' ' || n)::bytea), 'base64'),
		'+/=', '-_'),
	translate(encode(sha256(('refresh ' || u || ' ' || n)::bytea), 'base64'),
		'+/=', '-_')
FROM (
	SELECT u, n
	FROM generate_series(%(heavy)s, %(last)s) AS u
	CROSS JOIN LATERAL generate_series(10, 9 + CASE
		WHEN u = %(heavy)s THEN %(heavy_rows)s
		WHEN u IN (%(hundreds)s) THEN 100
		WHEN u IN (%(eights)s) THEN 8
		WHEN u %% 20 = 0 THEN 470
		ELSE 40 + u * 7919 %% 61 END) AS n
) AS made
ORDER BY 3, u;

-- Mage's roles, each with a permission for all projects (Mage's bits: see
-- reader_roles.sql), and users who are viewers by one of them, or owners.
INSERT INTO role (id, name)
	VALUES (1, 'Owner'), (2, 'Admin'), (3, 'Editor'), (4, 'Viewer');
INSERT INTO permission (id, entity, access)
	SELECT id, 'GLOBAL', 1 << id - 1 FROM role;
INSERT INTO role_permission (permission_id, role_id) SELECT id, id FROM role;
INSERT INTO user_role (user_id, role_id)
	SELECT id, 4 FROM "user" WHERE id IN (%(by_role)s);
UPDATE "user" SET roles = NULL, owner = id IN (%(owners)s)
	WHERE id IN (%(by_role)s, %(owners)s);
"""


class Data(Database):
    """A database of so many tokens, in a cluster that may have others."""

    def __init__(self, cluster, name, rows, heavy_rows):
        super().__init__(cluster, name)
        self.rows, self.heavy_rows = rows, heavy_rows
        cluster.create(name, "schema.sql", "demo.sql", "role.sql")
        self.sql(TOKENS % {
            "heavy": HEAVY, "last": HEAVY + rows // 100,
            "heavy_rows": self.heavy_rows,
            "hundreds": f"{HUNDRED}, {HUNDRED_OWNER}, {HUNDRED_ROLE}",
            "eights": f"{EIGHT}, {EIGHT_ROLE}",
            "owners": HUNDRED_OWNER,
            "by_role": f"{HUNDRED_ROLE}, {EIGHT_ROLE}"})
        self.sql(f"""
            GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER};
            ALTER ROLE oauth_access_tokens CONNECTION LIMIT -1;""")
        self.sql("VACUUM ANALYZE")
        self.sql("CHECKPOINT")

    def environment(self, user=ROLE):
        return self.cluster.environment(self.name, user)

    def index(self, wanted):
        """Have sql/index.sql, or not."""
        self.indexed = wanted
        if wanted:
            self.sql((ROOT / "sql/index.sql").read_text())
        else:
            self.sql(f"DROP INDEX IF EXISTS {INDEX}")
        self.sql("VACUUM ANALYZE oauth2_access_token")

    def token(self, user):
        """The active token of the user's that the benchmark logs in with."""
        return self.sql(
            f"SELECT token FROM oauth2_access_token WHERE user_id = {user}"
            " AND expires > now() ORDER BY id LIMIT 1")


class Cluster(PrivateCluster):
    """A private cluster with the settings above."""

    def __init__(self):
        super().__init__()
        for name, value in SETTINGS.items():
            self.psql(f"ALTER SYSTEM SET {name} = '{value}'")
        self.psql(f"CREATE ROLE {READER} LOGIN")
        self.pg_ctl("restart")

    def postmaster(self):
        """The process that all others of the cluster come from."""
        path = self.directory / "data/postmaster.pid"
        return int(path.read_text().split()[0])


@dataclasses.dataclass(frozen=True)
class Workload:
    """A request, with show_all=1 and the API key in its query."""
    name: str
    what: str
    user: int
    limit: int = None  # the default, 40
    deep: bool = False  # skip nine tenths of his list
    details: bool = False
    uncounted: bool = False
    after: str = ""  # a cursor

    def numbers(self, data):
        """(_limit, _offset)"""
        return self.limit or 40, self.deep * data.heavy_rows * 9 // 10

    def target(self, data):
        offset = self.numbers(data)[1]
        documented = self.limit and not self.uncounted  # with _offset=0
        parts = [f"_limit={self.limit}" if self.limit else "",
                 f"_offset={offset}" if offset or documented else "",
                 "show_all=1", "_format=with_details" * self.details,
                 "_count=0" * self.uncounted,
                 f"_after={self.after}" if self.after else "",
                 f"api_key={API_KEY}"]
        return ADDRESS + "?" + "&".join(filter(None, parts))

    def request(self, data, token=None):
        return Request(self.target(data), headers=(
            ("OAUTH-TOKEN", token or data.token(self.user)),))


EXAMPLE = Workload("example", "the documented request, 8 tokens", DEMO, 20)
HUNDRED_PAGE = Workload(
    "hundred", "a user with 100 tokens, the default page", HUNDRED)

WORKLOADS = (
    EXAMPLE,
    HUNDRED_PAGE,
    Workload("heavy", "the heavy user's first page", HEAVY),
    Workload("deep", "the heavy user's page at nine tenths of his list", HEAVY,
             deep=True),
)

ORDINARY = (EXAMPLE.name, HUNDRED_PAGE.name)

# In one answer all that the program gives in one, for its memory.
WHOLE = Workload("whole", "10,000 tokens in one answer", HEAVY, 10_000)
