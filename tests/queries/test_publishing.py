"""The saved questions are published as RDF and as a document, from the same files that are asked."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from govgraph.errors import BadParameter
from govgraph.graph import Graph
from govgraph.namespaces import PREFIXES, QUESTION
from govgraph.questions.library import find, library
from govgraph.questions.listing import PAGE, command_of, listing
from govgraph.questions.publishing import turtle

ENDPOINT = "https://example.org/sparql"
DOCUMENT = Path(__file__).parents[2] / "docs" / PAGE


def published(endpoint: str = ENDPOINT) -> ox.Store:
    store = ox.Store()
    store.load(input=turtle(library().values(), endpoint).encode(), format=ox.RdfFormat.TURTLE)
    return store


def selected(store: ox.Store, query: str) -> list[tuple[str, ...]]:
    found = store.query(query, prefixes=PREFIXES)
    assert isinstance(found, ox.QuerySolutions)
    return [tuple(str(term.value) for term in solution if term is not None) for solution in found]


def test_every_question_is_published_with_its_words_its_endpoint_and_a_query() -> None:
    found = selected(
        published(),
        """SELECT ?q ?comment ?target ?select { ?q a sh:SPARQLExecutable, sh:SPARQLSelectExecutable ;
           rdfs:comment ?comment ; schema:target ?target ; sh:select ?select ;
           sh:prefixes/sh:declare/sh:prefix "gov" }""",
    )
    told = {iri.removeprefix(QUESTION): (comment, target) for iri, comment, target, _ in found}
    assert told == {name: (question.question, ENDPOINT) for name, question in library().items()}


def test_every_published_query_parses_with_no_prefix_but_its_own() -> None:
    queries = selected(published(), "SELECT ?select { ?q sh:select ?select }")
    assert len(queries) == len(library())
    for (query,) in queries:
        assert "#+" not in query
        ox.Store().query(query)


def test_keywords_are_the_tags() -> None:
    found = selected(published(), "SELECT ?q ?tag { ?q schema:keywords ?tag }")
    assert set(found) == {(QUESTION + name, tag) for name, question in library().items() for tag in question.tags}


def test_parameters_carry_their_type_and_whether_they_may_be_left_out() -> None:
    ask = "SELECT ?name ?optional ?of {{ <{0}> sh:parameter ?p . ?p sh:name ?name ; {1} ?of ; sh:optional ?optional }}"
    body = selected(published(), ask.format(QUESTION + "ultimately-accountable-to", "sh:class"))
    assert body == [("body", "false", PREFIXES["gov"] + "Party")]
    amount = selected(published(), ask.format(QUESTION + "contributions", "sh:datatype"))
    assert amount == [("amount", "true", PREFIXES["xsd"] + "decimal")]


def test_an_address_that_is_no_iri_is_refused() -> None:
    with pytest.raises(BadParameter):
        turtle(library().values(), "http://a b/> . <x")


def test_the_document_of_questions_is_what_the_library_and_the_graph_give(graph: Graph) -> None:
    made = listing(library().values(), lambda question, given: graph.ask(question.id, **given))
    assert DOCUMENT.read_text(encoding="utf-8") == made, "run: python -m govgraph.questions.listing"


def test_a_name_with_spaces_is_quoted_in_the_command() -> None:
    assert command_of(find("member-overlap")) == (
        "govgraph ask member-overlap --body 'Partnership Board' --other 'Harrow Chief Executives'"
    )
