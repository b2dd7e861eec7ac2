"""/health looks at what uploads and units need, not at what was well once."""
import contextlib
import os
import signal
import subprocess
import sys
import textwrap

import pytest

import documents
from built import PATIENCE, wait_for
from client import assert_problem
from docket import LOCATIONS, Docket, small_disk

PDF = documents.text_pdf(1)


def unwell(docket, code, *mentions):
    """Until it says so."""
    wait_for(lambda: docket.get("/health").status_code != 200, 30, "the health's change")
    answer = docket.get("/health")
    assert_problem(answer, answer.status_code, code, *mentions)


def well(docket):
    """Until it is well again, and works."""
    wait_for(lambda: docket.get("/health").status_code == 200, 30, "its recovery")
    docket.finish(docket.submit(PDF))


def test_a_full_disk():
    docket = Docket(workers=1)
    with small_disk(docket, "24m"):
        try:
            docket.start()
            well(docket)
            filler = docket.store / "filler"
            with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
            unwell(docket, "store_full", "docket_store")
            filler.unlink()
            well(docket)
        finally:
            docket.stop()
    docket.close()


def test_a_store_that_is_gone(start):
    docket = start(workers=1)
    well(docket)
    (docket.store / "spool").rename(docket.store / "away")
    unwell(docket, "store_unavailable", "removed")
    (docket.store / "away").rename(docket.store / "spool")
    well(docket)


HOLD = textwrap.dedent("""
    import ctypes, sys
    lmdb = ctypes.CDLL("liblmdb.so.0")
    env, txn = ctypes.c_void_p(), ctypes.c_void_p()
    def do(code):
        assert code == 0, code
    do(lmdb.mdb_env_create(ctypes.byref(env)))
    do(lmdb.mdb_env_set_maxdbs(env, 100))
    do(lmdb.mdb_env_open(env, sys.argv[1].encode(), 0, 0o600))
    do(lmdb.mdb_txn_begin(env, None, 0, ctypes.byref(txn)))
    print("held", flush=True)
    sys.stdin.read()
    lmdb.mdb_txn_abort(txn)
""")


@contextlib.contextmanager
def held(docket):
    """While another process holds the store's lock of writers."""
    holder = subprocess.Popen([sys.executable, "-c", HOLD, docket.store / "lmdb"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    try:
        if holder.stdout.readline() != "held\n":
            pytest.skip("the lock cannot be held from outside here")
        yield
    finally:
        holder.communicate(timeout=30)


def test_a_lock_that_another_process_holds(start):
    docket = start(workers=1)
    well(docket)
    with held(docket):
        unwell(docket, "store_unavailable", "lock")
        answer = docket.request("PUT", "/jobs/a.pdf", data=PDF, timeout=30 * PATIENCE)
        assert_problem(answer, 503, "store_unavailable", "does not answer")
        assert docket.get("/tasks").status_code == 200, "what is only read is read"
    well(docket)


@pytest.mark.long
def test_an_upload_does_not_wait_for_ever(start):
    docket = start(workers=1)
    well(docket)
    with held(docket):  # before it is known that the store does not answer
        answer = docket.request("PUT", "/jobs/a.pdf", data=PDF, timeout=100 * PATIENCE, headers={"Idempotency-Key": "1"})
        assert_problem(answer, 503, "store_unavailable", "may still become a job")
    well(docket)
    again = docket.request("PUT", "/jobs/a.pdf", data=PDF, headers={"Idempotency-Key": "1"})
    assert again.status_code == 202
    assert docket.get("/tasks").json()["count"] == 3, "two to see that it is well, and that one"


def test_new_workers_serve_what_needs_no_store(start):
    docket = start(workers=1, locations=LOCATIONS + "location = /plain { return 200 plain; }\n")
    well(docket)
    with held(docket):
        before = set(docket.workers())
        os.kill(docket.master, signal.SIGHUP)
        wait_for(lambda: set(docket.workers()) - before, 20, "a new worker")
        assert docket.get("/plain", timeout=20 * PATIENCE).text == "plain"
        assert_problem(docket.get("/tasks"), 503, "store_unavailable")
    well(docket)
