"""The site over Virtuoso says what it says over a store of its own; over the Oxigraph server see tests/web."""

import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest
from tests.web.test_remote_site import BOARD, PAGES, SECRET, await_review, plain

from govgraph.store.endpoint import Endpoint

FORMS = (
    f"/id/{BOARD}",
    f"/data/{BOARD}.ttl",
    "/questions/who-chairs?body=Partnership+Board",
    "/questions/who-chairs.json?body=Partnership+Board",
    "/questions/circles?body=Harrow+Strategic+Partnership",
    "/questions/distance.csv?body=Delivery+groups",
    "/questions/changes-between-revisions?body=Partnership+Board",
    "/sparql?query=CONSTRUCT+WHERE+%7B+%3Fs+a+gov%3APartnershipBoard+%7D",
    "/sparql?query=SELECT+%3Fend+%7B+%3Fs+a+gov%3ADeliveryGroup+%3B+gov%3AanswersTo%2B+%3Fend+%7D+ORDER+BY+%3Fend",
)


@pytest.fixture(scope="module")
def away(virtuoso_endpoint: Endpoint, serve: Callable[..., str]) -> Iterator[httpx.Client]:
    """Asks the site over Virtuoso."""
    with httpx.Client(base_url=serve(virtuoso_endpoint), timeout=60) as client:
        yield client


def said(answer: httpx.Response) -> str:
    """What an answer says, but for how Virtuoso's part in it was come by; statements in any order."""
    if answer.headers.get("content-type", "").startswith("text/turtle"):
        triples = ox.parse(input=answer.content, format=ox.RdfFormat.TURTLE, base_iri="http://site/")
        text = re.sub(r"127\.0\.0\.1:\d+", "site", "\n".join(sorted(map(str, triples))))
        return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+]00:00", "a time", text)
    text = re.sub(r"<li>answered here over [^<]*</li>", "", plain(answer))
    return text.replace('<ul class="notes"></ul>', "").replace("\n\n", "\n").strip()


@pytest.mark.parametrize("address", [*PAGES, *FORMS])
def test_a_page_says_what_it_says_over_a_store_of_its_own(away: httpx.Client, web: httpx.Client, address: str) -> None:
    here, there = web.get(address), away.get(address)
    kinds = [answer.headers.get("content-type") for answer in (here, there)]
    assert (there.status_code, kinds[1]) == (here.status_code, kinds[0]), there.text
    assert there.status_code in (200, 303)
    assert said(there) == said(here)


@pytest.mark.parametrize(
    ("query", "more"),
    [
        (f"SELECT ?o {{ GRAPH ?g {{ ?s <{SECRET}> ?o }} }}", {}),
        (f"SELECT ?o FROM <{SECRET}> {{ ?s ?p ?o }}", {}),
        ("SELECT ?o { ?s ?p ?o }", {"default-graph-uri": SECRET}),
    ],
)
def test_what_virtuoso_holds_beside_the_generation_is_not_shown(
    away: httpx.Client, virtuoso_endpoint: Endpoint, query: str, more: dict[str, str]
) -> None:
    virtuoso_endpoint.put_graph(SECRET, f'<{SECRET}> <{SECRET}> "a secret" .\n'.encode())
    try:
        answer = away.get("/sparql", params={"query": query, **more})
    finally:
        virtuoso_endpoint.delete_graph(SECRET)
    assert answer.status_code == 200, answer.text
    assert answer.json()["results"]["bindings"] == []


def test_the_dump_holds_the_same_statements(away: httpx.Client, web: httpx.Client) -> None:
    whole = [gzip.decompress(client.get("/dumps/1/govgraph.nq.gz").content) for client in (web, away)]
    assert sorted(whole[0].splitlines()) == sorted(whole[1].splitlines())


def test_a_review_is_made_when_somebody_asks_and_finishes(
    virtuoso_endpoint: Endpoint, serve: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))  # the other site's pages go on without findings
    with httpx.Client(base_url=serve(virtuoso_endpoint), timeout=60) as alone:
        await_review(alone)
