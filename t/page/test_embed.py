"""src/ui/embed.cmake: what it makes of the page's files is always the same, and names itself anew when one changes."""
import gzip
import re
import subprocess

from built import ROOT

UI = ROOT / "src" / "ui"


def embed(folder, out):
    """The source that is made of a folder: (its text, {name: (type, plain, gzipped)}, the hash)."""
    subprocess.run(["cmake", f"-DFOLDER={folder}", f"-DOUT={out}", "-P", UI / "embed.cmake"], check=True)
    text = out.read_text()
    literal = r'std::string_view\("((?:\\x[0-9a-f]{2})*)", (\d+)\)'
    entries = re.findall(r'\{"([^"]+)", "([^"]+)",\s*' + literal + r",\s*" + literal + r"\}", text)

    def bytes_of(escaped, length):
        content = bytes.fromhex(escaped.replace("\\x", ""))
        assert len(content) == int(length)
        return content
    assets = {name: (kind, bytes_of(*plain), bytes_of(*zipped))
              for name, kind, *rest in entries for plain, zipped in [(rest[:2], rest[2:])]}
    return text, assets, re.search(r'page_assets_hash\("([0-9a-f]{16})"\)', text)[1]


def write(folder):
    """A page of a few files."""
    (folder / "list").mkdir(parents=True)
    (folder / "index.html").write_text('<script type="module" src="./app.js"></script>')
    (folder / "app.js").write_text('import { row } from "./list/row.js";\nconst odd = /[;"\\\\[]/; // ä ${x} @x@\nrow(odd, "./else.js");\n')
    (folder / "list" / "row.js").write_text('import "../app.js";\nexport const row = new URL("../style.css", import.meta.url);\n')
    (folder / "style.css").write_text("a { b: c; }\n")


def test_files_name_each_other_by_their_hash(tmp_path):
    write(tmp_path / "ui")
    _, assets, mark = embed(tmp_path / "ui", tmp_path / "out.cpp")
    assert set(assets) == {"index.html", "app.js", "row.js", "style.css"}
    assert assets["index.html"][1].decode() == (
        f'<link rel="modulepreload" href="./?{mark}/app.js">\n<link rel="modulepreload" href="./?{mark}/row.js">\n'
        f'<script type="module" src="./?{mark}/app.js"></script>')
    assert assets["app.js"][1].decode() == (f'import {{ row }} from "./?{mark}/row.js";\nconst odd = /[;"\\\\[]/; // ä ${{x}} @x@\n'
                                            'row(odd, "./else.js");\n')
    assert assets["row.js"][1].decode() == (f'import "./?{mark}/app.js";\nexport const row = new URL("./?{mark}/style.css", '
                                            "import.meta.url);\n")
    assert assets["style.css"][0] == "text/css; charset=utf-8"
    for _, plain, zipped in assets.values():
        assert gzip.decompress(zipped) == plain and zipped[4:8] == bytes(4), "no time in it"


def test_it_is_always_the_same(tmp_path):
    one = embed(UI, tmp_path / "one.cpp")
    assert embed(UI, tmp_path / "two.cpp")[0] == one[0]
    assert sum(len(zipped) for _, _, zipped in one[1].values()) < 100_000, "the page stays small"


def test_any_change_gives_all_new_addresses(tmp_path):
    write(tmp_path / "ui")
    before = embed(tmp_path / "ui", tmp_path / "out.cpp")[2]
    (tmp_path / "ui" / "style.css").write_text("a { b: d; }\n")
    _, assets, after = embed(tmp_path / "ui", tmp_path / "out.cpp")
    assert after != before and f"?{after}/".encode() in assets["index.html"][1]


def test_nothing_of_it_comes_from_elsewhere():
    for file in UI.rglob("*"):
        if file.suffix in (".js", ".css", ".html"):
            text = re.sub(r"http://www.w3.org/\S+", "", file.read_text())
            assert not re.search(r"https?://|innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", text), file
