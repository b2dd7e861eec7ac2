"""Locations with docket directives beside nginx's own: who answers there, and that all errors are problems."""
import pytest

import documents
from built import wait_for
from client import assert_problem
from docket import LOCATIONS, Docket

PDF = documents.text_pdf(1)


@pytest.fixture(name="checked")
def _checked():
    """What `nginx -t` says of locations."""
    made = []

    def check(locations):
        made.append(Docket(locations=LOCATIONS + locations))
        return made[-1].check_conf()
    yield check
    for one in made:
        one.remove_folder()


@pytest.mark.parametrize("directive", ["docket_upload", "docket_result", "docket_tasks", "docket_events",
                                       "docket_health"])
@pytest.mark.parametrize("other", ["proxy_pass http://127.0.0.1:9;", "fastcgi_pass 127.0.0.1:9;", "empty_gif;",
                                   "docket_health;"])
def test_two_handlers_in_one_location(checked, directive, other):
    where = "docket_result_url /result/; location /two/"
    for content in (f"{directive};\n{other}", f"{other}\n{directive};"):
        code, said = checked(f"{where} {{ {content} }}")
        assert code != 0 and "location" in said and "/two/" in said and "handler" in said and "nginx.conf:" in said, said


def test_blocks_of_a_location_keep_its_handler(start):
    docket = start(locations=LOCATIONS.replace("location /jobs          { docket_upload; }", """
        location /jobs {
            docket_upload;
            limit_except POST { deny all; }
        }
        location /open {
            docket_upload 201;
            limit_except POST { allow 127.0.0.1; deny all; }
            if ($arg_x) { set $y 1; }
        }
        location /elsewhere { docket_upload; if ($arg_x) { return 204; } }"""))
    assert docket.upload(PDF, path="/jobs").status_code == 202
    assert_problem(docket.request("PUT", "/jobs/a.pdf", data=PDF), 403, "forbidden", "limit_except")
    for path in ("/open", "/open?x=1"):
        assert docket.upload(PDF, path=path).status_code == 201
        assert docket.request("PUT", "/open/a.pdf" + path[5:], data=PDF).status_code == 201
        assert_problem(docket.request("DELETE", path), 405, "method_not_allowed")
    assert docket.upload(PDF, path="/elsewhere?x=1").status_code == 204


def test_nginxs_own_errors_say_what_is_wrong(start):
    docket = start(http="limit_req_zone $remote_addr zone=few:1m rate=1r/m;", body_size="1m", locations=LOCATIONS + """
        location = /denied  { docket_upload; deny all; }
        location = /basic   { docket_upload; auth_basic docket; auth_basic_user_file /dev/null; }
        location = /few     { docket_tasks anyone; limit_req zone=few; }
        location = /few429  { docket_tasks anyone; limit_req zone=few; limit_req_status 429; }
        location = /gone    { docket_tasks anyone; return 410; }
        location = /locked  { docket_tasks anyone; return 423; }
        location = /asked   { docket_upload; auth_request /no; }
        location = /no      { internal; return 403; }""")
    docket.get("/few")
    wait_for(lambda: docket.get("/few").status_code == 503, 20, "a request beyond the limit")
    for path, code, word, mention in (("/denied", 403, "forbidden", "deny"), ("/basic", 401, "unauthorized", "Credentials"),
                                      ("/few", 503, "service_unavailable", "limit_req"),
                                      ("/few429", 429, "too_many_requests", "limit_req"),
                                      ("/gone", 410, "gone", "refused"),
                                      ("/locked", 423, "error", "refused"), ("/asked", 403, "forbidden", "auth_request")):
        answer = docket.get(path) if "few" in path or path == "/gone" else docket.upload(PDF, path=path)
        assert_problem(answer, code, word, mention)
        assert answer.json()["detail"].endswith(".")
    assert docket.upload(PDF, path="/basic").headers["WWW-Authenticate"].startswith("Basic")
    assert_problem(docket.upload(b"x" * 2_000_000), 413, "too_large", "client_max_body_size")
    job = docket.submit(PDF)
    docket.finish(job)
    assert_problem(docket.result(job, "text?raw=1", 416, headers={"Range": "bytes=999999-"}), 416,
                   "range_not_satisfiable", "range")
    assert_problem(docket.get(f"/result/{job}", headers={"If-Match": '"x"'}), 412, "precondition_failed", "If-Match")


def test_statuses_have_their_phrases(start):
    docket = start(locations=LOCATIONS + "location /events/ { docket_events; }")
    job = docket.submit(b"%PDF-1.4 nothing more")
    docket.finish(job, expect="failed")
    assert docket.result(job, "markdown", 422).reason == "Unprocessable Content"
    version = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "12"}
    answer = docket.get(f"/events/{job}", headers=version)
    assert (answer.status_code, answer.reason) == (426, "Upgrade Required")
    assert answer.headers["Upgrade"] == "websocket" and answer.headers["Sec-WebSocket-Version"] == "13"
    assert "upgrade" in answer.headers["Connection"].lower()
    assert_problem(answer, 426, "bad_request", "13")
    assert answer.json()["title"] == "Upgrade Required"
    version.update({"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="})
    with docket.get(f"/events/{job}", headers=version, stream=True) as socket:
        assert (socket.status_code, socket.reason) == (101, "Switching Protocols")
