"""A review portion by portion makes the report that the review of the whole makes, to the letter."""

import json
from pathlib import Path

import pytest
from bench.nation.records import iri, term
from bench.national import Part, nation, write_folder

from govgraph.knowledge import making
from govgraph.knowledge.build import build
from govgraph.namespaces import DEF, ID, PREFIXES
from govgraph.resources import packaged
from govgraph.review.apart import review_made
from govgraph.review.checks import checks_of
from govgraph.review.confined import Outlook, scattered
from govgraph.review.findings import read_report
from govgraph.review.gate import FindingsRefuse, gate, gate_with
from govgraph.review.reviewing import review
from govgraph.review.shapes import read_shapes
from govgraph.store.generations import Generations


class Both:
    """A gate that reviews in portions, and as a whole beside it."""

    portions = 0
    apart = whole = ""

    def __call__(self, made: making.Made) -> bytes:
        self.portions = len(made.derived)
        self.apart = review_made(made, title="a nation").to_json()
        self.whole = review(made.store, title="a nation").to_json()
        return self.apart.encode()


def reviewed(folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch, size: int, processes: bool = False) -> Both:
    monkeypatch.setattr(making, "PORTION", size)
    monkeypatch.setattr(making, "LARGE", 0 if processes else 10**12)
    both = Both()
    build(Generations(store), folder, gate=both)
    return both


def linked(parts: list[Part]) -> list[Part]:
    """The same nation, whose councils also share a theme, a person, rules for chairs and a law nobody describes."""
    shared = f"{ID}shared"
    for place, part in enumerate(parts):
        person = next(s for s, p, o in part.statements if p == term("rdf:type") and o == term("foaf:Person"))
        rule = next(s for s, p, o in part.statements if p == term("rdf:type") and o == term("gov:Rule"))
        post = next(s for s, p, o in part.statements if p == term("rdf:type") and o == term("gov:PostHolding"))
        part.statements.extend(
            [
                (person, term("rdf:type"), term("gov:NoSuchClass")),
                (rule, term("dct:source"), iri("https://www.legislation.gov.uk/ukpga/1972/70")),
                (rule, term("gov:appliesTo"), term("gov:role/chair")),
                (rule, term("gov:theme"), iri(f"{shared}/theme/poverty")),
            ]
        )
        if place % 3 == 0:
            part.statements.append((post, term("gov:holder"), iri(f"{shared}/person/somebody")))
    first = parts[0].statements
    first += [
        (iri(f"{shared}/person/somebody"), term("rdf:type"), term("foaf:Person")),
        (iri(f"{shared}/theme/poverty"), term("rdf:type"), term("skos:Concept")),
        (iri(f"{shared}/theme/poverty"), term("rdf:type"), term("gov:Theme")),
    ]
    return parts


def test_a_nation_in_portions_has_the_report_of_the_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_folder(nation(6, seed=3, faulty=0.05), tmp_path / "data")
    both = reviewed(tmp_path / "data", tmp_path / "store", monkeypatch, 5000, processes=True)
    assert both.portions > 2
    assert len(json.loads(both.whole)["findings"]) > 100
    assert both.apart == both.whole


def test_councils_that_share_things_have_the_report_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = linked(list(nation(7, seed=5, faulty=0.02)))
    write_folder(iter(parts), tmp_path / "data")
    both = reviewed(tmp_path / "data", tmp_path / "store", monkeypatch, 1)
    assert both.portions > 3
    told = json.loads(both.whole)
    assert "GOV-TERM-001" in told["by_rule"]  # a check over the whole finds the class that is not declared
    assert both.apart == both.whole


def test_the_packaged_graph_in_portions_has_the_report_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = reviewed(packaged("data"), tmp_path / "store", monkeypatch, 1)
    assert both.portions > 1
    assert both.apart == both.whole


def test_a_violation_in_one_portion_refuses_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "PORTION", 1)
    write_folder(nation(3, seed=4, faulty=0.05), tmp_path / "data")
    generations = Generations(tmp_path / "store")
    with pytest.raises(FindingsRefuse):
        build(generations, tmp_path / "data", gate=gate)
    assert not (tmp_path / "store" / "current").exists()
    built = build(generations, tmp_path / "data", gate=gate_with((), "Jo", "A test.")).generation
    assert built.manifest["accepted"]["violations"] > 0
    assert read_report((built.folder / "report.json").read_text(encoding="utf-8")).accepted


SHAPES = f"""
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix gov: <https://w3id.org/govgraph/def/> . @prefix : <http://e/> .
:own a sh:NodeShape ; sh:targetClass gov:Line ; sh:property :own-party .
:own-party sh:path gov:party ; sh:minCount 1 .
:named a sh:NodeShape ; sh:targetClass gov:Line ; sh:sparql :named-query .
:named-query a sh:SPARQLConstraint ; sh:select "SELECT $this WHERE {{ $this <{DEF}name> ?n . ?other <{DEF}name> ?n }}" .
:seats a sh:NodeShape ; sh:targetClass gov:Line ; sh:sparql :seats-query .
:seats-query a sh:SPARQLConstraint ;
  sh:select "SELECT $this WHERE {{ $this <{DEF}party> ?p . ?other <{DEF}party> ?p }}" .
:every a sh:NodeShape ; sh:targetNode <http://e/thing> ; sh:property [ sh:path gov:name ; sh:minCount 1 ] .
:unheard a sh:NodeShape ; sh:targetClass gov:Line ; sh:sparql :unheard-query .
:unheard-query a sh:SPARQLConstraint ;
  sh:select "SELECT $this WHERE {{ $this <{DEF}unheard> ?n . ?other <{DEF}name> ?n }}" .
"""


def outlook(shared: set[str]) -> Outlook:
    used = {DEF + "party", DEF + "name", PREFIXES["rdf"] + "type"}
    return Outlook(frozenset(used), frozenset({PREFIXES["rdf"] + "type", *shared}), frozenset(), frozenset())


def test_what_leads_over_values_that_several_portions_have_is_judged_over_the_whole(tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    checks = checks_of(read_shapes([tmp_path / "shapes.ttl"]))
    one = {name for name in scattered(checks, outlook({DEF + "name"})) if name.startswith("http://e/")}
    assert one == {"http://e/named"}  # names are literals; parties belong to one portion
    both = {name for name in scattered(checks, outlook({DEF + "name", DEF + "party"})) if name.startswith("http://e/")}
    assert both == {"http://e/named", "http://e/seats"}


def test_a_shape_for_one_node_is_judged_over_the_whole_unless_it_is_of_the_vocabulary(tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    checks = checks_of(read_shapes([tmp_path / "shapes.ttl"]))
    mine = {check.sign[0] for check in checks if "thing" in str([route.target.term for route in check.routes])}
    assert mine <= scattered(checks, outlook({DEF + "name"}))
    known = Outlook(outlook(set()).used, outlook(set()).shared, frozenset({"http://e/thing"}), frozenset())
    assert not mine & scattered(checks, known)
