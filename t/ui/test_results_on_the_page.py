"""An opened job on the web page: pages as they end, what was read beside them, logs; and strangers' texts, which stay texts."""
import os
import re
import signal

import documents
from browser import needs_browser
from built import wait_for
from processes import stop_process
from test_jobs_on_the_page import row, wait_live, wait_row

pytestmark = needs_browser

EVIL = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def opened(tab, docket, job, page=1):
    """Opens a job by its address."""
    tab.run("await page.goto(args.url)", url=f"{docket.url}/#open={job}&page={page}")
    wait_for(lambda: tab.count("article.detail[aria-busy=false]") == 1, 30, "the job", interval=0.1)


def test_pages_and_what_was_read(paged, open_page, files):
    docket = paged()
    job = docket.submit((files / "report.pdf").read_bytes(), name="report.pdf", path="/jobs?formats=markdown,text,json,png")
    docket.finish(job)
    tab = open_page(docket)
    tab.run("await page.locator('docket-job .name').focus(); await page.keyboard.press('Enter')")
    tab.wait_text("of 2", ".pager")
    wait_for(lambda: tab.evaluate("document.querySelector('.sheet img')?.naturalWidth"), 30, "the picture", interval=0.1)
    boxes, blocks = tab.count(".sheet .box"), tab.count(".blocks .block")
    page = docket.result(job, "pages/1/json?raw=1").json()["pages"][0]
    assert boxes == blocks == len(page["blocks"]) > 0
    assert page["blocks"][0]["text"] in tab.text(".blocks")
    # A block that is chosen in the one is shown in the other.
    tab.run("await page.locator('.sheet .box').last().focus(); await page.keyboard.press('Enter')")
    assert tab.count(".blocks .block.chosen") == 1
    assert tab.evaluate("[...document.querySelectorAll('.block')].findIndex((one) => one.classList.contains('chosen'))") == boxes - 1
    tab.run("await page.locator('.block .spot').first().focus(); await page.keyboard.press('Enter')")
    assert tab.evaluate("[...document.querySelectorAll('.box')].findIndex((one) => one.ariaPressed === 'true')") == 0
    box = tab.evaluate("""(() => { const [box, sheet] = ['.box', '.sheet'].map((one) => document.querySelector(one).getBoundingClientRect());
                           return [(box.left - sheet.left) / sheet.width, (box.top - sheet.top) / sheet.height]; })()""")
    assert abs(box[0] - page["blocks"][0]["box"][0] / page["width"]) < 0.02
    assert abs(box[1] - page["blocks"][0]["box"][1] / page["height"]) < 0.02
    # Tabs by the keyboard, each with what the server gives.
    tab.run("await page.locator('#tab-document').focus(); await page.keyboard.press('ArrowRight')")
    wait_for(lambda: tab.text(".panel pre").strip() == docket.result(job, "pages/1/markdown?raw=1").text.strip(), 30, "Markdown", 0.1)
    tab.run("await page.keyboard.press('ArrowRight')")
    wait_for(lambda: tab.text(".panel pre").strip() == docket.result(job, "pages/1/text?raw=1").text.strip(), 30, "text", 0.1)
    tab.run("await page.keyboard.press('ArrowRight')")
    wait_for(lambda: '"blocks"' in tab.text(".panel pre"), 30, "JSON", 0.1)
    tab.run("await page.keyboard.press('ArrowRight')")
    wait_for(lambda: tab.evaluate("document.querySelector('iframe.pdf')?.src.startsWith('blob:')"), 30, "the PDF", 0.1)
    # The address says which page it is; so does the row of all pages.
    wait_for(lambda: tab.evaluate("[...document.querySelectorAll('.strip img')].filter((one) => one.naturalWidth).length") == 2, 30,
             "two small pictures", 0.1)
    assert tab.count(".strip button[data-state=completed]") == 2
    tab.run("await page.locator('.strip [aria-current]').focus(); await page.keyboard.press('ArrowRight')")
    wait_for(lambda: tab.evaluate("location.hash") == f"#open={job}&page=2", 30, "page 2", 0.1)
    assert tab.evaluate("document.querySelector('.strip [aria-current]').ariaLabel") == "Page 2: Done"
    tab.click("button[aria-label='Page before']")
    wait_for(lambda: tab.evaluate("location.hash") == f"#open={job}&page=1", 30, "page 1", 0.1)
    tab.click("button[aria-label='Next page']")
    wait_for(lambda: tab.evaluate("location.hash") == f"#open={job}&page=2", 30, "page 2", 0.1)
    tab.run("await page.goBack()")
    wait_for(lambda: tab.evaluate("document.querySelector('#page-number').value") == "1", 30, "page 1", 0.1)
    tab.click("a[href='#']")
    wait_row(tab, "report.pdf", "completed")


def test_pages_appear_as_they_end(paged, open_page, files):
    docket = paged(workers=1, threads=1)
    docket.convert(documents.text_pdf(1))
    engines = docket.engines()
    for pid in engines:
        stop_process(pid)
    try:
        job = docket.submit((files / "scan.tif").read_bytes(), name="other.tif", path="/jobs?formats=json,png")
        tab = open_page(docket, f"/#open={job}&page=3")
        tab.wait_text("This page is not done yet.")
    finally:
        for pid in engines:
            os.kill(pid, signal.SIGCONT)
    wait_for(lambda: tab.evaluate("document.querySelector('.sheet img')?.naturalWidth"), 60, "the picture", interval=0.1)
    assert "not done yet" not in tab.text()


def test_without_pictures_there_are_boxes_on_a_blank_sheet(paged, open_page):
    docket = paged()
    job = docket.submit(documents.table_pdf([["a", "b"], ["c", "d"]]), name="table.pdf")
    docket.finish(job)
    tab = open_page(docket, f"/#open={job}")
    wait_for(lambda: tab.count(".sheet.blank .box") > 0, 30, "boxes", interval=0.1)
    assert tab.count(".sheet img") == 0


def test_html_stands_in_a_frame_without_scripts(paged, open_page):
    """As the format html has it; here it is hostile beyond what that would ever have."""
    docket = paged()
    job = docket.submit(documents.text_pdf(1), name="a.pdf")
    docket.finish(job)
    block = docket.result(job, "pages/1/json?raw=1").json()["pages"][0]["blocks"][0]
    html = (f'<p data-page="1" data-box="{",".join(map(str, block["box"]))}">The text</p>{EVIL}'
            '<iframe src="https://example.com/"></iframe><img src="https://example.com/a.png"><form action="https://example.com/">'
            '<button>send</button></form><a href="javascript:alert(3)">link</a><meta http-equiv="refresh" content="0;url=https://example.com">'
            '<svg onload="alert(4)"></svg><object data="https://example.com/"></object><base href="https://example.com/">')
    tab = open_page(docket)
    tab.run("""await page.route('**/pages?*', async (route) => { const answer = await route.fetch(); const body = await answer.json();
                 body.pages.forEach((one) => one.formats.push('html')); await route.fulfill({ json: body }); });
               await page.route('**/pages/1/html*', (route) => route.fulfill({ contentType: 'text/html', body: args.html }));""", html=html)
    opened(tab, docket, job)
    inner = "page.frameLocator('iframe.html')"
    tab.run(f"await {inner}.locator('p').click()")
    assert tab.evaluate("document.querySelector('.box').ariaPressed") == "true"
    assert tab.run(f"return {inner}.locator('[data-chosen]').count()") == 1
    assert tab.run(f"return {inner}.locator('p').evaluate((one) => getComputedStyle(one.ownerDocument.body).margin)") == "12px"
    tab.run(f"await {inner}.locator('a').click(); await {inner}.locator('button').click()")
    noted = tab.noted
    assert noted["dialogs"] == [] and not any("example.com" in address for address in noted["addresses"]), noted
    assert tab.evaluate("document.querySelector('iframe.html').getAttribute('sandbox')") == "allow-same-origin"
    # The policy forbade what the sandbox had not: those reports are what is wanted here.
    assert noted["violations"] != []
    tab.run("noted.violations.length = 0")


def test_names_and_texts_of_strangers_are_texts(paged, open_page, open_folder):
    program = open_folder / "evil.sh"
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' '{EVIL}'\nprintf '{EVIL}' > \"$DOCKET_OUTPUT_DIR/$(printf '%s' 'a<b>\"&.txt')\"\n")
    program.chmod(0o755)
    docket = paged(f"location = /run {{ docket_command {program}; }}")
    names = [f"{EVIL}.pdf".replace("/", "_"), "\u202egpj.exe.pdf", "a' onclick='alert(1).pdf", "__proto__.pdf", "javascript:alert(1).pdf", "x" * 300 + ".pdf"]
    pdf = documents.cropped_pdf([EVIL], (0, 0, 612, 792))
    jobs = [docket.submit(pdf, name=name, fields={"constructor": EVIL, "__proto__": EVIL}) for name in names]
    for job in jobs:
        docket.finish(job)
    run = docket.submit(b"x", name=names[0], path="/run", fields={"a": EVIL})
    docket.finish(run)
    failed = docket.submit(b"%PDF-1.4 " + EVIL.encode(), name=names[0])
    docket.finish(failed, expect="failed")
    tab = open_page(docket)
    wait_for(lambda: tab.count("docket-job") == len(names) + 2, 30, "all rows", interval=0.1)
    shown = tab.text("#jobs")
    for job in jobs:
        assert docket.status(job)["filename"] in shown
    for job in (jobs[0], run, failed):
        opened(tab, docket, job)
        if job != failed:
            tab.wait_text(EVIL, ".detail")
        if job == jobs[0]:
            for name in ("markdown", "text", "json"):
                tab.click(f"#tab-{name}")
                wait_for(lambda: "onerror" in tab.text(".panel pre"), 30, name, interval=0.1)
        if job == run:
            tab.wait_text(EVIL, ".log")
            tab.wait_text('a<b>"&.txt', ".files")
    assert tab.noted["dialogs"] == []
    assert tab.evaluate("document.querySelectorAll('main script, main img[src=x]').length") == 0


def test_a_commands_log_while_it_runs(paged, open_page, open_folder):
    gate = open_folder / "gate"
    program = open_folder / "slow.sh"
    program.write_text(f"""#!/bin/sh
echo first line
echo '{{"processed": 1, "total": 4, "message": "a quarter"}}' >&3
while [ ! -e {gate} ]; do sleep 0.05; done
echo second line
echo done > "$DOCKET_OUTPUT_DIR/made.txt"
""")
    program.chmod(0o755)
    docket = paged(f"location = /run {{ docket_command {program}; docket_command_paths {open_folder}; }}",
                   page="location = / { docket_page upload=/jobs upload=/run; }")
    tab = open_page(docket)
    wait_live(tab)
    tab.click("summary:text-is('Options')")
    tab.run("await page.selectOption('#where', { label: '/run' }); await page.fill('#fields', 'kind=slow')")
    tab.wait_text("Files of any type are taken here")
    tab.click("#send-fields")
    wait_row(tab, "without a name", "processing")
    tab.click(".name", row("without a name"))
    tab.wait_text("first line", ".log")
    assert "second line" not in tab.text(".log")
    tab.wait_text("1 of 4", ".detail")
    tab.wait_text("25 percent", "#speaker")
    gate.touch()
    tab.wait_text("second line", ".log")
    tab.wait_text("made.txt", ".files")
    tab.wait_text("Done", ".detail")
    text = tab.text(".log")
    assert text.count("first line") == text.count("second line") == 1
    job = docket.get("/tasks").json()["tasks"][0]["job_id"]
    assert docket.status(job)["fields"] == {"kind": "slow"}
    assert re.search(r"made\.txt \(5 byte", tab.text(".files"))


def test_one_jobs_bar_and_nothing_else(held, open_page):
    docket, gate = held()
    docket.submit(b"x", path="/held")
    job = docket.submit(b"x", name="other.tif", path="/held")
    tab = open_page(docket, f"/#job={job}")
    tab.wait_text("Waiting")
    assert tab.count("progress") == 1 and tab.count("header, button, a, input") == 0
    assert tab.axe() == []
    gate.touch()
    tab.wait_text("Done")
    tab.wait_text("3 of 3 pages")
    assert tab.evaluate("document.querySelector('progress').value") == 100
