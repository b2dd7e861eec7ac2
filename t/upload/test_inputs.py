"""What can be sent in: every type of document, and what is odd about documents of any type."""
import io

import pytest
from PIL import Image

import documents
from built import ROOT

WORDS = "Scanned page one"
PAGE = documents.scan_page(1)


def saved(picture, form, **options):
    """A picture in one of Pillow's formats."""
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def with_alpha(picture):
    """Black print on nothing: what is white becomes transparent black."""
    clear = Image.new("L", picture.size, 0)
    return Image.merge("LA", (clear, picture.point(lambda level: 255 - level)))


def sideways(picture):
    """A picture as a camera that was held upright stores it, and the note that says so."""
    exif = Image.Exif()
    exif[0x0112] = 6
    return picture.transpose(Image.Transpose.ROTATE_90), exif.tobytes()


TURNED, TAGS = sideways(PAGE)
FORMS = {
    "png": (documents.png(PAGE), "image/png"),
    "jpeg": (documents.jpeg(PAGE, quality=85), "image/jpeg"),
    "webp": (saved(PAGE.convert("RGB"), "WEBP", lossless=True), "image/webp"),
    "gif": (saved(PAGE, "GIF"), "image/gif"),
    "animated gif": (saved(PAGE, "GIF", save_all=True, append_images=[documents.scan_page(2)]), "image/gif"),
    "bmp": (saved(PAGE, "BMP"), "image/bmp"),
    "pbm": (saved(PAGE.convert("1"), "PPM"), "image/x-portable-anymap"),
    "pgm": (saved(PAGE, "PPM"), "image/x-portable-anymap"),
    "ppm": (saved(PAGE.convert("RGB"), "PPM"), "image/x-portable-anymap"),
    "jp2": (saved(PAGE, "JPEG2000"), "image/jp2"),
    "cmyk jpeg": (saved(PAGE.convert("RGB").convert("CMYK"), "JPEG"), "image/jpeg"),
    "cmyk tiff": (saved(PAGE.convert("RGB").convert("CMYK"), "TIFF", compression="tiff_lzw"), "image/tiff"),
    "png of 16 bits": (saved(PAGE.convert("I").point(lambda level: level * 257).convert("I;16"), "PNG"), "image/png"),
    "png with alpha": (saved(with_alpha(PAGE), "PNG"), "image/png"),
    "jpeg on its side": (saved(TURNED, "JPEG", exif=TAGS), "image/jpeg"),
    "webp on its side": (saved(TURNED.convert("RGB"), "WEBP", lossless=True, exif=TAGS), "image/webp"),
    "png of a screen": (saved(documents.scan_page(1), "PNG", dpi=(72, 72)), "image/png"),
}


@pytest.mark.parametrize("form", FORMS)
def test_pictures(docket, form):
    content, media_type = FORMS[form]
    # The name that the client gives does not matter: the first bytes do.
    job = docket.submit(content, "scan.pdf")
    status = docket.finish(job)
    assert status["files"][0]["content_type"] == media_type
    assert WORDS in docket.result(job, "text?raw=1").text


def test_types_that_are_not_taken(start):
    docket = start(http="docket_types pdf webp;")
    answer = docket.upload(FORMS["gif"][0], "scan.webp")
    assert answer.status_code == 415 and answer.json()["code"] == "unsupported_type"
    assert WORDS in docket.convert(FORMS["webp"][0], "scan.webp")[1]


@pytest.mark.parametrize("encoding", ["fax", "jpeg", "flate"])
def test_scanned_pdf(docket, encoding):
    pages = [documents.scan_page(1), documents.scan_page(2)]
    _, markdown = docket.convert(documents.scan_pdf(pages, encoding))
    assert markdown.index("Scanned page one") < markdown.index("Scanned page two")
    assert "quick brown fox jumps over the lazy dog" in markdown


def test_tiff_of_many_pages(docket):
    job, markdown = docket.convert(documents.tiff([documents.scan_page(number) for number in range(1, 4)]), "fax.tif")
    assert docket.status(job)["total_pages"] == 3
    assert markdown.index("page one") < markdown.index("page two") < markdown.index("page three")


def test_mixed_pdf(docket):
    job, markdown = docket.convert(documents.mixed_pdf([["Typed words here."]], [documents.scan_page(4)]))
    assert markdown.index("Typed words here.") < markdown.index("Scanned page four")
    assert docket.status(job)["total_pages"] == 2


def test_ocr_can_be_switched_off(docket):
    job = docket.submit(documents.mixed_pdf([["Typed words here."]], [documents.scan_page(4)]), fields={"ocr": "off"})
    docket.finish(job)
    markdown = docket.result(job, "markdown?raw=1").text
    assert "Typed words here." in markdown and "Scanned" not in markdown


def test_the_sample_of_the_repository(docket):
    sample = (ROOT / "t" / "data" / "sample-scan.pdf").read_bytes()
    _, markdown = docket.convert(sample, "sample-scan.pdf")
    for words in ("# The slip that travels with the work\n", "In a busy office a docket is the slip of paper",
                  "may ask at any time how far it is.\n", "3. What does the first page say, although the last one is still",
                  "# What the second page is for\n", "as if somebody had typed them again.\n", "Yours faithfully"):
        assert words in markdown
