"""Bare Debian machines: a root directory of each release, made by debootstrap,
layers upon it, commands in them, and systemd as their first process.

Root alone can do this.  Each machine and each command has mount, process and
network namespaces of its own (a command has the network if it wants it), so
that what it mounts and starts ends with it, however it ends.
"""

import atexit
import contextlib
import os
import pathlib
import shutil
import subprocess
import tempfile
import time

from kit import machine

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root",
               "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}

# What a chroot needs, in a mount namespace of its own: "$1" is its root, the
# rest a command.
ENTER = """
set -e
root=$1
shift
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t tmpfs tmpfs "$root/dev"
for name in null zero full random urandom tty; do
	: >"$root/dev/$name"
	mount --bind "/dev/$name" "$root/dev/$name"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
for name in stdin:0 stdout:1 stderr:2; do
	ln -s "/proc/self/fd/${name#*:}" "$root/dev/${name%:*}"
done
"""
# The same for a whole machine.  Its network is the loopback alone.  The old
# root must be gone: Linux refuses a user namespace, as the service has, to who
# is in a chroot.  Mounts must be shared: systemd mounts a service's credentials
# from a namespace beside its own, and leaves this to who starts a container.
BOOT = ENTER + """
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
ip link set lo up
cd "$root"
pivot_root . .
umount -l .
mount --make-rshared /
exec env -i container=other /lib/systemd/systemd
"""
ENTER += 'exec chroot "$root" "$@"\n'

# A child of such a command ends when this process does.
UNSHARE = ["setpriv", "--pdeathsig", "KILL", "unshare", "--fork",
           "--kill-child", "-m", "-p"]

# Nothing that is installed into a directory may start.
POLICY = "#!/bin/sh\nexit 101\n"


class Failed(Exception):
    """A command failed; its text is what it printed."""


def run(command, **more):
    """Run a command; what it prints."""
    done = subprocess.run(list(map(str, command)), text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, **more)
    if done.returncode != 0:
        raise Failed(f"{' '.join(map(str, command[-3:]))}: "
                     f"{done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def mirror():
    """Where this machine's apt finds Debian."""
    return run(["apt-get", "indextargets", "--format", "$(REPO_URI)",
                "Identifier: Packages", "Label: Debian",
                "Component: main"]).splitlines()[0]


def apt_settings():
    """How this machine's apt reaches it: the proxy and the checks."""
    return "".join(line + "\n" for line in run(
        ["apt-config", "dump", "Acquire"]).splitlines() if line.startswith((
            "Acquire::http", "Acquire::https", "Acquire::Check-")))


class Workshop:
    """A directory for all of it, which is removed."""

    def __init__(self):
        self.directory = pathlib.Path(
            tempfile.mkdtemp(prefix="oat-deb.", dir="/var/tmp"))
        self.directory.chmod(0o755)
        atexit.register(self.remove)

    def remove(self):
        """A command that was ended in the middle may still write."""
        for _ in range(10):
            shutil.rmtree(self.directory, ignore_errors=True)
            if not self.directory.exists():
                return
            time.sleep(0.5)
        raise RuntimeError(f"{self.directory} stays")

    def bare(self, release):
        """A root directory: Debian's minimum, and how apt gets more."""
        root = self.directory / release
        run([*UNSHARE, "debootstrap", "--variant=minbase", release, root,
             mirror()])
        for path in ("/etc/resolv.conf", "/etc/ssl/certs/ca-certificates.crt"):
            if os.path.exists(path):
                (root / path[1:]).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, root / path[1:])
        (root / "etc/apt/apt.conf.d/99check-deb").write_text(apt_settings())
        (root / "etc/hosts").write_text("127.0.0.1 localhost\n")
        layer = Layer([root])
        layer.run("apt-get", "update", "-qq")
        return layer


class Layer:
    """A root directory: one that is there, or what changes upon others."""

    def __init__(self, directories):
        self.directories = directories  # the upper ones first

    def __truediv__(self, path):
        """The place of a file that this layer has, or is to have."""
        return self.directories[0] / path.lstrip("/")

    def put(self, source, directory):
        """Copy a file into a directory, which the top layer may lack."""
        (self / directory).mkdir(parents=True, exist_ok=True)
        shutil.copy(source, self / directory)

    def above(self, name):
        """A new layer upon this one."""
        place = self.directories[0].parent / name
        place.mkdir()
        place.with_suffix(".work").mkdir()
        place.with_suffix(".root").mkdir()
        return Layer([place, *self.directories])

    def _script(self, script):
        """A shell's words to run a script with this root as "$1"."""
        top, *below = self.directories
        root = top.with_suffix(".root") if below else top
        mount = f"""
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir={':'.join(map(str, below))}" \
    -o "upperdir={top},workdir={top.with_suffix('.work')}" {root}
""" if below else "mount --make-rprivate /\n"
        return ["sh", "-c", mount + script, "sh", root]

    def run(self, *words, namespace=()):
        """Run a command; what it prints.  No service starts meanwhile."""
        policy = self / "/usr/sbin/policy-rc.d"
        policy.parent.mkdir(parents=True, exist_ok=True)
        policy.write_text(POLICY)
        policy.chmod(0o755)
        try:
            return run([*namespace, *UNSHARE, *self._script(ENTER), *words],
                       env=ENVIRONMENT)
        finally:
            policy.unlink()

    def start(self, *words, namespace=()):
        """Start a command as the first process; the process to kill, which
        ends it.  (A namespace around its own: a command that changes its user
        is no longer told that its parent has ended.)"""
        return subprocess.Popen(
            list(map(str, [*namespace, *UNSHARE, "unshare", "--fork", "-p",
                           *self._script(ENTER), *words])),
            env=ENVIRONMENT, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def install(self, *names):
        self.run("apt-get", "install", "-y", "-qq", "--no-install-recommends",
                 *names)

    @contextlib.contextmanager
    def booted(self):
        """A machine with this root, meanwhile."""
        process = subprocess.Popen(
            list(map(str, [*UNSHARE, "-n", "-u", "-i", "-C",
                           *self._script(BOOT)])),
            env=ENVIRONMENT, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield Machine(process)
        finally:
            process.kill()
            process.wait()


class Machine:
    """A root in which systemd is the first process."""

    def __init__(self, process):
        self.process = process
        (self.pid,) = machine.wait_until(
            lambda: machine.children_of(process.pid), "systemd's process")
        deadline = time.monotonic() + 60
        while self.state() not in ("running", "degraded"):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the machine is {self.state()}")
            time.sleep(0.2)

    def state(self):
        return subprocess.run(
            self.command("systemctl", "is-system-running"), text=True,
            env=ENVIRONMENT, stdin=subprocess.DEVNULL, capture_output=True,
        ).stdout.strip()

    def command(self, *words):
        """The words that run a command in the machine."""
        return ["nsenter", "-t", str(self.pid), "-m", "-p", "-n", "-u", "-i",
                "-C", "-r", "-w", "--", *map(str, words)]

    def network(self):
        """The words before a command that run it in the machine's network."""
        return ["nsenter", "-t", str(self.pid), "-n", "--"]

    def run(self, *words):
        """Run a command in the machine; what it prints."""
        return run(self.command(*words), env=ENVIRONMENT)

    def shell(self, text):
        """Run a command line, as a person types it."""
        return self.run("sh", "-c", text)

    def is_true(self, text):
        """Does a command line end with 0?"""
        try:
            self.shell(text)
        except Failed:
            return False
        return True
