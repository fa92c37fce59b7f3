"""What is known to be wrong in the packaged documents is found, by generic rules and with its clauses.

`known_findings.csv` has one line for each side of a fault: the row of the list of known faults, the rule that must
report it, and the clauses that findings of that rule must carry, as the documents print them, divided by semicolons.
"""

import csv
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from govgraph.review.findings import Report
from govgraph.review.reviewing import review
from govgraph.store.generations import Generation

ROOT = Path(__file__).parents[2]
with (Path(__file__).parent / "known_findings.csv").open(encoding="utf-8", newline="") as file:
    KNOWN = list(csv.DictReader(file))

THING = re.compile(r"govgraph/id/[a-z0-9]")
"""What a shape would have to write to name one thing of the data."""


@pytest.fixture(scope="module")
def report(generation: Generation) -> Report:
    return review(ox.Store.read_only(str(generation.store)))


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: f"{known['row']}-{known['rule']}")
def test_a_known_fault_is_found_with_its_clauses(known: dict[str, str], report: Report) -> None:
    wanted = {clause.strip() for clause in known["clauses"].split(";") if clause.strip()}
    carried = {clause for finding in report.findings if finding.rule == known["rule"] for clause in finding.clauses}
    assert wanted, "a known fault names the clauses it is in"
    assert wanted <= carried, f"{known['rule']} does not report {sorted(wanted - carried)}"


def test_no_shape_names_a_document_a_clause_or_another_thing_of_the_data() -> None:
    for path in sorted((ROOT / "shapes").rglob("*.ttl")):
        assert not THING.search(path.read_text(encoding="utf-8")), path.name


def test_every_rule_of_the_list_of_known_faults_is_a_rule_of_the_shapes() -> None:
    shapes = "".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "shapes").rglob("*.ttl")))
    rules = set(re.findall(r'dct:identifier "(GOV-[A-Z]+-\d{3})"', shapes))
    assert {known["rule"] for known in KNOWN} <= rules
