"""A store of before results were kept without the id of their job: its answers are what they were, byte for byte.

t/data/store-of-whole-results.tar.xz is a store that the build of commit c39e042 left (docket_formats markdown json
images; docket_dedupe on; docket_expire never), with what that build answered: a job, one that is linked to it, and one of
two files.
"""
import json
import shutil
import tarfile
from pathlib import Path

import pytest

from client import parts_of
from docket import Docket

OLDER = Path(__file__).resolve().parents[1] / "data" / "store-of-whole-results.tar.xz"


@pytest.fixture
def older():
    """A Docket on that store, and the answers by path."""
    docket = Docket(server="docket_formats markdown json images; docket_dedupe on; docket_expire never;")
    with tarfile.open(OLDER) as archive:
        archive.extractall(docket.folder)
    if docket.user:
        for path in (docket.store, *docket.store.rglob("*")):
            shutil.chown(path, docket.user, docket.user)
    yield docket.start(), json.loads((docket.folder / "answers.json").read_text(encoding="utf-8"))
    docket.close()


def test_the_answers_are_the_same(older):
    docket, answers = older
    assert len(answers) == 36
    for path, told in answers.items():
        answer = docket.get(path)
        assert answer.content == told["body"].encode(), path
        assert answer.headers["ETag"] == told["etag"] and answer.headers["Content-Type"] == told["type"]
        assert docket.request("HEAD", path).headers["Content-Length"] == str(len(answer.content))
        for begin, end in ((0, 10), (5, 60), (len(answer.content) - 9, len(answer.content) - 1)):
            part = docket.get(path, headers={"Range": f"bytes={begin}-{end}"})
            assert part.status_code == 206 and part.content == answer.content[begin:end + 1]
        several = docket.get(path, headers={"Range": "bytes=0-5,9-14"})
        assert [part for _, _, part in parts_of(several)] == [answer.content[:6], answer.content[9:15]]


def test_a_new_job_is_linked_to_one_of_them(older):
    docket, answers = older
    first = next(iter(answers)).split("/")[2]
    job = docket.submit(docket.result(first, "input").content, name="a.pdf")
    status = docket.finish(job)
    assert status["created_at"] == status["completed_at"]
    for path, told in answers.items():
        if first in path:
            assert docket.get(path.replace(first, job)).text == told["body"].replace(first, job)
