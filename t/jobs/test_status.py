"""How far a job is: the status body, its changes, its entity tag, and how jobs fail."""
import os
import re
import signal

import pytest

import documents
from built import wait_for
from client import UUID7, assert_problem

PDF = documents.text_pdf(1)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
MEMBERS = {"job_id", "status", "final", "message", "filename", "total_pages", "processed_pages", "percent_complete",
           "queue_position", "attempts", "created_at", "started_at", "updated_at", "completed_at", "expires_at",
           "error_message", "error", "warnings", "files", "fields", "results"}
UNKNOWN = "01920000-0000-7000-8000-000000000000"


def slow_scan(pages=3):
    """A scan whose pages take a while to recognise."""
    return documents.scan_pdf([documents.scan_page(number) for number in range(1, pages + 1)])


def test_body_of_a_completed_job(docket):
    job = docket.submit(documents.text_pdf(3), "three.pdf")
    status = docket.finish(job)
    assert set(status) == MEMBERS
    assert status["job_id"] == job and status["filename"] == "three.pdf"
    assert status["status"] == "completed" and status["final"] is True
    assert status["total_pages"] == status["processed_pages"] == 3 and status["percent_complete"] == 100
    assert status["queue_position"] is None and status["attempts"] == 1
    assert status["error"] is None and status["error_message"] is None and status["warnings"] == []
    assert status["fields"] == {}
    for name in ("created_at", "started_at", "updated_at", "completed_at"):
        assert TIME.fullmatch(status[name]), (name, status[name])
    assert status["created_at"] <= status["started_at"] <= status["completed_at"]
    file, = status["files"]
    assert set(file) == {"filename", "content_type", "size", "sha256", "status", "total_pages", "processed_pages",
                         "error"}
    assert file["status"] == "completed" and file["total_pages"] == file["processed_pages"] == 3
    assert status["results"] == {name: f"/result/{job}/{name}" for name in ("markdown", "text", "json")}
    for link in status["results"].values():
        assert docket.get(link).status_code == 200


def test_short_form_of_the_path(docket):
    job = docket.submit(PDF)
    docket.finish(job)
    assert docket.get(f"/result/{job}").json() == docket.status(job)


def test_progress(start):
    """Pages are counted as they are done, and never backwards; 100 % comes with completed only."""
    docket = start(http="docket_concurrency 1;")
    job = docket.submit(slow_scan(4))
    seen = []

    def final():
        seen.append(docket.status(job))
        return seen[-1]["final"]
    wait_for(final, 60)
    counts = [status["processed_pages"] for status in seen]
    assert counts == sorted(counts) and counts[-1] == 4
    assert any(0 < count < 4 for count in counts), "nothing was seen between the beginning and the end"
    assert all(isinstance(status["total_pages"], int) for status in seen)
    for status in seen:
        assert status["status"] in ("pending", "processing", "completed")
        assert (status["percent_complete"] == 100) == (status["status"] == "completed")
        assert status["final"] == (status["status"] == "completed")
    order = [status["status"] for status in seen]
    assert order == sorted(order, key=("pending", "processing", "completed").index)


def test_place_in_the_queue(start):
    docket = start(http="docket_concurrency 1;")
    first = docket.submit(slow_scan())
    wait_for(lambda: docket.status(first)["status"] == "processing")
    waiting = [docket.submit(slow_scan(1)) for _ in range(2)]
    for job in waiting:
        answer = docket.get(f"/result/{job}/status")
        if answer.json()["status"] == "pending":
            assert answer.json()["queue_position"] >= 1
            assert 1 <= int(answer.headers["Retry-After"]) <= 3600
            assert answer.json()["started_at"] is None and answer.json()["total_pages"] == 0
    positions = [docket.status(job)["queue_position"] for job in waiting]
    if None not in positions:
        assert positions[0] < positions[1]
    for job in (first, *waiting):
        status = docket.finish(job)
        assert status["queue_position"] is None
    assert "Retry-After" not in docket.get(f"/result/{first}/status").headers


def test_entity_tag(docket):
    job = docket.submit(PDF)
    docket.finish(job)
    answer = docket.get(f"/result/{job}/status")
    tag = answer.headers["ETag"]
    again = docket.get(f"/result/{job}/status", headers={"If-None-Match": tag})
    assert again.status_code == 304 and again.content == b"" and again.headers["ETag"] == tag
    assert docket.get(f"/result/{job}/status", headers={"If-None-Match": '"other"'}).status_code == 200
    assert docket.get(f"/result/{job}/status", headers={"If-None-Match": f'"a", {tag}'}).status_code == 304


def test_entity_tag_changes_with_every_change(start):
    docket = start(http="docket_concurrency 1;")
    job = docket.submit(slow_scan())
    tags = {}

    def final():
        answer = docket.get(f"/result/{job}/status")
        body = answer.json()
        tags.setdefault(answer.headers["ETag"], set()).add((body["status"], body["processed_pages"]))
        return body["final"]
    wait_for(final, 60)
    assert len(tags) >= 3
    assert all(len(states) == 1 for states in tags.values()), tags


# ---- The dialect of who knows of running and ready only.

def progress(docket, job, **arguments):
    """A job's status in that dialect."""
    return docket.get(f"/result/{job}/status?dialect=progress", **arguments)


def test_progress_dialect(start):
    docket = start(http="docket_concurrency 1;")
    job = docket.submit(slow_scan())
    child = docket.hold_unit()
    waiting = docket.submit(PDF)
    seen = []

    def ready():
        seen.append(progress(docket, job).json())
        return seen[-1]["state"] == "ready"
    assert progress(docket, waiting).json() == {"state": "running", "processed": 0, "length_of_work": 0,
                                                "percent_complete": 0, "hint": "Waiting to be processed."}
    assert "Retry-After" in progress(docket, waiting).headers
    os.kill(child, signal.SIGCONT)
    wait_for(ready, 60)
    assert {body["state"] for body in seen[:-1]} == {"running"} and all(body["percent_complete"] < 100 for body in seen[:-1])
    assert seen[-1] == {"state": "ready", "processed": 3, "length_of_work": 3, "percent_complete": 100,
                        "hint": "Completed."}
    assert docket.get(f"/result/{job}?dialect=progress").json() == seen[-1]


def test_progress_dialect_of_jobs_that_failed(docket):
    broken = docket.submit(b"%PDF-1.4 nothing")
    status = docket.finish(broken, expect="failed")
    body = progress(docket, broken).json()
    assert (body["state"], body["percent_complete"]) == ("ready", 100)
    assert body["hint"] == status["message"] and status["error_message"] in body["hint"]


def test_progress_dialect_has_the_same_entity_tag(docket):
    job = docket.submit(PDF)
    docket.finish(job)
    tag = progress(docket, job).headers["ETag"]
    assert tag == docket.get(f"/result/{job}/status").headers["ETag"]
    again = progress(docket, job, headers={"If-None-Match": tag})
    assert again.status_code == 304 and again.content == b""
    assert progress(docket, job, headers={"If-None-Match": '"other"'}).status_code == 200
    assert progress(docket, UNKNOWN).status_code == 404


@pytest.mark.parametrize("dialect", ["", "full", "PROGRESS", "progress%00"])
def test_unknown_dialect(docket, dialect):
    job = docket.submit(PDF)
    assert_problem(docket.get(f"/result/{job}/status?dialect={dialect}"), 400, "bad_option", "progress")
    docket.finish(job)


def test_head(docket):
    job = docket.submit(PDF)
    docket.finish(job)
    answer = docket.request("HEAD", f"/result/{job}/status")
    assert answer.status_code == 200 and answer.content == b""
    assert int(answer.headers["Content-Length"]) == len(docket.get(f"/result/{job}/status").content)


@pytest.mark.parametrize("path", [
    f"/result/{UNKNOWN}/status", f"/result/{UNKNOWN}", f"/result/{UNKNOWN}/markdown", "/result/test-job-id/status",
    "/result/", "/result/status", f"/result/{UNKNOWN}/nonsense", f"/result/{UNKNOWN}/pages/0/markdown",
    "/result/%2e%2e%2fresult/status", "/result/" + "x" * 4000])
def test_unknown_job(docket, path):
    assert_problem(docket.get(path), 404, "not_found")


def test_all_unknown_jobs_look_alike(docket):
    job = docket.submit(PDF)
    docket.finish(job)
    assert docket.request("DELETE", f"/result/{job}").status_code == 200
    answers = [docket.get(f"/result/{name}/status").content for name in (UNKNOWN, "nonsense", job, job.upper())]
    assert len(set(answers)) == 1


def test_only_lower_case_ids(docket):
    job = docket.submit(PDF)
    assert UUID7.fullmatch(job)
    if job.upper() != job:
        assert docket.get(f"/result/{job.upper()}/status").status_code == 404
    docket.finish(job)


# ---- Failure.

@pytest.mark.parametrize("content, code", [
    (b"%PDF-1.7\nnothing of a document follows\n%%EOF\n", "corrupt"),
    (documents.png(documents.scan_page(1))[:200], "corrupt"),
    (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00 and then nothing", "corrupt"),
    (b"II*\x00\x08\x00\x00\x00\xff\xff", "corrupt"),
    (documents.pdf_file([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>"]), "no_pages"),
], ids=["pdf", "png", "jpeg", "tiff", "no pages"])
def test_broken_document(docket, content, code):
    job = docket.submit(content, "broken.pdf")
    status = docket.finish(job, expect="failed")
    assert status["final"] is True and status["percent_complete"] < 100
    assert status["error"]["code"] == code and status["error"]["detail"]
    assert status["error_message"] and status["results"] == {}
    assert status["files"][0]["status"] == "failed"
    answer = docket.result(job, "markdown", expect=422)
    assert_problem(answer, 422, code)
    assert answer.json()["job_id"] == job and answer.json()["job_status"] == "failed"
    assert answer.json()["error_message"] == status["error_message"]


def test_too_many_pages(start):
    docket = start(http="docket_max_pages 2;")
    status = docket.finish(docket.submit(documents.text_pdf(3)), expect="failed")
    assert status["error"]["code"] == "too_many_pages"
    assert "docket_max_pages" in status["error"]["detail"] and "2" in status["error"]["detail"]
    docket.finish(docket.submit(documents.text_pdf(2)))


def test_too_many_pixels(start):
    docket = start(http="docket_max_pixels 100k;")
    status = docket.finish(docket.submit(documents.png(documents.scan_page(1)), "page.png"), expect="failed")
    assert status["error"]["code"] == "too_many_pixels" and "docket_max_pixels" in status["error"]["detail"]


def test_unit_timeout(start):
    docket = start(http="docket_unit_timeout 1s; docket_ocr force dpi=600;")
    page = documents.draw_page(["All work and no play makes a long line of text to be read. " * 2] * 60, dpi=200)
    status = docket.finish(docket.submit(documents.scan_pdf([page])), expect="failed")
    assert status["error"]["code"] == "timeout" and "docket_unit_timeout" in status["error"]["detail"]


def test_one_file_of_two_fails(docket):
    """A page that fails is a warning; a job fails when no page is left."""
    files = [("file", ("good.pdf", PDF)), ("file", ("bad.pdf", b"%PDF-1.4\nbroken"))]
    job = docket.request("POST", "/process_pdf", files=files).json()["job_id"]
    status = docket.finish(job)
    assert [file["status"] for file in status["files"]] == ["completed", "failed"]
    assert status["files"][1]["error"]["code"] == "corrupt"
    assert documents.page_text(1) in docket.result(job, "markdown?raw=1").text


# ---- Health.

def test_health(docket):
    answer = docket.get("/health")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "application/json"
    assert docket.request("HEAD", "/health").status_code == 200
