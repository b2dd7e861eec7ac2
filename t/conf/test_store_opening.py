"""A store that can be used later than its worker: it is opened beside what the worker serves."""
import contextlib
import fcntl
import os
import shutil
import signal

import pytest

import documents
from built import wait_for
from client import assert_problem
from docket import LOCATIONS, Docket
from processes import open_files

PDF = documents.text_pdf(1)
LIVE = "location = /live { docket_health live; } location /other { return 204; }"


class LateStore:
    """A Docket of one worker, with a store it used before, that cannot be opened until mend()."""

    def __init__(self):
        self.docket = Docket(workers=1, locations=LOCATIONS + LIVE, http="docket_log jobs.log;")
        self.docket.start()
        self.job = self.docket.submit(PDF)
        self.docket.finish(self.job)
        self.docket.stop()
        self._environment = self.docket.store / "lmdb"
        self._aside = self.docket.folder / "aside"
        self._environment.rename(self._aside)
        self._environment.write_text("no folder")
        if self.docket.user:
            shutil.chown(self._environment, self.docket.user, self.docket.user)
        self.docket.allow("cannot be used")
        self.docket.start()
        wait_for(lambda: "cannot be used" in self.docket.log(), 20, "the log's word")

    def mend(self):
        """Nothing is in the way any more."""
        self._environment.unlink()
        self._aside.rename(self._environment)

    def lock_of_opening(self):
        """The lock of whoever opens the store: another worker may have it for as long as a recovery takes."""
        return held_lock(self.docket.store / "unsynced")

    def lock_of_environment(self):
        """A lock that LMDB itself waits for."""
        return held_lock(self._aside / "lock.mdb")

    def is_opening(self, name):
        """Whether the worker has this file of the store open: it waits for its lock."""
        worker, = self.docket.workers()
        return str(self.docket.store / name) in open_files(worker)


@contextlib.contextmanager
def held_lock(path):
    """The first byte of a file is locked."""
    with path.open("r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX, 1, 0)
        yield


@pytest.fixture
def late():
    store = LateStore()
    yield store
    store.docket.close()


LOCKS = {"unsynced": LateStore.lock_of_opening, "lmdb/lock.mdb": LateStore.lock_of_environment}


@pytest.mark.parametrize("file", LOCKS)
def test_other_locations_are_served_while_a_store_is_opened(late, file):
    docket = late.docket
    with LOCKS[file](late):
        late.mend()
        wait_for(lambda: late.is_opening(file), 20, "the opening")
        for _ in range(3):
            assert docket.get("/other", timeout=20).status_code == 204
            assert docket.get("/live", timeout=20).json() == {"status": "ok"}
            for answer in (docket.upload(PDF, timeout=20), docket.get(f"/result/{late.job}/status", timeout=20)):
                assert_problem(answer, 503, "store_unavailable")
                assert answer.headers["Retry-After"]
        assert late.is_opening(file)
        assert "can be used now" not in docket.log()
    wait_for(lambda: "can be used now" in docket.log(), 20, "the store")
    assert docket.log().count("[crit]") == 1, "told once"
    assert docket.get(f"/result/{late.job}/text").status_code == 200
    docket.finish(docket.submit(PDF))


@pytest.mark.parametrize("sign", [signal.SIGQUIT, signal.SIGTERM])
def test_a_worker_ends_though_the_store_is_opened_by_another_one(late, sign):
    """Which may take long: it is not waited for."""
    docket = late.docket
    with late.lock_of_opening():
        late.mend()
        wait_for(lambda: late.is_opening("unsynced"), 20, "the opening")
        end(docket, sign)
    assert_usable(late)


@pytest.mark.parametrize("sign,word", [(signal.SIGQUIT, "gracefully shutting down"), (signal.SIGTERM, "exiting")])
def test_a_store_that_is_opened_by_a_worker_that_ends_is_closed(late, sign, word):
    docket = late.docket
    worker, = docket.workers()
    with late.lock_of_environment():
        late.mend()
        wait_for(lambda: late.is_opening("lmdb/lock.mdb"), 20, "the opening")
        os.kill(docket.master, sign)
        wait_for(lambda: f"{worker}#{worker}: {word}" in docket.log(), 20, "the worker's word")
    end(docket, sign)
    assert_usable(late)


def test_a_reload_does_not_wait_for_a_store(late):
    """The old worker's opening comes to an end; the new one's is its own."""
    docket = late.docket
    old, = docket.workers()
    with late.lock_of_opening():
        late.mend()
        wait_for(lambda: late.is_opening("unsynced"), 20, "the opening")
        os.kill(docket.master, signal.SIGHUP)
        wait_for(lambda: old not in docket.processes(), 20, "the end of the old worker")
    wait_for(lambda: docket.get(f"/result/{late.job}/text").status_code == 200, 20, "the new worker's store")


def test_logs_that_are_opened_anew_meanwhile_are_written_to(late):
    """USR1 comes while a thread has the store in hand: whoever rotates logs does not wait for it."""
    docket = late.docket
    worker, = docket.workers()
    log, rotated = docket.folder / "jobs.log", docket.folder / "jobs.log.1"
    with late.lock_of_opening():
        late.mend()
        wait_for(lambda: late.is_opening("unsynced"), 20, "the opening")
        log.rename(rotated)
        os.kill(docket.master, signal.SIGUSR1)
        wait_for(lambda: f"{worker}#{worker}: reopening logs" in docket.log(), 20, "the new log")
    wait_for(lambda: docket.get(f"/result/{late.job}/text").status_code == 200, 20, "the store")
    job = docket.submit(PDF)
    docket.finish(job)
    wait_for(lambda: job in log.read_text(encoding="utf-8"), 20, "the job's line")
    assert late.job in rotated.read_text(encoding="utf-8") and job not in rotated.read_text(encoding="utf-8")


def end(docket, sign):
    """Has nginx end so, in order: without a worker that is killed."""
    os.kill(docket.master, sign)
    wait_for(lambda: not docket.is_running(), 20, "the end of nginx")
    docket.stop()
    docket.check_log()


def assert_usable(late):
    """Nothing was left behind, and the next nginx has the store."""
    run = late.docket.store / "run"
    assert not [path.name for path in run.iterdir() if path.name.startswith("lease.")]
    late.docket.start()
    wait_for(lambda: late.docket.get(f"/result/{late.job}/text").status_code == 200, 20, "the store")
    late.docket.finish(late.docket.submit(PDF))
