"""Server-sent events: what happens to jobs, told as it happens."""
import concurrent.futures
import json
import os
import re
import signal
import socket
import subprocess

import pytest
import requests

import documents
from built import DOCKETCTL, PATIENCE, wait_for
from client import assert_problem
from docket import LOCATIONS
from event_stream import Stream

EVENTS = """
    location /events  { docket_events anyone; }
    location /told    { docket_events; }
"""
PDF = documents.text_pdf(2)
SCAN = documents.tiff([documents.scan_page(number, dpi=100) for number in range(1, 4)], dpi=100)


@pytest.fixture
def listening(start):
    """A Docket that tells."""
    return start(locations=LOCATIONS + EVENTS)


def test_a_job_is_told_from_its_state_to_its_end(listening):
    job = listening.submit(SCAN, name="scan.tif")
    stream = Stream(listening, f"/events/{job}")
    headers = stream.answer.headers
    assert headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert headers["Cache-Control"] == "no-store" and headers["X-Accel-Buffering"] == "no"
    assert headers["X-Content-Type-Options"] == "nosniff"
    events = list(stream.events)
    name, first, number = events[0]
    assert name == "status" and first["job_id"] == job and number is not None
    numbers = [number for _, _, number in events]
    assert numbers == sorted(set(numbers))
    assert {name for name, _, _ in events} <= {"status", "page", "file"}
    pages = [data for name, data, _ in events if name == "page"]
    assert all(page["job_id"] == job and page["total_pages"] == 3 and 1 <= page["page"] <= 3 for page in pages)
    name, last, number = events[-1]
    assert name == "status" and last == listening.status(job) and last["status"] == "completed"
    # A status is told as it is when it is sent, by when a busy worker may know of a later change.
    assert all(data == last for name, data, _ in events[:-1] if name == "status" and data["final"])


def test_pages_and_files_are_told(start):
    docket = start(http="docket_concurrency 1;", locations=LOCATIONS + EVENTS)
    with docket.standing_still():
        answer = docket.request("POST", "/process_pdf", files=[("file", ("a.pdf", PDF)), ("file", ("b.pdf", PDF))])
        job = answer.json()["job_id"]
        stream = Stream(docket, f"/events/{job}")
        assert stream.next()[1]["status"] == "pending"
    events = list(stream.events)
    assert sorted((page, file) for page, _, file in told_pages(events)) == [(1, 0), (2, 0), (3, 1), (4, 1)]
    assert {total for _, total, file in told_pages(events) if file == 1} == {4}
    files = [data for name, data, _ in events if name == "file"]
    assert sorted((file["filename"], file["index"], file["size"], file["status"]) for file in files) == [
        ("a.pdf", 0, len(PDF), "completed"), ("b.pdf", 1, len(PDF), "completed")]
    assert events[-1][1]["status"] == "completed"


@pytest.fixture
def two(start):
    """A Docket for Docket.first_file_uncounted()."""
    return start(http="docket_concurrency 2;", locations=LOCATIONS + EVENTS, workers=2, threads=1)


def told_pages(events):
    """What page events say but for the job: page, total_pages, file."""
    return [(data["page"], data["total_pages"], data["file"]) for name, data, _ in events if name == "page"]


def until(stream, found):
    """The events up to the first one of which `found(name, data)`."""
    events = []
    while not events or not found(*events[-1][:2]):
        events.append(stream.next())
    return events


def is_second_done(name, data):
    """Whether an event tells that the second file is."""
    return name == "file" or name == "status" and data["files"][-1]["status"] == "completed"


def test_pages_wait_for_their_numbers(two):
    """The second file is done before anything is known of the first one."""
    everything = Stream(two, "/events")
    with two.first_file_uncounted([("a.pdf", documents.text_pdf(3)), ("b.pdf", PDF)]) as job:
        stream = Stream(two, f"/events/{job}")
        held = until(stream, is_second_done)
        assert {name for name, _, _ in held} == {"status"}, "no number is known, and the file goes after its pages"
        assert held[-1][1]["processed_pages"] == 2 and held[-1][1]["total_pages"] == 2
        seen = held[-1][2]
        assert not told_pages(until(Stream(two, f"/events/{job}", last=0), is_second_done))
        missed = Stream(two, f"/events/{job}", last=seen)
        for page in (1, 2, 4):
            answer = two.get(f"/result/{job}/pages/{page}/text")
            assert answer.status_code == 202, "the same is said of the pages themselves"
    rest = list(stream.events)
    assert sorted(told_pages(rest)) == [(1, 5, 0), (2, 5, 0), (3, 5, 0), (4, 5, 1), (5, 5, 1)]
    files = [(name, data.get("index", data.get("file"))) for name, data, _ in rest if name != "status"]
    assert [entry for entry in files if entry[1] == 1] == [("page", 1), ("page", 1), ("file", 1)]
    assert rest[-1][1]["status"] == "completed"
    assert list(missed.events) == rest
    numbers = [number for _, _, number in rest]
    assert numbers == sorted(set(numbers)) and numbers[0] > seen
    for at, number in [(0, seen), *enumerate(numbers[:-1], 1)]:
        again = list(Stream(two, f"/events/{job}", last=number).events)
        assert [(name, number) for name, _, number in again] == [(name, number) for name, _, number in rest[at:]]
    assert told_pages(Stream(two, f"/events/{job}", last=0).events) == told_pages(rest)
    of_all = until(everything, lambda name, data: name == "status" and data["job_id"] == job and data["final"])
    assert told_pages(event for event in of_all if event[1]["job_id"] == job) == told_pages(rest)
    everything.close()


def test_a_file_that_cannot_be_counted_has_no_pages(two):
    with two.first_file_uncounted([("a.pdf", b"%PDF-1.4\nno document"), ("b.pdf", PDF)]) as job:
        stream = Stream(two, f"/events/{job}")
        until(stream, is_second_done)
    rest = list(stream.events)
    assert told_pages(rest) == [(1, 2, 1), (2, 2, 1)]
    assert [(data["index"], data["status"]) for name, data, _ in rest if name == "file"] == [(0, "failed"),
                                                                                            (1, "completed")]
    assert rest[-1][1]["status"] == "completed"


def test_pages_are_told_before_the_end_of_a_job_that_is_cancelled(two):
    with two.first_file_uncounted([("a.pdf", PDF), ("b.pdf", PDF)]) as job:
        stream = Stream(two, f"/events/{job}")
        until(stream, is_second_done)
        assert two.request("POST", f"/result/{job}/cancel").status_code == 200
        rest = list(stream.events)
        # A status has the job's present state, so that one of the second file's end may follow that was waited for.
        told = [(name, data) for name, data, _ in rest if name != "status" or data["final"]]
        assert [(name, data.get("page", data.get("index"))) for name, data in told] == [
            ("file", 0), ("page", 1), ("page", 2), ("file", 1), ("status", None)]
        assert rest[-1][1]["status"] == "failed"


def test_what_is_over_is_told_once(listening):
    job = listening.submit(PDF)
    listening.finish(job)
    (name, status, number), = list(Stream(listening, f"/events/{job}").events)
    assert name == "status" and status == listening.status(job)
    for last in (number, number + 1000):
        answer = Stream(listening, f"/events/{job}", last=last).answer
        assert answer.status_code == 204 and answer.content == b""
    again = list(Stream(listening, f"/events/{job}", last=number - 1).events)
    assert again == [(name, status, number)]


def test_a_client_goes_on_where_it_was(listening):
    job = listening.submit(SCAN, name="scan.tif")
    whole = list(Stream(listening, f"/events/{job}", last=0).events)
    assert [name for name, _, _ in whole][:2] == ["status", "status"], "accepted, started"
    assert sum(name == "page" for name, _, _ in whole) == 3
    for at, (_, _, number) in enumerate(whole[:-1]):
        rest = list(Stream(listening, f"/events/{job}", last=number).events)
        assert [(name, number) for name, _, number in rest] == [(name, number) for name, _, number in whole[at + 1:]]
    beyond = Stream(listening, "/events", last=10**9)
    assert beyond.next()[0] == "reset", "numbers of another store"
    beyond.close()


def test_all_jobs_are_told(listening):
    stream = Stream(listening, "/events")
    jobs = [listening.submit(PDF) for _ in range(3)]
    ends = {}
    while len(ends) < 3:
        name, data, _ = stream.next()
        if name == "status" and data["final"]:
            ends[data["job_id"]] = data["status"]
    assert ends == dict.fromkeys(jobs, "completed")
    assert listening.request("DELETE", f"/result/{jobs[0]}").status_code == 200
    assert stream.next()[1] == {"job_id": jobs[0], "status": "deleted"}
    stream.close()


def test_unfinished_jobs_are_told_at_first(start):
    docket = start(http="docket_concurrency 1;", locations=LOCATIONS + EVENTS)
    done = docket.submit(PDF)
    docket.finish(done)
    with docket.standing_still():
        jobs = [docket.submit(PDF) for _ in range(2)]
        stream = Stream(docket, "/events")
        assert [stream.next()[1]["job_id"] for _ in range(3)][1:] == jobs, "the oldest first, and not what is over"
        stream.close()


def test_a_job_that_is_removed_ends_its_stream(start):
    docket = start(http="docket_concurrency 1;", locations=LOCATIONS + EVENTS)
    with docket.standing_still():
        job = docket.submit(PDF)
        stream = Stream(docket, f"/events/{job}")
        stream.next()
        docket.request("DELETE", f"/result/{job}")
        assert [event[1] for event in stream.events] == [{"job_id": job, "status": "deleted"}]


def test_owners_hear_of_their_own(start):
    locations = LOCATIONS.replace("anyone", "") + "location /events { docket_events; }"
    docket = start(http="docket_owner $http_x_owner;", locations=locations)
    ann, bob = {"X-Owner": "ann"}, {"X-Owner": "bob"}
    stream = Stream(docket, "/events", headers=ann)
    other = docket.upload(PDF, headers=bob).json()["job_id"]
    mine = docket.upload(PDF, headers=ann).json()["job_id"]
    while True:
        _, data, _ = stream.next()
        assert data["job_id"] == mine
        if data.get("final"):
            break
    stream.close()
    hidden, unknown = (docket.get(f"/events/{job}", headers=ann) for job in (other, other[:-2] + "00"))
    assert_problem(hidden, 404, "not_found")
    assert hidden.content == unknown.content
    assert_problem(docket.get("/events"), 401, "unauthorized")


def test_streams_of_an_owner_are_bounded(start):
    docket = start(http="docket_owner $http_x_owner;", locations="location /events { docket_events; }")
    ann = {"X-Owner": "ann"}
    streams = [Stream(docket, "/events", headers=ann) for _ in range(100)]
    assert {stream.answer.status_code for stream in streams} == {200}, "in whichever worker"
    refused = docket.get("/events", headers=ann)
    assert_problem(refused, 429, "queue_full", "100")
    assert refused.headers["Retry-After"]
    Stream(docket, "/events", headers={"X-Owner": "bob"}).close()
    for stream in streams[:3]:
        stream.close()
    def another():
        stream = Stream(docket, "/events", headers=ann)
        streams.append(stream)
        return stream.answer.status_code == 200
    wait_for(another, 20, "a place")
    for stream in streams:
        stream.close()


def test_who_may_listen(listening):
    assert_problem(listening.get("/told"), 403, "forbidden", "docket_events anyone")
    job = listening.submit(PDF)
    listening.finish(job)
    assert listening.get(f"/told/{job}").status_code == 200, "whoever knows the id"
    assert_problem(listening.get("/events/nothing"), 404, "not_found")
    assert_problem(listening.request("POST", "/events"), 405, "method_not_allowed")
    assert listening.request("HEAD", f"/events/{job}").headers["Content-Type"] == "text/event-stream; charset=utf-8"


def test_whichever_worker_ends_it_all_hear_of_it(start):
    docket = start(http="docket_concurrency 1;", locations=LOCATIONS + EVENTS)
    with docket.standing_still():
        job = docket.submit(PDF)
        streams = [Stream(docket, f"/events/{job}") for _ in range(40)]
        for stream in streams:
            assert stream.next()[1]["status"] == "pending"
    with concurrent.futures.ThreadPoolExecutor(40) as pool:
        heard = list(pool.map(lambda stream: list(stream.events), streams))
    # A status before the last one is that of the moment in which the worker tells of the change.
    told = [[event for event in events if event[0] != "status" or event[1]["final"]] for events in heard]
    assert all(events == told[0] for events in told)
    assert told[0][-1][1]["status"] == "completed" and [events[-1] for events in heard] == [told[0][-1]] * len(heard)


def test_what_nobody_rings_for_is_told_too(start):
    """docketctl changes the store and rings no bell of changes: as if one was lost."""
    docket = start(http="docket_concurrency 1;", locations=LOCATIONS + EVENTS)
    with docket.standing_still() as job:
        stream = Stream(docket, f"/events/{job}")
        assert stream.next()[1]["status"] == "processing"
        subprocess.run([DOCKETCTL, "--store", docket.store, "requeue", job], check=True, capture_output=True)
        name, data, _ = stream.next()
        assert (name, data["job_id"]) == ("status", job)
        stream.close()


def test_a_reload_ends_streams_and_clients_go_on(start):
    docket = start(http="docket_concurrency 1;", locations=LOCATIONS + EVENTS)
    with docket.standing_still():
        job = docket.submit(PDF)
        stream = Stream(docket, f"/events/{job}")
        _, _, number = stream.next()
        os.kill(docket.master, signal.SIGHUP)
        assert not list(stream.events), "its end, and no error"
        stream = Stream(docket, f"/events/{job}", last=number)
    assert list(stream.events)[-1][1]["status"] == "completed"


def test_a_slow_reader_is_dropped_and_others_are_not(start):
    docket = start(http="docket_concurrency 1; send_timeout 60s;", locations=LOCATIONS + EVENTS, workers=1)
    fields = {f"field{number}": "x" * 900 for number in range(60)}
    with docket.standing_still():
        job = docket.submit(PDF, fields=fields)
        with socket.socket() as slow:
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect(("127.0.0.1", docket.port))
            slow.sendall(f"GET /events HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            wait_for(lambda: docket.connections() == 1, 20, "the slow reader")
            for _ in range(200):
                docket.request("POST", f"/result/{docket.submit(PDF, fields=fields)}/cancel")
                if docket.connections() == 0:
                    break
            wait_for(lambda: docket.connections() == 0, 20, "the end of the slow reader")
        stream = Stream(docket, f"/events/{job}")
        assert stream.next()[1]["status"] == "pending"
        stream.close()


def test_events_over_http2(start):
    docket = start(http2=True, locations=LOCATIONS + EVENTS)
    job = docket.submit(SCAN, name="scan.tif")
    done = subprocess.run(["curl", "-sN", "--http2-prior-knowledge", "--max-time", "60",
                           f"http://127.0.0.1:{docket.h2_port}/events/{job}"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("retry: 3000\n\n")
    last = re.findall(r"^data: (.*)$", done.stdout, re.MULTILINE)[-1]
    assert json.loads(last) == docket.status(job) and json.loads(last)["final"]


def test_clients_that_go_leave_nothing(listening):
    streams = [Stream(listening, "/events") for _ in range(20)]
    for stream in streams:
        stream.close()
    wait_for(lambda: listening.connections() == 0, 20, "the end of all connections")
    listening.finish(listening.submit(PDF))
