"""README.md and conf/REFERENCE.md say what there is: every directive and format, and no links into nothing."""
import re
import subprocess

import pytest

from built import DOCKETCTL, ROOT
from docket import Docket

REFERENCE = ROOT / "conf" / "REFERENCE.md"


def rows(heading):
    """The first cells of the table below a heading, each without its back quotes."""
    section = REFERENCE.read_text().split(f"# {heading}\n")[1].split("\n#")[0]
    return [row.split("`")[1] for row in section.splitlines() if row.startswith("| `")]


def test_every_directive_has_its_row():
    sources = "".join(file.read_text() for file in (ROOT / "src" / "nginx").rglob("*.cpp"))
    known = set(re.findall(r'ngx_string\("(docket_\w+)"\), *[N(e]', sources))
    assert len(known) > 30
    named = [row.split()[0] for row in rows("Directives")]
    assert sorted(named) == sorted(set(named)), "one row each"
    assert set(named) == known


def test_every_format_has_its_row():
    docket = Docket(http="docket_formats none_such;")
    try:
        _, said = docket.check_conf()
    finally:
        docket.remove_folder()
    known = re.search(r"known formats are ([a-z_, ]+) in ", said)[1].split(", ")
    assert sorted(rows("Results and formats")) == sorted(known)


def test_the_commands_of_docketctl_are_there():
    text = subprocess.run([DOCKETCTL, "--help"], capture_output=True, text=True, check=True).stdout
    commands = re.findall(r"^  (\w+)  ", text.split("Subcommands:")[1], re.M)
    section = REFERENCE.read_text().split("## docketctl\n")[1].split("\n## ")[0]
    assert len(commands) > 4 and all(f"docketctl {name}" in section or f"; {name} ID" in section for name in commands)


def helped(*command):
    """Options and subcommands that --help lists."""
    text = subprocess.run([DOCKETCTL, *command, "--help"], capture_output=True, text=True, check=True).stdout
    return (set(re.findall(r"^ +(?:-\w,)?(--[\w-]+)", text, re.M)),
            re.findall(r"^  (\w+)  ", text.partition("Subcommands:")[2], re.M))


def test_the_man_page_has_what_the_help_has():
    page = (ROOT / "src" / "ctl" / "docketctl.1").read_text().replace("\\-", "-")
    sections = dict(section.split("\n", 1) for section in re.split(r"^\.S[HS] ", page, flags=re.M)[1:])

    def described(section):
        """The options that entries of a section are about."""
        return set(re.findall(r"^\.TP\n\.B\S* .*?(--[\w-]+)", sections[section], re.M))

    options, commands = helped()
    assert described("OPTIONS") == options
    assert re.findall(r"^\.SS (\w+)", page, re.M) and set(re.findall(r"^\.SS (\w+)", page, re.M)) == set(commands)
    for command in commands:
        assert described(command) == helped(command)[0] - {"--help"}, command
    assert "DOCKET_STORE" in sections["ENVIRONMENT"]


def anchors(text):
    """What GitHub makes of the headings."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^    .*$", "", text, flags=re.M), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("file", [ROOT / "README.md", REFERENCE], ids=["README", "REFERENCE"])
def test_no_link_leads_into_nothing(file):
    links = re.findall(r"\]\(([^)]+)\)", re.sub(r"`[^`]*`", "", file.read_text()))
    assert links
    for link in links:
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (file.parent / path).resolve() if path else file
        assert target.exists(), link
        assert not anchor or anchor in anchors(target.read_text()), link
