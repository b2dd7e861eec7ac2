"""docket_settings_file: what it changes of jobs, when, and what it does not."""
import json
import threading

import pytest
import requests

import documents
from built import wait_for
from client import assert_problem
from docket import LOCATIONS

PDF = documents.text_pdf(1)
PROBLEM = {"line": 1, "column": 10, "path": "formats", "message": "expected a list; known formats are markdown, text, json, "
           "hocr, markdown_det, images, png, pdf, layout_pdf, html"}

REPORT = """#!/usr/bin/python3
import json, os
with open(os.path.join(os.environ["DOCKET_OUTPUT_DIR"], "result.json"), "w") as out:
    out.write(open(os.environ["DOCKET_SETTINGS"]).read())
"""
STAYS = """#!/usr/bin/python3
import json, os, sys
for line in sys.stdin:
    os.write(3, (json.dumps({"done": True, "result": json.loads(line)["settings"]}) + "\\n").encode())
"""


def formats_of(docket, **arguments):
    """The formats of a new job."""
    job = docket.submit(PDF, **arguments)
    return sorted(docket.finish(job)["results"])


def test_settings_lie_over_the_configuration_and_below_the_client(settings):
    there = settings("formats: [text]\n", http="docket_formats json; docket_options formats;")
    assert formats_of(there.docket) == ["text"]
    assert formats_of(there.docket, fields={"formats": "markdown"}) == ["markdown"]
    there.set("options: [languages]\n")
    assert formats_of(there.docket) == ["json"], "what is not set is the configuration's"
    assert_problem(there.docket.upload(PDF, fields={"formats": "text"}), 403, "forbidden_option")


def test_limits_and_types_are_those_in_force(settings):
    there = settings("max_files: 1\ntypes: [png]\nexpire: 1h\noptions: [expire]\n")
    docket = there.docket
    assert_problem(docket.upload(PDF), 415, "unsupported_type", "(png; docket_types")
    there.set("max_files: 1\nmax_fields: 10\nexpire: 1h\noptions: [expire]\n")
    two = [("file", ("a.pdf", PDF)), ("file", ("b.pdf", PDF))]
    assert_problem(docket.request("POST", "/jobs", files=two), 413, "too_many_files")
    assert_problem(docket.upload(PDF, fields={"note": "x" * 20}), 413, "too_many_fields")
    assert_problem(docket.upload(PDF, fields={"expire": "2h"}), 400, "bad_option", "3600 s at most")
    there.set("max_pages: 1\n")
    job = docket.submit(documents.text_pdf(2))
    assert docket.finish(job, expect="failed")["error"]["code"] == "too_many_pages"
    # Times are in the record, too.
    there.set("expire: 1h\nkeep_input: false\n")
    job = docket.submit(PDF)
    status = docket.finish(job)
    lifetime = requests.get(docket.url + f"/result/{job}/status", timeout=60).json()
    assert lifetime["expires_at"][:10] >= status["completed_at"][:10]
    docket.result(job, "input", expect=404)
    there.set("priority: 3\nocr: off\n")
    scan = docket.submit(documents.tiff([documents.scan_page(1, dpi=100)], dpi=100), name="scan.tif")
    docket.finish(scan)
    assert docket.result(scan, "text?raw=1").text.strip() == ""


def test_all_workers_see_a_change(settings):
    there = settings("formats: [text]\n", workers=4)
    for formats in (["json"], ["markdown"], ["hocr", "text"]):
        there.set(f"formats: {json.dumps(formats)}\n")
        # Each request is a connection of its own, which any of the workers takes.
        wait_for(lambda formats=formats: all(sorted(there.effective("formats")) == formats for _ in range(24)), 10)
        assert all(formats_of(there.docket) == formats for _ in range(4))


def test_a_job_keeps_what_it_was_accepted_with(settings):
    there = settings("formats: [text]\n", main="", http="docket_concurrency 1;")
    with there.docket.standing_still():
        waiting = there.docket.submit(PDF)
        there.set("formats: [json]\nmax_pages: 1\n")
    assert sorted(there.docket.finish(waiting)["results"]) == ["text"]


def test_a_file_edited_by_hand_is_read_again(settings):
    there = settings("formats: [text]\n")
    there.write("formats: [json]\n")
    wait_for(lambda: there.effective("formats") == ["json"], 10)
    there.write("formats: [markdown]\n", whole=False)
    wait_for(lambda: there.effective("formats") == ["markdown"], 10)
    there.path.unlink()
    wait_for(lambda: there.json()["effective"]["formats"]["from"] == "default", 10)
    wait_for(lambda: formats_of(there.docket) == ["json", "markdown", "text"], 10)


def test_a_broken_file_leaves_the_last_good_one_in_force(settings):
    # One worker: another may have had no second to see what was in force in between.
    there = settings("formats: [text]\n", workers=1)
    docket = there.docket
    assert docket.get("/health").json()["settings"] == {"problems": []}
    there.write("formats: text\n")
    wait_for(lambda: there.json()["problem"], 10)
    body = there.json()
    assert body["problem"] == PROBLEM and body["text"] == "formats: text\n"
    assert body["effective"]["formats"]["value"] == ["text"] and formats_of(docket) == ["text"]
    assert there.get().text == "formats: text\n", "so that it can be mended"
    healths = wait_for(lambda: all_same([docket.get("/health") for _ in range(8)]), 10)
    assert healths.status_code == 200
    assert healths.json()["settings"] == {"problems": [{"file": "settings.yaml", **PROBLEM}]}
    assert "formats: expected a list" in docket.error_log.read_text()
    there.set("formats: [json]\n")
    wait_for(lambda: all(docket.get("/health").json()["settings"] == {"problems": []} for _ in range(8)), 10)
    assert formats_of(docket) == ["json"]
    # What cannot be read at all.
    there.write("#" * 70000)
    wait_for(lambda: there.json()["problem"], 10)
    assert there.json()["text"] is None and "64 KB" in there.json()["problem"]["message"]
    assert_problem(there.get(), 503, "store_unavailable", "64 KB")
    assert formats_of(docket) == ["json"]


def all_same(answers):
    """One of the answers, once all tell of a problem: all workers have read the file."""
    return answers[0] if all(answer.json()["settings"]["problems"] for answer in answers) else None


def test_a_location_may_have_none(settings):
    locations = LOCATIONS + "location = /plain { docket_upload; docket_settings_file none; docket_formats json; }"
    there = settings("formats: [text]\n", locations=locations)
    assert formats_of(there.docket) == ["text"]
    assert formats_of(there.docket, path="/plain") == ["json"]
    assert "settings" in there.docket.get("/health").json()


def test_without_a_file_health_is_as_ever(docket):
    assert "settings" not in docket.get("/health").json()


@pytest.mark.parametrize("after, text", [("", REPORT), ("workers=1", STAYS)], ids=["started", "stays"])
def test_a_command_gets_its_own_map(settings, open_folder, after, text):
    program = open_folder / "program"
    program.write_text(text)
    program.chmod(0o755)
    there = settings("command:\n  model: large # the best\n  steps: [1, 2.5, no, 'yes', true, null]\n  deep: {a: {b: ü}}\n",
                     locations=LOCATIONS + f"location = /run {{ docket_command {program} {after}; }}")

    def run():
        answer = there.docket.request("POST", "/run")
        assert answer.status_code == 202, answer.text
        there.docket.finish(answer.json()["job_id"])
        return there.docket.result(answer.json()["job_id"], "result").json()
    assert run() == {"model": "large", "steps": [1, 2.5, "no", "yes", True, None], "deep": {"a": {"b": "ü"}}}
    there.set("ocr: off\n")
    assert run() == {}
    there.set("command: {}\n")
    assert run() == {}


def test_defaults_of_locations_go_with_it(settings):
    locations = LOCATIONS + "location = /md { docket_upload; docket_defaults return=markdown expire=12h; }"
    there = settings("formats: [markdown]\n", locations=locations)
    refused = there.put("ocr: off\nformats: [json]\n")
    assert_problem(refused, 400, "bad_settings", "docket_defaults")
    assert (refused.json()["errors"][0]["line"], refused.json()["errors"][0]["path"]) == (2, "formats")
    assert f"in {there.docket.conf}:" in refused.json()["errors"][0]["message"]
    assert_problem(there.put("expire: 1h\n"), 400, "bad_settings", "docket_defaults")
    assert there.put("expire: 1d\n").status_code == 200


@pytest.mark.long
def test_of_a_hundred_at_once_one_wins_each_round(settings):
    there = settings("round: 0\n".replace("round", "max_files").replace("0", "1"), workers=4)
    rounds, writers = 3, 100
    accepted = [there.path.read_text()]
    for number in range(1, rounds + 1):
        tag = there.get().headers["ETag"]
        answers = [None] * writers
        begin = threading.Barrier(writers)

        def put(index, number=number, tag=tag, answers=answers, begin=begin):
            text = f"# {index} in round {number}\nmax_files: {index + 1}\n"
            begin.wait()
            answers[index] = (there.put(text, If_Match=tag).status_code, text)
        threads = [threading.Thread(target=put, args=(index,)) for index in range(writers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(code for code, _ in answers) == [200] + [412] * (writers - 1)
        accepted += [text for code, text in answers if code == 200]
        assert there.get().text == accepted[-1]
    versions = there.history()
    assert [there.get(f"?version={one['version']}").text for one in versions] == accepted[::-1]
