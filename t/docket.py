"""Starts a real nginx with the Docket module for a test, speaks to it, and ends it.

`Docket` owns one nginx: a temporary folder with its configuration, log and store, and its processes.
"""
import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import pytest

import documents
from built import ENGINE, ENVIRONMENT, LAUNCH, MODULE, NGINX, PATIENCE, SANITIZED, free_port, wait_for
from client import Client
from processes import Adopted, alive, command_of, stop_process, working_below

LOCATIONS = """
        location = /process_pdf { docket_upload 200; }
        location /jobs          { docket_upload; }
        location /result/       { docket_result; }
        location = /tasks       { docket_tasks anyone; }
        location = /health      { docket_health; }
"""

# What must not stand in an error log, however a test ends.
TROUBLE = re.compile(r"\[(alert|emerg)\]|AddressSanitizer|LeakSanitizer|ThreadSanitizer|runtime error:"
                     r"|terminate called|Assertion .* failed")


def _worker_user():
    """Which user nginx's workers run as when root starts it: www-data where that can reach the engine."""
    if os.geteuid() != 0:
        return None
    reach = subprocess.run(["runuser", "-u", "www-data", "--", "test", "-x", ENGINE], check=False)
    return "www-data" if reach.returncode == 0 else "root"


class EndedAtStart(Exception):
    """nginx ended instead of taking connections; says what it said."""


class Docket(Client):
    """One nginx with Docket. Owns its folder and processes from start() to close().

    main, http, server: directives for these levels; `locations` replaces the usual ones; `store` is what follows the
    path in docket_store; `listen` what follows the address; `engine` False: no docket_engine; `environment` adds to
    what nginx finds there.
    """

    def __init__(self, *, main="", http="", server="", locations=LOCATIONS, store="", listen="", workers=2,
                 body_size="200m", threads=2, engine=True, environment=None, module=MODULE,
                 daemon=False, connections=512):
        self.folder = Path(tempfile.mkdtemp(prefix="docket-test-"))
        self.folder.chmod(0o755)
        self.user = _worker_user()
        self.store = self.folder / "store"
        self.conf = self.folder / "nginx.conf"
        self.error_log = self.folder / "error.log"
        self.error_log.touch()
        # A name of its own tells this Docket's engines from those of others; they are in sessions of their own.
        self.engine = self.folder / "docket-engine"
        self.engine.symlink_to(ENGINE)
        self.launcher = self.folder / "docket-launch"
        self.launcher.symlink_to(LAUNCH)
        self.port = free_port()
        self.h2_port = None
        self._parts = {"main": main, "http": http, "server": server, "locations": locations, "store": store,
                       "listen": listen, "workers": workers, "body_size": body_size, "threads": threads, "engine": engine,
                       "module": module, "daemon": daemon, "connections": connections}
        self._environment = {**ENVIRONMENT, **(environment or {})}
        self.before_start = None  # called in nginx's process before nginx is
        self._nginx = None
        self._session = None  # of an nginx whose first master has gone
        self._read_log = 0
        self._allowed = []

    # ---- Life.

    def change_environment(self, **variables):
        """Adds to what nginx finds in its environment, from the next start() on."""
        self._environment.update(variables)

    def write_conf(self):
        """Writes nginx.conf; start() and reload() do so, too."""
        parts = self._parts
        temp = "".join(f"    {name}_temp_path {self.folder}/temp/{name};\n"
                       for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        (self.folder / "temp").mkdir(exist_ok=True)
        h2 = f"        listen 127.0.0.1:{self.h2_port} http2;\n" if self.h2_port else ""
        store = f"docket_store {self.store} {parts['store']};" if parts["store"] is not None else ""
        engine = f"docket_engine {self.engine};" if parts["engine"] else ""
        self.conf.write_text(f"""\
load_module {parts['module']};
{f'user {self.user};' if self.user else ''}
daemon {'on' if parts['daemon'] else 'off'};
worker_processes {parts['workers']};
pid {self.folder}/nginx.pid;
error_log {self.error_log} notice;
thread_pool docket threads={parts['threads']};
thread_pool docket_io threads=2;
{'env ASAN_OPTIONS; env UBSAN_OPTIONS;' if SANITIZED else ''}
{parts['main']}
events {{ worker_connections {parts['connections']}; }}
http {{
    access_log off;
{temp}    {store}
    {engine}
    {parts['http']}
    server {{
        listen 127.0.0.1:{self.port} {parts['listen']};
{h2}        client_max_body_size {parts['body_size']};
        {parts['server']}
{parts['locations']}
    }}
}}
""")

    def configure(self, **parts):
        """Changes what __init__ was given, for the next start() or reload()."""
        self._parts.update(parts)

    def check_conf(self):
        """Runs `nginx -t`; returns its exit code and what it said."""
        self.write_conf()
        return self.check_conf_as_it_is()

    def check_conf_as_it_is(self):
        """The same with nginx.conf as it was written before."""
        done = subprocess.run([NGINX, "-t", "-e", "stderr", "-p", self.folder, "-c", self.conf],
                              capture_output=True, text=True, check=False, env=self._environment,
                              stdin=subprocess.DEVNULL, timeout=60 * PATIENCE)
        return done.returncode, done.stderr

    def start(self, http2=False):
        """Starts nginx and returns self when it takes connections."""
        for _ in range(3):
            if http2:
                self.h2_port = free_port()
            self.write_conf()
            self._nginx = subprocess.Popen([NGINX, "-e", self.error_log, "-p", self.folder, "-c", self.conf],
                                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                           stderr=subprocess.PIPE, env=self._environment, start_new_session=True,
                                           preexec_fn=self.before_start)
            try:
                if self._parts["daemon"]:
                    self._follow_daemon()
                wait_for(self._is_up, 20, "nginx to start")
                return self
            except EndedAtStart as ended:
                if "Address already in use" not in str(ended):
                    raise AssertionError(f"nginx ended at its start: {ended}") from None
                self._read_log = self.error_log.stat().st_size
                self.port = free_port()
        raise AssertionError("no free port for nginx")

    def _follow_daemon(self):
        """The nginx that was started has left another one behind, in a session of its own."""
        if self._nginx.wait(20 * PATIENCE) != 0:
            return  # _is_up() tells why
        self._nginx.stderr.close()
        self._nginx = Adopted(wait_for(lambda: self.pid_in("nginx.pid"), 20, "nginx's pid"))

    def _is_up(self):
        if self._nginx.poll() is not None:
            raise EndedAtStart(self._nginx.stderr.read().decode(errors="replace") + self.new_log())
        # nginx listens before it has written its pid: the pid file says that this is ours.
        if not (self.folder / "nginx.pid").exists():
            return False
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    @property
    def master(self):
        """The pid of nginx's master, which is also the session of all its processes."""
        return self._nginx.pid

    def is_running(self):
        """Whether the master lives."""
        return self._nginx is not None and self._nginx.poll() is None

    def processes(self):
        """The pids of all its processes: nginx's, the engines, the launchers and what they have started."""
        ours = (str(self.engine), str(self.launcher))
        return self.commands() + [pid for pid, session in alive() if command_of(pid).startswith(ours)
                                  or (self._nginx and session == (self._session or self.master))]

    def commands(self):
        """The pids of what commands have started."""
        return working_below(f"{self.store}/work/")

    def workers(self):
        """The pids of the workers."""
        return [pid for pid in self.processes() if command_of(pid).startswith("nginx: worker process")
                and "shutting down" not in command_of(pid)]

    def connections(self):
        """How many connections its clients have open."""
        lines = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
        ours = f"{self.port:04X}"
        return sum(1 for local, state in ((line.split()[1], line.split()[3]) for line in lines)
                   if local.endswith(":" + ours) and state == "01")

    def engines(self):
        """The pids of docket-engine's processes: fork servers and children."""
        return [pid for pid in self.processes() if command_of(pid).startswith(str(self.engine))]

    def engines_at_work(self):
        """The pids of the children that have units in hand."""
        names = []
        for pid in self.engines():
            with contextlib.suppress(OSError):
                if Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip() == "docket-unit":
                    names.append(pid)
        return names

    def hold_unit(self, job=None):
        """Stops a child amid its unit, and gives its pid. One that ends just then is let go, the next one is held. None
        when `job`, if there is one, has come to its end before."""
        def held():
            for pid in self.engines_at_work():
                with contextlib.suppress(ProcessLookupError):
                    stop_process(pid)
                    if pid in self.engines_at_work():
                        return [pid]
            answer = self.get(f"/result/{job}/status") if job else None
            return [None] if answer and answer.ok and answer.json()["final"] else None
        return wait_for(held, 20, "a unit at work")[0]

    @contextlib.contextmanager
    def standing_still(self):
        """With docket_concurrency 1: the only slot is taken by a unit that does not get on, so all other jobs wait. The
        id of its job."""
        # A test that gets little of the processor may see nothing of the first one: then it takes more pages.
        for pages in (1, 4, 16, 64):
            job = self.submit(documents.tiff([documents.scan_page(1, dpi=100)] * pages, dpi=100), name="scan.tif")
            if child := self.hold_unit(job):
                break
            self.request("DELETE", f"/result/{job}")
        assert child, "no unit could be held"
        try:
            yield job
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    @contextlib.contextmanager
    def first_file_uncounted(self, files):
        """With two workers, docket_concurrency 2 and one thread for units in each: a job of `files` (name, content)
        whose first file is in the hands of a worker whose engine stands still, so that its pages are not counted, while
        the other one gets on with the rest. The id of the job; behind it the first file gets on, too."""
        one, other = wait_for(lambda: pids if len(pids := self.workers()) == 2 else None, 20, "two workers")
        engines = []
        stop_process(other)
        try:
            self.finish(self.submit(documents.text_pdf(1)))
            engines = self.engines()
            for pid in engines:
                stop_process(pid)
            answer = self.request("POST", "/process_pdf", files=[("file", file) for file in files])
            job = answer.json()["job_id"]
            wait_for(lambda: self.status(job)["files"][0]["status"] == "processing", 20, f"the first file in {one}")
            os.kill(other, signal.SIGCONT)
            yield job
        finally:
            for pid in [other, *engines]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGCONT)

    def pid_in(self, name, other_than=None):
        """The pid in a file of the folder; None if there is none, or this one."""
        with contextlib.suppress(OSError, ValueError):
            pid = int((self.folder / name).read_text(encoding="ascii"))
            return pid if pid != other_than else None
        return None

    def adopt(self, master):
        """Another master took over (binary upgrade) and the first one is ending: from now on it is this one's."""
        self._nginx.wait(40 * PATIENCE)
        self._session = self._session or self._nginx.pid
        self._nginx.stderr.close()
        self._nginx = Adopted(master)

    def reload(self):
        """Has nginx read its configuration again; returns when new workers are there."""
        before = set(self.workers())
        self.write_conf()
        os.kill(self.master, signal.SIGHUP)
        count = self._parts["workers"]
        wait_for(lambda: len(set(self.workers()) - before) == count, 30, "new workers after a reload")

    def stop(self):
        """Ends nginx in order (QUIT) and checks that nothing of it is left. The folder stays: start() goes on in it."""
        if self._nginx is None:
            return
        ended_in_order = True
        for sign, seconds in ((signal.SIGQUIT, 20), (signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            if self._nginx.poll() is None:
                os.kill(self.master, sign)
                try:
                    self._nginx.wait(seconds * PATIENCE)
                    break
                except subprocess.TimeoutExpired:
                    ended_in_order = False
        try:
            wait_for(lambda: not self.processes(), 10, "the end of all processes")
        except AssertionError:
            left = {pid: command_of(pid) for pid in self.processes()}
            self._kill_all()
            raise AssertionError(f"processes were left: {left}") from None
        finally:
            self._forget()
        assert ended_in_order, "nginx did not end within 20 s of QUIT"

    def kill(self):
        """Ends every process at once, as a loss of power does to processes."""
        self._kill_all()
        self._nginx.wait()
        wait_for(lambda: not self.processes(), 10, "the end of all processes")
        self._forget()
        (self.folder / "nginx.pid").unlink()

    def _kill_all(self):
        """Sends SIGKILL to all processes."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _forget(self):
        """There is no nginx any more."""
        self._nginx.stderr.close()
        self._nginx = self._session = None

    def close(self):
        """stop(), and removes the folder. Fails for whatever of TROUBLE the log has, after cleaning up."""
        try:
            self.stop()
            self.check_log()
        finally:
            self.remove_folder()

    def remove_folder(self):
        """Removes the folder, unless DOCKET_KEEP is set, for a look at what a failed test left."""
        if os.environ.get("DOCKET_KEEP"):
            print(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)

    # ---- The log.

    def allow(self, words):
        """Lines of the log with `words` are what this test is about, and no trouble."""
        self._allowed.append(words)

    def log(self):
        """The whole error log."""
        return self.error_log.read_text(errors="replace")

    def new_log(self):
        """What the log got since check_log() was last called."""
        with self.error_log.open(errors="replace") as log:
            log.seek(self._read_log)
            return log.read()

    def check_log(self):
        """Fails for trouble in the part of the log that was not checked before, and for core files."""
        new = self.new_log()
        self._read_log = self.error_log.stat().st_size
        lines = [line for line in new.splitlines()
                 if TROUBLE.search(line) and not any(words in line for words in self._allowed)]
        assert not lines, "trouble in the error log:\n" + "\n".join(lines[:20]) + "\n…\n" + new[-4000:]
        cores = [*self.folder.glob("core*"), *self.folder.glob("store/core*")]
        assert not cores, f"core files: {cores}"


@contextlib.contextmanager
def small_disk(docket, size, needed=True):
    """A file system of its own below a Docket's store. Where there can be none the test is skipped, or, if it is not
    needed, False given."""
    docket.store.mkdir(mode=0o700)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=0700", "docket-test", docket.store],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        docket.store.rmdir()
        if needed:
            docket.remove_folder()
            pytest.skip(f"this machine mounts nothing: {done.stderr.strip()}")
        yield False
        return
    try:
        if docket.user:
            shutil.chown(docket.store, docket.user, docket.user)
        yield True
    finally:
        subprocess.run(["umount", "-l", docket.store], check=True)
