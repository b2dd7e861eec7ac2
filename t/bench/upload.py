"""Uploads of 100 KB over 16 connections, next to nginx's own PUT and to a loop that syncs each file."""
import subprocess

import documents
from measure import Figure, alternating, folder, median_of, paused, program, server, wrk, Load

SIZE = 100_000
CONNECTIONS = 16

# The peer lies in the same nginx and on the same disk.
LOCATIONS = """
        location /jobs    { docket_upload; }
        location /result/ { docket_result; }
        location = /tasks { docket_tasks anyone; }
        location /dav/    { root %s; dav_methods PUT; client_body_buffer_size 16k; }
"""


def run(seconds, rounds):
    """The figures."""
    yield from _without_sync(seconds, rounds)
    yield from _with_sync(seconds, rounds)


def _warm(one):
    """The first document makes the store's files, so that it can be paused."""
    one.finish(one.submit(documents.text_pdf(1), path="/jobs"))


def _without_sync(seconds, rounds):
    with folder() as place:
        place.chmod(0o777)
        (place / "dav").mkdir()
        (place / "dav").chmod(0o777)
        body = place / "body.pdf"
        body.write_bytes(documents.padded_pdf(1, SIZE))
        with server(store="sync=off", locations=LOCATIONS % place) as one:
            _warm(one)
            with paused(one):
                ours, theirs = alternating(
                    lambda: wrk(one.url + "/jobs/", "put.lua", seconds, CONNECTIONS, environment={"BODY": str(body)}),
                    lambda: wrk(one.url + "/dav/", "put.lua", seconds, CONNECTIONS, environment={"BODY": str(body)}),
                    rounds)
    yield from _lines("upload 100 KB, sync=off", median_of(ours), median_of(theirs), "dav_methods PUT")


def _with_sync(seconds, rounds):
    loop = program("sync_loop")
    with folder() as place:
        body = place / "body.pdf"
        body.write_bytes(documents.padded_pdf(1, SIZE))

        def peer():
            with folder() as files:
                words = subprocess.run([loop, files, str(CONNECTIONS), str(SIZE), str(seconds)], capture_output=True,
                                       text=True, check=True).stdout.split()
            rate, p50, p99 = map(float, words)
            return Load(rate, p50, p99, 0)

        with server(store="sync=on", locations=LOCATIONS % place) as one:
            _warm(one)
            with paused(one):
                ours, theirs = alternating(
                    lambda: wrk(one.url + "/jobs/", "put.lua", seconds, CONNECTIONS, environment={"BODY": str(body)}),
                    peer, rounds)
    yield from _lines("upload 100 KB, sync=on", median_of(ours), median_of(theirs), "write+fdatasync+fsync(folder)")


def _lines(name, ours, theirs, peer_name):
    note = f"errors: {ours.errors}, peer {theirs.errors}" if ours.errors or theirs.errors else ""
    yield Figure(name, ours.rate, "/s", theirs.rate, peer_name, note)
    yield Figure(name + ", p50", ours.p50, "ms", theirs.p50, peer_name)
    yield Figure(name + ", p99", ours.p99, "ms", theirs.p99, peer_name)
