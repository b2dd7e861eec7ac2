"""/health looks at what uploads and units need, not at what was well once."""
import contextlib
import os
import signal
import socket
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


def test_uploads_that_find_no_thread(start):
    """They are answered within the reading of their body, and gone then: freed memory is filled with another byte."""
    docket = start(workers=1, main="thread_pool small threads=1 max_queue=1;", environment={"MALLOC_PERTURB_": "165"},
                   http="docket_threads docket io=small;")
    well(docket)
    worker = docket.workers()
    with held(docket), contextlib.ExitStack() as stack:
        head = f"PUT /jobs/a.pdf HTTP/1.1\r\nHost: x\r\nContent-Length: {len(PDF)}\r\n\r\n".encode()
        uploads = [stack.enter_context(socket.create_connection(("127.0.0.1", docket.port), timeout=60))
                   for _ in range(8)]
        for upload in uploads:
            upload.sendall(head + PDF[:100])
        wait_for(lambda: len(list(docket.store.glob("spool/*/*/*.in.0"))) >= len(uploads), 20, "their files")
        wait_for(lambda: "queue overflow" in docket.log(), 30, "the pool to be full of what the worker does by itself")
        for upload in uploads:
            upload.sendall(PDF[100:])
        answer = uploads[-1].recv(65536)
        assert answer.startswith(b"HTTP/1.1 503 ") and b"takes no more tasks" in answer, answer
    well(docket)
    assert docket.workers() == worker


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
