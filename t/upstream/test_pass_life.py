"""docket_pass: what goes wrong, what is sent again, and how a request ends."""
import os
import shutil
import signal
import socket
import threading

import pytest
import requests

from built import MODULE, free_port, wait_for
from docket import LOCATIONS, Docket, small_disk
from test_pass import echo, pass_on, response


def broken(handler, _):
    """Goes away half way."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100")
    handler.end_headers()
    handler.wfile.write(b"half")


def silent(handler, _):
    """Goes away without a word."""
    handler.connection.shutdown(socket.SHUT_RDWR)


def fails(docket, job, code="upstream_failed"):
    """What is said of a job that failed."""
    status = docket.finish(job, expect="failed")
    assert status["error"]["code"] == code, status
    answer = docket.get(f"/result/{job}/response")
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    return status


def test_what_could_not_be_sent_is_sent_again(passing):
    docket = passing(f"http://127.0.0.1:{free_port()}", location="docket_attempts 2;")
    job, _ = pass_on(docket, "POST", data=b"x")
    status = fails(docket, job)
    assert status["attempts"] == 2 and "could not be sent" in status["error_message"]


@pytest.mark.parametrize("server", [broken, silent])
@pytest.mark.parametrize("method, times", [("POST", 1), ("PATCH", 1), ("PUT", 3), ("GET", 3)])
def test_what_was_sent_only_where_that_does_no_harm(passing, upstream, method, times, server):
    server = upstream(server)
    docket = passing(server.url, location="docket_attempts 3;")
    job, _ = pass_on(docket, method, data=b"x")
    status = fails(docket, job)
    assert "did not answer" in status["error_message"]
    assert [got.headers["Docket-Attempt"] for got in server.got] == [str(n + 1) for n in range(times)]
    assert {got.headers["Idempotency-Key"] for got in server.got} == {job}


@pytest.mark.parametrize("code, seconds", [(429, "1"), (503, "1"), (503, "0")])
def test_a_server_that_asks_to_come_again(passing, upstream, code, seconds):
    def later(_, got):
        first = got.headers["Docket-Attempt"] == "1"
        return (code, {"Retry-After": seconds}, b"later") if first else (200, {}, b"now")
    server = upstream(later)
    docket = passing(server.url)
    job, _ = pass_on(docket, "POST", data=b"x")
    assert response(docket, job).content == b"now"
    assert len(server.got) == 2 and docket.status(job)["attempts"] == 2


def test_who_is_to_come_again_holds_up_nobody(passing, upstream):
    def later(_, got):
        first = got.path == "/app/first" and got.headers["Docket-Attempt"] == "1"
        return (503, {"Retry-After": "8"}, b"later") if first else (200, {}, b"now")
    server = upstream(later)
    docket = passing(server.url, http="docket_pass_connections 1;")
    first, _ = pass_on(docket, "POST", "/app/first", data=b"x")
    wait_for(lambda: server.got, 20, "the first request")
    other, _ = pass_on(docket, "POST", "/app/other", data=b"x")
    assert response(docket, other).content == b"now"
    assert docket.status(first)["status"] == "pending"
    assert response(docket, first).content == b"now"


def test_after_the_last_try_a_503_is_the_answer(passing, upstream):
    server = upstream(lambda *_: (503, {"Retry-After": "1"}, b"later"))
    docket = passing(server.url, location="docket_attempts 2;")
    job, _ = pass_on(docket, "POST", data=b"x")
    answer = response(docket, job)
    assert (answer.status_code, answer.content, len(server.got)) == (503, b"later", 2)


def test_fail_on(passing, upstream):
    docket = passing(upstream(lambda _, got: int(got.path[-3:])).url, location="docket_pass_fail_on 4xx 5xx;")
    for code in (404, 500):
        status = fails(docket, pass_on(docket, path=f"/app/{code}")[0])
        assert f"answered {code} (docket_pass_fail_on)" in status["error_message"]
    job, _ = pass_on(docket, path="/app/301")
    assert response(docket, job).status_code == 301


def test_a_slow_server(passing, upstream):
    server = upstream(lambda handler, _: server.ending.wait(60) and 200)
    docket = passing(server.url, location="docket_unit_timeout 1s; docket_attempts 1;")
    status = fails(docket, pass_on(docket, data=b"x")[0], "timeout")
    assert "docket_unit_timeout" in status["error_message"]


def test_an_answer_that_is_too_large(passing, upstream):
    docket = passing(upstream(lambda *_: (200, {}, b"x" * 10_000)).url, location="docket_pass_response 8k;")
    assert "docket_pass_response" in fails(docket, pass_on(docket)[0])["error_message"]
    docket = passing(upstream(lambda *_: (200, {f"X-{n}": "x" * 8000 for n in range(12)}, b"")).url)
    assert "header" in fails(docket, pass_on(docket)[0])["error_message"]


def test_fields_behind_the_body_are_counted(passing, upstream):
    def endless(handler, _):
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"2\r\nok\r\n0\r\n")
        for _ in range(100_000):
            handler.wfile.write(b"T: " + b"x" * 1000 + b"\r\n")
    docket = passing(upstream(endless).url)
    assert "header" in fails(docket, pass_on(docket)[0])["error_message"]


@pytest.mark.parametrize("line", [b"HTTP/1.1 600 No", b"HTTP/1.1 999 No", b"HTTP/1.1  200 OK", b"HTTP/1.1 2000 OK"])
def test_a_status_that_is_none_is_no_answer(passing, upstream, line):
    docket = passing(upstream(lambda handler, _: handler.wfile.write(line + b"\r\nContent-Length: 0\r\n\r\n") and None).url)
    fails(docket, pass_on(docket)[0])


def test_what_looks_like_another_answer_is_none(passing, upstream):
    def odd(handler, _):
        handler.wfile.write(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nX-One: 1\r\nHTTP/x: y\r\n"
                            b"Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nHTTP/1.1 404 no: y\r\n\r\n")
    docket = passing(upstream(odd).url)
    answer = response(docket, pass_on(docket)[0])
    assert (answer.status_code, answer.content, answer.headers["X-One"]) == (200, b"ok", "1")
    assert "Link" not in answer.headers


def test_a_head_with_a_body_has_an_answer(passing, upstream):
    server = upstream(echo)
    docket = passing(server.url, location="docket_unit_timeout 5s;")
    accepted = docket.request("HEAD", "/app/work", data=b"x")
    job = accepted.headers["Location"].split("/")[2]
    assert response(docket, job).status_code == 200 and len(server.got) == 1


def test_nonsense_is_no_answer(passing, upstream):
    def nonsense(handler, _):
        handler.wfile.write(b"SSH-2.0-OpenSSH\r\n")
    docket = passing(upstream(nonsense).url)
    fails(docket, pass_on(docket)[0])


def test_cancel_ends_the_request(passing, upstream):
    gone = threading.Event()

    def wait_for_end(handler, _):
        handler.connection.settimeout(60)
        if handler.connection.recv(1) == b"":
            gone.set()
    server = upstream(wait_for_end)
    docket = passing(server.url)
    job, _ = pass_on(docket, data=b"x")
    server.wait(1)
    assert docket.request("POST", f"/result/{job}/cancel").status_code == 200
    assert gone.wait(60), "the connection is closed"
    assert docket.status(job)["error"]["code"] == "cancelled"
    job, _ = pass_on(docket, data=b"x")
    server.wait(2)
    gone.clear()
    assert docket.request("DELETE", f"/result/{job}").status_code == 200
    assert gone.wait(60)
    wait_for(lambda: not [path for path in (docket.store / "spool").rglob(f"{job}*")], 30, "its files to be removed")


def test_progress(passing, upstream):
    told, go_on = [], threading.Event()

    def work(_, got):
        url = got.headers["Docket-Progress-Url"]
        told.append(requests.post(url, json={"processed": 3, "total": 10, "message": "counting"}, timeout=60))
        told.append(requests.post(url, data="3/10", timeout=60))
        told.append(requests.post(url.replace("token=", "token=0"), json={}, timeout=60))
        told.append(requests.post(url, data="x" * 10_000, timeout=60))
        told.append(requests.get(url, timeout=60))
        told.append(url)
        go_on.wait(60)
        return 200, {}, b"ok"
    docket = passing(upstream(work).url)
    job, _ = pass_on(docket, data=b"x")
    wait_for(lambda: len(told) == 6, 30, "the reports")
    assert [answer.status_code for answer in told[:5]] == [204, 400, 403, 413, 405]
    status = docket.status(job)
    assert (status["processed_pages"], status["total_pages"], status["percent_complete"]) == (3, 10, 30)
    assert "counting" in status["message"]
    go_on.set()
    assert docket.finish(job)["percent_complete"] == 100
    late = requests.post(told[5], json={"processed": 4}, timeout=60)
    assert (late.status_code, late.json()["code"]) == (410, "not_processing")
    assert requests.post(told[5].replace(job, pass_on(docket)[0]), json={}, timeout=60).status_code == 403


def test_no_more_at_once_than_is_allowed(passing, upstream):
    server = upstream(lambda handler, _: server.ending.wait(0.05) or (200, {}, b"ok"))
    docket = passing(server.url, http="docket_pass_connections 3;")
    jobs = [pass_on(docket)[0] for _ in range(20)]
    for job in jobs:
        docket.finish(job)
    assert len(server.got) == 20 and 1 < server.most_at_work <= 3


def test_an_answer_that_fills_the_disk_harms_no_other(upstream):
    """And neither is a POST sent again afterwards."""
    def large(handler, got):
        size = 60 if got.path == "/app/large" else 0
        handler.send_response(200)
        handler.send_header("Content-Length", str(size << 20))
        handler.end_headers()
        for _ in range(size):
            handler.wfile.write(bytes(1 << 20))
    server = upstream(large)
    docket = Docket(locations=f"{LOCATIONS} location /app/ {{ docket_pass {server.url}; docket_attempts 2; }}", workers=1)
    docket.allow("No space left on device")
    docket.allow("The disk of docket_store is full")
    with small_disk(docket, "40m"):
        try:
            docket.start()
            job, _ = pass_on(docket, data=b"x", path="/app/large")
            fails(docket, job, "store_full")
            fails(docket, pass_on(docket, "GET", "/app/large")[0], "store_full")
            assert docket.get("/health").status_code == 200
            assert response(docket, pass_on(docket)[0]).status_code == 200
            docket.stop()
            docket.start()
            assert docket.status(job)["final"]
            posts = [got.path for got in server.got if got.method == "POST"]
            assert posts == ["/app/large", "/app/work"]
        finally:
            docket.stop()
    docket.check_log()
    docket.remove_folder()


def test_a_reload_leaves_requests_to_their_end(passing, upstream):
    go_on = threading.Event()
    server = upstream(lambda *_: go_on.wait(60) and (200, {}, b"ok"))
    docket = passing(server.url)
    job, _ = pass_on(docket, data=b"x")
    server.wait(1)
    docket.reload()
    go_on.set()
    assert response(docket, job).content == b"ok"
    assert len(server.got) == 1


@pytest.mark.parametrize("method, times", [("POST", 1), ("PUT", 2)])
def test_a_worker_that_dies(passing, upstream, method, times):
    go_on = threading.Event()
    server = upstream(lambda _, got: (len(server.got) > 1 or go_on.wait(60)) and (200, {}, b"ok"))
    docket = passing(server.url, location="docket_attempts 3;", workers=1)
    docket.allow("exited on signal 9")
    job, _ = pass_on(docket, method, data=b"x")
    server.wait(1)
    for pid in docket.workers():
        os.kill(pid, signal.SIGKILL)
    status = wait_for(lambda: (lambda s: s if s["final"] else None)(docket.status(job)), 60, "the job's end")
    go_on.set()
    assert len(server.got) == times
    if times == 1:
        assert status["error"]["code"] == "upstream_failed" and "not sent twice" in status["error_message"]
    else:
        assert response(docket, job).content == b"ok"


def test_no_engine_is_needed(start, upstream, open_folder):
    open_folder.chmod(0o755)
    module = shutil.copy(MODULE, open_folder)  # beside which it is looked for
    docket = start(engine=False, module=module,
                   locations="location /result/ { docket_result; }\nlocation = /health { docket_health; }\n"
                   f"location /app/ {{ docket_pass {upstream(echo).url}; }}")
    job, _ = pass_on(docket)
    assert response(docket, job).status_code == 200
    assert docket.get("/health").status_code == 200
