"""docket_command workers=N: programs that stay, and the Python module for them."""
import json
import os
import signal
from pathlib import Path

import pytest

from built import ROOT, wait_for
from command_jobs import files_of, run, submit

MODULE = ROOT / "src" / "python"

# Says who it is, and does what the fields want.
BACKEND = f"""#!/usr/bin/python3
import sys
sys.path.insert(0, "{MODULE}")
import os, time
from docket_backend import Backend, file_return, progress
print("loaded")
token = os.urandom(8).hex()  # pids may be those of a namespace
count = 0
kept = {{}}
def p(text, data):
    global count
    count += 1
    print("job", count)
    what = text.get("what")
    if what == "die":
        os._exit(3)
    if what == "raise":
        raise ValueError("no such thing")
    if what == "hang":
        time.sleep(1000)
    if what == "rubbish":
        os.write(3, b'{{"done": true}}\\n{{"done": true}}\\n')
        time.sleep(1000)
    if what == "late":  # one that has been left behind tells of the progress of its job when the next one is there
        late, go = os.pipe()
        if os.fork() == 0:
            os.read(late, 1)
            progress(7, 8)
            os._exit(0)
        kept["go"] = go
        return None
    if what == "later":
        progress(1, 1)
        os.write(kept["go"], b"x")
        os.wait()
        return "done"
    if what == "value":
        return eval(text["value"])
    if what == "line":
        os.write(3, eval(text["line"]) + b"\\n")
        time.sleep(1000)
    if what == "bad name":
        raise OSError("no file a\\udcff")
    if what == "bad value":
        return {{1, 2}}
    if what == "file":
        with open(os.environ["TMPDIR"] + "/file.txt", "w") as file:
            file.write("a file")
        return file_return(os.environ["TMPDIR"] + "/file.txt")
    if what == "nothing":
        return None
    if what == "progress":
        progress(1, 4, "one of four")
        while not os.path.exists(text["gate"]):
            time.sleep(0.02)
    for file in data:
        file.save(os.environ["TMPDIR"] + "/copy")
        assert open(os.environ["TMPDIR"] + "/copy", "rb").read() == file.read()
    return {{"token": token, "count": count, "text": text, "files": [[f.filename, f.read().decode()] for f in data]}}
"""


@pytest.fixture
def backend(command, open_folder):
    """A function that starts a Docket with programs that stay."""
    def begin(workers=1, location="", text="Backend(p).run()\n", **parts):
        return command(BACKEND + text, f"workers={workers}",
                       location=f"docket_command_paths {MODULE} {open_folder}; {location}", **parts)
    return begin


def test_a_program_stays_for_the_next_job(backend):
    docket = backend()
    answers = []
    for number in range(3):
        job, status = run(docket, [("a b.txt", b"alpha")], {"n": str(number)})
        answers.append(docket.result(job, "result").json())
        assert status["fields"] == {"n": str(number)} and status["files"][0]["status"] == "completed"
        assert docket.result(job, "log").text == ("" if number else "loaded\n") + f"job {number + 1}\n"
    assert len({answer["token"] for answer in answers}) == 1
    assert [answer["count"] for answer in answers] == [1, 2, 3]
    assert answers[2]["text"] == {"n": "2"} and answers[2]["files"] == [["a b.txt", "alpha"]]
    assert files_of(docket, job) == ["result.json"]


def test_no_more_of_it_run_than_that(backend, open_folder):
    docket = backend(2)
    gate = open_folder / "gate"
    jobs = [submit(docket, fields={"what": "progress", "gate": str(gate)}) for _ in range(4)]
    wait_for(lambda: sum(docket.status(job)["processed_pages"] == 1 for job in jobs) == 2, 20)
    assert docket.get("/tasks?status=processing").json()["count"] == 2
    gate.touch()
    for job in jobs:
        docket.finish(job)
    tokens = {docket.result(job, "result").json()["token"] for job in jobs}
    assert len(tokens) == 2


def test_values_of_all_kinds_are_results(backend):
    docket = backend()
    job, _ = run(docket, fields={"what": "file"})
    assert files_of(docket, job) == ["result.txt"] and docket.result(job, "result").text == "a file"
    job, _ = run(docket, fields={"what": "nothing"})
    assert docket.result(job, "result").json() is None


@pytest.mark.parametrize("what, mention, tries", [
    ("raise", "ValueError: no such thing", 1),
    ("bad value", "TypeError", 1),
    ("bad name", "OSError: no file a?", 1),
    ("die", "ended amid its job, with exit code 3", 2),
    ("rubbish", "", 2),
    ("hang", "docket_unit_timeout", 2),
])
def test_what_goes_wrong_costs_a_try_of_one_job(backend, what, mention, tries):
    docket = backend(location="docket_unit_timeout 2s;")
    _, status = run(docket, fields={"what": what}, expect=None if what == "rubbish" else "failed")
    if what != "rubbish":
        assert status["attempts"] == tries and mention in status["error_message"], status
    job, status = run(docket, fields={"a": "b"})
    assert docket.result(job, "result").json()["text"] == {"a": "b"}


def test_a_value_that_json_does_not_have_is_an_error_of_its_job(backend):
    docket = backend()
    for value, mention in (("float('nan')", "ValueError"), ("[{'a': float('-inf')}]", "ValueError"),
                           ("{'a': 'x' + chr(0xd800)}", "UnicodeEncodeError"), ("{chr(0xdfff): 1}", "UnicodeEncodeError"),
                           ("kept.setdefault('itself', kept)", "ValueError"), ("'x' * (17 << 20)", "as a file"),
                           ("__import__('functools').reduce(lambda a, _: [a], range(99999), [])", "RecursionError")):
        _, status = run(docket, fields={"what": "value", "value": value}, expect="failed")
        assert status["attempts"] == 1 and mention in status["error_message"], status
    job, status = run(docket, fields={"what": "value", "value": "'ä\U0001f600'"})
    assert docket.result(job, "result").json() == "ä\U0001f600"
    job, status = run(docket)
    assert docket.result(job, "result").json()["count"] == 9, "it is the same program all the time"


@pytest.mark.parametrize("line, mention", [
    ("b'{\"done\": true, \"result\": NaN}'", "no JSON"),
    ("b'{\"error\": \"' + bytes([255]) + b'\"}'", "no JSON"),
    ("b'{\"done\": true, \"result\": \"' + b'x' * (17 << 20) + b'\"}'", "16 MB"),
])
def test_an_answer_that_is_none_does_not_last_until_the_time_is_over(backend, line, mention):
    docket = backend(location="docket_unit_timeout 10m;")
    _, status = run(docket, fields={"what": "line", "line": line}, expect="failed")
    assert status["attempts"] == 2 and mention in status["error_message"], status


def test_single_jobs_have_valid_results_or_none(command):
    docket = command(BACKEND + "Backend(p).run()\n", location=f"docket_command_paths {MODULE};")
    for value in ("float('nan')", "chr(0xd800)"):
        _, status = run(docket, fields={"what": "value", "value": value}, expect="failed")
        assert "Error" in status["error_message"] and status["attempts"] == 1


def test_an_answer_too_many_costs_the_next_job_nothing(command):
    docket = command("""#!/usr/bin/python3
import json, os, signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for line in sys.stdin:
    n = json.loads(line)["fields"]["n"]
    os.write(3, (json.dumps({"done": True, "result": n}) + '\\n{"done": true, "result": "late"}\\n').encode())
    signal.pause()
""", "workers=1")
    for number in ("1", "2"):
        job, status = run(docket, fields={"n": number})
        assert docket.result(job, "result").json() == number and status["attempts"] == 1


def test_what_the_python_module_says_names_its_job(backend):
    docket = backend()
    run(docket, fields={"what": "late"})
    job, status = run(docket, fields={"what": "later"})
    assert docket.result(job, "result").json() == "done" and status["attempts"] == 1
    assert (status["processed_pages"], status["total_pages"]) == (1, 1)


RACE = """#!/usr/bin/python3
import json, os, sys, threading, time
def flip(out, target):
    end = time.monotonic() + 2
    while time.monotonic() < end:
        try:
            os.rename(out + "/d", out + "/e")
            os.symlink(target, out + "/d")
            os.unlink(out + "/d")
            os.rename(out + "/e", out + "/d")
        except OSError:
            return
for line in sys.stdin:
    job = json.loads(line)
    out = job["output_dir"]
    os.mkdir(out + "/d")
    name = os.path.basename(job["fields"]["path"])
    open(out + "/d/" + name, "w").write("own")
    open(out + "/a_big", "w").write("x" * 3000000)
    threading.Thread(target=flip, args=(out, os.path.dirname(job["fields"]["path"])), daemon=True).start()
    os.write(3, b'{"done": true}\\n')
"""


def test_a_program_that_lives_gets_at_nobody_elses_files(command, open_folder):
    secret = open_folder / "secret" / "file"
    secret.parent.mkdir(mode=0o755)
    secret.write_text("secret")
    docket = command(RACE, "workers=1")
    for _ in range(8):
        job, status = run(docket, fields={"path": str(secret)}, expect=None)
        if status["status"] == "completed":
            for name in files_of(docket, job):
                assert "secret" not in docket.result(job, f"files/{name}").text
        assert secret.read_text() == "secret"


def test_what_is_written_after_the_answer_changes_no_result(command, open_folder):
    gate = open_folder / "gate"
    docket = command("""#!/usr/bin/python3
import json, os, sys
kept = None
for line in sys.stdin:
    job = json.loads(line)
    if kept is None:
        kept = open(job["output_dir"] + "/kept.txt", "w")
        kept.write("first")
        kept.flush()
    else:
        kept.seek(0)
        kept.write("changed")
        kept.flush()
    os.write(3, b'{"done": true}\\n')
""", "workers=1", location=f"docket_command_paths {open_folder};")
    job, _ = run(docket)
    run(docket)
    assert docket.result(job, "files/kept.txt").text == "first" and not gate.exists()


def test_a_program_that_spoils_its_folder_costs_one_try(command):
    docket = command("""#!/usr/bin/python3
import json, os, shutil, sys
for line in sys.stdin:
    job = json.loads(line)
    if job["fields"].get("what") == "spoil":
        shutil.rmtree(job["output_dir"])
    os.write(3, b'{"done": true}\\n')
""", "workers=1")
    run(docket, fields={"what": "spoil"}, expect=None)
    run(docket)


def test_a_cancelled_job_ends_the_program_and_no_other_job(backend):
    docket = backend()
    job = submit(docket, fields={"what": "hang"})
    wait_for(docket.commands, 20)
    docket.request("POST", f"/result/{job}/cancel")
    again, _ = run(docket, fields={"a": "b"})
    assert docket.result(again, "result").json()["count"] == 1


def test_a_program_that_is_killed_costs_one_try(backend, open_folder):
    docket = backend()
    gate = open_folder / "gate"
    job = submit(docket, fields={"what": "progress", "gate": str(gate)})
    wait_for(lambda: docket.status(job)["processed_pages"] == 1, 20)
    program = next(pid for pid in docket.commands() if b"python3" in Path(f"/proc/{pid}/cmdline").read_bytes())
    os.kill(program, signal.SIGKILL)
    gate.touch()
    assert docket.finish(job)["attempts"] == 2


def test_a_new_version_of_the_program_is_used(backend, open_folder):
    docket = backend()
    run(docket)
    program = open_folder / "command"
    text = program.read_text().replace('print("job", count)', 'print("new job", count)')
    (open_folder / "new").write_text(text)
    (open_folder / "new").chmod(0o755)
    os.replace(open_folder / "new", program)
    job, _ = run(docket)
    assert docket.result(job, "log").text == "loaded\nnew job 1\n"


def test_temporary_files_are_counted_and_removed_between_jobs(command):
    docket = command("""#!/usr/bin/python3
import json, os, sys
for line in sys.stdin:
    before = sorted(os.listdir(os.environ["TMPDIR"]))
    for number in range(int(json.loads(line)["fields"]["files"])):
        with open(os.environ["TMPDIR"] + f"/file{number}", "w") as file:
            file.write("x" * 80000)
    os.write(3, (json.dumps({"done": True, "result": before}) + '\\n').encode())
""", "workers=1", location="docket_command_output 100k;")
    for _ in range(3):
        job, _ = run(docket, fields={"files": "1"})
        assert docket.result(job, "result").json() == []
    _, status = run(docket, fields={"files": "2"}, expect="failed")
    assert "temporary files included (docket_command_output)" in status["error_message"], status


def test_locations_that_start_it_alike_share_a_program(start, script, open_folder):
    program = script("command", BACKEND + "Backend(p).run()\n")
    docket = start(http="", locations="".join(
        f"location = /{name} {{ docket_command {program} {arguments} workers=1 pool=p; {directives} "
        f"docket_command_paths {MODULE} {open_folder}; }}\n"
        for name, arguments, directives in (("a", "x", "docket_unit_timeout 50s;"),
                                            ("b", "x", "docket_unit_timeout 60s; docket_attempts 3; docket_cpu_limit 7s;"),
                                            ("c", "$arg_y", ""), ("d", "x", "docket_memory_limit 1000m;")))
        + "location /result/ { docket_result; }\n")
    def token(path):
        job, _ = run(docket, path=path)
        return docket.result(job, "result").json()["token"]
    first = token("/a")
    assert token("/b") == first and token("/c?y=x") == first
    other = token("/c?y=z")
    assert other != first, "it was started with another argument"
    assert token("/d") != other


def test_programs_end_with_their_worker(backend):
    docket = backend(2)
    run(docket)
    assert docket.commands()
    docket.reload()
    wait_for(lambda: not docket.commands(), 20, "the old worker's programs")
    run(docket)
    docket.stop()
    assert not docket.commands() and not list((docket.store / "work").iterdir())
    docket.start()


def test_the_same_program_does_single_jobs(command):
    docket = command(BACKEND + "Backend(p).run()\n", location=f"docket_command_paths {MODULE};")
    job, _ = run(docket, [("a", b"x")], {"n": "1"})
    answer = docket.result(job, "result").json()
    assert answer["count"] == 1 and answer["text"] == {"n": "1"} and answer["files"] == [["a", "x"]]
    job, _ = run(docket, fields={"what": "file"})
    assert docket.result(job, "result").text == "a file"
    _, status = run(docket, fields={"what": "raise"}, expect="failed")
    assert "ValueError: no such thing" in status["error_message"]


def test_a_background_process_does_the_jobs(backend):
    docket = backend(text="process, queue = Backend(p, background=True)\nwhile process.is_alive():\n"
                          "    job, value = queue.get()\n    open('/proc/self/fd/2', 'w').write(f'main saw {job}\\n')\n")
    job, _ = run(docket, fields={"n": "1"})
    answer = docket.result(job, "result").json()
    assert answer["text"] == {"n": "1"}
    job, _ = run(docket, fields={"n": "2"})
    assert docket.result(job, "result").json()["token"] == answer["token"]


def test_fields_that_are_too_many_for_one_line_are_refused(backend):
    docket = backend(location="docket_max_fields 1m;")
    _, status = run(docket, fields={"a": "x" * 60000}, expect="failed")
    assert "workers=N" in status["error_message"]


def test_pools_have_names(start, script, open_folder):
    gate = open_folder / "gate"
    slow = script("slow", f"while [ ! -e {gate} ]; do sleep 0.05; done")
    docket = start(http="docket_concurrency 1;", locations=f"""
        location = /slow {{ docket_command {slow} pool=slow; docket_command_paths {open_folder}; }}
        location = /fast {{ docket_command /bin/true; }}
        location /result/ {{ docket_result; }}""")
    held = [submit(docket, path="/slow") for _ in range(2)]
    wait_for(docket.commands, 20)
    run(docket, path="/fast")
    assert sorted(docket.status(job)["status"] for job in held) == ["pending", "processing"]
    gate.touch()
    for job in held:
        docket.finish(job)
    assert json.dumps((docket.store / "pools").read_text()) == '"slow\\n"'


def test_pools_and_workers_are_checked(start):
    docket = start()
    for directive, mention in (("/bin/true workers=0", "workers=N"), ("/bin/true workers=x", "workers=N"),
                               ("/bin/true workers=2 per=file", "per=file")):
        docket.configure(locations=f"location = /run {{ docket_command {directive}; }} location /result/ {{ docket_result; }}")
        code, said = docket.check_conf()
        assert code != 0 and mention in said, said
    docket.configure(locations="""location = /a { docket_command /bin/true workers=2 pool=p; }
        location = /b { docket_command /bin/false workers=3 pool=p; } location /result/ { docket_result; }""")
    code, said = docket.check_conf()
    assert code != 0 and "another number of workers" in said, said
