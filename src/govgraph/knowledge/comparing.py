"""What changed between two generations or two document versions, by thing and in words, in a process of its own.

Run as ``python -I -m govgraph.knowledge.comparing FOLDER FOLDER VERSION VERSION EVIDENCE MOST``; on standard output
there is then one JSON object: "changes", as `govgraph diff --format json` prints them, and "notes"; or "too many", the
number of changes, where there are more than MOST.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from govgraph.knowledge.comparison import Side, compare
from govgraph.knowledge.snapshot import snapshot

__all__ = ["compared"]


def compared(before: Path, after: Path, versions: tuple[str, str], evidence: bool, most: int) -> Mapping[str, Any]:
    """The changes from one side to the other.

    Parameters
    ----------
    before, after : folders of generations, with ``store/`` and ``manifest.json``.
    versions : short names or IRIs of a document version in each of them; empty compares all that they say.
    evidence : whether clauses, and which of them a statement rests on, count too.
    most : with more changes than this, only their number is given.
    """
    notes: list[str] = []
    sides = []
    for folder, version in zip((before, after), versions, strict=True):
        store = ox.Store.read_only(str(folder / "store"))
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if version:
            found = snapshot(store, manifest, version=version)
            sides.append(Side(found.store, found.graphs))
            notes += found.notes
        else:
            sides.append(Side.of_generation(store, manifest))
    changes = compare(*sides, evidence=evidence)
    if len(changes) > most:
        return {"too many": len(changes)}
    return {"changes": [asdict(change) | {"words": change.in_words} for change in changes], "notes": notes}


if __name__ == "__main__":
    first, second, *names, counted, bound = sys.argv[1:]
    json.dump(compared(Path(first), Path(second), (names[0], names[1]), counted == "evidence", int(bound)), sys.stdout)
