"""Every format says the same, each in the way that its readers expect."""

import csv
import io
import itertools
import json
import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from rich.console import Console
from tests.review.small_world import ID, reviewed

from govgraph.review.compare import compare
from govgraph.review.exports.table import COLUMNS
from govgraph.review.exports.terminal import print_report
from govgraph.review.findings import Finding, Report, Waived

WAIVED = Waived("Jo Bloggs, Monitoring Officer", "Before the Council in May.", "2027-06-01", "http://w")
SH = "http://www.w3.org/ns/shacl#"


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """A violation and a warning."""
    return replace(reviewed(tmp_path_factory.mktemp("small")), day="2026-11-22")


@pytest.fixture(scope="module")
def report(plain: Report) -> Report:
    """A new violation, a waived warning that stands, and a remark that is fixed."""
    violation, warning = plain.findings
    gone = Finding("info", "GOV-T-003", "name", "http://gone", "Gone", "Name the body.", id="gone")
    now = replace(plain, findings=[violation], waived=[replace(warning, waived=WAIVED)], notes=["A note <b>."])
    return compare(now, replace(plain, findings=[warning, gone]), "generation 6")


class Outline(HTMLParser):
    """Tags that open, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text += data


def of(page: Outline, attribute: str) -> list[str]:
    return [value for name, value in page.attributes if name == attribute]


def test_the_page_is_whole_by_itself_and_well_nested(report: Report) -> None:
    page = Outline(report.to_html())
    assert page.open == []
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "src" not in dict(page.attributes)
    assert not re.search(r"url\(|@import", report.to_html())


def test_the_page_tells_a_finding_with_all_that_a_reviewer_needs(report: Report) -> None:
    text = Outline(report.to_html()).text
    for told in (
        *("Violation", "quorum", "GOV-T-002", "A meeting has its quorum.", "Meeting in May", "2 present", "4 present"),
        *("Meet again: 2 present, and 4 present are needed.", "2, 10 in Constitution of Smallton", "new"),
        *("A third is a quorum", "Board <of> & all", "https://www.legislation.gov.uk/ukpga/1972/70"),
    ):
        assert told in text, told


def test_the_page_tells_what_is_waived_fixed_held_and_noted(report: Report) -> None:
    text = Outline(report.to_html()).text
    for told in (
        *("Generation 7", "Reviewed on 22 November 2026", "Compared with generation 6"),
        *("Jo Bloggs, Monitoring Officer", "Before the Council in May.", "1 June 2027"),
        *(
            "Found in generation 6, and no longer.",
            "Gone",
            "A note <b>.",
            "1 of 3 rules found nothing.",
            "A body has a name.",
        ),
    ):
        assert told in text, told


def test_the_page_can_be_walked_by_headings_and_every_table_has_a_caption_and_heads(report: Report) -> None:
    page = Outline(report.to_html())
    levels = [int(tag[1]) for tag in page.tags if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))
    assert page.tags.count("caption") == page.tags.count("table")
    assert set(of(page, "scope")) == {"col", "row"}
    assert of(page, "lang") == ["en-GB"]


def test_links_within_the_page_lead_somewhere_and_ids_are_unique(report: Report) -> None:
    page = Outline(report.to_html())
    ids = of(page, "id")
    assert len(ids) == len(set(ids))
    assert {address[1:] for address in of(page, "href") if address.startswith("#")} <= set(ids)


def test_no_text_of_the_data_becomes_markup(plain: Report) -> None:
    nasty = "<script>alert(1)</script>\x00 | `x` & *y*"
    bad = replace(plain.findings[0], label=nasty, message=nasty, focus="javascript:alert(1)", body_label=nasty)
    report = replace(plain, findings=[bad], title=nasty, notes=[nasty])
    page = Outline(report.to_html())
    assert "script" not in page.tags
    assert not [address for address in of(page, "href") if address.startswith("javascript")]
    assert "\x00" not in report.to_html()
    assert "<script>" not in report.to_markdown().replace("\\<script\\>", "")
    assert ElementTree.fromstring(report.to_junit()) is not None
    assert json.loads(report.to_sarif())


def test_a_review_without_findings_says_so(plain: Report) -> None:
    page = Outline(replace(plain, findings=[]).to_html())
    assert "Nothing was found: all 3 rules hold." in page.text
    assert {address[1:] for address in of(page, "href") if address.startswith("#")} <= set(of(page, "id"))


def test_what_is_the_same_for_all_findings_of_a_rule_is_told_once(plain: Report) -> None:
    [_, warning] = plain.findings
    several = [replace(warning, focus=f"http://{n}", label=f"Post {n}", id=str(n)) for n in range(3)]
    report = replace(plain, findings=several)
    for text in (Outline(report.to_html()).text, report.to_markdown(), shown(report)):
        assert text.count("Say how long the post is held.") == 1
        assert all(f"Post {n}" in text for n in range(3))


def shown(report: Report, width: int = 80) -> str:
    text = io.StringIO()
    print_report(report, Console(file=text, width=width))
    return text.getvalue()


def test_the_terminal_shows_severity_rule_body_and_thing_in_80_columns(report: Report) -> None:
    lines = shown(report).splitlines()
    assert max(map(len, lines)) <= 80
    places = [next(n for n, line in enumerate(lines) if told in line) for told in (
        "VIOLATIONS (1)", "GOV-T-002  quorum (1)", "Board <of> & all", "+ Meeting in May", "FIXED (1)", "WAIVED (1)",
        "generation 7: 1 violation, 0 warnings and 0 remarks by 3 rules",
    )]  # fmt: skip
    assert places == sorted(places)
    assert "\x1b" not in shown(report), "no colours where nobody looks"


def test_markdown_has_the_summary_the_tables_and_what_stands_apart(report: Report) -> None:
    text = report.to_markdown()
    assert text.startswith("# Governance review: Smallton\n\nGeneration 7, 22 November 2026: 1 violation, ")
    assert "| new | Meeting in May | Board \\<of\\> & all | 2, 10 (Constitution of Smallton) | 2 present |" in text
    assert "## Fixed (1 finding)\n\n- GOV-T-003, Gone" in text
    assert "Waived by Jo Bloggs, Monitoring Officer until 1 June 2027: Before the Council in May." in text


def test_csv_has_one_row_for_each_finding_the_waived_and_fixed_ones_too(report: Report) -> None:
    rows = list(csv.DictReader(io.StringIO(report.to_csv())))
    assert [(row["rule"], row["state"]) for row in rows] == [
        ("GOV-T-002", "new"), ("GOV-T-001", "waived"), ("GOV-T-003", "fixed"),
    ]  # fmt: skip
    assert rows[0]["clauses"] == "2, 10"
    assert rows[1]["waived_by"] == "Jo Bloggs, Monitoring Officer"


def test_pandas_gets_the_same_table(report: Report) -> None:
    frame = report.to_pandas()
    assert list(frame.columns) == list(COLUMNS)
    assert list(frame["rule"]) == ["GOV-T-002", "GOV-T-001", "GOV-T-003"]
    assert frame.attrs["summary"] == report.summary


def test_junit_has_a_test_case_for_each_rule(report: Report) -> None:
    [suite] = ElementTree.fromstring(report.to_junit())
    cases = {case.get("name"): case for case in suite}
    assert list(cases) == ["GOV-T-001 term of a post", "GOV-T-002 quorum", "GOV-T-003 name"]
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    failure = cases["GOV-T-002 quorum"].find("failure")
    assert failure is not None
    assert "2, 10 (Constitution of Smallton)" in str(failure.text)
    assert cases["GOV-T-001 term of a post"].find("skipped") is not None
    assert len(cases["GOV-T-003 name"]) == 0


@pytest.mark.parametrize(("fail_on", "failures"), [("violation", "1"), ("warning", "2"), ("never", "0")])
def test_junit_fails_what_the_command_fails(plain: Report, fail_on: str, failures: str) -> None:
    [suite] = ElementTree.fromstring(plain.to_junit(fail_on))
    assert suite.get("failures") == failures


def run_of(report: Report) -> dict[str, Any]:
    content = json.loads(report.to_sarif())
    assert content["version"] == "2.1.0"
    [run] = content["runs"]
    return dict(run)


def test_sarif_points_every_result_at_its_rule(report: Report) -> None:
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules) == 3
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"]
        assert len(result["partialFingerprints"]["govgraph/v1"]) > 3
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)


def test_sarif_says_level_state_and_suppression_as_the_standard_wants(report: Report) -> None:
    results = run_of(report)["results"]
    assert [(each["level"], each["baselineState"]) for each in results] == [
        ("error", "new"), ("warning", "unchanged"), ("note", "absent"),
    ]  # fmt: skip
    assert [len(each["suppressions"]) for each in results] == [0, 1, 0]
    [suppression] = results[1]["suppressions"]
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert "Before the Council in May." in suppression["justification"]


def test_sarif_without_comparison_and_waivers_says_neither(plain: Report) -> None:
    for result in run_of(plain)["results"]:
        assert not {"baselineState", "suppressions"} & result.keys()


def test_sarif_places_a_finding_in_the_lines_of_its_clauses(report: Report) -> None:
    result = run_of(report)["results"][0]
    [location] = result["locations"]
    assert location["physicalLocation"] == {
        "artifactLocation": {"uri": "the%20constitution.txt", "uriBaseId": "SOURCES"},
        "region": {"startLine": 4, "endLine": 6},
    }
    assert location["logicalLocations"][0] == {
        "name": "Meeting in May", "fullyQualifiedName": ID + "meeting", "kind": "resource",
    }  # fmt: skip
    [related] = result["relatedLocations"]
    assert related["physicalLocation"]["region"] == {"startLine": 30, "endLine": 30}


def test_turtle_is_a_standard_validation_report(plain: Report) -> None:
    store = ox.Store()
    store.load(plain.to_turtle().encode(), ox.RdfFormat.TURTLE)
    query = f"""SELECT ?focus ?path ?value ?component ?shape ?severity WHERE {{
      ?report a <{SH}ValidationReport> ; <{SH}conforms> false ; <{SH}result> ?r .
      ?r a <{SH}ValidationResult> ; <{SH}focusNode> ?focus ; <{SH}sourceConstraintComponent> ?component ;
         <{SH}sourceShape> ?shape ; <{SH}resultSeverity> ?severity ; <{SH}resultMessage> ?message .
      OPTIONAL {{ ?r <{SH}resultPath> ?path }} OPTIONAL {{ ?r <{SH}value> ?value }} }}"""
    solutions = store.query(query)
    assert isinstance(solutions, ox.QuerySolutions)
    found = {tuple(str(term) if term else "" for term in row) for row in solutions}
    integer = "<http://www.w3.org/2001/XMLSchema#integer>"
    term = "<https://w3id.org/govgraph/def/termYears>"
    assert found == {
        (
            f"<{ID}meeting>",
            "",
            f'"2"^^{integer}',
            f"<{SH}SPARQLConstraintComponent>",
            f"<{ID}Meeting>",
            f"<{SH}Violation>",
        ),
        (f"<{ID}chair>", term, "", f"<{SH}MinCountConstraintComponent>", f"<{ID}term>", f"<{SH}Warning>"),
    }


def test_turtle_of_a_report_with_nothing_that_counts_conforms(plain: Report) -> None:
    assert "sh:conforms true" in replace(plain, findings=[]).to_turtle()


WRITTEN: list[Callable[[Report], str]] = [
    Report.to_json, Report.to_csv, Report.to_markdown, Report.to_html, Report.to_junit, Report.to_sarif,
    Report.to_turtle,
]  # fmt: skip


@pytest.mark.parametrize("written", WRITTEN, ids=lambda function: function.__name__)
def test_every_format_of_an_old_report_can_be_written(written: Callable[[Report], str]) -> None:
    old = Report([Finding("warning", "GOV-X-001", "x", "http://a", "a", "Mend it.", ("1",), "gov:mode", "v")], 3)
    assert written(old)
    assert written(Report([], 0))
