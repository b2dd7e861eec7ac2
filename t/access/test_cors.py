"""Pages of other origins: which may read, which may change something, and what preflights are told."""
import pytest

import documents
from client import assert_problem
from docket import LOCATIONS

PDF = documents.text_pdf(1)
APP = "https://app.example"
EVIL = "https://evil.example"
NEVER = "01890000-0000-7000-8000-000000000000"


def upload(docket, **headers):
    """An upload with these header fields, _ for -."""
    return docket.upload(PDF, headers={name.replace("_", "-"): value for name, value in headers.items()})


def cors(answer):
    """What an answer tells browsers."""
    return {name: value for name, value in answer.headers.items() if name.startswith("Access-Control-")}


def preflight(docket, path, origin, method="POST"):
    """Asks as a browser does before it sends a page's request."""
    return docket.request("OPTIONS", path, headers={"Origin": origin, "Access-Control-Request-Method": method,
                                                    "Access-Control-Request-Headers": "authorization"})


@pytest.fixture(name="listed")
def _listed(start):
    return start(server=f"docket_cors {APP} http://localhost:3000;")


def test_pages_of_others_change_nothing(docket):
    job = docket.submit(PDF)
    for headers in ({"Origin": EVIL}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
                    {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}):
        assert_problem(upload(docket, **headers), 403, "cross_origin", "docket_cors")
        for method, path in (("DELETE", f"/result/{job}"), ("POST", f"/result/{job}/cancel"), ("PUT", "/jobs/a.pdf")):
            answer = docket.request(method, path, headers=headers)
            assert_problem(answer, 403, "cross_origin")
            assert cors(answer) == {}
    docket.finish(job)


def test_own_pages_and_programs_do(docket):
    own = f"http://127.0.0.1:{docket.port}"
    assert upload(docket).status_code == 200
    assert upload(docket, Origin=own).status_code == 200
    assert upload(docket, Origin=own, Sec_Fetch_Site="same-origin").status_code == 200
    assert upload(docket, Origin="https://docs.example", Host="docs.example").status_code == 200
    assert upload(docket, Sec_Fetch_Site="none").status_code == 200


def test_reading_is_the_browsers_to_refuse(docket):
    answer = docket.get("/tasks", headers={"Origin": EVIL})
    assert answer.status_code == 200 and cors(answer) == {}


def test_listed_pages(listed):
    answer = upload(listed, Origin=APP, Sec_Fetch_Site="cross-site", Cookie="session=1")
    assert answer.status_code == 200
    assert cors(answer)["Access-Control-Allow-Origin"] == APP
    assert cors(answer)["Access-Control-Allow-Credentials"] == "true"
    exposed = cors(answer)["Access-Control-Expose-Headers"].split(", ")
    assert {"Location", "ETag", "Retry-After", "Link", "Content-Disposition", "Content-Range", "Accept-Ranges",
            "WWW-Authenticate"} <= set(exposed)
    assert "Origin" in answer.headers["Vary"]
    answer = upload(listed, Origin=EVIL)
    assert_problem(answer, 403, "cross_origin")
    assert cors(answer) == {}


def test_errors_can_be_read_too(listed):
    big = listed.request("PUT", "/jobs/a.pdf", data=b"x" * 100, headers={"Origin": APP, "Content-Range": "bytes 0-1/2"})
    answers = [listed.get(f"/result/{NEVER}", headers={"Origin": APP}),
               listed.request("DELETE", "/tasks", headers={"Origin": APP}),
               listed.get("/result/", headers={"Origin": APP}), big,
               listed.request("POST", "/process_pdf", headers={"Origin": APP, "Content-Length": "999999999999"})]
    for answer in answers:
        assert answer.status_code >= 400 and cors(answer)["Access-Control-Allow-Origin"] == APP, answer.status_code


def test_everybody_and_nobodys_session(start):
    docket = start(server="docket_cors *;")
    answer = upload(docket, Origin=EVIL, Sec_Fetch_Site="cross-site")
    assert answer.status_code == 200
    assert cors(answer)["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in cors(answer)
    assert_problem(upload(docket, Origin=EVIL, Cookie="session=1"), 403, "cross_origin", "cookie")


def test_preflights(listed):
    answer = preflight(listed, "/process_pdf", APP)
    assert answer.status_code == 204
    told = cors(answer)
    assert told["Access-Control-Allow-Origin"] == APP and told["Access-Control-Allow-Credentials"] == "true"
    assert told["Access-Control-Allow-Methods"] == "POST, PUT"
    # What pages set: their own code, and Dropzone, Uppy and axios by themselves.
    assert {"Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "Cache-Control",
            "X-Requested-With"} <= set(told["Access-Control-Allow-Headers"].split(", "))
    assert int(told["Access-Control-Max-Age"]) > 0
    assert "DELETE" in cors(preflight(listed, f"/result/{NEVER}", APP, "DELETE"))["Access-Control-Allow-Methods"]
    answer = preflight(listed, "/process_pdf", EVIL)
    assert answer.status_code == 204 and cors(answer) == {}


def test_preflights_come_before_authentication(start, open_folder):
    (open_folder / "passwords").write_text("alice:{PLAIN}wonder\n")
    (open_folder / "tokens").write_text("")
    docket = start(server=f"docket_cors {APP}; docket_tokens {open_folder}/tokens;", locations=LOCATIONS + f"""
        location = /basic {{ docket_tasks; auth_basic docket; auth_basic_user_file {open_folder}/passwords; }}
        location = /nobody {{ docket_tasks; deny all; }}""")
    for path in ("/process_pdf", "/basic", "/nobody"):
        assert cors(preflight(docket, path, APP))["Access-Control-Allow-Origin"] == APP
    # Any other request has to show who it is, and is told so in words that the page can read.
    answer = docket.get("/basic", headers={"Origin": APP})
    assert answer.status_code == 401 and cors(answer)["Access-Control-Allow-Origin"] == APP
    answer = docket.upload(PDF, headers={"Origin": APP})
    assert_problem(answer, 401, "unauthorized")
    assert cors(answer)["Access-Control-Allow-Origin"] == APP
    assert docket.request("OPTIONS", "/basic").status_code == 401


def test_off_within(start):
    docket = start(server=f"docket_cors {APP};", locations=LOCATIONS + "location = /off { docket_upload; docket_cors off; }")
    assert_problem(docket.upload(PDF, path="/off", headers={"Origin": APP}), 403, "cross_origin")
