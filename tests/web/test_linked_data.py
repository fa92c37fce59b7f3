"""Every IRI leads somewhere: a page for people, data for programs."""

import httpx
import pyoxigraph as ox
import pytest

BOARD = "harrow/body/partnership-board"
OLD = "harrow/body/community-cohesion-management-group"
ID = "https://w3id.org/govgraph/id/"
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
FORMATS = {"ttl": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD, "nt": ox.RdfFormat.N_TRIPLES}


def statements(answer: httpx.Response, ending: str) -> set[tuple[str, str, str]]:
    quads = ox.parse(input=answer.content, format=FORMATS[ending])
    return {(q.subject.value, q.predicate.value, q.object.value) for q in quads}


@pytest.mark.parametrize(
    ("accept", "place"),
    [
        ("text/html,*/*;q=0.8", f"/page/{BOARD}"),
        ("text/turtle", f"/data/{BOARD}.ttl"),
        ("application/ld+json", f"/data/{BOARD}.jsonld"),
        ("application/n-triples", f"/data/{BOARD}.nt"),
        ("*/*", f"/data/{BOARD}.ttl"),
    ],
)
def test_an_iri_leads_to_what_the_client_wants(web: httpx.Client, accept: str, place: str) -> None:
    answer = web.get(f"/id/{BOARD}", headers={"Accept": accept})
    assert answer.status_code == 303
    assert answer.headers["location"] == place
    assert answer.headers["vary"] == "Accept"
    assert web.get(place).status_code == 200


def test_a_term_of_the_vocabulary_leads_to_its_page_and_data(web: httpx.Client) -> None:
    answer = web.get("/def/mode/accountability", headers={"Accept": "text/html"})
    assert answer.headers["location"] == "/page/def/mode/accountability"
    assert "answers to" in web.get("/page/def/mode/accountability").text
    data = web.get("/def/mode/accountability", headers={"Accept": "text/turtle"}, follow_redirects=True)
    assert "accountability" in data.text


def test_an_unknown_thing_is_not_found_and_names_that_are_close_are_offered(web: httpx.Client) -> None:
    for place in ("/id/harrow/body/partnership-bord", "/data/harrow/body/partnership-bord.ttl"):
        answer = web.get(place)
        assert answer.status_code == 404
        assert "Partnership Board" in answer.json()["suggestions"]


@pytest.mark.parametrize(
    "path", ["harrow/body/%00", "harrow/body/a%20b%3C", "%E2%82%AC", "a" * 5000, "../../etc/passwd"]
)
def test_an_odd_path_is_not_found(web: httpx.Client, path: str) -> None:
    assert web.get(f"/id/{path}").status_code == 404
    assert web.get(f"/page/{path}", headers={"Accept": "text/html"}).status_code == 404


def test_a_form_that_is_not_offered_gets_the_list(web: httpx.Client) -> None:
    answer = web.get(f"/id/{BOARD}", headers={"Accept": "image/png"})
    assert answer.status_code == 406
    assert "text/turtle" in answer.json()["detail"]
    assert web.get(f"/data/{BOARD}.pdf").status_code == 404


def test_the_data_of_a_thing_say_the_same_in_every_form(web: httpx.Client) -> None:
    found = [statements(web.get(f"/data/{BOARD}.{ending}"), ending) for ending in FORMATS]
    assert found[0] == found[1] == found[2]
    board = ID + BOARD
    assert (board, LABEL, "Partnership Board") in found[0]
    assert any(value == board for _, _, value in found[0]), "statements that point to it"
    mentioned = {value for subject, _, value in found[0] if subject == board and value.startswith(ID)}
    assert mentioned <= {subject for subject, predicate, _ in found[0] if predicate == LABEL}


def test_data_carry_their_generation_and_tag(web: httpx.Client) -> None:
    answer = web.get(f"/data/{BOARD}.ttl")
    assert answer.headers["govgraph-generation"]
    assert answer.headers["access-control-allow-origin"] == "*"
    again = web.get(f"/data/{BOARD}.ttl", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_a_thing_of_an_earlier_revision_gives_the_facts_of_that_revision_only(web: httpx.Client) -> None:
    assert web.get(f"/id/{OLD}").status_code == 303
    found = statements(web.get(f"/data/{OLD}.nt"), "nt")
    assert (ID + OLD, LABEL, "Community Cohesion Management Group") in found
    page = web.get(f"/page/{OLD}").text
    assert "only in an earlier revision" in page


def test_what_stands_in_both_revisions_is_told_by_the_current_one(web: httpx.Client) -> None:
    found = statements(web.get("/data/harrow/body/delivery-groups.nt"), "nt")
    values = {value for subject, _, value in found if subject == ID + "harrow/body/delivery-groups"}
    assert not any("taken to be in both revisions" in value for value in values)
