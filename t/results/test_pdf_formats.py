"""The PDFs that come out: searchable ones, and those with the boxes of what was found on their pages."""
import re
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest
from PIL import Image, ImageChops

import documents
from client import assert_problem

WORDS = ["Recognised words of a scan", "and another line of them"]


@pytest.fixture
def docket(start):
    return start(server="docket_formats json pdf layout_pdf;")


def done(docket, content, name="document.pdf", **arguments):
    job = docket.submit(content, name, **arguments)
    docket.finish(job)
    return job


def fetch(docket, job, folder, what="pdf"):
    """A PDF that came out, checked by qpdf and kept as a file."""
    answer = docket.result(job, what)
    assert answer.headers["Content-Type"] == "application/pdf"
    path = folder / f"{what}.pdf"
    path.write_bytes(answer.content)
    return path


def text(path, *arguments):
    return subprocess.run(["pdftotext", *arguments, str(path), "-"], check=True, capture_output=True).stdout.decode()


def words_in(path, *arguments):
    """The words of each page as (text, box) in the upright page's points, as Poppler finds them."""
    root = ElementTree.fromstring(re.sub(r"<!DOCTYPE[^>]*>|xmlns=\"[^\"]*\"", "", text(path, "-bbox", "-cropbox", *arguments)))
    return [[(word.text, tuple(float(word.get(side)) for side in ("xMin", "yMin", "xMax", "yMax")))
             for word in page.iter("word")] for page in root.iter("page")]


def words_told(docket, job):
    """The same as json has them."""
    return [[(word["text"], word["box"]) for block in page["blocks"] for line in block["lines"]
             for word in line["words"]] for page in docket.result(job, "json?raw=1").json()["pages"]]


def drawn(path, folder, dpi=72):
    """The pages as pictures."""
    stem = folder / f"{path.stem}-drawn"
    subprocess.run(["pdftoppm", "-cropbox", "-r", str(dpi), "-png", str(path), str(stem)], check=True)
    return [Image.open(file).convert("RGB") for file in sorted(folder.glob(f"{stem.name}-*.png"))]


def assert_alike(one, other):
    assert one.size == other.size
    assert ImageChops.difference(one, other).getextrema() == ((0, 0),) * 3


def assert_words_at_their_places(path, docket, job, unit=1):
    """Each word stands where it is seen: its box is as wide as the one in json, and about as high."""
    for found, told in zip(words_in(path), words_told(docket, job), strict=True):
        assert [word for word, _ in found] == [word for word, _ in told]
        for (word, (x0, y0, x1, y1)), (_, box) in zip(found, told):
            left, top, right, bottom = (number / unit for number in box)
            assert abs(x0 - left) < 1 and abs(x1 - right) < 1, word
            assert y0 < (top + bottom) / 2 < y1, word
            assert y1 - y0 < 2.5 * max(box[3] - box[1] for _, box in told) / unit, word


def assert_nearly_alike(seen, page):
    """As pictures that were decoded, and drawn on a page whose size is a broken number of points."""
    width, height = page.size
    assert abs(seen.width - width) <= 1 and abs(seen.height - height) <= 1
    difference = ImageChops.difference(seen.convert("L").crop((0, 0, width, height)), page.convert("L"))
    assert sum(difference.histogram()[64:]) < 0.01 * width * height


def scan(dpi=150):
    return documents.draw_page(WORDS, dpi=dpi)


# ---- Searchable.

def test_a_pdf_of_text_is_the_original(docket):
    content = documents.text_pdf([["# A heading", "Some text."], ["More."]])
    job = done(docket, content, "report.pdf")
    answer = docket.result(job, "pdf")
    assert answer.content == content
    assert 'filename="report.pdf"' in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Disposition"].startswith("inline")
    assert docket.get(f"/result/{job}/pdf", headers={"Range": "bytes=0-4"}).content == b"%PDF-"
    assert docket.get(f"/result/{job}/pdf", headers={"Accept": "application/json"}).content == content
    assert_problem(docket.get(f"/result/{job}/pages/1/pdf"), 404, "not_found")


@pytest.mark.parametrize("encoding", ["fax", "jpeg"])
def test_a_scan_becomes_searchable(docket, tmp_path, encoding):
    content = documents.scan_pdf([scan(), scan()], encoding=encoding)
    job = done(docket, content)
    path = fetch(docket, job, tmp_path)
    assert text(path).split("\f")[1].split() == " ".join(WORDS).split()
    assert_words_at_their_places(path, docket, job)
    original = tmp_path / "original.pdf"
    original.write_bytes(content)
    for one, other in zip(drawn(original, tmp_path), drawn(path, tmp_path), strict=True):
        assert_alike(one, other)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("crop, user_unit", [(None, 1), ((100, 50, 500, 650), 2.5)])
def test_words_stand_where_they_are_seen(docket, tmp_path, rotate, crop, user_unit):
    width, height = (crop[2] - crop[0], crop[3] - crop[1]) if crop else documents.A4
    if rotate % 180:
        width, height = height, width
    dpi = 200 / user_unit
    page = scan(150).crop((0, 0, 900, 900)).resize((900, 900))
    sheet = Image.new("RGB", (round(width * user_unit * dpi / 72), round(height * user_unit * dpi / 72)), "white")
    sheet.paste(page)
    job = done(docket, documents.turned_pdf(sheet, rotate=rotate, crop=crop, user_unit=user_unit))
    path = fetch(docket, job, tmp_path)
    assert text(path).split() == " ".join(WORDS).split()
    assert_words_at_their_places(path, docket, job, unit=user_unit)


def assert_words_on_letters(path, folder, lines):
    """The words in their order, each on letters that are seen; outside their boxes there are none."""
    [found], [seen] = words_in(path, "-raw"), drawn(path, folder)
    assert [word for word, _ in found] == " ".join(lines).split()
    seen = seen.convert("L")
    for word, (x0, y0, x1, y1) in found:
        assert seen.crop((round(x0), round(y0), round(x1), round(y1))).getextrema()[0] < 128, word
    for _, (x0, y0, x1, y1) in found:
        seen.paste(255, (round(x0) - 2, round(y0) - 2, round(x1) + 2, round(y1) + 2))
    assert seen.getextrema()[0] > 128, seen.point(lambda value: 255 if value <= 128 else 0).getbbox()
    return found


SIDEWAYS = ["This page went sideways or upside down", "through the scanner, and yet it is read as", *WORDS]


def turned_scan(quarters, skew=0.0):
    """A page of lines, turned counter-clockwise by quarters after it was laid askew."""
    return documents.draw_page(SIDEWAYS, dpi=150, skew=skew).rotate(90 * quarters, expand=True)


def as_scanned(box, page, quarters):
    """A box of a page of json where it is seen on turned_scan()."""
    (x0, y0, x1, y1), width, height = box, page["width"], page["height"]
    return {1: (y0, width - x1, y1, width - x0), 2: (width - x1, height - y1, width - x0, height - y0),
            3: (height - y1, x0, height - y0, x1)}[quarters]


@pytest.mark.parametrize("quarters", [1, 2, 3])
@pytest.mark.parametrize("kind", ["png", "jpeg", "pdf", "turned pdf"])
def test_words_stand_on_scans_that_lie_on_their_sides(docket, tmp_path, quarters, kind):
    sheet = turned_scan(quarters)
    size = tuple(round(side * 72 / 150) for side in sheet.size)
    content = {"png": lambda: documents.png(sheet, 150), "jpeg": lambda: documents.jpeg(sheet, 150),
               "pdf": lambda: documents.turned_pdf(sheet, size=size),
               "turned pdf": lambda: documents.turned_pdf(sheet, size=size[::-1], rotate=90)}[kind]()
    job = done(docket, content, "scan")
    told = docket.result(job, "json?raw=1").json()["pages"][0]
    assert told["width"] < told["height"], "the model is upright"
    path = fetch(docket, job, tmp_path)
    assert_nearly_alike(drawn(path, tmp_path, 150)[0], sheet)
    # By the letters' places and directions; other orders are that of the content.
    assert text(path, "-layout").split() == " ".join(SIDEWAYS).split()
    [words] = words_told(docket, job)
    for (word, found), (_, box) in zip(assert_words_on_letters(path, tmp_path, SIDEWAYS), words, strict=True):
        left, top, right, bottom = as_scanned(box, told, quarters)
        middle = ((left + right) / 2, (top + bottom) / 2)
        assert found[0] < middle[0] < found[2] and found[1] < middle[1] < found[3], word
        ends = slice(0, None, 2) if quarters == 2 else slice(1, None, 2)  # along the letters
        assert found[ends] == pytest.approx((left, top, right, bottom)[ends], abs=1), word


@pytest.mark.parametrize("quarters", [0, 1])
def test_words_stand_on_scans_that_lie_askew(docket, tmp_path, quarters):
    job = done(docket, documents.png(turned_scan(quarters, skew=3), 150), "scan.png")
    path = fetch(docket, job, tmp_path)
    assert_nearly_alike(drawn(path, tmp_path, 150)[0], turned_scan(quarters, skew=3))
    assert_words_on_letters(path, tmp_path, SIDEWAYS)


def test_attributes_that_pages_inherit(docket, tmp_path):
    job = done(docket, documents.turned_pdf(scan(), rotate=90, inherited=True, size=(842, 595)))
    path = fetch(docket, job, tmp_path)
    assert_words_at_their_places(path, docket, job)


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff"])
def test_pictures_become_searchable(docket, tmp_path, kind):
    page = scan()
    content = {"png": documents.png, "jpeg": documents.jpeg}.get(kind, lambda one, dpi: documents.tiff([one, one], dpi))(
        page, 150)
    job = done(docket, content, f"scan.{kind}")
    answer = docket.result(job, "pdf")
    assert 'filename="scan.pdf"' in answer.headers["Content-Disposition"]
    path = fetch(docket, job, tmp_path)
    assert_words_at_their_places(path, docket, job)
    pages = drawn(path, tmp_path, 150)
    assert len(pages) == (2 if kind == "tiff" else 1)
    assert_nearly_alike(pages[-1], page)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photographs_are_upright(docket, tmp_path, orientation):
    turn = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
            5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
            8: Image.Transpose.ROTATE_270}
    page = scan()
    stored = page.transpose(turn[orientation]) if orientation in turn else page
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = tmp_path / "photo.jpg"
    stored.save(content, dpi=(150, 150), quality=90, exif=exif)
    job = done(docket, content.read_bytes(), "photo.jpg")
    path = fetch(docket, job, tmp_path)
    assert_words_at_their_places(path, docket, job)
    [seen] = drawn(path, tmp_path, 150)
    assert_nearly_alike(seen, page)
    assert path.stat().st_size < content.stat().st_size + 20_000, "the JPEG is taken over as it is"


def test_mixed_pages(docket, tmp_path):
    """Pages of text stay as they are; of scans the words are added."""
    job = done(docket, documents.mixed_pdf([["Text that was there before."]], [scan()]))
    path = fetch(docket, job, tmp_path)
    both = text(path)
    assert both.count("there before") == 1 and both.count("Recognised words") == 1


def test_words_recognised_anew_take_the_place_of_others(docket, tmp_path):
    job = done(docket, documents.text_pdf([["The words of this page"]]), fields={"ocr": "force"})
    path = fetch(docket, job, tmp_path)
    assert text(path).split() == ["The", "words", "of", "this", "page"], "once, not twice"


def test_several_files_become_one(docket, tmp_path):
    files = [("file", ("a.pdf", documents.text_pdf([["Alpha."], ["Beta."]]))),
             ("file", ("b.png", documents.png(scan(), dpi=150))), ("file", ("c.pdf", documents.scan_pdf([scan()])))]
    job = docket.request("POST", "/process_pdf", files=files).json()["job_id"]
    docket.finish(job)
    pages = text(fetch(docket, job, tmp_path)).split("\f")
    assert [page.split()[0] for page in pages[:4]] == ["Alpha.", "Beta.", "Recognised", "Recognised"]
    assert len(drawn(fetch(docket, job, tmp_path, "layout_pdf"), tmp_path)) == 4


def test_many_files(start, tmp_path):
    """Up to 240 of them; more is an error that says so."""
    docket = start(server="docket_formats pdf; docket_max_files 250; docket_keep_input off;")
    for count in (100, 241):
        files = [("file", (f"{number}.pdf", documents.text_pdf([[f"File {number}."]]))) for number in range(count)]
        job = docket.request("POST", "/process_pdf", files=files).json()["job_id"]
        docket.finish(job, expect="completed" if count <= 240 else "failed")
        if count <= 240:
            pages = text(fetch(docket, job, tmp_path)).split("\f")
            assert [page.strip() for page in pages[:count]] == [f"File {number}." for number in range(count)]
        else:
            assert "240" in docket.status(job)["error"]["detail"]


def test_chosen_pages(docket, tmp_path):
    job = done(docket, documents.text_pdf(5), fields={"pages": "2,4-5"})
    path = fetch(docket, job, tmp_path)
    pages = text(path).split("\f")
    assert [page.strip() for page in pages[:3]] == [documents.page_text(number) for number in (2, 4, 5)]
    assert len(drawn(path, tmp_path)) == 3


def test_long_documents(docket, tmp_path):
    """Pages that several pieces of work did."""
    texts = [[documents.page_text(number)] for number in range(1, 41)]
    job = done(docket, documents.mixed_pdf(texts, [scan(100)]))
    pages = text(fetch(docket, job, tmp_path)).split("\f")
    assert "Recognised words" in pages[40] and documents.page_text(40) in pages[39]
    assert len(drawn(fetch(docket, job, tmp_path, "layout_pdf"), tmp_path, 20)) == 41


def test_encrypted_documents_stay_so(docket, tmp_path):
    plain, locked = tmp_path / "plain.pdf", tmp_path / "locked.pdf"
    plain.write_bytes(documents.scan_pdf([scan()]))
    subprocess.run(["qpdf", "--encrypt", "opens", "owns", "256", "--", str(plain), str(locked)], check=True)
    job = done(docket, locked.read_bytes(), fields={"password": "opens"})
    path = fetch(docket, job, tmp_path)
    assert text(path, "-upw", "opens").split() == " ".join(WORDS).split()
    assert subprocess.run(["pdftotext", str(path), "-"], capture_output=True).returncode != 0, "without its password"


def test_what_cannot_be_taken_over_becomes_pictures(docket, tmp_path):
    """A page tree that goes round in circles: Poppler sees a page, qpdf refuses."""
    content = documents.scan_pdf([scan()])
    looped = re.sub(rb"/Kids \[(\d+ 0 R)\]", rb"/Kids [\1 2 0 R]", content)
    assert looped != content
    job = done(docket, looped)
    path = fetch(docket, job, tmp_path)
    assert b"/DocketPicture" in path.read_bytes()
    assert text(path).split() == " ".join(WORDS).split()
    assert_nearly_alike(drawn(path, tmp_path, 150)[0], scan())


# ---- With boxes.

def assert_boxes_drawn(content, path, folder, boxes):
    """On the only page there is something along all edges of the boxes that the original does not have."""
    original = folder / "original.pdf"
    original.write_bytes(content)
    [before], [after] = drawn(original, folder), drawn(path, folder)
    changed = ImageChops.difference(before, after).convert("L").point(lambda value: 255 if value > 20 else 0)
    for x0, y0, x1, y1 in boxes:
        for at in ((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x0, (y0 + y1) / 2), (x1, (y0 + y1) / 2):
            edge = (round(at[0]) - 2, round(at[1]) - 2, round(at[0]) + 3, round(at[1]) + 3)
            assert changed.crop(edge).getbbox(), at


def test_layout(docket, tmp_path):
    content = documents.text_pdf([["# A heading", "The first line of a paragraph that goes on", "in its second line."]])
    job = done(docket, content)
    path = fetch(docket, job, tmp_path, "layout_pdf")
    assert 'filename="document.layout.pdf"' in docket.result(job, "layout_pdf").headers["Content-Disposition"]
    shown = text(path)
    assert "1 heading" in shown and "2 paragraph" in shown and "A heading" in shown
    blocks = docket.result(job, "json?raw=1").json()["pages"][0]["blocks"]
    assert_boxes_drawn(content, path, tmp_path, [block["box"] for block in blocks])


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_layout_of_a_scan_on_its_side(docket, tmp_path, quarters):
    """The boxes are where the letters are seen, the labels run along them."""
    content = documents.turned_pdf(turned_scan(quarters), size=(595, 842) if quarters == 2 else (842, 595))
    job = done(docket, content)
    path = fetch(docket, job, tmp_path, "layout_pdf")
    told = docket.result(job, "json?raw=1").json()["pages"][0]
    assert_boxes_drawn(content, path, tmp_path, [as_scanned(block["box"], told, quarters) for block in told["blocks"]])
    [words] = words_in(path)
    assert [word for word, _ in words[:2]] == ["1", "paragraph"]
    x0, y0, x1, y1 = words[1][1]
    assert (x1 - x0 > y1 - y0) == (quarters == 2)


def test_layout_of_a_turned_page(docket, tmp_path):
    sheet = Image.new("RGB", (1400, 900), "white")
    sheet.paste(scan().crop((0, 0, 900, 900)))
    job = done(docket, documents.turned_pdf(sheet, size=(900, 600), rotate=180, crop=(20, 10, 580, 370)))
    labels = [word for word, _ in words_in(fetch(docket, job, tmp_path, "layout_pdf"))[0]]
    assert labels[:2] == ["1", "paragraph"], "it can be read where the page is upright"
