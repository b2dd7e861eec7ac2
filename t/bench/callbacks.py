"""Callbacks to a receiver on this machine that says 204 at once: how many are acknowledged a second, each of them taken
from the outbox, sent over a connection of its own, and its end committed. The jobs are over as soon as they are
accepted (docket_dedupe)."""
import time

import documents
from built import wait_for
from measure import Figure, folder, median, server, wrk

LOCATIONS = """
        location = /hook   { access_log %s/hooks hooks; return 204; }
        location /again/   { docket_upload; docket_dedupe on; docket_callback http://127.0.0.1:$server_port/hook; }
        location /result/  { docket_result; }
"""


def one_round(one, hooks, body, seconds):
    """Acknowledged callbacks a second, from the first to the last."""
    before = len(hooks.read_text().splitlines()) if hooks.exists() else 0
    load = wrk(one.url + "/again/", "put.lua", seconds, 16, environment={"BODY": str(body)})
    assert load.errors == 0, load
    last = [before, time.monotonic()]

    def quiet():
        count = len(hooks.read_text().splitlines())
        if count != last[0]:
            last[:] = [count, time.monotonic()]
        return time.monotonic() - last[1] > 2
    wait_for(quiet, 120, "the last callback", interval=0.2)
    times = [float(line) for line in hooks.read_text().splitlines()[before:]]
    return len(times) / (max(times) - min(times)), load.rate


def run(seconds, rounds):
    """The figures."""
    with folder() as place:
        place.chmod(0o777)
        body = place / "body.pdf"
        body.write_bytes(documents.text_pdf(1))
        hooks = place / "hooks"
        with server(http="log_format hooks $msec;", locations=LOCATIONS % place) as one:
            one.finish(one.submit(body.read_bytes(), name="body.pdf", path="/again/"))
            measured = [one_round(one, hooks, body, seconds) for _ in range(rounds)]
    yield Figure("callbacks acknowledged", median([rate for rate, _ in measured]), "/s",
                 median([rate for _, rate in measured]), "jobs accepted and over at the same time")
