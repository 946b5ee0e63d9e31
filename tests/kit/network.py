"""Other machines: network namespaces, each at the other end of a pair of
interfaces.  Only root can make them."""

import atexit
import contextlib
import os
import subprocess

from kit import machine


def ip(*words, prefix=()):
    """Run ip(8)."""
    subprocess.run([*prefix, "ip", *words], check=True)


class Namespace:
    """A machine with one address.  It is gone when its processes are.

    number  0 ... 255, of this suite's machines
    """

    def __init__(self, number):
        # RFC 2544: for tests.
        self.host = f"198.18.{number}.2"
        self.near = f"198.18.{number}.1"
        link = f"oat{number}x{os.getpid()}"
        holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        atexit.register(holder.kill)
        path = f"/proc/{holder.pid}/ns/net"
        machine.wait_until(lambda: os.readlink(path) != os.readlink(
            "/proc/self/ns/net"), "no namespace")
        self.prefix = ["nsenter", f"--net={path}"]
        ip("link", "add", link, "type", "veth",
           "peer", "far", "netns", str(holder.pid))
        ip("addr", "add", f"{self.near}/30", "dev", link)
        ip("link", "set", link, "up")
        self.far("addr", "add", f"{self.host}/30", "dev", "far")
        self.far("link", "set", "far", "up")

    def far(self, *words):
        """Run ip(8) there."""
        ip(*words, prefix=self.prefix)

    @contextlib.contextmanager
    def unplugged(self):
        """The link is down meanwhile."""
        self.far("link", "set", "far", "down")
        try:
            yield
        finally:
            self.far("link", "set", "far", "up")

    @contextlib.contextmanager
    def silent(self):
        """What comes there is not answered meanwhile: the answers vanish."""
        self.far("route", "add", "blackhole", f"{self.near}/32")
        try:
            yield
        finally:
            self.far("route", "del", "blackhole", f"{self.near}/32")
