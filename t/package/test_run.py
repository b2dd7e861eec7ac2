"""scripts/run, as the README has it."""
import os
import signal
import subprocess

import pytest

from built import KIND, PATIENCE, ROOT, free_port, wait_for


@pytest.mark.skipif(KIND != "release", reason="scripts/run builds and starts the release")
def test_a_second_run_does_not_take_the_first_ones_server_for_its_own(open_folder):
    command = [ROOT / "scripts/run", "--port", str(free_port()), "--dir", open_folder / "run"]
    said = open_folder / "said"
    with said.open("w") as log, subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                 start_new_session=True) as first:
        try:
            wait_for(lambda: first.poll() is not None or "Docket serves at" in said.read_text(), 300, "the first run")
            assert first.poll() is None, said.read_text()
            for more in ([], ["--once", ROOT / "t/data/sample-scan.pdf"]):
                second = subprocess.run([*command, *more], capture_output=True, text=True, check=False,
                                        stdin=subprocess.DEVNULL, timeout=300 * PATIENCE)
                assert second.returncode == 1 and "nginx did not start" in second.stderr, second.stderr
                assert "Address already in use" in second.stderr and "serves at" not in second.stderr
                assert second.stdout == ""
            assert first.poll() is None
        finally:
            os.kill(first.pid, signal.SIGTERM)
            first.wait(60 * PATIENCE)
