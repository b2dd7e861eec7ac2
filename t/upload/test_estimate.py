"""dry_run: what documents would take, and no job."""
import os
import signal
import threading

import requests

import documents
from built import wait_for
from docket import LOCATIONS
from receiver import Receiver

FAST = {"dry_run": "1"}


def left_behind(docket):
    """Files in the spool, jobs, and whether anything is at work."""
    files = [path for path in (docket.store / "spool").rglob("*") if path.is_file()]
    return files or docket.get("/tasks").json()["tasks"] or docket.engines_at_work()


def estimated(docket, files, fields=None, **arguments):
    """The body of an estimate; nothing is left behind it."""
    answer = docket.request("POST", "/jobs", files=[("file", file) for file in files], data={**FAST, **(fields or {})},
                            **arguments)
    assert answer.status_code == 200, answer.text
    wait_for(lambda: not left_behind(docket), 20, "nothing to be left")
    return answer.json()


def kinds(file):
    """Of each page."""
    return [page["kind"] for page in file["pages"]]


def test_pages_are_told(start):
    docket = start()
    one = documents.text_pdf(3)
    mixed = documents.mixed_pdf([["Typed words."]], [documents.scan_page(3, dpi=100)])
    scan = documents.tiff([documents.scan_page(1, dpi=100), documents.scan_page(2, dpi=100)], dpi=100)
    body = estimated(docket, [("a.pdf", one), ("b.tif", scan), ("c.pdf", mixed)])
    first, second, third = body["files"]
    assert (first["filename"], first["content_type"], first["size"]) == ("a.pdf", "application/pdf", len(one))
    assert (first["total_pages"], first["scanned_pages"], first["error"]) == (3, 0, None)
    assert first["pages"] == [{"page": n, "kind": "text"} for n in (1, 2, 3)]
    assert kinds(second) == ["scan", "scan"] and second["scanned_pages"] == 2
    assert kinds(third) == ["text", "scan"]
    assert (body["total_pages"], body["scanned_pages"]) == (7, 3) and body["seconds_expected"] > 0


def test_options_count(start):
    docket = start()
    body = estimated(docket, [("a.pdf", documents.text_pdf(9))], {"pages": "2,5-6"})
    assert [page["page"] for page in body["files"][0]["pages"]] == [2, 5, 6]
    body = estimated(docket, [("a.pdf", documents.text_pdf(2))], {"ocr": "force"})
    assert kinds(body["files"][0]) == ["scan", "scan"]
    body = estimated(docket, [("a.tif", documents.tiff([documents.scan_page(1, dpi=100)], dpi=100))], {"ocr": "off"})
    assert kinds(body["files"][0]) == ["text"], "nothing is recognised"


def test_a_file_that_cannot_be_read_says_why(start):
    docket = start()
    body = estimated(docket, [("a.pdf", b"%PDF-1.4 nothing more"), ("b.pdf", documents.text_pdf(1))])
    assert body["files"][0]["error"]["code"] == "corrupt" and body["files"][0]["pages"] == []
    assert body["files"][1]["error"] is None and body["total_pages"] == 1


def test_limits_hold(start):
    docket = start(http="docket_max_pages 2;")
    body = estimated(docket, [("a.pdf", documents.text_pdf(3))])
    assert body["files"][0]["error"]["code"] == "too_many_pages"
    assert docket.upload(b"no document", path="/jobs", fields=FAST).status_code == 415
    assert docket.upload(documents.text_pdf(1), path="/jobs", fields={"dry_run": "perhaps"}).status_code == 400


def test_a_location_for_estimates(start):
    docket = start(locations=LOCATIONS + "location = /estimate { docket_upload; docket_defaults dry_run=1; }\n")
    answer = docket.upload(documents.text_pdf(2), path="/estimate")
    assert (answer.status_code, answer.json()["total_pages"]) == (200, 2)
    raw = docket.request("POST", "/estimate", data=documents.text_pdf(1))
    assert raw.json()["total_pages"] == 1
    made = docket.upload(documents.text_pdf(1), path="/estimate", fields={"dry_run": "0"})
    assert made.status_code == 202
    docket.finish(made.json()["job_id"])


def test_nobody_is_told(start):
    hook = Receiver()
    docket = start(server=f"docket_callback {hook.url};")
    estimated(docket, [("a.pdf", documents.text_pdf(1))])
    job = docket.submit(documents.text_pdf(1))
    docket.finish(job)
    assert [got["json"]["id"] for got in hook.wait(1)] == [job]
    hook.close()


def test_a_key_is_free_afterwards(start):
    docket = start()
    key = {"Idempotency-Key": "one"}
    body = documents.text_pdf(1)
    assert docket.upload(body, path="/jobs", fields=FAST, headers=key).status_code == 200
    assert docket.upload(body, path="/jobs", headers=key).status_code == 202


def test_commands_have_no_estimate(start):
    docket = start(locations=LOCATIONS + "location = /run { docket_command /bin/cat /dev/null; }\n")
    answer = docket.request("POST", "/run", data={"dry_run": "1"})
    assert answer.status_code == 202, "the field is the command's own"
    assert docket.finish(answer.json()["job_id"])["fields"] == {"dry_run": "1"}


def test_it_does_not_wait_for_a_long_line(start):
    """With one thread, which has many units to do."""
    docket = start(threads=1, workers=1, http="docket_concurrency 1;")
    scans = documents.tiff([documents.scan_page(number, dpi=100) for number in range(1, 7)], dpi=100)
    jobs = [docket.submit(scans, name="scan.tif") for _ in range(4)]
    answer = docket.upload(documents.text_pdf(1), path="/jobs", fields=FAST)
    assert answer.status_code == 200
    assert any(not docket.status(job)["final"] for job in jobs), "they are still at work"


def test_a_client_that_goes_away(start):
    docket = start()
    large = documents.text_pdf(2000)
    gone = []

    def ask():
        try:
            docket.upload(large, path="/jobs", fields=FAST, timeout=0.05)
        except requests.RequestException as error:
            gone.append(error)
    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(gone) == 3
    wait_for(lambda: not left_behind(docket), 60, "nothing to be left")
    estimated(docket, [("a.pdf", documents.text_pdf(1))])


def test_an_engine_that_dies_is_no_documents_fault(start):
    docket = start()
    estimated(docket, [("a.pdf", documents.text_pdf(1))])
    for pid in docket.engines():
        os.kill(pid, signal.SIGKILL)
    answer = docket.upload(documents.text_pdf(1), path="/jobs", fields=FAST)
    assert answer.status_code in (200, 503), answer.text
    wait_for(lambda: not left_behind(docket), 20, "nothing to be left")
