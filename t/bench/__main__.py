"""Measures Docket, each figure as a share of its peer's in the same run, and prints a table.

    scripts/bench [--json] [--seconds N] [--rounds N] [upload|status|waiting|events|callbacks|commands|passing|
                  loop|memory|conversion|scores …]
"""
import argparse
import importlib
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from measure import report  # noqa: E402  (from this folder)

ALL = ("upload", "status", "waiting", "events", "callbacks", "commands", "passing", "loop", "memory", "conversion",
       "scores")


def main():
    """Runs from the command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="WHAT", help=f"of {', '.join(ALL)} (default: all)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--seconds", type=int, default=5, help="of one run of wrk (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each, of which the median counts (%(default)s)")
    arguments = parser.parse_args()
    if unknown := set(arguments.what) - set(ALL):
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    figures = []
    for name in arguments.what or ALL:
        for figure in importlib.import_module(name).run(arguments.seconds, arguments.rounds):
            figures.append(figure)
            if not arguments.json:
                report([figure])
    if arguments.json:
        report(figures, as_json=True)


if __name__ == "__main__":
    main()
