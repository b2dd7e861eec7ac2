#!/usr/bin/python3
"""Adds up result files (JUnit XML, as pytest and GoogleTest write it): prints what failed, then one last line.

    t/tally.py [--lost NAME]… FILE…

--lost NAME counts as one failure: a program that ended before its results or badly after them. Exit status 1 if anything failed or
nothing was run.
"""
import argparse
import sys
import xml.etree.ElementTree as ElementTree


def main():
    """Runs from the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lost", action="append", default=[], metavar="NAME")
    parser.add_argument("files", nargs="*", metavar="FILE")
    arguments = parser.parse_args()
    passed, skipped, failed = 0, 0, [f"{name} ended badly" for name in arguments.lost]
    for file in arguments.files:
        for case in ElementTree.parse(file).iter("testcase"):
            name = f"{case.get('classname')}.{case.get('name')}"
            if case.find("failure") is not None or case.find("error") is not None:
                failed.append(name)
            elif case.find("skipped") is not None or case.get("status") == "notrun":
                skipped += 1
            else:
                passed += 1
    for name in failed:
        print(f"FAILED {name}")
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {len(failed)} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
