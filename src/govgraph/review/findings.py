"""Findings of a review, and the report that holds them (SHACL §3.6; DESIGN.md §4.1)."""

import datetime
import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas

__all__ = [
    "SEVERITIES",
    "SUBJECTS",
    "Finding",
    "Place",
    "Report",
    "Rule",
    "Waived",
    "day_in_words",
    "fingerprint",
    "order",
    "read_finding",
    "read_report",
    "without_waiver",
]

SEVERITIES = ("violation", "warning", "info")
"""Worst first."""

SUBJECTS = {"text": "What the texts say", "record": "What was done", "data": "The data themselves"}
"""What a rule judges (ontology/codelists/subjects.ttl), as a heading."""


@dataclass(frozen=True, order=True)
class Place:
    """Where a clause stands.

    Parameters
    ----------
    number, clause, label : as printed, its IRI, and how it is called.
    document : title of the document.
    file, first, last : file of the document and physical lines, from 1; "" and 0 where they are not known.
    """

    number: str
    clause: str
    label: str = ""
    document: str = ""
    file: str = ""
    first: int = 0
    last: int = 0


@dataclass(frozen=True, order=True)
class Waived:
    """That somebody accepts a finding for a time: who, why, and the first day on which it counts again."""

    by: str
    reason: str
    until: str
    waiver: str = ""


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """One thing that breaks one rule.

    Parameters
    ----------
    severity : "violation", "warning" or "info".
    rule, name, description, source : of the shape: identifier such as "GOV-LINE-001", a few words, why it matters, and
        the term, specification or law that it rests on.
    focus, label : the thing that the finding is about.
    message : what to do.
    clauses, places : numbers of the clauses concerned, and where each of them stands.
    path, path_label : the property, and its name in words.
    value, value_label : the value found, and its label.
    expected, found : what the rule asks for and what is there, in words.
    governance, governance_label : the rule of the council's own that is broken, where there is one.
    body, body_label, council, council_label : whom it concerns.
    documents : titles of the documents of the clauses.
    id : of the finding: the same for the same rule, thing, property and value in every review.
    state : "new", "standing" or "fixed" where two reviews were compared.
    waived : by whom, why and until when it is accepted.
    note : what else to know, such as that a waiver of it has run out.
    shape, constraint, components, path_syntax, value_syntax : the SHACL result: IRIs, a SPARQL path, an N-Triples term.
    focus_syntax : the thing as an N-Triples term, where it is no IRI.
    subject : what the rule judges: "data", "text" or "record"; empty where the shape does not say.
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
    description: str = ""
    source: str = ""
    places: tuple[Place, ...] = ()
    path_label: str = ""
    value_label: str = ""
    expected: str = ""
    found: str = ""
    governance: str = ""
    governance_label: str = ""
    body: str = ""
    body_label: str = ""
    council: str = ""
    council_label: str = ""
    documents: tuple[str, ...] = ()
    id: str = ""
    state: str = ""
    waived: Waived | None = None
    note: str = ""
    shape: str = ""
    constraint: str = ""
    components: tuple[str, ...] = ()
    path_syntax: str = ""
    value_syntax: str = ""
    focus_syntax: str = ""
    subject: str = ""

    @property
    def key(self) -> str:
        """What makes it the same finding in another review: its id, or what the id is made of."""
        return self.id or fingerprint(*filter(None, (self.rule, self.focus, self.path, self.value)))


def fingerprint(*parts: str) -> str:
    """Sixteen hexadecimal digits that stay the same from review to review.

    >>> fingerprint("GOV-LINE-001", "https://example.org/line")
    '83cc50e0c80c6185'
    """
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def day_in_words(day: str) -> str:
    """A day as it is written in Britain; text that is no day stays as it is.

    >>> day_in_words("2026-04-01")
    '1 April 2026'
    """
    try:
        found = datetime.date.fromisoformat(day)
    except ValueError:
        return day
    return f"{found.day} {found:%B %Y}"


@dataclass(frozen=True, order=True)
class Rule:
    """One rule of the shapes, as a report lists it."""

    rule: str
    name: str
    severity: str = ""
    description: str = ""
    message: str = ""
    source: str = ""
    subject: str = ""


@dataclass(frozen=True)
class Report:
    """All findings of one review, worst first.

    Parameters
    ----------
    findings : those that count.
    rules : number of rules that were run.
    generation : number of the generation reviewed; 0 where it has none.
    title, day : what was reviewed, and on which day (ISO 8601).
    ran : the rules that were run.
    waived : findings that somebody accepts; they fail nothing.
    fixed : findings of the earlier report that are gone.
    against : the earlier report, in words; empty where nothing was compared.
    notes : what a reader has to know before relying on the report.
    planned : number of shapes that the engine ran itself.
    passed_on : (shape, reason) of each one that went to pySHACL instead.
    without_target : shapes that nothing leads to, so that they were never run.
    accepted : who let violations pass, why and of which rules, where somebody did.
    """

    findings: Sequence[Finding]
    rules: int
    generation: int = 0
    title: str = ""
    day: str = ""
    ran: Sequence[Rule] = ()
    waived: Sequence[Finding] = ()
    fixed: Sequence[Finding] = ()
    against: str = ""
    notes: Sequence[str] = ()
    planned: int = 0
    passed_on: Sequence[tuple[str, str]] = ()
    without_target: Sequence[str] = ()
    accepted: dict[str, Any] | None = None

    def at_least(self, severity: str) -> list[Finding]:
        """Findings of this severity or worse; "never" gives none."""
        if severity == "never":
            return []
        allowed = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return [finding for finding in self.findings if finding.severity in allowed]

    @property
    def conforms(self) -> bool:
        """Whether nothing was found that counts."""
        return not self.findings

    @property
    def summary(self) -> dict[str, int]:
        """Number of findings by severity, and of rules run."""
        counts = {name: sum(finding.severity == name for finding in self.findings) for name in SEVERITIES}
        return counts | {"rules": self.rules}

    @property
    def compared(self) -> dict[str, int]:
        """Number of findings that are new, standing and fixed; empty where nothing was compared."""
        if not self.against:
            return {}
        counts = Counter(finding.state for finding in self.findings)
        return {"new": counts["new"], "standing": counts["standing"], "fixed": len(self.fixed)}

    @property
    def by_rule(self) -> dict[str, int]:
        """Number of findings of each rule that has any, in the order of the findings."""
        return dict(Counter(finding.rule for finding in self.findings))

    @property
    def by_body(self) -> dict[str, int]:
        """Number of findings of each body that has any, most first; "" for what belongs to none."""
        return dict(Counter(finding.body_label for finding in self.findings).most_common())

    @property
    def by_subject(self) -> dict[str, dict[str, int]]:
        """Numbers of findings by severity, for each of `SUBJECTS` that has any."""
        counts = Counter((finding.subject or "data", finding.severity) for finding in self.findings)
        return {
            subject: {name: counts[subject, name] for name in SEVERITIES}
            for subject in SUBJECTS
            if any(counts[subject, name] for name in SEVERITIES)
        }

    def to_json(self) -> str:
        """The report as JSON, as `govgraph validate --format json` prints it and each generation keeps it."""
        return "".join(self.json_parts())

    def json_parts(self) -> Iterator[str]:
        """The report as JSON in pieces: what tells of the whole, the findings one at a time, and the rest."""
        content: dict[str, Any] = {"generation": self.generation, "title": self.title, "date": self.day}
        content |= {"summary": self.summary, "compared": self.compared, "against": self.against}
        content |= {"by_subject": self.by_subject, "by_rule": self.by_rule, "by_body": self.by_body}
        content["accepted"] = self.accepted
        for name in ("findings", "waived", "fixed"):
            content[name] = map(_plain, getattr(self, name))
        content["rules"] = map(asdict, self.ran)
        for name in ("notes", "planned", "passed_on", "without_target"):
            content[name] = getattr(self, name)
        for place, (name, value) in enumerate(content.items()):
            yield (",\n" if place else "{") + f' "{name}": '
            yield from _written(value)
        yield "}"

    def to_csv(self) -> str:
        """The findings as CSV, one a row, waived and fixed ones after the others."""
        from govgraph.review.exports.table import to_csv

        return to_csv(self)

    def to_markdown(self) -> str:
        """The report as Markdown, for a comment or an issue."""
        from govgraph.review.exports.markdown import to_markdown

        return to_markdown(self)

    def to_html(self) -> str:
        """The report as one HTML file that needs nothing else, to read or to print."""
        from govgraph.review.exports.html import to_html

        return to_html(self)

    def to_junit(self, fail_on: str = "violation") -> str:
        """The report as JUnit XML: a test case for each rule, failed where it has findings of `fail_on` or worse."""
        from govgraph.review.exports.junit import to_junit

        return to_junit(self, fail_on)

    def to_sarif(self) -> str:
        """The report as SARIF 2.1.0, with waivers as suppressions."""
        from govgraph.review.exports.sarif import to_sarif

        return to_sarif(self)

    def to_turtle(self) -> str:
        """The report as a standard ``sh:ValidationReport`` in Turtle."""
        from govgraph.review.exports.turtle import to_turtle

        return to_turtle(self)

    def to_pandas(self) -> "pandas.DataFrame":
        """The findings as a DataFrame, one a row (needs pandas)."""
        from govgraph.review.exports.table import to_pandas

        return to_pandas(self)


_JSON = json.JSONEncoder(ensure_ascii=False)


def _written(value: Any) -> Iterator[str]:
    """JSON, of a list an item a line: several times quicker to write than with every field on its own line."""
    if isinstance(value, list | tuple):
        value = iter(value)
    if not isinstance(value, Iterator):
        yield _JSON.encode(value)
        return
    before = "[\n"
    for item in value:
        yield before + _JSON.encode(item)
        before = ",\n"
    yield "[]" if before == "[\n" else "\n]"


def _plain(finding: Finding) -> dict[str, Any]:
    """What `dataclasses.asdict` gives, without copying every text: a nation has many thousand findings."""
    plain = {name: getattr(finding, name) for name in Finding.__slots__}
    plain["places"] = [vars(place) for place in finding.places]
    plain["waived"] = vars(finding.waived) if finding.waived else None
    return plain


def read_report(text: str, generation: int = 0, day: str = "") -> Report:
    """The report that `Report.to_json` wrote.

    Parameters
    ----------
    text : JSON; a report of an earlier version of govgraph lacks some fields, and is read all the same.
    generation : that keeps it; 0 takes the number that the report names.
    day : a waiver that has run out on this day (ISO 8601) waives nothing any more; empty leaves all as they are.
    """
    content = json.loads(text)
    waived = [read_finding(given) for given in content.get("waived", ())]
    expired = [finding for finding in waived if day and finding.waived and finding.waived.until <= day]
    back = [without_waiver(finding) for finding in expired]
    return Report(
        sorted([*map(read_finding, content["findings"]), *back], key=order) if back else
        [read_finding(given) for given in content["findings"]],
        content["summary"]["rules"],
        generation or content["generation"],
        content.get("title", ""),
        content.get("date", ""),
        [Rule(**rule) for rule in content.get("rules", ())],
        [finding for finding in waived if finding not in expired],
        [read_finding(given) for given in content.get("fixed", ())],
        content.get("against", ""),
        content.get("notes", []),
        content.get("planned", 0),
        [(shape, reason) for shape, reason in content.get("passed_on", ())],
        content.get("without_target", []),
        content.get("accepted"),
    )  # fmt: skip


def order(finding: Finding) -> tuple[int, str, str, str]:
    """Worst first, then by rule, thing and value."""
    return SEVERITIES.index(finding.severity), finding.rule, finding.label, finding.value


_KNOWN = {field.name for field in fields(Finding)}


def without_waiver(finding: Finding) -> Finding:
    """A finding whose waiver has run out, which counts again and says why."""
    if finding.waived is None:
        return finding
    told = f"The waiver of {finding.waived.by} ran out on {day_in_words(finding.waived.until)}."
    return replace(finding, waived=None, note=told)


def read_finding(given: dict[str, Any]) -> Finding:
    """One finding as a report lists it; fields that this version does not know are left out."""
    known = {name: value for name, value in given.items() if name in _KNOWN}
    for name in ("clauses", "documents", "components"):
        known[name] = tuple(known.get(name, ()))
    known["places"] = tuple(Place(**place) for place in known.get("places", ()))
    if known.get("waived"):
        known["waived"] = Waived(**known["waived"])
    finding = Finding(**known)
    return replace(finding, id=finding.key)
