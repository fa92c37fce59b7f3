"""The single checks that shapes consist of, and which statements each of them reads."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from govgraph.review.grammar import stored
from govgraph.review.groups import Condition, Joined
from govgraph.review.links import ANY, INSTANCE, Link, Node, Way, along, steps, way_of
from govgraph.review.model import Constraint, Shape, Shapes, Target
from govgraph.review.paths import Path
from govgraph.review.patterns import Read, query_reads
from govgraph.review.results import Result
from govgraph.review.triples import name

__all__ = ["Check", "Probe", "Route", "checks_of", "sign_of"]

_THIS = "this"


@dataclass(frozen=True)
class Probe:
    """How to get from a changed statement to the nodes that it matters to.

    Parameters
    ----------
    step : the link that the statement has to match.
    filters : links that have to hold as well, between the ends of the step, terms, and for later ones the node reached.
    walk : links to follow one after another, with their direction and the filters on the node reached; None where no
        way leads from the statement to a node, so that it may matter to all.
    start : variable of the step from which the walk begins.
    conditions : what the solution has to meet; looked at only where there is no walk.
    links : all that hold together with the step, as far as they are known.
    plain : one more statement that matches the step can bring results, and can take none away.
    """

    step: Link
    filters: tuple[Link, ...]
    walk: tuple[tuple[Way, bool, str, tuple[Link, ...]], ...] | None
    start: str = ""
    conditions: tuple[Condition, ...] = ()
    links: tuple[Link, ...] = ()
    plain: bool = False


@dataclass(eq=False)
class Route:
    """How nodes come to be checked: a target, and the paths of property shapes that lead on from it."""

    target: Target
    paths: tuple[Path, ...]
    probes: list[Probe] = field(default_factory=list)

    @property
    def ways(self) -> list[Way]:
        """The paths as trees."""
        return [way_of(path.text) for path in self.paths]


@dataclass(eq=False)
class Check:
    """Constraints of one shape whose results cannot be told apart.

    Parameters
    ----------
    shape : the shape with these constraints and no others.
    sign : shape, component and SPARQL constraint, as results name them.
    routes : how its focus nodes are found.
    owners : shapes with targets that it is a part of.
    opaque : it may read anything.
    """

    shape: Shape
    sign: tuple[str, str, str]
    routes: list[Route] = field(default_factory=list)
    owners: list[Shape] = field(default_factory=list)
    probes: list[Probe] = field(default_factory=list)
    opaque: bool = False


def sign_of(result: Result) -> tuple[str, str, str]:
    """What a result has in common with its check."""
    return result.shape, result.component, result.constraint


def checks_of(shapes: Shapes) -> list[Check]:
    """Every check of the shapes that have a target, each once however many targets lead to it."""
    reader = _Reader()
    for shape in shapes.targeted:
        for target in shape.targets:
            reader.enter(shape, shape, Target(target.kind, stored([target.term])[0]), ())
    return list(reader.checks.values())


class _Reader:
    def __init__(self) -> None:
        self.checks: dict[tuple[str, str, str], Check] = {}
        self._routes: dict[tuple[Target, tuple[Path, ...]], Route] = {}
        numbers = count()
        self._fresh: Callable[[], str] = lambda: f"v{next(numbers)}"

    def enter(self, shape: Shape, owner: Shape, target: Target, paths: tuple[Path, ...]) -> None:
        """Note the checks of a shape whose focus nodes come by a route."""
        if shape.deactivated:
            return
        route = self._route(target, paths)
        for constraint in shape.constraints:
            if constraint.kind == "Property":
                further = (*paths, shape.path) if shape.path else paths
                self.enter(constraint.shapes[0], owner, target, further)
                continue
            check = self._check(shape, constraint)
            if route not in check.routes:
                check.routes.append(route)
            if owner not in check.owners:
                check.owners.append(owner)

    def _route(self, target: Target, paths: tuple[Path, ...]) -> Route:
        key = (target, paths)
        if key not in self._routes:
            route = self._routes[key] = Route(target, paths)
            ways = route.ways
            start: Node = target.term if target.kind == "node" else self._fresh()
            ends = [start, *(self._fresh() for _ in ways)]
            ends[-1] = ends[-1] if len(ends) == 1 and target.kind == "node" else _THIS
            links = [Link(one, way, other) for one, way, other in zip(ends, ways, ends[1:], strict=False)]
            match target.kind:
                case "class":
                    links.append(Link(ends[0], INSTANCE, target.term))
                case "subjects":
                    links.append(Link(ends[0], along("step", name(target.term)), self._fresh()))
                case "objects":
                    links.append(Link(self._fresh(), along("step", name(target.term)), ends[0]))
            for link in links:
                others = tuple(other for other in links if other is not link)
                route.probes += self._probes(Read(link, (others,), plain=True))
        return self._routes[key]

    def _check(self, shape: Shape, constraint: Constraint) -> Check:
        sign = (shape.name, constraint.component, constraint.node)
        if sign not in self.checks:
            alike = [c for c in shape.constraints if (c.component, c.node) == sign[1:] and c.kind != "Property"]
            part = Shape(shape.node, shape.path, shape.severity, shape.messages, (), tuple(alike))
            check = self.checks[sign] = Check(part, sign)
            try:
                for read in self._reads(part, _THIS, ()):
                    check.probes += self._probes(read)
            except ValueError:
                check.opaque = True
        return self.checks[sign]

    def _reads(self, shape: Shape, node: Node, context: Joined) -> Iterator[Read]:
        """What the constraints of a shape read about a node."""
        if shape.deactivated or not shape.constraints:
            return
        value = node
        if shape.path:
            value = self._fresh()
            link = Link(node, way_of(shape.path.text), value)
            yield Read(link, (context,))
            context = (*context, link)
        for constraint in shape.constraints:
            yield from self._constraint(constraint, shape, node, value, context)

    def _constraint(
        self, constraint: Constraint, shape: Shape, node: Node, value: Node, context: Joined
    ) -> Iterator[Read]:
        match constraint.kind:
            case "Class":
                yield Read(Link(value, INSTANCE, constraint.value), (context,))
            case "Equals" | "Disjoint" | "LessThan" | "LessThanOrEquals":
                yield Read(Link(node, along("step", name(constraint.value)), self._fresh()), (context,))
            case "Closed":
                yield Read(Link(value, ANY, self._fresh()), (context,))
            case "SPARQL" | "Custom":
                yield from self._query(constraint, shape, node, value, context)
        for inner in (*constraint.shapes, *constraint.siblings):
            yield from self._reads(inner, value, context)

    def _query(self, constraint: Constraint, shape: Shape, node: Node, value: Node, context: Joined) -> Iterator[Read]:
        query = constraint.query
        if query is None or query.of_shapes:
            raise ValueError("no query that can be followed")
        terms = {variable: str(term) for variable, term in (constraint.value or {}).items()}
        if shape.path:
            terms["PATH"] = shape.path.part
        names = {"this": node, "value": value} if query.ask else {"this": node}
        if shape.path and not query.ask:  # a SELECT follows the path itself, if at all: it need not lead anywhere
            context = context[:-1]
        yield from query_reads(query.with_terms(terms), names, self._fresh, context)

    def _probes(self, read: Read) -> Iterator[Probe]:
        for step, rest in steps(read.link, self._fresh):
            for context in read.contexts:
                yield replace(_probe(step, (*rest, *context)), plain=read.plain)


def _probe(step: Link, joined: Joined) -> Probe:
    """The shortest way from the ends of a step to the focus node."""
    known = step.variables
    links = [link for link in joined if isinstance(link, Link)]
    filters = tuple(link for link in links if link.variables <= known and link.way is not ANY)
    if _THIS in known:
        return Probe(step, filters, (), _THIS, links=tuple(links))
    came: dict[str, tuple[str, Link, bool]] = {}
    waiting = deque(sorted(known))
    while waiting and _THIS not in came:
        here = waiting.popleft()
        for link in links:
            for start, end, forward in ((link.start, link.end, True), (link.end, link.start, False)):
                if start == here and isinstance(end, str) and end not in known and end not in came:
                    came[end] = (here, link, forward)
                    waiting.append(end)
    if _THIS not in came:
        conditions = tuple(c for c in joined if isinstance(c, Condition) and c.variables <= known)
        return Probe(step, filters, None, conditions=conditions, links=tuple(links))
    walk: list[tuple[Way, bool, str, tuple[Link, ...]]] = []
    at = _THIS
    while at not in known:
        before, link, forward = came[at]
        own = tuple(
            other for other in links
            if other is not link and at in other.variables and other.variables <= {*known, at} and other.way is not ANY
        )  # fmt: skip
        walk.append((link.way, forward, at, own))
        at = before
    return Probe(step, filters, tuple(reversed(walk)), at, links=tuple(links))
