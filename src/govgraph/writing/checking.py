"""Judge a change by the shapes: faults of the data that it would add stand in its way, those that were there do not."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from govgraph.errors import ChangeRefused
from govgraph.review.findings import Finding, Report, read_report
from govgraph.review.gate import faults
from govgraph.review.reviewing import review
from govgraph.store.generations import Generation

__all__ = ["Judge", "check_change", "packaged_judge"]

Judge = Callable[[bytes], Report]
"""Given merged facts as N-Triples, gives the report of the review."""


def packaged_judge(facts: bytes) -> Report:
    """The review by the packaged shapes.

    Raises
    ------
    EnvironmentFailed : a shape needs pySHACL, which is not installed.
    """
    return review(facts)


def check_change(
    judge: Judge, before: Generation, earlier: Callable[[], bytes], facts: bytes, accept: str
) -> tuple[Report, dict[str, Any]]:
    """The report of the changed facts, and what the manifest says of the check.

    Parameters
    ----------
    before : the generation that is changed; its own report is used where it has one.
    earlier, facts : the merged facts before (asked for only where they must be judged) and after.
    accept : who accepts violations that the change adds; empty: nobody.

    Raises
    ------
    ChangeRefused : the change adds violations; they come with the error.
    """
    report = judge(facts)
    violations = faults(report)
    known: set[tuple[str, ...]] = set()
    if violations:
        known = {_key(finding) for finding in faults(_report_of(before, judge, earlier))}
    new = [finding for finding in violations if _key(finding) not in known]
    if new and not accept:
        first = new[0]
        raise ChangeRefused(
            f"the change adds {len(new)} violation{'s' * (len(new) > 1)}, so nothing was changed; "
            f"the first: {first.rule} at {first.label} <{first.focus}>: {first.message}",
            "Mend the change, or say who accepts it as it is.",
            [asdict(finding) for finding in new],
        )
    verdict: dict[str, Any] = {"violations": len(violations), "new": len(new)}
    return report, verdict | ({"accepted by": accept} if new else {})


def _report_of(generation: Generation, judge: Judge, facts: Callable[[], bytes]) -> Report:
    kept: Path = generation.folder / "report.json"
    return read_report(kept.read_text(encoding="utf-8"), generation.number) if kept.exists() else judge(facts())


def _key(finding: Finding) -> tuple[str, ...]:
    return finding.rule, finding.focus, finding.path, finding.value
