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

__all__ = ["format_option", "open_graph", "progress", "store_option", "time_options"]

Function = TypeVar("Function", bound=Callable[..., Any])


def store_option(function: Function) -> Function:
    """Adds --store."""
    return click.option(
        "--store",
        metavar="PATH",
        help="Folder of the store. [default: GOVGRAPH_STORE or the user's data folder, built on first use]",
    )(function)


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
    """The folder that --store names."""
    if store and "://" in store:
        raise BadInput(f"{store} is an address; this version reads stores on disk", "Name a folder with --store.")
    return Path(store) if store else None


def open_graph(store: str | None) -> Graph:
    """Open the store for reading; the default one is built on first use, with progress."""
    if folder := store_folder(store):
        return open(folder)
    with progress() as step:
        return open(gate=gate, progress=step)


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show the step that runs now, on a terminal only."""
    if not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    with Console(stderr=True).status("starting …") as status:
        yield lambda step: status.update(f"{step} …")
