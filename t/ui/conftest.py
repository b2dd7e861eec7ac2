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
def held(open_folder, paged):  # the gate goes after nginx
    """Starts a Docket whose page sends to a command that waits for a gate, one job at a time; it and its gate."""
    def begin(**parts):
        gate = open_folder / "gate"
        program = open_folder / "wait.sh"
        program.write_text(f"""#!/bin/sh
while [ ! -e {gate} ]; do sleep 0.05; done
echo '{{"processed": 3, "total": 3}}' >&3
echo made > "$DOCKET_OUTPUT_DIR/made"
""")
        program.chmod(0o755)
        docket = paged(f"location /held {{ docket_command {program}; docket_command_paths {open_folder}; }}",
                       page="location = / { docket_page upload=/held; }", http="docket_concurrency 1;", **parts)
        return docket, gate
    return begin


@pytest.fixture
def files(open_folder):
    """A folder with a PDF of two pages, a scan of three and a file that is no document."""
    (open_folder / "report.pdf").write_bytes(documents.text_pdf(2))
    (open_folder / "scan.tif").write_bytes(
        documents.tiff([documents.scan_page(number, dpi=100) for number in range(1, 4)], dpi=100))
    (open_folder / "letter.docx").write_bytes(b"PK\3\4 no document that is taken here")
    return open_folder
