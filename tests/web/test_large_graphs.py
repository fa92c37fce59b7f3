"""What pages do when a graph is too large for what they show of a small one."""

import dataclasses
import re
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from govgraph.knowledge.build import build
from govgraph.limits import LIMITS
from govgraph.review.gate import gate
from govgraph.store.generations import Generations
from govgraph.web.pages import documents, home

BROWSER = {"Accept": "text/html"}
_TITLE = r"<li>\s*<h2>(.*?)</h2>"


@pytest.fixture(scope="module")
def large(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The packaged graph with its review, where already little is much."""
    folder = tmp_path_factory.mktemp("large") / "store"
    build(Generations(folder), gate=gate)
    limits = dataclasses.replace(LIMITS, whole_statements=1000, chart_lines=20)
    with httpx.Client(base_url=serve(folder, limits), timeout=30, headers=BROWSER) as client:
        yield client


def test_a_question_waits_until_it_is_told_about_what_to_ask(large: httpx.Client) -> None:
    page = large.get("/questions/who-chairs").text
    assert 'id="answer"' not in page
    everything = re.search(r'href="([^"]+)">Ask about everything', page)
    assert everything
    assert 'id="answer"' in large.get(everything[1]).text
    assert 'id="answer"' in large.get("/questions/who-chairs?body=Partnership Board").text


def test_a_question_without_parameters_is_answered_at_once(large: httpx.Client) -> None:
    assert 'id="answer"' in large.get("/questions/stated-counts").text


def test_names_to_choose_from_are_listed_only_where_they_are_few(large: httpx.Client) -> None:
    assert "<datalist" in large.get("/questions/on-theme").text
    assert "<datalist" not in large.get("/questions/facts-of-a-clause").text


def test_a_chart_of_everybody_with_too_many_lines_is_not_drawn_and_says_so(large: httpx.Client) -> None:
    page = large.get("/chart")
    assert page.status_code == 200
    assert "more than 20 lines" in page.text
    assert "<svg" not in page.text.partition("<main")[2]
    drawing = large.get("/chart.svg", headers={"Accept": "*/*"})
    assert drawing.status_code == 413
    assert "/chart.csv" in drawing.json()["detail"]
    assert len(large.get("/chart.csv").text.splitlines()) > 20


def test_the_chart_of_one_body_is_drawn_all_the_same(large: httpx.Client) -> None:
    assert "<svg" in large.get("/chart/harrow/body/delivery-groups").text.partition("<main")[2]


def test_a_mode_that_there_is_not_is_refused_above_a_chart_that_is_too_large(large: httpx.Client) -> None:
    assert large.get("/chart?mode=x").status_code == 400


def test_documents_are_listed_some_at_a_time(web: httpx.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    titles = re.findall(_TITLE, web.get("/documents", headers=BROWSER).text)
    monkeypatch.setattr(documents, "_DOCUMENTS", 2)
    found: list[str] = []
    for number in (1, 2, 3):
        page = web.get(f"/documents?page={number}&few", headers=BROWSER).text
        found += re.findall(_TITLE, page)
        assert f"Page {number} of 3" in page
        assert ('id="cited"' in page) == (number == 3)
    assert found == titles
    assert len(found) == 5


def test_the_home_page_asks_for_a_name_where_there_are_too_many_to_choose_from(
    web: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert '<select id="home-body"' in web.get("/").text
    monkeypatch.setattr(home, "_CHOICE", 3)
    assert '<input id="home-body"' in web.get("/?many").text


def test_the_terms_are_there_before_they_are_counted_and_none_is_called_unused(
    serve: Callable[..., str], store_folder: Path, tmp_path: Path
) -> None:
    folder = shutil.copytree(store_folder, tmp_path / "store", ignore=shutil.ignore_patterns("dumps"))
    with httpx.Client(base_url=serve(folder, dataclasses.replace(LIMITS, whole_statements=1000)), timeout=30) as site:
        page = site.get("/def/", headers=BROWSER).text
        assert "is being counted" in page
        assert "Not used" not in page
        assert {term["uses"] for term in site.get("/def/terms.json").json()["terms"] if term["kind"] == "code"} == {
            None
        }
        deadline = time.monotonic() + 60
        while "is being counted" in (page := site.get("/def/", headers=BROWSER).text):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert re.search(r"Used [\d,]+ times", page)


def test_the_list_of_codes_of_a_large_graph_leaves_the_counting_to_their_pages(large: httpx.Client) -> None:
    page = large.get("/def/?part=codes").text
    assert "the page of a code says how often" in page
    assert "Not used" not in page
    assert re.search(r"Used [\d,]+ times", large.get("/page/def/mode/accountability").text)


def test_the_terms_are_counted_beside(large: httpx.Client) -> None:
    def uses() -> dict[str, int]:
        return {term["name"]: term["uses"] for term in large.get("/def/terms.json").json()["terms"]}

    while large.get("/.well-known/void", headers={"Accept": "text/turtle"}).status_code == 503:
        time.sleep(0.2)
    assert uses()["gov:Portfolio"] > 10
    assert uses()["gov:accountableParty"] > 100
    assert re.search(r"Portfolio</.*?[1-9]\d* ", large.get("/def/").text, re.DOTALL)
