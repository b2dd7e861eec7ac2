"""Checks of hOCR: what hocr-tools' hocr-check asks for, and that boxes lie within their parents'."""
import xml.etree.ElementTree as ElementTree

PARENTS = {"ocr_carea": "ocr_page", "ocr_photo": "ocr_page", "ocr_par": "ocr_carea", "ocr_line": "ocr_par",
           "ocrx_word": "ocr_line"}


def properties(element):
    """What an element's title says, by name."""
    return {name: rest for name, _, rest in (one.strip().partition(" ") for one in element.get("title").split(";"))}


def box(element):
    return tuple(int(number) for number in properties(element)["bbox"].split())


def words_of(page):
    return [element for element in page.iter() if element.get("class") == "ocrx_word"]


def word_text(element):
    return "".join(element.itertext())


def _area(x0, y0, x1, y1):
    return max(0, x1 - x0) * max(0, y1 - y0)


def _overlap(one, other):
    """How much two boxes have in common, of the larger one's area."""
    common = _area(max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3]))
    return common / max(_area(*one), _area(*other))


def _check_page(page, capabilities):
    boxes = {}
    outer = box(page)
    for parent in page.iter():
        for element in parent:
            kind = element.get("class")
            if kind is None:
                continue
            assert kind in capabilities
            assert parent.get("class") == PARENTS[kind]
            inner = box(element)
            assert inner[0] < inner[2] and inner[1] < inner[3]
            assert outer[0] <= inner[0] and inner[2] <= outer[2] and outer[1] <= inner[1] and inner[3] <= outer[3]
            boxes.setdefault(kind, []).append(inner)
    for kind in ("ocr_line", "ocr_par", "ocr_carea"):
        found = boxes.get(kind, [])
        assert all(_overlap(one, other) <= 0.2 for at, one in enumerate(found) for other in found[at + 1:]), kind


def check(text):
    """Checks a document and returns its pages."""
    root = ElementTree.fromstring(text.replace('xmlns="http://www.w3.org/1999/xhtml"', "", 1))
    metas = {meta.get("name"): meta.get("content") for meta in root.iter("meta")}
    assert metas["ocr-system"].startswith("docket ")
    pages = [element for element in root.iter() if element.get("class") == "ocr_page"]
    assert pages
    for page in pages:
        _check_page(page, set(metas["ocr-capabilities"].split()))
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    return pages
