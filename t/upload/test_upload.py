"""Submitting: what is promised by the answer, what files and fields may be, and what is refused."""
import hashlib

import pytest

import documents
from client import UUID7, assert_problem
from forms import file_part, multipart

PDF = documents.text_pdf(1)
TEXT = documents.page_text(1)


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
