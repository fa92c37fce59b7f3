"""How the site says in plain words what a term of the vocabulary means on the page of a thing."""

from govgraph.namespaces import DEF, PREFIXES, curie

__all__ = ["HIDDEN", "incoming", "outgoing"]

_SKOS, _ORG, _ELI, _DCT = (PREFIXES[name] for name in ("skos", "org", "eli", "dct"))
_RDF, _RDFS, _PROV = PREFIXES["rdf"], PREFIXES["rdfs"], PREFIXES["prov"]

_OUT = {
    DEF + "accountableParty": "Party",
    DEF + "mode": "How",
    DEF + "accountableTo": "To",
    DEF + "strength": "How sure the text is",
    DEF + "forMatter": "For",
    DEF + "condition": "When",
    DEF + "isPrimary": "Stated where the text sets out this party's own accountability",
    DEF + "inBody": "In",
    _ORG + "role": "Role",
    DEF + "exOfficio": "Held by right by the",
    DEF + "represents": "Represents",
    DEF + "reservedFor": "Reserved for the",
    DEF + "seatCount": "Number of seats",
    DEF + "appointedBy": "Appointed by",
    DEF + "appointmentMethod": "How filled",
    DEF + "termYears": "Term in years",
    DEF + "presidesInAbsenceOf": "Presides in the absence of the",
    DEF + "bodyStatus": "Status",
    DEF + "bearer": "Who",
    _ORG + "subOrganizationOf": "Part of",
    _ELI + "is_part_of": "In",
    _ELI + "number": "Number",
    DEF + "versionOf": "Revision of",
    DEF + "revisionStatus": "Status",
    _PROV + "wasRevisionOf": "Follows",
    _PROV + "wasDerivedFrom": "Follows from",
    DEF + "sourceFile": "Source file",
    DEF + "residueMark": "Marks of deleted text",
    _DCT + "identifier": "Reference",
    _SKOS + "inScheme": "In the list",
    _SKOS + "scopeNote": "Note",
    _SKOS + "example": "Example",
    _SKOS + "broader": "Kind of",
    _SKOS + "notation": "Order",
    _RDFS + "subClassOf": "Kind of",
    _RDFS + "subPropertyOf": "Special case of",
    _RDFS + "range": "Leads to",
    _RDFS + "domain": "Stands on",
    _RDFS + "isDefinedBy": "Defined in",
    _SKOS + "closeMatch": "Close to",
    DEF + "carriesAccountability": "A chain may follow it",
}
"""Facts of a thing, in the order in which they are shown."""

_IN = {
    DEF + "accountableParty": "Its own lines to others",
    DEF + "accountableTo": "Lines that lead to it",
    DEF + "bearer": "Responsible for",
    DEF + "inBody": "Posts and seats",
    DEF + "represents": "Seats that represent it",
    DEF + "reservedFor": "Seats reserved for it",
    DEF + "exOfficio": "Posts that it holds by right",
    DEF + "appointedBy": "Appoints",
    DEF + "presidesInAbsenceOf": "Deputy",
    _ORG + "subOrganizationOf": "Parts of it",
    DEF + "basis": "What rests on it",
    DEF + "inferredFrom": "What is inferred from it",
    DEF + "forMatter": "Lines about it",
    DEF + "mode": "Lines of this kind",
    DEF + "strength": "Statements of this strength",
    _ORG + "role": "Posts with this role",
    DEF + "appointmentMethod": "Posts and seats filled so",
    DEF + "bodyStatus": "Bodies with this status",
    DEF + "revisionStatus": "Revisions with this status",
    DEF + "versionOf": "Revisions",
    _PROV + "wasRevisionOf": "Followed by",
    _PROV + "wasDerivedFrom": "Holds in particular",
    _ELI + "is_part_of": "Parts",
    _SKOS + "inScheme": "Entries",
    _SKOS + "broader": "Kinds of it",
    _RDFS + "subClassOf": "Kinds of it",
    _RDF + "type": "Things of this kind",
    _DCT + "source": "Data sets drawn from it",
    _RDFS + "isDefinedBy": "Defines",
}

HIDDEN = {
    _RDF + "type",
    _RDFS + "label",
    _RDFS + "comment",
    _SKOS + "prefLabel",
    _SKOS + "altLabel",
    _SKOS + "editorialNote",
    _SKOS + "definition",
    _SKOS + "topConceptOf",
    _SKOS + "hasTopConcept",
    _DCT + "description",
    _DCT + "title",
    _DCT + "bibliographicCitation",
    DEF + "basis",
    DEF + "isGeneric",
    DEF + "lineStart",
    DEF + "lineEnd",
    DEF + "charStart",
    DEF + "charEnd",
    DEF + "sliceDigest",
    DEF + "answersTo",
    DEF + "ultimatelyAnswersTo",
    DEF + "chairedBy",
    DEF + "deputyChairedBy",
    _ORG + "hasMember",
    _ORG + "postIn",
    _ELI + "realizes",
    PREFIXES["owl"] + "versionIRI",
    PREFIXES["owl"] + "disjointWith",
    PREFIXES["owl"] + "propertyDisjointWith",
}
"""What a page tells in another way, or what only a program needs; all of it is in the data."""


def outgoing(term: str, labels: dict[str, str]) -> tuple[int, str]:
    """Place and words for a fact of a thing.

    >>> outgoing(DEF + "mode", {})[1], outgoing("http://e/x", {"http://e/x": "colour"})[1]
    ('How', 'Colour')
    """
    return _said(term, _OUT, labels, "")


def incoming(term: str, labels: dict[str, str]) -> tuple[int, str]:
    """Place and words for the things that point to a thing."""
    return _said(term, _IN, labels, " of")


def _said(term: str, known: dict[str, str], labels: dict[str, str], ending: str) -> tuple[int, str]:
    if term in known:
        return list(known).index(term), known[term]
    words = labels.get(term) or curie(term)
    return len(known), words[:1].upper() + words[1:] + ending
