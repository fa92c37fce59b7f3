"""Run the W3C's test manifests for SPARQL 1.1 over HTTP against any server.

The manifests of the protocol and of the graph store say request by request what to send and what to expect; the
service description has three tests in prose, the result formats compare answers with files. Before each test the store
is emptied and the data that the test names are put in, by updates, so that every server is treated alike.
"""

import csv
import http.client
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from urllib.parse import quote, urlencode

import pyoxigraph as ox
from rdflib import Graph, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.namespace import RDF, RDFS, XSD
from rdflib.term import Node

__all__ = ["Entry", "Server", "check", "entries"]

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
SD = Namespace("http://www.w3.org/ns/sparql-service-description#")

SUITES = {
    "protocol": ("protocol/manifest.ttl",),
    "graph store": (
        "graph-store-protocol/manifest-indirect.ttl",
        "graph-store-protocol/manifest-direct.ttl",
    ),
    "service description": ("service-description/manifest.ttl",),
    "CSV and TSV": ("csv-tsv-res/manifest.ttl",),
    "JSON": ("json-res/manifest.ttl",),
}
"""Manifests by the name of their suite."""

UPDATE_TYPE, QUERY_TYPE = "application/sparql-update", "application/sparql-query"
STATUS = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
RDF_TYPES = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/rdf+xml": "xml",
    "application/ld+json": "json-ld",
}
PROPERTIES = """
    endpoint feature defaultEntailmentRegime entailmentRegime defaultSupportedEntailmentProfile
    supportedEntailmentProfile extensionFunction extensionAggregate languageExtension supportedLanguage
    propertyFeature defaultDataset availableGraphs resultFormat inputFormat defaultGraph namedGraph name graph
"""
CLASSES = """
    Service Feature Language Function Aggregate EntailmentRegime EntailmentProfile GraphCollection Dataset Graph
    NamedGraph
"""
VALUES = {
    "feature": "DereferencesURIs UnionDefaultGraph RequiresDataset EmptyGraphs BasicFederatedQuery",
    "supportedLanguage": "SPARQL10Query SPARQL11Query SPARQL11Update",
}
"""Names that the Service Description recommendation defines (§3)."""


@dataclass(frozen=True)
class Server:
    """A running server.

    Parameters
    ----------
    host, port : where it listens.
    query, update, graphs : paths of its endpoints; `graphs` is None where it has no graph store.
    headers : sent with every request, such as a token.
    """

    host: str
    port: int
    query: str
    update: str
    graphs: str | None
    headers: Mapping[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> "Reply":
        """Send one request over a connection of its own, exactly as given."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        try:
            connection.putrequest(method, path, skip_accept_encoding=True)
            lengths = {"Content-Length": str(len(body))} if body or method in ("POST", "PUT", "PATCH") else {}
            for name, value in {**self.headers, **(headers or {}), **lengths, "Connection": "close"}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return Reply(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def change(self, text: str) -> None:
        """Run an update."""
        answer = self.send("POST", self.update, {"Content-Type": UPDATE_TYPE}, text.encode())
        assert answer.status < 300, (
            f"an update that prepares the test is answered {answer.status}: {answer.body[:300]!r}"
        )


@dataclass(frozen=True)
class Reply:
    """What a server answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class Entry:
    """One test of a manifest.

    Parameters
    ----------
    suite : one of `SUITES`.
    node : the test in its manifest.
    folder : of the manifest.
    """

    suite: str
    node: URIRef
    manifest: Graph = field(repr=False, compare=False)
    folder: Path = field(repr=False, compare=False)

    @property
    def name(self) -> str:
        return str(self.node).rpartition("#")[2]


def entries(w3c: Path) -> list[Entry]:
    """All tests, those that a manifest defines and forgets to list included."""
    found = []
    for suite, files in SUITES.items():
        for name in files:
            path = w3c / "rdf-tests" / "sparql" / "sparql11" / name
            manifest = Graph().parse(path, format="turtle", publicID=path.as_uri())
            head = next(manifest.subjects(RDF.type, MF.Manifest))
            first = manifest.value(head, MF.entries)
            assert first is not None
            listed = [node for node in Collection(manifest, first) if (node, MF.name, None) in manifest]
            defined = {node for node in manifest.subjects(MF.name, None) if isinstance(node, URIRef)}
            ordered = [*listed, *sorted(defined - set(listed))]
            found += [Entry(suite, node, manifest, path.parent) for node in ordered if isinstance(node, URIRef)]
    return found


def check(entry: Entry, server: Server) -> None:
    """Run one test; an AssertionError says what is not as the manifest wants it."""
    server.change("DROP ALL")
    for data in entry.manifest.objects(entry.node, UT.graphData):
        file = _file(entry.manifest.value(data, UT.graph))
        _load(server, file, str(entry.manifest.value(data, RDFS.label)))
    if entry.suite in ("protocol", "graph store"):
        _exchange(entry, server)
    elif entry.suite == "service description":
        _description(entry.name, server)
    else:
        _results(entry, server)


def _load(server: Server, file: Path, graph: str | None = None) -> None:
    triples = ox.parse(path=str(file), base_iri=file.as_uri())
    text = ox.serialize((quad.triple for quad in triples), format=ox.RdfFormat.N_TRIPLES)
    assert text is not None
    data = text.decode()
    server.change(f"INSERT {{ {f'GRAPH <{graph}> {{ {data} }}' if graph else data} }} WHERE {{}}")


def _file(node: Node | None) -> Path:
    return Path(str(node).removeprefix("file://"))


# Exchanges of requests and answers


def _exchange(entry: Entry, server: Server) -> None:
    manifest = entry.manifest
    requests = manifest.value(manifest.value(entry.node, MF.action), HT.requests)
    assert requests is not None
    variables: dict[str, str] = {}
    for step, request in enumerate(Collection(manifest, requests), 1):
        path, headers, body, method = _read(manifest, request, server, variables)
        answer = server.send(method, path, headers, body)
        where = f"request {step}, {method} {path}"
        expected = manifest.value(request, HT.resp)
        _compare(manifest, expected, answer, where, method)
        if wanted := manifest.value(expected, MF.expectedLocation):
            assert answer.headers.get("location"), f"{where}: there is no Location"
            variables[str(wanted)] = answer.headers["location"]


def _read(
    manifest: Graph, request: Node, server: Server, variables: Mapping[str, str]
) -> tuple[str, dict[str, str], bytes, str]:
    path, method = str(manifest.value(request, HT.absolutePath)), str(manifest.value(request, HT.methodName))
    for name, value in variables.items():
        path = path.replace(name, quote(value, safe=""))
    headers = _headers(manifest, request)
    content = manifest.value(request, HT.body)
    text = str(manifest.value(content, CNT.chars)) if content else ""
    body = text.encode(str(manifest.value(content, CNT.characterEncoding))) if content else b""
    if path.startswith("/sparql/"):
        updating = headers.get("content-type", "").startswith(UPDATE_TYPE) or "update=" in path or "update=" in text
        path = (server.update if updating else server.query) + path.removeprefix("/sparql/")
    else:
        assert server.graphs is not None, "the server has no graph store"
        path = server.graphs + path.removeprefix("/gsp")
    return path, headers, body, method


def _headers(manifest: Graph, node: Node | None) -> dict[str, str]:
    listed = manifest.value(node, HT.headers)
    found: Sequence[Node] = list(Collection(manifest, listed)) if listed else []
    return {str(manifest.value(each, HT.fieldName)).lower(): str(manifest.value(each, HT.fieldValue)) for each in found}


def _compare(manifest: Graph, expected: Node | None, answer: Reply, where: str, method: str) -> None:
    wanted = [str(node).rpartition("#")[2] for node in manifest.objects(expected, MF.expectedStatus)]
    fits = any(
        answer.status == STATUS[name] if name in STATUS else answer.status // 100 == int(name[len("StatusCode")])
        for name in wanted
    )
    assert fits, f"{where}: {answer.status} instead of {' or '.join(wanted)}: {answer.body[:300]!r}"
    form = manifest.value(expected, MF.expectedFormat)
    if form is not None:
        assert _form(answer) == str(form), f"{where}: {answer.media_type} is not {form}"
    truth = manifest.value(expected, MF.expectedBoolean)
    if truth is not None:
        assert _boolean(answer) is truth.toPython(), f"{where}: the answer is not {truth}"  # type: ignore[attr-defined]
    kind = _headers(manifest, expected).get("content-type", "").partition(";")[0]
    if kind:
        assert answer.media_type == kind, f"{where}: {answer.media_type} instead of {kind}"
    if method == "HEAD":
        assert not answer.body, f"{where}: an answer to HEAD has a body"
    content = manifest.value(expected, HT.body)
    if content is not None:
        data = str(manifest.value(content, CNT.chars))
        theirs = Graph().parse(data=data, format="turtle", publicID="http://www.example/")
        ours = Graph().parse(data=answer.body, format=RDF_TYPES[answer.media_type], publicID="http://www.example/")
        assert isomorphic(ours, theirs), f"{where}: the graph differs"


def _form(answer: Reply) -> str:
    if answer.media_type in (*RDF_TYPES, "application/n-quads", "application/trig"):
        return "RDF"
    if answer.media_type == "application/sparql-results+json":
        return "boolean" if "boolean" in json.loads(answer.body) else "tabular"
    if answer.media_type == "application/sparql-results+xml":
        return "boolean" if b"<boolean>" in answer.body else "tabular"
    return "tabular" if answer.media_type in ("text/csv", "text/tab-separated-values") else "none that is known"


def _boolean(answer: Reply) -> bool:
    if answer.media_type == "application/sparql-results+json":
        return bool(json.loads(answer.body)["boolean"])
    return b"<boolean>true</boolean>" in answer.body


# Service description


def _description(name: str, server: Server) -> None:
    answer = server.send("GET", server.query, {"Accept": "text/turtle"})
    assert answer.status == 200, f"{answer.status} instead of 200"
    assert answer.media_type in RDF_TYPES, f"{answer.media_type} is no form of RDF"
    endpoint = f"http://{server.host}:{server.port}{server.query}"
    found = Graph().parse(data=answer.body, format=RDF_TYPES[answer.media_type], publicID=endpoint)
    assert len(found) > 0, "the description is empty"
    services = set(found.subjects(RDF.type, SD.Service))
    if name == "has-endpoint-triple":
        ends = {str(found.value(service, SD.endpoint)) for service in services}
        assert endpoint in ends, f"no service has the endpoint {endpoint}"
    elif name == "conforms-to-schema":
        assert len(services) == 1, f"{len(services)} services instead of one"
        for problem in _departures(found):
            raise AssertionError(problem)


def _departures(found: Graph) -> Iterator[str]:
    """Where a description is not as the recommendation's vocabulary wants it."""
    for subject, predicate, value in found:
        local = str(predicate).removeprefix(str(SD))
        if str(predicate).startswith(str(SD)) and local not in PROPERTIES.split():
            yield f"sd:{local} is no property of the vocabulary"
        if str(predicate).startswith(str(SD)) and not isinstance(value, Node | URIRef):
            yield f"sd:{local} leads to a literal"
        if predicate == RDF.type and str(value).startswith(str(SD)):
            name = str(value).removeprefix(str(SD))
            if name not in CLASSES.split():
                yield f"sd:{name} is no class of the vocabulary"
        if local in VALUES and str(value).removeprefix(str(SD)) not in VALUES[local].split():
            yield f"{value} is no {local}"
        if predicate == SD.namedGraph and len(list(found.objects(value, SD.name))) != 1:
            yield "a named graph has not exactly one name"
        if predicate == SD.defaultDataset and len(list(found.objects(value, SD.defaultGraph))) > 1:
            yield f"{subject} has a dataset with two default graphs"


# Result formats


def _results(entry: Entry, server: Server) -> None:
    manifest = entry.manifest
    action = manifest.value(entry.node, MF.action)
    _load(server, _file(manifest.value(action, QT.data)))
    query = _file(manifest.value(action, QT.query)).read_text(encoding="utf-8")
    result = _file(manifest.value(entry.node, MF.result))
    kind = {
        ".csv": "text/csv",
        ".tsv": "text/tab-separated-values",
        ".srj": "application/sparql-results+json",
    }[result.suffix]
    answer = server.send("GET", f"{server.query}?{urlencode({'query': query})}", {"Accept": kind})
    assert answer.status == 200, f"{answer.status}: {answer.body[:300]!r}"
    assert answer.media_type == kind, f"{answer.media_type} instead of {kind}"
    reader = _csv_rows if result.suffix == ".csv" else _rows
    ours, theirs = (reader(content, kind) for content in (answer.body, result.read_bytes()))
    assert ours == theirs, f"{ours} instead of {theirs}"


def _csv_rows(content: bytes, kind: str) -> list[dict[str, object]]:
    """Rows by column, numbers by value (a store may keep the value and not its spelling), blank nodes as they come."""
    blank: dict[str, str] = {}

    def read(text: str) -> object:
        if text.startswith("_:"):
            return blank.setdefault(text, f"_:{len(blank)}")
        try:
            return float(text)
        except ValueError:
            return text

    rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
    return [{name: read(text) for name, text in row.items()} for row in rows]


def _rows(content: bytes, kind: str) -> bool | list[dict[str, object]]:
    """Solutions by variable, numbers by value, blank nodes numbered as they come."""
    form = ox.QueryResultsFormat.from_media_type(kind)
    assert form is not None
    parsed = ox.parse_query_results(content, format=form)
    if isinstance(parsed, ox.QueryBoolean):
        return bool(parsed)
    assert isinstance(parsed, ox.QuerySolutions)
    blank: dict[ox.BlankNode, int] = {}
    found = []
    for solution in parsed:
        row: dict[str, object] = {}
        for variable in parsed.variables:
            value = solution[variable]
            if isinstance(value, ox.BlankNode):
                row[variable.value] = blank.setdefault(value, len(blank))
            elif isinstance(value, ox.Literal) and (number := _number(value)) is not None:
                row[variable.value] = number
            elif value is not None:
                row[variable.value] = str(value)
        found.append(row)
    return found


def _number(value: ox.Literal) -> tuple[str, Decimal | float] | None:
    """A number as its primitive type and its value: a store may keep -3 and not that it was a negativeInteger."""
    name = value.datatype.value.removeprefix(str(XSD))
    if name in ("double", "float"):
        return name, float(value.value)
    return ("decimal", Decimal(value.value)) if name == "decimal" or name.lower().endswith("integer") else None
