"""The made-up council in data/examples: the sound year breaks no rule, the flawed one exactly those put into it."""

import csv
from pathlib import Path

import pyoxigraph as ox
import pytest

from govgraph.knowledge.build import build
from govgraph.knowledge.catalog import read_catalog
from govgraph.knowledge.sources import verify
from govgraph.resources import packaged
from govgraph.review.findings import Report
from govgraph.review.reviewing import review
from govgraph.store.generations import Generations

EXAMPLES = packaged("data") / "examples"
EXAMPLE = "https://w3id.org/govgraph/id/exampleton/"
MADE_UP = "# Exampleton is made up: no such council, people, meetings or documents exist."
FILES = sorted(EXAMPLES.rglob("*.ttl"))


def reviewed(name: str, folder: Path) -> Report:
    """The report on one year, built without the gate that would refuse it."""
    generation = build(Generations(folder / "store"), EXAMPLES / name).generation
    return review(ox.Store.read_only(str(generation.store)))


def faults(report: Report) -> set[tuple[str, str]]:
    return {(finding.rule, finding.focus.removeprefix(EXAMPLE)) for finding in report.at_least("warning")}


def test_the_sound_year_breaks_no_rule(tmp_path: Path) -> None:
    assert faults(reviewed("sound", tmp_path)) == set()


def test_the_flawed_year_gives_exactly_the_faults_put_into_it(tmp_path: Path) -> None:
    with (EXAMPLES / "flawed" / "expected.csv").open(encoding="utf-8", newline="") as file:
        expected = {(row["rule"], row["focus"]) for row in csv.DictReader(file)}
    assert len(expected) > 36
    report = reviewed("flawed", tmp_path)
    assert faults(report) == expected
    broken = {finding.rule: finding.governance_label for finding in report.findings if finding.governance}
    assert broken["GOV-QUOR-002"] == "A third of the members makes a quorum of the Cabinet"


@pytest.mark.parametrize("name", ["sound", "flawed"])
def test_every_clause_of_the_made_up_constitution_is_where_its_pin_says(name: str) -> None:
    verdicts = verify(EXAMPLES / name, EXAMPLES / name / "sources")
    assert len(verdicts) > 15
    assert {verdict.outcome for verdict in verdicts} == {"holds"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(EXAMPLES).as_posix())
def test_every_file_says_that_it_is_made_up(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith(MADE_UP)


def test_the_examples_are_no_part_of_the_packaged_graph() -> None:
    files = {path for dataset in read_catalog(packaged("data")) for path in dataset.files}
    assert files
    assert files.isdisjoint(FILES)
