"""Delivery of events to 5,000 subscribers on 2 workers, next to nchan's with as many on one channel: from the commit
(what the status says; nchan: from the publisher's call) to each client. What a subscriber costs in memory, and status
requests while they are connected."""
import contextlib
import datetime
import subprocess
import time
from pathlib import Path

import documents
from built import KIND, wait_for
from measure import Figure, folder, median, paused, program, pss, server, wrk

SUBSCRIBERS = 5000
DISTINCT_TOLD = 300

LOCATIONS = """
        location /jobs     { docket_upload; }
        location /result/  { docket_result; }
        location /events/  { docket_events anyone; }
        location = /sub    { nchan_subscriber eventsource; nchan_channel_id bench; }
        location = /pub    { nchan_publisher; nchan_channel_id bench; }
"""
NCHAN = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")


def fresh():
    """A Docket, with nchan in the same nginx, for so many connections."""
    return server(main=f"load_module {NCHAN}; worker_rlimit_nofile 20000;", locations=LOCATIONS, connections=8192)


@contextlib.contextmanager
def listening(one, place, paths):
    """Subscribers of these paths; call what is yielded for what they heard since: pairs of client and nanoseconds."""
    names = place / "paths"
    names.write_text("".join(path + "\n" for path in paths))
    process = subprocess.Popen([program("listeners"), str(one.port), names, str(SUBSCRIBERS)], text=True,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout.readline() == "ready\n"
    time.sleep(1)  # the first states come; nothing can be asked for whether they all did

    def heard():
        out, _ = process.communicate()
        return [tuple(map(int, line.split())) for line in out.splitlines()]
    try:
        yield heard
    finally:
        process.kill()
        process.wait()


def first(heard, began):
    """When each client heard something for the first time since then."""
    times = {}
    for client, when in heard:
        if when >= began:
            times.setdefault(client, when)
    return times


def percentile(values, share):
    """The value that this share of all is not above."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def ended_at(status):
    """When a job's end was committed, in nanoseconds."""
    when = datetime.datetime.fromisoformat(status["completed_at"].replace("Z", "+00:00"))
    return int(when.timestamp() * 1000) * 1_000_000


def on_one_job(one, place):
    """Milliseconds to each of the subscribers of one job."""
    job = one.submit(documents.text_pdf(1), path="/jobs")
    with listening(one, place, [f"/events/{job}"]) as heard:
        began = time.time_ns()
        one.request("POST", f"/result/{job}/cancel")
        time.sleep(3)
        ended = ended_at(one.status(job))
        return [(when - ended) / 1e6 for when in first(heard(), began).values()]


def on_nchan(one, place):
    """The same for one of nchan's channels."""
    status = "x" * 1000
    with listening(one, place, ["/sub"]) as heard:
        began = time.time_ns()
        one.request("POST", "/pub", data=status)
        time.sleep(3)
        return [(when - began) / 1e6 for when in first(heard(), began).values()]


def memory(place, path_of):
    """KiB that a subscriber costs, of workers that had none before."""
    with fresh() as one, paused(one):
        path = path_of(one)
        before = pss(one.workers())
        with listening(one, place, [path]):
            return (pss(one.workers()) - before) * 1024 / SUBSCRIBERS


def on_distinct_jobs(one, place, figures):
    """Milliseconds for jobs with a subscriber each; also the status rate meanwhile."""
    jobs = [one.submit(documents.text_pdf(1), path="/jobs") for _ in range(SUBSCRIBERS)]
    alone = wrk(f"{one.url}/result/{jobs[0]}/status", None, 3, 64).rate
    with listening(one, place, [f"/events/{job}" for job in jobs]) as heard:
        figures["rate"] = wrk(f"{one.url}/result/{jobs[0]}/status", None, 3, 64).rate / alone
        began = time.time_ns()
        told = jobs[::SUBSCRIBERS // DISTINCT_TOLD]
        for job in told:
            one.request("POST", f"/result/{job}/cancel")
        time.sleep(2)
        times = {jobs[client]: when for client, when in first(heard(), began).items()}
        return [(times[job] - ended_at(one.status(job))) / 1e6 for job in told]


def run(_, rounds):
    """The figures."""
    if not NCHAN.exists() or KIND == "asan":
        return
    figures = {}
    with folder() as place, fresh() as one:
        with paused(one):
            wait_for(lambda: one.get("/result/x").status_code == 404, 20)
            ours, theirs = [], []
            for _ in range(rounds):
                ours.append(on_one_job(one, place))
                theirs.append(on_nchan(one, place))
            distinct = on_distinct_jobs(one, place, figures)
    assert all(len(one_round) == SUBSCRIBERS for one_round in ours + theirs), [len(x) for x in ours + theirs]
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        yield Figure(f"5,000 subscribers of one job, {name}", median([percentile(x, share) for x in ours]), "ms",
                     median([percentile(x, share) for x in theirs]), "nchan, one channel")
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        yield Figure(f"5,000 subscribers of a job each, {name}", percentile(distinct, share), "ms")
    with folder() as place:
        yield Figure("memory of a subscriber",
                     memory(place, lambda one: "/events/" + one.submit(documents.text_pdf(1), path="/jobs")), "KiB",
                     memory(place, lambda one: "/sub"), "nchan's")
    yield Figure("status requests while 5,000 are connected", figures["rate"], "×", 1.0, "while none is")
