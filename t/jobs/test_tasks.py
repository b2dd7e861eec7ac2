"""Listing: order, paging, filters."""
import re
from urllib.parse import urljoin

import pytest

import documents
from client import assert_problem
from docket import Docket

PDF = documents.text_pdf(1)


@pytest.fixture(scope="module")
def listed():
    """A Docket of seven jobs, of which the second has failed, oldest first; (docket, ids)."""
    docket = Docket().start()
    jobs = [docket.submit(PDF, f"{number}.pdf") if number != 1 else docket.submit(b"%PDF-1.4 broken", "1.pdf")
            for number in range(7)]
    for number, job in enumerate(jobs):
        docket.finish(job, expect="failed" if number == 1 else "completed")
    yield docket, jobs
    docket.close()


def ids(answer):
    """The ids of a list."""
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert set(body) == {"tasks", "count", "next_cursor"} and body["count"] == len(body["tasks"])
    return [task["job_id"] for task in body["tasks"]]


def test_newest_first(listed):
    docket, jobs = listed
    answer = docket.get("/tasks")
    assert ids(answer) == jobs[::-1]
    assert answer.json()["next_cursor"] is None and "Link" not in answer.headers


def test_entries_are_short_status_bodies(listed):
    docket, jobs = listed
    entry = docket.get("/tasks?limit=1").json()["tasks"][0]
    whole = docket.status(jobs[-1])
    assert entry == {name: value for name, value in whole.items() if name not in ("fields", "files", "results")}


@pytest.mark.parametrize("limit", [1, 3, 7, 100])
def test_paging_by_cursor(listed, limit):
    docket, jobs = listed
    found, cursor = [], None
    while True:
        answer = docket.get("/tasks", params={"limit": limit, "cursor": cursor})
        found += ids(answer)
        assert len(answer.json()["tasks"]) <= limit
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            break
    assert found == jobs[::-1]


def test_paging_by_link(listed):
    docket, jobs = listed
    found, path = [], "/tasks?limit=2&status=completed"
    while path:
        answer = docket.get(path)
        found += ids(answer)
        link = re.fullmatch(r'<([^>]*)>; rel="next"', answer.headers.get("Link", ""))
        assert (link is None) == (answer.json()["next_cursor"] is None)
        path = urljoin(path, link[1]) if link else None
    assert found == [job for job in jobs[::-1] if job != jobs[1]]


def test_by_status(listed):
    docket, jobs = listed
    assert ids(docket.get("/tasks?status=failed")) == [jobs[1]]
    assert ids(docket.get("/tasks?status=failed,completed")) == jobs[::-1]
    assert ids(docket.get("/tasks?status=pending,processing")) == []


def test_by_ids(listed):
    docket, jobs = listed
    asked = [jobs[4], jobs[0], "01920000-0000-7000-8000-000000000000"]
    assert sorted(ids(docket.get("/tasks", params={"ids": ",".join(asked)}))) == sorted([jobs[4], jobs[0]])


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=many", "status=done", "status=completed,done",
                                   "cursor=nonsense", "ids=nonsense", "limit=-1"])
def test_unknown_values(listed, query):
    docket, _ = listed
    assert_problem(docket.get(f"/tasks?{query}"), 400, "bad_option")


def test_too_many_ids(listed):
    docket, jobs = listed
    assert_problem(docket.get("/tasks", params={"ids": ",".join([jobs[0]] * 101)}), 400, "bad_option")


def test_a_cursor_outlives_its_job(listed):
    docket, jobs = listed
    extra = docket.submit(PDF)
    docket.finish(extra)
    cursor = docket.get("/tasks?limit=1").json()["next_cursor"]
    docket.request("DELETE", f"/result/{extra}")
    assert ids(docket.get(f"/tasks?cursor={cursor}")) == jobs[::-1]


def test_empty(start):
    docket = start()
    assert docket.get("/tasks").json() == {"tasks": [], "count": 0, "next_cursor": None}


def test_everybodys_jobs_must_be_asked_for(start):
    docket = start(locations="location /result/ { docket_result; } location = /tasks { docket_tasks; }")
    assert docket.get("/tasks").status_code in (401, 403)


def test_head(listed):
    docket, _ = listed
    answer = docket.request("HEAD", "/tasks")
    assert answer.status_code == 200 and answer.content == b""
