"""Comparisons on the site: two versions of a document, two generations of the data."""

import re
import shutil
from collections.abc import Callable, Iterator

import httpx
import pytest

from govgraph.graph import Graph
from govgraph.knowledge.build import build
from govgraph.resources import packaged
from govgraph.store.generations import Generations

BROWSER = {"Accept": "text/html"}
REVISIONS = {"from": "handbook-earlier", "to": "handbook-current"}
BOARD = "Partnership Board"


def words(page: str) -> str:
    """What a page says, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page))


def test_the_entrance_leads_to_the_revisions_that_follow_one_another(web: httpx.Client) -> None:
    page = web.get("/compare", headers=BROWSER).text
    found = re.search(r'href="(/compare\?from=handbook-earlier[^"]*)"', page)
    assert found
    assert web.get(found[1].replace("&amp;", "&"), headers=BROWSER).status_code == 200


def test_it_says_what_changed_in_the_membership_of_a_body(web: httpx.Client) -> None:
    page = words(web.get("/compare", params={**REVISIONS, "body": BOARD}, headers=BROWSER).text)
    assert "15 members struck; 5 new members; seats of Voluntary and community sector: 5 before, 3 now" in page
    assert "Member Chamber of Commerce struck deleted text, line 562 The Assembly" in page
    assert "Member Business community new inferred 22.20 b5" in page


def test_so_does_the_page_of_the_body(web: httpx.Client) -> None:
    page = words(web.get("/page/harrow/body/partnership-board", headers=BROWSER).text)
    assert "What changed between the revisions" in page
    assert "Chamber of Commerce" in page


def test_it_says_what_was_struck_and_what_stands_in_its_place(web: httpx.Client) -> None:
    answer = web.get("/compare", params=REVISIONS, headers=BROWSER)
    assert len(answer.content) < 150_000
    page = answer.text
    assert page.count('<section class="change" id="c-') == 45
    [part] = re.findall(r'<section class="change" id="c-handbook-l175".*?</section>', page, re.DOTALL)
    assert "In its place: Harrow Senior Residents Assembly" in words(part)
    assert "No longer stated: Older People&#39;s Reference Group" in words(part)
    assert 'href="/documents/handbook-current?clause=6.1%20b5.1"' in part


def test_the_words_struck_are_shown_only_where_the_operator_has_them(
    web: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOVGRAPH_SOURCES", raising=False)
    page = web.get("/compare", params=REVISIONS, headers=BROWSER).text
    assert "<del>" not in page
    assert "The passage is shown only where the operator has the documents" in page


def test_the_facts_that_differ_are_those_of_the_command_line(web: httpx.Client, graph: Graph) -> None:
    told = web.get("/compare.json", params=REVISIONS).json()
    sides = [graph.at(version=name) for name in REVISIONS.values()]
    changes = sides[0].changes_to(sides[1], evidence=False)
    assert [(each["thing"], each["change"]) for each in told["changes"]] == [(c.thing, c.change) for c in changes]
    assert told["summary"]["removed"] == sum(change.change == "removed" for change in changes)
    [board] = [each for each in told["bodies"] if each["label"] == BOARD]
    assert len([row for row in board["parts"]["member"] if row["change"] == "struck"]) == 15
    assert len(told["struck"]) == 45


def test_the_facts_are_listed_in_pages_by_kind_of_change_and_of_thing(web: httpx.Client) -> None:
    asked = {**REVISIONS, "show": "facts", "change": "added"}
    first = web.get("/compare", params=asked, headers=BROWSER)
    assert first.text.count("<tr>") == 101
    second = web.get("/compare", params={**asked, "page": "2"}, headers=BROWSER)
    assert first.text != second.text
    assert max(len(first.content), len(second.content)) < 150_000
    seats = web.get("/compare", params={**asked, "kind": "seat"}, headers=BROWSER).text
    assert seats.count(">seat</td>") == seats.count("<tr>") - 1 > 5


def test_versions_of_different_documents_can_be_compared_by_their_facts(web: httpx.Client) -> None:
    answer = web.get("/compare", params={"from": "memo", "to": "constitution-cabinet"}, headers=BROWSER)
    assert "Facts that differ" in answer.text
    back = web.get("/compare", params={"from": "handbook-current", "to": "handbook-earlier"}, headers=BROWSER)
    assert "The other way round" in back.text
    same = web.get("/compare", params={"from": "memo", "to": "memo"}, headers=BROWSER)
    assert "Both say the same" in same.text


@pytest.mark.parametrize(
    ("params", "status"),
    [
        ({"from": "memo"}, 400),
        ({"from": "nope", "to": "memo"}, 404),
        ({"from": "99", "to": "1"}, 404),
        ({"to": "1"}, 400),
    ],
)
def test_what_cannot_be_compared_is_answered_with_what_can(
    web: httpx.Client, params: dict[str, str], status: int
) -> None:
    page = web.get("/compare", params=params, headers=BROWSER)
    assert page.status_code == status
    assert 'role="alert"' in page.text
    assert "Two versions of a document" in page.text
    assert web.get("/compare.json", params=params).status_code == status


@pytest.fixture(scope="module")
def changed(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A site over two generations, between which a body got another name."""
    folder = tmp_path_factory.mktemp("compared")
    shutil.copytree(packaged("data"), folder / "data")
    generations = Generations(folder / "store")
    build(generations, folder / "data")
    for path in (folder / "data/harrow/handbook-current").glob("*.ttl"):
        text = path.read_text().replace(f'skos:prefLabel "{BOARD}"', 'skos:prefLabel "Board of the Partnership"')
        path.write_text(text)
    build(generations, folder / "data")
    with httpx.Client(base_url=serve(folder / "store"), timeout=60, headers=BROWSER) as client:
        yield client


def test_two_generations_are_compared_by_thing_and_in_words(changed: httpx.Client) -> None:
    page = changed.get("/compare", params={"from": "1", "to": "2"}).text
    assert "From generation 1 to generation 2" in words(page)
    assert "before Partnership Board after Board of the Partnership" in words(page)
    assert 'href="/diff?from=1&amp;to=2"' in page
    entrance = changed.get("/compare").text
    assert "Two generations of the data" in entrance
    assert 'name="from"' in entrance
    assert changed.get("/compare.json", params={"from": "1"}).json()["to"] == "generation 2"
