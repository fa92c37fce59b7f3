"""What is answered here over fetched statements is answered by a process without a network."""

import os
import signal
from collections.abc import Iterator

import pyoxigraph as ox
import pytest
from tests.store.playing import Played
from tests.store.reading import JSON, numbers, plain

from govgraph.errors import AnswerTooLarge, QueryRefused, QuerySyntax, ReaderFailed
from govgraph.limits import Limits
from govgraph.store.apart import answered_apart
from govgraph.store.base import Answer, Request
from govgraph.store.engines import Engine

pytestmark = [
    pytest.mark.usefixtures("cache"),
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


class Fetching(Engine):
    """An engine that is trusted with nothing."""

    def must_fetch(self, text: str) -> str:
        return "it is not trusted"


class Canary(Played):
    """An endpoint that nobody should reach."""

    hits = 0

    def _answer(self, form: dict[str, list[str]]) -> tuple[int, str, bytes]:
        self.hits += 1
        return super()._answer(form)


@pytest.fixture
def canary() -> Iterator[Canary]:
    found = Canary()
    yield found
    found.close()


def test_a_query_over_what_was_fetched_reaches_nobody_although_no_guard_stands_before_it(
    small: Played, canary: Canary
) -> None:
    request = Request(f"SELECT * {{ SERVICE <{canary.url}> {{ ?s ?p ?o }} }}")
    with pytest.raises(QueryRefused, match="asks for a file or the network"):
        plain(small, Fetching(), apart=True).answer(request)
    assert not canary.hits
    with pytest.raises(ReaderFailed, match=canary.url):
        plain(small, Fetching()).answer(request)
    assert canary.hits, "a process with a network does reach it, so that this test can fail"


def test_it_is_answered_as_in_this_process(small: Played) -> None:
    small.store.load(numbers(300), ox.RdfFormat.TURTLE)
    for text in ("SELECT ?s ?o { ?s ?p ?o } ORDER BY ?o", "ASK { ?s ?p 7 }", "CONSTRUCT WHERE { ?s ?p ?o }"):
        apart, here = (plain(small, Fetching(), apart=each).answer(Request(text)) for each in (True, False))
        assert (apart.kind, apart.media_type, apart.rows, list(apart.notes)) == (
            here.kind, here.media_type, here.rows, list(here.notes),
        )  # fmt: skip
        assert sorted(apart.body.splitlines()) == sorted(here.body.splitlines())


def test_what_is_wrong_with_a_query_is_told_as_in_this_process(small: Played) -> None:
    small.store.load(numbers(300), ox.RdfFormat.TURTLE)
    reader = plain(small, Fetching(), limits=Limits(answer_rows=100), apart=True)
    with pytest.raises(AnswerTooLarge, match="300 rows, more than 100"):
        reader.answer(Request("SELECT * { ?s ?p ?o }", accept=JSON))
    with pytest.raises(QuerySyntax, match="line 1, column"):
        reader.answer(Request("SELECT * { ?s ?p }"))


def test_a_query_that_breaks_its_process_costs_only_that() -> None:
    def broken() -> Answer:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    with pytest.raises(ReaderFailed, match="broke its reader"):
        answered_apart(broken, 1)


def test_the_deadline_of_the_parent_holds_for_the_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signal, "getitimer", lambda _: (0.1, 0.0))

    def endless() -> Answer:
        while True:
            pass

    with pytest.raises(ReaderFailed):
        answered_apart(endless, 1)
