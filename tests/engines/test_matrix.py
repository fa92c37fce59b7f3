"""Every question and feature gives the same on every engine, and the docs say how each engine comes by it.

Write the table anew with ``GOVGRAPH_WRITE_MATRIX=1 python -m pytest tests/engines/test_matrix.py``.
"""

import os

import pytest
from tests.engines.conftest import ENGINES
from tests.engines.matrix import FETCHED, ROWS, Matrix, in_the_docs, told, write_into_the_docs

from govgraph.graph import Graph
from govgraph.store.endpoint import Endpoint
from govgraph.store.engines import ENGINES as ADAPTERS


@pytest.fixture(scope="session")
def matrix(graph: Graph, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Matrix:
    def endpoint(engine: str) -> Endpoint:
        found = request.getfixturevalue(f"{engine}_endpoint")
        assert isinstance(found, Endpoint)
        return found

    return Matrix(graph, endpoint, tmp_path_factory.mktemp("matrix"))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("row", ROWS)
def test_an_engine_gives_what_the_embedded_store_gives(row: str, engine: str, matrix: Matrix) -> None:
    compared = matrix.compared(row, engine)
    assert compared.elsewhere == compared.embedded, told([compared.embedded, compared.elsewhere])
    assert compared.embedded
    assert "refused" not in compared.cell


def test_the_oxigraph_server_is_never_helped_out(matrix: Matrix) -> None:
    assert [row for row in ROWS if FETCHED in matrix.compared(row, "oxigraph").cell] == []


def test_the_docs_hold_the_table_that_this_run_made(matrix: Matrix) -> None:
    table = matrix.written({name: ADAPTERS[name].title for name in ENGINES})
    if os.environ.get("GOVGRAPH_WRITE_MATRIX"):
        write_into_the_docs(table)
    assert in_the_docs() == table
