"""What tests say to a Docket, and what they hear."""
import re

import requests

from built import PATIENCE, wait_for

FINAL = ("completed", "failed")
UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


class Client:
    """Requests to the server of a Docket, which has its `port`."""

    @property
    def url(self):
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def request(self, method, path, **arguments):
        """One request; arguments as for requests.request()."""
        arguments.setdefault("timeout", 60 * PATIENCE)
        return requests.request(method, self.url + path, **arguments)

    def get(self, path, **arguments):
        """One GET."""
        return self.request("GET", path, **arguments)

    def upload(self, content, name="document.pdf", path="/process_pdf", field="file", fields=None, **arguments):
        """Posts one file as a form."""
        return self.request("POST", path, files={field: (name, content)}, data=fields, **arguments)

    def submit(self, content, name="document.pdf", **arguments):
        """Posts one file as a form; the id of the job that was made."""
        answer = self.upload(content, name, **arguments)
        assert answer.status_code in (200, 202), (answer.status_code, answer.text)
        return answer.json()["job_id"]

    def status(self, job):
        """A job's status body."""
        answer = self.get(f"/result/{job}/status")
        assert answer.status_code == 200, (answer.status_code, answer.text)
        return answer.json()

    def finish(self, job, timeout=60, expect="completed"):
        """Waits until a job is final, and in this state if one is named; its status body."""
        def final():
            status = self.status(job)
            return status if status["status"] in FINAL else None
        status = wait_for(final, timeout, f"the end of job {job}")
        assert expect in (None, status["status"]), status
        return status

    def convert(self, content, name="document.pdf", timeout=60, **arguments):
        """Submits one file and waits for it; (job id, Markdown)."""
        job = self.submit(content, name, **arguments)
        self.finish(job, timeout)
        return job, self.result(job, "markdown?raw=1").text

    def result(self, job, what, expect=200, **arguments):
        """A result of a job, with this code."""
        answer = self.get(f"/result/{job}/{what}", **arguments)
        assert answer.status_code == expect, (answer.status_code, answer.text[:2000])
        answer.encoding = "utf-8"
        return answer


def parts_of(answer):
    """What a multipart/byteranges answer has: (content type, Content-Range, bytes) of each part."""
    assert answer.status_code == 206, answer.status_code
    kind, boundary = answer.headers["Content-Type"].split("; boundary=")
    assert kind == "multipart/byteranges"
    first, *parts = answer.content.split(b"\r\n--" + boundary.encode())
    assert first == b"" and parts.pop() == b"--\r\n"
    found = []
    for part in parts:
        head, content = part.split(b"\r\n\r\n", 1)
        fields = dict(line.split(": ", 1) for line in head.decode("ascii").strip().split("\r\n"))
        found.append((fields["Content-Type"], fields["Content-Range"], content))
    return found


def assert_problem(answer, code, word, *mentions):
    """Fails unless an answer is the problem+json `word` with HTTP code `code` whose detail has all `mentions`."""
    assert answer.status_code == code, (answer.status_code, answer.text)
    assert answer.headers["Content-Type"] == "application/problem+json", answer.headers
    body = answer.json()
    assert body["code"] == word, body
    assert set(body) >= {"type", "title", "detail", "code"}, body
    assert "status" not in body
    for mention in mentions:
        assert mention in body["detail"], body
