"""No request that the description of the service allows, or nearly allows, is answered with a 5xx (THREAT_MODEL: T10).

GOVGRAPH_FUZZ sets the number of requests; the long form is 10,000.
"""

import os
import re
import warnings
from collections.abc import Callable
from typing import Any

import httpx
import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.core.result import Ok
from tests.security.places import Site

REQUESTS = int(os.environ.get("GOVGRAPH_FUZZ", "800"))
ALLOWED_5XX = {504}
"""A fuzzed query may well take longer than it may; that it was stopped is the answer."""

PATHS = [
    "/", "/search?q={}", "/page/{}", "/id/{}", "/def/{}", "/data/{}.ttl", "/data/{}", "/chart/{}", "/questions/{}",
    "/questions/who-chairs?body={}", "/questions/who-chairs.json?body={}", "/decide?kind={}", "/decide.json?amount={}",
    "/sparql?query={}", "/sparql?query=ASK%7B%7D&default-graph-uri={}", "/sparql?query=ASK%7B%7D&format={}",
    "/sparql?query=ASK%7B%7D&generation={}", "/graphs?graph={}", "/dumps/{}", "/assets/{}",
    "/diff?from={}&to={}", "/{}",
]  # fmt: skip
ODD = [
    "", "%00", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "..%5c..%5c", "//example.org", "/%5cexample.org", "%ff%fe", "%c0%ae",
    "%e2%80%ae", "%0d%0aX-Forged:%201", "%27%22%3E%3Cscript%3E", "a" * 7_000, "%F0%9F%92%A9", "{{7*7}}", "%25s%25n",
    "javascript:alert(1)", "urn:x:y", "https://w3id.org/govgraph/id/harrow/body/partnership-board", "-1",
    "1e309", "NaN",
]  # fmt: skip


@schemathesis.serializer(
    "application/sparql-query", "application/sparql-update", "text/turtle", "application/ld+json",
    "application/n-triples", "application/rdf+xml", "application/trig", "application/n-quads",
)  # fmt: skip
def as_it_is(_: object, value: object) -> bytes:
    """A body in one of the forms of RDF, which the fuzzing library does not know."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "surrogatepass")


@pytest.fixture(scope="module")
def fuzzed(start_site: Callable[..., Site]) -> Site:
    return start_site(query_seconds=1.0, client_waiting=100)


def test_the_description_of_the_service_can_be_played_back_at_it(fuzzed: Site) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the fuzzing library says of itself
        schema = schemathesis.openapi.from_url(fuzzed.address + "/openapi.json")
        operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
        assert len(operations) > 50
        failed: list[str] = []
        sent = 0

        for operation in operations:

            @settings(
                max_examples=max(1, REQUESTS // len(operations)),
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
                phases=[hypothesis.Phase.generate],
            )
            @given(case=operation.as_strategy())
            def play(case: Case[Any]) -> None:
                nonlocal sent
                answer = case.call(timeout=30)
                sent += 1
                if answer.status_code >= 500 and answer.status_code not in ALLOWED_5XX:
                    failed.append(f"{answer.status_code} {case.as_curl_command()[:300]}")

            play()
    assert not failed, failed[:5]
    assert sent >= min(REQUESTS, len(operations)) * 0.8
    assert fuzzed.process.poll() is None


@pytest.mark.parametrize("path", PATHS)
def test_an_odd_address_is_answered_and_leads_nowhere_else(fuzzed: Site, path: str) -> None:
    with fuzzed.client() as client:
        for odd in ODD:
            for accept in ("text/html", "text/turtle", "*/*;q=0.1, \x00nonsense", "a/b;q=9,,;"):
                try:
                    answer = client.request("GET", path.replace("{}", odd), headers=[(b"Accept", accept.encode())])
                except (httpx.InvalidURL, httpx.LocalProtocolError):
                    continue  # our own client refuses to send it
                assert answer.status_code < 500 or answer.status_code in ALLOWED_5XX, (path, odd, answer.text[:200])
                assert "X-Forged" not in answer.headers
                where = answer.headers.get("location", "/")
                assert re.match(r"/(?![/\\])", where) or where.startswith(fuzzed.address + "/"), where


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "QUERY", "TRACE", "FOO"])
def test_an_odd_method_changes_nothing_and_breaks_nothing(fuzzed: Site, method: str) -> None:
    text = b"DROP ALL"
    with fuzzed.client() as client:
        before = client.get("/healthz").json()["generation"]
        for path in PATHS:
            for kind in ("application/sparql-update", "application/x-www-form-urlencoded", "text/turtle", "a/b"):
                answer = client.request(method, path.replace("{}", "x"), content=text, headers={"Content-Type": kind})
                assert answer.status_code < 500 or answer.status_code == 501, (method, path, kind)
        assert client.get("/healthz").json()["generation"] == before
        count = client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}).json()
    assert int(count["results"]["bindings"][0]["n"]["value"]) > 10_000
