"""The formats beyond Markdown, text and JSON: what is in them, and how they are asked for."""
import io
import json
import re

import pytest
from PIL import Image

import documents
import hocr
from built import has_landlock, wait_for
from client import assert_problem

FORMATS = "markdown text json hocr markdown_det images png html"
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


def names_of(docket, job):
    """The names of a job's pictures, after a look at the rest of the list."""
    answer = docket.result(job, "images")
    assert answer.headers["Content-Type"] == "application/json"
    body = answer.json()
    assert set(body) == {"job_id", "status", "images", "count"}
    assert body["job_id"] == job and body["status"] == "completed" and body["count"] == len(body["images"])
    return body["images"]


def picture(answer):
    assert answer.headers["Content-Type"] == "image/png"
    return Image.open(io.BytesIO(answer.content)).convert("RGB")


# ---- hOCR.

def test_hocr_of_text(docket):
    job = done(docket, documents.text_pdf([LINES, ["Words on another page."]]))
    answer = docket.result(job, "hocr?raw=1")
    assert answer.headers["Content-Type"].replace(" ", "").lower() == "text/html;charset=utf-8"
    pages = hocr.check(answer.text)
    assert [hocr.properties(page)["ppageno"] for page in pages] == ["0", "1"]
    assert hocr.properties(pages[0])["scan_res"] == "300 300"
    assert hocr.box(pages[0]) == (0, 0, round(595 * 300 / 72), round(842 * 300 / 72))
    words = hocr.words_of(pages[0])
    assert " ".join(hocr.word_text(word) for word in words) == " ".join(LINES).removeprefix("# ")
    # The heading is set at 72, 770 from the lower left corner, 20 points large.
    x0, y0, _, y1 = hocr.box(words[0])
    assert abs(x0 - 300) <= 8 and y0 < (842 - 770) * 300 / 72 < y1 + 8
    assert hocr.properties(words[0])["x_font"] == '"Helvetica"'
    assert float(hocr.properties(words[0])["x_fsize"]) == 20
    assert docket.result(job, "hocr").json()["content"] == answer.text


def test_hocr_of_a_scan_is_in_its_pixels(docket):
    page = documents.draw_page(["Recognised words of a scan", "and another line of them"], dpi=150)
    job = done(docket, documents.png(page, dpi=150), "scan.png")
    [found] = hocr.check(docket.result(job, "hocr?raw=1").text)
    assert hocr.box(found) == (0, 0, *page.size)
    assert hocr.properties(found)["scan_res"] == "150 150"
    words = hocr.words_of(found)
    assert "Recognised" in [hocr.word_text(word) for word in words]
    assert all(0 <= int(hocr.properties(word)["x_wconf"]) <= 100 for word in words)
    ink = page.convert("L").point(lambda value: 255 if value < 128 else 0).getbbox()
    left, top, right, bottom = zip(*(hocr.box(word) for word in words))
    spread = (min(left), min(top), max(right), max(bottom))
    assert all(abs(one - other) <= 6 for one, other in zip(ink, spread)), (ink, spread)


@pytest.mark.parametrize("accept, raw", [
    (None, False), ("*/*", False), ("text/html", True), ("text/*", True), ("application/json", False),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True), ("text/markdown", False)])
def test_negotiation_of_hocr(docket, accept, raw):
    job = done(docket, documents.text_pdf(1))
    answer = docket.result(job, "hocr", headers={"Accept": accept})
    assert answer.headers["Content-Type"].startswith("text/html" if raw else "application/json")
    if raw:  # a stranger's words as HTML
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert 'filename="document.hocr"' in answer.headers["Content-Disposition"]
    other = docket.result(job, "text", headers={"Accept": "text/html"})
    assert other.headers["Content-Type"] == "application/json", "text/html chooses what is HTML only"


def test_hocr_says_nothing_that_is_markup(docket):
    job = done(docket, documents.text_pdf([["<script>alert('x')</script> & \"more\""]]))
    text = docket.result(job, "hocr?raw=1").text
    assert "<script" not in text
    assert hocr.word_text(hocr.words_of(hocr.check(text)[0])[0]) == "<script>alert('x')</script>"


# ---- markdown_det.

def blocks_of(text):
    """Reads the format as its description says: a comment with JSON, so many lines, an empty line."""
    lines = text.split("\n")
    blocks = []
    while lines != [""]:
        head = json.loads(re.fullmatch(r"<!-- (\{.*\}) -->", lines[0])[1])
        blocks.append((head, lines[1:1 + head["lines"]]))
        assert lines[1 + head["lines"]] == ""
        lines = lines[2 + head["lines"]:] or [""]
    return blocks


def test_markdown_det(docket):
    job = done(docket, documents.text_pdf([LINES, ["Words on another page."]]))
    answer = docket.result(job, "markdown_det", headers={"Accept": "text/markdown"})
    assert answer.headers["Content-Type"].startswith("text/markdown")
    assert 'filename="document.det.md"' in answer.headers["Content-Disposition"]
    blocks = blocks_of(answer.text)
    assert [(head["page"], head["kind"], lines) for head, lines in blocks] == [
        (1, "heading", ["# A heading"]),
        (1, "paragraph", ["The first line of a paragraph that goes on in its second line."]),
        (2, "paragraph", ["Words on another page."])]
    in_json = docket.result(job, "json?raw=1").json()["pages"]
    assert [head["box"] for head, _ in blocks] == [block["box"] for page in in_json for block in page["blocks"]]
    assert docket.result(job, "markdown_det").json()["content"] == answer.text


# ---- Images.

def test_images_are_taken_out(docket):
    job = done(docket, documents.pdf_with_pictures([[(documents.photograph(), PLACE)], [],
                                                    [(documents.photograph(colour=(0, 160, 0)), (50, 500, 250, 650)),
                                                     (documents.photograph(600, 300), (300, 100, 500, 200))]]))
    assert names_of(docket, job) == ["1_0.png", "3_0.png", "3_1.png"]
    first = picture(docket.result(job, "images/1_0.png"))
    # 400 pixels on 200 points are 144 to an inch: it comes out as it was put in.
    assert abs(first.width - 400) <= 2 and abs(first.height - 300) <= 2
    assert first.getpixel((5, 5)) == (200, 40, 40)
    assert first.getpixel((200, 150)) == (20, 60, 220)
    assert picture(docket.result(job, "images/3_0.png")).getpixel((5, 5)) == (0, 160, 0)
    for name in ("1_1.png", "2_0.png", "3_2.png", "4_0.png", "0-1_0.png", "1_0.jpg", "x"):
        assert_problem(docket.get(f"/result/{job}/images/{name}"), 404, "not_found")


def test_markdown_links_to_its_images(docket):
    job = done(docket, documents.pdf_with_pictures([[(documents.photograph(), PLACE)]], above="Words above it.",
                                                   below="Words that stand below it."))
    assert docket.result(job, "markdown?raw=1").text == (
        "Words above it.\n\n![](images/1_0.png)\n\nWords that stand below it.\n")
    assert docket.result(job, "pages/1/images/1_0.png").content == docket.result(job, "images/1_0.png").content
    [figure] = [block for block in docket.result(job, "json?raw=1").json()["pages"][0]["blocks"]
                if block["type"] == "figure"]
    assert figure["image"] == "1_0.png"
    assert [round(number) for number in figure["box"]] == [100, 842 - 450, 300, 842 - 300]
    kinds = [head["kind"] for head, _ in blocks_of(docket.result(job, "markdown_det?raw=1").text)]
    assert kinds == ["paragraph", "figure", "paragraph"]
    [page] = hocr.check(docket.result(job, "hocr?raw=1").text)
    assert "ocr_photo" in [element.get("class") for element in page]


def test_no_links_without_images(docket):
    content = documents.pdf_with_pictures([[(documents.photograph(), PLACE)]], above="Words above it.")
    job = done(docket, content, fields={"formats": "markdown json"})
    assert "![" not in docket.result(job, "markdown?raw=1").text
    [figure] = [block for block in docket.result(job, "json?raw=1").json()["pages"][0]["blocks"]
                if block["type"] == "figure"]
    assert "image" not in figure
    assert_problem(docket.get(f"/result/{job}/images"), 404, "not_found")
    assert_problem(docket.get(f"/result/{job}/images/1_0.png"), 404, "not_found")


def test_what_is_no_figure(docket):
    logo = documents.Shared(documents.photograph(200, 200))
    pages = [[(logo, (500, 780, 550, 830)), (documents.photograph(20, 20), (100, 100, 110, 110)),
              (documents.photograph(), (0, 0, 595, 842))] for _ in range(3)]
    job = done(docket, documents.pdf_with_pictures(pages, above="Words on every page of this document."),
               fields={"ocr": "off"})
    assert names_of(docket, job) == []
    assert "![" not in docket.result(job, "markdown?raw=1").text


def test_images_of_several_files(docket):
    one = documents.pdf_with_pictures([[], [(documents.photograph(), PLACE)]])
    other = documents.pdf_with_pictures([[(documents.photograph(colour=(0, 160, 0)), PLACE)]])
    job = docket.request("POST", "/process_pdf",
                         files=[("file", ("a.pdf", one)), ("file", ("b.pdf", other))]).json()["job_id"]
    docket.finish(job)
    assert names_of(docket, job) == ["0-2_0.png", "1-1_0.png"]
    assert picture(docket.result(job, "images/1-1_0.png")).getpixel((5, 5)) == (0, 160, 0)
    assert_problem(docket.get(f"/result/{job}/images/1_0.png"), 404, "not_found")
    assert "](images/0-2_0.png)" in docket.result(job, "markdown?raw=1").text


def test_images_of_chosen_pages(docket):
    content = documents.pdf_with_pictures([[], [], [(documents.photograph(), PLACE)]])
    job = done(docket, content, fields={"pages": "3"})
    assert names_of(docket, job) == ["1_0.png"], "the first of the pages that were chosen, as in pages/1"
    picture(docket.result(job, "images/1_0.png"))


def test_a_picture_is_sent_as_a_file(docket):
    job = done(docket, documents.pdf_with_pictures([[(documents.photograph(), PLACE)]]), name="report.pdf")
    answer = docket.result(job, "images/1_0.png")
    assert 'filename="report.1_0.png"' in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].startswith("inline")
    path = f"/result/{job}/images/1_0.png"
    assert docket.get(path, headers={"Range": "bytes=1-3"}).content == b"PNG"
    assert docket.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    assert docket.get(path, headers={"Accept": "application/json"}).headers["Content-Type"] == "image/png"
    assert_problem(docket.request("POST", path), 405, "method_not_allowed")


# ---- Previews.

def test_previews(docket):
    job = done(docket, documents.text_pdf([LINES, ["Words on another page."]]))
    first = docket.result(job, "pages/1/png")
    drawn = picture(first)
    assert drawn.size == (round(595 * 100 / 72), round(842 * 100 / 72))
    if has_landlock():  # else it has no font
        assert drawn.convert("L").getextrema()[0] < 100, "there is text on it"
        assert docket.result(job, "pages/2/png").content != first.content
    whole = docket.result(job, "png", headers={"Accept": "application/json"})
    assert whole.content == first.content, "a document's preview is its first page's"
    assert 'filename="document.png"' in whole.headers["Content-Disposition"]
    assert_problem(docket.get(f"/result/{job}/pages/3/png"), 404, "not_found")


def test_preview_of_a_picture(docket):
    job = done(docket, documents.png(documents.photograph(3000, 1500), dpi=300), "photo.png",
               fields={"ocr": "off", "formats": "png"})
    drawn = picture(docket.result(job, "png"))
    assert drawn.size == (1000, 500) and drawn.getpixel((5, 5)) == (200, 40, 40)
    assert set(docket.status(job)["results"]) == {"png"}


# ---- All of them.

@pytest.mark.parametrize("name", FORMATS.split())
def test_one_alone(docket, name):
    """A job with one format has this one and no other."""
    job = done(docket, documents.text_pdf([LINES]), fields={"formats": name})
    assert docket.status(job)["results"] == {name: f"/result/{job}/{name}"}
    assert docket.result(job, name).content
    for other in FORMATS.split():
        if other != name:
            assert_problem(docket.get(f"/result/{job}/{other}"), 404, "not_found")


def test_formats_are_not_made_unasked(start):
    docket = start()
    job = done(docket, documents.text_pdf([LINES]))
    assert list(docket.status(job)["results"]) == ["markdown", "text", "json"]
    assert_problem(docket.upload(documents.text_pdf(1), fields={"formats": "hcor"}), 400, "bad_option", "hocr")
    job = done(docket, documents.text_pdf([LINES]), fields={"formats": "hocr,png"})
    assert list(docket.status(job)["results"]) == ["hocr", "png"]


def test_entity_tags_differ(docket):
    job = done(docket, documents.pdf_with_pictures([[(documents.photograph(), PLACE)]], above="Words."))
    paths = [f"{name}{raw}" for name in ("markdown", "text", "json", "hocr", "markdown_det", "html") for raw in ("", "?raw=1")]
    paths += ["images", "images/1_0.png", "png"]
    tags = {docket.result(job, path).headers["ETag"] for path in paths}
    assert len(tags) == len(paths)


def test_before_the_end(start):
    docket = start(server=f"docket_formats {FORMATS};", http="docket_concurrency 1;")
    with docket.standing_still():
        job = docket.submit(documents.text_pdf([LINES]))
        for what in ("hocr", "images", "png", "images/1_0.png", "pages/1/png"):
            answer = docket.get(f"/result/{job}/{what}")
            assert answer.status_code == 202 and answer.json()["status"] in ("pending", "processing"), what
    docket.finish(job)


def test_large_documents(docket):
    """Pages that are done one by one and put together afterwards."""
    small = documents.photograph(100, 80)
    pages = [[(small, PLACE)] if number % 20 == 0 else [] for number in range(70)]
    job = done(docket, documents.pdf_with_pictures(pages, above="Words on every page."))
    assert names_of(docket, job) == [f"{number}_0.png" for number in (1, 21, 41, 61)]
    assert len(hocr.check(docket.result(job, "hocr?raw=1").text)) == 70
    assert picture(docket.result(job, "images/61_0.png")).getpixel((5, 5)) == (200, 40, 40)
    picture(docket.result(job, "pages/70/png"))


def test_linked_results(start):
    docket = start(server=f"docket_formats {FORMATS}; docket_dedupe on;")
    content = documents.pdf_with_pictures([[(documents.photograph(), PLACE)]], above="Words.")
    first = done(docket, content)
    second = docket.submit(content)
    wait_for(lambda: docket.status(second)["status"] == "completed")
    assert names_of(docket, second) == ["1_0.png"]
    for what in ("images/1_0.png", "png", "hocr?raw=1", "html?raw=1"):
        assert docket.result(second, what).content == docket.result(first, what).content
