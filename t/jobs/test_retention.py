"""How long what there is stays: jobs, uploads, and what nobody knows of."""
import os
import time

import documents
from built import wait_for
from docket import LOCATIONS

PDF = documents.text_pdf(1)
NEVER = "01890000-0000-7000-8000-000000000000"


def spool(docket):
    """The names of all files in the spool."""
    return sorted(path.name for path in docket.store.glob("spool/*/*/*"))


def test_jobs_expire(start):
    docket = start(http="docket_expire 1s;", locations=LOCATIONS + "location = /kept { docket_upload; docket_expire 1h; }")
    kept = docket.submit(PDF, path="/kept")
    over = docket.submit(PDF)
    docket.finish(kept)
    unknown = docket.get(f"/result/{NEVER}/status")
    wait_for(lambda: docket.get(f"/result/{over}/status").status_code == 404, 20, "the end of its time")
    answer = docket.get(f"/result/{over}/text")
    assert answer.status_code == 404 and answer.content == unknown.content
    assert [task["job_id"] for task in docket.get("/tasks").json()["tasks"]] == [kept]
    wait_for(lambda: all(name.startswith(kept) for name in spool(docket)), 10, "the removal of its files")
    assert docket.get(f"/result/{kept}/text").status_code == 200


def test_uploads_are_kept_or_not(start):
    docket = start(locations=LOCATIONS + "location = /dropped { docket_upload; docket_keep_input off; }")
    kept, dropped = docket.submit(PDF), docket.submit(PDF, path="/dropped")
    failed = docket.submit(b"%PDF-1.4 nothing", path="/dropped")
    docket.finish(kept)
    docket.finish(dropped)
    docket.finish(failed, expect="failed")
    wait_for(lambda: f"{dropped}.in.0" not in spool(docket), 10, "the removal of the upload")
    assert docket.get(f"/result/{dropped}/input").status_code == 404
    assert docket.get(f"/result/{dropped}/text").status_code == 200
    for job, content in ((kept, PDF), (failed, b"%PDF-1.4 nothing")):
        assert docket.get(f"/result/{job}/input").content == content


def test_files_of_nobody_are_removed(start):
    docket = start()
    job = docket.submit(PDF)
    docket.finish(job)
    docket.stop()
    mine = next(docket.store.glob(f"spool/*/*/{job}.in.0"))
    old, young, tried = (mine.with_name(name) for name in
                         (f"{job[:-4]}0000.in.0", f"{job[:-4]}0001.in.0", f"{job}.out.999-1"))
    for path in (old, young, tried):
        path.write_bytes(b"left over")
    hours_ago = time.time() - 7200
    os.utime(old, (hours_ago, hours_ago))
    if docket.user:
        import shutil
        for path in (old, young, tried):
            shutil.chown(path, docket.user, docket.user)
    docket.start()
    wait_for(lambda: not old.exists() and not tried.exists(), 20, "the reaper")
    assert young.exists(), "it may be an upload under way"
    assert docket.get(f"/result/{job}/text").status_code == 200 and mine.exists()
