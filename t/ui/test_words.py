"""The page without a browser: its words in all languages, and that it knows types as the server does."""
import json
import re
import shutil
import subprocess

import pytest

import documents
from built import PATIENCE, ROOT

UI = ROOT / "src" / "ui"

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="node could not be installed")


def node(script):
    """What a script prints, as JSON."""
    done = subprocess.run(["node", "--no-warnings", "--input-type=module", "--experimental-default-type=module", "-e", script],
                          capture_output=True, text=True, check=False, timeout=60 * PATIENCE)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def words(name):
    """The words of a language."""
    return node(f'import {{ {name} }} from "{UI}/core/{name}.js"; console.log(JSON.stringify({name}))')


def places(text):
    """What is put into a text."""
    return sorted(set(re.findall(r"\{(\w+)\}", text)))


@needs_node
def test_all_languages_have_the_same_words():
    english, german = words("en"), words("de")
    assert list(german) == list(english)
    assert {key: places(text) for key, text in german.items()} == {key: places(text) for key, text in english.items()}
    assert all(english.values()) and all(german.values())


@needs_node
def test_all_words_that_are_used_are_there():
    """And no others."""
    known = set(words("en"))
    sources = "".join(file.read_text() for file in UI.rglob("*.js") if file.name not in ("en.js", "de.js"))
    sources += (UI / "index.html").read_text()
    used = set(re.findall(r'\bt\("(\w+)"', sources)) | set(re.findall(r'data-t(?:-label)?="(\w+)"', sources))
    plain = {re.sub(r"_(one|other)$", "", key) for key in known}
    assert used <= known | plain, used - known - plain
    # Some are put together: t(`state_${state}`), t(`${key}_of`), or chosen: t(this ? "copied" : "not_copied").
    begins = set(re.findall(r"\bt\(`(\w+_)\$", sources))
    left = {key for key in plain - used if f'"{key}"' not in sources and not key.startswith(tuple(begins))
            and not key.endswith("_of") and f"{key}_of" not in plain}
    assert begins and left == set()


@needs_node
def test_types_are_told_as_the_server_tells_them(docket):
    pages = [documents.scan_page(1, dpi=50)]
    image = pages[0]
    samples = [documents.text_pdf(1), documents.png(image), documents.jpeg(image), documents.tiff(pages),
               b"x" * 900 + documents.text_pdf(1), b"x" * 1020 + documents.text_pdf(1), b"GIF89a..", b"GIF88a..", b"GIF87a",
               b"BM" + bytes(12) + b"\x28\0\0\0", b"BM" + bytes(12) + b"\x29\0\0\0", b"BM\x28", b"RIFF....WEBPVP8 ",
               b"RIFF....WEBPVP7 ", b"P5 3 4 255\n", b"P5#c\n3\n#d\n4\n", b"P53 4", b"P5 3", b"P8 3 4", b"P1 1#\n", b"P6\x0b1\x0c2",
               b"P7\nWIDTH 3\n", b"P7\nHEIGHT 3\n", b"P7 WIDTH 3", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  \r\n\x87\n", b"II*\0", b"MM\0*",
               b"II+\0\x08\0\0\0", b"II+\0\x09\0\0\0", b"PK\3\4", b"hello", b"\x89PNG", b"%PDF", b"%PDF-", b"x%PDF-1"]
    script = (f'import {{ sniff }} from "{UI}/core/sniff.js";'
              f"const samples = {json.dumps([sample[:2048].hex() for sample in samples])};"
              'console.log(JSON.stringify(samples.map((hex) => sniff(Uint8Array.from(Buffer.from(hex, "hex"))))))')
    names = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpeg", "image/tiff": "tiff", "image/webp": "webp",
             "image/gif": "gif", "image/bmp": "bmp", "image/x-portable-anymap": "pnm", "image/jp2": "jp2"}
    for sample, told in zip(samples, node(script)):
        answer = docket.upload(sample, path="/jobs")
        if told is None:
            assert answer.status_code == 415, sample[:40]
        else:
            assert answer.status_code == 202, (sample[:40], told)
            job = answer.json()["job_id"]
            assert names[docket.status(job)["files"][0]["content_type"]] == told, sample[:40]
            docket.request("DELETE", f"/result/{job}")
