"""Shapes are checked before they run: what is not SHACL, or not safe, is refused with its place."""

from pathlib import Path

import pytest
from tests.review.test_engine import PREFIXES

from govgraph.errors import BadRdf, BadShapes
from govgraph.review.shapes import read_shapes


@pytest.mark.parametrize(
    ("shapes", "word"),
    [
        ("ex:S a sh:NodeShape ; sh:minCuont 1 .", "sh:minCuont"),
        ("ex:S a sh:NodeShape ; sh:minCount 1 .", "sh:minCount"),
        ("ex:S a sh:PropertyShape .", "sh:path"),
        ("ex:S a sh:PropertyShape ; sh:path ex:p, ex:q .", "2 sh:path"),
        ("ex:S a sh:PropertyShape ; sh:path ( ex:p ) .", "path"),
        ("ex:S sh:targetNode ex:a ; sh:path ex:p ; sh:minCount 1.5 .", "whole number|sh:minCount"),
        ("ex:S sh:targetNode ex:a ; sh:severity sh:Wrong .", "severity"),
        ("ex:S sh:targetNode ex:a ; sh:nodeKind sh:Iri .", "nodeKind"),
        ("ex:S sh:targetClass [] .", "target"),
        ("ex:S sh:targetNode ex:a ; sh:in ex:notalist .", "list"),
        ("ex:S sh:targetNode ex:a ; sh:node ex:S .", "refers to itself"),
        ("ex:S sh:targetNode ex:a ; sh:property [ sh:path ex:p ; sh:node ex:S ] .", "refers to itself"),
        ("ex:S sh:targetNode ex:a ; sh:path ex:p ; sh:qualifiedValueShape ex:T .", "count"),
        ('ex:S sh:targetNode ex:a ; sh:js [ sh:jsFunctionName "f" ] .', "sh:js"),
        ("ex:S sh:targetNode ex:a ; sh:rule [] .", "sh:rule"),
        ("ex:S sh:targetNode ex:a . ex:data sh:shapesGraph <http://example.org/g> .", "sh:shapesGraph"),
        ("ex:S sh:targetNode ex:a . ex:O <http://www.w3.org/2002/07/owl#imports> <http://example.org/o> .", "imports"),
        ("ex:S sh:targetNode ex:a ; sh:sparql [] .", "sh:select"),
        (
            'ex:S sh:targetNode ex:a ; sh:sparql [ sh:prefixes ex:O ; sh:select "SELECT $this { $this x:y 1 }" ] . '
            'ex:O sh:declare [ sh:prefix "x" ; sh:namespace "http://e/> 1 } SERVICE <http://e/" ] .',
            "legal IRI",
        ),
    ],
)
def test_what_is_not_shacl_or_not_safe_is_refused_by_name(shapes: str, word: str) -> None:
    with pytest.raises(BadShapes, match=word):
        read_shapes([(PREFIXES + shapes).encode()])


def test_a_refusal_names_the_file(tmp_path: Path) -> None:
    file = tmp_path / "wrong.ttl"
    file.write_text(PREFIXES + "ex:S a sh:NodeShape ; sh:minCuont 1 .", encoding="utf-8")
    with pytest.raises(BadShapes, match=r"wrong\.ttl: http://example.org/S uses sh:minCuont"):
        read_shapes([tmp_path])


def test_a_syntax_error_names_the_file_and_the_line(tmp_path: Path) -> None:
    file = tmp_path / "wrong.ttl"
    file.write_text("@prefix sh: <http://www.w3.org/ns/shacl#> .\nex:S a sh:NodeShape .", encoding="utf-8")
    with pytest.raises(BadRdf, match=r"wrong\.ttl, line 2"):
        read_shapes([file])


def test_a_folder_without_shapes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadShapes, match="no Turtle file"):
        read_shapes([tmp_path])


def test_the_import_of_a_file_that_is_given_too_is_no_reason_to_refuse() -> None:
    first = PREFIXES + "ex:O <http://www.w3.org/2002/07/owl#imports> ex:P ."
    assert read_shapes([first.encode(), (PREFIXES + "ex:P rdfs:label 'here' .").encode()]).all == {}
