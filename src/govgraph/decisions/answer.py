"""From what the store says and what a person asked to a decision; shared by Python, command line and site."""

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from govgraph.decisions.case import Case
from govgraph.decisions.routing import Decision, route, with_conditions
from govgraph.decisions.rules import Kind, chosen, kinds_of, rules_of
from govgraph.knowledge.periods import day_of
from govgraph.namespaces import DEF

__all__ = ["DECISION_KINDS", "RULE_KINDS", "decision_of", "on_day"]

DECISION_KINDS, RULE_KINDS = DEF + "scheme/decision-kinds", DEF + "scheme/rule-kinds"
"""Lists that kinds of decision, and of rule, are named from."""


def decision_of(
    rules: Iterable[Mapping[str, Any]],
    kinds: Iterable[Mapping[str, Any]],
    kind: str,
    case: Callable[[Kind], Case],
    *,
    affirm: Sequence[str] = (),
    deny: Sequence[str] = (),
    council: str = "",
    day: datetime.date,
) -> Decision:
    """Decide a case.

    Parameters
    ----------
    rules, kinds : rows of `rules.RULES` and `rules.KINDS`.
    kind : IRI of the kind of decision.
    case : makes the case of that kind.
    affirm, deny, council : as in `Graph.decide`.
    day : on which the rules must have stood; undated ones are kept.

    Raises
    ------
    BadParameter : an amount, number, rule or council that is none.
    """
    known = kinds_of(kinds)
    applying = chosen(rules_of(rules, day), council)
    return route(with_conditions(case(known[kind]), applying, affirm, deny), applying, known)


def on_day(text: str) -> tuple[datetime.date, tuple[str, ...]]:
    """The day that was asked for, or today, and what to know about an answer for it.

    Raises
    ------
    BadInput : the text is not a day.

    >>> on_day("2024-02-15")[1]
    ('as of 2024-02-15: rules that say they had not begun or had ended are left out, undated ones are kept',)
    """
    if not text:
        return datetime.date.today(), ()
    day = day_of(text)
    return day, (f"as of {day}: rules that say they had not begun or had ended are left out, undated ones are kept",)
