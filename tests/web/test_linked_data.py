"""Every IRI leads somewhere: a page for people, data for programs."""

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
import pyoxigraph as ox
import pytest

from govgraph.knowledge.build import build
from govgraph.resources import packaged
from govgraph.store.generations import Generations
from govgraph.store.names import Names

BOARD = "harrow/body/partnership-board"
OLD = "harrow/body/community-cohesion-management-group"
ID = "https://w3id.org/govgraph/id/"
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
FORMATS = {
    "ttl": ox.RdfFormat.TURTLE,
    "jsonld": ox.RdfFormat.JSON_LD,
    "nt": ox.RdfFormat.N_TRIPLES,
    "rdf": ox.RdfFormat.RDF_XML,
}


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
        ("application/trig", f"/data/{BOARD}.trig"),
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
    assert all(each == found[0] for each in found)
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


def linked(answer: httpx.Response, relation: str) -> list[str]:
    parts = answer.headers["link"].split(", <")
    return [part.lstrip("<").partition(">")[0] for part in parts if f'rel="{relation}"' in part]


def test_the_links_of_the_data_lead_to_every_other_form_and_to_the_thing(web: httpx.Client) -> None:
    answer = web.get(f"/data/{BOARD}.ttl")
    others = linked(answer, "alternate")
    assert f"/page/{BOARD}" in others
    for place in others:
        assert web.get(place).status_code == 200
    assert linked(answer, "cite-as") == [ID + BOARD]
    assert "https://w3id.org/govgraph/def/PartnershipBoard" in linked(answer, "type")
    assert web.get(linked(answer, "describedby")[0]).status_code == 200
    assert web.get(linked(answer, "canonical")[0]).status_code == 200
    assert f"/data/{BOARD}.trig" in linked(web.get(f"/id/{BOARD}"), "describedby")


def test_data_without_an_ending_are_negotiated_and_say_which_form_they_are(web: httpx.Client) -> None:
    answer = web.get(f"/data/{BOARD}", headers={"Accept": "application/ld+json"})
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.headers["content-location"] == f"/data/{BOARD}.jsonld"
    assert "Accept" in answer.headers["vary"]
    assert web.get(f"/data/{BOARD}", headers={"Accept": "image/png"}).status_code == 406
    assert web.get(f"/id/{BOARD}?_mediatype=application/n-triples").headers["location"].startswith(f"/data/{BOARD}.nt")


def test_the_data_say_of_themselves_their_licence_generation_and_origin(web: httpx.Client) -> None:
    found = statements(web.get(f"/data/{BOARD}.nt"), "nt")
    [document] = {s for s, p, o in found if p.endswith("primaryTopic") and o == ID + BOARD}
    told = {p.rpartition("/")[2].rpartition("#")[2]: o for s, p, o in found if s == document}
    assert told["license"].startswith("https://creativecommons.org/")
    assert told["version"] == web.get("/healthz").text.partition('generation":')[2].strip(" }")
    assert told["wasDerivedFrom"].startswith("https://w3id.org/govgraph/graph/")
    assert told["modified"]


def test_trig_says_which_document_version_says_what(web: httpx.Client) -> None:
    quads = list(ox.parse(input=web.get(f"/data/{BOARD}.trig").content, format=ox.RdfFormat.TRIG))
    graphs = {q.graph_name.value for q in quads if isinstance(q.graph_name, ox.NamedNode)}
    assert "https://w3id.org/govgraph/graph/harrow/handbook-current" in graphs
    assert "https://w3id.org/govgraph/graph/harrow/handbook-earlier" in graphs


def test_a_client_of_the_organization_ontology_gets_a_view_without_our_terms(web: httpx.Client) -> None:
    profile = "https://w3id.org/govgraph/profile/org"
    answer = web.get(f"/data/{BOARD}.nt", params={"_profile": "org"})
    assert profile in linked(answer, "profile")
    mine = {(p, o) for s, p, o in statements(answer, "nt") if s == ID + BOARD}
    assert any(o.startswith("http://www.w3.org/ns/org#") for p, o in mine if p.endswith("#type"))
    assert not any(p.startswith("https://w3id.org/govgraph/def/") for p, _ in mine)
    by_header = web.get(f"/data/{BOARD}.nt", headers={"Accept-Profile": f"<{profile}>"})
    assert by_header.content == answer.content
    whole = statements(web.get(f"/data/{BOARD}.nt"), "nt")
    assert any(p.startswith("https://w3id.org/govgraph/def/") for s, p, _ in whole if s == ID + BOARD)
    assert web.get(f"/data/{BOARD}.nt", params={"_profile": "nope"}).status_code == 400


def test_the_views_are_listed_and_every_one_of_them_can_be_had(web: httpx.Client) -> None:
    listed = statements(web.get(f"/data/{BOARD}.nt", params={"_profile": "alt"}), "nt")
    places = {o for s, p, o in listed if p.endswith("hasRepresentation")}
    assert len(places) == 3 * 5
    for place in places:
        assert web.get(place).status_code == 200


def test_a_copy_that_is_as_new_is_not_sent_again(web: httpx.Client) -> None:
    answer = web.get(f"/data/{BOARD}.ttl")
    modified = answer.headers["last-modified"]
    assert web.get(f"/data/{BOARD}.ttl", headers={"If-Modified-Since": modified}).status_code == 304
    old = "Mon, 01 Jan 2001 00:00:00 GMT"
    assert web.get(f"/data/{BOARD}.ttl", headers={"If-Modified-Since": old}).status_code == 200
    both = {"If-Modified-Since": modified, "If-None-Match": '"other"'}
    assert web.get(f"/data/{BOARD}.ttl", headers=both).status_code == 200
    assert web.get(f"/data/{BOARD}.ttl", headers={"If-Modified-Since": "yesterday"}).status_code == 200


@pytest.mark.parametrize("place", [f"/id/{BOARD}", f"/data/{BOARD}.ttl", "/def/", "/def/mode/accountability"])
def test_other_sites_may_read_and_nobody_may_write_here(web: httpx.Client, place: str) -> None:
    answer = web.options(place, headers={"Origin": "https://example.org"})
    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers
    refused = web.put(place, content=b"x")
    assert refused.status_code == 405
    assert "GET" in refused.headers["allow"]


@pytest.mark.parametrize("place", [f"/data/{BOARD}.ttl", "/def/", "/.well-known/void"])
def test_head_says_what_get_says_without_the_body(web: httpx.Client, place: str) -> None:
    got, head = web.get(place), web.head(place)
    assert head.content == b""
    for name in ("etag", "content-type", "content-length", "vary"):
        assert head.headers[name] == got.headers[name]


def test_the_whole_ontology_is_a_page_and_data(web: httpx.Client) -> None:
    page = web.get("/def/", headers={"Accept": "text/html"})
    assert "/page/def/PartnershipBoard" in page.text
    for accept, ending in (("text/turtle", "ttl"), ("application/ld+json", "jsonld")):
        found = statements(web.get("/def/", headers={"Accept": accept}), ending)
        assert ("https://w3id.org/govgraph/def/PartnershipBoard", LABEL, "Partnership board") in {
            (s, p, o.capitalize()) for s, p, o in found
        }


def test_names_of_graphs_and_shapes_lead_somewhere(web: httpx.Client) -> None:
    graph = web.get("/graph/harrow/handbook-current", headers={"Accept": "text/turtle"})
    assert graph.status_code == 303
    assert web.get(graph.headers["location"], headers={"Accept": "text/turtle"}).status_code == 200
    assert web.get("/graph/harrow/nope").status_code == 404
    from govgraph.web.vocabulary import _shapes

    name = next(iter(_shapes()))
    shape = web.get(name.replace("https://w3id.org/govgraph", ""), headers={"Accept": "application/n-triples"})
    assert name in {subject for subject, _, _ in statements(shape, "nt")}
    assert web.get("/shape/nope").status_code == 404


def test_what_was_removed_is_gone_and_not_unknown(serve: Callable[..., str], tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(packaged("data"), data)
    generations = Generations(tmp_path / "store")
    build(generations, data)
    for folder in ("harrow/strategy-page", "themes"):
        for path in (data / folder).glob("*.ttl"):
            path.write_text("")
    build(generations, data)
    before, after = (Names(generations.open(number).names) for number in (1, 2))
    things = [found.iri for found in before.search("strategy", limit=1000)]
    removed = next(thing for thing in things if thing.startswith(ID) and not after.label(thing))
    before.close()
    after.close()
    address = serve(tmp_path / "store")
    local = removed.removeprefix(ID)
    with httpx.Client(base_url=address, timeout=30) as client:
        for place in (f"/id/{local}", f"/data/{local}.ttl"):
            answer = client.get(place)
            assert answer.status_code == 410
            assert answer.json()["generation"] == 1
            assert f"/data/{local}.ttl?generation=1" in answer.json()["detail"]
        earlier = client.get(f"/data/{local}.ttl", params={"generation": "1"})
        assert earlier.status_code == 200
        assert earlier.headers["govgraph-generation"] == "1"
        assert client.get(f"/id/{local}x").status_code == 404
        assert client.get(f"/data/{local}.ttl", params={"generation": "7"}).status_code == 404
