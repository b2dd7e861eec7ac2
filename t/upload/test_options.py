"""What clients may ask for with an upload."""
import os
import signal

import pytest

import documents
from client import assert_problem
from docket import LOCATIONS

PDF = documents.text_pdf(1)


def test_options_that_a_location_allows(start):
    docket = start(locations=LOCATIONS + """
        location = /few  { docket_upload; docket_options ocr priority page_separator; }
        location = /none { docket_upload; docket_options none; }""")
    assert docket.upload(PDF, path="/few", fields={"ocr": "off", "priority": "0"}).status_code == 202
    assert_problem(docket.upload(PDF, path="/few", fields={"formats": "text"}), 403, "forbidden_option", "formats",
                   "docket_options")
    assert_problem(docket.upload(PDF, path="/few", fields={"priority": "10"}), 400, "bad_option", "priority")
    assert_problem(docket.upload(PDF, path="/none", fields={"ocr": "off"}), 403, "forbidden_option", "ocr")
    assert_problem(docket.upload(PDF, fields={"priority": "1"}), 403, "forbidden_option", "priority")
    # An empty option is not given, and "no" asks for nothing.
    assert docket.upload(PDF, path="/none", fields={"ocr": "", "sync": "no", "title": "mine"}).status_code == 202
    two = docket.submit(documents.text_pdf(2), path="/few", fields={"page_separator": "\n-- cut --\n"})
    docket.finish(two)
    assert docket.result(two, "markdown?raw=1").text.count("-- cut --") == 1


def test_urgent_jobs_come_first(start):
    docket = start(http="docket_concurrency 1; docket_options priority;")
    first = docket.submit(documents.scan_pdf([documents.scan_page(number) for number in range(1, 4)]))
    child = docket.hold_unit()
    late = docket.submit(PDF, fields={"priority": "9"})
    soon = docket.submit(PDF, fields={"priority": "0"})
    os.kill(child, signal.SIGCONT)
    docket.finish(late)
    docket.finish(first)
    assert docket.status(soon)["completed_at"] <= docket.status(late)["completed_at"]


@pytest.mark.parametrize("kind", ["small", "ranges", "scans"])
def test_chosen_pages(docket, kind):
    if kind == "scans":
        document = documents.tiff([documents.scan_page(number) for number in range(1, 6)])
        pages, numbers, lines = "4-,2", [2, 4, 5], ["Scanned page two", "Scanned page four", "Scanned page five"]
    else:
        count = 5 if kind == "small" else 90
        document = documents.text_pdf(count)
        pages = "2,4-" if kind == "small" else "2,4-80"
        numbers = [2, *range(4, min(count, 80) + 1)]
        lines = [documents.page_text(number) for number in numbers]
    job = docket.submit(document, fields={"pages": pages})
    status = docket.finish(job)
    assert status["total_pages"] == status["processed_pages"] == len(numbers) == status["files"][0]["total_pages"]
    text = docket.result(job, "text?raw=1").text
    assert [text.index(line) for line in lines] == sorted(text.index(line) for line in lines)
    assert documents.page_text(3) not in text and "page three" not in text
    # A page's path counts what was chosen; its model tells the document's own number.
    assert lines[1] in docket.result(job, "pages/2/text?raw=1").text
    assert [page["page"] for page in docket.result(job, "json?raw=1").json()["pages"]] == numbers
    docket.result(job, f"pages/{len(numbers) + 1}/text", 404)


def test_chosen_pages_that_are_not_there(docket):
    job = docket.submit(documents.text_pdf(3), fields={"pages": "4,9-12"})
    status = docket.finish(job, expect="failed")
    assert status["error"]["code"] == "bad_option"
    assert status["error"]["detail"] == "The option pages is 4,9-12, but the document has 3 pages."
    # Another file of the job may well have them.
    answer = docket.request("POST", "/process_pdf", data={"pages": "4"},
                            files=[("file", ("few.pdf", documents.text_pdf(3))), ("file", ("many.pdf", documents.text_pdf(5)))])
    status = docket.finish(answer.json()["job_id"])
    assert [file["status"] for file in status["files"]] == ["failed", "completed"] and status["total_pages"] == 1
    assert documents.page_text(4) in docket.result(status["job_id"], "text?raw=1").text


def test_only_chosen_pages_count_for_the_limit(start):
    docket = start(http="docket_max_pages 3;")
    status = docket.finish(docket.submit(documents.text_pdf(9), fields={"pages": "1-4"}), expect="failed")
    assert status["error"]["code"] == "too_many_pages"
    assert status["error"]["detail"] == \
        "The option pages chooses 4 pages, more than the 3 that docket_max_pages allows."
    status = docket.finish(docket.submit(documents.text_pdf(9), fields={"pages": "7-"}))
    assert status["total_pages"] == 3


def test_pages_that_are_none(docket):
    for pages in ("0", "3-1", "one", "1,,2", "-4"):
        assert_problem(docket.upload(PDF, fields={"pages": pages}), 400, "bad_option", "pages", "1-3,7")
    answer = docket.request("POST", "/process_pdf?pages=x", data=PDF, headers={"Content-Type": "application/pdf"})
    assert_problem(answer, 400, "bad_option", "pages")


def test_every_option_works_in_the_query_of_a_form(start):
    docket = start(http="docket_options formats languages ocr pages page_separator priority expire;")
    pdf = documents.text_pdf(3)

    def results(query, **fields):
        job = docket.submit(pdf, path="/jobs?" + query, fields=fields)
        return docket.finish(job)
    assert set(results("formats=text")["results"]) == {"text"}
    assert set(results("formats=text", formats="json")["results"]) == {"json"}, "the form wins"
    assert results("pages=2-3&priority=1&ocr=off")["total_pages"] == 2
    assert results("pages=2-3", pages="1")["total_pages"] == 1
    separated = results("page_separator=%2B%2B%2B&formats=text&token=none")
    assert "+++" in docket.result(separated["job_id"], "text?raw=1").text
    kept = results("expire=60")
    assert kept["expires_at"] < results("")["expires_at"]
    assert kept["fields"] == {}
    assert docket.upload(pdf, path="/jobs?return=text&raw=1").headers["Content-Type"].startswith("text/plain")
    for query, word in (("formats=papyrus", "bad_option"), ("pages=x", "bad_option"), ("ocr=auto&ocr=off", "bad_option"),
                        ("raw=maybe", "bad_option"), ("callback_url=http://a/", "forbidden_option")):
        assert_problem(docket.upload(pdf, path="/jobs?" + query), 400 if word == "bad_option" else 403, word,
                       query.partition("=")[0])
    refused = docket.upload(pdf, path="/jobs?password=s3cret")
    assert_problem(refused, 403, "forbidden_option", "password")
    assert "s3cret" not in refused.text


def test_raw_works_as_a_field(docket):
    pdf = documents.text_pdf(1)
    for fields in ({"return": "text", "raw": "1"}, {"return": "text", "raw": "true"}):
        assert docket.upload(pdf, fields=fields).headers["Content-Type"].startswith("text/plain")
    job = docket.submit(pdf, fields={"raw": "1", "wait": "20"})
    assert docket.finish(job)["fields"] == {}
    for value, is_raw in (("1", True), ("true", True), ("on", True), ("0", False), ("no", False), ("", False)):
        kind = docket.result(job, "text?raw=" + value).headers["Content-Type"]
        assert kind.startswith("text/plain" if is_raw else "application/json"), value
    assert_problem(docket.get(f"/result/{job}/text?raw=maybe"), 400, "bad_option", "raw")
