"""A browser that has a page already gets it once more only when it has changed: by the graph, the day, or the words."""

import datetime
import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from tests.web.test_poison import CATALOG, DATA

from govgraph.knowledge.build import build
from govgraph.review.findings import Finding, Report, Waived
from govgraph.store.generations import Generations

BROWSER = {"Accept": "text/html"}
PLACES = [
    "/", "/search?q=board", "/chart", "/chart/harrow/body/delivery-groups", "/decide", "/questions",
    "/questions/who-chairs", "/review", "/review/rules", "/documents", "/documents/handbook-current", "/compare",
    "/compare?from=handbook-earlier&to=handbook-current", "/councils", "/councils/changes", "/about", "/def/",
    "/def/?part=codes", "/dumps/", "/sparql", "/sparql?query=ASK%7B%7D", "/page/harrow/body/partnership-board",
    "/page/harrow/clause/handbook-22-62", "/page/def/AccountabilityLine",
]  # fmt: skip
FILES = [
    "/chart.json", "/chart.svg", "/councils.csv", "/questions/who-chairs.csv", "/decide.json?kind=revenue+spend",
    "/.well-known/sparql-examples", "/documents.json", "/def/terms.json",
]  # fmt: skip


@pytest.mark.parametrize("place", [*PLACES, *FILES])
def test_what_a_browser_has_already_is_not_sent_again(web: httpx.Client, place: str) -> None:
    headers = BROWSER if place in PLACES else {}
    first = web.get(place, headers=headers)
    assert first.status_code == 200
    tag = first.headers["etag"]
    for given in (tag, f'"other", W/{tag}', "*"):
        again = web.get(place, headers={**headers, "If-None-Match": given})
        assert (again.status_code, again.content) == (304, b""), given
        assert again.headers["etag"] == tag
    other = web.get(place, headers={**headers, "If-None-Match": '"g1-000000000000000000000000"'})
    assert (other.status_code, other.content) == (200, first.content)


@pytest.mark.parametrize("place", PLACES)
def test_a_page_says_that_it_depends_on_what_is_accepted(web: httpx.Client, place: str) -> None:
    vary = web.get(place, headers=BROWSER).headers["vary"]
    assert "accept" in vary.lower()


def test_a_page_of_another_kind_has_another_tag(web: httpx.Client) -> None:
    tags = [web.get(place, headers=BROWSER).headers["etag"] for place in PLACES]
    assert len(set(tags)) == len(tags)


def test_a_page_that_says_what_went_wrong_has_no_tag(web: httpx.Client) -> None:
    for place in ("/nowhere", "/page/nowhere", "/chart?mode=none", "/decide?kind=nothing"):
        answer = web.get(place, headers=BROWSER)
        assert answer.status_code >= 400
        assert "etag" not in answer.headers


def store_of(folder: Path, label: str, reports: Report | None = None) -> Generations:
    (folder / "data" / "poison").mkdir(parents=True, exist_ok=True)
    (folder / "data" / "catalog.ttl").write_text(CATALOG)
    (folder / "data" / "poison" / "all.ttl").write_text(
        DATA + f"\n<https://w3id.org/govgraph/id/t/body/new> a "
        f'<https://w3id.org/govgraph/def/Body> ; <http://www.w3.org/2004/02/skos/core#prefLabel> "{label}"@en .\n'
    )
    generations = Generations(folder / "store")
    built = build(generations, folder / "data", force=True).generation
    if reports:
        (built.folder / "report.json").write_text(reports.to_json(), encoding="utf-8")
    return generations


def test_a_page_is_new_as_soon_as_the_graph_is(serve: Callable[..., str], tmp_path: Path) -> None:
    store_of(tmp_path, "Old name")
    place = "/page/t/body/new"
    with httpx.Client(base_url=serve(tmp_path / "store"), headers=BROWSER, timeout=30) as client:
        before = client.get(place)
        assert "Old name" in before.text
        assert client.get(place).content == before.content
        store_of(tmp_path, "New name")
        after = client.get(place, headers={"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200
    assert "New name" in after.text


def test_a_page_is_new_on_the_day_on_which_a_waiver_has_run_out(
    serve: Callable[..., str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waived = Finding(
        severity="violation", rule="GOV-T-001", name="to whom", focus="https://w3id.org/govgraph/id/t/body/new",
        label="thing let pass", subject="text", message="Mend it.", id="9" * 16, description="Somebody is named.",
        waived=Waived("Jo Bloggs, clerk", "Known to all.", "2099-04-01"),
    )  # fmt: skip
    store_of(tmp_path, "A body", Report([], 1, waived=[waived]))

    class Later(datetime.date):
        @classmethod
        def today(cls) -> "Later":
            return cls(2099, 4, 2)

    with httpx.Client(base_url=serve(tmp_path / "store"), headers=BROWSER, timeout=30) as client:
        places = ("/review", "/review.json", "/page/t/body/new")
        before = {place: client.get(place) for place in places}
        for place in places:
            assert client.get(place, headers={"If-None-Match": before[place].headers["etag"]}).status_code == 304
        monkeypatch.setattr(datetime, "date", Later)
        for place in places:
            after = client.get(place, headers={"If-None-Match": before[place].headers["etag"]})
            assert after.status_code == 200, place
    assert "thing let pass" not in before["/page/t/body/new"].text
    assert "thing let pass" in after.text


def test_the_words_of_a_document_are_not_kept_where_others_could_get_them(
    web: httpx.Client, sources: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place in ("/page/harrow/clause/handbook-22-62", "/documents/handbook-current"):
        quoting = web.get(place, headers=BROWSER)
        assert "blockquote" in quoting.text
        assert "private" in quoting.headers["cache-control"]
        monkeypatch.delenv("GOVGRAPH_SOURCES")
        plain = web.get(place, headers={**BROWSER, "If-None-Match": quoting.headers["etag"]})
        assert plain.status_code == 200
        assert "blockquote" not in plain.text
        monkeypatch.setenv("GOVGRAPH_SOURCES", str(sources))


def test_the_foot_of_a_page_says_whether_words_of_documents_are_shown(
    web: httpx.Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def foot(place: str) -> str:
        return re.sub(r"\s+", " ", web.get(place, headers=BROWSER).text.partition("<footer")[2])

    monkeypatch.delenv("GOVGRAPH_SOURCES", raising=False)
    assert "are not reproduced here" in foot("/about?without")
    monkeypatch.setenv("GOVGRAPH_SOURCES", str(tmp_path))
    assert "are not reproduced here" not in foot("/about?with")
    assert "from the copy that this site's operator holds" in foot("/about?with")


def test_an_answer_that_asks_for_the_time_is_asked_again(web: httpx.Client) -> None:
    asked = {"query": "SELECT (STRUUID() AS ?x) {}"}
    first, second = (web.get("/sparql", params=asked, headers=BROWSER) for _ in range(2))
    assert first.headers["etag"] != second.headers["etag"]
