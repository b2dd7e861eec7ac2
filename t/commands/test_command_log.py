"""The log of a command: while it is written, long, empty, of an earlier try."""
import re

import pytest

from built import ROOT, wait_for
from client import assert_problem
from command_jobs import run, submit


def test_the_log_can_be_read_while_it_is_written(command, open_folder):
    gate = open_folder / "gate"
    docket = command(f"for i in 1 2 3 4 5; do echo line $i; done; while [ ! -e {gate} ]; do sleep 0.05; done; echo end",
                     location=f"docket_command_paths {open_folder};")
    job = submit(docket)
    wait_for(lambda: (answer := docket.get(f"/result/{job}/log")).status_code == 200 and "line 5" in answer.text, 20)
    assert docket.status(job)["status"] == "processing"
    assert docket.result(job, "log?tail=2").text == "line 4\nline 5\n"
    assert docket.get(f"/result/{job}/log", headers={"Range": "bytes=5-5"}).text == "1"
    assert docket.get(f"/result/{job}/result").status_code == 202
    gate.touch()
    docket.finish(job)
    log = docket.result(job, "log")
    assert log.text == "".join(f"line {i}\n" for i in range(1, 6)) + "end\n"
    assert log.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert docket.result(job, "log?tail=100").text == log.text and docket.result(job, "log?tail=0").text == ""
    for query in ("tail=x", "tail=-1", "file=a"):
        assert_problem(docket.get(f"/result/{job}/log?{query}"), 400, "bad_option")
    assert_problem(docket.get(f"/result/{job}/log?file=1"), 404, "not_found")


def test_the_log_of_who_says_nothing_is_empty(command):
    docket = command("cat $DOCKET_FILE > $DOCKET_OUTPUT_DIR/result.txt", "per=file")
    job, _ = run(docket, [("a", b"a"), ("b", b"b")])
    for index in (0, 1):
        log = docket.result(job, f"log?file={index}")
        assert log.text == "" and log.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert_problem(docket.get(f"/result/{job}/log?file=2"), 404, "not_found")
    assert not list((docket.store / "spool").rglob(job + ".log.*"))


def test_the_log_of_an_earlier_try_is_not_the_last_ones(command, open_folder):
    open_folder.chmod(0o777)
    docket = command(f"[ -e {open_folder}/again ] && exit; echo first; exec sleep 1000",
                     location=f"docket_unit_timeout 1s; docket_command_paths {open_folder};")
    job = submit(docket)
    wait_for(lambda: docket.get(f"/result/{job}/log").text == "first\n", 20, "the first try's log")
    (open_folder / "again").touch()
    docket.finish(job)
    assert docket.result(job, "log").text == ""


def test_a_long_log_keeps_its_head_and_tail(command):
    docket = command("echo begin; yes 0123456789 | head -c 3000000; echo; echo end",
                     location="docket_command_log 8k;")
    job, status = run(docket)
    log = docket.result(job, "log").content
    assert len(log) < 9000 and log.startswith(b"begin\n") and log.endswith(b"\nend\n")
    assert re.search(rb"29\d{5} bytes", log), log
    assert len(docket.result(job, "result").content) == 3000011


@pytest.mark.parametrize("after", ["", "workers=1"])
def test_what_a_python_function_prints_is_there_at_once(command, after):
    module = ROOT / "src" / "python"
    docket = command(f"""#!/usr/bin/python3
import sys, time
sys.path.insert(0, "{module}")
from docket_backend import Backend
def p(text, data):
    print("begun")
    time.sleep(1000)
Backend(p).run()
""", after, location=f"docket_command_paths {module};")
    job = submit(docket)
    wait_for(lambda: docket.get(f"/result/{job}/log").text == "begun\n", 30, "the printed line")
    assert docket.request("POST", f"/result/{job}/cancel").status_code == 200
    assert docket.result(job, "log").text == "begun\n"
