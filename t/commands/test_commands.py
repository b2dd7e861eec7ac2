"""docket_command: what a program is given, and what becomes of what it leaves and says."""
import hashlib
import json
import re

import pytest

import documents
from built import wait_for
from client import assert_problem
from command_jobs import files_of, run, submit

SHOW = """#!/usr/bin/python3
import json, os, sys
folder = os.environ["DOCKET_INPUT_DIR"]
files = json.load(open(folder + "/files.json"))
json.dump({"arguments": sys.argv[1:], "environment": dict(os.environ), "files": files, "folder": os.getcwd(),
           "contents": [open(file["path"], "rb").read().decode() for file in files],
           "fields": json.load(open(os.environ["DOCKET_FIELDS"])),
           "settings": json.load(open(os.environ["DOCKET_SETTINGS"])),
           "descriptors": sorted(int(name) for name in os.listdir("/proc/self/fd"))[:-1],
           "tmp": os.path.isdir(os.environ["TMPDIR"])},
          open(os.environ["DOCKET_OUTPUT_DIR"] + "/result.json", "w"))
"""


def test_a_program_is_given_files_and_fields(command):
    docket = command(SHOW, '"$arg_x" "a b"')
    job, status = run(docket, [("a.txt", b"alpha"), ("../../b b.txt", b"beta")],
                      {"name": "Ada", "formats": "text", "lines": ["1", "2"]}, path="/run?x=;touch%20/tmp/no")
    seen = docket.result(job, "result").json()
    assert seen["arguments"] == [";touch%20/tmp/no", "a b"]
    assert [file["name"] for file in seen["files"]] == ["a.txt", "../../b b.txt"]
    assert [file["path"].rsplit("/", 2)[1:] for file in seen["files"]] == [["in", "0"], ["in", "1"]]
    assert [file["size"] for file in seen["files"]] == [5, 4]
    assert seen["files"][0]["sha256"] == hashlib.sha256(b"alpha").hexdigest()
    assert seen["files"][0]["type"] == "application/octet-stream"
    assert seen["contents"] == ["alpha", "beta"]
    # What is an option of documents is a field here.
    assert seen["fields"] == status["fields"] == {"name": "Ada", "formats": "text", "lines": ["1", "2"]}
    assert seen["settings"] == {} and seen["tmp"]
    environment = seen["environment"]
    assert environment["DOCKET_JOB_ID"] == job
    assert set(environment) - {"LC_CTYPE"} == {
        "PATH", "LANG", "HOME", "TMPDIR", "DOCKET_JOB_ID", "DOCKET_INPUT_DIR", "DOCKET_FIELDS", "DOCKET_SETTINGS",
        "DOCKET_OUTPUT_DIR"}
    assert seen["folder"] == environment["HOME"] and environment["DOCKET_INPUT_DIR"] == seen["folder"] + "/in"
    assert seen["descriptors"] == [0, 1, 2, 3]
    assert [file["status"] for file in status["files"]] == ["completed", "completed"]
    base = f"/result/{job}/"
    assert status["results"] == {"result": base + "result", "files": base + "files", "log": base + "log"}
    assert not list((docket.store / "work").iterdir())


def test_a_trace_goes_on(command):
    docket = command("echo $DOCKET_TRACEPARENT")
    parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    job, _ = run(docket, headers={"traceparent": parent})
    assert docket.result(job, "result").text.startswith("00-4bf92f3577b34da6a3ce929d0e0e4736-")


@pytest.mark.parametrize("arguments", [{"fields": {"a": "1"}}, {}, {"headers": {"Content-Length": "0"}}])
def test_fields_without_files_make_a_job(command, arguments):
    docket = command("cat $DOCKET_FIELDS; ls $DOCKET_INPUT_DIR")
    job, status = run(docket, **arguments)
    assert status["files"] == [] and status["filename"] is None
    fields = json.dumps(arguments.get("fields", {}), separators=(",", ":"))
    assert docket.result(job, "result").text == f"{fields}fields.json\nfiles.json\nsettings.json\n"


def test_a_body_is_a_file_whatever_it_is(command):
    docket = command("cat $DOCKET_INPUT_DIR/0")
    answer = docket.request("PUT", "/run", data=b"\0\1\2", headers={"Content-Disposition": 'attachment; filename="x.bin"'})
    job = answer.json()["job_id"]
    assert docket.finish(job)["filename"] == "x.bin"
    assert docket.result(job, "result").content == b"\0\1\2"


def test_progress_is_told_while_it_runs(command, open_folder):
    gate = open_folder / "gate"
    docket = command(f"""echo '{{"processed": 3, "total": 10, "message": "third \\u00e4"}}' >&3
echo nonsense >&3; printf '{{"processed": -1}}\\n{{"processed": 99999999999999999999, "total": 3}}\\n\\377\\n' >&3
while [ ! -e {gate} ]; do sleep 0.05; done
echo 9/10 >&3
""", location=f"docket_command_paths {open_folder};")
    job = submit(docket)
    status = wait_for(lambda: s if (s := docket.status(job))["processed_pages"] == 3 else None, 20)
    assert (status["message"], status["total_pages"], status["percent_complete"]) == ("third ä", 10, 30)
    short = docket.get(f"/result/{job}/status?dialect=progress").json()
    assert (short["state"], short["processed"], short["length_of_work"]) == ("running", 3, 10)
    gate.touch()
    status = docket.finish(job)
    assert (status["processed_pages"], status["total_pages"], status["percent_complete"]) == (10, 10, 100)
    assert status["message"] == "Completed."


@pytest.mark.parametrize("end, limit, code, tries, mentions", [
    ("exit 3", "", "command_failed", 1, ["exit code 3: first\nlast words"]),
    ("exit 65", "", "command_failed", 1, ["exit code 65: first\nlast words"]),
    ("exit 75", "", "command_failed", 2, ["exit code 75: first\nlast words", "given up after 2 tries"]),
    ("kill -SEGV $$", "", "command_failed", 2, ["SIGSEGV"]),
    ("while :; do :; done", "docket_cpu_limit 1s;", "timeout", 1, ["1 s of processor time (docket_cpu_limit)"]),
    ("sleep 60", "docket_unit_timeout 1s;", "timeout", 2, ["1 s (docket_unit_timeout)"]),
])
def test_how_a_program_ends(command, end, limit, code, tries, mentions):
    docket = command(f"echo first; echo last words >&2; {end}", location=limit)
    job, status = run(docket, [("a", b"x")], expect="failed")
    assert status["error"]["code"] == code and status["attempts"] == tries
    for mention in mentions:
        assert mention in status["error_message"], status
    assert status["files"][0]["status"] == "failed"
    assert_problem(docket.get(f"/result/{job}/result"), 422, code)
    assert_problem(docket.get(f"/result/{job}/files"), 422, code)
    assert docket.result(job, "log").text == "first\nlast words\n"
    assert set(status["results"]) == {"log"}


def test_messages_name_files_as_they_are_below_the_jobs_folder(command):
    docket = command("echo cannot read $DOCKET_INPUT_DIR/0 nor $TMPDIR/x in $PWD; exit 3")
    _, status = run(docket, [("a", b"x")], expect="failed")
    assert status["error_message"] == "exit code 3: cannot read in/0 nor tmp/x in .", status


def test_a_program_that_wants_another_try_gets_it(command, open_folder):
    mark = open_folder / "mark"
    open_folder.chmod(0o777)
    docket = command(f"[ -e $DOCKET_INPUT_DIR/0 ] || exit 9; echo $$ >> $DOCKET_OUTPUT_DIR/pid; "
                     f"[ -e {mark} ] || exit 75", location=f"docket_command_paths {open_folder};")
    job = submit(docket, [("a", b"x")])
    wait_for(lambda: docket.status(job)["attempts"] == 2 or docket.status(job)["final"], 20)
    docket.finish(job, expect="failed")
    mark.touch()
    job, status = run(docket, [("a", b"x")])
    assert status["attempts"] == 1 and files_of(docket, job) == ["pid", "stdout"]


def test_outputs_have_their_names(command):
    docket = command("""cd $DOCKET_OUTPUT_DIR; mkdir -p a/b; echo deep > "a/b/c #1.txt"; echo '<b>' > x.html
printf '%s' '{"ok":1}' > result.json; : > empty; echo not this""")
    job, _ = run(docket)
    listed = docket.result(job, "files").json()
    assert listed["job_id"] == job and listed["status"] == "completed" and listed["count"] == 4
    assert [(file["name"], file["size"]) for file in listed["files"]] == [
        ("a/b/c #1.txt", 5), ("empty", 0), ("result.json", 8), ("x.html", 4)]
    for file in listed["files"]:
        assert len(docket.get(file["url"]).content) == file["size"]
    answer = docket.result(job, "result")
    assert answer.json() == {"ok": 1} and answer.headers["Content-Type"] == "application/json"
    assert answer.content == docket.result(job, "files/result.json").content
    again = docket.get(f"/result/{job}/result", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    part = docket.get(f"/result/{job}/files/a/b/c%20%231.txt", headers={"Range": "bytes=1-2"})
    assert part.status_code == 206 and part.content == b"ee"
    page = docket.result(job, "files/x.html")
    assert page.headers["Content-Disposition"].startswith("attachment")
    assert page.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert docket.request("HEAD", f"/result/{job}/files/empty").headers["Content-Length"] == "0"
    head = docket.request("HEAD", f"/result/{job}/files")
    assert head.status_code == 200 and head.headers["Content-Type"] == "application/json"
    assert "Content-Length" not in head.headers, "the list is not made to be thrown away"
    for name in ("none", "a/b", "a", "..%2f..", "a/b/c%20%231.txt/", "stdout"):
        assert docket.get(f"/result/{job}/files/{name}").status_code == 404, name


def test_without_a_result_it_is_standard_output(command):
    docket = command("echo out; echo err >&2; echo x > $DOCKET_OUTPUT_DIR/other")
    job, _ = run(docket)
    assert docket.result(job, "result").text == "out\n"
    assert files_of(docket, job) == ["other", "stdout"]


def test_only_regular_files_are_outputs(command, open_folder):
    secret = open_folder / "secret"
    secret.write_text("secret")
    docket = command(f"""cd $DOCKET_OUTPUT_DIR; ln -s /etc/passwd passwd; ln -s {secret} secret; ln -s .. up
ln /etc/passwd hard; ln $DOCKET_INPUT_DIR/0 input; mkfifo pipe; mkdir -m 0 closed; echo good > good; ln -s good result.txt; exit 0""")
    job, _ = run(docket, [("a", b"x")])
    assert files_of(docket, job) == ["good", "stdout"]


@pytest.mark.parametrize("leaves, mention", [
    ("i=0; while [ $i -lt 1001 ]; do : > $i; i=$((i+1)); done", "more than 1000 files"),
    ("i=0; while [ $i -lt 40 ]; do mkdir d; cd d; i=$((i+1)); done", "16 deep"),
    ("head -c 70000 /dev/zero > a; head -c 70000 /dev/zero > b", "docket_command_output"),
    ("head -c 200000 /dev/zero > a; sleep 60", "docket_command_output"),
    ("seq -f d%g 10001 | xargs mkdir", "more than 10000 files and folders"),
    ("seq -f %0200g 660 | xargs touch", "131072 bytes"),
])
def test_what_is_left_has_limits(command, leaves, mention):
    docket = command(f"cd $DOCKET_OUTPUT_DIR; {leaves}; true", location="docket_command_output 100k;")
    _, status = run(docket, expect="failed")
    assert status["error"]["code"] == "command_failed" and status["attempts"] == 1
    assert mention in status["error_message"] or "SIGXFSZ" in status["error_message"], status["error_message"]
    wait_for(lambda: not list((docket.store / "work").iterdir()), 10)


def test_standard_output_is_a_result_as_a_whole_or_none(command):
    docket = command("""yes | head -c $(grep -o '[0-9]*' $DOCKET_FIELDS)
[ "$1" = "" ] || echo short > $DOCKET_OUTPUT_DIR/$1""", "$arg_name",
                     location="docket_command_log 8k; docket_command_output 100k;")
    job, _ = run(docket, fields={"n": "102400"})
    assert docket.result(job, "result").content == b"y\n" * 51200
    _, status = run(docket, fields={"n": "102401"}, expect="failed")
    assert status["error"]["code"] == "command_failed" and "docket_command_output" in status["error_message"]
    _, status = run(docket, fields={"n": "102400"}, path="/run?name=other", expect="failed")
    assert "docket_command_output" in status["error_message"], "both are kept"
    job, _ = run(docket, fields={"n": "1000000"}, path="/run?name=result.txt")
    assert docket.result(job, "result").content == b"short\n"


def test_each_file_can_have_a_run_of_its_own(command):
    docket = command("""echo working on $DOCKET_FILE; ls $DOCKET_INPUT_DIR
grep -q bad $DOCKET_FILE && { echo it is bad; exit 65; }; cp $DOCKET_FILE $DOCKET_OUTPUT_DIR/result.txt""", "per=file")
    job, status = run(docket, [("a.txt", b"one"), ("b.txt", b"bad"), ("c.txt", b"three")])
    assert [file["status"] for file in status["files"]] == ["completed", "failed", "completed"]
    assert status["files"][1]["error"]["code"] == "command_failed"
    assert status["warnings"][0]["file"] == 1 and "it is bad" in status["warnings"][0]["detail"]
    assert files_of(docket, job) == ["0/result.txt", "2/result.txt"]
    assert docket.result(job, "files/2/result.txt").text == "three"
    assert_problem(docket.get(f"/result/{job}/files/1/result.txt"), 404, "not_found")
    assert status["results"]["result"] == f"/result/{job}/result"
    assert docket.result(job, "result").json() == docket.result(job, "files").json(), "the results are several"
    answer = docket.request("POST", "/run", files=[("data", ("a", b"1")), ("data", ("b", b"2"))], data={"return": "result"})
    assert answer.status_code == 200, answer.text
    assert [file["name"] for file in answer.json()["files"]] == ["0/result.txt", "1/result.txt"]
    assert "it is bad" in docket.result(job, "log?file=1").text
    assert re.search(r"working on \S+/in/2\n2\nfields.json\n", docket.result(job, "log?file=2").text)
    one, status = run(docket, [("a.txt", b"one")])
    assert docket.result(one, "result").text == "one"
    _, status = run(docket, [("a.txt", b"bad"), ("b.txt", b"bad")], expect="failed")
    assert status["error"]["code"] == "command_failed"


def test_the_answer_can_wait_for_the_end(command):
    docket = command("echo done")
    answer = docket.request("POST", "/run?wait=20", data={"a": "b"})
    assert answer.status_code == 200 and answer.json()["status"] == "completed"
    job = answer.json()["job_id"]
    assert docket.result(job, "result?wait=5").text == "done\n"


def test_the_answer_can_be_the_result(command):
    docket = command("cat $DOCKET_FIELDS; [ $(cat $DOCKET_FIELDS) != '{\"n\":\"1\"}' ] || exit 3")
    answer = docket.request("POST", "/run", data={"return": "result", "n": "2"})
    assert answer.status_code == 200 and answer.json() == {"n": "2"}
    assert answer.headers["Content-Location"].endswith("/result")
    assert docket.get(answer.headers["Content-Location"]).content == answer.content
    assert_problem(docket.request("POST", "/run", data={"return": "result", "n": "1"}), 422, "command_failed")
    assert_problem(docket.request("POST", "/run", data={"return": "markdown"}), 400, "bad_option", "result")


def test_options_are_fields_unless_they_are_allowed(command):
    docket = command("cat $DOCKET_FIELDS", location="docket_options priority;")
    job, status = run(docket, fields={"priority": "1", "pages": "1-3", "password": "x"})
    assert docket.result(job, "result").json() == {"pages": "1-3", "password": "x"}
    assert_problem(docket.request("POST", "/run", data={"priority": "99"}), 400, "bad_option")


def test_defaults_of_documents_do_not_harm_commands(command):
    docket = command("cat $DOCKET_FIELDS", http="docket_defaults formats=text return=text raw=1 ocr=off priority=7;")
    job, status = run(docket, fields={"a": "1"})
    assert docket.result(job, "result").json() == status["fields"] == {"a": "1"}


def test_pages_of_other_origins_may_use_a_command(command):
    docket = command("true", location="docket_cors https://app.example;")
    origin = {"Origin": "https://app.example"}
    preflight = docket.request("OPTIONS", "/run", headers={**origin, "Access-Control-Request-Method": "POST"})
    assert preflight.status_code == 204 and preflight.headers["Access-Control-Allow-Methods"] == "POST, PUT"
    assert docket.request("OPTIONS", "/run").headers["Allow"] == "POST, PUT, OPTIONS"
    assert docket.get("/run").status_code == 405
    answer = docket.request("POST", "/run", data={"a": "b"}, headers=origin)
    assert answer.status_code == 202 and answer.headers["Access-Control-Allow-Origin"] == "https://app.example"
    assert docket.request("POST", "/run", headers={"Origin": "https://other.example"}).status_code == 403


def test_every_job_is_a_run_of_its_own(command):
    docket = command("cat $DOCKET_FIELDS; date +%N", http="docket_dedupe on;")
    jobs = [run(docket, [("a", b"x")], {"n": "1"})[0] for _ in range(2)]
    assert docket.result(jobs[0], "result").text != docket.result(jobs[1], "result").text


def test_a_key_makes_one_job(command):
    docket = command("cat $DOCKET_FIELDS", "$arg_x")
    key = {"Idempotency-Key": '"one"'}
    assert submit(docket, fields={"a": "1"}, headers=key) == submit(docket, fields={"a": "1"}, headers=key)
    assert_problem(docket.request("POST", "/run", data={"a": "2"}, headers=key), 422, "key_reused")
    assert_problem(docket.request("POST", "/run?x=1", data={"a": "1"}, headers=key), 422, "key_reused")


def test_inputs_that_are_not_kept_go_with_the_end(command):
    docket = command("cat $DOCKET_INPUT_DIR/0", location="docket_keep_input off;")
    job, _ = run(docket, [("a", b"x")])
    assert docket.result(job, "result").text == "x"
    assert_problem(docket.get(f"/result/{job}/input/0"), 404, "not_found", "docket_keep_input")
    wait_for(lambda: not list((docket.store / "spool").rglob(job + ".in.*")), 10)


def test_jobs_of_documents_have_no_files(command):
    docket = command("true")
    job = docket.submit(documents.text_pdf(1))
    docket.finish(job)
    for what in ("result", "files", "files/a", "log"):
        assert_problem(docket.get(f"/result/{job}/{what}"), 404, "not_found")
    command_job, _ = run(docket)
    for what in ("markdown", "text", "images", "pages/1/text"):
        assert_problem(docket.get(f"/result/{command_job}/{what}"), 404, "not_found", "run of a command", "files", "log")


@pytest.mark.parametrize("size, files", [(1, 2), (10_000, 3)])
def test_a_job_is_removed_with_all_it_left(command, size, files):
    docket = command(f"echo log; head -c {size} /dev/zero > $DOCKET_OUTPUT_DIR/a")
    job, _ = run(docket, [("a", b"x")])
    assert docket.result(job, "files/a").content == bytes(size)
    wait_for(lambda: len(list((docket.store / "spool").rglob(job + "*"))) == files, 10, "input, log, and a large result")
    assert docket.request("DELETE", f"/result/{job}").status_code == 200
    wait_for(lambda: not list((docket.store / "spool").rglob(job + "*")), 10)
    for what in ("status", "result", "files", "log"):
        assert docket.get(f"/result/{job}/{what}").status_code == 404


@pytest.mark.parametrize("directive, mention", [
    ("docket_command /usr/bin;", "no such program"),
    ("docket_command /bin/true per=page;", "per=job or per=file"),
    ("docket_command /bin/true a per= network=on;", "per=job or per=file"),
    ("docket_command /bin/true network=maybe;", "network=on or network=off"),
    ("docket_command /bin/true pool=;", "pool=NAME"),
    ("docket_command /bin/true workers=0;", "workers=N"),
    ("docket_command /bin/true workers=;", "workers=N"),
])
def test_mistakes_of_docket_command_name_their_line(start, directive, mention):
    docket = start()
    docket.configure(locations=f"location = /run {{ {directive} }} location /result/ {{ docket_result; }}")
    code, said = docket.check_conf()
    assert code != 0 and mention in said and re.search(r" in \S+\.conf:\d+", said), said


@pytest.mark.parametrize("directive, mention", [
    ("docket_command bin/true;", "absolute path"),
    ("docket_command /no/such/program;", "no such program"),
    ("docket_command /bin/$host;", "variables may stand in the arguments"),
    ("docket_command /bin/true; docket_upload;", "has a handler already"),
    ("docket_command /bin/true; proxy_pass http://127.0.0.1:1;", "handler of another module"),
    ("docket_command /bin/true; docket_command_paths a/b;", "absolute paths"),
    ("docket_command /bin/true; docket_command_log 1;", "docket_command_log"),
    ("docket_command /bin/true $nosuchvariable;", "nosuchvariable"),
])
def test_mistakes_are_found_by_nginx_t(start, directive, mention):
    docket = start()
    docket.configure(locations=f"location = /run {{ {directive} }} location /result/ {{ docket_result; }}")
    code, said = docket.check_conf()
    assert code != 0 and mention in said, said
    docket.configure(locations="location = /run { docket_command /bin/true; }")
    code, said = docket.check_conf()
    assert code != 0 and "docket_command" in said and "docket_result" in said, said
