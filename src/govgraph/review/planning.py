"""Shapes run as queries over all their focus nodes at once (SHACL §3.4, §4)."""

import re
from collections.abc import Callable, Iterable, Sequence

import pyoxigraph as ox

from govgraph.review.components import BY_VALUE, Conditions, NotInline, NotPlanned, terms, written
from govgraph.review.data import SHAPES_GRAPH, Data, Row, StoreData
from govgraph.review.model import Constraint, Shape
from govgraph.review.paths import Path
from govgraph.review.results import Result
from govgraph.review.sparql import Query
from govgraph.review.targets import Focus, along
from govgraph.review.triples import Term, name

__all__ = ["Found", "Runner"]

Found = tuple[Term, Result]
"""A result, with the focus node of the shape that was run: results of nested property shapes are about other nodes."""

_FEW = 50
"""So many nodes are listed in a query; more are asked for without."""

_SLOT = re.compile(r"\{[?$](\w+)\}")
_OWN = {"this", "value", "path", "message"}
"""Variables of a solution that SHACL itself gives a meaning (SHACL §5.3.2)."""


class Runner:
    """Runs shapes over data; `run` may be called from several threads."""

    def __init__(self, data: Data, conditions: Conditions, shapes: bytes) -> None:
        self._data = data
        self._conditions = conditions
        self._shapes = shapes

    def run(self, shape: Shape, focus: Focus) -> list[Found]:
        """Results of a shape and of the property shapes in it.

        Raises
        ------
        NotPlanned : something in it has to go to the reference engine.
        """
        if shape.deactivated:
            return []
        each: list[tuple[Constraint, str]] = []
        nested: list[Found] = []
        results: list[Result] = []
        value = "?value" if shape.path else "?this"
        for constraint in shape.constraints:
            if constraint.kind == "Property":
                nested += self._nested(constraint.shapes[0], shape, focus)
            elif constraint.kind in BY_VALUE or (constraint.query and constraint.query.ask):
                try:
                    each.append((constraint, self._conditions.value(constraint, "?this", value)))
                except NotInline:
                    results += self._apart(constraint, shape, focus)
            else:
                results += self._together(constraint, shape, focus)
        results += self._each(shape, focus, each)
        return [*((result.focus, result) for result in results), *nested]

    def _nested(self, inner: Shape, shape: Shape, focus: Focus) -> list[Found]:
        """Results of a property shape, once for each node that leads to its focus node (SHACL §4.7.2)."""
        if shape.path is None:
            return self.run(inner, focus)
        found: dict[Term, list[Result]] = {}
        for node, result in self.run(inner, along(focus, shape.path)):
            found.setdefault(node, []).append(result)
        if not found:
            return []
        named = len(found) <= _FEW and not any(isinstance(node, ox.BlankNode) for node in found)
        listed = f"VALUES ?value {{ {' '.join(map(str, found))} }}" if named else ""
        rows = self._rows(f"SELECT ?this ?value WHERE {{ {listed} {focus.reach(shape.path)} }}")
        return [(this, result) for this, value in rows if this and value for result in found.get(value, ())]

    def _each(self, shape: Shape, focus: Focus, checks: Sequence[tuple[Constraint, str]]) -> list[Result]:
        """Constraints on single values, all in one query: it finds the values at fault, and then says why."""
        if not checks:
            return []
        nodes = focus.reach(shape.path) if shape.path else focus.bind()
        value = "?value" if shape.path else ""
        good = " && ".join(check for _, check in checks)
        # Which of them failed is worked out for the values at fault only.
        outcomes = "" if len(checks) == 1 else " ".join(f"({check} AS ?_ok{n})" for n, (_, check) in enumerate(checks))
        rows = self._rows(f"SELECT ?this {value} {outcomes} WHERE {{ {nodes} FILTER(!({good})) }}")
        first = 2 if shape.path else 1
        results = []
        for row in rows:
            for place, (constraint, _) in enumerate(checks):
                if len(checks) == 1 or name_of(row[first + place]) != "true":
                    results.append(self._result(constraint, shape, row[0], row[first - 1]))
        return results

    def _together(self, constraint: Constraint, shape: Shape, focus: Focus) -> list[Result]:
        """A constraint on all values of a focus node together."""
        kind, wanted, path = constraint.kind, constraint.value, shape.path
        if kind in ("SPARQL", "Custom"):
            return self._query(constraint, shape, focus)
        if kind == "Closed":
            return self._closed(constraint, shape, focus)
        if kind == "Equals":
            return self._equals(constraint, shape, focus)
        if kind == "HasValue":
            missing = f"?this {path.text} {written(wanted)}" if path else f"FILTER(sameTerm(?this, {written(wanted)}))"
            rows = self._rows(f"SELECT ?this WHERE {{ {focus.bind()} FILTER NOT EXISTS {{ {missing} }} }}")
            return [self._result(constraint, shape, row[0], None) for row in rows]
        if path is None:
            raise NotPlanned(f"it uses {constraint.component} without a path")
        edge, several = f"?this {path.text}", self._conditions.several
        match kind:
            case "MinCount" if wanted <= 0:
                return []
            case "MaxCount" if wanted >= 1 and self._conditions.is_single(path):
                return []
            case "UniqueLang" if self._conditions.is_single(path):
                return []
            case "MinCount" if wanted == 1:
                text = f"SELECT ?this WHERE {{ {focus.bind()} FILTER NOT EXISTS {{ {edge} ?value }} }}"
            case "MaxCount" if wanted <= 1:
                # A second value is found by looking for it; counting would group every value of every node.
                text = f"SELECT ?this WHERE {{ {focus.bind()} FILTER({several('?this', path, wanted + 1)}) }}"
            case "MinCount":
                text = self._counted(focus, path, f"< {wanted}", optional=True)
            case "MaxCount":
                text = self._counted(focus, path, f"> {wanted}")
            case "QualifiedMinCount" | "QualifiedMaxCount":
                try:
                    good = self._conditions.qualifies(constraint, "?value")
                except NotInline:
                    return self._apart(constraint, shape, focus)
                least = kind == "QualifiedMinCount"
                number = wanted if least else wanted + 1
                if number <= 2:
                    enough = several("?this", path, number, constraint)
                    wrong = f"!{enough}" if least else enough
                    rows = self._rows(f"SELECT ?this WHERE {{ {focus.bind()} FILTER({wrong}) }}")
                    return [self._result(constraint, shape, row[0], None) for row in rows]
                text = self._counted(focus, path, f"{'<' if least else '>'} {wanted}", good, optional=least)
            case "UniqueLang":
                text = (
                    f"SELECT ?this ?lang WHERE {{ {focus.reach(path)}"
                    f" FILTER EXISTS {{ {edge} ?second FILTER(!sameTerm(?second, ?value)) }}"
                    " BIND(LCASE(LANG(?value)) AS ?lang) FILTER(?lang != '') }"
                    " GROUP BY ?this ?lang HAVING(COUNT(DISTINCT ?value) > 1)"
                )
                return [
                    self._result(constraint, shape, this, None, (("lang", lang),))
                    for this, lang in self._rows(text)
                    if lang is not None
                ]
            case "LessThan" | "LessThanOrEquals":
                sign = "<" if kind == "LessThan" else "<="
                text = (
                    f"SELECT ?this ?value ?other WHERE {{ {focus.reach(path)}"
                    f" ?this <{name(wanted)}> ?other FILTER(!COALESCE(?value {sign} ?other, false)) }}"
                )
                return [
                    self._result(constraint, shape, this, value, (("other", other),))
                    for this, value, other in self._rows(text)
                    if other is not None
                ]
            case _:
                raise NotPlanned(f"it uses {constraint.component}")
        return [self._result(constraint, shape, row[0], None) for row in self._rows(text)]

    @staticmethod
    def _counted(focus: Focus, path: Path, test: str, good: str = "", optional: bool = False) -> str:
        """Nodes by their number of values (which are good); `optional` counts those with none too."""
        counted = "?value"
        only = f"FILTER({good})" if good else ""
        if optional and path.nullable and good:
            counted = "?counted"
            pattern = f"{{ {focus.reach(path, once=True)} }} BIND(IF({good}, ?value, ?_none) AS ?counted)"
        elif optional and not path.nullable:
            pattern = f"{focus.bind(True)} OPTIONAL {{ ?this {path.text} ?value {only} }}"
        else:
            pattern = f"{focus.reach(path, once=True)} {only}"
        distinct = "" if path.simple else "DISTINCT "
        return f"SELECT ?this WHERE {{ {pattern} }} GROUP BY ?this HAVING(COUNT({distinct}{counted}) {test})"

    def _closed(self, constraint: Constraint, shape: Shape, focus: Focus) -> list[Result]:
        nodes = f"{focus.reach(shape.path, '?node')} ?node" if shape.path else f"{focus.bind()} ?this"
        outside = Conditions.outside("?edge", constraint.value)
        rows = self._rows(f"SELECT ?this ?edge ?value WHERE {{ {nodes} ?edge ?value FILTER({outside}) }}")
        return [self._result(constraint, shape, this, value, path=str(edge)) for this, edge, value in rows]

    def _equals(self, constraint: Constraint, shape: Shape, focus: Focus) -> list[Result]:
        other = f"?this <{name(constraint.value)}> ?value"
        if shape.path:
            either = [
                (focus.reach(shape.path), other),
                (f"{focus.bind()} {other} .", f"?this {shape.path.text} ?value"),
            ]
        else:
            same = "BIND(?this AS ?value)"
            either = [
                (f"{focus.bind()} {same}", other),
                (f"{focus.bind()} {other} .", "FILTER(sameTerm(?this, ?value))"),
            ]
        results = []
        for there, missing in either:
            text = f"SELECT ?this ?value WHERE {{ {there} FILTER NOT EXISTS {{ {missing} }} }}"
            results += [self._result(constraint, shape, this, value) for this, value in self._rows(text)]
        return results

    # Nested shapes that cannot stand inside a query

    def _apart(self, constraint: Constraint, shape: Shape, focus: Focus) -> list[Result]:
        """Judge the shapes that a constraint refers to over its value nodes, and put the outcomes together here."""
        inner = along(focus, shape.path) if shape.path else focus
        failing = {
            id(other): {node for node, _ in self.run(other, inner)}
            for other in (*constraint.shapes, *constraint.siblings)
        }

        def passes(value: Term) -> list[bool]:
            return [value not in failing[id(other)] for other in constraint.shapes]

        if constraint.kind in ("QualifiedMinCount", "QualifiedMaxCount"):
            return self._qualified_apart(constraint, shape, focus, failing)
        nodes = focus.reach(shape.path) if shape.path else f"{focus.bind()} BIND(?this AS ?value)"
        results = []
        for this, value in self._rows(f"SELECT DISTINCT ?this ?value WHERE {{ {nodes} }}"):
            assert value is not None
            if not _OUTCOMES[constraint.kind](passes(value)):
                results.append(self._result(constraint, shape, this, value))
        return results

    def _qualified_apart(
        self, constraint: Constraint, shape: Shape, focus: Focus, failing: dict[int, set[Term]]
    ) -> list[Result]:
        assert shape.path
        nodes = focus.reach(shape.path)
        if not shape.path.nullable:
            nodes = f"{focus.bind()} OPTIONAL {{ ?this {shape.path.text} ?value }}"
        counts: dict[Term, int] = {}
        for this, value in self._rows(f"SELECT DISTINCT ?this ?value WHERE {{ {nodes} }}"):
            assert this is not None
            good = value is not None and value not in failing[id(constraint.shapes[0])]
            good = good and all(value in failing[id(sibling)] for sibling in constraint.siblings)
            counts[this] = counts.get(this, 0) + good
        least = constraint.kind == "QualifiedMinCount"
        return [
            self._result(constraint, shape, this, None)
            for this, number in counts.items()
            if (number < constraint.value if least else number > constraint.value)
        ]

    # SPARQL

    def _query(self, constraint: Constraint, shape: Shape, focus: Focus) -> list[Result]:
        query = constraint.query
        if query is None or constraint.alien or query.alien:
            raise NotPlanned(constraint.alien or (query.alien if query else "it has no query"))
        bound = terms(constraint.value or {}) | ({"PATH": shape.path.part} if shape.path else {})
        data = self._data
        if query.of_shapes:
            if not isinstance(data, StoreData):
                raise NotPlanned("its query asks for the shapes, which the endpoint does not hold")
            data = data.beside(self._shapes)
        if any(token.text[1:] == "currentShape" for token in query.tokens):
            bound["currentShape"] = written(shape.node)
        query = query.with_terms({**bound, "shapesGraph": f"<{SHAPES_GRAPH}>"})
        if query.each:
            rows = self._one_by_one(data, query, focus)
        else:
            rows = [
                dict(zip(query.columns, row, strict=True)) for row in _distinct(data.select(query.over(focus.bind)))
            ]
        return [self._solution(constraint, shape, row) for row in rows]

    @staticmethod
    def _one_by_one(data: Data, query: Query, focus: Focus) -> Iterable[dict[str, Term | None]]:
        if not data.local:
            raise NotPlanned("its query has to be asked once for each focus node, too often for an endpoint")
        columns = [column for column in query.columns if column != "this"]
        for (node,) in data.select(f"SELECT DISTINCT ?this WHERE {{ {focus.bind()} }}"):
            assert node is not None
            for row in _distinct(data.select(query.for_one(written(node)))):
                yield {"this": node, **dict(zip(columns, row, strict=False))}

    def _solution(self, constraint: Constraint, shape: Shape, row: dict[str, Term | None]) -> Result:
        path = row.get("path")
        value = row.get("value")
        if value is None and shape.path is None:
            value = row["this"]
        given = row.get("message")
        messages = (given,) if isinstance(given, ox.Literal) else constraint.messages or shape.messages
        return self._result(
            constraint,
            shape,
            row["this"],
            value,
            tuple((variable, term) for variable, term in row.items() if term is not None and variable not in _OWN),
            path=str(path) if isinstance(path, ox.NamedNode) else None,
            messages=tuple(_filled(message, {**(constraint.value or {}), **row}) for message in messages),
        )

    def _result(
        self,
        constraint: Constraint,
        shape: Shape,
        focus: Term | None,
        value: Term | None,
        bindings: tuple[tuple[str, Term], ...] = (),
        path: str | None = None,
        messages: tuple[ox.Literal, ...] | None = None,
    ) -> Result:
        assert focus is not None
        if path is None:
            path = shape.path.text if shape.path else ""
        return Result(
            focus,
            path,
            value,
            constraint.component,
            shape.name,
            shape.severity,
            shape.messages if messages is None else messages,
            constraint.node,
            bindings,
        )

    def _rows(self, text: str) -> list[Row]:
        return _distinct(self._data.select(text))


def _distinct(rows: Iterable[Row]) -> list[Row]:
    """Solutions, each once."""
    return list(dict.fromkeys(rows))


_OUTCOMES: dict[str, Callable[[list[bool]], bool]] = {
    "Node": all,
    "And": all,
    "Or": any,
    "Not": lambda passed: not passed[0],
    "Xone": lambda passed: sum(passed) == 1,
}


def name_of(term: Term | None) -> str:
    """Text of a term; empty if there is none."""
    return "" if term is None else name(term)


def _filled(message: ox.Literal, row: dict[str, Term | None]) -> ox.Literal:
    """A message with the values of its variables (SHACL §5.3.2)."""

    def shown(slot: re.Match[str]) -> str:
        return name(term) if (term := row.get(slot[1])) is not None else slot[0]

    text = _SLOT.sub(shown, message.value)
    return ox.Literal(text, language=message.language) if message.language else ox.Literal(text)
