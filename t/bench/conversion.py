"""Documents through HTTP, next to the command-line tools doing the same with two processes."""
import http.client
import json
import os
import shutil
import subprocess
import time

import documents
from measure import Figure, alternating, folder, median, server

WORDS = ("the docket travels with the work and says what came in what is being done and where the result will be "
         "found when all of it is ready to be fetched by whoever brought it").split()


def _lines(number, count=46, width=13):
    """Lines of running text, different on every page."""
    return [" ".join(WORDS[(number * 7 + line * 11 + word * 3) % len(WORDS)] for word in range(width)) + "."
            for line in range(count)]


def run(seconds, rounds):
    """The figures."""
    del seconds
    text17 = documents.text_pdf([_lines(page) for page in range(17)])
    yield from _text("17-page text PDF", text17, 60, rounds)
    yield from _text("one-page text PDF", documents.text_pdf([_lines(1)]), 300, rounds)
    yield from _scan(rounds)


def _form(content):
    """A form with one file, and its media type."""
    boundary = "docket-bench"
    head = (f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n")
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def _submit_all(one, content, count):
    """Seconds from the first upload until `count` jobs are completed. One connection and no more than two requests a
    job: the client runs on the same two cores."""
    body, media_type = _form(content)
    connection = http.client.HTTPConnection("127.0.0.1", one.port)

    def ask(*request):
        connection.request(*request)
        return json.loads(connection.getresponse().read())
    began = time.monotonic()
    jobs = [ask("POST", "/jobs", body, {"Content-Type": media_type})["job_id"] for _ in range(count)]
    states = {ask("GET", f"/result/{job}/status?wait=100")["status"] for job in jobs}
    took = time.monotonic() - began
    assert states == {"completed"}
    for job in jobs:
        ask("DELETE", f"/result/{job}")
    connection.close()
    return took


def _warm(one):
    """Has every worker's engine load all that it needs, as it has on a server."""
    jobs = [one.submit(documents.scan_pdf([documents.scan_page(1, 100)]), path="/jobs") for _ in range(8)]
    for job in jobs:
        one.finish(job)


def _text(name, content, count, rounds):
    with folder() as place, server(http="docket_concurrency 2; docket_formats markdown;") as one:
        files = [place / f"{number}.pdf" for number in range(count)]
        for file in files:
            file.write_bytes(content)
        _warm(one)

        def tool():
            began = time.monotonic()
            subprocess.run(["xargs", "-P2", "-n1", "pdftotext"], input="\n".join(map(str, files)), text=True, check=True)
            return time.monotonic() - began
        ours, theirs = alternating(lambda: _submit_all(one, content, count), tool, rounds)
    yield Figure(f"{name}s through HTTP", count / median(ours), "docs/s", count / median(theirs), "xargs -P2 pdftotext")


def _scan(rounds):
    pages = [documents.draw_page(_lines(number, 40, 11), dpi=300, skew=0.2, speckles=0.0002, seed=number)
             for number in range(8)]
    content = documents.scan_pdf(pages)
    with folder() as place, server(http="docket_concurrency 2;") as one:
        for number, page in enumerate(pages):
            (place / f"{number}.png").write_bytes(documents.png(page, 300))
        _warm(one)

        def ours():
            return _submit_all(one, content, 1)

        def tool():
            began = time.monotonic()
            names = "\n".join(str(place / f"{number}.png") for number in range(8))
            subprocess.run(["xargs", "-P2", "-I{}", "tesseract", "{}", "{}"], input=names, text=True, check=True,
                           stderr=subprocess.DEVNULL, env={**os.environ, "OMP_THREAD_LIMIT": "1"})
            return time.monotonic() - began

        def ocrmypdf():
            (place / "scan.pdf").write_bytes(content)
            began = time.monotonic()
            subprocess.run(["ocrmypdf", "-j2", "--force-ocr", "--sidecar", place / "scan.txt", place / "scan.pdf",
                            place / "out.pdf"], check=True, stderr=subprocess.DEVNULL)
            return time.monotonic() - began
        peers = {"xargs -P2 tesseract": tool}
        if shutil.which("ocrmypdf"):  # no part of scripts/setup: it brings fonts that other programs then draw with
            peers["ocrmypdf -j2 --force-ocr --sidecar"] = ocrmypdf
        for name, peer in peers.items():
            mine, theirs = alternating(ours, peer, max(1, rounds - 1))
            yield Figure("one 8-page scan at 300 dpi", 8 / median(mine), "pages/s", 8 / median(theirs), name)
