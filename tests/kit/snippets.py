"""nginx, Caddy and HAProxy in front of the program: their configuration is that
of the manual, EXAMPLES, "The web servers", within one like Debian's."""

import re
import subprocess
import textwrap

from kit.run import NAME
from kit.server import External, Server


def shown(manual):
    """A manual as its reader sees it."""
    text = subprocess.run(
        ["mandoc", "-T", "ascii", manual], text=True, check=True,
        capture_output=True).stdout
    return re.sub(".\b", "", text)


def snippets(text):
    """The snippets of a manual that is shown, by the name that each begins
    with: that of its file and, perhaps, which part of it."""
    return {found[1]: textwrap.dedent(found[0]) for found in re.finditer(
        r"^ +# (/etc/.+)\n(?:.+\n)+", text, re.M)}


def of_examples(text):
    """Those of EXAMPLES, where one machine is enough."""
    return snippets(text.partition("\nMORE THAN ONE MACHINE\n")[0])


class Snippet(Server):
    """A server with snippets of the installed manual.  It stays in the
    foreground and logs to its standard error.

    command  its words; "{}" is the directory
    """

    access_file = "log/stderr.log"

    def manual(self):
        """The manual, as its reader sees it."""
        return shown(self.directory / f"usr/share/man/man8/{NAME}.8")

    def snippet(self, name, changes=()):
        """The snippet of this name, with changes: pairs of a text that it has
        once, and what is put there."""
        text = snippets(self.manual())[name]
        for theirs, ours in changes:
            if text.count(theirs) != 1:
                raise ValueError(f"{name} has not one {theirs!r}")
            text = text.replace(theirs, ours)
        return text

    def start(self):
        self.launch([word.format(self.directory) for word in self.command])

    def access_log(self):
        return (self.directory / self.access_file).read_text("latin-1")


class Nginx(External, Snippet):
    """nginx with Debian's fastcgi_params."""

    command = ("/usr/sbin/nginx", "-c", "{}/etc/nginx.conf",
               "-e", "{}/log/error.log")
    access_file = "log/nginx/access.log"

    def prepare(self):
        (self.directory / "log/nginx").mkdir()
        places = "\n".join(
            f"\t{name}_temp_path {self.directory}/run/{name};" for name in
            ("client_body", "fastcgi", "proxy", "scgi", "uwsgi"))
        self.write("etc/nginx.conf", f"""
worker_processes 2;
daemon off;
pid {self.directory}/run/server.pid;
events {{
	worker_connections 768;
}}
http {{
	sendfile on;
	tcp_nopush on;
	gzip on;
	access_log {self.directory}/log/other.log;
{places}
{self.snippet(f"/etc/nginx/conf.d/{NAME}.conf")}
	server {{
		listen 127.0.0.1:{self.port};
		root {self.directory}/www;
{self.snippet(f"/etc/nginx/snippets/{NAME}.conf")}
		{self.beside()}
	}}
}}
""")


class Caddy(External, Snippet):
    """Caddy, without HTTPS, and without the port by which it is controlled."""

    command = ("env", "HOME={}/run", "XDG_CONFIG_HOME={}/run",
               "XDG_DATA_HOME={}/run", "/usr/bin/caddy", "run",
               "--config", "{}/etc/Caddyfile", "--pidfile", "{}/run/server.pid")

    ALL_ELSE = "respond 404"

    def prepare(self):
        self.write("etc/Caddyfile", self.snippet("/etc/caddy/Caddyfile", (
            ("\n{\n", "\n{\n    admin off\n"),
            (f"/{NAME}.sock", f"/{NAME}/fastcgi.sock"),
            (":80 {", f":{self.port} {{\n    bind 127.0.0.1"),
            (self.ALL_ELSE, self.beside() or self.ALL_ELSE))))


class Haproxy(External, Snippet):
    """HAProxy with the defaults of Debian's file, and no chroot."""

    DEFAULTS = """
global
	log stdout format raw local0
defaults
	log global
	mode http
	option httplog
	option dontlognull
	timeout connect 5000
	timeout client 50000
	timeout server 50000
"""

    command = ("/usr/sbin/haproxy", "-W", "-f", "{}/etc/haproxy.cfg",
               "-p", "{}/run/server.pid")

    ALL_ELSE = f"http-request deny deny_status 404 unless {NAME}"

    def prepare(self):
        """The first line of what is beside goes into the frontend."""
        all_else, *sections = (self.beside() or self.ALL_ELSE).splitlines()
        text = self.snippet("/etc/haproxy/haproxy.cfg", (
            (f"@/{NAME}.sock", f"@{self.directory}/run/{NAME}/fastcgi.sock"),
            (":80", f"127.0.0.1:{self.port}"),
            (self.ALL_ELSE, all_else)))
        newline = "\n"
        self.write("etc/haproxy.cfg",
                   self.DEFAULTS + text + newline.join(sections) + newline)
