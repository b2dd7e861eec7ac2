"""The Debian package in a fresh Debian, one step after the other: for scripts/check-package, which makes the Debian that
DOCKET_CHROOT names and runs this apart from the machine's network, processes and mounts.
"""
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from docket import ROOT, wait_for  # noqa: E402  pylint: disable=wrong-import-position
from package.dockerfile import copied, stages  # noqa: E402  pylint: disable=wrong-import-position

TREE = Path(os.environ["DOCKET_CHROOT"])
NAME = "libnginx-mod-http-docket"
IMAGE = stages()[-1]
ENABLED = TREE / f"etc/nginx/modules-enabled/50-{NAME.removeprefix('libnginx-')}.conf"
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
    assert f'"{version.strip()}"' in (ROOT / "src" / "core" / "version.h").read_text()


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


def test_the_module_is_enabled():
    assert ENABLED.is_symlink()
    assert "load_module modules/ngx_http_docket_module.so;" in inside("nginx", "-T")


def test_an_example_converts_a_document():
    with serving("http://127.0.0.1:8000/health", "nginx", "-c", EXAMPLES / "nginx.conf", "-g", "daemon off;"):
        assert SCAN_TEXT in convert("http://127.0.0.1:8000")
    assert "completed" in inside("docketctl", "list", "--store", "/var/lib/docket")


def test_debian_s_own_configuration_takes_it():
    """As README.Debian says."""
    nginx = TREE / "etc" / "nginx"
    text = (TREE / str(EXAMPLES)[1:] / "nginx.conf").read_text()
    pools = "".join(re.findall(r"^thread_pool .*\n", text, re.M))
    http, server = re.search(r"^http \{\n(.*?)(^    server \{.*^    \})\n\}", text, re.M | re.S).groups()
    added = {"modules-enabled/60-docket-threads.conf": pools, "sites-enabled/docket": server,
             "conf.d/docket.conf": http.replace("    access_log /var/log/nginx/access.log;\n", "")}
    for file, content in added.items():
        (nginx / file).write_text(content)
    try:
        with serving("http://127.0.0.1:8000/health", "nginx", "-g", "daemon off;"):
            assert SCAN_TEXT in convert("http://127.0.0.1:8000")
            assert is_serving("http://127.0.0.1/"), "what was there before still is"
    finally:
        for file in added:
            (nginx / file).unlink()


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
    assert not ENABLED.exists()
    assert not (TREE / "usr/lib/nginx/modules/docket-engine").exists()
    with serving("http://127.0.0.1/", "nginx", "-g", "daemon off;"):
        pass
    inside("apt-get", "purge", "-qq", "-y", NAME)
    assert not list(ENABLED.parent.glob("*docket*"))
