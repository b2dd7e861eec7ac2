"""Fixtures: a Docket that all plain tests share, and a factory of private ones."""
import os
import tempfile
from pathlib import Path

import pytest

from built import MODULE
from docket import Docket


def pytest_configure(config):
    """There is nothing to test without a build. Files that tests make are for nginx's workers, too."""
    config.addinivalue_line("markers", "long: takes many seconds, and so is begun first")
    os.umask(0o022)
    if not MODULE.exists():
        pytest.exit(f"{MODULE} is not there: run scripts/build", returncode=3)


def pytest_collection_modifyitems(items):
    """Long tests first: the last one that is begun would be waited for alone."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Several processes share the tests."""
    from one_by_one import OneByOne  # the plugin is not there where tests run in one process

    return OneByOne(config, log)


@pytest.fixture(scope="session")
def _shared():
    """One nginx for the whole session."""
    docket = Docket().start(http2=True)
    yield docket
    docket.close()


@pytest.fixture
def docket(_shared):
    """The Docket that all plain tests share. A test that makes it log trouble, or ends it, fails."""
    if not _shared.is_running():
        _shared.start(http2=True)
    yield _shared
    _shared.check_log()
    assert _shared.is_running(), "nginx ended during the test"


@pytest.fixture
def start():
    """A factory of Dockets of the test's own, with directives of its own; they are stopped and checked after it."""
    made = []

    def factory(http2=False, **parts):
        one = Docket(**parts)
        made.append(one)
        return one.start(http2)

    yield factory
    problems = []
    for one in made:
        try:
            one.close()
        except AssertionError as problem:
            problems.append(str(problem))
    assert not problems, "\n".join(problems)


@pytest.fixture
def open_folder():
    """A folder that www-data, too, can read."""
    with tempfile.TemporaryDirectory(prefix="docket-test-") as folder:
        os.chmod(folder, 0o755)
        yield Path(folder)
