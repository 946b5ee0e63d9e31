"""The program behind each web server, one class for each of the set-ups.

A main configuration like Debian's includes one of the files of lighttpd-conf/
and apache-conf/ as it is.  kit/snippets.py has the servers whose configuration
stands in the manual."""

import re
import shutil

from kit.run import NAME
from kit.server import External, Server
from kit.snippets import Caddy, Haproxy, Nginx


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
    "nginx": Nginx,
    "caddy": Caddy,
    "haproxy": Haproxy,
    "apache_fcgid": ApacheFcgid,
    "apache_proxy_fcgi": ApacheProxyFcgi,
    "apache_cgi": ApacheCgi,
    "apache_htaccess_fcgid": HtaccessFcgid,
    "apache_htaccess_cgi": HtaccessCgi,
}
