"""docket_log: a line for each change of a job's state, whoever makes it."""
import json
import os
import re
import signal
import subprocess
import threading

import documents
from built import DOCKETCTL, wait_for
from docket import LOCATIONS

PDF = documents.text_pdf(2)
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


def scan(pages):
    """A scan that takes a while."""
    return documents.scan_pdf([documents.scan_page(number) for number in range(1, pages + 1)])


def read(path):
    """The lines of a log, each of which is whole."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.splitlines()]


def states_of(path, job):
    """What is told of a job: (old, new)."""
    return [(line["old_state"], line["new_state"]) for line in read(path) if line["job_id"] == job]


def wait_for_states(path, job, *expected):
    """Waits until this is told of a job, and nothing else is."""
    wait_for(lambda: len(states_of(path, job)) >= len(expected), 30, f"{len(expected)} lines on {job}")
    assert states_of(path, job) == list(expected)


ACCEPTED, BEGUN, DONE = (None, "pending"), ("pending", "processing"), ("processing", "completed")
FAILED, BACK = ("processing", "failed"), ("processing", "pending")


def test_a_job_is_told_from_its_acceptance_to_its_end(start):
    docket = start(http="log_format rid $request_id; docket_log jobs.log; docket_owner $http_x_user;",
                   server="access_log access.log rid;")
    user = {"X-User": "ann"}
    answer = docket.upload(PDF, 'die "Größe".pdf', headers={**user, "Host": "Docs.Example:8000", "traceparent": PARENT,
                                                           "tracestate": "a=1"})
    job = answer.json()["job_id"]
    log = docket.folder / "jobs.log"
    wait_for_states(log, job, ACCEPTED, BEGUN, DONE)
    first, _, last = read(log)
    request_id = wait_for((docket.folder / "access.log").read_text, 10, "the upload's line").split()[0]
    same = {"job_id": job, "owner": "ann", "client": "127.0.0.1", "client_name": None, "host": "docs.example",
            "filename": 'die "Größe".pdf', "files": 1, "size": len(PDF), "type": "application/pdf", "error": None,
            "trace_id": TRACE, "request_id": request_id}
    assert first == {**same, "time": first["time"], "old_state": None, "new_state": "pending", "pages": 0,
                     "duration": None}
    assert last == {**same, "time": last["time"], "old_state": "processing", "new_state": "completed", "pages": 2,
                    "duration": last["duration"]}
    status = docket.get(f"/result/{job}/status", headers=user).json()
    assert (first["time"], last["time"]) == (status["created_at"], status["completed_at"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first["time"])
    assert 0 < last["duration"] < 60
    docket.request("DELETE", f"/result/{job}", headers=user)
    wait_for_states(log, job, ACCEPTED, BEGUN, DONE, ("completed", "deleted"))
    assert read(log)[-1]["duration"] == last["duration"]


def test_what_is_not_known_is_null(start):
    docket = start(http="docket_log jobs.log;")
    job = docket.submit(PDF, headers={"traceparent": f"ff-{TRACE}-00f067aa0ba902b7-01"})
    wait_for_states(docket.folder / "jobs.log", job, ACCEPTED, BEGUN, DONE)
    line = read(docket.folder / "jobs.log")[0]
    assert line["owner"] is None and line["trace_id"] is None


def test_failures_are_told_with_their_reason(start):
    docket = start(http="docket_log jobs.log; docket_concurrency 1;")
    log = docket.folder / "jobs.log"
    broken = docket.submit(b"%PDF-1.4 nothing")
    wait_for_states(log, broken, ACCEPTED, BEGUN, FAILED)
    body = docket.status(broken)
    line = read(log)[-1]
    assert line["error"] == {"code": body["error"]["code"], "detail": body["error_message"]}
    with docket.standing_still() as running:
        waiting = docket.submit(PDF)
        for job in (waiting, running, running):
            assert docket.request("POST", f"/result/{job}/cancel").status_code == 200
    assert states_of(log, waiting) == [ACCEPTED, ("pending", "failed")]
    assert states_of(log, running) == [ACCEPTED, BEGUN, FAILED]
    assert read(log)[-1]["error"]["code"] == "cancelled"


def test_expiry_is_told(start):
    docket = start(http="docket_log jobs.log; docket_expire 1s;")
    job = docket.submit(PDF)
    wait_for_states(docket.folder / "jobs.log", job, ACCEPTED, BEGUN, DONE, ("completed", "expired"))


def test_a_job_with_anothers_results_is_accepted_and_completed(start):
    docket = start(http="docket_log jobs.log; docket_dedupe on; docket_owner ann;")
    log = docket.folder / "jobs.log"
    docket.finish(docket.submit(PDF))
    job = docket.submit(PDF)
    wait_for_states(log, job, ACCEPTED, ("pending", "completed"))
    first, last = read(log)[-2:]
    assert first["duration"] is None and (last["pages"], last["duration"]) == (2, 0)


def test_a_unit_of_a_dead_worker_is_handed_back(start):
    docket = start(http="docket_log jobs.log;", workers=1)
    docket.allow("exited on signal 9")
    log = docket.folder / "jobs.log"
    job = docket.submit(documents.scan_pdf([documents.long_page()]))
    docket.hold_unit()
    os.kill(docket.workers()[0], signal.SIGKILL)
    docket.finish(job)
    wait_for_states(log, job, ACCEPTED, BEGUN, BACK, BEGUN, DONE)


def test_locations_have_logs_of_their_own(start):
    docket = start(http="docket_log all.log;", server="docket_log here.log;", locations=LOCATIONS + """
        location = /own   { docket_upload; docket_log own.log; }
        location = /quiet { docket_upload; docket_log off; }""")
    jobs = {name: docket.submit(PDF, path=path) for name, path in
            (("here", "/process_pdf"), ("own", "/own"), ("quiet", "/quiet"))}
    for job in jobs.values():
        docket.finish(job)
    for name in ("here", "own"):
        wait_for_states(docket.folder / f"{name}.log", jobs[name], ACCEPTED, BEGUN, DONE)
        assert {line["job_id"] for line in read(docket.folder / f"{name}.log")} == {jobs[name]}
    assert read(docket.folder / "all.log") == [] and not (docket.folder / "quiet.log").exists()


def test_lines_of_many_workers_are_whole_and_told_once(start):
    docket = start(http="docket_log jobs.log;", workers=4)
    log = docket.folder / "jobs.log"
    jobs = []

    def client():
        for _ in range(25):
            jobs.append(docket.submit(PDF, "a name that is long, so that lines are, too" * 5))
    clients = [threading.Thread(target=client) for _ in range(6)]
    for one in clients:
        one.start()
    for one in clients:
        one.join()
    assert len(jobs) == 150
    for job in jobs:
        docket.finish(job)
    wait_for(lambda: len(read(log)) >= 450, 10, "all lines")
    for job in jobs:
        assert states_of(log, job) == [ACCEPTED, BEGUN, DONE]
    assert len(read(log)) == 450


def test_the_log_is_opened_anew_while_jobs_run(start):
    """USR1, as logrotate sends it: not a line is lost, or torn, or told twice."""
    docket = start(http="docket_log jobs.log;", workers=2)
    log = docket.folder / "jobs.log"
    moved = [docket.folder / f"jobs.log.{number}" for number in range(5)]
    jobs, over = [], threading.Event()

    def client():
        while not over.is_set():
            jobs.append(docket.submit(PDF))
    clients = [threading.Thread(target=client) for _ in range(3)]
    for one in clients:
        one.start()
    try:
        for old in moved:
            seen = len(jobs)
            log.rename(old)
            os.kill(docket.master, signal.SIGUSR1)
            wait_for(lambda: log.exists() and log.stat().st_size > 0 and len(jobs) >= seen + 10, 30, "lines in the new file")
    finally:
        over.set()
        for one in clients:
            one.join()
    for job in jobs:
        docket.finish(job)

    def told():
        return [line for path in (*moved, log) for line in read(path)]
    wait_for(lambda: len(told()) >= 3 * len(jobs), 10, "all lines")
    states = {}
    for line in told():
        states.setdefault(line["job_id"], []).append((line["old_state"], line["new_state"]))
    assert set(states) == set(jobs)
    for job, found in states.items():
        # One worker may still write to the old file while another has the new one.
        assert sorted(found, key=str) == sorted([ACCEPTED, BEGUN, DONE], key=str), job
    sizes = [path.stat().st_size for path in moved]
    os.kill(docket.master, signal.SIGUSR1)
    docket.finish(docket.submit(PDF))
    assert sizes == [path.stat().st_size for path in moved], "nobody writes to what was rotated"


def test_a_job_keeps_its_log_over_a_reload(start):
    docket = start(http="docket_log old.log; docket_concurrency 1;", workers=1)
    old, new = docket.folder / "old.log", docket.folder / "new.log"
    running = docket.submit(scan(4))
    waiting = docket.submit(PDF)
    docket.configure(http="docket_log new.log; docket_concurrency 1;")
    before = set(docket.workers())
    docket.reload()
    wait_for(lambda: not before & set(docket.workers()), 10, "the old worker to take no more")
    later = docket.submit(PDF)
    for job in (running, waiting, later):
        docket.finish(job)
    wait_for(lambda: (states_of(old, running)[-1], states_of(old, waiting)[-1]) == (DONE, DONE), 10, "their ends")
    assert states_of(old, waiting) == [ACCEPTED, BEGUN, DONE]
    wait_for_states(new, later, ACCEPTED, BEGUN, DONE)
    assert {line["job_id"] for line in read(new)} == {later}
    docket.configure(http="")
    docket.reload()
    docket.request("DELETE", f"/result/{waiting}")
    wait_for(lambda: states_of(old, waiting)[-1] == ("completed", "deleted"), 10, "its end where no log is configured")


def test_a_log_that_cannot_be_written_harms_no_job(start):
    docket = start(http="docket_log /dev/full;")
    docket.finish(docket.submit(PDF))
    wait_for(lambda: '"/dev/full" cannot be written: write() failed: No space left' in docket.log(), 10,
             "a word in the error log")
    assert os.stat("/dev/full").st_uid == 0, "what is no file of its own is not given to the workers"


def test_what_docketctl_changes_is_told(start):
    docket = start(http="docket_log jobs.log; docket_expire never; docket_concurrency 1;", workers=1)
    log = docket.folder / "jobs.log"
    job = docket.submit(documents.scan_pdf([documents.long_page()]))
    docket.hold_unit()
    subprocess.run([DOCKETCTL, "--store", docket.store, "requeue", job], check=True, capture_output=True)
    docket.finish(job)
    subprocess.run([DOCKETCTL, "--store", docket.store, "purge", "--status", "completed"], check=True, capture_output=True)
    wait_for_states(log, job, ACCEPTED, BEGUN, BACK, BEGUN, DONE, ("completed", "deleted"))


def test_a_new_log_belongs_to_the_workers(start):
    """So that a worker can open it by its name, for a job of another configuration."""
    docket = start(http="docket_log jobs.log;")
    owner = (docket.folder / "jobs.log").stat().st_uid
    assert owner == os.stat(f"/proc/{wait_for(docket.workers)[0]}").st_uid
