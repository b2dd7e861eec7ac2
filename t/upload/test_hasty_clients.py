"""Clients that reset their connection at any point of a request that is answered at once. Freed memory is filled with
another byte (MALLOC_PERTURB_), so that a worker that uses it ends."""
import itertools
import json
import random
import socket
import struct
import time

import h2.config
import h2.connection
import pytest

import documents
from built import wait_for
from docket import LOCATIONS

TRIES = 120
DOCUMENT = documents.text_pdf(1)
BOUNDARY = {"Content-Type": "multipart/form-data; boundary=b"}


def form(*files):
    """A form with these files."""
    parts = "".join(f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n{content}\r\n'
                    for name, content in files)
    return (parts + "--b--\r\n").encode()


# What is refused, and what is answered on the spot: method, path, fields, body.
REQUESTS = {
    "a form without files": ("POST", "/jobs", BOUNDARY, b"--b--\r\n"),
    "a form that is none": ("POST", "/jobs", BOUNDARY, b"not a form at all"),
    "a file of no type": ("POST", "/jobs", BOUNDARY, form(("a", "no document" * 10))),
    "too many files": ("POST", "/jobs", BOUNDARY, form(*([("a.pdf", "%PDF-1.4")] * 4))),
    "a body of no type": ("PUT", "/jobs/a.txt", {}, b"no document" * 10),
    "no body": ("POST", "/jobs", {}, b""),
    "a precondition": ("POST", "/jobs", {"If-Match": '"x"', **BOUNDARY}, b"--b--\r\n"),
    "a job": ("PUT", "/jobs/a.pdf", {}, DOCUMENT),
    "a job that is waited for": ("PUT", "/jobs/a.pdf?wait=5", {}, DOCUMENT),
    "an estimate": ("PUT", "/jobs/a.pdf?dry_run=1", {}, DOCUMENT),
    "a command": ("POST", "/run", BOUNDARY, form(("a", "a"), ("b", "b"), ("c", "c"), ("d", "d"))),
    "a request that is passed on": ("POST", "/app/", {"Prefer": "wait=1"}, b"x" * 100),
    "a report of progress": ("POST", "/result/0192ab00-0000-7000-8000-000000000000/progress?token=x", {}, b"{}"),
    "an unknown job": ("DELETE", "/result/0192ab00-0000-7000-8000-000000000000", {}, b""),
    "a wrong method": ("PATCH", "/jobs", {}, b"abc"),
    "events": ("GET", "/events", {}, b""),
    "a list": ("GET", "/tasks", {}, b""),
}


@pytest.fixture
def docket(start):
    """Takes two files at most; what it passes on nobody answers."""
    return start(environment={"MALLOC_PERTURB_": "165"}, server="docket_max_files 3;", http="docket_expire 1m;",
                 locations=LOCATIONS + "location /app/ { docket_pass http://127.0.0.1:1; docket_attempts 1; }\n"
                 "location = /run { docket_command /bin/true; }\nlocation = /events { docket_events anyone; }\n")


def reset(connection):
    """Closes a connection without a farewell: RST."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def send_and_reset(port, data, delay):
    """Sends, waits for some microseconds, and is gone."""
    connection = socket.create_connection(("127.0.0.1", port))
    connection.sendall(data)
    until = time.perf_counter() + delay * 1e-6
    while time.perf_counter() < until:
        pass
    reset(connection)


def http1(method, path, fields, body, length=None):
    """The request as bytes; `length` is what it says of its body, if not the truth."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"Content-Length: {length or len(body)}"]
    return "\r\n".join(lines + [f"{name}: {value}" for name, value in fields.items()]).encode() + b"\r\n\r\n" + body


def http2(method, path, fields, body):
    """The same as all that a client sends on a new connection."""
    client = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True))
    client.initiate_connection()
    head = [(":method", method), (":path", path), (":scheme", "http"), (":authority", "localhost")]
    client.send_headers(1, head + [(name.lower(), value) for name, value in fields.items()], end_stream=not body)
    for at in range(0, len(body), 16000):
        client.send_data(1, body[at:at + 16000], end_stream=at + 16000 >= len(body))
    return client.data_to_send()


def workers_of(docket):
    """Both of them."""
    return wait_for(lambda: workers if len(workers := docket.workers()) == 2 else None, 20, "two workers")


def check_health(docket, workers):
    """It still does its work, and no worker was lost."""
    docket.finish(docket.submit(DOCUMENT, path="/jobs"))
    assert docket.workers() == workers


@pytest.mark.parametrize("version", ["1.1", "2"])
def test_clients_that_go_when_they_have_sent_all(docket, version):
    if version == "2":
        docket.stop()
        docket.start(http2=True)
    workers = workers_of(docket)
    port, encode = (docket.h2_port, http2) if version == "2" else (docket.port, http1)
    chance = random.Random(1)
    requests = [encode(*request) for request in REQUESTS.values()]
    for data, _ in itertools.product(requests, range(TRIES)):
        send_and_reset(port, data, chance.uniform(0, 300))
    check_health(docket, workers)


def test_clients_that_go_at_every_byte(docket):
    workers = workers_of(docket)
    for name in ("a form without files", "a file of no type", "a job", "a request that is passed on"):
        data = http1(*REQUESTS[name])
        for cut in range(1, min(len(data), 600)):
            send_and_reset(docket.port, data[:cut], 0)
    check_health(docket, workers)


def test_clients_that_pause_in_a_refused_body(docket):
    workers = workers_of(docket)
    method, path, fields, body = REQUESTS["a body of no type"]
    data = http1(method, path, fields, body * 100, length=1 << 20)
    waiting = []
    for _ in range(40):
        connection = socket.create_connection(("127.0.0.1", docket.port))
        connection.sendall(data)
        waiting.append(connection)
    for connection in waiting:
        assert json.loads(connection.recv(65536).split(b"\r\n\r\n", 1)[1])["code"] == "unsupported_type"
        reset(connection)
    check_health(docket, workers)
