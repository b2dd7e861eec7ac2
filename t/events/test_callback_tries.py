"""Callbacks are tried again, whatever is answered and whoever is killed, and never lost."""
import os
import signal
import threading
import time
from email.utils import formatdate

import pytest

from built import wait_for
from callback_helpers import codes, deliveries, delivery, locations, submit
from receiver import dead_port


# ---- Answers.


def test_it_is_tried_again_until_it_succeeds(start, receive):
    docket, receiver = start(locations=locations()), receive(500, 404, 200)
    job = submit(docket, receiver)
    one = delivery(docket, job, "delivered")
    assert codes(one) == [500, 404, 200] and one["attempt_count"] == 3
    assert [attempt["error"] for attempt in one["attempts"]] == ["status", "status", None]
    requests = receiver.got
    assert len(requests) == 3
    assert len({request["headers"]["webhook-id"] for request in requests}) == 1
    assert len({request["body"] for request in requests}) == 1


def test_it_is_given_up_when_no_try_is_left(start, receive):
    docket = start(locations=locations("location = /two { docket_upload; docket_owner -; docket_callback_retries 0 1ms; }"))
    receiver = receive(503)
    job = submit(docket, receiver, path="/two")
    one = delivery(docket, job, "failed")
    assert codes(one) == [503, 503] and one["next_attempt_at"] is None
    assert len(receiver.got) == 2


def test_redirects_are_not_followed(start, receive):
    target = receive()
    docket, receiver = start(locations=locations()), receive(
        (302, {"Location": target.url}), (307, {"Location": "http://169.254.169.254/latest/"}),
        (308, {"Location": "/hook"}), 200)
    one = delivery(docket, submit(docket, receiver), "delivered")
    assert codes(one) == [302, 307, 308, 200]
    assert len(receiver.got) == 4 and target.got == []


def test_410_is_the_end(start, receive):
    docket, receiver = start(locations=locations()), receive(410)
    job = submit(docket, receiver)
    one = delivery(docket, job, "gone")
    assert codes(one) == [410] and one["next_attempt_at"] is None
    receiver.answer(200)
    answer = docket.request("POST", f"/result/{job}/callbacks")
    assert answer.status_code == 202 and answer.json()["job_id"] == job
    assert codes(delivery(docket, job, "delivered")) == [410, 200]
    assert len({request["headers"]["webhook-id"] for request in receiver.got}) == 1


@pytest.mark.parametrize("value", [lambda: "2", lambda: formatdate(time.time() + 3, usegmt=True)], ids=["seconds", "date"])
def test_retry_after_is_honoured(start, receive, value):
    times = []

    def later(handler):
        times.append(time.monotonic())
        handler.send_response(503 if len(times) == 1 else 200)
        handler.send_header("Retry-After", value())
        handler.send_header("Content-Length", "0")
        handler.end_headers()
    docket, receiver = start(locations=locations()), receive(later)
    job = submit(docket, receiver)
    one = delivery(docket, job, "waiting", "delivered")
    assert one["state"] == "delivered" or one["next_attempt_at"]
    assert codes(delivery(docket, job, "delivered")) == [503, 200]
    assert times[1] - times[0] > 1.5


def drip(handler):
    """An answer that is slow and whole."""
    handler.send_response(200)
    handler.send_header("Content-Length", "4")
    handler.end_headers()
    for _ in range(4):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        threading.Event().wait(0.1)


def endless(handler):
    """An answer without an end."""
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def endless_head(handler):
    """A head without an end."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        handler.wfile.write(b"X-More: " + b"x" * 8000 + b"\r\n")


def no_http(handler):
    """Something else."""
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n")


def hang_up(handler):
    """No answer."""
    handler.connection.close()


def test_odd_answers(start, receive):
    docket = start(locations=locations("location = /once { docket_upload; docket_owner -; docket_callback_retries 0; }"))
    expected = {drip: ("delivered", 200), endless: ("delivered", 200), no_http: ("failed", "connection_lost"),
                hang_up: ("failed", "connection_lost")}
    jobs = {answer: submit(docket, receive(answer), path="/once") for answer in (*expected, endless_head)}
    for answer, (state, code) in expected.items():
        assert codes(delivery(docket, jobs[answer], state)) == [code], answer.__name__
    delivery(docket, jobs[endless_head], "failed", "delivered")


def test_nobody_there(start):
    docket = start(locations=locations("location = /once { docket_upload; docket_owner -; docket_callback_retries 0; }"))
    with dead_port() as taken:
        port = taken.getsockname()[1]
    job = submit(docket, f"http://127.0.0.1:{port}/", path="/once")
    assert codes(delivery(docket, job, "failed")) == ["connect"]
    job = submit(docket, f"https://127.0.0.1:{docket.port}/", path="/once")
    assert codes(delivery(docket, job, "failed")) == ["tls"]
    job = submit(docket, "http://no-such-host.invalid/", path="/once")
    assert codes(delivery(docket, job, "failed", timeout=60)) in (["resolve"], ["timeout"])


@pytest.mark.long
def test_a_dead_receiver_holds_up_no_other(start, receive):
    docket, receiver = start(locations=locations(), workers=1), receive()
    with dead_port() as dead:
        stuck = [submit(docket, f"http://127.0.0.1:{dead.getsockname()[1]}/") for _ in range(12)]
        for job in stuck:
            docket.finish(job)
        delivery(docket, stuck[0], "sending")
        live = submit(docket, receiver)
        delivery(docket, live, "delivered")
        states = [deliveries(docket, job)["callbacks"][0]["state"] for job in stuck]
        assert states.count("sending") == 4 and states.count("waiting") == 8, "four at once to one receiver"
        # No answer within 20 s is a failure, which is tried again.
        one = wait_for(lambda: [d for job in stuck for d in deliveries(docket, job)["callbacks"] if d["attempts"]], 40)[0]
        assert codes(one)[0] == "timeout" and one["attempts"][0]["duration_ms"] > 18_000
        docket.stop()


# ---- Nothing is lost.


def test_killed_workers_lose_nothing(start, receive):
    docket, receiver = start(locations=locations(), workers=2), receive(lambda handler: receiver.ending.wait(30))
    jobs = [submit(docket, receiver) for _ in range(3)]
    receiver.wait(3)
    before = docket.workers()
    receiver.answer(200)
    docket.allow("exited on signal 9")
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    for job in jobs:
        assert codes(delivery(docket, job, "delivered", timeout=30)) == [200]
        # The second worker may have taken over from the first before it was killed itself.
        assert len(receiver.of(job)) in (2, 3)
        assert len({request["headers"]["webhook-id"] for request in receiver.of(job)}) == 1


def test_killing_everything_loses_nothing(start, receive):
    docket, receiver = start(locations=locations()), receive(lambda handler: receiver.ending.wait(30))
    sending = submit(docket, receiver)
    receiver.wait(1)
    jobs = [submit(docket, receiver) for _ in range(8)]
    docket.kill()
    receiver.answer(200)
    docket.start()
    for job in (sending, *jobs):
        docket.finish(job)
        delivery(docket, job, "delivered")
        assert receiver.of(job)


def test_schedules_survive_a_stop_and_a_reload(start, receive):
    docket = start(locations=locations("location = /late { docket_upload; docket_owner -; docket_callback_retries 0 3s 3s; }"))
    receiver = receive(500, 200)
    job = submit(docket, receiver, path="/late")
    receiver.wait(1)
    delivery(docket, job, "waiting")
    docket.stop()
    docket.configure(locations=locations())  # the job keeps the values that it was accepted with
    docket.start()
    one = deliveries(docket, job)["callbacks"][0]
    assert codes(one)[0] == 500
    docket.reload()
    assert codes(delivery(docket, job, "delivered")) == [500, 200]


def test_what_is_under_way_at_a_stop_is_sent_later(start, receive):
    docket, receiver = start(locations=locations()), receive(lambda handler: receiver.ending.wait(30))
    job = submit(docket, receiver)
    receiver.wait(1)
    docket.stop()
    receiver.answer(200)
    docket.start()
    assert codes(delivery(docket, job, "delivered")) == [200], "the try that was broken off is none"
