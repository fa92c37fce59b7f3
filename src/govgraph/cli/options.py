"""Options that several verbs share, and the store that they open."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from govgraph.errors import BadInput
from govgraph.graph import Graph
from govgraph.opening import open
from govgraph.review.gate import gate
from govgraph.settings import credentials, store_address
from govgraph.store.endpoint import Endpoint
from govgraph.store.engines import ENGINES

__all__ = [
    "endpoint_of",
    "format_option",
    "open_graph",
    "progress",
    "store_folder",
    "store_option",
    "time_options",
]

Function = TypeVar("Function", bound=Callable[..., Any])
_REMOTE = "govgraph.remote"
"""Key under which click keeps what is said of an endpoint beside its address, whatever the verb."""


def store_option(function: Function) -> Function:
    """Adds --store, and what goes with the address of an endpoint; `endpoint_of` reads it."""

    def keep(context: click.Context, parameter: click.Parameter, value: Any) -> None:
        context.meta.setdefault(_REMOTE, {})[parameter.name] = value

    told: dict[str, Any] = {"callback": keep, "expose_value": False}
    options = (
        click.option(
            "--store",
            metavar="PATH|URL",
            help="Folder of the store, or address of a SPARQL endpoint."
            " [default: GOVGRAPH_STORE or the user's data folder, built on first use]",
        ),
        click.option("--update-url", metavar="URL", help="Where the endpoint takes updates.", **told),
        click.option("--graph-store-url", metavar="URL", help="Where the endpoint takes graphs.", **told),
        click.option("--engine", type=click.Choice(list(ENGINES)), help="Engine of the endpoint, if not told.", **told),
        click.option(
            "--credentials", metavar="NAME", help="Name and password for it: GOVGRAPH_STORE_<NAME>_USER ….", **told
        ),
        click.option(
            "--default-graph", metavar="IRI", multiple=True, help="Read this graph of the endpoint, or union.", **told
        ),
        click.option(
            "--timeout", metavar="SECONDS", type=click.FloatRange(0.1), help="Longest wait for the endpoint.", **told
        ),
    )
    for option in reversed(options):
        function = option(function)
    return function


def time_options(function: Function) -> Function:
    """Adds --as-of, --version and --dated-only; the values go to `Graph.at` as they are."""
    options = (
        click.option("--as-of", metavar="DATE", help="As it stood on that day, such as 2011-04-17."),
        click.option("--version", metavar="NAME", help="As one document version says, such as handbook-earlier."),
        click.option("--dated-only", is_flag=True, help="With --as-of: leave out undated lines, holdings, portfolios."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def format_option(*formats: str) -> Callable[[Function], Function]:
    """Adds --format; without it, a table on a terminal and CSV in a pipe."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(formats),
        default=lambda: "table" if sys.stdout.isatty() else ("csv" if "csv" in formats else formats[0]),
        help="[default: table on a terminal, csv in a pipe]",
    )


def store_folder(store: str | None) -> Path | None:
    """The folder that --store names; None is the default store.

    Raises
    ------
    BadInput : it is an address, and what was asked for works on folders only.
    """
    if store and "://" in store:
        raise BadInput("--store names an address, and this works on a store on disk", "Name a folder with --store.")
    if said := _said():
        raise BadInput(f"--{min(said).replace('_', '-')} is for an endpoint", "Name its address: --store URL.")
    return Path(store) if store else None


def endpoint_of(store: str | None) -> Endpoint | None:
    """The endpoint that --store or GOVGRAPH_STORE names, as the other options say; None where a folder is meant."""
    address = store_address() if store is None else store
    if "://" not in address:
        return None
    said = _said()
    return Endpoint(
        address,
        update_url=said.get("update_url"),
        graph_store_url=said.get("graph_store_url"),
        engine=said.get("engine"),
        credentials=credentials(said.get("credentials", "")),
        seconds=said.get("timeout"),
        default_graphs=said.get("default_graph", ()),
    )


def _said() -> dict[str, Any]:
    """What the command line says of an endpoint beside its address."""
    context = click.get_current_context(silent=True)
    kept = context.meta.get(_REMOTE, {}) if context else {}
    return {name: value for name, value in kept.items() if value}


def open_graph(store: str | None) -> Graph:
    """Open the store for reading; the default one is built on first use, with progress."""
    with progress() as step:
        if endpoint := endpoint_of(store):
            return open(endpoint, progress=step)
        return open(store_folder(store), gate=gate, progress=step)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show the step that runs now, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting …") as status:
        yield lambda step: status.update(f"{step} …")
