"""Which findings a visitor wants to see, as the address of the page says it."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from urllib.parse import urlencode

from starlette.requests import Request

from govgraph.errors import BadParameter
from govgraph.review.exports.words import ONE
from govgraph.review.findings import SEVERITIES, SUBJECTS, Finding, Report
from govgraph.review.selecting import as_addressed, concerned, concerns_council
from govgraph.review.which import Which
from govgraph.web.pages.common import text_of

__all__ = ["NO_BODY", "NO_COUNCIL", "STATES", "Option", "Wanted", "options", "wanted_of"]

STATES = ("new", "standing", "fixed", "waived")
NO_BODY = "none"
"""Stands for the findings that concern no body, or no council."""
NO_COUNCIL = "no council in particular"

Option = tuple[str, str, int]
"""Value, words and number of findings of a choice in the form."""


@dataclass(frozen=True)
class Wanted:
    """Which findings; an empty field asks for nothing in particular.

    Parameters
    ----------
    severity, subject, rule, document : of the finding.
    council : short name, label or IRI of the council that it concerns, or `NO_BODY`.
    body : IRI or label of the body that it concerns, or `NO_BODY`.
    thing : IRI of what the finding is about or rests on.
    text : words that all stand in the finding.
    state : "new", "standing" or "fixed" since the generation `against`, or "waived".
    generation : whose review is shown.
    """

    severity: str = ""
    subject: str = ""
    rule: str = ""
    council: str = ""
    body: str = ""
    document: str = ""
    thing: str = ""
    text: str = ""
    state: str = ""
    against: str = ""
    generation: str = ""

    def query(self, **changes: str | int) -> str:
        """The query of the address that asks for this, with some fields changed.

        >>> Wanted(severity="info", state="new").query(severity="", page=2)
        'state=new&page=2'
        """
        return urlencode({name: value for name, value in (asdict(self) | changes).items() if value})

    def address(self, **changes: str | int) -> str:
        """The address of the page that shows this."""
        query = self.query(**changes)
        return f"/review?{query}" if query else "/review"

    def download(self, form: str) -> str:
        """The address of the same findings as a file."""
        query = self.query()
        return f"/review.{form}" + (f"?{query}" if query else "")

    @property
    def narrowed(self) -> Mapping[str, str]:
        """The fields that leave findings out."""
        fields = asdict(self)
        return {name: fields[name] for name in fields if fields[name] and name not in ("against", "generation")}

    def which(self) -> Which:
        """What of this can be looked up where a report is not in memory: all but words, and what has changed."""
        council, body = ({NO_BODY: "", "": None}.get(text, text) for text in (self.council, self.body))
        return Which(
            self.severity, self.subject, self.rule, council, body, self.document, self.thing, self.state == "waived"
        )

    def part(self, report: Report) -> Report:
        """The report with only those findings, standing, waived and fixed."""

        def those(findings: Sequence[Finding], *states: str) -> list[Finding]:
            return [each for each in findings if self._fits(each)] if self.state in ("", *states) else []

        found = those(report.findings, "new", "standing")
        if self.state in ("new", "standing"):
            found = [each for each in found if each.state == self.state]
        return replace(
            report, findings=found, waived=those(report.waived, "waived"), fixed=those(report.fixed, "fixed")
        )

    def listed(self, part: Report) -> list[Finding]:
        """What the page lists of a part: without a state what counts, else what has the state."""
        return [*part.findings] if not self.state else [*part.findings, *part.waived, *part.fixed]

    def _fits(self, finding: Finding) -> bool:
        return (
            self.severity in ("", finding.severity)
            and self.subject in ("", finding.subject or "data")
            and self.rule in ("", finding.rule)
            and (not self.document or self.document in map(as_addressed, finding.documents))
            and (not self.council or self.of_council(finding))
            and (not self.body or self._of_body(finding))
            and (not self.thing or self._about(finding))
            and all(word in _text(finding) for word in self.text.casefold().split())
        )

    def of_council(self, finding: Finding) -> bool:
        """Whether a finding concerns the council that is asked for."""
        return not finding.council if self.council == NO_BODY else concerns_council(finding, self.council)

    def _of_body(self, finding: Finding) -> bool:
        if self.body == NO_BODY:
            return not finding.body
        return self.body.casefold() in map(str.casefold, map(as_addressed, (finding.body, finding.body_label)))

    def _about(self, finding: Finding) -> bool:
        return self.thing in map(as_addressed, concerned(finding))


def _text(finding: Finding) -> str:
    """Everything that a reader sees of a finding."""
    told = (
        finding.rule, finding.name, finding.label, finding.message, finding.description, finding.found,
        finding.expected, finding.value_label, finding.body_label, finding.governance_label, finding.note,
        *finding.clauses, *finding.documents, *(place.label for place in finding.places),
    )  # fmt: skip
    return "\n".join(told).casefold()


def wanted_of(request: Request) -> Wanted:
    """What the address of a request asks for.

    Raises
    ------
    BadParameter : a field has a value that there is not.
    """
    wanted = Wanted(**{name: text_of(request, name) for name in Wanted.__dataclass_fields__})
    known = {"severity": SEVERITIES, "subject": tuple(SUBJECTS), "state": STATES}
    for name, values in known.items():
        given = getattr(wanted, name)
        if given and given not in values:
            raise BadParameter(f'"{given[:40]}" is no {name}', f"Choose one of: {', '.join(values)}.")
    return wanted


def _words(option: Option) -> str:
    return option[1].casefold()


def options(report: Report) -> dict[str, list[Option]]:
    """What the form offers for each field, with the number of findings that count."""
    everything = [*report.findings, *report.waived, *report.fixed]
    names = {each.rule: each.name for each in everything}
    bodies = {each.body: each.body_label for each in everything if each.body}

    def counted(value: Callable[[Finding], Sequence[str]]) -> Counter[str]:
        return Counter(each for finding in report.findings for each in value(finding))

    severities = counted(lambda finding: (finding.severity,))
    subjects = counted(lambda finding: (finding.subject or "data",))
    rules, of_body = counted(lambda finding: (finding.rule,)), counted(lambda finding: (finding.body or NO_BODY,))
    documents = counted(lambda finding: finding.documents)
    councils = counted(lambda finding: (finding.council_label or finding.council or NO_BODY,))
    choices = {each.council_label or each.council or NO_BODY for each in everything}
    titles = sorted({title for finding in everything for title in finding.documents})
    chosen = sorted(((as_addressed(iri), label, of_body[iri]) for iri, label in bodies.items()), key=_words)
    if of_body[NO_BODY]:
        chosen.append((NO_BODY, "no body in particular", of_body[NO_BODY]))
    return {
        "severity": [(name, ONE[name], severities[name]) for name in SEVERITIES],
        "subject": [(name, words, subjects[name]) for name, words in SUBJECTS.items()],
        "rule": sorted(((rule, f"{name} ({rule})", rules[rule]) for rule, name in names.items()), key=_words),
        "council": sorted(
            ((as_addressed(name), NO_COUNCIL if name == NO_BODY else name, councils[name]) for name in choices),
            key=_words,
        ),
        "body": chosen,
        "document": [(as_addressed(title), title, documents[title]) for title in titles],
    }
