"""A remote endpoint is validated in place, in a number of requests that does not grow with the data."""

import io
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox
import pytest
from tests.review.test_engine import PREFIXES

from govgraph.errors import StoreFailed
from govgraph.review.data import EndpointData, StoreData
from govgraph.review.engine import judge
from govgraph.review.results import key
from govgraph.review.shapes import Shapes, read_shapes

SHAPES = """
ex:Pre sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
ex:S sh:targetClass ex:T ; sh:property ex:P, ex:Q ; sh:sparql ex:C .
ex:P sh:path ex:p ; sh:minCount 1 ; sh:datatype xsd:integer ; sh:property [ sh:path ex:r ; sh:maxCount 0 ] .
ex:Q sh:path ex:q ; sh:qualifiedValueShape [ sh:property [ sh:path ex:r ; sh:minCount 6 ] ] ; sh:qualifiedMinCount 1 .
ex:C sh:prefixes ex:Pre ; sh:select "SELECT $this WHERE { $this ex:q ?v } GROUP BY $this HAVING (COUNT(?v) > 1)" .
ex:Strange sh:targetClass ex:T ; sh:property [ sh:path ex:q ; sh:pattern "(?=x)" ] .
"""


class Endpoint(BaseHTTPRequestHandler):
    """SPARQL 1.1 Protocol, query by GET and by POST form."""

    store: ox.Store
    header = ""

    def do_GET(self) -> None:
        """Answer a query in the address."""
        self.answer(urlsplit(self.path).query)

    def do_POST(self) -> None:
        """Answer a query in a form."""
        self.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def answer(self, body: str) -> None:
        """Answer one query; without one, say nothing of the engine."""
        if "query" not in parse_qs(body):
            self.send_error(400)
            return
        output = io.BytesIO()
        solutions = self.store.query(parse_qs(body)["query"][0])
        assert isinstance(solutions, ox.QuerySolutions)
        solutions.serialize(output, ox.QueryResultsFormat.JSON)
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        if self.header:
            self.send_header(self.header, "10000")
        self.end_headers()
        self.wfile.write(output.getvalue())

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def endpoint() -> Iterator[tuple[str, type[Endpoint]]]:
    class Own(Endpoint):
        store = ox.Store()

    server = ThreadingHTTPServer(("127.0.0.1", 0), Own)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/", Own
    server.shutdown()
    server.server_close()


def shapes() -> Shapes:
    return read_shapes([(PREFIXES + SHAPES).encode()])


def grow(store: ox.Store, first: int, last: int) -> None:
    things = (
        f'ex:t{n} a ex:T ; ex:p {n}, "x{n}" ; ex:q ex:v{n}, ex:w{n} . ex:v{n} ex:r {n} .' for n in range(first, last)
    )
    store.load((PREFIXES + " ".join(things)).encode(), format=ox.RdfFormat.TURTLE)


def test_an_endpoint_gives_the_report_of_the_store_in_a_fixed_number_of_requests(
    endpoint: tuple[str, type[Endpoint]],
) -> None:
    url, server = endpoint
    numbers = []
    for first, last in ((0, 3), (3, 60)):
        grow(server.store, first, last)
        data = EndpointData(url, merges_integers=True)
        there, here = judge(data, shapes()), judge(StoreData(server.store), shapes())
        assert sorted(map(str, map(key, there.results))) == sorted(map(str, map(key, here.results))) != []
        assert len(there.passed_on) == 1
        numbers.append(data.requests)
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("header", ["X-SQL-State", "X-SPARQL-MaxRows"])
def test_a_part_of_an_answer_is_never_taken_for_the_whole(endpoint: tuple[str, type[Endpoint]], header: str) -> None:
    url, server = endpoint
    server.header = header
    server.server_version = "Virtuoso/07.20.3229"
    with pytest.raises(StoreFailed, match="only a part"):
        judge(EndpointData(url), shapes())


def test_an_endpoint_that_is_not_there_is_an_error() -> None:
    with pytest.raises(StoreFailed, match="nothing answers"):
        judge(EndpointData("http://127.0.0.1:9/", seconds=2), shapes())
