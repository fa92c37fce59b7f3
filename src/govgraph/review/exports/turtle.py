"""The report as a standard ``sh:ValidationReport`` (SHACL §3.6)."""

from collections.abc import Iterator

import pyoxigraph as ox

from govgraph.namespaces import PREFIXES
from govgraph.review.findings import Finding, Report
from govgraph.review.results import Result
from govgraph.review.results import to_turtle as written

__all__ = ["results_of", "to_turtle"]


def to_turtle(report: Report) -> str:
    """Every finding that counts: a result for each component that it breaks.

    A report with no violation, warning or remark left conforms. What is waived is not in it.
    """
    results = [result for finding in report.findings for result in results_of(finding)]
    return written(results, conforms=report.conforms).decode()


def results_of(finding: Finding) -> Iterator[Result]:
    """The validation results that a finding stands for."""
    focus = _term(finding.focus_syntax) or ox.NamedNode(finding.focus)
    for component in finding.components:
        yield Result(
            focus,
            finding.path_syntax,
            _term(finding.value_syntax),
            component,
            finding.shape,
            PREFIXES["sh"] + finding.severity.capitalize(),
            (ox.Literal(finding.message, language="en"),),
            finding.constraint,
        )


def _term(syntax: str) -> ox.NamedNode | ox.Literal | ox.BlankNode | None:
    """The term that an N-Triples text stands for."""
    if not syntax:
        return None
    if syntax.startswith("_:"):
        return ox.BlankNode(syntax[2:])
    [statement] = ox.parse(f"<urn:x> <urn:x> {syntax} .".encode(), ox.RdfFormat.N_TRIPLES)
    assert isinstance(statement.object, ox.NamedNode | ox.Literal)
    return statement.object
