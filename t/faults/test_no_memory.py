"""Memory that is short: a request ends with 500, the log says of what and why, and nothing else is lost."""
import subprocess

import pytest

import documents
from built import SANITIZED, wait_for
from client import assert_problem
from docket import LOCATIONS, Docket

PDF = documents.text_pdf(1)

# Refuses memory to C++ in pieces of a size that only the tests' long values have.
NO_MEMORY = r"""
#include <cstddef>
#include <cstdlib>
#include <new>
void* operator new(std::size_t size) {
  void* memory = size > 6000 && size < 6100 ? nullptr : std::malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
"""
LONG = "x" * 6050


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    """A Docket whose workers get no memory for LONG."""
    if SANITIZED:
        pytest.skip("the sanitizer wants to be the first library")
    folder = tmp_path_factory.mktemp("library")
    (folder / "no_memory.cpp").write_text(NO_MEMORY)
    library = folder / "no_memory.so"
    subprocess.run(["g++", "-shared", "-fPIC", "-o", library, folder / "no_memory.cpp"], check=True)
    docket = Docket(environment={"LD_PRELOAD": str(library)},
                    locations=LOCATIONS + "location /events { docket_events anyone; }")
    try:
        docket.start()
        yield docket
    finally:
        docket.stop()
    docket.close()


@pytest.mark.parametrize("what, send", [
    ("docket_upload", lambda docket, job: docket.upload(PDF, path=f"/jobs?formats={LONG}")),
    ("docket_upload", lambda docket, job: docket.upload(PDF, fields={"formats": LONG})),
    ("docket_upload", lambda docket, job: docket.upload(PDF, headers={"If-Match": LONG})),
    ("docket_result", lambda docket, job: docket.get(f"/result/{job}/status?dialect={LONG}")),
    ("docket_result", lambda docket, job: docket.get(f"/result/{job}/markdown?wait={LONG}")),
    ("docket_result", lambda docket, job: docket.request("DELETE", f"/result/{job}", headers={"If-Match": LONG})),
    ("docket_tasks", lambda docket, job: docket.get(f"/tasks?status={LONG}")),
    ("docket_events", lambda docket, job: docket.get("/events", headers={
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Protocol": "docket.bearer." + "QUJD" * ((6050 - 2) // 3)})),
])
def test_a_request_that_gets_no_memory_is_told_in_the_log(short, what, send):
    job = short.submit(PDF)
    short.finish(job)
    workers = set(short.workers())
    before = len(short.log())
    answer = send(short, job)
    assert_problem(answer, 500, "internal_server_error", "log")
    wait_for(lambda: f"{what} failed: std::bad_alloc" in short.log()[before:], 10, "a line in the log")
    assert set(short.workers()) == workers
    assert short.status(job)["status"] == "completed"
