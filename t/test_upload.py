"""Submitting: forms and raw bodies in every way HTTP has to send them, limits, and what is promised by the answer."""
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
from docket import LOCATIONS, UUID7, assert_problem, free_port, wait_for

PDF = documents.text_pdf(1)
TEXT = documents.page_text(1)


def multipart(parts, boundary="xyzzy"):
    """(body, content type) of a form of (headers, content) parts."""
    body = b"".join(f"--{boundary}\r\n{head}\r\n\r\n".encode() + content + b"\r\n" for head, content in parts)
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def file_part(content=PDF, name="document.pdf", field="file"):
    """A part with a file, for multipart()."""
    return f'Content-Disposition: form-data; name="{field}"; filename="{name}"', content


def received(connection):
    """(status line, headers, body) of one answer on a socket."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.status, answer.headers, answer.read()


# ---- The answer.

def test_answer(docket):
    answer = docket.upload(PDF, "scan.pdf")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    job = body["job_id"]
    assert UUID7.fullmatch(job)
    assert body == {"job_id": job, "status": "pending", "filename": "scan.pdf", "status_url": f"/result/{job}/status",
                    "message": f"Processing initiated. Use /result/{job}/status to check progress."}
    assert answer.headers["Location"].endswith(f"/result/{job}/status")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    status = docket.finish(job)
    assert status["total_pages"] == status["processed_pages"] == 1


def test_code_of_the_location(docket):
    assert docket.upload(PDF, path="/jobs").status_code == 202
    assert docket.upload(PDF, path="/process_pdf").status_code == 200


@pytest.mark.parametrize("field", ["file", "files", "files[]", "data_file", "document", "anything at all"])
def test_any_name_of_the_field(docket, field):
    job = docket.submit(PDF, field=field)
    assert TEXT in docket.result(docket.finish(job)["job_id"], "markdown?raw=1").text


def test_size_and_hash_are_those_of_the_file(docket):
    content = documents.padded_pdf(1, 3_000_001)
    job = docket.submit(content, "large.pdf")
    file = docket.finish(job)["files"][0]
    assert file["size"] == len(content)
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert file["content_type"] == "application/pdf"


def test_two_files_make_one_job(docket):
    files = [("file", ("one.pdf", documents.text_pdf([["First file."]]))),
             ("file", ("two.pdf", documents.text_pdf([["Second file."], ["Its other page."]])))]
    answer = docket.request("POST", "/process_pdf", files=files)
    job = answer.json()["job_id"]
    assert answer.json()["filename"] == "one.pdf"
    status = docket.finish(job)
    assert [(file["filename"], file["total_pages"]) for file in status["files"]] == [("one.pdf", 1), ("two.pdf", 2)]
    assert status["total_pages"] == 3
    text = docket.result(job, "text?raw=1").text
    assert text.index("First file.") < text.index("Second file.") < text.index("Its other page.")
    listed = docket.result(job, "markdown").json()["documents"]
    assert [document["filename"] for document in listed] == ["one.pdf", "two.pdf"]
    assert "Second file." in listed[1]["content"] and "First file." not in listed[1]["content"]


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


# ---- What the file is and is called.

@pytest.mark.parametrize("content, expected", [
    (PDF, "application/pdf"), (documents.png(documents.scan_page(1)), "image/png"),
    (documents.jpeg(documents.scan_page(1)), "image/jpeg"), (documents.tiff([documents.scan_page(1)]), "image/tiff")],
    ids=["pdf", "png", "jpeg", "tiff"])
def test_type_is_told_by_the_first_bytes(docket, content, expected):
    answer = docket.request("POST", "/process_pdf", files={"file": ("lie.docx", content, "text/html")})
    assert docket.status(answer.json()["job_id"])["files"][0]["content_type"] == expected
    docket.finish(answer.json()["job_id"])


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/shadow", "résumé – 日本.pdf", "a'b;c&d.pdf", "-rf", "x" * 240,
                                  "CON", "<script>.pdf"])
def test_name_is_text_and_never_a_path(docket, name):
    body, content_type = multipart([file_part(name=name)])
    answer = docket.request("POST", "/process_pdf", data=body, headers={"Content-Type": content_type})
    assert answer.status_code == 200, answer.text
    job = answer.json()["job_id"]
    # RFC 7578, 4.2: a path in a name may be cut to its last part; nothing else may change.
    shown = docket.finish(job)["files"][0]["filename"]
    assert shown in (name, name.rpartition("/")[2])
    assert TEXT in docket.result(job, "markdown?raw=1").text


def test_unsupported_type(docket):
    assert_problem(docket.upload(b"just some text, no document", "a.pdf"), 415, "unsupported_type")


def test_types_of_the_location(start):
    docket = start(http="docket_types png;")
    assert_problem(docket.upload(PDF), 415, "unsupported_type", "docket_types")
    docket.finish(docket.submit(documents.png(documents.scan_page(1)), "page.png"))


# ---- Fields and options.

def test_other_fields_are_the_jobs(docket):
    fields = {"customer": "42", "remark": "über \"quoted\"\nline", "empty": ""}
    job = docket.submit(PDF, fields=fields)
    assert docket.finish(job)["fields"] == fields


def test_a_json_part_is_merged_into_the_fields(docket):
    body, content_type = multipart([
        ('Content-Disposition: form-data; name="json"\r\nContent-Type: application/json', b'{"a": 1, "b": ["x"]}'),
        ('Content-Disposition: form-data; name="c"', b"text"), file_part()])
    answer = docket.request("POST", "/process_pdf", data=body, headers={"Content-Type": content_type})
    assert answer.status_code == 200, answer.text
    assert docket.status(answer.json()["job_id"])["fields"] == {"a": 1, "b": ["x"], "c": "text"}


def test_formats_option(docket):
    job = docket.submit(PDF, fields={"formats": "text,json"})
    status = docket.finish(job)
    assert set(status["results"]) == {"text", "json"}
    assert status["fields"] == {}, "an option is no field"
    assert_problem(docket.result(job, "markdown", expect=404), 404, "not_found")


def test_an_empty_option_is_not_given(docket):
    status = docket.finish(docket.submit(PDF, fields={"formats": "", "ocr": "", "sync": "false"}))
    assert set(status["results"]) == {"markdown", "text", "json"}


@pytest.mark.parametrize("fields", [{"formats": "docx"}, {"ocr": "perhaps"}, {"languages": "xx_nothing"},
                                    {"languages": "../eng"}])
def test_option_that_does_not_parse(docket, fields):
    answer = docket.upload(PDF, fields=fields)
    assert_problem(answer, 400, "bad_option", next(iter(fields)))


def test_option_that_is_not_allowed(docket):
    for option, value in (("priority", "0"), ("callback_url", "http://127.0.0.1:1/"), ("page_separator", "---")):
        assert_problem(docket.upload(PDF, fields={option: value}), 403, "forbidden_option", option)


# ---- What is refused.

def test_no_file(docket):
    body, content_type = multipart([('Content-Disposition: form-data; name="a"', b"b")])
    assert_problem(docket.request("POST", "/process_pdf", data=body, headers={"Content-Type": content_type}),
                   400, "no_file")
    body, content_type = multipart([])
    assert_problem(docket.request("POST", "/process_pdf", data=body, headers={"Content-Type": content_type}),
                   400, "no_file")


def test_empty_file(docket):
    assert_problem(docket.upload(b""), 400, "empty_file")
    assert_problem(docket.request("PUT", "/jobs/none.pdf", data=iter([])), 400, "empty_file")
    assert_problem(docket.request("PUT", "/jobs/none.pdf", data=b""), 400, "no_file")


@pytest.mark.parametrize("body, content_type", [
    (b"--xyzzy\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n%PDF-1.4", "boundary=xyzzy"),
    (b"--other\r\n\r\nx\r\n--other--\r\n", "boundary=xyzzy"),
    (b"--xyzzy\r\nContent-Disp", "boundary=xyzzy"),
    (b"--xyzzy\r\n\r\nno header\r\n--xyzzy--\r\n", "boundary=xyzzy"),
    (b"--xyzzy--\r\n", "charset=utf-8"),
    (b"--" + b"b" * 200 + b"--\r\n", "boundary=" + "b" * 200),
], ids=["cut in the file", "other boundary", "cut in a header", "no name", "no boundary", "boundary too long"])
def test_bad_multipart(docket, body, content_type):
    answer = docket.request("POST", "/process_pdf", data=body,
                            headers={"Content-Type": f"multipart/form-data; {content_type}"})
    assert_problem(answer, 400, "bad_multipart")


def test_too_many_files(start):
    docket = start(http="docket_max_files 2;")
    files = [("file", (f"{number}.pdf", PDF)) for number in range(3)]
    assert_problem(docket.request("POST", "/process_pdf", files=files), 413, "too_many_files", "2", "docket_max_files")
    assert docket.request("POST", "/process_pdf", files=files[:2]).status_code == 200


def test_too_many_fields(start):
    docket = start(http="docket_max_fields 1k;")
    assert_problem(docket.upload(PDF, fields={"a": "x" * 2000}), 413, "too_many_fields", "docket_max_fields")
    assert docket.upload(PDF, fields={"a": "x" * 500}).status_code == 200


def test_too_large(start):
    docket = start(body_size="100k")
    large = documents.padded_pdf(1, 300_000)
    assert_problem(docket.upload(large), 413, "too_large", "client_max_body_size")
    chunks = (large[start:start + 10_000] for start in range(0, len(large), 10_000))
    try:
        answer = docket.request("PUT", "/jobs/x.pdf", data=chunks)
    except OSError:
        pass  # the answer may be lost when the connection is closed on a client that still sends
    else:
        assert_problem(answer, 413, "too_large", "client_max_body_size")
    assert docket.get("/tasks").json()["tasks"] == []


@pytest.mark.parametrize("path, method, allowed", [
    ("/process_pdf", "GET", {"POST", "PUT"}), ("/process_pdf", "DELETE", {"POST"}), ("/tasks", "POST", {"GET", "HEAD"}),
    ("/health", "PUT", {"GET", "HEAD"})])
def test_wrong_method(docket, path, method, allowed):
    answer = docket.request(method, path)
    assert_problem(answer, 405, "method_not_allowed")
    assert allowed <= {word.strip() for word in answer.headers["Allow"].split(",")}


@pytest.mark.parametrize("path", ["/process_pdf", "/tasks", "/health", "/result/x/status"])
def test_options_method(docket, path):
    answer = docket.request("OPTIONS", path)
    assert answer.status_code == 204 and "OPTIONS" in answer.headers["Allow"]


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
    """SIGSEGV in ngx_http_read_unbuffered_request_body(), called by Upload::receive()."""
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
