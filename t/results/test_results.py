"""Fetching: wrapped and raw, negotiation, ranges, page results while the job runs, deleting."""
import json

import pytest

import documents
from built import wait_for
from client import assert_problem, parts_of

LINES = ["# A heading", "The first line of a paragraph that goes on", "in its second line."]
PDF = documents.text_pdf([LINES, ["Words on another page."]])


@pytest.fixture
def job(docket):
    """A completed job of a document with two pages."""
    made = docket.submit(PDF, "résumé.pdf")
    docket.finish(made)
    return made


# ---- Forms of a result.

def test_wrapped_markdown(docket, job):
    answer = docket.result(job, "markdown")
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert set(body) == {"job_id", "status", "content"}
    assert body["job_id"] == job and body["status"] == "completed"
    assert body["content"] == docket.result(job, "markdown?raw=1").text
    assert "The first line of a paragraph that goes on in its second line." in body["content"]
    assert any(line.startswith("#") and line.endswith("A heading") for line in body["content"].splitlines())


def test_raw_markdown(docket, job):
    answer = docket.result(job, "markdown?raw=1")
    assert answer.headers["Content-Type"].replace(" ", "").lower() == "text/markdown;charset=utf-8"
    assert "A heading" in answer.text and "Words on another page." in answer.text


def test_text(docket, job):
    answer = docket.result(job, "text?raw=1")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert "A heading" in answer.text and "#" not in answer.text
    assert docket.result(job, "text").json()["content"] == answer.text


def test_json(docket, job):
    raw = docket.result(job, "json?raw=1").json()
    wrapped = docket.result(job, "json").json()
    assert wrapped["job_id"] == job and wrapped["status"] == "completed"
    assert wrapped["content"] == raw, "content is the value itself"
    assert "another" in json.dumps(raw)


@pytest.mark.parametrize("accept, raw", [
    (None, False), ("*/*", False), ("application/json", False), ("text/markdown", True), ("text/*", True),
    ("application/json, text/markdown", False), ("application/json;q=0.5, text/markdown", True),
    ("text/markdown;q=0.5, application/json;q=0.5", False), ("image/png", False), ("text/plain", False),
    ("text/markdown;q=0", False), ("text/html", False)])
def test_negotiation(docket, job, accept, raw):
    answer = docket.result(job, "markdown", headers={"Accept": accept})
    assert answer.headers["Content-Type"].startswith("text/markdown" if raw else "application/json")
    assert "Accept" in answer.headers["Vary"]


def test_several_files(docket):
    files = [("file", ("a.pdf", documents.text_pdf([["Alpha."]]))), ("file", ("b.pdf", documents.text_pdf([["Beta."]])))]
    job = docket.request("POST", "/process_pdf", files=files).json()["job_id"]
    docket.finish(job)
    for name in ("markdown", "text"):
        body = docket.result(job, name).json()
        assert [(one["filename"], one["content"].strip()) for one in body["documents"]] == [
            ("a.pdf", "Alpha."), ("b.pdf", "Beta.")]
        assert list(body) == ["job_id", "status", "content", "documents"] and body["job_id"] == job
        assert "Alpha." in body["content"] and "Beta." in body["content"]
    body = docket.result(job, "json").json()
    assert body["content"] == docket.result(job, "json?raw=1").json()
    assert [one["filename"] for one in body["documents"]] == ["a.pdf", "b.pdf"]
    assert [page for one in body["documents"] for page in one["content"]["pages"]] == body["content"]["pages"]


def test_what_is_around_the_content(docket, job):
    """The wrapped form, byte for byte."""
    begin = f'{{"job_id":"{job}","status":"completed",'.encode()
    for what in ("markdown", "text", "pages/1/markdown", "pages/2/text"):
        text = json.dumps(docket.result(job, what + "?raw=1").text, ensure_ascii=False).encode()
        assert docket.result(job, what).content == begin + b'"content":' + text + b"}\n"
    for what in ("json", "pages/2/json"):
        raw = docket.result(job, what + "?raw=1").content
        assert docket.result(job, what).content == begin + b'"content":' + raw + b"}\n"


# ---- As a file that nginx sends.

def test_headers(docket, job):
    for name in ("markdown", "markdown?raw=1", "text", "json?raw=1"):
        headers = docket.result(job, name).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "private, no-cache"
        assert {word.strip() for word in headers["Vary"].split(",")} >= {"Accept", "Authorization", "Cookie", "Origin"}
        assert headers["ETag"] and headers["Last-Modified"]


def test_content_disposition(docket, job):
    told = docket.result(job, "markdown?raw=1").headers["Content-Disposition"]
    assert "filename*=UTF-8''r%C3%A9sum%C3%A9.md" in told, told
    assert "filename=" in told


def test_entity_tags(docket, job):
    tags = {docket.result(job, name).headers["ETag"]
            for name in ("markdown", "markdown?raw=1", "text", "text?raw=1", "json", "json?raw=1")}
    assert len(tags) == 6, "one per representation"
    answer = docket.result(job, "markdown?raw=1")
    again = docket.get(f"/result/{job}/markdown?raw=1", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304 and again.content == b""
    other = docket.get(f"/result/{job}/markdown", headers={"If-None-Match": answer.headers["ETag"]})
    assert other.status_code == 200
    modified = docket.get(f"/result/{job}/markdown?raw=1",
                          headers={"If-Modified-Since": answer.headers["Last-Modified"]})
    assert modified.status_code == 304


def test_ranges(docket, job):
    whole = docket.result(job, "markdown?raw=1")
    assert whole.headers["Accept-Ranges"] == "bytes"
    path = f"/result/{job}/markdown?raw=1"
    part = docket.get(path, headers={"Range": "bytes=2-9"})
    assert part.status_code == 206 and part.content == whole.content[2:10]
    assert part.headers["Content-Range"] == f"bytes 2-9/{len(whole.content)}"
    assert docket.get(path, headers={"Range": "bytes=-5"}).content == whole.content[-5:]
    assert docket.get(path, headers={"Range": f"bytes={len(whole.content)}-"}).status_code == 416
    valid = docket.get(path, headers={"Range": "bytes=0-3", "If-Range": whole.headers["ETag"]})
    assert valid.status_code == 206
    stale = docket.get(path, headers={"Range": "bytes=0-3", "If-Range": '"stale"'})
    assert stale.status_code == 200 and stale.content == whole.content
    wrapped = docket.result(job, "markdown").content
    assert docket.get(f"/result/{job}/markdown", headers={"Range": "bytes=0-3"}).content == wrapped[:4]


def test_several_ranges(docket, job):
    """Of one form as of the other, wherever the ends lie: in what stands around the content, or in the content."""
    for what in ("markdown", "markdown?raw=1", "json", "pages/2/text"):
        path = f"/result/{job}/{what}"
        whole = docket.get(path)
        size = len(whole.content)
        for ranges in ([(0, 5), (20, 30)], [(0, size - 1), (size - 1, size - 1)], [(size - 4, size - 1), (3, size - 3)]):
            asked = {"Range": "bytes=" + ",".join(f"{begin}-{end}" for begin, end in ranges)}
            if sum(end - begin + 1 for begin, end in ranges) > size:
                assert docket.get(path, headers=asked).content == whole.content, "that is less"
                continue
            assert parts_of(docket.get(path, headers=asked)) == [
                (whole.headers["Content-Type"], f"bytes {begin}-{end}/{size}", whole.content[begin:end + 1])
                for begin, end in ranges]
            head = docket.request("HEAD", path, headers=asked)
            assert head.status_code == 206 and head.headers["Content-Type"].startswith("multipart/byteranges")
            same = {**asked, "If-Range": whole.headers["ETag"]}
            assert docket.get(path, headers=same).status_code == 206
            assert docket.get(path, headers={**same, "If-Range": '"other"'}).content == whole.content
        one = docket.get(path, headers={"Range": f"bytes=2-5,{size}-"})
        assert one.headers["Content-Range"] == f"bytes 2-5/{size}" and one.content == whole.content[2:6]


def test_head(docket, job):
    whole = docket.result(job, "markdown?raw=1")
    head = docket.request("HEAD", f"/result/{job}/markdown?raw=1")
    assert head.status_code == 200 and head.content == b""
    assert int(head.headers["Content-Length"]) == len(whole.content)
    assert head.headers["ETag"] == whole.headers["ETag"]


@pytest.mark.parametrize("what", ["docx", "markdown/x", "pages/3/markdown", "pages/0/markdown", "pages/x/markdown",
                                  "pages/1/docx", "pages/1", "pages/99999999999999/markdown", "..%2f", "Markdown"])
def test_results_that_there_are_not(docket, job, what):
    assert_problem(docket.get(f"/result/{job}/{what}"), 404, "not_found")


def test_wrong_method(docket, job):
    answer = docket.request("POST", f"/result/{job}/markdown", data=b"x")
    assert_problem(answer, 405, "method_not_allowed")
    assert "GET" in answer.headers["Allow"]


# ---- Pages.

def test_pages(docket, job):
    first = docket.result(job, "pages/1/markdown")
    assert first.headers["Content-Type"] == "application/json"
    assert "A heading" in first.json()["content"] and "another" not in first.json()["content"]
    second = docket.result(job, "pages/2/text?raw=1")
    assert second.text.strip() == "Words on another page."
    assert second.headers["ETag"]


def test_a_page_of_a_small_document_is_as_in_the_whole(docket):
    """What only the whole document tells (here that the first lines run through it) is told of its pages, too."""
    texts = [[f"Annals of letters {number}", *[f"{word} fills the page with lines that are read." for word in words]]
             for number, words in enumerate((("One", "Two"), ("Three", "Four"), ("Five", "Six"), ("Seven", "Eight")), 1)]
    job = docket.submit(documents.text_pdf(texts))
    docket.finish(job)
    whole = docket.result(job, "markdown?raw=1").text
    assert "Annals" not in whole
    for number, words in ((1, "One fills"), (3, "Five fills")):
        page = docket.result(job, f"pages/{number}/markdown?raw=1").text
        assert page.startswith(words) and page.strip() in whole


def test_pages_are_there_as_soon_as_they_are_done(start):
    docket = start(http="docket_concurrency 1;")
    job = docket.submit(documents.scan_pdf([documents.scan_page(number) for number in range(1, 6)]))
    seen = wait_for(lambda: next((status for status in [docket.status(job)] if status["processed_pages"] > 0), None), 60)
    assert seen["status"] == "processing", "the job ended before its first page was seen"
    assert "Scanned page one" in docket.result(job, "pages/1/markdown?raw=1").text
    waiting = docket.get(f"/result/{job}/pages/5/markdown")
    assert waiting.status_code == 202 and int(waiting.headers["Retry-After"]) >= 1
    docket.finish(job)
    assert "Scanned page five" in docket.result(job, "pages/5/markdown?raw=1").text


# ---- Before there is a result, and after.

def test_pending(start):
    docket = start(http="docket_concurrency 1;")
    job = docket.submit(documents.scan_pdf([documents.scan_page(1), documents.scan_page(2)]))
    answer = docket.get(f"/result/{job}/markdown")
    assert answer.status_code == 202
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert body["job_id"] == job and body["status"] in ("pending", "processing") and "total_pages" in body
    docket.finish(job)


# ---- What was sent.

def test_input(docket):
    scan = documents.tiff([documents.scan_page(1)])
    files = [("file", ("résumé.pdf", PDF)), ("file", ("page.tif", scan))]
    job = docket.request("POST", "/process_pdf", files=files).json()["job_id"]
    for what in ("input", "input/0"):
        answer = docket.result(job, what)
        assert answer.content == PDF and answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Content-Disposition"].startswith("inline;")
        assert "r%C3%A9sum%C3%A9.pdf" in answer.headers["Content-Disposition"]
    answer = docket.result(job, "input/1")
    assert answer.content == scan and answer.headers["Content-Type"] == "image/tiff"
    assert answer.headers["Content-Disposition"].startswith("attachment;"), "browsers have no TIFF of their own"
    for header, value in (("Content-Security-Policy", "sandbox; default-src 'none'"),
                          ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "private, no-cache")):
        assert answer.headers[header] == value
    path = f"/result/{job}/input/1"
    assert docket.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert docket.get(path, headers={"Range": "bytes=4-7"}).content == scan[4:8]
    assert docket.request("HEAD", path).headers["Content-Length"] == str(len(scan))
    assert_problem(docket.get(f"/result/{job}/input/2"), 404, "not_found")
    assert_problem(docket.request("DELETE", path), 405, "method_not_allowed")
    docket.finish(job)


def test_input_of_a_job_that_failed(docket):
    job = docket.submit(b"%PDF-1.4 broken", "broken.pdf")
    docket.finish(job, expect="failed")
    assert docket.result(job, "input").content == b"%PDF-1.4 broken"


def test_delete(docket, job):
    answer = docket.request("DELETE", f"/result/{job}")
    assert answer.status_code == 200 and answer.json() == {"job_id": job, "status": "deleted"}
    for path in ("status", "markdown", "pages/1/markdown"):
        assert_problem(docket.get(f"/result/{job}/{path}"), 404, "not_found")
    assert_problem(docket.request("DELETE", f"/result/{job}"), 404, "not_found")
    assert job not in {task["job_id"] for task in docket.get("/tasks?limit=1000").json()["tasks"]}


def test_delete_removes_the_files(start):
    docket = start()
    job = docket.submit(PDF)
    docket.finish(job)
    assert list(docket.store.glob(f"spool/*/*/{job}*"))
    docket.request("DELETE", f"/result/{job}")
    wait_for(lambda: not list(docket.store.glob(f"spool/*/*/{job}*")), 10, "the removal of the files")


def test_delete_while_it_runs(start):
    docket = start(http="docket_concurrency 1;")
    job = docket.submit(documents.scan_pdf([documents.scan_page(number) for number in range(1, 9)]))
    wait_for(lambda: docket.status(job)["status"] == "processing")
    assert docket.request("DELETE", f"/result/{job}").status_code == 200
    assert docket.get(f"/result/{job}/status").status_code == 404
    # The slot is free again long before the scan would have been done.
    docket.finish(docket.submit(PDF), timeout=10)
    wait_for(lambda: not list(docket.store.glob(f"spool/*/*/{job}*")), 20, "the removal of the files")


def test_delete_while_it_waits(start):
    docket = start(http="docket_concurrency 1;")
    first = docket.submit(documents.scan_pdf([documents.scan_page(number) for number in range(1, 4)]))
    second = docket.submit(PDF)
    assert docket.request("DELETE", f"/result/{second}").status_code == 200
    docket.finish(first)
    assert docket.get(f"/result/{second}/status").status_code == 404


def test_words_have_boxes_and_confidence(docket):
    job, _ = docket.convert(documents.png(documents.scan_page(1)), "page.png")
    page = json.dumps(docket.result(job, "json?raw=1").json())
    assert "confidence" in page and "recognised" in page
