"""How good the results are: the scoring tools on a corpus, both given from outside ($DOCKET_TOOLS, $DOCKET_CORPUS)."""
import json
import os
import subprocess
from pathlib import Path

from measure import Figure, folder, server

# (kind for the tools, folder of the corpus, measures to report)
SETS = [("markdown", "markdown", ("nid", "nid_s", "mhs", "mhs_s", "heading_recall", "heading_precision")),
        ("ocr", "ocr/books", ("cer", "wer", "recall", "precision")),
        ("ocr", "ocr/receipts", ("recall", "precision")),
        ("ocr", "ocr/pages", ("cer", "wer", "recall", "precision"))]


def run(seconds, rounds):
    """The figures; nothing where there are no tools."""
    del seconds, rounds
    tools, corpus = Path(os.environ.get("DOCKET_TOOLS", "")), Path(os.environ.get("DOCKET_CORPUS", ""))
    if not (tools / "score").exists() or not corpus.is_dir():
        print("scores: set DOCKET_TOOLS and DOCKET_CORPUS")
        return
    with folder() as place, server() as one:
        for number, (kind, name, measures) in enumerate(SETS):
            out = place / str(number)
            subprocess.run([tools / "convert", "--url", one.url, corpus / name, out], check=True,
                           stdout=subprocess.DEVNULL)
            ignore_case = ["--ignore-case"] if name.endswith("receipts") else []
            told = json.loads(subprocess.run([tools / "score", kind, corpus / name, out, "--json", *ignore_case],
                                             capture_output=True, text=True, check=True).stdout)
            for measure in measures:
                yield Figure(f"score {name}: {measure}", told["means"][measure], "")
