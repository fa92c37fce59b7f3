"""Each constraint component as SPARQL (SHACL §4), in a form that never fails with an error.

Two forms are made of a constraint: a condition on one value node, which holds when the value is as it should be and
which may stand inside another condition; and, in `questions.py`, a query for the nodes at fault.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import combinations, count

import pyoxigraph as ox

from govgraph.review.datatypes import well_formed
from govgraph.review.model import Constraint, Shape
from govgraph.review.paths import Path
from govgraph.review.sparql import supported_pattern
from govgraph.review.triples import SH, Term, name

__all__ = ["BY_VALUE", "Conditions", "NotInline", "NotPlanned", "written"]

_INLINE_COUNT = 4
"""A count up to this is written as that many different values; a larger one is counted apart."""


class NotPlanned(Exception):
    """The planner does not know a construct; says which."""


class NotInline(Exception):
    """A shape cannot be a condition inside a query; its nodes at fault are found apart."""


BY_VALUE = {
    "Class",
    "Datatype",
    "NodeKind",
    "MinExclusive",
    "MinInclusive",
    "MaxExclusive",
    "MaxInclusive",
    "MinLength",
    "MaxLength",
    "Pattern",
    "LanguageIn",
    "In",
    "Disjoint",
    "Not",
    "And",
    "Or",
    "Xone",
    "Node",
}
"""Components that look at one value node at a time."""

_SIGNS = {"MinExclusive": ">", "MinInclusive": ">=", "MaxExclusive": "<", "MaxInclusive": "<="}
_KINDS = {
    "IRI": "isIRI({0})",
    "Literal": "isLiteral({0})",
    "BlankNode": "isBlank({0})",
    "BlankNodeOrIRI": "(isBlank({0}) || isIRI({0}))",
    "BlankNodeOrLiteral": "(isBlank({0}) || isLiteral({0}))",
    "IRIOrLiteral": "(isIRI({0}) || isLiteral({0}))",
}


def written(term: Term) -> str:
    """A term as it stands in a query.

    Raises
    ------
    NotPlanned : it is a blank node, which no query can name.
    """
    if isinstance(term, ox.BlankNode):
        raise NotPlanned("it names a blank node, which a query cannot")
    return str(term)


class Conditions:
    """Writes conditions.

    Parameters
    ----------
    classes : gives a class and its subclasses, those that have instances.
    merges_integers : the store keeps every kind of integer as xsd:integer.
    several : every predicate of which something has more than one value is among these; None is not known.
    """

    def __init__(
        self,
        classes: Callable[[str], Sequence[str]],
        merges_integers: bool,
        several: frozenset[str] | None = None,
    ) -> None:
        self._classes = classes
        self._merges_integers = merges_integers
        self._several = several
        self._numbers = count()

    def fresh(self, stem: str = "v") -> str:
        """A variable that stands nowhere else."""
        return f"?_{stem}{next(self._numbers)}"

    def conforms(self, shape: Shape, node: str) -> str:
        """That a node conforms to a shape.

        Raises
        ------
        NotInline : it cannot be one condition.
        NotPlanned : the planner does not know something in it.
        """
        if shape.deactivated:
            return "true"
        parts: list[str] = []
        if shape.path is None:
            parts = [self.value(constraint, node, node) for constraint in shape.constraints]
        else:
            each = [constraint for constraint in shape.constraints if constraint.kind in BY_VALUE | {"Property"}]
            if each:
                value = self.fresh()
                good = " && ".join(self.value(constraint, node, value) for constraint in each)
                parts.append(f"NOT EXISTS {{ {node} {shape.path.text} {value} . FILTER(!({good})) }}")
            rest = [constraint for constraint in shape.constraints if constraint not in each]
            parts += [self._along(constraint, node, shape.path) for constraint in rest]
        return f"({' && '.join(parts)})" if parts else "true"

    def value(self, constraint: Constraint, node: str, value: str) -> str:
        """That one value node is as a constraint wants it."""
        kind, wanted = constraint.kind, constraint.value
        match kind:
            case "Class":
                return self.is_a(value, name(wanted))
            case "Datatype":
                return well_formed(value, name(wanted), self._merges_integers)
            case "NodeKind":
                return _KINDS[name(wanted).removeprefix(SH)].format(value)
            case "MinExclusive" | "MinInclusive" | "MaxExclusive" | "MaxInclusive":
                return f"COALESCE({value} {_SIGNS[kind]} {written(wanted)}, false)"
            case "MinLength" | "MaxLength":
                sign = ">=" if kind == "MinLength" else "<="
                return f"(!isBlank({value}) && STRLEN(STR({value})) {sign} {wanted})"
            case "Pattern":
                return self._pattern(value, *wanted)
            case "LanguageIn":
                ranges = " || ".join(f"langMatches(LANG({value}), {written(ox.Literal(name(t)))})" for t in wanted)
                return f"(isLiteral({value}) && LANG({value}) != '' && ({ranges or 'false'}))"
            case "In":
                return self.one_of(value, wanted)
            case "HasValue":
                return f"sameTerm({value}, {written(wanted)})"
            case "Disjoint":
                return f"NOT EXISTS {{ {node} <{name(wanted)}> {value} }}"
            case "Equals":
                other = self.fresh()
                there = f"EXISTS {{ {node} <{name(wanted)}> {value} }}"
                more = f"EXISTS {{ {node} <{name(wanted)}> {other} FILTER(!sameTerm({other}, {value})) }}"
                return f"({there} && !{more})"
            case "Closed":
                edge, end = self.fresh(), self.fresh()
                return f"NOT EXISTS {{ {value} {edge} {end} FILTER({self.outside(edge, wanted)}) }}"
            case "SPARQL" | "Custom":
                return self._query(constraint, node, value)
            case _:
                return self._logical(constraint, value)

    def _logical(self, constraint: Constraint, value: str) -> str:
        parts = [self.conforms(inner, value) for inner in constraint.shapes]
        match constraint.kind:
            case "Not":
                return f"(!{parts[0]})"
            case "And" | "Node" | "Property":
                return f"({' && '.join(parts) or 'true'})"
            case "Or":
                return f"({' || '.join(parts) or 'false'})"
            case "Xone":
                return f"(({' + '.join(f'IF({part}, 1, 0)' for part in parts) or '0'}) = 1)"
        raise NotPlanned(f"it uses {constraint.component}")

    def _along(self, constraint: Constraint, node: str, path: Path) -> str:
        """That all values of a path together are as a constraint wants them."""
        kind, wanted = constraint.kind, constraint.value
        match kind:
            case "MinCount":
                return self.several(node, path, wanted)
            case "MaxCount":
                return f"!{self.several(node, path, wanted + 1)}"
            case "QualifiedMinCount":
                return self.several(node, path, wanted, constraint)
            case "QualifiedMaxCount":
                return f"!{self.several(node, path, wanted + 1, constraint)}"
            case "HasValue":
                return f"EXISTS {{ {node} {path.text} {written(wanted)} }}"
            case "UniqueLang":
                one, other = self.fresh(), self.fresh()
                same = f"LANG({one}) != '' && LCASE(LANG({one})) = LCASE(LANG({other})) && !sameTerm({one}, {other})"
                return f"NOT EXISTS {{ {node} {path.text} {one} , {other} FILTER({same}) }}"
            case "Equals":
                here, there = self.fresh(), self.fresh()
                other = f"<{name(wanted)}>"
                lacking = f"EXISTS {{ {node} {path.text} {here} FILTER NOT EXISTS {{ {node} {other} {here} }} }}"
                extra = f"EXISTS {{ {node} {other} {there} FILTER NOT EXISTS {{ {node} {path.text} {there} }} }}"
                return f"(!{lacking} && !{extra})"
            case "LessThan" | "LessThanOrEquals":
                small, large = self.fresh(), self.fresh()
                sign = "<" if kind == "LessThan" else "<="
                return (
                    f"NOT EXISTS {{ {node} {path.text} {small} . {node} <{name(wanted)}> {large}"
                    f" FILTER(!COALESCE({small} {sign} {large}, false)) }}"
                )
            case "Closed" | "SPARQL" | "Custom":
                raise NotInline(kind)
        raise NotPlanned(f"it uses {constraint.component}")

    def several(self, node: str, path: Path, least: int, qualified: Constraint | None = None) -> str:
        """That a path has at least so many values (which conform)."""
        if least <= 0:
            return "true"
        if least > 1 and self.is_single(path):
            return "false"
        if least > _INLINE_COUNT:
            raise NotInline("a large count")
        values = [self.fresh() for _ in range(least)]
        patterns = " ".join(f"{node} {path.text} {value} ." for value in values)
        checks = [f"!sameTerm({one}, {other})" for one, other in combinations(values, 2)]
        if qualified:
            checks += [self.qualifies(qualified, value) for value in values]
        return f"EXISTS {{ {patterns} {'FILTER(' + ' && '.join(checks) + ')' if checks else ''} }}"

    def is_single(self, path: Path) -> bool:
        """Whether it is known that nothing has two values for a path."""
        return path.simple and self._several is not None and self._several.isdisjoint(path.predicates)

    def qualifies(self, constraint: Constraint, value: str) -> str:
        """That a value counts for a qualified value shape."""
        good = self.conforms(constraint.shapes[0], value)
        return " && ".join([good, *(f"!{self.conforms(sibling, value)}" for sibling in constraint.siblings)])

    def is_a(self, value: str, wanted: str) -> str:
        """That a value is an instance of a class or of a subclass."""
        classes = self._classes(wanted)
        if not classes:
            return "false"
        if len(classes) == 1:
            return f"EXISTS {{ {value} a <{classes[0]}> }}"
        kind = self.fresh("c")
        return f"EXISTS {{ {value} a {kind} FILTER({kind} IN ({', '.join(f'<{c}>' for c in classes)})) }}"

    def one_of(self, value: str, wanted: Sequence[Term]) -> str:
        """That a value is one of the terms: the same term, not an equal value (SHACL §4.8.3)."""
        iris = [written(term) for term in wanted if not isinstance(term, ox.Literal)]
        parts = [f"(isIRI({value}) && {value} IN ({', '.join(iris)}))"] if iris else []
        parts += [f"sameTerm({value}, {written(term)})" for term in wanted if isinstance(term, ox.Literal)]
        return f"({' || '.join(parts) or 'false'})"

    @staticmethod
    def outside(edge: str, allowed: Sequence[Term]) -> str:
        """That a predicate is not one of those allowed."""
        return f"{edge} NOT IN ({', '.join(written(term) for term in allowed)})" if allowed else "true"

    def _pattern(self, value: str, pattern: Term, flags: Term | None) -> str:
        text, signs = written(ox.Literal(name(pattern))), written(ox.Literal(name(flags) if flags else ""))
        if not supported_pattern(text, signs):
            raise NotPlanned(f"the store cannot match the pattern {text}")
        return f"(!isBlank({value}) && REGEX(STR({value}), {text}, {signs}))"

    def _query(self, constraint: Constraint, node: str, value: str) -> str:
        query = constraint.query
        if query is None or constraint.alien or query.alien:
            raise NotPlanned(constraint.alien or (query.alien if query else ""))
        if not query.plain:
            raise NotInline("a query that counts")
        bound = query.with_terms(terms(constraint.value or {}))
        suffix = self.fresh("q")[1:]
        if query.ask:
            return f"EXISTS {bound.body({'this': node[1:], 'value': value[1:]}, suffix)}"
        return f"NOT EXISTS {bound.body({'this': node[1:]}, suffix)}"


def terms(given: Mapping[str, Term]) -> dict[str, str]:
    """Parameters of a SPARQL-based component as they stand in a query."""
    return {variable: written(term) for variable, term in given.items()}
