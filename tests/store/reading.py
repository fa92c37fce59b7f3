"""Readers of the endpoints that the tests play, and what they are given to read."""

from typing import Any

from tests.store.playing import Played

from govgraph.store.endpoint import Endpoint
from govgraph.store.engines import GENERIC, Engine
from govgraph.store.remote import RemoteReader
from govgraph.store.remote_generations import FOREIGN, RemoteGeneration, RemoteGenerations

__all__ = ["EARLIER", "JSON", "numbers", "plain", "reader_of"]

JSON = ("application/sparql-results+json",)
EARLIER = "https://w3id.org/govgraph/graph/harrow/handbook-earlier"


def reader_of(played: Played, engine: Engine = GENERIC, **told: Any) -> RemoteReader:
    endpoint = Endpoint(played.url, engine=engine)
    return RemoteReader(endpoint, RemoteGenerations(endpoint).latest(), **told)


def plain(played: Played, engine: Engine = GENERIC, **told: Any) -> RemoteReader:
    """A reader of an endpoint as it is."""
    endpoint = Endpoint(played.url, engine=engine)
    return RemoteReader(endpoint, RemoteGeneration(FOREIGN, {}, endpoint), **told)


def numbers(count: int) -> bytes:
    return b"".join(b"<http://e/%d> <http://e/p> %d .\n" % (number, number) for number in range(count))
