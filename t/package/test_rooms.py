"""scripts/check-rooms finds what breaks the order of src/."""
import subprocess

import pytest

from built import ROOT

CHECK = ROOT / "scripts/check-rooms"


def check(root):
    """What the script says of a tree, as lines, and its exit status."""
    done = subprocess.run([CHECK, root], capture_output=True, text=True, check=False, timeout=60)
    assert done.stderr == ""
    *found, last = done.stdout.splitlines()
    return found, last, done.returncode


@pytest.fixture
def tree(tmp_path):
    """A function that writes a file into a tree in which all is well."""
    def write(name, text):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    write("src/README.md", "`base`, `job`, `engine`, `engine/model`, `engine/text`, `ctl`")
    write("src/base/error.h", "")
    write("src/job/job.h", '#include <string>\n#include "base/error.h"\n#include "job/unit.h"\n')
    write("src/job/unit.h", '  #  include "base/error.h"\n')
    write("src/engine/model/page.h", '#include "job/job.h"\n')
    write("src/engine/text/lists.h", '#include "engine/model/page.h"\n')
    write("src/engine/unit.h", '#include "engine/text/lists.h"\n')
    write("src/ctl/main.cpp", '#include "job/job.h"\n')
    write("t/unit/job/job_test.cpp", "")
    assert check(tmp_path) == ([], "3 passed, 0 failed", 0)
    write.root = tmp_path
    return write


@pytest.mark.parametrize("name, text, found", [
    ("src/base/fd.h", '#include "job/job.h"\n', "src/base/fd.h includes job/job.h, which is above it"),
    ("src/engine/model/x.cpp", '#include "engine/text/lists.h"\n',
     "src/engine/model/x.cpp includes engine/text/lists.h, which is above it"),
    ("src/engine/text/x.cpp", '#include "engine/unit.h"\n', "src/engine/text/x.cpp includes engine/unit.h, which is above it"),
    ("src/ctl/x.cpp", '#include "engine/unit.h"\n', "src/ctl/x.cpp includes engine/unit.h, which is above it"),
    ("src/job/x.cpp", '#include "unit.h"\n', "src/job/x.cpp includes unit.h, which is no path below src/"),
    ("src/attic/x.cpp", "", "src/attic/x.cpp is in no room that scripts/check-rooms knows"),
    ("src/job/x.cpp", "//\n" * 401, "src/job/x.cpp has 401 lines, and 400 are the most"),
    ("t/test_x.py", "#\n" * 401, "t/test_x.py has 401 lines, and 400 are the most"),
    ("src/host/slots.h", "", "src/README.md does not say what `host` is"),
    ("t/unit/attic/x_test.cpp", "", "t/unit/attic tests a folder that src/ does not have"),
])
def test_what_is_wrong_is_found(tree, name, text, found):
    tree(name, text)
    lines, last, status = check(tree.root)
    assert found in lines
    assert last == f"{3 - len(set(map(kind, lines)))} passed, {len(lines)} failed" and status == 1


def kind(line):
    """Which of the three checks says it."""
    return "includes" if "include" in line or "no room" in line else "sizes" if "the most" in line else "map"


def test_a_folder_has_no_more_than_25_files(tree):
    for number in range(24):
        tree(f"src/base/{number}.h", "")
    assert check(tree.root)[0] == []
    tree("src/base/one.h", "")
    assert check(tree.root) == (["src/base has 26 files, and 25 are the most"], "2 passed, 1 failed", 1)


def test_this_tree_keeps_its_order():
    assert check(ROOT)[0] == []
