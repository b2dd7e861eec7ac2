"""Processing: units on all cores, reloads, and the death of a worker or of an engine in the middle of a job."""
import os
import pwd
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

import documents
from built import DOCKETCTL, ENGINE, wait_for
from client import assert_problem
from docket import Docket
from processes import command_of, open_files, stat_of

pytestmark = pytest.mark.long

PDF = documents.text_pdf(1)


def scan(pages):
    """A scan of so many pages."""
    return documents.scan_pdf([documents.scan_page(number) for number in range(1, pages + 1)])


def check_scan(docket, job, pages):
    """Fails unless a scan came out whole, each page once and in order."""
    docket.finish(job, 90)
    text = docket.result(job, "text?raw=1").text
    words = ("one", "two", "three", "four", "five", "six", "seven", "eight")[:pages]
    places = [text.find(f"Scanned page {word}") for word in words]
    assert -1 not in places and places == sorted(places), text
    assert text.count("Scanned page") == pages, text


def processing(docket, job):
    """Waits until a job is at work with a page done; its status."""
    def look():
        status = docket.status(job)
        assert not status["final"], "the job ended too early for this test"
        return status if status["processed_pages"] > 0 else None
    return wait_for(look, 30, "the first page")


def children_at_work(docket):
    """The pids of fork servers' children: each has a unit in hand."""
    engines = set(docket.engines())
    return [pid for pid in engines if (fields := stat_of(pid)) and int(fields[1]) in engines]


def test_one_scan_keeps_two_cores_busy(start):
    docket = start(http="docket_concurrency 2;")
    job = docket.submit(scan(8))
    wait_for(lambda: len(children_at_work(docket)) == 2, 30, "two units of one job at work")
    check_scan(docket, job, 8)


def test_units_leave_the_processor_to_those_who_serve(start):
    docket = start()
    docket.submit(scan(4))
    wait_for(lambda: [pid for pid in children_at_work(docket) if (fields := stat_of(pid)) and fields[16] == "10"], 30,
             "a unit of low priority")
    assert {os.getpriority(os.PRIO_PROCESS, pid) for pid in docket.workers()} == {os.getpriority(os.PRIO_PROCESS, 0)}


def test_concurrency_holds_over_all_workers(start):
    docket = start(http="docket_concurrency 1;", workers=3)
    jobs = [docket.submit(scan(2)) for _ in range(3)]
    most = 0

    def final():
        nonlocal most
        most = max(most, len(children_at_work(docket)))
        return all(docket.status(job)["final"] for job in jobs)
    wait_for(final, 60)
    assert most == 1
    for job in jobs:
        check_scan(docket, job, 2)


def test_a_killed_worker_leaves_its_work_to_the_others(start):
    docket = start()
    docket.allow("exited on signal 9")
    job = docket.submit(scan(6))
    processing(docket, job)
    for pid in docket.workers():
        os.kill(pid, signal.SIGKILL)
        time.sleep(0.2)  # one after the other, each perhaps with a unit in hand
    seen = []

    def final():
        seen.append(docket.status(job)["processed_pages"])
        return docket.status(job)["final"]
    wait_for(final, 60)
    assert seen == sorted(seen), "progress went backwards"
    check_scan(docket, job, 6)


def test_a_killed_engine_is_started_again(start):
    docket = start()
    job = docket.submit(scan(5))
    processing(docket, job)
    for pid in docket.engines():
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
    check_scan(docket, job, 5)
    docket.finish(docket.submit(PDF))


def test_a_killed_child_is_a_try(start):
    """Only the child dies: the unit is tried again from where it was."""
    docket = start(http="docket_concurrency 1;")
    job = docket.submit(scan(4))
    processing(docket, job)
    for pid in children_at_work(docket):
        try:
            os.kill(pid, signal.SIGABRT)
        except ProcessLookupError:
            pass
    check_scan(docket, job, 4)


def test_reload_in_the_middle(start):
    docket = start()
    jobs = [docket.submit(scan(4)), docket.submit(scan(4))]
    processing(docket, jobs[0])
    docket.reload()
    for job in jobs:
        check_scan(docket, job, 4)
    docket.finish(docket.submit(PDF))
    wait_for(lambda: not [pid for pid in docket.workers() if "shutting down" in command_of(pid)], 30)


def test_reloads_while_uploads_come(start):
    docket = start()
    jobs = []
    for number in range(5):
        jobs += [docket.submit(documents.text_pdf([[f"Upload {number} {again}."]])) for again in range(5)]
        docket.reload()
    for job in jobs:
        docket.finish(job)


def test_stop_in_the_middle_and_go_on(start):
    """QUIT hands back what runs; the next nginx on the store finishes it."""
    docket = start()
    job = docket.submit(scan(8))
    processing(docket, job)
    docket.stop()
    docket.start()
    check_scan(docket, job, 8)


def test_terminate_in_the_middle_and_go_on(start):
    docket = start()
    job = docket.submit(scan(8))
    processing(docket, job)
    os.kill(docket.master, signal.SIGTERM)
    docket.stop()
    docket.start()
    check_scan(docket, job, 8)


def test_engine_is_found_beside_the_module(start):
    docket = start(engine=False)
    docket.finish(docket.submit(PDF))
    docket.stop()
    wait_for(lambda: not docket.processes(), 10)


def test_models_of_a_folder_of_the_operators_own(start, open_folder):
    """nginx hands its environment neither to workers nor to engines; $TESSDATA_PREFIX holds for them all the same."""
    usual = next(Path("/usr/share/tesseract-ocr").glob("*/tessdata/eng.traineddata"))
    shutil.copy(usual, open_folder / "own.traineddata")
    docket = start(http="docket_languages own;", environment={"TESSDATA_PREFIX": str(open_folder)})
    check_scan(docket, docket.submit(scan(1)), 1)
    assert_problem(docket.upload(PDF, fields={"languages": "eng"}), 400, "bad_option", "eng")


def test_engine_is_started_when_it_is_needed(start):
    docket = start()
    assert docket.engines() == []
    docket.finish(docket.submit(PDF))
    assert docket.engines()


def test_an_engine_that_does_not_start_is_told_and_waited_for(start):
    docket = start()
    docket.engine.unlink()
    docket.engine.symlink_to("/bin/false")
    job = docket.submit(PDF)
    wait_for(lambda: docket.get("/health").status_code == 503, 10, "bad health of one worker")
    wait_for(lambda: f"cannot start {docket.engine}" in docket.log(), 10, "a word in the error log")
    assert docket.status(job)["status"] in ("pending", "processing")
    docket.engine.unlink()
    docket.engine.symlink_to(ENGINE)
    docket.finish(job)
    wait_for(lambda: all(docket.get("/health").status_code == 200 for _ in range(20)), 60, "good health of all workers")


def test_engine_holds_only_its_descriptors(start):
    """A fork server has no file of the store and no socket of nginx."""
    docket = start()
    docket.finish(docket.submit(PDF))
    servers = docket.engines()
    assert servers
    for pid in servers:
        links = open_files(pid)
        assert not [link for link in links if str(docket.store) in link], links
        with open(f"/proc/{pid}/environ", "rb") as environment:
            variables = environment.read()
        assert b"OMP_THREAD_LIMIT=1" in variables
        with open(f"/proc/{pid}/status", encoding="utf-8") as status:
            told = dict(line.split(":\t", 1) for line in status.read().splitlines() if ":\t" in line)
        assert int(told["SigBlk"], 16) == 0, "signals are blocked"
        # 32 and 33 are glibc's own; nobody can set them.
        ours = ~(1 << 31 | 1 << 32 | 1 << (signal.SIGPIPE - 1))
        assert int(told["SigIgn"], 16) & ours == 0, "signals are ignored"


def test_a_crowd_of_small_documents(start):
    docket = start()
    jobs = [docket.submit(documents.text_pdf([[f"Small {number}."]])) for number in range(150)]
    for number, job in enumerate(jobs):
        docket.finish(job)
        assert docket.result(job, "text?raw=1").text.strip() == f"Small {number}."


def test_docketctl_reads_a_live_store(start):
    docket = start()
    job = docket.submit(PDF, "shown.pdf")
    docket.finish(job)

    def ctl(*words):
        return subprocess.run([DOCKETCTL, *words], capture_output=True, text=True, check=False)
    help_text = ctl("--help").stdout
    assert "list" in help_text and "show" in help_text
    listed = ctl("--store", str(docket.store), "list")
    assert listed.returncode == 0 and job in listed.stdout and "completed" in listed.stdout, listed
    shown = ctl("--store", str(docket.store), "show", job)
    assert shown.returncode == 0 and "shown.pdf" in shown.stdout, shown
    assert ctl("--store", str(docket.store), "show", "01920000-0000-7000-8000-000000000000").returncode != 0
    docket.finish(docket.submit(PDF))


def test_two_instances_on_one_store(start):
    """All of them see the same jobs."""
    one = start()
    two = start(store=None, http=f"docket_store {one.store};")
    job = one.submit(PDF)
    two.finish(job)
    assert documents.page_text(1) in two.result(job, "markdown?raw=1").text
    other = two.submit(PDF)
    one.finish(other)


def test_wholly_unprivileged():
    """nginx started by somebody who is not root: everything is theirs, and everything works."""
    docket = Docket()
    if os.geteuid() == 0:
        if docket.user != "www-data":
            docket.remove_folder()
            pytest.skip("www-data cannot reach the programs that were built")
        user = pwd.getpwnam(docket.user)
        docket.user = None
        docket.write_conf()  # and the folders that it names
        for path in [docket.folder, *docket.folder.iterdir()]:
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)

        def become_nobody_special():
            os.setgroups([])
            os.setgid(user.pw_gid)
            os.setuid(user.pw_uid)
        docket.before_start = become_nobody_special
    try:
        docket.start()
        check_scan(docket, docket.submit(scan(2)), 2)
        docket.reload()
        docket.finish(docket.submit(PDF))
        assert (docket.store.stat().st_mode & 0o777) == 0o700
    finally:
        docket.close()


def test_root_gives_the_store_to_the_workers():
    if os.geteuid() != 0:
        pytest.skip("this is about nginx started by root")
    docket = Docket()
    try:
        docket.start()
        docket.finish(docket.submit(PDF))
        owner = pwd.getpwuid(docket.store.stat().st_uid).pw_name
        assert owner == docket.user
        for place, folders, files in os.walk(docket.store):
            for name in folders + files:
                status = os.lstat(os.path.join(place, name))
                assert pwd.getpwuid(status.st_uid).pw_name == owner and not status.st_mode & 0o007, name
    finally:
        docket.close()
