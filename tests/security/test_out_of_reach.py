"""No request leaves the service, and no file is read, whatever a query says (THREAT_MODEL: T5, T6).

Two walls, each tested alone: the guard refuses the text, and a reader has no network even when the guard lets it pass.
"""

import asyncio
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.security.places import Canary

from govgraph.errors import GovgraphError, QueryRefused
from govgraph.limits import Limits
from govgraph.store import pool as pool_module
from govgraph.store.base import Request
from govgraph.store.generations import Generation
from govgraph.store.guard import check_query
from govgraph.store.pool import ReaderPool

WORDS = ["SERVICE", "service", "Service SILENT", "SERVICE#c\n", "SERVIC\\u0045", "\\u0053ERVICE", "SERVICE/**/"]
PLACES = {
    "plainly": "SELECT * {{ {} {{ ?s ?p ?o }} }}",
    "in an optional": "SELECT * {{ ?a ?b ?c OPTIONAL {{ {} {{ ?s ?p ?o }} }} }} LIMIT 1",
    "in a union": "SELECT * {{ {{ ?a ?b ?c }} UNION {{ {} {{ ?s ?p ?o }} }} }} LIMIT 1",
    "where it must exist": "SELECT * {{ ?a ?b ?c FILTER EXISTS {{ {} {{ ?s ?p ?o }} }} }} LIMIT 1",
    "in a sub-query": "SELECT * {{ {{ SELECT * {{ {} {{ ?s ?p ?o }} }} }} }}",
    "in a minus": "SELECT * {{ ?a ?b ?c MINUS {{ {} {{ ?s ?p ?o }} }} }} LIMIT 1",
    "in a construction": "CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {} {{ ?s ?p ?o }} }}",
    "in a graph": "SELECT * {{ GRAPH ?g {{ {} {{ ?s ?p ?o }} }} }}",
}
TARGETS = ["{canary}/sparql", "{canary}/#x", "file:///etc/hostname", "http://169.254.169.254/latest/"]
OTHERS = [
    "SELECT * FROM <{target}> {{ ?s ?p ?o }}",
    "SELECT * FROM NAMED <{target}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    "LOAD <{target}>",
    "LOAD SILENT <{target}> INTO GRAPH <x:g>",
    "DESCRIBE <{target}>",
    "INSERT {{ ?s ?p ?o }} USING <{target}> WHERE {{ ?s ?p ?o }}",
]


def texts(canary: Canary) -> Iterator[str]:
    """Every way of asking, with every target."""
    for target in TARGETS:
        address = target.format(canary=canary.address)
        for word, place in itertools.product(WORDS, PLACES.values()):
            yield place.format(f"{word} <{address}>")
        for other in OTHERS:
            yield other.format(target=address)


def test_there_are_enough_cases(canary: Canary) -> None:
    assert len(set(texts(canary))) >= 200


def test_the_guard_refuses_every_spelling_of_service_and_load(canary: Canary) -> None:
    for text in texts(canary):
        if "FROM" in text or "DESCRIBE" in text or "USING" in text:
            continue  # these name graphs of the store; nothing is fetched for them
        with pytest.raises(QueryRefused):
            check_query(text)


@pytest.mark.parametrize("guarded", [True, False], ids=["with the guard", "without the guard"])
def test_nothing_is_reached(
    guarded: bool, generation: Generation, canary: Canary, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not guarded:
        monkeypatch.setattr(pool_module, "check_query", lambda text, limits: None)
    hostname = Path("/etc/hostname").read_text(encoding="utf-8").strip()

    async def scene() -> int:
        answered = 0
        async with ReaderPool(lambda: generation, Limits(query_seconds=3, readers=1)) as pool:
            for text in texts(canary):
                try:
                    answer = await pool.answer(Request(text))
                except GovgraphError:
                    continue
                answered += 1
                assert hostname.encode() not in answer.body
                assert answer.rows <= 1
        return answered

    answered = asyncio.run(scene())
    assert canary.hits == []
    assert answered < len(list(texts(canary)))
