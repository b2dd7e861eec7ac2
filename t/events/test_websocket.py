"""Events over a WebSocket, as Python's websockets speaks it."""
import asyncio
import base64
import contextlib
import json
import os
import signal
import ssl
import subprocess

import pytest
import requests
import websockets

import documents
from built import PATIENCE, free_port, wait_for
from docket import LOCATIONS

EVENTS = """
    location /ws/     { docket_events anyone; }
    location = /ws    { docket_events anyone; }
"""
PDF = documents.text_pdf(2)
SCAN = documents.tiff([documents.scan_page(number, dpi=100) for number in range(1, 4)], dpi=100)


@pytest.fixture
def listening(start):
    """A Docket that tells."""
    return start(locations=LOCATIONS + EVENTS)


def run(work):
    """Runs one client, for a bounded time."""
    return asyncio.run(asyncio.wait_for(work, 60 * PATIENCE))


def connect(docket, path, **arguments):
    """A client's connection."""
    return websockets.connect(docket.url.replace("http", "ws") + path, **arguments)


async def listen(docket, path, **arguments):
    """All messages until the server closes, and the code it closes with."""
    messages = []
    async with connect(docket, path, **arguments) as socket:
        with contextlib.suppress(websockets.ConnectionClosed):
            while True:
                messages.append(json.loads(await socket.recv()))
        return messages, socket.close_code


def refused(docket, path, **arguments):
    """The HTTP status that a handshake is refused with."""
    with pytest.raises(websockets.InvalidStatusCode) as error:
        run(listen(docket, path, **arguments))
    return error.value.status_code


def test_a_jobs_status_is_told_until_its_end(listening):
    job = listening.submit(SCAN, name="scan.tif")
    messages, code = run(listen(listening, f"/ws/{job}"))
    assert code == 1000
    assert all(message["job_id"] == job and set(message) >= {"status", "percent_complete"} for message in messages)
    pages = [message["processed_pages"] for message in messages]
    assert pages == sorted(pages)
    assert messages[-1] == listening.status(job) and messages[-1]["final"]
    assert not any(message["final"] for message in messages[:-1])
    assert run(listen(listening, f"/ws/{job}")) == ([messages[-1]], 1000), "what is over is told once"


def test_all_events_are_told(listening):
    async def client():
        async with connect(listening, "/ws") as socket:
            jobs = [await asyncio.to_thread(listening.submit, PDF) for _ in range(2)]
            ended, names = set(), set()
            while len(ended) < 2:
                message = json.loads(await socket.recv())
                assert set(message) == {"event", "data"}
                names.add(message["event"])
                if message["data"].get("final"):
                    ended.add(message["data"]["job_id"])
            assert ended == set(jobs) and names == {"status", "page", "file"}
            await asyncio.to_thread(listening.request, "DELETE", f"/result/{jobs[0]}")
            assert json.loads(await socket.recv())["data"] == {"job_id": jobs[0], "status": "deleted"}
    run(client())


def test_pages_wait_for_their_numbers(start):
    docket = start(http="docket_concurrency 2;", locations=LOCATIONS + EVENTS, workers=2, threads=1)

    async def until(socket, found):
        messages = []
        while not messages or not found(messages[-1]):
            messages.append(json.loads(await socket.recv()))
        return messages

    def is_second_done(message):
        data = message["data"]
        return message["event"] == "file" or message["event"] == "status" and data["files"][-1]["status"] == "completed"

    async def client():
        async with connect(docket, "/ws") as socket:
            with docket.first_file_uncounted([("a.pdf", documents.text_pdf(3)), ("b.pdf", PDF)]) as job:
                held = await until(socket, lambda message: message["data"]["job_id"] == job and is_second_done(message))
                assert {message["event"] for message in held if message["data"]["job_id"] == job} == {"status"}
            rest = await until(socket, lambda message: message["data"].get("final"))
            pages = [message["data"] for message in rest if message["event"] == "page"]
            assert sorted((page["page"], page["total_pages"], page["file"]) for page in pages) == [
                (1, 5, 0), (2, 5, 0), (3, 5, 0), (4, 5, 1), (5, 5, 1)]
            assert {page["job_id"] for page in pages} == {job}
    run(client())


def test_a_client_asks_for_the_present_state(start):
    docket = start(http="docket_concurrency 1;", locations=LOCATIONS + EVENTS)

    async def client(held_job, job):
        async with connect(docket, f"/ws/{job}") as socket:
            for _ in range(3):
                assert json.loads(await socket.recv())["status"] == "pending"
                await socket.send("?")
            await (await socket.ping())  # its pong comes
        async with connect(docket, "/ws") as socket:
            for _ in range(2):
                states = [json.loads(await socket.recv())["data"]["job_id"] for _ in range(2)]
                assert states == [held_job, job]
                await socket.send("again")
    with docket.standing_still() as held_job:
        run(client(held_job, docket.submit(PDF)))
    wait_for(lambda: docket.connections() == 0, 20, "the end of all connections")


def test_a_reload_closes_with_1012(start):
    docket = start(http="docket_concurrency 1;", locations=LOCATIONS + EVENTS)

    async def client(job):
        async with connect(docket, f"/ws/{job}") as socket:
            await socket.recv()
            os.kill(docket.master, signal.SIGHUP)
            with pytest.raises(websockets.ConnectionClosed):
                await socket.recv()
            return socket.close_code
    with docket.standing_still():
        assert run(client(docket.submit(PDF))) == 1012


def test_removal_is_told(start):
    docket = start(http="docket_concurrency 1;", locations=LOCATIONS + EVENTS)

    async def client(job):
        async with connect(docket, f"/ws/{job}") as socket:
            await socket.recv()
            await asyncio.to_thread(docket.request, "DELETE", f"/result/{job}")
            assert json.loads(await socket.recv()) == {"job_id": job, "status": "deleted"}
            with pytest.raises(websockets.ConnectionClosed):
                await socket.recv()
            return socket.close_code
    with docket.standing_still():
        assert run(client(docket.submit(PDF))) == 1000


def test_events_over_tls(start, open_folder):
    key, certificate, port = open_folder / "key", open_folder / "certificate", free_port()
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
                    "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    docket = start(locations=LOCATIONS + EVENTS + "location /events/ { docket_events anyone; }",
                   server=f"listen 127.0.0.1:{port} ssl; ssl_certificate {certificate}; ssl_certificate_key {key};")
    trusting = ssl.create_default_context(cafile=certificate)

    async def client(job):
        messages = []
        async with websockets.connect(f"wss://127.0.0.1:{port}/ws/{job}", ssl=trusting) as socket:
            with contextlib.suppress(websockets.ConnectionClosed):
                while True:
                    messages.append(json.loads(await socket.recv()))
            return messages, socket.close_code
    job = docket.submit(SCAN, name="scan.tif")
    messages, code = run(client(job))
    assert code == 1000 and messages[-1] == docket.status(job)
    stream = requests.get(f"https://127.0.0.1:{port}/events/{docket.submit(SCAN, name='scan.tif')}", verify=certificate,
                          timeout=60 * PATIENCE)
    last = json.loads(stream.text.rstrip().rpartition("data: ")[2])
    assert last["final"] and last["status"] == "completed"


def test_who_breaks_the_protocol_is_closed(listening):
    async def client(message):
        async with connect(listening, "/ws") as socket:
            await socket.send(message)
            with pytest.raises(websockets.ConnectionClosed):
                while True:
                    await socket.recv()
            return socket.close_code
    assert run(client("x" * 5000)) == 1009
    assert run(client(b"binary")) == 1003
    listening.finish(listening.submit(PDF))


TOKENS = "ann:{}\nbob:{}\n"


def test_tokens_of_subprotocols(start, open_folder):
    import hashlib
    tokens = open_folder / "tokens"
    tokens.write_text(TOKENS.format(*(hashlib.sha256(name.encode()).hexdigest() for name in ("ann-token", "bob-token"))))
    docket = start(http=f"docket_tokens {tokens};", locations=LOCATIONS + "location /ws { docket_events; }")
    job = docket.submit(PDF, headers={"Authorization": "Bearer ann-token"})

    def shown(token):
        return ["docket", "docket.bearer." + base64.urlsafe_b64encode(token.encode()).decode().rstrip("=")]

    async def client():
        async with connect(docket, f"/ws/{job}", subprotocols=shown("ann-token")) as socket:
            assert socket.subprotocol == "docket", "the token is not said back"
            while not json.loads(await socket.recv())["final"]:
                pass
    run(client())
    assert refused(docket, f"/ws/{job}") == 401
    assert refused(docket, f"/ws/{job}", subprotocols=shown("nobodys")) == 401
    assert refused(docket, f"/ws/{job}", subprotocols=shown("bob-token")) == 404
    assert refused(docket, f"/ws/{job}", subprotocols=["docket", "docket.bearer.!"]) == 400
    assert "ann-token" not in docket.log()


def test_pages_of_other_origins_are_refused(start):
    docket = start(http="docket_cors https://friend.example;", locations=LOCATIONS + EVENTS)
    job = docket.submit(PDF)
    docket.finish(job)
    assert refused(docket, f"/ws/{job}", origin="https://evil.example") == 403
    for origin in (None, "https://friend.example", docket.url):
        assert run(listen(docket, f"/ws/{job}", origin=origin))[1] == 1000


def test_handshakes_that_cannot_be(listening):
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": base64.b64encode(bytes(16)).decode()}
    answer = listening.request("GET", "/ws", headers={**upgrade, "Sec-WebSocket-Version": "8"})
    assert answer.status_code == 426 and answer.headers["Sec-WebSocket-Version"] == "13"
    assert listening.request("GET", "/ws", headers={**upgrade, "Sec-WebSocket-Key": "short"}).status_code == 400
    unknown = "01890000-0000-7000-8000-000000000000"
    assert listening.request("GET", f"/ws/{unknown}", headers=upgrade).status_code == 404
