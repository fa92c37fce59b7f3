"""The gate of a build: whole or not at all, and who lets a violation pass is on record."""

import itertools
import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from tests.review.small_world import PREFIXES

from govgraph.errors import BadInput
from govgraph.graph import Graph
from govgraph.knowledge.build import build
from govgraph.review.findings import read_report
from govgraph.review.gate import FindingsRefuse, gate, gate_with
from govgraph.review.loading import load
from govgraph.review.waivers import Waiver
from govgraph.store.generations import Generations
from govgraph.store.reports import head_of

CATALOG = """
@prefix gov: <https://w3id.org/govgraph/def/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/govgraph/graph/smallton/facts> a dcat:Dataset ; gov:revisionStatus gov:Current ;
    gov:dataFolder "facts" .
"""
FLAWED = PREFIXES + 'small:w a gov:Waiver ; skos:prefLabel "a waiver of nothing"@en .'
WAIVERS = PREFIXES + "".join(
    f'small:v{n} a gov:Waiver ; skos:prefLabel "v{n}"@en ; gov:waivedRule "GOV-WAIV-00{n}" ; gov:waivedThing small:w ;'
    f' gov:waivedBy "Jo" ; gov:waivedBecause "A test."@en ; gov:validUntil "2099-01-01"^^xsd:date .\n'
    for n in range(1, 5)
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with a waiver that says nothing: four violations."""
    (tmp_path / "data" / "facts").mkdir(parents=True)
    (tmp_path / "data" / "catalog.ttl").write_text(CATALOG)
    (tmp_path / "data" / "facts" / "w.ttl").write_text(FLAWED)
    return tmp_path / "data"


def rules_of(refusal: FindingsRefuse) -> set[str]:
    return {finding.rule for finding in refusal.report.at_least("violation")}


def test_a_violation_refuses_the_build_whole(data: Path, tmp_path: Path) -> None:
    generations = Generations(tmp_path / "store")
    with pytest.raises(
        FindingsRefuse, match="violations in the data, so nothing was published; the first: GOV-"
    ) as refused:
        build(generations, data, gate=gate)
    assert {"GOV-WAIV-001", "GOV-WAIV-002", "GOV-WAIV-003", "GOV-WAIV-004"} <= rules_of(refused.value)
    assert not (tmp_path / "store" / "current").exists()
    assert (refused.value.exit_code, refused.value.status) == (1, 422)


def test_who_accepts_violations_is_in_the_manifest_and_in_the_report(data: Path, tmp_path: Path) -> None:
    generations = Generations(tmp_path / "store")
    accepting = gate_with(accepted_by="Jo Bloggs, Monitoring Officer", because="The data comes from 2011.")
    generation = build(generations, data, gate=accepting).generation
    accepted = generation.manifest["accepted"]
    assert (accepted["by"], accepted["because"]) == ("Jo Bloggs, Monitoring Officer", "The data comes from 2011.")
    assert "GOV-WAIV-001" in accepted["rules"]
    report = Graph(generation).validate()
    assert report.accepted == accepted
    assert report.summary["violation"] == accepted["violations"] > 0
    assert "Jo Bloggs, Monitoring Officer accepted" in report.to_html()


def test_accepting_without_a_reason_is_refused() -> None:
    with pytest.raises(BadInput, match=r"Jo accepts violations and does not say why. Say it with --because"):
        gate_with(accepted_by="Jo", because=" ")


def test_nobody_is_recorded_where_there_is_nothing_to_accept(data: Path, tmp_path: Path) -> None:
    (data / "facts" / "w.ttl").write_text("")
    built = build(Generations(tmp_path / "store"), data, gate=gate_with(accepted_by="Jo", because="In case."))
    assert "accepted" not in built.generation.manifest


def test_waivers_beside_the_catalogue_let_their_findings_pass(data: Path, tmp_path: Path) -> None:
    (data / "waivers.ttl").write_text(WAIVERS)
    generation = build(Generations(tmp_path / "store"), data, gate=gate).generation
    report = Graph(generation).validate()
    assert {"GOV-WAIV-001", "GOV-WAIV-004"} <= {finding.rule for finding in report.waived}
    assert report.summary["violation"] == 0
    assert "https://w3id.org/govgraph/graph/waivers" in generation.manifest["graphs"]


def test_waivers_may_be_given_to_the_gate(data: Path) -> None:
    facts = load([data]).as_text()
    whole = judged(gate_with(accepted_by="x", because="y")(facts))
    some = [Waiver("http://w", "GOV-WAIV-001", "Jo", "why", "2099-01-01")]
    assert whole - judged(gate_with(some, "x", "y")(facts)) == {"GOV-WAIV-001"}


def judged(report: Iterable[bytes]) -> set[str]:
    """The rules of the findings of a report in JSON."""
    return {finding["rule"] for finding in json.loads(b"".join(report))["findings"]}


def test_what_tells_of_a_whole_report_is_read_without_its_findings(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_bytes(b"".join(gate_with(accepted_by="Jo", because="A test.")(load([data]).as_text())))
    whole = json.loads(file.read_bytes())
    assert whole["accepted"]["by"] == "Jo"
    assert whole["findings"]
    assert head_of(file) == dict(itertools.takewhile(lambda part: part[0] != "findings", whole.items()))
    file.write_text('{"summary": {}}')
    assert head_of(file) == {"summary": {}}


def test_a_fault_in_a_text_is_published_with_its_finding(tmp_path: Path) -> None:
    generation = build(Generations(tmp_path / "store"), gate=gate).generation
    report = read_report((generation.folder / "report.json").read_text(encoding="utf-8"))
    worst = report.at_least("violation")
    assert {finding.subject for finding in worst} == {"text"}
    assert len(worst) > 20
