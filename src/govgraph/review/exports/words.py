"""Words and groups that several formats share."""

from collections.abc import Iterable, Mapping

from govgraph.namespaces import curie
from govgraph.review.findings import SEVERITIES, Finding, Report, day_in_words

__all__ = [
    "MANY",
    "ONE",
    "body_of",
    "by_body",
    "by_rule",
    "count",
    "day_in_words",
    "headline",
    "numbers_in_words",
    "places_in_words",
    "source_in_words",
]

ONE = {"violation": "violation", "warning": "warning", "info": "remark"}
MANY = {"violation": "violations", "warning": "warnings", "info": "remarks"}


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun.

    >>> count(1, "finding"), count(1200, "finding"), count(2, "body", "bodies")
    ('1 finding', '1,200 findings', '2 bodies')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def headline(report: Report) -> str:
    """The review in one sentence."""
    sentence = numbers_in_words(report.summary, report.rules)
    if report.compared:
        counts = report.compared
        sentence += (
            f"; since {report.against}: {counts['new']} new, {counts['standing']} standing, {counts['fixed']} fixed"
        )
    return f"{sentence}; {len(report.waived)} waived" if report.waived else sentence


def numbers_in_words(numbers: Mapping[str, int], rules: int) -> str:
    """How many findings of each severity so many rules have.

    >>> numbers_in_words({"violation": 1, "warning": 0, "info": 1200}, 448)
    '1 violation, 0 warnings and 1,200 remarks by 448 rules'
    """
    told = [count(numbers.get(name, 0), ONE[name]) for name in SEVERITIES]
    return f"{told[0]}, {told[1]} and {told[2]} by {count(rules, 'rule')}"


def by_rule(findings: Iterable[Finding]) -> dict[tuple[str, str], list[Finding]]:
    """The findings of each severity and rule, in their order."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.severity, finding.rule), []).append(finding)
    return groups


def body_of(finding: Finding) -> str:
    """The body that it concerns, else the document, else nothing in particular."""
    return finding.body_label or " and ".join(finding.documents) or "of no body or document"


def by_body(findings: Iterable[Finding]) -> dict[str, list[Finding]]:
    """The findings of each body or document, those with the worst and the most first."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(body_of(finding), []).append(finding)

    def weight(item: tuple[str, list[Finding]]) -> tuple[list[int], str]:
        return [-sum(each.severity == name for each in item[1]) for name in SEVERITIES], item[0]

    return dict(sorted(groups.items(), key=weight))


def places_in_words(finding: Finding) -> str:
    """Clauses with the documents that they stand in: "12.3, 12.4 (Handbook); Cab(6) (Constitution)"."""
    documents: dict[str, list[str]] = {}
    for place in finding.places:
        documents.setdefault(place.document, []).append(place.number)
    told = [", ".join(numbers) + (f" ({document})" if document else "") for document, numbers in documents.items()]
    return "; ".join(told) or ", ".join(finding.clauses)


def source_in_words(source: str) -> str:
    """What a rule rests on: a term by its short name, else as it is.

    >>> source_in_words("https://w3id.org/govgraph/def/accountableTo")
    'gov:accountableTo'
    """
    return curie(source)
