"""Registers of a few councils for tests, and what an imported file says of them."""

import csv
from pathlib import Path

import pyoxigraph as ox

from govgraph.importers.register import COLUMNS
from govgraph.knowledge.facts import GOV, RDF_TYPE, Facts, statements
from govgraph.namespaces import ID, PREFIXES
from govgraph.rdf.files import read_file

__all__ = ["IDENTIFIER", "NEW", "OLD", "codes", "council", "facts_of", "told", "write"]

IDENTIFIER = ox.NamedNode(PREFIXES["dct"] + "identifier")
OLD = {"local-authority-code": "OLD", "official-name": "Old District Council", "local-authority-type": "NMD"}
NEW = {"local-authority-code": "NEW", "official-name": "New Council", "local-authority-type": "UA"}


def write(file: Path, *rows: dict[str, str], columns: tuple[str, ...] = COLUMNS) -> Path:
    with file.open("w", newline="", encoding="utf-8") as output:
        writer = csv.DictWriter(output, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return file


def facts_of(file: Path) -> Facts:
    return Facts(statements(read_file(file)))


def council(code: str) -> ox.NamedNode:
    return ox.NamedNode(f"{ID}uk/council/{code}")


def codes(facts: Facts) -> list[str]:
    return sorted(code for one in facts.subjects(RDF_TYPE, GOV.Council) for code in facts.literals(one, IDENTIFIER))


def told(facts: Facts, subject: ox.NamedNode) -> dict[str, list[str]]:
    """What the file says of a thing: last part of each predicate, and the last parts of its values."""
    found: dict[str, list[str]] = {}
    for predicate, value in facts.properties(subject):
        name = predicate.value.replace("#", "/").rpartition("/")[2]
        found.setdefault(name, []).append(
            value.value.replace("#", "/").rpartition("/")[2] if isinstance(value, ox.NamedNode) else value.value
        )
    return found
