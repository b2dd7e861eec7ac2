"""Memory (PSS) at rest, during one upload of 2 GB, and while two scans are recognised."""
import threading
import time

import documents
from measure import Figure, pss, server

UPLOAD = 2_000_000_000
PIECE = bytes(1 << 20)


def run(seconds, rounds):
    """The figures; how long and how often is set by what is done here."""
    del seconds, rounds
    with server(store=None, locations="") as plain:
        alone = pss(plain.processes())
    with server(body_size="3g") as one:
        started = pss(one.processes())
        one.finish(one.submit(documents.text_pdf(1)))
        rested = pss(one.processes())
        yield Figure("PSS at rest, before the first document", started, "MiB", alone, "nginx alone")
        yield Figure("PSS at rest, engine warm", rested, "MiB", alone, "nginx alone")
        yield Figure("PSS of the workers, before the 2 GB upload", pss(one.workers()), "MiB")
        yield Figure("PSS of the workers during one upload of 2 GB (most)", _during(
            lambda: _upload(one), lambda: pss(one.workers())), "MiB")
    with server() as one:
        page = documents.draw_page(["The words of a scan, line by line, to be recognised here."] * 40, dpi=300)
        scan = documents.scan_pdf([page] * 3)

        def two():
            for job in [one.submit(scan), one.submit(scan)]:
                one.finish(job, 120)
        yield Figure("PSS of the whole while two scans are recognised (most)",
                     _during(two, lambda: pss(one.processes())), "MiB", alone, "nginx alone")


def _upload(one):
    """Sends a large PDF piece by piece. Only its beginning is a document's: Docket takes it by its first bytes."""
    def pieces():
        yield b"%PDF-1.7\n"
        for _ in range(UPLOAD // len(PIECE)):
            yield PIECE
    answer = one.request("PUT", "/jobs/large.pdf", data=pieces(), timeout=600)
    assert answer.status_code == 202, answer.text
    one.request("DELETE", f"/result/{answer.json()['job_id']}")


def _during(action, measure):
    """The highest value of `measure` while `action` runs."""
    most, failures = measure(), []

    def guarded():
        try:
            action()
        except BaseException as problem:  # handed to the thread that waits
            failures.append(problem)
    thread = threading.Thread(target=guarded)
    thread.start()
    while thread.is_alive():
        most = max(most, measure())
        time.sleep(0.05)
    thread.join()
    if failures:
        raise failures[0]
    return most
