"""A while of torture in the usual tests; scripts/torture goes on longer."""
import contextlib
import os
import re
import subprocess

import pytest

import torture
from built import DOCKETCTL
from docket import LOCATIONS, Docket, small_disk
from upstream_server import Upstream

SECONDS = int(os.environ.get("DOCKET_TORTURE_SECONDS", "45"))
SEED = os.environ.get("DOCKET_TORTURE_SEED", "1")

# What the log may say that is trouble in other tests.
ALLOWED = ("exited on signal 9",  # a worker that was killed
           "No space left on device", "The disk of docket_store is full")  # also of nginx's own temporary files

# What is left of an upload that was not acknowledged, and of tries whose unit was done by another one.
LEFT_OVER = re.compile(r"\bfile \S+ has no job\b|\bfiles? of tries that came to nothing\b")

# Deeds of each kind at least, for each 45 s.
LEAST = {"child": 3, "worker": 3, "engine": 2, "reload": 1, "program": 1, "launcher": 1}


def check_store(store):
    """Nothing runs any more: all that does not fit is files of uploads that were not acknowledged and of tries that
    came to nothing, and with these gone the store is sound."""
    def check(*words):
        done = subprocess.run([DOCKETCTL, "--store", store, "check", "--age", "0s", *words], capture_output=True,
                              text=True, check=False)
        assert done.returncode in (0, 1) and done.stdout, done.stderr
        *problems, last = done.stdout.splitlines()
        print(last)
        return done.returncode, problems

    _, problems = check()
    others = [problem for problem in problems if not LEFT_OVER.search(problem)]
    assert not others, "\n".join(others)
    check("--repair")
    assert check() == (0, [])


@pytest.mark.long
def test_whatever_dies_no_job_is_lost():
    docket = Docket(http="docket_attempts 100; docket_concurrency 2;")
    for words in ALLOWED:
        docket.allow(words)
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(contextlib.closing(Upstream(torture.echo)))
        docket.configure(locations=LOCATIONS + torture.locations(docket.folder, server.port))
        has_disk = stack.enter_context(small_disk(docket, f"{300 + 4 * SECONDS}m", needed=False))
        least = {deed: count * SECONDS // 45 // torture.SLOWNESS for deed, count in LEAST.items()}
        run = torture.Torture(docket.start(), server, SECONDS, SEED, docket.store if has_disk else None, least)
        try:
            run.run()
        finally:
            print(run.told())
            docket.stop()
        check_store(docket.store)
    docket.close()
    for deed, count in least.items():
        assert run.deeds[deed] >= count, run.told()
