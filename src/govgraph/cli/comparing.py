"""`diff`: what one generation or document version says and another does not, by thing, in words."""

import json
from collections import Counter
from dataclasses import asdict

import click

from govgraph.cli.options import endpoint_of, format_option, open_graph, store_folder, store_option
from govgraph.cli.printing import print_table
from govgraph.errors import BadInput, UnknownGeneration
from govgraph.graph import Graph
from govgraph.knowledge.difference import Change
from govgraph.questions.table import Table
from govgraph.rdf.terms import iri, literal
from govgraph.settings import default_store
from govgraph.store.generations import Generations
from govgraph.store.remote_generations import RemoteGenerations

__all__ = ["diff", "generation_of"]


@click.command()
@click.argument("before", metavar="A")
@click.argument("after", metavar="B")
@click.option("--versions", is_flag=True, help="A and B are document versions, such as handbook-earlier.")
@click.option("--evidence", is_flag=True, help="Between versions: count clauses and what rests on them too.")
@store_option
@format_option("table", "csv", "json", "md")
def diff(before: str, after: str, versions: bool, evidence: bool, store: str | None, form: str) -> None:
    """Say what changed from A to B: two generations by number, or two document versions by name."""
    if versions:
        whole = open_graph(store)
        sides = [whole.at(version=name) for name in (before, after)]
        names = [str(side.parameters["version"]) for side in sides]
        notes = list(dict.fromkeys(note for side in sides for note in side.notes))
        if not evidence:
            notes.append("clauses, and which of them a statement rests on, are left out; with them: --evidence")
    else:
        sides = [generation_of(store, text) for text in (before, after)]
        names, notes, evidence = [f"generation {side.generation}" for side in sides], [], True
    changes = sides[0].changes_to(sides[1], evidence=evidence)
    counts = Counter(change.change for change in changes)
    summary = {name: counts[name] for name in ("added", "removed", "changed")}
    told = ", ".join(f"{count} {name}" for name, count in summary.items()) if changes else "both say the same"
    notes.insert(0, f"{names[0]} → {names[1]}: {told}")
    if form == "json":
        content = {"from": names[0], "to": names[1], "summary": summary, "changes": list(map(asdict, changes))}
        click.echo(json.dumps(content | {"notes": notes}, indent=2, ensure_ascii=False))
    elif form == "csv":
        print_table(_by_property(changes, notes), form)
    else:
        print_table(_by_thing(changes, notes), form)


def _by_thing(changes: list[Change], notes: list[str]) -> Table:
    """One row for each thing, for people."""
    rows = [
        {
            "thing": iri(change.thing),
            "thingLabel": literal(change.label),
            "kind": literal(change.kind),
            "change": literal(change.in_words),
        }
        for change in changes
    ]
    return Table(["thing", "thingLabel", "kind", "change"], rows, 0, notes=notes)


def _by_property(changes: list[Change], notes: list[str]) -> Table:
    """One row for each property of each thing, for programs; several values stand with "; " between them."""
    columns = ["thing", "thingLabel", "kind", "change", "property", "propertyLabel", "before", "after"]
    rows = [
        {
            "thing": iri(change.thing),
            "thingLabel": literal(change.label),
            "kind": literal(change.kind),
            "change": literal(change.change),
            "property": iri(each.property),
            "propertyLabel": literal(each.label),
            "before": literal("; ".join(each.before)),
            "after": literal("; ".join(each.after)),
        }
        for change in changes
        for each in change.properties
    ]
    return Table(columns, rows, 0, notes=notes)


def generation_of(store: str | None, text: str) -> Graph:
    """A generation that is kept, by its number.

    Raises
    ------
    BadInput : it is no number.
    UnknownGeneration : there is none; names those that are kept.
    """
    if endpoint := endpoint_of(store):
        place, there = endpoint.url, RemoteGenerations(endpoint)
        number = _number(text, there.numbers(), place)
        return Graph(there.open(number))
    here = Generations(store_folder(store) or default_store())
    current = here.current()  # says what to do where nothing has been built
    number = _number(text, here.numbers(), str(here.folder))
    return Graph(current if number == current.number else here.open(number))


def _number(text: str, kept: list[int], place: str) -> int:
    told = f"Kept: {', '.join(map(str, kept))}."
    if not text.isascii() or not text.isdigit():
        raise BadInput(
            f'"{text[:80]}" is not the number of a generation', f"{told} For document versions add --versions."
        )
    if int(text) not in kept:
        raise UnknownGeneration(f"there is no generation {text} in {place}", told)
    return int(text)
