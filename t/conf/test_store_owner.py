"""Whose a store is: workers of another user than the one whose files are in it are refused by `nginx -t`, with both
users and the command that mends it."""
import os
import pwd
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

import documents
from built import ENVIRONMENT, NGINX, wait_for
from client import assert_problem
from docket import Docket

PDF = documents.text_pdf(1)
OTHER = "daemon"  # with a group of the same name, which "user" wants

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to other users")


@pytest.fixture
def docket():
    """A Docket that was not started."""
    one = Docket()
    yield one
    one.close()


def make_store(docket, owner, top=None):
    """A store's folders and files as a run by `owner` leaves them; the folder itself is `top`'s."""
    for name in ("lmdb", "run", "spool"):
        (docket.store / name).mkdir(parents=True)
    for name in ("lmdb/data.mdb", "lmdb/lock.mdb", "unsynced"):
        (docket.store / name).touch()
    for path in (docket.store, *docket.store.rglob("*")):
        shutil.chown(path, owner)
        path.chmod(0o700 if path.is_dir() else 0o600)
    shutil.chown(docket.store, top or owner)


def assert_told(said, docket, path, owner, workers):
    """A message names path, users, and what to do."""
    line = next(line for line in said.splitlines() if str(path) in line and "belongs to" in line)
    for name in (owner, workers):
        assert f'"{name}" (uid {pwd.getpwnam(name).pw_uid})' in line, line
    assert line.index(f'"{owner}" (uid') < line.index(f'"{workers}" (uid'), line
    assert f"chown -R {workers}: {docket.store}" in line, line


def owner_of(path):
    """The name of whom it belongs to."""
    return pwd.getpwuid(path.stat().st_uid).pw_name


@pytest.mark.parametrize("top", [OTHER, "workers", "root"])
def test_the_check_names_both_users_and_the_command(docket, top):
    """The folder itself nginx gives to its workers' user, so it tells nothing."""
    top = docket.user if top == "workers" else top
    make_store(docket, OTHER, top=top)
    code, said = docket.check_conf()
    assert code != 0 and "[emerg]" in said and f"in {docket.conf}:" in said, said
    assert_told(said, docket, docket.store / "lmdb", OTHER, docket.user)
    assert owner_of(docket.store) == top, "the check gave the folder away, which another nginx may be using"


@pytest.mark.parametrize("name", ["lmdb", "lmdb/data.mdb", "lmdb/lock.mdb", "run", "spool", "unsynced"])
def test_every_part_is_looked_at(docket, name):
    make_store(docket, docket.user)
    shutil.chown(docket.store / name, OTHER)
    code, said = docket.check_conf()
    assert code != 0, said
    assert_told(said, docket, docket.store / name, OTHER, docket.user)


def test_the_user_may_be_named_behind_http(docket):
    make_store(docket, docket.user)
    workers, docket.user = docket.user, None
    write = docket.write_conf

    def with_user_at_the_end():
        write()
        with docket.conf.open("a") as conf:
            conf.write(f"user {named};\n")

    docket.write_conf = with_user_at_the_end
    named = workers
    code, said = docket.check_conf()
    assert code == 0, said
    named = OTHER
    code, said = docket.check_conf()
    assert code != 0, said
    assert_told(said, docket, docket.store / "lmdb", workers, OTHER)


def test_a_user_that_nothing_names_is_nginx_s_own(docket):
    """The configuration without "user", on a store of one with it, and the other way about."""
    default = re.search(r"--user=(\S+)", subprocess.run([NGINX, "-V"], capture_output=True, text=True,
                                                        check=True).stderr)
    default = default[1] if default else "nobody"
    make_store(docket, docket.user)
    workers, docket.user = docket.user, None
    code, said = docket.check_conf()
    assert code != 0, said
    assert_told(said, docket, docket.store / "lmdb", workers, default)


def test_one_process_is_root_s(docket):
    """With "master_process off" nothing becomes the user that "user" names."""
    docket.configure(main="master_process off;")
    make_store(docket, OTHER)
    code, said = docket.check_conf()
    assert code != 0, said
    assert_told(said, docket, docket.store / "lmdb", OTHER, "root")


def test_a_user_without_a_name_is_a_number(docket):
    make_store(docket, 54321)
    code, said = docket.check_conf()
    assert code != 0 and "belongs to uid 54321, " in said, said


def test_what_is_none_of_docket_s_may_be_anybody_s(docket):
    """A file system's lost+found, for one; and a folder that root made for a store is given to the workers."""
    docket.store.mkdir()
    (docket.store / "lost+found").mkdir()
    docket.start()
    docket.finish(docket.submit(PDF))
    assert owner_of(docket.store) == docket.user
    assert owner_of(docket.store / "lost+found") == "root"


def test_a_start_is_refused_until_the_command_was_run(docket):
    docket.start()
    job = docket.submit(PDF)
    docket.finish(job)
    docket.stop()
    docket.allow("belongs to")
    workers, docket.user = docket.user, OTHER
    with pytest.raises(AssertionError, match="nginx ended at its start") as refusal:
        docket.start()
    assert_told(str(refusal.value), docket, docket.store / "lmdb", workers, OTHER)
    docket._forget()  # pylint: disable=protected-access
    command = re.search(r"run: (chown \S+ \S+ \S+)", str(refusal.value))[1]
    subprocess.run(["sh", "-c", command], check=True)
    assert owner_of(docket.store / "spool") == OTHER
    docket.start()
    assert docket.get(f"/result/{job}/text").status_code == 200
    docket.finish(docket.submit(PDF))


def test_a_reload_with_another_user_leaves_all_as_it_is(docket):
    docket.start()
    before = set(wait_for(lambda: len(docket.workers()) == 2 and docket.workers(), 20, "both workers"))
    workers, docket.user = docket.user, OTHER
    docket.allow("belongs to")
    docket.write_conf()
    os.kill(docket.master, signal.SIGHUP)
    wait_for(lambda: "belongs to" in docket.log(), 20, "the refusal")
    assert_told(docket.log(), docket, docket.store / "lmdb", workers, OTHER)
    docket.finish(docket.submit(PDF))
    assert set(docket.workers()) == before
    assert owner_of(docket.store) == workers
    # Signals are sent with whatever configuration there is.
    done = subprocess.run([NGINX, "-e", "stderr", "-p", docket.folder, "-c", docket.conf, "-s", "reopen"],
                          capture_output=True, text=True, check=False, env=ENVIRONMENT)
    assert done.returncode == 0 and "belongs to" not in done.stderr, done


def test_a_store_that_became_another_s_is_told_by_the_workers(docket):
    """The check has passed, and then the files change hands."""
    if docket.user == "root":
        pytest.skip("root may use everybody's files")
    docket.configure(workers=1)
    docket.start()
    job = docket.submit(PDF)
    docket.finish(job)
    docket.allow("exited on signal 9")
    worker, = docket.workers()
    shutil.chown(docket.store / "spool", OTHER)
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: "belongs to" in docket.log(), 20, "the refusal")
    assert "cannot be used: openat spool: Permission denied" in docket.log()
    assert_told(docket.log(), docket, docket.store / "spool", OTHER, docket.user)
    assert_problem(docket.get(f"/result/{job}/status"), 503, "store_unavailable")
    assert docket.log().count("belongs to") == 1
    shutil.chown(docket.store / "spool", docket.user)
    wait_for(lambda: docket.get(f"/result/{job}/text").status_code == 200, 20, "the store's being usable")


# ---- A master that is not root: workers are its own user's.

@pytest.fixture
def unprivileged(docket):
    """Runs `nginx -t` as www-data in a folder of its own."""
    if docket.user != "www-data":
        pytest.skip("www-data cannot reach the module")
    docket.user = None

    def check():
        docket.write_conf()
        for path in (docket.folder, docket.error_log, docket.folder / "temp"):
            shutil.chown(path, "www-data")
        return subprocess.run(["runuser", "-u", "www-data", "--", NGINX, "-t", "-e", "stderr", "-p", docket.folder,
                               "-c", docket.conf], capture_output=True, text=True, check=False, env=ENVIRONMENT)
    return check


def test_not_root_and_another_s_store(docket, unprivileged):
    make_store(docket, "root")
    done = unprivileged()
    assert done.returncode != 0
    assert_told(done.stderr, docket, docket.store, "root", "www-data")


def test_not_root_and_one_part_of_another_s(docket, unprivileged):
    make_store(docket, "www-data")
    shutil.chown(docket.store / "spool", "root")
    done = unprivileged()
    assert done.returncode != 0
    assert_told(done.stderr, docket, docket.store / "spool", "root", "www-data")


def test_not_root_and_a_store_for_the_group(docket, unprivileged):
    """As Kubernetes gives volumes to a pod's fsGroup."""
    make_store(docket, "root")
    for path in (docket.store, *docket.store.rglob("*")):
        shutil.chown(path, group="www-data")
        path.chmod(0o770 if path.is_dir() else 0o660)
    done = unprivileged()
    assert done.returncode == 0, done.stderr
    assert Path(docket.store / "lmdb").stat().st_uid == 0


def test_the_command_for_a_store_behind_a_symlink_mends_it():
    """`chown -R USER: LINK` does not follow LINK."""
    if os.geteuid() != 0:
        pytest.skip("only root gives files away")
    docket = Docket()
    try:
        docket.start()
        docket.stop()
        real = docket.folder / "real"
        shutil.move(docket.store, real)
        docket.store.symlink_to(real)
        shutil.chown(real / "lmdb" / "data.mdb", "games")
        code, said = docket.check_conf()
        assert code != 0
        command = said.partition("run: ")[2].partition(" in ")[0]
        subprocess.run(command.split(), check=True)
        code, said = docket.check_conf()
        assert code == 0, said
    finally:
        docket.remove_folder()
