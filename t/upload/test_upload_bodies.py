"""Bodies in every way HTTP has to send them, and what holds when things go wrong."""
import concurrent.futures
import hashlib
import http.client
import io
import json
import socket
import subprocess
import time

import pytest

import documents
from built import free_port, wait_for
from docket import LOCATIONS
from forms import file_part, multipart

PDF = documents.text_pdf(1)


def received(connection):
    """(status line, headers, body) of one answer on a socket."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.status, answer.headers, answer.read()


# ---- Raw bodies.

def test_put_takes_its_name_from_the_path(docket):
    answer = docket.request("PUT", "/jobs/my%20scan.pdf", data=PDF)
    assert answer.status_code == 202
    assert answer.json()["filename"] == "my scan.pdf"
    docket.finish(answer.json()["job_id"])


def test_post_of_a_raw_body(docket):
    answer = docket.request("POST", "/process_pdf", data=PDF, headers={
        "Content-Type": "application/pdf", "Content-Disposition": "attachment; filename=\"a b.pdf\""})
    assert answer.status_code == 200
    assert answer.json()["filename"] == "a b.pdf"
    docket.finish(answer.json()["job_id"])


def test_options_of_a_raw_body_are_in_the_query(docket):
    answer = docket.request("PUT", "/jobs/x.pdf?formats=text", data=PDF)
    status = docket.finish(answer.json()["job_id"])
    assert list(status["results"]) == ["text"]


# ---- Ways to send a body.

@pytest.mark.parametrize("size", [1, 7, 4096, 65536])
def test_chunked(docket, size):
    body, content_type = multipart([file_part(documents.padded_pdf(1, 20_000))])
    chunks = (body[start:start + size] for start in range(0, len(body), size))
    answer = docket.request("POST", "/process_pdf", data=chunks, headers={"Content-Type": content_type})
    assert answer.status_code == 200, answer.text
    assert docket.finish(answer.json()["job_id"])["files"][0]["size"] == 20_000


def test_body_in_small_pieces(docket):
    body, content_type = multipart([file_part()])
    head = (f"POST /process_pdf HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode()
    with socket.create_connection(("127.0.0.1", docket.port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for start in range(0, len(head + body), 11):
            connection.sendall((head + body)[start:start + 11])
            time.sleep(0.0005)  # lets the pieces arrive as pieces; nothing depends on it
        status, _, answer = received(connection)
    assert status == 200
    docket.finish(json.loads(answer)["job_id"])


def test_expect_100_continue(docket):
    body, content_type = multipart([file_part()])
    with socket.create_connection(("127.0.0.1", docket.port), timeout=30) as connection:
        connection.sendall((f"POST /process_pdf HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
                            f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n").encode())
        assert connection.recv(1000).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        status, _, answer = received(connection)
    assert status == 200
    docket.finish(json.loads(answer)["job_id"])


@pytest.mark.parametrize("size", [2_000, 5_000_000])
def test_http2(docket, size, tmp_path):
    document = tmp_path / "h2.pdf"
    document.write_bytes(documents.padded_pdf(1, size))
    done = subprocess.run(["curl", "-sS", "--noproxy", "*", "--http2-prior-knowledge", "-F", f"file=@{document}",
                           "-w", "\n%{http_version} %{http_code}", f"http://127.0.0.1:{docket.h2_port}/process_pdf"],
                          capture_output=True, text=True, check=True)
    answer, told = done.stdout.rsplit("\n", 1)
    assert told == "2 200", done.stdout
    assert docket.finish(json.loads(answer)["job_id"])["files"][0]["size"] == size


def test_http2_raw(docket, tmp_path):
    document = tmp_path / "raw.pdf"
    document.write_bytes(PDF)
    done = subprocess.run(["curl", "-sS", "--noproxy", "*", "--http2-prior-knowledge", "-T", document,
                           f"http://127.0.0.1:{docket.h2_port}/jobs/raw.pdf"], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["filename"] == "raw.pdf"
    docket.finish(json.loads(done.stdout)["job_id"])


def test_several_uploads_on_one_connection(docket):
    connection = http.client.HTTPConnection("127.0.0.1", docket.port, timeout=30)
    body, content_type = multipart([file_part()])
    jobs = set()
    for _ in range(5):
        connection.request("POST", "/process_pdf", body, {"Content-Type": content_type})
        answer = connection.getresponse()
        assert answer.status == 200
        jobs.add(json.loads(answer.read())["job_id"])
    connection.close()
    assert len(jobs) == 5
    for job in jobs:
        docket.finish(job)


def test_pipelined_uploads(docket):
    body, content_type = multipart([file_part()])
    one = (f"POST /process_pdf HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\n"
           f"Content-Length: {len(body)}\r\n\r\n").encode() + body
    with socket.create_connection(("127.0.0.1", docket.port), timeout=30) as connection:
        connection.sendall(one * 2 + b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        everything = b""
        while piece := connection.recv(65536):
            everything += piece
    assert everything.count(b"HTTP/1.1 200 ") == 3, everything


def test_larger_than_memory_buffers(docket):
    content = documents.padded_pdf(1, 40_000_000)
    job = docket.submit(content, "huge.pdf")
    assert docket.finish(job)["files"][0]["sha256"] == hashlib.sha256(content).hexdigest()


# ---- What holds when things go wrong.

def test_an_upload_that_breaks_off_leaves_no_job(start):
    docket = start()
    body, content_type = multipart([file_part(documents.padded_pdf(1, 500_000))])
    head = (f"POST /process_pdf HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode()
    for part in (0.0, 0.5, 0.9):
        with socket.create_connection(("127.0.0.1", docket.port)) as connection:
            connection.sendall(head + body[:int(len(body) * part)])
    # A worker that still works on one of them would do so before this one, on either worker.
    for _ in range(4):
        docket.finish(docket.submit(PDF))
    assert docket.get("/tasks").json()["count"] == 4
    wait_for(lambda: len(list(docket.store.glob("spool/*/*/*.in.*"))) == 4, 10, "the removal of what broke off")


def test_what_was_acknowledged_survives_kill_9(start):
    docket = start()
    jobs = [docket.submit(documents.text_pdf([[f"Survivor {number}."]])) for number in range(20)]
    docket.kill()
    docket.start()
    for number, job in enumerate(jobs):
        docket.finish(job)
        assert f"Survivor {number}." in docket.result(job, "markdown?raw=1").text


def test_uploads_at_once(start):
    """Commits are grouped; none gets another's answer."""
    docket = start()

    def one(number):
        job = docket.submit(documents.text_pdf([[f"Number {number} of many."]]), f"{number}.pdf")
        return number, job

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        jobs = dict(pool.map(one, range(100)))
    assert len(set(jobs.values())) == 100
    for number, job in jobs.items():
        status = docket.finish(job)
        assert status["filename"] == f"{number}.pdf"
        assert f"Number {number} of many." in docket.result(job, "text?raw=1").text


def test_health_is_answered_during_a_slow_upload(docket):
    body, content_type = multipart([file_part(documents.padded_pdf(1, 100_000))])
    with socket.create_connection(("127.0.0.1", docket.port)) as connection:
        connection.sendall((f"POST /process_pdf HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\n"
                            f"Content-Length: {len(body)}\r\n\r\n").encode() + body[:50_000])
        assert docket.get("/health").status_code == 200
        connection.sendall(body[50_000:])
        status, _, answer = received(connection)
    assert status == 200
    docket.finish(json.loads(answer)["job_id"])


def test_a_refused_upload_does_not_spoil_the_next(docket):
    session_body, content_type = multipart([file_part(b"no document " * 50_000)])
    connection = http.client.HTTPConnection("127.0.0.1", docket.port, timeout=30)
    for _ in range(3):
        try:
            connection.request("POST", "/process_pdf", io.BytesIO(session_body),
                               {"Content-Type": content_type, "Content-Length": str(len(session_body))})
            assert connection.getresponse().read()
        except (BrokenPipeError, ConnectionResetError):
            connection.close()
    connection.close()
    docket.finish(docket.submit(PDF))


def test_a_body_that_proxy_pass_had_begun_to_read(start):
    """SIGSEGV in ngx_http_read_unbuffered_request_body(), called by BodyReader::receive()."""
    docket = start(workers=1, http="docket_result_url /result/;", locations=LOCATIONS + """
        location /fall { proxy_pass http://127.0.0.1:9; proxy_request_buffering off; error_page 502 = @up; }
        location @up { docket_upload 201; }""")
    worker = wait_for(docket.workers, 10)
    answer = docket.request("POST", "/fall", data=documents.padded_pdf(1, 3_000_000),
                            headers={"Content-Type": "application/pdf"})
    assert answer.status_code in (201, 500) and docket.workers() == worker


def test_a_large_upload_in_a_subrequest(start):
    """A subrequest hears of no socket: it goes on by itself."""
    port = free_port()
    docket = start(workers=1, server=f"listen 127.0.0.1:{port};", locations=LOCATIONS + f"""
        location /mirrored {{ mirror /jobs/mirror.pdf; proxy_pass http://127.0.0.1:{port}/jobs; }}""")
    answer = docket.request("POST", "/mirrored/a.pdf", data=documents.padded_pdf(1, 3_000_000),
                            headers={"Content-Type": "application/pdf"})
    assert answer.status_code == 202
    wait_for(lambda: len(docket.get("/tasks").json()["tasks"]) == 2, 10, "the mirrored upload's job")


@pytest.mark.parametrize("size", [2_000, 3_000_000])
def test_an_upload_and_its_mirror_share_a_body(start, size):
    """Both read what nginx has read once, in memory or in a file."""
    docket = start(workers=1, locations=LOCATIONS + "location /both { docket_upload; mirror /jobs/mirror.pdf; }")
    content = documents.padded_pdf(1, size)
    for send in (lambda: docket.request("POST", "/both/a.pdf", data=content), lambda: docket.upload(content, path="/both")):
        before = docket.get("/tasks").json()["count"]
        assert send().status_code == 202
        wait_for(lambda: docket.get("/tasks").json()["count"] == before + 2, 10, "both jobs")
    for task in docket.get("/tasks").json()["tasks"]:
        status = docket.finish(task["job_id"])
        assert [file["size"] for file in status["files"]] == [len(content)]


def test_a_subrequest_without_the_body(start):
    docket = start(workers=1, locations=LOCATIONS + f"""
        location /blind {{ mirror /jobs/mirror.pdf; mirror_request_body off; proxy_pass http://127.0.0.1:9; }}""")
    worker = wait_for(docket.workers, 10)
    assert docket.request("POST", "/blind", data=PDF).status_code == 502
    assert docket.workers() == worker and docket.get("/tasks").json()["count"] == 0
