"""Our engine against pySHACL and pyshifty: the same report on the cases of our shapes and on generated graphs.

Where the two peers agree, ours says the same; where they differ, ours sides with one of them. The kinds of difference
that are known stand in `DISPUTES`, each with the sentence of the specification that settles it, and ours follows the
specification there. `GOVGRAPH_HYPOTHESIS=5000` generates that many examples, and runs both peers on all cases.
"""

import os
from pathlib import Path
from typing import NamedTuple

import pyoxigraph as ox
import pytest
from bench.shacl.engines import ours, pyshacl, pyshifty
from bench.shacl.reports import Row, as_pyshifty
from hypothesis import HealthCheck, event, given, settings
from tests.review.graphs import PREFIXES, graphs, shapes_files

ROOT = Path(__file__).parents[2]
CASES = ROOT / "tests" / "shapes" / "cases"
GROUND = [*sorted((ROOT / "ontology").rglob("*.ttl")), CASES / "exampleton.ttl"]
SHAPES = sorted((ROOT / "shapes").rglob("*.ttl"))
WANTED = os.environ.get("GOVGRAPH_HYPOTHESIS", "")
EXAMPLES = int(WANTED or 120)

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")


def _apart(cases: list[Path]) -> list[list[Path]]:
    """Cases in groups in which no two speak of the same thing, so that they can be judged together."""
    groups: list[tuple[set[str], list[Path]]] = []
    for case in cases:
        things = {str(quad.subject) for quad in ox.parse(path=str(case), format=ox.RdfFormat.TURTLE)}
        for taken, group in groups:
            if taken.isdisjoint(things):
                taken |= things
                group.append(case)
                break
        else:
            groups.append((things, [case]))
    return [group for _, group in groups]


GROUPS = sorted(_apart(sorted(CASES.glob("*/*.ttl"))), key=len, reverse=True)
"""The largest first: six hold three cases of four."""

LOST_BRACKETS = {"https://w3id.org/govgraph/shape/Vote-twoThirdsCast"}
"""Shapes whose query pyshifty reads without the brackets of its arithmetic; see `DISPUTES`."""


def _without_lost_brackets(rows: set[Row]) -> set[Row]:
    return {row for row in rows if row.shape not in LOST_BRACKETS}


@pytest.mark.parametrize(
    "group", GROUPS if WANTED else GROUPS[:6], ids=lambda group: f"{group[0].parent.name}-{group[0].stem}"
)
def test_the_cases_of_the_shapes_give_the_report_that_pyshifty_gives(group: list[Path]) -> None:
    data = [*GROUND, *group]
    own, peer = as_pyshifty(ours(data, SHAPES)[1]), set(pyshifty(data, SHAPES)[1])
    assert _without_lost_brackets(own) == _without_lost_brackets(peer)


@pytest.mark.parametrize("group", GROUPS if WANTED else GROUPS[3:4], ids=lambda group: f"{len(group)}-cases")
def test_the_cases_of_the_shapes_give_the_report_that_pyshacl_gives(group: list[Path]) -> None:
    data = [*GROUND, *group]
    assert set(ours(data, SHAPES)[1]) == set(pyshacl(data, SHAPES)[1])


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=not WANTED,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)
@given(graphs(), shapes_files())
def test_a_generated_graph_gives_what_both_peers_say_and_nothing_that_neither_says(
    tmp_path: Path, data: str, shapes: str
) -> None:
    own, reference, peer = _reports(tmp_path, data, shapes)
    own, reference = as_pyshifty(own), as_pyshifty(reference)
    event("the peers agree" if reference == peer else "the peers differ")
    assert reference & peer <= own <= reference | peer


class Dispute(NamedTuple):
    """A difference between correct-looking engines.

    `results` is how many results there are by the specification; `astray` names who gives another number.
    """

    name: str
    data: str
    shapes: str
    results: int
    astray: str
    sentence: str


DISPUTES = [
    Dispute(
        "a date is not below a number",
        'ex:t1 ex:p1 "2026-01-31"^^xsd:date .',
        "ex:S a sh:NodeShape ; sh:targetNode ex:t1 ; sh:property ex:P . ex:P sh:path ex:p1 ; sh:maxInclusive 2e0 .",
        1,
        "pySHACL",
        "SHACL §4.3.4: a value node gives a result where the comparison with < or <= “does not return true”, "
        "and SPARQL has no such comparison of a date with a number.",
    ),
    Dispute(
        "the inverse of a sequence turns its order round",
        "ex:t2 ex:p3 ex:t4 . ex:t4 ex:p0 ex:t1 .",
        "ex:S a sh:NodeShape ; sh:targetNode ex:t1 ; sh:property ex:P . "
        "ex:P sh:path [ sh:inversePath ( ex:p0 ex:p3 ) ] ; sh:class ex:A .",
        0,
        "pySHACL",
        "SHACL §2.3.1.4 maps an inverse path to SPARQL's “^elt”, and SPARQL 1.1 §9.1 reads ^(a/b) “from object to "
        "subject”: from t1 against b, then against a.",
    ),
    Dispute(
        "a blank node is a focus node like another",
        "_:b0 ex:p0 _:b0 . ex:t4 ex:p0 ex:t1 .",
        "ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p0 ; sh:sparql ex:Q . ex:Q sh:prefixes ex:prefixes ; sh:select "
        '"SELECT $this (COUNT(DISTINCT ?v) AS ?n) WHERE { $this ex:p0 ?v } GROUP BY $this HAVING (COUNT(DISTINCT ?v) '
        '> 1)" . ex:prefixes sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .',
        0,
        "pyshifty",
        "SHACL §5.3.1: $this is pre-bound to the focus node, so the query counts the values of that node.",
    ),
    Dispute(
        "brackets in arithmetic count",
        "ex:t1 ex:p0 3 ; ex:p1 2 .",
        "ex:S a sh:NodeShape ; sh:targetNode ex:t1 ; sh:sparql ex:Q . ex:Q sh:prefixes ex:prefixes ; sh:select "
        '"SELECT $this ?value WHERE { $this ex:p0 ?value ; ex:p1 ?b . FILTER (?value * 3 < 2 * (?value + ?b)) }" . '
        'ex:prefixes sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .',
        1,
        "pyshifty",
        "SPARQL 1.1 §19.8, rule BrackettedExpression: 9 < 2 * (3 + 2) is true.",
    ),
]


@pytest.mark.parametrize("dispute", DISPUTES, ids=lambda dispute: str(dispute.name))
def test_a_dispute_is_settled_by_the_specification(dispute: Dispute, tmp_path: Path) -> None:
    reports = _reports(tmp_path, PREFIXES + dispute.data, PREFIXES + dispute.shapes)
    found = dict(zip(("govgraph", "pySHACL", "pyshifty"), map(len, reports), strict=True))
    assert found["govgraph"] == dispute.results, dispute.sentence
    assert [name for name, number in found.items() if number != dispute.results] == [dispute.astray]


def _reports(folder: Path, data: str, shapes: str) -> tuple[set[Row], set[Row], set[Row]]:
    """What each engine reports: ours, pySHACL, pyshifty."""
    data_file, shapes_file = folder / "data.ttl", folder / "shapes.ttl"
    data_file.write_text(data, encoding="utf-8")
    shapes_file.write_text(shapes, encoding="utf-8")
    own, reference, peer = (set(engine([data_file], [shapes_file])[1]) for engine in (ours, pyshacl, pyshifty))
    return own, reference, peer
