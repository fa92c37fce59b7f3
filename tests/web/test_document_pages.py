"""Documents on the site: each clause beside what was drawn from it, cited, struck and found."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from govgraph.knowledge.build import build
from govgraph.review.findings import Finding, Place, Report
from govgraph.store.generations import Generations

BROWSER = {"Accept": "text/html"}
HANDBOOK = "/documents/handbook-current"
CLAUSE = "https://w3id.org/govgraph/id/harrow/clause/handbook-22-26"
VERSION = "https://w3id.org/govgraph/id/harrow/version/handbook-current"
CATALOG = """
@prefix gov: <https://w3id.org/govgraph/def/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
<https://w3id.org/govgraph/graph/catalog> a dcat:Catalog ; dct:license <https://creativecommons.org/licenses/by/4.0/> .
<https://w3id.org/govgraph/graph/one> a dcat:Dataset ; gov:revisionStatus gov:Current ; gov:dataFolder "one" .
"""
ONE_BODY = """
@prefix gov: <https://w3id.org/govgraph/def/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/govgraph/id/t/body/a> a gov:Body ; skos:prefLabel "A"@en .
"""


@pytest.fixture(scope="module")
def bare(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A site over one body, without documents and without a review."""
    folder = tmp_path_factory.mktemp("bare")
    (folder / "data" / "one").mkdir(parents=True)
    (folder / "data" / "catalog.ttl").write_text(CATALOG)
    (folder / "data" / "one" / "all.ttl").write_text(ONE_BODY)
    build(Generations(folder / "store"), folder / "data")
    with httpx.Client(base_url=serve(folder / "store"), timeout=30, headers=BROWSER) as client:
        yield client


@pytest.fixture(scope="module")
def reviewed(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A site over the packaged graph, with a report of one violation and nine remarks about a clause."""
    folder = tmp_path_factory.mktemp("reviewed") / "store"
    generation = build(Generations(folder)).generation
    place = Place("22.26", CLAUSE, "Handbook 22.26")
    found = [
        Finding("violation", "T-1", "leads somewhere", CLAUSE, "it cites 23.9", "Name the place that is meant.",
                places=(place,), id="a1"),
        *(Finding("info", "T-2", "plain", CLAUSE, f"thing {n}", "Ask.", places=(place,), id=f"b{n}") for n in range(9)),
        Finding("info", "T-3", "dated", VERSION, "the text", "Ask for the date.", id="c1"),
    ]  # fmt: skip
    (generation.folder / "report.json").write_text(Report(found, 3).to_json(), encoding="utf-8")
    with httpx.Client(base_url=serve(folder), timeout=60, headers=BROWSER) as client:
        yield client


def article(page: str, name: str) -> str:
    """The part of a page that is about one clause."""
    found = re.search(rf'<article class="clause" id="{name}".*?</article>', page, re.DOTALL)
    assert found, name
    return found[0]


def page_with(web: httpx.Client, number: str, document: str = HANDBOOK) -> str:
    """The page of a document that a reader is led to for a clause."""
    answer = web.get(document, params={"clause": number}, headers=BROWSER)
    assert answer.status_code == 303
    return web.get(answer.headers["location"].partition("#")[0], headers=BROWSER).text


def test_the_list_says_whose_each_document_is_of_which_day_and_what_was_made_of_it(web: httpx.Client) -> None:
    page = web.get("/documents", headers=BROWSER).text
    for said in (
        "Harrow Strategic Partnership Governance Handbook", "Harrow Council", "not dated", "15 February 2024",
        "superseded", "Facts drawn", "Findings", "What changed since the earlier revision",
    ):  # fmt: skip
        assert said in page, said
    told = {each["page"]: each for each in web.get("/documents.json").json()["documents"]}
    assert told[HANDBOOK]["clauses"] == 328
    assert told[HANDBOOK]["facts"] > 500
    assert told["/documents/corporate-plan-report-2024"]["date"] == "15 February 2024"
    assert told[HANDBOOK]["date"] is None


def test_every_page_of_every_document_is_light_and_together_they_hold_every_clause_once(web: httpx.Client) -> None:
    for told in web.get("/documents.json").json()["documents"]:
        own = [each["number"] for each in web.get(told["page"] + ".json").json()["clauses"]]
        assert len(own) == told["clauses"]
        seen: list[str] = []
        for number in range(1, 30):
            answer = web.get(told["page"], params={"page": number}, headers=BROWSER)
            assert len(answer.content) < 150_000, (told["page"], number)
            names = re.findall(r'<article class="clause" id="([^"]+)"', answer.text)
            if names[0] in seen:
                break
            seen += names
        assert len(seen) == len(set(seen)) == len(own)


def test_a_clause_stands_beside_the_facts_drawn_from_it(web: httpx.Client) -> None:
    clause = article(page_with(web, "22.62"), "c-handbook-22-62")
    assert 'href="/page/harrow/line/a18"' in clause
    assert "Accountability line" in clause
    assert "line 712" in clause.casefold()


def test_what_was_concluded_is_marked(web: httpx.Client) -> None:
    clause = article(page_with(web, "22.13"), "c-handbook-22-13")
    assert 'class="chip inferred"' in clause


def test_a_reference_that_leads_nowhere_says_so(web: httpx.Client) -> None:
    clause = article(page_with(web, "clause 22.26"), "c-handbook-22-26")
    assert "clause 23.9" in clause
    assert "leads nowhere" in clause


def test_a_clause_has_the_findings_about_it_the_remarks_after_the_others(reviewed: httpx.Client) -> None:
    page = page_with(reviewed, "22.26")
    clause = article(page, "c-handbook-22-26")
    assert "/review/finding/a1" in clause
    assert "Name the place that is meant." in clause
    assert "9 remarks" in clause
    assert clause.count("/review/finding/b") == 6
    assert "All that is about this clause" in clause
    assert "/review/finding/c1" in page.partition("<article")[0], "it is about the document as a whole"
    told = {each["page"]: each["findings"] for each in reviewed.get("/documents.json").json()["documents"]}
    assert (told.pop(HANDBOOK), set(told.values())) == (11, {0})


def test_a_clause_is_found_by_its_number_and_close_ones_are_offered(web: httpx.Client) -> None:
    answer = web.get(HANDBOOK, params={"clause": "22.26"}, headers=BROWSER)
    assert answer.headers["location"].endswith("#c-handbook-22-26")
    missing = web.get(HANDBOOK, params={"clause": "22.266"}, headers=BROWSER)
    assert missing.status_code == 404
    assert "No clause is numbered" in missing.text
    assert "clause=22.26" in missing.text


def test_the_passage_is_shown_where_the_operator_has_the_unchanged_document(
    web: httpx.Client, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "<blockquote" in article(page_with(web, "22.62"), "c-handbook-22-62")
    for name in sources.glob("*.md"):
        (tmp_path / name.name).write_text("changed " + name.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("GOVGRAPH_SOURCES", str(tmp_path))
    changed = page_with(web, "22.62")
    assert "<blockquote" not in changed
    assert "is not the text that was read" in changed


def test_without_the_documents_a_page_says_why_there_is_no_passage(
    web: httpx.Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for folder in ("", str(tmp_path)):
        monkeypatch.setenv("GOVGRAPH_SOURCES", folder)
        page = web.get(HANDBOOK, headers=BROWSER).text
        assert "The passage is shown only where the operator has the documents" in page
        assert "<blockquote" not in page


def test_the_words_of_a_document_are_not_in_its_data(web: httpx.Client, sources: Path) -> None:
    answer = web.get(HANDBOOK + ".json")
    assert "chairs the Assembly, in recognition" not in answer.text
    assert answer.headers["govgraph-rows"] == "328"
    again = web.get(HANDBOOK + ".json", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    [clause] = [each for each in answer.json()["clauses"] if each["number"] == "22.26"]
    assert {each["outcome"] for each in clause["references"]} == {"leads nowhere"}
    assert clause["facts"]


def test_a_superseded_revision_says_so_and_has_only_its_own_clauses(web: httpx.Client) -> None:
    page = web.get("/documents/handbook-earlier", headers=BROWSER).text
    assert "A later revision stands in place of this one" in page
    assert "What the later revision changed" in page
    told = web.get("/documents/handbook-earlier.json").json()
    assert all("handbook-earlier" in each["clause"] for each in told["clauses"])


def test_the_pages_of_a_clause_and_of_a_version_lead_to_its_place_in_the_document(web: httpx.Client) -> None:
    for thing, place in (
        ("clause/handbook-22-26", "/documents/handbook-current?clause="),
        ("clause/handbook-earlier-l169", "/documents/handbook-earlier?clause="),
        ("version/handbook-current", "/documents/handbook-current"),
    ):
        page = web.get(f"/page/harrow/{thing}", headers=BROWSER).text
        found = re.search(r'href="(/documents\?[^"]*)"', page)
        assert found
        answer = web.get(found[1], headers=BROWSER)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith(place)
    assert web.get("/documents?clause=x y", headers=BROWSER).status_code == 200


def test_an_unknown_document_is_answered_with_names_that_are_close(web: httpx.Client) -> None:
    answer = web.get("/documents/handbok-current", headers=BROWSER)
    assert answer.status_code == 404
    assert "handbook-current" in answer.text


@pytest.mark.parametrize("page", ["0", "-1", "999", "x", "1e3", "٣"])
def test_a_page_that_is_not_there_is_one_that_is(web: httpx.Client, page: str) -> None:
    assert web.get(HANDBOOK, params={"page": page}, headers=BROWSER).status_code == 200


def test_a_graph_without_documents_still_makes_sense(bare: httpx.Client) -> None:
    assert "There is no document in the graph yet" in bare.get("/documents").text
    assert bare.get("/documents.json").json()["documents"] == []
    page = bare.get("/compare").text
    assert "No document here has two revisions" in page
    assert "Only one generation is kept" in page
    assert bare.get("/documents/x").status_code == 404
