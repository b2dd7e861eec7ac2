"""Who is asking on the web page, and the ways from it to the server: without events, over HTTP/2, through proxies."""
import hashlib
import subprocess

import documents
from browser import needs_browser
from built import free_port, wait_for
from docket import LOCATIONS
from test_jobs_on_the_page import row, wait_live, wait_row

pytestmark = needs_browser

OWN = LOCATIONS.replace("docket_tasks anyone", "docket_tasks")
EVENTS = "location /events { docket_events; }\n"
PAGE = "location = / { docket_page upload=/jobs; }\n"


def test_a_token_is_asked_for_after_a_401(start, open_page, open_folder, files):
    (open_folder / "tokens").write_text(f"ada:{hashlib.sha256(b'the-secret').hexdigest()}\n")
    docket = start(http=f"docket_tokens {open_folder}/tokens;", locations=OWN + EVENTS + PAGE)
    tab = open_page(docket)
    tab.wait_text("This server wants a token.", "dialog")
    assert tab.axe() == []
    tab.run("await page.keyboard.press('Escape')")
    tab.wait_text("A token is needed", "#problem")
    tab.click("#change-token")
    tab.wait_text("This server wants a token.", "dialog")
    for token, then in (("wrong", "The server does not know this token."), ("the-secret", None)):
        tab.run("await page.fill('#token', args.token); await page.keyboard.press('Enter')", token=token)
        if then:
            tab.wait_text(then, "dialog")
    wait_live(tab)
    tab.choose(files / "scan.tif")
    wait_row(tab, "scan.tif", "completed")
    tab.click(".name", row("scan.tif"))
    wait_for(lambda: tab.evaluate("document.querySelector('.sheet img')?.naturalWidth"), 30, "the picture", interval=0.1)
    assert tab.evaluate("sessionStorage['docket.token']") == "the-secret"
    assert not any("secret" in address for address in tab.noted["addresses"])
    assert tab.evaluate("document.cookie") == ""
    saved = tab.run("""const saving = page.waitForEvent('download');
                       await page.locator('.results a:text-is("text")').click();
                       const download = await saving;
                       return [download.suggestedFilename(), (await (await import('node:fs')).promises.readFile(await download.path(), 'utf8')).length];""")
    assert saved[0] == "scan.txt" and saved[1] > 10
    tab.click("button:text-is('curl')", ".results")
    tab.wait_text('-H "Authorization: Bearer $TOKEN"', "dialog")


def test_with_docket_owner_nothing_is_asked(start, open_page, files):
    docket = start(http='map $http_x_user $who { default $http_x_user; "" ada; }',
                   server="docket_owner $who;", locations=OWN + EVENTS + PAGE)
    tab = open_page(docket)
    tab.choose(files / "report.pdf")
    wait_row(tab, "report.pdf", "completed")
    assert tab.count("dialog") == 0
    nobody = start(server='set $who ""; docket_owner $who;', locations=OWN + EVENTS + PAGE)
    tab = open_page(nobody)
    tab.wait_text("It is not known who is asking.", "#problem")
    assert tab.count("dialog") == 0


def test_without_events_it_asks(paged, open_page, files):
    docket = paged(events="")
    tab = open_page(docket)
    tab.wait_text("Not live: there are no events here", "#live")
    tab.choose(files / "report.pdf")
    wait_row(tab, "report.pdf", "completed")
    docket.submit(documents.text_pdf(1), name="by-curl.pdf")
    wait_row(tab, "by-curl.pdf", "completed")


def test_behind_a_proxy_with_a_prefix_that_holds_events_back(paged, open_page, files):
    docket = paged("""
        location /some/prefix/ {
            rewrite ^/some/prefix(/.*)$ $1 break;
            proxy_pass http://127.0.0.1:$server_port;
            proxy_set_header Host $http_host;
            proxy_ignore_headers X-Accel-Buffering;
        }""")
    tab = open_page(docket, "/some/prefix/")
    tab.choose(files / "report.pdf")
    tab.wait_text("holds events back", "#live")
    wait_row(tab, "report.pdf", "completed")
    tab.click(".name", row("report.pdf"))
    wait_for(lambda: tab.evaluate("document.querySelector('.sheet img')?.naturalWidth"), 30, "the picture", interval=0.1)
    paths = [address.split(str(docket.port), 1)[1] for address in tab.noted["addresses"] if not address.startswith("blob:")]
    assert all(path.startswith("/some/prefix/") for path in paths), paths


def test_over_http2_in_a_folder(start, open_page, open_folder, files):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-keyout", open_folder / "key", "-out", open_folder / "cert"],
                   check=True, capture_output=True)
    port = free_port()
    docket = start(server=f"listen 127.0.0.1:{port} ssl http2; ssl_certificate {open_folder}/cert; "
                   f"ssl_certificate_key {open_folder}/key;",
                   locations=LOCATIONS + "location /events { docket_events anyone; } location /ui/ { docket_page upload=/jobs; }")

    class Secure:  # pylint: disable=too-few-public-methods
        """Its other address."""
        url = f"https://127.0.0.1:{port}"
    tab = open_page(Secure, "/ui/", ignoreHTTPSErrors=True)
    wait_live(tab)
    assert tab.evaluate("performance.getEntriesByType('navigation')[0].nextHopProtocol") == "h2"
    tab.choose(files / "report.pdf")
    wait_row(tab, "report.pdf", "completed")
    assert docket.get("/tasks").json()["count"] == 1
