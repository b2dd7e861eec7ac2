"""The format html: what is in it, that it is safe, and that it says what Markdown says."""
import json

import pytest

import documents
import semantic_html
from client import assert_problem

FORMATS = "markdown html json"
LINES = ["# A heading", "The first line of a paragraph that goes on", "in its second line."]
PLACE = (100, 300, 300, 450)  # of a picture on its page, in points from the lower left corner


@pytest.fixture
def docket(start):
    return start(server=f"docket_formats {FORMATS};")


def done(docket, content, name="document.pdf", **arguments):
    """A completed job."""
    job = docket.submit(content, name, **arguments)
    docket.finish(job)
    return job


def box_of(element):
    return [float(number) for number in element.get("data-box").split()]


def text_of(element):
    return " ".join("".join(element.itertext()).split())


def test_blocks_and_their_places(docket):
    job = done(docket, documents.text_pdf([LINES, ["# Another heading", "Words on another page."]]), "résumé <1>.pdf")
    answer = docket.result(job, "html?raw=1")
    assert answer.headers["Content-Type"].replace(" ", "").lower() == "text/html;charset=utf-8"
    root = semantic_html.check(answer.text)
    assert root.find("head/title").text == "résumé <1>.pdf"
    assert "lang" not in root.attrib, "nobody knows it"
    blocks = list(root.find("body"))
    assert [(block.tag, block.get("data-page"), text_of(block)) for block in blocks] == [
        ("h1", "1", "A heading"), ("p", "1", " ".join(LINES[1:])), ("h1", "2", "Another heading"),
        ("p", "2", "Words on another page.")]
    of_json = [block["box"] for page in docket.result(job, "json?raw=1").json()["pages"] for block in page["blocks"]]
    assert [box_of(block) for block in blocks] == of_json
    assert docket.result(job, "html").json()["content"] == answer.text


@pytest.mark.parametrize("accept, raw", [
    (None, False), ("*/*", False), ("text/html", True), ("text/*", True), ("application/json", False),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True), ("text/markdown", False)])
def test_negotiation(docket, accept, raw):
    job = done(docket, documents.text_pdf(1))
    for what in ("html", "pages/1/html"):
        answer = docket.result(job, what, headers={"Accept": accept})
        assert answer.headers["Content-Type"].startswith("text/html" if raw else "application/json")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        if raw:  # a stranger's words as HTML
            assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
            assert answer.headers["Content-Disposition"].startswith("attachment;")
            assert 'filename="document.html"' in answer.headers["Content-Disposition"]


def test_nothing_becomes_markup(docket):
    hostile = ["</section><script>alert('x')</script>", "<img/src=x/onerror=alert(1)>", "\"onclick=\"alert(1)", "<!-- &lt; -->"]
    job = done(docket, documents.text_pdf([hostile, ["# </h1><style>*{}</style>"]]), "</title><script>.pdf")
    text = docket.result(job, "html?raw=1").text
    root = semantic_html.check(text)
    assert root.find("head/title").text == "</title><script>.pdf"
    words = " ".join(semantic_html.words_of(text))
    assert all(line.removeprefix("# ") in words for line in hostile)


def test_tables(docket):
    job = done(docket, documents.table_pdf([["Name", "Size"], ["one & <two>", "1"], ["three", "2"]]))
    text = docket.result(job, "html?raw=1").text
    root = semantic_html.check(text)
    rows = [[text_of(cell) for cell in row] for row in root.iter("tr")]
    assert rows == [["Name", "Size"], ["one & <two>", "1"], ["three", "2"]]
    table = root.find(".//table")
    left, top, right, bottom = box_of(table)
    assert abs(left - 100) < 5 and abs(right - 340) < 5 and abs(top - 142) < 5 and abs(bottom - 214) < 5
    assert semantic_html.first_difference(docket.result(job, "markdown?raw=1").text, text) is None


def test_pictures(start):
    docket = start(server="docket_formats markdown html images;")
    job = done(docket, documents.pdf_with_pictures([[], [(documents.photograph(), PLACE)]], above="Words above.", below="Words below."))
    root = semantic_html.check(docket.result(job, "html?raw=1").text)
    [image] = root.iter("img")
    assert docket.result(job, image.get("src")).headers["Content-Type"] == "image/png"
    assert image.get("data-page") == "2" and all(abs(a - b) < 2 for a, b in zip(box_of(image), (100, 392, 300, 542)))
    [image] = semantic_html.check(docket.result(job, "pages/2/html?raw=1").text).iter("img")
    assert docket.result(job, "pages/2/" + image.get("src")).headers["Content-Type"] == "image/png"
    # Where no pictures are made, none are named.
    job = done(docket, documents.pdf_with_pictures([[(documents.photograph(), PLACE)]], above="Words."), fields={"formats": "html"})
    assert not list(semantic_html.check(docket.result(job, "html?raw=1").text).iter("img"))


def test_a_scan_has_its_language(docket):
    page = documents.draw_page(["# A heading", "Recognised words of a scan", "and another line of them"], dpi=150)
    job = done(docket, documents.png(page, dpi=150), "scan.png")
    for what in ("html?raw=1", "pages/1/html?raw=1"):
        root = semantic_html.check(docket.result(job, what).text)
        assert root.get("lang") == "en" and root.find("head/title").text == "scan.png"
        assert "Recognised words" in text_of(root.find("body"))


def test_pages(docket):
    job = done(docket, documents.text_pdf([LINES, ["Words on another page."]]))
    answer = docket.result(job, "pages/2/html", headers={"Accept": "text/html"})
    [block] = semantic_html.check(answer.text).find("body")
    assert block.get("data-page") == "2" and text_of(block) == "Words on another page."
    assert docket.result(job, "pages/2/html").json()["content"] == answer.text
    lines = docket.get(f"/result/{job}/pages?stream=1&format=html").text.splitlines()
    assert answer.text in [json.loads(line).get("content") for line in lines]


def test_several_files(docket):
    files = [("file", (name, documents.text_pdf([[text]]))) for name, text in (("a.pdf", "Alpha."), ("b&b.pdf", "Beta."))]
    job = docket.request("POST", "/process_pdf", files=files).json()["job_id"]
    docket.finish(job)
    root = semantic_html.check(docket.result(job, "html?raw=1").text)
    assert root.find("head/title").text == "a.pdf, b&b.pdf"
    assert [(one.tag, one.get("data-file"), text_of(one)) for one in root.find("body")] == [
        ("article", "0", "Alpha."), ("article", "1", "Beta.")]
    body = docket.result(job, "html").json()
    assert [one["filename"] for one in body["documents"]] == ["a.pdf", "b&b.pdf"]
    for one, text in zip(body["documents"], ("Alpha.", "Beta.")):
        root = semantic_html.check(one["content"])
        assert root.find("head/title").text == one["filename"] and text_of(root.find("body")) == text


def test_pages_may_be_separated(start):
    docket = start(server=f"docket_formats {FORMATS}; docket_options page_separator;")
    job = done(docket, documents.text_pdf(2), fields={"page_separator": "***"})
    root = semantic_html.check(docket.result(job, "html?raw=1").text)
    assert [one.tag for one in root.find("body")] == ["p", "hr", "p"]


def test_a_name_is_not_another_jobs(start):
    """A job is given another's results only if they have its own name as their title."""
    docket = start(server=f"docket_formats {FORMATS}; docket_dedupe on;")
    content = documents.text_pdf(1)
    for name in ("one.pdf", "two.pdf"):
        job = done(docket, content, name)
        assert semantic_html.check(docket.result(job, "html?raw=1").text).find("head/title").text == name


def test_it_is_made_where_it_is_asked_for(start):
    docket = start()
    job = done(docket, documents.text_pdf(1))
    assert_problem(docket.get(f"/result/{job}/html"), 404, "not_found", "formats=html")
    job = done(docket, documents.text_pdf(1), fields={"formats": "html"})
    assert list(docket.status(job)["results"]) == ["html"]


DOCUMENTS = {
    "text": documents.text_pdf([LINES, ["Words that go", "on and on to the page's end with no full stop", "so they go on"],
                                ["over the page's end."]]),
    "lists": documents.text_pdf([["# Lists", "The list is this:", "1. The first item", "2. The second item", "3. The third",
                                  "and the end."], ["- one", "- two", "- three", "* and _this_ is no `code` [x](y)"]]),
    "table": documents.table_pdf([["a|b", "*c*", "d"], ["1", "", "3"], ["", "5 < 6", ""]]),
    "marks": documents.text_pdf([["# 1. # heading #", "+ plus 1) bracket > quote", "<b>bold</b> &amp; \\*", "[^1]: note",
                                  "a~~b~~ _c_ __d__ **e** ***", "| a | b |", "| --- | --- |", "    indented", "---"]]),
    "pictures": documents.pdf_with_pictures([[(documents.photograph(), PLACE)], []], above="Words above.", below="Words below."),
    "scan": documents.scan_pdf([documents.draw_page(["# A heading", "Recognised words of a scan"], dpi=150)]),
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_its_text_is_that_of_markdown(start, name):
    docket = start(server="docket_formats markdown html images;")
    job = done(docket, DOCUMENTS[name])
    markdown = docket.result(job, "markdown?raw=1").text
    assert semantic_html.words_of_markdown(markdown), "there is something to compare"
    assert semantic_html.first_difference(markdown, docket.result(job, "html?raw=1").text) is None


def test_large_documents(docket):
    """Pages that are done one by one and put together afterwards."""
    job = done(docket, documents.text_pdf([[f"Line {line} of page {page}, which" for line in range(9)] for page in range(70)]))
    html = docket.result(job, "html?raw=1").text
    assert semantic_html.first_difference(docket.result(job, "markdown?raw=1").text, html) is None
    assert {element.get("data-page") for element in semantic_html.check(html).iter()} >= {"1", "70"}
