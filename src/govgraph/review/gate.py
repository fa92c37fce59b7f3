"""The gate of a build: data that do not say what they mean are not published, unless somebody accepts it by name.

A fault in a text, or in what was done, is no fault of the data that tell of it. It is published with the finding.
"""

import datetime
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from govgraph.errors import BadInput
from govgraph.knowledge.making import Made
from govgraph.review.apart import review_made
from govgraph.review.findings import Finding, Report
from govgraph.review.reviewing import review
from govgraph.review.waivers import Waiver

__all__ = ["FindingsRefuse", "faults", "gate", "gate_with"]


class FindingsRefuse(BadInput):
    """The shapes found violations, so nothing was published."""

    code = "findings-refuse"
    exit_code = 1
    status = 422

    def __init__(self, report: Report, next_step: str) -> None:
        self.report = report
        worst = faults(report)
        first = worst[0]
        super().__init__(
            f"{len(worst)} violation{'s' * (len(worst) > 1)} in the data, so nothing was published; "
            f"the first: {first.rule} at {first.label} <{first.focus}>: {first.message}",
            next_step,
        )


def faults(report: Report) -> list[Finding]:
    """The violations for which data are not published: those of rules that judge the data."""
    return [finding for finding in report.at_least("violation") if finding.subject not in ("text", "record")]


def gate(facts: bytes | Made) -> Iterator[bytes]:
    """Judge merged facts before they are published.

    Parameters
    ----------
    facts : N-Triples, or what a build made.

    Returns
    -------
    The report as JSON in pieces, to be kept with the generation.

    Raises
    ------
    FindingsRefuse : the data have a violation that no waiver covers; names the first.
    """
    return gate_with()(facts)


def gate_with(
    waivers: Sequence[Waiver] = (), accepted_by: str = "", because: str = "", title: str = ""
) -> Callable[[bytes | Made], Iterator[bytes]]:
    """A gate that knows waivers, and who accepts violations.

    Parameters
    ----------
    waivers : besides those that the facts hold.
    accepted_by, because : who lets violations pass, and why; kept in the report and in the manifest.
    title : of what is judged.

    Raises
    ------
    BadInput : somebody accepts violations and does not say why.
    """
    if accepted_by and not because.strip():
        raise BadInput(f"{accepted_by} accepts violations and does not say why", "Say it with --because.")

    def judged(facts: bytes | Made) -> Iterator[bytes]:
        if isinstance(facts, Made):
            report = review_made(facts, waivers=waivers, title=title)
        else:
            report = review(facts, waivers=waivers, title=title)
        worst = faults(report)
        if worst and not accepted_by:
            step = (
                "Mend the data; list all with: govgraph validate FOLDER; or publish as it is with --accept-violations."
            )
            raise FindingsRefuse(report, step)
        if worst:
            rules = sorted({finding.rule for finding in worst})
            accepted = {"by": accepted_by, "because": because, "rules": rules, "violations": len(worst)}
            report = replace(report, accepted=accepted | {"on": datetime.date.today().isoformat()})
        return (part.encode() for part in report.json_parts())

    return judged
