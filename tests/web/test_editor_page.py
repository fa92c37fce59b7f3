"""The page of /sparql: readable without scripts, strict with them, and helpful about what is wrong or missing."""

import html
import json
import re
from urllib.parse import urlencode

import httpx
import pytest

from govgraph.questions.library import library
from govgraph.web import render
from govgraph.web.remarks import remarks

BROWSER = {"Accept": "text/html"}


def ask(web: httpx.Client, query: str, **more: str) -> httpx.Response:
    return web.get("/sparql", params={"query": query, **more}, headers=BROWSER)


def links(page: httpx.Response) -> dict[str, str]:
    """Addresses on a page by their words."""
    found = re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)</a>', page.text)
    return {html.unescape(words): html.unescape(address) for address, words in found}


def places(page: httpx.Response) -> list[dict[str, object]]:
    found = re.search(r'data-places="([^"]*)"', page.text)
    assert found
    return json.loads(html.unescape(found[1]))  # type: ignore[no-any-return]


def test_the_page_runs_its_own_script_and_nothing_else(web: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "scripted", lambda name: f"/assets/{name}?v=1")
    page = web.get("/sparql?bundled", headers=BROWSER)  # an address that is not kept in memory yet
    assert '<script src="/assets/editor.js?v=1" defer></script>' in page.text
    [policy] = page.headers.get_list("content-security-policy")
    assert "script-src 'self'; connect-src 'self'" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "script-src" not in web.get("/def/terms.json").headers["content-security-policy"]


def test_without_the_bundle_the_page_is_a_form_with_a_text_area(
    web: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "scripted", lambda name: "")
    page = web.get("/sparql?unbundled", headers=BROWSER)  # an address that is not kept in memory yet
    assert "<script src" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert '<textarea id="query" name="query"' in page.text
    assert 'data-does="prefixes" hidden' in page.text


def test_an_error_is_shown_at_its_place_with_what_was_meant(web: httpx.Client) -> None:
    query = "SELECT *\nWHERE { ?line gvo:mode ?mode ; gvo:strength ?s }"
    page = ask(web, query)
    assert page.status_code == 400
    assert "line 2, column 15" in page.text
    [place] = places(page)
    assert (place["line"], place["column"], place["length"], place["severity"]) == (2, 15, 4, "error")
    assert place["instead"] == ["gov:"]
    mended = web.get(links(page)["Ask with gov: instead"], headers=BROWSER)
    assert mended.status_code == 200
    assert "gvo" not in mended.text


@pytest.mark.parametrize("query", ["", "SELECT", "SELECT * {", "\n\n}", "SELECT * { ?s ?p 'ä€😀' ?o ?x }", "\u2028}"])
def test_any_text_that_cannot_be_read_gets_a_page_with_the_text(web: httpx.Client, query: str) -> None:
    page = ask(web, query)
    assert page.status_code == 400
    assert all(int(str(each["line"])) >= 1 <= int(str(each["column"])) for each in places(page))
    assert html.escape(query, quote=False).strip() in page.text.replace("&#39;", "'")


def test_a_term_that_is_not_there_is_named_with_the_one_that_was_meant(web: httpx.Client) -> None:
    page = ask(web, "SELECT * {\n  ?body gov:answersto ?to }")
    assert "Line 2, column 9: The ontology has no gov:answersto; did you mean gov:answersTo?" in page.text
    assert "Nothing in the graph matches ?body gov:answersto ?to." in page.text
    assert places(page)[0]["severity"] == "warning"
    assert "18 rows" in web.get(links(page)["Ask with gov:answersTo instead"], headers=BROWSER).text


def test_only_the_term_itself_is_replaced() -> None:
    text = "SELECT ?gov:x { ?s gov:mod ?o ; gov:mode ?m ; gov:mod-x 1 }"
    [remark] = remarks(text, notes=["the ontology has no gov:mod; did you mean gov:mode or gov:matter?"])
    mended = dict(remark.mended(text))
    assert list(mended) == ["gov:mode", "gov:matter"]
    assert mended["gov:matter"] == text.replace("gov:mod ", "gov:matter ")


def test_the_answer_says_how_whole_it_is_and_from_when(web: httpx.Client) -> None:
    query = "SELECT ?body { ?body a gov:Body }"
    whole, cut = ask(web, query), ask(web, query, cut="3")
    assert re.search(
        r"This is the whole answer, from generation \d+ of the graph, built on \d+ \w+ 20\d\d\.", whole.text
    )
    assert (whole.headers["govgraph-complete"], cut.headers["govgraph-complete"]) == ("true", "false")
    assert "There is more:" in cut.text
    assert '<h2 id="answer">3 rows</h2>' in cut.text
    assert links(whole)["id:harrow/body/partnership-board"] == "/page/harrow/body/partnership-board"


def test_every_form_of_the_answer_is_one_click_away(web: httpx.Client) -> None:
    rows, graph = ask(web, "SELECT * { ?s gov:answersTo ?o }"), ask(web, "CONSTRUCT WHERE { ?s gov:answersTo ?o }")
    for page, forms in ((rows, ("JSON", "CSV", "TSV", "XML")), (graph, ("Turtle", "JSON-LD", "N-Triples", "RDF/XML"))):
        for form in forms:
            answer = web.get(links(page)[form])
            assert answer.status_code == 200
            assert answer.headers["govgraph-rows"] == "18"
    assert web.get(links(rows)["Link to this query"], headers=BROWSER).text == rows.text


def test_a_question_of_yes_or_no_is_answered_so(web: httpx.Client) -> None:
    assert '<h2 id="answer">Yes</h2>' in ask(web, "ASK { ?s gov:answersTo ?o }").text
    assert '<h2 id="answer">No</h2>' in ask(web, "ASK { ?s gov:answersTo ?s }").text


def test_an_explanation_is_a_page_for_browsers_and_json_for_programs(web: httpx.Client) -> None:
    page = ask(web, "SELECT * { ?line gov:mode ?mode ; a gov:Body }")
    shown = web.get(links(page)["What each pattern finds"], headers=BROWSER)
    assert "After ?line a gov:Body nothing is left" in shown.text
    assert web.get(links(shown)["JSON"]).json()["emptied by"] == "?line a gov:Body"
    assert ask(web, "ASK {}", explain="").status_code == 400


def test_the_dataset_and_the_generation_of_a_query_are_kept_when_it_is_asked_again(web: httpx.Client) -> None:
    graph = "https://w3id.org/govgraph/graph/ontology"
    more = {"default-graph-uri": graph, "generation": "1"}
    page = ask(web, "SELECT * { ?s a owl:Class }", **more)
    for name, value in more.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page.text
        assert urlencode({name: value}) in links(page)["CSV"]


def test_every_saved_question_can_be_put_into_the_editor(web: httpx.Client) -> None:
    found = {address for address in links(web.get("/sparql", headers=BROWSER)).values() if "?example=" in address}
    assert found == {f"/sparql?example={name}" for name in library()}
    page = web.get("/sparql?example=who-chairs", headers=BROWSER)
    assert "# Who chairs this body" in page.text
    assert "#+" not in page.text
    assert 'id="answer"' not in page.text, "it is not run yet"
    assert web.get("/sparql?example=../x", headers=BROWSER).status_code == 200


def test_a_query_stays_text_on_its_page(web: httpx.Client) -> None:
    for query in ('</textarea><script>alert(1)</script>"', "SELECT * { ?s <\"'><b> ?o }", "SELECT * { ?s x\"'>:y 1 }"):
        page = ask(web, query)
        assert "<script>alert" not in page.text
        assert "<b>" not in page.text
        places(page)


def test_the_terms_are_there_for_completion_and_kept_by_browsers(web: httpx.Client) -> None:
    answer = web.get("/def/terms.json")
    told = answer.json()
    terms = {each["name"]: each for each in told["terms"]}
    assert len(terms) == len(told["terms"]) == int(answer.headers["govgraph-rows"])
    assert terms["gov:answersTo"]["kind"] == "property"
    assert terms["gov:answersTo"]["label"] == "answers to"
    assert terms["gov:answersTo"]["definition"]
    assert terms["org:role"]["uses"] > 10
    assert terms["gov:Body"]["kind"] == "class"
    assert told["prefixes"]["gov"] == "https://w3id.org/govgraph/def/"
    again = web.get("/def/terms.json", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert len(answer.content) < 150_000


def test_every_term_can_stand_in_a_query_as_it_is_offered(web: httpx.Client) -> None:
    told = web.get("/def/terms.json").json()["terms"]
    named = " ".join(each.get("insert", each["name"]) for each in told)
    answer = web.post(
        "/sparql", data={"query": f"SELECT (COUNT(*) AS ?n) {{ VALUES ?term {{ {named} }} }}", "format": "csv"}
    )
    assert answer.text.split() == ["n", str(len(told))]
