"""`sources`: pin clauses to their documents, prove that they hold, show a passage."""

import collections
from pathlib import Path

import click

from govgraph.errors import BadInput, UnknownThing
from govgraph.knowledge.sources import pin as write_pins
from govgraph.knowledge.sources import verify as check_pins
from govgraph.resources import packaged
from govgraph.settings import sources_folder

__all__ = ["sources"]

_folder = click.option("--sources", "folder", type=click.Path(path_type=Path), help="Folder with the documents.")
_data = click.option("--data", type=click.Path(path_type=Path), help="Data folder. [default: the packaged one]")


def _documents(folder: Path | None) -> Path:
    found = folder or sources_folder()
    if found is None or not found.is_dir():
        reason = f"{found} is not a folder" if found else "no folder with the source documents is named"
        raise BadInput(reason, "Name it with --sources, or in GOVGRAPH_SOURCES.")
    return found


@click.group()
def sources() -> None:
    """Tie clauses to the source documents, and prove that they hold."""


@sources.command()
@_folder
@_data
def pin(folder: Path | None, data: Path | None) -> None:
    """Write character offsets and digests of every clause."""
    for file, count in write_pins(data or packaged("data"), _documents(folder)).items():
        click.echo(f"{count} clauses pinned in {file}")


@sources.command()
@_folder
@_data
@click.pass_context
def verify(context: click.Context, folder: Path | None, data: Path | None) -> None:
    """Prove that every clause still stands where its pin says; exit 1 if one does not."""
    verdicts = check_pins(data or packaged("data"), _documents(folder))
    counts = collections.Counter(verdict.outcome for verdict in verdicts)
    for verdict in verdicts:
        if verdict.outcome != "holds":
            found = verdict.pin
            click.echo(f"{verdict.outcome}: {found.number}, {found.file} lines {found.first}-{found.last}")
    click.echo(f"{counts['holds']} of {len(verdicts)} clauses hold")
    if counts["holds"] < len(verdicts):
        context.exit(1)


@sources.command()
@click.argument("number")
@_folder
@_data
def show(number: str, folder: Path | None, data: Path | None) -> None:
    """Show the passage of clause NUMBER, from your own copy of the document."""
    verdicts = check_pins(data or packaged("data"), _documents(folder))
    matching = [verdict for verdict in verdicts if number in (verdict.pin.number, verdict.pin.clause)]
    if not matching:
        raise UnknownThing(number)
    for verdict in matching:
        found = verdict.pin
        click.echo(f"{found.number}, {found.file} lines {found.first}-{found.last} ({verdict.outcome})")
        click.echo(verdict.passage)
