"""The settings in YAML on the web page: read, checked, saved, lost races, former versions; what they change there."""
import shutil

import pytest

from browser import needs_browser
from built import wait_for
from docket import LOCATIONS
from test_jobs_on_the_page import row, wait_live, wait_row

pytestmark = needs_browser

TEXT = "# what is made of documents\nformats: [markdown, text]\nexpire: 12h\n"


@pytest.fixture(name="settled")
def _settled(start, open_folder):
    """A Docket whose page changes its settings, and the file of these."""
    folder = open_folder / "settings"
    folder.mkdir()
    file = folder / "settings.yaml"
    file.write_text(TEXT)
    docket = start(server=f"docket_settings_file {file};", locations=LOCATIONS + """
        location /events     { docket_events anyone; }
        location = /settings { docket_settings anyone; }
        location = /         { docket_page upload=/jobs; }""")
    if docket.user:
        for path in (folder, file):
            shutil.chown(path, docket.user)
    return docket, file


def test_settings_are_changed_from_the_page(settled, open_page, files):
    docket, file = settled
    tab = open_page(docket)
    wait_live(tab)
    tab.click("#settings-link")
    wait_for(lambda: tab.evaluate("document.querySelector('#settings-text').value") == TEXT, 30, "the text", interval=0.1)
    tab.wait_text("expire", ".settings tbody")
    assert tab.axe() == []
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")

    def write(text, button):
        tab.run("await page.fill('#settings-text', args.text)", text=text)
        tab.click(f"button:text-is('{button}')")
    write("formats: [markdown]\nocr: perhaps\n", "Check only")
    tab.wait_text("Line 2, column 6", ".mistakes")
    tab.click(".mistakes button")
    assert tab.evaluate("document.querySelector('#settings-text').selectionStart") == len("formats: [markdown]\nocr: ")
    write("formats: [markdown, hocr] # <b>\n", "Check only")
    tab.wait_text("There is no mistake in it.")
    assert file.read_text() == TEXT, "it was only checked"
    tab.click("button:text-is('Save')")
    tab.wait_text("Saved, and in force.")
    assert file.read_text() == "formats: [markdown, hocr] # <b>\n"
    # What the page asks for by itself, and what the location makes, is what the settings say.
    tab.click("a[href='#']")
    tab.click("summary")
    assert tab.evaluate("document.querySelector('#formats [value=hocr]').checked")
    tab.choose(files / "report.pdf")
    wait_row(tab, "report.pdf", "completed")
    assert "hocr" in docket.status(docket.get("/tasks").json()["tasks"][0]["job_id"])["results"]
    assert tab.count(row("report.pdf")) == 1


def test_a_race_is_lost_and_former_versions_are_there(settled, open_page):
    docket, file = settled
    tab = open_page(docket, "/#settings")
    wait_for(lambda: tab.evaluate("document.querySelector('#settings-text').value") == TEXT, 30, "the text", interval=0.1)
    tag = docket.get("/settings").headers["ETag"]
    assert docket.request("PUT", "/settings", data="expire: 1h\n", headers={"If-Match": tag}).status_code == 200
    tab.run("await page.fill('#settings-text', 'expire: 2h\\n')")
    tab.click("button:text-is('Save')")
    tab.wait_text("Somebody has changed the settings")
    assert file.read_text() == "expire: 1h\n"
    tab.click("button:text-is('Load again')")
    wait_for(lambda: tab.evaluate("document.querySelector('#settings-text').value") == "expire: 1h\n", 30, "the text", interval=0.1)
    tab.run("await page.selectOption('#settings-former', { index: (await page.locator('#settings-former option').count()) - 1 })")
    tab.click("button:text-is('Show in the field')")
    wait_for(lambda: tab.evaluate("document.querySelector('#settings-text').value") == TEXT, 30, "the first text", interval=0.1)
    tab.click("button:text-is('Save')")
    tab.wait_text("Saved, and in force.")
    assert file.read_text() == TEXT


def test_where_there_are_none_nothing_is_shown(paged, open_page):
    tab = open_page(paged())
    wait_live(tab)
    assert tab.evaluate("document.querySelector('#settings-link').hidden")
