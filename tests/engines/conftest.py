"""The engines, each started once in a run, and loaded with the packaged graph as `govgraph build --store` loads it."""

import os
from collections.abc import Iterator

import pytest
from tests.engines.servers import Served, missing_oxigraph, missing_virtuoso, oxigraph, virtuoso

from govgraph.graph import Graph
from govgraph.settings import Credentials
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generation
from govgraph.store.publishing import publish
from govgraph.store.remote_generations import RemoteGenerations

ENGINES = ("oxigraph", "virtuoso")


def needs(missing: str) -> None:
    """Skip where an engine is missing; in CI that is a failure."""
    if missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(missing)


def endpoint_of(served: Served) -> Endpoint:
    """The endpoint of a running engine, with the account that may write; its engine is found out."""
    credentials = Credentials(served.user, served.password) if served.user else None
    return Endpoint(served.url, credentials=credentials)


@pytest.fixture(scope="session", autouse=True)
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is kept of endpoints goes into a folder of the run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("caches")))
        yield


@pytest.fixture(scope="session")
def oxigraph_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The Oxigraph server."""
    needs(missing_oxigraph())
    with oxigraph(tmp_path_factory.mktemp("oxigraph") / "store") as served:
        yield served


@pytest.fixture(scope="session")
def virtuoso_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Virtuoso."""
    needs(missing_virtuoso())
    folder = tmp_path_factory.mktemp("virtuoso") / "database"
    folder.mkdir()
    with virtuoso(folder) as served:
        yield served


@pytest.fixture(scope="session")
def oxigraph_endpoint(oxigraph_server: Served, generation: Generation) -> Endpoint:
    """The Oxigraph server with the packaged graph; do not write to it."""
    endpoint = endpoint_of(oxigraph_server)
    publish(endpoint, generation)
    return endpoint


@pytest.fixture(scope="session")
def virtuoso_endpoint(virtuoso_server: Served, generation: Generation) -> Endpoint:
    """Virtuoso with the packaged graph; do not write to it."""
    endpoint = endpoint_of(virtuoso_server)
    publish(endpoint, generation)
    return endpoint


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Name of one engine after the other."""
    return str(request.param)


@pytest.fixture(scope="session")
def endpoint(engine: str, request: pytest.FixtureRequest) -> Endpoint:
    """One loaded endpoint after the other."""
    found = request.getfixturevalue(f"{engine}_endpoint")
    assert isinstance(found, Endpoint)
    return found


@pytest.fixture(scope="session")
def elsewhere(endpoint: Endpoint) -> Graph:
    """The packaged graph in one engine after the other."""
    return Graph(RemoteGenerations(endpoint).latest())
