"""Clients as users write them, each a program of its own against a server: it exits with 0 or its user is let down."""
import subprocess
import sys
import textwrap

import pytest

import documents

HEAD = """
    import os, sys, time
    import requests
    BASE = os.environ["DOCKET_URL"]

    def submit(path):
        with open(path, "rb") as f:
            return requests.post(f"{BASE}/process_pdf", files={"file": f})

    def status_of(job_id):
        return requests.get(f"{BASE}/result/{job_id}/status").json()
"""

POLLING = """
    def wait_for_completion(job_id, timeout=100, poll_interval=0.2):
        start = time.time()
        while time.time() - start < timeout:
            response = requests.get(f"{BASE}/result/{job_id}/status")
            if response.status_code != 200:
                raise Exception(f"Failed to check status: {response.status_code}")
            data = response.json()
            if data["status"] == "completed":
                return
            if data["status"] == "failed":
                raise Exception(f"Processing failed: {data['error_message']}")
            time.sleep(poll_interval)
        raise TimeoutError(job_id)

    job_id = submit(sys.argv[1]).json()["job_id"]
    wait_for_completion(job_id)
    result = requests.get(f"{BASE}/result/{job_id}/markdown").json()
    assert result["status"] == "completed"
    assert result["content"].strip()
    print(result["content"])
"""

SYNC_SHIM = """
    def process_pdf_sync(path, timeout=100):
        job_id = submit(path).json()["job_id"]
        start = time.time()
        while time.time() - start < timeout:
            body = status_of(job_id)
            if body["status"] == "completed":
                return {"job_id": job_id, "status": "completed", "message": "PDF processed successfully"}
            if body["status"] == "failed":
                raise Exception(body["error_message"])
            time.sleep(0.2)
        raise TimeoutError("Processing timeout")

    print(process_pdf_sync(sys.argv[1])["message"])
"""

PROGRESS_BAR = """
    from tqdm import tqdm
    job_id = submit(sys.argv[1]).json()["job_id"]
    bar, seen = None, []
    while True:
        data = status_of(job_id)
        total, processed = data.get("total_pages", 0), data.get("processed_pages", 0)
        if bar is None and total > 0:
            bar = tqdm(total=total, desc="Processing")
        if bar and processed > 0:
            bar.n = processed
            bar.refresh()
        seen.append(processed)
        if data["status"] == "completed":
            break
        if data["status"] == "failed":
            raise Exception(data["error_message"])
        time.sleep(0.1)
    if bar:
        bar.close()
    assert seen == sorted(seen), "progress went backwards"
    assert processed == total > 0, (processed, total)
    print("Processing complete")
"""

BATCH = """
    from concurrent.futures import ThreadPoolExecutor, as_completed

    def wait_and_retrieve(job_id):
        while True:
            state = status_of(job_id)["status"]
            if state == "completed":
                return requests.get(f"{BASE}/result/{job_id}/markdown").json()["content"]
            if state == "failed":
                return None
            time.sleep(0.2)

    jobs = [(path, submit(path).json()["job_id"]) for path in sys.argv[1:]]
    missing = 0
    with ThreadPoolExecutor(max_workers=5) as executor:
        futures = {executor.submit(wait_and_retrieve, job): path for path, job in jobs}
        for future in as_completed(futures):
            content = future.result()
            missing += content is None
            print(futures[future], len(content or ""))
    listed = {t["job_id"] for t in requests.get(f"{BASE}/tasks?limit=1000").json()["tasks"]}
    assert all(job in listed for _, job in jobs), "a job is missing from /tasks"
    sys.exit(1 if missing else 0)
"""

ASYNC_API = """
    import unittest
    DOCUMENT = sys.argv.pop(1)

    class TestAsyncAPI(unittest.TestCase):
        def test_process_pdf_returns_immediately(self):
            response = submit(DOCUMENT)
            self.assertEqual(response.status_code, 200)
            self.assertEqual(response.json()["status"], "pending")

        def test_status_endpoint_exists(self):
            self.assertIn(requests.get(f"{BASE}/result/test-job-id/status").status_code, [200, 404])

        def test_result_endpoints_handle_pending(self):
            job_id = submit(DOCUMENT).json()["job_id"]
            self.assertEqual(requests.get(f"{BASE}/result/{job_id}/markdown").status_code, 202)

    unittest.main()
"""


@pytest.fixture
def files(tmp_path):
    """Paths of documents: a text PDF, a scan of three pages, a picture, a mixed PDF."""
    made = {"text.pdf": documents.text_pdf(3), "scan.pdf": documents.scan_pdf([documents.scan_page(n) for n in (1, 2, 3)]),
            "picture.png": documents.png(documents.scan_page(4)),
            "mixed.pdf": documents.mixed_pdf([["Typed."]], [documents.scan_page(5)])}
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    return {name: str(tmp_path / name) for name in made}


def run(docket, program, *arguments):
    """Runs a client to its end; what it printed."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(HEAD) + textwrap.dedent(program), *arguments],
                          capture_output=True, text=True, check=False, timeout=300,
                          env={"DOCKET_URL": docket.url, "PATH": "/usr/bin:/bin"})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("name", ["text.pdf", "scan.pdf", "mixed.pdf"])
def test_polling(docket, files, name):
    said = run(docket, POLLING, files[name])
    assert {"text.pdf": documents.page_text(3), "scan.pdf": "Scanned page three", "mixed.pdf": "Typed."}[name] in said


def test_sync_shim(docket, files):
    assert "PDF processed successfully" in run(docket, SYNC_SHIM, files["scan.pdf"])


@pytest.mark.parametrize("name", ["text.pdf", "scan.pdf"])
def test_progress_bar(docket, files, name):
    assert "Processing complete" in run(docket, PROGRESS_BAR, files[name])


def test_batch(docket, files):
    said = run(docket, BATCH, *files.values(), *files.values())
    assert len([line for line in said.splitlines() if line.endswith(tuple("0123456789"))]) == 8


def test_async_api(docket, files):
    assert "OK" in run(docket, ASYNC_API, files["scan.pdf"])
