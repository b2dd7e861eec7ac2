"""Status by wrk over 64 connections: random ids of 100,000 jobs, half of them not final."""
import subprocess

from measure import Figure, alternating, folder, median_of, paused, program, server, wrk

JOBS = 100_000

LOCATIONS = """
        location /jobs    { docket_upload; }
        location /result/ { docket_result; }
        location = /tasks { docket_tasks anyone; }
        location /peer/   { default_type application/json; return 200 '%s'; }
"""


def run(seconds, rounds):
    """The figures."""
    seed = program("seed")
    with folder() as place, server(store="sync=off", locations=LOCATIONS % "{}") as one:
        one.stop()
        ids = place / "ids"
        with ids.open("w", encoding="ascii") as out:
            subprocess.run([seed, one.store, str(JOBS)], stdout=out, check=True)
        if one.user:
            subprocess.run(["chown", "-R", f"{one.user}:{one.user}", one.store], check=True)
        sample = ids.read_text(encoding="ascii").split()[::JOBS // 200]
        with paused(one):
            one.start()
            size = len(one.get(f"/result/{sample[0]}/status").content)
            one.configure(locations=LOCATIONS % ("x" * size))
            one.reload()
            ours, theirs = alternating(
                lambda: wrk(one.url, "random_ids.lua", seconds, 64,
                            environment={"IDS": str(ids), "PREFIX": "/result/", "SUFFIX": "/status"}),
                lambda: wrk(one.url, "random_ids.lua", seconds, 64,
                            environment={"IDS": str(ids), "PREFIX": "/peer/", "SUFFIX": "/status"}), rounds)
            final = [one.status(job)["final"] for job in sample]
    ours, theirs = median_of(ours), median_of(theirs)
    share = 1 - sum(final) / len(final)
    note = f"body {size} bytes, {share:.0%} not final" + (f", errors {ours.errors}" if ours.errors else "")
    yield Figure("status, 64 connections, 100,000 jobs", ours.rate, "/s", theirs.rate, "return 200", note)
    yield Figure("status, p99", ours.p99, "ms", theirs.p99, "return 200")
