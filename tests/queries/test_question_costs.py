"""What a saved question about one thing costs does not grow with the graph, nor with the revisions in it.

As for the pages, what is counted is what the process reads from the files of the store: a question that goes through
the whole graph reads all of it.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox
import pytest
from bench.national import nation, write_folder
from bench.scaling.things import asked, sampled, thing
from tests.web.test_page_costs import BESIDE, COUNTER, LARGE, MOST, SMALL, bytes_read

from govgraph.knowledge.build import build
from govgraph.namespaces import PREFIXES
from govgraph.questions.library import find
from govgraph.questions.runner import prepare
from govgraph.store.base import Request
from govgraph.store.embedded import EmbeddedReader
from govgraph.store.generations import Generations
from govgraph.store.names import Names

CODE = sampled(SMALL)[1]

pytestmark = pytest.mark.skipif(not COUNTER.exists(), reason="this system does not count what a process reads")


@dataclass(frozen=True)
class Revised:
    """A nation in which every council has an earlier revision: its store, and what its things are called."""

    folder: Path
    names: Names


@pytest.fixture(scope="module")
def nations(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Revised]]:
    """A small and a large one; the larger begins with the smaller."""
    folder = tmp_path_factory.mktemp("revised")
    parts = list(nation(LARGE, seed=6))
    made = {}
    for wanted in (SMALL, LARGE):
        write_folder(iter(parts[:wanted]), folder / f"{wanted}")
        built = Generations(folder / f"store-{wanted}")
        build(built, folder / f"{wanted}")
        shutil.copytree(built.latest().store, folder / f"revised-{wanted}")  # a generation itself never changes
        revise(folder / f"revised-{wanted}")
        made[wanted] = Revised(folder / f"revised-{wanted}", Names(built.latest().names))
    yield made
    for each in made.values():
        each.names.close()


def revise(folder: Path) -> None:
    """Give each council an earlier revision: the same, and in each body a member that has been struck."""
    store = ox.Store(str(folder))
    for new in [graph for graph in store.named_graphs() if "/national/" in graph.value]:
        assert isinstance(new, ox.NamedNode)
        old = ox.NamedNode(f"{new.value}/earlier")
        newer = next(store.quads_for_pattern(None, name("gov", "versionOf"), None, new)).subject
        older = ox.NamedNode(f"{old.value}/version")
        statements = [ox.Quad(each.subject, each.predicate, each.object, old) for each in within(store, new)]
        for seat in store.quads_for_pattern(None, name("gov", "represents"), None, new):
            assert isinstance(seat.object, ox.NamedNode)
            member = ox.NamedNode(f"{seat.object.value}-struck")
            struck = ox.NamedNode(f"{seat.subject}-struck".replace("<", "").replace(">", ""))
            statements += [
                ox.Quad(struck, each.predicate, member if each.object == seat.object else each.object, old)
                for each in store.quads_for_pattern(seat.subject, None, None, new)
            ]
            statements.append(ox.Quad(member, name("skos", "prefLabel"), ox.Literal("Struck"), old))
        statements += [
            ox.Quad(old, name("rdf", "type"), name("dcat", "Dataset")),
            ox.Quad(old, name("dct", "source"), older),
            ox.Quad(new, name("dct", "source"), newer),
            ox.Quad(newer, name("prov", "wasRevisionOf"), older),
        ]
        store.extend(statements)
    store.flush()


def name(prefix: str, local: str) -> ox.NamedNode:
    """A term of a vocabulary."""
    return ox.NamedNode(PREFIXES[prefix] + local)


def within(store: ox.Store, graph: ox.NamedNode) -> list[ox.Quad]:
    """All statements of a graph."""
    return list(store.quads_for_pattern(None, None, None, graph))


def cost(revised: Revised, question: str, parameter: str) -> tuple[int, int]:
    """Rows of a question about one thing of one council, and the bytes that it reads."""
    asked_of = prepare(find(question), {parameter: thing(question, parameter, CODE)}, revised.names)
    reader = EmbeddedReader(revised.folder, 1)
    reader.answer(Request("SELECT * { ?thing gov:nothing gov:Nothing }"))  # says that there are no such terms
    before = bytes_read()
    rows = [reader.answer(request).rows for request in asked_of.requests]
    return rows[0], bytes_read() - before


@pytest.mark.parametrize(("question", "parameter"), asked())
def test_a_question_about_one_thing_reads_no_more_in_a_larger_graph(
    nations: dict[int, Revised], question: str, parameter: str
) -> None:
    small, large = (cost(nations[wanted], question, parameter) for wanted in (SMALL, LARGE))
    assert small[0] == large[0]
    assert large[1] <= MOST * small[1] + BESIDE


@pytest.mark.parametrize("question", ["changes-between-revisions", "earlier-members-not-current"])
def test_the_revisions_of_these_graphs_are_found(nations: dict[int, Revised], question: str) -> None:
    assert cost(nations[SMALL], question, "body")[0] > 0
