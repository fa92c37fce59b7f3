"""What many tests share: the packaged graph, built once into a scratch store."""

import os
from pathlib import Path

import pytest

from govgraph.graph import Graph
from govgraph.knowledge.build import build
from govgraph.store.generations import Generation, Generations

ROOT = Path(__file__).parents[1]


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
