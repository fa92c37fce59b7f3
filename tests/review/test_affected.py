"""A change judged again gives the report that judging everything gives, and looks at few nodes.

`GOVGRAPH_EDITS=2000` makes that many edits of each graph, and judges everything after each; else after some.
"""

import os
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import Path
from random import Random

import pyoxigraph as ox
import pytest
from bench.national import nation, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.review.edits import Edit, apply, edits, undo
from tests.review.graphs import CLASSES, LITERALS, PREFIXES, PROPERTIES, THINGS, graphs, shapes_files

from govgraph.review.affected import affected, rejudge
from govgraph.review.data import StoreData
from govgraph.review.engine import Judgement, judge
from govgraph.review.results import key
from govgraph.review.shapes import Shapes, read_shapes

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "shapes" / "cases"
WANTED = os.environ.get("GOVGRAPH_EDITS", "")
EDITS = int(WANTED or 250)
STRIDE = 1 if WANTED else 42
"""Everything is judged after so many edits: a result that one of them lost or left behind is still missed then."""

Stored = Callable[[Path], ox.Store]


def loaded(files: Iterable[Path]) -> ox.Store:
    store = ox.Store()
    for path in sorted(files):
        store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
    return store


def with_cases(folder: Path) -> ox.Store:
    return loaded([*(ROOT / "ontology").rglob("*.ttl"), CASES / "exampleton.ttl", *CASES.glob("*/*.ttl")])


def with_examples(folder: Path) -> ox.Store:
    return loaded([*(ROOT / "ontology").rglob("*.ttl"), *(ROOT / "data" / "examples").rglob("*.ttl")])


def with_three_councils(folder: Path) -> ox.Store:
    write(nation(3, seed=3, faulty=0.03, derive=True), folder / "nation.nq")
    store = loaded((ROOT / "ontology").rglob("*.ttl"))
    store.bulk_load(path=str(folder / "nation.nq"), format=ox.RdfFormat.N_QUADS)
    return store


@pytest.fixture(scope="module")
def packaged() -> Shapes:
    return read_shapes([ROOT / "shapes"])


def keys(judgement: Judgement) -> set[object]:
    return {key(result) for result in judgement.results}


@pytest.mark.parametrize("stored", [with_cases, with_examples, with_three_councils])
def test_edits_judged_one_after_another_give_what_judging_everything_gives(
    stored: Stored, packaged: Shapes, tmp_path: Path
) -> None:
    store = stored(tmp_path)
    whole = len({quad.subject for quad in store})
    judged = judge(StoreData(store), packaged)
    again: list[int | None] = []
    since: list[Edit] = []
    for number, edit in enumerate(islice(edits(store, Random(7)), EDITS), start=1):
        # Two of three are taken back, so that the graph stays what it was by and large.
        for step in [edit] if number % 3 == 0 else [edit, undo(edit)]:
            apply(store, step)
            since.append(step)
            judged = rejudge(packaged, store, judged, *step)
            again.append(judged.focus_nodes)
            if len(since) >= STRIDE:
                assert keys(judged) == keys(judge(StoreData(store), packaged)), since
                since.clear()
    assert keys(judged) == keys(judge(StoreData(store), packaged)), since
    few = [number for number in again if number is not None]
    assert len(few) > 0.95 * len(again)
    assert sum(few) / len(few) < 0.02 * whole


QUERIES = [
    "SELECT $this ?value WHERE { $this ex:p0 ?value OPTIONAL { ?value ex:p1 ?x . ?x ex:p2 ?y } FILTER(!BOUND(?y)) }",
    "SELECT $this WHERE { $this a ex:A OPTIONAL { $this ex:p0 ?x } FILTER NOT EXISTS { ?x ex:p1 ?y } }",
    "SELECT $this WHERE { $this ex:p0 ?x FILTER EXISTS { ?x ex:p1 ?y FILTER NOT EXISTS { ?y ex:p2 ?z . ?z a ex:B } } }",
    "SELECT DISTINCT $this WHERE { { $this ex:p0 ?x } UNION { ?x ex:p1 $this . ?x ex:p0 ?w } ?x ex:p2/ex:p3 ?y }",
    "SELECT $this ?value WHERE { $this (ex:p0|^ex:p1)* ?value . ?value ex:p2 ?one , ?two FILTER(?one != ?two) }",
    "SELECT $this ?value WHERE { $this ?any ?value . ?value ex:p3 true }",
    "SELECT $this WHERE { $this a ex:A . ?other a ex:B ; ex:p0 ?x FILTER(isNumeric(?x)) }",
    "SELECT $this ?value WHERE { $this ex:p0 ?label . ?value ex:p1 ?label FILTER(?value != $this) }",
    "SELECT $this ?n WHERE { { SELECT $this (COUNT(?x) AS ?n) WHERE { $this ex:p0|ex:p1 ?x } GROUP BY $this } "
    "$this ex:p2 ?limit FILTER(?n > ?limit) }",
    "SELECT $this ?value WHERE { { SELECT $this ?x WHERE { $this ex:p0 ?x . ?x ex:p1 ?hidden } } ?x ex:p2 ?value }",
    "SELECT $this ?value WHERE { $this ex:p0 ?x BIND(?x AS ?y) BIND(EXISTS { ?x ex:p3 ?w } AS ?is) ?y ex:p1 ?value "
    "FILTER(?is) }",
    "SELECT $this ?value WHERE { $this a ex:A . ?x ?value ?y FILTER NOT EXISTS { ?value ex:p0 ?z } "
    "FILTER(?value IN (ex:p1, ex:p2)) }",
    "SELECT $this WHERE { $this ex:p0+ $this FILTER NOT EXISTS { $this ex:p1/ex:p1 ?x . ?x a [] } }",
    "SELECT $this (COUNT(*) AS ?n) WHERE { $this ex:p0 [ ex:p1 ?x ; ex:p2 ?y ] } GROUP BY $this HAVING(COUNT(*) > 1)",
    "SELECT $this WHERE { $this ex:p1 ?x { ?x ex:p0 ?y FILTER NOT EXISTS { ?y ex:p2 ?x } } "
    "OPTIONAL { ?y ex:p3 ?z } ?w ex:p3 ?z }",
    "SELECT $this ?value WHERE { $this !(ex:p0|rdf:type) ?value . ?value ex:p0 ?x } ORDER BY ?x LIMIT 1",
]
"""Queries that join in every way there is, well and badly."""

_nodes = st.sampled_from([*THINGS, "_:b0", "_:b1"])
_classes = st.sampled_from(CLASSES)
_facts = st.tuples(_nodes, st.sampled_from(PROPERTIES), st.one_of(_nodes, st.sampled_from(LITERALS)))
_statements = st.one_of(
    _facts,
    _facts,
    st.tuples(_nodes, st.just("a"), _classes),
    st.tuples(_classes, st.just("rdfs:subClassOf"), _classes),
    st.tuples(st.sampled_from(PROPERTIES), st.sampled_from(PROPERTIES), _nodes),
).map(" ".join)
_changes = st.lists(
    st.tuples(st.lists(_statements, max_size=2), st.lists(st.integers(0, 40), max_size=2)), min_size=2, max_size=6
)


def query_shapes(query: str) -> str:
    target = "sh:targetClass ex:A ; sh:targetSubjectsOf ex:p1"
    return (
        f"{PREFIXES} ex:S a sh:NodeShape ; {target} ; sh:sparql ex:Q . "
        f"ex:Q sh:prefixes ex:prefixes ; sh:select '''{query}''' . ex:prefixes sh:declare "
        '[ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] , '
        '[ sh:prefix "rdf" ; sh:namespace "http://www.w3.org/1999/02/22-rdf-syntax-ns#"^^xsd:anyURI ] .'
    )


def statements(lines: Iterable[str]) -> list[ox.Triple]:
    text = PREFIXES + "".join(f"{line} .\n" for line in lines)
    return [quad.triple for quad in ox.parse(text.encode(), ox.RdfFormat.TURTLE)]


@settings(
    max_examples=int(WANTED or 120),
    deadline=None,
    derandomize=not WANTED,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(graphs(), st.one_of(shapes_files(), st.sampled_from(QUERIES).map(query_shapes)), _changes)
def test_edits_of_generated_graphs_give_what_judging_everything_gives(
    data: str, shapes: str, changes: list[tuple[list[str], list[int]]]
) -> None:
    store = ox.Store()
    store.extend(ox.parse(data.encode(), ox.RdfFormat.TURTLE))
    wanted = read_shapes([shapes.encode()])
    judged = judge(StoreData(store), wanted)
    for added, places in changes:
        there = sorted(store, key=str)
        removed = [there[place % len(there)].triple for place in dict.fromkeys(places) if there]
        edit = statements(added), removed
        apply(store, edit)
        judged = rejudge(wanted, store, judged, *edit)
        assert keys(judged) == keys(judge(StoreData(store), wanted))


@pytest.mark.parametrize("query", QUERIES)
def test_statements_that_come_and_go_are_followed_through_each_query(query: str) -> None:
    chance, wanted, store = Random(query), read_shapes([query_shapes(query).encode()]), ox.Store()
    ends = [*THINGS[:4], "1", "2", "true"]
    judged, seen = judge(StoreData(store), wanted), set()
    for number in range(int(WANTED or 60) * 3):
        lines = [
            f"{chance.choice(THINGS[:4])} {chance.choice(PROPERTIES)} {chance.choice(ends)}"
            if chance.random() < 0.8
            else f"{chance.choice([*THINGS[:4], *PROPERTIES[:3]])} a {chance.choice(CLASSES)}"
            for _ in range(chance.choice([1, 1, 2, 3]))
        ]
        facts = list(dict.fromkeys(statements(lines)))
        # Nearly empty and fuller graphs take turns: some things show only where there is next to nothing.
        gone = [fact for fact in facts if ox.Quad(*fact) in store]
        spare = len(store) - (4, 8, 20)[number // 20 % 3]
        gone += [quad.triple for quad in chance.sample(sorted(store, key=str), min(max(spare, 0), 4))]
        edit = [fact for fact in facts if fact not in gone], list(dict.fromkeys(gone))
        apply(store, edit)
        judged = rejudge(wanted, store, judged, *edit)
        assert keys(judged) == keys(judge(StoreData(store), wanted)), edit
        seen.add(len(judged.results))
    assert len(seen) > 1


MEETINGS = """
ex:Meeting a rdfs:Class . ex:Urgent rdfs:subClassOf ex:Hasty .
ex:m1 a ex:Meeting ; ex:of ex:b1 ; ex:present 3 ; ex:chair ex:p1 .
ex:m2 a ex:Meeting ; ex:of ex:b2 ; ex:present 3 .
ex:m3 a ex:Urgent ; ex:of ex:b2 ; ex:present 1 .
ex:r1 ex:appliesTo ex:b1 ; ex:quorum 4 .
ex:r2 ex:appliesTo ex:b2 ; ex:quorum 2 .
ex:p1 ex:name "Ada" , "Byron" .
"""

QUORATE = """
ex:S a sh:NodeShape ; sh:targetClass ex:Meeting ; sh:sparql ex:Q ; sh:property ex:P .
ex:P sh:path ex:chair ; sh:property ex:N . ex:N sh:path ex:name ; sh:maxCount 1 .
ex:Q sh:select '''SELECT $this ?rule WHERE {
  $this <http://example.org/of> ?body ; <http://example.org/present> ?number .
  ?rule <http://example.org/appliesTo> ?body ; <http://example.org/quorum> ?least FILTER (?number < ?least)
}''' .
"""


def changed(
    shapes: str, added: Iterable[str] = (), removed: Iterable[str] = ()
) -> tuple[dict[str, set[str] | None], Judgement, Judgement]:
    """The nodes that a change of the meetings affects by shape, the judgement before, and that after."""
    wanted = read_shapes([(PREFIXES + shapes).encode()])
    store = ox.Store()
    store.extend(ox.Quad(*statement) for statement in statements(MEETINGS.replace(" .\n", "\n").strip().splitlines()))
    before = judge(StoreData(store), wanted)
    edit = statements(added), statements(removed)
    apply(store, edit)
    after = rejudge(wanted, store, before, *edit)
    assert keys(after) == keys(judge(StoreData(store), wanted))
    found = {
        local(check.sign[0]): None if nodes is None else {local(str(node)) for node in nodes}
        for check, nodes in affected(wanted, store, *edit).items()
    }
    return found, before, after


def local(iri: str) -> str:
    return iri.strip("<>").removeprefix("http://example.org/")


def focused(judgement: Judgement) -> set[str]:
    return {local(str(result.focus)) for result in judgement.results}


def test_a_statement_that_no_shape_reads_affects_nothing() -> None:
    assert changed(QUORATE, ['ex:m1 ex:note "moved"'])[0] == {}


def test_a_rule_affects_the_meetings_of_its_body_and_no_others() -> None:
    found, before, after = changed(QUORATE, ["ex:r1 ex:quorum 2"], ["ex:r1 ex:quorum 4"])
    assert found == {"S": {"m1"}}
    assert (focused(before), focused(after), after.focus_nodes) == ({"m1", "p1"}, {"p1"}, 1)


def test_a_rule_of_a_body_that_never_meets_affects_nothing() -> None:
    assert changed(QUORATE, ["ex:r3 ex:appliesTo ex:b3"])[0] == {}


def test_a_class_put_below_another_brings_its_instances_in() -> None:
    found, _, after = changed(QUORATE, ["ex:Hasty rdfs:subClassOf ex:Meeting"])
    assert found["S"] == {"m3"}
    assert "m3" in focused(after)


def test_a_node_that_is_no_target_any_more_loses_its_results_and_those_of_its_values() -> None:
    assert focused(changed(QUORATE, [], ["ex:m1 a ex:Meeting"])[2]) == set()


def test_values_that_are_no_longer_led_to_lose_their_results() -> None:
    found, _, after = changed(QUORATE, [], ["ex:m1 ex:chair ex:p1"])
    assert found == {"N": {"p1"}}
    assert focused(after) == {"m1"}


ANYWHERE = """
ex:S a sh:NodeShape ; sh:targetClass ex:Meeting ; sh:sparql ex:Q .
ex:Q sh:select '''SELECT $this ?number WHERE {
  $this <http://example.org/present> ?number . ?any <http://example.org/quorum> ?least
  FILTER (?least < 9) FILTER (?number < ?least) FILTER NOT EXISTS { ?any <http://example.org/void> ?since }
}''' .
"""


def test_a_pattern_that_hangs_together_with_no_node_affects_all() -> None:
    found, _, after = changed(ANYWHERE, ["ex:r3 ex:quorum 8"])
    assert found == {"S": None}
    assert focused(after) == {"m1", "m2"}
    assert after.focus_nodes is None


@pytest.mark.parametrize("added", [["ex:r3 ex:quorum 9"], ["ex:r3 ex:quorum 'four'"]])
def test_such_a_pattern_affects_none_where_a_condition_on_it_fails_anyhow(added: list[str]) -> None:
    assert changed(ANYWHERE, added)[0] == {}


def test_what_is_absent_only_before_or_only_after_the_change_counts() -> None:
    assert changed(ANYWHERE, ["ex:r3 ex:quorum 8", "ex:r3 ex:void true"])[0] == {"S": None}


def test_a_shape_of_the_reference_engine_is_judged_again_there() -> None:
    shapes = QUORATE + 'ex:S sh:property ex:R . ex:R sh:path ex:room ; sh:pattern "^(?=a)" .'
    _, before, after = changed(shapes, ['ex:m2 ex:room "b"', "ex:r1 ex:quorum 2"], ["ex:r1 ex:quorum 4"])
    assert [shape for shape, _ in before.passed_on] == [shape for shape, _ in after.passed_on] != []
    assert focused(after) == {"m2", "p1"}


def test_a_blank_node_has_its_check_run_whole() -> None:
    assert changed(QUORATE, ["_:b a ex:Meeting", "_:b ex:present 1", "_:b ex:of ex:b1"])[0]["S"] is None


@pytest.mark.parametrize("query", QUERIES)
def test_each_of_the_queries_is_followed_and_not_run_for_every_statement(query: str) -> None:
    shapes = read_shapes([query_shapes(query).encode()])
    reached = affected(shapes, ox.Store(), statements(["ex:t0 ex:p9 ex:t1"]), [])
    assert None not in reached.values()
