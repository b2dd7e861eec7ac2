"""A machine that is not as it should be: no room, a store that cannot be written, another engine, an old kernel."""
import contextlib
import ctypes
import os
import re
import shutil
import socket
import struct
import subprocess

import pytest

import documents
from built import ENGINE, SANITIZED, wait_for
from client import assert_problem
from docket import Docket, small_disk

PDF = documents.text_pdf(1)

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")


@contextlib.contextmanager
def on_small_disk(size):
    """A Docket of one worker whose store has so much room."""
    docket = Docket(workers=1, server="add_header X-Worker $pid always;")
    with small_disk(docket, size):
        try:
            yield docket.start()
        finally:
            docket.stop()
    docket.close()


@needs_root
def test_a_full_disk():
    with on_small_disk("24m") as docket:
        docket.allow("The disk of docket_store is full")
        job = docket.submit(PDF)
        docket.finish(job)
        worker = docket.get("/health").headers["X-Worker"]
        for _ in range(3):
            answer = docket.upload(documents.padded_pdf(1, 40_000_000))
            assert_problem(answer, 507, "store_full", "docket_store")
        # What was there is there, the next job is done, and by the same worker.
        assert docket.result(job, "text").json()["status"] == "completed"
        docket.finish(docket.submit(PDF))
        assert docket.get("/health").headers["X-Worker"] == worker
        wait_for(lambda: len(list(docket.store.glob("spool/*/*/*.in.*"))) == 2, 10, "the removal of what had no room")


@needs_root
def test_what_was_refused_takes_no_room():
    """When the answer comes it is gone, and its key is free, though its client goes on sending and keeps the connection."""
    with on_small_disk("24m") as docket:
        docket.allow("The disk of docket_store is full")
        document = documents.padded_pdf(1, 40_000_000)
        with socket.create_connection(("127.0.0.1", docket.port), timeout=30) as connection:
            connection.sendall((f"PUT /jobs/a.pdf HTTP/1.1\r\nHost: x\r\nIdempotency-Key: again\r\n"
                                f"Content-Length: {len(document)}\r\n\r\n").encode() + document[:-1])
            answer = connection.recv(65536)
            assert b" 507 " in answer and b"store_full" in answer
            assert list(docket.store.glob("spool/*/*/*.in.*")) == []
            docket.finish(docket.submit(PDF, headers={"Idempotency-Key": "again"}))


@needs_root
def test_a_disk_that_is_full_for_a_while_costs_no_page():
    with on_small_disk("24m") as docket:
        docket.allow("The disk of docket_store is full")
        jobs = [docket.submit(documents.text_pdf(90)),
                docket.submit(documents.tiff([documents.scan_page(number) for number in range(1, 5)]))]
        fill = docket.store / "fill"
        with contextlib.suppress(OSError), fill.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(65536))
        wait_for(lambda: "units wait until there is room" in docket.log(), 30, "the log's word")
        assert docket.get("/tasks").json()["tasks"][0]["final"] is False
        fill.unlink()
        for job, pages in zip(jobs, (90, 4)):
            status = docket.finish(job)
            assert status["processed_pages"] == pages and status["warnings"] == []


@needs_root
def test_a_disk_that_is_full_at_the_start():
    docket = Docket()
    docket.allow("cannot be used")
    with small_disk(docket, "24m"):
        fill = docket.store / "fill"
        with contextlib.suppress(OSError), fill.open("wb", buffering=0) as file:
            while True:
                file.write(bytes(65536))
        docket.start()
        assert_problem(docket.upload(PDF), 503, "store_unavailable")
        wait_for(lambda: len(set(re.findall(r" (\d+)#.*cannot be used", docket.log()))) == 2, 20, "both workers' word")
        fill.unlink()
        wait_for(lambda: docket.log().count("can be used now") == 2, 20, "both workers")
        docket.finish(docket.submit(PDF))
        docket.stop()
    docket.close()


FAILING_SYNC = r"""
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
static char path[4096];
__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("FAILING_SYNC");
  for (size_t i = 0; name && name[i] && i + 1 < sizeof path; ++i) path[i] = name[i];
}
/* Whether the file of this name holds a part of the name of what is to be synced; with "once" behind it, only
   the first time: the file is emptied then. */
static int is_to_fail(int fd) {
  char link[64], name[4096] = "", part[64] = "", once[8] = "";
  FILE *told = fopen(path, "r");
  if (!told) return 0;
  int words = fscanf(told, "%63s %7s", part, once);
  fclose(told);
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  return words > 0 && readlink(link, name, sizeof name - 1) > 0 && strstr(name, part) != NULL &&
         (words == 1 || truncate(path, 0) == 0);
}
int fdatasync(int fd) {
  if (path[0] && is_to_fail(fd)) { errno = EIO; return -1; }
  return (int)syscall(SYS_fdatasync, fd);
}
"""


@pytest.fixture
def failing_sync(open_folder):
    """An nginx and a file: what that names cannot be synced."""
    if SANITIZED:
        pytest.skip("the sanitizer wants to be the first library")
    (open_folder / "failing.c").write_text(FAILING_SYNC)
    library, failing = open_folder / "failing.so", open_folder / "failing"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, open_folder / "failing.c"], check=True)
    docket = Docket(environment={"LD_PRELOAD": str(library), "FAILING_SYNC": str(failing)})
    try:
        docket.start()
        yield docket, failing
    finally:
        docket.stop()
    docket.close()


def test_a_sync_that_failed(failing_sync):
    docket, failing = failing_sync
    before = set(wait_for(lambda: len(docket.workers()) == 2 and docket.workers(), 20, "both workers"))
    job = docket.submit(PDF)
    docket.finish(job)
    failing.write_text("data.mdb")
    for _ in range(10):  # one worker meets it, or both
        assert docket.upload(PDF).status_code in (500, 503)
    failing.unlink()
    # Nobody knows what is on the disk: a worker whose store has met it ends, and another one opens it anew.
    ended = wait_for(lambda: before - set(docket.workers()), 20, "the end of a worker")
    wait_for(lambda: len(docket.workers()) == 2, 30, "a new worker")
    assert docket.log().count("so that a new one opens it") >= len(ended)
    wait_for(lambda: all(docket.get("/health").status_code == 200 for _ in range(20)), 30, "both to be well")
    assert docket.result(job, "text").json()["status"] == "completed"
    docket.finish(docket.submit(PDF))


def test_results_whose_sync_failed(failing_sync):
    """The next sync of the file would succeed, without what was lost: they are made anew."""
    docket, failing = failing_sync
    failing.write_text(".out. once")
    failing.chmod(0o666)
    job = docket.submit(PDF)
    status = docket.finish(job)
    assert failing.read_text() == "" and status["attempts"] == 2, status
    assert TEXT_OF_PAGE in docket.result(job, "text?raw=1").text


@needs_root
def test_a_store_that_cannot_be_written():
    with on_small_disk("64m") as docket:
        job = docket.submit(PDF)
        docket.finish(job)
        worker = docket.get("/health").headers["X-Worker"]
        # Files that are open for writing keep a file system from becoming read-only.
        fill = docket.store / "fill"
        with contextlib.suppress(OSError), fill.open("wb") as file:
            while True:
                file.write(b"x" * 65536)
                file.flush()
        answer = docket.upload(PDF)
        assert answer.status_code in (503, 507), answer.text
        assert answer.json()["code"] in ("store_full", "store_unavailable")
        assert docket.status(job)["status"] == "completed"
        assert TEXT_OF_PAGE in docket.result(job, "text?raw=1").text
        fill.unlink()
        docket.finish(docket.submit(PDF))
        assert docket.get("/health").headers["X-Worker"] == worker


TEXT_OF_PAGE = documents.page_text(1)


def test_a_store_that_is_no_folder():
    docket = Docket()
    docket.store.write_text("this is no folder")
    try:
        code, said = docket.check_conf()
        assert code != 0 and "no folder" in said and f"in {docket.conf}:" in said, said
    finally:
        docket.remove_folder()


def test_a_store_of_something_else():
    """It cannot be opened: nginx serves everything else, and says what is wrong."""
    docket = Docket(locations="location /other { return 204; } location = /process_pdf { docket_upload; } "
                              "location /result/ { docket_result; } location = /health { docket_health; }")
    docket.store.mkdir()
    (docket.store / "lmdb").write_text("no folder")
    if docket.user:
        for path in (docket.store, docket.store / "lmdb"):
            shutil.chown(path, docket.user, docket.user)
    try:
        docket.start()
        docket.allow("cannot be used")
        assert docket.get("/other").status_code == 204
        for answer in (docket.upload(PDF), docket.get("/health"),
                       docket.get("/result/01890000-0000-7000-8000-000000000000")):
            assert_problem(answer, 503, "store_unavailable", "error log")
            assert answer.headers["Retry-After"]
        assert f'the store "{docket.store}" cannot be used' in docket.log()
    finally:
        docket.close()


# ---- Engines.

def write_engine(docket, text):
    """Puts a program of this text in the engine's place."""
    docket.engine.unlink()
    docket.engine.write_text(text)
    docket.engine.chmod(0o755)


def unwell(docket):
    """What /health answers, once it is not well: the very answer that said so, since each worker speaks of its own
    engine, and the next may come from one that has not tried its engine yet."""
    answers = []
    wait_for(lambda: answers.append(docket.get("/health")) or answers[-1].status_code == 503, 20, "bad health")
    return answers[-1]


def restore_engine(docket):
    """Puts the engine back."""
    docket.engine.unlink()
    docket.engine.symlink_to(ENGINE)


OTHER_VERSION = """#!/usr/bin/python3
import socket, struct
control = socket.socket(fileno=3)
version = b"9.9.9"
control.send(struct.pack("<I", 9999) + struct.pack("<I", len(version)) + version)
control.recv(1)
"""


def test_an_engine_of_another_version(start):
    docket = start(workers=1)
    write_engine(docket, OTHER_VERSION)
    job = docket.submit(PDF)
    answer = unwell(docket)
    assert_problem(answer, 503, "store_unavailable", "9.9.9", "9999")
    assert not docket.status(job)["final"]
    restore_engine(docket)
    docket.finish(job)


def test_a_missing_engine(start):
    docket = start(workers=1)
    docket.engine.unlink()
    job = docket.submit(PDF)
    answer = unwell(docket)
    assert_problem(answer, 503, "store_unavailable", str(docket.engine))
    docket.engine.symlink_to(ENGINE)
    docket.finish(job)


# ---- A kernel without Landlock.

LANDLOCK_CREATE_RULESET = 444


def without_landlock():
    """Has the kernel know no Landlock in this process and all that come from it: seccomp answers ENOSYS."""
    libc = ctypes.CDLL(None, use_errno=True)
    program = b"".join(struct.pack("<HBBI", *instruction) for instruction in (
        (0x20, 0, 0, 0),                           # load the number of the system call
        (0x15, 0, 1, LANDLOCK_CREATE_RULESET),     # is it this one?
        (0x06, 0, 0, 0x00050000 | 38),             # then: ENOSYS
        (0x06, 0, 0, 0x7FFF0000)))                 # else: allowed
    buffer = ctypes.create_string_buffer(program)
    filter_program = struct.pack("<HxxxxxxQ", 4, ctypes.addressof(buffer))
    assert libc.prctl(38, 1, 0, 0, 0) == 0
    assert libc.prctl(22, 2, ctypes.c_char_p(filter_program), 0, 0) == 0


def start_without_landlock(docket):
    """Starts a Docket on what looks like an older kernel."""
    docket.before_start = without_landlock
    return docket.start()


def test_a_kernel_without_landlock():
    docket = Docket()
    try:
        start_without_landlock(docket)
        docket.finish(docket.submit(PDF))
        docket.stop()
        docket.configure(http="docket_sandbox strict;")
        start_without_landlock(docket)
        job = docket.submit(PDF)
        answer = unwell(docket)
        assert_problem(answer, 503, "store_unavailable", "Landlock")
        assert not docket.status(job)["final"]
    finally:
        docket.close()
