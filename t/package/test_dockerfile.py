"""The Dockerfile, as far as it can be looked at without Docker; scripts/check-package does its last stage's steps."""
import fnmatch
import os
import re

import pytest

from built import ROOT
from package.dockerfile import copied, stages

BUILD, IMAGE = stages()
CONF = (ROOT / "conf" / "container.conf").read_text()


@pytest.mark.parametrize("argument", BUILD.all("COPY") + IMAGE.all("COPY"))
def test_what_is_copied_is_there(argument):
    stage, sources, _ = copied(argument)
    ignored = (ROOT / ".dockerignore").read_text().split()
    for source in sources:
        if stage is None:
            assert (ROOT / source).exists()
            assert not any(fnmatch.fnmatch(source, pattern) for pattern in ignored)
        else:
            # From where scripts/package puts it.
            assert stage in BUILD.image.split() and source.startswith(f"{BUILD.the('WORKDIR')}/build/package/")


def test_the_build_s_steps_are_those_of_the_package_s_check():
    steps = BUILD.all("RUN")
    checked = (ROOT / "scripts" / "check-package").read_text() + (ROOT / "scripts" / "package").read_text()
    assert steps and all(re.search(rf"^{re.escape(step)}$", checked, re.M) for step in steps), steps


def test_every_step_is_a_script_of_ours():
    copied_to = {to for argument in IMAGE.all("COPY") for to in [copied(argument)[2]]}
    for step in BUILD.all("RUN") + IMAGE.all("RUN"):
        script = step.split()[0]
        name = os.path.basename(script)
        assert os.access(ROOT / "scripts" / name, os.X_OK), step
        assert script == f"scripts/{name}" or os.path.dirname(script) + "/" in copied_to, step


def test_it_serves_what_its_configuration_says():
    assert f"listen {IMAGE.the('EXPOSE')};" in CONF
    assert f"docket_store {IMAGE.the('VOLUME')};" in CONF
    assert f"http://127.0.0.1:{IMAGE.the('EXPOSE')}/health" in IMAGE.health_check
    assert "location = /health" in CONF
    assert IMAGE.the("USER") not in ("root", "0")
    to = [to for _, sources, to in map(copied, IMAGE.all("COPY")) if sources == ["conf/container.conf"]]
    assert to == [IMAGE.command[IMAGE.command.index("-c") + 1]]


def test_lines_may_go_on():
    one, = stages('# A comment.\nFROM a AS b\nRUN one \\\n    two\n\nCMD ["x", "y"]\n')
    assert one.instructions == [("RUN", "one     two"), ("CMD", '["x", "y"]')]
    assert (one.image, one.command) == ("a AS b", ["x", "y"])
