"""What is the machine's fault ends no job: it waits, and is done when the machine is well again."""
import contextlib
import os
import signal
import socket
from pathlib import Path

import pytest

import documents
from built import SANITIZED, wait_for
from docket import LOCATIONS

PDF = documents.text_pdf(1)
SCAN = documents.tiff([documents.scan_page(number, dpi=100) for number in range(1, 11)], dpi=100)


def waits(docket, job, words, times=1):
    """Until the log has said so often that a unit of the job has to wait."""
    line = f"a unit of job {job} has to wait: "
    wait_for(lambda: [text for text in docket.log().splitlines() if line in text and words in text][times - 1:], 60,
             f"{times} x {words}")


def test_children_that_are_killed_from_outside(start):
    """As the kernel does when memory is short. More often than docket_attempts allows."""
    docket = start(http="docket_concurrency 1; docket_attempts 1;")
    job = docket.submit(SCAN, name="a.tif")
    for times in (1, 2):
        os.kill(docket.hold_unit(), signal.SIGKILL)
        waits(docket, job, "SIGKILL", times)
    assert docket.finish(job)["total_pages"] == 10


def test_engines_that_are_killed(start):
    docket = start(http="docket_concurrency 1; docket_attempts 1;")
    job = docket.submit(SCAN, name="a.tif")
    for _ in range(4):
        child = docket.hold_unit()
        for engine in set(docket.engines()) - {child}:
            with contextlib.suppress(ProcessLookupError):
                os.kill(engine, signal.SIGKILL)
        wait_for(lambda child=child: child not in docket.engines_at_work(), 20, "the child's end with its engine")
    docket.finish(job)


def test_a_spool_that_cannot_be_read(start):
    docket = start(http="docket_concurrency 1;")
    with docket.standing_still():
        jobs = [docket.submit(PDF) for _ in range(3)]
        folder = next(docket.store.glob(f"spool/*/*/{jobs[0]}.in.0")).parent
        folder.chmod(0)
    if os.geteuid() == 0 and docket.user is None:
        folder.chmod(0o700)  # nothing is closed to root
    else:
        waits(docket, jobs[0], "Permission denied")
        folder.chmod(0o700)
    for job in jobs:
        docket.finish(job)


@pytest.mark.skipif(SANITIZED, reason="without a descriptor UBSan takes any object for none: it asks the kernel by a pipe")
def test_descriptors_that_are_used_up(start):
    docket = start(workers=1, main="worker_rlimit_nofile 80;", http="docket_concurrency 1;", connections=300)
    docket.allow("Too many open files")
    head = b"PUT /jobs/a.pdf HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n%PDF-1.4\n"
    with contextlib.ExitStack() as stack:
        with docket.standing_still():
            jobs = [docket.submit(PDF) for _ in range(5)]
            for _ in range(80):
                with contextlib.suppress(OSError):
                    slow = stack.enter_context(socket.create_connection(("127.0.0.1", docket.port), timeout=5))
                    slow.sendall(head)
            wait_for(lambda: "Too many open files" in docket.log(), 30, "the last descriptor")
        wait_for(lambda: "has to wait" in docket.log() or "no slot can be taken" in docket.log(), 30,
                 "a unit that lacks one")
    for job in jobs:
        docket.finish(job)


def oom_score_adj(pid):
    """As proc(5) has it."""
    return int(Path(f"/proc/{pid}/oom_score_adj").read_text(encoding="ascii"))


def test_units_are_ended_before_workers_where_memory_is_short(start):
    docket = start(http="docket_concurrency 1;", locations=LOCATIONS + "location = /run { docket_command /bin/cat "
                   "/proc/self/oom_score_adj; }\n")
    with docket.standing_still():
        ours = max(oom_score_adj(worker) for worker in docket.workers())
        assert {oom_score_adj(child) for child in docket.engines_at_work()} == {max(800, ours)}
    job = docket.request("POST", "/run").json()["job_id"]
    docket.finish(job)
    assert int(docket.result(job, "result").text) == max(800, ours)


def test_an_upload_whose_file_is_removed_is_no_job(start):
    """As by the reaper of a machine whose clock is set forward meanwhile."""
    docket = start(workers=1)
    body = documents.padded_pdf(1, 200_000)
    with socket.create_connection(("127.0.0.1", docket.port), timeout=60) as slow:
        slow.sendall(f"PUT /jobs/a.pdf HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:100_000])
        file = wait_for(lambda: list(docket.store.glob("spool/*/*/*.in.0")), 20, "the upload's file")[0]
        file.unlink()
        slow.sendall(body[100_000:])
        answer = slow.recv(65536)
    assert answer.startswith(b"HTTP/1.1 503 ") and b"Send it again" in answer
    assert docket.get("/tasks").json()["count"] == 0
