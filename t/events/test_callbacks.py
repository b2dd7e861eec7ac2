"""Callbacks: told once a job is final, signed, and to nobody they may not go to."""
import base64
import hashlib
import hmac
import subprocess
import time
from pathlib import Path

import pytest

from built import SANITIZED, wait_for
from callback_helpers import PDF, attempted, codes, deliveries, delivery, locations, submit
from client import assert_problem
from docket import Docket

BAD = b"%PDF-1.4 nothing"
SECRETS = [base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2)]
NEVER = "01890000-0000-7000-8000-000000000000"


# ---- What is told, and when.


def test_the_body_is_as_promised(start, receive):
    docket, receiver = start(locations=locations()), receive()
    job = docket.submit(PDF, "scan é.pdf", fields={"callback_url": receiver.url, "mine": "1"})
    docket.finish(job)
    request, = receiver.wait(1)
    body = request["json"]
    assert set(body) == {"type", "timestamp", "data", "id", "data_file_name", "status"}
    assert (body["type"], body["id"], body["status"], body["data_file_name"]) == ("job.completed", job, "completed", "scan é.pdf")
    status = docket.status(job)
    assert body["timestamp"] == status["completed_at"]
    assert body["data"] == {name: value for name, value in status.items() if name not in ("fields", "files")}
    headers = request["headers"]
    assert headers["Content-Type"] == "application/json"
    assert headers["webhook-id"] == f"{job}-completed"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert headers["User-Agent"].startswith("Docket/")
    assert "webhook-signature" not in headers, "there is no secret"
    assert "Expect" not in headers
    one = delivery(docket, job, "delivered")
    assert codes(one) == [200] and one["next_attempt_at"] is None and one["webhook_id"] == f"{job}-completed"
    assert set(one["attempts"][0]) == {"time", "duration_ms", "code", "error"} and one["attempts"][0]["error"] is None


def test_the_trace_of_the_upload_goes_on(start, receive):
    docket, receiver = start(locations=locations()), receive()
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    job = submit(docket, receiver, headers={"traceparent": parent, "tracestate": "vendor=1"})
    plain = submit(docket, receiver)
    receiver.wait(2)
    traced, = receiver.of(job)
    assert (traced["headers"]["traceparent"], traced["headers"]["tracestate"]) == (parent, "vendor=1")
    untraced, = receiver.of(plain)
    assert not {"traceparent", "tracestate"} & set(map(str.lower, untraced["headers"]))


def test_raw_uploads_ask_in_the_query(start, receive):
    docket, receiver = start(locations=locations()), receive()
    answer = docket.request("PUT", f"/jobs/a.pdf?callback_url={receiver.url}", data=PDF)
    assert answer.status_code == 202, answer.text
    assert receiver.wait(1)[0]["json"]["id"] == answer.json()["job_id"]


def test_failures_are_told(start, receive):
    docket, receiver = start(locations=locations()), receive()
    job = submit(docket, receiver, BAD)
    body = receiver.wait(1)[0]["json"]
    assert (body["type"], body["status"], body["id"]) == ("job.failed", "failed", job)
    assert body["data"]["error"]["code"] == "corrupt" and body["data"]["results"] == {}
    assert receiver.got[0]["headers"]["webhook-id"] == f"{job}-failed"


def test_a_cancelled_job_has_failed(start, receive):
    docket, receiver = start(locations=locations(), http="docket_concurrency 1;"), receive()
    with docket.standing_still():
        job = submit(docket, receiver)
        assert docket.request("POST", f"/result/{job}/cancel").json()["status"] == "failed"
        wait_for(lambda: receiver.of(job), what="the callback")
    request, = receiver.of(job)
    assert request["json"]["type"] == "job.failed" and request["json"]["data"]["error"]["code"] == "cancelled"


def test_nothing_is_told_of_a_job_that_is_not_final(start, receive):
    docket, receiver = start(locations=locations(), http="docket_concurrency 1;"), receive()
    with docket.standing_still():
        removed, waiting = submit(docket, receiver), submit(docket, receiver)
        for job in (removed, waiting):
            assert deliveries(docket, job) == {"job_id": job, "callbacks": [], "count": 0}
        assert_problem(docket.request("POST", f"/result/{waiting}/callbacks"), 400, "bad_request", "not final")
        assert receiver.got == []
        docket.request("DELETE", f"/result/{removed}")
    docket.finish(waiting)
    receiver.wait(1)
    assert [request["json"]["id"] for request in receiver.got] == [waiting], "a deleted job's goes with it"


def test_a_job_with_the_results_of_another_is_told_at_once(start, receive):
    docket, receiver = start(locations=locations("docket_dedupe on;")), receive()
    first = submit(docket, receiver)
    receiver.wait(1)
    second = submit(docket, receiver)
    request = receiver.wait(2)[1]
    assert request["json"]["id"] == second != first
    assert request["json"]["status"] == "completed"


def test_the_password_is_not_told(start, receive):
    docket, receiver = start(locations=locations()), receive()
    docket.submit(PDF, fields={"callback_url": receiver.url, "password": "open-sesame"})
    assert b"open-sesame" not in receiver.wait(1)[0]["body"]


# ---- Who may ask for it.


def test_only_where_the_location_allows_it(start, receive):
    docket, receiver = start(locations=locations()), receive()
    answer = docket.upload(PDF, path="/plain", fields={"callback_url": receiver.url})
    assert_problem(answer, 403, "forbidden_option", "callback_url", "docket_callback_from_client")


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://", "http://user@127.0.0.1/", "http://u:p@127.0.0.1/",
                                 "//127.0.0.1/", "gopher://x/", "http://a b/", "http://a:0/", "http://a:99999/",
                                 "http://[::1/", "file:///etc/passwd", "http://ä.example/", "http://a/" + "x" * 2100,
                                 "http://a\\@b/", "x"])
def test_what_is_no_url(docket_for_urls, url):
    answer = docket_for_urls.upload(PDF, fields={"callback_url": url})
    assert_problem(answer, 400, "bad_option", "callback_url")
    assert url not in answer.text or url == "x"


@pytest.fixture(scope="module")
def docket_for_urls():
    """One that takes callbacks, for all of these."""
    one = Docket(locations=locations()).start()
    yield one
    one.close()


REFUSED = ["http://127.0.0.1:{port}/hook", "http://localhost:{port}/hook", "http://[::ffff:127.0.0.1]:{port}/hook",
           "http://0.0.0.0:{port}/hook", "http://2130706433:{port}/hook", "http://0x7f.1:{port}/hook",
           "http://127.1:{port}/hook", "http://[::1]:{port}/hook", "http://169.254.169.254/latest/meta-data/",
           "http://[64:ff9b::7f00:1]:{port}/hook", "http://10.0.0.1/", "http://100.64.0.1/", "http://[fd00::1]/"]


def test_addresses_that_are_not_listed_are_refused(start, receive):
    docket, receiver = start(locations=locations()), receive()
    jobs = {url: submit(docket, url.format(port=receiver.port), path="/closed") for url in REFUSED}
    for url, job in jobs.items():
        one = delivery(docket, job, "failed")
        assert codes(one) == ["refused_address"], (url, one)
    assert receiver.got == []


def test_hosts_can_be_listed_by_name(start, receive):
    docket, receiver = start(locations=locations("""
        location = /named { docket_upload 200; docket_owner -; docket_callback_allow localhost; docket_callback_retries 0; }
        location = /only  { docket_upload 200; docket_owner -; docket_callback_allow only 10.0.0.0/8; docket_callback_retries 0; }""")), receive()
    by_name = submit(docket, f"http://LOCALHOST:{receiver.port}/hook", path="/named")
    by_address = submit(docket, receiver, path="/named")
    outside = submit(docket, "http://8.8.8.8/", path="/only")
    assert codes(delivery(docket, by_address, "failed")) == ["refused_address"]
    assert codes(delivery(docket, outside, "failed")) == ["refused_address"]
    assert codes(delivery(docket, by_name, "delivered")) == [200]


# A name server whose owner has second thoughts: what is allowed the first time, and something else from then on.
REBINDING = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
static char asked[256];
__attribute__((constructor)) static void begin(void) {
  const char *path = getenv("REBINDING");
  if (path) strncpy(asked, path, sizeof asked - 1);
}
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
  int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **) = dlsym(RTLD_NEXT, "getaddrinfo");
  if (node && !strcmp(node, "rebinding.test")) {
    const int fd = open(asked, O_WRONLY | O_CREAT | O_EXCL, 0600);
    if (fd >= 0) close(fd);
    node = fd >= 0 ? "127.0.0.1" : "127.0.0.9";
  }
  return real(node, service, hints, found);
}
"""


@pytest.mark.skipif(SANITIZED, reason="the sanitizer wants to be the first library")
def test_an_address_is_looked_at_each_time(start, receive, open_folder):
    (open_folder / "rebinding.c").write_text(REBINDING)
    library = open_folder / "rebinding.so"
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, open_folder / "rebinding.c", "-ldl"], check=True)
    open_folder.chmod(0o777)
    # One worker: what it remembers of a name would answer the second time.
    docket = start(workers=1, environment={"LD_PRELOAD": str(library), "REBINDING": str(open_folder / "asked")},
                   locations=locations("""location = /once { docket_upload 200; docket_owner -; docket_callback_retries 0 50ms;
                                                             docket_callback_allow 127.0.0.1; }"""))
    receiver = receive(500)
    job = submit(docket, f"http://rebinding.test:{receiver.port}/hook", path="/once")
    assert codes(delivery(docket, job, "failed")) == [500, "refused_address"]
    assert len(receiver.got) == 1


def test_the_operator_s_own_is_trusted_and_may_have_variables(start, receive):
    receiver, other = receive(), receive()
    docket = start(locations=locations(f"""
        location = /own {{ docket_upload 200; docket_owner -; docket_callback_allow none;
                           docket_callback {receiver.url}/$arg_tenant; }}
        location = /odd {{ docket_upload 200; docket_owner -; docket_callback $arg_url; }}"""))
    own = docket.submit(PDF, path="/own?tenant=seven")
    assert receiver.wait(1)[0]["path"] == "/hook/seven"
    delivery(docket, own, "delivered")
    asked = docket.submit(PDF, path="/own", fields={"callback_url": other.url})
    assert codes(attempted(docket, asked))[0] == "refused_address", "a client's is not trusted"
    none = docket.submit(PDF, path="/odd")
    rubbish = docket.submit(PDF, path="/odd?url=rubbish")
    for job in (none, rubbish):
        docket.finish(job)
        assert deliveries(docket, job)["callbacks"] == []
    assert "docket_callback is of no use here" in docket.log()
    assert other.got == []


def test_no_proxy_of_the_environment(start, receive):
    receiver, proxy = receive(), receive()
    names = ("http_proxy", "https_proxy", "all_proxy", "ALL_PROXY")
    docket = start(locations=locations(), main="".join(f"env {name};" for name in names),
                   environment={name: f"http://127.0.0.1:{proxy.port}" for name in names})
    submit(docket, receiver)
    receiver.wait(1)
    assert proxy.got == []


# ---- Signatures.


def signature(request, secret):
    """What a signature of this secret is, worked out as the specification says."""
    headers = request["headers"]
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request["body"]
    return "v1," + base64.b64encode(hmac.new(base64.b64decode(secret), content, hashlib.sha256).digest()).decode()


def test_callbacks_are_signed_with_all_secrets_of_a_file_that_changes(start, receive, open_folder):
    file = open_folder / "secrets"
    file.write_text(f"whsec_{SECRETS[0]}\n")
    receiver = receive(200, 500, 200)
    docket = start(locations=locations(f"docket_callback_secret {file};"))
    submit(docket, receiver)
    first, = receiver.wait(1)
    assert first["headers"]["webhook-signature"] == signature(first, SECRETS[0])
    (open_folder / "new").write_text(f"# rotated\nwhsec_{SECRETS[1]}\nwhsec_{SECRETS[0]}\n")
    (open_folder / "new").rename(file)
    submit(docket, receiver)
    _, failed, again = receiver.wait(3)
    for request in (failed, again):
        assert request["headers"]["webhook-signature"].split() == [signature(request, secret) for secret in reversed(SECRETS)]
    assert failed["headers"]["webhook-id"] == again["headers"]["webhook-id"]


# ---- The list.


def test_the_list_is_its_owner_s(start, receive):
    docket, receiver = start(locations=locations()), receive()
    ann, ben = {"X-Owner": "ann"}, {"X-Owner": "ben"}
    job = submit(docket, receiver, headers=ann)
    receiver.wait(1)
    unknown = docket.get(f"/result/{NEVER}/callbacks", headers=ben)
    for method in ("GET", "POST"):
        answer = docket.request(method, f"/result/{job}/callbacks", headers=ben)
        assert_problem(answer, 404, "not_found")
        assert answer.content == unknown.content
    answer = docket.get(f"/result/{job}/callbacks", headers=ann)
    assert answer.status_code == 200 and answer.json()["count"] == 1
    assert receiver.url not in answer.text
    assert docket.request("POST", f"/result/{job}/callbacks", headers=ann).status_code == 202
    receiver.wait(2)
    assert docket.request("PUT", f"/result/{job}/callbacks", headers=ann).headers["Allow"] == "GET, HEAD, POST, OPTIONS"


def test_a_job_without_a_callback_has_none_to_send_again(start):
    docket = start(locations=locations())
    job = docket.submit(PDF, path="/plain")
    docket.finish(job)
    assert deliveries(docket, job) == {"job_id": job, "callbacks": [], "count": 0}
    assert_problem(docket.request("POST", f"/result/{job}/callbacks"), 400, "bad_request", "no callback")


def test_an_idle_sender_sleeps(start):
    docket = start(locations=locations(), workers=1)
    worker, = wait_for(docket.workers)

    def naps():
        """How often each of the worker's threads has gone to sleep."""
        return {task.name: int(next(line.split()[1] for line in (task / "status").read_text().splitlines()
                                    if line.startswith("voluntary_ctxt_switches")))
                for task in Path(f"/proc/{worker}/task").iterdir()}
    before = naps()
    assert len(before) > 1 + 2 + 2, "nginx's threads, and the sender"
    deadline = time.monotonic() + 2
    wait_for(lambda: time.monotonic() > deadline)
    after = naps()
    assert all(after[task] - before[task] < 60 for task in before), "a look a second is no busy polling"
