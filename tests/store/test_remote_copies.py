"""What is fetched from an endpoint, to be answered here, is whole, bounded, kept and said."""

from collections.abc import Mapping
from typing import ClassVar

import pyoxigraph as ox
import pytest
from tests.store.playing import Played
from tests.store.reading import JSON, numbers, plain, reader_of

from govgraph.errors import PartOfAnswer, StoreFailed
from govgraph.graph import Graph
from govgraph.knowledge.remote_names import names_file
from govgraph.limits import Limits
from govgraph.store.base import Request
from govgraph.store.copying import Copies
from govgraph.store.embedded import EmbeddedReader
from govgraph.store.endpoint import Endpoint
from govgraph.store.engines import Engine
from govgraph.store.generations import Generation
from govgraph.store.names import Names
from govgraph.store.remote_generations import RemoteGenerations

pytestmark = pytest.mark.usefixtures("cache")


@pytest.mark.parametrize("text", ["SELECT ?s ?o { ?s <http://e/p> ?o }", "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"])
def test_an_answer_that_was_cut_without_a_word_is_found_out(text: str, small: Played) -> None:
    small.store.load(numbers(2_345), ox.RdfFormat.TURTLE)
    assert plain(small).answer(Request(text)).rows == 2_345
    small.cut = 2_000
    with pytest.raises(PartOfAnswer, match=r"sent 2,000 of 2,345 rows and said nothing of it"):
        plain(small).answer(Request(text))


def test_an_answer_that_only_looks_cut_is_given(small: Played) -> None:
    small.store.load(numbers(2_000), ox.RdfFormat.TURTLE)
    for text in ("SELECT ?s ?o { ?s <http://e/p> ?o }", "SELECT ?s ?o { ?s ?p ?o } ORDER BY ?s LIMIT 1000"):
        assert plain(small).answer(Request(text)).rows in (1_000, 2_000)
    assert len(small.sent) == 4, "each was counted"


def test_a_copy_is_whole_although_the_endpoint_cuts_its_answers(small: Played) -> None:
    small.store.load(numbers(3_456), ox.RdfFormat.TURTLE)
    small.cut = 1_000
    assert len(plain(small).copies.store()) == 3_456


def test_a_copy_is_whole_although_the_endpoint_changes_the_order_of_rows_between_pages(small: Played) -> None:
    small.store.load(numbers(3_456), ox.RdfFormat.TURTLE)
    small.cut, small.turns = 1_000, "unsorted"
    assert len(plain(small).copies.store()) == 3_456
    assert any("ORDER BY ?s ?p ?o OFFSET" in text for text in small.sent)


def test_a_copy_is_refused_where_rows_come_twice_and_others_never(small: Played) -> None:
    small.store.load(numbers(3_456), ox.RdfFormat.TURTLE)
    small.cut, small.turns = 1_000, "all"
    with pytest.raises(PartOfAnswer, match=r"counts 3,456 statements and gives \d,\d+"):
        plain(small).copies.store()


class Telling(Engine):
    """An engine that says when it sends a part."""

    partial_headers: ClassVar[Mapping[str, str]] = {"x-sparql-maxrows": "it has more rows than it sends at once"}


def test_a_copy_is_whole_although_the_endpoint_says_that_it_sends_parts(small: Played) -> None:
    small.store.load(numbers(3_456), ox.RdfFormat.TURTLE)
    small.cut, small.says_so = 1_000, True
    assert len(plain(small, Telling()).copies.store()) == 3_456
    with pytest.raises(PartOfAnswer, match="more rows than it sends at once"):
        plain(small, Telling()).answer(Request("SELECT ?s ?o { ?s ?p ?o }"))


def test_a_copy_that_would_be_too_large_is_refused_and_said_what_to_do(played: Played, small: Played) -> None:
    few = Limits(copied_statements=1_000)
    with pytest.raises(StoreFailed, match=r"copy of \d+,\d+ statements.*no more than 1,000.*govgraph build"):
        reader_of(played, limits=few).copies.store()
    small.store.load(numbers(2_000), ox.RdfFormat.TURTLE)
    with pytest.raises(StoreFailed, match="copy of 2,000 statements"):
        plain(small, limits=few).copies.store()


class Weak(Engine):
    """An engine that cannot answer what groups, and does not know it of another form."""

    def must_fetch(self, text: str) -> str:
        return "it cannot group" if "GROUP BY" in text else ""

    def gives_up(self, message: str) -> str:
        return "it gave up" if "HTTP" not in message and "SELECT" in message else ""


def test_what_an_engine_cannot_answer_is_answered_here_and_said_so(played: Played, embedded: EmbeddedReader) -> None:
    reader = reader_of(played, Weak())
    request = Request("SELECT ?mode (COUNT(*) AS ?n) { ?l gov:mode ?mode } GROUP BY ?mode ORDER BY ?mode", accept=JSON)
    answer = reader.answer(request)
    assert answer.body == embedded.answer(request).body
    [note] = answer.notes
    assert note.startswith("answered here over ")
    assert note.endswith(", because it cannot group")
    fetched = int(note.split()[3].replace(",", ""))
    modes = embedded.answer(Request("SELECT ?s { ?s gov:mode ?o }")).rows
    assert fetched == modes, "only statements with the property that the query names"
    played.sent.clear()
    reader.answer(request)
    assert not played.sent, "what was fetched is kept"


def test_the_note_of_an_answer_made_here_reaches_the_asker(played: Played) -> None:
    endpoint = Endpoint(played.url, engine=Weak())
    graph = Graph(RemoteGenerations(endpoint).latest())
    assert "because it cannot group" in str(graph.ask("ultimately-accountable-to", body="Delivery groups").notes)
    assert "because it cannot group" in str(
        graph.select("SELECT (COUNT(*) AS ?n) { ?s gov:mode ?o } GROUP BY ?o").notes
    )


def test_names_are_fetched_once_and_kept(played: Played, generation: Generation) -> None:
    reader = reader_of(played)
    told = RemoteGenerations(reader.endpoint).latest()
    file = names_file(reader, told)
    played.sent.clear()
    assert names_file(reader, told) == file
    assert not played.sent
    here, there = Names(generation.names), Names(file)
    for name in ("Partnership Board", "partnership board", "Harrow Chief Executives' Group", "22.69"):
        assert there.find(name) == here.find(name)
    for text in ("board", "delivery gro", "earlier"):
        assert sorted(hit.iri for hit in there.search(text)) == sorted(hit.iri for hit in here.search(text))
    for text in ("social care", "struck: the area", "resid"):
        assert there.told(text) == here.told(text) != []


def test_names_that_an_earlier_version_kept_are_fetched_again_with_descriptions(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = reader_of(played)
    told = RemoteGenerations(reader.endpoint).latest()
    told.names.unlink(missing_ok=True)
    with monkeypatch.context() as before:
        before.setattr("govgraph.store.names.finish_told", lambda db: None)
        assert Names(names_file(reader, told)).told("social care") == []
    assert Names(names_file(reader, told)).told("social care")


def test_copies_are_shared_where_one_holds_the_other(played: Played) -> None:
    endpoint = Endpoint(played.url, engine="generic")
    copies = Copies(endpoint, RemoteGenerations(endpoint).latest())
    whole = copies.store()
    assert copies.store({"http://e/p"}) is whole
    assert copies.store(named=False) is whole
