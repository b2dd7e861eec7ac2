"""How soon the event loop turns to a request while Docket is at work: `return 204` over one connection, next to the
same while nginx's own PUT, or tesseract started by hand, keeps the machine busy."""
import contextlib
import os
import signal
import subprocess
import threading

import documents
from measure import Figure, alternating, folder, median_of, paused, server, wrk
from built import wait_for
from upload import CONNECTIONS, SIZE

LOCATIONS = """
        location /jobs    { docket_upload; }
        location /result/ { docket_result; }
        location = /tasks { docket_tasks anyone; }
        location /dav/    { root %s; dav_methods PUT; client_body_buffer_size 16k; }
        location = /turn  { return 204; }
"""


def run(seconds, rounds):
    """The figures."""
    with folder() as place:
        place.chmod(0o777)
        (place / "dav").mkdir()
        (place / "dav").chmod(0o777)
        body = place / "body.pdf"
        body.write_bytes(documents.padded_pdf(1, SIZE))
        with server(locations=LOCATIONS % place) as one:
            one.finish(one.submit(documents.text_pdf(1), path="/jobs"))
            with paused(one):
                pairs = alternating(lambda: _under_uploads(one, "/jobs/", body, seconds),
                                    lambda: _under_uploads(one, "/dav/", body, seconds), rounds)
        yield from _lines("turn under uploads, sync=on", *pairs, "dav_methods PUT")
        with server(locations=LOCATIONS % place) as one:
            pairs = alternating(lambda: _under_scans(one, seconds), lambda: _under_tesseract(one, place, seconds), rounds)
        yield from _lines("turn under two scans", *pairs, "tesseract")


def _turn(one, seconds):
    return wrk(one.url + "/turn", None, seconds, 1, threads=1)


def _under_uploads(one, path, body, seconds):
    """While uploads come over many connections."""
    load = threading.Thread(target=wrk, args=(one.url + path, "put.lua", seconds + 1, CONNECTIONS, 1),
                            kwargs={"environment": {"BODY": str(body)}})
    load.start()
    try:
        return _turn(one, seconds)
    finally:
        load.join()


def _under_scans(one, seconds):
    """While the engine recognises more pages than it can meanwhile."""
    job = one.submit(documents.scan_pdf([documents.scan_page(1, 300)] * 8 * (seconds + 1)), path="/jobs")
    wait_for(lambda: one.status(job)["processed_pages"] > 0, 60)
    try:
        return _turn(one, seconds)
    finally:
        one.request("DELETE", f"/result/{job}")


def _under_tesseract(one, place, seconds):
    """While two tesseracts do."""
    page = place / "page.png"
    page.write_bytes(documents.png(documents.scan_page(1, 300), 300))
    again = f"while :; do OMP_THREAD_LIMIT=1 tesseract {page} - > /dev/null 2>&1; done"
    with contextlib.ExitStack() as stack:
        for _ in range(2):
            shell = stack.enter_context(subprocess.Popen(["sh", "-c", again], start_new_session=True))
            stack.callback(os.killpg, shell.pid, signal.SIGKILL)
        return _turn(one, seconds)


def _lines(name, ours, theirs, peer):
    ours, theirs = median_of(ours), median_of(theirs)
    yield Figure(name + ", p50", ours.p50, "ms", theirs.p50, peer)
    yield Figure(name + ", p99", ours.p99, "ms", theirs.p99, peer)
