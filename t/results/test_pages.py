"""The pages of a job one by one: listed, and sent as they end."""
import http.client
import json
import os
import signal
import socket
import subprocess

import pytest

import documents
from built import PATIENCE, SANITIZED, wait_for
from client import assert_problem
from docket import LOCATIONS

PDF = documents.text_pdf(3)
CORRUPT = b"%PDF-1.4 nothing more"
NEVER = "01890000-0000-7000-8000-000000000000"


class Lines:
    """A client of a stream of pages."""

    def __init__(self, docket, job, query="", **arguments):
        self.answer = docket.get(f"/result/{job}/pages?stream=1{query}", stream=True, **arguments)
        assert self.answer.status_code == 200, self.answer.text
        self._lines = self.answer.iter_lines(chunk_size=1)

    def next(self):
        """The next line."""
        return json.loads(next(self._lines))

    def rest(self):
        """All that follow."""
        return [json.loads(line) for line in self._lines]


def lines(docket, job, query="", **arguments):
    """All lines of a stream."""
    return Lines(docket, job, query, **arguments).rest()


def submit_several(docket, *files, path="/process_pdf", **fields):
    """A job of several files."""
    return docket.request("POST", path, files=[("file", file) for file in files], data=fields).json()["job_id"]


# ---- The stream.

def test_every_page_is_a_line(docket):
    job = docket.submit(PDF)
    stream = Lines(docket, job)
    assert stream.answer.headers["Content-Type"] == "application/x-ndjson"
    assert stream.answer.headers["Cache-Control"] == "no-store"
    assert stream.answer.headers["X-Accel-Buffering"] == "no"
    found = stream.rest()
    assert [list(line) for line in found] == [["page", "content"]] * 3
    for number, line in enumerate(found, 1):
        assert line["page"] == number
        assert line["content"] == docket.result(job, f"pages/{number}/markdown").json()["content"]
        assert documents.page_text(number) in line["content"]
    assert docket.status(job)["status"] == "completed", "it does not end before the job"
    assert lines(docket, job) == found, "of a job that is over as well"


@pytest.mark.parametrize("name", ["text", "json", "hocr", "markdown_det", "html"])
def test_formats(docket, name):
    job = docket.submit(PDF, fields={"formats": "markdown,text,json,hocr,markdown_det,html"})
    docket.finish(job)
    stream = Lines(docket, job, f"&format={name}")
    raw = stream.answer.content.decode()
    assert raw.count("\n") == 3 and raw.endswith("\n")
    for number, line in enumerate(map(json.loads, raw.splitlines()), 1):
        assert line == {"page": number, "content": docket.result(job, f"pages/{number}/{name}").json()["content"]}


def test_the_first_format_there_is(docket):
    job = docket.submit(PDF, fields={"formats": "png,json"})
    assert [line["content"]["pages"][0]["page"] for line in lines(docket, job)] == [1, 2, 3]
    job = docket.submit(PDF, fields={"formats": "png"})
    assert_problem(docket.get(f"/result/{job}/pages?stream=1"), 404, "not_found", "text or JSON", "png")


def test_pages_come_while_the_job_runs(start):
    docket = start(http="docket_concurrency 1;")
    with docket.standing_still() as first:
        job = docket.submit(PDF)
        stream = Lines(docket, job)
        waiting = docket.status(job)
        assert waiting["status"] == "pending"
        docket.request("DELETE", f"/result/{first}")
        assert stream.next()["page"] == 1
        assert [line["page"] for line in stream.rest()] == [2, 3]


def test_a_page_is_told_before_the_job_ends(start):
    docket = start(http="docket_concurrency 1;")
    # A test that gets little of the processor may see nothing of the first one: then it takes more pages.
    for count in (8, 32, 128):
        job = docket.submit(documents.tiff([documents.scan_page(1, dpi=100)] * count, dpi=100), "scan.tif")
        wait_for(lambda job=job: docket.status(job)["processed_pages"], 20, "its first page")
        if child := docket.hold_unit(job):
            break
    stream = Lines(docket, job)
    done = docket.status(job)["processed_pages"]
    assert done and [stream.next()["page"] for _ in range(done)] == list(range(1, done + 1))
    assert not docket.status(job)["final"]
    os.kill(child, signal.SIGCONT)
    assert [line["page"] for line in stream.rest()] == list(range(done + 1, count + 1))


def test_several_files_in_their_order(start):
    docket = start(http="docket_concurrency 2;", threads=1)
    files = (("a.pdf", documents.text_pdf([["Alpha."], ["Aleph."]])), ("b.pdf", documents.text_pdf([["Beta."]])))
    with docket.first_file_uncounted(files) as job:
        wait_for(lambda: docket.status(job)["files"][1]["status"] == "completed", 20, "the second file")
        stream = Lines(docket, job)
    found = stream.rest()
    assert [(line["page"], line["filename"], line["index"], line["content"].strip()) for line in found] == [
        (1, "a.pdf", 0, "Alpha."), (2, "a.pdf", 0, "Aleph."), (3, "b.pdf", 1, "Beta.")]
    assert [list(line) for line in found] == [["page", "filename", "index", "content"]] * 3


def test_a_file_that_cannot_be_read(docket):
    job = submit_several(docket, ("a.pdf", CORRUPT), ("b.pdf", PDF))
    found = lines(docket, job)
    assert [(line["page"], line["index"]) for line in found] == [(None, 0), (1, 1), (2, 1), (3, 1)]
    assert found[0]["error"]["code"] == "corrupt" and found[0]["filename"] == "a.pdf" and "content" not in found[0]


def test_a_page_that_failed_says_so(start):
    docket = start(http="docket_max_pixels 2m;")
    scans = [documents.scan_page(1, dpi=100), documents.scan_page(2, dpi=200), documents.scan_page(3, dpi=100)]
    job = docket.submit(documents.tiff(scans, dpi=100), "scan.tif")
    found = lines(docket, job)
    assert [list(line) for line in found] == [["page", "content"], ["page", "error"], ["page", "content"]]
    assert found[1]["page"] == 2 and found[1]["error"]["code"] == "too_many_pixels"
    pages = docket.get(f"/result/{job}/pages").json()["pages"]
    assert pages[1] == {"page": 2, "error": found[1]["error"]} and "formats" in pages[2]


def test_a_job_that_fails(docket):
    job = docket.submit(CORRUPT)
    only, = lines(docket, job)
    assert only["job_id"] == job and only["status"] == "failed" and only["error"]["code"] == "corrupt"


def test_a_job_that_is_cancelled_or_deleted_meanwhile(start):
    docket = start(http="docket_concurrency 1;")
    with docket.standing_still():
        for method, what, state in (("POST", "/cancel", "failed"), ("DELETE", "", "deleted")):
            job = docket.submit(PDF)
            stream = Lines(docket, job)
            assert docket.request(method, f"/result/{job}{what}").status_code == 200
            last, = stream.rest()
            assert (last["job_id"], last["status"]) == (job, state)
            assert state == "deleted" or last["error"]["code"] == "cancelled"


def test_a_client_comes_again(docket):
    job = docket.submit(PDF)
    docket.finish(job)
    assert [line["page"] for line in lines(docket, job, "&after=1")] == [2, 3]
    assert lines(docket, job, "&after=3") == lines(docket, job, "&after=99") == []


def test_a_reload_ends_it(start):
    docket = start(http="docket_concurrency 1;")
    with docket.standing_still():
        job = docket.submit(PDF)
        stream = Lines(docket, job)
        docket.reload()
        last, = stream.rest()
        assert last["job_id"] == job and last["status"] in ("pending", "processing", "completed") and "error" not in last


def test_a_reader_who_goes_away(start):
    docket = start(http="docket_concurrency 1;", workers=1)
    with docket.standing_still():
        job = docket.submit(PDF)
        for _ in range(20):
            Lines(docket, job).answer.close()
        wait_for(lambda: docket.connections() == 0, 20, "the end of their connections")
        assert docket.status(job)["status"] == "pending"


def peak_memory(docket):
    """The most that its only worker has had, in KB."""
    pid, = docket.workers()
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))


def test_a_slow_reader_holds_nobody_up_and_takes_no_memory(start):
    docket = start(server="sendfile on; send_timeout 2s;", workers=1)
    small, large = (docket.submit(documents.text_pdf([[f"{number} " + "word " * 15] * 45 for number in range(pages)]),
                                  fields={"formats": "hocr"}) for pages in (2, 200))
    docket.finish(small)
    docket.finish(large)
    lines(docket, small)
    before = peak_memory(docket)
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect(("127.0.0.1", docket.port))
        slow.sendall(f"GET /result/{large}/pages?stream=1 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert slow.recv(20).startswith(b"HTTP/1.1 200")
        whole = docket.get(f"/result/{large}/pages?stream=1").content
        assert whole.count(b"\n") == 200 and len(whole) > 8_000_000
        wait_for(lambda: docket.connections() == 0, 20, "the end of a reader who takes nothing")
    assert SANITIZED or peak_memory(docket) < before + 4096


def test_who_reads_slowly_gets_all(docket):
    job = docket.submit(documents.text_pdf([["word " * 15] * 45] * 12), fields={"formats": "hocr"})
    docket.finish(job)
    whole = docket.get(f"/result/{job}/pages?stream=1").content
    client = http.client.HTTPConnection("127.0.0.1", docket.port, timeout=60 * PATIENCE)
    client.connect()
    client.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.request("GET", f"/result/{job}/pages?stream=1")
    answer = client.getresponse()
    got = b""
    while part := answer.read(3000):
        got += part
    assert got == whole
    client.close()


@pytest.mark.parametrize("server", ["gzip on; gzip_types *; gzip_proxied any;", "limit_rate 200k;", "sendfile on;"])
def test_it_goes_through_nginx(start, server):
    docket = start(server=server, workers=1)
    job = docket.submit(documents.text_pdf([[f"{number} " + "word " * 10] * 30 for number in range(60)]))
    found = lines(docket, job)
    assert [line["page"] for line in found] == list(range(1, 61))


def test_over_http2_and_http_1_0(docket):
    job = docket.submit(PDF)
    docket.finish(job)
    whole = docket.get(f"/result/{job}/pages?stream=1").content
    with socket.create_connection(("127.0.0.1", docket.port)) as old:
        old.sendall(f"GET /result/{job}/pages?stream=1 HTTP/1.0\r\n\r\n".encode())
        got = b""
        while part := old.recv(65536):
            got += part
    assert got.partition(b"\r\n\r\n")[2] == whole
    new = subprocess.run(["curl", "-sSN", "--http2-prior-knowledge",
                          f"http://127.0.0.1:{docket.h2_port}/result/{job}/pages?stream=1"], capture_output=True, check=True)
    assert new.stdout == whole


# ---- The list.

def test_the_list(docket):
    job = submit_several(docket, ("a.pdf", documents.text_pdf(2)), ("b.pdf", documents.text_pdf(1)),
                         formats="markdown,png,pdf")
    docket.finish(job)
    answer = docket.get(f"/result/{job}/pages")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json() == {
        "job_id": job, "status": "completed", "total_pages": 3, "count": 3, "next_after": None, "pages": [
            {"page": 1, "filename": "a.pdf", "index": 0, "formats": ["markdown", "png"]},
            {"page": 2, "filename": "a.pdf", "index": 0, "formats": ["markdown", "png"]},
            {"page": 3, "filename": "b.pdf", "index": 1, "formats": ["markdown", "png"]}]}
    again = docket.get(f"/result/{job}/pages", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_list_in_parts(docket):
    job = docket.submit(PDF)
    docket.finish(job)
    found, after = [], 0
    while after is not None:
        part = docket.get(f"/result/{job}/pages?limit=2&after={after}").json()
        assert part["count"] == len(part["pages"]) <= 2
        found += part["pages"]
        after = part["next_after"]
    assert found == docket.get(f"/result/{job}/pages").json()["pages"]
    assert [page["page"] for page in found] == [1, 2, 3]


def test_the_list_of_a_job_that_waits_or_failed(start):
    docket = start(http="docket_concurrency 1;")
    with docket.standing_still():
        job = docket.submit(PDF)
        empty = {"job_id": job, "status": "pending", "total_pages": 0, "pages": [], "count": 0, "next_after": None}
        assert docket.get(f"/result/{job}/pages").json() == empty
        docket.request("POST", f"/result/{job}/cancel")
        assert docket.get(f"/result/{job}/pages").json() == {**empty, "status": "failed"}


# ---- Both.

@pytest.mark.parametrize("query", ["", "?stream=1"])
def test_methods_and_what_is_not_there(docket, query):
    job = docket.submit(PDF)
    docket.finish(job)
    head = docket.request("HEAD", f"/result/{job}/pages{query}")
    assert head.status_code == 200 and not head.content
    assert head.headers["Content-Type"] == docket.get(f"/result/{job}/pages{query}").headers["Content-Type"]
    for method in ("POST", "PUT", "DELETE"):
        answer = docket.request(method, f"/result/{job}/pages{query}")
        assert_problem(answer, 405, "method_not_allowed", "GET")
        assert answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert docket.request("OPTIONS", f"/result/{job}/pages{query}").status_code == 204
    assert_problem(docket.get(f"/result/{NEVER}/pages{query}"), 404, "not_found")


def test_what_does_not_parse(docket):
    job = docket.submit(PDF)
    for query in ("stream=maybe", "after=x", "limit=0", "limit=1001", "stream=1&format=pdf", "stream=1&format=x"):
        assert_problem(docket.get(f"/result/{job}/pages?{query}"), 400, "bad_option", query.split("&")[-1].split("=")[0])
    assert_problem(docket.get(f"/result/{job}/pages?stream=1&format=hocr"), 404, "not_found", "hocr", "formats=")


@pytest.mark.parametrize("query", ["", "?stream=1"])
def test_only_the_owners(start, query):
    docket = start(http="docket_owner $http_x_user;", locations=LOCATIONS)
    job = docket.upload(PDF, headers={"X-User": "alice"}).json()["job_id"]
    assert_problem(docket.get(f"/result/{job}/pages{query}", headers={"X-User": "bob"}), 404, "not_found")
    assert_problem(docket.get(f"/result/{job}/pages{query}"), 401, "unauthorized")
    assert docket.get(f"/result/{job}/pages{query}", headers={"X-User": "alice"}).status_code == 200


def test_a_command_has_no_pages(start, open_folder):
    program = open_folder / "none"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    docket = start(locations=LOCATIONS + f"location /run {{ docket_command {program}; }}")
    job = docket.request("POST", "/run").json()["job_id"]
    for query in ("", "?stream=1"):
        assert_problem(docket.get(f"/result/{job}/pages{query}"), 404, "not_found", "no pages")
