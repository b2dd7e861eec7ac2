"""Answers that are held: wait, Prefer, sync and return."""
import concurrent.futures
import hashlib
import os
import signal
import socket

import pytest

import documents
from built import wait_for
from client import assert_problem
from docket import LOCATIONS

PDF = documents.text_pdf(2)
LONG = documents.tiff([documents.scan_page(number, dpi=100) for number in range(1, 4)], dpi=100)
SLOW = LOCATIONS + "location = /few { docket_upload 200; docket_wait_max 2s; }"


@pytest.fixture
def stopped(start):
    """A Docket whose only slot is taken by a unit that does not get on: all other jobs wait."""
    docket = start(http="docket_concurrency 1;", locations=SLOW)
    with docket.standing_still():
        yield docket


def in_thread(call, *arguments, **named):
    """A call under way on another thread; result() waits for it."""
    pool = concurrent.futures.ThreadPoolExecutor(1)
    future = pool.submit(call, *arguments, **named)
    pool.shutdown(wait=False)
    return future


def sleeping(docket, count=1):
    """Waits until so many connections of the server's wait for something."""
    wait_for(lambda: docket.connections() >= count, 20, f"{count} held connections")


def test_an_upload_is_answered_with_the_end(docket):
    for how in ({"fields": {"sync": "true"}}, {"fields": {"wait": "30"}}, {"headers": {"Prefer": "wait=30"}},
                {"query": "wait=30"}):
        answer = docket.upload(PDF, path="/process_pdf" + ("?" + how["query"] if "query" in how else ""),
                               fields=how.get("fields"), headers=how.get("headers"))
        assert answer.status_code == 200, answer.text
        status = answer.json()
        assert status["status"] == "completed" and status["final"] and status["processed_pages"] == 2
        assert answer.headers.get("Preference-Applied") == ("wait=30" if "headers" in how else None)
        assert docket.status(status["job_id"]) == status


def test_an_upload_is_answered_with_its_result(docket):
    for fields in ({"return": "markdown"}, {"sync": "true", "return": "text"}, {"wait": "20", "return": "json"}):
        answer = docket.upload(PDF, path="/process_pdf?raw=1", fields=fields)
        assert answer.status_code == 200, answer.text
        location = answer.headers["Content-Location"]
        assert location.endswith("/" + fields["return"])
        plain = docket.get(location + "?raw=1")
        assert answer.content == plain.content
        for name in ("Content-Type", "ETag", "Content-Disposition"):
            assert answer.headers[name] == plain.headers[name]
    wrapped = docket.upload(PDF, fields={"return": "text"}).json()
    assert wrapped["status"] == "completed" and "content" in wrapped


def test_what_fails_is_told_at_once(docket):
    corrupt = b"%PDF-1.4 nothing more"
    status = docket.upload(corrupt, fields={"sync": "1"})
    assert status.status_code == 200 and status.json()["status"] == "failed"
    assert_problem(docket.upload(corrupt, fields={"return": "markdown"}), 422, "corrupt")


def test_time_runs_out(stopped):
    for fields, headers in (({"sync": "true"}, {}), ({"wait": "1"}, {}), ({}, {"Prefer": "respond-async, wait=1"}),
                            ({"wait": "1", "return": "text"}, {})):
        answer = stopped.upload(PDF, path="/few", fields=fields, headers=headers)
        assert answer.status_code == 202, answer.text
        assert answer.json()["status"] == "pending"
        assert answer.headers["Location"].endswith("/status")
        assert answer.headers.get("Preference-Applied") == ("wait=1" if headers else None)
    assert stopped.upload(PDF, path="/few").status_code == 200, "who does not wait has what the location says"


def test_what_cannot_be_waited_for(docket):
    for fields, word in (({"wait": "soon"}, "number of seconds"), ({"sync": "maybe"}, "true or false"),
                         ({"return": "hocr"}, "formats"), ({"return": "text", "formats": "json"}, "formats")):
        assert_problem(docket.upload(PDF, fields=fields), 400, "bad_option", word)
    job = docket.submit(PDF)
    assert_problem(docket.get(f"/result/{job}/status?wait=x"), 400, "bad_option", "number of seconds")
    docket.finish(job)
    ignored = docket.request("GET", f"/result/{job}/status", headers={"Prefer": "wait=soon"})
    assert ignored.status_code == 200 and "Preference-Applied" not in ignored.headers


def test_a_status_is_held_until_it_changes(stopped):
    docket = stopped
    job = docket.submit(PDF)
    seen = docket.get(f"/result/{job}/status")
    held = in_thread(docket.request, "GET", f"/result/{job}/status?wait=30",
                     headers={"If-None-Match": seen.headers["ETag"]}, timeout=60)
    sleeping(docket)
    assert not held.done()
    docket.request("POST", f"/result/{job}/cancel")
    answer = held.result(20)
    assert answer.status_code == 200 and answer.json()["status"] == "failed"
    assert answer.headers["ETag"] != seen.headers["ETag"]
    changed = docket.request("GET", f"/result/{job}/status?wait=30", headers={"If-None-Match": seen.headers["ETag"]})
    assert changed.status_code == 200


def test_a_status_that_does_not_change_is_304_in_the_end(stopped):
    job = stopped.submit(PDF)
    etag = stopped.get(f"/result/{job}/status").headers["ETag"]
    answer = stopped.request("GET", f"/result/{job}/status?wait=1", headers={"If-None-Match": etag})
    assert answer.status_code == 304
    answer = stopped.get(f"/result/{job}/status?wait=1")
    assert answer.status_code == 200 and answer.json()["status"] == "pending"


def test_results_are_held(docket):
    job = docket.submit(LONG, name="scan.tif")
    page = docket.get(f"/result/{job}/pages/1/text?wait=50&raw=1")
    assert page.status_code == 200, page.text
    answer = docket.request("GET", f"/result/{job}/text?raw=1", headers={"Prefer": "wait=50"})
    assert answer.status_code == 200 and answer.headers["Preference-Applied"] == "wait=50"
    assert answer.content.startswith(page.content.strip()[:20])
    assert docket.request("HEAD", f"/result/{job}/text?wait=5").status_code == 200
    assert docket.get("/result/01890000-0000-7000-8000-000000000000/text?wait=5").status_code == 404


def test_a_result_is_202_in_the_end(stopped):
    job = stopped.submit(PDF)
    answer = stopped.get(f"/result/{job}/text?wait=1")
    assert answer.status_code == 202 and answer.json()["status"] == "pending"
    assert int(answer.headers["Retry-After"]) >= 1


def test_who_waits_for_what_is_deleted_is_told(stopped):
    job = stopped.submit(PDF)
    held = [in_thread(stopped.get, f"/result/{job}/{what}?wait=40", timeout=60) for what in ("status", "text")]
    sleeping(stopped, 2)
    assert stopped.request("DELETE", f"/result/{job}").status_code == 200
    assert [one.result(20).status_code for one in held] == [404, 404]


def test_whichever_worker_ends_it_all_are_told(start):
    """Many wait in both workers for one job and for jobs of their own."""
    docket = start()
    job = docket.submit(LONG, name="scan.tif")
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        one = [pool.submit(docket.get, f"/result/{job}/text?wait=50&raw=1", timeout=70) for _ in range(20)]
        own = [pool.submit(docket.upload, PDF, fields={"return": "text"}, timeout=70) for _ in range(20)]
        assert {answer.result().status_code for answer in one + own} == {200}
        assert len({answer.result().content for answer in one}) == 1


def test_a_client_that_goes_leaves_nothing_but_the_job(stopped):
    body = b"Content-Type: application/pdf\r\nContent-Length: %d\r\n\r\n" % len(PDF)
    with socket.create_connection(("127.0.0.1", stopped.port)) as client:
        client.sendall(b"PUT /jobs?wait=40 HTTP/1.1\r\nHost: x\r\n" + body + PDF)
        wait_for(lambda: stopped.get("/tasks").json()["count"] == 2, 20, "the job")
    wait_for(lambda: stopped.connections() == 0, 20, "the end of the connection")
    job = stopped.get("/tasks").json()["tasks"][0]["job_id"]
    assert stopped.status(job)["status"] == "pending"


def test_reload_and_quit_answer_who_waits(stopped):
    for sign in (signal.SIGHUP, signal.SIGQUIT):
        job = stopped.submit(PDF)
        status = in_thread(stopped.get, f"/result/{job}/status?wait=50", timeout=60)
        upload = in_thread(stopped.upload, PDF, fields={"sync": "true"}, timeout=60)
        sleeping(stopped, 2)
        os.kill(stopped.master, sign)
        # Before their time, which is 50 s, is over.
        assert status.result(45).json()["status"] == "pending"
        assert upload.result(45).status_code == 202


def test_a_status_is_held_as_long_as_any_of_the_tags_is_its(stopped):
    job = stopped.submit(PDF)
    path = f"/result/{job}/status"
    tag = stopped.get(path).headers["ETag"]
    plain = tag.removeprefix("W/")
    known = ("*", tag, plain, f'"x", {tag}', f'"a,b",{plain} , W/"0"')
    waiting = [in_thread(stopped.get, path, params={"wait": "20"}, headers={"If-None-Match": field}) for field in known]
    sleeping(stopped, len(known))
    assert not [one for one in waiting if one.done()]
    for field in ('"x"', 'W/"0", "1x"'):
        assert stopped.get(path, params={"wait": "20"}, headers={"If-None-Match": field}).json()["status"] == "pending"
    assert not [one for one in waiting if one.done()]
    stopped.request("POST", f"/result/{job}/cancel")
    for field, one in zip(known, waiting):
        answer = one.result(timeout=20)
        # By "*" the client says that it takes no status at all; nginx answers as RFC 9110, 13.1.2 has it.
        assert answer.status_code == (304 if field == "*" else 200), (field, answer.text)
        assert field == "*" or answer.json()["status"] == "failed"


def test_seconds_may_be_written_with_a_point(stopped):
    job = stopped.submit(PDF)
    for wait in ("0.0", "0.2", "1.", "1.0"):
        assert stopped.get(f"/result/{job}/status", params={"wait": wait}).json()["status"] == "pending"
        for answer in (stopped.upload(PDF, path="/few", fields={"wait": wait}),
                       stopped.upload(PDF, path=f"/few?wait={wait}")):
            assert answer.json()["status"] == "pending", answer.text
    for wait in ("5,0", ".", ".5", "-1", "1e3", "inf", "nan", "0x1", "1.0.0", "5 s"):
        assert_problem(stopped.get(f"/result/{job}/status", params={"wait": wait}), 400, "bad_option", "wait")
        assert_problem(stopped.upload(PDF, fields={"wait": wait}), 400, "bad_option", "wait")


@pytest.mark.parametrize("path", ["", "/status", "/markdown", "/hocr", "/pages/1/text", "/images/1_0.png"])
def test_anothers_unfinished_job_is_not_waited_for(start, open_folder, path):
    tokens = open_folder / "tokens"
    tokens.write_text("".join(f"{name}:{hashlib.sha256(name.encode()).hexdigest()}\n" for name in ("ann", "bob")))
    tokens.chmod(0o644)
    docket = start(http=f"docket_concurrency 1; docket_tokens {tokens};",
                   locations=LOCATIONS.replace("docket_tasks anyone;", "docket_tasks;"))
    ann, bob = ({"Authorization": f"Bearer {name}"} for name in ("ann", "bob"))
    # Of so many pages that one of its units is met even by a test that gets little of the processor.
    scan = documents.tiff([documents.scan_page(1, dpi=100)] * 16, dpi=100)
    job = docket.upload(scan, name="scan.tif", headers=ann).json()["job_id"]
    child = docket.hold_unit()
    try:
        for prefer in ({}, {"Prefer": "wait=30"}):
            for name in ("01890000-0000-7000-8000-000000000000", job):
                query = "" if prefer else "?wait=30"
                # Held for 30 s where it is another's: requests gives up before.
                assert_problem(docket.get(f"/result/{name}{path}{query}", headers={**bob, **prefer}, timeout=10), 404,
                               "not_found")
    finally:
        os.kill(child, signal.SIGCONT)


def test_a_format_that_is_not_made_is_not_waited_for(start):
    docket = start(http="docket_concurrency 1;")
    with docket.standing_still() as job:
        assert_problem(docket.get(f"/result/{job}/hocr?wait=30", timeout=10), 404, "not_found", "formats=hocr")
