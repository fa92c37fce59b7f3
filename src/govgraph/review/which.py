"""Which findings of a report are asked for, and how many there are of them, where the report is not in memory."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from govgraph.review.findings import SEVERITIES
from govgraph.review.placing import term_of
from govgraph.review.selecting import as_addressed

__all__ = ["Numbers", "Which"]


@dataclass(frozen=True)
class Which:
    """Which findings; an empty field asks for nothing in particular.

    Parameters
    ----------
    severity, subject, rule, document, thing : of the finding, or what it concerns.
    council, body : label, short name or IRI; None asks for nothing in particular, empty for those that concern none.
    waived : only those that somebody accepts, or did until his waiver ran out.

    >>> Which(rule="GOV-LINE-001", waived=True).sql
    ('rule = (SELECT number FROM name WHERE text = :rule) AND list = 1', {'rule': 'GOV-LINE-001'})
    """

    severity: str = ""
    subject: str = ""
    rule: str = ""
    council: str | None = None
    body: str | None = None
    document: str = ""
    thing: str = ""
    waived: bool = False

    @property
    def sql(self) -> tuple[str, dict[str, Any]]:
        """A condition on the table of findings (`review.placing`), and the values of its parameters."""
        told: list[str] = []
        values: dict[str, Any] = {}
        if self.severity:
            told.append("severity = :severity")
            values["severity"] = SEVERITIES.index(self.severity)
        for name, text in (("subject", self.subject), ("rule", self.rule)):
            if text:
                told.append(f"{name} = (SELECT number FROM name WHERE text = :{name})")
                values[name] = text
        for kind, terms in self._terms().items():
            names = {f"{kind}{place}": term for place, term in enumerate(terms)}
            told.append(
                f"number IN (SELECT finding FROM term WHERE term IN ({', '.join(':' + name for name in names)}))"
            )
            values |= names
        if self.waived:
            told.append("list = 1")
        return " AND ".join(told) or "1", values

    def _terms(self) -> dict[str, list[int]]:
        """Of each kind numbers of which a finding has at least one."""
        found: dict[str, list[int]] = {}
        if self.council is not None:
            found["council"] = [term_of("council", as_addressed(self.council).casefold())]
            if ":" in self.council:  # an IRI
                found["council"].append(term_of("thing", as_addressed(self.council)))
        if self.body is not None:
            found["body"] = [term_of("body", as_addressed(self.body).casefold())]
        for kind, text in (("document", self.document), ("thing", self.thing)):
            if text:
                found[kind] = [term_of(kind, as_addressed(text))]
        return found


@dataclass(frozen=True)
class Numbers:
    """How many findings count, by severity and by what else they have in common.

    Parameters
    ----------
    by_severity, by_rule, by_subject, by_council : of those that count, the latter two by severity.
    waived : of those that somebody accepts, by rule.
    """

    by_severity: Mapping[str, int]
    by_subject: Mapping[str, Mapping[str, int]]
    by_rule: Mapping[str, int]
    by_council: Mapping[str, Mapping[str, int]]
    waived: Mapping[str, int]

    @property
    def total(self) -> int:
        """Of all that count."""
        return sum(self.by_severity.values())

    @classmethod
    def of(cls, kinds: Iterable[tuple[str, str, int, int, int]], councils: Iterable[tuple[str, int, int]]) -> "Numbers":
        """Put counts together.

        Parameters
        ----------
        kinds : rule, subject, severity, whether they count, and how many there are.
        councils : label, severity, and how many count.
        """
        severities: Counter[str] = Counter()
        rules: Counter[str] = Counter()
        waived: Counter[str] = Counter()
        subjects: dict[str, dict[str, int]] = {}
        for rule, subject, rank, counts, found in kinds:
            if not counts:
                waived[rule] += found
                continue
            severities[SEVERITIES[rank]] += found
            rules[rule] += found
            numbers = subjects.setdefault(subject, dict.fromkeys(SEVERITIES, 0))
            numbers[SEVERITIES[rank]] += found
        of_council: dict[str, dict[str, int]] = {}
        for council, rank, found in councils:
            of_council.setdefault(council, dict.fromkeys(SEVERITIES, 0))[SEVERITIES[rank]] = found
        return cls(severities, subjects, rules, of_council, waived)
