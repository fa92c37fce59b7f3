"""The difference of two generations that are kept, statement by statement."""

import shutil
from collections.abc import Callable, Iterator

import httpx
import pyoxigraph as ox
import pytest

from govgraph.knowledge.build import build
from govgraph.resources import packaged
from govgraph.store.generations import Generations

OLD, NEW = '"Partnership Board"@en', '"Board of the Partnership"@en'


@pytest.fixture(scope="module")
def changed(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A site over two generations, between which a body got another name."""
    folder = tmp_path_factory.mktemp("changed")
    shutil.copytree(packaged("data"), folder / "data")
    generations = Generations(folder / "store")
    build(generations, folder / "data")
    for path in (folder / "data/harrow/handbook-current").glob("*.ttl"):
        path.write_text(path.read_text().replace(f"skos:prefLabel {OLD}", f"skos:prefLabel {NEW}"))
    build(generations, folder / "data")
    with httpx.Client(base_url=serve(folder / "store"), timeout=60) as client:
        yield client


def test_it_says_what_came_and_what_went(changed: httpx.Client) -> None:
    answer = changed.get("/diff", params={"from": "1", "to": "2"})
    told = answer.json()
    assert any(NEW in line for line in told["added"])
    assert any(OLD in line for line in told["removed"])
    assert told["counts"] == {"added": len(told["added"]), "removed": len(told["removed"])}
    assert answer.headers["govgraph-rows"] == str(sum(told["counts"].values()))
    back = changed.get("/diff", params={"from": "2", "to": "1"}).json()
    assert (back["added"], back["removed"]) == (told["removed"], told["added"])
    assert changed.get("/diff", params={"from": "1"}).json() == told
    assert changed.get("/diff", params={"from": "2", "to": "2"}).json()["counts"] == {"added": 0, "removed": 0}


def test_it_is_rdf_where_rdf_is_wanted(changed: httpx.Client) -> None:
    told = changed.get("/diff", params={"from": "1", "to": "2"}).json()
    trig = changed.get("/diff", params={"from": "1", "to": "2"}, headers={"Accept": "application/trig"})
    quads = list(ox.parse(input=trig.content, format=ox.RdfFormat.TRIG))
    graphs = {quad.graph_name.value.rpartition("/")[2] for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}
    assert graphs == {"added", "removed"}
    turtle = changed.get("/diff", params={"from": "1", "to": "2", "side": "added"}, headers={"Accept": "text/turtle"})
    triples = set(ox.parse(input=turtle.content, format=ox.RdfFormat.TURTLE))
    assert 0 < len(triples) <= told["counts"]["added"]


@pytest.mark.parametrize(
    ("params", "status"),
    [({}, 400), ({"from": "x"}, 404), ({"from": "9"}, 404), ({"from": "1", "side": "left"}, 400)],
)
def test_what_cannot_be_compared_is_refused(changed: httpx.Client, params: dict[str, str], status: int) -> None:
    assert changed.get("/diff", params=params).status_code == status


def test_the_answer_has_a_tag(changed: httpx.Client) -> None:
    tag = changed.get("/diff", params={"from": "1"}).headers["etag"]
    assert changed.get("/diff", params={"from": "1"}, headers={"If-None-Match": tag}).status_code == 304
