"""Findings of a review, and the report that holds them (SHACL §3.6; DESIGN.md §4.1)."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace

__all__ = ["SEVERITIES", "Finding", "Report", "read_report"]

SEVERITIES = ("violation", "warning", "info")
"""Worst first."""


@dataclass(frozen=True, order=True)
class Finding:
    """One result of one shape.

    Parameters
    ----------
    severity : "violation", "warning" or "info".
    rule : identifier of the shape, such as "GOV-LINE-001".
    name : of the shape, in a few words.
    focus, label : the thing that the finding is about.
    message : what to do.
    clauses : numbers of the clauses that the thing rests on.
    path, value : the property and the value found, where there are any.
    """

    severity: str
    rule: str
    name: str
    focus: str
    label: str
    message: str
    clauses: tuple[str, ...] = ()
    path: str = ""
    value: str = ""


@dataclass(frozen=True)
class Report:
    """All findings of one review, worst first.

    Parameters
    ----------
    rules : number of shapes with a rule that were run.
    generation : number of the generation reviewed; 0 before it has one.
    """

    findings: Sequence[Finding]
    rules: int
    generation: int = 0

    def at_least(self, severity: str) -> list[Finding]:
        """Findings of this severity or worse; "never" gives none."""
        if severity == "never":
            return []
        allowed = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return [finding for finding in self.findings if finding.severity in allowed]

    @property
    def summary(self) -> dict[str, int]:
        """Number of findings by severity, and of rules run."""
        counts = {name: sum(finding.severity == name for finding in self.findings) for name in SEVERITIES}
        return counts | {"rules": self.rules}

    def to_json(self) -> str:
        """The report as JSON, as `govgraph validate --format json` prints it."""
        content = {
            "generation": self.generation,
            "summary": self.summary,
            "findings": [asdict(finding) for finding in self.findings],
        }
        return json.dumps(content, indent=1, ensure_ascii=False)


def read_report(text: str, generation: int) -> Report:
    """The report that `Report.to_json` wrote, for the generation that keeps it."""
    content = json.loads(text)
    findings = [replace(Finding(**given), clauses=tuple(given["clauses"])) for given in content["findings"]]
    return Report(findings, content["summary"]["rules"], generation)
