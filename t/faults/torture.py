"""Jobs while everything around them dies: clients submit, cancel and remove, and at random, from a seed, workers,
engines, children and all at once are killed, nginx is reloaded and the disk filled. At the end every job that was
acknowledged has its end, once, with the result that it has when nothing happens."""
import collections
import contextlib
import os
import random
import signal
import threading
import time

import requests

import documents
from built import PATIENCE, SANITIZED, wait_for
from client import FINAL
from processes import command_of

# How often each thing happens, out of all of them.
DEEDS = {"child": 42, "worker": 26, "engine": 18, "program": 12, "launcher": 8, "reload": 7, "everything": 4, "disk": 3}
# Where jobs have their results from those that were completed before, and those whose work is a program's.
LOCATION = """location = /again   { docket_upload 200; docket_dedupe on; }
    location = /command { docket_command %(program)s; }
    location = /files   { docket_command %(program)s per=file; }
    location = /workers { docket_command %(stays)s workers=1; }
    location = /app/    { docket_pass http://127.0.0.1:%(port)d; }
"""
# Takes a while, says how far it is, and leaves what was sent to it.
PROGRAM = """#!/bin/sh
for step in 1 2 3 4; do echo "$step/4" >&3; echo "step $step"; sleep 0.1; done
cat "${DOCKET_FILE:-$DOCKET_INPUT_DIR/0}" > "$DOCKET_OUTPUT_DIR/result.txt" || exit 75  # killed, or the disk is full
"""
STAYS = """#!/usr/bin/python3
import json, os, shutil, sys, time
for line in sys.stdin:
    job = json.loads(line)
    time.sleep(0.2)
    shutil.copy(job["files"][0]["path"], job["output_dir"] + "/result.txt")
    os.write(3, b'{"done": true}\\n')
"""
COMMANDS = {"command": "/command", "files": "/files", "workers": "/workers"}
# Requests that are passed on: one that may be sent again, and one that must not.
REQUESTS = {"put": "PUT", "post": "POST"}
FORMATS = ("markdown", "text", "json")
SLOWNESS = 6 if SANITIZED else 1  # how much longer everything takes, and so what is between two deeds
CLIENTS = 3
UNFINISHED = 16  # more than these are not submitted: what is left at the end has to be done in time
DEATHS = 15  # a job that saw so many comes to its end before the next: after 20 lost owners a unit is rightly given up


def sources():
    """What is submitted: a name, and lists of (file name, bytes)."""
    scans = [documents.scan_page(number, dpi=100) for number in range(1, 4)]
    return {
        "small": [("small.pdf", documents.text_pdf(2))],
        "ranges": [("ranges.pdf", documents.text_pdf(90))],
        "scan": [("scan.tif", documents.tiff(scans, dpi=100))],
        "mixed": [("mixed.pdf", documents.mixed_pdf([["Typed words."]], scans[:1]))],
        "several": [("a.pdf", documents.text_pdf([["Alpha."]])), ("b.png", documents.png(scans[1], dpi=100)),
                    ("c.pdf", documents.text_pdf(40))],
        "corrupt": [("corrupt.pdf", b"%PDF-1.4 nothing more")],
        "command": [("a.txt", b"alpha")],
        "files": [("a.txt", b"alpha"), ("b.txt", b"beta")],
        "workers": [("a.txt", b"alpha")],
        "put": [("", b"alpha")],
        "post": [("", b"beta")],
    }


def echo(_, got):
    """What another server answers, after a while."""
    time.sleep(0.2)
    return 200, {"Content-Type": "text/plain"}, got.method.encode() + b" " + got.body


def locations(folder, port):
    """The locations that are new, with their programs in this folder and the port of the other server."""
    for name, text in (("program", PROGRAM), ("stays", STAYS)):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    return LOCATION % {"program": folder / "program", "stays": folder / "stays", "port": port}


class Job:
    """A job that was acknowledged, and what was done to it since."""

    def __init__(self, name):
        self.name = name
        self.cancelled = False
        self.removed = False  # a removal was tried; whether it was done may not be known
        self.final = None     # the status as it was first seen to be final
        self.pages = 0        # most pages seen done
        self.deaths = 0       # of processes, while it was not seen to be final


class Torture:
    """One run. `docket` is running; its workers, engines and folder are this run's to damage. `server` is where requests
    are passed to.

    `disk` is the folder of a small file system that may be filled, or None. It goes on, up to four times as long, until
    there were so many deeds of each kind as `least` says.
    """

    def __init__(self, docket, server, seconds, seed, disk=None, least=None):
        self.docket, self.server, self.seconds, self.disk, self.least = docket, server, seconds, disk, least or {}
        self.seed = seed
        self.deeds = collections.Counter()
        self.refused = collections.Counter()
        self.jobs = {}
        self.problems = []
        self._sources = sources()
        self._expected = {}
        self._lock = threading.Lock()
        self._over = threading.Event()

    def run(self):
        """Does it all; fails with what is wrong."""
        for name in self._sources:
            self._expected[name] = self._outcome(self._submit(name), self.docket.finish)
        threads = [threading.Thread(target=self._guarded, args=(self._client, number)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            self._do_deeds()
        finally:
            self._over.set()
            for thread in threads:
                thread.join()
        if not self.docket.is_running():
            self.docket.start()
        self._check_ends()
        posts = collections.Counter(got.headers["Idempotency-Key"] for got in self.server.got if got.method == "POST")
        self.problems += [f"{job}, a POST, was sent {count} times" for job, count in posts.items() if count > 1]
        assert not self.problems, "\n".join(self.problems[:20])

    # ---- Clients.

    def _guarded(self, work, number):
        """A thread's work; what goes wrong in it is the run's problem."""
        try:
            work(random.Random(f"{self.seed} client {number}"))
        except Exception as error:  # whatever it is: a thread's end must not go unnoticed
            self.problems.append(f"client {number}: {error!r}")

    def _client(self, chance):
        while not self._over.is_set():
            try:
                self._act(chance)
            except requests.RequestException as error:
                self.refused[type(error).__name__] += 1
                time.sleep(0.02)  # for lack of a server, not for a condition

    def _act(self, chance):
        with self._lock:
            open_jobs = [id for id, job in self.jobs.items() if job.final is None and not job.removed]
        if len(open_jobs) < UNFINISHED and chance.random() < 0.5:
            name = chance.choice(list(self._sources))
            if job := self._submit(name, chance.choices(("/process_pdf", "/again"), (4, 1))[0]):
                with self._lock:
                    self.jobs[job] = Job(name)
            return
        if not open_jobs:
            return
        job = chance.choice(open_jobs)
        deed = chance.random()
        if deed < 0.02:
            self.jobs[job].cancelled = True
            self.docket.request("POST", f"/result/{job}/cancel", timeout=20)
        elif deed < 0.04:
            self.jobs[job].removed = True
            self.docket.request("DELETE", f"/result/{job}", timeout=20)
        else:
            self._look(job)

    def _submit(self, name, path="/process_pdf"):
        """The new job's id; None if it was refused."""
        if name in REQUESTS:
            answer = self.docket.request(REQUESTS[name], "/app/", data=self._sources[name][0][1], timeout=20)
        else:
            files = [("file", file) for file in self._sources[name]]
            answer = self.docket.request("POST", COMMANDS.get(name, path), files=files, timeout=20)
        if answer.status_code in (200, 202):
            return answer.json()["job_id"]
        self.refused[answer.status_code] += 1
        return None

    def _look(self, job):
        """Looks at a job: what was acknowledged is there, goes forward only, and stays as it ended."""
        known = self.jobs[job]
        pages, final = known.pages, known.final  # what was seen before this answer was asked for
        answer = self.docket.get(f"/result/{job}/status", timeout=20)
        if known.removed:
            return
        if answer.status_code == 503:
            self.refused[503] += 1
            return
        if answer.status_code != 200:
            self.problems.append(f"{job} ({known.name}) was acknowledged: {answer.status_code} {answer.text[:200]}")
            return
        status = answer.json()
        with self._lock:
            if status["processed_pages"] < pages:
                self.problems.append(f"{job} ({known.name}) went back from {pages} pages: {status}")
            known.pages = max(known.pages, status["processed_pages"])
            if final is not None and status != final:
                self.problems.append(f"{job} ({known.name}) ended twice: {final} and {status}")
            if status["status"] in FINAL:
                known.final = status

    # ---- Deeds.

    def _do_deeds(self):
        chance = random.Random(f"{self.seed} deeds")
        names, weights = zip(*((name, weight) for name, weight in DEEDS.items() if name != "disk" or self.disk))
        began = time.monotonic()

        def goes_on():
            missing = any(self.deeds[deed] < count for deed, count in self.least.items())
            return time.monotonic() - began < self.seconds * (4 if missing else 1)
        while goes_on() and not self.problems:
            time.sleep(chance.uniform(0.1, 0.9) * SLOWNESS)  # chance, too: nothing is waited for
            self._spare_the_unlucky()
            deed = chance.choices(names, weights)[0]
            if getattr(self, "_" + deed)(chance):
                self.deeds[deed] += 1
                self._count_death()
            if not self.docket.is_running():
                self.problems.append("nginx's master has ended by itself")
                return

    def _count_death(self):
        with self._lock:
            for job in self.jobs.values():
                job.deaths += job.final is None

    def _spare_the_unlucky(self):
        """Lets what was interrupted again and again come to its end: on a slow machine that is the same unit each time."""
        def is_over(id):
            with contextlib.suppress(requests.RequestException):
                answer = self.docket.get(f"/result/{id}/status", timeout=20)
                return answer.status_code == 404 or (answer.status_code == 200 and answer.json()["status"] in FINAL)
            return False

        with self._lock:
            unlucky = [(id, job) for id, job in self.jobs.items() if job.final is None and job.deaths >= DEATHS]
        for id, job in unlucky:
            wait_for(lambda id=id: is_over(id), 60, f"the end of {id} ({job.name})")
            job.deaths = 0

    def _kill_one(self, chance, pids):
        """Kills one of these processes; False if there is none."""
        if not pids:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(sorted(pids)), signal.SIGKILL)
            return True
        return False

    def _child(self, chance):
        return self._kill_one(chance, self.docket.engines_at_work())

    def _engine(self, chance):
        return self._kill_one(chance, set(self.docket.engines()) - set(self.docket.engines_at_work()))

    def _worker(self, chance):
        return self._kill_one(chance, self.docket.workers())

    def _program(self, chance):
        return self._kill_one(chance, self.docket.commands())

    def _launcher(self, chance):
        return self._kill_one(chance, [pid for pid in self.docket.processes()
                                       if command_of(pid).startswith(str(self.docket.launcher))])

    def _reload(self, _):
        os.kill(self.docket.master, signal.SIGHUP)
        return True

    def _everything(self, _):
        self.docket.kill()
        self.docket.start()
        return True

    def _disk(self, chance):
        """Fills the disk for a moment."""
        ballast = self.disk / "ballast"
        try:
            with ballast.open("wb", buffering=0) as file:
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(1 << 20))
            time.sleep(chance.uniform(0.1, 1.5))  # how long it is full is chance
        finally:
            ballast.unlink()
        return True

    # ---- The end.

    def _outcome(self, job, finish):
        """What a job came to, without what differs from run to run."""
        status = finish(job, timeout=120, expect=None)
        results = {}
        if status["status"] == "completed":
            results = {form: self.docket.result(job, f"{form}?raw=1").content for form in self._parts(status)}
        return (status["status"], (status["error"] or {}).get("code"), status["total_pages"],
                status["processed_pages"], [(warning["code"], warning["page"]) for warning in status["warnings"]], results)

    @staticmethod
    def _parts(status):
        """The results that a job has."""
        if "response" in status["results"]:
            return ["response"]
        if "files" not in status["results"]:
            return FORMATS
        return ["files/0/result.txt", "files/1/result.txt"] if len(status["files"]) > 1 else ["result"]

    def _check_ends(self):
        limit = time.monotonic() + 180 * PATIENCE
        for id, job in self.jobs.items():
            if job.removed and self.docket.get(f"/result/{id}/status").status_code == 404:
                continue
            outcome = self._outcome(id, lambda id, **_: self._final(id, limit))
            if job.final is not None and self.docket.status(id) != job.final:
                self.problems.append(f"{id} ({job.name}) ended twice")
            if outcome == self._expected[job.name] or (job.cancelled and outcome[1] == "cancelled"):
                continue
            if job.name == "post" and outcome[0] == "failed" and outcome[1] in ("upstream_failed", "store_full"):
                continue  # its worker died with it, or the disk was full
            details = [warning["detail"] for warning in self.docket.status(id)["warnings"][:3]]
            self.problems.append(f"{id} ({job.name}) came to {outcome[:5]} {details}, not {self._expected[job.name][:5]}; results "
                                 f"differ in {[form for form in outcome[5] if outcome[5][form] != self._expected[job.name][5].get(form)]}")

    def _final(self, job, limit):
        return wait_for(lambda: next((status for status in [self.docket.status(job)] if status["status"] in FINAL), None),
                        max(limit - time.monotonic(), 1), f"the end of {job} ({self.jobs[job].name})")

    def told(self):
        """What happened, in a line."""
        ended = collections.Counter(job.name for job in self.jobs.values())
        return (f"seed {self.seed}: {sum(self.deeds.values())} deeds {dict(self.deeds)}, {len(self.jobs)} jobs "
                f"{dict(ended)}, refused {dict(self.refused)}")
