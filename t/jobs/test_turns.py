"""Turns: between clients that have no owner, and between the jobs of one."""
import os
import signal

import requests
from requests.adapters import HTTPAdapter

import documents

PAGES = 8


class Bound(HTTPAdapter):
    """Connects from an address of loopback."""

    def __init__(self, address):
        self.address = address
        super().__init__()

    def init_poolmanager(self, *arguments, **more):
        super().init_poolmanager(*arguments, source_address=(self.address, 0), **more)


def submit_from(docket, address, text):
    """Posts a letter from this address; the id of its job."""
    with requests.Session() as session:
        session.mount("http://", Bound(address))
        answer = session.post(f"{docket.url}/process_pdf", timeout=60,
                              files={"file": ("letter.pdf", documents.text_pdf([[text]]))})
    assert answer.status_code == 200, answer.text
    return answer.json()["job_id"]


def test_a_letter_does_not_wait_for_a_long_scan(start):
    docket = start(http="docket_concurrency 1;")
    scan = docket.submit(documents.scan_pdf([documents.scan_page(number) for number in range(1, PAGES + 1)]))
    child = docket.hold_unit()
    assert docket.status(scan)["processed_pages"] <= PAGES - 3, "too late for this test"
    letter = docket.submit(documents.text_pdf([["A letter."]]))
    assert docket.status(letter)["status"] == "pending"
    os.kill(child, signal.SIGCONT)
    ends = [docket.finish(job, 90)["completed_at"] for job in (letter, scan)]
    assert ends[0] < ends[1], "the scan was done first"
    assert docket.result(scan, "text?raw=1").text.count("Scanned page") == PAGES


def test_clients_without_an_owner_take_turns(start):
    """One has a queue, another one comes later."""
    docket = start(http="docket_concurrency 1;")
    with docket.standing_still():
        many = [submit_from(docket, "127.0.0.1", f"Letter {number}.") for number in range(5)]
        late = submit_from(docket, "127.0.0.2", "A letter of another client.")
    ends = {job: docket.finish(job)["completed_at"] for job in [late, *many]}
    assert ends[late] < sorted(ends[job] for job in many)[2], "it waited for all of the other client's"
