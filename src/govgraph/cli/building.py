"""`build` and `validate`: make a generation, and review what it says."""

import json
from pathlib import Path

import click

from govgraph.cli.options import format_option, gate_of, open_graph, progress, store_folder, store_option
from govgraph.cli.printing import print_report
from govgraph.knowledge.build import build as build_generation
from govgraph.settings import default_store
from govgraph.store.generations import Generations

__all__ = ["build", "validate"]


@click.command()
@click.argument("data", required=False, type=click.Path(path_type=Path))
@store_option
@click.option("--force", is_flag=True, help="Build even if nothing has changed.")
@click.option("--validate/--no-validate", default=True, help="Refuse data with violations. [default: refuse]")
def build(data: Path | None, store: str | None, force: bool, validate: bool) -> None:
    """Build the graph from DATA, a data folder (default: the packaged graph)."""
    generations = Generations(store_folder(store) or default_store())
    with progress() as step:
        built = build_generation(generations, data, gate=gate_of(validate), force=force, progress=step)
    manifest = built.generation.manifest
    what = "built" if built.fresh else "unchanged:"
    click.echo(
        f"{what} generation {built.generation.number} with {manifest['statements']:,} statements about"
        f" {manifest['things']:,} things, in {generations.folder}"
    )
    if (report := built.generation.folder / "report.json").exists():
        counts = json.loads(report.read_text())["summary"]
        click.echo(
            f"checked by {counts['rules']} rules: {counts['violation']} violations, {counts['warning']} warnings,"
            f" {counts['info']} remarks (list them: govgraph validate)"
        )


@click.command()
@store_option
@format_option("table", "csv", "json", "md")
@click.option(
    "--fail-on",
    type=click.Choice(["violation", "warning", "info", "never"]),
    default="violation",
    show_default=True,
    help="Exit with 1 if there are findings of this severity or worse.",
)
@click.pass_context
def validate(context: click.Context, store: str | None, form: str, fail_on: str) -> None:
    """Report what the shapes find in the current generation."""
    graph = open_graph(store)
    with progress() as step:
        step("checking")
        report = graph.validate()
    print_report(report, form)
    if report.at_least(fail_on):
        context.exit(1)
