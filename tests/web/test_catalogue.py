"""The site describes itself: dumps with checksums, VoID and DCAT, all of it RDF that can be read back."""

import gzip
import hashlib

import httpx
import pyoxigraph as ox
import pytest

VOID = "http://rdfs.org/ns/void#"
DCAT = "http://www.w3.org/ns/dcat#"
DCT = "http://purl.org/dc/terms/"
SPDX = "http://spdx.org/rdf/terms#"
TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
GRAPH = "https://w3id.org/govgraph/graph/"
FORMS = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}


def read(answer: httpx.Response) -> ox.Store:
    """The statements of an answer."""
    assert answer.status_code == 200
    kind = answer.headers["content-type"].partition(";")[0]
    store = ox.Store()
    store.extend(ox.parse(input=answer.content, format=FORMS[kind], base_iri=str(answer.url)))
    return store


def values(store: ox.Store, subject: str | None, predicate: str) -> list[str]:
    found = store.quads_for_pattern(ox.NamedNode(subject) if subject else None, ox.NamedNode(predicate), None)
    return [str(getattr(quad.object, "value", "")) for quad in found]


def of_kind(store: ox.Store, kind: str) -> list[str]:
    found = store.quads_for_pattern(None, ox.NamedNode(TYPE), ox.NamedNode(kind))
    return [str(getattr(quad.subject, "value", "")) for quad in found]


def test_every_dump_is_as_large_and_has_the_checksum_that_the_index_says(web: httpx.Client) -> None:
    index = web.get("/dumps/").json()
    assert {file["name"] for file in index["files"]} >= {"govgraph.nq.gz", "govgraph.trig.gz", "ontology.ttl.gz"}
    for file in index["files"]:
        answer = web.get(file["path"])
        assert len(answer.content) == file["size"]
        assert hashlib.sha256(answer.content).hexdigest() == file["sha256"]
        assert answer.headers["etag"] == f'"{file["sha256"]}"'
        assert answer.headers["content-type"] == "application/gzip"
        assert "content-encoding" not in answer.headers, "a client must get the bytes that the checksum is of"


def test_the_whole_dump_holds_what_the_endpoint_answers_from(web: httpx.Client) -> None:
    dump = ox.Store()
    whole = gzip.decompress(web.get("/dumps/govgraph.nq.gz", follow_redirects=True).content)
    dump.extend(ox.parse(input=whole, format=ox.RdfFormat.N_QUADS))
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    answer = web.get("/sparql", params={"query": count}).json()["results"]["bindings"][0]["n"]["value"]
    assert sum(1 for _ in dump.quads_for_pattern(None, None, None, ox.DefaultGraph())) == int(answer)
    in_graphs = count.replace("{ ?s ?p ?o }", "{ GRAPH ?g { ?s ?p ?o } }")
    answer = web.get("/sparql", params={"query": in_graphs}).json()["results"]["bindings"][0]["n"]["value"]
    assert len(dump) - sum(1 for _ in dump.quads_for_pattern(None, None, None, ox.DefaultGraph())) == int(answer)


def test_a_part_of_a_dump_can_be_had_to_go_on_with_a_broken_download(web: httpx.Client) -> None:
    place = web.get("/dumps/govgraph.nq.gz").headers["location"]
    whole = web.get(place).content
    part = web.get(place, headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.content == whole[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{len(whole)}"
    assert web.get(place, headers={"Range": f"bytes={len(whole)}-"}).status_code == 416
    tag = web.get(place).headers["etag"]
    assert web.get(place, headers={"If-None-Match": tag}).status_code == 304
    assert web.head(place).headers["content-length"] == str(len(whole))


@pytest.mark.parametrize(
    "path",
    [
        "/dumps/1/..%2f..%2fmanifest.json",
        "/dumps/1/index.json",
        "/dumps/..%2f1/govgraph.nq.gz",
        "/dumps/99/x",
        "/dumps/nope",
    ],
)
def test_a_dump_is_looked_up_and_never_a_path(web: httpx.Client, path: str) -> None:
    assert web.get(path).status_code == 404


def test_a_browser_gets_a_page_of_the_dumps(web: httpx.Client) -> None:
    page = web.get("/dumps/", headers={"Accept": "text/html"})
    assert "govgraph.nq.gz" in page.text
    assert "SHA-256" in page.text


@pytest.mark.parametrize("accept", FORMS)
@pytest.mark.parametrize("path", ["/.well-known/void", "/catalog"])
def test_the_descriptions_are_rdf_in_every_form(web: httpx.Client, path: str, accept: str) -> None:
    store = read(web.get(path, headers={"Accept": accept}))
    assert len(store) == len(read(web.get(path)))


def test_the_descriptions_have_tags_and_refuse_what_they_are_not(web: httpx.Client) -> None:
    for path in ("/.well-known/void", "/catalog"):
        answer = web.get(path)
        assert answer.headers["vary"] == "Accept"
        assert answer.headers["access-control-allow-origin"] == "*"
        assert web.get(path, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
        assert web.get(path, headers={"Accept": "image/png"}).status_code == 406


def test_void_counts_what_is_there(web: httpx.Client) -> None:
    store = read(web.get("/.well-known/void"))
    [dataset] = [name for name in of_kind(store, VOID + "Dataset") if name.endswith("#govgraph")]
    assert values(store, dataset, VOID + "sparqlEndpoint") == [str(web.base_url.join("/sparql"))]
    count = web.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}).json()
    assert values(store, dataset, VOID + "triples") == [count["results"]["bindings"][0]["n"]["value"]]
    parts = values(store, dataset, VOID + "propertyPartition")
    assert sum(int(values(store, part, VOID + "triples")[0]) for part in parts) == int(
        values(store, dataset, VOID + "triples")[0]
    )
    board = "https://w3id.org/govgraph/def/PartnershipBoard"
    [part] = [q.subject.value for q in store.quads_for_pattern(None, ox.NamedNode(VOID + "class"), ox.NamedNode(board))]  # type: ignore[union-attr]
    assert values(store, part, VOID + "entities") == ["1"]
    assert values(store, dataset, VOID + "uriSpace") == ["https://w3id.org/govgraph/"]
    example = values(store, dataset, VOID + "exampleResource")[0]
    assert web.get(example.replace("https://w3id.org/govgraph", "")).status_code == 303
    for dump in values(store, dataset, VOID + "dataDump"):
        assert web.head(dump).status_code == 200
    assert of_kind(store, VOID + "Linkset")


def test_the_catalogue_lists_each_document_version_with_its_file(web: httpx.Client) -> None:
    store = read(web.get("/catalog"))
    current, earlier = GRAPH + "harrow/handbook-current", GRAPH + "harrow/handbook-earlier"
    sets = of_kind(store, DCAT + "Dataset")
    assert {current, earlier} <= set(sets)
    assert values(store, current, DCAT + "previousVersion") == [earlier]
    assert values(store, earlier, DCT + "isReplacedBy") == [current]
    [service] = of_kind(store, DCAT + "DataService")
    assert values(store, service, DCAT + "endpointURL")
    assert set(values(store, service, DCAT + "servesDataset")) == set(sets)
    for dataset in sets:
        for place in values(store, dataset, DCAT + "distribution"):
            address = values(store, place, DCAT + "downloadURL")[0]
            content = web.get(address).content
            assert values(store, place, DCAT + "byteSize") == [str(len(content))]
            [checksum] = values(store, place, SPDX + "checksum")
            assert values(store, checksum, SPDX + "checksumValue") == [hashlib.sha256(content).hexdigest()]
    assert values(store, current, DCAT + "distribution")
