"""Whatever strangers send: a clear error, or a job with a defined end, and the same worker serves the next request."""
import socket
import zlib

import pytest

import documents
from built import wait_for
from client import FINAL, assert_problem
from docket import LOCATIONS

PDF = documents.text_pdf(1)
FORM = "multipart/form-data; boundary=xyzzy"


@pytest.fixture(scope="module")
def one_worker():
    """A Docket of one worker that tells its pid with every answer; limits are low, so that they are soon reached."""
    from docket import Docket
    docket = Docket(workers=1, body_size="2m", server="add_header X-Worker $pid always; client_body_timeout 2s; "
                    "docket_cpu_limit 10s; docket_memory_limit 512m;", locations=LOCATIONS).start()
    yield docket
    docket.close()


@pytest.fixture
def served(one_worker):
    """That Docket; fails unless the worker that served before the test serves after it, too, and left no file over."""
    before = one_worker.get("/health").headers["X-Worker"]
    jobs = one_worker.get("/tasks?limit=1000").json()["count"]
    yield one_worker
    one_worker.check_log()
    answer = one_worker.upload(PDF)
    assert answer.status_code == 200 and answer.headers["X-Worker"] == before, "another worker serves now"
    one_worker.finish(answer.json()["job_id"])
    more = one_worker.get("/tasks?limit=1000").json()["count"] - jobs
    inputs = one_worker.store.glob("spool/*/*/*.in.*")
    wait_for(lambda: len(list(one_worker.store.glob("spool/*/*/*.in.*"))) == jobs + more, 10,
             f"the removal of what is no job's: {sorted(inputs)}")


def form(*parts):
    """A body of (head, content) parts, with the boundary of FORM."""
    return b"".join(b"--xyzzy\r\n" + head + b"\r\n\r\n" + content + b"\r\n" for head, content in parts) + b"--xyzzy--\r\n"


def file_head(name, extra=b""):
    """The head of a part with a file, `name` as it stands."""
    return b'Content-Disposition: form-data; name="file"; filename=' + name + extra


def post(docket, body, content_type=FORM, **arguments):
    """Posts a body as it is."""
    return docket.request("POST", "/process_pdf", data=body, headers={"Content-Type": content_type}, **arguments)


REFUSED = {
    "no body": (b"", FORM, 400, "bad_multipart", ""),
    "no file": (form((b'Content-Disposition: form-data; name="a"', b"b")), FORM, 400, "no_file", ""),
    "empty file": (form((file_head(b'"a.pdf"'), b"")), FORM, 400, "empty_file", "a.pdf"),
    "wrong type under a right name": (form((file_head(b'"a.pdf"', b"\r\nContent-Type: application/pdf"), b"MZ\x90\x00" * 99)),
                                      FORM, 415, "unsupported_type", "docket_types"),
    "boundary missing": (form(), "multipart/form-data", 400, "bad_multipart", "boundary"),
    "boundary empty": (form(), 'multipart/form-data; boundary=""', 400, "bad_multipart", "boundary"),
    "boundary over-long": (form(), "multipart/form-data; boundary=" + "b" * 71, 400, "bad_multipart", "boundary"),
    "boundary with bytes that none has": (form(), "multipart/form-data; boundary=\"a\\\x7fb\"", 400, "bad_multipart", ""),
    "headers without end": (b"--xyzzy\r\n" + b"X-A: b\r\n" * 20_000, FORM, 400, "bad_multipart", ""),
    "one header without end": (b"--xyzzy\r\nX-A: " + b"a" * 200_000, FORM, 400, "bad_multipart", ""),
    "header with NUL": (form((file_head(b'"a\0.pdf"'), PDF)), FORM, 400, "bad_multipart", ""),
    "no end": (form((file_head(b'"a.pdf"'), PDF))[:-8], FORM, 400, "bad_multipart", ""),
    "too many files": (form(*[(file_head(b'"a.pdf"'), PDF)] * 33), FORM, 413, "too_many_files", "docket_max_files"),
    "too many fields": (form(*[(b'Content-Disposition: form-data; name="a"', b"b")] * 1001), FORM, 413,
                        "too_many_fields", ""),
    "a field too large": (form((b'Content-Disposition: form-data; name="a"', b"b" * 70_000)), FORM, 413,
                          "too_many_fields", "docket_max_fields"),
    "JSON that is none": (form((b'Content-Disposition: form-data; name="json"\r\nContent-Type: application/json', b"{"),
                               (file_head(b'"a.pdf"'), PDF)), FORM, 400, "bad_option", "json"),
    "JSON that is deep": (form((b'Content-Disposition: form-data; name="json"\r\nContent-Type: application/json',
                                b'{"a":' + b"[" * 30_000), (file_head(b'"a.pdf"'), PDF)), FORM, 400, "bad_option", "json"),
    "nested multipart": (form((b'Content-Disposition: form-data; name="files"\r\n'
                               b'Content-Type: multipart/mixed; boundary=inner',
                               b'--inner\r\nContent-Disposition: file; filename="a.pdf"\r\n\r\n' + PDF + b"\r\n--inner--")),
                         FORM, 400, "bad_multipart", "RFC 7578"),
    "form without a form": (PDF, "multipart/form-data; boundary=xyzzy", 400, "bad_multipart", ""),
    "text": (b"hello", "text/plain", 415, "unsupported_type", "docket_types"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(served, name):
    body, content_type, code, word, mention = REFUSED[name]
    assert_problem(post(served, body, content_type.encode("latin-1")), code, word, mention)


def test_larger_than_the_limit(served):
    """Declared, the answer comes at once; chunked, as soon as it is too much."""
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.sendall(b"POST /process_pdf HTTP/1.1\r\nHost: x\r\nContent-Type: application/pdf\r\n"
                           b"Content-Length: 99000000\r\n\r\n")
        answer = connection.recv(65536)
    assert b" 413 " in answer and b"too_large" in answer and b"client_max_body_size" in answer
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.sendall(b"PUT /jobs/a.pdf HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
        answer = b""
        try:
            for _ in range(64):
                connection.sendall(b"10000\r\n" + (b"%PDF-1.4" + b" " * 65528) + b"\r\n")
        except OSError:
            pass  # it has said enough and closed
        try:
            answer = connection.recv(65536)
        except OSError:
            pass
    assert not answer or (b" 413 " in answer and b"too_large" in answer)


def test_a_body_that_stops_half_way(served):
    body = form((file_head(b'"a.pdf"'), documents.padded_pdf(1, 400_000)))
    head = (f"POST /process_pdf HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\nContent-Length: {len(body)}\r\n\r\n")
    with socket.create_connection(("127.0.0.1", served.port)) as connection:
        connection.sendall(head.encode() + body[:200_000])


def test_a_body_that_is_too_slow(served):
    """nginx's own client_body_timeout ends it; nobody else waits."""
    body = form((file_head(b'"a.pdf"'), PDF))
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as connection:
        connection.sendall(f"POST /process_pdf HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM}\r\n"
                           f"Content-Length: {len(body)}\r\n\r\n".encode() + body[:100])
        assert served.get("/tasks").status_code == 200
        answer = connection.recv(65536)
    assert answer == b"" or b" 408 " in answer


NAMES = {
    "a path": (b'"../../etc/passwd"', {"../../etc/passwd", "passwd"}),
    "quotes": (b'"a\\"b.pdf"', {'a"b.pdf'}),
    "UTF-8": ('"résumé 日本.pdf"'.encode(), {"résumé 日本.pdf"}),
    "Latin-1": (b'"r\xe9sum\xe9.pdf"', {"r\ufffdsum\ufffd.pdf", "résumé.pdf"}),
    "percent": (b'"a%22b.pdf"', {'a"b.pdf', "a%22b.pdf"}),
    "300 characters": (b'"' + b"x" * 300 + b'.pdf"', {"x" * 251 + ".pdf"}),
    "markup": (b'"<script>.pdf"', {"<script>.pdf"}),
    "none": (b'""', {"document.pdf"}),
}


@pytest.mark.parametrize("name", NAMES)
def test_names_are_text(served, name):
    written, shown = NAMES[name]
    answer = post(served, form((file_head(written), PDF)))
    assert answer.status_code == 200, answer.text
    status = served.finish(answer.json()["job_id"])
    assert status["files"][0]["filename"] in shown
    disposition = served.result(answer.json()["job_id"], "markdown?raw=1").headers["Content-Disposition"]
    assert disposition.startswith('inline; filename="') and "\n" not in disposition


def test_a_name_after_rfc_5987(served):
    answer = served.request("POST", "/process_pdf", data=PDF, headers={
        "Content-Type": "application/pdf",
        "Content-Disposition": "attachment; filename=\"plain.pdf\"; filename*=UTF-8''r%C3%A9sum%C3%A9%20%E2%82%AC.pdf"})
    assert answer.json()["filename"] == "résumé €.pdf"
    served.finish(answer.json()["job_id"])


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=many", "status=done", "cursor=nonsense", "cursor=%00",
                                   "ids=nonsense", "ids=" + ",".join(["01890000-0000-7000-8000-000000000000"] * 101)])
def test_bad_lists(served, query):
    assert_problem(served.get(f"/tasks?{query}"), 400, "bad_option", query.partition("=")[0])


# ---- Documents that are traps: each has an end, in bounded time and memory.

def looping_pages():
    """A page tree that has itself as a child."""
    return documents.pdf_file([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 1000 >>"])


def looping_xref():
    """A cross-reference table whose predecessor is itself."""
    start = PDF.rindex(b"startxref")
    offset = int(PDF[start:].split()[1])
    return PDF.replace(b"trailer\n<<", f"trailer\n<< /Prev {offset}".encode())


def form_that_draws_itself():
    """A form that draws itself, as does the page."""
    return documents.pdf_file([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>",
        documents.stream(b"/F Do /F Do"),
        documents.stream(b"/F Do /F Do",
                         b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>")])


def deflate_bomb():
    """A page whose contents are 200 MB of blanks."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b" " * 1_000_000) for _ in range(200)) + packer.flush()
    return documents.pdf_file([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R >>",
        documents.stream(packed, b"/Filter /FlateDecode")])


def huge_page():
    """A page of five kilometres."""
    return documents.pdf_file([
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 14400000 14400000] /Contents 4 0 R >>", documents.stream(b"0 0 9 9 re f")])


TRAPS = {
    "truncated": (lambda: documents.text_pdf(3)[:1500], {"completed", "corrupt", "no_pages"}),
    "half a scan": (lambda: documents.scan_pdf([documents.scan_page(1)])[:9000], {"completed", "corrupt", "no_pages"}),
    "half a picture": (lambda: documents.png(documents.scan_page(1))[:9000], {"completed", "corrupt"}),
    "pages in a loop": (looping_pages, {"corrupt", "no_pages", "too_many_pages", "completed", "timeout"}),
    "tables in a loop": (looping_xref, {"completed", "corrupt"}),
    "a form in itself": (form_that_draws_itself, {"completed", "timeout", "crashed"}),
    "a bomb": (deflate_bomb, {"completed", "timeout", "out_of_memory"}),
    "a huge page": (huge_page, {"completed", "too_many_pixels"}),
    "no pages": (lambda: documents.pdf_file([b"<< /Type /Catalog /Pages 2 0 R >>",
                                             b"<< /Type /Pages /Kids [] /Count 0 >>"]), {"no_pages"}),
}


@pytest.mark.parametrize("name", TRAPS)
def test_traps_end(served, name):
    make, ends = TRAPS[name]
    job = served.submit(make(), "trap.pdf")
    status = wait_for(lambda: (lambda told: told if told["status"] in FINAL else None)(served.status(job)), 60, "the end")
    assert (status["error"] or {"code": "completed"})["code"] in ends, status
