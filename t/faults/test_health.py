"""/health looks at what uploads and units need, not at what was well once."""
import contextlib
import subprocess
import sys
import textwrap

import pytest

import documents
from built import wait_for
from client import assert_problem
from docket import Docket, small_disk

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


def test_a_lock_that_another_process_holds(start):
    docket = start(workers=1)
    well(docket)
    holder = subprocess.Popen([sys.executable, "-c", HOLD, docket.store / "lmdb"], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True)
    try:
        if holder.stdout.readline() != "held\n":
            pytest.skip("the lock cannot be held from outside here")
        unwell(docket, "store_unavailable", "lock")
    finally:
        holder.communicate(timeout=30)
    well(docket)
