"""`validate`: review a store, files or a data folder, and report so that a reviewer or a build server can act on it."""

import datetime
import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

import click

from govgraph.cli.comparing import generation_of
from govgraph.cli.options import open_graph, progress, store_option
from govgraph.cli.printing import as_text, print_report
from govgraph.errors import BadInput, UnknownThing
from govgraph.graph import Graph
from govgraph.knowledge.facts import GOV, RDF_TYPE
from govgraph.limits import LIMITS
from govgraph.namespaces import GRAPH
from govgraph.review.compare import compare
from govgraph.review.exports.words import headline
from govgraph.review.findings import SEVERITIES, Report, day_in_words, read_report
from govgraph.review.loading import load
from govgraph.review.reviewing import review
from govgraph.review.rulebook import Rulebook, shape_files
from govgraph.review.selecting import of_council, of_rules, select
from govgraph.review.surroundings import council_of
from govgraph.review.waivers import read_waivers

__all__ = ["validate"]

_FORMATS = ("table", "json", "csv", "md", "ttl", "html", "junit", "sarif")
_BY_ENDING = {
    ".txt": "table", ".json": "json", ".csv": "csv", ".md": "md", ".ttl": "ttl", ".html": "html", ".xml": "junit",
    ".sarif": "sarif",
}  # fmt: skip
_PATH = click.Path(path_type=Path)


@click.command()
@click.argument("files", nargs=-1, type=_PATH)
@store_option
@click.option(
    "--shapes",
    metavar="PATH",
    help="File or folder of shapes, instead of the packaged ones.",
    multiple=True,
    type=_PATH,
)
@click.option("--council", metavar="NAME", help="Only what concerns this council.")
@click.option(
    "--severity", type=click.Choice(SEVERITIES), default="info", help="Only findings of this severity or worse."
)
@click.option("--rule", "rules", metavar="ID", multiple=True, help="Only this rule, such as GOV-LINE-003.")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="[default: by the ending of --out, else table on a terminal, csv in a pipe]",
)
@click.option("--out", metavar="FILE", type=_PATH, help="Write the report there.")
@click.option(
    "--against", metavar="FILE|GENERATION", help="Earlier report (JSON) or generation: what is new, standing, fixed."
)
@click.option(
    "--waivers", metavar="FILE", help="Waivers (Turtle), besides those in the data.", multiple=True, type=_PATH
)
@click.option(
    "--fail-on",
    type=click.Choice([*SEVERITIES, "never"]),
    default="violation",
    show_default=True,
    help="Exit with 1 if there are findings of this severity or worse.",
)
@click.pass_context
def validate(
    context: click.Context,
    files: tuple[Path, ...],
    store: str | None,
    shapes: tuple[Path, ...],
    council: str | None,
    severity: str,
    rules: tuple[str, ...],
    form: str | None,
    out: Path | None,
    against: str | None,
    waivers: tuple[Path, ...],
    fail_on: str,
) -> None:
    """Report what breaks which rule, where it is written, and what to do.

    Reviews FILES: files of RDF, or a data folder; they are merged with the ontology, and no store is touched. Without
    FILES the current generation of the store is reviewed.

    \b
    Exit codes: 0 nothing at or above --fail-on; 1 findings; 2 bad input, or nothing to review; 3 the store failed.
    """
    if files and store:
        raise BadInput("both FILES and --store are named", "Name one of them.")
    form = _format(form, out)
    with progress() as step:
        reviewed = _files(files, shapes, waivers, fail_on, step) if files else _store(store, shapes, waivers, step)
        report = select(reviewed.report, rules=rules)
        if against:
            earlier, called = _earlier(against, store)
            run = {rule.rule for rule in report.ran}
            report = compare(report, of_rules(earlier, run) if rules else earlier, called)
    report = select(report, severity)
    if council:
        part = of_council(report, council)
        if not (part.findings or part.waived or part.fixed):
            reviewed.check_council(council)
        report = part
    _publish(report, form, out, fail_on)
    for shape in report.without_target:
        click.echo(f"govgraph: <{shape}> was never run: it has no target, and no shape leads to it", err=True)
    if report.at_least(fail_on):
        context.exit(1)


@dataclass(frozen=True)
class _Reviewed:
    """A report, and a check that raises where nothing that was reviewed has the name of a council."""

    report: Report
    check_council: Callable[[str], object]


def _files(
    files: Sequence[Path], shapes: Sequence[Path], waivers: Sequence[Path], fail_on: str, step: Callable[[str], None]
) -> _Reviewed:
    book, accepted = Rulebook(shape_files(shapes)), read_waivers(waivers)
    loaded = load(files, step)
    title = ", ".join(file.name or str(file.resolve()) for file in files)
    if not loaded.stated or not book.looks_at(loaded.facts, loaded.things):
        reason = "holds no statement" if not loaded.stated else "holds nothing that the shapes look at"
        if fail_on != "never":
            raise BadInput(
                f"{title} {reason}, so nothing was reviewed", "Name data of ours, or accept it: --fail-on never."
            )
        click.echo(f"govgraph: {title} {reason}, so nothing was reviewed", err=True)
    report = review(loaded.as_text(), shapes, waivers=accepted, title=title, progress=step)

    def check(name: str) -> None:
        folded = name.casefold().strip()
        councils = {council_of(thing.value) for thing in loaded.things} - {""}
        labels = {loaded.facts.label(council).casefold() for council in loaded.facts.subjects(RDF_TYPE, GOV.Council)}
        if folded not in councils | labels:
            raise UnknownThing(name, get_close_matches(folded, sorted(councils | labels), LIMITS.suggestions, 0.5))

    return _Reviewed(report, check)


def _store(
    store: str | None, shapes: Sequence[Path], waivers: Sequence[Path], step: Callable[[str], None]
) -> _Reviewed:
    accepted = read_waivers(waivers)
    graph = open_graph(store)
    step("checking")
    report = graph.validate(shapes, accepted, progress=step)

    def check(name: str) -> None:
        if name.casefold() not in {graph_name.split("/")[0] for graph_name in _parts(graph)}:
            graph.find(name)

    return _Reviewed(report, check)


def _parts(graph: Graph) -> list[str]:
    """The named graphs below our base: "harrow/constitution"."""
    return [name.removeprefix(GRAPH) for name in graph.manifest["graphs"]]


def _earlier(against: str, store: str | None) -> tuple[Report, str]:
    """An earlier report, and what to call it."""
    today = datetime.date.today().isoformat()
    if against.isdigit():
        return generation_of(store, against).validate(), f"generation {against}"
    try:
        text = Path(against).read_text(encoding="utf-8")
        report = read_report(text, day=today)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{against}: cannot be read ({error})", "Name a report in JSON, or a generation.") from None
    except json.JSONDecodeError as error:
        raise BadInput(f"{against}, line {error.lineno}: is not JSON", "Write one: --format json --out FILE.") from None
    except (KeyError, TypeError, AttributeError):
        raise BadInput(f"{against}: is not a report of govgraph", "Write one: --format json --out FILE.") from None
    return report, f"the report of {day_in_words(report.day)}" if report.day else Path(against).name


def _format(form: str | None, out: Path | None) -> str:
    """The format asked for; before any work, that the report can be written where it is to go."""
    if out is None:
        return form or ("table" if sys.stdout.isatty() else "csv")
    if out.is_dir() or not out.parent.is_dir():
        reason = "is a folder" if out.is_dir() else f"cannot be written: {out.parent} is not a folder"
        raise BadInput(f"{out} {reason}", "Name a file in a folder that is there.")
    if not os.access(out if out.exists() else out.parent, os.W_OK):
        raise BadInput(f"{out} cannot be written (permission denied)", "Name another file.")
    if form or out.suffix in _BY_ENDING:
        return form or _BY_ENDING[out.suffix]
    raise BadInput(f"{out}: the ending names no format", f"Add --format, or end it in {', '.join(_BY_ENDING)}.")


def _publish(report: Report, form: str, out: Path | None, fail_on: str) -> None:
    """Print the report, or write it and print the sentence that sums it up."""
    if out is None:
        print_report(report, form, fail_on)
        return
    partial = out.with_name(f".{out.name}.part")
    try:
        partial.write_text(as_text(report, form, fail_on), encoding="utf-8", newline="")
        partial.replace(out)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise BadInput(f"{out} cannot be written ({error.strerror})", "Name another file.") from None
    click.echo(f"{headline(report)}; written to {out}")
