"""What the build gives: a module that shows nginx its name and nothing else, and needs no more than it should."""
import re
import subprocess

import pytest

from built import BUILD, DOCKETCTL, ENGINE, ENVIRONMENT, LAUNCH, MODULE, NGINX, SANITIZED


def output(*command):
    """What a command prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def needed(file):
    """The shared libraries that an ELF file names, without their versions."""
    return {name.partition(".so")[0] for name in re.findall(r"\(NEEDED\).*\[(.*)\]", output("readelf", "-d", file))}


@pytest.mark.skipif(SANITIZED, reason="the sanitizers export symbols of their own")
def test_module_exports_only_what_nginx_looks_for():
    symbols = {line.split()[-1] for line in output("nm", "-D", "--defined-only", MODULE).splitlines()}
    assert symbols == {"ngx_modules", "ngx_module_names", "ngx_module_order"}


def test_module_needs_no_library_that_parses_documents():
    allowed = {"liblmdb", "libwslay", "libcrypto", "libcurl", "libyaml-cpp", "libstdc++", "libgcc_s", "libm", "libc", "libpthread",
               "ld-linux-x86-64"}
    if SANITIZED:
        allowed |= {"libasan", "libubsan"}
    assert needed(MODULE) <= allowed


def test_documents_are_parsed_in_the_engine():
    assert {"libpoppler", "libtesseract", "liblept", "libseccomp"} <= needed(ENGINE)
    assert not needed(DOCKETCTL) & {"libpoppler", "libtesseract", "liblept"}


def test_the_launcher_is_small():
    assert "libseccomp" in needed(LAUNCH)
    assert not needed(LAUNCH) & {"libpoppler", "libtesseract", "liblept", "liblmdb", "libcurl"}


def test_module_has_no_executable_stack_and_no_text_relocations():
    headers = output("readelf", "-W", "-l", MODULE)
    assert re.search(r"GNU_STACK.*\bRW\b", headers) and not re.search(r"GNU_STACK.*RWE", headers)
    assert "TEXTREL" not in output("readelf", "-d", MODULE)


def test_nginx_loads_the_module(tmp_path):
    conf = tmp_path / "nginx.conf"
    conf.write_text(f"load_module {MODULE};\npid {tmp_path}/pid;\nevents {{}}\n")
    done = subprocess.run([NGINX, "-t", "-e", "stderr", "-c", conf], capture_output=True, text=True, check=False,
                          env=ENVIRONMENT)
    assert done.returncode == 0, done.stderr


def test_the_programs_stand_beside_the_module():
    assert ENGINE.parent == LAUNCH.parent == MODULE.parent == BUILD
