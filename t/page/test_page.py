"""docket_page: the document, its assets, what it is told of its server, and what `nginx -t` says."""
import gzip
import re

import pytest

import documents
from client import assert_problem
from docket import LOCATIONS, Docket

PAGE = "location = / { docket_page upload=/jobs; }\n"
EVENTS = "location /events { docket_events anyone; }\n"


@pytest.fixture(name="checked")
def _checked():
    """What `nginx -t` says of locations."""
    made = []

    def check(locations, **parts):
        made.append(Docket(locations=locations, **parts))
        return made[-1].check_conf()
    yield check
    for one in made:
        one.remove_folder()


def addresses_in(text):
    """What a file of the page names of the others."""
    return set(re.findall(r'"(\./\?[^"]+)"', text)) - {"./?ui.json"}


def test_the_document(start):
    docket = start(locations=LOCATIONS + PAGE)
    plain = docket.get("/", headers={"Accept-Encoding": "identity"})
    assert plain.status_code == 200 and plain.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "Content-Encoding" not in plain.headers and plain.headers["Vary"] == "Accept-Encoding"
    assert plain.headers["Cache-Control"] == "no-cache" and plain.headers["X-Content-Type-Options"] == "nosniff"
    assert plain.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        "frame-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'self'; "
        "require-trusted-types-for 'script'")
    assert docket.get("/?utm=x", headers={"Accept-Encoding": "identity"}).content == plain.content
    assert docket.get("/?a/b").status_code == 200, "a query that is no address of an asset"
    zipped = docket.get("/", headers={"Accept-Encoding": "br, gzip;q=0.5"}, stream=True)
    assert zipped.headers["Content-Encoding"] == "gzip" and zipped.headers["ETag"] != plain.headers["ETag"]
    raw = zipped.raw.read(decode_content=False)
    assert len(raw) == int(zipped.headers["Content-Length"]) and gzip.decompress(raw) == plain.content
    for refused in ("gzip;q=0", "identity, *;q=0", ""):
        assert "Content-Encoding" not in docket.get("/", headers={"Accept-Encoding": refused}).headers


def test_methods_and_conditions(start):
    docket = start(locations=LOCATIONS + PAGE)
    whole = docket.get("/")
    head = docket.request("HEAD", "/")
    assert head.status_code == 200 and head.content == b"" and head.headers["ETag"] == whole.headers["ETag"]
    assert head.headers["Content-Length"] == whole.headers["Content-Length"]
    same = docket.get("/", headers={"If-None-Match": whole.headers["ETag"]})
    assert same.status_code == 304 and same.content == b""
    facts = docket.get("/?ui.json")
    assert docket.get("/?ui.json", headers={"If-None-Match": facts.headers["ETag"]}).status_code == 304
    options = docket.request("OPTIONS", "/")
    assert options.status_code == 204 and options.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert_problem(docket.request("POST", "/", data=b"x" * 100_000), 405, "method_not_allowed", "GET, HEAD, OPTIONS")


def test_all_assets_are_there_for_ever(start):
    """What the document names, and what that names: each at an address that never changes its content."""
    docket = start(locations=LOCATIONS + PAGE)
    found, waiting = {}, addresses_in(docket.get("/").text)
    while waiting:
        address = waiting.pop()
        answer = docket.get("/" + address[2:])
        assert answer.status_code == 200, address
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        found[address] = answer.headers["Content-Type"]
        waiting |= addresses_in(answer.text) - set(found)
    names = {address.partition("/")[2].partition("/")[2]: kind for address, kind in found.items()}
    assert names["app.js"] == names["de.js"] == "text/javascript; charset=utf-8"
    assert names["style.css"] == names["document.css"] == "text/css; charset=utf-8"
    assert names["icon.svg"] == "image/svg+xml"
    assert len(names) == len(found), "no two of the same name"
    mark = next(iter(found)).split("/")[1]
    for missing in (f"{mark}/none.js", f"{mark}/index.html", f"{mark}/", f"{mark}/../app.js", "?0123456789abcdef/app.js"):
        assert_problem(docket.get("/" + missing), 404, "not_found")


def test_what_it_is_told(start):
    docket = start(body_size="3m", http="docket_languages eng; docket_types pdf png;",
                   locations=LOCATIONS.replace("location /jobs ", "location /some/jobs ") + EVENTS + """
        location = /ui/ { docket_page "title=Our <b>papers</b>" upload=/some/jobs; }
        location = /queue/status { docket_tasks anyone; }""")
    facts = docket.get("/ui/?ui.json").json()
    assert facts["title"] == "Our <b>papers</b>"
    assert (facts["result"], facts["tasks"], facts["events"], facts["settings"]) == (
        "../result/", "../tasks", "../events", None)
    assert "eng" in facts["languages"] and {"markdown", "png"} <= set(facts["formats"])
    upload, = facts["uploads"]
    assert upload["url"] == "../some/jobs" and upload["kind"] == "documents" and upload["access"] == "nobody"
    assert upload["max_size"] == 3 * 1024 * 1024 and upload["types"] == ["pdf", "png"]
    assert set(upload["options"]) == {"formats", "languages", "ocr", "pages", "password"}
    refused = docket.upload(b"PK\3\4", name="a.docx", path="/some/jobs")
    assert upload["refusals"]["unsupported_type"].replace("{name}", "a.docx") == refused.json()["detail"]
    refused = docket.upload(b"", name="a.pdf", path="/some/jobs")
    assert upload["refusals"]["empty_file"].replace("{name}", "a.pdf") == refused.json()["detail"]
    refused = docket.upload(documents.text_pdf(1) + bytes(4 << 20), path="/some/jobs")
    assert upload["refusals"]["too_large"] == refused.json()["detail"]


def test_commands_and_several_places(start, open_folder):
    program = open_folder / "run.sh"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    (open_folder / "tokens").write_text("")
    docket = start(locations=LOCATIONS + f"""
        location = /run {{ docket_command {program}; docket_tokens {open_folder}/tokens; }}
        location = / {{ docket_page upload=/run upload=/process_pdf; }}""")
    one, other = docket.get("/?ui.json").json()["uploads"]
    assert (one["url"], one["kind"], one["types"], one["options"], one["access"]) == (
        "./run", "command", None, [], "token")
    assert (other["url"], other["kind"]) == ("./process_pdf", "documents")


def test_only_its_own_path_is_the_page(start):
    docket = start(locations=LOCATIONS + "location /ui/ { docket_page upload=/jobs; }")
    assert docket.get("/ui/").status_code == 200
    assert_problem(docket.get("/ui/more"), 404, "not_found")
    moved = docket.get("/ui", allow_redirects=False)
    assert moved.status_code == 301 and moved.headers["Location"].endswith("/ui/")


def test_blocks_of_its_location_keep_it(start):
    docket = start(locations=LOCATIONS + "location = / { docket_page upload=/jobs; if ($arg_x) { set $y 1; } }")
    assert docket.get("/?x=1").content == docket.get("/").content


def test_it_asks_nobody_who_they_are(start, open_folder):
    """It is what asks people for their token."""
    (open_folder / "tokens").write_text("")
    docket = start(http=f"docket_tokens {open_folder}/tokens;", locations=LOCATIONS + PAGE)
    assert docket.get("/").status_code == docket.get("/?ui.json").status_code == 200
    assert docket.get("/tasks").status_code == 401


@pytest.mark.parametrize("locations, words", [
    (LOCATIONS + "location = / { docket_page; }", ["several", "upload=/process_pdf", "upload=/jobs"]),
    (LOCATIONS + "location = / { docket_page upload=/nowhere; }", ["upload=/nowhere names no location", "docket_upload"]),
    (LOCATIONS + "location = / { docket_page upload=/tasks; }", ["upload=/tasks names no location"]),
    (LOCATIONS + "location = / { docket_page upload=/jobs result=/jobs; }", ["result=/jobs", "docket_result"]),
    (LOCATIONS + PAGE + EVENTS + "location /ws { docket_events anyone; }", ["several", "events=/events", "events=/ws"]),
    (LOCATIONS + PAGE + "location /more { docket_tasks anyone; }", ["several", "tasks=/tasks", "tasks=/more"]),
    (re.sub(r".*docket_tasks.*", "", LOCATIONS) + PAGE, ["needs a location with", "docket_tasks"]),
    (LOCATIONS + "location = / { docket_page upload=/jobs colour=red; }", ["colour=red", "title=TEXT"]),
    (LOCATIONS + "location = /ui { docket_page upload=/jobs; }", ["ends in a slash"]),
    (LOCATIONS + "location ~ /$ { docket_page upload=/jobs; }", ["ends in a slash"]),
    (LOCATIONS + "location = / { docket_page upload=/jobs; docket_health; }", ["has a handler already"]),
    (LOCATIONS + "location = / { docket_page upload=/jobs; proxy_pass http://127.0.0.1:9; }",
     ["the handler of another module"]),
], ids=lambda value: value[0].replace(" ", "_") if isinstance(value, list) else "")
def test_mistakes_are_found(checked, locations, words):
    code, said = checked(locations)
    assert code != 0 and "nginx.conf:" in said and all(word in said for word in words), said


def test_what_needs_no_name(checked):
    one = re.sub(r".*docket_upload 200.*", "", LOCATIONS)
    for locations in (one + "location = / { docket_page; }",
                      one + "location = / { docket_page; } location = /queue/status { docket_tasks anyone; }",
                      one + EVENTS + "location /ws { docket_events; } location = / { docket_page events=off; }",
                      LOCATIONS + PAGE + "location = /ui/ { docket_page upload=/process_pdf; }"):
        code, said = checked(locations)
        assert code == 0, said
