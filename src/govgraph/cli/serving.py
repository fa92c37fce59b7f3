"""`serve`: the site and the SPARQL endpoint."""

import socket

import click

from govgraph.cli.options import open_graph, store_folder, store_option
from govgraph.errors import EnvironmentFailed
from govgraph.settings import default_store

__all__ = ["serve"]


@click.command()
@store_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
def serve(store: str | None, host: str, port: int) -> None:
    """Serve the site and the SPARQL endpoint until stopped with Ctrl-C."""
    try:
        import uvicorn

        from govgraph.web.app import create_app
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("fastapi", "jinja2", "starlette", "uvicorn"):
            raise
        raise EnvironmentFailed(f"{error.name} is not installed", 'Install it: pip install "govgraph[serve]"') from None
    open_graph(store)  # builds the default store on first use, and says what is wrong before a port is taken
    listening = _listen(host, port)
    click.echo(f"govgraph serves on http://{host}:{port} (stop with Ctrl-C)")
    config = uvicorn.Config(
        create_app(store_folder(store) or default_store()),
        log_level="warning",
        server_header=False,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=5,
        h11_max_incomplete_event_size=64 * 1024,
        limit_concurrency=500,
    )
    uvicorn.Server(config).run(sockets=[listening])


def _listen(host: str, port: int) -> socket.socket:
    """A bound socket, or one line that says why not."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise EnvironmentFailed(
            f"port {port} on {host} cannot be used ({error.strerror})", f"Use another: --port {port + 1}"
        ) from None
    listening.listen(512)
    return listening
