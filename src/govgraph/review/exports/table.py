"""The report as a table, one finding a row."""

import csv
import io
from typing import TYPE_CHECKING

from govgraph.errors import EnvironmentFailed
from govgraph.review.exports.words import places_in_words
from govgraph.review.findings import Finding, Report

if TYPE_CHECKING:
    import pandas

__all__ = ["COLUMNS", "rows", "to_csv", "to_pandas"]

COLUMNS = (
    *("severity", "rule", "label", "message", "clauses", "focus", "state", "name", "description", "path", "value"),
    *("value_label", "expected", "found", "governance_label", "body_label", "council_label", "documents", "places"),
    *("waived_by", "waived_because", "waived_until", "note", "source", "id"),
)
"""Later versions add columns at the end only."""


def rows(report: Report) -> list[dict[str, str]]:
    """Every finding, the waived ones and those that are fixed after the others."""
    return [_row(finding) for finding in (*report.findings, *report.waived, *report.fixed)]


def _row(finding: Finding) -> dict[str, str]:
    waived = finding.waived
    joined = {
        "clauses": ", ".join(finding.clauses),
        "documents": "; ".join(finding.documents),
        "places": places_in_words(finding),
        "waived_by": waived.by if waived else "",
        "waived_because": waived.reason if waived else "",
        "waived_until": waived.until if waived else "",
        "state": "waived" if waived else finding.state,
    }
    return {name: joined[name] if name in joined else str(getattr(finding, name)) for name in COLUMNS}


def to_csv(report: Report) -> str:
    """RFC 4180."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows(report))
    return text.getvalue()


def to_pandas(report: Report) -> "pandas.DataFrame":
    """A DataFrame; `.attrs` has the summary and the notes.

    Raises
    ------
    EnvironmentFailed : pandas is not installed.
    """
    try:
        import pandas
    except ImportError:
        raise EnvironmentFailed("pandas is not installed", 'Install it: pip install "govgraph[notebook]"') from None
    frame = pandas.DataFrame(rows(report), columns=list(COLUMNS))
    frame.attrs = {"generation": report.generation, "summary": report.summary, "notes": list(report.notes)}
    return frame
