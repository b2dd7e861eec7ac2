"""What scripts/setup and scripts/build say and do, with stand-ins for apt and CMake."""
import os
import shutil
import subprocess

import pytest

from built import ROOT

SIMULATED = """\
Inst libthing1 [1.0-1] (1.0-2 Debian-Security:12/oldstable-security [amd64]) [other:amd64 ]
Inst libthing-dev (1.0-2 Debian-Security:12/oldstable-security [amd64])
Inst nginx (1.22.1-9 Debian:12/oldstable [amd64])
Conf nginx (1.22.1-9 Debian:12/oldstable [amd64])
"""

APT_GET = """#!/bin/sh
echo "$*" >> "$CALLS"
case " $* " in
    *" update "*) touch "$CALLS.updated" ;;
    *" -s "*) [ -n "$KNOWN" ] || [ -e "$CALLS.updated" ] || exit 100; cat "$SIMULATED" ;;
esac
"""

CMAKE = """#!/bin/sh
case "$1" in
    --build)
        echo "[0/2] Re-checking globbed directories..."
        echo "[1/3] Building one"; echo "[2/3] Building two"; echo "[3/3] Linking"
        [ -z "$FAIL" ] || { echo "what is wrong"; exit 1; } ;;
esac
"""


@pytest.fixture
def stand_in(tmp_path):
    """A function that puts a program before all others of its name; and the environment to use them."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def put(name, text):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    put.environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(tmp_path / "calls"),
                       "SIMULATED": str(tmp_path / "simulated"), "KNOWN": "", "FAIL": ""}
    (tmp_path / "simulated").write_text(SIMULATED)
    return put


def run_setup(stand_in, **environment):
    """Runs scripts/setup on a machine that has nothing; what it said, and how apt-get was called."""
    stand_in("apt-get", APT_GET)
    stand_in("dpkg-query", "#!/bin/sh\nexit 1\n")
    stand_in("sudo", '#!/bin/sh\nexec "$@"\n')
    for name in ("systemctl", "service"):
        stand_in(name, "#!/bin/sh\n")
    done = subprocess.run([ROOT / "scripts" / "setup", "--runtime"], capture_output=True, text=True, check=True,
                          env={**stand_in.environment, **environment})
    with open(stand_in.environment["CALLS"], encoding="utf-8") as calls:
        return done.stdout, calls.read().splitlines()


def test_setup_upgrades_nothing_of_its_own_accord(stand_in):
    said, calls = run_setup(stand_in, KNOWN="yes")
    assert not [call for call in calls if call.startswith("update")]
    *_, install = calls
    assert "--no-upgrade" in install and "APT::Get::Upgrade-By-Source-Package=false" in install and " nginx " in install
    # What cannot be avoided is said before.
    assert "\n  libthing1 1.0-1 -> 1.0-2\n" in said and "libthing-dev" not in said
    assert "packages and " in said and "nginx" in said


def test_setup_gets_lists_that_are_missing(stand_in):
    said, calls = run_setup(stand_in)
    kinds = ["simulated" if " -s " in call else call.split()[0] for call in calls]
    assert kinds == ["simulated", "update", "simulated", "install"]
    assert "getting the package lists" in said


@pytest.fixture
def build(stand_in, tmp_path):
    """Runs scripts/build in a folder of its own."""
    stand_in("cmake", CMAKE)
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "build", tmp_path / "scripts")

    def run(**environment):
        return subprocess.run([tmp_path / "scripts" / "build", "tsan"], capture_output=True, text=True, check=False,
                              env={**stand_in.environment, "NINJA_STATUS": "of the user's own ", **environment})
    return run


def test_build_tells_how_far_it_is_beside_its_results(build):
    done = build()
    assert done.returncode == 0 and done.stdout == ""
    assert done.stderr == "scripts/build: building build/tsan: 1 of 3\nscripts/build: building build/tsan: 3 of 3\n"


def test_build_shows_what_failed(build):
    done = build(FAIL="yes")
    assert done.returncode == 1 and done.stdout == "" and "what is wrong" in done.stderr
