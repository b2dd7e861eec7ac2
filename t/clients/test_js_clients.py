"""Clients of npm's: eventsource, which browsers' EventSource is like, standardwebhooks, and pages in a real Chromium with
fetch, XMLHttpRequest, WebSocket, EventSource, Dropzone and Uppy. scripts/test installs them."""
import base64
import json
import os
import shutil
import signal
import subprocess

import pytest

import documents
from built import PATIENCE, ROOT, free_port, wait_for
from docket import LOCATIONS
from receiver import Receiver

JS = ROOT / "t" / "js"
PDF = documents.text_pdf(1)
SCAN = documents.tiff([documents.scan_page(number, dpi=100) for number in range(1, 4)], dpi=100)
EVENTS = "location /events { docket_events anyone; }"

pytestmark = pytest.mark.skipif(shutil.which("node") is None or not (JS / "node_modules").is_dir(),
                                reason="node, or npm's packages, could not be installed")


def node(script, *arguments, **how):
    """A script of t/js, started."""
    return subprocess.Popen(["node", JS / script, *arguments], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, **how)


def told(process):
    """What the listener printed, once it has ended by itself."""
    out, errors = process.communicate(timeout=60 * PATIENCE)
    assert process.returncode == 0, errors
    return [json.loads(line) for line in out.splitlines()]


def test_eventsource_hears_all_and_stops(start):
    docket = start(locations=LOCATIONS + EVENTS)
    job = docket.submit(SCAN, name="scan.tif")
    *events, closed = told(node("events.mjs", f"{docket.url}/events/{job}"))
    assert closed == {"name": "closed", "code": 204}, "it came again, and was told not to"
    numbers = [int(event["id"]) for event in events]
    assert numbers == sorted(set(numbers)), "nothing is told twice"
    assert events[-1]["data"] == docket.status(job)
    assert sum(event["name"] == "page" for event in events) <= 3


def test_eventsource_goes_on_after_a_reload(start):
    docket = start(http="docket_concurrency 1;", locations=LOCATIONS + EVENTS)
    with docket.standing_still():
        job = docket.submit(PDF)
        listener = node("events.mjs", f"{docket.url}/events/{job}")
        first = json.loads(listener.stdout.readline())
        assert first["data"]["status"] == "pending"
        os.kill(docket.master, signal.SIGHUP)
        wait_for(lambda: docket.connections() == 0, 20, "the end of its stream")
        wait_for(lambda: docket.connections() == 1, 20, "that it comes again")
    *events, closed = told(listener)
    assert closed["code"] == 204
    numbers = [int(event["id"]) for event in [first, *events]]
    assert numbers == sorted(set(numbers)) and not any(event["name"] == "reset" for event in events)
    assert events[-1]["data"]["status"] == "completed"


def test_standardwebhooks_verifies_what_is_sent(start, open_folder):
    secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    (open_folder / "secrets").write_text(secret + "\n")
    receiver = Receiver()
    try:
        docket = start(http=f"docket_callback {receiver.url}; docket_callback_secret {open_folder}/secrets;")
        docket.submit(PDF, "scan é.pdf")
        sent, = receiver.wait(1)
    finally:
        receiver.close()

    def check(key, body):
        process = node("verify.mjs")
        process.communicate(json.dumps({"secret": key, "headers": dict(sent["headers"]), "body": body}),
                            timeout=60 * PATIENCE)
        return process.returncode == 0
    body = sent["body"].decode()
    assert check(secret, body)
    assert not check(secret, body.replace("completed", "failed"))
    assert not check("whsec_" + base64.b64encode(bytes(32)).decode(), body)


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium could not be installed")
def test_pages_in_chromium(start, open_folder):
    """From another origin than Docket's, which docket_cors lists."""
    (open_folder / "index.html").write_text("<!doctype html><title>page</title>")
    (open_folder / "a.pdf").write_bytes(PDF)
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    docket = start(http=f"docket_cors {origin}; server {{ listen 127.0.0.1:{port}; root {open_folder}; }}",
                   locations=LOCATIONS + "location /events { docket_events anyone; }"
                   "location = /convert { docket_upload; docket_defaults wait=50 return=text raw=1; }")
    got, = told(node("browser.mjs", origin, docket.url, open_folder / "a.pdf",
                     env={**os.environ, "CHROMIUM": shutil.which("chromium")}))
    assert got["errors"] == []
    text = docket.result(docket.submit(PDF, fields={"wait": "50"}), "text?raw=1").content
    fetched = got["fetch"]
    assert fetched["code"] == 202 and fetched["location"].endswith("/status"), fetched
    assert (fetched["status"], fetched["filename"], fetched["gone"], fetched["missing"]) == (
        "completed", "päge.pdf", 200, "not_found"), fetched
    assert fetched["range"] == f"bytes 0-3/{len(text)}" and fetched["part"] == 4, fetched
    assert got["xhr"]["code"] == 200 and got["xhr"]["progress"], got["xhr"]
    assert got["xhr"]["type"].startswith("text/plain") and got["xhr"]["body"] == text.decode()[:40]
    assert got["websocket"] == {"code": 1000, "status": "completed"}
    assert got["event_source"] == {"status": "completed"}
    assert got["uppy"] == {"failed": 0, "status": "pending"}
    assert got["dropzone"] == {"success": "pending"} and got["dropzone_whole"] == {"success": "pending"}
    assert "chunking" in got["dropzone_chunks"]["error"], got["dropzone_chunks"]
