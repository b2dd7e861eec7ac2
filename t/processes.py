"""Processes as /proc shows them: their states, names and open files."""
import io
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest

from built import wait_for


def stat_of(pid):
    """The fields of /proc/PID/stat from the state on (proc(5)); None when the process is gone."""
    try:
        # The name in parentheses may hold anything: the fields follow the last one.
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None


def stop_process(pid):
    """Has a process stand still, and returns when it does; SIGCONT lets it go on. ProcessLookupError if it is gone."""
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: not (fields := stat_of(pid)) or fields[0] in "TZX", 10, "a stopped process")


def alive():
    """(pid, session) of all processes that are not dead."""
    for entry in Path("/proc").iterdir():
        fields = stat_of(entry.name) if entry.name.isdigit() else None
        # A process whose first thread is a zombie lives, and holds its sockets, until its last thread has ended.
        if fields and (fields[0] not in "ZX" or int(fields[17]) > 1):
            yield int(entry.name), int(fields[3])


def working_below(folder):
    """The pids of the processes whose working directory is below a folder."""
    pids = []
    for pid, _ in alive():
        try:
            if os.readlink(f"/proc/{pid}/cwd").startswith(folder):
                pids.append(pid)
        except OSError:  # it has gone, or is not ours to see
            pass
    return pids


def open_files(pid):
    """What a process has open, by its descriptors' links."""
    links = []
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            links.append(os.readlink(descriptor))
        except FileNotFoundError:
            pass
        except PermissionError:
            pytest.skip("root may not look into other users' processes here")
    return links


def command_of(pid):
    """A process's command line, its parts joined by blanks; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
    except OSError:
        return ""


class Adopted:
    """A process that somebody else started, for those who know subprocess.Popen."""

    def __init__(self, pid):
        self.pid = pid
        self.stderr = io.BytesIO()

    def poll(self):
        """None while it lives."""
        return None if any(pid == self.pid for pid, _ in alive()) else 0

    def wait(self, timeout=None):
        """Waits for its end."""
        try:
            wait_for(lambda: self.poll() is not None, timeout or 60, f"the end of process {self.pid}")
        except AssertionError:
            raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 60) from None


def peak_memory(pids):
    """The most that one of them has had resident, in MB."""
    def of(pid):
        return int(re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text(encoding="ascii")).group(1)) >> 10
    return max(map(of, pids))
