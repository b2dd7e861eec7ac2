"""Conditional fields (RFC 9110, 13): judged before anything is done; 304 is for GET and HEAD only."""
import pytest

import documents
from built import wait_for
from client import assert_problem
from docket import LOCATIONS

PDF = documents.text_pdf(1)
PAST = "Sat, 01 Jan 2000 00:00:00 GMT"
HERE = LOCATIONS + "location = /mine { docket_tasks anyone; }"

# What an upload's target has no representation for: only If-Match can fail there, and dates are ignored.
IGNORED = ({"If-None-Match": "*"}, {"If-None-Match": '"x", W/"1"'}, {"If-Unmodified-Since": PAST},
           {"If-Modified-Since": PAST}, {"Range": "bytes=0-3"}, {"If-Range": '"x"', "Range": "bytes=0-3"})


@pytest.fixture(name="own")
def _own(start):
    """A Docket whose jobs are this test's only."""
    return start(locations=HERE, http="docket_concurrency 1;")


def jobs(docket):
    """The ids of all jobs."""
    return [task["job_id"] for task in docket.get("/mine").json()["tasks"]]


@pytest.mark.parametrize("path", ["/process_pdf", "/jobs"])
@pytest.mark.parametrize("fields", [{}, {"sync": "true"}, {"return": "text"}])
def test_an_upload_is_taken_and_told(docket, path, fields):
    expected = 200 if fields or path == "/process_pdf" else 202
    for headers in IGNORED:
        answer = docket.upload(PDF, path=path, fields=fields, headers=headers)
        assert answer.status_code == expected, (headers, answer.text)
        assert len(answer.content) > 10 and "Content-Range" not in answer.headers
        if fields != {"return": "text"}:
            docket.status(answer.json()["job_id"])
        put = docket.request("PUT", "/jobs/a.pdf", params=fields, data=PDF, headers=headers)
        assert put.status_code == (200 if fields else 202), (headers, put.text)


def test_an_upload_whose_condition_fails_makes_no_job(own):
    for value in ("*", '"x"', 'W/"17", "18"'):
        for send in (lambda headers: own.upload(PDF, headers=headers),
                     lambda headers: own.upload(PDF, fields={"sync": "1"}, headers=headers),
                     lambda headers: own.request("PUT", "/jobs/a.pdf", data=PDF, headers=headers)):
            assert_problem(send({"If-Match": value, "If-None-Match": "*"}), 412, "precondition_failed", "If-Match")
    assert jobs(own) == []


def test_a_job_is_removed_as_it_was_seen(own):
    kept = own.submit(PDF)
    own.finish(kept)
    etag = own.get(f"/result/{kept}/status").headers["ETag"]
    plain = etag.removeprefix("W/")
    for headers in ({"If-Match": '"x"'}, {"If-Match": 'W/"0", "x,"'}, {"If-Match": ""}, {"If-None-Match": "*"},
                    {"If-None-Match": etag}, {"If-None-Match": f'"x", {plain}'}):
        assert_problem(own.request("DELETE", f"/result/{kept}", headers=headers), 412, "precondition_failed")
        assert_problem(own.request("POST", f"/result/{kept}/cancel", headers=headers), 412, "precondition_failed")
    assert own.status(kept)["status"] == "completed"
    for headers in ({"If-Match": etag}, {"If-Match": plain}, {"If-Match": f'"x", {etag}'}, {"If-Match": "*"},
                    {"If-None-Match": '"x"'}, {"If-Unmodified-Since": PAST}, {"If-Modified-Since": PAST}, {}):
        job = own.submit(PDF)
        own.finish(job)
        known = own.get(f"/result/{job}/status").headers["ETag"]
        headers = {name: value.replace(etag, known).replace(plain, known.removeprefix("W/"))
                   for name, value in headers.items()}
        cancelled = own.request("POST", f"/result/{job}/cancel", headers=headers)
        assert cancelled.status_code == 200 and cancelled.json()["status"] == "completed", (headers, cancelled.text)
        removed = own.request("DELETE", f"/result/{job}", headers=headers)
        assert removed.status_code == 200 and removed.json() == {"job_id": job, "status": "deleted"}, headers
    assert jobs(own) == [kept]


def test_a_job_that_went_on_is_not_cancelled(own):
    with own.standing_still() as job:
        waiting = own.submit(PDF)
        old = own.get(f"/result/{waiting}/status").headers["ETag"]
        assert own.request("POST", f"/result/{waiting}/cancel", headers={"If-Match": old}).json()["status"] == "failed"
        assert_problem(own.request("DELETE", f"/result/{waiting}", headers={"If-Match": old}), 412,
                       "precondition_failed", "changed")

        def cancelled():
            """Pages that the held unit had done before may be recorded between the two requests."""
            seen = own.get(f"/result/{job}/status").headers["ETag"]
            answer = own.request("POST", f"/result/{job}/cancel", headers={"If-Match": seen})
            return answer if answer.status_code != 412 else None

        assert wait_for(cancelled, 30, "a state that stays").json()["status"] == "failed"


def test_what_is_not_there_stays_404(own):
    unknown = "01890000-0000-7000-8000-000000000000"
    for headers in ({"If-Match": "*"}, {"If-None-Match": "*"}):
        assert_problem(own.request("DELETE", f"/result/{unknown}", headers=headers), 404, "not_found")
        assert_problem(own.request("POST", f"/result/{unknown}/cancel", headers=headers), 404, "not_found")


def test_reading_has_conditions_as_ever(docket):
    job = docket.submit(PDF)
    docket.finish(job)
    for path in (f"/result/{job}/status", f"/result/{job}/markdown", f"/result/{job}/input"):
        etag = docket.get(path).headers["ETag"]
        for method in ("GET", "HEAD"):
            for headers in ({"If-None-Match": "*"}, {"If-None-Match": f'"x", {etag}'}):
                answer = docket.request(method, path, headers=headers)
                assert answer.status_code == 304 and not answer.content and answer.headers["ETag"] == etag
            assert docket.request(method, path, headers={"If-Match": '"x"'}).status_code == 412
            for headers in ({"If-Match": etag}, {"If-Match": etag, "If-Unmodified-Since": PAST}):
                assert docket.request(method, path, headers=headers).status_code == 200, (path, headers)
        assert_problem(docket.get(path, headers={"If-Match": '"x"'}), 412, "precondition_failed", "If-Match")
    # A status has no date that could be compared; a result has.
    assert docket.get(f"/result/{job}/status", headers={"If-Unmodified-Since": PAST}).status_code == 200
    assert docket.get(f"/result/{job}/markdown", headers={"If-Unmodified-Since": PAST}).status_code == 412
