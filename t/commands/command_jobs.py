"""What tests of commands share."""


def submit(docket, files=(), fields=None, path="/run", **arguments):
    """Gives /run some files, (name, content) each, and fields; the job's id."""
    answer = docket.request("POST", path, files=[("data", file) for file in files] or None, data=fields, **arguments)
    assert answer.status_code == 202, (answer.status_code, answer.text)
    return answer.json()["job_id"]


def run(docket, files=(), fields=None, expect="completed", **arguments):
    """The same, and waits for the job's end; (id, status)."""
    job = submit(docket, files, fields, **arguments)
    return job, docket.finish(job, expect=expect)


def files_of(docket, job):
    """The names of a job's outputs."""
    return [file["name"] for file in docket.result(job, "files").json()["files"]]
