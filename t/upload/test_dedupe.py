"""docket_dedupe: who sends the same again gets a new job with the finished results."""
import json

import documents
from built import wait_for
from client import parts_of

LOCATIONS = """
    location = /process_pdf { docket_upload 200; docket_options formats pages password expire priority; docket_owner $http_x_owner; }
    location = /again       { docket_upload 200; docket_options formats pages password expire priority; docket_dedupe on; docket_owner $http_x_owner; }
    location = /few         { docket_upload 200; docket_dedupe on; docket_max_pages 1; docket_owner $http_x_owner; }
    location /result/       { docket_result; docket_owner $http_x_owner; }
    location = /tasks       { docket_tasks; docket_owner $http_x_owner; }
    location = /health      { docket_health; }
"""
PDF = documents.text_pdf([["The first page."], ["The second page."]])
ANN, BOB = {"X-Owner": "ann"}, {"X-Owner": "bob"}


class Client:
    """One owner's."""

    def __init__(self, docket, headers):
        self.docket, self.headers = docket, headers

    def submit(self, *contents, path="/again", **fields):
        files = [("file", (f"{number}.pdf", content)) for number, content in enumerate(contents)]
        answer = self.docket.request("POST", path, files=files, data=fields, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.json()["job_id"]

    def get(self, path, **more):
        headers = {**self.headers, **more.pop("headers", {})}
        return self.docket.request("GET", path, headers=headers, **more)

    def status(self, job):
        return self.get(f"/result/{job}/status").json()

    def finish(self, job):
        return wait_for(lambda: next((status for status in [self.status(job)] if status["final"]), None), 30,
                        f"the end of {job}")

    def done(self, *contents, **how):
        """A job that is completed."""
        job = self.submit(*contents, **how)
        assert self.finish(job)["status"] == "completed"
        return job


def is_linked(client, job):
    """Whether a job was over as soon as it was there."""
    status = client.status(job)
    return status["created_at"] == status["completed_at"] and status["status"] == "completed"


def inodes(docket, job):
    """The files of a job's results."""
    return {path.name.removeprefix(job): path.stat().st_ino for path in docket.store.glob(f"spool/*/*/{job}.*")
            if ".in." not in path.name}


def test_the_same_again_has_the_finished_results(start):
    docket = start(locations=LOCATIONS)
    ann = Client(docket, ANN)
    first = ann.done(PDF)
    again = ann.submit(PDF)
    assert again != first and is_linked(ann, again)
    old, new = ann.status(first), ann.status(again)
    for name in ("status", "final", "total_pages", "processed_pages", "percent_complete", "warnings", "error"):
        assert new[name] == old[name], name
    assert new["files"] == old["files"]
    assert inodes(docket, again) == inodes(docket, first) != {}
    for place in ("markdown", "text", "json", "pages/1/text", "pages/2/json"):
        assert ann.get(f"/result/{again}/{place}?raw=1").content == ann.get(f"/result/{first}/{place}?raw=1").content
        wrapped, answer = (ann.get(f"/result/{job}/{place}").json() for job in (first, again))
        assert answer.pop("job_id") == again and wrapped.pop("job_id") == first
        assert answer == wrapped
    assert ann.get(f"/result/{again}/input").content == PDF
    # Whoever goes first: the other one stays.
    assert docket.request("DELETE", f"/result/{first}", headers=ANN).status_code == 200
    assert "first page" in ann.get(f"/result/{again}/text?raw=1").text
    third = ann.submit(PDF)
    assert is_linked(ann, third)
    assert docket.request("DELETE", f"/result/{again}", headers=ANN).status_code == 200
    assert "second page" in ann.get(f"/result/{third}/markdown?raw=1").text


def test_ranges_of_a_linked_result(start):
    docket = start(locations=LOCATIONS)
    ann = Client(docket, ANN)
    ann.done(PDF)
    again = ann.submit(PDF)
    whole = ann.get(f"/result/{again}/text")
    assert json.loads(whole.content)["job_id"] == again
    for begin, end in ((0, 10), (3, 46), (11, 60), (46, 47), (47, 70), (70, len(whole.content) - 1)):
        answer = ann.get(f"/result/{again}/text", headers={"Range": f"bytes={begin}-{end}"})
        assert answer.status_code == 206 and answer.content == whole.content[begin:end + 1]
    several = parts_of(ann.get(f"/result/{again}/text", headers={"Range": "bytes=0-5,20-30"}))
    assert [part for _, _, part in several] == [whole.content[:6], whole.content[20:31]]
    head = docket.request("HEAD", f"/result/{again}/text", headers=ANN)
    assert int(head.headers["Content-Length"]) == len(whole.content)
    fresh = ann.get(f"/result/{again}/text", headers={"If-None-Match": whole.headers["ETag"]})
    assert fresh.status_code == 304


def test_what_differs_is_done(start):
    docket = start(locations=LOCATIONS)
    ann, bob = Client(docket, ANN), Client(docket, BOB)
    ann.done(PDF)
    assert is_linked(ann, ann.submit(PDF))
    assert not is_linked(bob, bob.done(PDF)), "another owner's"
    assert not is_linked(ann, ann.done(PDF, formats="text")), "other options"
    assert not is_linked(ann, ann.done(PDF, pages="1")), "other pages"
    assert not is_linked(ann, ann.done(PDF, PDF)), "other files"
    assert not is_linked(ann, ann.done(documents.text_pdf([["Other words."]]))), "other bytes"
    assert not is_linked(ann, ann.done(PDF, path="/process_pdf")), "a location without docket_dedupe"
    assert ann.finish(ann.submit(PDF, path="/few"))["error"]["code"] == "too_many_pages"
    assert is_linked(ann, ann.submit(PDF, PDF))
    assert is_linked(ann, ann.submit(PDF, formats="text"))
    assert is_linked(ann, ann.submit(PDF, expire="60", priority="1", note="a field of the job's own"))


def test_what_a_password_opened_is_linked_to_nothing(start):
    docket = start(locations=LOCATIONS)
    ann = Client(docket, ANN)
    ann.done(PDF, password="secret")
    assert not is_linked(ann, ann.done(PDF))
    assert not is_linked(ann, ann.done(PDF, password="secret"))


def test_what_has_failed_is_tried_again(start):
    docket = start(locations=LOCATIONS)
    ann = Client(docket, ANN)
    corrupt = b"%PDF-1.4 nothing more"
    first = ann.finish(ann.submit(corrupt))
    again = ann.finish(ann.submit(corrupt))
    assert first["error"] == again["error"] and again["job_id"] != first["job_id"]
    assert again["started_at"] is not None


def test_without_links_it_is_done_again(start):
    """Where the files of the original cannot be linked, they have gone, say, the job is made as any other."""
    docket = start(locations=LOCATIONS)
    ann = Client(docket, ANN)
    first = ann.done(PDF)
    for path in docket.store.glob(f"spool/*/*/{first}.out.*"):
        path.unlink()
    again = ann.done(PDF)
    assert not is_linked(ann, again)
    assert "first page" in ann.get(f"/result/{again}/text?raw=1").text
    assert is_linked(ann, ann.submit(PDF)), "it is the original now"
