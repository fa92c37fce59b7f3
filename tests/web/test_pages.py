"""Every page: there, well-formed, in plain words, and safe to show."""

import html.parser
import re
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree

import httpx
import pytest
import rdflib

from govgraph.accountability import network

BROWSER = {"Accept": "text/html"}
ANYTHING = {"Accept": "text/html, */*;q=0.8"}  # what browsers send
VOID = {"meta", "link", "input", "br", "img", "hr", "area", "base", "col", "embed", "source", "track", "wbr"}
SVG = "{http://www.w3.org/2000/svg}"


class Page(html.parser.HTMLParser):
    """Reads a page strictly, and keeps what the tests look at."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[int] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.refs: list[str] = []
        self.fields: list[dict[str, str | None]] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.scripts: list[dict[str, str | None]] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        assert len(known) == len(attrs), f"an attribute stands twice on {tag}"
        if tag not in VOID:
            self.open.append(tag)
        self.tags.add(tag)
        self.attributes |= set(known)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "script":
            self.scripts.append(known)
        if tag == "a":
            self.links.append(known["href"] or "")
        if known.get("id"):
            self.ids.append(str(known["id"]))
        for name in ("for", "aria-labelledby", "aria-describedby", "list"):
            self.refs += str(known.get(name) or "").split()
        if tag in ("input", "select", "textarea"):
            self.fields.append(known)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def check(answer: httpx.Response) -> Page:
    """A page that a customer may see."""
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!doctype html>")
    page = Page(answer.text)
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert len(page.ids) == len(set(page.ids)), "an id stands twice"
    assert set(page.refs) <= set(page.ids), "something refers to an id that is not there"
    assert {str(field["id"]) for field in page.fields} <= set(page.refs), "a field has no label"
    assert not page.tags & {"style", "iframe", "object", "embed"}
    for script in page.scripts:
        assert script.get("type") == "application/ld+json" or str(script.get("src")).startswith("/assets/")
    assert {"type": "application/ld+json"} in page.scripts
    assert '<link rel="canonical" href="http' in answer.text
    assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
    assert {"header", "nav", "main", "footer"} <= page.tags
    assert not re.search(r">\s*None\s*<", answer.text)
    assert len(answer.content) < 150_000
    return page


def test_every_page_that_can_be_reached_from_the_entrances_is_there_and_well_formed(web: httpx.Client) -> None:
    seen: set[str] = set()
    kinds: dict[str, int] = {}
    waiting = ["/", "/chart", "/questions", "/sparql", "/search?q=board"]
    while waiting:
        place = waiting.pop(0)
        if place in seen:
            continue
        seen.add(place)
        kind = "/".join(urlsplit(place).path.split("/")[:4])
        kinds[kind] = kinds.get(kind, 0) + 1
        if kinds[kind] > 6:
            continue
        answer = web.get(place, headers=ANYTHING)
        assert answer.status_code in (200, 302, 303), place
        if not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        for link in check(answer).links:
            if not urlsplit(link).netloc:
                waiting.append(urljoin(place, link).partition("#")[0])
    assert len(seen) > 100


def solutions(turtle: bytes) -> list[dict[str, str | None]]:
    """The rows of a result set in RDF, in order."""
    graph = rdflib.Graph().parse(turtle, format="turtle")
    told = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
    [whole] = graph.subjects(rdflib.RDF.type, told.ResultSet)
    names = [str(name) for name in graph.objects(whole, told.resultVariable)]
    found = []
    for solution in sorted(
        graph.objects(whole, told.solution), key=lambda one: int(str(graph.value(one, told["index"])))
    ):
        row: dict[str, str | None] = dict.fromkeys(names)
        for binding in graph.objects(solution, told.binding):
            value = graph.value(binding, told.value)
            row[str(graph.value(binding, told.variable))] = (
                value.toPython() if isinstance(value, rdflib.Literal) else str(value)
            )
        found.append(row)
    return found


@pytest.mark.parametrize(
    "name", ["ultimately-accountable-to", "who-answers-to", "who-chairs", "seats", "responsibilities"]
)
def test_every_form_of_a_question_gives_the_same_rows(web: httpx.Client, name: str) -> None:
    asked = {"body": "Partnership Board"}
    page = web.get(f"/questions/{name}", params=asked, headers=BROWSER)
    check(page)
    data = web.get(f"/questions/{name}.json", params=asked)
    rows = data.json()["rows"]
    assert data.json()["question"] == name
    assert data.headers["govgraph-rows"] == str(len(rows))
    assert len(web.get(f"/questions/{name}.csv", params=asked).text.splitlines()) == len(rows) + 1
    assert len(web.get(f"/questions/{name}.tsv", params=asked).text.splitlines()) == len(rows) + 1
    assert web.get(f"/questions/{name}.md", params=asked).text.startswith("| ")
    assert solutions(web.get(f"/questions/{name}.ttl", params=asked).content) == rows
    assert page.text.count("<tr>") == len(rows) + 1


def test_while_a_question_is_resolved_others_are_answered(
    serve: Callable[..., str], store_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = serve(store_folder)  # that has not answered it before
    begun, answered = threading.Event(), threading.Event()
    resolve = network.RESOLVERS["network.centrality"]

    def slowly(rows: Iterable[network.Row], body: str = "", label: str = "") -> network.Resolved:
        begun.set()
        assert answered.wait(20), "nobody else was answered meanwhile"
        return resolve(rows, body, label)

    monkeypatch.setitem(network.RESOLVERS, "network.centrality", slowly)
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(httpx.get, f"{site}/questions/centrality.json", timeout=30)
        assert begun.wait(20)
        assert httpx.get(f"{site}/healthz", timeout=10).status_code == 200
        answered.set()
        assert asked.result().status_code == 200


def test_the_flagship_page_tells_every_hop_with_its_clause_and_the_ends(web: httpx.Client) -> None:
    page = web.get("/questions/ultimately-accountable-to", params={"body": "delivery group"}, headers=BROWSER)
    for said in ("22.69", "22.62", "22.12", "15.1", "10.1", "inferred", "Harrow Council", "Member bodies"):
        assert said in page.text
    assert "no order of precedence is stated" in page.text
    assert 'href="/page/harrow/clause/handbook-22-62"' in page.text
    assert 'href="/page/harrow/line/a18"' in page.text


def test_an_unknown_body_is_answered_with_names_that_are_close(web: httpx.Client) -> None:
    page = web.get("/questions/ultimately-accountable-to", params={"body": "Delivry groups"}, headers=BROWSER)
    assert page.status_code == 404
    assert "Did you mean" in page.text
    assert "?body=Delivery%20groups" in page.text
    check(page)
    data = web.get("/questions/ultimately-accountable-to.json", params={"body": "Delivry groups"})
    assert data.status_code == 404
    assert "Delivery groups" in data.json()["suggestions"]


def test_a_question_without_what_it_needs_says_what_is_missing(web: httpx.Client) -> None:
    assert web.get("/questions/ultimately-accountable-to", headers=BROWSER).status_code == 200
    assert web.get("/questions/ultimately-accountable-to.json").status_code == 400
    assert web.get("/questions/who-answers-to.json", params={"x": "1", "body": "y"}).status_code == 400
    assert web.get("/questions/no-such-question", headers=BROWSER).status_code == 404


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("Safer Harrow", "/page/harrow/body/safer-harrow-management-group"),
        ("partnership board", "/page/harrow/body/partnership-board"),
        ("22.62", "/page/harrow/clause/handbook-22-62"),
    ],
)
def test_an_exact_name_leads_straight_to_its_page(web: httpx.Client, text: str, place: str) -> None:
    answer = web.get("/search", params={"q": text})
    assert answer.status_code == 303
    assert answer.headers["location"] == place


def test_a_search_lists_what_it_finds_and_offers_names_that_are_close(web: httpx.Client) -> None:
    hits = web.get("/search", params={"q": "thematic"}, headers=BROWSER)
    assert "Thematic Management Groups" in hits.text
    assert "hematic group" in hits.text
    close = web.get("/search", params={"q": "Safr Harow"}, headers=BROWSER)
    assert "Did you mean" in close.text
    check(close)
    check(web.get("/search", headers=BROWSER))


def test_the_page_of_a_body_has_all_that_the_text_says_of_it(web: httpx.Client) -> None:
    page = web.get("/page/harrow/body/partnership-board", headers=BROWSER)
    for said in (
        "partnership board", "Also called", "The Board", "Who it answers to", "Who answers to it", "Chair and deputy",
        "Leader of Harrow Council", "Seats", "Responsibilities", "Where this is written", "Turtle", "The query",
    ):  # fmt: skip
        assert said in page.text, said


def test_the_page_of_a_clause_says_what_rests_on_it_and_not_its_words(
    web: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("GOVGRAPH_SOURCES", raising=False)
    page = web.get("/page/harrow/clause/handbook-22-62", headers=BROWSER).text
    assert "What rests on it" in page
    assert 'href="/page/harrow/line/a18"' in page
    assert "line 712" in page
    assert "blockquote" not in page


def test_the_words_of_a_clause_are_shown_where_the_operator_has_the_unchanged_document(
    web: httpx.Client, sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = "/page/harrow/clause/handbook-22-62"
    assert "blockquote" in web.get(place, headers=BROWSER).text
    for name in sources.glob("*.md"):
        (tmp_path / name.name).write_text("changed " + name.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("GOVGRAPH_SOURCES", str(tmp_path))
    assert "blockquote" not in web.get(place, headers=BROWSER).text


def test_the_page_of_a_line_says_who_answers_to_whom_how_and_how_sure(web: httpx.Client) -> None:
    page = web.get("/page/harrow/line/a14", headers=BROWSER).text
    for said in (
        "Harrow Chief Executives",
        "Partnership Board",
        "accountability",
        "inferred",
        "Inferred from",
        "22.13",
    ):
        assert said in page


def test_a_body_that_answers_to_nobody_stated_is_told_so(web: httpx.Client) -> None:
    page = web.get("/page/harrow/body/the-assembly", headers=BROWSER).text
    assert "no clause says to whom" in page
    assert "<svg" not in page


@pytest.mark.parametrize(
    "place", ["/nowhere", "/page/harrow/body/safer-harow", "/chart/harrow/body/x", "/assets/x.css"]
)
def test_an_address_with_nothing_at_it_is_answered_kindly(web: httpx.Client, place: str) -> None:
    page = web.get(place, headers=BROWSER)
    assert page.status_code == 404
    check(page)
    data = web.get(place)
    assert data.headers["content-type"] == "application/problem+json"
    assert data.json()["status"] == 404


def test_a_method_that_an_address_does_not_take_is_refused(web: httpx.Client) -> None:
    answer = web.post("/chart")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    "place", ["/", "/sparql", "/nowhere", "/healthz", "/chart.svg", "/assets/site.css", "/search?q=x"]
)
def test_every_answer_keeps_the_browser_from_running_anything(web: httpx.Client, place: str) -> None:
    headers = web.get(place, headers=BROWSER).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; style-src 'self'; img-src 'self'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"]


def test_the_style_sheet_is_kept_by_its_hash(web: httpx.Client) -> None:
    found = re.search(r'href="(/assets/site\.css\?v=\w+)"', web.get("/", headers=BROWSER).text)
    assert found
    answer = web.get(found[1])
    assert "immutable" in answer.headers["cache-control"]
    assert web.get("/assets/site.css").headers["cache-control"] == "no-cache"


def test_pages_reach_for_nothing_on_other_hosts(web: httpx.Client) -> None:
    for place in ("/", "/chart", "/page/harrow/body/partnership-board"):
        linked = re.findall(r'<(?:link|img|script)[^>]+(?:href|src)="https?:[^>]*>', web.get(place).text)
        assert [each for each in linked if 'rel="canonical"' not in each] == []
    assert "url(" not in web.get("/assets/site.css").text
    assert web.get("/docs").status_code == web.get("/redoc").status_code == 404


@pytest.mark.parametrize("place", ["/chart", "/chart/harrow/body/delivery-groups", "/chart/harrow/body/the-assembly"])
def test_a_chart_is_well_formed_and_its_list_has_the_same_hops(web: httpx.Client, place: str) -> None:
    file = web.get(place + ".svg")
    assert file.headers["content-type"] == "image/svg+xml"
    svg = ElementTree.fromstring(file.text)
    assert svg.get("role") == "img"
    assert svg.find(f"{SVG}title") is not None
    drawn = [(hop.get("data-from"), hop.get("data-to")) for hop in svg.iter(f"{SVG}g") if hop.get("class") == "hop"]
    parties = {group.get("data-party") for group in svg.iter(f"{SVG}g") if group.get("data-party")}
    assert {party for hop in drawn for party in hop} <= parties
    page = web.get(place, headers=BROWSER).text
    told = re.findall(r'<span class="by">', page)
    assert len(told) == len(drawn)


def test_the_openapi_document_is_there(web: httpx.Client) -> None:
    assert "/healthz" in web.get("/openapi.json").json()["paths"]
