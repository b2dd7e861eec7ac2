"""Pieces of the web page by themselves: curl commands that do what they say, the time left, the stream of events."""
import subprocess

import pytest

from browser import needs_browser
from built import PATIENCE, ROOT, wait_for

pytestmark = needs_browser

NAMES = ["it's $HOME; `id`, \"quoted\".txt", "-o.txt", "a;type=x.txt", "plain.txt"]


def imported(tab, name, expression):
    """The value of an expression that sees what a module of the page exports."""
    return tab.evaluate(f"import(document.querySelector('script').src.replace('app.js', '{name}')).then((it) => {expression})")


def test_curl_commands_do_what_they_say(held, open_page, open_folder):
    """As they are shown, in a shell: those of a failed job fetch its files and send them again."""
    docket, gate = held()
    fields = {"note": "it's \"$x\" `y`; &", "file": "@/etc/passwd"}
    answer = docket.request("POST", "/held", files=[("file", (name, f"of {name}")) for name in NAMES], data=fields)
    job = answer.json()["job_id"]
    names = [file["filename"] for file in docket.status(job)["files"]]
    assert len(names) == 4 and names[1:] == NAMES[1:]
    tab = open_page(docket)
    tab.click("button:text-is('Cancel')", "docket-job")
    wait_for(lambda: tab.count("docket-job[data-state=cancelled]") == 1, 30, "the end", interval=0.1)
    tab.click("button:text-is('curl')", "docket-job")
    commands = tab.run("await page.waitForSelector('dialog pre'); return page.locator('dialog .command').evaluateAll((all) => "
                       "all.map((one) => [one.querySelector('h3').textContent, one.querySelector('pre').textContent]))")
    told = dict(commands)
    gate.touch()
    below = open_folder / "below"
    below.mkdir()

    def shell(command):
        return subprocess.run(["bash", "-euc", command], cwd=below, capture_output=True, text=True, check=True,
                              timeout=60 * PATIENCE).stdout
    assert job in shell(told["Status"])
    shell(told["Retry"])
    again, = [task["job_id"] for task in docket.get("/tasks").json()["tasks"] if task["job_id"] != job]
    status = docket.finish(again)
    assert [file["filename"] for file in status["files"]] == names
    assert [file["sha256"] for file in status["files"]] == [file["sha256"] for file in docket.status(job)["files"]]
    assert status["fields"] == fields
    assert '"deleted"' in shell(told["Delete"]) and docket.get(f"/result/{job}").status_code == 404


def test_the_time_that_is_left(paged, open_page):
    tab = open_page(paged())

    def left(**job):
        shown = {"status": "processing", "processed_pages": 3, "total_pages": 12, "started_at": "2026-11-30T10:00:00.000Z",
                 "updated_at": "2026-11-30T10:00:30.000Z", **job}
        return imported(tab, "jobs.js", f"it.seconds_left({shown})".replace("None", "null"))
    assert left() == 90
    assert left(status="pending") is None and left(processed_pages=0) is None and left(processed_pages=12) is None
    assert left(started_at=None) is None
    assert imported(tab, "words.js", "[50, 600, 8000].map(it.duration)") == ["50 seconds", "10 minutes", "2 hours"]
    assert imported(tab, "words.js", "[5, 81234, 7654321].map(it.size)") == ["5 byte", "81 kB", "7.7 MB"]


def test_events_are_read_however_they_are_cut(paged, open_page):
    tab = open_page(paged())
    stream = "retry: 3000\n\n: comment\n\nid: 7\nevent: status\ndata: {\"job_id\": \"ä: b\"}\n\nevent: reset\n\n"
    for size in (1, 3, len(stream)):
        got = imported(tab, "live.js", f"""(() => {{ const got = []; const parse = it.make_parser((one) => got.push(one));
            const text = {stream!r}; for (let i = 0; i < text.length; i += {size}) {{ parse(text.slice(i, i + {size})); }} return got; }})()""")
        assert got == [{"retry": "3000"}, {}, {"id": "7", "event": "status", "data": '{"job_id": "ä: b"}'}, {"event": "reset"}]


@pytest.mark.long
def test_the_picture_of_the_readme_can_be_taken(tmp_path):
    subprocess.run([ROOT / "t" / "ui" / "picture", tmp_path / "page.png"], check=True, timeout=180 * PATIENCE, capture_output=True)
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
