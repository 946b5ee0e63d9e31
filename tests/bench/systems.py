"""What is measured: the program behind its web servers, the two ceilings, and
peers.  Each gets the same request for the same rows."""

import contextlib
import dataclasses
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

from kit import machine
from kit import web_servers as servers
from kit.cgi import cgi_variables
from kit.example import API_KEY
from kit.run import BUILD, NAME, PROGRAM

import data as datas
import load
from common import STATEMENTS

PEERS = pathlib.Path(__file__).parent / "peers"
BUILT = BUILD / "bench"
LEAST = pathlib.Path(__file__).with_name("least.sql").read_text()
# Each system gets as many processes as there are processors, but for Mage's
# stack; ours has what its configuration files say, which is made for two.
WORKERS = os.cpu_count()
OLD = os.environ.get("OLD")  # an older program, to measure beside ours


@dataclasses.dataclass(frozen=True)
class Job:
    """A workload on a database, and the kit that all systems read."""
    data: datas.Data
    workload: datas.Workload
    kit: "Kit"
    token: str
    raw: bytes  # our own answer, as CGI: head and body

    @property
    def request(self):
        return self.workload.request(self.data, self.token)

    @property
    def shape(self):
        """The form of the statement that our program takes for it."""
        if not self.data.indexed:
            return "list_roles_scan_all_counted_plain"
        if self.workload.deep:
            return "list_roles_far_all_counted_plain"
        return "list_roles_near_all_counted_plain"

    def service_file(self, directory):
        return self.data.service_file(directory)


class Kit:
    """The peers, and the forms of the statement as they are compiled in, where
    the user that servers run as may read them."""

    def __init__(self):
        self.directory = machine.temporary_directory()
        shutil.copytree(PEERS, self.directory, dirs_exist_ok=True)
        shutil.copytree(BUILT, self.directory, dirs_exist_ok=True)
        for name in PLAIN:
            self.statement_file(name).write_text(for_peers(STATEMENTS[name]))

    def statement_file(self, name):
        return self.directory / f"{name}.sql"


# Of those that the roles decide, which are all that is measured.
PLAIN = [name for name in STATEMENTS
         if re.match("list_roles_.*_counted_plain", name)]


def for_peers(text):
    """A statement without a gap in its parameters, as the peers' libraries do
    not say what type one that is not used has: $4 is for permissions.  Peers
    know no position in a list."""
    return re.sub(r"\$([567])", lambda m: f"${int(m[1]) - 1}",
                  re.sub(r"\$[89]", "NULL", text))


def job(data, workload, kit):
    """The job, with the program's own answer by CGI to begin with."""
    token = data.token(workload.user)
    variables = cgi_variables(workload.request(data, token))
    done = subprocess.run(
        [PROGRAM], env=dict([*variables, *data.environment().items()]),
        check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
    return Job(data, workload, kit, token, done.stdout)


class Http:
    """What a system that listens is measured with."""

    def __init__(self, kind, job):
        self.job = job
        super().__init__(kind, job)

    def roots(self):
        return [*(process.pid for process in self.processes), *self.daemons()]

    def load(self, connections, seconds):
        url = f"http://127.0.0.1:{self.port}{self.job.request.target}"
        return load.wrk(url, self.job.token, connections, seconds)


class Ours(Http, servers.Lighttpd):
    pass


class OursBefore(Ours):
    """An older program in the place of ours."""

    def prepare(self):
        shutil.copy(OLD, self.directory / "cgi-bin" / NAME)
        super().prepare()


def changed(plain, **what):
    """The job with another workload, which keeps its name."""
    workload = dataclasses.replace(plain.workload, **what)
    return job(plain.data, workload, plain.kit)


class OursDetails(Ours):
    """The same lists, with details."""

    def __init__(self, kind, plain):
        super().__init__(kind, changed(plain, details=True))


class OursUncounted(Ours):
    """The same lists, without their count."""

    def __init__(self, kind, plain):
        super().__init__(kind, changed(plain, uncounted=True))


class OursUncountedHeavy(Ours):
    """The heavy user's list instead, without its count."""

    def __init__(self, kind, plain):
        super().__init__(
            kind, changed(plain, uncounted=True, user=datas.HEAVY))


class OursCursor(Ours):
    """A page by cursor: the second one."""

    def __init__(self, kind, plain):
        page, _ = plain.workload.numbers(plain.data)
        after = cursor(plain, self.before(plain.data, page))
        super().__init__(kind, changed(plain, uncounted=True, after=after))

    def before(self, _data, page):
        """How many tokens come before it."""
        return page


class OursCursorLast(OursCursor):
    """The last page by cursor, of 100,000 tokens the 2,500th."""

    def before(self, data, page):
        return data.heavy_rows - page


def cursor(plain, before):
    """The cursor behind so many tokens, as the program's links have it."""
    after = ""
    while before > 0:
        limit = min(before, datas.WHOLE.limit)
        answer = changed(plain, uncounted=True, limit=limit, after=after).raw
        after = re.search(
            rb'_after=([^&>]+)[^>]*>; rel="next"', answer)[1].decode()
        before -= limit
    return after


class ByRole:
    """The same list, of a user who reads by a role."""

    USERS = {datas.DEMO: datas.EIGHT_ROLE, datas.HUNDRED: datas.HUNDRED_ROLE}

    def __init__(self, kind, plain):
        super().__init__(
            kind, changed(plain, user=self.USERS[plain.workload.user]))


class OursByRole(ByRole, Ours):
    pass


class OursByRoleBefore(ByRole, OursBefore):
    pass


class OursCgi(Http, servers.LighttpdCgi):
    pass


class OnApache(Http):
    def prepare(self):
        super().prepare()
        # Without a thread for each connection Apache closes those that wait,
        # and a request that is on its way then is lost, as HTTP allows.
        with open(self.directory / "etc/apache2.conf", "a") as file:
            file.write("ThreadsPerChild 64\n")


class OursFcgid(OnApache, servers.ApacheFcgid):
    pass


class OursProxyFcgi(OnApache, servers.ApacheProxyFcgi):
    pass


class Constant:
    """A program in the place of ours, below the same configuration, that gives
    our answer to every request."""

    def prepare(self):
        path = self.directory / "cgi-bin" / NAME
        shutil.copy(self.job.kit.directory / self.program, path)
        for ending, content in self.files().items():
            path.with_suffix(ending).write_bytes(content)
        super().prepare()

    def files(self):
        """What the program reads, by the ending of the file's name."""
        return {".answer": self.job.raw}


class ConstantFastCgi(Constant, Ours):
    program = "constant_fcgi"


class ConstantCgi(Constant, OursCgi):
    program = "constant_cgi"


class Thin(Constant, Ours):
    """See peers/thin_fcgi.c."""
    program = "thin_fcgi"

    def files(self):
        limit, offset = self.job.workload.numbers(self.job.data)
        return {**super().files(),
                ".sql": for_peers(STATEMENTS[self.job.shape]).encode(),
                ".values": f"{API_KEY} {limit} {offset}".encode()}


class Least(Thin):
    """The same with the smallest statement: see least.py."""

    def files(self):
        return {**super().files(), ".sql": for_peers(LEAST).encode()}


class Peer(Http):
    """A service of its own, started by command()."""

    def peer_environment(self, listen, user="oauth_access_tokens"):
        return {**self.job.data.environment(user), "LISTEN": str(listen),
                "WORKERS": str(WORKERS)}

    def stop(self):
        for process in load.family(self.roots()):
            if process.whose == "worker":
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGTERM)
        super().stop()


class Alone(Peer, servers.Server):
    """A service that speaks HTTP itself."""

    def prepare(self):
        pass

    def start(self):
        self.launch_peer(self.port)


class Behind(Peer, servers.Lighttpd):
    """A service behind the same lighttpd, by a socket: "configuration" is in
    place of ours."""

    def prepare(self):
        (self.shipped / "lighttpd-conf" / self.file).write_text(
            self.configuration % {"socket": self.socket()})
        super().prepare()

    def socket(self):
        return self.directory / "run/peer.sock"

    def start(self):
        self.launch_peer(self.socket())
        machine.wait_until(self.socket().is_socket, "the peer is not there")
        super().start()


class Php(Behind):
    configuration = """
server.modules += ( "mod_rewrite", "mod_fastcgi" )
url.rewrite-once = ( "^/api/oauth_access_tokens(\\?.*)?$" => "/tokens.php$1" )
fastcgi.server = ( ".php" => (( "socket" => "%(socket)s" )) )
"""

    def launch_peer(self, listen):
        shutil.copy(self.job.kit.directory / "tokens.php",
                    self.directory / "www")
        file = self.write("etc/fpm.conf", f"""
[global]
daemonize = no
error_log = {self.directory}/log/fpm.log
[www]
listen = {listen}
pm = static
pm.max_children = {WORKERS}
clear_env = no
""")
        [program] = pathlib.Path("/usr/sbin").glob("php-fpm[0-9]*")
        self.launch([program, "--fpm-config", file],
                    **self.peer_environment(listen))


class Node:
    """See peers/node.js."""

    def how(self):
        return {}

    def launch_peer(self, listen):
        self.launch(["node", self.job.kit.directory / "node.js"],
                    NODE_ENV="production", **self.how(),
                    **self.peer_environment(listen))


class NodeAlone(Node, Alone):
    pass


class NodeBehind(Node, Behind):
    configuration = """
server.modules += ( "mod_proxy" )
$HTTP["url"] =~ "^/api/" {
	proxy.server = ( "" => (( "socket" => "%(socket)s" )) )
}
"""


class Prepared:
    def how(self):
        return {"PREPARE": "1"}


class NodePreparedAlone(Prepared, NodeAlone):
    pass


class OneStatement(Prepared):
    def how(self):
        file = self.job.kit.statement_file(self.job.shape)
        return {**super().how(), "STATEMENT": str(file)}


class NodeOneAlone(OneStatement, NodeAlone):
    pass


class NodeOneBehind(OneStatement, NodeBehind):
    pass


class Mage(Alone):
    """See peers/mage.py."""

    def launch_peer(self, listen):
        self.launch(["/usr/bin/python3", self.job.kit.directory / "mage.py"],
                    **self.peer_environment(listen, datas.READER))


class Pgbench:
    """The database by itself."""

    # More clients only take the processors from each other: the ceiling is
    # what the database can do, not what 32 clients make of it.
    MOST = 2 * WORKERS

    def __init__(self, _kind, job):
        self.job = job

    def roots(self):
        return []

    def stop(self):
        pass

    def statement(self):
        """Ours; a number for a name, and NULL for the project."""
        names = {"1": ":key", "2": ":token", "3": "NULL", "4": "false",
                 "5": ":limit", "6": ":offset"}
        return re.sub(r"\$(\d)", lambda m: names[m[1]],
                      for_peers(STATEMENTS[self.job.shape]))

    def variables(self):
        limit, offset = self.job.workload.numbers(self.job.data)
        return {"key": API_KEY, "token": self.job.token,
                "limit": limit, "offset": offset}

    def load(self, connections, seconds):
        result = load.pgbench(
            self.job.data.environment(), self.statement(), self.variables(),
            min(connections, self.MOST), seconds)
        # The server's processes of these connections end now; what they took
        # shows when they are gone.
        time.sleep(0.3)
        return result


class PgbenchCount(Pgbench):
    """Only the exact count of the list."""

    def statement(self):
        return ("SELECT count(*) FROM oauth2_access_token"
                " WHERE user_id = :user::bigint")

    def variables(self):
        return {"user": self.job.workload.user}


@dataclasses.dataclass(frozen=True)
class System:
    name: str
    make: type
    kind: str = "lighttpd_fastcgi"  # which of the shipped files
    connections: tuple = (1, 8, 32)
    answers: bool = True  # by itself: it knows a wrong token
    speaks_http: bool = True
    workloads: tuple = tuple(w.name for w in datas.WORKLOADS)


OURS = System("ours", Ours)
OURS_GROWN = System("ours-grown", Ours)

SYSTEMS = (
    OURS,
    System("ours-details", OursDetails),
    System("ours-uncounted", OursUncounted),
    System("ours-uncounted-heavy", OursUncountedHeavy, workloads=("hundred",)),
    System("ours-cursor", OursCursor, workloads=("heavy",)),
    System("ours-cursor-last", OursCursorLast, workloads=("heavy",)),
    System("ours-role", OursByRole, workloads=datas.ORDINARY),
    *([System("ours-before", OursBefore),
       System("ours-role-before", OursByRoleBefore, workloads=datas.ORDINARY)]
      if OLD else []),
    System("ours-fcgid", OursFcgid, "apache_fcgid"),
    System("ours-proxy-fcgi", OursProxyFcgi, "apache_proxy_fcgi"),
    System("ours-cgi", OursCgi, "lighttpd_cgi", (1, 8)),
    System("constant", ConstantFastCgi, answers=False),
    System("constant-cgi", ConstantCgi, "lighttpd_cgi", (1, 8), False),
    System("thin", Thin),
    System("least", Least),
    System("pgbench", Pgbench, speaks_http=False),
    System("count", PgbenchCount, connections=(1,), speaks_http=False),
    System("php", Php),
    System("node", NodeAlone),
    System("node-lighttpd", NodeBehind, connections=(1,)),
    System("node-prepared", NodePreparedAlone),
    System("node-one", NodeOneAlone),
    System("node-one-lighttpd", NodeOneBehind, connections=(1,)),
    System("python", Mage),
)
