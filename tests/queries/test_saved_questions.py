"""Each saved question gives the rows that the documents give; the rows were read out of them by hand."""

import csv
import re
from pathlib import Path

import pyoxigraph as ox
import pytest

from govgraph.errors import BadInput, BadParameter, UnknownQuestion, UnknownThing
from govgraph.graph import Graph
from govgraph.namespaces import PREFIXES
from govgraph.questions.library import find, library, read_question

EXPECTED = sorted(Path(__file__).parent.glob("*.expected.csv"))


def given(file: Path) -> tuple[str, dict[str, str]]:
    """Question and parameters: `ID.expected.csv`, or `ID~case.expected.csv`, with `# name: value` lines on top."""
    question = file.name.split(".")[0].split("~")[0]
    parameters = dict(re.findall(r"^# (\w+): (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE))
    return question, parameters


@pytest.mark.parametrize("file", EXPECTED, ids=lambda path: path.name.removesuffix(".expected.csv"))
def test_a_question_gives_exactly_the_expected_rows_in_order(file: Path, graph: Graph) -> None:
    question, parameters = given(file)
    content = [text for text in file.read_text(encoding="utf-8").splitlines() if not text.startswith("# ")]
    expected = list(csv.DictReader(content))
    table = graph.ask(question, **parameters)
    columns = list(expected[0]) if expected else []
    assert set(columns) <= set(table.columns)
    cells = [{name: table.cell(row, name) for name in columns} for row in table.terms]
    assert cells == expected


def test_every_question_has_expected_rows() -> None:
    assert {given(file)[0] for file in EXPECTED} == set(library())


@pytest.mark.parametrize("name", list(library()))
def test_a_question_pasted_into_an_editor_answers_for_everything(name: str, graph: Graph) -> None:
    assert len(graph.select(find(name).text)) > 0


@pytest.mark.parametrize("name", list(library()))
def test_every_parameter_is_projected_and_has_an_example_that_gives_rows(name: str, graph: Graph) -> None:
    question = find(name)
    examples = {parameter.name: parameter.example for parameter in question.parameters}
    assert all(examples.values())
    table = graph.ask(name, **examples)
    assert set(examples) <= set(table.columns)
    assert len(table) > 0


def test_the_answer_never_uses_a_fact_of_the_earlier_revision(graph: Graph) -> None:
    for group in ("Children's Trust", "Older People's Reference Group", "Community Cohesion Management Group"):
        table = graph.ask("ultimately-accountable-to", body=group)
        assert table.rows == []
        assert "earlier revision only" in table.notes[0]
    for row in graph.ask("who-answers-to", body="Partnership Board").rows:
        assert "deleted" not in row["clause"]


HOSTILE = ['"', "> } ;", "x } UNION { ?s ?p ?o", "a\nb", "a\u2028b", "'''", "\\u0022", "<http://x y>", "}" * 400]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_in_a_parameter_is_a_name_that_nobody_has(text: str, graph: Graph) -> None:
    with pytest.raises(UnknownThing):
        graph.ask("who-chairs", body=text)


@pytest.mark.parametrize("text", ["lots", "NaN", "-Infinity", "1E+999999999", "12 000", "0x10"])
def test_what_is_not_a_number_is_refused_with_an_example(text: str, graph: Graph) -> None:
    with pytest.raises(BadParameter, match="£500,000"):
        graph.ask("contributions", amount=text)


def test_an_unknown_question_is_answered_with_close_ones() -> None:
    with pytest.raises(UnknownQuestion, match="ultimately-accountable-to"):
        find("ultimatly-accountable")


def test_a_missing_parameter_is_named_with_an_example(graph: Graph) -> None:
    with pytest.raises(BadParameter, match='such as "Delivery groups"'):
        graph.ask("ultimately-accountable-to")


def test_an_unknown_parameter_is_named_with_the_known_ones(graph: Graph) -> None:
    with pytest.raises(BadParameter, match="Its parameters: body"):
        graph.ask("who-chairs", council="Harrow")


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("#+ title: a: b: c\n", "not YAML"),
        ("#+ title: T\n#+ tags: []\n", "'question'"),
        ("SELECT * { ?s ?p ?o }", "title, question, tags"),
        ("#+ title: T\n#+ question: Q\n#+ tags: []\n#+ params: [{name: x, type: colour}]\n", "iri, string, date"),
    ],
)
def test_a_question_file_with_a_wrong_header_is_refused_by_name(tmp_path: Path, header: str, expected: str) -> None:
    (tmp_path / "mine.rq").write_text(header)
    with pytest.raises(BadInput, match=r"mine\.rq") as caught:
        read_question(tmp_path / "mine.rq")
    assert expected in str(caught.value)


def asked(question: str, turtle: str) -> list[ox.QuerySolution]:
    """Rows of a question over some facts of its own."""
    store = ox.Store()
    head = "".join(f"PREFIX {prefix}: <{iri}>\n" for prefix, iri in PREFIXES.items())
    store.load((head + turtle).encode(), ox.RdfFormat.TURTLE)
    rows = store.query(find(question).text)
    assert isinstance(rows, ox.QuerySolutions)
    return list(rows)


def test_rows_of_a_body_without_a_label_stand_together_and_first() -> None:
    seats = "".join(
        f"id:{body}-seat a gov:Seat ; gov:inBody id:{body} ; gov:represents id:m ; dct:bibliographicCitation '1' ."
        for body in "abc"
    )
    rows = asked("member-overlap", f"{seats} id:a skos:prefLabel 'A' . id:c skos:prefLabel 'C' .")
    pairs = ["".join(row[name].value[-1] for name in ("body", "other")) for row in rows]
    assert pairs == ["ba", "bc", "ab", "ac", "cb", "ca"]


def test_an_open_line_that_cites_nothing_adds_no_second_reason() -> None:
    rows = asked(
        "dead-ends",
        """id:b a gov:CouncilBody ; skos:prefLabel 'B' .
        id:l a gov:AccountabilityLine ; gov:accountableParty id:b ; gov:mode id:m ; dct:bibliographicCitation '9.1' .
        id:k a gov:AccountabilityLine ; gov:accountableParty id:b ; gov:mode id:m .
        id:m gov:carriesAccountability true .""",
    )
    assert [(row["why"].value, row["clause"].value) for row in rows] == [("to nobody named", "9.1")]


def test_groups_of_a_kind_are_counted_in_the_partnership_of_whose_kind_a_text_speaks() -> None:
    """Two councils, each with a text that counts its delivery groups, and one group inside another."""
    councils = "".join(
        f"""id:{council}-kind a gov:DeliveryGroup ; gov:isGeneric true ; org:subOrganizationOf id:{council} .
        id:{council}-1 a gov:DeliveryGroup ; org:subOrganizationOf id:{council} .
        id:{council}-count a gov:StatedCount ; skos:prefLabel '{council}' ; gov:statedNumber {stated} ;
            gov:countedBy id:{council}-kind ; dct:bibliographicCitation '{council} 1' ."""
        for council, stated in (("a", 1), ("b", 3))
    )
    rows = asked(
        "stated-counts",
        f"""gov:DeliveryGroup rdfs:subClassOf gov:PartnershipGroup . {councils}
        id:b-2 a gov:DeliveryGroup ; org:subOrganizationOf id:b .
        id:b-3 a gov:DeliveryGroup ; org:subOrganizationOf id:b-2 .""",
    )
    assert [(row["clause"].value, row["stated"].value, row["listed"].value) for row in rows] == [
        ("a 1", "1", "1"),
        ("b 1", "3", "3"),
    ]
