"""The program behind each web server, one class for each of the shipped files.

"make install" installs the program and the files of lighttpd-conf/ and
apache-conf/ below a temporary directory.  A main configuration like Debian's
includes one of those files as it is.  Everything runs as an unprivileged user,
on a free port of the loopback address."""

import atexit
import contextlib
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import time

from kit import machine
from kit.client import Client
from kit.machine import DEADLINE_S, parent_of, wait_until
from kit.run import BUILD, NAME, ROOT, WRAPPER


def wrap(program):
    """Put a script in the program's place, which runs it with the wrapper."""
    real = program.parent / "wrapped" / program.name
    real.parent.mkdir()
    program.rename(real)
    program.write_text(f'#!/bin/sh\nexec {" ".join(WRAPPER)} {real}\n')
    program.chmod(0o755)


def install(directory):
    """Run "make install", below the directory."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("MAKE", "MFLAGS"))}
    subprocess.run(
        ["make", "-s", "install", f"B={os.path.relpath(BUILD, ROOT)}",
         f"prefix={directory}/usr", f"cgibindir={directory}/cgi-bin",
         f"runstatedir={directory}/run", f"logdir={directory}/log"],
        cwd=ROOT, env=environment, check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    if WRAPPER:
        wrap(directory / "cgi-bin" / NAME)


class Server:
    """A web server.  Subclasses write its configuration and say how it is
    started."""

    fast = True  # no process is started for each request
    supervised = True  # the program minds its own workers
    pid_files = ("run/server.pid",)
    # Where the program's lines are, as README's table says.
    program_log = "log/error.log"

    def __init__(self, kind, database, settings=None):
        """settings: of the program, beside those of the shipped file."""
        self.kind = kind
        self.settings = settings or {}
        self.directory = machine.temporary_directory()
        self.port = machine.free_port()
        self.client = Client(self.port)
        install(self.directory)
        self.shipped = self.directory / "usr/share" / NAME
        for name in ("etc", "log/lighttpd", "www", "run/socks", f"run/{NAME}"):
            (self.directory / name).mkdir(parents=True)
        self.service = database.service_file(self.directory / "etc")
        self.processes = []
        self.prepare()
        for name in ("log", "run", "home"):
            self._give_away(self.directory / name)
        atexit.register(self.stop)
        self.start()
        wait_until(self._listens, f"{kind} does not listen\n{self.logs()}")

    def write(self, name, text):
        """Write a file below the directory; its path."""
        path = self.directory / name
        path.write_text(text)
        return path

    def _give_away(self, path):
        """Make the user that servers run as the owner, recursively."""
        if os.getuid() == 0 and path.exists():
            for each in (path, *path.rglob("*")):
                shutil.chown(each, machine.service_user())

    def launch(self, command, **environment):
        """Start a process that stays in the foreground."""
        with open(self.directory / "log/stderr.log", "ab") as log:
            process = subprocess.Popen(
                machine.as_service_user(command), cwd=self.directory,
                env={"PATH": os.environ["PATH"], **self.settings,
                     **environment},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def run(self, command, **environment):
        """Start a process that goes into the background."""
        process = self.launch(command, **environment)
        self.processes.remove(process)
        if process.wait(DEADLINE_S) != 0:
            raise RuntimeError(f"{command}\n{self.logs()}")

    def _listens(self):
        with socket.socket() as s:
            return s.connect_ex(("127.0.0.1", self.port)) == 0

    def beside(self):
        """What the site's own configuration has beside ours."""
        return ""

    def ask(self, request):
        """The answer to a request."""
        return self.client.ask(request)

    def daemons(self):
        """The pids in the server's own files."""
        return [int(pid) for name in self.pid_files
                if (path := self.directory / name).exists()
                for pid in path.read_text().split()]

    def stop(self):
        """End the server, and wait for it."""
        atexit.unregister(self.stop)
        for pid in self.daemons():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not parent_of(pid), f"{pid} goes on")
        for process in self.processes:
            process.wait(DEADLINE_S)

    def reload(self):
        """Do what "systemctl reload" does on Debian: a graceful reload."""
        pid = (self.directory / "run/server.pid").read_text()
        os.kill(int(pid), signal.SIGUSR1)

    def left_processes(self):
        """The command lines of this server's processes that do not end."""
        deadline = time.monotonic() + 5
        while (found := self._processes()) and time.monotonic() < deadline:
            time.sleep(0.01)
        return list(found.values())

    def _processes(self):
        """Command lines, as in /proc, by pid."""
        found = {}
        for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            with contextlib.suppress(OSError):  # it has just ended
                command = path.read_bytes()
                if str(self.directory).encode() in command:
                    found[int(path.parent.name)] = command
        return found

    def program_pids(self):
        """The parent's pid by the pid of each of the program's processes,
        wherever its file is and whatever runs it.  (It has no arguments.)"""
        path = str(self.directory).encode()
        return {pid: parent_of(pid) for pid, command
                in self._processes().items()
                if (last := command.rstrip(b"\0").split(b"\0")[-1])
                .startswith(path) and last.endswith(b"/" + NAME.encode())}

    def supervisors(self):
        """The program's processes whose parent is not of the program."""
        program = self.program_pids()
        return {pid for pid, parent in program.items()
                if parent not in program}

    def workers(self):
        """The program's processes that answer requests."""
        program = self.program_pids()
        return {pid for pid, parent in program.items()
                if parent in program or not self.supervised}

    def left_files(self):
        """The program's sockets that nobody has removed.  (mod_fcgid leaves its
        own for its next start.)"""
        return [path for path in (self.directory / "run" / NAME).iterdir()
                if path.is_socket()]

    def logs(self):
        """The text of all logs, except the access log."""
        return "".join(path.read_text(errors="replace")
                       for path in (self.directory / "log").rglob("*")
                       if path.is_file() and path.name != "access.log")

    def program_lines(self):
        """The program's lines in the log that README names."""
        path = self.directory / self.program_log
        return [line for line in path.read_text(errors="replace").splitlines()
                if f"{NAME}: " in line] if path.exists() else []

    def access_log(self):
        """The text of the access log."""
        return (self.directory / "log/access.log").read_text("latin-1")


class Lighttpd(Server):
    """lighttpd with Debian 12's parse options and one file of ours."""

    def __init__(self, kind, database, settings=None):
        self.file = f"{NAME}-{kind.removeprefix('lighttpd_')}.conf"
        super().__init__(kind, database, settings)

    def prepare(self):
        self.write("etc/lighttpd.conf", f"""
server.modules = ( "mod_indexfile", "mod_access", "mod_alias", "mod_redirect" )
server.document-root = "{self.directory}/www"
server.errorlog = "{self.directory}/log/error.log"
server.pid-file = "{self.directory}/run/server.pid"
server.upload-dirs = ( "{self.directory}/run" )
server.bind = "127.0.0.1"
server.port = {self.port}
server.feature-flags += ( "server.h2proto" => "enable" )
server.feature-flags += ( "server.h2c" => "enable" )
server.http-parseopts = (
  "header-strict"           => "enable",
  "host-strict"             => "enable",
  "host-normalize"          => "enable",
  "url-normalize-unreserved"=> "enable",
  "url-normalize-required"  => "enable",
  "url-ctrls-reject"        => "enable",
  "url-path-2f-decode"      => "enable",
  "url-path-dotseg-remove"  => "enable",
)
server.modules += ( "mod_accesslog", "mod_setenv" )
accesslog.filename = "{self.directory}/log/access.log"
setenv.add-environment = ( {self.environment()} )
include "{self.shipped}/lighttpd-conf/{self.file}"
{self.beside()}
server.modules += ( "mod_dirlisting", "mod_staticfile" )
""")

    program_log = "log/lighttpd/breakage"

    def environment(self):
        """The variables of each request, beside those of the shipped file."""
        return f'"PGSERVICEFILE" => "{self.service}"'

    def start(self):
        """Start it as a daemon, which has no standard error."""
        self.run(["/usr/sbin/lighttpd", "-f",
                  f"{self.directory}/etc/lighttpd.conf"],
                 PGSERVICEFILE=str(self.service))


class LighttpdCgi(Lighttpd):
    """lighttpd with mod_cgi."""

    fast = False

    def environment(self):
        return ", ".join((super().environment(), *(
            f'"{name}" => "{value}"'
            for name, value in self.settings.items())))


class External:
    """The program behind a socket of its own, started by the command that the
    head of a shipped file shows."""

    pid_files = ("run/server.pid", f"run/{NAME}/fastcgi.pid")

    program_log = f"log/{NAME}.log"

    def spawn_command(self):
        """The words of that command, except the settings of this server's."""
        text = (self.shipped / f"lighttpd-conf/{NAME}-external.conf"
                ).read_text()
        shown = re.search(rf"^#( +OAUTH_TOKENS_DATABASE=.*? -- \S+/{NAME})$",
                          text, re.M | re.S)[1]
        words = shlex.split(shown.replace("\n#", "\n").replace("\\\n", " "))
        # Only root can start it as another user.
        return [word for n, word in enumerate(words)
                if word not in ("-u", "-g", "-U") and words[n - 1] not in
                ("-u", "-g", "-U") and
                word.partition("=")[0] not in self.settings]

    def start(self):
        self.run(["env", *self.spawn_command()],
                 PGSERVICEFILE=str(self.service))
        socket_path = self.directory / f"run/{NAME}/fastcgi.sock"
        wait_until(lambda: machine.is_listening(socket_path),
                   f"nobody listens\n{self.logs()}")
        super().start()

    def stop(self):
        super().stop()
        self.left_processes()
        # spawn-fcgi has ended long ago; nobody else removes it.
        (self.directory / f"run/{NAME}/fastcgi.sock").unlink(missing_ok=True)


class LighttpdExternal(External, Lighttpd):
    """lighttpd with a program that it does not start."""


class Apache(Server):
    """Apache with the modules of Debian 12's default and one file of ours in
    conf-enabled."""

    modules = ()
    DEFAULT_MODULES = (
        "mpm_event", "access_compat", "alias", "auth_basic", "authn_core",
        "authn_file", "authz_core", "authz_host", "authz_user", "autoindex",
        "deflate", "dir", "env", "filter", "mime", "negotiation", "reqtimeout",
        "setenvif", "status")

    def prepare(self):
        self.write("etc/apache2.conf", f"""
Define APACHE_RUN_DIR {self.directory}/run
Define APACHE_LOG_DIR {self.directory}/log
ServerRoot {self.directory}
DefaultRuntimeDir ${{APACHE_RUN_DIR}}
PidFile ${{APACHE_RUN_DIR}}/server.pid
ErrorLog ${{APACHE_LOG_DIR}}/error.log
LogLevel warn
ServerName localhost
Listen 127.0.0.1:{self.port}
{self._load_modules()}
<Directory />
	Options FollowSymLinks
	AllowOverride None
	Require all denied
</Directory>
<Directory {self.directory}/www>
	Options Indexes FollowSymLinks
	AllowOverride None
	Require all granted
</Directory>
AccessFileName .htaccess
<FilesMatch "^\\.ht">
	Require all denied
</FilesMatch>
LogFormat "%h %l %u %t \\"%r\\" %>s %O \\"%{{Referer}}i\\" \\
\\"%{{User-Agent}}i\\"" combined
TraceEnable Off
{self.environment()}
{self.include()}
<VirtualHost *:{self.port}>
	ErrorLog ${{APACHE_LOG_DIR}}/site.log
	DocumentRoot {self.document_root()}
	{self.access_logs()}
	{self.beside()}
</VirtualHost>
""")

    def _load_modules(self):
        available = "/etc/apache2/mods-available"
        names = (*self.DEFAULT_MODULES, *self.modules)
        return "\n".join(
            [f"Include {available}/{name}.load" for name in names] +
            [f"IncludeOptional {available}/{name}.conf" for name in names])

    def environment(self):
        """The lines that say where libpq finds the service."""
        return f"SetEnv PGSERVICEFILE {self.service}"

    def shipped_file(self):
        kind = self.kind.removeprefix("apache_").replace("_", "-")
        return self.shipped / f"apache-conf/{NAME}-{kind}.conf"

    def include(self):
        return f"Include {self.shipped_file()}"

    def document_root(self):
        return f"{self.directory}/www"

    def access_logs(self):
        """The two lines of a virtual host that the head of the file shows."""
        return "\n\t".join(re.findall(
            r"^# +(CustomLog .*)$", self.shipped_file().read_text(), re.M))

    def start(self):
        self.launch(["/usr/sbin/apache2", "-DFOREGROUND", "-f",
                     f"{self.directory}/etc/apache2.conf"])


class ApacheCgi(Apache):
    """Apache with mod_cgid."""

    modules = ("cgid",)
    fast = False

    def environment(self):
        return "\n".join((super().environment(), *(
            f"SetEnv {name} {value}"
            for name, value in self.settings.items())))


class ApacheProxyFcgi(External, Apache):
    """Apache with mod_proxy_fcgi, and a program that it does not start."""

    modules = ("proxy", "proxy_fcgi")


class ApacheFcgid(Apache):
    """Apache with mod_fcgid."""

    modules = ("fcgid",)
    supervised = False

    def environment(self):
        return "\n".join((
            f"FcgidIPCDir {self.directory}/run",
            f"FcgidProcessTableFile {self.directory}/run/fcgid_shm",
            f"FcgidInitialEnv PGSERVICEFILE {self.service}",
            *(f"FcgidInitialEnv {name} {value}"
              for name, value in self.settings.items())))


class SharedHosting:
    """The files of apache-conf/shared-hosting in a user's home; the server's
    own configuration does not know them."""

    def prepare(self):
        home = self.directory / "home"
        kit = home / "public_html/api"
        shutil.copytree(self.shipped / "apache-conf/shared-hosting", kit)
        self._set(kit / f"{NAME}.fcgi")
        (home / "bin").mkdir()
        shutil.copy2(self.directory / "cgi-bin" / NAME, home / "bin")
        shutil.move(self.service, home / ".pg_service.conf")
        (home / ".pg_service.conf").chmod(0o600)
        super().prepare()

    def _set(self, wrapper):
        """Add the settings to the wrapper, below those that are there."""
        wrapper.write_text(wrapper.read_text().replace("\nexport ", "".join(
            f'\nexport {name}="{value}"' for name, value
            in self.settings.items()) + "\nexport ", 1))

    def include(self):
        return f"""
<Directory {self.document_root()}>
	AllowOverride All
	Require all granted
</Directory>"""

    def document_root(self):
        return f"{self.directory}/home/public_html"

    def access_logs(self):
        return "CustomLog ${APACHE_LOG_DIR}/access.log combined"


class HtaccessFcgid(SharedHosting, ApacheFcgid):
    """Shared hosting with mod_fcgid."""

    modules = ("fcgid", "rewrite")

    def environment(self):
        return "\n".join(super().environment().splitlines()[:2])


class HtaccessCgi(SharedHosting, Apache):
    """Shared hosting with mod_cgid."""

    modules = ("cgid", "rewrite")
    fast = False

    def environment(self):
        return ""


KINDS = {
    "lighttpd_fastcgi": Lighttpd,
    "lighttpd_external": LighttpdExternal,
    "lighttpd_cgi": LighttpdCgi,
    "apache_fcgid": ApacheFcgid,
    "apache_proxy_fcgi": ApacheProxyFcgi,
    "apache_cgi": ApacheCgi,
    "apache_htaccess_fcgid": HtaccessFcgid,
    "apache_htaccess_cgi": HtaccessCgi,
}
