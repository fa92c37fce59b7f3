"""The JSON-LD context of the ontology: with it, a JSON document means what the same Turtle would mean.

`python -m govgraph.knowledge.context` writes `ontology/context.jsonld` from the modules; a test compares the file
with a rebuild. The file is not data, and the build leaves it out.

A term is written by its plain name (`"appliesTo"`), a listed concept below the prefix `gov:` (`"gov:rule/quorum"`).
A decimal with a fraction is written as a string (`"0.5"`): JSON-LD writes a number as a double would be written.
"""

import json
from pathlib import Path

from govgraph.namespaces import BASE, DEF, PREFIXES
from govgraph.rdf.files import read_file
from govgraph.resources import packaged

__all__ = ["CONTEXT", "context", "main"]

CONTEXT = "context.jsonld"
"""Name of the file, in the ontology's folder."""

_BORROWED = {
    "ChangeEvent": "org:ChangeEvent",
    "MonetaryAmount": "schema:MonetaryAmount",
    "Person": "foaf:Person",
    "altLabel": {"@id": "skos:altLabel", "@language": "en"},
    "currency": "schema:currency",
    "editorialNote": {"@id": "skos:editorialNote", "@language": "en"},
    "exactMatch": {"@id": "skos:exactMatch", "@type": "@id"},
    "identifier": "dct:identifier",
    "inScheme": {"@id": "skos:inScheme", "@type": "@id"},
    "isPartOf": {"@id": "eli:is_part_of", "@type": "@id"},
    "issued": {"@id": "dct:issued", "@type": "xsd:date"},
    "name": "foaf:name",
    "number": "eli:number",
    "originalOrganization": {"@id": "org:originalOrganization", "@type": "@id"},
    "prefLabel": {"@id": "skos:prefLabel", "@language": "en"},
    "resultingOrganization": {"@id": "org:resultingOrganization", "@type": "@id"},
    "role": {"@id": "org:role", "@type": "@id"},
    "subOrganizationOf": {"@id": "org:subOrganizationOf", "@type": "@id"},
    "value": {"@id": "schema:value", "@type": "xsd:decimal"},
}
"""Terms of others that the data are written with."""

_OWL, _RDF, _RDFS, _XSD = (PREFIXES[name] for name in ("owl", "rdf", "rdfs", "xsd"))
_RANGES = (_RDFS + "range", "http://purl.org/dc/dcam/rangeIncludes")


def context(ontology: Path | None = None) -> str:
    """The context that the modules give, as the text of a JSON-LD file.

    Parameters
    ----------
    ontology : folder of the modules; None is the packaged one.

    >>> '"bearer": {"@id": "gov:bearer", "@type": "@id"}' in context()
    True
    >>> '"lineStart": {"@id": "gov:lineStart", "@type": "xsd:integer"}' in context()
    True
    """
    kinds: dict[str, str] = {}
    ranges: dict[str, str] = {}
    for path in sorted((ontology or packaged("ontology")).glob("*.ttl")):
        for quad in read_file(path):
            subject, value = str(getattr(quad.subject, "value", "")), str(getattr(quad.object, "value", ""))
            if quad.predicate.value == _RDF + "type" and subject.startswith(DEF):
                kinds[subject] = value
            elif quad.predicate.value in _RANGES:
                ranges[subject] = value
    terms: dict[str, object] = dict(_BORROWED)
    for term, kind in kinds.items():
        if kind.startswith(_OWL) and kind != _OWL + "Ontology":
            terms[term.removeprefix(DEF)] = _definition(term, kind, ranges.get(term, ""))
    prefixes = {name: iri for name, iri in PREFIXES.items() if name == "gov" or not iri.startswith(BASE)}
    entries = {"@version": 1.1, "id": "@id", "type": "@type"} | prefixes | dict(sorted(terms.items()))
    lines = [f"    {json.dumps(name)}: {json.dumps(value)}" for name, value in entries.items()]
    return '{\n  "@context": {\n' + ",\n".join(lines) + "\n  }\n}\n"


def _definition(term: str, kind: str, values: str) -> object:
    """What the context says of one term."""
    name = "gov:" + term.removeprefix(DEF)
    if kind == _OWL + "Class":
        return name
    if kind == _OWL + "ObjectProperty":
        return {"@id": name, "@type": "@id"}
    if values == _RDF + "langString":
        return {"@id": name, "@language": "en"}
    if values.startswith(_XSD) and values != _XSD + "string":
        return {"@id": name, "@type": "xsd:" + values.removeprefix(_XSD)}
    return {"@id": name}


def main() -> None:
    """Write the context into the ontology's folder."""
    path = packaged("ontology") / CONTEXT
    path.write_text(context(), encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
