"""What nginx's own logs and headers can say of jobs: the variables $docket_…"""
import re

import pytest

import documents
from built import wait_for
from docket import LOCATIONS

PDF = documents.text_pdf(1)
FORMAT = "log_format jobs '$request_method|$status|$docket_job_id|$docket_status|$docket_owner|$docket_filename|" \
         "$docket_bytes';"
NEVER = "01890000-0000-7000-8000-000000000000"


def lines(docket, count, last):
    """The lines of the access log, each as a list, once there are so many and the last one has the status `last`. Only
    one worker writes them in the order of the answers: nginx logs a request when it was answered."""
    log = docket.folder / "jobs.log"

    def read():
        found = [line.split("|") for line in log.read_text().splitlines()]
        return found if len(found) >= count and found[-1][1] == last else None
    return wait_for(read, 10, f"{count} lines in the log")


def test_variables_in_access_log(start):
    docket = start(workers=1, http=FORMAT, server="access_log jobs.log jobs; docket_owner $http_x_user;",
                   locations=LOCATIONS + "location = /other { return 204; }")
    user = {"X-User": "alice"}
    job = docket.upload(PDF, "first one.pdf", headers=user).json()["job_id"]
    path = f"/result/{job}"
    wait_for(lambda: docket.get(f"{path}/status", headers=user).json()["final"], 30)
    for answer in (docket.get(f"{path}/text", headers=user), docket.get(f"{path}/pages/1/text", headers=user),
                   docket.request("POST", f"{path}/cancel", headers=user)):
        assert answer.status_code == 200
    assert docket.get(f"/result/{NEVER}/text", headers=user).status_code == 404
    assert docket.get(f"{path}/text").status_code == 401
    assert docket.upload(PDF, headers={"X-User": "bob", "Origin": "https://evil.example"}).status_code == 403
    assert docket.get("/other").status_code == 204
    told = [line for line in lines(docket, 9, "204") if line[3] not in ("pending", "processing") or line[0] == "POST"]
    about = [job, "completed", "alice", "first one.pdf", "-"]
    assert told[0] == ["POST", "200", job, "pending", "alice", "first one.pdf", str(len(PDF))]
    assert told[1:] == [["GET", "200", *about], ["GET", "200", *about], ["GET", "200", *about], ["POST", "200", *about],
                        ["GET", "404", "-", "-", "alice", "-", "-"], ["GET", "401", *"-----"],
                        ["POST", "403", *"-----"], ["GET", "204", *"-----"]]


def test_variables_of_answers_that_come_late(start):
    """What waits for a thread's word knows its job when it is logged: an upload, a cancel, a DELETE, a repetition."""
    docket = start(workers=1, http=FORMAT + "docket_concurrency 1;",
                   server="access_log jobs.log jobs; docket_owner $http_x_user;")
    user = {"X-User": "ann"}
    scan = documents.scan_pdf([documents.scan_page(number) for number in range(1, 5)])
    large = PDF + b"\n%" + b"x" * (9 << 20)
    key = {**user, "Idempotency-Key": "one"}
    job = docket.upload(large, "large.pdf", headers=key).json()["job_id"]
    assert docket.upload(large, "large.pdf", headers=key).json()["job_id"] == job
    running = docket.upload(scan, headers=user).json()["job_id"]
    assert docket.request("POST", f"/result/{running}/cancel", headers=user).json()["final"]
    assert docket.get(f"/result/{running}/text", headers=user).status_code == 422
    assert docket.request("DELETE", f"/result/{running}", headers=user).status_code == 200
    assert docket.request("DELETE", f"/result/{running}", headers=user).status_code == 404
    about = [running, "failed", "ann", "document.pdf", "-"]
    told = lines(docket, 7, "404")
    again = told[1].pop(3)
    assert again in ("pending", "processing", "completed")
    # Of a job that is gone nobody knows the file's name any more.
    assert told == [["POST", "200", job, "pending", "ann", "large.pdf", str(len(large))],
                    ["POST", "200", job, "ann", "large.pdf", str(len(large))],
                    ["POST", "200", running, "pending", "ann", "document.pdf", str(len(scan))],
                    ["POST", "200", *about], ["GET", "422", *about],
                    ["DELETE", "200", running, "failed", "ann", "-", "-"],
                    ["DELETE", "404", "-", "-", "ann", "-", "-"]]


def test_variables_in_headers(start):
    docket = start(server="add_header X-Job $docket_job_id; add_header X-State $docket_status;")
    answer = docket.upload(PDF)
    job = answer.json()["job_id"]
    assert (answer.headers["X-Job"], answer.headers["X-State"]) == (job, "pending")
    docket.finish(job)
    answer = docket.get(f"/result/{job}/text")
    assert (answer.headers["X-Job"], answer.headers["X-State"]) == (job, "completed")
    assert "X-Job" not in docket.get("/tasks").headers


@pytest.mark.parametrize("disposition", [
    'attachment; filename="a%0D%0AContent-Type: text/html%0D%0A%0D%0A<script>"',
    "attachment; filename*=UTF-8''a%0D%0AContent-Type:%20text%2Fhtml%0D%0A%0D%0A%3Cscript%3E.pdf",
    'attachment; filename="a\tb\x01c.pdf"',
    "attachment; filename*=UTF-8''%FFa%00b%7F.pdf",
    f'attachment; filename="{"long" * 200}.pdf"',
])
def test_a_name_cannot_end_a_field(start, disposition):
    docket = start(server="add_header X-Name $docket_filename always;")
    answer = docket.request("PUT", "/jobs/", data=PDF, headers={"Content-Disposition": disposition})
    assert answer.status_code == 202 and answer.headers["Content-Type"] == "application/json"
    job = answer.json()["job_id"]
    name = answer.headers["X-Name"].encode("latin-1").decode()
    assert not re.search("[\x00-\x1f\x7f]", name) and len(name.encode()) <= 255 and "Set-Cookie" not in answer.headers
    status = docket.get(f"/result/{job}/status")
    assert status.json()["filename"] == name
    assert status.headers["X-Name"] == answer.headers["X-Name"] and status.json()["job_id"] == job
