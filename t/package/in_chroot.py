"""The Debian package in a fresh Debian, one step after the other: for scripts/check-package, which makes the Debian that
DOCKET_CHROOT names and runs this apart from the machine's network, processes and mounts.
"""
import contextlib
import gzip
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from built import ROOT, wait_for  # noqa: E402  pylint: disable=wrong-import-position
from package.dockerfile import copied, stages  # noqa: E402  pylint: disable=wrong-import-position

TREE = Path(os.environ["DOCKET_CHROOT"])
NAME = "libnginx-mod-http-docket"
IMAGE = stages()[-1]
NGINX = TREE / "etc" / "nginx"
# What is made at the installation and goes with the package, for nginx to be sound without it.
LINKS = [NGINX / "modules-enabled" / f"50-{NAME.removeprefix('libnginx-')}.conf",
         NGINX / "modules-enabled" / "60-docket-threads.conf", NGINX / "conf.d" / "docket.conf"]
EXAMPLES = Path("/usr/share/doc") / NAME / "examples"
SCAN = ROOT / "t" / "data" / "sample-scan.pdf"
SCAN_TEXT = "docket is the slip of paper"

# The network's namespace, from scripts/check-package: only apt is let out.
NETWORK = 8


def inside(*command, user=None, network=False, **arguments):
    """Runs a command in the chroot; what it printed."""
    as_user = [f"--userspec={user}:{user}"] if user else []
    outside = ["nsenter", f"--net=/proc/self/fd/{NETWORK}"] if network else []
    done = subprocess.run([*outside, "chroot", *as_user, TREE, *command], check=False, text=True, timeout=600,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          pass_fds=[NETWORK] if network else [], **arguments)
    assert done.returncode == 0, f"{command} exits with {done.returncode}\n{done.stdout[-4000:]}"
    return done.stdout


def is_serving(url):
    """Whether something is answered there with 200."""
    code = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", url], capture_output=True, text=True,
                          check=False).stdout
    return code == "200"


@contextlib.contextmanager
def serving(url, *command, user=None):
    """nginx runs in the chroot while the body does; it begins when `url` is answered and ends with QUIT."""
    as_user = [f"--userspec={user}:{user}"] if user else []
    said = TREE / "tmp" / "said"
    said.write_text("")
    said.chmod(0o666)  # as container runtimes give a container's user the standard streams
    with said.open("a") as out, subprocess.Popen(["chroot", *as_user, TREE, *command], stdin=subprocess.DEVNULL,
                                                 stdout=out, stderr=out) as nginx:
        try:
            wait_for(lambda: nginx.poll() is not None or is_serving(url), what=url)
            assert nginx.poll() is None, said.read_text()
            yield
        finally:
            nginx.send_signal(signal.SIGQUIT)
    assert nginx.returncode == 0, said.read_text()
    assert not re.search(r"\[(alert|emerg|crit)\]", said.read_text()), said.read_text()


def convert(url):
    """The Markdown of the sample scan."""
    return subprocess.run([ROOT / "scripts" / "convert", url, SCAN], check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="session", name="package")
def the_package():
    """The path of the .deb."""
    file, = (ROOT / "build" / "package").glob(f"{NAME}_*.deb")
    return file


def test_lintian_has_no_errors(package):
    done = subprocess.run(["lintian", "--fail-on", "error", "--allow-root", package], capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_version_is_the_source_s(package):
    version = subprocess.run(["dpkg-deb", "-f", package, "Version"], capture_output=True, text=True, check=True).stdout
    assert f'"{version.strip()}"' in (ROOT / "src" / "base" / "version.h").read_text()


def test_the_image_s_steps_install_it(package):
    """COPY and RUN of the Dockerfile's last stage, in their order."""
    for word, argument in IMAGE.instructions:
        if word == "COPY":
            stage, sources, to = copied(argument)
            target = TREE / to.lstrip("/")
            (target if to.endswith("/") else target.parent).mkdir(parents=True, exist_ok=True)
            for source in [package] if stage else sources:
                shutil.copy(ROOT / source, target)
        elif word == "RUN":
            inside("sh", "-c", argument, network=True)
    assert inside("dpkg-query", "-W", "-f", "${db:Status-Abbrev}", NAME).strip() == "ii"


def test_all_is_enabled():
    """The module, its thread pools and a store: nginx takes its directives at once."""
    assert all(link.is_symlink() for link in LINKS)
    said = inside("nginx", "-T")
    for line in ("load_module modules/ngx_http_docket_module.so;", "thread_pool docket threads=2;",
                 "thread_pool docket_io threads=2;", "docket_store /var/lib/docket;"):
        assert f"\n{line}\n" in said, said


def test_what_belongs_to_it_is_there():
    page = gzip.decompress((TREE / "usr/share/man/man1/docketctl.1.gz").read_bytes()).decode()
    assert page == (ROOT / "src" / "ctl" / "docketctl.1").read_text()
    schema = (TREE / "usr/share/docket/result.schema.json").read_text()
    assert schema == (ROOT / "conf" / "result.schema.json").read_text()
    reference = gzip.decompress((TREE / str(EXAMPLES.parent)[1:] / "REFERENCE.md.gz").read_bytes()).decode()
    assert reference == (ROOT / "conf" / "REFERENCE.md").read_text()


def test_an_example_converts_a_document():
    with serving("http://127.0.0.1:8000/health", "nginx", "-c", EXAMPLES / "nginx.conf", "-g", "daemon off;"):
        assert SCAN_TEXT in convert("http://127.0.0.1:8000")
    assert "completed" in inside("docketctl", "list", "--store", "/var/lib/docket")


@contextlib.contextmanager
def site():
    """A site as README.Debian has it, among Debian's own."""
    text = (ROOT / "scripts" / "debian" / f"{NAME}.README.Debian").read_text()
    file = NGINX / "sites-enabled" / "docket"
    file.write_text(re.search(r"^    server \{.*?^    \}\n", text, re.M | re.S)[0])
    try:
        yield
    finally:
        file.unlink()


def converts_beside_debian_s():
    """Whether a document goes through the site, and what was there before is still served."""
    with serving("http://127.0.0.1/", "nginx", "-g", "daemon off;"):
        return SCAN_TEXT in convert("http://127.0.0.1:8000")


def test_debian_s_own_configuration_takes_it():
    with site():
        assert converts_beside_debian_s()


def test_an_upgrade_keeps_what_the_operator_did(package):
    """Changes in /etc, a link that was removed, and one that was replaced by a file."""
    shutil.copy(package, TREE / "tmp" / "docket.deb")
    pools, store = LINKS[1:]
    changed = {NGINX / "snippets" / "docket.conf": "# mine\n",
               NGINX / "snippets" / "docket-store.conf": "docket_expire 1d;\n"}
    own = NGINX / "modules-enabled" / "70-mine.conf"
    own.write_text("thread_pool docket threads=3; thread_pool docket_io threads=1;\n")
    pools.unlink()
    before = {file: file.read_text() for file in changed}
    try:
        for file, more in changed.items():
            file.write_text(before[file] + more)
        inside("dpkg", "-i", "/tmp/docket.deb")
        assert all(file.read_text() == before[file] + more for file, more in changed.items())
        assert not os.path.lexists(pools) and store.is_symlink()
        with site():
            assert converts_beside_debian_s()
        store.unlink()
        store.write_text("docket_store /var/lib/docket;\n")
        inside("dpkg", "-i", "/tmp/docket.deb")
        assert not store.is_symlink()
        inside("nginx", "-t")
    finally:
        own.unlink()
        pools.symlink_to(f"/usr/share/nginx/modules-available/{pools.name.split('-', 1)[1]}")
        store.unlink(missing_ok=True)
        store.symlink_to("../snippets/docket-store.conf")
        for file, text in before.items():
            file.write_text(text)


def test_the_image_s_command_serves_as_its_user():
    shutil.rmtree(TREE / "var" / "lib" / "docket")
    (TREE / "var" / "lib" / "docket").mkdir()
    user = IMAGE.the("USER")
    inside("chown", f"{user}:", "/var/lib/docket")
    url = f"http://127.0.0.1:{IMAGE.the('EXPOSE')}"
    with serving(f"{url}/health", *IMAGE.command, user=user):
        inside("sh", "-c", IMAGE.health_check, user=user)
        assert SCAN_TEXT in convert(url)
        assert "POST /process_pdf" in (TREE / "tmp" / "said").read_text(), "the access log is on the standard output"


def test_removing_it_leaves_nginx_at_work():
    inside("apt-get", "remove", "-qq", "-y", NAME)
    assert not any(os.path.lexists(link) for link in LINKS)
    assert not any((TREE / "usr/lib/nginx/modules" / program).exists() for program in ("docket-engine", "docket-launch"))
    with serving("http://127.0.0.1/", "nginx", "-g", "daemon off;"):
        pass
    # Installed again it is as it was.
    inside("dpkg", "-i", "/tmp/docket.deb")
    assert all(link.is_symlink() for link in LINKS)
    with site():
        assert converts_beside_debian_s()
    inside("apt-get", "purge", "-qq", "-y", NAME)
    assert not list(NGINX.rglob("*docket*"))
    assert (TREE / "var/lib/docket/spool").exists(), "jobs stay"
    with serving("http://127.0.0.1/", "nginx", "-g", "daemon off;"):
        pass
