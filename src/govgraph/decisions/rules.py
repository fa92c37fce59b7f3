"""The decision rules of the graph as objects. Rules are data: nothing here knows of any council."""

import datetime
import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from govgraph.errors import BadInput, BadParameter
from govgraph.knowledge.periods import Period, day_of

__all__ = ["KINDS", "RULES", "Kind", "Rule", "chosen", "kinds_of", "named", "narrower", "rules_of", "stood"]

Row = Mapping[str, Any]

RULES = """
PREFIX dct: <http://purl.org/dc/terms/>
PREFIX gov: <https://w3id.org/govgraph/def/>
PREFIX schema: <https://schema.org/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?rule ?name ?value ?label WHERE {
  ?rule a gov:DecisionRule .
  {
    VALUES (?property ?name) {
      (skos:prefLabel "title") (dct:identifier "identifier") (gov:decider "decider") (gov:alsoRequires "alsoRequires")
      (gov:decisionKind "kind") (gov:comparison "comparison") (gov:serviceBudgetShare "share") (gov:wardCount "wards")
      (gov:per "per") (gov:condition "condition") (gov:requirement "requirement") (gov:obligation "obligation")
      (gov:makesKeyDecision "key") (gov:oversees "oversees") (gov:precedence "precedence") (gov:strength "strength")
      (dct:bibliographicCitation "clause") (skos:editorialNote "remark")
      (gov:validFrom "from") (gov:validUntil "until")
    }
    ?rule ?property ?value .
    OPTIONAL { ?value skos:prefLabel ?label }
  }
  UNION
  { ?rule gov:threshold ?money . ?money schema:value ?value OPTIONAL { ?money schema:currency ?label }
    BIND("threshold" AS ?name) }
  UNION
  { GRAPH ?graph { ?rule a gov:DecisionRule } ?graph dct:source ?value . ?value skos:prefLabel ?label
    FILTER NOT EXISTS { ?graph gov:revisionStatus gov:Superseded }
    BIND("source" AS ?name) }
}
ORDER BY ?rule ?name ?value ?label
"""
"""Every decision rule, one row for each thing said about it."""

KINDS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?kind ?label ?wider WHERE {
  ?kind skos:inScheme <https://w3id.org/govgraph/def/scheme/decision-kinds> ; skos:prefLabel ?label .
  OPTIONAL { ?kind skos:broader ?wider }
}
ORDER BY ?label ?kind ?wider
"""
"""The list of kinds of decision, with the wider kind of each."""


@dataclass(frozen=True)
class Kind:
    """A kind of decision, with the IRIs of the kinds that hold it (itself among them)."""

    iri: str
    label: str
    within: frozenset[str]


@dataclass(frozen=True)
class Rule:
    """One decision rule.

    Parameters
    ----------
    iri, name, title : its IRI, its short name such as "K-2", and its label.
    source : the council and the document version that it was drawn from, as far as known.
    deciders, requires : label by IRI: who decides (or oversees), and who must agree as well.
    kinds : IRIs of the kinds of decision.
    threshold, comparison, share, wards, yearly : what the case is compared with; `comparison` is "over" and so on.
    conditions : in words; whether they hold is for people to say.
    key : whether it makes the matter a key decision; None is not stated.
    precedence : its place; None is not stated.
    """

    iri: str
    name: str
    title: str
    source: tuple[str, str] = ("", "")
    identifiers: tuple[str, ...] = ()
    deciders: dict[str, str] = field(default_factory=dict)
    requires: dict[str, str] = field(default_factory=dict)
    kinds: frozenset[str] = frozenset()
    threshold: Decimal | None = None
    currency: str = "GBP"
    comparison: str = ""
    share: Decimal | None = None
    wards: int | None = None
    yearly: bool = False
    conditions: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    obligation: str = ""
    key: bool | None = None
    oversees: bool = False
    precedence: int | None = None
    strength: str = ""
    clause: str = ""
    remarks: tuple[str, ...] = ()

    @property
    def decider(self) -> str:
        """Who decides, in words."""
        return " and ".join(self.deciders.values())


def rules_of(rows: Iterable[Row], day: datetime.date) -> list[Rule]:
    """The rules from rows of `RULES` that stood on a day, in order of precedence; undated ones are kept."""
    told: dict[str, dict[str, dict[Any, str]]] = {}
    for row in rows:
        value = row["value"]
        told.setdefault(row["rule"], {}).setdefault(row["name"], {})[value] = str(row.get("label") or value)
    found = [_rule(iri, facts) for iri, facts in told.items() if stood(_one(facts, "from"), _one(facts, "until"), day)]
    return sorted(found, key=lambda rule: (rule.precedence is None, rule.precedence or 0, rule.iri))


def stood(start: Any, end: Any, day: datetime.date) -> bool:
    """Whether a rule stood on a day; what is undated, or dated in a way that cannot be read, is kept.

    >>> stood("2012-01-01", None, day_of("2011-04-17"))
    False
    """
    return Period(_readable(start), _readable(end)).holds(day) is not False


def _readable(text: Any) -> datetime.date | None:
    try:
        return day_of(str(text)[:10])
    except BadInput:
        return None


def _one(facts: Mapping[str, Mapping[Any, str]], name: str) -> Any:
    return next(iter(facts.get(name, ())), None)


def _rule(iri: str, facts: Mapping[str, Mapping[Any, str]]) -> Rule:
    one = functools.partial(_one, facts)

    def number(name: str) -> Decimal | None:
        return None if one(name) is None else Decimal(str(one(name)))

    slug, identifiers = re.split(r"[/#]", iri)[-1], tuple(map(str, facts.get("identifier", ())))
    council = re.match(r".*/id/([^/]+)/", iri)
    wards = number("wards")
    return Rule(
        iri,
        next((name for name in identifiers if name.casefold() == slug.casefold()), slug),
        str(one("title") or slug),
        (council[1] if council else "", str(next(iter(facts.get("source", {}).values()), ""))),
        identifiers,
        deciders=dict(facts.get("decider", {})),
        requires=dict(facts.get("alsoRequires", {})),
        kinds=frozenset(facts.get("kind", ())),
        threshold=number("threshold"),
        currency=_currency(facts),
        comparison=re.split(r"[/#]", str(one("comparison") or ""))[-1],
        share=number("share"),
        wards=None if wards is None else int(wards),
        yearly=one("per") == "P1Y",
        conditions=tuple(map(str, facts.get("condition", ()))),
        requirements=tuple(map(str, facts.get("requirement", ()))),
        obligation=next(iter(facts.get("obligation", {}).values()), ""),
        key=one("key"),
        oversees=bool(one("oversees")),
        precedence=one("precedence"),
        strength=next(iter(facts.get("strength", {}).values()), ""),
        clause=str(one("clause") or ""),
        remarks=tuple(map(str, facts.get("remark", ()))),
    )


def _currency(facts: Mapping[str, Mapping[Any, str]]) -> str:
    stated = next(iter(facts.get("threshold", {}).values()), "")
    return stated if re.fullmatch("[A-Z]{3}", stated) else "GBP"


def kinds_of(rows: Iterable[Row]) -> dict[str, Kind]:
    """The kinds of decision by IRI, from rows of `KINDS`."""
    labels: dict[str, str] = {}
    wider: dict[str, set[str]] = {}
    for row in rows:
        labels[row["kind"]] = str(row["label"])
        wider.setdefault(row["kind"], set()).update({row["wider"]} if row.get("wider") else set())
    found = {}
    for iri, label in labels.items():
        within, waiting = {iri}, [iri]
        while waiting:
            fresh = wider.get(waiting.pop(), set()) - within
            within |= fresh
            waiting += fresh
        found[iri] = Kind(iri, label, frozenset(within))
    return found


def narrower(kinds: Mapping[str, Kind], kind: Kind) -> list[str]:
    """Labels of the kinds that a kind holds, itself apart."""
    return [other.label for other in kinds.values() if kind.iri in other.within and other.iri != kind.iri]


def chosen(rules: Iterable[Rule], council: str = "") -> list[Rule]:
    """The rules of one document: the only one there is, or the one named by its council or title.

    Raises
    ------
    BadParameter : nothing is chosen by the name, or there are several and none is named.
    """
    rules = list(rules)
    wanted = _fold(council).removesuffix(" council")
    kept = [rule for rule in rules if not wanted or wanted in map(_fold, rule.source)]
    several = sorted({rule.source for rule in kept or rules})
    offered = " or ".join(f'"{slug}" ({title})' if title else f'"{slug}"' for slug, title in several)
    if rules and not kept:
        raise BadParameter(f'no decision rules of "{council[:80]}"', f"There are those of {offered}.")
    if len(several) > 1:
        raise BadParameter("the graph holds decision rules of several documents", f"Name one as council: {offered}.")
    return kept


def named(name: str, rules: Iterable[Rule]) -> Rule:
    """The rule with this short name, identifier or IRI.

    Raises
    ------
    BadParameter : none has it, or several share it.
    """
    rules = list(rules)
    wanted = name.strip().casefold()
    found = [rule for rule in rules if wanted in (rule.name.casefold(), rule.iri.casefold())]
    found = found or [rule for rule in rules if wanted in map(str.casefold, rule.identifiers)]
    if len(found) != 1:
        offered = ", ".join(rule.name for rule in rules if rule.conditions or rule.yearly) or "none"
        wrong = f'several decision rules are named "{name}"' if found else f'no decision rule is named "{name[:80]}"'
        raise BadParameter(wrong, f"Rules with a condition: {offered}.")
    return found[0]


def _fold(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
