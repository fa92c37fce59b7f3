"""A case to be decided, and what each part of a rule makes of it: met, not met, or an open question."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from govgraph.decisions.amounts import amount_of, count_of, pounds
from govgraph.decisions.rules import Kind, Rule
from govgraph.errors import BadParameter
from govgraph.namespaces import DEF

__all__ = ["ANY", "Case", "Test", "case_of", "meets", "tests"]

ANY, CONTRACT = DEF + "decision/any", DEF + "decision/contract"

_BEST = re.compile(r"(not |never )?(at |for )?((less than|below)( the)? )?best consideration\.?", re.IGNORECASE)
_WORDS = {"over": "over", "at-least": "at least", "up-to": "up to", "less-than": "less than", "exactly": "exactly"}


@dataclass(frozen=True)
class Case:
    """What is to be decided; None is not stated.

    Parameters
    ----------
    kind : of decision.
    amount, service_budget : in pounds.
    wards : number of wards that it affects.
    contract : whether it is done by a contract; `contract_amount` is that of the contract.
    best_consideration : for land: whether it is at best consideration.
    affirmed, denied : IRIs of rules whose conditions the caller says hold, or do not.
    """

    kind: Kind
    amount: Decimal | None = None
    service_budget: Decimal | None = None
    wards: int | None = None
    contract: bool = False
    contract_amount: Decimal | None = None
    best_consideration: bool | None = None
    affirmed: frozenset[str] = frozenset()
    denied: frozenset[str] = frozenset()

    def amounts(self, rule: Rule) -> Iterator[Decimal | None]:
        """The amount of every matter of the case that the rule is about; nothing where it is about none."""
        if self.contract and CONTRACT in rule.kinds:
            yield self.contract_amount
        if rule.kinds & {*self.kind.within, ANY}:
            yield self.amount


@dataclass(frozen=True)
class Test:
    """One part of a rule, held against the case: met, not met, or (None) an open question, in words."""

    met: bool | None
    words: str


def case_of(
    kind: Kind,
    amount: str | float | Decimal | None = None,
    service_budget: str | float | Decimal | None = None,
    wards: str | int | None = None,
    contract: str | float | Decimal | bool | None = None,
    best_consideration: bool | None = None,
) -> Case:
    """A case from what a person gave; empty texts count as not given.

    Parameters
    ----------
    contract : True, or the amount of the contract by which it is done where that is another one.
    others : as in `Case`.

    Raises
    ------
    BadParameter : an amount or number that is none.
    """
    whole, budget = _sum(amount, "amount"), _sum(service_budget, "service budget")
    if budget == 0:
        raise BadParameter("service budget is nought", "Leave it out if it is not known.")
    by_contract = contract not in (None, False, "")
    worth = whole if isinstance(contract, bool) else _sum(contract, "contract")
    number = None if wards is None or wards == "" else count_of(wards, "wards")
    return Case(kind, whole, budget, number, by_contract, worth if by_contract else None, best_consideration)


def _sum(given: str | float | Decimal | None, name: str) -> Decimal | None:
    return None if given is None or given == "" else amount_of(given, name)


def meets(value: Decimal, comparison: str, limit: Decimal) -> bool:
    """Whether a number meets a limit, to the letter.

    >>> limit = Decimal(500000)
    >>> [meets(limit, comparison, limit) for comparison in ("over", "at-least", "up-to", "less-than")]
    [False, True, True, False]
    """
    return {
        "over": value > limit,
        "at-least": value >= limit,
        "up-to": value <= limit,
        "less-than": value < limit,
        "exactly": value == limit,
    }[comparison]


def tests(rule: Rule, case: Case, amount: Decimal | None, key: bool | None) -> list[Test]:
    """Every part of a rule, held against the case.

    Parameters
    ----------
    amount : of that matter of the case which the rule is about.
    key : whether the case is a key decision; None is not known.
    """
    found = []
    if rule.threshold is not None:
        found.append(_amount(rule, case, amount, rule.threshold))
    if rule.share is not None:
        found.append(_share(rule, case, amount, rule.share))
    if rule.wards is not None:
        found.append(_wards(rule, case, rule.wards))
    if rule.key is False:
        met = None if key is None else not key
        words = _said(met, "it is not a key decision", "it is a key decision", "is it not a key decision?")
        found.append(Test(met, words))
    return found + [_condition(rule, case, text) for text in rule.conditions]


def _said(met: bool | None, yes: str, no: str, question: str) -> str:
    return question if met is None else yes if met else no


def _amount(rule: Rule, case: Case, amount: Decimal | None, limit: Decimal) -> Test:
    money = pounds(limit) if rule.currency == "GBP" else f"{rule.currency} {limit:,f}"
    asked = f"{_WORDS.get(rule.comparison, 'within')} {money}" + " a year" * rule.yearly
    if amount is None or rule.currency != "GBP" or rule.comparison not in _WORDS:
        return Test(None, f"is the amount {asked}?")
    met: bool | None = meets(amount, rule.comparison, limit)
    if rule.yearly and met is (rule.comparison in ("over", "at-least", "exactly")):  # a whole says little of its years
        met = _stated(rule, case)
    given = pounds(amount) + (" in all" if rule.yearly and met is False and not _denied(rule, case) else "")
    return Test(
        met,
        _said(
            met,
            f"the amount is {asked}" if rule.yearly else f"{given} is {asked}",
            f"the amount is not {asked}" if rule.yearly and _denied(rule, case) else f"{given} is not {asked}",
            f"is the amount {asked}?",
        ),
    )


def _share(rule: Rule, case: Case, amount: Decimal | None, share: Decimal) -> Test:
    way = rule.comparison if rule.threshold is None and rule.wards is None and rule.comparison else "over"
    asked = f"{_WORDS[way]} {(share * 100).normalize():f} % of the service's budget"
    if amount is None or case.service_budget is None:
        return Test(None, f"is it {asked}?")
    met = meets(amount, way, share * case.service_budget)
    whole = f" of {pounds(case.service_budget)}"
    return Test(met, f"{pounds(amount)} is {'' if met else 'not '}{asked}{whole}")


def _wards(rule: Rule, case: Case, count: int) -> Test:
    way = rule.comparison if rule.threshold is None and rule.comparison else "at-least"
    asked = f"{_WORDS[way]} {count} wards"
    if case.wards is None:
        return Test(None, f"does it affect {asked}?")
    met = meets(Decimal(case.wards), way, Decimal(count))
    wards = f"{case.wards} ward" + "s" * (case.wards != 1)
    return Test(met, f"{wards} affected is {'' if met else 'not '}{asked}")


def _condition(rule: Rule, case: Case, text: str) -> Test:
    said = text[:1].lower() + text[1:].rstrip(".")
    met = _stated(rule, case)
    if case.best_consideration is not None and (wanted := _consideration(text)) is not None:
        met = case.best_consideration is wanted
    return Test(met, _said(met, f"this holds: {said}", f"this does not hold: {said}", f"does this hold: {said}?"))


def _consideration(text: str) -> bool | None:
    """Whether a condition asks for best consideration (True) or for less; None if it speaks of neither, or of more.

    >>> [_consideration(text) for text in ("Not at less than best consideration", "Below best consideration", "Urgent")]
    [True, False, None]
    """
    found = _BEST.fullmatch(text.strip())
    return bool(found[1]) is bool(found[3]) if found else None


def _stated(rule: Rule, case: Case) -> bool | None:
    """What the caller says of the rule's conditions."""
    return True if rule.iri in case.affirmed else False if _denied(rule, case) else None


def _denied(rule: Rule, case: Case) -> bool:
    return rule.iri in case.denied
