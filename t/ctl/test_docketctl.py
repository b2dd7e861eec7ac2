"""docketctl on the store of an nginx that is at work, and of one that was killed."""
import concurrent.futures
import contextlib
import json
import os
import pwd
import shutil
import signal
import subprocess
import threading

import pytest

import documents
from built import DOCKETCTL, wait_for

PDF = documents.text_pdf(1)


def ctl(docket, *words, code=0):
    """Runs docketctl on a Docket's store; what it said on stdout."""
    done = subprocess.run([DOCKETCTL, "--store", str(docket.store), *words], capture_output=True, text=True,
                          check=False, timeout=120)
    assert done.returncode == code, (words, done)
    return done.stdout


def scan(pages):
    """A scan of so many pages."""
    return documents.scan_pdf([documents.scan_page(number) for number in range(1, pages + 1)])


def files_of(docket, job):
    """The paths of a job's files."""
    return sorted(path for path in (docket.store / "spool").rglob(f"{job}.*"))


def write_as_worker(docket, path, content):
    """Writes a file as the store's owner."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    owner = docket.store.stat()
    for made in (path.parent.parent, path.parent, path):
        os.chown(made, owner.st_uid, owner.st_gid)


@contextlib.contextmanager
def stopped(pids):
    """Processes that do nothing in the meantime."""
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


@pytest.mark.long
def test_check_is_clean_while_jobs_run_and_go(start):
    docket = start()
    kept = [docket.submit(scan(4))]
    enough = threading.Event()

    def come_and_go():
        """Uploads jobs and removes every other one, wherever it is."""
        while not enough.is_set():
            kept.append(docket.submit(documents.text_pdf([[f"Text {len(kept)}."]])))
            job = docket.submit(PDF)
            assert docket.request("DELETE", f"/result/{job}").status_code == 200
    with concurrent.futures.ThreadPoolExecutor(2) as clients:
        crowd = [clients.submit(come_and_go) for _ in range(2)]
        try:
            for words in ((), ("--repair",), ("--quick",)) * 5:
                assert ctl(docket, "check", *words).endswith(": no problems\n")
            wait_for(lambda: docket.status(kept[0])["final"], 90)
        finally:
            enough.set()
        for client in crowd:
            client.result()
    for job in kept:
        docket.finish(job)
    said = ctl(docket, "check", "--age", "0")
    assert said.startswith(f"{len(kept)} jobs, ") and said.endswith(": no problems\n"), said


def test_check_after_everything_was_killed(start):
    docket = start()
    docket.submit(scan(6))
    jobs = [docket.submit(PDF) for _ in range(10)]
    wait_for(lambda: json.loads(ctl(docket, "stats", "--json"))["holders"], 30, "a unit at work")
    docket.kill()
    assert "no problems" in ctl(docket, "check")
    stats = json.loads(ctl(docket, "stats", "--json"))
    held = sum(holder["units"] for holder in stats["holders"])
    assert not any(holder["alive"] for holder in stats["holders"])
    given_back = ctl(docket, "requeue", "--dead")
    assert given_back == f"{held} unit{'s' if held != 1 else ''} of dead workers given back\n"
    assert json.loads(ctl(docket, "stats", "--json"))["holders"] == []
    docket.start()
    for job in jobs:
        docket.finish(job)
    assert "no problems" in ctl(docket, "check", "--age", "0")


def test_check_finds_and_repairs(start):
    docket = start()
    done = docket.submit(PDF)
    docket.finish(done)
    # With no engine to be had nothing is begun: the job stays as it is until it is mended.
    docket.engine.unlink()
    docket.engine.symlink_to("/bin/false")
    docket.stop()
    docket.start()
    waiting = docket.submit(PDF)
    results = [path for path in files_of(docket, done) if ".in." not in path.name]
    assert results
    for path in results:
        path.unlink()
    os.truncate(files_of(docket, waiting)[0], 10)
    nobodys = docket.store / "spool" / "018000" / "00" / "01800000-0000-7000-8000-000000000000.in.0"
    write_as_worker(docket, nobodys, b"12345")

    assert f"{nobodys.name} has no job" not in ctl(docket, "check", code=1), "it is not an hour old"
    said = ctl(docket, "check", "--age", "0", code=1)
    assert f"job {done}: its results in {results[-1].name} are missing\n" in said
    assert f"job {waiting}: input 0 has 10 bytes instead of {len(PDF)}\n" in said
    assert f"file 018000/00/{nobodys.name} has no job\n" in said
    assert nobodys.exists() and not docket.status(waiting)["final"]

    said = ctl(docket, "check", "--age", "0", "--repair", code=1)
    assert "the job is completed, and that is for ever" in said
    assert not nobodys.exists() and not nobodys.parent.parent.exists()
    status = docket.finish(waiting, expect="failed")
    assert status["error"]["code"] == "corrupt", status
    said = ctl(docket, "purge", "--status", "completed,failed")
    assert said.startswith("removed 2 jobs with 2 files, "), said
    assert ctl(docket, "check", "--age", "0") == "0 jobs, 0 files, 0 bytes: no problems\n"
    docket.allow("cannot start")


def test_purge_removes_from_a_live_store(start):
    docket = start(http="docket_concurrency 1;")
    done = docket.submit(PDF)
    docket.finish(done)
    working = docket.submit(scan(4))
    child = docket.hold_unit()
    assert ctl(docket, "purge", "--older-than", "1h").startswith("removed 0 jobs ")
    assert ctl(docket, "purge", "--status", "completed", "--dry-run").startswith("would remove 1 job ")
    assert docket.status(done)["status"] == "completed"
    assert ctl(docket, "purge", "--older-than", "0s").startswith("removed 1 job ")
    assert docket.get(f"/result/{done}/status").status_code == 404
    assert files_of(docket, done) == []
    os.kill(child, signal.SIGCONT)
    docket.finish(working, 90)
    assert "no problems" in ctl(docket, "check", "--age", "0")


def test_purge_without_a_restriction_is_refused(docket):
    job = docket.submit(PDF)
    docket.finish(job)
    assert ctl(docket, "purge", code=2) == ""
    assert docket.status(job)["status"] == "completed"


def test_requeue_takes_a_unit_from_a_worker_that_hangs(start):
    docket = start(http="docket_concurrency 1;")
    job = docket.submit(scan(2))
    docket.submit(PDF)
    wait_for(lambda: docket.status(job)["status"] == "processing", 30, "the job to be at work")
    with stopped(docket.workers() + docket.engines()):
        units = ctl(docket, "requeue", job)
        assert units.startswith(f"job {job}: "), units
        if "given back" in units:  # else it ended just then
            assert job not in str(json.loads(ctl(docket, "stats", "--json"))["holders"])
    docket.finish(job, 90)
    assert "for ever" in ctl(docket, "requeue", job, code=1)
    assert "no problems" in ctl(docket, "check", "--age", "0")


def test_stats_of_a_live_store(start):
    docket = start()
    assert docket.get("/health").status_code == 200  # a worker is there, and so is its store
    assert json.loads(ctl(docket, "stats", "--json"))["jobs"]["completed"] == 0
    docket.finish(docket.submit(PDF))
    stats = json.loads(ctl(docket, "stats", "--json"))
    assert stats["jobs"] == {"pending": 0, "processing": 0, "completed": 1, "failed": 0}
    assert stats["holders"] == [] and stats["spool"]["files"] >= 2 and stats["spool"]["bytes"] > len(PDF)
    text = ctl(docket, "stats")
    assert "completed   1\n" in text and "% of the map" in text


def test_nothing_becomes_roots(start):
    """Whoever runs docketctl, what it makes belongs to nginx's workers."""
    docket = start()
    docket.finish(docket.submit(PDF))
    docket.stop()
    (docket.store / "lmdb" / "lock.mdb").unlink()
    (docket.store / "run" / "work").unlink(missing_ok=True)
    for words in (("list",), ("check", "--repair"), ("stats",), ("purge", "--older-than", "1h"), ("requeue", "--dead")):
        ctl(docket, *words)
    owner = docket.store.stat().st_uid
    for place, folders, files in os.walk(docket.store):
        for name in folders + files:
            assert os.lstat(os.path.join(place, name)).st_uid == owner, name
    docket.start()
    docket.finish(docket.submit(PDF))


def test_another_user_is_refused(start):
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    docket = start()
    assert docket.get("/health").status_code == 200
    nobody = pwd.getpwnam("nobody")
    program = docket.folder / "docketctl"  # where nobody can reach it, wherever the build is
    shutil.copy(DOCKETCTL, program)
    program.chmod(0o755)
    for words in (("list",), ("check",), ("check", "--repair"), ("stats",), ("requeue", "--dead"),
                  ("purge", "--older-than", "0s")):
        done = subprocess.run(["setpriv", f"--reuid={nobody.pw_uid}", f"--regid={nobody.pw_gid}", "--clear-groups",
                               program, "--store", str(docket.store), *words],
                              capture_output=True, text=True, check=False, cwd="/")
        assert done.returncode == 3 and done.stdout == "", done
        owner = pwd.getpwuid(docket.store.stat().st_uid).pw_name
        assert f"{docket.store} belongs to {owner}: run docketctl as {owner} or as root" in done.stderr, done


def test_a_store_is_never_made(docket, open_folder):
    for words in (("list",), ("check", "--repair"), ("stats",), ("requeue", "--dead"), ("purge", "--older-than", "0s")):
        for folder in (open_folder / "none", open_folder):
            done = subprocess.run([DOCKETCTL, "--store", str(folder), *words], capture_output=True, text=True,
                                  check=False)
            assert done.returncode == 3 and f"there is no store in {folder}" in done.stderr, done
    assert list(open_folder.iterdir()) == []
    assert docket.is_running()
