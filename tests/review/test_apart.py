"""A review portion by portion makes the report that the review of the whole makes, to the letter."""

import json
from dataclasses import replace
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
from govgraph.review.confined import Outlook, gathered, scattered
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
    assert "GOV-TERM-001" in told["by_rule"]  # every portion finds the class that is not declared, and it is told once
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


OF_A_PROPERTY = f"""
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix gov: <https://w3id.org/govgraph/def/> . @prefix : <http://e/> .
:line a sh:NodeShape ; sh:targetClass gov:Line ; sh:property :unheard-of .
:unheard-of sh:path gov:unheard ; sh:sparql :unheard-of-query .
:unheard-of-query a sh:SPARQLConstraint ;
  sh:select "SELECT $this WHERE {{ $this <{DEF}name> ?n . ?other <{DEF}name> ?n }}" .
"""


def outlook(shared: set[str]) -> Outlook:
    used = {DEF + "party", DEF + "name", PREFIXES["rdf"] + "type"}
    return Outlook(frozenset(used), frozenset({PREFIXES["rdf"] + "type", *shared}), frozenset(shared), (), ())


def test_what_leads_over_values_that_several_portions_have_is_judged_over_the_whole(tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    checks = checks_of(read_shapes([tmp_path / "shapes.ttl"]))
    one = {name for name in scattered(checks, outlook({DEF + "name"})) if name.startswith("http://e/")}
    assert one == {"http://e/named"}  # names are literals; parties belong to one portion
    both = {name for name in scattered(checks, outlook({DEF + "name", DEF + "party"})) if name.startswith("http://e/")}
    assert both == {"http://e/named", "http://e/seats"}


def test_a_query_is_not_confined_because_nobody_uses_the_path_of_its_shape(tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(OF_A_PROPERTY)
    checks = checks_of(read_shapes([tmp_path / "shapes.ttl"]))
    assert scattered(checks, outlook({DEF + "name"})) == {"http://e/unheard-of"}


def test_a_shape_for_one_node_is_judged_over_the_whole_unless_it_is_of_the_vocabulary(tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(SHAPES)
    checks = checks_of(read_shapes([tmp_path / "shapes.ttl"]))
    mine = {check.sign[0] for check in checks if "thing" in str([route.target.term for route in check.routes])}
    assert mine <= scattered(checks, outlook({DEF + "name"}))
    known = replace(outlook(set()), terms=frozenset({"http://e/thing"}))
    assert not mine & scattered(checks, known)


WORDS = """
@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix gov: <https://w3id.org/govgraph/def/> . @prefix : <http://e/> .
:kind a sh:NodeShape ; sh:targetClass gov:Line ; sh:property :kind-of .
:kind-of sh:path gov:kind ; sh:node :in-a-scheme .
:in-a-scheme a sh:NodeShape ; sh:property :scheme .
:scheme sh:path gov:inScheme ; sh:minCount 1 .
:meant a sh:NodeShape ; sh:targetObjectsOf gov:kind ; sh:property :meaning .
:meaning sh:path gov:meaning ; sh:minCount 1 .
:called a sh:NodeShape ; sh:targetObjectsOf gov:kind ; sh:property :name .
:name sh:path gov:name ; sh:minCount 1 .
"""
PREFIXED = ":prefixes sh:declare [ sh:prefix 'gov' ; sh:namespace '" + DEF + "'^^<" + PREFIXES["xsd"] + "anyURI> ] .\n"
ASKED = {
    "declared": "SELECT $this ?value WHERE { ?s ?value ?o FILTER NOT EXISTS { ?value gov:meaning ?m } }",
    "either": "SELECT $this ?value WHERE { { ?s ?value ?o } UNION { ?s gov:name ?value } }",
    "unnamed": "SELECT $this ?value WHERE { ?s ?value ?o FILTER NOT EXISTS { ?value gov:name ?m } }",
    "paired": "SELECT $this ?value WHERE { ?s ?value ?o . ?other gov:name ?o }",
    "perhaps": "SELECT $this ?value WHERE { ?s gov:meaning ?value OPTIONAL { ?value gov:name ?o } }",
    "counted": "SELECT $this (COUNT(?s) AS ?value) WHERE { ?s gov:name ?o } GROUP BY $this HAVING (COUNT(?s) > 9)",
}
ASKING = """:{0} a sh:NodeShape ; sh:targetNode gov:Word ; sh:sparql :{0}-query .
:{0}-query a sh:SPARQLConstraint ; sh:prefixes :prefixes ; sh:select "{1}" .
"""
OF_PORTIONS = frozenset({PREFIXES["rdf"] + "type", DEF + "kind", DEF + "name", DEF + "inScheme"})


def told_apart(folder: Path, **of: frozenset[str]) -> tuple[set[str], set[str]]:
    """Shapes that are run over the whole, and those whose results are gathered."""
    (folder / "shapes.ttl").write_text(WORDS + PREFIXED + "".join(ASKING.format(*each) for each in ASKED.items()))
    checks = checks_of(read_shapes([folder / "shapes.ttl"]))
    told = {"abroad": frozenset[str](), "said": frozenset({DEF + "meaning"}), "loose": frozenset[str](), **of}
    outlook = Outlook(OF_PORTIONS, OF_PORTIONS, terms=frozenset({DEF + "Word"}), **told)
    mine = [check for check in checks if check.sign[0].startswith("http://e/")]
    return (
        {name.rpartition("/")[2] for name in scattered(mine, outlook)},
        {name.rpartition("/")[2] for name, _, _ in gathered(mine, outlook)},
    )


def test_a_value_that_is_a_word_or_a_thing_of_the_portion_leads_back_into_the_portion(tmp_path: Path) -> None:
    kind = frozenset({DEF + "kind"})
    assert "kind-of" not in told_apart(tmp_path)[0]
    assert "kind-of" in told_apart(tmp_path, abroad=kind)[0]  # a portion may describe what another speaks of
    assert "kind-of" in told_apart(tmp_path, said=kind)[0]  # it may be a word that leads to the thing
    assert "kind-of" in told_apart(tmp_path, loose=kind)[0]


def test_what_takes_one_statement_about_things_is_gathered_from_the_portions(tmp_path: Path) -> None:
    whole, taken_together = told_apart(tmp_path)
    assert taken_together == {"declared", "either", "meaning"}
    assert {"unnamed", "paired", "perhaps", "counted", "name"} <= whole
    assert not told_apart(tmp_path, loose=frozenset({DEF + "name"}))[1]
