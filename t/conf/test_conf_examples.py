"""Every configuration in conf/ is started as it stands, but for paths, addresses and the user, and converts a document.

The replacing is done by scripts/local-conf, as for scripts/run.
"""
import asyncio
import hashlib
import http.client
import json
import re
import shutil
import socket
import subprocess
import sys
import textwrap

import pytest
import requests
import websockets

import documents
from built import MODULE, PATIENCE, ROOT, SANITIZED, free_port, wait_for
from docket import Docket

LINE = documents.page_text(1)
PDF = documents.text_pdf(1)

# Every file in conf/ has a test of this name.
TESTS = {"nginx.conf": "test_the_smallest", "tokens.conf": "test_tokens", "settings.conf": "test_settings", "commands.conf": "test_commands", "upstream.conf": "test_an_upstream", "tls.conf": "test_tls",
         "proxy.conf": "test_events_through_a_proxy", "behind-a-proxy.conf": "test_behind_a_proxy",
         "container.conf": "test_the_container_s"}


def smallest(port):
    """The only address in most of the examples."""
    return {"127.0.0.1:8000": f"127.0.0.1:{port}"}


class Example(Docket):
    """One nginx with a configuration of conf/. `replaced(port)` is what scripts/local-conf is to replace besides paths,
    so that nginx listens on `port`."""

    def __init__(self, name, replaced=smallest, port=None):
        super().__init__()
        self.port = port or self.port
        self._example = ROOT / "conf" / name  # or an absolute path
        self._replaced = replaced
        # The engine is looked for beside the module.
        (self.folder / MODULE.name).symlink_to(MODULE)

    def write_conf(self):
        """Writes nginx.conf from the example."""
        (self.folder / "temp").mkdir(exist_ok=True)
        made = subprocess.run([ROOT / "scripts" / "local-conf", self._example, self.folder, self.folder,
                               *(f"{old}={new}" for old, new in self._replaced(self.port).items())],
                              capture_output=True, text=True, check=True).stdout
        environment = "env ASAN_OPTIONS;\nenv UBSAN_OPTIONS;\n" if SANITIZED else ""
        self.conf.write_text(f"daemon off;\n{environment}{made}")

    def logged(self, part):
        """The lines of the access log with this part, once there are any: nginx writes them behind the answers."""
        def lines():
            return [line for line in (self.folder / "access.log").read_text().splitlines() if part in line]
        return wait_for(lines, 10, f"{part} in the log")


def takes_connections(port):
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def example():
    """A factory of Examples to be started; they are stopped and checked after the test."""
    made = []

    def factory(*arguments, **named):
        made.append(Example(*arguments, **named))
        return made[-1]

    yield factory
    problems = []
    for one in made:
        try:
            one.close()
        except AssertionError as problem:
            problems.append(str(problem))
    assert not problems, "\n".join(problems)


@pytest.fixture
def scan(tmp_path):
    """The path of a document for curl."""
    file = tmp_path / "scan.pdf"
    file.write_bytes(PDF)
    return file


def curl(*arguments):
    """What curl prints."""
    return subprocess.run(["curl", "--noproxy", "*", "-sS", "--max-time", "60", *map(str, arguments)],
                          capture_output=True, text=True, check=True).stdout


def test_pages_whose_name_leads_here_get_nothing(example):
    """DNS rebinding: for the browser they are of the same origin."""
    docket = example("nginx.conf").start()
    for host, code in ((f"evil.example:{docket.port}", 421), ("evil.example", 421), (f"localhost:{docket.port}", 200),
                       (f"127.0.0.1:{docket.port}", 200)):
        assert docket.get("/tasks", headers={"Host": host}).status_code == code, host


def test_every_example_has_a_test():
    assert {file.name for file in (ROOT / "conf").glob("*.conf")} == set(TESTS)
    assert all(test in globals() for test in TESTS.values())


def test_the_smallest(example):
    docket = example("nginx.conf").start()
    assert docket.get("/").headers["Content-Type"] == "text/html; charset=utf-8"
    job, markdown = docket.convert(PDF)
    assert LINE in markdown
    assert job in docket.get("/tasks").text
    assert docket.get("/health").status_code == 200


def readme_conf():
    """The nginx.conf that stands in README.md."""
    block = re.search(r"^    load_module .*?^    \}\n", (ROOT / "README.md").read_text(), re.M | re.S)
    return textwrap.dedent(block[0])


def test_the_one_in_the_readme(example, tmp_path):
    """It works as it stands."""
    # It leaves to nginx where these are.
    text = readme_conf().replace("events {}", "pid /run/nginx.pid;\nevents {}")
    (tmp_path / "nginx.conf").write_text(text.replace("server {", "access_log /var/log/nginx/access.log;\nserver {"))
    docket = example(tmp_path / "nginx.conf").start()
    _, markdown = docket.convert(PDF, path="/jobs")
    assert LINE in markdown


@pytest.mark.parametrize("name", ["README.md", *sorted(set(TESTS) - {"proxy.conf", "container.conf"})])
def test_all_name_the_workers_user(name):
    """The same one, so that each may follow another on the same store. A container's image has its own way."""
    text = readme_conf() if name == "README.md" else (ROOT / "conf" / name).read_text()
    assert re.findall(r"^user (\S+);", text, re.M) == ["www-data"]


def test_the_package_s_snippet(start):
    """Besides a site's own locations and limits; scripts/check-package tries it where it is installed."""
    snippet = ROOT / "scripts" / "debian" / "nginx" / "docket.conf"
    docket = start(body_size="1k", locations=f"include {snippet}; location = /health {{ return 204; }}")
    _, markdown = docket.convert(PDF + b" " * 2048)
    assert LINE in markdown
    assert docket.upload(PDF, path="/jobs").status_code == 202
    assert docket.get("/tasks").status_code == docket.get("/events").status_code == 404


def test_the_container_s(example):
    """With files for what goes to the standard streams; scripts/check-package starts it as the image does."""
    docket = example("container.conf", lambda port: {
        "listen 8000;": f"listen 127.0.0.1:{port};", "/run/docket/nginx.pid": f"{docket.folder}/nginx.pid",
        "error_log stderr": f"error_log {docket.error_log}", "/dev/stdout": f"{docket.folder}/access.log"})
    docket.start()
    job, markdown = docket.convert(PDF)
    assert LINE in markdown
    assert docket.logged(f"/result/{job}/markdown")
    assert docket.get("/health").status_code == 200


def test_tokens(example):
    docket = example("tokens.conf")
    (docket.folder / "docket.tokens").write_text(
        "".join(f"{name}:{hashlib.sha256(name.encode()).hexdigest()}\n" for name in ("alice", "bob")))
    docket.start()
    alice, bob = ({"Authorization": f"Bearer {name}"} for name in ("alice", "bob"))
    assert docket.upload(PDF).status_code == 401
    job = docket.submit(PDF, headers=alice)
    wait_for(lambda: docket.get(f"/result/{job}/status", headers=alice).json()["final"], what=f"the end of {job}")
    assert LINE in docket.result(job, "markdown?raw=1", headers=alice).text
    docket.result(job, "markdown", expect=404, headers=bob)
    assert docket.get("/tasks", headers=bob).json()["tasks"] == []
    assert docket.get("/health").status_code == 200
    assert docket.get("/?ui.json").json()["uploads"][0]["access"] == "token"
    assert docket.logged(f"owner=alice job={job}")


def test_settings(example):
    docket = example("settings.conf")
    folder = docket.folder / "docket"
    folder.mkdir()
    shutil.copy(ROOT / "conf" / "settings.yaml", folder)
    if docket.user:
        shutil.chown(folder, docket.user)
    (docket.folder / "docket.tokens").write_text(f"root:{hashlib.sha256(b'root').hexdigest()}:admin\n")
    docket.start()
    root = {"Authorization": "Bearer root"}
    job = docket.submit(PDF)
    assert set(docket.finish(job)["results"]) == {"markdown", "text"}
    text = docket.get("/settings", headers=root)
    assert text.text == (ROOT / "conf" / "settings.yaml").read_text()
    changed = docket.request("PUT", "/settings", data=text.text.replace("[markdown, text]", "[json]"),
                             headers={**root, "If-Match": text.headers["ETag"]})
    assert changed.status_code == 200, changed.text
    job = docket.submit(PDF)
    assert set(docket.finish(job)["results"]) == {"json"}
    assert len(docket.get("/settings?history=1", headers=root).json()["versions"]) == 2


def test_commands(example):
    docket = example("commands.conf")
    (docket.folder / "docket").mkdir()
    for program in [*(ROOT / "conf" / "commands").iterdir(), ROOT / "src" / "python" / "docket_backend.py"]:
        shutil.copy(program, docket.folder / "docket")
    docket.start()

    def run(path, files, **arguments):
        answer = docket.request("POST", path, files=files, **arguments)
        assert answer.status_code == 202, answer.text
        job = answer.json()["job_id"]
        docket.finish(job)
        return job

    two = [("file", ("a.txt", b"alpha")), ("file", ("b b.txt", b"beta"))]
    described = run("/describe", two)
    assert docket.result(described, "result").json() == [{"file": 0, "size": 5}, {"file": 1, "size": 4}]
    assert docket.result(described, "log").text.splitlines()[1].startswith("file 1: 4 bytes, ")
    assert docket.status(described)["processed_pages"] == 2
    answered = run("/run", two, data={"name": "Ada"})
    assert docket.result(answered, "result").json() == {
        "status": "yes", "text": {"name": "Ada"}, "files": ["a.txt", "b b.txt"]}
    heads = run("/head?bytes=3", two)
    assert docket.result(heads, "files/1/stdout").text == "bet"
    words = run("/words", [("file", ("a.txt", b"one two three"))], data={"name": "Ada"})
    assert docket.result(words, "result").json() == {"status": "yes", "for": "Ada", "words": {"a.txt": 3}}


def test_an_upstream(example):
    app = free_port()
    docket = example("upstream.conf", lambda port: {
        "127.0.0.1:8000": f"127.0.0.1:{port}", "127.0.0.1:5000": f"127.0.0.1:{app}"}).start()
    with subprocess.Popen([sys.executable, ROOT / "conf" / "upstream" / "app.py", str(app)], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as flask:
        try:
            wait_for(lambda: takes_connections(app), 30, "the application")
            answer = docket.request("POST", "/background/reports/june?seconds=0.1", data=b"a\nb\n")
            assert answer.status_code == 202, answer.text
            job = answer.json()["job_id"]
            docket.finish(job)
            assert docket.get(f"/result/{job}/response").json() == {"report": "june", "lines": 2, "by": None}
            # The same application as ever, for who knows nothing of jobs.
            answer = docket.get("/reports/june")
            assert (answer.status_code, answer.text, answer.headers["Set-Cookie"]) == (200, "<h1>june</h1>", "seen=1")
            assert docket.get("/nothing").status_code == 404
            answer = docket.get("/old", allow_redirects=False)
            assert (answer.status_code, answer.headers["Location"]) == (301, "/reports/new")
            asked = docket.request("POST", "/reports/may", data=b"x", headers={"Prefer": "respond-async"})
            assert asked.status_code == 202
            docket.finish(asked.json()["job_id"])
        finally:
            flask.terminate()


def test_behind_a_proxy(example, scan):
    """The proxy is 127.0.0.1, a client is 127.0.0.2."""
    port = free_port()
    site = f"http://127.0.0.1:{port}"
    back = example("behind-a-proxy.conf", lambda port: {
        "10.0.0.2:8000": f"127.0.0.1:{port}", "10.0.0.1": "127.0.0.1", "https://www.example.com": site}).start()
    example("proxy.conf", lambda port: {
        "listen 80;": f"listen 127.0.0.1:{port};", "10.0.0.2:8000": f"127.0.0.1:{back.port}"}, port=port).start()

    answer = json.loads(curl("--interface", "127.0.0.2", "-H", "X-Real-IP: 192.0.2.1", "-F", f"file=@{scan}",
                             f"{site}/docket/process_pdf"))
    # The links are for clients: they lead through the proxy.
    assert answer["status_url"].startswith(f"{site}/docket/result/{answer['job_id']}/")
    status = wait_for(lambda: (body := requests.get(answer["status_url"], timeout=60).json())["final"] and body,
                      what="the end of the job")
    assert status["status"] == "completed", status
    assert LINE in requests.get(status["results"]["markdown"], timeout=60).json()["content"]

    # What the client says about its address is not believed, what the proxy says is.
    assert [line.split()[0] for line in back.logged("POST /process_pdf")] == ["127.0.0.2"]
    assert curl("--interface", "127.0.0.3", "-H", "X-Real-IP: 127.0.0.1", "-o", "/dev/null", "-w", "%{http_code}",
                f"{back.url}/health") == "403"

    # The limit is Docket's and so is the answer.
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.putrequest("PUT", "/docket/jobs/large.pdf")
    connection.putheader("Content-Length", str(300 << 20))
    connection.endheaders(PDF)
    refusal = connection.getresponse()
    assert (refusal.status, json.loads(refusal.read())["code"]) == (413, "too_large")
    connection.close()


def test_events_through_a_proxy(example):
    """Over a WebSocket, as server-sent events, and plain requests between them, whose connection is kept."""
    port = free_port()
    back = example("behind-a-proxy.conf", lambda port: {
        "10.0.0.2:8000": f"127.0.0.1:{port}", "10.0.0.1": "127.0.0.1", "access.log;": "access.log seen;", "access_log ":
        """log_format seen '"$request" $status connection=$connection says="$http_connection" "$http_upgrade"'; """
        "access_log "}).start()
    proxy = example("proxy.conf", lambda port: {
        "listen 80;": f"listen 127.0.0.1:{port};", "10.0.0.2:8000": f"127.0.0.1:{back.port}",
        "worker_processes auto": "worker_processes 1"}, port=port).start()

    async def follow(path, **arguments):
        async with websockets.connect(f"ws://127.0.0.1:{port}/docket{path}", **arguments) as socket:
            job = await asyncio.to_thread(proxy.submit, PDF, path="/docket/process_pdf")
            while True:
                message = json.loads(await socket.recv())["data"]
                if message.get("final"):
                    assert (message["job_id"], message["status"]) == (job, "completed")
                    return job
    job = asyncio.run(asyncio.wait_for(follow("/events"), 60 * PATIENCE))
    asyncio.run(asyncio.wait_for(follow("/events", origin=f"http://127.0.0.1:{port}"), 60 * PATIENCE))
    assert len(back.logged("GET /events")) == 2
    assert all(' 101 ' in line and 'says="upgrade" "websocket"' in line for line in back.logged("GET /events"))
    with pytest.raises(websockets.InvalidStatusCode, match="403"):
        asyncio.run(follow("/events", origin="http://elsewhere.example"))

    with proxy.get("/docket/events", stream=True, headers={"Accept": "text/event-stream"}) as stream:
        lines = stream.iter_lines(decode_unicode=True)
        assert next(lines) == "retry: 3000"
        following = proxy.submit(PDF, path="/docket/jobs")
        assert next(line for line in lines if line.startswith("data: ") and following in line)

    for _ in range(5):
        assert proxy.get(f"/docket/result/{job}/status").status_code == 200
    # What asks for another protocol than Docket speaks is a plain request.
    other = {"Connection": "Upgrade", "Upgrade": "h2c"}
    assert proxy.get(f"/docket/result/{job}/text", headers=other).status_code == 200
    wait_for(lambda: len(back.logged(f"GET /result/{job}")) == 6, 20, "the log")
    plain = back.logged(f"GET /result/{job}")
    assert all('says="-"' in line for line in plain), plain
    assert len({re.search(r"connection=(\d+)", line)[1] for line in plain}) == 1, plain


def test_tls(example, scan):
    plain = free_port()
    docket = example("tls.conf", lambda port: {"listen 443": f"listen 127.0.0.1:{port}",
                                               "listen 80;": f"listen 127.0.0.1:{plain};"})
    (docket.folder / "tls").mkdir()
    certificate = docket.folder / "tls" / "docket.crt"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                    "/CN=docs.example.com", "-addext", "subjectAltName=DNS:docs.example.com",
                    "-keyout", docket.folder / "tls" / "docket.key", "-out", certificate],
                   check=True, capture_output=True)
    docket.start()
    site = f"https://docs.example.com:{docket.port}"
    trusting = ["--cacert", certificate, "--resolve", f"docs.example.com:{docket.port}:127.0.0.1"]

    def status(job):
        return json.loads(curl(*trusting, f"{site}/result/{job}/status"))

    body, version = curl(*trusting, "--http2", "-F", f"file=@{scan}", "-w", "\n%{http_version}",
                         f"{site}/process_pdf").rsplit("\n", 1)
    assert version == "2"
    job = json.loads(body)["job_id"]
    wait_for(lambda: status(job)["final"], what="the end of the job")
    assert LINE in curl(*trusting, "--http2", f"{site}/result/{job}/markdown?raw=1")

    redirect = curl("-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "-X", "POST", "-H",
                    "Host: docs.example.com", f"http://127.0.0.1:{plain}/process_pdf?formats=text")
    assert redirect == "308 https://docs.example.com/process_pdf?formats=text"
