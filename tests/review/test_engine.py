"""Each constraint component finds what is wrong, lets pass what is right, and is planned as a query."""

import subprocess
import sys
from collections.abc import Sequence

import pyoxigraph as ox
import pytest

from govgraph.review.data import Row, StoreData
from govgraph.review.engine import Judgement, judge
from govgraph.review.results import key, to_turtle
from govgraph.review.shapes import read_shapes
from govgraph.review.targets import Classes
from govgraph.review.triples import SH

PREFIXES = """
@prefix ex: <http://example.org/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
EX = "http://example.org/"


def stored(data: str) -> StoreData:
    store = ox.Store()
    store.load((PREFIXES + data).encode(), format=ox.RdfFormat.TURTLE)
    return StoreData(store)


def judged(data: str, shapes: str, focus: list[ox.NamedNode] | None = None) -> Judgement:
    return judge(stored(data), read_shapes([(PREFIXES + shapes).encode()]), focus)


def node(name: str) -> ox.NamedNode:
    return ox.NamedNode(EX + name)


# Component, constraint on the values of ex:p, values that are right, values that are wrong, number of results.
ON_VALUES = [
    ("Class", "sh:class ex:Animal", "ex:cat", "ex:stone, 5", 2),
    ("Datatype", "sh:datatype xsd:date", '"2026-11-22"^^xsd:date', '"2026-13-01"^^xsd:date, "2026-11-22", ex:cat', 3),
    ("Datatype", "sh:datatype xsd:integer", "5, 99999999999999999999999", '"x"^^xsd:integer, 5.0', 2),
    ("Datatype", "sh:datatype xsd:byte", '"5"^^xsd:byte', '"300"^^xsd:byte, "x"^^xsd:byte', 2),
    ("Datatype", "sh:datatype rdf:langString", '"a"@en', '"a"', 1),
    ("NodeKind", "sh:nodeKind sh:IRI", "ex:cat", '"a", []', 2),
    ("NodeKind", "sh:nodeKind sh:BlankNodeOrLiteral", '"a", []', "ex:cat", 1),
    ("MinCount", "sh:minCount 1", "1, 2", "", 1),
    ("MinCount", "sh:minCount 2", "1, 2", "1", 1),
    ("MaxCount", "sh:maxCount 1", "1", "1, 2", 1),
    ("MaxCount", "sh:maxCount 0", "", "1", 1),
    ("MinExclusive", "sh:minExclusive 4", "5, 4.5", '4, "x", ex:cat', 3),
    ("MinInclusive", "sh:minInclusive 4", "4, 5", "3", 1),
    ("MaxExclusive", "sh:maxExclusive 4", "3", "4", 1),
    (
        "MaxInclusive",
        'sh:maxInclusive "2026-11-22"^^xsd:date',
        '"2026-11-22"^^xsd:date',
        '"2026-11-23"^^xsd:date, 1',
        2,
    ),
    ("MinLength", "sh:minLength 3", '"abc", ex:cat', '"ab", []', 2),
    ("MaxLength", "sh:maxLength 2", '"ab"', '"abc"', 1),
    ("Pattern", 'sh:pattern "^a[.]"', '"a.b"', '"ab", "A.b"', 2),
    ("Pattern", 'sh:pattern "^a" ; sh:flags "i"', '"Ab"', '"b"', 1),
    ("LanguageIn", 'sh:languageIn ("en" "cy")', '"a"@en-GB, "b"@cy', '"a", "b"@de, ex:cat', 3),
    ("UniqueLang", "sh:uniqueLang true", '"a"@en, "b"@cy, "c", "d"', '"a"@en, "b"@en, "c"@cy, "d"@cy', 2),
    ("In", 'sh:in (ex:cat "a"@en 1)', 'ex:cat, "a"@en, 1', 'ex:stone, "a", 1.0', 3),
    ("HasValue", "sh:hasValue ex:cat", "ex:cat, ex:stone", "ex:stone", 1),
    ("Not", "sh:not [ sh:class ex:Animal ]", "ex:stone", "ex:cat", 1),
    ("And", "sh:and ([ sh:class ex:Animal ] [ sh:nodeKind sh:IRI ])", "ex:cat", "ex:stone", 1),
    ("Or", "sh:or ([ sh:class ex:Animal ] [ sh:datatype xsd:string ])", 'ex:cat, "a"', "ex:stone, 1", 2),
    ("Xone", "sh:xone ([ sh:class ex:Animal ] [ sh:hasValue ex:cat ])", "ex:dog", "ex:cat, ex:stone", 2),
    ("Node", "sh:node [ sh:property [ sh:path ex:legs ; sh:minCount 1 ] ]", "ex:cat", "ex:stone, 4", 2),
    ("Node", "sh:node [ sh:property [ sh:path ex:legs ; sh:maxCount 5 ] ]", "ex:cat", "ex:spider", 1),
    ("Node", "sh:node [ sh:property [ sh:path ex:legs ; sh:minCount 6 ] ]", "ex:spider", "ex:cat", 1),
    (
        "Node",
        "sh:node [ sh:property [ sh:path ex:legs ; sh:minInclusive 2 ; sh:uniqueLang true ] ]",
        "ex:cat",
        "ex:spider",
        1,
    ),
    (
        "QualifiedMinCount",
        "sh:qualifiedValueShape [ sh:class ex:Animal ] ; sh:qualifiedMinCount 2",
        "ex:cat, ex:dog",
        "ex:cat, ex:stone",
        1,
    ),
    (
        "QualifiedMaxCount",
        "sh:qualifiedValueShape [ sh:class ex:Animal ] ; sh:qualifiedMaxCount 1",
        "ex:cat, ex:stone",
        "ex:cat, ex:dog",
        1,
    ),
]
WORLD = """
ex:Cat rdfs:subClassOf ex:Pet . ex:Pet rdfs:subClassOf ex:Animal . ex:stone ex:q 1 .
ex:cat a ex:Cat ; ex:legs 4 . ex:dog a ex:Animal . ex:spider ex:legs 1, 2, 3, 4, 5, 6, 7, 8 .
"""


@pytest.mark.parametrize(("component", "constraint", "right", "wrong", "number"), ON_VALUES)
def test_a_component_finds_the_wrong_values_and_no_others(
    component: str, constraint: str, right: str, wrong: str, number: int
) -> None:
    data = (
        WORLD
        + f"ex:good a ex:T {f'; ex:p {right}' if right else ''} . ex:bad a ex:T {f'; ex:p {wrong}' if wrong else ''} ."
    )
    shapes = f"ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property ex:P . ex:P sh:path ex:p ; {constraint} ."
    found = judged(data, shapes)
    assert (found.planned, found.passed_on) == (1, [])
    assert {result.component for result in found.results} == {f"{SH}{component}ConstraintComponent"}
    assert {(result.focus, result.path, result.shape) for result in found.results} == {
        (node("bad"), f"<{EX}p>", f"{EX}P")
    }
    assert len(found.results) == number


@pytest.mark.parametrize(
    ("component", "constraint", "good", "bad"),
    [
        ("Equals", "sh:equals ex:q", "ex:p 1, 2 ; ex:q 2, 1", "ex:p 1 ; ex:q 2"),
        ("Disjoint", "sh:disjoint ex:q", "ex:p 1 ; ex:q 2", "ex:p 1 ; ex:q 1"),
        ("LessThan", "sh:lessThan ex:q", "ex:p 1 ; ex:q 2", "ex:p 2 ; ex:q 2, 'x'"),
        ("LessThanOrEquals", "sh:lessThanOrEquals ex:q", "ex:p 2 ; ex:q 2", "ex:p 3 ; ex:q 2"),
    ],
)
def test_a_pair_of_properties_is_compared(component: str, constraint: str, good: str, bad: str) -> None:
    for inside in (
        f"sh:property ex:P . ex:P sh:path ex:p ; {constraint}",
        f"sh:node ex:N . ex:N sh:property [ sh:path ex:p ; {constraint} ]",
    ):
        found = judged(f"ex:good a ex:T ; {good} . ex:bad a ex:T ; {bad} .", f"ex:S sh:targetClass ex:T ; {inside} .")
        assert {result.focus for result in found.results} == {node("bad")}
        assert found.passed_on == []
        expected = "Node" if "sh:node" in inside else component
        assert {result.component for result in found.results} == {f"{SH}{expected}ConstraintComponent"}


def test_a_closed_shape_names_the_property_that_it_does_not_allow() -> None:
    found = judged(
        "ex:t a ex:T ; ex:p 1 ; ex:q 2 .",
        "ex:S sh:targetClass ex:T ; sh:closed true ; sh:ignoredProperties (rdf:type) ; sh:property [ sh:path ex:p ] .",
    )
    [result] = found.results
    assert (result.path, result.value.value if result.value else "") == (f"<{EX}q>", "2")


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("sh:targetClass ex:Animal", {"cat", "dog"}),
        ("sh:targetNode ex:cat, ex:nowhere", {"cat", "nowhere"}),
        ("sh:targetSubjectsOf ex:legs", {"cat", "spider"}),
        ("sh:targetObjectsOf ex:likes", {"dog"}),
        ("sh:targetClass ex:Animal ; sh:targetSubjectsOf ex:legs", {"cat", "dog", "spider"}),
        ("a rdfs:Class, sh:NodeShape", {"shaped"}),
    ],
)
def test_a_target_is_met_by_its_nodes(target: str, expected: set[str]) -> None:
    data = WORLD + "ex:cat ex:likes ex:dog . ex:shaped a ex:S ."
    found = judged(data, f"ex:S {target} ; sh:property [ sh:path ex:no ; sh:minCount 1 ] .")
    assert {result.focus for result in found.results} == {node(name) for name in expected}


def test_a_literal_can_be_a_target() -> None:
    [result] = judged("ex:a ex:p 1 .", 'ex:S sh:targetNode "x", "yy" ; sh:minLength 2 .').results
    assert result.focus == ox.Literal("x") == result.value


def test_blank_nodes_of_the_data_are_focus_nodes_and_values() -> None:
    found = judged(
        "[] a ex:T ; ex:p [] .", "ex:S sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:nodeKind sh:IRI ] ."
    )
    [result] = found.results
    assert isinstance(result.focus, ox.BlankNode)
    assert isinstance(result.value, ox.BlankNode)
    assert result.focus != result.value


def test_only_the_nodes_that_are_asked_for_are_judged() -> None:
    data = "ex:a a ex:Sub . ex:b a ex:T . ex:c a ex:Other . ex:Sub rdfs:subClassOf ex:T . ex:d ex:q 1 ."
    shapes = "ex:S sh:targetClass ex:T ; sh:targetSubjectsOf ex:q ; sh:property [ sh:path ex:p ; sh:minCount 1 ] ."
    found = judged(data, shapes, [node("a"), node("c"), node("d")])
    assert [result.focus for result in found.results] == [node("a"), node("d")]
    assert judged(data, shapes, []).conforms


def test_a_shape_that_is_switched_off_finds_nothing() -> None:
    off = "ex:S sh:targetNode ex:a ; sh:property ex:P . ex:P sh:path ex:p ; sh:minCount 1 ; sh:deactivated {} ."
    assert judged("", off.format("true")).conforms
    assert not judged("", off.format("false")).conforms


def test_severity_and_messages_are_those_of_the_shape_that_finds() -> None:
    [result] = judged(
        "",
        "ex:S sh:targetNode ex:a ; sh:severity sh:Info ; sh:property ex:P . ex:P sh:path ex:p ; sh:minCount 1 ; "
        'sh:severity sh:Warning ; sh:message "Add one"@en, "Ychwanegwch un"@cy .',
    ).results
    assert result.severity == SH + "Warning"
    assert {message.language for message in result.messages} == {"en", "cy"}


def test_a_shape_that_nothing_reaches_is_said_aloud() -> None:
    found = judged(
        "",
        "ex:S a sh:NodeShape ; sh:nodeKind sh:IRI . ex:U a sh:NodeShape . "
        "ex:T a sh:NodeShape ; sh:targetNode ex:a ; sh:node ex:U .",
    )
    assert found.without_target == [EX + "S"]


def test_what_the_planner_does_not_know_goes_to_the_reference_engine_and_is_named() -> None:
    found = judged(
        'ex:a ex:p "ab", "b" ; ex:q "irrelevant" .',
        'ex:S sh:targetNode ex:a ; sh:property ex:P . ex:P sh:path ex:p ; sh:pattern "^(?=a)" . '
        "ex:Other sh:targetNode ex:a ; sh:property [ sh:path ex:q ; sh:maxCount 0 ] .",
    )
    assert [(shape, "pattern" in reason) for shape, reason in found.passed_on] == [(EX + "S", True)]
    assert (found.planned, found.shapes) == (1, 2)
    assert {result.component for result in found.results} == {
        SH + "PatternConstraintComponent",
        SH + "MaxCountConstraintComponent",
    }
    assert {result.value.value for result in found.results if result.value} == {"b"}


def test_the_report_in_turtle_reads_back_as_the_same_results() -> None:
    found = judged(
        "ex:a ex:p 1 .",
        "ex:S sh:targetNode ex:a ; sh:property ex:P . "
        "ex:P sh:path ( [ sh:zeroOrMorePath ex:p ] [ sh:alternativePath ( ex:p [ sh:inversePath ex:q ] ) ] ) ; "
        "sh:maxCount 0 .",
    )
    [result] = found.results
    assert result.path == f"(<{EX}p>*)/(<{EX}p>|(^<{EX}q>))"
    text = to_turtle(found.results, found.conforms)
    again = judge(StoreData(_store(text)), read_shapes([(PREFIXES + _REPORT_SHAPES).encode()]))
    assert again.conforms
    assert key(result)[0] == node("a")


_REPORT_SHAPES = """
ex:R sh:targetClass sh:ValidationReport ; sh:property [ sh:path sh:conforms ; sh:hasValue false ] ,
  [ sh:path sh:result ; sh:minCount 1 ; sh:maxCount 1 ] ,
  [ sh:path ( sh:result sh:resultPath rdf:first sh:zeroOrMorePath ) ; sh:hasValue ex:p ] ,
  [ sh:path ( sh:result sh:resultPath rdf:rest rdf:first sh:alternativePath rdf:rest rdf:first sh:inversePath ) ;
    sh:hasValue ex:q ] .
"""


def _store(text: bytes) -> ox.Store:
    store = ox.Store()
    store.load(text, format=ox.RdfFormat.TURTLE)
    return store


def test_progress_is_told_after_each_shape() -> None:
    told: list[tuple[int, int]] = []
    shapes = read_shapes([(PREFIXES + "ex:S sh:targetNode ex:a . ex:T sh:targetNode ex:b .").encode()])
    judge(stored(""), shapes, progress=lambda done, whole: told.append((done, whole)))
    assert told == [(1, 2), (2, 2)]


def test_planned_shapes_are_judged_without_the_reference_engine() -> None:
    program = (
        "import sys, pyoxigraph as ox; from govgraph.review import data, engine, shapes; "
        "read = shapes.read_shapes([b'<http://e/S> <http://www.w3.org/ns/shacl#targetNode> <http://e/a> .']); "
        "engine.judge(data.StoreData(ox.Store()), read); print(sorted({'rdflib', 'pyshacl'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_where_all_classes_are_stated_one_class_does_for_those_below_it() -> None:
    data = """
        ex:Cat rdfs:subClassOf ex:Animal . ex:Lynx rdfs:subClassOf ex:Cat .
        ex:Left rdfs:subClassOf ex:Right . ex:Right rdfs:subClassOf ex:Left .
        ex:felix a ex:Cat, ex:Animal . ex:luna a ex:Lynx, ex:Cat, ex:Animal ; ex:p 1 .
        ex:both a ex:Left, ex:Right . ex:stone a ex:Stone .
    """
    stated = StoreData(stored(data).store, entailed=True)
    animals, sides, everything = (
        [EX + kind for kind in kinds] for kinds in (("Animal", "Cat"), ("Left", "Right"), ("Animal", "Lynx", "Stone"))
    )
    classes = Classes(stated, {*animals, *sides, *everything})
    assert classes.present(EX + "Cat") == [EX + "Cat"]
    assert classes.together(animals) == [EX + "Animal"]
    assert classes.together(sides) == [EX + "Left"]
    assert classes.together(everything) == [EX + "Animal", EX + "Stone"]
    shapes = read_shapes(
        [(PREFIXES + "[] sh:targetClass ex:Animal, ex:Cat ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .").encode()]
    )
    assert [result.focus for result in judge(stated, shapes).results] == [node("felix")]
    closed = Classes(stored(data), set(animals))
    assert closed.present(EX + "Cat") == [EX + "Cat", EX + "Lynx"], "others may leave out what follows"


def test_what_is_known_to_have_one_value_is_not_asked_for_a_second_one() -> None:
    asked: list[str] = []

    class Asked(StoreData):
        def select(self, text: str) -> Sequence[Row]:
            asked.append(text)
            return super().select(text)

    shapes = read_shapes(
        [
            (
                PREFIXES + "[] sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:maxCount 1 ; sh:uniqueLang true ],"
                "[ sh:path ex:q ; sh:maxCount 0 ], [ sh:path [ sh:inversePath ex:p ] ; sh:maxCount 1 ] ."
            ).encode()
        ]
    )
    data = stored('ex:a a ex:T ; ex:p "a"@en ; ex:q 1 . ex:b ex:p ex:c . ex:d ex:p ex:c . ex:c a ex:T .').store
    whole = judge(StoreData(data), shapes).results
    known = judge(Asked(data, several=frozenset({EX + "r"})), shapes).results
    assert {key(result) for result in known} == {key(result) for result in whole}
    assert {(result.focus, result.path) for result in known} == {(node("a"), f"<{EX}q>"), (node("c"), f"^<{EX}p>")}
    assert not any(f"?this <{EX}p>" in text for text in asked), "nothing has two values for it"
    twice = stored("ex:a a ex:T ; ex:p 1, 2 .").store
    assert len(judge(Asked(twice, several=frozenset({EX + "p"})), shapes).results) == 1
