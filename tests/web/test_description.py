"""The site describes itself to programs: every question as an operation, and as an example query."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from openapi_spec_validator import validate

from govgraph.knowledge.build import build
from govgraph.questions.library import library
from govgraph.review.gate import gate
from govgraph.store.generations import Generations


@pytest.fixture(scope="module")
def description(web: httpx.Client) -> dict[str, Any]:
    answer = web.get("/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture(scope="module")
def reviewed(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The site over a graph that was reviewed when it was built."""
    folder = tmp_path_factory.mktemp("described") / "store"
    build(Generations(folder), gate=gate)
    with httpx.Client(base_url=serve(folder), timeout=30) as client:
        yield client


def test_the_description_is_valid_openapi(description: dict[str, Any]) -> None:
    assert description["openapi"].startswith("3.1")
    validate(description)


def test_every_question_is_an_operation_with_its_parameters(description: dict[str, Any]) -> None:
    for name, question in library().items():
        operation = description["paths"][f"/questions/{name}.{{form}}"]["get"]
        assert operation["operationId"] == name
        assert operation["summary"] == question.question
        given = {each["name"]: each for each in operation["parameters"] if each["in"] == "query"}
        assert list(given) == [parameter.name for parameter in question.parameters]
        for parameter in question.parameters:
            assert given[parameter.name]["required"] is parameter.required


def test_parameters_have_the_types_of_json(description: dict[str, Any]) -> None:
    def schema(question: str, name: str) -> Any:
        parameters = description["paths"][f"/questions/{question}.{{form}}"]["get"]["parameters"]
        return next(each["schema"] for each in parameters if each["name"] == name)

    assert schema("contributions", "amount") == {"type": "number"}
    assert schema("actions-due", "by") == {"type": "string", "format": "date"}
    assert schema("key-decision-rules", "key") == {"type": "boolean"}
    assert schema("actions-by-place", "place") == {"type": "string"}
    assert schema("who-chairs", "body")["type"] == "string"


def test_an_operation_works_as_described(description: dict[str, Any], web: httpx.Client) -> None:
    for question in ("who-chairs", "contributions", "actions-due", "key-decision-rules"):
        [(path, operation)] = [
            (path, each["get"])
            for path, each in description["paths"].items()
            if each.get("get", {}).get("operationId") == question
        ]
        form, *asked = operation["parameters"]
        query = {each["name"]: each["example"] for each in asked}
        for ending in form["schema"]["enum"]:
            answer = web.get(path.replace("{form}", ending), params=query)
            assert answer.status_code == 200
            assert answer.headers["content-type"].split(";")[0] in operation["responses"]["200"]["content"]
        table = web.get(path.replace("{form}", "json"), params=query).json()
        assert set(table) >= set(description["components"]["schemas"]["Table"]["required"])
        assert table["rows"]


def test_what_is_no_question_works_as_described_too(description: dict[str, Any], reviewed: httpx.Client) -> None:
    paths = {path: each["get"] for path, each in description["paths"].items() if "get" in each}
    others = {path: each for path, each in paths.items() if not path.startswith("/questions/")}
    assert {
        "/review.{form}",
        "/documents.json",
        "/compare.json",
        "/decide.json",
        "/data/{thing}.{form}",
        "/diff",
    } <= set(others)
    [known] = reviewed.get("/review.json").json()["findings"][:1]
    for path, operation in others.items():
        if "dumps/{generation}" in path or "operate" in operation["tags"]:
            continue  # a dump is made on demand, and what is asked by whoever runs the site answers in forms of its own
        given = {
            each["name"]: known["id"] if each["name"] == "id" else each.get("example")
            for each in operation.get("parameters", [])
        }
        needed = [
            each
            for each in operation.get("parameters", [])
            if each["required"] or each["name"] in ("from", "to", "graph")
        ]
        query = {each["name"]: given[each["name"]] for each in needed if each["in"] == "query"}
        address = path.format_map(given)
        first, *_ = operation["responses"]["200"]["content"]
        answer = reviewed.get(address, params=query, headers={"Accept": first})
        assert answer.status_code == 200, (address, query, answer.text[:200])
        assert answer.headers["content-type"].split(";")[0] in operation["responses"]["200"]["content"], address
        for word in ("operationId", "summary", "tags"):
            assert operation[word], path


def test_a_change_is_described_with_who_may_make_it(description: dict[str, Any]) -> None:
    changes = [
        operation
        for each in description["paths"].values()
        for method, operation in each.items()
        if method != "get" and "writing" in operation["tags"]
    ]
    assert [each["operationId"] for each in changes] == ["graph-put", "graph-post", "graph-delete", "update"]
    for each in changes:
        assert each["security"] == [{"token": []}]
        assert {"204", "401", "403", "422"} <= set(each["responses"])


def test_every_address_that_is_described_is_in_the_docs(description: dict[str, Any]) -> None:
    told = (Path(__file__).parents[2] / "docs" / "serving.md").read_text(encoding="utf-8")
    for path in description["paths"]:
        first = "/" + path.strip("/").split("/")[0].partition(".{")[0].removesuffix(".json")
        assert first in told, path


def test_a_failure_has_the_described_shape(description: dict[str, Any], web: httpx.Client) -> None:
    problem = web.get("/questions/who-chairs.json", params={"body": "Partnership Bord"})
    assert str(problem.status_code) in description["paths"]["/questions/who-chairs.{form}"]["get"]["responses"]
    assert set(problem.json()) >= set(description["components"]["schemas"]["Problem"]["required"])


def test_the_examples_are_turtle_that_names_this_endpoint(web: httpx.Client, site: str) -> None:
    answer = web.get("/.well-known/sparql-examples")
    assert answer.headers["content-type"].startswith("text/turtle")
    assert answer.headers["access-control-allow-origin"] == "*"
    quads = list(ox.parse(input=answer.content, format=ox.RdfFormat.TURTLE))
    targets = {quad.object.value for quad in quads if quad.predicate.value == "https://schema.org/target"}
    assert targets == {f"{site}/sparql"}


def test_each_example_answers_at_the_endpoint(web: httpx.Client) -> None:
    answer = web.get("/.well-known/sparql-examples")
    select = "http://www.w3.org/ns/shacl#select"
    queries = [
        quad.object.value
        for quad in ox.parse(input=answer.content, format=ox.RdfFormat.TURTLE)
        if quad.predicate.value == select
    ]
    assert len(queries) == len(library())
    for query in queries:
        found = web.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"})
        assert found.status_code == 200, query


def test_a_hostile_host_name_never_becomes_part_of_the_turtle(web: httpx.Client) -> None:
    for host in ("a b", "x> . <y", "a\u0022b"):
        answer = web.get("/.well-known/sparql-examples", headers={"Host": host})
        assert answer.status_code in (200, 400)
        if answer.status_code == 200:
            list(ox.parse(input=answer.content, format=ox.RdfFormat.TURTLE))
