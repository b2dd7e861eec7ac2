"""conf/result.schema.json: what json looks like, for whoever reads it with a program."""
import json
import re

import jsonschema
import pytest
from PIL import Image

import documents
from built import ROOT

SCHEMA = json.loads((ROOT / "conf/result.schema.json").read_text())


def check(value):
    jsonschema.Draft202012Validator(SCHEMA).validate(value)


def kinds_of(value):
    return {block["type"] for page in value["pages"] for block in page["blocks"]}


@pytest.fixture
def docket(start):
    return start(server="docket_formats json images;")


def json_of(docket, content, name="document.pdf", **arguments):
    job = docket.submit(content, name, **arguments)
    docket.finish(job)
    value = docket.result(job, "json?raw=1").json()
    check(value)
    check(docket.result(job, "json").json()["content"])
    check(docket.result(job, "pages/1/json?raw=1").json())
    return value


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_it_knows_every_kind_of_block():
    source = (ROOT / "src/engine/write/block_kind.h").read_text()
    assert set(SCHEMA["$defs"]["block"]["properties"]["type"]["enum"]) == set(re.findall(r'return "(\w+)";', source))


def test_text(docket):
    value = json_of(docket, documents.text_pdf([
        ["# A heading", "Some words of a paragraph, set over", "two lines of text that belong together.",
         "1. The first item of a list", "2. The second item of it"], ["Another page."]]))
    assert kinds_of(value) >= {"heading", "paragraph", "list_item"}


def test_hidden_text(docket):
    value = json_of(docket, documents.cropped_pdf(["Cut off at the top.", "Seen on the page."], (0, 0, 595, 768)))
    [page] = value["pages"]
    assert [block["text"] for block in page["blocks"]] == ["Seen on the page."]
    assert [block["text"] for block in page["hidden"]] == ["Cut off at the top."]
    assert page["hidden"][0]["box"][1] < 0


def test_scans(docket):
    value = json_of(docket, documents.png(documents.scan_page(1), dpi=150), "scan.png")
    assert value["pages"][0]["source"] == "recognised"
    assert "confidence" in value["pages"][0]["blocks"][0]["lines"][0]["words"][0]


def test_tables(docket):
    value = json_of(docket, documents.table_pdf([["Name", "Count"], ["Alpha", "12"], ["Beta", "34"]]))
    [table] = [block for block in value["pages"][0]["blocks"] if block["type"] == "table"]
    assert (table["rows"], table["columns"]) == (3, 2)


def test_figures(docket):
    value = json_of(docket, documents.pdf_with_pictures([[(Image.new("RGB", (200, 150), "red"), (100, 300, 300, 450))]],
                                                        above="Words above a picture."))
    assert [block["image"] for block in value["pages"][0]["blocks"] if block["type"] == "figure"] == ["1_0.png"]


def test_several_files_and_blank_pages(docket):
    files = [("file", ("a.pdf", documents.text_pdf([["Alpha."]]))),
             ("file", ("b.png", documents.png(Image.new("L", (600, 800), 255), dpi=150)))]
    job = docket.request("POST", "/process_pdf", files=files).json()["job_id"]
    docket.finish(job)
    value = docket.result(job, "json?raw=1").json()
    check(value)
    assert [(page["file"], page["source"]) for page in value["pages"]] == [(0, "text"), (1, "blank")]


@pytest.mark.parametrize("change", [
    lambda page: page.pop("width"),
    lambda page: page.update(further=1),
    lambda page: page.update(source="guess"),
    lambda page: page["blocks"][0].update(type="title"),
    lambda page: page["blocks"][0].update(level=0),
    lambda page: page["blocks"][0].update(image="1_0.png"),
    lambda page: page["blocks"][0].update(cells=[]),
    lambda page: page["blocks"][0]["box"].pop(),
    lambda page: page["blocks"][0]["lines"][0].update(words=[]),
    lambda page: page["blocks"][0]["lines"][0]["words"][0].update(confidence=101),
])
def test_it_refuses_what_is_not(docket, change):
    value = json_of(docket, documents.text_pdf([["# A heading", "Some words of a paragraph."]]))
    assert value["pages"][0]["blocks"][0]["type"] == "heading"
    change(value["pages"][0])
    with pytest.raises(jsonschema.ValidationError):
        check(value)
