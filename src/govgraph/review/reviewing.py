"""Review: judge data by the shapes, and join each result with its rule, its clauses and whom it concerns."""

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox

from govgraph.errors import BadInput
from govgraph.knowledge.facts import GOV, RDF_TYPE, Facts
from govgraph.namespaces import DEF, PREFIXES, curie
from govgraph.review.data import Data, StoreData
from govgraph.review.engine import Judgement, judge
from govgraph.review.findings import Finding, Report, fingerprint, order
from govgraph.review.results import Result
from govgraph.review.rulebook import Rulebook, shape_files
from govgraph.review.shapes import read_shapes
from govgraph.review.surroundings import Surroundings, council_of, words_of
from govgraph.review.triples import Term
from govgraph.review.waivers import Waiver, settle, waivers_in

__all__ = ["Councils", "by_name", "councils_of", "joined", "report_of", "review", "together"]

_IRI = re.compile(r"<([^<>]+)>")
_SHOWN = 6
"""Values of one property that a finding lists."""

_WAIVERS = f"SELECT ?s ?p ?o WHERE {{ ?s <{RDF_TYPE.value}> <{DEF}Waiver> ; ?p ?o }}"
_COUNCILS = f"""SELECT ?s ?p ?o WHERE {{
  ?s <{RDF_TYPE.value}> <{DEF}Council> ; ?p ?o . FILTER (?p = <{PREFIXES["skos"]}prefLabel>) }}"""


def review(
    facts: bytes | ox.Store | Data,
    shapes: Path | Sequence[Path] | None = None,
    *,
    waivers: Sequence[Waiver] = (),
    day: datetime.date | None = None,
    title: str = "",
    generation: int = 0,
    progress: Callable[[str], None] = lambda step: None,
) -> Report:
    """Run the shapes over facts.

    Parameters
    ----------
    facts : N-Triples, a store (its default graph is read) or other data that SPARQL can ask.
    shapes : files or folders of shapes; None is the packaged `shapes/`.
    waivers : besides those that the facts hold.
    day : on which waivers have to be valid; None is today.
    title, generation : what is reviewed, for the report.
    progress : told each step.

    Raises
    ------
    BadRdf, BadInput : the shapes cannot be read, or are refused.
    EnvironmentFailed : a shape needs pySHACL, which is not installed.
    """
    places = [shapes] if isinstance(shapes, Path) else list(shapes or ())
    day = day or datetime.date.today()
    files = shape_files(places)
    book = Rulebook(files)
    progress("reading the shapes")
    read = read_shapes(files)
    progress("reading the statements")
    data = _data(facts)
    if isinstance(data, StoreData):
        data = data.near(len(read.all))
    judgement = judge(data, read, progress=lambda done, whole: progress(f"judging: {done} of {whole} shapes"))
    if not judgement.shapes:
        raise BadInput(f"no shape of {files[0]} has a target, so nothing was reviewed", "Give one a sh:targetClass.")
    progress("explaining")
    of_councils = any(council_of(_text(result.focus)) for result in judgement.results)
    findings = joined(judgement.results, book, data, councils_of(data) if of_councils else {})
    return report_of(findings, judgement, book, data, waivers, day, title, generation)


def report_of(
    findings: Sequence[Finding],
    judgement: Judgement,
    book: Rulebook,
    data: Data,
    waivers: Sequence[Waiver],
    day: datetime.date,
    title: str = "",
    generation: int = 0,
) -> Report:
    """The report of findings: in order, and without those that are waived."""
    findings = sorted(findings, key=lambda finding: (*order(finding), finding.path, finding.id))
    rules = book.rules
    settled = settle(findings, [*waivers, *waivers_in(_asked(data, _WAIVERS))], day, {rule.rule for rule in rules})
    return Report(
        settled.findings,
        len(rules),
        generation,
        title,
        day.isoformat(),
        rules,
        settled.waived,
        notes=[*settled.notes, *_of_the_judgement(judgement)],
        planned=judgement.planned,
        passed_on=judgement.passed_on,
        without_target=judgement.without_target,
    )


def _data(facts: bytes | ox.Store | Data) -> Data:
    if isinstance(facts, bytes):
        store = ox.Store()
        store.bulk_load(facts, ox.RdfFormat.N_TRIPLES)
        return StoreData(store)
    return StoreData(facts) if isinstance(facts, ox.Store) else facts


def _asked(data: Data, text: str) -> Facts:
    """The statements that a query gives as ?s ?p ?o."""
    facts = Facts()
    for subject, predicate, value in data.select(text):
        named = isinstance(subject, ox.NamedNode) and isinstance(predicate, ox.NamedNode)
        if named and isinstance(value, ox.NamedNode | ox.Literal):
            assert isinstance(subject, ox.NamedNode)
            assert isinstance(predicate, ox.NamedNode)
            facts.add(subject, predicate, value)
    return facts


def _of_the_judgement(judgement: Judgement) -> Iterator[str]:
    for shape, reason in judgement.passed_on:
        yield f"The shape <{shape}> was judged by pySHACL: {reason}."
    for shape in judgement.without_target:
        yield f"The shape <{shape}> has no target and no other shape leads to it, so it was never run."


Councils = dict[str, list[tuple[str, str]]]
"""IRI and label of every council, by the part of the names it stands in."""


def joined(results: Sequence[Result], book: Rulebook, data: Data, councils: Councils) -> list[Finding]:
    """Findings: results of one rule about one thing, property and value are one."""
    around = Surroundings(data, _nodes(results, book), _paths(results))
    return together(_finding(result, book, around, councils) for result in results)


def together(findings: Iterable[Finding]) -> list[Finding]:
    """Findings, of which those with the same name are one."""
    merged: dict[str, Finding] = {}
    for finding in findings:
        if before := merged.get(finding.id):
            told = before.message if finding.message in before.message else f"{before.message} {finding.message}"
            asked = " and ".join(dict.fromkeys(filter(None, (before.expected, finding.expected))))
            components = tuple(sorted({*before.components, *finding.components}))
            finding = replace(before, message=told, expected=asked, components=components)
        merged[finding.id] = finding
    return list(merged.values())


def _nodes(results: Sequence[Result], book: Rulebook) -> list[ox.NamedNode]:
    """Everything that the findings name."""
    nodes: dict[ox.NamedNode, None] = {}
    for result in results:
        named = [result.focus, result.value, *(term for _, term in result.bindings)]
        named += _listed(dict(result.bindings).get("clause"))
        nodes |= dict.fromkeys(term for term in named if isinstance(term, ox.NamedNode))
    if nodes:
        nodes |= dict.fromkeys([*_paths(results), *sorted(book.terms(), key=lambda term: term.value)])
    return list(nodes)


def _paths(results: Sequence[Result]) -> list[ox.NamedNode]:
    return [ox.NamedNode(name) for name in dict.fromkeys(n for result in results for n in _IRI.findall(result.path))]


def councils_of(data: Data) -> Councils:
    """The councils that the data know."""
    return by_name((council.value, label.value) for council, _, label in _asked(data, _COUNCILS))


def by_name(councils: Iterable[tuple[str, str]]) -> Councils:
    """IRIs and labels of councils by the part of the names they stand in, in the same order however they come."""
    found: Councils = {}
    for council, label in sorted(set(councils)):
        found.setdefault(council_of(council), []).append((council, label))
    return found


def _finding(result: Result, book: Rulebook, around: Surroundings, councils: Councils) -> Finding:
    """One result in words."""
    rule = book.rule(result.shape, result.constraint)
    bound = dict(result.bindings)
    focus, value = _text(result.focus), _text(result.value)
    clauses = [
        clause
        for term in (
            result.focus,
            bound.get("rule"),
            *_listed(bound.get("clause")),
            bound.get("other"),
            _clause(result, around),
        )
        if isinstance(term, ox.NamedNode)
        for clause in around.clauses(term)
    ]
    places = around.places(clauses)
    owner = around.body(result.focus) if isinstance(result.focus, ox.NamedNode) else None
    body = owner.value if owner else ""
    path = _IRI.sub(lambda match: curie(match[1]), result.path)
    governance = _text(bound.get("rule"))
    severity = result.severity.removeprefix(PREFIXES["sh"]).lower()
    if severity not in ("violation", "warning", "info"):
        raise BadInput(f"the shape <{result.shape}> gives the unknown severity {curie(result.severity)}", "Mend it.")
    return Finding(
        severity=severity,
        rule=rule.rule,
        name=rule.name,
        focus=focus,
        label=(around.label(focus) if isinstance(result.focus, ox.NamedNode) else "") or focus,
        message=_message(result) or rule.message,
        clauses=tuple(dict.fromkeys(place.number for place in places)),
        path=path,
        value=value,
        description=rule.description,
        source=rule.source,
        subject=rule.subject,
        places=places,
        path_label=_IRI.sub(lambda match: around.label(match[1]) or words_of(match[1]), result.path),
        value_label=around.label(value) if isinstance(result.value, ox.NamedNode) else "",
        expected=_named(bound.get("expected"), around) or book.expected(result.shape, result.component, around.facts),
        found=_named(bound.get("found"), around) or _found(result, around),
        governance=governance,
        governance_label=around.label(governance) if governance else "",
        body=body,
        body_label=(around.label(body) or body) if body else "",
        documents=tuple(dict.fromkeys(place.document for place in places if place.document)),
        id=fingerprint(*filter(None, (rule.rule, focus, path, value, _text(bound.get("other"))))),
        shape=result.shape,
        constraint=result.constraint,
        components=(result.component,),
        path_syntax=result.path,
        value_syntax=str(result.value) if result.value is not None else "",
        focus_syntax="" if isinstance(result.focus, ox.NamedNode) else str(result.focus),
        council=council_of(focus),
        council_label=_council(focus, body, councils),
    )


def _listed(clauses: Term | None) -> list[Term]:
    """The clauses that a query gives: one, or the IRIs of several with spaces between."""
    if isinstance(clauses, ox.Literal):
        return [ox.NamedNode(iri) for iri in clauses.value.split()]
    return [] if clauses is None else [clauses]


def _clause(result: Result, around: Surroundings) -> ox.NamedNode | None:
    """The value, where it is a clause."""
    value = result.value
    is_clause = isinstance(value, ox.NamedNode) and GOV.Clause in around.facts.objects(value, RDF_TYPE)
    return value if isinstance(value, ox.NamedNode) and is_clause else None


def _council(focus: str, body: str, councils: Councils) -> str:
    """The label of the council: of the body itself, or of the only council in that part of the names."""
    name = council_of(focus)
    there = councils.get(name, [])
    labels = dict(there)
    return labels.get(focus) or labels.get(body) or (there[0][1] if len(there) == 1 else name)


def _message(result: Result) -> str:
    """The message in English, or in any language."""
    told = sorted(result.messages, key=lambda text: (text.language or "en") != "en")
    return told[0].value if told else ""


def _found(result: Result, around: Surroundings) -> str:
    """What is there: the value, or what the thing has for the property."""
    if result.value is not None:
        return _named(result.value, around)
    simple = _IRI.fullmatch(result.path)
    if not simple or not isinstance(result.focus, ox.NamedNode):
        return ""
    stated = around.facts.properties(result.focus)
    values = sorted((value for name, value in stated if name.value == simple[1]), key=str)
    if not values:
        return "nothing" if result.component.endswith("CountConstraintComponent") else ""
    more = f" and {len(values) - _SHOWN} more" if len(values) > _SHOWN else ""
    return "; ".join(_named(value, around) for value in values[:_SHOWN]) + more


def _named(term: ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple | None, around: Surroundings) -> str:
    text = _text(term)
    return (around.label(text) or curie(text)) if isinstance(term, ox.NamedNode) else text


def _text(term: ox.NamedNode | ox.Literal | ox.BlankNode | ox.Triple | None) -> str:
    if term is None:
        return ""
    return term.value if isinstance(term, ox.NamedNode | ox.Literal) else str(term)
