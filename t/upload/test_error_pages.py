"""error_page and open_file_cache of the operator's around our locations."""
import pytest

import documents
from built import wait_for
from docket import LOCATIONS
from upstream_server import Upstream

TEXT = b"no document at all "


@pytest.fixture
def other():
    """A server that tells what it got."""
    server = Upstream(lambda _, got: (200, {}, f"{got.method} {len(got.body)}".encode()))
    yield server
    server.close()


@pytest.mark.parametrize("size", [100, 20_000, 3_000_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_who_is_shown_a_refused_request_sees_no_body(start, other, size, chunked):
    docket = start(workers=1, locations=LOCATIONS + f"""
        location = /named {{ docket_upload; error_page 415 = @other; }}
        location = /moved {{ docket_upload; error_page 415 = /other; }}
        location = /run   {{ docket_upload; error_page 415 = @run; }}
        location @run     {{ docket_command /bin/cat; }}
        location @other   {{ proxy_pass {other.url}; }}
        location /other   {{ proxy_pass {other.url}; }}""")
    body = TEXT * (size // len(TEXT))
    for path, method in (("/named", "PUT"), ("/moved", "GET")):
        answer = docket.request("PUT", path, data=iter([body]) if chunked else body)
        assert (answer.status_code, answer.text) == (200, f"{method} 0")
    assert "was dropped" in docket.request("PUT", "/run", data=iter([body]) if chunked else body).text
    docket.finish(docket.submit(documents.text_pdf(1)))


def test_what_is_left_of_a_refused_body_is_no_request(start):
    docket = start(workers=1, locations=LOCATIONS + "location = /named { docket_upload; error_page 415 = @other; }\n"
                   "location @other { return 200 shown; }\n")
    smuggled = b"\r\n\r\nDELETE /everything HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = docket.request("PUT", "/named", data=TEXT * 20_000 + smuggled * 50)
    assert answer.text == "shown" and answer.headers.get("Connection") in ("close", "keep-alive")
    assert "/everything" not in docket.log()


def test_pages_that_come_while_files_are_cached(start):
    docket = start(http="open_file_cache max=1000 inactive=60s; open_file_cache_valid 60s; docket_concurrency 1;")
    job = docket.submit(documents.tiff([documents.scan_page(number, dpi=100) for number in range(1, 7)], dpi=100),
                        name="scan.tif")
    for page in range(1, 7):
        answer = wait_for(lambda page=page: got if (got := docket.get(f"/result/{job}/pages/{page}/text")).status_code != 202
                          else None, 60, f"page {page}")
        assert answer.status_code == 200, answer.text
    docket.finish(job)
