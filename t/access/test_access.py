"""Who is asking: tokens, owners that nginx names, scopes, and what of it others see (nothing)."""
import base64
import hashlib
import os
import re
import socket

import pytest

import documents
from built import wait_for
from client import assert_problem
from docket import LOCATIONS

PDF = documents.text_pdf(1)

# What the tests' callers show.
SECRETS = {"alice": "alice-secret", "bob": "bob-secret", "root": "root-secret"}

NEVER = "01890000-0000-7000-8000-000000000000"


def line(name, secret, scopes=""):
    """One line of a token file."""
    return f"{name}:{hashlib.sha256(secret.encode()).hexdigest()}{scopes}\n"


def bearer(name):
    """The header fields of one of the callers."""
    return {"Authorization": f"Bearer {SECRETS[name]}"}


ALL_LINES = line("alice", SECRETS["alice"]) + line("bob", SECRETS["bob"]) + line("root", SECRETS["root"], ":admin")


@pytest.fixture
def token_file(open_folder):
    """A file with the tokens of alice, bob and root, the last an admin's."""
    file = open_folder / "tokens"
    file.write_text(ALL_LINES)
    return file


@pytest.fixture
def guarded(start, token_file):
    """A Docket that knows them; everybody's list is /everything."""
    locations = LOCATIONS.replace("docket_tasks anyone", "docket_tasks")
    return start(server=f"docket_tokens {token_file};",
                 locations=locations + "location = /everything { docket_tasks anyone; }")


def same(first, second):
    """Whether two answers cannot be told apart."""
    def told(answer):
        headers = {name: value for name, value in answer.headers.items() if name != "Date"}
        return answer.status_code, headers, answer.content
    return told(first) == told(second)


def ids(docket, path, name):
    """The ids of a list that one of the callers asks for."""
    answer = docket.get(path, headers=bearer(name))
    assert answer.status_code == 200, answer.text
    return [task["job_id"] for task in answer.json()["tasks"]]


def upload(docket, headers):
    """A job of whoever these header fields are; its id."""
    answer = docket.upload(PDF, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()["job_id"]


def finish(docket, job, headers):
    """Waits for the end of a job."""
    wait_for(lambda: docket.get(f"/result/{job}/status", headers=headers).json()["final"], 30)


def test_without_a_token_nothing_goes(guarded):
    job = upload(guarded, bearer("alice"))
    for method, path in (("POST", "/process_pdf"), ("PUT", "/jobs/a.pdf"), ("GET", f"/result/{job}/status"),
                         ("GET", f"/result/{job}/markdown"), ("GET", f"/result/{job}/pages/1/text"),
                         ("DELETE", f"/result/{job}"), ("GET", "/tasks"), ("GET", "/everything")):
        answer = guarded.request(method, path, data=PDF if method in ("POST", "PUT") else None)
        assert_problem(answer, 401, "unauthorized", "token")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert guarded.get("/health").status_code == 200
    finish(guarded, job, bearer("alice"))


@pytest.mark.parametrize("headers", [
    {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer"}, {"Authorization": "Bearer a b"},
    {"Authorization": f"Basic {SECRETS['alice']}"}, {"Authorization": "Bearer " + "a" * 5000},
    {"X-Api-Key": "wrong"}, {"Authorization": "Bearer \xe4"},
    {"Authorization": "Bearer " + hashlib.sha256(SECRETS["alice"].encode()).hexdigest()}],
    ids=["wrong", "empty", "two words", "Basic", "oversized", "wrong key", "no ASCII", "the file's digest"])
def test_no_token_of_ours(guarded, headers):
    headers = {name: value.encode("latin-1") for name, value in headers.items()}
    assert_problem(guarded.get("/tasks", headers=headers), 401, "unauthorized")
    assert_problem(guarded.upload(PDF, headers=headers), 401, "unauthorized")
    assert ids(guarded, "/tasks", "root") == []


@pytest.mark.parametrize("headers", [bearer("alice"), {"Authorization": f"token {SECRETS['alice']}"},
                                     {"X-Api-Key": SECRETS["alice"]}], ids=["Bearer", "Token", "X-Api-Key"])
def test_ways_to_show_a_token(guarded, headers):
    job = upload(guarded, headers)
    assert ids(guarded, "/tasks", "alice") == [job]


def test_jobs_of_others_are_like_unknown_ones(guarded):
    job = upload(guarded, bearer("alice"))
    finish(guarded, job, bearer("alice"))
    for method, rest in (("GET", "status"), ("GET", ""), ("GET", "markdown"), ("GET", "markdown?raw=1"),
                         ("HEAD", "markdown"), ("GET", "pages/1/text"), ("GET", "input"), ("GET", "nonsense"), ("DELETE", ""),
                         ("POST", "cancel")):
        path = f"/{rest}" if rest else ""
        for_bob = guarded.request(method, f"/result/{job}{path}", headers=bearer("bob"))
        unknown = guarded.request(method, f"/result/{NEVER}{path}", headers=bearer("bob"))
        assert for_bob.status_code == 404 and same(for_bob, unknown), (method, rest, for_bob.text)
    assert guarded.get(f"/result/{job}/markdown", headers=bearer("alice")).status_code == 200


def test_lists_are_the_callers_own(guarded):
    jobs = {name: upload(guarded, bearer(name)) for name in ("alice", "bob")}
    for name in ("alice", "bob"):
        assert ids(guarded, "/tasks", name) == [jobs[name]]
        assert ids(guarded, f"/tasks?ids={jobs['alice']},{jobs['bob']}", name) == [jobs[name]]
        assert ids(guarded, "/everything", name) == [jobs["bob"], jobs["alice"]]
    assert ids(guarded, "/tasks", "root") == [jobs["bob"], jobs["alice"]]
    assert ids(guarded, f"/tasks?ids={jobs['alice']}", "root") == [jobs["alice"]]


def test_numbers_are_the_callers_own(start, token_file):
    docket = start(server=f"docket_tokens {token_file};", locations=LOCATIONS + """
        location = /queue/status { docket_tasks; }
        location = /all/status   { docket_tasks anyone; }""")
    for name, content in (("alice", PDF), ("alice", b"%PDF-1.4 broken"), ("bob", PDF)):
        answer = docket.upload(content, headers=bearer(name))
        finish(docket, answer.json()["job_id"], bearer(name))

    def numbers(path, name):
        return docket.get(path, headers=bearer(name)).json()
    none = {"pending": 0, "processing": 0, "completed": 0, "failed": 0, "total": 0}
    of_all = {**none, "completed": 2, "failed": 1, "total": 3}
    assert numbers("/queue/status", "alice") == {**none, "completed": 1, "failed": 1, "total": 2}
    assert numbers("/queue/status", "bob") == {**none, "completed": 1, "total": 1}
    assert numbers("/queue/status", "root") == numbers("/all/status", "bob") == of_all
    assert_problem(docket.get("/queue/status"), 401, "unauthorized")


def test_an_admin_has_all_jobs(guarded):
    job = upload(guarded, bearer("alice"))
    finish(guarded, job, bearer("root"))
    assert guarded.get(f"/result/{job}/text", headers=bearer("root")).status_code == 200
    assert guarded.request("DELETE", f"/result/{job}", headers=bearer("root")).status_code == 200
    assert guarded.get(f"/result/{job}", headers=bearer("alice")).status_code == 404


def test_the_file_is_read_again_when_it_changes(start, token_file):
    # Each worker reads it for itself, with its next request.
    guarded = start(workers=1, server=f"docket_tokens {token_file};")

    def answers(secret):
        return guarded.get("/tasks", headers={"X-Api-Key": secret}).status_code
    assert answers("new-secret") == 401
    token_file.write_text(ALL_LINES.replace(line("bob", SECRETS["bob"]), "") + line("carol", "new-secret"))
    wait_for(lambda: answers("new-secret") == 200, 10, "the new token")
    wait_for(lambda: answers(SECRETS["bob"]) == 401, 10, "the end of the old one")
    # What cannot be used leaves what was there, and is told.
    token_file.write_text("carol:no digest\n")
    wait_for(lambda: answers("new-secret") and "line 1" in guarded.log(), 10, "a word in the log")
    assert answers("new-secret") == 200
    token_file.unlink()
    assert answers("new-secret") == 200
    token_file.write_text(ALL_LINES)
    wait_for(lambda: answers(SECRETS["bob"]) == 200, 10, "the tokens to be back")


def test_workers_need_not_be_able_to_read_the_file(start, token_file):
    if os.geteuid() != 0:
        pytest.skip("only root can have files that its workers cannot read")
    token_file.chmod(0o600)
    docket = start(server=f"docket_tokens {token_file};")
    assert docket.get("/tasks", headers=bearer("alice")).status_code == 200
    assert docket.get("/tasks").status_code == 401


def test_a_refused_upload_leaves_nothing(guarded):
    def files():
        return [name for _, _, names in os.walk(guarded.store / "spool") for name in names]
    before = files()
    assert_problem(guarded.request("POST", "/process_pdf", data=PDF * 2000), 401, "unauthorized")
    assert files() == before


# ---- Owners that nginx names.

OWNED = "docket_owner $http_x_user;"


def test_owner_of_a_variable(start):
    docket = start(http=OWNED)
    job = upload(docket, {"X-User": "CN=Älice,O=Ex ample".encode()})
    unknown = docket.get(f"/result/{NEVER}/status", headers={"X-User": "bob"})
    assert same(docket.get(f"/result/{job}/status", headers={"X-User": "bob"}), unknown)
    finish(docket, job, {"X-User": "CN=Älice,O=Ex ample".encode()})


@pytest.mark.parametrize("name", [None, "", b"\xff", "a" * 1025], ids=["none", "empty", "no UTF-8", "too long"])
def test_who_has_no_name_is_refused(start, name):
    docket = start(http=OWNED)
    headers = {} if name is None else {"X-User": name}
    assert_problem(docket.get("/tasks", headers=headers), 401, "unauthorized")
    assert_problem(docket.upload(PDF, headers=headers), 401, "unauthorized")
    assert docket.upload(PDF, headers={"X-User": "a" * 1024}).status_code == 200


def test_owner_comes_before_tokens_and_tokens_can_be_off(start, token_file):
    docket = start(server=f"docket_tokens {token_file};", locations=LOCATIONS + """
        location = /by_name { docket_tasks; docket_owner $http_x_user; }
        location = /open    { docket_tasks anyone; docket_tokens off; }""")
    assert docket.get("/by_name", headers={"X-User": "alice"}).status_code == 200
    assert docket.get("/by_name", headers=bearer("alice")).status_code == 401
    assert docket.get("/open").status_code == 200


# ---- Together with nginx's own.

def test_auth_basic_names_the_owner(start, open_folder):
    (open_folder / "passwords").write_text("alice:{PLAIN}wonder\nbob:{PLAIN}builder\n")
    docket = start(server=f"auth_basic docket; auth_basic_user_file {open_folder}/passwords; "
                          "docket_owner $remote_user;")
    job = docket.request("POST", "/process_pdf", data=PDF, auth=("alice", "wonder")).json()["job_id"]
    assert docket.get(f"/result/{job}/status", auth=("alice", "wonder")).status_code == 200
    assert docket.get(f"/result/{job}/status", auth=("bob", "builder")).status_code == 404
    answer = docket.get(f"/result/{job}/status", auth=("bob", "wonder"))
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Basic")
    assert answer.json()["code"] == "unauthorized"


def test_auth_request_names_the_owner(start):
    docket = start(http='map $http_x_session $session_user { one alice; two bob; }', server="""
        location = /auth { internal; add_header X-Name $session_user always;
                           if ($session_user = "") { return 401; } return 204; }
        auth_request /auth; auth_request_set $name $upstream_http_x_name; """,
                   locations=LOCATIONS.replace("docket_upload 200;", "docket_upload 200; docket_owner $session_user;")
                   .replace("docket_result;", "docket_result; docket_owner $session_user;"))
    job = upload(docket, {"X-Session": "one"})
    assert docket.get(f"/result/{job}/status", headers={"X-Session": "one"}).status_code == 200
    assert docket.get(f"/result/{job}/status", headers={"X-Session": "two"}).status_code == 404
    assert_problem(docket.get(f"/result/{job}/status"), 401, "unauthorized")
    assert_problem(docket.upload(PDF), 401, "unauthorized")


def test_satisfy_and_addresses(start):
    docket = start(server="deny all;")
    assert_problem(docket.upload(PDF), 403, "forbidden")
    docket = start(server="satisfy any; allow 127.0.0.1; deny all; auth_basic docket; auth_basic_user_file /dev/null;")
    assert docket.upload(PDF).status_code == 200


def test_limits_of_nginx(start):
    docket = start(http="limit_req_zone $binary_remote_addr zone=slow:1m rate=1r/m; limit_req_status 429;",
                   locations=LOCATIONS + "location = /slow { docket_tasks anyone; limit_req zone=slow; }")
    docket.allow("limiting requests")
    assert docket.get("/slow").status_code == 200
    answer = docket.get("/slow")
    assert_problem(answer, 429, "too_many_requests")
    assert re.fullmatch(r"\d+", answer.headers["Retry-After"])


def test_limited_connections(start):
    docket = start(http="limit_conn_zone $binary_remote_addr zone=one:1m; limit_conn_status 429;",
                   locations=LOCATIONS + "location = /one { docket_upload; limit_conn one 1; }")
    docket.allow("limiting connections")
    with socket.create_connection(("127.0.0.1", docket.port)) as slow:
        slow.sendall(b"PUT /one HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%%PDF-" % len(PDF))
        wait_for(lambda: list(docket.store.glob("spool/*/*/*.in.*")), 10, "the first upload's beginning")
        assert_problem(docket.upload(PDF, path="/one"), 429, "too_many_requests")
        slow.sendall(PDF[5:])
        assert slow.recv(12) == b"HTTP/1.1 202"
    wait_for(lambda: docket.upload(PDF, path="/one").status_code == 202, 10, "room for another")


def test_error_page_of_the_operator(start, token_file):
    docket = start(server=f"docket_tokens {token_file}; error_page 401 /who; error_page 404 =410 /gone; "
                          "location = /who { return 401 'who are you'; } location = /gone { return 410 'gone'; }")
    answer = docket.get("/tasks")
    assert answer.status_code == 401 and answer.text == "who are you"
    answer = docket.get(f"/result/{NEVER}", headers=bearer("alice"))
    assert answer.status_code == 410 and answer.text == "gone"


def test_internal_and_secure_link(start):
    docket = start(locations=LOCATIONS + """
        location /inside/ { internal; docket_result; }
        location /signed/ { secure_link $arg_sign; secure_link_md5 "$uri word"; if ($secure_link = "") { return 403; }
                            rewrite ^/signed/(.*)$ /inside/$1 last; }""", server="docket_result_url /result/;")
    job = docket.submit(PDF)
    docket.finish(job)
    assert_problem(docket.get(f"/inside/{job}/text"), 404, "not_found")
    assert docket.get(f"/signed/{job}/text").status_code == 403
    path = f"/signed/{job}/text"
    sign = base64.urlsafe_b64encode(hashlib.md5(f"{path} word".encode()).digest()).decode().rstrip("=")
    assert docket.get(f"{path}?sign={sign}").json()["status"] == "completed"
