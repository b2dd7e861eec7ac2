"""Idempotency-Key: who did not hear the answer sends the request again, and gets the same job."""
import concurrent.futures
import hashlib
import http.client
import json
import os
import re
import socket

import pytest

import documents
from built import wait_for
from client import assert_problem
from docket import LOCATIONS

PDF = documents.text_pdf(1)
OTHER = documents.text_pdf(2)


def keyed(key, **headers):
    """Headers with this key."""
    return {"Idempotency-Key": key, **headers}


def test_the_same_request_is_the_same_job(docket):
    first = docket.upload(PDF, headers=keyed('"one"'), fields={"title": "mine"})
    again = docket.upload(PDF, headers=keyed("one"), fields={"title": "mine"})
    assert first.status_code == again.status_code == 200
    assert first.json()["job_id"] == again.json()["job_id"] and first.headers["Location"] == again.headers["Location"]
    job = first.json()["job_id"]
    docket.finish(job)
    late = docket.upload(PDF, headers=keyed("one"), fields={"title": "mine"}).json()
    assert late["job_id"] == job and late["status"] == "completed"
    # Nothing of what was sent again stays.
    wait_for(lambda: len({path.name.partition(".in.")[0] for path in docket.store.glob("spool/*/*/*.in.*")}) ==
             docket.get("/tasks?limit=1000").json()["count"], 10, "the removal of what was sent again")


@pytest.mark.parametrize("change", [
    {"content": OTHER}, {"fields": {"title": "yours"}}, {"fields": {"title": "mine", "ocr": "off"}}, {"name": "b.pdf"}],
    ids=["file", "field", "option", "name"])
def test_other_content_is_refused(docket, change):
    key = keyed(f"other {sorted(change.items())!r:.60}")
    request = {"content": PDF, "fields": {"title": "mine"}, "headers": key}
    job = docket.upload(**request).json()["job_id"]
    answer = docket.upload(**{**request, **change})
    assert_problem(answer, 422, "key_reused", "other content")
    assert job not in answer.text, "another anonymous client's, perhaps"
    assert docket.upload(**request).json()["job_id"] == job


def test_keys_without_owners_are_per_client(docket):
    def send(address):
        connection = http.client.HTTPConnection("127.0.0.1", docket.port, timeout=60, source_address=(address, 0))
        connection.request("PUT", "/jobs/a.pdf", body=PDF, headers=keyed("mine"))
        return json.loads(connection.getresponse().read())["job_id"]
    job = send("127.0.0.1")
    assert send("127.0.0.1") == job
    assert send("127.0.0.2") != job, "who guesses a key gets the job of another one"


def test_keys_of_owners_and_locations(start, tmp_path):
    tokens = tmp_path / "tokens"
    tokens.write_text("".join(f"{name}:{hashlib.sha256(name.encode()).hexdigest()}\n" for name in ("ann", "bob")))
    docket = start(server=f"docket_tokens {tokens};")
    jobs = {docket.upload(PDF, path=path, headers=keyed("k", Authorization=f"Bearer {name}")).json()["job_id"]
            for name in ("ann", "bob") for path in ("/process_pdf", "/jobs") for _ in range(2)}
    assert len(jobs) == 4


def test_a_key_lives_as_long_as_its_job(docket):
    job = docket.upload(PDF, headers=keyed("gone")).json()["job_id"]
    assert docket.request("DELETE", f"/result/{job}").status_code == 200
    assert docket.upload(OTHER, headers=keyed("gone")).json()["job_id"] != job


def test_while_the_first_is_being_received(docket):
    with socket.create_connection(("127.0.0.1", docket.port), timeout=20) as slow:
        slow.sendall(b"PUT /jobs/a.pdf HTTP/1.1\r\nHost: x\r\nIdempotency-Key: slow\r\nContent-Length: %d\r\n\r\n"
                     % len(PDF) + PDF[:9])
        once = wait_for(lambda: list(docket.store.glob("run/once.*")), 10, "the first request")
        answer = docket.request("PUT", "/jobs/a.pdf", data=PDF, headers=keyed("slow"))
        assert_problem(answer, 409, "key_in_use")
        assert re.fullmatch(r"\d+", answer.headers["Retry-After"])
        slow.sendall(PDF[9:])
        assert slow.recv(12) == b"HTTP/1.1 202"
    wait_for(lambda: not once[0].exists(), 10, "the end of the first request")
    assert docket.request("PUT", "/jobs/a.pdf", data=PDF, headers=keyed("slow")).status_code == 202


def test_many_at_once_make_one_job(docket):
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: docket.upload(PDF, headers=keyed("many")), range(16)))
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.json()["job_id"] for answer in answers if answer.status_code == 200}) == 1


def test_a_client_that_goes_leaves_its_key(docket):
    with socket.create_connection(("127.0.0.1", docket.port)) as slow:
        slow.sendall(b"PUT /jobs/a.pdf HTTP/1.1\r\nHost: x\r\nIdempotency-Key: left\r\nContent-Length: 99\r\n\r\n%PDF")
        wait_for(lambda: list(docket.store.glob("run/once.*")), 10, "the first request")
    wait_for(lambda: docket.request("PUT", "/jobs/a.pdf", data=PDF, headers=keyed("left")).status_code == 202, 10)


def test_a_replay_needs_no_room(start):
    docket = start(http="docket_queue jobs=1; docket_concurrency 1;", locations=LOCATIONS)
    scan = documents.scan_pdf([documents.scan_page(number) for number in range(1, 5)])
    job = docket.upload(scan, headers=keyed("room")).json()["job_id"]
    assert docket.upload(scan, headers=keyed("room")).json()["job_id"] == job
    assert_problem(docket.upload(PDF, headers=keyed("no room")), 503, "queue_full")


def test_keys_that_are_none(docket):
    for key in ('""', "x" * 256):
        assert_problem(docket.upload(PDF, headers=keyed(key)), 400, "bad_request", "Idempotency-Key")


@pytest.mark.parametrize("first, then", [("wait=1", "wait=2"), ("sync=true", ""), ("return=text", "")])
def test_a_key_is_about_content_not_about_how_it_is_answered(docket, first, then):
    """4e3f817 gave the known job for a form with these in the query."""
    key = {"Idempotency-Key": f'"{os.urandom(8).hex()}"'}
    one = docket.upload(PDF, path=f"/jobs?{first}", headers=key)
    other = docket.upload(PDF, path=f"/jobs?{then}", headers=key)
    assert one.status_code in (200, 202) and other.status_code in (200, 202), other.text
