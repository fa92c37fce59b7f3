"""`backup`, `restore`, `export` and `settings`: keep the graph safe, take it elsewhere, see how it is set up."""

import json
import sys
from pathlib import Path

import click

from govgraph.cli.options import endpoint_of, format_option, store_folder, store_option
from govgraph.cli.printing import print_table
from govgraph.errors import BadInput
from govgraph.limits import LIMITS
from govgraph.questions.table import Table
from govgraph.rdf.terms import literal
from govgraph.settings import default_store
from govgraph.settings import settings as read_settings
from govgraph.store.exporting import FORMS, export_to
from govgraph.store.generations import Generations
from govgraph.store.keeping import back_up
from govgraph.store.keeping import restore as restore_from
from govgraph.store.remote_generations import AnyGeneration, RemoteGenerations

__all__ = ["backup", "export", "restore", "settings"]


@click.command()
@click.argument("destination", type=click.Path(path_type=Path))
@store_option
def backup(destination: Path, store: str | None) -> None:
    """Copy the current generation to DESTINATION, a new folder, and prove the copy by its checksums.

    It may run while the store is served and written to.
    """
    _refuse_endpoint(store, "Export it: govgraph export FILE.nq.gz; or let its engine make the copy.")
    kept = back_up(Generations(store_folder(store) or default_store()), destination)
    click.echo(f"backed up generation {kept.number} to {destination}; every file is as the manifest says")


@click.command()
@click.argument("source", type=click.Path(exists=True, file_okay=False, path_type=Path))
@store_option
def restore(source: Path, store: str | None) -> None:
    """Make the backup in SOURCE the current generation, if every file of it is as it was written."""
    _refuse_endpoint(store, "Load the data folder: govgraph build DATA --store URL")
    generations = Generations(store_folder(store) or default_store())
    restored = restore_from(generations, source)
    click.echo(
        f"restored generation {restored.manifest['restored']['generation']} as generation {restored.number}"
        f" of {generations.folder}; every file is as the manifest says"
    )


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@store_option
@click.option("--graph", metavar="IRI", help="One named graph only, by its IRI or what follows graph/.")
@click.option("--format", "form", type=click.Choice(list(FORMS)), help="[default: by the ending of FILE]")
def export(file: Path, store: str | None, graph: str | None, form: str | None) -> None:
    """Write the graph to FILE as RDF; "-" is standard output, and an ending in .gz compresses it.

    N-Quads and TriG hold all graphs; the other forms hold the current facts, merged, or the one --graph.
    """
    named = form or next((each for each in FORMS if file.name.removesuffix(".gz").endswith(f".{each}")), None)
    if named is None:
        raise BadInput(f"{file} has no ending of a form", f"Name one with --format: {', '.join(FORMS)}.")
    generation: AnyGeneration
    if endpoint := endpoint_of(store):
        generation = RemoteGenerations(endpoint).latest()
    else:
        generation = Generations(store_folder(store) or default_store()).current()
    count = export_to(generation, file if file.name != "-" else None, named, graph)
    if file.name != "-":
        click.echo(f"wrote {count:,} statements of generation {generation.number} to {file}")


def _refuse_endpoint(store: str | None, instead: str) -> None:
    """A backup is a copy of the files of a store, and an endpoint has none to give."""
    if endpoint := endpoint_of(store):
        raise BadInput(f"{endpoint.url} is an endpoint, and a backup is a copy of a folder", instead)


@click.command()
@format_option("table", "json", "csv", "md")
def settings(form: str) -> None:
    """Show what the environment sets, secrets masked, and every limit of the service."""
    variables = {each.name: each.value or "not set" for each in read_settings()}
    limits = dict(LIMITS.table())
    if form == "json":
        json.dump({"environment": variables, "limits": limits}, sys.stdout, indent=2)
        click.echo()
        return
    rows = [(name, value, "environment") for name, value in variables.items()]
    rows += [(name, f"{value:,}", "limit") for name, value in limits.items()]
    terms = [{"name": literal(n), "value": literal(v), "kind": literal(k)} for n, v, k in rows]
    print_table(Table(["name", "value", "kind"], terms, 0), form)
