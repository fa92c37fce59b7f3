"""The terms of SHACL that shapes may use, by what they take (SHACL §2–§6)."""

import pyoxigraph as ox

from govgraph.namespaces import PREFIXES
from govgraph.review.triples import SH

__all__ = [
    "KNOWN",
    "LISTED_TERMS",
    "NODE_KINDS",
    "ONE_TERM",
    "PROPERTY_ONLY",
    "SHAPE_LISTS",
    "TARGETS",
    "UNSAFE",
    "WHOLE_NUMBERS",
]

TARGETS = {
    SH + "targetClass": "class",
    SH + "targetNode": "node",
    SH + "targetSubjectsOf": "subjects",
    SH + "targetObjectsOf": "objects",
}
"""Predicate to kind of target."""

_ANY = (ox.NamedNode, ox.BlankNode, ox.Literal)
ONE_TERM: dict[str, tuple[type, ...]] = {
    "class": (ox.NamedNode, ox.BlankNode),
    "datatype": (ox.NamedNode,),
    "nodeKind": (ox.NamedNode,),
    "minExclusive": (ox.Literal,),
    "minInclusive": (ox.Literal,),
    "maxExclusive": (ox.Literal,),
    "maxInclusive": (ox.Literal,),
    "uniqueLang": (ox.Literal,),
    "equals": (ox.NamedNode,),
    "disjoint": (ox.NamedNode,),
    "lessThan": (ox.NamedNode,),
    "lessThanOrEquals": (ox.NamedNode,),
    "hasValue": _ANY,
}
"""Parameters with one term, and the kinds of term that they take."""

WHOLE_NUMBERS = {"minCount", "maxCount", "minLength", "maxLength"}
LISTED_TERMS = {"in", "languageIn"}
SHAPE_LISTS = {"and", "or", "xone"}
PROPERTY_ONLY = {"minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals", "qualifiedValueShape"}
"""Parameters that a node shape cannot have."""

NODE_KINDS = {"BlankNode", "IRI", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"}

KNOWN = {
    SH + local
    for local in (
        *ONE_TERM,
        *WHOLE_NUMBERS,
        *LISTED_TERMS,
        *SHAPE_LISTS,
        *("not", "node", "property", "pattern", "flags", "closed", "ignoredProperties", "sparql", "path"),
        *("qualifiedValueShape", "qualifiedMinCount", "qualifiedMaxCount", "qualifiedValueShapesDisjoint"),
        *("name", "description", "order", "group", "defaultValue", "severity", "message", "deactivated"),
        *("select", "ask", "prefixes", "declare", "parameter", "optional", "labelTemplate"),
    )
}
"""Predicates that may stand on a shape."""

UNSAFE = {
    SH + "js": "sh:js",
    SH + "jsFunctionName": "sh:jsFunctionName",
    SH + "jsLibrary": "sh:jsLibrary",
    SH + "jsLibraryURL": "sh:jsLibraryURL",
    SH + "shapesGraph": "sh:shapesGraph",
    SH + "entailment": "sh:entailment",
    SH + "rule": "sh:rule",
    SH + "target": "sh:target",
    SH + "expression": "sh:expression",
    SH + "construct": "sh:construct",
    SH + "update": "sh:update",
}
"""Predicates that run programs, change data, or reach outside the shapes that were given."""

IMPORTS = PREFIXES["owl"] + "imports"
