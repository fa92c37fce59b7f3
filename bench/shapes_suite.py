"""The SHACL test suite of the W3C: govgraph beside pySHACL and pyshifty, in one run.

A test is right when the report says `sh:conforms` as expected and holds the expected results: as many, with the same
focus node, path, value, component, shape and severity. Where the suite expects a failure, refusing is right.
"""

import os
import sys
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from bench.measure import table
from bench.shacl.engines import ENGINES
from bench.shacl.suite import read_suite, verdict

__all__ = ["main"]


def main() -> None:
    """Run the suite with every engine and print the tables."""
    cases = read_suite(Path(os.environ.get("GOVGRAPH_W3C", "")) / "data-shapes")
    if not cases:
        sys.exit("bench: no tests. Let GOVGRAPH_W3C name the folder that holds w3c/data-shapes as data-shapes.")
    wrong = {name: {case.name: verdict(case, engine) for case in cases} for name, engine in ENGINES.items()}
    parts = Counter(case.name.split("/")[0] for case in cases)
    rows = []
    for name, own in wrong.items():
        right = Counter(test.split("/")[0] for test, said in own.items() if not said)
        label = name if name == "govgraph" else f"{name} {version(name.lower())}"
        rows.append([label, *(f"{right[part]} of {parts[part]}" for part in parts), f"{right.total()} of {len(cases)}"])
    print(table(["engine", *parts, "together"], rows), end="\n\n")
    missed = [
        [case.name, *(own[case.name] or "right" for own in wrong.values())]
        for case in cases
        if any(own[case.name] for own in wrong.values())
    ]
    print(table(["test that some engine gets wrong", *wrong], missed))


if __name__ == "__main__":
    main()
