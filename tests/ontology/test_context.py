"""The JSON-LD context is what the modules give, and a document written with it means what the Turtle would mean."""

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

from govgraph.knowledge.context import CONTEXT, context
from govgraph.namespaces import DEF, GRAPH
from govgraph.resources import packaged
from govgraph.store.generations import Generation

DOCUMENT: dict[str, Any] = {
    "id": "https://w3id.org/govgraph/id/example/rule/quorum",
    "type": "Rule",
    "prefLabel": "a third for a quorum",
    "ruleKind": "gov:rule/quorum",
    "appliesTo": ["https://w3id.org/govgraph/id/example/body/board"],
    "obligation": "gov:Must",
    "numerator": 1,
    "denominator": 3,
    "fractionOf": "members",
    "minimum": "2.5",
    "per": "P1Y",
    "validFrom": "2026-01-01",
    "basis": {
        "id": "https://w3id.org/govgraph/id/example/clause/c-1",
        "type": "Clause",
        "number": "1",
        "lineStart": 4,
    },
}
TURTLE = """
@prefix gov: <https://w3id.org/govgraph/def/> .
@prefix id: <https://w3id.org/govgraph/id/example/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix rule: <https://w3id.org/govgraph/def/rule/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
id:rule\\/quorum a gov:Rule ; skos:prefLabel "a third for a quorum"@en ; gov:ruleKind rule:quorum ;
    gov:appliesTo id:body\\/board ; gov:obligation gov:Must ; gov:numerator 1 ; gov:denominator 3 ;
    gov:fractionOf "members"@en ; gov:minimum 2.5 ; gov:per "P1Y"^^xsd:duration ;
    gov:validFrom "2026-01-01"^^xsd:date ; gov:basis id:clause\\/c-1 .
id:clause\\/c-1 a gov:Clause ; eli:number "1" ; gov:lineStart 4 .
"""


@pytest.fixture(scope="module")
def committed() -> str:
    return (packaged("ontology") / CONTEXT).read_text(encoding="utf-8")


def triples(text: str, form: ox.RdfFormat) -> set[ox.Triple]:
    return {quad.triple for quad in ox.parse(text, format=form)}


def test_the_committed_context_equals_a_rebuild(committed: str) -> None:
    assert committed == context(), "write it again: python -m govgraph.knowledge.context"


def test_a_document_means_what_the_turtle_means(committed: str) -> None:
    document = json.dumps(json.loads(committed) | DOCUMENT)
    assert triples(document, ox.RdfFormat.JSON_LD) == triples(TURTLE, ox.RdfFormat.TURTLE)


def test_every_class_and_property_of_ours_has_a_name_that_means_it(committed: str) -> None:
    terms = json.loads(committed)["@context"]
    for path in sorted(packaged("ontology").glob("*.ttl")):
        for quad in ox.parse(path=path, format=ox.RdfFormat.TURTLE):
            kind = str(quad.object).rpartition("#")[2].rstrip(">")
            if kind in ("Class", "ObjectProperty", "DatatypeProperty"):
                local = str(quad.subject.value).removeprefix(DEF)
                meaning = terms[local]
                assert (meaning if kind == "Class" else meaning["@id"]) == f"gov:{local}"


def test_a_property_says_what_its_values_are(committed: str) -> None:
    terms = json.loads(committed)["@context"]
    plain = {name for name, meaning in terms.items() if isinstance(meaning, dict) and len(meaning) == 1}
    assert plain == {
        "dataFolder", "duePrecision", "formerNumber", "gssCode", "loadedFrom", "loader", "manifest", "period",
        "reportPart", "residueMark", "setsTargetsFor", "sliceDigest", "sourceFile", "waivedBy", "waivedRule",
    }  # fmt: skip


def test_a_name_in_a_context_is_not_also_a_prefix_of_ours(committed: str) -> None:
    pairs = json.loads(committed, object_pairs_hook=lambda pairs: pairs)[0][1]
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names))
    assert dict(pairs)["mode"] == [("@id", "gov:mode"), ("@type", "@id")]


def test_a_folder_of_modules_gives_its_own_context(tmp_path: Path) -> None:
    module = tmp_path / "tree.ttl"
    module.write_text(
        "@prefix gov: <https://w3id.org/govgraph/def/> .\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "gov:Tree a owl:Class . gov:leaf a owl:ObjectProperty .\n",
        encoding="utf-8",
    )
    terms = json.loads(context(tmp_path))["@context"]
    assert (terms["Tree"], terms["leaf"]) == ("gov:Tree", {"@id": "gov:leaf", "@type": "@id"})
    assert "Rule" not in terms


def test_the_context_is_not_read_as_data(generation: Generation) -> None:
    modules = packaged("ontology").rglob("*.ttl")
    stated = {triple for path in modules for triple in triples(path.read_text("utf-8"), ox.RdfFormat.TURTLE)}
    assert generation.manifest["graphs"][GRAPH + "ontology"] == len(stated)
