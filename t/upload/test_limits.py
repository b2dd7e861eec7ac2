"""How much there may be of everything: unfinished jobs, one owner's, bytes; and what is said beyond."""
import concurrent.futures
import datetime
import hashlib
import os
import re
import signal

import pytest

import documents
from built import wait_for
from client import assert_problem
from docket import LOCATIONS

PDF = documents.text_pdf(1)
SCAN = documents.scan_pdf([documents.scan_page(number) for number in range(1, 9)])


def assert_later(answer, code, word, *mentions):
    """Fails unless an answer says so, and when to come again."""
    assert_problem(answer, code, word, *mentions)
    assert re.fullmatch(r"\d+", answer.headers["Retry-After"])


def test_unfinished_jobs(start):
    docket = start(http="docket_queue jobs=2; docket_concurrency 1;")
    jobs = [docket.submit(SCAN)]
    docket.hold_unit()
    jobs.append(docket.submit(PDF))
    assert_later(docket.upload(PDF), 503, "queue_full", "docket_queue jobs=2")
    # Before the body: a large one is not waited for.
    answer = docket.request("PUT", "/jobs/a.pdf", data=PDF, headers={"Expect": "100-continue"})
    assert_later(answer, 503, "queue_full")
    docket.request("POST", f"/result/{jobs[0]}/cancel")
    docket.finish(docket.submit(PDF))


def test_unfinished_jobs_of_one_owner(start, tmp_path):
    tokens = tmp_path / "tokens"
    tokens.write_text("".join(f"{name}:{hashlib.sha256(name.encode()).hexdigest()}\n" for name in ("ann", "bob")))
    docket = start(http=f"docket_queue per_owner=1; docket_concurrency 1; docket_tokens {tokens};")
    ann, bob = ({"Authorization": f"Bearer {name}"} for name in ("ann", "bob"))
    assert docket.upload(SCAN, headers=ann).status_code == 200
    assert_later(docket.upload(PDF, headers=ann), 429, "queue_full", "docket_queue per_owner=1")
    assert docket.upload(PDF, headers=bob).status_code == 200


def test_many_at_once_do_not_pass_the_limit(start):
    docket = start(http="docket_queue jobs=5; docket_concurrency 1;")
    docket.submit(SCAN)
    child = docket.hold_unit()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: docket.upload(SCAN).status_code, range(24)))
    assert sorted(set(codes)) == [200, 503] and codes.count(200) == 4
    os.kill(child, signal.SIGCONT)


def test_bytes_of_the_store(start):
    docket = start(store="max_size=2m")
    padded = documents.padded_pdf(1, 900_000)
    first = docket.submit(padded)
    docket.finish(first)
    assert_later(docket.upload(documents.padded_pdf(1, 1_500_000)), 507, "store_full", "docket_store max_size=2097152")
    assert docket.get(f"/result/{first}/text").status_code == 200
    assert docket.request("DELETE", f"/result/{first}").status_code == 200
    docket.finish(docket.submit(padded))


@pytest.mark.parametrize("directive, fields, attempts", [("docket_attempts 1;", {}, 1), ("docket_attempts 3;", {}, 3)])
def test_attempts(start, directive, fields, attempts):
    docket = start(http=f"docket_unit_timeout 1s; docket_concurrency 1; {directive}")
    docket.allow("it took longer")
    page = documents.draw_page(["words with words behind them on the line " * 2] * 50, dpi=600)  # more than any machine's second
    status = docket.finish(docket.submit(documents.png(page), fields=fields), 60, expect="failed")
    assert status["error"]["code"] == "timeout" and f"after {attempts} tr" in status["error"]["detail"]


def test_priority_of_a_location(start):
    docket = start(http="docket_concurrency 1;", locations=LOCATIONS + """
        location = /urgent { docket_upload; docket_priority 0; }
        location = /by_arg { docket_upload; docket_priority $arg_p; }""")
    docket.allow("docket_priority is")
    first = docket.submit(SCAN)
    wait_for(lambda: docket.status(first)["status"] == "processing", 30)
    late, soon = docket.submit(PDF), docket.submit(PDF, path="/urgent")
    last, sooner = docket.submit(PDF, path="/by_arg?p=9"), docket.submit(PDF, path="/by_arg?p=none")
    docket.finish(last)
    ends = [docket.status(job)["completed_at"] for job in (soon, late, sooner, last)]
    assert ends == sorted(ends), "urgent, usual, of no priority (usual), last"


def test_how_long_a_job_is_kept(start):
    docket = start(http="docket_expire 2h; docket_options expire;", locations=LOCATIONS + """
        location = /short { docket_upload; docket_expire 90s; }
        location = /for_ever { docket_upload; docket_expire never; }""")

    def kept(path="/process_pdf", **fields):
        status = docket.finish(docket.submit(PDF, path=path, fields=fields))
        if status["expires_at"] is None:
            return None
        completed, expires = (datetime.datetime.fromisoformat(status[name].replace("Z", "+00:00"))
                              for name in ("completed_at", "expires_at"))
        return (expires - completed).total_seconds()
    assert kept() == 7200 and kept(expire="3600") == 3600 and kept(expire="90m") == 5400
    assert kept("/short") == 90 and kept("/for_ever") is None and kept("/for_ever", expire="7d") == 604800
    for wrong in ("soon", "0", "-1", "1y", "1.5h"):
        assert_problem(docket.upload(PDF, fields={"expire": wrong}), 400, "bad_option", "expire")
    assert_problem(docket.upload(PDF, fields={"expire": "3h"}), 400, "bad_option", "7200 s", "docket_expire")
