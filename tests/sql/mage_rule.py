"""Who may read the list, as Mage AI decides it.

The rule in both of Mage's modes, as an oracle for tests on random users: it
agrees with a real Mage server (2026-08) for all of the users of
mage-roles.json, and for those of a list that is kept apart.  A user is a dict
of that file."""

# Mage's permission bits.
OWNER, ADMIN, EDITOR, VIEWER = 1, 2, 4, 8
LIST, DETAIL, CREATE, UPDATE, DELETE = 16, 32, 64, 128, 512
OPERATION_ALL, QUERY, QUERY_ALL = 1024, 2048, 4096
READ, READ_ALL, WRITE, ALL = 8192, 16384, 32768, 131072
DISABLE_LIST, DISABLE_OPERATION_ALL = 262144, 8388608
DISABLE_QUERY, DISABLE_QUERY_ALL = 16777216, 33554432
DISABLE_READ, DISABLE_READ_ALL = 67108864, 134217728

# An access that is exactly one of these stands for more.
VIEWERS = VIEWER | LIST | DETAIL | READ
EDITORS = VIEWERS | EDITOR | CREATE | UPDATE | DELETE | QUERY | WRITE
MORE = {VIEWER: VIEWERS, EDITOR: EDITORS, ADMIN: EDITORS | ADMIN}

KINDS = {
    "read": (READ, READ_ALL, DISABLE_READ, DISABLE_READ_ALL, "read_attributes"),
    "query": (QUERY, QUERY_ALL, DISABLE_QUERY, DISABLE_QUERY_ALL,
              "query_attributes"),
}


def access(user):
    """The bits of roles mode: a role's attached permissions replace its direct
    ones; on the project before GLOBAL."""
    bits = 0
    for role in user["roles"]:
        permissions = role["attached"] or role["direct"]
        project = [p for p in permissions
                   if p["entity"] == "PROJECT" and p["entity_id"] == "THIS"]
        for p in project or [p for p in permissions
                             if p["entity"] == "GLOBAL"]:
            bits |= p["access"] or 0
    return bits


def reads_by_roles(user):
    return bool(user["owner"] or (user["roles_bits"] or 0) & 7
                or access(user) & 15)


def reads_by_permissions(user, show_all):
    """REQUIRE_USER_PERMISSIONS=1.  show_all: was that parameter sent, whatever
    its value?"""
    attached = [p for role in user["roles"] for p in role["attached"]
                if p["access"] is not None]
    if (user["owner"] or access(user) & OWNER
            or any(p["access"] & OWNER for p in attached)):
        return True
    attached = [p for p in attached
                if p["entity_name"] in ("OauthAccessToken", "ALL")]
    wanted = [(None, None)]
    wanted += [("read", name) for name in ("expires", "token", "user_id")]
    wanted += [("query", "show_all")] if show_all else []
    return all(_granted(attached, kind, name) for kind, name in wanted)


def _granted(permissions, kind, name):
    """At least one grants it, none disables it."""
    verdicts = [_verdict(p, kind, name) for p in permissions]
    return "disabled" not in verdicts and "granted" in verdicts


def _verdict(permission, kind, name):
    bits = MORE.get(permission["access"], permission["access"])
    if permission["access"] & DISABLE_LIST:
        return "disabled"
    if bits & ALL:
        return "granted"
    if bits & DISABLE_OPERATION_ALL:
        return "disabled"
    ok = bits & (OPERATION_ALL | LIST)
    if kind is not None:
        one, every, disable_one, disable_every, key = KINDS[kind]
        named = name in ((permission.get("options") or {}).get(key) or [])
        if bits & disable_every or (
                permission["access"] & disable_one and named):
            return "disabled"
        ok = ok and (bits & every or (bits & one and named))
    return "granted" if ok else None
