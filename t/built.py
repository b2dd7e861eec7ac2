"""The build that is tested, build/$DOCKET_BUILD (default: release), and what waiting for it takes."""
import contextlib
import ctypes
import os
import random
import shutil
import socket
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
KIND = os.environ.get("DOCKET_BUILD", "release")
BUILD = ROOT / "build" / KIND
MODULE = BUILD / "ngx_http_docket_module.so"
ENGINE = BUILD / "docket-engine"
LAUNCH = BUILD / "docket-launch"
DOCKETCTL = BUILD / "docketctl"
SANITIZED = KIND == "asan"
NGINX = BUILD / "nginx" / "nginx" if SANITIZED else Path(shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin"))

# What nginx runs with. Sanitizers report to the standard error, which is the error log: a sandboxed child can open no
# file. nginx gives nothing back at its end, on purpose: leaks are the unit tests' to find. Each dynamic module has an
# ngx_module_names of its own, made by nginx's configure, and so breaks the one-definition rule by design.
ENVIRONMENT = {**os.environ, "ASAN_OPTIONS": "detect_leaks=0:detect_stack_use_after_return=1:detect_odr_violation=0",
               "UBSAN_OPTIONS": "print_stacktrace=1"}

# What limits are multiplied by: they are for what hangs, not for what is slow. More under the sanitizers.
PATIENCE = 18 if SANITIZED else 3


def wait_for(condition, timeout=30.0, what="", interval=0.02):
    """Calls `condition` until it gives something true, which is returned; fails after `timeout` seconds."""
    deadline = time.monotonic() + timeout * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {timeout * PATIENCE:g} s for {what or condition.__name__}"
        time.sleep(interval)


_reserved = []  # sockets whose names say to other test processes that the port is in use


def free_port():
    """A loopback port that nobody listens on and that is this process's until its end: neither another free_port() nor
    an outgoing connection is given it, so that what is started later can still bind it."""
    first, last = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split())
    ports = [port for port in range(10000, 65536) if not first <= port <= last] or range(first, last + 1)
    for port in random.sample(ports, len(ports)):
        with socket.socket() as probe, contextlib.suppress(OSError):
            reservation = socket.socket(socket.AF_UNIX)
            reservation.bind(f"\0docket-test-port-{port}")
            _reserved.append(reservation)
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as nginx does
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("no free port")


def has_landlock():
    """Whether the kernel has Landlock. Without it the engine opens no file, fonts included."""
    return ctypes.CDLL(None).syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint32(1)) > 0  # its version, please
