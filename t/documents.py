"""Small documents for the tests, made from scratch: PDFs written by hand, scans drawn with Pillow.

All functions return bytes and give the same bytes each time. Sizes on paper are in points (1/72 inch).
"""
import io
import random
import zlib

from PIL import Image, ImageDraw, ImageFont

A4 = (595, 842)
FONT_FILE = "/usr/share/fonts/truetype/liberation/LiberationSerif-Regular.ttf"
BOLD_FONT_FILE = "/usr/share/fonts/truetype/liberation/LiberationSerif-Bold.ttf"


def pdf_file(objects):
    """A PDF of these indirect objects, numbered from 1; the first is the catalogue."""
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, xref)
    return bytes(out)


def stream(data, entries=b""):
    """A stream object; `entries` go into its dictionary."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), entries, data)


def _pdf_of_pages(pages, shared=()):
    """A PDF of pages given as (resources, contents stream object, further objects of the page).

    In `resources`, %d stands for the number of the page's first further object; `shared` are objects 3 and up.
    """
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", *shared]
    kids = []
    for resources, contents, further in pages:
        number = len(objects) + 1
        resources = resources % (number + 2) if b"%d" in resources else resources
        objects += [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents %d 0 R /Resources << %s >> >>"
                    % (*A4, number + 1, resources), contents, *further]
        kids.append(b"%d 0 R" % number)
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    return pdf_file(objects)


HELVETICA = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def _literal(text):
    """A PDF string of text."""
    escaped = text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
    return b"(" + escaped + b")"


def page_text(number):
    """The one line of text that text_pdf() has on page `number` when it is given a count."""
    return f"This is the text of page {number}."


def _text_page(lines):
    """A page of lines for _pdf_of_pages(), whose font is object 3."""
    contents, y = [], 770
    for line in lines:
        size = 20 if line.startswith("# ") else 11
        contents.append(b"BT /F1 %d Tf 72 %d Td %s Tj ET" % (size, y, _literal(line.removeprefix("# "))))
        y -= 15 if size == 11 else 36
    return b"/Font << /F1 3 0 R >>", stream(b"\n".join(contents)), []


def text_pdf(pages):
    """A PDF with text; `pages` is how many, or a list of lists of lines. A line `# x` is set as a heading."""
    if isinstance(pages, int):
        pages = [[page_text(number)] for number in range(1, pages + 1)]
    return _pdf_of_pages([_text_page(lines) for lines in pages], [HELVETICA])


def cropped_pdf(lines, box):
    """A PDF of one page with text, of which the crop box `box` (x0, y0, x1, y1; y runs up) shows a part."""
    resources, contents, _ = _text_page(lines)
    return pdf_file([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>", HELVETICA,
                     b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /CropBox [%d %d %d %d] /Contents 5 0 R"
                     b" /Resources << %s >> >>" % (*A4, *box, resources), contents])


def padded_pdf(pages, size):
    """A PDF with text that is `size` bytes long: a stream that nothing refers to fills it up, not compressible."""
    plain = text_pdf(pages)
    filling = random.Random(size).randbytes(max(size - len(plain) - 40, 0))
    head, mark, tail = plain.rpartition(b"xref\n0 ")
    body = head + b"%% " + filling.replace(b"\n", b" ").replace(b"\r", b" ") + b"\n"
    tail = tail[:tail.index(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % len(body)
    whole = body + mark + tail
    return whole + b" " * (size - len(whole))


def draw_page(lines, dpi=200, skew=0.0, speckles=0.0, seed=1):
    """A gray picture of an A4 page of lines; `skew` in degrees, `speckles` as a share of the pixels."""
    size = tuple(round(side * dpi / 72) for side in A4)
    page = Image.new("L", size, 255)
    draw = ImageDraw.Draw(page)
    y = 72.0
    for line in lines:
        points = 20 if line.startswith("# ") else 12
        font = ImageFont.truetype(BOLD_FONT_FILE if points == 20 else FONT_FILE, round(points * dpi / 72))
        draw.text((72 * dpi / 72, y * dpi / 72), line.removeprefix("# "), font=font, fill=0)
        y += points * 1.5
    if skew:
        page = page.rotate(skew, Image.Resampling.BICUBIC, fillcolor=255)
    dice = random.Random(seed)
    pixels = page.load()
    for _ in range(round(size[0] * size[1] * speckles)):
        pixels[dice.randrange(size[0]), dice.randrange(size[1])] = dice.choice((0, 96, 255))
    return page


def png(page, dpi=200):
    """A picture as PNG."""
    out = io.BytesIO()
    page.save(out, "PNG", dpi=(dpi, dpi))
    return out.getvalue()


def jpeg(page, dpi=200, quality=60):
    """A picture as JPEG."""
    out = io.BytesIO()
    page.save(out, "JPEG", dpi=(dpi, dpi), quality=quality)
    return out.getvalue()


def tiff(pages, dpi=200):
    """Pictures as a TIFF of as many pages, black and white, compressed as fax machines do."""
    out = io.BytesIO()
    first, *others = [page.convert("1", dither=Image.Dither.NONE) for page in pages]
    first.save(out, "TIFF", compression="group4", dpi=(dpi, dpi), save_all=True, append_images=others)
    return out.getvalue()


def _fax(page):
    """A picture as one CCITT group 4 stream and its dictionary entries."""
    page = page.convert("1", dither=Image.Dither.NONE)
    out = io.BytesIO()
    # One strip, or the stream would have to be put together from many.
    page.save(out, "TIFF", compression="group4", strip_size=1 << 30)
    with Image.open(io.BytesIO(out.getvalue())) as written:
        offsets, lengths = written.tag_v2[273], written.tag_v2[279]
        white_is_zero = written.tag_v2[262] == 0
    assert len(offsets) == 1
    data = out.getvalue()[offsets[0]:offsets[0] + lengths[0]]
    return data, (b"/ColorSpace /DeviceGray /BitsPerComponent 1 /Filter /CCITTFaxDecode"
                  b" /DecodeParms << /K -1 /Columns %d /Rows %d /BlackIs1 %s >>"
                  % (page.width, page.height, b"false" if white_is_zero else b"true"))


def _picture_page(page, encoding):
    """A page that is a picture, for _pdf_of_pages()."""
    if encoding == "fax":
        data, entries = _fax(page)
    elif encoding == "jpeg":
        data = jpeg(page)
        entries = b"/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /DCTDecode"
    else:
        data = zlib.compress(page.tobytes(), 9)
        entries = b"/ColorSpace /DeviceGray /BitsPerComponent 8 /Filter /FlateDecode"
    image = stream(data, b"/Type /XObject /Subtype /Image /Width %d /Height %d %s" % (*page.size, entries))
    return b"/XObject << /Im %d 0 R >>", stream(b"q %d 0 0 %d 0 0 cm /Im Do Q" % A4), [image]


def scan_pdf(pages, encoding="fax"):
    """A PDF that is nothing but pictures filling its pages. `encoding`: fax (black and white), jpeg, flate (gray)."""
    return _pdf_of_pages([_picture_page(page, encoding) for page in pages])


def mixed_pdf(texts, pictures):
    """A PDF of pages with text, followed by scanned pages."""
    return _pdf_of_pages([*map(_text_page, texts), *(_picture_page(page, "fax") for page in pictures)], [HELVETICA])


def scan_page(number, dpi=150):
    """A page whose recognised text has the words `Scanned page NUMBER`."""
    words = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")[number - 1]
    return draw_page(["# Scanned page " + words, "The quick brown fox jumps over the lazy dog,",
                      "and this line is here to be recognised."], dpi=dpi, seed=number)


def long_page():
    """A page that takes seconds to be recognised, so that a test can meet it amid that."""
    return draw_page([f"The quick brown fox jumps over the lazy dog, line {line}." for line in range(40)], seed=1)


class Shared:
    """A picture that stands in a document once, however many pages show it."""

    def __init__(self, image):
        self.image = image


def _picture_object(image):
    data = zlib.compress(image.convert("RGB").tobytes())
    return stream(data, b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB "
                        b"/BitsPerComponent 8 /Filter /FlateDecode" % image.size)


def pdf_with_pictures(pages, above="", below=""):
    """A PDF whose pages show pictures: lists of (Pillow image or Shared, box in points from the lower left corner).

    `above` and `below` are lines of text in the upper and the lower part of each page.
    """
    shared, numbers = [HELVETICA], {}
    for picture, _ in (one for page in pages for one in page):
        if isinstance(picture, Shared) and picture not in numbers:
            shared.append(_picture_object(picture.image))
            numbers[picture] = len(shared) + 2
    made, next_object = [], len(shared) + 3
    for page in pages:
        contents = [b"BT /F1 11 Tf 72 %d Td %s Tj ET" % (y, _literal(line))
                    for y, line in ((700, above), (72, below)) if line]
        entries, own = [], []
        for index, (picture, (x0, y0, x1, y1)) in enumerate(page):
            if isinstance(picture, Shared):
                number = numbers[picture]
            else:
                own.append(_picture_object(picture))
                number = next_object + 1 + len(own)
            entries.append(b"/Im%d %d 0 R" % (index, number))
            contents.append(b"q %d 0 0 %d %d %d cm /Im%d Do Q" % (x1 - x0, y1 - y0, x0, y0, index))
        resources = b"/Font << /F1 3 0 R >> /XObject << " + b" ".join(entries) + b" >>"
        made.append((resources, stream(b"\n".join(contents)), own))
        next_object += 2 + len(own)
    return _pdf_of_pages(made, shared)


def turned_pdf(image, size=A4, rotate=0, crop=None, user_unit=1, inherited=False):
    """A scan on a page that is shown turned, cropped and in other units; `image` fills what is seen of it."""
    x0, y0, x1, y1 = crop or (0, 0, *size)
    seen = image.rotate(rotate, expand=True)  # counter-clockwise, so that turning the page brings it upright
    attributes = b"/MediaBox [0 0 %d %d] /CropBox [%d %d %d %d] /Rotate %d" % (*size, x0, y0, x1, y1, rotate)
    contents = b"q %d 0 0 %d %d %d cm /Im0 Do Q" % (x1 - x0, y1 - y0, x0, y0)
    resources = b"/Resources << /XObject << /Im0 5 0 R >> >>"
    return pdf_file([b"<< /Type /Catalog /Pages 2 0 R >>",
                     b"<< /Type /Pages /Kids [3 0 R] /Count 1 %s >>" % (attributes + resources if inherited else b""),
                     b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R %s %s >>"
                     % (b"/UserUnit %g" % user_unit if user_unit != 1 else b"",
                        b"" if inherited else attributes + resources),
                     stream(contents), _picture_object(seen)])


def table_pdf(rows):
    """A page with a table that has all its rules; `rows` are lists of short texts."""
    left, top, width, height = 100, 700, 120, 24
    columns = len(rows[0])
    contents = [b"0.7 w"]
    for index in range(len(rows) + 1):
        contents.append(b"%d %d m %d %d l S" % (left, top - index * height, left + columns * width,
                                                top - index * height))
    for index in range(columns + 1):
        contents.append(b"%d %d m %d %d l S" % (left + index * width, top, left + index * width,
                                                top - len(rows) * height))
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            contents.append(b"BT /F1 11 Tf %d %d Td %s Tj ET" % (left + column * width + 6,
                                                                 top - (row + 1) * height + 8, _literal(text)))
    return _pdf_of_pages([(b"/Font << /F1 3 0 R >>", stream(b"\n".join(contents)), [])], [HELVETICA])


def photograph(width=400, height=300, colour=(200, 40, 40)):
    """A picture with something on it."""
    picture = Image.new("RGB", (width, height), colour)
    ImageDraw.Draw(picture).ellipse((width // 4, height // 4, width * 3 // 4, height * 3 // 4), fill=(20, 60, 220))
    return picture
