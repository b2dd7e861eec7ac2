"""The web page for everyone: axe-core, 320 pixels, dark, German, the keyboard. DOCKET_PICTURES=FOLDER keeps pictures."""
import os

import pytest

import documents
from browser import needs_browser
from built import wait_for
from test_jobs_on_the_page import row, wait_live, wait_row

pytestmark = needs_browser


def picture(tab, name):
    """A picture of the page as it is, where one is wanted."""
    if folder := os.environ.get("DOCKET_PICTURES"):
        tab.run("await page.screenshot({ path: args.path, fullPage: true })", path=f"{folder}/{name}.png")


@pytest.fixture(name="busy")
def _busy(paged, open_folder):
    """A Docket with jobs in several states."""
    program = open_folder / "words.sh"
    program.write_text("#!/bin/sh\necho counting\necho 3 words\necho 3 > \"$DOCKET_OUTPUT_DIR/words.txt\"\n")
    program.chmod(0o755)
    docket = paged(f"location = /run {{ docket_command {program}; }}")
    docket.finish(docket.submit(b"one two three", name="words.txt", path="/run"))
    docket.finish(docket.submit(documents.table_pdf([["Item", "Price"], ["Paper", "4.20"], ["Ink", "17.00"]]), name="prices.pdf",
                                path="/jobs?formats=markdown,json,png"))
    docket.finish(docket.submit(b"%PDF-1.4 broken", name="broken.pdf"), expect="failed")
    return docket


@pytest.mark.parametrize("look", [
    {"viewport": {"width": 1280, "height": 900}},
    {"viewport": {"width": 320, "height": 640}, "colorScheme": "dark", "locale": "de-DE", "reducedMotion": "reduce"},
], ids=["wide", "narrow"])
def test_nothing_is_wrong_in_any_state(busy, open_page, files, look):
    tab = open_page(busy, **look)
    name = str(look["viewport"]["width"])

    def fits(state):
        picture(tab, f"{name}-{state}")
        assert tab.axe() == [], state
        assert tab.evaluate("document.documentElement.scrollWidth") <= look["viewport"]["width"], state
    wait_live(tab)
    wait_row(tab, "broken.pdf", "failed")
    tab.choose(files / "letter.docx")
    wait_for(lambda: tab.count("docket-sending") == 1, 30, "the refusal", interval=0.1)
    tab.run("await page.locator('summary').click()")
    fits("list")
    tab.run("await page.locator('#upload-actions button').click()")
    fits("curl")
    tab.run("await page.keyboard.press('Escape')")
    tab.click(".name", row("prices.pdf"))
    wait_for(lambda: tab.count(".block") > 0, 30, "blocks", interval=0.1)
    wait_for(lambda: tab.evaluate("document.querySelector('.sheet img')?.naturalWidth"), 30, "the picture", interval=0.1)
    tab.click(".spot >> nth=0")
    fits("pages")
    tab.run("await page.goBack()")
    tab.click(".name", row("words.txt"))
    wait_for(lambda: "3 words" in tab.text(".log"), 30, "the log", interval=0.1)
    fits("log")
    tab.run("await page.goBack()")
    tab.click(".name", row("broken.pdf"))
    wait_for(lambda: tab.count(".error:not([hidden])") == 1, 30, "its error", interval=0.1)
    fits("error")


def test_german(paged, open_page):
    docket = paged()
    docket.finish(docket.submit(documents.text_pdf(1), name="a.pdf"))
    tab = open_page(docket, locale="de-AT")
    wait_row(tab, "a.pdf", "completed")
    assert tab.evaluate("document.documentElement.lang") == "de"
    text = tab.text()
    assert "Dateien wählen" in text and "1 von 1 Seite" in text and "Fertig" in text
    tab.run("await page.selectOption('#language', 'en')")
    tab.wait_text("Choose files")
    tab.run("await page.reload()")
    tab.wait_text("1 of 1 page")


def test_by_the_keyboard_alone(paged, open_page):
    docket = paged()
    docket.finish(docket.submit(documents.text_pdf(1), name="a.pdf"))
    tab = open_page(docket)
    wait_row(tab, "a.pdf", "completed")
    seen = tab.run("""const seen = [];
        for (let i = 0; i < 12; ++i) {
          await page.keyboard.press('Tab');
          seen.push(await page.evaluate(() => { const one = document.activeElement;
            return one.getAttribute('aria-label') ?? one.id ?? one.textContent; }));
        }
        return seen;""")
    for control in ("language", "choose-files", "choose-folder", "curl for this"):
        assert control in seen, seen
    assert "Delete a.pdf" in seen
    tab.run("await page.locator('docket-job .name').focus(); await page.keyboard.press('Enter')")
    wait_for(lambda: tab.evaluate("document.activeElement.tagName") == "H2", 30, "the focus at the job's name", interval=0.1)
