"""`serve`: the site and the SPARQL endpoint."""

import contextlib
import ipaddress
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from govgraph.cli.options import endpoint_of, open_graph, store_folder, store_option
from govgraph.errors import BadInput, EnvironmentFailed
from govgraph.settings import default_store
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generations

__all__ = ["serve"]

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@store_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="Port to listen on.")
@click.option("--writable", is_flag=True, help="Take changes from those who send a token of GOVGRAPH_TOKEN.")
@click.option("--empty", is_flag=True, help="Serve a new store with nothing in it, for scratch work; it is not kept.")
@click.option("--tls-certificate", type=_FILE, help="Certificate chain, to serve https; with --tls-key.")
@click.option("--tls-key", type=_FILE, help="Private key of the certificate.")
@click.option("--behind-tls-proxy", is_flag=True, help="A proxy in front of this address speaks TLS to the clients.")
def serve(
    store: str | None,
    host: str,
    port: int,
    writable: bool,
    empty: bool,
    tls_certificate: Path | None,
    tls_key: Path | None,
    behind_tls_proxy: bool,
) -> None:
    """Serve the site and the SPARQL endpoint until stopped with Ctrl-C.

    The store may be the address of an endpoint elsewhere: the site then shows what that holds, and changes with it.
    """
    try:
        import uvicorn

        from govgraph.web.app import create_app
        from govgraph.web.authorisation import read_tokens
        from govgraph.web.connections import configuration, settle_memory
        from govgraph.web.logging import start_logging
    except ImportError as error:
        if (error.name or "").split(".")[0] not in ("fastapi", "jinja2", "python_multipart", "starlette", "uvicorn"):
            raise
        raise EnvironmentFailed(f"{error.name} is not installed", 'Install it: pip install "govgraph[serve]"') from None
    if bool(tls_certificate) != bool(tls_key):
        raise BadInput("TLS needs a certificate and its key", "Give both --tls-certificate and --tls-key.")
    tokens = None
    if writable and endpoint_of(store) and not empty:
        raise BadInput(
            "an endpoint is not written to through the site",
            "Change the data folder and load it: govgraph build --store URL; or serve a folder with --writable.",
        )
    if writable:
        _refuse_open_writing(host, bool(tls_certificate) or behind_tls_proxy)
        tokens = read_tokens(os.environ.get("GOVGRAPH_TOKEN", ""))
    with _source(store, empty) as source:
        listening = _listen(host, port)
        scheme = "https" if tls_certificate else "http"
        click.echo(f"govgraph serves on {scheme}://{host}:{port} (stop with Ctrl-C)")
        start_logging(sys.stdout.buffer)
        options: dict[str, Any] = {"ssl_certfile": tls_certificate, "ssl_keyfile": tls_key} if tls_certificate else {}
        config = configuration(create_app(source, tokens=tokens, log=sys.stdout.buffer), **options)
        settle_memory()
        # The server ends what it has begun and then gives the signal on; nothing more is to be said of it.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])


def _refuse_open_writing(host: str, encrypted: bool) -> None:
    """A token must not travel in the clear: without TLS, writing is for programs on the same machine."""
    try:
        loopback = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback and not encrypted:
        raise BadInput(
            f"writing on {host} would send tokens in the clear",
            "Give --tls-certificate and --tls-key, or --behind-tls-proxy, or listen on 127.0.0.1.",
        )


@contextlib.contextmanager
def _source(store: str | None, empty: bool) -> Iterator[Path | Endpoint]:
    """What to serve: an endpoint, a named store, the default one (built on first use), or an empty one, not kept."""
    if not empty:
        open_graph(store)  # says what is wrong before a port is taken
        yield endpoint_of(store) or store_folder(store) or default_store()
        return
    if store:
        raise BadInput("--empty is a store of its own", "Leave --store out, or --empty.")
    from govgraph.writing.changing import make_empty

    with tempfile.TemporaryDirectory(prefix="govgraph-", ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch) / "store"
        make_empty(Generations(folder))
        yield folder


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
