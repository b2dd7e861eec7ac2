"""An inline function that two headers define differently is one function to the linker: it takes either, and every
caller gets that one (ISO C++ basic.def.odr). Neither compiler nor linker says so. The unit tests are compiled without
optimization, so that the same function has the same size in all their object files."""
import re
import subprocess
from collections import defaultdict

import pytest

from built import BUILD

# Symbols of ours that several object files may have. Destructors come in variants under one demangled name.
WEAK = re.compile(r"[0-9a-f]+ ([0-9a-f]+) [WV] (docket::.*)")


def conflicts_of(objects):
    """Names of functions that have different sizes in different object files."""
    sizes = defaultdict(set)
    for line in subprocess.run(["nm", "-C", "-S", "--defined-only", *objects], capture_output=True, text=True,
                               check=True).stdout.splitlines():
        found = WEAK.fullmatch(line)
        if found and "::~" not in found[2]:
            sizes[found[2]].add(found[1])
    return sorted(name for name, all_sizes in sizes.items() if len(all_sizes) > 1)


def test_inline_functions_have_one_definition():
    build = BUILD / "cmake"
    programs = [path for path in (build / "t" / "unit").glob("test_*") if path.is_file()]
    if not programs:
        pytest.skip("the unit tests are not built")
    found = {}
    for program in programs:
        inputs = subprocess.run(["ninja", "-C", build, "-t", "inputs", program.relative_to(build)],
                                capture_output=True, text=True, check=True).stdout.split()
        found[program.name] = conflicts_of([build / path for path in inputs if "/test_" in path and path.endswith(".o")])
    assert not any(found.values()), found


def test_two_definitions_are_found(tmp_path):
    for name, body in (("one", "return 1;"), ("two", "return one_more(one_more(2));")):
        source = tmp_path / f"{name}.cpp"
        source.write_text("namespace docket { inline int one_more(int n) { return n + 1; }\n"
                          f"inline int slurp() {{ {body} }} int {name}() {{ return slurp() + one_more(0); }} }}\n")
        subprocess.run(["c++", "-c", "-O0", source, "-o", tmp_path / f"{name}.o"], check=True)
    assert conflicts_of([tmp_path / "one.o", tmp_path / "two.o"]) == ["docket::slurp()"]
