"""A SPARQL endpoint for tests: the engine here behind real HTTP, which can be told to cut answers without a word."""

import io
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pyoxigraph as ox

from govgraph.namespaces import DEF
from govgraph.rdf.terms import literal, sparql_form
from govgraph.store.generations import Generation
from govgraph.store.remote_generations import GENERATIONS, generation_graph

__all__ = ["Played", "load"]

_JSON = "application/sparql-results+json"


class Played:
    """An endpoint that takes queries.

    `store` : what it holds.
    `cut` : it sends no more rows than this, and says nothing of it; 0 is all.
    `says_so` : it does say so, in a header.
    `turns` : it gives later pages of rows in the other direction, "unsorted" ones or "all".
    `sent` : texts of the queries that it was sent.
    """

    def __init__(self) -> None:
        self.store = ox.Store()
        self.cut = 0
        self.says_so = False
        self.turns = ""
        self.sent: list[str] = []
        self.body: bytes | None = None  # what it says instead of an answer
        self._shorter = False  # the last answer was cut
        own = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """A query in the address."""
                self.answer(urlsplit(self.path).query)

            def do_POST(self) -> None:
                """A query in a form."""
                self.answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

            def answer(self, form: str) -> None:
                """Answer it."""
                status, kind, body = own._answer(parse_qs(form))
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                if own.says_so and own._shorter:
                    self.send_header("X-SPARQL-MaxRows", str(own.cut))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/sparql"
        threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        """Stop."""
        self._http.shutdown()
        self._http.server_close()

    def _answer(self, form: dict[str, list[str]]) -> tuple[int, str, bytes]:
        if "query" not in form:
            return 400, "text/plain", b"no query"
        if self.body is not None:
            return 200, _JSON, self.body
        text = form["query"][0]
        self.sent.append(text)
        default: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = []
        default += map(ox.NamedNode, form.get("default-graph-uri", ()))
        named: list[ox.NamedNode | ox.BlankNode] = []
        named += map(ox.NamedNode, form.get("named-graph-uri", ()))
        told = bool(default or named)
        page = re.search(r" OFFSET (\d+) LIMIT (\d+)$", text)
        turned = page and (self.turns == "all" or (self.turns and "ORDER BY" not in text))
        text = text[: page.start()] if page and turned else text
        try:
            found = self.store.query(
                text, default_graph=default if told else None, named_graphs=named if told else None
            )
        except SyntaxError as error:
            return 400, "text/plain", str(error).encode()
        output = io.BytesIO()
        if isinstance(found, ox.QueryTriples):
            triples = list(found)
            ox.serialize(triples[: self.cut or len(triples)], output, ox.RdfFormat.N_TRIPLES)
            return 200, "application/n-triples", output.getvalue()
        found.serialize(output, ox.QueryResultsFormat.JSON)
        body = output.getvalue()
        if page and turned:
            content = json.loads(body)
            rows = content["results"]["bindings"][::-1]
            content["results"]["bindings"] = rows[int(page[1]) : int(page[1]) + int(page[2])]
            body = json.dumps(content).encode()
        return 200, _JSON, self._shortened(body)

    def _shortened(self, body: bytes) -> bytes:
        self._shorter = False
        if not self.cut:
            return body

        content = json.loads(body)
        if "results" in content:
            self._shorter = len(content["results"]["bindings"]) > self.cut
            del content["results"]["bindings"][self.cut :]
        return json.dumps(content).encode()


def load(played: Played, generation: Generation) -> None:
    """Lay a generation out as `govgraph build --store` does."""

    number = generation.number
    merged, pointer = ox.NamedNode(generation_graph(number)), ox.NamedNode(GENERATIONS)
    source = ox.Store.read_only(str(generation.store))
    default = source.quads_for_pattern(None, None, None, ox.DefaultGraph())
    played.store.bulk_extend(ox.Quad(quad.subject, quad.predicate, quad.object, merged) for quad in default)
    played.store.bulk_extend(quad for quad in source if isinstance(quad.graph_name, ox.NamedNode))
    manifest = {name: value for name, value in generation.manifest.items() if name != "files"}
    told = f"""{pointer} <{DEF}currentGeneration> {number} .
      {merged} a <http://www.w3.org/ns/prov#Entity> ; <{DEF}manifest> {sparql_form(literal(json.dumps(manifest)))} ;
        <http://www.w3.org/ns/prov#generatedAtTime> "{manifest["created"]}" ."""
    played.store.update(f"INSERT DATA {{ GRAPH {pointer} {{ {told} }} }}")
