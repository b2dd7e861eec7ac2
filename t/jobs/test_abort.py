"""docket_abort: a client that hangs up while it is held cancels its job, unless somebody else waits for it."""
import http.client
import os
import signal
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import pytest

import documents
from built import PATIENCE, wait_for
from docket import LOCATIONS

PDF = documents.text_pdf(1)
WORKER = "add_header X-Worker $pid always;"
ABORT = """
    location /quick  { docket_upload; docket_abort on; }
    location /events { docket_events anyone; }
"""
# How else one may wait for a job: the path, and header fields.
WAITING = {
    "held": ("/result/{}/status?wait=40", {}),
    "stream": ("/events/{}", {}),
    "websocket": ("/events/{}", {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                                 "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ=="}),
}


@pytest.fixture(name="stopped")
def fixture_stopped(start):
    """A Docket of two workers whose only slot is taken by a unit that does not get on: all other jobs wait."""
    docket = start(http="docket_concurrency 1; " + WORKER, locations=LOCATIONS + ABORT, listen="reuseport")
    with docket.standing_still():
        yield docket


@pytest.fixture(name="slow")
def fixture_slow(start, open_folder):
    """A Docket of two workers with commands, at /run and /kept, that do not end: whichever worker has them."""
    program = open_folder / "slow"
    program.write_text("#!/bin/sh\nexec sleep 1000\n")
    program.chmod(0o755)
    return start(http=WORKER, listen="reuseport",
                 locations=LOCATIONS + f"location /run {{ docket_command {program}; docket_abort on; }}\n"
                                       f"location /kept {{ docket_command {program}; }}\n")


class Waiting:
    """A client whose request to a certain worker (a pid; None: any) is held, or told a stream, until it hangs up."""

    def __init__(self, docket, path, worker=None, method="GET", body=None, headers=None):
        self.docket = docket
        self.client, self.worker = self._connect(worker)
        self.port = self.client.sock.getsockname()[1]
        self.client.request(method, path, body, headers or {})
        # What comes later to the same worker is answered later.
        witness, _ = self._connect(self.worker)
        witness.close()

    def _connect(self, wanted):
        """A connection to the worker, which has answered there."""
        def connect():
            client = http.client.HTTPConnection("127.0.0.1", self.docket.port, timeout=60 * PATIENCE)
            client.request("GET", "/health")
            answer = client.getresponse()
            answer.read()
            worker = int(answer.headers["X-Worker"])
            if wanted in (None, worker):
                return client, worker
            client.close()
            return None
        return wait_for(connect, 30, "a connection to that worker")

    def hang_up(self):
        """Goes away, and returns when the server has seen it."""
        self.client.close()
        wait_for(lambda: not self._is_known(), 20, "the end of a connection")

    def _is_known(self):
        """Whether the server has the connection still, established or half closed."""
        ends = (f":{self.docket.port:04X}", f":{self.port:04X}")
        lines = [line.split() for line in Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]]
        return any(line[1].endswith(ends[0]) and line[2].endswith(ends[1]) and line[3] in ("01", "08") for line in lines)


def upload(docket, path="/quick?wait=40", state="pending"):
    """A client whose upload is held, and its job, the only one in this state."""
    client = Waiting(docket, path, None, "POST", PDF, {"Content-Type": "application/pdf"})
    jobs = wait_for(lambda: docket.get(f"/tasks?status={state}").json()["tasks"], 20, "its job")
    return client, jobs[0]["job_id"]


def assert_aborted(docket, job):
    """The job is cancelled, and says why; its status."""
    status = docket.finish(job, expect="failed")
    assert status["error"]["code"] == "cancelled" and "docket_abort" in status["error"]["detail"], status
    return status


def assert_left_alone(docket, job):
    """The job waits still, when a change that was asked for later was made."""
    later = docket.submit(PDF)
    assert docket.request("POST", f"/result/{later}/cancel").json()["status"] == "failed"
    assert docket.status(job)["status"] == "pending"


def test_an_upload_whose_client_hangs_up(stopped):
    client, job = upload(stopped)
    client.hang_up()
    assert_aborted(stopped, job)
    assert stopped.get(f"/result/{job}/markdown").json()["code"] == "cancelled"


def test_a_client_that_goes_before_it_can_be_held(stopped):
    for _ in range(5):
        client = http.client.HTTPConnection("127.0.0.1", stopped.port)
        client.request("POST", "/quick?wait=40", PDF, {"Content-Type": "application/pdf"})
        client.close()

    def ended():
        states = [one["status"] for one in stopped.get("/tasks").json()["tasks"]]
        return states.count("failed") + states.count("pending") == 5 and "pending" not in states
    wait_for(ended, 20, "the end of its jobs")


def test_over_http2(start, open_folder):
    docket = start(http2=True, http="docket_concurrency 1;", locations=LOCATIONS + ABORT)
    (open_folder / "a.pdf").write_bytes(PDF)
    with docket.standing_still():
        with subprocess.Popen(["curl", "-sS", "--http2-prior-knowledge", "-H", "Content-Type: application/pdf",
                               "--data-binary", f"@{open_folder}/a.pdf",
                               f"http://127.0.0.1:{docket.h2_port}/quick?wait=40"], stdout=subprocess.DEVNULL) as client:
            job = wait_for(lambda: docket.get("/tasks?status=pending").json()["tasks"], 20, "its job")[0]["job_id"]
            client.kill()
        assert_aborted(docket, job)


@pytest.mark.parametrize("what", ["status", "markdown", "pages/1/text"])
def test_a_reader_who_is_held(stopped, what):
    job = stopped.submit(PDF, path="/quick")
    Waiting(stopped, f"/result/{job}/{what}?wait=40").hang_up()
    assert_aborted(stopped, job)


def test_a_command_is_stopped(slow):
    client, job = upload(slow, "/run?wait=40", state="processing")
    wait_for(slow.commands, 20, "the command")
    client.hang_up()
    assert_aborted(slow, job)
    wait_for(lambda: not slow.commands(), 20, "the end of the command")


@pytest.mark.parametrize("where", ["here", "elsewhere"])
@pytest.mark.parametrize("how", WAITING)
def test_somebody_else_waits(stopped, how, where):
    client, job = upload(stopped)
    worker = next(pid for pid in stopped.workers() if (pid == client.worker) == (where == "here"))
    path, headers = WAITING[how]
    other = Waiting(stopped, path.format(job), worker, headers=headers)
    client.hang_up()
    assert_left_alone(stopped, job)
    last = Waiting(stopped, f"/result/{job}/status?wait=40", client.worker)
    other.hang_up()
    assert_left_alone(stopped, job)
    now = datetime.now(timezone.utc)
    last.hang_up()
    ended = datetime.fromisoformat(assert_aborted(stopped, job)["completed_at"].replace("Z", "+00:00"))
    assert ended.timestamp() >= int(now.timestamp() * 1000) / 1000


@pytest.mark.parametrize("how", ["stream", "websocket"])
def test_who_is_not_held_cancels_nothing(stopped, how):
    job = stopped.submit(PDF, path="/quick")
    path, headers = WAITING[how]
    Waiting(stopped, path.format(job), headers=headers).hang_up()
    assert_left_alone(stopped, job)


def test_streams_of_all_jobs_do_not_count(stopped):
    watcher = Waiting(stopped, "/events")
    client, job = upload(stopped)
    client.hang_up()
    assert_aborted(stopped, job)
    watcher.hang_up()


def test_who_waits_for_another_job_does_not_count(stopped):
    another = stopped.submit(PDF, path="/quick")
    watcher = Waiting(stopped, f"/result/{another}/status?wait=40")
    job = stopped.submit(PDF, path="/quick")
    Waiting(stopped, f"/result/{job}/status?wait=40").hang_up()
    assert_aborted(stopped, job)
    assert_left_alone(stopped, another)
    watcher.hang_up()


def test_who_died_does_not_wait(slow):
    client, job = upload(slow, "/run?wait=40", state="processing")
    dead = next(pid for pid in slow.workers() if pid != client.worker)
    other = Waiting(slow, f"/result/{job}/status?wait=40", dead)
    slow.allow("exited on signal 9")
    os.kill(dead, signal.SIGKILL)
    wait_for(lambda: dead not in slow.workers() and len(slow.workers()) == 2, 20, "a new worker")
    client.hang_up()
    assert_aborted(slow, job)
    other.client.close()


def test_who_was_answered_cancels_nothing(stopped):
    client, job = upload(stopped, "/quick?wait=1")
    assert client.client.getresponse().status == 202
    client.hang_up()
    assert_left_alone(stopped, job)


def test_it_has_to_be_asked_for(stopped):
    client, job = upload(stopped, "/jobs?wait=40")
    client.hang_up()
    assert_left_alone(stopped, job)


def test_a_job_keeps_what_its_location_said(slow):
    aborted, kept = (slow.submit(PDF, path=path) for path in ("/run", "/kept"))
    slow.configure(http="docket_abort on; " + WORKER, locations=LOCATIONS)
    before = set(slow.workers())
    slow.reload()
    wait_for(lambda: not before & set(slow.workers()), 20, "the workers of before to take nothing more")
    for job in (kept, aborted):
        Waiting(slow, f"/result/{job}/status?wait=40").hang_up()
    assert_aborted(slow, aborted)
    assert slow.status(kept)["status"] in ("pending", "processing")
    assert slow.request("POST", f"/result/{kept}/cancel").json()["status"] == "failed"
