"""`import`: turn other people's files into data files."""

from pathlib import Path

import click
import pyoxigraph as ox

from govgraph.cli.options import progress
from govgraph.errors import BadRdf
from govgraph.importers.councils import FILE, import_councils
from govgraph.namespaces import DEF
from govgraph.rdf.files import read_file
from govgraph.review.gate import gate

__all__ = ["importing"]

_FOLDER = ox.Literal(str(FILE.parent))


@click.group("import")
def importing() -> None:
    """Turn other people's files into data files of a data folder."""


@importing.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--data", type=click.Path(path_type=Path), help="Data folder. [default: the packaged one]")
@click.option("--validate/--no-validate", default=True, help="Refuse data with violations. [default: refuse]")
@click.pass_context
def councils(context: click.Context, file: Path, data: Path | None, validate: bool) -> None:
    """Import FILE, mySociety's register of UK local authorities (CSV); exit 1 if something is wrong in it.

    Wrong rows and links are listed and left out, the rest is written to uk/councils.ttl in the data folder. A file that
    is not the register changes nothing.
    """
    with progress() as step:
        done = import_councils(file, data, gate=gate if validate else None, progress=step)
    for problem in done.problems:
        click.echo(str(problem))
    if done.damaged:
        click.echo(f"passed over {len(done.damaged)} other names with damaged letters: {'; '.join(done.damaged)}")
    if not done.councils:
        click.echo("no row is right, so nothing was written")
    else:
        click.echo(
            f"{'wrote' if done.written else 'unchanged:'} {done.councils} councils, {done.ended} of them with an end"
            f" date, and {done.changes} changes, in {done.file}"
        )
        _remind(done.file)
    if done.problems:
        context.exit(1)


def _remind(file: Path) -> None:
    """Say so if the catalogue of the data folder does not list the folder of the file."""
    catalog = file.parents[1] / "catalog.ttl"
    try:
        quads = read_file(catalog)
    except BadRdf:
        quads = []
    listed = any(quad.predicate.value == DEF + "dataFolder" and quad.object == _FOLDER for quad in quads)
    if not listed:
        click.echo(f'note: list the folder in {catalog} (gov:dataFolder "{FILE.parent}") before you build', err=True)
