"""What tests of endpoints share: servers that say what they are told, and endpoints that hold a graph."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.store.playing import Played, load
from tests.store.reading import reader_of
from tests.store.speaking import Server

import govgraph
from govgraph.graph import Graph
from govgraph.store.embedded import EmbeddedReader
from govgraph.store.generations import Generation
from govgraph.store.remote import RemoteReader


@pytest.fixture
def server() -> Iterator[Server]:
    started = Server()
    yield started
    started.close()


@pytest.fixture
def other() -> Iterator[Server]:
    started = Server()
    yield started
    started.close()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What is kept of endpoints goes into a folder of the tests."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def loaded(generation: Generation) -> Iterator[Played]:
    """An endpoint with the packaged graph; do not change what it holds."""
    played = Played()
    load(played, generation)
    yield played
    played.close()


@pytest.fixture
def played(loaded: Played) -> Iterator[Played]:
    """The same, with everything else as it was at first."""
    loaded.sent.clear()
    yield loaded
    loaded.cut, loaded.body = 0, None


@pytest.fixture
def small() -> Iterator[Played]:
    """An endpoint with nothing in it."""
    started = Played()
    yield started
    started.close()


@pytest.fixture
def remote(played: Played) -> RemoteReader:
    return reader_of(played)


@pytest.fixture(scope="module")
def embedded(generation: Generation) -> EmbeddedReader:
    return EmbeddedReader(generation.store, generation.number)


@pytest.fixture
def elsewhere(played: Played) -> Graph:
    return govgraph.open(played.url, engine="generic")
