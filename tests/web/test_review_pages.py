"""The review as a place to work: everything that was found can be found again, narrowed, shared and taken away."""

import asyncio
import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest
from tests.web.test_pages import BROWSER, check
from tests.web.test_poison import CATALOG, DATA, QUOTES, SCRIPT

from govgraph.knowledge.build import build
from govgraph.review.findings import Finding, Place, Report, Rule, Waived
from govgraph.review.gate import gate
from govgraph.store.generations import Generations
from govgraph.web.pages.review import newest
from govgraph.web.state import Site

BASE = "https://w3id.org/govgraph/id/t/body/"
CLAUSE = "https://w3id.org/govgraph/id/harrow/clause/handbook-22-26"


def finding(number: int, severity: str = "warning", **more: object) -> Finding:
    """A finding of a small report; `number` tells it from the others."""
    given = {
        "rule": "GOV-T-001", "name": "to whom", "focus": BASE + "a", "label": f"thing {number}", "subject": "text",
        "message": "Mend it.", "id": f"{number:016x}", "description": "Somebody is named.",
    }  # fmt: skip
    return Finding(severity=severity, **(given | more))  # type: ignore[arg-type]


RULES = (
    Rule("GOV-T-001", "to whom", "warning", "Somebody is named.", "Mend it: {?found} is there.", "", "text"),
    Rule("GOV-T-002", "holds", "violation", "It holds.", "", "http://example.org/law", "data"),
)
WAIVED = finding(9, "violation", waived=Waived("Jo Bloggs, clerk", "Known to all.", "2099-04-01"), label="waived thing")
FIRST = Report([finding(1), finding(2, "info")], 2, ran=RULES, day="2026-11-21")
SECOND = Report(
    [finding(3, "violation", label="brand new", body=BASE + "b", body_label="B"), finding(1),
     *(finding(100 + n, "info", rule="GOV-T-003", name="many") for n in range(60))],
    2, ran=RULES, day="2026-11-22", waived=[WAIVED],
)  # fmt: skip
EVIL = f"{SCRIPT}{QUOTES}\u202e{{{{ 7919*7907 }}}}" + "x" * 10_000


def keep(folder: Path, reports: list[Report | None]) -> Path:
    """A small store with a generation for each report."""
    (folder / "data" / "poison").mkdir(parents=True)
    (folder / "data" / "catalog.ttl").write_text(CATALOG)
    (folder / "data" / "poison" / "all.ttl").write_text(DATA)
    for report in reports:
        generation = build(Generations(folder / "store"), folder / "data", force=True).generation
        if report:
            (generation.folder / "report.json").write_text(report.to_json(), encoding="utf-8")
    return folder / "store"


@pytest.fixture(scope="module")
def reviewed(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The site over the packaged graph, which was reviewed when it was built."""
    folder = tmp_path_factory.mktemp("reviewed") / "store"
    build(Generations(folder), gate=gate)
    with httpx.Client(base_url=serve(folder), timeout=60, headers=BROWSER) as client:
        yield client


@pytest.fixture(scope="module")
def report(reviewed: httpx.Client) -> dict:  # type: ignore[type-arg]
    answer = reviewed.get("/review.json")
    assert answer.status_code == 200
    return answer.json()  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def kept_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that keeps two reviews and, between them, a generation without one."""
    return keep(tmp_path_factory.mktemp("kept"), [FIRST, None, SECOND])


@pytest.fixture(scope="module")
def kept(serve: Callable[..., str], kept_store: Path) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=serve(kept_store), timeout=30, headers=BROWSER) as client:
        yield client


@pytest.fixture(scope="module")
def poisoned(serve: Callable[..., str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A site whose report tries everything."""
    words = ("name", "label", "message", "description", "expected", "found", "governance_label", "body_label", "note")
    told = dict.fromkeys(words, EVIL)
    iris = {"focus": "javascript:alert(1)", "body": "data:text/html,x", "governance": "javascript:alert(2)"}
    place = Place(EVIL, "javascript:alert(3)", EVIL, EVIL)
    evil = finding(1, places=(place,), documents=(EVIL,), source="javascript:alert(4)", **told, **iris)
    evil = replace(evil, rule="GOV-<b>", path_label=EVIL, value="javascript:alert(5)", value_label=EVIL)
    rules = (Rule("GOV-<b>", EVIL, "warning", EVIL, EVIL, "javascript:alert(6)", "text"),)
    waived = replace(evil, id="f" * 16, waived=Waived(EVIL, EVIL, EVIL))
    report = Report([evil], 1, title=EVIL, day=EVIL, ran=rules, waived=[waived], notes=[EVIL])
    store = keep(tmp_path_factory.mktemp("evil"), [report])
    with httpx.Client(base_url=serve(store), timeout=30, headers=BROWSER) as client:
        yield client


def test_the_review_tells_first_how_much_was_found_and_links_each_number(
    reviewed: httpx.Client, report: dict[str, dict[str, int]]
) -> None:
    page = reviewed.get("/review")
    links = check(page).links
    summary = report["summary"]
    assert f"{summary['violation']} violations, {summary['warning']} warnings" in page.text
    assert page.text.count('<li class="finding') == 50
    assert "/review?severity=violation&subject=text" in links
    assert "/review/rules" in links
    assert {f"/review.{form}" for form in ("json", "csv", "md", "html", "ttl", "sarif", "xml")} <= set(links)


def test_every_finding_stands_on_a_page_of_the_list(reviewed: httpx.Client, report: dict[str, list[dict]]) -> None:  # type: ignore[type-arg]
    seen: list[str] = []
    place = "/review?severity=info"
    while place:
        text = reviewed.get(place).text
        seen += re.findall(r'<h3><a href="/review/finding/(\w+)"', text)
        after = re.search(r'href="([^"]*)" rel="next"', text)
        place = after[1].replace("&amp;", "&") if after else ""
    assert seen == [each["id"] for each in report["findings"] if each["severity"] == "info"]


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        ({"severity": "violation"}, lambda each: each["severity"] == "violation"),
        ({"subject": "data"}, lambda each: each["subject"] == "data"),
        ({"rule": "GOV-XREF-006"}, lambda each: each["rule"] == "GOV-XREF-006"),
        ({"body": "Cabinet"}, lambda each: each["body_label"] == "Cabinet"),
        ({"body": "none", "severity": "violation"}, lambda each: not each["body"] and each["severity"] == "violation"),
        ({"document": "Harrow web page: strategy portfolio holder"}, lambda each: "web page" in str(each["documents"])),
        ({"thing": CLAUSE}, lambda each: CLAUSE in str(each)),
        ({"text": "23.9 cites"}, lambda each: "cites clause 23.9" in each["label"]),
    ],
)
def test_the_page_and_the_file_of_a_filter_have_the_same_findings(
    reviewed: httpx.Client, report: dict[str, list[dict]], asked: dict[str, str], fits: Callable[[dict], bool]  # type: ignore[type-arg]
) -> None:  # fmt: skip
    expected = [each["id"] for each in report["findings"] if fits(each)]
    assert expected
    page = reviewed.get("/review", params=asked)
    check(page)
    assert re.findall(r'<h3><a href="/review/finding/(\w+)"', page.text) == expected[:50]
    data = reviewed.get("/review.json", params=asked)
    assert [each["id"] for each in data.json()["findings"]] == expected
    assert data.headers["govgraph-rows"] == str(len(expected))


def test_what_is_wrong_with_clause_22_26_is_on_its_page_and_leads_to_what_to_do(reviewed: httpx.Client) -> None:
    page = reviewed.get("/page/harrow/clause/handbook-22-26")
    check(page)
    said = page.text.partition("What the review found")[2]
    assert "Handbook 22.26 cites clause 23.9" in said
    found = re.search(r'href="(/review/finding/\w+)"', said)
    assert found
    one = reviewed.get(found[1])
    links = check(one).links
    for told in ("Violation", "What to do", "Name the place that is meant", "Why it matters"):
        assert told in one.text
    assert "/page/harrow/clause/handbook-22-26" in links
    assert "/review/rule/GOV-XREF-006" in links


def test_the_page_of_a_body_has_its_worst_findings_and_a_link_to_all(reviewed: httpx.Client) -> None:
    page = reviewed.get("/page/harrow/body/cabinet")
    check(page)
    assert page.text.count('href="/review/finding/') == 10
    link = re.search(r'href="(/review\?thing=[^"]*)">All (\d+) findings', page.text)
    assert link
    assert f"{link[2]} findings of" in reviewed.get(link[1]).text


def test_a_thing_without_findings_says_nothing_of_the_review(reviewed: httpx.Client) -> None:
    assert "What the review found" not in reviewed.get("/page/def/mode/accountability").text


def test_all_rules_are_listed_with_those_that_held(reviewed: httpx.Client, report: dict[str, dict[str, int]]) -> None:
    page = reviewed.get("/review/rules")
    check(page)
    assert f"{report['summary']['rules']} rules were run" in page.text
    data = reviewed.get("/review/rules.json").json()
    assert len(data["rules"]) == report["summary"]["rules"]
    assert {each["rule"]: each["findings"] for each in data["rules"] if each["findings"]} == report["by_rule"]
    held = reviewed.get("/review/rules?outcome=held&text=GOV-LINE-001")
    check(held)
    assert held.text.count('href="/review/rule/') == 1


def test_a_rule_says_what_it_asks_what_it_found_and_by_which_query(reviewed: httpx.Client) -> None:
    page = reviewed.get("/review/rule/GOV-XREF-006")
    links = check(page).links
    assert "/shape/Citation-leadsNowhere" in links
    assert reviewed.get("/shape/Citation-leadsNowhere", headers={"Accept": "text/turtle"}).status_code == 200
    assert "gov:CrossReference" in page.text
    [query] = [link for link in links if link.startswith("/sparql?")]
    assert check(reviewed.get(query))
    assert "6 rows" in reviewed.get(query).text
    held = reviewed.get("/review/rule/gov-line-001").text
    assert "It holds" in held


def test_a_rule_that_there_is_not_is_answered_with_those_that_are_close(reviewed: httpx.Client) -> None:
    for place in ("/review/rule/GOV-XREF-06", "/review?rule=GOV-XREF-06"):
        page = reviewed.get(place)
        assert page.status_code == 404
        check(page)
        assert 'href="/review/rule/GOV-XREF-006"' in page.text
    data = reviewed.get("/review/rule/GOV-XREF-06.json", headers={"Accept": "application/json"})
    assert data.status_code == 404
    assert "GOV-XREF-006" in data.json()["suggestions"]


def test_every_download_is_whole_names_its_generation_and_is_not_sent_twice(reviewed: httpx.Client) -> None:
    asked = {"rule": "GOV-XREF-006"}
    number = len(reviewed.get("/review.json", params=asked).json()["findings"])
    bodies: dict[str, str] = {}
    for form in ("json", "csv", "md", "html", "ttl", "sarif", "xml"):
        answer = reviewed.get(f"/review.{form}", params=asked)
        assert answer.headers["govgraph-generation"] == "1"
        assert answer.headers["govgraph-complete"] == "true"
        again = reviewed.get(f"/review.{form}", params=asked, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        bodies[form] = answer.text
    assert len(list(csv.DictReader(io.StringIO(bodies["csv"])))) == number
    assert len(json.loads(bodies["sarif"])["runs"][0]["results"]) == number
    results = ox.NamedNode("http://www.w3.org/ns/shacl#result")
    statements = ox.parse(bodies["ttl"].encode(), ox.RdfFormat.TURTLE)
    assert sum(quad.predicate == results for quad in statements) == number
    assert ElementTree.fromstring(bodies["xml"]).tag == "testsuites"
    assert "attachment" in reviewed.get("/review.html").headers["content-disposition"]


@pytest.mark.parametrize("place", ["/review?severity=x", "/review?subject=x", "/review?state=x", "/review?thing=%3Cx"])
def test_a_filter_that_cannot_be_is_refused_kindly(reviewed: httpx.Client, place: str) -> None:
    page = reviewed.get(place)
    assert page.status_code == 400
    check(page)


def test_a_filter_that_fits_nothing_says_so(reviewed: httpx.Client) -> None:
    page = reviewed.get("/review?text=nosuchword")
    check(page)
    assert "Nothing fits all of that" in page.text


@pytest.mark.parametrize("place", ["/review?page=x", "/review?page=0", "/review?page=-1", "/review?page=99999999"])
def test_a_page_that_is_none_gives_the_first(reviewed: httpx.Client, place: str) -> None:
    assert "Page 1 of" in reviewed.get(place).text


def test_new_standing_and_fixed_are_told_against_an_earlier_review(kept: httpx.Client) -> None:
    page = kept.get("/review?against=1")
    check(page)
    assert "61 new" in page.text
    assert "1 standing" in page.text
    assert "1 fixed" in page.text
    fixed = kept.get("/review?state=fixed&against=1").text
    assert "thing 2" in fixed
    assert "brand new" not in fixed
    new = kept.get("/review.json?state=new").json()
    assert new["against"] == "generation 1"
    assert {each["state"] for each in new["findings"]} == {"new"}
    assert not new["waived"]


def test_a_generation_without_a_review_says_so_and_names_those_with_one(kept: httpx.Client) -> None:
    page = kept.get("/review?generation=2")
    check(page)
    assert "was not reviewed" in page.text
    assert 'href="/review?generation=1"' in page.text
    assert kept.get("/review.json?generation=2").status_code == 404
    assert kept.get("/review?against=2").status_code == 404
    assert kept.get("/review?generation=7").status_code == 404
    assert "This is the review of generation 1" in kept.get("/review?generation=1").text


def test_a_site_without_any_review_says_so(web: httpx.Client) -> None:
    for place in ("/review", "/review/rules", "/review/rule/GOV-X-001"):
        page = web.get(place, headers=BROWSER)
        check(page)
        assert "No review is kept" in page.text
    assert web.get("/review.csv").status_code == web.get("/review/rules.json").status_code == 404
    assert "What the review found" not in web.get("/page/harrow/clause/handbook-22-26", headers=BROWSER).text


def test_a_finding_that_is_gone_says_where_it_was_last_seen(kept: httpx.Client) -> None:
    place = f"/review/finding/{2:016x}"
    page = kept.get(place)
    assert page.status_code == 404
    check(page)
    assert "last seen in generation 1" in page.text
    assert f'href="{place}?generation=1"' in page.text
    then = kept.get(place + "?generation=1")
    check(then)
    assert "thing 2" in then.text
    data = kept.get(place + ".json", headers={"Accept": "application/json"})
    assert (data.status_code, data.json()["generation"]) == (404, 1)
    assert kept.get("/review/finding/none").status_code == 404


def test_a_finding_says_since_when_it_is_there(kept: httpx.Client) -> None:
    assert "Generation 1 had it already" in kept.get(f"/review/finding/{1:016x}").text
    assert "It is new" in kept.get(f"/review/finding/{3:016x}").text


def test_a_waived_finding_says_who_why_and_until_when(kept: httpx.Client) -> None:
    for place in ("/review", "/review?state=waived", f"/review/finding/{9:016x}", "/review/rule/GOV-T-001"):
        page = kept.get(place)
        check(page)
        for said in ("waived thing", "Jo Bloggs, clerk", "Known to all.", "1 April 2099"):
            assert said in page.text, place
    assert "brand new" not in kept.get("/review?state=waived").text


def test_the_newest_findings_are_those_that_the_review_before_did_not_have_one_of_each_rule(kept_store: Path) -> None:
    found = asyncio.run(newest(Site(kept_store)))
    assert [(each.label, each.state) for each in found] == [("brand new", "new"), ("thing 100", "new")]


def test_without_an_earlier_review_every_finding_is_new_and_without_any_there_is_none(tmp_path: Path) -> None:
    assert [each.label for each in asyncio.run(newest(Site(keep(tmp_path / "one", [FIRST]))))] == ["thing 1"]
    assert asyncio.run(newest(Site(keep(tmp_path / "none", [None])))) == []


@pytest.mark.parametrize(
    "place",
    [
        "/review",
        "/review?text=%3Cscript%3Ealert(1)%3C/script%3E",
        "/review?state=waived",
        "/review?document=" + quote(EVIL[:200]),
        "/review/rules",
        "/review/rules?text=%22%3E%3Cscript%3E",
        "/review/rule/GOV-%3Cb%3E",
        "/review/rule/%3Cscript%3Ealert(1)%3C/script%3E",
        f"/review/finding/{1:016x}",
        "/review/finding/" + "f" * 16,
        "/review/finding/%3Cscript%3E",
    ],
)
def test_a_hostile_report_is_shown_as_text(poisoned: httpx.Client, place: str) -> None:
    answer = poisoned.get(place)
    assert answer.status_code in (200, 400, 404)
    check(answer)
    assert "<script>alert" not in answer.text
    assert not re.search(r"(?:href|src)=\"\s*(?:javascript|data):", answer.text, re.IGNORECASE)
    assert not re.search(r"<[^>]*\son\w+\s*=\s*alert", re.sub(r"\"[^\"]*\"", '""', answer.text))
    told = re.sub(r"<[^>]*>", "", answer.text)
    assert str(7919 * 7907) not in told
    assert "x" * 1_000 not in told, "a label of any length leaves room for the rest"


def test_a_report_that_cannot_be_read_is_named(serve: Callable[..., str], tmp_path: Path) -> None:
    store = keep(tmp_path, [FIRST])
    (Generations(store).current().folder / "report.json").write_text("{")
    answer = httpx.get(serve(store) + "/review", headers=BROWSER)
    assert answer.status_code == 503
    assert "generation 1" in answer.text
