"""/sparql as the SPARQL 1.1 Protocol says, over HTTP."""

import csv
import io
import json
from typing import Any
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest

ASK = "ASK { ?s ?p ?o }"
SELECT = "SELECT ?label WHERE { ?body a gov:PartnershipBoard ; skos:prefLabel ?label }"
CONSTRUCT = "CONSTRUCT { ?b skos:prefLabel ?l } WHERE { ?b a gov:PartnershipBoard ; skos:prefLabel ?l }"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
EARLIER = "https://w3id.org/govgraph/graph/harrow/handbook-earlier"
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def labels(answer: httpx.Response) -> list[str]:
    return [row["label"]["value"] for row in answer.json()["results"]["bindings"]]


def problem(answer: httpx.Response) -> Any:
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == answer.status_code
    assert found["type"].endswith(found["code"])
    assert found["title"]
    assert found["detail"]
    return found


def test_a_query_may_come_in_the_address(web: httpx.Client) -> None:
    answer = web.get("/sparql", params={"query": SELECT})
    assert answer.status_code == 200
    assert labels(answer) == ["Partnership Board"]


@pytest.mark.parametrize("method", ["POST", "QUERY"])
def test_a_query_may_come_as_a_form_or_as_the_body(web: httpx.Client, method: str) -> None:
    form = web.request(method, "/sparql", content=str(httpx.QueryParams({"query": SELECT})), headers=FORM)
    body = web.request(method, "/sparql", content=SELECT, headers=DIRECT)
    assert labels(form) == labels(body) == ["Partnership Board"]


def test_the_character_set_of_a_body_may_be_named(web: httpx.Client) -> None:
    answer = web.post("/sparql", content=ASK, headers={"Content-Type": "application/sparql-query; charset=UTF-8"})
    assert answer.json()["boolean"] is True


@pytest.mark.parametrize("place", ["address", "form"])
def test_the_dataset_may_be_named_in_the_address_and_in_a_form(web: httpx.Client, place: str) -> None:
    query = 'SELECT ?label WHERE { ?g skos:prefLabel ?label FILTER(?label = "Community Cohesion Management Group"@en) }'
    named = {"query": query, "default-graph-uri": EARLIER}
    answer = web.get("/sparql", params=named) if place == "address" else web.post("/sparql", data=named)
    assert labels(answer) == ["Community Cohesion Management Group"]
    assert labels(web.get("/sparql", params={"query": query})) == []


def test_several_graphs_may_be_named(web: httpx.Client) -> None:
    current = EARLIER.replace("earlier", "current")
    query = "SELECT (COUNT(DISTINCT ?g) AS ?label) WHERE { GRAPH ?g { ?s ?p ?o } }"
    answer = web.post("/sparql", content=query, headers=DIRECT, params={"named-graph-uri": [EARLIER, current, current]})
    assert labels(answer) == ["2"]


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("json", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
        ("csv", "text/csv; charset=utf-8; header=present"),
        ("tsv", "text/tab-separated-values; charset=utf-8"),
    ],
)
def test_format_goes_before_the_accept_header(web: httpx.Client, form: str, kind: str) -> None:
    answer = web.get("/sparql", params={"query": SELECT, "format": form}, headers={"Accept": "text/html"})
    assert answer.headers["content-type"] == kind
    assert "Partnership Board" in answer.text


@pytest.mark.parametrize("form", ["ttl", "nt", "jsonld", "rdf"])
def test_a_graph_comes_in_every_form_of_rdf(web: httpx.Client, form: str) -> None:
    answer = web.get("/sparql", params={"query": CONSTRUCT, "format": form})
    assert answer.status_code == 200
    assert "Partnership Board" in answer.text
    assert answer.headers["govgraph-rows"] == "1"


def test_results_are_well_formed_in_every_form(web: httpx.Client) -> None:
    def text(form: str) -> str:
        return web.get("/sparql", params={"query": SELECT, "format": form}).text

    assert json.loads(text("json"))["head"]["vars"] == ["label"]
    assert ElementTree.fromstring(text("xml")).tag.endswith("sparql")
    assert next(csv.reader(io.StringIO(text("csv")))) == ["label"]
    assert text("tsv").splitlines()[0] == "?label"


def test_an_answer_says_its_generation_that_it_is_whole_and_how_long_it_is(web: httpx.Client) -> None:
    answer = web.get("/sparql", params={"query": SELECT})
    generation = web.get("/healthz").json()["generation"]
    assert answer.headers["govgraph-generation"] == str(generation)
    assert answer.headers["govgraph-complete"] == "true"
    assert answer.headers["govgraph-rows"] == "1"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert answer.headers["vary"] == "Accept"
    assert answer.headers["etag"].startswith(f'"g{generation}-')
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Govgraph-Generation" in answer.headers["access-control-expose-headers"]


def test_an_answer_that_the_client_has_is_not_sent_again(web: httpx.Client) -> None:
    tag = web.get("/sparql", params={"query": SELECT}).headers["etag"]
    again = web.get("/sparql", params={"query": SELECT}, headers={"If-None-Match": f'"other", W/{tag}'})
    assert again.status_code == 304
    assert again.content == b""
    other = web.get("/sparql", params={"query": SELECT, "format": "csv"}, headers={"If-None-Match": tag})
    assert other.status_code == 200


def test_an_answer_that_changes_each_time_has_no_tag(web: httpx.Client) -> None:
    assert "etag" not in web.get("/sparql", params={"query": "SELECT (RAND() AS ?label) {}"}).headers


def test_head_tells_the_same_without_the_answer(web: httpx.Client) -> None:
    answer = web.head("/sparql", params={"query": SELECT})
    assert answer.status_code == 200
    assert answer.content == b""
    assert int(answer.headers["content-length"]) > 0


def test_other_sites_may_ask(web: httpx.Client) -> None:
    answer = web.options("/sparql", headers={"Origin": "https://example.org"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "access-control-allow-credentials" not in answer.headers


def test_a_query_that_cannot_be_read_is_answered_with_its_place(web: httpx.Client) -> None:
    answer = web.get("/sparql", params={"query": "SELECT * WHERE {\n  ?s ?p }"})
    found = problem(answer)
    assert (found["status"], found["code"], found["line"]) == (400, "query-syntax", 2)
    assert found["column"] > 0
    assert found["excerpt"].splitlines()[-1].strip() == "^"
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("queries", "said"), [([], "no query"), ([ASK, ASK], "2 queries")]
)  # fmt: skip
def test_exactly_one_query_is_taken(web: httpx.Client, queries: list[str], said: str) -> None:
    answer = web.post("/sparql", content=str(httpx.QueryParams({"query": queries})), headers=FORM)
    assert answer.status_code == 400
    assert said in problem(answer)["detail"]


@pytest.mark.parametrize("form", ["ttl", "nt", "jsonld", "rdf"])
def test_a_get_without_a_query_describes_the_service(web: httpx.Client, form: str) -> None:
    answer = web.get("/sparql", params={"format": form})
    kind = ox.RdfFormat.from_media_type(answer.headers["content-type"].partition(";")[0])
    told = {(quad.predicate.value, str(quad.object)) for quad in ox.parse(input=answer.content, format=kind)}
    sd = "http://www.w3.org/ns/sparql-service-description#"
    assert (sd + "endpoint", f"<{web.base_url.join('/sparql')}>") in told
    assert (sd + "supportedLanguage", f"<{sd}SPARQL11Query>") in told
    assert (sd + "supportedLanguage", f"<{sd}SPARQL11Update>") not in told
    assert (sd + "name", f"<{EARLIER}>") in told
    sizes = {value for predicate, value in told if predicate == "http://rdfs.org/ns/void#triples"}
    assert len(sizes) > 3


def test_a_description_is_rdf_or_nothing(web: httpx.Client) -> None:
    assert web.get("/sparql").headers["content-type"] == "text/turtle; charset=utf-8"
    assert (
        web.get("/sparql", headers={"Accept": "application/ld+json"}).headers["content-type"] == "application/ld+json"
    )
    assert problem(web.get("/sparql", headers={"Accept": "text/csv"}))["status"] == 406
    assert problem(web.get("/sparql", params={"default-graph-uri": EARLIER}))["status"] == 400


def test_the_dataset_of_the_request_goes_before_that_of_the_query(web: httpx.Client) -> None:
    query = f"ASK FROM <http://e/none> FROM NAMED <{EARLIER}> {{ ?s ?p ?o }}"
    assert web.get("/sparql", params={"query": query}).json()["boolean"] is False
    assert web.get("/sparql", params={"query": query, "default-graph-uri": EARLIER}).json()["boolean"] is True
    named = f"ASK FROM NAMED <{EARLIER}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"
    assert web.get("/sparql", params={"query": named, "default-graph-uri": EARLIER}).json()["boolean"] is False


def test_relative_iris_are_relative_to_the_endpoint(web: httpx.Client) -> None:
    answer = web.get("/sparql", params={"query": "SELECT (<x> AS ?label) {}"})
    assert labels(answer) == [str(web.base_url.join("/x"))]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * { ?s gvo:mode ?o }", "line 1, column 15: the prefix gvo: is not declared; did you mean gov:?"),
        ("SELECT *\n{ ?s a nobody:x }", "line 2, column 8: the prefix nobody: is not declared"),
    ],
)
def test_an_unknown_prefix_is_named_with_one_that_is_close(web: httpx.Client, query: str, said: str) -> None:
    assert said in problem(web.get("/sparql", params={"query": query}))["detail"]


def test_an_unknown_term_of_ours_is_named_with_one_that_is_close(web: httpx.Client) -> None:
    answer = web.get("/sparql", params={"query": "SELECT * { ?s gov:acountableTo ?o }"})
    assert answer.headers["govgraph-rows"] == "0"
    assert answer.headers["govgraph-note"].startswith(
        "the ontology has no gov:acountableTo; did you mean gov:accountableTo"
    )
    assert (
        "govgraph-note"
        not in web.get("/sparql", params={"query": "SELECT * { ?s gov:accountableTo gov:mode }"}).headers
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("update=INSERT%20DATA%20%7B%7D", "application/x-www-form-urlencoded"),
        ("INSERT DATA {}", "application/sparql-update"),
    ],
)
def test_writing_is_refused_in_so_many_words(web: httpx.Client, content: str, kind: str) -> None:
    answer = web.post("/sparql", content=content, headers={"Content-Type": kind})
    assert answer.status_code == 403
    assert "writing is not offered" in problem(answer)["detail"]


def test_an_update_in_place_of_a_query_changes_nothing(web: httpx.Client) -> None:
    answer = web.post("/sparql", content="INSERT DATA { <http://e/a> <http://e/b> 1 }", headers=DIRECT)
    assert answer.status_code == 400
    assert web.get("/sparql", params={"query": "ASK { <http://e/a> ?p ?o }"}).json()["boolean"] is False


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", None])
def test_a_body_of_another_kind_is_refused(web: httpx.Client, kind: str | None) -> None:
    answer = web.post("/sparql", content=ASK, headers={"Content-Type": kind} if kind else {})
    assert answer.status_code == 415
    assert "application/sparql-query" in problem(answer)["detail"]


def test_a_large_body_is_refused_while_it_comes_in(web: httpx.Client) -> None:
    def endless() -> Any:
        for _ in range(40):
            yield b" " * 65536

    answer = web.post("/sparql", content=endless(), headers=DIRECT)
    assert answer.status_code == 413
    problem(answer)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_told_what_is_allowed(web: httpx.Client, method: str) -> None:
    answer = web.request(method, "/sparql")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]
    problem(answer)


def test_text_that_is_not_utf8_is_refused(web: httpx.Client) -> None:
    assert web.post("/sparql", content=b"ASK { ?s ?p '\xff' }", headers=DIRECT).status_code == 400
    assert web.get("/sparql?query=ASK%20%7B%20%22%FF%22%20%7D").status_code == 400


def test_a_form_that_does_not_suit_the_query_gets_the_list_of_those_that_do(web: httpx.Client) -> None:
    assert problem(web.get("/sparql", params={"query": CONSTRUCT, "format": "csv"}))["status"] == 406
    assert problem(web.get("/sparql", params={"query": ASK}, headers={"Accept": "image/png"}))["status"] == 406
    assert problem(web.get("/sparql", params={"query": ASK, "format": "pdf"}))["status"] == 400


def test_a_graph_that_is_no_iri_is_refused(web: httpx.Client) -> None:
    assert problem(web.get("/sparql", params={"query": ASK, "default-graph-uri": "not an iri"}))["status"] == 400


def test_a_browser_gets_a_form_a_page_of_results_and_its_own_error_page(web: httpx.Client) -> None:
    form = web.get("/sparql", headers=BROWSER)
    assert "<textarea" in form.text
    results = web.get("/sparql", params={"query": SELECT}, headers=BROWSER)
    assert results.headers["content-type"].startswith("text/html")
    assert "Partnership Board" in results.text
    assert "format=csv" in results.text
    broken = web.get("/sparql", params={"query": "SELECT <b>"}, headers=BROWSER)
    assert broken.status_code == 400
    assert "SELECT &lt;b&gt;" in broken.text
    assert "<textarea" in broken.text
    graph = web.get("/sparql", params={"query": CONSTRUCT}, headers=BROWSER)
    assert "&#34;Partnership Board&#34;@en" in graph.text
