"""docket_settings: what it gives, and who may put what there."""
import json

import jsonschema
import pytest

from client import assert_problem
from settings_client import bearer

TEXT = """\
# What is made of documents; kept as it is written.
formats: [markdown,   text]   # two of them
expire: 12h

max_files: 2
command: {model: large, "no": no}
"""


def test_the_text_is_given_as_it_was_written(settings):
    there = settings(TEXT)
    answer = there.get()
    assert (answer.status_code, answer.text) == (200, TEXT)
    assert answer.headers["Content-Type"] == "application/yaml"
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Cache-Control"] == "private, no-cache"
    assert there.get(headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
    head = there.docket.request("HEAD", "/settings", headers=there.headers)
    assert head.headers["ETag"] == answer.headers["ETag"] and head.headers["Content-Length"] == str(len(TEXT))
    new = TEXT.replace("12h", "1d    # longer") + "\n\n# end without a line end"
    put = there.put(new)
    assert put.status_code == 200, put.text
    assert there.get().text == new and there.path.read_text() == new
    assert there.get().headers["ETag"] == put.headers["ETag"] != answer.headers["ETag"]


def test_json_tells_what_is_in_force_and_from_where(settings):
    there = settings(TEXT, http="docket_languages eng; docket_max_files 7; docket_unit_timeout 1500ms; docket_priority $arg_p;")
    answer = there.get(headers={"Accept": "application/json"})
    body = answer.json()
    assert answer.headers["Content-Type"] == "application/json"
    assert body["text"] == TEXT and body["problem"] is None
    assert body["etag"] == there.get().headers["ETag"] != answer.headers["ETag"]
    effective = body["effective"]
    assert effective["formats"] == {"value": ["markdown", "text"], "from": "settings",
                                    "allowed": ["markdown", "text", "json", "hocr", "markdown_det", "images", "png", "pdf",
                                                "layout_pdf", "html"]}
    assert effective["max_files"] == {"value": 2, "from": "settings", "allowed": {"minimum": 1, "maximum": 1000}}
    assert effective["expire"]["value"] == 12 * 3600
    assert effective["languages"]["from"] == "configuration" and "eng" in effective["languages"]["allowed"]
    assert (effective["unit_timeout"]["value"], effective["unit_timeout"]["from"]) == ("1500ms", "configuration")
    assert (effective["priority"]["value"], effective["priority"]["from"]) == ("$arg_p", "configuration")
    assert effective["dpi"] == {"value": 300, "from": "default", "allowed": {"minimum": 70, "maximum": 1200}}
    assert effective["keep_input"] == {"value": True, "from": "default", "allowed": [True, False]}
    assert effective["command"] == {"value": {"model": "large", "no": "no"}, "from": "settings", "allowed": None}
    assert "wait_max" not in effective and "tokens" not in effective
    # Its tag is good for a PUT, too, as long as the text is the same.
    assert there.put(TEXT + "#", If_Match=answer.headers["ETag"]).status_code == 200
    assert there.put(TEXT, If_Match=answer.headers["ETag"]).status_code == 412
    # YAML unless JSON is preferred.
    for accept, kind in (("*/*", "yaml"), ("application/yaml, application/json", "yaml"),
                         ("application/json, */*;q=0.1", "json"), ("text/html, */*;q=0.8", "yaml")):
        assert there.get(headers={"Accept": accept}).headers["Content-Type"] == f"application/{kind}", accept


def test_the_schema_is_json_schema(settings):
    there = settings(TEXT)
    answer = there.get("?schema=1")
    assert answer.headers["Content-Type"] == "application/schema+json"
    schema = answer.json()
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    # What is effective can be written as settings, and is taken.
    effective = there.json()["effective"]
    assert set(schema["properties"]) == set(effective)
    values = {key: entry["value"] for key, entry in effective.items()}
    assert validator.is_valid(values)
    assert there.put(json.dumps(values)).status_code == 200
    for wrong in ({"formats": ["doc"]}, {"formats": []}, {"keep_input": "no"}, {"max_files": 0}, {"max_files": "5"},
                  {"expire": "soon"}, {"colour": 1}, {"command": []}, {"ocr": False}, {"memory_limit": "1x"}, []):
        assert not validator.is_valid(wrong), wrong
        assert there.put(json.dumps(wrong)).status_code == 400, wrong
    for right in ({"expire": "never"}, {"expire": "1h 30m"}, {"options": []}, {"memory_limit": "1g"}, None):
        assert validator.is_valid(right), right
        assert there.put(json.dumps(right) if right is not None else "").status_code == 200, right


def test_a_put_needs_a_condition(settings):
    there = settings(TEXT)
    answer = there.put("ocr: off\n", headers={"X": "y"}, Content_Type="text/plain")
    assert_problem(answer, 428, "precondition_required", "If-Match")
    assert_problem(there.put("ocr: off\n", If_None_Match='"x"'), 428, "precondition_required")
    assert there.get().text == TEXT
    assert there.put("ocr: off\n", If_Match="*").status_code == 200


def test_a_lost_race_is_412(settings):
    there = settings(TEXT)
    tag = there.get().headers["ETag"]
    assert there.put("ocr: off\n", If_Match=tag).status_code == 200
    assert_problem(there.put("ocr: force\n", If_Match=tag), 412, "precondition_failed")
    assert there.get().text == "ocr: off\n"
    # What an operator wrote in between is not lost either.
    tag = there.get().headers["ETag"]
    there.write("ocr: auto\n")
    assert there.put("ocr: force\n", If_Match=tag).status_code == 412
    assert there.put("ocr: force\n", If_Match='W/' + there.get().headers["ETag"]).status_code == 200, "as gzip makes it"


def test_a_file_that_is_not_there_is_empty(settings):
    there = settings(None)
    empty = there.get()
    assert (empty.status_code, empty.text) == (200, "") and not there.path.exists()
    assert there.json()["problem"] is None and there.history() == []
    made = there.put("ocr: off\n", If_None_Match="*")
    assert made.status_code == 201, made.text
    assert there.get().text == "ocr: off\n" and there.effective("ocr") == "off"
    assert there.put("ocr: auto\n", If_None_Match="*").status_code == 412
    there.path.unlink()
    assert there.put("ocr: auto\n", If_Match=empty.headers["ETag"]).status_code == 201


def test_all_mistakes_are_told_with_line_and_column(settings):
    there = settings(TEXT)
    answer = there.put("formats: [markdown,\n  doc]\nkeep_input: no\ncolour: red\nmax_files: 0\nwait_max: 5\n")
    assert_problem(answer, 400, "bad_settings", "5 mistakes")
    found = {(one["line"], one["column"], one["path"]): one["message"] for one in answer.json()["errors"]}
    assert set(found) == {(2, 3, "formats[1]"), (3, 13, "keep_input"), (4, 1, "colour"), (5, 12, "max_files"),
                          (6, 1, "wait_max")}
    assert "known formats are markdown" in found[2, 3, "formats[1]"]
    assert found[3, 13, "keep_input"] == "expected true or false"
    assert "docket_wait_max" in found[6, 1, "wait_max"]
    assert there.get().text == TEXT and len(there.history()) == 1


@pytest.mark.parametrize("text, line, column, path, message", [
    ("ocr: &a off\n", 1, 6, "ocr", "anchors"), ("ocr: off\ndpi: !!int 5\n", 2, 6, "dpi", "tags"),
    ("ocr: off\nocr: off\n", 2, 1, "ocr", "second time"), ("command: {a: {b: 1, b: 2}}\n", 1, 21, "command.a.b", "second"),
    ("ocr: [\n", 2, 1, "", ""), ("command: {a: " + "[" * 16 + "]" * 16 + "}", 1, 28, "command.a[0]", "16 levels"),
    ("x: \xff\n".encode("latin-1"), 1, 1, "", "UTF-8"), ("a: b\n---\n", 2, 1, "", "second document"),
    ("# " + "x" * 65535, 1, 65537, "", "64 KB"), (b"a: \x00", 1, 4, "", "control")],
    ids=["anchor", "tag", "name twice", "inner name twice", "no end", "deep", "no UTF-8", "two documents", "large", "NUL"])
def test_what_is_no_yaml_of_ours(settings, text, line, column, path, message):
    there = settings(TEXT)
    answer = there.put(text)
    assert_problem(answer, 400, "bad_settings")
    first = answer.json()["errors"][0]
    assert (first["line"], first["column"]) == (line, column), first
    assert first["path"].startswith(path) and message in first["message"], first


def test_a_large_body_is_told_so_without_being_kept(settings):
    there = settings(TEXT)
    assert_problem(there.put("#" * (20 << 20)), 400, "bad_settings", "64 KB")
    assert there.put("# " + "x" * 65533 + "\n").status_code == 200, "64 KB are taken"


def test_a_dry_run_only_checks(settings):
    there = settings(TEXT)
    answer = there.put("ocr: off\n", query="?dry_run=1", headers={"X": "y"}, Content_Type="application/yaml")
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["effective"]["ocr"]["value"] == "off" and body["effective"]["max_files"]["value"] == 32
    assert_problem(there.put("ocr: 5\n", query="?dry_run=1"), 400, "bad_settings")
    assert_problem(there.put("ocr: off\n", query="?dry_run=1", If_Match='"x"'), 412, "precondition_failed")
    assert_problem(there.put("ocr: off\n", query="?dry_run=maybe"), 400, "bad_option")
    assert there.get().text == TEXT and there.effective("ocr") == "auto" and len(there.history()) == 1


def test_twenty_former_versions_are_kept_with_who_and_when(settings):
    there = settings(TEXT)
    for number in range(24):
        there.headers = bearer("boss" if number % 2 else "root")
        there.set(f"max_files: {number + 1}\n")
    versions = there.history()
    assert len(versions) == 21 and [one["version"] for one in versions] == list(range(25, 4, -1))
    assert [one["current"] for one in versions] == [True] + [False] * 20
    assert [one["by"] for one in versions[:3]] == ["boss", "root", "boss"]
    assert versions == sorted(versions, key=lambda one: one["at"], reverse=True)
    assert versions[0]["etag"] == there.get().headers["ETag"]
    old = there.get("?version=5")
    assert (old.text, old.headers["ETag"]) == ("max_files: 4\n", versions[-1]["etag"])
    assert_problem(there.get("?version=4"), 404, "not_found", "20 former")
    assert_problem(there.get("?version=last"), 400, "bad_option")
    # The same text again is no change.
    there.set("max_files: 24\n")
    assert there.history() == versions


def test_what_an_operator_wrote_is_a_version_too(settings):
    there = settings(TEXT)
    first = there.history()
    assert [(one["version"], one["by"], one["current"]) for one in first] == [(None, None, True)]
    there.set("ocr: off\n")
    there.write("ocr: force\n")
    there.set("ocr: auto\n")
    assert [(one["version"], one["by"]) for one in there.history()] == [(4, "root"), (3, None), (2, "root"), (1, None)]
    assert there.get("?version=1").text == TEXT and there.get("?version=3").text == "ocr: force\n"


def test_only_admins_change_settings(settings):
    there = settings(TEXT)
    tag = there.get().headers["ETag"]
    assert there.get(headers=bearer("alice")).text == TEXT
    refused = there.put("ocr: off\n", headers=bearer("alice"), If_Match=tag)
    assert_problem(refused, 403, "forbidden", "admin", "docket_settings anyone")
    assert_problem(there.put("ocr: off\n", query="?dry_run=1", headers=bearer("alice"), If_Match=tag), 403, "forbidden")
    assert_problem(there.docket.get("/settings"), 401, "unauthorized")
    assert_problem(there.docket.request("PUT", "/settings", data="ocr: off\n", headers={"If-Match": tag}), 401, "unauthorized")
    assert there.get().text == TEXT


def test_where_clients_are_not_distinguished(settings):
    there = settings(TEXT, tokens=False)
    assert there.get().text == TEXT
    assert_problem(there.put("ocr: off\n"), 403, "forbidden", "not distinguished")


def test_owners_have_no_scopes(settings):
    there = settings(TEXT, tokens=False, location="docket_owner $http_x_user;")
    there.headers = {"X-User": "root"}
    assert_problem(there.put("ocr: off\n"), 403, "forbidden")


def test_anyone_may_where_the_location_says_so(settings):
    there = settings(TEXT, tokens=False, anyone=True, location="docket_owner $http_x_user;")
    there.headers = {"X-User": "carol"}
    there.set("ocr: off\n")
    assert there.history()[0]["by"] == "carol"
    there.headers = {}
    assert_problem(there.docket.get("/settings"), 401, "unauthorized")


def test_methods_and_pages_of_other_origins(settings):
    there = settings(TEXT, location="docket_cors https://app.example;")
    answer = there.docket.request("OPTIONS", "/settings")
    assert (answer.status_code, answer.headers["Allow"]) == (204, "GET, HEAD, PUT, OPTIONS")
    for method in ("POST", "DELETE", "PATCH"):
        answer = there.docket.request(method, "/settings", headers=there.headers, data="x")
        assert_problem(answer, 405, "method_not_allowed")
    preflight = there.docket.request("OPTIONS", "/settings", headers={
        "Origin": "https://app.example", "Access-Control-Request-Method": "PUT"})
    assert "PUT" in preflight.headers["Access-Control-Allow-Methods"]
    assert "If-Match" in preflight.headers["Access-Control-Allow-Headers"]
    assert_problem(there.put("ocr: off\n", headers={"Origin": "https://evil.example"}), 403, "cross_origin")
    assert there.put("ocr: off\n", headers={"Origin": "https://app.example"}).status_code == 200


def test_a_folder_that_workers_may_not_write(settings, settings_folder):
    there = settings(TEXT)
    if not there.docket.user or there.docket.user == "root":
        pytest.skip("the workers may write everywhere")
    settings_folder.chmod(0o555)
    import shutil
    shutil.chown(settings_folder, "root")
    assert_problem(there.put("ocr: off\n"), 503, "store_unavailable", "user of nginx's workers")
    assert there.get().text == TEXT


