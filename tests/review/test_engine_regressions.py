"""Faults of the engine that its peers or the suite of the W3C brought to light, each as small as it gets."""

from collections import Counter

import pyoxigraph as ox
import pytest

from govgraph.errors import BadShapes
from govgraph.review.data import StoreData
from govgraph.review.engine import Judgement, judge
from govgraph.review.shapes import read_shapes

PREFIXES = """
@prefix ex: <http://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:prefixes sh:declare ex:prefix . ex:prefix sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI .
"""


def judged(data: str, shapes: str) -> Judgement:
    store = ox.Store()
    store.load((PREFIXES + data).encode(), format=ox.RdfFormat.TURTLE)
    statements = ox.parse((PREFIXES + shapes).encode(), format=ox.RdfFormat.TURTLE)
    text = ox.serialize((quad.triple for quad in statements), format=ox.RdfFormat.N_TRIPLES)
    assert text is not None
    return judge(StoreData(store), read_shapes([text]))


def test_a_missing_value_is_no_value_of_a_node_shape_either() -> None:
    """SHACL §4.8.2: there is one result, and it is about no value node."""
    (result,) = judged("", "ex:S a sh:NodeShape ; sh:targetNode ex:t1 ; sh:hasValue ex:t2 .").results
    assert result.value is None


def test_each_value_of_a_parameter_is_a_constraint_of_its_own() -> None:
    """SHACL §2.1.1: of a single-parameter component "each value of this parameter" declares a constraint."""
    found = judged("", "ex:S a sh:NodeShape ; sh:targetNode ex:t1 ; sh:class ex:A, ex:B .").results
    assert Counter(result.component.rpartition("#")[2] for result in found) == {"ClassConstraintComponent": 2}


def test_a_node_reached_from_two_focus_nodes_is_reported_for_each() -> None:
    """SHACL §4.7.2: every value node is validated against the property shape, whoever leads to it."""
    found = judged(
        "ex:t1 ex:p0 ex:t3 . ex:t2 ex:p0 ex:t3 .",
        "ex:S a sh:NodeShape ; sh:targetSubjectsOf ex:p0 ; sh:property ex:P . "
        "ex:P a sh:PropertyShape ; sh:path ex:p0 ; sh:property ex:Q . "
        "ex:Q a sh:PropertyShape ; sh:path ex:p1 ; sh:minCount 1 .",
    ).results
    assert [str(result.focus) for result in found] == ["<http://example.org/t3>"] * 2


def test_only_the_literal_true_asks_for_unique_languages() -> None:
    """SHACL §4.4.5 tests `sameTerm($uniqueLang, true)`: "1"^^xsd:boolean asks for nothing."""
    shapes = "ex:S a sh:NodeShape ; sh:targetNode ex:t1 ; sh:property ex:P . ex:P sh:path ex:p0 ; sh:uniqueLang {} ."
    data = 'ex:t1 ex:p0 "a"@en, "b"@en .'
    assert len(judged(data, shapes.format("true")).results) == 1
    assert judged(data, shapes.format('"1"^^xsd:boolean')).conforms


def test_a_sub_select_of_everything_that_never_names_this_node_in_a_pattern_is_refused() -> None:
    """SHACL appendix A: sub-selects must return all pre-bound variables; `*` returns what patterns bind."""
    query = "SELECT $this WHERE { { SELECT * WHERE { FILTER ($this = ex:t1) } } }"
    with pytest.raises(BadShapes):
        judged(
            "ex:t1 ex:p0 1 .",
            "ex:S a sh:NodeShape ; sh:targetNode ex:t1 ; sh:sparql ex:Q . "
            f'ex:Q a sh:SPARQLConstraint ; sh:prefixes ex:prefixes ; sh:select "{query}" .',
        )


@pytest.mark.parametrize("step", ["zeroOrOnePath", "zeroOrMorePath"])
@pytest.mark.parametrize("node", ["ex:t1", '"x"^^xsd:integer'])
def test_a_path_of_no_length_leads_to_a_focus_node_that_the_data_do_not_mention(step: str, node: str) -> None:
    """SPARQL 1.1 §18.4: of a term that is given, a path of length zero has the solution of the term itself."""
    found = judged(
        "ex:t3 ex:p0 ex:t4 .",
        f"ex:S a sh:NodeShape ; sh:targetNode {node} ; sh:property ex:P . "
        f"ex:P a sh:PropertyShape ; sh:path [ sh:{step} ex:p1 ] ; sh:class ex:A .",
    ).results
    assert [result.value for result in found] == [result.focus for result in found]
    assert len(found) == 1
