"""/graphs as the SPARQL 1.1 Graph Store HTTP Protocol says, over HTTP."""

from collections.abc import Callable, Iterator

import httpx
import pyoxigraph as ox
import pytest

from govgraph.store.generations import Generations
from govgraph.writing.changing import make_empty

SECRET = "0123456789abcdef0123"
BEARER = {"Authorization": f"Bearer {SECRET}"}
TURTLE = {"Content-Type": "text/turtle"}
DATA = "<http://e/a> <http://e/b> 1 ."
HANDBOOK = "https://w3id.org/govgraph/graph/harrow/handbook-current"


@pytest.fixture(scope="module")
def scratch(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A site over an empty store, and a client with a token."""
    folder = tmp_path_factory.mktemp("graphs") / "store"
    make_empty(Generations(folder))
    with httpx.Client(base_url=serve(folder, tokens={"clerk": SECRET}), timeout=60, headers=BEARER) as client:
        yield client


def of(graph: str) -> dict[str, dict[str, str]]:
    return {"params": {"graph": graph}}


def put(client: httpx.Client, graph: str, content: str = DATA, **headers: str) -> httpx.Response:
    return client.put("/graphs", params={"graph": graph}, content=content, headers=TURTLE | headers)


def test_a_graph_is_made_replaced_added_to_and_taken_away(scratch: httpx.Client) -> None:
    assert scratch.get("/graphs", params={"graph": "http://e/1"}).status_code == 404
    assert put(scratch, "http://e/1").status_code == 201
    assert put(scratch, "http://e/1", DATA.replace("1", "2")).status_code == 204
    added = scratch.post("/graphs", params={"graph": "http://e/1"}, content=DATA, headers=TURTLE)
    assert added.status_code == 204
    answer = scratch.get("/graphs", params={"graph": "http://e/1"})
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    assert answer.headers["govgraph-rows"] == "2"
    assert scratch.delete("/graphs", params={"graph": "http://e/1"}).status_code == 204
    assert scratch.delete("/graphs", params={"graph": "http://e/1"}).status_code == 404


def test_an_empty_graph_is_there(scratch: httpx.Client) -> None:
    assert put(scratch, "http://e/empty", "").status_code == 201
    assert scratch.get("/graphs", params={"graph": "http://e/empty"}).status_code == 200


def test_the_address_of_a_graph_is_the_graph(scratch: httpx.Client) -> None:
    assert scratch.put("/graphs/a/b.ttl", content="<> <#p> <c> .", headers=TURTLE).status_code == 201
    iri = str(scratch.base_url.join("/graphs/a/b.ttl"))
    query = f"ASK {{ GRAPH <{iri}> {{ <{iri}> ?p <{iri.replace('b.ttl', 'c')}> }} }}"
    assert scratch.get("/sparql", params={"query": query}).json()["boolean"] is True
    assert scratch.head("/graphs/a/b.ttl").status_code == 200
    assert scratch.head("/graphs/a/b.ttl").content == b""
    assert scratch.get("/graphs/a%2Fb.ttl").status_code == 404


def test_in_our_own_store_the_address_of_a_graph_stands_for_its_iri(web: httpx.Client) -> None:
    direct, indirect = web.get("/graphs/harrow/handbook-current"), web.get("/graphs", params={"graph": HANDBOOK})
    assert direct.status_code == indirect.status_code == 200
    assert direct.content == indirect.content


def test_a_post_to_the_store_makes_a_graph_and_says_where(scratch: httpx.Client) -> None:
    answer = scratch.post("/graphs", content=DATA, headers=TURTLE)
    assert answer.status_code == 201
    assert scratch.get(answer.headers["location"]).headers["govgraph-rows"] == "1"


def test_several_files_of_different_kinds_come_in_one_form(scratch: httpx.Client) -> None:
    files = {
        "a": ("a.ttl", DATA, "text/turtle"),
        "b": ("b.nt", DATA.replace("1", '"x"'), "application/n-triples"),
        "c": ("c.jsonld", '{"@id": "http://e/a", "http://e/b": "y"}', "application/ld+json"),
        "d": ("d.ttl", DATA.replace("1", "7"), ""),
    }
    answer = scratch.post("/graphs", params={"graph": "http://e/form"}, files=files)
    assert answer.status_code == 201
    assert scratch.get("/graphs", params={"graph": "http://e/form"}).headers["govgraph-rows"] == "4"


@pytest.mark.parametrize("content", [b"", b"--x", b"--x\r\n\r\nno end", b"--x--\r\n"])
def test_a_form_that_cannot_be_read_is_refused(scratch: httpx.Client, content: bytes) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert scratch.post("/graphs?default", content=content, headers=kind).status_code == 400


def test_a_whole_dataset_goes_in_and_comes_out(scratch: httpx.Client) -> None:
    quads = '<http://e/a> <http://e/b> "q" <http://e/quads> .\n'
    sent = scratch.post("/graphs", content=quads, headers={"Content-Type": "application/n-quads"})
    assert sent.status_code == 204
    for form in ("application/trig", "application/n-quads"):
        answer = scratch.get("/graphs", headers={"Accept": form})
        assert answer.headers["content-type"].startswith(form)
        kind = ox.RdfFormat.from_media_type(form)
        found = {str(quad.graph_name) for quad in ox.parse(input=answer.content, format=kind)}
        assert "<http://e/quads>" in found
    assert scratch.get("/graphs", headers={"Accept": "text/turtle"}).status_code == 406


@pytest.mark.parametrize("form", ["text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml"])
def test_a_graph_comes_in_the_form_that_is_asked_for(web: httpx.Client, form: str) -> None:
    answer = web.get("/graphs", params={"graph": HANDBOOK}, headers={"Accept": form})
    assert answer.headers["content-type"].startswith(form)
    assert answer.headers["vary"] == "Accept"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_a_change_goes_through_only_if_the_graph_is_as_the_client_saw_it(scratch: httpx.Client) -> None:
    graph = "http://e/seen"
    assert put(scratch, graph, **{"If-Match": "*"}).status_code == 412
    assert put(scratch, graph, **{"If-None-Match": "*"}).status_code == 201
    assert put(scratch, graph, **{"If-None-Match": "*"}).status_code == 412
    tag = scratch.get("/graphs", params={"graph": graph}).headers["etag"]
    assert scratch.get("/graphs", params={"graph": graph}, headers={"If-None-Match": tag}).status_code == 304
    assert put(scratch, "http://e/other").status_code == 201
    assert put(scratch, graph, DATA.replace("1", "5"), **{"If-Match": tag}).status_code == 204
    assert put(scratch, graph, DATA.replace("1", "6"), **{"If-Match": tag}).status_code == 412
    assert scratch.get("/graphs", params={"graph": graph}, headers={"If-None-Match": tag}).status_code == 200


def test_a_graph_is_patched_by_an_update_of_it_alone(scratch: httpx.Client) -> None:
    kind = {"Content-Type": "application/sparql-update"}
    put(scratch, "http://e/patched")
    change = "DELETE { ?s ?p 1 } INSERT { ?s ?p 2, 3 } WHERE { ?s ?p 1 }"
    where = {"graph": "http://e/patched"}
    assert scratch.patch("/graphs", params=where, content=change, headers=kind).status_code == 204
    assert scratch.get("/graphs", params=where).headers["govgraph-rows"] == "2"
    other = "INSERT DATA { GRAPH <http://e/x> { <http://e/a> <http://e/b> 1 } }"
    assert scratch.patch("/graphs", params=where, content=other, headers=kind).status_code == 422
    assert scratch.patch("/graphs", params=where, content=DATA, headers=TURTLE).status_code == 415
    assert scratch.patch("/graphs", params={"graph": "http://e/none"}, content=change, headers=kind).status_code == 404


@pytest.mark.parametrize(
    "query",
    ["graph=relative", "graph=http://e/a&default", "graph=http://e/a&graph=http://e/b", "graph=http://e/%20", "graph="],
)
def test_exactly_one_graph_is_named_by_its_whole_iri(scratch: httpx.Client, query: str) -> None:
    assert scratch.get(f"/graphs?{query}").status_code == 400
    assert scratch.put(f"/graphs?{query}", content=DATA, headers=TURTLE).status_code == 400
    assert scratch.put("/graphs", content=DATA, headers=TURTLE).status_code == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/json", "text/turtle; charset=utf-16", None])
def test_an_upload_of_a_kind_that_is_not_read_is_refused(scratch: httpx.Client, kind: str | None) -> None:
    answer = scratch.put("/graphs?default", content=DATA, headers={"Content-Type": kind} if kind else {})
    assert answer.status_code == 415
    assert "text/turtle" in answer.json()["detail"] or "UTF-8" in answer.json()["detail"]


def test_an_upload_that_cannot_be_read_leaves_what_was_there(scratch: httpx.Client) -> None:
    put(scratch, "http://e/kept")
    answer = put(scratch, "http://e/kept", "<http://e/a> <http://e/b> .")
    assert answer.status_code == 400
    assert "line 1, column" in answer.json()["detail"]
    assert scratch.get("/graphs", params={"graph": "http://e/kept"}).headers["govgraph-rows"] == "1"


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("application/ld+json", b'{"@graph":' * 30_000 + b"1" + b"}" * 30_000),
        ("application/ld+json", b'{"@context": "http://127.0.0.1:9/c", "name": "x"}'),
        (
            "application/rdf+xml",
            b'<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><r>&b;</r>',
        ),
        ("application/rdf+xml", b'<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]><r>&a;</r>'),
    ],
)
def test_an_upload_that_is_a_trap_is_refused_and_the_next_one_is_taken(
    scratch: httpx.Client, kind: str, content: bytes
) -> None:
    answer = scratch.post("/graphs?default", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert "root:" not in answer.text
    assert put(scratch, f"http://e/after/{len(content)}").status_code == 201


def test_other_methods_are_told_what_is_allowed(scratch: httpx.Client) -> None:
    answer = scratch.request("TRACE", "/graphs?default")
    assert answer.status_code == 405
    assert "PUT" in answer.headers["allow"]
