"""Ending jobs that are not wanted any more: POST …/cancel."""
import os
import signal

import documents
from built import wait_for
from client import assert_problem
from docket import LOCATIONS

PDF = documents.text_pdf(1)
NEVER = "01890000-0000-7000-8000-000000000000"


def scan(pages):
    """A scan that takes a while."""
    return documents.scan_pdf([documents.scan_page(number) for number in range(1, pages + 1)])


def cancel(docket, job, **arguments):
    """What cancelling a job answers."""
    return docket.request("POST", f"/result/{job}/cancel", **arguments)


def test_a_running_job_is_cancelled(start):
    docket = start()
    job = docket.submit(scan(8))
    # The pages end in any order: the first may not be the first to be ready.
    wait_for(lambda: docket.get(f"/result/{job}/pages/1/text").status_code == 200, 30)
    answer = cancel(docket, job)
    assert answer.status_code == 200
    body = answer.json()
    assert (body["job_id"], body["status"], body["final"]) == (job, "failed", True)
    assert body["error"]["code"] == "cancelled" and body["percent_complete"] < 100
    assert body["files"][0]["status"] == "failed" and body["completed_at"]
    assert_problem(docket.get(f"/result/{job}/markdown"), 422, "cancelled")
    # What was done of it can still be read, and nothing of it goes on.
    assert docket.get(f"/result/{job}/pages/1/text?raw=1").text.startswith("Scanned page one")
    wait_for(lambda: not docket.engines_at_work(), 5, "the end of its units")
    assert docket.status(job) == body
    docket.finish(docket.submit(PDF))
    assert docket.status(job) == body


def test_a_waiting_job_is_cancelled_and_never_begins(start):
    docket = start(http="docket_concurrency 1;")
    first = docket.submit(scan(3))
    child = docket.hold_unit()
    waiting = docket.submit(PDF)
    body = cancel(docket, waiting).json()
    os.kill(child, signal.SIGCONT)
    assert body["status"] == "failed" and body["started_at"] is None and body["queue_position"] is None
    docket.finish(first)
    docket.finish(docket.submit(PDF))
    assert docket.status(waiting) == body


def test_what_is_final_stays_as_it_is(docket):
    job = docket.submit(PDF)
    docket.finish(job)
    before = docket.get(f"/result/{job}/status")
    answer = cancel(docket, job)
    assert answer.status_code == 200 and answer.json() == before.json()
    assert answer.headers["ETag"] == before.headers["ETag"]
    assert docket.result(job, "text").status_code == 200


def test_a_cancelled_job_can_be_removed(docket):
    job = docket.submit(PDF)
    assert cancel(docket, job).status_code == 200
    assert docket.request("DELETE", f"/result/{job}").status_code == 200
    assert cancel(docket, job).status_code == 404


def test_only_with_post_and_only_what_is_there(docket):
    job = docket.submit(PDF)
    for method in ("GET", "PUT", "DELETE"):
        answer = docket.request(method, f"/result/{job}/cancel")
        assert_problem(answer, 405, "method_not_allowed", "POST")
        assert answer.headers["Allow"] == "POST, OPTIONS"
    assert docket.request("OPTIONS", f"/result/{job}/cancel").headers["Allow"] == "POST, OPTIONS"
    assert_problem(cancel(docket, NEVER), 404, "not_found")
    assert cancel(docket, job, data=b"x" * 100_000).status_code == 200


def test_only_the_owners(start):
    docket = start(http="docket_owner $http_x_user;", locations=LOCATIONS)
    job = docket.upload(PDF, headers={"X-User": "alice"}).json()["job_id"]
    assert_problem(cancel(docket, job, headers={"X-User": "bob"}), 404, "not_found")
    assert_problem(cancel(docket, job), 401, "unauthorized")
    assert cancel(docket, job, headers={"X-User": "alice"}).status_code == 200
