"""The present state of many jobs: told to whoever begins to listen, as it is taken."""
import asyncio
import json
import socket

import pytest
import websockets

import documents
from built import PATIENCE, SANITIZED, wait_for
from docket import LOCATIONS
from event_stream import Stream
from processes import peak_memory

EVENTS = "location /events { docket_events anyone; }\nlocation = /ws { docket_events anyone; }\n"
PDF = documents.text_pdf(1)
FIELDS = {f"field{number}": "x" * 900 for number in range(60)}
COUNT = 60


@pytest.fixture
def waiting(start):
    """A Docket with jobs that wait and have large statuses; their ids, the oldest first."""
    docket = start(http="docket_concurrency 1; send_timeout 60s;", locations=LOCATIONS + EVENTS, workers=1)
    with docket.standing_still():
        jobs = [docket.submit(PDF, fields=FIELDS) for _ in range(COUNT)]
        yield docket, jobs


def test_all_are_shown_and_the_last_one_has_a_number(waiting):
    docket, jobs = waiting
    stream = Stream(docket, "/events")
    shown = [stream.next() for _ in range(COUNT + 1)]  # with the job that keeps the slot
    assert [data["job_id"] for _, data, _ in shown if data["job_id"] in jobs] == jobs
    numbers = [number for _, _, number in shown]
    assert numbers[:-1] == [None] * COUNT and numbers[-1] is not None
    stream.close()
    later = docket.submit(PDF)
    stream = Stream(docket, "/events", last=numbers[-1])
    assert stream.next()[1]["job_id"] == later, "what was shown is not told again"
    stream.close()


def test_a_websocket_is_shown_all_too(waiting):
    docket, jobs = waiting

    async def listen():
        async with websockets.connect(docket.url.replace("http", "ws") + "/ws", max_size=None) as client:
            return [json.loads(await client.recv())["data"]["job_id"] for _ in range(COUNT + 1)]
    assert [job for job in asyncio.run(asyncio.wait_for(listen(), 60 * PATIENCE)) if job in jobs] == jobs


def test_what_changes_meanwhile_is_shown_as_it_is(waiting):
    docket, jobs = waiting
    with socket.create_connection(("127.0.0.1", docket.port), timeout=60) as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.sendall(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n")
        assert slow.recv(100).startswith(b"HTTP/1.1 200")
        assert docket.request("POST", f"/result/{jobs[-1]}/cancel").status_code == 200
        assert docket.request("DELETE", f"/result/{jobs[-2]}").status_code == 200
        later = docket.submit(PDF)
        text = b""
        while later.encode() not in text[-2000:]:
            text += slow.recv(1 << 20)
        last = {}
        for event in text.decode("latin-1").split("\n\n"):
            if data := [line[6:] for line in event.split("\n") if line.startswith("data: {") and line.endswith("}")]:
                status = json.loads(data[0])
                last[status["job_id"]] = status["status"]
        assert last[jobs[-1]] == "failed" and last[jobs[-2]] == "deleted"


@pytest.mark.skipif(SANITIZED, reason="the sanitizer keeps what is freed")
def test_readers_that_do_not_read_cost_little(waiting):
    docket, _ = waiting
    before = peak_memory(wait_for(docket.workers, 20, "the workers"))
    readers = []
    for path in ("/events", "/ws") * 15:
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", docket.port))
        upgrade = ("Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                   "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n" if path == "/ws" else "")
        reader.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n".encode())
        readers.append(reader)
    for reader in readers:
        assert reader.recv(12) in (b"HTTP/1.1 200", b"HTTP/1.1 101")
    wait_for(lambda: docket.connections() >= len(readers), 20, "the readers")
    assert docket.get("/tasks?limit=1").status_code == 200
    assert peak_memory(docket.workers()) < before + 20, f"{COUNT} x 54 KB for each of {len(readers)}"
    for reader in readers:
        reader.close()
