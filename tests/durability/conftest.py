"""A store with nothing in it."""

from pathlib import Path

import pytest

from govgraph.store.generations import Generations
from govgraph.writing.changing import make_empty


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    make_empty(Generations(tmp_path / "store"))
    return tmp_path / "store"
