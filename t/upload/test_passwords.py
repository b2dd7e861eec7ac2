"""The documents' password: nobody else may see it."""
import os
import signal

import documents
from built import wait_for
from client import assert_problem
from docket import LOCATIONS

PDF = documents.text_pdf(1)
PASSWORD = "open-sesame-Zwölf-7391"


def files_with(folder, words):
    """The files below a folder that have these words in them."""
    found = []
    for place, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(place, name)
            try:
                with open(path, "rb") as file:
                    if words.encode() in file.read():
                        found.append(path)
            except FileNotFoundError:
                pass
    return found


def told_by_processes(docket, words):
    """The processes whose arguments or environment have these words."""
    found = []
    for pid in docket.processes():
        for name in ("cmdline", "environ"):
            try:
                with open(f"/proc/{pid}/{name}", "rb") as file:
                    if words.encode() in file.read():
                        found.append((pid, name))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                pass  # what we may not see nobody else may
    return found


def test_nobody_sees_a_password(start):
    docket = start(http="docket_concurrency 1;",
                   server="access_log logs.txt;")
    running = docket.submit(documents.scan_pdf([documents.scan_page(number) for number in range(1, 5)]),
                            fields={"password": PASSWORD, "title": "a field"})
    child = docket.hold_unit()
    waiting = docket.submit(PDF, fields={"password": PASSWORD})

    def check():
        for job in (running, waiting):
            assert PASSWORD not in docket.get(f"/result/{job}/status").text
        assert PASSWORD not in docket.get("/tasks").text
        assert files_with(docket.folder, PASSWORD) == []
        assert told_by_processes(docket, PASSWORD) == []
    assert docket.status(waiting)["status"] == "pending"
    check()
    os.kill(child, signal.SIGCONT)
    wait_for(lambda: docket.status(running)["processed_pages"] > 0, 30)
    check()
    assert docket.status(running)["fields"] == {"title": "a field"}
    docket.finish(running)
    docket.finish(waiting)
    check()


def test_a_refusal_repeats_no_password(start):
    docket = start(locations=LOCATIONS.replace("docket_upload;", "docket_upload; docket_options none;"))
    for path, code, word in (("/jobs", 403, "forbidden_option"), ("/process_pdf", 400, "bad_option")):
        answer = docket.upload(PDF, path=path, fields={"password": PASSWORD + "x" * 1024})
        assert_problem(answer, code, word, "password")
        assert PASSWORD not in answer.text
    assert_problem(docket.upload(PDF, path=f"/process_pdf?password={PASSWORD}"), 403, "forbidden_option", "query")
    assert PASSWORD not in docket.log()
