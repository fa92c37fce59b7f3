"""A query of an endpoint gives the bytes that the same query gives here, or says why it cannot."""

import json

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from tests.questions.test_any_value import TYPED
from tests.store.playing import Played
from tests.store.reading import EARLIER, JSON, numbers, plain

from govgraph.errors import AnswerTooLarge, BadParameter, EndpointFailed, NotAnEndpoint, PartOfAnswer, QuerySyntax
from govgraph.limits import Limits
from govgraph.questions.library import find, library
from govgraph.questions.runner import prepare
from govgraph.rdf.terms import iri, literal
from govgraph.store.base import DATASET_TYPES, GRAPH_TYPES, SOLUTION_TYPES, Answer, Request
from govgraph.store.embedded import EmbeddedReader
from govgraph.store.generations import Generation
from govgraph.store.names import Names
from govgraph.store.remote import RemoteReader

pytestmark = pytest.mark.usefixtures("cache")


def rows(answer: Answer) -> list[dict[str, tuple[object, ...]]]:
    """Rows without the order in which SPARQL leaves it open to put texts together."""
    return [
        {name: (cell["type"], cell.get("xml:lang"), *sorted(cell["value"].replace(", ", "; ").split("; ")))
         for name, cell in row.items()}
        for row in json.loads(answer.body)["results"]["bindings"]
    ]  # fmt: skip


@pytest.mark.parametrize("name", list(library()))
def test_a_saved_question_gives_the_rows_that_it_gives_here(
    name: str, remote: RemoteReader, embedded: EmbeddedReader, generation: Generation
) -> None:
    question, names = find(name), Names(generation.names)
    examples = {parameter.name: parameter.example for parameter in question.parameters}
    for request in (*prepare(question, examples, names).requests, Request(question.text)):
        there, here = remote.answer(request), embedded.answer(request)
        assert rows(there) == rows(here)
        assert (there.rows, there.generation, there.kind) == (here.rows, here.generation, here.kind)


SELECT = "SELECT ?s ?label { ?s a gov:PartnershipGroup ; skos:prefLabel ?label } ORDER BY ?s"
CONSTRUCT = "CONSTRUCT { ?s skos:prefLabel ?label } { ?s a gov:Council ; skos:prefLabel ?label } ORDER BY ?s"


@pytest.mark.parametrize("media_type", [*SOLUTION_TYPES, *GRAPH_TYPES])
def test_an_answer_is_the_same_bytes_in_every_form(
    media_type: str, remote: RemoteReader, embedded: EmbeddedReader
) -> None:
    text = SELECT if media_type in SOLUTION_TYPES else CONSTRUCT
    assert remote.answer(Request(text, accept=(media_type,))) == embedded.answer(Request(text, accept=(media_type,)))


@pytest.mark.parametrize("media_type", SOLUTION_TYPES[:2])
@pytest.mark.parametrize("text", ["ASK { ?s a gov:Council }", "ASK { ?s a gov:Nothing }"])
def test_a_yes_or_no_is_the_same_bytes(
    media_type: str, text: str, remote: RemoteReader, embedded: EmbeddedReader
) -> None:
    request = Request(text, accept=(media_type,))
    assert remote.answer(request) == embedded.answer(request)


@pytest.mark.parametrize("media_type", DATASET_TYPES)
def test_the_whole_dataset_is_given_graphs_and_all(
    media_type: str, remote: RemoteReader, embedded: EmbeddedReader
) -> None:
    request = Request("", accept=(media_type,), whole=True)
    there, here = remote.answer(request), embedded.answer(request)
    form = ox.RdfFormat.from_media_type(media_type)
    assert form
    assert set(ox.parse(there.body, form)) == set(ox.parse(here.body, form))
    assert there.rows == here.rows


@pytest.mark.parametrize("most", [1, 3, 10_000])
def test_the_first_rows_are_asked_for_and_told_to_be_a_part(
    most: int, remote: RemoteReader, embedded: EmbeddedReader, played: Played
) -> None:
    request = Request(SELECT, accept=JSON, most=most)
    assert remote.answer(request) == embedded.answer(request)
    assert played.sent[-1].endswith(f"LIMIT {most + 1}")


@pytest.mark.parametrize(
    "text",
    ["SELECT ?x { ?x gvo:mode ?y }", "SELEKT ?x { ?x ?y ?z }", "SELECT ?x {\n ?x ?y }", "SELECT ?x { ?x ?y ?z ", ""],
)
def test_what_cannot_be_read_is_told_with_line_and_column(
    text: str, remote: RemoteReader, embedded: EmbeddedReader
) -> None:
    with pytest.raises(QuerySyntax) as here:
        embedded.answer(Request(text))
    with pytest.raises(QuerySyntax) as there:
        remote.answer(Request(text))
    assert str(there.value) == str(here.value)


def test_a_term_of_ours_that_is_not_there_is_told_with_what_is_close(
    remote: RemoteReader, embedded: EmbeddedReader
) -> None:
    request = Request("SELECT ?x { ?x gov:acountableTo ?y }")
    assert "the ontology has no gov:acountableTo; did you mean gov:accountableTo" in remote.answer(request).notes[0]
    assert remote.answer(request) == embedded.answer(request)


@pytest.mark.parametrize(
    "request_",
    [
        Request("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"),
        Request("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"),
        Request(f"SELECT (COUNT(*) AS ?n) FROM <{EARLIER}> {{ ?s ?p ?o }}"),
        Request(f"SELECT (COUNT(*) AS ?n) FROM NAMED <{EARLIER}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"),
        Request("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", default_graphs=(EARLIER,)),
        Request("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", named_graphs=(EARLIER,)),
        Request("SELECT ?x { VALUES ?x { <a> } }", base="http://example.org/"),
    ],
    ids=str,
)
def test_a_query_reads_the_graphs_that_it_reads_here(
    request_: Request, remote: RemoteReader, embedded: EmbeddedReader
) -> None:
    assert remote.answer(request_) == embedded.answer(request_)


def test_texts_come_back_as_they_were_typed_from_an_endpoint(small: Played) -> None:
    reader = plain(small)

    @settings(max_examples=200, deadline=None, database=None)
    @given(text=TYPED)
    def holds(text: str) -> None:
        answer = reader.answer(Request("SELECT ?text { }", {"text": literal(text)}, JSON))
        assert json.loads(answer.body)["results"]["bindings"] == [{"text": {"type": "literal", "value": text}}]

    holds()


def test_a_parameter_must_be_a_variable_that_the_query_projects(remote: RemoteReader) -> None:
    with pytest.raises(BadParameter, match="must be a variable that the query projects"):
        remote.answer(Request("SELECT ?y { ?x ?p ?y }", {"x": iri("http://e/")}))
    with pytest.raises(BadParameter, match="no group"):
        remote.answer(Request("SELECT ?x \\u007B ?x ?p ?y }", {"x": iri("http://e/")}))


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "lit', PartOfAnswer),
        (b"[1, 2]", NotAnEndpoint),
        (b'{"answer": 42}', NotAnEndpoint),
        (b"true", NotAnEndpoint),
        (b"", NotAnEndpoint),
        (
            b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "uri", "value": "<>"}}]}}',
            EndpointFailed,
        ),
        (b'{"head": {"vars": ["x"]}, "results": {"bindings": [{"x": 7}]}}', EndpointFailed),
        (b'{"head": {"vars": ["x"]}, "results": []}', EndpointFailed),
    ],
)
def test_results_that_are_none_are_told(body: bytes, error: type[Exception], small: Played) -> None:
    small.body = body
    with pytest.raises(error):
        plain(small).answer(Request("SELECT ?x { ?x ?p ?o }"))


def test_results_as_older_engines_write_them_are_read(small: Played) -> None:
    integer = "http://www.w3.org/2001/XMLSchema#integer"
    cells = {
        "x": {"type": "typed-literal", "datatype": integer, "value": "7"},
        "b": {"type": "bnode", "value": "nodeID://1"},
    }
    small.body = json.dumps({"head": {"vars": ["x", "b"]}, "results": {"bindings": [cells]}}).encode()
    found = json.loads(plain(small).answer(Request("SELECT ?x ?b { }", accept=JSON)).body)["results"]["bindings"]
    assert found[0]["x"] == {"type": "literal", "datatype": integer, "value": "7"}
    assert found[0]["b"]["type"] == "bnode"


def test_an_answer_that_is_too_large_is_refused(small: Played) -> None:
    small.store.load(numbers(50), ox.RdfFormat.TURTLE)
    for limits in (Limits(answer_rows=10), Limits(answer_bytes=500)):
        with pytest.raises(AnswerTooLarge):
            plain(small, limits=limits).answer(Request("SELECT ?s ?o { ?s ?p ?o }"))
