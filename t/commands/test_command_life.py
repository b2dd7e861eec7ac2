"""How commands are ended, what they cannot reach, and what goes on when processes die."""
import os
import signal
from pathlib import Path

import pytest

import documents
from built import has_landlock, wait_for
from command_jobs import files_of, run, submit
from processes import command_of

# Forks twice into sessions of their own, ignores TERM in all of them, and says where it is.
STUBBORN = """trap '' TERM
setsid sh -c 'trap "" TERM; (setsid sh -c "trap \\"\\" TERM; sleep 1000 & sleep 1001") & sleep 1002' &
echo started; sleep 1003 & wait; sleep 1004
"""


def in_tree(docket, count):
    """Waits until a command has so many processes."""
    return wait_for(lambda: pids if len(pids := docket.commands()) >= count else None, 20, "the command's processes")


@pytest.mark.parametrize("how", ["cancel", "delete", "timeout", "end"])
def test_all_processes_end_with_the_command(command, how):
    text = STUBBORN if how != "end" else STUBBORN.replace("sleep 1003 & wait; sleep 1004", "sleep 1")
    docket = command(text, location="docket_attempts 1; docket_unit_timeout 3s;" if how == "timeout" else "")
    job = submit(docket)
    in_tree(docket, 4)
    if how == "cancel":
        assert docket.request("POST", f"/result/{job}/cancel").json()["error"]["code"] == "cancelled"
    elif how == "delete":
        docket.request("DELETE", f"/result/{job}")
    else:
        docket.finish(job, expect="failed" if how == "timeout" else "completed")
    wait_for(lambda: not docket.commands(), 20, "the end of all processes")
    wait_for(lambda: not list((docket.store / "work").iterdir()), 10)
    assert run(docket)[1]["status"] == "completed" if how == "end" else True


@pytest.mark.skipif(not has_landlock(), reason="the kernel has no Landlock")
def test_nothing_of_others_can_be_read_or_written(command, open_folder):
    (open_folder / "readable").write_text("shown")
    hidden = open_folder.parent / (open_folder.name + "-hidden")
    hidden.mkdir(mode=0o755)
    (hidden / "file").write_text("hidden")
    docket = command(f"""
try() {{ if "$@" > /dev/null 2>&1; then echo yes $1 $2; else echo no; fi; }}
try cat {open_folder}/readable; try cat {hidden}/file; try ls {hidden}
try cat $HOME/../../lmdb/data.mdb; try ls $HOME/../../spool; try ls $HOME/..
try mkdir $DOCKET_INPUT_DIR/new; try sh -c "echo x > $DOCKET_INPUT_DIR/0"; try mkdir $HOME/new
try touch $TMPDIR/new; try touch $DOCKET_OUTPUT_DIR/new; try cat $DOCKET_INPUT_DIR/0; try sh -c ': > /dev/null'
""", location=f"docket_command_paths {open_folder};")
    try:
        job, _ = run(docket, [("a", b"input")])
    finally:
        (hidden / "file").unlink()
        hidden.rmdir()
    said = docket.result(job, "result").text.split("\n")
    assert [line.split(" ")[0] for line in said[:-1]] == [
        "yes", "no", "no", "no", "no", "no", "no", "no", "no", "yes", "yes", "yes", "yes"], said
    assert docket.get(f"/result/{job}/input/0").content == b"input"


def test_modes_and_times_of_the_store_are_not_its_to_change(command):
    docket = command("""#!/usr/bin/python3
import ctypes, os
store = os.environ["HOME"].rsplit("/", 2)[0]
os.mkdir(os.environ["DOCKET_OUTPUT_DIR"] + "/ro", 0o555)
open(os.environ["DOCKET_OUTPUT_DIR"] + "/ro/file", "w").write("x") if os.geteuid() == 0 else None
libc = ctypes.CDLL(None, use_errno=True)
for path in (store, store + "/lmdb/data.mdb", store + "/spool", store + "/run/key", os.environ["DOCKET_INPUT_DIR"] + "/0"):
    os.chmod(path, 0)
    os.utime(path, (1, 1))
    libc.syscall(452, -100, path.encode(), 0, 0)
    try:
        os.setxattr(path, "user.docket", b"x")
        print("xattr")
    except OSError:
        pass
os.fchmod(os.open(os.environ["DOCKET_INPUT_DIR"] + "/0", os.O_RDONLY), 0)
print(libc.shmget(0, 4096, 0o1600), libc.msgget(0, 0o1600))
""")
    wait_for(lambda: docket.get("/health").status_code == 200, 20, "the store")
    before = {path: path.stat() for path in (docket.store, docket.store / "spool", docket.store / "lmdb" / "data.mdb")}
    job, _ = run(docket, [("a", b"x")])
    assert docket.result(job, "result").text == "-1 -1\n"
    for path, was in before.items():
        assert path.stat().st_mode == was.st_mode and path.stat().st_mtime > 1, path
    assert docket.get(f"/result/{job}/input/0").content == b"x"
    run(docket, [("a", b"x")])


@pytest.mark.parametrize("network", ["off", "on"])
def test_the_network_is_closed_unless_it_is_asked_for(command, network):
    docket = command("""#!/usr/bin/python3
import errno, socket
socket.socketpair(socket.AF_UNIX)
for family in (socket.AF_INET, socket.AF_INET6):
    try:
        socket.socket(family).close()
        print("open")
    except OSError as error:
        print(errno.errorcode[error.errno])
""", f"network={network}")
    job, _ = run(docket)
    said = docket.result(job, "result").text.split()
    assert said[0] == ("ENONET" if network == "off" else "open")
    assert said[1] == "ENONET" if network == "off" else said[1] in ("open", "EAFNOSUPPORT")


def test_a_lost_launcher_costs_no_job(command, open_folder):
    gate = open_folder / "gate"
    docket = command(f"while [ ! -e {gate} ]; do sleep 0.05; done; echo done", workers=1,
                     location=f"docket_command_paths {open_folder};")
    job = submit(docket)
    in_tree(docket, 1)
    launchers = [pid for pid in docket.processes() if command_of(pid).startswith(str(docket.launcher))]
    for pid in launchers:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: docket.status(job)["attempts"] == 2, 20, "another try")
    gate.touch()
    assert docket.finish(job)["status"] == "completed"
    assert docket.result(job, "result").text == "done\n"
    wait_for(lambda: not docket.commands(), 20)


def test_a_dead_workers_command_is_run_again(command, open_folder):
    gate = open_folder / "gate"
    docket = command(f"while [ ! -e {gate} ]; do sleep 0.05; done; echo done",
                     location=f"docket_command_paths {open_folder};")
    docket.allow("exited on signal 9")
    job = submit(docket)
    in_tree(docket, 1)
    for pid in docket.workers():
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: docket.status(job)["attempts"] >= 2, 30, "another try")
    gate.touch()
    docket.finish(job)
    wait_for(lambda: not docket.commands(), 20)
    wait_for(lambda: not list((docket.store / "work").iterdir()), 90, "the end of the dead worker's folder")


def test_a_reload_lets_commands_end(command, open_folder):
    gate = open_folder / "gate"
    docket = command(f"while [ ! -e {gate} ]; do sleep 0.05; done; echo done",
                     location=f"docket_command_paths {open_folder};")
    job = submit(docket)
    in_tree(docket, 1)
    docket.reload()
    gate.touch()
    assert docket.finish(job)["attempts"] == 1


def test_commands_hold_up_no_documents(command, open_folder):
    gate = open_folder / "gate"
    docket = command(f"while [ ! -e {gate} ]; do sleep 0.05; done", http="docket_concurrency 1;", workers=1, threads=1,
                     location=f"docket_command_paths {open_folder};")
    job = submit(docket)
    in_tree(docket, 1)
    docket.finish(docket.submit(documents.text_pdf(1)))
    assert docket.status(job)["status"] == "processing"
    gate.touch()
    docket.finish(job)


def test_commands_need_no_engine(start):
    docket = start(locations="location = /run { docket_command /bin/echo hello; } location /result/ { docket_result; }")
    docket.stop()
    docket.engine.unlink()
    docket.configure(engine=False)
    docket.start()
    job, _ = run(docket)
    assert docket.result(job, "result").text == "hello\n"
    assert files_of(docket, job) == ["stdout"]


def test_a_command_that_was_taken_from_the_configuration_is_still_run(command):
    docket = command("sleep 0.2; echo done", http="docket_concurrency 1;")
    jobs = [submit(docket) for _ in range(3)]
    docket.configure(locations="location /result/ { docket_result; }")
    docket.reload()
    for job in jobs:
        docket.finish(job)
    assert Path(docket.store / "work").is_dir()
