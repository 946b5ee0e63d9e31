"""The machine below the suites: temporary directories, ports, users, and other
processes."""

import atexit
import contextlib
import os
import pathlib
import pwd
import shutil
import signal
import socket
import sys
import tempfile
import time

from kit.run import PROGRAM

# Longer than anything here takes: when it is over, something hangs.
DEADLINE_S = 15

# Where servers and their helpers are; an ordinary user's PATH lacks it.
os.environ["PATH"] += ":/usr/sbin:/sbin"


def temporary_directory():
    """A directory with a short path (Unix sockets have 107 bytes) that other
    users may enter; removed when the suite ends, however it ends."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="oat.", dir="/tmp"))
    path.chmod(0o755)
    atexit.register(shutil.rmtree, path, ignore_errors=True)
    return path


def free_port():
    """A TCP port on the loopback address that nobody listens on now."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def is_listening(path):
    """Does a process listen on this Unix socket?  It is asked of Linux, as
    proc(5) says: a connection would be one that the process has to mind."""
    accepts = "00010000"
    with open("/proc/net/unix") as sockets:
        return any(words[3] == accepts and words[7:] == [str(path)]
                   for words in map(str.split, sockets))


def service_user():
    """The user that servers run as: "postgres" for root, else the caller."""
    return "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name


def as_service_user(command):
    """The command, run as service_user() where that is another user."""
    if os.getuid() == 0:
        return ["runuser", "-u", service_user(), "--", *command]
    return list(command)


def program_for_all():
    """A copy of the program where other users may run it."""
    return shutil.copy2(PROGRAM, temporary_directory())


def wait_until(condition, what):
    """Poll until the condition holds, and return its value.  TimeoutError says
    what did not come about."""
    deadline = time.monotonic() + DEADLINE_S
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.01)
    return value


def send_signal(number, pids):
    """Send a signal to each process that has not ended."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def _stat(pid):
    """The fields of /proc/PID/stat behind the name: proc(5), from 3 on."""
    text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    return text.rpartition(")")[2].split()


def parent_of(pid):
    """The parent's pid; 0 when the process has ended, a zombie included."""
    try:
        state, parent = _stat(pid)[:2]
    except OSError:
        return 0
    return 0 if state == "Z" else int(parent)


def children_of(pid):
    """The pids of a process's children, in order."""
    pids = (int(path.name) for path in pathlib.Path("/proc").glob("[0-9]*"))
    return sorted(child for child in pids if parent_of(child) == pid)


def started_s(pid):
    """When a process was started, in seconds since the machine was."""
    return int(_stat(pid)[19]) / os.sysconf("SC_CLK_TCK")


def cpu_s(pid):
    """Seconds of processor time that a process has used."""
    return sum(map(int, _stat(pid)[11:13])) / os.sysconf("SC_CLK_TCK")


def memory_kb(pid):
    """Resident memory of a process."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise ValueError("no VmRSS")


def descriptors(pid):
    """How many descriptors a process has; None unless root asks."""
    return len(os.listdir(f"/proc/{pid}/fd")) if os.getuid() == 0 else None


def _exit_on_signal(number, _frame):
    sys.exit(128 + number)


# A suite that is told to end still stops its servers.
signal.signal(signal.SIGTERM, _exit_on_signal)
