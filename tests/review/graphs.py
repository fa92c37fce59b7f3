"""Small random graphs and shapes, for tests that hold engines against one another (Hypothesis).

Graphs use few names, so that things meet: three classes in a chain, five things, four properties. Literals are odd on
purpose, but for what the store cannot keep: the types derived from xsd:integer, which it takes for xsd:integer, and
spellings such as 1e0 or 01, which it keeps by their value. Shapes are Turtle text over the same names, and every shape
and constraint has an IRI, as ours have.
"""

from hypothesis import strategies as st

__all__ = ["LITERALS", "PREFIXES", "graphs", "paths", "shapes_files"]

PREFIXES = """
@prefix ex: <http://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""

THINGS = [f"ex:t{number}" for number in range(5)]
PROPERTIES = [f"ex:p{number}" for number in range(4)]
CLASSES = ["ex:A", "ex:B", "ex:C"]
LITERALS = [
    '""', '"a"', '"A"', '"bb"', '"a b"', '"a"@en', '"b"@en', '"a"@en-gb', '"b"@de', '"7"', "1", "2", "7", "-1", "1.5",
    "2.5", '"x"^^xsd:integer', "true", "false", '"maybe"^^xsd:boolean', '"2026-01-31"^^xsd:date',
    '"2025-12-01"^^xsd:date', '"2026-02-30"^^xsd:date', '"2026-01-31T10:00:00"^^xsd:dateTime',
    '"2026-01-31T10:00:00Z"^^xsd:dateTime', '"a"^^ex:own', '"<b>"^^rdf:HTML',
]  # fmt: skip
DATATYPES = ["xsd:string", "xsd:integer", "xsd:decimal", "xsd:double", "xsd:boolean", "xsd:date", "rdf:langString",
             "xsd:dateTime", "ex:own"]  # fmt: skip
NUMBERS = ["0", "1", "2", "1.5", "2e0"]

_things = st.sampled_from(THINGS)
_properties = st.sampled_from(PROPERTIES)
_literals = st.sampled_from(LITERALS)
_terms = st.one_of(_things, _literals)


@st.composite
def graphs(draw: st.DrawFn) -> str:
    """Turtle of a small graph; the classes are a chain, A above B above C."""
    statements = ["ex:B rdfs:subClassOf ex:A .", "ex:C rdfs:subClassOf ex:B ."]
    nodes = st.sampled_from([*THINGS, "_:b0", "_:b1"])
    for thing, name in draw(st.lists(st.tuples(nodes, st.sampled_from(CLASSES)), min_size=1, max_size=5)):
        statements.append(f"{thing} a {name} .")
    values = st.one_of(nodes, _literals)
    for thing, own, value in draw(st.lists(st.tuples(nodes, _properties, values), min_size=2, max_size=16)):
        statements.append(f"{thing} {own} {value} .")
    return PREFIXES + "\n".join(statements)


def paths(depth: int = 2) -> st.SearchStrategy[str]:
    """A property path as SHACL writes it."""
    if depth == 0:
        return _properties
    inner = paths(depth - 1)
    return st.one_of(
        _properties,
        _properties,
        inner.map(lambda path: f"[ sh:inversePath {path} ]"),
        st.tuples(inner, inner).map(lambda both: f"( {both[0]} {both[1]} )"),
        st.tuples(inner, inner).map(lambda both: f"[ sh:alternativePath ( {both[0]} {both[1]} ) ]"),
        st.tuples(st.sampled_from(["zeroOrMorePath", "oneOrMorePath", "zeroOrOnePath"]), inner).map(
            lambda both: f"[ sh:{both[0]} {both[1]} ]"
        ),
    )


def _listed(terms: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(terms, min_size=1, max_size=4, unique=True).map(lambda members: f"( {' '.join(members)} )")


def _value_constraints() -> st.SearchStrategy[str]:
    """Constraints of node shapes and property shapes alike."""
    return st.one_of(
        st.sampled_from(CLASSES).map("sh:class {}".format),
        st.sampled_from(DATATYPES).map("sh:datatype {}".format),
        st.sampled_from(["IRI", "BlankNode", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral"]).map(
            "sh:nodeKind sh:{}".format
        ),
        st.tuples(st.sampled_from(["minInclusive", "maxInclusive", "minExclusive", "maxExclusive"]),
                  st.sampled_from([*NUMBERS, '"2026-01-15"^^xsd:date'])).map(lambda both: f"sh:{both[0]} {both[1]}"),
        st.tuples(st.sampled_from(["minLength", "maxLength"]), st.sampled_from(["0", "1", "2"])).map(
            lambda both: f"sh:{both[0]} {both[1]}"
        ),
        st.sampled_from(['sh:pattern "^a"', 'sh:pattern "A" ; sh:flags "i"', 'sh:pattern "b$"', 'sh:pattern "t[12]"']),
        _listed(st.sampled_from(['"en"', '"de"', '"en-gb"'])).map("sh:languageIn {}".format),
        st.tuples(st.sampled_from(["equals", "disjoint"]), _properties).map(lambda both: f"sh:{both[0]} {both[1]}"),
        _terms.map("sh:hasValue {}".format),
        _listed(_terms).map("sh:in {}".format),
    )  # fmt: skip


def _path_constraints() -> st.SearchStrategy[str]:
    """Constraints of property shapes only."""
    return st.one_of(
        st.sampled_from(["sh:minCount 1", "sh:minCount 2", "sh:maxCount 0", "sh:maxCount 1", "sh:uniqueLang true"]),
        st.tuples(st.sampled_from(["lessThan", "lessThanOrEquals"]), _properties).map(
            lambda both: f"sh:{both[0]} {both[1]}"
        ),
    )


def _nested(shape: st.SearchStrategy[str], node_shape: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Constraints that hold other shapes; sh:node takes node shapes only (SHACL §4.7.1)."""
    return st.one_of(
        node_shape.map("sh:node {}".format),
        shape.map("sh:not {}".format),
        st.tuples(st.sampled_from(["and", "or", "xone"]), st.lists(shape, min_size=1, max_size=2)).map(
            lambda both: f"sh:{both[0]} ( {' '.join(both[1])} )"
        ),
    )


def _qualified(shape: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(shape, st.sampled_from(["sh:qualifiedMinCount 1", "sh:qualifiedMaxCount 1"])).map(
        lambda both: f"sh:qualifiedValueShape {both[0]} ; {both[1]}"
    )


QUERIES = [
    "SELECT $this ?value WHERE { $this ex:p0 ?value . ?value ex:p1 ?other . }",
    "SELECT $this WHERE { $this ex:p0 ?one . FILTER NOT EXISTS { $this ex:p1 ?one } }",
    "SELECT $this (COUNT(DISTINCT ?v) AS ?n) WHERE { $this ex:p0 ?v } GROUP BY $this HAVING (COUNT(DISTINCT ?v) > 1)",
    "SELECT DISTINCT $this ?value WHERE { $this ex:p0|ex:p1 ?value . ?value ex:p0* ?end . ?end a ex:C . }",
    "SELECT $this ?value WHERE { $this ex:p2 ?value . FILTER (isNumeric(?value) && ?value > 1) }",
    "SELECT DISTINCT $this WHERE { { $this ex:p0 ?a } UNION { ?b ex:p1 $this } FILTER NOT EXISTS { $this ex:p3 ?c } }",
]
"""SPARQL constraints, written as ours are."""

_severity = st.sampled_from(["", "sh:severity sh:Warning ;", "sh:severity sh:Info ;"])


@st.composite
def shapes_files(draw: st.DrawFn) -> str:
    """Turtle of one to three shapes with targets, over inner shapes that may be nested once."""
    inner: list[str] = []

    def plain(constraint: str, path: str = "") -> str:
        name = f"ex:Inner{len(inner)}"
        kind = "sh:PropertyShape" if path else "sh:NodeShape"
        inner.append(f"{name} a {kind} ; {f'sh:path {path} ;' if path else ''} {constraint} .")
        return name

    leaf_node = _value_constraints().map(plain)
    leaf = st.one_of(
        leaf_node,
        st.tuples(st.one_of(_value_constraints(), _path_constraints()), paths(1)).map(lambda both: plain(*both)),
    )
    nested_node = _nested(leaf, leaf_node).map(plain)
    anything, node = st.one_of(leaf, nested_node), st.one_of(leaf_node, nested_node)
    texts = []
    for number in range(draw(st.integers(1, 3))):
        target = draw(
            st.one_of(
                st.sampled_from(CLASSES).map("sh:targetClass {}".format),
                _properties.map("sh:targetSubjectsOf {}".format),
                _properties.map("sh:targetObjectsOf {}".format),
                _terms.map("sh:targetNode {}".format),
            )
        )
        properties = []
        for place in range(draw(st.integers(0, 2))):
            choices = st.one_of(_value_constraints(), _path_constraints(), _nested(anything, node), _qualified(leaf))
            constraints = draw(st.lists(choices, min_size=1, max_size=2, unique_by=lambda text: text.split()[0]))
            name = f"ex:Property{number}-{place}"
            texts.append(f"{name} a sh:PropertyShape ; sh:path {draw(paths())} ; {' ; '.join(constraints)} .")
            properties.append(name)
        choices = st.one_of(_value_constraints(), _nested(anything, node))
        constraints = draw(st.lists(choices, max_size=2, unique_by=lambda text: text.split()[0]))
        if draw(st.booleans()):
            query = draw(st.sampled_from(QUERIES))
            texts.append(f'ex:Query{number} a sh:SPARQLConstraint ; sh:prefixes ex:prefixes ; sh:select "{query}" .')
            constraints.append(f"sh:sparql ex:Query{number}")
        if draw(st.integers(0, 9)) == 0:
            constraints.append("sh:closed true ; sh:ignoredProperties ( rdf:type ex:p0 )")
        constraints += [f"sh:property {name}" for name in properties]
        constraints = constraints or ["sh:nodeKind sh:IRI"]
        texts.append(f"ex:Shape{number} a sh:NodeShape ; {draw(_severity)} {target} ; {' ; '.join(constraints)} .")
    prefixes = 'ex:prefixes sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .'
    return PREFIXES + "\n".join([prefixes, *texts, *inner])
