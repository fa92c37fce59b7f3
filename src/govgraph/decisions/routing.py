"""Who decides a case: the first rule that fits, what else applies, what is open, and what the text leaves out."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from govgraph.decisions.amounts import pounds
from govgraph.decisions.case import Case, Test, tests
from govgraph.decisions.rules import Kind, Rule, named, narrower
from govgraph.errors import BadParameter

__all__ = ["Decision", "Outcome", "route", "with_conditions"]


@dataclass(frozen=True)
class Outcome:
    """What became of one rule.

    Parameters
    ----------
    rule : the rule.
    fits : True, False, or None where a question is open.
    tests : its parts, held against the case.
    """

    rule: Rule
    fits: bool | None
    tests: tuple[Test, ...]

    @property
    def why(self) -> str:
        """In words: what is met; or what is not; or what is asked."""
        words = [test.words for test in self.tests if test.met is self.fits]
        return "; ".join(words) if words else "the kind of matter alone"

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        rule = self.rule
        return {
            "rule": rule.name,
            "iri": rule.iri,
            "title": rule.title,
            "who": rule.decider,
            "clause": rule.clause,
            "strength": "inferred" if rule.strength == "inferred" else "explicit",
            "obligation": rule.obligation or None,
            "why": self.why,
            "also_requires": list(rule.requires.values()),
            "requirements": list(rule.requirements),
        }


@dataclass(frozen=True)
class Decision:
    """Who decides a case.

    Parameters
    ----------
    case : what was asked.
    decides : outcomes of the rules that decide: none, or one; several where the text gives them no order.
    also : rules that fit as well, in order of precedence.
    oversees : rules that fit and give oversight only.
    open : rules that would apply if the questions asked were answered with yes.
    passed_over : rules on this kind of matter that do not fit.
    key : whether it is a key decision; None is not known.
    gaps : what the text leaves out, as sentences.
    remarks : notes of the data on the rules concerned.
    """

    case: Case
    decides: tuple[Outcome, ...]
    also: tuple[Outcome, ...]
    oversees: tuple[Outcome, ...]
    open: tuple[Outcome, ...]
    passed_over: tuple[Outcome, ...]
    key: bool | None
    gaps: tuple[str, ...]
    remarks: tuple[str, ...]
    source: str = ""
    generation: int = 0
    notes: tuple[str, ...] = ()

    @property
    def decider(self) -> str:
        """Who decides, in words; empty where the text does not say."""
        found = {outcome.rule.decider for outcome in self.decides}
        return found.pop() if len(found) == 1 else ""

    @property
    def clause(self) -> str:
        """By which clauses."""
        return self.decides[0].rule.clause if self.decider else ""

    @property
    def sentence(self) -> str:
        """The answer in one sentence."""
        if not self.decider:
            return f"Not stated: {'the rules that fit have no order' if self.decides else 'no rule decides'}."
        first = self.decides[0]
        key = " It is a key decision." if self.key else ""
        verb = "may decide" if first.rule.obligation == "may" else "decides"
        return f"{self.decider} {verb}, by {first.rule.name} ({first.rule.clause}): {first.why}.{key}"

    @property
    def needs(self) -> list[str]:
        """What the deciding rule asks for besides."""
        found = []
        for rule in (outcome.rule for outcome in self.decides):
            found += [f"{label} must agree or recommend as well ({rule.clause})." for label in rule.requires.values()]
            found += [f"{text.rstrip('.')} ({rule.clause})." for text in rule.requirements]
        return found

    @property
    def conditional(self) -> list[Outcome]:
        """The rules whose condition is for people to affirm or deny, in order of precedence."""
        shown = [outcome for _, outcome in self.rows] + list(self.passed_over)
        return [outcome for outcome in shown if outcome.rule.conditions or outcome.rule.yearly]

    @property
    def rows(self) -> list[tuple[str, Outcome]]:
        """Every rule to show, with its part in the answer."""
        parts = {"decides": self.decides, "also fits": self.also, "oversees": self.oversees, "if": self.open}
        return [(part, outcome) for part, outcomes in parts.items() for outcome in outcomes]

    def as_dict(self) -> dict[str, Any]:
        """The whole answer for JSON."""
        case = {name: value for name, value in asdict(self.case).items() if name != "kind" and value is not None}
        listed = {name: [outcome.as_dict() for outcome in getattr(self, name)] for name in _LISTS}
        return {
            "case": {"kind": self.case.kind.label} | {name: _plain(value) for name, value in case.items()},
            "decider": self.decider or None,
            "clause": self.clause or None,
            "key_decision": self.key,
            "sentence": self.sentence,
            **listed,
            "needs": self.needs,
            "gaps": list(self.gaps),
            "remarks": list(self.remarks),
            "source": self.source,
            "generation": self.generation,
            "notes": list(self.notes),
        }


_LISTS = ("decides", "also", "oversees", "open", "passed_over")


def _plain(value: Any) -> Any:
    if isinstance(value, bool | int | str):
        return value
    return sorted(value) if isinstance(value, frozenset) else float(value)


def with_conditions(case: Case, rules: Iterable[Rule], affirm: Iterable[str], deny: Iterable[str]) -> Case:
    """The case with what the caller says of the conditions of rules, each named as in `rules.named`.

    Raises
    ------
    BadParameter : no such rule, one without a condition, or one both affirmed and denied.
    """
    rules, said = list(rules), []
    for names in (affirm, deny):
        found = [named(name, rules) for name in names]
        if bare := next((rule.name for rule in found if not rule.conditions and not rule.yearly), ""):
            raise BadParameter(f"{bare} has no condition to affirm or deny", "Name a rule that asks a question.")
        said.append(frozenset(rule.iri for rule in found))
    if said[0] & said[1]:
        raise BadParameter("a condition is both affirmed and denied", "Say one of the two.")
    return replace(case, affirmed=said[0], denied=said[1])


def route(case: Case, rules: Iterable[Rule], kinds: Mapping[str, Kind]) -> Decision:
    """Try the rules in order of precedence.

    Parameters
    ----------
    rules : of one document, in order (`rules.rules_of`, `rules.chosen`).
    kinds : the list of kinds of decision.
    """
    rules = list(rules)
    makers = [outcome for rule in rules if rule.key and not rule.oversees for outcome in _outcome(rule, case, None)]
    key = _any(outcome.fits for outcome in makers)
    outcomes = [outcome for rule in rules for outcome in _outcome(rule, case, key)]
    fitting = [outcome for outcome in outcomes if outcome.fits]
    deciding = [outcome for outcome in fitting if not outcome.rule.oversees]
    first = tuple(outcome for outcome in deciding if outcome.rule.precedence == deciding[0].rule.precedence)
    if len({outcome.rule.decider for outcome in first}) == 1:
        first = first[:1]
    decision = Decision(
        case,
        first,
        tuple(outcome for outcome in deciding if outcome not in first),
        tuple(outcome for outcome in fitting if outcome.rule.oversees),
        tuple(outcome for outcome in outcomes if outcome.fits is None),
        tuple(outcome for outcome in outcomes if outcome.fits is False),
        key,
        (),
        (),
        source=next((rule.source[1] or rule.source[0] for rule in rules), ""),
    )
    return replace(decision, gaps=tuple(_gaps(decision, makers, kinds)), remarks=tuple(_remarks(decision)))


def _any(found: Iterable[bool | None]) -> bool | None:
    """True if one is; else unknown if one is, or if there is none; else False."""
    seen = set(found)
    return True if True in seen else None if None in seen or not seen else False


def _outcome(rule: Rule, case: Case, key: bool | None) -> list[Outcome]:
    """The best that a rule makes of any matter of the case; nothing if it is about none of them."""
    found = []
    for amount in case.amounts(rule):
        held = tests(rule, case, amount, key)
        met = {test.met for test in held}
        found.append(Outcome(rule, False if False in met else None if None in met else True, tuple(held)))
    return sorted(found, key=lambda outcome: (True, None, False).index(outcome.fits))[:1]


def _gaps(decision: Decision, makers: list[Outcome], kinds: Mapping[str, Kind]) -> Iterable[str]:
    case, undecided = decision.case, not decision.decides
    if not decision.decider and decision.decides:
        rivals = ", ".join(f"{outcome.rule.name} ({outcome.rule.decider})" for outcome in decision.decides)
        yield f"These rules fit and have no order of precedence: {rivals}."
    if held := narrower(kinds, case.kind):
        yield f"“{case.kind.label}” holds {' and '.join(held)}; rules for one of those alone were not tried."
    yield from _in_neither_branch(decision)
    if undecided:
        failed = [outcome for outcome in makers if outcome.fits is False]
        against = ", ".join(f"{outcome.rule.name} ({outcome.why})" for outcome in failed)
        waiting = [outcome.rule.name for outcome in makers if outcome.fits is None]
        still = f" ({', '.join(waiting)} may still make it key)" * bool(waiting)
        unknown = "Who decides is not stated: no rule fits as far as the case is known."
        yield f"Not key by {against}{still}; who decides is not stated positively." if failed else unknown
        for outcome in decision.passed_over:
            if outcome.rule.key is None and not outcome.rule.oversees and case.kind.iri in outcome.rule.kinds:
                yield f"{outcome.rule.name} does not apply: {outcome.why}; nobody is stated who decides instead."
        for outcome in decision.oversees:
            yield f"{outcome.rule.decider} oversees it ({outcome.rule.clause}); that is not the decision."
    for outcome in decision.decides:
        if outcome.rule.strength == "inferred":
            yield f"No clause says so: {outcome.rule.name} is inferred from {outcome.rule.clause}."
    yield from _may_come_first(decision)


def _may_come_first(decision: Decision) -> Iterable[str]:
    """Sentences on rules that would decide instead if their questions were answered with yes."""
    if not decision.decides:
        return
    deciding = decision.decides[0].rule
    before: dict[str, list[str]] = {}
    for rule in (outcome.rule for outcome in decision.open if not outcome.rule.oversees):
        if (
            rule.decider != decision.decider
            and rule.precedence is not None
            and (deciding.precedence is None or rule.precedence < deciding.precedence)
        ):
            before.setdefault(rule.decider, []).append(rule.name)
    for decider, names in before.items():
        yield f"{decider} decides instead if the questions of {' or '.join(names)} are answered with yes."


def _in_neither_branch(decision: Decision) -> Iterable[str]:
    """Sentences on amounts that are equal to a threshold which must be passed."""
    asked: dict[str, list[str]] = {}
    for outcome in decision.passed_over:
        rule, way = outcome.rule, outcome.rule.comparison.replace("-", " ")
        if rule.threshold in list(decision.case.amounts(rule)) and way in ("over", "less than") and rule.threshold:
            asked.setdefault(pounds(rule.threshold), []).append(f"{rule.name} asks for {way} that")
    for money, texts in asked.items():
        both = len({text.split(" asks ")[1] for text in texts}) > 1
        yield f"Exactly {money} {'falls in neither branch' if both else 'is not caught'}: {', '.join(texts)}."


def _remarks(decision: Decision) -> Iterable[str]:
    near = [o for o in decision.passed_over if decision.case.kind.iri in o.rule.kinds] if not decision.decides else []
    for outcome in (*decision.decides, *decision.oversees, *near):
        yield from (f"{outcome.rule.name}: {text}" for text in outcome.rule.remarks)
