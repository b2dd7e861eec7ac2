"""`nginx -t` checks the settings file, too."""
import pytest

from docket import Docket


@pytest.fixture
def check(open_folder):
    """A function that runs `nginx -t` with a settings file of this text: (code, what it said, the Docket, the file)."""
    made = []

    def run(text, **parts):
        path = open_folder / "settings.yaml"
        if text is not None:
            path.write_bytes(text.encode() if isinstance(text, str) else text)
        parts["http"] = parts.get("http", "") + f" docket_settings_file {path};"
        docket = Docket(**parts)
        made.append(docket)
        return *docket.check_conf(), docket, path
    yield run
    for one in made:
        one.remove_folder()


@pytest.mark.parametrize("text", ["", None, "formats: [markdown]\n", "# nothing\n"])
def test_what_is_right(check, text):
    code, said, *_ = check(text)
    assert code == 0, said


@pytest.mark.parametrize("text, place, message", [
    ("ocr: off\nformats: [doc]\n", "2:11: formats[0]", "known formats are"), ("keep_input: no\n", "1:13: keep_input", "true or false"),
    ("a: [\n", "2:1: ", ""), ("#" * 70000, "1:1: ", "64 KB"), ("languages: [xx]\n", "1:13: languages[0]", "tessdata"),
    ("tokens: x\n", "1:1: tokens", "no such setting"), ("wait_max: 5\n", "1:1: wait_max", "docket_wait_max")],
    ids=["format", "flag", "no YAML", "large", "language", "unknown", "the configuration's"])
def test_a_mistake_is_told_with_line_and_column(check, text, place, message):
    code, said, docket, path = check(text)
    assert code != 0 and "[emerg]" in said
    assert f"{path}:{place}" in said and message in said and f"in {docket.conf}:" in said, said


def test_all_mistakes_are_told(check):
    _, said, _, path = check("ocr: 1\ndpi: 1\n")
    assert f"{path}:1:6: ocr: expected auto, force or off" in said and f"{path}:2:6: dpi: expected a number from 70" in said


def test_what_does_not_go_with_a_location_is_told(check):
    code, said, docket, path = check("formats: [json]\n", locations="""
        location = /md { docket_upload; docket_defaults return=markdown; }
        location /result/ { docket_result; }""")
    assert code != 0 and f"{path}:1:1: formats: docket_defaults" in said and f"in {docket.conf}:" in said, said


@pytest.mark.parametrize("directives, words", [
    ("docket_settings_file;", "docket_settings_file"), ("docket_settings_file /etc;", "/etc"),
    ("docket_settings_file none; docket_settings_file none;", "duplicate")])
def test_mistakes_in_the_directive(check, directives, words):
    code, said, *_ = check("", server=directives)
    assert code != 0 and "[emerg]" in said and words in said, said


@pytest.mark.parametrize("directive, words", [("docket_settings all;", "anyone"),
                                              ("docket_settings; docket_settings_file none;", "docket_settings_file")])
def test_mistakes_in_the_handler(check, directive, words):
    code, said, *_ = check("", locations=f"location = /s {{ {directive} }} location /result/ {{ docket_result; }}")
    assert code != 0 and words in said, said
