"""What all figures are measured with: wrk, memory, pauses, and the table they are printed in."""
import contextlib
import fcntl
import json
import os
import re
import shutil
import statistics
import struct
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import built  # noqa: E402  (from the folder above)
import docket  # noqa: E402

UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 60e3}


@dataclass
class Figure:
    """One line of the report: a measured value, its peer's in the same run, and their ratio."""

    name: str
    value: float
    unit: str
    peer: float | None = None
    peer_name: str = ""
    note: str = ""

    @property
    def ratio(self):
        """The value as a share of its peer's; None without one."""
        return self.value / self.peer if self.peer else None


@dataclass
class Load:
    """What wrk measured: requests a second and latencies in milliseconds."""

    rate: float
    p50: float
    p99: float
    errors: int


def wrk(url, script, seconds=5, connections=64, threads=2, environment=None):
    """Runs wrk, with a Lua script of this folder or without."""
    done = subprocess.run(["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency",
                           *(["-s", HERE / script] if script else []), url], capture_output=True, text=True, check=True,
                          env={**os.environ, **(environment or {})})
    out = done.stdout

    def latency(percentile):
        value, unit = re.search(rf"^\s+{percentile}%\s+([\d.]+)(us|ms|s|m)$", out, re.M).groups()
        return float(value) * UNITS[unit]
    errors = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    socket_errors = re.search(r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", out)
    return Load(float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1]), latency(50), latency(99),
                (int(errors[1]) if errors else 0) + sum(map(int, socket_errors.groups() if socket_errors else ())))


def median_of(loads):
    """The load of the median rate, with the errors of all."""
    middle = sorted(loads, key=lambda load: load.rate)[len(loads) // 2]
    middle.errors = sum(load.errors for load in loads)
    return middle


def alternating(first, second, rounds):
    """Measures two things in turn, so that a slow moment of the machine is not one's alone; two lists."""
    pairs = [(first(), second()) for _ in range(rounds)]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def median(values):
    """The median."""
    return statistics.median(values)


def pss(pids):
    """Proportional set size of processes together, in MiB; what has ended counts nothing."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss:\s+(\d+) kB", text, re.M)[1])
    return total / 1024


@contextlib.contextmanager
def server(**parts):
    """A Docket with these parts, stopped and removed afterwards."""
    one = docket.Docket(**parts)
    try:
        yield one.start()
    finally:
        one.close()


@contextlib.contextmanager
def paused(one):
    """No work is taken up meanwhile: all slots of the store are held, as other workers would hold them."""
    slots = one.store / "run" / "slots"
    descriptor = os.open(slots, os.O_RDWR | os.O_CREAT, 0o600)
    if one.user:
        shutil.chown(slots, one.user, one.user)
    try:
        # struct flock of 64-bit Linux; F_OFD_SETLKW is 38.
        fcntl.fcntl(descriptor, 38, struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, 0, 4096, 0))
        yield
    finally:
        os.close(descriptor)


def program(name):
    """A C++ program of this folder, compiled if need be."""
    source, binary = HERE / f"{name}.cpp", built.BUILD / f"bench-{name}"
    library = built.BUILD / "cmake" / "libdocket_store.a"
    if not binary.exists() or binary.stat().st_mtime < max(source.stat().st_mtime, library.stat().st_mtime):
        subprocess.run(["c++", "-std=c++20", "-O2", "-Wall", "-Wextra", f"-I{built.ROOT / 'src'}", source, library,
                        "-llmdb", "-lcrypto", "-lpthread", "-o", binary], check=True)
    return binary


@contextlib.contextmanager
def folder():
    """A temporary folder on the disk the stores are on."""
    with tempfile.TemporaryDirectory(prefix="docket-bench-") as name:
        yield Path(name)


def report(figures, as_json=False):
    """Prints figures as a table, or as JSON."""
    if as_json:
        print(json.dumps([{**vars(figure), "ratio": figure.ratio} for figure in figures], indent=1))
        return
    for figure in figures:
        peer = f"{figure.peer:10.4g} {figure.peer_name}" if figure.peer is not None else ""
        ratio = f"{figure.ratio:6.2f} ×" if figure.ratio is not None else " " * 8
        print(f"{figure.name:58} {figure.value:10.4g} {figure.unit:8} {ratio}  {peer}  {figure.note}".rstrip(),
              flush=True)
