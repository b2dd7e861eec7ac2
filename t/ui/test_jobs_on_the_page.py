"""The way of files on the web page: dropped, refused, sent, worked on; and what happens in the middle."""
import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

import documents
from browser import needs_browser
from built import wait_for

pytestmark = needs_browser

def row(name, state=None):
    """The row of a job with this file."""
    return f"docket-job{f'[data-state={state}]' if state else ''}:has(.name:text-is('{name}'))"


def wait_row(tab, name, state, timeout=60):
    """Waits for a job's state, as the page tells it."""
    wait_for(lambda: tab.count(row(name, state)) == 1, timeout, f"{name} to be {state}", interval=0.1)


def submit_many(docket, count):
    """So many uploads over a few connections."""
    def some(numbers):
        with requests.Session() as session:
            return {session.put(f"{docket.url}/held/{number}", data=b"x").status_code for number in numbers}
    with ThreadPoolExecutor(4) as pool:
        assert set.union(*pool.map(some, [range(first, count, 4) for first in range(4)])) == {202}


def wait_live(tab):
    """Waits until events come."""
    wait_for(lambda: tab.count("#live[data-state=live]") == 1, 30, "a live page", interval=0.1)


def test_three_files_of_which_one_is_refused(paged, open_page, files):
    docket = paged()
    tab = open_page(docket)
    wait_live(tab)
    tab.wait_text("There are no jobs yet.")
    (files / "folder" / "below").mkdir(parents=True)
    (files / "folder" / "below" / "scan.tif").write_bytes((files / "scan.tif").read_bytes())
    tab.drop(files / "report.pdf", files / "letter.docx", files / "folder")
    wait_row(tab, "report.pdf", "completed")
    wait_row(tab, "scan.tif", "completed")
    refused = tab.text("docket-sending[data-state=refused]")
    words = docket.upload((files / "letter.docx").read_bytes(), name="letter.docx").json()["detail"]
    assert words in refused and "Refused" in refused
    assert tab.noted["sent"] == ["POST /jobs", "POST /jobs"], "what would be refused is not sent"
    assert "2 of 2 pages" in tab.text(row("report.pdf")) and "3 of 3 pages" in tab.text(row("scan.tif"))
    tab.wait_text("done.", "#speaker")
    tab.click("button:text-is('Dismiss')", "docket-sending")
    assert tab.count("docket-sending") == 0
    # What the page shows beside the formats of the location.
    job = docket.get("/tasks").json()["tasks"][0]["job_id"]
    assert {"png", "json", "markdown"} <= set(docket.status(job)["results"])


def test_several_files_as_one_job_with_options(paged, open_page, files):
    docket = paged(body_size="1m")
    tab = open_page(docket)
    tab.click("summary:text-is('Options')")
    tab.click("#as-one")
    tab.run("""await page.fill('#pages', '1'); await page.fill('#fields', 'invoice=4711\\nnote = a b ');
               await page.locator('#formats input').evaluateAll((all) => all.forEach((box) => {
                 box.checked = ['text', 'json'].includes(box.value); }));""")
    tab.choose(files / "report.pdf", files / "scan.tif")
    wait_row(tab, "report.pdf", "completed")
    job, = docket.get("/tasks").json()["tasks"]
    status = docket.status(job["job_id"])
    assert [file["filename"] for file in status["files"]] == ["report.pdf", "scan.tif"]
    assert status["total_pages"] == 2 and set(status["results"]) == {"text", "json"}
    assert status["fields"] == {"invoice": "4711", "note": "a b"}
    tab.click("#upload-actions button")
    tab.wait_text(f"curl -F file=@scan.pdf --form-string formats=text,json --form-string pages=1 --form-string invoice=4711 --form-string 'note=a b' {docket.url}/jobs", "dialog")
    tab.click("dialog button:text-is('Close')")
    (files / "large.pdf").write_bytes(documents.text_pdf(1) + bytes(1 << 20))
    tab.choose(files / "large.pdf")
    tab.wait_text("larger than client_max_body_size allows", "docket-sending")


def test_a_reload_in_the_middle_loses_nothing(held, open_page, files):
    docket, gate = held()
    docket.submit(b"x", name="scan.tif", path="/held")
    tab = open_page(docket)
    wait_row(tab, "scan.tif", "processing")
    tab.choose(files / "report.pdf")
    wait_row(tab, "report.pdf", "pending")
    tab.run("await page.reload()")
    wait_row(tab, "report.pdf", "pending")
    wait_row(tab, "scan.tif", "processing")
    wait_live(tab)
    gate.touch()
    wait_row(tab, "report.pdf", "completed")
    assert tab.noted["dialogs"] == [], "nothing was on its way to the server"
    assert tab.count("docket-sending") == 0


def test_a_reload_asks_while_a_file_is_on_its_way(paged, open_page, files):
    docket = paged()
    tab = open_page(docket)
    tab.run("await page.route('**/jobs', () => {})")  # no answer ever comes
    tab.click("summary")  # browsers ask only who has touched the page
    tab.choose(files / "report.pdf")
    wait_for(lambda: tab.count("docket-sending[data-state=sending]") == 1, 30, "a file on its way", interval=0.1)
    tab.run("await page.evaluate(() => { location.reload(); })")
    wait_for(lambda: tab.noted["dialogs"], 30, "the browser to ask", interval=0.1)
    assert [dialog.split(":")[0] for dialog in tab.noted["dialogs"]] == ["beforeunload"]
    tab.wait_text("There are no jobs yet.")
    assert tab.count("docket-sending") == 0, "and nothing stays on its way for ever"


@pytest.mark.long
def test_a_worker_and_nginx_die_in_the_middle(held, open_page, files):
    docket, gate = held(server="docket_attempts 9;")
    docket.allow("exited on signal 9")
    docket.submit(b"x", name="first", path="/held")
    tab = open_page(docket)
    wait_row(tab, "first", "processing")
    tab.choose(files / "report.pdf")
    wait_row(tab, "report.pdf", "pending")
    before = docket.workers()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: len(set(docket.workers()) - set(before)) == 2, 30, "new workers")
    wait_live(tab)
    assert tab.count("docket-job") == 2
    docket.kill()
    tab.wait_text("The server is not reached", "#live")
    assert tab.count("docket-job") == 2, "what was known is still shown"
    docket.start()
    wait_live(tab)
    gate.touch()
    wait_row(tab, "first", "completed", 90)
    wait_row(tab, "report.pdf", "completed")
    tab.wait_text("3 of 3 pages", row("report.pdf"))


def test_what_did_not_arrive_is_sent_again_and_makes_one_job(paged, open_page, files):
    docket = paged()
    tab = open_page(docket)
    # The server takes it, but its answer is lost.
    tab.run("""let lost = 0;
               await page.route('**/jobs', async (route) => {
                 if (lost++ === 0) { await route.fetch(); await route.abort(); } else { await route.continue(); } });""")
    tab.choose(files / "report.pdf")
    wait_row(tab, "report.pdf", "completed")
    assert docket.get("/tasks").json()["count"] == 1
    wait_for(lambda: tab.count("docket-sending") == 0, 30, "nothing on its way", interval=0.1)


def test_cancel_retry_delete(held, open_page, files):
    docket, gate = held()
    first = docket.submit(b"what the server has", name="scan.tif", path="/held")
    tab = open_page(docket)
    wait_row(tab, "scan.tif", "processing")
    tab.choose(files / "report.pdf")
    wait_row(tab, "report.pdf", "pending")
    assert tab.run("return page.locator(args.s).evaluateAll((all) => all.filter((one) => !one.hidden).map((one) => one.textContent))",
                   s=f"{row('report.pdf')} .actions button") == ["Cancel", "curl"]
    tab.click("button:text-is('curl')", row("report.pdf"))
    job = docket.get("/tasks").json()["tasks"][0]["job_id"]
    tab.wait_text(f"curl -X POST {docket.url}/result/{job}/cancel", "dialog")
    tab.click("dialog button:text-is('Close')")
    tab.click("button:text-is('Cancel')", row("report.pdf"))
    wait_row(tab, "report.pdf", "cancelled")
    assert "Cancelled" in tab.text(row("report.pdf"))
    tab.click("button:text-is('Cancel')", row("scan.tif"))
    wait_row(tab, "scan.tif", "cancelled")
    # The page never had this one's file.
    tab.click("button:text-is('Retry')", row("scan.tif"))
    wait_for(lambda: tab.count(row("scan.tif")) == 2, 30, "another job with that file", interval=0.1)
    gate.touch()
    tab.click("button:text-is('Retry')", row("report.pdf", "cancelled"))
    wait_row(tab, "report.pdf", "completed")
    wait_row(tab, "scan.tif", "completed")
    same = [task for task in docket.get("/tasks").json()["tasks"] if task["filename"] == "scan.tif"]
    assert len({docket.status(task["job_id"])["files"][0]["sha256"] for task in same}) == 1
    tab.click("button:text-is('Delete')", row("report.pdf", "completed"))
    wait_for(lambda: tab.count(row("report.pdf", "completed")) == 0, 30, "its row to go", interval=0.1)
    assert tab.noted["dialogs"] == ["confirm: Delete “report.pdf” with all its results?"]
    # One that somebody else deletes goes, too.
    docket.request("DELETE", f"/result/{first}")
    wait_for(lambda: tab.count(row("scan.tif")) == 1, 30, "that row to go", interval=0.1)


def test_a_password_is_given_with_a_retry(paged, open_page, files):
    subprocess.run(["qpdf", "--encrypt", "opens", "owns", "256", "--", files / "report.pdf", files / "locked.pdf"], check=True)
    docket = paged()
    tab = open_page(docket)
    tab.choose(files / "locked.pdf")
    wait_row(tab, "locked.pdf", "failed")
    assert "password" in tab.text(row("locked.pdf"))
    tab.click("summary")
    tab.run("await page.fill('#password', 'opens')")
    tab.click("#upload-actions button")
    tab.wait_text('"password=$PASSWORD"', "dialog")
    assert "opens" not in tab.text("dialog")
    tab.click("dialog button:text-is('Close')")
    tab.click("button:text-is('Retry')", row("locked.pdf"))
    wait_row(tab, "locked.pdf", "completed")


def test_files_are_pasted(paged, open_page):
    docket = paged()
    tab = open_page(docket)
    wait_live(tab)
    tab.run("""await page.evaluate((bytes) => {
        const data = new DataTransfer();
        data.items.add(new File([Uint8Array.from(bytes)], 'image.png', { type: 'image/png' }));
        document.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
    }, args.bytes)""", bytes=list(documents.png(documents.draw_page(["pasted"], dpi=50), dpi=50)))
    wait_row(tab, "image.png", "completed")
    assert docket.get("/tasks").json()["count"] == 1


def test_jobs_of_others_appear_by_themselves(paged, open_page):
    docket = paged()
    tab = open_page(docket)
    wait_live(tab)
    docket.submit(documents.text_pdf(1), name="by-curl.pdf")
    wait_row(tab, "by-curl.pdf", "completed")


@pytest.mark.long
def test_many_jobs_are_drawn_in_pieces(held, open_page):
    docket, gate = held(store="sync=off")
    job = docket.submit(b"x", name="first", path="/held")
    submit_many(docket, 999)
    tab = open_page(docket, "/?empty#job=none")  # the browser has the page's code, and draws no list
    times = tab.run("""
        const session = await context.newCDPSession(page);
        await session.send("Performance.enable", { timeDomain: "threadTicks" });
        const spent = async () => (await session.send("Performance.getMetrics")).metrics
          .find(({ name }) => name === "ScriptDuration").value;
        await page.goto(args.url);
        await page.waitForSelector("docket-job");
        await page.waitForSelector("#live[data-state=live]");
        const first = { rows: await page.locator("docket-job").count(), seconds: await spent() };
        for (let rows = first.rows; rows < 1000;) {
          await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
          await page.waitForFunction((before) => document.querySelectorAll("docket-job").length > before, rows);
          rows = await page.locator("docket-job").count();
        }
        return { first, seconds: await spent() };""", url=docket.url + "/")
    assert times["first"]["rows"] < 200, times
    assert times["first"]["seconds"] < 0.1 and times["seconds"] < 0.5, times
    order = tab.evaluate("[...document.querySelectorAll('docket-job')].map((row) => row.dataset.job)")
    assert len(order) == len(set(order)) == 1000 and order == sorted(order, reverse=True) and order[-1] == job
    gate.touch()  # nginx ends with the command that runs
