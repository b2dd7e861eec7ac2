"""Fixtures: a browser for all tests of a process, and pages of a Docket in it."""
import pytest

import documents
from browser import Browser
from docket import LOCATIONS

PAGE = "location = / { docket_page upload=/jobs; }\n"
EVENTS = "location /events { docket_events anyone; }\n"


@pytest.fixture(scope="session", name="browser")
def _browser():
    """One Chromium."""
    one = Browser()
    yield one
    one.close()


@pytest.fixture
def open_page(browser):
    """Opens a Docket's page; afterwards no page may have had an error, a report of its policy or a foreign request."""
    tabs = []

    def begin(docket, path="/", **options):
        tabs.append(browser.open(docket.url + path, **options))
        return tabs[-1]
    yield begin
    try:
        for tab in tabs:
            tab.check()
    finally:
        for tab in tabs:
            tab.close()


@pytest.fixture
def paged(start):
    """Starts a Docket that has the page, with further locations."""
    def begin(more="", page=PAGE, events=EVENTS, **parts):
        return start(locations=LOCATIONS + events + page + more, **parts)
    return begin


@pytest.fixture
def files(open_folder):
    """A folder with a PDF of two pages, a scan of three and a file that is no document."""
    (open_folder / "report.pdf").write_bytes(documents.text_pdf(2))
    (open_folder / "scan.tif").write_bytes(
        documents.tiff([documents.scan_page(number, dpi=100) for number in range(1, 4)], dpi=100))
    (open_folder / "letter.docx").write_bytes(b"PK\3\4 no document that is taken here")
    return open_folder
