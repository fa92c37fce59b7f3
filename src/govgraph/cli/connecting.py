"""`mcp`: the server for programs that talk to language models."""

import click

from govgraph.cli.options import endpoint_of, open_graph, store_folder, store_option
from govgraph.errors import EnvironmentFailed
from govgraph.settings import default_store

__all__ = ["mcp"]


@click.command()
@store_option
def mcp(store: str | None) -> None:
    """Serve the graph to an MCP client over standard input and output, until the client leaves."""
    try:
        from govgraph.mcp.server import create_server
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("mcp", "mcp_types", "pydantic"):
            raise
        raise EnvironmentFailed(f"{error.name} is not installed", 'Install it: pip install "govgraph[mcp]"') from None
    open_graph(store)  # builds the default store on first use, and says what is wrong before a client waits
    create_server(endpoint_of(store) or store_folder(store) or default_store()).run("stdio")
