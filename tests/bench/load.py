"""The load, and what it takes: requests, latencies, processor time, memory.

The load comes from wrk, one thread of C that waits with epoll; its own
processor time is measured beside the servers', so that a run in which it was
the bottleneck shows."""

import dataclasses
import os
import pathlib
import re
import resource
import statistics
import subprocess
import tempfile
import time

HERE = pathlib.Path(__file__).parent
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
WEB_SERVERS = ("lighttpd", "apache2")
LAUNCHERS = ("runuser", "env", "sh")


@dataclasses.dataclass(frozen=True)
class Result:
    """What a load generator says."""
    requests: int
    seconds: float
    failed: int
    p50_ms: float = None
    p99_ms: float = None

    @property
    def rate(self):
        return self.requests / self.seconds


@dataclasses.dataclass(frozen=True)
class Sample:
    """A run, with seconds of processor time by whose they are."""
    result: Result
    cpu: dict

    @property
    def rate(self):
        return self.result.rate

    def cpu_per_1000(self, whose):
        return 1000 * self.cpu[whose] / max(self.result.requests, 1)


def wrk(url, token, connections, seconds):
    """Ask for the URL again and again."""
    output = subprocess.check_output(
        ["wrk", "-t", "1", "-c", str(connections), "-d", str(seconds),
         "--timeout", "60", "-s", HERE / "wrk.lua",
         "-H", f"OAUTH-TOKEN: {token}", url], text=True)
    requests, us, p50, p99, failed = map(
        int, re.search(r"^result (.*)$", output, re.M)[1].split())
    return Result(requests, us / 1e6, failed, p50 / 1e3, p99 / 1e3)


def pgbench(environment, statement, variables, connections, seconds):
    """Run the statement, prepared, again and again.  The first second, in
    which new processes of the server plan it, does not count."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(f"{statement};\n")
        script.flush()
        output = subprocess.check_output(
            ["pgbench", "-n", "-M", "prepared", "-f", script.name, "-P", "1",
             "-c", str(connections), "-T", str(seconds + 2),
             *(f"-D{name}={value}" for name, value in variables.items())],
            env={**os.environ, **environment}, text=True,
            stderr=subprocess.STDOUT)
    requests, failed = (int(re.search(pattern, output)[1]) for pattern in (
        r"actually processed: (\d+)", r"failed transactions: (\d+)"))
    rates = re.findall(r"^progress: .* s, ([\d.]+) tps", output, re.M)
    rate = statistics.mean(map(float, rates[1:1 + seconds]))
    return Result(requests, requests / rate, failed)


@dataclasses.dataclass(frozen=True)
class Process:
    """A line of /proc/PID/stat (proc(5))."""
    pid: int
    name: str
    parent: int
    own: int  # ticks
    children: int  # ticks, of those that it has waited for

    @property
    def whose(self):
        if self.name in LAUNCHERS:
            return None
        return "web server" if self.name in WEB_SERVERS else "worker"


def _process(path):
    pid, name, rest = re.fullmatch(
        r"(\d+) \((.*)\) (.*)\n", path.read_text(), re.S).groups()
    fields = rest.split()
    user, system, of_children, of_childrens_system = map(int, fields[11:15])
    return Process(int(pid), name, int(fields[1]), user + system,
                   of_children + of_childrens_system)


def family(roots):
    """These processes and their descendants, parents first."""
    children = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            process = _process(path)
        except (OSError, AttributeError):
            continue  # it has just ended
        parent = process.parent if process.pid not in roots else None
        children.setdefault(parent, []).append(process)
    found = children.get(None, [])
    for process in found:
        found += children.get(process.pid, [])
    return found


def _ticks(server_roots, database_root):
    """Ticks so far.  A process that has ended is in its parent's "children":
    those of a web server are workers, of CGI."""
    spent = dict.fromkeys(("web server", "worker", "database"), 0)
    for process in family(server_roots):
        if process.whose == "web server":
            spent["web server"] += process.own
            spent["worker"] += process.children
        else:
            spent["worker"] += process.own + process.children
    for process in family([database_root]):
        spent["database"] += process.own + process.children
    return spent


def _client_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _roots(system):
    return system.roots(), system.job.data.cluster.postmaster()


def settle(system):
    """Wait until nobody works any more: a request whose client is gone goes on
    for a while, and is not for the next system to pay."""
    roots = _roots(system)
    deadline = time.monotonic() + 10
    before = None
    while (now := _ticks(*roots)) != before and time.monotonic() < deadline:
        before = now
        time.sleep(0.1)


def sample(system, connections, seconds):
    """Put a load on a system and see what it takes."""
    roots = _roots(system)
    client, before = _client_seconds(), _ticks(*roots)
    result = system.load(connections, seconds)
    client, after = _client_seconds() - client, _ticks(*roots)
    settle(system)
    return Sample(result, {"client": client, **{
        whose: (after[whose] - before[whose]) / TICKS_PER_S
        for whose in before}})


@dataclasses.dataclass(frozen=True)
class Memory:
    """The largest of a system's workers, in kB (proc(5), smaps_rollup)."""
    workers: int
    private: int
    shared: int


def _kilobytes(pid, file, *names):
    text = pathlib.Path(f"/proc/{pid}/{file}").read_text()
    return sum(int(re.search(rf"^{name}:\s+(\d+) kB", text, re.M)[1])
               for name in names)


def workers(system):
    """The processes that answer the system's requests."""
    return [p.pid for p in family(system.roots()) if p.whose == "worker"]


def may_look_inside():
    """Our processes show their memory to nobody but root."""
    return os.getuid() == 0


def memory(system):
    """None where there is no worker between two requests."""
    if not may_look_inside():
        return None
    found = [(_kilobytes(pid, "smaps_rollup", "Private_Clean",
                         "Private_Dirty"),
              _kilobytes(pid, "smaps_rollup", "Shared_Clean", "Shared_Dirty"))
             for pid in workers(system)]
    return Memory(len(found), *max(found)) if found else None


def forget_peaks(pids):
    """Begin anew with each process's peak; return what each has in memory."""
    for pid in pids:
        pathlib.Path(f"/proc/{pid}/clear_refs").write_text("5")
    return {pid: _kilobytes(pid, "status", "VmRSS") for pid in pids}


def peak(pid):
    return _kilobytes(pid, "status", "VmHWM")
