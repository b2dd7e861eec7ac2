"""What errors say to the person who reads them."""
import subprocess

import pytest

import documents
from built import DOCKETCTL
from client import assert_problem
from docket import LOCATIONS, Docket

PDF = documents.text_pdf(2)
TEXT = "text/plain"


def test_formats_that_were_not_made(docket):
    job = docket.submit(PDF, fields={"formats": "markdown,text"})
    docket.finish(job)
    for what in ("hocr", "pdf", "json", "images", "pages/1/hocr", "pages/1/png", "images/1_0.png"):
        name = what.split("/")[2] if what.startswith("pages") else what.split("/", maxsplit=1)[0]
        assert_problem(docket.result(job, what, 404), 404, "not_found", "markdown, text", f"formats={name}")
    assert_problem(docket.result(job, "pages/3/text", 404), 404, "not_found", "page 3", "it has 2")
    assert_problem(docket.result(job, "input/1", 404), 404, "not_found", "file 1", "it has 1")
    for path in (f"/result/{job}/papyrus", "/result/01890000-0000-7000-8000-000000000000/hocr"):
        assert_problem(docket.get(path), 404, "not_found", "no such job")


def test_formats_that_are_not_by_page(docket):
    job = docket.submit(PDF, fields={"formats": "pdf"})
    docket.finish(job)
    assert_problem(docket.result(job, "pages/2/pdf", 404), 404, "not_found", "pdf", "not of pages")


def test_images_that_are_not_there(docket):
    job = docket.submit(PDF, fields={"formats": "text,images"})
    docket.finish(job)
    assert_problem(docket.result(job, "images/1_7.png", 404), 404, "not_found", "1_7.png", "lists them")
    assert_problem(docket.result(job, "images/9_0.png", 404), 404, "not_found", "9_0.png")


def test_only_the_owner_hears_what_there_is(start, open_folder):
    tokens = open_folder / "tokens"
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"  # of "test"
    other = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"  # of "test2"
    boss = "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13"  # of "test3"
    tokens.write_text(f"ann:{digest}\nben:{other}\nboss:{boss}:admin\n")
    docket = start(http=f"docket_tokens {tokens}; docket_keep_input off;")
    ann, ben, admin = ({"X-Api-Key": key} for key in ("test", "test2", "test3"))
    job = docket.upload(PDF, headers=ann, fields={"sync": "1"}).json()["job_id"]
    assert_problem(docket.get(f"/result/{job}/hocr", headers=ann), 404, "not_found", "formats=hocr")
    assert_problem(docket.get(f"/result/{job}/input", headers=ann), 404, "not_found", "docket_keep_input")
    unknown = docket.get("/result/01890000-0000-7000-8000-000000000000/hocr", headers=ben).content
    for what in ("hocr", "input", "input/9", "pages/9/text", "images/1_0.png"):
        assert docket.get(f"/result/{job}/{what}", headers=ben).content == unknown
    tasks = docket.get("/tasks", headers=admin).json()["tasks"]
    assert [task["owner"] for task in tasks] == ["ann"]
    assert [task["owner"] for task in docket.get(f"/tasks?ids={job}", headers=admin).json()["tasks"]] == ["ann"]
    for task in docket.get("/tasks", headers=ann).json()["tasks"]:
        assert "owner" not in task


def test_a_slash_behind_an_id(docket):
    job = docket.submit(PDF)
    status = docket.finish(job)
    assert docket.get(f"/result/{job}/").json() == status
    assert_problem(docket.get(f"/result/{job}/status/"), 404, "not_found")


@pytest.mark.parametrize("content_type", ["application/json", "application/x-www-form-urlencoded", TEXT, None])
def test_bodies_that_are_no_documents(docket, content_type):
    headers = {"Content-Type": content_type} if content_type else {}
    answer = docket.request("POST", "/jobs", data=b'{"file": "a.pdf"}', headers=headers)
    assert_problem(answer, 415, "unsupported_type", "The body is of no type", "docket_types", "curl -F")
    assert '""' not in answer.text
    assert_problem(docket.upload(b"hello", name="a.pdf"), 415, "unsupported_type", 'The file "a.pdf"')


def test_pieces_of_files_are_refused(docket):
    pdf = documents.text_pdf(1)
    for fields in ({"dzuuid": "u", "dzchunkindex": "0", "dztotalchunkcount": "3"}, {"resumableTotalChunks": "2"},
                   {"flowTotalChunks": "2"}, {"qqtotalparts": "7"}, {"dztotalchunkcount": ""}):
        assert_problem(docket.upload(pdf, fields=fields), 400, "bad_request", "piece", "chunking")
        assert docket.upload(pdf, fields={**fields, **{name: "1" for name in fields}}).status_code == 200, "it is whole"
    assert_problem(docket.request("PUT", "/jobs/a.pdf", data=pdf, headers={"Content-Range": "bytes 0-9/100"}), 400,
                   "bad_request", "Content-Range")
    assert docket.upload(pdf, fields={"dzthing": "3", "chunks": "200"}).status_code == 200, "others' fields are theirs"


def test_a_reused_key_names_no_job_of_others(docket, start, open_folder):
    headers = {"Idempotency-Key": '"messages"'}
    job = docket.upload(PDF, headers=headers).json()["job_id"]
    answer = docket.upload(documents.text_pdf(1), headers=headers)
    assert_problem(answer, 422, "key_reused", "other content")
    assert job not in answer.text
    own = start(http="docket_owner ann;")
    job = own.upload(PDF, headers=headers).json()["job_id"]
    assert_problem(own.upload(documents.text_pdf(1), headers=headers), 422, "key_reused", job)


def test_a_missing_thread_pool_says_what_to_write():
    for directive, name in (("", "docket"), ("docket_threads mine io=other;", "mine"),
                            ("docket_threads docket io=other;", "other")):
        docket = Docket(http=directive)
        try:
            docket.write_conf()
            if not directive:
                docket.conf.write_text(docket.conf.read_text().replace("thread_pool docket threads=2;", ""))
            code, said = docket.check_conf_as_it_is()
            assert code != 0 and f'"thread_pool {name} threads=2;" outside of http' in said, said
            assert "nginx.conf:" in said
        finally:
            docket.remove_folder()


def test_pools_may_stand_below_http():
    docket = Docket()
    try:
        docket.write_conf()
        text = docket.conf.read_text()
        pools = "thread_pool docket threads=2;\nthread_pool docket_io threads=2;\n"
        docket.conf.write_text(text.replace(pools, "") + pools)
        code, said = docket.check_conf_as_it_is()
        assert code == 0 and "thread pool" not in said, said
    finally:
        docket.remove_folder()


def test_docketctl_lists_the_jobs_of_an_owner(start):
    docket = start(http="docket_owner $http_x_user;", locations=LOCATIONS)
    jobs = {name: docket.upload(PDF, headers={"X-User": name}).json()["job_id"] for name in ("ann", "ben")}

    def ctl(*arguments):
        return subprocess.run([DOCKETCTL, "--store", docket.store, *arguments], capture_output=True, text=True,
                              check=False, timeout=60)
    listed = ctl("list", "--owner", "ben")
    assert jobs["ben"] in listed.stdout and jobs["ann"] not in listed.stdout, listed.stderr
    assert '"owner":"ben"' in ctl("list", "--owner", "ben", "--json").stdout
    assert ctl("list", "--owner", "").stdout.count("\n") == 1
    wrong = ctl("list", "--ownr", "bob")
    assert wrong.returncode == 2 and "--ownr bob" in wrong.stderr, wrong.stderr
