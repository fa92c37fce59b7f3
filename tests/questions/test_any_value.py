"""Whatever a person types is bound as a term: it comes back as it was typed, and never becomes syntax."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from govgraph.errors import BadParameter, UnknownThing
from govgraph.questions.library import Parameter, find
from govgraph.questions.parameters import bind
from govgraph.questions.table import read_table
from govgraph.rdf.terms import iri, term
from govgraph.store.base import Request
from govgraph.store.embedded import EmbeddedReader
from govgraph.store.generations import Generation
from govgraph.store.names import Names

PIECES = ['"', "'", "'''", "> } ;", "} UNION {", "\\", "\\u0022", "\n", "\r", "\u2028", "\x00", "#", "<", ">", "?text"]
TYPED = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=8).map("".join)
QUESTION = dataclasses.replace(find("who-chairs"), parameters=(Parameter("text", "string"),))


@pytest.fixture(scope="module")
def reader(generation: Generation) -> EmbeddedReader:
    return EmbeddedReader(generation.store, generation.number)


@pytest.fixture(scope="module")
def names(generation: Generation) -> Names:
    return Names(generation.names)


def test_ten_thousand_texts_come_back_as_they_were_typed(reader: EmbeddedReader, names: Names) -> None:
    @settings(max_examples=10_000, deadline=None, database=None)
    @given(text=TYPED)
    def holds(text: str) -> None:
        terms, _ = bind(QUESTION, {"text": text}, names)
        if not terms:
            assert not text.strip()
            return
        answer = reader.answer(Request("SELECT ?text WHERE { }", terms))
        assert read_table(answer.body, answer.generation).rows == [{"text": text.strip()}]

    holds()


def test_ten_thousand_texts_are_legal_iris_or_refused(reader: EmbeddedReader) -> None:
    @settings(max_examples=10_000, deadline=None, database=None)
    @given(text=TYPED.map(lambda text: f"http://example.org/{text}") | TYPED)
    def holds(text: str) -> None:
        try:
            term(iri(text))
        except BadParameter:
            return
        answer = reader.answer(Request("SELECT ?thing WHERE { }", {"thing": iri(text)}))
        assert read_table(answer.body, answer.generation).rows == [{"thing": text}]

    holds()


def test_any_text_as_a_name_is_a_thing_or_nobody(names: Names) -> None:
    @settings(max_examples=200, deadline=None, database=None)
    @given(text=TYPED)
    def holds(text: str) -> None:
        try:
            found = names.find(text)
        except UnknownThing:
            return
        assert found.iri.startswith("https://")

    holds()
