"""What is fetched around what a query names is all that its answer needs, and little else."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

import pyoxigraph as ox
import pytest
from tests.engines.patterns import CLASSES, LABEL, PREDICATES, THINGS, TYPE, Maker, N

from govgraph.store.engines.reading import Unread
from govgraph.store.nearby import Things, fetch_nearby

KINDS = ("OPTIONAL", "UNION", "NOT", "EXISTS", "SELECT", "FIRST", "COUNT", "MINUS", "GRAPH", "FILTER", "BIND")
GRAPHS = ("http://example.org/one", "http://example.org/two")


class Fetched:
    """A store that is asked by single triples, and what was fetched from it."""

    def __init__(self, whole: ox.Store) -> None:
        self.whole = whole
        self.store = ox.Store()
        self.asked = 0

    def __call__(
        self, subjects: Things | None, predicates: Collection[str], values: Things | None, named: bool
    ) -> Iterable[ox.Quad]:
        self.asked += 1
        found = list(self._matching(subjects, predicates, values, named))
        self.store.extend(found)
        return found

    def _matching(
        self, subjects: Things | None, predicates: Collection[str], values: Things | None, named: bool
    ) -> Iterator[ox.Quad]:
        for quad in self.whole:
            if (
                (subjects is None or quad.subject in subjects)
                and (values is None or quad.object in values)
                and (not predicates or quad.predicate.value in predicates)
                and isinstance(quad.graph_name, ox.NamedNode) is named
            ):
                yield quad


def made(seed: int) -> ox.Store:
    """A store with a graph made up at random, and two that are named."""
    maker, store = Maker(seed), ox.Store()
    for name in (None, *GRAPHS):
        graph = ox.DefaultGraph() if name is None else ox.NamedNode(name)
        store.load(maker.graph().encode(), ox.RdfFormat.N_TRIPLES, to_graph=graph)
    return store


class Asker(Maker):
    """Makes up queries about things that are named, with all that can stand in a group."""

    def query(self) -> str:
        """A SELECT that starts from one thing."""
        of = self._random.choice
        pattern, _ = self.about([of(THINGS)], 0)
        head = of(["*", "*", "DISTINCT *", "(COUNT(*) AS ?number)"])
        return f"SELECT {head} WHERE {{ {pattern} }}"

    def about(self, outer: list[str], depth: int) -> tuple[str, list[str]]:
        """A group that speaks of what is around it, and of more."""
        of, known = self._random.choice, list(outer)
        parts = [self._step(known) for _ in range(of([1, 2]))]
        for _ in range(of([0, 1, 2]) if depth < 2 else 0):
            inner = [of(known), *([of(known)] if self._chance(0.4) else [])]
            kind = of(
                ["OPTIONAL", "UNION", "NOT", "EXISTS", "SELECT", "FIRST", "COUNT", "MINUS", "GRAPH", "FILTER", "BIND"]
            )
            group, inside = self.about(inner, depth + 1)
            shown = " ".join(dict.fromkeys(name for name in inside if name.startswith("?"))) or "?none"
            match kind:
                case "UNION":
                    parts.append(f"{{ {group} }} UNION {{ {self.about(inner, depth + 1)[0]} }}")
                case "NOT" | "EXISTS":
                    parts.append(f"FILTER {'NOT ' if kind == 'NOT' else ''}EXISTS {{ {group} }}")
                case "SELECT":
                    parts.append(f"{{ SELECT DISTINCT {shown} WHERE {{ {group} }} }}")
                case "FIRST":
                    parts.append(f"{{ SELECT DISTINCT {shown} WHERE {{ {group} }} ORDER BY {shown} LIMIT 2 }}")
                case "COUNT":
                    one = next((name for name in inside if name.startswith("?")), "?none")
                    count = self._fresh()
                    parts.append(f"{{ SELECT {one} (COUNT(*) AS {count}) WHERE {{ {group} }} GROUP BY {one} }}")
                case "GRAPH":
                    parts.append(f"GRAPH {of([self._fresh(), f'<{GRAPHS[0]}>'])} {{ {group} }}")
                case "FILTER":
                    parts.append(f"FILTER({of(known)} != {of(THINGS)} || EXISTS {{ {group} }})")
                case "BIND":
                    parts.append(f"BIND(EXISTS {{ {group} }} AS {self._fresh()})")
                case _:
                    parts.append(f"{kind} {{ {group} }}")
        if self._chance(0.5):
            self._random.shuffle(parts)
        return " ".join(parts), known

    def _step(self, known: list[str]) -> str:
        of = self._random.choice
        one, other = of(PREDICATES), of(PREDICATES)
        path = of([one, one, f"^{one}", f"{one}/{other}", f"{one}|^{other}", f"{one}+", f"{one}*", f"({one}|{other})*",
                   f"({one}/{other})+", f"{one}?", f"^({one}/{other}*)", LABEL, TYPE, f"{TYPE}/^{TYPE}"])  # fmt: skip
        ends = [of(known), of([self._fresh(), self._fresh(), of(known), of(THINGS), of(CLASSES)])]
        if self._chance(0.3):
            ends.reverse()
        known += [end for end in ends if end.startswith("?") and end not in known]
        return f"{ends[0]} {path} {ends[1]} ."


def solutions(store: ox.Store, query: str) -> Counter[str]:
    result = store.query(query)
    assert isinstance(result, ox.QuerySolutions)
    found = json.loads(result.serialize(format=ox.QueryResultsFormat.JSON) or b"")
    return Counter(json.dumps(row, sort_keys=True) for row in found["results"]["bindings"])


@pytest.mark.parametrize("value", ['"a text"', "_:someone", "<http://example.org/t9>"])
@pytest.mark.parametrize("path", ["<http://example.org/q>", "<http://example.org/q>+", "^<http://example.org/p>"])
def test_what_has_no_name_is_joined_too(value: str, path: str) -> None:
    """Things are asked about by their names; where there is none, all statements with the property are fetched."""
    lines = f"<{N}t1> <{N}p> {value} , <{N}t2> . <{N}t3> <{N}q> {value} . <{N}t4> <{N}p> {value} ; <{N}q> <{N}t2> ."
    fetched = Fetched(ox.Store())
    fetched.whole.load(lines.encode(), ox.RdfFormat.TURTLE)
    query = f"SELECT ?x {{ <{N}t1> <{N}p> ?o . ?x {path} ?o }}"
    if path.startswith("^"):
        query = f"SELECT ?x {{ <{N}t1> <{N}p> ?o . ?o {path} ?x }}"
    assert fetch_nearby(query, fetched)
    assert solutions(fetched.store, query) == solutions(fetched.whole, query)


def test_what_names_nothing_is_not_followed() -> None:
    fetched = Fetched(made(0))
    for query in ("SELECT * { ?s ?p ?o }", f"SELECT * {{ ?s <{N}p> ?o }}", f"SELECT * {{ ?s <{N}p>+ ?o }}"):
        assert not fetch_nearby(query, fetched)
    assert not fetched.asked


@pytest.mark.parametrize(
    "query",
    [
        "DESCRIBE <http://example.org/t1>",
        "SELECT * FROM <http://example.org/one> { <http://example.org/t1> ?p ?o }",
        "SELECT * { <http://example.org/t1> <http://example.org/p> [ ?p ?o ] }",
        "SELECT * { <http://example.org/t1> !<http://example.org/p> ?o }",
        "SELECT * { <http://example.org/t1> ?p ?o SERVICE <http://example.org/> { ?o ?q ?r } }",
        "SELECT (EXISTS { ?o ?q ?r } AS ?is) { <http://example.org/t1> ?p ?o }",
        "SELECT * { ?s <http://example.org/p>* ?o }",
    ],
)
def test_what_cannot_be_followed_is_said_so(query: str) -> None:
    with pytest.raises(Unread):
        fetch_nearby(query, Fetched(made(0)))


@pytest.mark.parametrize("seed", range(4))
def test_a_query_made_up_at_random_is_answered_as_over_everything(seed: int) -> None:
    asker, stores = Asker(seed), [made(number) for number in range(seed * 5, seed * 5 + 5)]
    near = smaller = 0
    for number in range(120):
        query, whole = asker.query(), stores[number % len(stores)]
        fetched = Fetched(whole)
        try:
            if not fetch_nearby(query, fetched):
                continue
        except Unread:
            continue
        near += 1
        smaller += len(fetched.store) < len(whole) / 2
        assert solutions(fetched.store, query) == solutions(whole, query), query
    assert near > 60
    assert smaller > 30
