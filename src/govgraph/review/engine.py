"""Run the packaged shapes over merged facts with pySHACL (SHACL Core and SHACL-SPARQL).

No rules, no JavaScript, no imports: `advanced`, `js` and `do_owl_imports` are off, and the
engine is given graphs, never names of files or addresses.
"""

import logging
from functools import cache
from pathlib import Path
from typing import Any

from govgraph.errors import BadInput, EnvironmentFailed
from govgraph.namespaces import PREFIXES, curie
from govgraph.rdf.files import read_file, serialise
from govgraph.resources import packaged
from govgraph.review.findings import SEVERITIES, Finding, Report

__all__ = ["FindingsRefuse", "gate", "review"]

_SH = PREFIXES["sh"]
_DCT = PREFIXES["dct"]
_LABEL = PREFIXES["skos"] + "prefLabel"


class FindingsRefuse(BadInput):
    """The shapes found violations, so nothing was published."""

    code = "findings-refuse"
    exit_code = 1
    status = 422


def gate(facts: bytes) -> bytes:
    """Judge merged facts before they are published.

    Parameters
    ----------
    facts : N-Triples.

    Returns
    -------
    The report as JSON, to be kept with the generation.

    Raises
    ------
    FindingsRefuse : there is a violation; names the first.
    """
    report = review(facts)
    if worst := report.at_least("violation"):
        first = worst[0]
        raise FindingsRefuse(
            f"{len(worst)} violation{'s' * (len(worst) > 1)}, so nothing was published; "
            f"the first: {first.rule} at {first.label} <{first.focus}>: {first.message}",
            "Mend the data, or publish as it is with --no-validate.",
        )
    return report.to_json().encode()


def review(facts: bytes, shapes: Path | None = None) -> Report:
    """Run the shapes over facts.

    Parameters
    ----------
    facts : N-Triples.
    shapes : folder of shapes; None is the packaged `shapes/`.

    Raises
    ------
    EnvironmentFailed : pySHACL is not installed.
    BadRdf : a shapes file is not Turtle.
    """
    try:
        import pyshacl

        from govgraph.rdf.memory import read_statements
    except ImportError:
        raise EnvironmentFailed("pySHACL is not installed", 'Install it: pip install "govgraph[review]"') from None
    shapes_graph, rules = _shapes(shapes or packaged("shapes"))
    data = read_statements(facts)
    logging.getLogger("pyshacl").setLevel(logging.ERROR)
    _, results, _ = pyshacl.validate(
        data, shacl_graph=shapes_graph, advanced=False, js=False, do_owl_imports=False, inplace=True
    )
    findings = [
        _finding(results, result, data, shapes_graph) for result in results.subjects(_uri(_SH + "resultSeverity"))
    ]
    order = {name: place for place, name in enumerate(SEVERITIES)}
    return Report(sorted(findings, key=lambda f: (order[f.severity], f.rule, f.label, f.value)), rules)


@cache
def _shapes(folder: Path) -> tuple[Any, int]:
    """The shapes as one rdflib graph, and the number of rules in it."""
    contents = [
        serialise((quad.triple for quad in read_file(path)), "application/n-triples")
        for path in sorted(folder.rglob("*.ttl"))
    ]
    from govgraph.rdf.memory import read_statements

    graph = read_statements(*contents)
    rules = len(set(graph.objects(None, _uri(_DCT + "identifier"))))
    if not rules:
        raise BadInput(f"{folder} holds no shapes with a dct:identifier", "Name another folder.")
    return graph, rules


def _uri(value: str) -> Any:
    import rdflib

    return rdflib.URIRef(value)


def _finding(results: Any, result: Any, data: Any, shapes: Any) -> Finding:
    """One SHACL result in words, with the clauses that its focus node rests on."""

    def one(name: str) -> Any:
        return results.value(result, _uri(_SH + name))

    focus, shape = one("focusNode"), one("sourceShape")
    constraint = one("sourceConstraint")
    rule = next(
        (
            (shapes.value(node, _uri(_DCT + "identifier")), shapes.value(node, _uri(_SH + "name")))
            for node in (constraint, shape)
            if node is not None and shapes.value(node, _uri(_DCT + "identifier"))
        ),
        ("", ""),
    )
    cited = data.value(focus, _uri(_DCT + "bibliographicCitation"))
    value, path = one("value"), one("resultPath")
    return Finding(
        severity=str(one("resultSeverity")).removeprefix(_SH).lower(),
        rule=str(rule[0]),
        name=str(rule[1] or ""),
        focus=str(focus),
        label=str(data.value(focus, _uri(_LABEL)) or focus),
        message=str(one("resultMessage") or ""),
        clauses=tuple(str(cited).split(", ")) if cited else (),
        path=curie(str(path)) if path is not None else "",
        value=str(value) if value is not None else "",
    )
