"""docket_pass: a request becomes a job, and the other server's answer its result."""
import base64
import gzip
import hashlib
import json
import os
import subprocess

import pytest
import requests

from built import DOCKETCTL, SANITIZED, wait_for
from processes import peak_memory


def echo(_, got):
    """What the server got, as JSON."""
    body = json.dumps({"method": got.method, "path": got.path, "headers": dict(got.headers.items()),
                       "body": got.body.decode("latin-1")}).encode()
    return 200, {"Content-Type": "application/json", "X-Made-By": "the app", "Set-Cookie": "a=b; HttpOnly"}, body


def pass_on(docket, method="POST", path="/app/work", **arguments):
    """Sends a request that becomes a job; (the job, the answer)."""
    answer = docket.request(method, path, allow_redirects=False, **arguments)
    assert answer.status_code == 202, (answer.status_code, answer.text)
    return answer.json()["job_id"], answer


def response(docket, job, **arguments):
    """The stored answer of a job that completes."""
    docket.finish(job)
    return docket.get(f"/result/{job}/response", allow_redirects=False, **arguments)


def test_a_request_becomes_a_job(passing, upstream):
    server = upstream(echo)
    docket = passing(server.url)
    job, accepted = pass_on(docket, data=b"some body", path="/app/work?x=%20y&wait=9&return=home",
                            headers={"Content-Type": "text/x-thing", "X-Own": "1", "Cookie": "c=1",
                                     "Authorization": "Bearer of-the-app"})
    assert accepted.headers["Location"] == f"/result/{job}/status"
    status = docket.finish(job)
    assert status["results"] == {"response": f"/result/{job}/response"}
    assert (status["filename"], status["files"][0]["size"]) == ("work", 9)
    answer = docket.get(f"/result/{job}/response")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert (answer.headers["X-Made-By"], answer.headers["Set-Cookie"]) == ("the app", "a=b; HttpOnly")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    got = answer.json()
    assert (got["method"], got["path"], got["body"]) == ("POST", "/app/work?x=%20y&wait=9&return=home", "some body")
    fields = {name.lower(): value for name, value in got["headers"].items()}
    assert fields["idempotency-key"] == job and fields["docket-attempt"] == "1"
    assert (fields["content-type"], fields["x-own"], fields["cookie"]) == ("text/x-thing", "1", "c=1")
    assert fields["authorization"] == "Bearer of-the-app"
    assert (fields["x-forwarded-for"], fields["x-forwarded-proto"]) == ("127.0.0.1", "http")
    assert fields["x-forwarded-host"] == f"127.0.0.1:{docket.port}" and fields["host"] == f"127.0.0.1:{server.port}"
    assert fields["docket-progress-url"].startswith(f"{docket.url}/result/{job}/progress?token=")


def test_any_method_and_no_body(passing, upstream):
    server = upstream(echo)
    docket = passing(server.url)
    for method in ("GET", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"):
        job, _ = pass_on(docket, method)
        assert response(docket, job).json()["method"] == method
        assert docket.status(job)["files"] == []
    job, _ = pass_on(docket, "POST", data=b"")
    assert response(docket, job).json()["headers"]["Content-Length"] == "0"
    job = docket.request("HEAD", "/app/work").headers["Location"].split("/")[2]
    answer = response(docket, job)
    assert (answer.status_code, answer.content, answer.headers["X-Made-By"]) == (200, b"", "the app")


def test_fields_of_the_connection_stay_here(passing, upstream):
    docket = passing(upstream(lambda *_: (200, {"Connection": "X-Hop", "X-Hop": "1", "Keep-Alive": "timeout=5", "X-Stays": "1",
                                                "X-Accel-Redirect": "/secret"}, b"ok")).url)
    job, _ = pass_on(docket, headers={"Connection": "keep-alive, X-Mine", "X-Mine": "1", "Prefer": "wait=0",
                                      "TE": "trailers", "Idempotency-Key": "k", "Traceparent": "nonsense"})
    answer = response(docket, job)
    assert answer.headers["X-Stays"] == "1" and answer.content == b"ok"
    assert not {"X-Hop", "X-Accel-Redirect", "Keep-Alive"} & set(answer.headers)
    echoing = passing(upstream(echo).url)
    job, _ = pass_on(echoing, headers={"Connection": "keep-alive, X-Mine", "X-Mine": "1", "Prefer": "wait=0",
                                       "TE": "trailers", "Idempotency-Key": "k", "Docket-Attempt": "7",
                                       "traceparent": f"00-{'1' * 32}-{'2' * 16}-01"})
    fields = {name.lower(): value for name, value in response(echoing, job).json()["headers"].items()}
    assert not {"x-mine", "te", "prefer", "connection"} & set(fields)
    assert fields["idempotency-key"] == job and fields["docket-attempt"] == "1"
    assert fields["traceparent"] == f"00-{'1' * 32}-{'2' * 16}-01"


def test_set_header(passing, upstream):
    server = upstream(echo)
    docket = passing(server.url, location="docket_set_header X-Job $docket_job_id; docket_set_header Host example.org;"
                     " docket_set_header Cookie ''; docket_set_header X-Own theirs;")
    job, _ = pass_on(docket, headers={"X-Own": "mine", "Cookie": "secret=1"})
    fields = response(docket, job).json()["headers"]
    assert (fields["X-Job"], fields["Host"], fields["X-Own"]) == (job, "example.org", "theirs")
    assert "Cookie" not in fields


@pytest.mark.parametrize("url, asked, wanted", [
    ("", "/app/a%2Fb/c?d=e%20f", "/app/a%2Fb/c?d=e%20f"),
    ("/", "/app/a/b?c=d", "/a/b?c=d"),
    ("/base/", "/app/x%20y", "/base/x%20y"),
    ("/base/$arg_to", "/app/a/b?to=elsewhere", "/base/elsewhere")])
def test_which_path_is_asked_for(passing, upstream, url, asked, wanted):
    docket = passing(upstream(echo).url + url)
    job, _ = pass_on(docket, "GET", asked)
    assert response(docket, job).json()["path"] == wanted


def test_a_unix_socket(passing, upstream, open_folder):
    open_folder.chmod(0o777)
    upstream(echo, path=str(open_folder / "socket"))
    (open_folder / "socket").chmod(0o777)
    docket = passing(f"http://unix:{open_folder}/socket:/base/")
    job, _ = pass_on(docket, "GET", "/app/thing")
    answer = response(docket, job).json()
    assert (answer["path"], answer["headers"]["Host"]) == ("/base/thing", "localhost")


@pytest.mark.parametrize("code", [201, 204, 301, 304, 400, 404, 500, 503])
def test_an_answer_of_any_status_is_the_result(passing, upstream, code):
    body = b"" if code in (204, 304) else b"<p>as it came</p>"
    docket = passing(upstream(lambda *_: (code, {"Location": "/elsewhere", "Content-Type": "text/html"}, body)).url)
    job, _ = pass_on(docket)
    answer = response(docket, job)
    assert (answer.status_code, answer.content, answer.headers["Location"]) == (code, body, "/elsewhere")
    assert docket.status(job)["error"] is None


def test_encodings_are_left_as_they_are(passing, upstream):
    packed = gzip.compress(b"words " * 1000)

    def chunked(handler, _):
        handler.send_response(200)
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for at in range(0, len(packed), 10):
            piece = packed[at:at + 10]
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        handler.wfile.write(b"0\r\nX-Trailer: 1\r\n\r\n")
    docket = passing(upstream(chunked).url, http="gzip on; gzip_types *; gzip_min_length 1;")
    job, _ = pass_on(docket)
    answer = response(docket, job, stream=True)
    assert (answer.raw.read(), answer.headers["Content-Encoding"]) == (packed, "gzip")
    assert answer.headers["Content-Length"] == str(len(packed)) and "X-Trailer" not in answer.headers


def test_a_body_that_was_dropped_is_no_workers_end(start, upstream):
    """error_page leads to a location that wants the body which nginx has dropped; a worker's end is an [alert]."""
    server = upstream(echo)
    docket = start(body_size="1k", locations=f"""
        location /result/ {{ docket_result; error_page 404 = @app; }}
        location /large   {{ docket_upload; error_page 413 = @upload; }}
        location /moved   {{ docket_upload; error_page 413 /app/moved; }}
        location /app/    {{ docket_pass {server.url}; }}
        location @app     {{ docket_pass {server.url}; }}
        location @upload  {{ docket_upload; }}
        location @run     {{ docket_command /bin/cat; }}
        location /run     {{ docket_upload; error_page 413 = @run; }}""")
    unknown = "/result/01a22c66-53e0-73fc-a1b2-a9afdc004be8"
    for path in ("/large", "/moved", "/run", f"{unknown}/status", unknown):
        method = "DELETE" if path == unknown else "POST"
        answer = docket.request(method, path, data=b"x" * 5000, headers={"Connection": "close"})
        assert answer.status_code in (400, 405, 413), (path, answer.status_code)
        if method == "POST":
            chunked = docket.request(method, path, data=iter([b"x" * 5000]), headers={"Connection": "close"})
            assert chunked.status_code in (400, 405, 413, 500), (path, chunked.status_code)
    assert docket.get(unknown).status_code == 202, "without a body it is passed on"


def test_ranges_and_conditions(passing, upstream):
    docket = passing(upstream(lambda *_: (200, {"Content-Type": "text/plain"}, b"0123456789")).url)
    job, _ = pass_on(docket)
    tag = response(docket, job).headers["ETag"]
    part = docket.get(f"/result/{job}/response", headers={"Range": "bytes=2-4"})
    assert (part.status_code, part.content) == (206, b"234")
    assert docket.get(f"/result/{job}/response", headers={"If-None-Match": tag}).status_code == 304
    head = docket.request("HEAD", f"/result/{job}/response")
    assert (head.status_code, head.headers["Content-Length"], head.content) == (200, "10", b"")
    assert docket.request("POST", f"/result/{job}/response").status_code == 405


def test_cors_fields_are_ours_where_we_say_them(passing, upstream):
    def allowing(*_):
        return 200, {"Access-Control-Allow-Origin": "*", "X-Own": "1"}, b"ok"
    server = upstream(allowing)
    origin = {"Origin": "https://app.example"}
    docket = passing(server.url, server="docket_cors https://app.example;")
    job, _ = pass_on(docket, headers=origin)
    answer = response(docket, job, headers=origin)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://app.example" and answer.headers["X-Own"] == "1"
    plain = passing(server.url, "prefer")
    assert plain.get("/app/").headers["Access-Control-Allow-Origin"] == "*"


def test_large_bodies_both_ways(passing, upstream):
    block, blocks = os.urandom(1 << 20), int(os.environ.get("DOCKET_LARGE_MB", "60"))
    seen = []

    def mirror(handler, got):
        seen.append(len(got.body))
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(got.body)))
        handler.end_headers()
        handler.wfile.write(got.body)
    docket = passing(upstream(mirror).url, body_size="2g")
    before = peak_memory(wait_for(docket.workers, 20, "the workers"))
    job, _ = pass_on(docket, data=(block for _ in range(blocks)))
    answer = response(docket, job, stream=True)
    size = 0
    for piece in answer.iter_content(1 << 20):
        assert piece == block[size % len(block):][:len(piece)]
        size += len(piece)
    assert size == blocks * len(block) and seen == [size]
    assert SANITIZED or peak_memory(docket.workers()) < before + 30, "bodies go through files"


def test_what_the_job_does_not_have(passing, upstream):
    docket = passing(upstream(echo).url)
    job, _ = pass_on(docket)
    docket.finish(job)
    for what in ("text", "files", "log", "result"):
        answer = docket.get(f"/result/{job}/{what}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), what
    other = docket.submit(b"%PDF-1.4\n", path="/jobs")
    answer = docket.get(f"/result/{other}/response")
    assert answer.status_code == 404 and "docket_pass" in answer.json()["detail"]


def test_while_it_runs(passing, upstream):
    gate = []
    docket = passing(upstream(lambda handler, _: wait_for(lambda: gate, 30) and (200, {}, b"done")).url)
    job, _ = pass_on(docket)
    answer = docket.get(f"/result/{job}/response")
    assert (answer.status_code, answer.json()["job_id"]) == (202, job) and answer.headers["Retry-After"]
    gate.append(True)
    held = docket.get(f"/result/{job}/response?wait=50")
    assert (held.status_code, held.content) == (200, b"done")


def test_a_key_is_for_one_request(passing, upstream):
    server = upstream(echo)
    docket = passing(server.url)
    key = {"Idempotency-Key": "one"}
    job, _ = pass_on(docket, data=b"a", headers=key)
    assert pass_on(docket, data=b"a", headers=key)[0] == job
    assert docket.request("POST", "/app/work", data=b"b", headers=key).status_code == 422
    assert docket.request("PUT", "/app/work", data=b"a", headers=key).status_code == 422
    docket.finish(job)
    assert len(server.got) == 1


def test_a_key_is_for_one_client(passing, upstream):
    docket = passing(upstream(lambda _, got: (200, {"Set-Cookie": got.headers["Cookie"]}, b"for you")).url, "prefer")
    key = {"Idempotency-Key": "one"}
    assert docket.request("POST", "/app/work", data=b"q", headers={**key, "Cookie": "user=alice"}).status_code == 200
    for other in ({"Cookie": "user=mallory"}, {"Cookie": "user=alice", "Authorization": "Bearer x"},
                  {"Cookie": "user=alice", "Content-Type": "text/other"}):
        answer = docket.request("POST", "/app/work", data=b"q", headers={**key, **other})
        assert (answer.status_code, answer.json()["code"]) == (422, "key_reused") and "Set-Cookie" not in answer.headers


def test_the_clients_fields_are_not_kept(passing, upstream):
    server = upstream(lambda *_: (200, {}, b"ok"))
    docket = passing(server.url)
    job, _ = pass_on(docket, headers={"Authorization": "Bearer nobody-must-find-this"})
    docket.finish(job)
    assert server.got[0].headers["Authorization"] == "Bearer nobody-must-find-this"
    files = [path for path in docket.store.rglob("*") if path.is_file()]
    assert files and not [path for path in files if b"nobody-must-find-this" in path.read_bytes()]


def test_tokens_are_for_us(passing, upstream, open_folder):
    tokens = open_folder / "tokens"
    tokens.write_text(f"alice:{hashlib.sha256(b'secret').hexdigest()}\n")
    docket = passing(upstream(echo).url, server=f"docket_tokens {tokens};")
    assert docket.request("POST", "/app/work").status_code == 401
    mine = {"Authorization": "Bearer secret"}
    answer = docket.request("POST", "/app/work", headers=mine)
    job = answer.json()["job_id"]
    held = docket.get(f"/result/{job}/response?wait=50", headers=mine)
    assert held.status_code == 200 and "Authorization" not in held.json()["headers"]
    shaken = base64.urlsafe_b64encode(b"secret").decode().rstrip("=")
    answer = docket.get("/app/work", headers={"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
                                              "Sec-WebSocket-Key": base64.b64encode(bytes(16)).decode(),
                                              "Sec-WebSocket-Protocol": f"docket.bearer.{shaken}, docket"})
    assert answer.status_code == 202
    held = docket.get(f"/result/{answer.json()['job_id']}/response?wait=50", headers=mine)
    assert held.status_code == 200 and shaken not in held.text
    assert requests.get(f"{docket.url}/result/{job}/response", timeout=60).status_code == 401


@pytest.mark.parametrize("line, wanted", [
    ("docket_pass;", "invalid number of arguments"),
    ("docket_pass ftp://host;", "http:// or https://"),
    ("docket_pass http://;", "expected a host"),
    ("docket_pass http://host often;", "expected prefer"),
    ("docket_pass http://host; docket_upload;", "has a handler already"),
    ("docket_pass http://host; docket_pass_fail_on 2xx;", "expected 3xx, 4xx or 5xx"),
    ("docket_pass http://host; docket_set_header 'a b' c;", "name of a header field"),
    ("docket_pass http://host; docket_pass_response 1;", "at least 4k")])
def test_mistakes_in_the_configuration(start, line, wanted):
    docket = start()
    docket.configure(locations="location /result/ { docket_result; }\nlocation /app/ { " + line + " }")
    code, said = docket.check_conf()
    assert code != 0 and wanted in said and "nginx.conf:" in said, said


@pytest.mark.parametrize("size, files", [(0, 0), (100, 0), (10_000, 1)])
def test_small_answers_need_no_file(passing, upstream, size, files):
    docket = passing(upstream(lambda *_: (200, {"Content-Type": "text/plain"}, b"x" * size)).url)
    job, _ = pass_on(docket, "GET")
    answer = response(docket, job)
    assert (answer.content, answer.headers["Content-Type"]) == (b"x" * size, "text/plain")
    wait_for(lambda: len(list((docket.store / "spool").rglob(f"{job}*"))) == files, 20, "the spool")
    if size == 100:
        part = docket.get(f"/result/{job}/response", headers={"Range": "bytes=98-"})
        assert (part.status_code, part.content, part.headers["Content-Range"]) == (206, b"xx", "bytes 98-99/100")
        several = docket.get(f"/result/{job}/response", headers={"Range": "bytes=0-0,2-2"})
        assert several.status_code == 206 and several.content.count(b"x") >= 2
    docket.stop()
    check = subprocess.run([DOCKETCTL, "--store", docket.store, "check"], capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stdout
