"""Reload, quit, binary upgrade, a new module, and two instances on one store: nothing is lost, nobody is disturbed."""
import collections
import contextlib
import os
import shutil
import signal
import threading

import pytest
import requests

import documents
from built import MODULE, wait_for
from docket import Docket
from processes import command_of

pytestmark = pytest.mark.long

PDF = documents.text_pdf(2)


def scan(pages):
    """A scan of so many pages."""
    return documents.tiff([documents.scan_page(number) for number in range(1, pages + 1)])


@contextlib.contextmanager
def load(docket, threads=3):
    """Clients that upload and ask, all the time; yields (jobs, answers by code, what went wrong)."""
    jobs, codes, wrong, over = [], collections.Counter(), [], threading.Event()

    def client(number):
        while not over.is_set():
            try:
                answer = docket.upload(PDF, name=f"{number}.pdf")
                codes[answer.status_code] += 1
                jobs.append(answer.json()["job_id"])
                codes[docket.get(f"/result/{jobs[-1]}/status").status_code] += 1
            except (requests.RequestException, KeyError) as error:
                wrong.append(repr(error))
    clients = [threading.Thread(target=client, args=(number,)) for number in range(threads)]
    for one in clients:
        one.start()
    try:
        yield jobs, codes, wrong
    finally:
        over.set()
        for one in clients:
            one.join()


def test_reload_under_load_loses_nothing(start):
    docket = start()
    with load(docket) as (jobs, codes, wrong):
        for _ in range(5):
            seen = len(jobs)
            docket.reload()
            wait_for(lambda: len(jobs) >= seen + 20, 30, "some requests between two reloads")
    assert wrong == [] and set(codes) == {200}, (wrong[:3], codes)
    assert len(jobs) >= 100
    for job in jobs:
        assert docket.finish(job)["attempts"] == 1, "a reload costs no try"
    wait_for(lambda: len([pid for pid in docket.processes() if "shutting down" in command_of(pid)]) == 0, 30,
             "the end of the old workers")


def test_reload_lets_units_go_on(start):
    docket = start(http="docket_concurrency 1;")
    job = docket.submit(scan(3))
    unit = docket.hold_unit()
    docket.reload()
    wait_for(lambda: any("shutting down" in command_of(pid) for pid in docket.processes()), 20, "its worker's end")
    assert unit in docket.engines_at_work()
    os.kill(unit, signal.SIGCONT)
    status = docket.finish(job)
    assert (status["attempts"], status["warnings"], status["processed_pages"]) == (1, [], 3)


def test_quit_hands_back_what_it_does_not_finish(start):
    docket = start(http="docket_concurrency 1;")
    job, small = docket.submit(scan(6)), docket.submit(PDF)
    wait_for(lambda: docket.status(job)["processed_pages"] > 0, 30)
    docket.stop()
    docket.start()
    assert docket.finish(small)["attempts"] == 1
    status = docket.finish(job)
    assert (status["attempts"], status["warnings"], status["processed_pages"]) == (1, [], 6)


def test_a_unit_without_end_does_not_keep_an_old_worker(start):
    docket = start(http="docket_concurrency 1;")
    job = docket.submit(scan(2))
    docket.hold_unit()  # as good as ten minutes of work
    old = set(docket.workers())
    docket.reload()
    wait_for(lambda: not old & set(docket.processes()), 60, "the end of the old workers")
    status = docket.finish(job)
    assert status["warnings"] == [] and status["processed_pages"] == 2


def test_binary_upgrade(start):
    docket = start(daemon=True)  # nginx upgrades itself only where it is one
    before = docket.submit(scan(2))
    with load(docket, 2) as (jobs, codes, wrong):
        os.kill(docket.master, signal.SIGUSR2)
        new_master = wait_for(lambda: docket.pid_in("nginx.pid", other_than=docket.master), 20, "the new master")
        wait_for(lambda: len(docket.workers()) == 4, 20, "its workers")
        os.kill(docket.master, signal.SIGQUIT)
        docket.adopt(new_master)
        seen = len(jobs)
        wait_for(lambda: len(jobs) >= seen + 20, 30, "some requests")
    assert wrong == [] and set(codes) == {200}, (wrong[:3], codes)
    for job in [before, *jobs]:
        assert docket.finish(job)["warnings"] == []


def test_a_new_module_and_a_reload(start, open_folder):
    module = open_folder / "module.so"
    shutil.copy(MODULE, module)
    docket = start(module=module)
    before = docket.submit(PDF)
    for _ in range(2):
        new = open_folder / "new.so"
        shutil.copy(MODULE, new)
        new.replace(module)
        docket.reload()
        docket.finish(docket.submit(PDF))
    assert docket.finish(before)["attempts"] == 1


def test_two_instances_share_jobs_and_slots(start):
    one = start(http="docket_concurrency 1;")
    two = Docket(http="docket_concurrency 1;")
    two.store = one.store
    try:
        two.start()
        jobs = [docket.submit(scan(2)) for docket in (one, two) for _ in range(2)]
        most = 0

        def all_done():
            nonlocal most
            most = max(most, len(one.engines_at_work()) + len(two.engines_at_work()))
            return all(two.status(job)["final"] for job in jobs)
        wait_for(all_done, 60, "all jobs")
        assert most == 1, "one slot of the store, whoever takes it"
        assert [task["job_id"] for task in one.get("/tasks").json()["tasks"]] == \
            [task["job_id"] for task in two.get("/tasks").json()["tasks"]]
        assert all(one.status(job)["warnings"] == [] for job in jobs)
        # One of them dies with a unit in hand: the other does it.
        job = two.submit(scan(3))
        wait_for(lambda: two.engines_at_work() or one.engines_at_work(), 20)
        two.kill()
        assert one.finish(job)["processed_pages"] == 3
    finally:
        two.store = two.folder / "store"
        two.close()
