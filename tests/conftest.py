"""What many tests share: the packaged graph, built once into a scratch store."""

import dataclasses
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import httpx
import pytest
import uvicorn

from govgraph.graph import Graph
from govgraph.knowledge.build import build
from govgraph.limits import LIMITS, Limits
from govgraph.store.generations import Generation, Generations
from govgraph.web.app import create_app
from govgraph.web.connections import configuration

ROOT = Path(__file__).parents[1]

PATIENT = dataclasses.replace(LIMITS, dump_wait_seconds=25.0)
"""On a machine that is busy with other tests a small dump may take longer than a visitor waits."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In a run of several processes a file stays in one of them, and so do all tests that share the engines."""
    for item in items:
        shared = item.path.parent if item.path.parent.name == "engines" else item.path
        item.add_marker(pytest.mark.xdist_group(str(shared.relative_to(ROOT))))


@pytest.fixture(scope="session")
def store_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store built from the packaged graph; do not write to it."""
    folder = tmp_path_factory.mktemp("packaged") / "store"
    build(Generations(folder))
    return folder


@pytest.fixture(scope="session")
def generation(store_folder: Path) -> Generation:
    return Generations(store_folder).current()


@pytest.fixture(scope="session")
def graph(generation: Generation) -> Graph:
    return Graph(generation)


@pytest.fixture(scope="session")
def sources() -> Path:
    """The source documents, where the operator has them."""
    named = os.environ.get("GOVGRAPH_SOURCES")
    if not named:
        pytest.skip("GOVGRAPH_SOURCES does not name a folder with the source documents")
    return Path(named)


@pytest.fixture(scope="session")
def serve() -> Iterator[Callable[..., str]]:
    """Starts the site over a store with a real server on a free port, and gives its address."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(folder: Path, limits: Limits = PATIENT, tokens: Mapping[str, str] | None = None) -> str:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        server = uvicorn.Server(configuration(create_app(folder, limits, tokens=tokens), limits))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        running.append((server, thread))
        deadline = time.monotonic() + 60
        while not server.started:
            assert thread.is_alive(), "the server does not start"
            assert time.monotonic() < deadline, "the server does not start in time"
            time.sleep(0.02)
        return f"http://127.0.0.1:{listening.getsockname()[1]}"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(20)


@pytest.fixture(scope="session")
def site(serve: Callable[..., str], store_folder: Path) -> str:
    """Address of the site over the packaged graph."""
    return serve(store_folder)


@pytest.fixture(scope="session")
def web(site: str) -> Iterator[httpx.Client]:
    """Asks the site; follows no redirection of its own accord."""
    with httpx.Client(base_url=site, timeout=30) as client:
        yield client
