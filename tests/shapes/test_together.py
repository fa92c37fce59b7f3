"""Councils that are reviewed together are judged as if each were alone: no rule compares two of them.

Every case becomes a council of its own, with its own copy of Exampleton, and many of them share one store.
"""

from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.shapes.test_shapes import CASES, EXAMPLE, EXAMPLETON, ROOT, expected

from govgraph.namespaces import PREFIXES
from govgraph.rdf.files import read_file
from govgraph.review.data import StoreData
from govgraph.review.engine import judge
from govgraph.review.shapes import read_shapes

MANY = 20
"""Cases that share a store."""


def own(place: int) -> str:
    """Where the things of one case are named."""
    return EXAMPLE.replace("/example/", f"/example-{place}/")


@pytest.mark.parametrize("first", range(MANY))
def test_councils_reviewed_together_give_the_findings_that_each_gives_alone(first: int) -> None:
    store, wanted = ox.Store(), set()
    for path in sorted((ROOT / "ontology").rglob("*.ttl")):
        store.bulk_extend(ox.Quad(*quad.triple) for quad in read_file(path))
    for place, case in enumerate(CASES[first::MANY]):
        for path in (EXAMPLETON, case):
            text = Path(path).read_text(encoding="utf-8").replace(EXAMPLE, own(place))
            store.bulk_load(text.encode(), ox.RdfFormat.TURTLE)
        wanted |= {(rule, focus.replace(EXAMPLE, own(place)), severity) for rule, focus, severity in expected(case)}
    shapes = read_shapes(sorted((ROOT / "shapes").rglob("*.ttl")))
    found = set()
    for result in judge(StoreData(store), shapes).results:
        rule = shapes.graph.one(ox.NamedNode(result.shape), PREFIXES["dct"] + "identifier")
        assert isinstance(rule, ox.Literal)
        focus = "_:" if isinstance(result.focus, ox.BlankNode) else result.focus.value
        found.add((rule.value, focus, result.severity.rpartition("#")[2]))
    assert found == wanted
