"""Loss of power: a store as a disk may hold it when the power goes has every upload that was acknowledged."""
import concurrent.futures
import contextlib
import os
import random
import shutil
import signal
import subprocess

import pytest

import documents
import power
from built import DOCKETCTL, SANITIZED, wait_for
from docket import Docket


SEED = os.environ.get("DOCKET_POWER_SEED", "1")
MOMENTS = int(os.environ.get("DOCKET_POWER_MOMENTS", "15"))
LUCK = ("some", "none", "some", "all")
EARLIER_BOOT = "00000000-0000-0000-0000-000000000000\n"
PDF = documents.text_pdf(1)

pytestmark = pytest.mark.skipif(SANITIZED, reason="the sanitizer wants to be the first library")


class Upload:
    """What was sent in, and what is known of it. Times are sizes of the journal; None: never."""

    def __init__(self, words):
        self.texts = [f"{words}, file {number}." for number in range(2 if words.endswith("7") else 1)]
        pages = 40 if words.endswith("5") else 1
        self.files = [documents.text_pdf([[text]] * pages) for text in self.texts]
        self.id = self.acknowledged = self.seen_final = self.final = None
        self.cancel = self.removal = (None, None)  # asked for, acknowledged


class Recording:
    """One run with the journal kept, which ends with the end of everything."""

    def __init__(self, folder, store):
        self.path = folder / "journal"
        self.path.touch(mode=0o666)
        self.path.chmod(0o666)
        docket = Docket(store=store, http="docket_concurrency 1;")
        docket.change_environment(LD_PRELOAD=str(power.build(folder)), POWER_STORE=str(docket.store),
                                  POWER_JOURNAL=str(self.path))
        self.uploads = []
        try:
            docket.start()
            with concurrent.futures.ThreadPoolExecutor(3) as clients:
                for done in [clients.submit(self._client, docket, number) for number in range(3)]:
                    done.result()
            for upload in self.uploads:
                self._end(docket, upload)
            docket.kill()
            docket.check_log()
            self.journal = power.Journal(self.path, docket.store)
        finally:
            if docket.is_running():
                docket.stop()
            docket.remove_folder()

    def _now(self):
        return self.path.stat().st_size

    def _client(self, docket, number):
        """Uploads, and now and then cancels or removes what it has uploaded, without waiting for any end."""
        for count in range(14):
            upload = Upload(f"This is upload {number}/{count}")
            files = [("file", (f"{index}.pdf", content)) for index, content in enumerate(upload.files)]
            answer = docket.request("POST", "/process_pdf", files=files)
            assert answer.status_code == 200, answer.text
            upload.acknowledged, upload.id = self._now(), answer.json()["job_id"]
            self.uploads.append(upload)
            if count % 5 == 3:
                asked = self._now()
                assert docket.request("POST", f"/result/{upload.id}/cancel").status_code in (200, 202, 409)
                upload.cancel = (asked, self._now())
            elif count % 5 == 4:
                asked = self._now()
                assert docket.request("DELETE", f"/result/{upload.id}").status_code == 200
                upload.removal = (asked, self._now())

    def _end(self, docket, upload):
        if upload.removal[0] is None:
            upload.final = docket.finish(upload.id, expect=None)
            upload.seen_final = self._now()

    def moments(self, chance):
        """Moments of all kinds: while the store is made, behind acknowledgements, inside commits, any."""
        journal = self.journal
        first = journal.moment_of(min(upload.acknowledged for upload in self.uploads))
        commits = journal.commits()
        kinds = (lambda: journal.moment_of(chance.choice(self.uploads).acknowledged),
                 lambda: chance.choice(chance.choice(commits)) if commits else chance.randrange(len(journal.records)),
                 lambda: chance.randrange(first, len(journal.records)),
                 lambda: chance.randrange(first))
        for number in range(MOMENTS):
            yield kinds[(0, 1, 2, 1, 0, 3)[number % 6]](), LUCK[number % len(LUCK)]


@contextlib.contextmanager
def explained(**what):
    """Says of a failure what it was about."""
    try:
        yield
    except AssertionError as error:
        raise AssertionError(f"{what}: {error}") from error


def boot_anew(docket):
    """Has the store's mark, if there is one, be of an earlier boot."""
    mark = docket.store / "unsynced"
    if mark.exists() and mark.stat().st_size:
        mark.write_text(EARLIER_BOOT)


def rebuild(journal, moment, luck, docket, chance):
    """Gives a Docket that is not running the store that a disk has after this loss, on a machine started anew."""
    shutil.rmtree(docket.store, ignore_errors=True)
    docket.store.mkdir(mode=0o700)
    power.Disk(journal, moment, luck, chance).write_to(docket.store)
    boot_anew(docket)
    if docket.user:
        for place, folders, files in os.walk(docket.store):
            for name in [place, *(os.path.join(place, name) for name in folders + files)]:
                shutil.chown(name, docket.user, docket.user)


def check(docket, *words):
    """What docketctl check says, and whether all is well."""
    done = subprocess.run([DOCKETCTL, "--store", str(docket.store), "check", "--age", "0s", *words],
                          capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode in (0, 1), done
    return done.stdout.splitlines(), done.returncode == 0


def assert_clean(docket):
    """Fails for anything that docketctl finds but files of uploads that nobody was told of."""
    said, well = check(docket)
    strange = [line for line in said[:-1] if not line.endswith("has no job") and "of tries that came" not in line]
    assert not strange, said
    if not well:
        said, well = check(docket, "--repair")
        assert well, said
    said, well = check(docket)
    assert well and said[-1].endswith("no problems"), said


def happened(time, now):
    """Whether something happened before the power went."""
    return time is not None and time <= now


def assert_job(docket, upload, now):
    """Fails unless a job is there and as it should be; False if there is none, and need not be."""
    answer = docket.get(f"/result/{upload.id}/status")
    if answer.status_code == 404:
        assert not happened(upload.acknowledged, now) or happened(upload.removal[0], now), "an upload is lost"
        return False
    assert answer.status_code == 200, answer.text
    assert not happened(upload.removal[1], now), "a job that was removed is back"
    if happened(upload.seen_final, now):
        assert answer.json() == upload.final, "an end was lost"
    for index, content in enumerate(upload.files):
        answer = docket.get(f"/result/{upload.id}/input/{index}")
        assert answer.status_code == 200 and answer.content == content, f"input {index}: {answer.status_code}"
    return True


def assert_end(docket, upload, now):
    """Fails unless a job comes to its end, and to the right one."""
    status = docket.finish(upload.id, expect=None)
    if status["status"] == "failed":
        assert happened(upload.cancel[0], now) and status["error"]["code"] == "cancelled", status
        return
    assert not (happened(upload.cancel[1], now) and upload.final["status"] == "failed"), "a cancelled job went on"
    assert_result(docket, upload)


def assert_result(docket, upload):
    """Fails unless the result is the document's text."""
    text = docket.result(upload.id, "text?raw=1").text
    for number, line in enumerate(upload.texts):
        assert text.count(line) == (upload.files[number].count(b"/Type /Page ")), text


@pytest.fixture
def machine():
    """A Docket whose store is yet to be given to it."""
    docket = Docket()
    yield docket
    docket.close()


@pytest.mark.long
def test_what_was_acknowledged_survives(open_folder, machine):
    recording = Recording(open_folder, "")
    journal = recording.journal
    chance = random.Random(SEED)
    for moment, luck in recording.moments(chance):
        now = journal.size_at(moment)
        with explained(seed=SEED, moment=moment, luck=luck):
            rebuild(journal, moment, luck, machine, chance)
            machine.start()
            there = [upload for upload in recording.uploads if assert_job(machine, upload, now)]
            for upload in there:
                assert_end(machine, upload, now)
            machine.finish(machine.submit(PDF))
            assert_clean(machine)
            machine.stop()
            machine.check_log()


# ---- Without syncs: what was acknowledged may be lost. What is there is right, and what is not is said.

def assert_job_or_nothing(docket, upload):
    """Fails unless a job is not there at all or comes to its right end; whether it is there."""
    if docket.get(f"/result/{upload.id}/status").status_code == 404:
        return False
    status = docket.finish(upload.id, expect=None)
    for index, content in enumerate(upload.files):
        answer = docket.get(f"/result/{upload.id}/input/{index}")
        assert answer.status_code == 200 and answer.content == content, f"input {index}: {answer.status_code}"
    if status["status"] == "failed":
        assert upload.cancel[0] is not None and status["error"]["code"] == "cancelled", status
    else:
        assert_result(docket, upload)
    return True


@pytest.mark.long
def test_without_syncs_nothing_is_wrong(open_folder, machine):
    recording = Recording(open_folder, "sync=off")
    journal = recording.journal
    machine.configure(store="sync=off")
    chance = random.Random(SEED)
    there = 0
    for moment, luck in recording.moments(chance):
        now = journal.size_at(moment)
        with explained(seed=SEED, moment=moment, luck=luck):
            rebuild(journal, moment, luck, machine, chance)
            before = len(machine.log())
            machine.start()
            there += sum(assert_job_or_nothing(machine, upload) for upload in recording.uploads)
            said = machine.log()[before:]
            if any(happened(upload.acknowledged, now) for upload in recording.uploads):
                assert "loss of power" in said, said
            assert ("set aside" in said) == bool(list(machine.store.glob("lmdb.damaged-*"))), said
            machine.finish(machine.submit(PDF))
            assert_clean(machine)
            machine.stop()
            machine.check_log()
    assert there, "no loss left any job: this tests nothing"


def test_a_damaged_store_is_set_aside(machine):
    machine.configure(store="sync=off")
    machine.start()
    lost = machine.submit(PDF)
    machine.finish(lost)
    machine.kill()
    data = machine.store / "lmdb" / "data.mdb"
    whole = data.read_bytes()
    data.write_bytes(whole[:8192] + bytes(len(whole) - 8192))
    boot_anew(machine)
    done = subprocess.run([DOCKETCTL, "--store", str(machine.store), "list"], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 3 and "start nginx first" in done.stderr, done
    machine.start()
    assert machine.get(f"/result/{lost}/status").status_code == 404
    aside, = machine.store.glob("lmdb.damaged-*")
    assert machine.log().count(f"set aside as {aside}") == 1, "one worker does it"
    assert (aside / "data.mdb").read_bytes() == whole[:8192] + bytes(len(whole) - 8192)
    machine.finish(machine.submit(PDF))
    assert_clean(machine)


def test_what_has_lost_its_files_is_removed(machine):
    machine.configure(store="sync=off")
    machine.start()
    jobs = [machine.submit(documents.text_pdf([[f"This is job {number}."]] * 3)) for number in range(3)]
    for job in jobs:
        machine.finish(job)
    machine.kill()
    results, = machine.store.glob(f"spool/*/*/{jobs[0]}.out.*")
    content = bytearray(results.read_bytes())
    content[len(content) // 2] ^= 1
    results.write_bytes(content)
    source, = machine.store.glob(f"spool/*/*/{jobs[1]}.in.0")
    os.truncate(source, 100)
    boot_anew(machine)
    machine.start()
    assert [machine.get(f"/result/{job}/status").status_code for job in jobs] == [404, 404, 200]
    said = machine.log()
    assert f"lost by a loss of power, and removed: job {jobs[0]}: its results" in said
    assert f"lost by a loss of power, and removed: job {jobs[1]}: input 0 has 100 bytes" in said
    assert_clean(machine)
    machine.kill()
    # Whoever syncs from now on has all that was left unsynced synced, and no need to look at it again.
    assert (machine.store / "unsynced").read_text()
    machine.configure(store="")
    machine.start()
    wait_for(lambda: not (machine.store / "unsynced").read_text(), 20, "a mark that says nothing")
    machine.finish(jobs[2])


def test_an_end_in_order_leaves_nothing_to_be_looked_at(machine):
    mark = machine.store / "unsynced"
    machine.configure(store="sync=off")
    machine.start()
    job = machine.submit(PDF)
    machine.finish(job)
    os.kill(machine.master, signal.SIGHUP)
    wait_for(lambda: "gracefully shutting down" in machine.log(), 20, "the old workers' end")
    assert mark.read_text(), "the new workers do not sync, either"
    machine.stop()
    assert not mark.read_text()
    machine.start()
    assert machine.status(job)["status"] == "completed"
    assert mark.read_text()
    assert "loss of power" not in machine.log()
