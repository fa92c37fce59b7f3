"""What a page about one thing costs does not grow with the graph.

Time tells little on a shared machine, so what is counted is what each query of a page makes the process read from the
files of the store. Each starts with nothing read, so one that goes through the whole graph reads all of it.
"""

import asyncio
from pathlib import Path

import httpx
import pytest
from bench.national import nation, write_folder
from bench.scaling.things import sampled, thing

from govgraph.knowledge.build import build
from govgraph.namespaces import ID
from govgraph.rdf.terms import iri
from govgraph.store.base import Answer, Request
from govgraph.store.embedded import EmbeddedReader
from govgraph.store.generations import Generations
from govgraph.store.names import Names, write_names
from govgraph.store.pool import ReaderPool
from govgraph.web.app import create_app

SMALL, LARGE = 3, 12
"""Councils of two nations, of which the larger begins with the smaller."""

MOST, BESIDE = 1.5, 64 * 1024
"""How often as much may be read in the larger, and so many bytes more: the same strings lie farther apart."""

COUNTER = Path("/proc/self/io")
CODE = sampled(SMALL)[1]
BODY = thing("seats", "body", CODE).removeprefix(ID)
PAGES = (
    f"/page/{BODY}",
    f"/page/uk/council/{CODE}",
    f"/page/{CODE}/post/leader-of-the-council",
    f"/page/{CODE}/clause/c-4",
    f"/data/{BODY}.ttl",
    f"/data/{BODY}.trig",
    f"/data/{BODY}.nt?_profile=org",
    f"/data/uk/council/{CODE}.jsonld",
    "/councils",
)

pytestmark = pytest.mark.skipif(not COUNTER.exists(), reason="this system does not count what a process reads")


def bytes_read() -> int:
    """Bytes that this process has read from anywhere."""
    return int(dict(line.split(": ") for line in COUNTER.read_text().splitlines())["rchar"])


@pytest.fixture(scope="module")
def nations(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The stores of a small and of a large nation."""
    folder = tmp_path_factory.mktemp("nations")
    parts = list(nation(LARGE, seed=6))
    stores = {}
    for wanted in (SMALL, LARGE):
        write_folder(iter(parts[:wanted]), folder / f"{wanted}")
        stores[wanted] = folder / f"store-{wanted}"
        build(Generations(stores[wanted]), folder / f"{wanted}")
    return stores


def answered(store: Path, request: Request) -> tuple[Answer, int]:
    """The answer of a reader that has read nothing yet but the terms of the ontology; and the bytes that it read."""
    generation = Generations(store).latest()
    reader = EmbeddedReader(generation.store, generation.number)
    reader.answer(Request("SELECT * { ?thing gov:nothing gov:Nothing }"))  # says that there are no such terms
    before = bytes_read()
    answer = reader.answer(request)
    return answer, bytes_read() - before


def costs(store: Path, path: str) -> tuple[dict[str, int], str]:
    """Bytes that each query of a page reads, all its parts together; and the page."""
    read: dict[str, int] = {}

    async def answer(pool: ReaderPool, request: Request, seconds: float | None = None) -> Answer:
        found, cost = answered(store, request)
        first = request.text.split("{ <")[0]  # without the things that are looked up
        read[first] = read.get(first, 0) + cost
        return found

    async def asked() -> str:
        app = create_app(store)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://site") as client:
            page = await client.get(path, headers={"Accept": "*/*" if "/data/" in path else "text/html"})
            assert page.status_code == 200, page.text
            return page.text

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ReaderPool, "answer", answer)
        return read, asyncio.run(asked())


@pytest.mark.parametrize("path", PAGES)
def test_no_query_of_a_page_about_one_thing_reads_more_in_a_larger_graph(nations: dict[int, Path], path: str) -> None:
    small, large = (costs(nations[wanted], path)[0] for wanted in (SMALL, LARGE))
    assert small.keys() == large.keys()
    grown = {query: (small[query], large[query]) for query in large if large[query] > MOST * small[query] + BESIDE}
    assert not grown


def test_a_page_says_when_more_things_refer_to_it_than_it_looks_at(nations: dict[int, Path]) -> None:
    words = "More things refer to it than are listed here"
    small, large = (costs(nations[wanted], "/page/def/attendance/present")[1] for wanted in (SMALL, LARGE))
    assert words not in small
    assert words in large
    assert len(large) < 150_000


def test_a_query_that_goes_through_the_graph_is_noticed(nations: dict[int, Path]) -> None:
    query = """SELECT ?thing ?label WHERE {
      { { ?thing ?a ?one } UNION { ?one ?b ?thing } } ?one skos:prefLabel ?label
    }"""
    asked = Request(query, {"thing": iri(ID + BODY)})
    small, large = (answered(nations[wanted], asked)[1] for wanted in (SMALL, LARGE))
    assert large > MOST * small + BESIDE


def test_a_name_that_is_not_there_is_compared_with_so_many_others_and_no_more(
    nations: dict[int, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = Names(Generations(nations[LARGE]).latest().names)
    monkeypatch.setattr("govgraph.store.names._COMPARED", 1000)
    monkeypatch.setattr("govgraph.store.names._ALIKE", 100)
    compared: list[int] = []

    def close_matches(word: str, known: list[str], *_: object) -> list[str]:
        compared.append(len(known))
        return known[:1]

    monkeypatch.setattr("govgraph.store.names.difflib.get_close_matches", close_matches)
    assert names.close_to("partnershp bord")
    names.close()
    assert 0 < compared[0] <= 300


def test_a_search_asks_the_store_for_nothing_that_the_empty_form_does_not(nations: dict[int, Path]) -> None:
    empty, _ = costs(nations[LARGE], "/search")
    found, page = costs(nations[LARGE], "/search?q=calendar")
    assert "In what is said of a thing" in page
    assert found.keys() == empty.keys()


@pytest.mark.parametrize("typed", ["common", "common word", "rare common", "nowhere common"])
def test_a_search_in_descriptions_reads_no_more_where_a_common_word_is_in_more_of_them(
    tmp_path: Path, typed: str
) -> None:
    read = []
    for wanted in (1_000, 50_000):
        file = tmp_path / f"{wanted}.sqlite"
        texts = (f"A common word of thing {n}{' that is rare' if n == 7 else ''}" for n in range(wanted))
        write_names(file, ((f"{ID}{n}", f"Thing {n}", "body", [], [], [text]) for n, text in enumerate(texts)))
        names = Names(file)
        before = bytes_read()
        found = len(names.told(typed))
        read.append(bytes_read() - before)
        names.close()
        assert found == {"common": 30, "common word": 30, "rare common": 1, "nowhere common": 0}[typed]
    assert read[1] < MOST * read[0] + BESIDE
