"""A Docket with locations whose work is a command."""
import stat

import pytest

from docket import LOCATIONS


@pytest.fixture
def script(open_folder):
    """A function that writes a program, a shell script unless its first line says another thing; its path."""
    def write(name, text):
        path = open_folder / name
        path.write_text(text if text.startswith("#!") else "#!/bin/sh\n" + text)
        path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
        return path
    return write


@pytest.fixture
def command(start, script):
    """A function that starts a Docket whose location /run is a command: a script's text, what follows it in the
    directive, and further directives of the location."""
    def begin(text, after="", location="", **parts):
        program = script("command", text)
        parts.setdefault("http", "")
        return start(locations=LOCATIONS + f"location = /run {{ docket_command {program} {after}; {location} }}\n"
                     "location /events { docket_events anyone; }\n", **parts)
    return begin
