"""docket_defaults: a location answers as plain clients want it, whatever they forget to ask for."""
import subprocess

import pytest

import documents
from client import assert_problem
from docket import LOCATIONS, Docket

PDF = documents.text_pdf(2)
CONVERT = LOCATIONS + """
    location = /convert  { docket_upload; docket_defaults wait=50 return=markdown raw=1 formats=markdown,text; }
    location = /sync     { docket_upload; docket_defaults sync=on; docket_options none; }
    location = /first    { docket_upload; docket_defaults pages=1 priority=3 expire=60; docket_options none; }
"""


@pytest.fixture(name="plain", scope="module")
def _plain():
    """A Docket with locations for plain clients."""
    docket = Docket(locations=CONVERT)
    docket.start()
    yield docket
    docket.close()


def test_curl_gets_the_text_itself(plain, tmp_path):
    path = tmp_path / "a.pdf"
    path.write_bytes(PDF)
    for arguments in (["-F", f"file=@{path}"], ["-T", str(path), "-X", "POST"]):
        done = subprocess.run(["curl", "--noproxy", "*", "-sS", "--fail", "--max-time", "60", *arguments,
                               plain.url + "/convert"], capture_output=True, text=True, check=True)
        assert not done.stdout.startswith("{") and "page 2" in done.stdout.lower(), done.stdout


def test_what_the_client_says_comes_first(plain):
    def answer(fields=None, query="", **headers):
        return plain.upload(PDF, path="/convert" + query, fields=fields, headers=headers)
    assert answer().headers["Content-Type"].startswith("text/markdown")
    assert answer({"return": "text"}).headers["Content-Type"].startswith("text/plain")
    assert answer(query="?return=text").headers["Content-Type"].startswith("text/plain")
    assert answer({"raw": "0"}).json()["status"] == "completed"
    assert answer(query="?raw=no").json()["content"]
    for fields, query, headers in (({"wait": "0"}, "", {}), ({"sync": "off"}, "", {}), (None, "?wait=0.0", {}),
                                   (None, "", {"Prefer": "wait=0"})):
        told = answer(fields, query, **headers)
        assert told.status_code == 202 and "Location" in told.headers, told.text
    # Of other formats the default cannot be returned: the status is, when the job is done.
    chosen = answer({"formats": "text"})
    assert chosen.status_code == 200 and set(chosen.json()["results"]) == {"text"}
    assert set(plain.status(answer({"wait": "0"}).json()["job_id"])["results"]) == {"markdown", "text"}


def test_defaults_need_not_be_allowed_to_clients(plain):
    assert plain.upload(PDF, path="/sync").json()["status"] == "completed"
    first = plain.finish(plain.submit(PDF, path="/first"))
    assert first["total_pages"] == 1
    assert_problem(plain.upload(PDF, path="/first", fields={"pages": "1"}), 403, "forbidden_option", "pages")


def test_what_fails_is_a_problem(plain):
    assert_problem(plain.upload(b"%PDF-1.4 nothing more", path="/convert"), 422, "corrupt")


def test_defaults_are_inherited_and_replaced_whole(start):
    docket = start(http="docket_defaults wait=50 return=text;", locations=LOCATIONS + """
        location = /inherits { docket_upload; }
        location = /replaces { docket_upload; docket_defaults raw=1; }
        location = /none     { docket_upload; docket_defaults none; }""")
    assert docket.upload(PDF, path="/inherits").json()["content"]
    assert docket.upload(PDF, path="/replaces").status_code == 202
    assert docket.upload(PDF, path="/none").status_code == 202


@pytest.mark.parametrize("values, mention", [
    ("wait", "NAME=VALUE"), ("password=x", "NAME=VALUE"), ("callback_url=http://a/", "NAME=VALUE"),
    ("colour=red", "NAME=VALUE"), ("=1", "NAME=VALUE"), ("none wait=1", "NAME=VALUE"),
    ("wait=soon", "number of seconds"), ("sync=maybe", "true or false"), ("raw=2", "true or false"),
    ("return=papyrus", "formats"), ("formats=papyrus", "there are"), ("languages=xx", "there are"),
    ("ocr=perhaps", "auto, force or off"), ("pages=0", "page numbers"), ("priority=10", "0 (first)"),
    ("expire=soon", "a time"), ("wait=1 wait=2", "given twice"), ("return=hocr", "formats"),
    ("formats=text return=markdown", "formats"), ("expire=8d", "docket_expire"),
])
def test_mistakes_are_found_before_the_start(values, mention):
    docket = Docket(locations=LOCATIONS + "location = /x { docket_upload; docket_defaults " + values + "; }")
    try:
        code, said = docket.check_conf()
        assert code != 0 and "docket_defaults" in said and mention in said and "nginx.conf:" in said, said
    finally:
        docket.remove_folder()
