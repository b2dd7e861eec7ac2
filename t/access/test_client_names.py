"""The names of clients' hosts in docket_log: asked of nginx's resolver, and nobody waits for them."""
import contextlib
import json
import socket
import threading

import pytest

import documents
from built import wait_for

PDF = documents.text_pdf(1)


class NameServer:
    """Knows that 127.0.0.1 is seven.example; says so when it is let."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.asked = 0
        self.known = True
        self.may_answer = threading.Event()
        self._over = False
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self):
        while True:
            query, client = self.socket.recvfrom(512)
            if self._over:
                return
            self.asked += 1
            self.may_answer.wait()
            with contextlib.suppress(OSError):
                self.socket.sendto(self._answer(query), client)

    def _answer(self, query):
        """One PTR record, or that there is none."""
        flags = b"\x81\x80" if self.known else b"\x81\x83"
        name = b"\x05seven\x07example\x00"
        record = b"\xc0\x0c\x00\x0c\x00\x01\x00\x00\x0e\x10" + len(name).to_bytes(2, "big") + name
        count = b"\x00\x01" if self.known else b"\x00\x00"
        return query[:2] + flags + b"\x00\x01" + count + b"\x00\x00\x00\x00" + query[12:] + (record if self.known else b"")

    def close(self):
        self._over = True
        self.may_answer.set()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join()
        self.socket.close()


@pytest.fixture
def names():
    """A name server that does not answer until it is let."""
    server = NameServer()
    yield server
    server.close()


def told(docket, job):
    """{new state: client's name} of a job."""
    path = docket.folder / "jobs.log"
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return {line["new_state"]: line["client_name"] for line in lines if line["job_id"] == job}


def conf(names, more=""):
    """With this name server."""
    return f"docket_log jobs.log; resolver 127.0.0.1:{names.port} ipv6=off; {more}"


def test_nobody_waits_for_a_name(start, names):
    docket = start(http=conf(names), workers=1)
    job = docket.submit(PDF)
    docket.finish(job)
    wait_for(lambda: names.asked == 1, 10, "a question")
    assert told(docket, job) == {"processing": None, "completed": None}, "the acceptance waits for its client's name"
    names.may_answer.set()
    wait_for(lambda: told(docket, job).get("pending") == "seven.example", 10, "the acceptance")
    docket.request("DELETE", f"/result/{job}")
    assert told(docket, job)["deleted"] == "seven.example"
    # From now on it is known: all lines of later jobs have it, and nobody is asked.
    later = docket.submit(PDF)
    docket.finish(later)
    wait_for(lambda: told(docket, later) == dict.fromkeys(("pending", "processing", "completed"), "seven.example"), 10,
             "a name in all lines")
    assert names.asked == 1


def test_a_client_without_a_name(start, names):
    docket = start(http=conf(names), workers=1)
    names.known = False
    names.may_answer.set()
    for _ in range(2):
        job = docket.submit(PDF)
        docket.finish(job)
        wait_for(lambda job=job: told(docket, job) == dict.fromkeys(("pending", "processing", "completed")), 10, "all lines")
    assert names.asked == 1, "it is not asked for each job"


def test_a_name_server_that_does_not_answer(start, names):
    docket = start(http=conf(names, "resolver_timeout 500ms;"), workers=1)
    job = docket.submit(PDF)
    wait_for(lambda: told(docket, job) == dict.fromkeys(("pending", "processing", "completed")), 20, "all lines")


def test_lines_that_wait_go_out_when_the_worker_ends(start, names):
    docket = start(http=conf(names), workers=1)
    job = docket.submit(PDF)
    docket.finish(job)
    wait_for(lambda: names.asked == 1, 10, "a question")
    assert "pending" not in told(docket, job)
    docket.stop()
    assert told(docket, job) == dict.fromkeys(("pending", "processing", "completed"))


def test_refused_uploads_are_not_told(start, names):
    docket = start(http=conf(names), workers=1)
    key = {"Idempotency-Key": "one"}
    job = docket.submit(PDF, headers=key)
    docket.finish(job)
    assert docket.submit(PDF, headers=key) == job
    assert docket.upload(PDF + b"\n", headers=key).status_code == 422
    assert docket.upload(b"nothing known").status_code == 415
    names.may_answer.set()
    wait_for(lambda: "pending" in told(docket, job), 10, "the acceptance")
    docket.stop()
    assert len((docket.folder / "jobs.log").read_text().splitlines()) == 3
