"""`build`: make a generation, unless the review refuses it."""

from pathlib import Path

import click

from govgraph.cli.options import endpoint_of, progress, store_folder, store_option
from govgraph.knowledge.build import Built
from govgraph.knowledge.build import build as build_generation
from govgraph.knowledge.catalog import WAIVERS
from govgraph.knowledge.publishing import Published, build_into
from govgraph.resources import packaged
from govgraph.review.gate import gate_with
from govgraph.review.waivers import read_waivers
from govgraph.settings import default_store
from govgraph.store.generations import Generations
from govgraph.store.reports import head_of

__all__ = ["build"]

_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("data", required=False, type=_PATH)
@store_option
@click.option("--force", is_flag=True, help="Build even if nothing has changed.")
@click.option("--validate/--no-validate", default=True, help="Refuse data with violations. [default: refuse]")
@click.option(
    "--accept-violations", metavar="NAME", default="", help="Build in spite of violations; NAME accepts them."
)
@click.option("--because", metavar="TEXT", default="", help="Why they are accepted; kept with NAME in the report.")
@click.option("--waivers", metavar="FILE", multiple=True, type=_PATH, help="Waivers, besides those in the data.")
def build(
    data: Path | None,
    store: str | None,
    force: bool,
    validate: bool,
    accept_violations: str,
    because: str,
    waivers: tuple[Path, ...],
) -> None:
    """Build the graph from DATA, a data folder (default: the packaged graph).

    With the address of an endpoint, the graph is built here and loaded there, batch by batch. A load that was stopped
    goes on where it was; until it has come to its end, the endpoint answers as before.

    Data in which the review finds a violation is refused whole, and the present generation stays. A waiver lets one
    finding pass until a day; --accept-violations lets all of them pass this once.
    """
    endpoint = endpoint_of(store)
    generations = None if endpoint else Generations(store_folder(store) or default_store())
    accepted = read_waivers(waivers)
    own = (data or packaged("data")) / WAIVERS
    if own.is_file():
        read_waivers([own])  # the build reads it as data; here it is refused with its line where something is missing
    title = "the packaged graph" if data is None else data.resolve().name
    gate = gate_with(accepted, accept_violations, because, title) if validate else None
    force = force or bool(accept_violations or waivers)
    built: Built | Published
    with progress() as step:
        if endpoint:
            built = build_into(endpoint, data, gate=gate, force=force, progress=step)
            place: object = endpoint.url
        else:
            assert generations
            built = build_generation(generations, data, gate=gate, force=force, progress=step)
            place = generations.folder
    manifest = built.generation.manifest
    what = "built" if built.fresh else "unchanged:"
    click.echo(
        f"{what} generation {built.generation.number} with {manifest['statements']:,} statements about"
        f" {manifest['things']:,} things, in {place}"
    )
    if (report := built.generation.folder / "report.json").exists():
        counts = head_of(report)["summary"]
        click.echo(
            f"checked by {counts['rules']} rules: {counts['violation']} violations, {counts['warning']} warnings,"
            f" {counts['info']} remarks (list them: govgraph validate)"
        )
        if who := built.generation.manifest.get("accepted"):
            click.echo(f"{who['violations']} violations accepted by {who['by']}: {who['because']}")
