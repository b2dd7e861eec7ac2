"""docket_command: how many runs of `true` are done a second, from the POST to the completed job; the same through a
program that stays (workers=2); and by RQ with Redis and two workers, where python3-rq and redis-server are installed."""
import contextlib
import os
import shutil
import subprocess
import sys
import textwrap
import time

from built import ROOT, free_port, wait_for
from measure import Figure, folder, median, server, wrk

STAYS = """#!/usr/bin/python3
from docket_backend import Backend
Backend(lambda text, data: None).run()
"""
RQ = """
import os, subprocess, sys, time
from redis import Redis
from rq import Queue
sys.path.insert(0, os.getcwd())
import task
queue = Queue(connection=Redis(port=int(sys.argv[1])))
count = int(sys.argv[2])
began = time.monotonic()
jobs = [queue.enqueue(task.run) for _ in range(count)]
while queue.finished_job_registry.count < count:
    time.sleep(0.01)
print(count / (time.monotonic() - began))
"""
JOBS_OF_RQ = 200


def docket_rate(one, path, seconds):
    """Completed jobs a second, from the first request to the last end."""
    def done():
        return one.get("/tasks/status").json()["completed"]
    before, began = done(), time.monotonic()
    load = wrk(one.url + path, "post.lua", seconds, 16)
    assert load.errors == 0, load
    counts = wait_for(lambda: (lambda now: now if now["pending"] + now["processing"] == 0 else None)(
        one.get("/tasks/status").json()), 600, "the jobs' ends", interval=0.05)
    assert counts["failed"] == 0, counts
    return (counts["completed"] - before) / (time.monotonic() - began)


@contextlib.contextmanager
def rq(place):
    """Redis and two workers of RQ; its port."""
    port = free_port()
    (place / "task.py").write_text("import subprocess\n\n\ndef run():\n    subprocess.run(['true'], check=True)\n")
    redis = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--appendonly", "yes", "--appendfsync", "always",
             "--dir", str(place), "--save", ""]
    worker = ["rq", "worker", "--quiet", "--url", f"redis://127.0.0.1:{port}"]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": place}
    with contextlib.ExitStack() as stack:
        def begin(words):
            process = stack.enter_context(subprocess.Popen(words, env={**os.environ, "PYTHONPATH": str(place)}, **quiet))
            stack.callback(process.terminate)
        begin(redis)
        wait_for(lambda: subprocess.run(["redis-cli", "-p", str(port), "ping"], capture_output=True,
                                        check=False).stdout == b"PONG\n", 30, "Redis")
        for _ in range(2):
            begin(worker)
        yield port


def rq_rate(place):
    """Jobs a second of RQ."""
    with rq(place) as port:
        done = subprocess.run(["/usr/bin/python3", "-c", textwrap.dedent(RQ), str(port), str(JOBS_OF_RQ)],
                              capture_output=True, text=True, check=False, cwd=place, timeout=600)
        if done.returncode != 0:
            print(done.stderr, file=sys.stderr)
        return float(done.stdout)


def run(seconds, rounds):
    """The figures."""
    with folder() as place:
        place.chmod(0o755)
        stays = place / "stays"
        stays.write_text(STAYS)
        stays.chmod(0o755)
        shutil.copy(ROOT / "src" / "python" / "docket_backend.py", place)
        locations = f"""
        location = /true  {{ docket_command /bin/true; }}
        location = /stays {{ docket_command {stays} workers=2; }}
        location /result/ {{ docket_result; }}
        location = /tasks/status {{ docket_tasks anyone; }}
"""
        started, stayed, others = [], [], []
        for _ in range(rounds):
            with server(locations=locations) as one:
                started.append(docket_rate(one, "/true", seconds))
                stayed.append(docket_rate(one, "/stays", seconds))
            if shutil.which("redis-server") and shutil.which("rq"):
                with folder() as of_rq:
                    others.append(rq_rate(of_rq))
    peer = median(others) if others else None
    note = "" if others else "RQ is not installed (python3-rq redis-server)"
    yield Figure("docket_command /bin/true: jobs done", median(started), "/s", peer, "RQ, 2 workers", note)
    yield Figure("docket_command workers=2: jobs done", median(stayed), "/s", peer, "RQ, 2 workers", note)
