"""`whatif`: try a change on a scratch copy, and say what follows from it."""

import getpass
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import click
import pyoxigraph as ox

from govgraph.cli.options import endpoint_of, format_option, open_graph, progress, store_folder, store_option
from govgraph.cli.printing import print_table
from govgraph.errors import BadInput
from govgraph.graph import Graph
from govgraph.knowledge.effects import Effect
from govgraph.knowledge.facts import Facts
from govgraph.knowledge.whatif import Trial
from govgraph.questions.table import Table
from govgraph.rdf.files import serialise
from govgraph.rdf.terms import iri, literal
from govgraph.review.compare import compare
from govgraph.review.findings import Finding
from govgraph.settings import default_store
from govgraph.store.generations import Generations

__all__ = ["whatif"]


@click.command()
@click.argument("change", required=False, type=click.Path(path_type=Path))
@click.option("--remove", metavar="NAME", multiple=True, help="Take this thing out; may be given several times.")
@click.option("--validate", is_flag=True, help="Say which findings of the review are new or fixed.")
@click.option("--apply", is_flag=True, help="Keep the change as a new generation, unless it adds violations.")
@click.option("--into", metavar="GRAPH", default="", help="With --apply: the graph for what the change adds.")
@click.option(
    "--accept-violations", metavar="NAME", help="With --apply: keep it with its violations; NAME accepts them."
)
@store_option
@format_option("table", "json", "md")
def whatif(
    change: Path | None,
    remove: tuple[str, ...],
    validate: bool,
    apply: bool,
    into: str,
    accept_violations: str | None,
    store: str | None,
    form: str,
) -> None:
    """Say what a CHANGE, a file of SPARQL Update, would do: who loses or gains an end, what loses its subject.

    The change runs on a scratch copy of the current facts, in the default graph; LOAD and SERVICE are refused.
    Things to --remove are taken out after it. Nothing is kept without --apply; with it, the change becomes a new
    generation, unless it adds violations. What it adds about a thing goes to the graph that speaks of the thing.
    """
    if change is None and not remove:
        raise BadInput("nothing to try", "Name a file of SPARQL Update, or a thing with --remove.")
    update = _read(change) if change else ""
    if apply and endpoint_of(store):
        raise BadInput(
            "a change is not kept in an endpoint from here",
            "Put it into the data folder, and load that: govgraph build DATA --store URL",
        )
    graph = open_graph(store)
    trial = graph.whatif(update, remove)
    new, fixed, standing = _findings(graph, trial) if validate else ([], [], 0)
    kept = _kept(graph, trial, store, into, accept_violations) if apply else None
    fate = f"kept as generation {kept}" if kept else "nothing was kept"
    notes = [f"the change adds {trial.added} statements and takes out {trial.removed}; {fate}"]
    if not trial.effects:
        notes.append("nobody gains or loses an end, no chain changes, and nothing loses its subject")
    if validate:
        notes.append(f"findings of the review: {len(new)} new, {len(fixed)} fixed, {standing} standing")
    else:
        notes.append("findings of the review were not compared; with them: --validate")
    if form == "json":
        content = {
            "generation": graph.generation,
            "added": trial.added,
            "removed": trial.removed,
            "kept": kept,
            "effects": [asdict(effect) for effect in trial.effects],
            "findings": {"new": list(map(asdict, new)), "fixed": list(map(asdict, fixed)), "standing": standing}
            if validate
            else None,
            "notes": notes,
        }
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
        return
    found = [_of_finding("new finding", each) for each in new] + [_of_finding("fixed finding", each) for each in fixed]
    print_table(_table([*trial.effects, *found], graph.generation, notes), form)


def _kept(graph: Graph, trial: Trial, store: str | None, into: str, accept: str | None) -> int:
    """Keep the change; gives the number of the generation that holds it."""
    from govgraph.writing.checking import packaged_judge
    from govgraph.writing.keeping import keep

    generations = Generations(store_folder(store) or default_store())
    with progress() as step:
        step("checking and writing")
        made = keep(
            generations, graph.generation, trial, gate=packaged_judge, who=getpass.getuser(), into=into, accept=accept
        )
        return made.number


def _read(change: Path) -> str:
    try:
        return change.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{change}: cannot be read ({error.strerror})", "Check the name.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{change}: is not UTF-8 text", "Save it as UTF-8.") from None


def _findings(graph: Graph, trial: Trial) -> tuple[list[Finding], list[Finding], int]:
    """Findings that are new and that are fixed, and how many stand."""
    from govgraph.review import reviewing

    with progress() as step:
        step("checking")
        old = graph.kept_report() or reviewing.review(_as_text(trial.before))
        now = compare(reviewing.review(_as_text(trial.after)), old, f"generation {graph.generation}")
    new = [finding for finding in now.findings if finding.state == "new"]
    return new, list(now.fixed), now.compared["standing"]


def _as_text(facts: Facts) -> bytes:
    return serialise((ox.Triple(*statement) for statement in facts), "application/n-triples")


def _of_finding(word: str, finding: Finding) -> Effect:
    told = f"{finding.rule}: {finding.message}"
    return Effect(word, finding.focus, finding.label, finding.severity, told, ", ".join(finding.clauses))


def _table(effects: Sequence[Effect], generation: int, notes: list[str]) -> Table:
    rows = [
        {
            "effect": literal(effect.effect),
            "thing": iri(effect.thing),
            "thingLabel": literal(effect.label),
            "kind": literal(effect.kind),
            "detail": literal(effect.detail),
            "clause": literal(effect.clause),
        }
        for effect in effects
    ]
    return Table(["effect", "thing", "thingLabel", "kind", "detail", "clause"], rows, generation, notes=notes)
