"""docket_pass … prefer: as any proxy, until it takes too long or the client would rather not wait."""
import threading

from built import free_port
from test_pass import echo, response


def test_the_answer_itself(passing, upstream):
    server = upstream(echo)
    docket = passing(server.url, "prefer")
    answer = docket.request("POST", "/app/work", data=b"body")
    assert (answer.status_code, answer.json()["body"], answer.headers["X-Made-By"]) == (200, "body", "the app")
    job = server.got[0].headers["Idempotency-Key"]
    assert answer.headers["Content-Location"] == f"/result/{job}/response"
    assert docket.status(job)["status"] == "completed"
    for code in (204, 301, 404, 500):
        other = passing(upstream(lambda *_, code=code: (code, {"X-Own": "1"}, b"" if code == 204 else b"no")).url, "prefer")
        answer = other.get("/app/work", allow_redirects=False)
        assert (answer.status_code, answer.headers["X-Own"]) == (code, "1")
        assert answer.content == (b"" if code == 204 else b"no")


def test_a_client_that_prefers_not_to_wait(passing, upstream):
    docket = passing(upstream(echo).url, "prefer")
    answer = docket.request("POST", "/app/work", headers={"Prefer": "respond-async"})
    assert (answer.status_code, answer.headers["Preference-Applied"]) == (202, "respond-async")
    assert response(docket, answer.json()["job_id"]).status_code == 200
    answer = docket.request("POST", "/app/work", headers={"Prefer": "respond-async, wait=50"})
    assert answer.status_code == 200


def test_held_for_as_long_as_it_may(passing, upstream):
    go_on = threading.Event()
    docket = passing(upstream(lambda *_: go_on.wait(60) and (200, {}, b"late")).url, "prefer", "docket_wait_max 1s;")
    answer = docket.request("POST", "/app/work", data=b"x")
    assert answer.status_code == 202 and answer.headers["Location"].endswith("/status")
    go_on.set()
    assert response(docket, answer.json()["job_id"]).content == b"late"


def test_a_server_that_is_not_there_is_a_bad_gateway(passing):
    docket = passing(f"http://127.0.0.1:{free_port()}", "prefer", "docket_attempts 1;")
    answer = docket.get("/app/work")
    assert (answer.status_code, answer.json()["code"]) == (502, "upstream_failed")
    assert answer.json()["title"] == "Bad Gateway"


def test_a_job_that_is_removed_ends_the_wait(passing, upstream):
    server = upstream(lambda handler, _: server.ending.wait(60) and 200)
    docket = passing(server.url, "prefer")
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(docket.get("/app/work")))
    waiting.start()
    job = server.wait(1)[0].headers["Idempotency-Key"]
    assert docket.request("DELETE", f"/result/{job}").status_code == 200
    waiting.join(60)
    assert [answer.status_code for answer in answers] == [404]


def test_without_prefer_the_status_is_what_is_waited_for(passing, upstream):
    docket = passing(upstream(echo).url)
    answer = docket.request("POST", "/app/work", headers={"Prefer": "wait=50"})
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")


def test_conditions_are_for_the_other_server(passing, upstream):
    def tagged(_, got):
        return (304, {"ETag": '"1"'}, b"") if got.headers.get("If-None-Match") == '"1"' else (412, {}, b"no")
    docket = passing(upstream(tagged).url, "prefer")
    assert docket.get("/app/work", headers={"If-None-Match": '"1"'}).status_code == 304
    assert docket.request("PUT", "/app/work", data=b"x", headers={"If-Match": '"2"'}).status_code == 412
