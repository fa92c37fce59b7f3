"""A small council with its shapes: what many tests of the report stand on."""

from collections.abc import Sequence
from pathlib import Path

from govgraph.rdf.files import read_file, serialise
from govgraph.review.findings import Report
from govgraph.review.reviewing import review
from govgraph.review.waivers import Waiver

PREFIXES = """
@prefix gov: <https://w3id.org/govgraph/def/> .
@prefix small: <https://w3id.org/govgraph/id/smallton/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

COUNCIL = (
    PREFIXES
    + """
small:council a gov:Council, gov:Body, gov:Party ; skos:prefLabel "Smallton Council"@en .
small:board a gov:PartnershipBoard, gov:Body, gov:Party ; skos:prefLabel "Board <of> & all"@en .
small:chair a gov:Post ; skos:prefLabel "Chair"@en ; gov:inBody small:board ; gov:basis small:c2 .
small:quorum a gov:Rule ; skos:prefLabel "A third is a quorum"@en ; gov:appliesTo small:board ; gov:basis small:c10 .
small:meeting a gov:Meeting ; skos:prefLabel "Meeting in May"@en ; gov:meetingOf small:board ; gov:present 2 ;
    gov:basis small:c2 .
small:c2 a gov:Clause ; skos:prefLabel "Constitution 2"@en ; eli:number "2" ; eli:is_part_of small:version ;
    gov:lineStart 4 ; gov:lineEnd 6 .
small:c10 a gov:Clause ; skos:prefLabel "Constitution 10"@en ; eli:number "10" ; eli:is_part_of small:version ;
    gov:lineStart 30 ; gov:lineEnd 30 .
small:version a gov:DocumentVersion ; skos:prefLabel "Constitution of 2026"@en ; gov:versionOf small:document ;
    gov:sourceFile "the constitution.txt" .
small:document a gov:Document ; skos:prefLabel "Constitution of Smallton"@en .
gov:termYears skos:prefLabel "years of a term"@en .
"""
)

SHAPES = (
    PREFIXES
    + """
small:Post a sh:NodeShape ; sh:targetClass gov:Post ; sh:property small:term .
small:term a sh:PropertyShape ; dct:identifier "GOV-T-001" ; sh:path gov:termYears ; sh:name "term of a post"@en ;
    sh:description "A post has one term."@en ; sh:minCount 1 ; sh:severity sh:Warning ;
    sh:message "Say how long the post is held."@en ; dct:source gov:termYears .
small:Meeting a sh:NodeShape ; sh:targetClass gov:Meeting ; sh:sparql small:quorate .
small:quorate a sh:SPARQLConstraint ; sh:select '''
SELECT $this ?value ?rule ?expected ?found WHERE {
  $this <https://w3id.org/govgraph/def/present> ?value ; <https://w3id.org/govgraph/def/meetingOf> ?body .
  ?rule <https://w3id.org/govgraph/def/appliesTo> ?body .
  BIND ("4 present" AS ?expected) BIND (CONCAT(STR(?value), " present") AS ?found) FILTER (?value < 4)
}''' ; dct:identifier "GOV-T-002" ; sh:name "quorum"@en ; sh:description "A meeting has its quorum."@en ;
    sh:severity sh:Violation ; sh:message "Meet again: {?found}, and {?expected} are needed."@en ;
    dct:source <https://www.legislation.gov.uk/ukpga/1972/70> .
small:Body a sh:NodeShape ; sh:targetClass gov:Body ; sh:property small:named .
small:named a sh:PropertyShape ; dct:identifier "GOV-T-003" ; sh:path skos:prefLabel ; sh:name "name"@en ;
    sh:description "A body has a name."@en ; sh:minCount 1 ; sh:severity sh:Info ;
    sh:message "Name the body."@en ; dct:source skos:prefLabel .
"""
)

ID = "https://w3id.org/govgraph/id/smallton/"


def written(folder: Path, council: str = COUNCIL, shapes: str = SHAPES) -> tuple[Path, Path]:
    """The data and the shapes as files."""
    (folder / "council.ttl").write_text(council, encoding="utf-8")
    (folder / "shapes.ttl").write_text(shapes, encoding="utf-8")
    return folder / "council.ttl", folder / "shapes.ttl"


def reviewed(folder: Path, council: str = COUNCIL, shapes: str = SHAPES, waivers: Sequence[Waiver] = ()) -> Report:
    """The report on the small council."""
    data, rules = written(folder, council, shapes)
    text = serialise((quad.triple for quad in read_file(data)), "application/n-triples")
    return review(text, rules, waivers=waivers, title="Smallton", generation=7)
