"""The MCP server over an endpoint gives what it gives over the same graph here."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.mcp.talking import Talk, talking
from tests.store.playing import Played, load

from govgraph.mcp.server import create_server
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generation


@pytest.fixture(scope="module")
def there(generation: Generation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Talk]:
    played = Played()
    load(played, generation)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        with talking(create_server(Endpoint(played.url, engine="generic"))) as found:
            yield found
    played.close()


@pytest.fixture(scope="module")
def here(store_folder: Path) -> Iterator[Talk]:
    with talking(create_server(store_folder)) as found:
        yield found


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("ask", {"question": "who-chairs", "parameters": {"body": "Partnership Board"}}),
        ("explain", {"body": "The Assembly"}),
        ("describe", {"thing": "Partnership Board"}),
        ("find", {"name": "board"}),
        ("decide", {"kind": "revenue spend", "amount": 600_000}),
        ("options", {"question": "on-theme", "parameter": "theme"}),
        ("sparql", {"query": "SELECT ?s { ?s a gov:Assembly }"}),
        ("schema_card", {}),
        ("review_summary", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_tool_gives_what_it_gives_here(tool: str, arguments: dict[str, object], there: Talk, here: Talk) -> None:
    assert there.call(tool, **arguments) == here.call(tool, **arguments)


def test_a_query_that_reaches_out_is_refused(there: Talk) -> None:
    assert "SERVICE" in there.refused("sparql", query="SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")
