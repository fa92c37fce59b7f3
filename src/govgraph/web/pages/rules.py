"""The rules of the review: all that were run, and each with what it asks, what it found and the query behind it."""

import asyncio
import functools
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from govgraph.errors import AnswerTooLarge, UnknownGeneration, UnknownRule
from govgraph.limits import LIMITS
from govgraph.namespaces import PREFIXES, SHAPE
from govgraph.rdf.files import READABLE, read_file
from govgraph.resources import packaged
from govgraph.review.exports.words import source_in_words
from govgraph.review.findings import SUBJECTS, Finding, Report, Rule
from govgraph.review.placed import Placed
from govgraph.review.which import Which
from govgraph.web.links import href, query_link
from govgraph.web.negotiate import prefers_html
from govgraph.web.pages.common import show, site_of, text_of
from govgraph.web.pages.reports import earlier, is_kept, is_large, number_of, numbers_of, placed, report_of
from govgraph.web.pages.review_words import OUTCOMES, PAGE, headers_of, page_of, unnamed, words
from govgraph.web.reading import conditional
from govgraph.web.state import Site

__all__ = ["Counted", "router", "unknown_rule"]

router = APIRouter()

_AT_ONCE = 100  # rules on one page of the list
_SH = PREFIXES["sh"]
_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")


@dataclass(frozen=True)
class Counted:
    """A rule with the numbers of its findings; `outcome` is one of `OUTCOMES`."""

    rule: Rule
    found: int
    waived: int

    @property
    def outcome(self) -> str:
        """Whether it found something, only what is waived, or nothing."""
        return "found" if self.found else "waived" if self.waived else "held"


@dataclass(frozen=True)
class Behind:
    """Where the shape of a rule stands, and its query, where it has one, to be run."""

    shape: str
    query: str = ""
    link: str = ""


def _counted(report: Report) -> list[Counted]:
    """Every rule that was run, in the order of identifiers."""
    waived = Counter(finding.rule for finding in report.waived)
    found = report.by_rule
    known = {rule.rule: rule for rule in report.ran}
    for finding in (*report.findings, *report.waived):  # a report of an earlier version of govgraph lists no rules
        if finding.rule not in known:
            known[finding.rule] = _rule_of(finding)
    return [Counted(known[name], found.get(name, 0), waived[name]) for name in sorted(known)]


async def _rules(site: Site, number: int) -> list[Counted] | None:
    """Every rule that was run for the report of a generation; None where it was not reviewed."""
    if not await is_kept(site, number):
        return None
    if is_large(site, number):
        return await placed(site, _counted_of_large, number)
    report = await report_of(site, number)
    return _counted(report) if report else None


def _counted_of_large(report: Placed) -> list[Counted]:
    numbers = numbers_of(report)
    known = {rule.rule: rule for rule in report.shell.ran}
    for name in {**numbers.by_rule, **numbers.waived}:
        if name not in known:
            which = Which(rule=name)
            [first] = report.listed(which, 0, 1) or report.waived(which, 1)[0]
            known[name] = _rule_of(first)
    return [Counted(known[name], numbers.by_rule.get(name, 0), numbers.waived.get(name, 0)) for name in sorted(known)]


@dataclass(frozen=True)
class _Listed:
    """Some of the findings of a rule that count, and of those that are waived."""

    found: Sequence[Finding]
    waived: Sequence[Finding]


async def _listed(site: Site, number: int, rule: str, first: int, most: int) -> _Listed:
    """So many findings of a rule, from one on, and as many waived ones."""
    if is_large(site, number):
        which = Which(rule=rule)
        return await placed(
            site, lambda report: _Listed(report.listed(which, first, most), report.waived(which, most)[0]), number
        )
    report = await report_of(site, number)
    found, waived = (
        [each for each in some if each.rule == rule]
        for some in ((report.findings, report.waived) if report else ((), ()))
    )
    return _Listed(found[first : first + most], waived[:most])


def _rule_of(finding: Finding) -> Rule:
    of_finding = asdict(finding)
    return Rule(**{name: of_finding[name] for name in Rule.__dataclass_fields__})


async def listing(request: Request) -> Response:
    """All rules that were run: as a page, or as JSON where the address ends in it."""
    site = site_of(request)
    number = number_of(site, text_of(request, "generation")) or site.latest.number
    counted = await _rules(site, number)
    if counted is None:
        return await none_kept(request, site, number)
    if request.url.path.endswith(".json"):
        told = [asdict(each.rule) | {"findings": each.found, "waived": each.waived} for each in counted]
        body = json.dumps({"generation": number, "rules": told}, indent=1, ensure_ascii=False).encode()
        headers = headers_of(number, len(told)) | {"Content-Type": "application/json"}
        return conditional(request, body, headers)
    given = {name: text_of(request, name) for name in ("outcome", "subject", "severity", "text", "generation")}
    fitting = [each for each in counted if _fits(each, given)]
    page, pages = page_of(request, len(fitting), _AT_ONCE)
    return await show(
        request,
        "review_rules.html",
        generation=number,
        latest=site.latest.number,
        counted=fitting[(page - 1) * _AT_ONCE : page * _AT_ONCE],
        fitting=len(fitting),
        total=len(counted),
        held=sum(each.outcome == "held" for each in counted),
        given=given,
        page=page,
        pages=pages,
        at=lambda to: (
            "/review/rules?" + urlencode({name: text for name, text in [*given.items(), ("page", to)] if text})
        ),
        outcomes=OUTCOMES,
        **words(),
    )


def _fits(counted: Counted, given: dict[str, str]) -> bool:
    rule = counted.rule
    told = f"{rule.rule}\n{rule.name}\n{rule.description}\n{rule.message}".casefold()
    return (
        given["outcome"] in ("", counted.outcome)
        and given["subject"] in ("", rule.subject or "data")
        and given["severity"] in ("", rule.severity)
        and all(word in told for word in given["text"].casefold().split())
    )


async def one(request: Request) -> Response:
    """One rule with its findings: as a page, or as JSON where the address ends in it."""
    site, named = site_of(request), request.path_params["id"][: LIMITS.name_characters]
    number = number_of(site, text_of(request, "generation")) or site.latest.number
    every = await _rules(site, number)
    if every is None:
        return await none_kept(request, site, number)
    known = {each.rule.rule: each for each in every}
    name = named.removesuffix(".json")
    counted = known.get(named) or known.get(name) or known.get(name.upper())
    if counted is None:
        return await unknown_rule(request, number, name, known)
    whole = named.endswith(".json") and named not in known
    if whole and is_large(site, number) and counted.found + counted.waived > site.limits.part_findings:
        raise AnswerTooLarge(
            f"{counted.found + counted.waived:,} findings are more than {site.limits.part_findings:,}, which are "
            "given at one time",
            f"Ask for those of one council: /review.json?rule={quote(counted.rule.rule, safe='')}&council=NAME",
        )
    page, pages = page_of(request, counted.found)
    start, most = (0, counted.found + counted.waived) if whole else ((page - 1) * PAGE, PAGE)
    some = await _listed(site, number, counted.rule.rule, start, most)
    found, waived = some.found, some.waived
    behind = await asyncio.to_thread(_behind, counted.rule.rule, found[0].shape if found else "")
    if whole:
        told = asdict(counted.rule) | {"generation": number, "shape": behind.shape if behind else ""}
        told |= {"findings": [asdict(each) for each in found], "waived": [asdict(each) for each in waived]}
        headers = headers_of(number, len(found)) | {"Content-Type": "application/json"}
        body = json.dumps(told, indent=1, ensure_ascii=False).encode()
        return conditional(request, body, headers)
    earlier_one = f"&generation={number}" if number != site.latest.number else ""
    return await show(
        request,
        "review_rule.html",
        generation=number,
        latest=site.latest.number,
        rule=counted.rule,
        subject=SUBJECTS.get(counted.rule.subject or "data", ""),
        message=_PLACEHOLDER.sub(r"[\1]", counted.rule.message),
        found=counted.found,
        listed=found,
        labels=await unnamed(site, found),
        waived=waived,
        accepted=counted.waived,
        many=is_large(site, number) and counted.found > site.limits.part_findings,
        page=page,
        pages=pages,
        at=lambda to: f"/review/rule/{quote(counted.rule.rule, safe='')}?page={to}{earlier_one}",
        behind=behind,
        term=source_in_words(counted.rule.source),
        **words(),
    )


async def none_kept(request: Request, site: Site, number: int) -> Response:
    """That a generation was not reviewed, and which were."""
    if prefers_html(request.headers.get("accept")) and not request.url.path.endswith(".json"):
        return await show(request, "review_none.html", generation=number, kept=await earlier(site, number))
    raise UnknownGeneration(
        f"generation {number} was not reviewed, or its report was not kept",
        "Build the graph again: govgraph build --force",
    )


async def unknown_rule(request: Request, generation: int, name: str, known: Iterable[str]) -> Response:
    """That no rule has this identifier, with those that are close."""
    close = get_close_matches(name.upper(), sorted(known), LIMITS.suggestions, 0.6)
    if prefers_html(request.headers.get("accept")):
        return await show(request, "review_unknown.html", status=404, generation=generation, name=name, close=close)
    raise UnknownRule(name, close)


def _behind(rule: str, shape: str) -> Behind | None:
    """The shape of a rule: of those that ship with govgraph, else the one that its findings name, if it is a link."""
    ours = shape.startswith(SHAPE)  # one that is not among them leads nowhere
    return _shapes().get(rule) or (Behind(shape) if href(shape) and not ours else None)


@functools.cache
def _shapes() -> dict[str, Behind]:
    """The shapes that ship with govgraph, by the identifier of their rule."""
    values: dict[tuple[str, str], str] = {}
    for path in sorted(path for path in packaged("shapes").rglob("*") if path.suffix in READABLE):
        for quad in read_file(path):
            if isinstance(quad.object, ox.NamedNode | ox.Literal):
                values[str(quad.subject.value), quad.predicate.value] = quad.object.value  # type: ignore[union-attr]
    prefixes = "".join(
        f"PREFIX {prefix}: <{values[node, _SH + 'namespace']}>\n"
        for (node, term), prefix in sorted(values.items())
        if term == _SH + "prefix" and prefix not in PREFIXES
    )
    found: dict[str, Behind] = {}
    for (node, term), identifier in values.items():
        if term == PREFIXES["dct"] + "identifier" and node.startswith(SHAPE):
            query = values.get((values.get((node, _SH + "sparql"), node), _SH + "select"), "")
            used = "".join(line + "\n" for line in prefixes.splitlines() if _uses(query, line))
            place = "/shape/" + node.removeprefix(SHAPE)
            found[identifier] = Behind(place, query.strip(), query_link(used + query) if _runs(query) else "")
    return found


def _uses(query: str, prefix: str) -> bool:
    return bool(re.search(rf"(?<![\w-]){re.escape(prefix.split()[1])}", query))


def _runs(query: str) -> bool:
    """Whether it can be run as it stands: placeholders of SHACL other than $this are filled by a validator."""
    return bool(query) and not re.search(r"\$(?:PATH|shapesGraph|currentShape|value)\b", query)


for _path, _route in (
    ("/review/rules", listing), ("/review/rules.json", listing), ("/review/rule/{id}", one)
):  # fmt: skip
    router.add_route(_path, _route, include_in_schema=False)
