"""The site describes itself to programs: every question as an operation, and as an example query."""

from typing import Any

import httpx
import pyoxigraph as ox
import pytest
from openapi_spec_validator import validate

from govgraph.questions.library import library


@pytest.fixture(scope="module")
def description(web: httpx.Client) -> dict[str, Any]:
    answer = web.get("/openapi.json")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


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
            (path, each["get"]) for path, each in description["paths"].items() if each["get"]["operationId"] == question
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
