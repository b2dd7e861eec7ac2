#!/usr/bin/python3
"""A program for docket_command, see ../commands.conf: a function of a job's fields and files whose value is the result."""
import json
import os
import pathlib


def answer(text, files):
    """`text` has the form's fields, `files` a dictionary for each file: name, path, size, type, sha256."""
    return {"status": "yes", "text": text, "files": [file["name"] for file in files]}


def main():
    text = json.loads(pathlib.Path(os.environ["DOCKET_FIELDS"]).read_text(encoding="utf-8"))
    files = json.loads(pathlib.Path(os.environ["DOCKET_INPUT_DIR"], "files.json").read_text(encoding="utf-8"))
    result = pathlib.Path(os.environ["DOCKET_OUTPUT_DIR"], "result.json")
    result.write_text(json.dumps(answer(text, files)), encoding="utf-8")


if __name__ == "__main__":
    main()
