"""The home page, chosen charts, the register of councils, the terms, and what the site says about the data."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from govgraph.graph import Graph
from govgraph.knowledge.build import build
from govgraph.store.generations import Generations

BROWSER = {"Accept": "text/html"}


def text_of(answer: httpx.Response) -> str:
    """What a page says, without its marks."""
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.text))


def test_the_home_page_answers_the_flagship_question_and_says_what_is_in_the_graph(web: httpx.Client) -> None:
    told = text_of(web.get("/", headers=BROWSER))
    for said in (
        "Delivery groups: accountable in the end to Harrow Council, Local community and Member bodies",
        "22.69", "explicit", "inferred", "15 February 2024", "not dated", "earlier revision",
        "councils of the UK register",
    ):  # fmt: skip
        assert said in told, said


@pytest.mark.parametrize(
    ("words", "pattern"),
    [
        ("bodies", "?thing a gov:Body FILTER NOT EXISTS { ?thing gov:councilType ?kind }"),
        ("councils of the UK register", "?thing gov:councilType ?kind"),
        (
            "lines of accountability",
            "?thing a gov:AccountabilityLine FILTER NOT EXISTS { ?thing prov:wasDerivedFrom ?other }",
        ),
        ("rules", "?thing a ?rule FILTER(?rule IN (gov:Rule, gov:DecisionRule))"),
    ],
)
def test_the_numbers_of_the_home_page_are_those_of_the_graph(
    web: httpx.Client, graph: Graph, words: str, pattern: str
) -> None:
    [number] = re.findall(rf"<dt>{words}</dt><dd>([0-9,]+)</dd>", web.get("/", headers=BROWSER).text)
    [row] = graph.select(f"SELECT (COUNT(DISTINCT ?thing) AS ?count) WHERE {{ {pattern} }}").rows
    assert int(number.replace(",", "")) == row["count"] > 0


def test_every_page_marks_where_the_visitor_is(web: httpx.Client) -> None:
    for place, words in (("/chart", "Who answers to whom"), ("/councils", "Councils"), ("/about", "Data")):
        page = web.get(place, headers=BROWSER).text
        assert f'<a href="{place}" aria-current="page">{words}</a>' in page
    for place, words in (("/def/", "Data"), ("/chart/harrow/body/delivery-groups", "Who answers to whom")):
        assert re.search(rf'aria-current="true">{words}</a>', web.get(place, headers=BROWSER).text)


def test_a_search_for_words_finds_what_is_said_of_a_thing(web: httpx.Client) -> None:
    page = web.get("/search", params={"q": "social care"}, headers=BROWSER).text
    _, _, told = page.partition("In what is said of a thing")
    assert "Education and Social Services for Children and Young People" in told
    assert "in social care of the young" in told
    assert '<span class="kind">portfolio</span>' in told
    assert '<span class="kind">clause (earlier revision only)</span>' in told


def test_what_a_search_finds_by_name_is_not_listed_again_by_what_is_said_of_it(web: httpx.Client) -> None:
    page = web.get("/search", params={"q": "theme"}, headers=BROWSER).text
    named, _, told = page.partition("In what is said of a thing")
    places = [re.findall(r'<li><a href="([^"]+)"', part) for part in (named, told)]
    assert all(places)
    assert not set(places[0]) & set(places[1])


def test_over_a_generation_of_an_earlier_version_a_search_finds_names(
    serve: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr("govgraph.store.names.finish_told", lambda db: None)
        build(Generations(tmp_path / "store"))
    with httpx.Client(base_url=serve(tmp_path / "store"), timeout=30, headers=BROWSER) as client:
        answer = client.get("/search", params={"q": "social care"})
        assert answer.status_code == 200
        assert "Adults and Social Care" in answer.text
        assert "In what is said of a thing" not in answer.text


def test_a_chart_shows_the_chosen_ways_of_answering_only(web: httpx.Client) -> None:
    plain, chosen = web.get("/chart.json").json(), web.get("/chart.json?mode=scrutiny&mode=advice").json()
    assert {row["mode"] for row in plain["rows"]} == {"accountability", "acting for", "reporting"}
    assert {row["mode"] for row in chosen["rows"]} == {"scrutiny", "advice"}
    rows = list(csv.DictReader(io.StringIO(web.get("/chart.csv?mode=scrutiny&mode=advice").text)))
    assert len(rows) == len(chosen["rows"])
    page = web.get("/chart?mode=scrutiny", headers=BROWSER).text
    assert 'value="scrutiny" checked' in page
    assert 'value="accountability" checked' not in page
    assert 'href="/chart.svg?mode=scrutiny"' in page
    assert "scrutiny, explicit" in web.get("/chart.svg?mode=scrutiny").text


def test_a_chosen_chart_of_one_body_holds_what_is_above_it(web: httpx.Client) -> None:
    place = "/chart/harrow/body/delivery-groups"
    rows = web.get(f"{place}.json").json()["rows"]
    reached = {"https://w3id.org/govgraph/id/harrow/body/delivery-groups"}
    for row in rows:
        assert row["from"] in reached
        reached.add(row["to"])
    told = text_of(web.get(f"{place}?mode=scrutiny", headers=BROWSER))
    assert "accountable in the end" not in told


def test_a_chart_as_of_a_day_says_what_is_undated(web: httpx.Client) -> None:
    told = text_of(web.get("/chart/harrow/body/delivery-groups?as_of=2024-02-15", headers=BROWSER))
    assert "As of 15 February 2024" in told
    assert "undated" in told
    assert "accountable in the end to" in told


def test_a_line_is_in_the_chart_of_the_days_on_which_it_stood(serve: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "data" / "t").mkdir(parents=True)
    (tmp_path / "data" / "catalog.ttl").write_text(CATALOG)
    (tmp_path / "data" / "t" / "all.ttl").write_text(ONE_BODY)
    build(Generations(tmp_path / "store"), tmp_path / "data")
    with httpx.Client(base_url=serve(tmp_path / "store"), timeout=30) as client:
        held = {day: len(client.get(f"/chart.json?as_of={day}").json()["rows"]) for day in DAYS}
        assert held == DAYS
        for place in ("/", "/chart", "/councils", "/councils/changes", "/about", "/def/", "/review", "/documents"):
            assert client.get(place, headers=BROWSER).status_code == 200, place
        assert "holds no register of councils" in client.get("/councils", headers=BROWSER).text


DAYS = {"2020-03-31": 0, "2020-04-01": 1, "2021-03-31": 1, "2021-04-01": 0}
CATALOG = """
@prefix gov: <https://w3id.org/govgraph/def/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
<https://w3id.org/govgraph/graph/catalog> a dcat:Catalog .
<https://w3id.org/govgraph/graph/t> a dcat:Dataset ; gov:revisionStatus gov:Current ; gov:dataFolder "t" .
"""
ONE_BODY = """
@prefix gov: <https://w3id.org/govgraph/def/> .
@prefix mode: <https://w3id.org/govgraph/def/mode/> .
@prefix eli: <http://data.europa.eu/eli/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix t: <https://w3id.org/govgraph/id/t/body/> .
t:a a gov:Body ; skos:prefLabel "The only body"@en ; gov:basis t:c .
t:o a gov:Organisation ; skos:prefLabel "The town"@en ; gov:basis t:c .
t:c a gov:Clause ; skos:prefLabel "Rules 1"@en ; eli:number "1" .
t:l a gov:AccountabilityLine ; skos:prefLabel "line"@en ; gov:accountableParty t:a ; gov:accountableTo t:o ;
    gov:mode mode:accountability ; gov:strength gov:Explicit ; gov:basis t:c ;
    gov:validFrom "2020-04-01"^^xsd:date ; gov:validUntil "2021-04-01"^^xsd:date .
"""


def test_a_chart_of_one_document_shows_what_that_alone_states(web: httpx.Client) -> None:
    told = web.get("/chart.json?version=handbook-current").json()
    assert told["version"] == "handbook-current"
    assert 0 < len(told["rows"]) < len(web.get("/chart.json").json()["rows"])
    earlier = web.get("/chart.json?version=handbook-earlier&mode=direction&mode=monitoring&mode=advice").json()
    assert "earlier revision" in " ".join(earlier["notes"])


@pytest.mark.parametrize("asked", ["mode=love", "version=none", "as_of=yesterday", "as_of=2024-02-30"])
def test_a_chart_of_what_there_is_not_says_what_there_is(web: httpx.Client, asked: str) -> None:
    page = web.get(f"/chart?{asked}", headers=BROWSER)
    assert page.status_code == 400
    assert 'role="alert"' in page.text
    assert "<svg" in page.text, "the usual chart is shown"
    assert web.get(f"/chart.json?{asked}").status_code == 400


def test_the_register_is_filtered_by_name_nation_type_and_standing(web: httpx.Client) -> None:
    everything = web.get("/councils.json").json()["rows"]
    assert len(everything) > 400
    found = web.get("/councils.json", params={"nation": "Wales", "standing": "current"}).json()["rows"]
    assert len(found) == 22
    assert {row["type"] for row in found} == {"Welsh unitary authority"}
    page = web.get("/councils", params={"name": "aylesbury"}, headers=BROWSER)
    told = text_of(page)
    assert "1 council" in told
    assert "then Buckinghamshire Council on 1 April 2020" in told
    rows = list(csv.DictReader(io.StringIO(web.get("/councils.csv?name=aylesbury").text)))
    assert rows[0]["standing"] == "past"
    assert "no register" not in told


def test_the_pages_of_the_register_hold_every_council_once(web: httpx.Client) -> None:
    expected = len(web.get("/councils.json").json()["rows"])
    seen: list[str] = []
    for number in range(1, 20):
        page = web.get(f"/councils?page={number}", headers=BROWSER).text
        body = page.partition('aria-label="Councils"')[2].partition("<tbody>")[2].partition("</tbody>")[0]
        seen += re.findall(r'<tr><td[^>]*><a href="(/page/uk/council/[^"]+)"', body)
        if f"page={number + 1}" not in page:
            break
    assert len(seen) == len(set(seen)) == expected
    assert web.get("/councils?page=x", headers=BROWSER).status_code == 200


def test_reorganisations_are_told_by_day(web: httpx.Client) -> None:
    told = text_of(web.get("/councils/changes", headers=BROWSER))
    assert re.search(r"1 April 2020 .*Buckinghamshire Council in place of Aylesbury Vale District Council", told)


def test_every_term_is_listed_with_what_it_means_and_how_often_it_is_used(web: httpx.Client) -> None:
    pages = [web.get(place, headers=BROWSER).text for place in ("/def/", "/def/?part=codes")]
    listed = set(re.findall(r"<dt id=[^>]*><a href=\"([^\"]+)\"", "".join(pages)))
    query = f"""SELECT DISTINCT ?term WHERE {{ GRAPH <https://w3id.org/govgraph/graph/ontology> {{
        ?term skos:prefLabel ?label ; a ?kind }}
        FILTER(?kind IN (owl:Class, owl:ObjectProperty, owl:DatatypeProperty, skos:ConceptScheme, skos:Concept))
        FILTER(STRSTARTS(STR(?term), "{"https://w3id.org/govgraph/def/"}")) }}"""
    known = web.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"}).text.split()[1:]
    assert {"/page/def/" + term.removeprefix("https://w3id.org/govgraph/def/") for term in known} == listed
    assert "Stands on" in pages[0]
    assert re.search(r"Used 1\d\d times, as for", pages[0])


def test_the_data_page_says_licence_strengths_and_how_to_cite(web: httpx.Client) -> None:
    page = web.get("/about", headers=BROWSER)
    told = text_of(page)
    for said in ("CC BY 4.0", "inferred", "not dated", "15 February 2024", "What is not in here", "generation 1"):
        assert said in told, said
    sets = [json.loads(text) for text in re.findall(r'ld\+json">([^<]*)<', page.text)]
    assert {each["@type"] for each in sets} == {"Dataset", "WebPage"}
