"""Two rows of an answer that differ never stand at the same place: the order of a saved question leaves nothing open.

In the packaged graph few things share a name, so an order by names alone would seem enough there. Here everything has a
twin of the same name, as in a nation of councils with a cabinet each; and where the shapes let a thing have several
values of a property, it has a second one.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyoxigraph as ox
import pytest

from govgraph.namespaces import GRAPH, ID, PREFIXES
from govgraph.questions.library import find, library
from govgraph.resources import packaged
from govgraph.store.generations import Generation

ONE_EACH = {"dct:bibliographicCitation", "skos:notation", "skos:prefLabel"}
"""What every build, and every code list, gives a thing once."""


@pytest.fixture(scope="module")
def twins(generation: Generation) -> ox.Store:
    """The packaged graph with a twin of everything."""
    store = ox.Store()
    for quad in ox.Store.read_only(str(generation.store)):
        store.add(quad)
        store.add(ox.Quad(twin(quad.subject), quad.predicate, twin(quad.object), twin(quad.graph_name)))
    return store


def twin(term: Any) -> Any:
    """The twin of a thing or a graph, whose twin that is; terms of the ontology and literals have none."""
    if not isinstance(term, ox.NamedNode) or not term.value.startswith((ID, GRAPH)):
        return term
    alone = term.value.removesuffix("-twin")
    return ox.NamedNode(f"{alone}-twin" if alone == term.value else alone)


@contextmanager
def second_values(store: ox.Store, name: str) -> Iterator[None]:
    """While this lasts, everything with a value of the property has one more."""
    prefix, local = name.split(":")
    found = store.quads_for_pattern(None, ox.NamedNode(PREFIXES[prefix] + local), None)
    more = [ox.Quad(each.subject, each.predicate, other(each.object), each.graph_name) for each in found]
    added = [quad for quad in more if quad not in store]
    store.extend(added)
    try:
        yield
    finally:
        for quad in added:
            store.remove(quad)


def other(value: Any) -> Any:
    """A value beside this one: the twin of a thing, or another literal of the same kind."""
    if not isinstance(value, ox.Literal):
        return twin(value)
    if value.datatype.value.endswith("#date"):
        return ox.Literal("1999-12-31", datatype=value.datatype)
    text = f"{value.value}1" if value.value.isdigit() else f"{value.value} too"
    return ox.Literal(text, language=value.language) if value.language else ox.Literal(text, datatype=value.datatype)


def shared_places(store: ox.Store, question: str) -> list[set[tuple[str, ...]]]:
    """Rows that the order of a question does not tell apart."""
    text = re.sub(r"(?m)^\s*#.*$", "", find(question).text)
    head, order = text.rsplit("ORDER BY", 1)
    assert re.fullmatch(r"(\s*(DESC\(\?\w+\)|\?\w+))+\s*", order), "an order by something else than variables"
    keys = re.findall(r"\?(\w+)", order)
    joined = {name: sign for sign, name in re.findall(r'separator="([^"]*)"\) AS \?(\w+)', head)}
    shown = [variable.value for variable in rows_of(store, text).variables]
    beside = "".join(f" ?{key}" for key in keys if key not in shown)
    places: dict[tuple[str, ...], set[tuple[str, ...]]] = defaultdict(set)
    for row in rows_of(store, head.replace("WHERE", f"{beside} WHERE", 1)):
        cells = (
            # the parts of a joined text are a set: SPARQL gives them no order (§18.5.1.7)
            "".join(sorted(row[name].value.split(joined[name]))) if name in joined and row[name] else str(row[name])
            for name in shown
        )
        places[tuple(str(row[key]) for key in keys)].add(tuple(cells))
    return [rows for rows in places.values() if len(rows) > 1]


def rows_of(store: ox.Store, text: str) -> ox.QuerySolutions:
    rows = store.query(text)
    assert isinstance(rows, ox.QuerySolutions)
    return rows


def at_most_one() -> set[str]:
    """Properties of which the shapes let a thing have one value."""
    store = ox.Store()
    for file in packaged("shapes").glob("*.ttl"):
        store.load(path=str(file), format=ox.RdfFormat.TURTLE)
    rows = rows_of(store, "SELECT ?path { ?x <{0}path> ?path ; <{0}maxCount> 1 }".replace("{0}", PREFIXES["sh"]))
    return {row["path"].value for row in rows}


def several() -> list[tuple[str, str]]:
    """Each question with each property that it asks for and of which a thing may have several values."""
    one = at_most_one()
    return [
        (question, f"{prefix}:{local}")
        for question, each in library().items()
        for prefix, local in sorted(set(re.findall(r"\b([a-z]+):(\w+)", each.text.partition("\nSELECT")[2])))
        if prefix in PREFIXES and PREFIXES[prefix] + local not in one and f"{prefix}:{local}" not in ONE_EACH
    ]


@pytest.mark.parametrize("question", list(library()))
def test_the_order_tells_things_of_the_same_name_apart(question: str, twins: ox.Store) -> None:
    assert shared_places(twins, question) == []


@pytest.mark.parametrize(("question", "name"), several())
def test_the_order_tells_several_values_of_one_thing_apart(question: str, name: str, twins: ox.Store) -> None:
    with second_values(twins, name):
        assert shared_places(twins, question) == []
