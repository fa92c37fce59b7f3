"""What tests of the MCP server share: conversations over standard input and output, as a user's program has them, and
in this process."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from mcp.client.stdio import StdioServerParameters
from tests.mcp.talking import Talk, talking

from govgraph.limits import Limits
from govgraph.mcp.server import create_server


@pytest.fixture(scope="module")
def talk(store_folder: Path) -> Iterator[Talk]:
    """A conversation with `govgraph mcp` in a process of its own; a warning there is an error."""
    environment = {"PYTHONWARNINGS": "error", "PYTHONPATH": os.environ.get("PYTHONPATH", "")}
    words = ["-m", "govgraph", "mcp", "--store", str(store_folder)]
    with talking(StdioServerParameters(command=sys.executable, args=words, env=environment)) as found:
        yield found


@pytest.fixture
def within(store_folder: Path) -> Callable[[Limits], Any]:
    """Makes a conversation with a server in this process, under other limits."""
    return lambda limits: talking(create_server(store_folder, limits))
