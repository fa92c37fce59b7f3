"""`decide` and `deadline`: who decides a matter, and by which day something is due."""

import json
from collections.abc import Sequence

import click

from govgraph.cli.options import format_option, open_graph, store_option
from govgraph.cli.printing import print_table
from govgraph.decisions.deadlines import Deadline
from govgraph.decisions.routing import Decision
from govgraph.questions.table import Table
from govgraph.rdf.terms import literal

__all__ = ["deadline", "decide"]

_SAME = "of the same amount"


@click.command()
@click.option("--kind", required=True, metavar="TEXT", help='Kind of decision, such as "revenue spend" or "contract".')
@click.option("--amount", metavar="POUNDS", help="Such as 600000, £600,000, 600k or 1.2m.")
@click.option("--service-budget", metavar="POUNDS", help="Budget of the service that bears it.")
@click.option("--wards", metavar="NUMBER", help="How many wards it affects.")
@click.option(
    "--contract",
    is_flag=False,
    flag_value=_SAME,
    metavar="[POUNDS]",
    help="It is done by a contract: of the same amount, or of the one given.",
)
@click.option(
    "--best-consideration/--below-best-consideration", default=None, help="For land: at best consideration, or below."
)
@click.option("--affirm", multiple=True, metavar="RULE", help="The condition of this rule holds, such as K-4.")
@click.option("--deny", multiple=True, metavar="RULE", help="The condition of this rule does not hold.")
@click.option("--council", default="", metavar="NAME", help="Whose rules, where the graph holds those of several.")
@click.option("--as-of", metavar="DATE", help="By the rules of that day, such as 2024-02-15.")
@store_option
@format_option("table", "json", "md")
def decide(
    kind: str,
    amount: str | None,
    service_budget: str | None,
    wards: str | None,
    contract: str | None,
    best_consideration: bool | None,
    affirm: Sequence[str],
    deny: Sequence[str],
    council: str,
    as_of: str | None,
    store: str | None,
    form: str,
) -> None:
    """Say who decides a matter, by which clause, and what the text leaves open."""
    decision = open_graph(store).decide(
        kind,
        amount,
        service_budget,
        wards,
        True if contract == _SAME else contract,
        best_consideration,
        as_of,
        affirm=affirm,
        deny=deny,
        council=council,
    )
    if form == "json":
        click.echo(json.dumps(decision.as_dict(), indent=2, ensure_ascii=False))
        return
    click.echo(f"**{decision.sentence}**\n" if form == "md" else decision.sentence)
    print_table(_parts(decision), form)


def _parts(decision: Decision) -> Table:
    """One row for each rule with a part in the answer."""
    rows = [
        {
            "part": literal(part),
            "rule": literal(outcome.rule.name),
            "who": literal(outcome.rule.decider),
            "clause": literal(outcome.rule.clause),
            "why": literal(outcome.why),
        }
        for part, outcome in decision.rows
    ]
    notes = [
        *(f"needed: {text}" for text in decision.needs),
        *decision.gaps,
        *(f"remark on {text}" for text in decision.remarks),
        *decision.notes,
    ]
    return Table(["part", "rule", "who", "clause", "why"], rows, decision.generation, notes=notes)


@click.command()
@click.argument("kind")
@click.option("--meeting", required=True, metavar="DATE", help="Day of the meeting, such as 2024-02-19.")
@store_option
@format_option("table", "csv", "json", "md")
def deadline(kind: str, meeting: str, store: str | None, form: str) -> None:
    """Say by which day something is due: KIND is notice, minutes, apologies or another kind of rule."""
    graph = open_graph(store)
    found = graph.deadlines(kind, meeting)
    if form == "json":
        content = {
            "kind": kind,
            "meeting": meeting,
            "generation": graph.generation,
            "deadlines": [each.as_dict() for each in found],
            "notes": _counting(found, kind),
        }
        click.echo(json.dumps(content, indent=2, ensure_ascii=False))
    else:
        print_table(_days(found, kind, graph.generation), form)


def _days(found: Sequence[Deadline], kind: str, generation: int) -> Table:
    """One row for each reading of each rule."""
    rows = [
        {
            "day": literal(f"{reading.day:%A} {reading.day}"),
            "reading": literal(reading.reading),
            "for": literal(each.applies_to),
            "obligation": literal(each.obligation),
            "clause": literal(each.clause),
            "rule": literal(each.title),
        }
        for each in found
        for reading in each.last
    ]
    notes = list(dict.fromkeys(f"{each.clause}: {note}" for each in found for note in each.notes))
    columns = ["day", "reading", "for", "obligation", "clause", "rule"]
    return Table(columns, rows, generation, notes=notes + _counting(found, kind))


def _counting(found: Sequence[Deadline], kind: str) -> list[str]:
    if not found:
        return [f"Not stated: no rule on {kind} sets a time before or after a meeting."]
    several = ["The text does not say which reading is meant; the earlier day is in time under each."]
    return several * any(len(each.last) > 1 for each in found) + [
        "Working days are Monday to Friday without the bank holidays of England; each day is the last in time."
    ]
