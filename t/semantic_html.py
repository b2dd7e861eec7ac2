"""Checks of the format html: that it is HTML without an error, that nothing in it runs or is fetched from elsewhere, and
that it says what the Markdown of the same document says."""
import re
import unicodedata

import html5lib
from markdown_it import MarkdownIt
from markdown_it.rules_inline import state_inline

NAMESPACE = "{http://www.w3.org/1999/xhtml}"
PLACE = {"data-page", "data-box"}
# Elements that are blocks of a document, and those that are around or in them; the attributes that each may have.
BLOCKS = {"h1": set(), "h2": set(), "h3": set(), "h4": set(), "h5": set(), "h6": set(), "p": set(), "li": {"value"},
          "pre": set(), "table": set(), "figcaption": set(), "img": {"src", "alt"}, "hr": set(), "span": set()}
OTHERS = {"html": {"lang"}, "head": set(), "body": set(), "meta": {"charset", "name", "content"}, "title": set(),
          "article": {"data-file"}, "ul": set(), "ol": set(), "blockquote": set(), "figure": set(),
          "aside": {"id", "role"}, "thead": set(), "tbody": PLACE, "tr": set(), "th": {"rowspan", "colspan"},
          "td": {"rowspan", "colspan"}, "strong": set(), "em": set(), "sup": set(), "sub": set(), "code": set(),
          "a": {"href", "id", "role"}}
DIRECTED = {"h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "table", "figcaption", "span", "td", "th"}
INLINE = {"strong", "em", "sup", "sub", "code", "a", "span", "s"}
NUMBER = r"-?[0-9]+(\.[0-9]{1,2})?"


def _check_box(text):
    assert re.fullmatch(f"{NUMBER} {NUMBER} {NUMBER} {NUMBER}", text), text
    left, top, right, bottom = map(float, text.split())
    assert left <= right and top <= bottom, text


def _check_value(name, attribute, value):
    """An attribute of an element `name`; whether a link leads to something is checked once all is known."""
    if attribute == "data-box":
        _check_box(value)
    elif attribute in ("data-page", "rowspan", "colspan"):
        assert re.fullmatch("[1-9][0-9]*", value), value
    elif attribute in ("data-file", "value"):
        assert re.fullmatch("[0-9]+", value), value
    elif attribute == "dir":
        assert value == "rtl", value
    elif attribute == "id":
        assert re.fullmatch(("note" if name == "aside" else "ref") + "-[0-9]+(-[0-9]+)?", value), value
    elif attribute == "role":
        assert value in {"aside": ["doc-footnote"], "a": ["doc-noteref", "doc-backlink"]}[name], value
    elif attribute == "src":
        assert re.fullmatch(r"images/[0-9]+(-[0-9]+)?_[0-9]+\.png", value), value
    elif attribute == "alt":
        assert value == "", value
    elif attribute == "href":
        assert re.match("(?i)https?://.|mailto:.", value) or re.fullmatch("#(note|ref)-[0-9-]+", value), value


def check(text):
    """Checks a document and returns its root; elements have their names without a namespace."""
    root = html5lib.HTMLParser(strict=True).parse(text)  # raises ParseError
    ids, targets = [], []
    for element in root.iter():
        assert isinstance(element.tag, str), "there is a comment"
        name = element.tag = element.tag.removeprefix(NAMESPACE)
        allowed = OTHERS.get(name, set()) if name in OTHERS else BLOCKS[name] | PLACE
        assert set(element.attrib) <= allowed | ({"dir"} if name in DIRECTED else set()), (name, element.attrib)
        assert name not in BLOCKS or set(element.attrib) >= PLACE, (name, element.attrib)
        for attribute, value in element.attrib.items():
            _check_value(name, attribute, value)
        ids += [element.get("id")] if "id" in element.attrib else []
        targets += [element.get("href")[1:]] if element.get("href", "").startswith("#") else []
    assert len(ids) == len(set(ids)), "ids are not unique"
    assert set(targets) <= set(ids), set(targets) - set(ids)
    metas = [dict(meta.attrib) for meta in root.iter("meta")]
    assert metas == [{"charset": "utf-8"}, {"name": "referrer", "content": "no-referrer"}]
    assert root.find("head/title").text
    return root


def _gather(element, pieces):
    """The text below an element, a space around whatever is no running text; footnotes' marks aside."""
    is_mark = element.tag == "sup" and [one.get("role") for one in element] in (["doc-noteref"], ["doc-backlink"])
    apart = "" if element.tag in INLINE else " "
    pieces.append(apart)
    if not is_mark:
        pieces.append(element.text or "")
        for child in element:
            _gather(child, pieces)
    pieces += [apart, element.tail or ""]


def _words(root):
    pieces = []
    body = root.find("body")
    for note in body.iter("aside"):
        if note.get("role") == "doc-footnote":  # without a link its mark is only raised
            mark = note.find("p")[0]
            if len(mark) == 0:
                mark.text = ""
    _gather(body, pieces)
    text = unicodedata.normalize("NFKC", "".join(pieces)).replace("−", "-")
    return text.split()


def words_of(text):
    """The words of an html result, as those that words_of_markdown() gives of the Markdown."""
    return _words(check(text))


# Beside emphasis symbols are punctuation as of CommonMark 0.31, which not every release of the parser follows.
state_inline.isPunctChar = lambda char: unicodedata.category(char)[0] in "PS"

# What HTML has no place for is replaced there (13.2.3.5), and nowhere else.
_UNFIT = re.compile("[\0-\x08\x0B-\x1F\x7F-\x9F\uFDD0-\uFDEF\uFFFE\uFFFF"
                    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17)) + "]")
_FENCE = re.compile("(`{3,})$")


def _without_notes(markdown):
    """Footnotes as paragraphs, without their marks: CommonMark has none."""
    lines, fence, in_note = [], None, False
    for line in markdown.split("\n"):
        if fence is not None:
            fence = None if line == fence else fence
        elif _FENCE.fullmatch(line):
            fence = line
        else:
            begun = re.match(r"\[\^[0-9-]+\]: ?", line)
            if begun:
                line = line[begun.end():]
            elif in_note and line.startswith("    "):
                line = line[4:]
            in_note = bool(begun) or (in_note and line == "")
            line = re.sub(r"\[\^[0-9]+(-[0-9]+)?\]", "", line)
        lines.append(line)
    return "\n".join(lines)


def words_of_markdown(markdown):
    """The words of a markdown result, as a reader of CommonMark with tables sees them."""
    renderer = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    rendered = renderer.render(_UNFIT.sub("\uFFFD", _without_notes(markdown)))
    root = html5lib.parse(rendered, namespaceHTMLElements=False)
    return _words(root)


def first_difference(markdown, html):
    """Where the words of the two differ, for people; None where they do not."""
    one, other = words_of_markdown(markdown), words_of(html)
    if one == other:
        return None
    at = next((at for at, (a, b) in enumerate(zip(one, other)) if a != b), min(len(one), len(other)))
    return f"word {at}: Markdown has {' '.join(one[max(at - 3, 0):at + 6])!r}, " \
           f"HTML {' '.join(other[max(at - 3, 0):at + 6])!r}"
