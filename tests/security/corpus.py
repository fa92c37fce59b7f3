"""Query texts that a public endpoint must survive: some never end, some are too large for a parser or a planner.

They are made from their kind and a size, so that a larger one is a number away. None is a secret: these are the
shapes that every evaluator of a query language must bound.
"""

from collections.abc import Callable

__all__ = ["ENDLESS", "OVERSIZED", "hostile"]

ENDLESS: dict[str, str] = {
    "products of everything": "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "distinct products": "SELECT DISTINCT ?a ?d ?g WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "sorted products": "SELECT * WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY DESC(?i) ?a LIMIT 1",
    "any path to any": "SELECT (COUNT(*) AS ?n) WHERE { ?a (!<x:p>)* ?b . ?b (!<x:p>)* ?c . ?c (!<x:p>)* ?d }",
    "a product of optionals": "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c OPTIONAL { ?d ?e ?f } OPTIONAL { ?g ?h ?i } }",
    "a filter over products": "ASK { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(STR(?a) = CONCAT(STR(?d), 'x')) }",
    "a join without a key": "ASK { { SELECT ?a { ?a ?b ?c } } { SELECT ?d { ?d ?e ?f } } { SELECT ?g { ?g ?h ?i } }"
    " FILTER(?a = ?g && ?a = <x:none>) }",
    "text that grows": "SELECT (STRLEN(GROUP_CONCAT(CONCAT(STR(?a), STR(?d), STR(?g)))) AS ?n)"
    " WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "text that doubles": "SELECT (STRLEN(?z) AS ?n) WHERE { BIND('xxxxxxxxxxxxxxxx' AS ?a0) "
    + " ".join(f"BIND(CONCAT(?a{n}, ?a{n}) AS ?a{n + 1})" for n in range(40))
    + " BIND(?a40 AS ?z) }",
    "patterns that backtrack": "ASK { ?s ?p ?o . ?x ?y ?z FILTER(REGEX(CONCAT(STR(?o), STR(?z)), '(a+)+(b+)+$')) }",
    "hashes of products": "SELECT (SUM(STRLEN(SHA512(CONCAT(STR(?a), STR(?d))))) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f }",
}
"""Small, legal, and without an end in sight."""

_GROWING: dict[str, Callable[[int], str]] = {
    "nested groups": lambda n: "ASK " + "{" * n + "}" * n,
    "nested brackets": lambda n: "ASK { FILTER(" + "(" * n + "1" + ")" * n + ") }",
    "a sum": lambda n: "SELECT (" + "+".join(["1"] * n) + " AS ?x) {}",
    "a product": lambda n: "SELECT (" + "*".join(["1"] * n) + " AS ?x) {}",
    "alternatives": lambda n: "ASK { FILTER(" + "||".join(["true"] * n) + ") }",
    "conditions": lambda n: "ASK { FILTER(" + "&&".join(["true"] * n) + ") }",
    "negations": lambda n: "ASK { FILTER(" + "!" * n + "true) }",
    "minus signs": lambda n: "SELECT (" + "- " * n + "1 AS ?x) {}",
    "unions": lambda n: "ASK { " + " UNION ".join(["{?s ?p ?o}"] * n) + " }",
    "optionals": lambda n: "ASK { ?s ?p ?o " + "OPTIONAL {?s ?p ?o} " * n + "}",
    "nested optionals": lambda n: "ASK { ?s ?p ?o " + "OPTIONAL { ?s ?p ?o " * n + "}" * n + "}",
    "minuses": lambda n: "ASK { ?s ?p ?o " + "MINUS {?s ?p ?o} " * n + "}",
    "existences": lambda n: "ASK { ?s ?p ?o " + "FILTER EXISTS {?s ?p ?o} " * n + "}",
    "a long path": lambda n: "ASK { ?s " + "/".join(["<x:p>"] * n) + " ?o }",
    "paths to choose from": lambda n: "ASK { ?s " + "|".join(["<x:p>"] * n) + " ?o }",
    "stars of stars": lambda n: "ASK { ?s " + "(" * n + "<x:p>" + ")*" * n + " ?o }",
    "patterns": lambda n: "ASK { " + " ".join(f"?s{i} ?p{i} ?o{i} ." for i in range(n)) + " }",
    "nested functions": lambda n: "SELECT (" + "STR(" * n + "1" + ")" * n + " AS ?x) {}",
    "nested lists": lambda n: "ASK { ?s ?p " + "(" * n + "1" + ")" * n + " }",
    "nested blank nodes": lambda n: "ASK { ?s ?p " + "[ <x:p> " * n + "1" + "]" * n + " }",
    "sub-queries": lambda n: "SELECT * {" * n + "?s ?p ?o" + "}" * n,
    "values": lambda n: "SELECT * { VALUES ?x { " + "1 " * n + "} }",
    "a long list to look in": lambda n: "ASK { FILTER(1 IN (" + ",".join(["2"] * n) + ")) }",
    "a long text": lambda n: "ASK { ?s ?p '" + "x" * n + "' }",
    "a long name": lambda n: "ASK { ?" + "x" * n + " ?p ?o }",
    "a long comment": lambda n: "#" + "x" * n + "\nASK {}",
    "prefixes": lambda n: " ".join(f"PREFIX p{i}: <x:{i}>" for i in range(n)) + " ASK {}",
}

OVERSIZED: dict[str, str] = {
    f"{kind}, {size:,}": make(size) for kind, make in _GROWING.items() for size in (500, 5_000, 20_000)
}
"""Texts that grow in one way, at three sizes; small ones may be answered, large ones are refused."""


def hostile() -> dict[str, str]:
    """The whole corpus by name."""
    return ENDLESS | OVERSIZED
