"""A finding says what, where, by which clause, about whom, and what to do; a report is read back as it was written."""

import json
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from tests.review.small_world import COUNCIL, ID, PREFIXES, SHAPES, reviewed, written

from govgraph.errors import BadInput, BadRdf
from govgraph.review import data
from govgraph.review.data import StoreData, data_of
from govgraph.review.engine import judge
from govgraph.review.findings import Finding, Report, read_report
from govgraph.review.results import key as result_key
from govgraph.review.reviewing import review
from govgraph.review.rulebook import shape_files
from govgraph.review.shapes import read_shapes
from govgraph.store.generations import Generation, Generations
from govgraph.store.opened import opened
from govgraph.writing.changing import make_empty


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return reviewed(tmp_path_factory.mktemp("small"))


def of(report: Report, rule: str) -> Finding:
    [found] = [finding for finding in report.findings if finding.rule == rule]
    return found


def test_a_finding_has_the_words_of_its_rule(report: Report) -> None:
    found = of(report, "GOV-T-001")
    assert (found.severity, found.name, found.description) == ("warning", "term of a post", "A post has one term.")
    assert found.message == "Say how long the post is held."
    assert found.source == "https://w3id.org/govgraph/def/termYears"


def test_a_finding_names_the_thing_its_body_and_its_council(report: Report) -> None:
    found = of(report, "GOV-T-001")
    assert (found.focus, found.label) == (ID + "chair", "Chair")
    assert (found.body, found.body_label) == (ID + "board", "Board <of> & all")
    assert (found.council, found.council_label) == ("smallton", "Smallton Council")


def test_a_finding_says_what_was_found_and_what_was_expected(report: Report) -> None:
    missing, few = of(report, "GOV-T-001"), of(report, "GOV-T-002")
    assert (missing.path, missing.path_label) == ("gov:termYears", "years of a term")
    assert (missing.found, missing.expected) == ("nothing", "at least one value")
    assert (few.found, few.expected, few.value) == ("2 present", "4 present", "2")
    assert few.message == "Meet again: 2 present, and 4 present are needed."


def test_a_finding_carries_the_clauses_of_the_thing_and_of_the_councils_own_rule(report: Report) -> None:
    found = of(report, "GOV-T-002")
    assert found.governance_label == "A third is a quorum"
    assert found.clauses == ("2", "10"), "in reading order"
    assert [(place.clause, place.document) for place in found.places] == [
        (ID + "c2", "Constitution of Smallton"),
        (ID + "c10", "Constitution of Smallton"),
    ]
    assert (found.places[0].file, found.places[0].first, found.places[0].last) == ("the constitution.txt", 4, 6)
    assert found.documents == ("Constitution of Smallton",)


def test_the_worst_comes_first_and_the_summary_counts(report: Report) -> None:
    assert [finding.severity for finding in report.findings] == ["violation", "warning"]
    assert report.summary == {"violation": 1, "warning": 1, "info": 0, "rules": 3}
    assert report.by_rule == {"GOV-T-002": 1, "GOV-T-001": 1}
    assert report.by_body == {"Board <of> & all": 2}
    assert [rule.rule for rule in report.ran] == ["GOV-T-001", "GOV-T-002", "GOV-T-003"]


def test_a_finding_keeps_its_id_from_review_to_review_and_no_two_share_one(report: Report, tmp_path: Path) -> None:
    again = reviewed(tmp_path)
    ids = [finding.id for finding in report.findings]
    assert ids == [finding.id for finding in again.findings]
    assert len(set(ids)) == len(ids)


def test_several_results_of_one_rule_about_one_value_are_one_finding(tmp_path: Path) -> None:
    shapes = SHAPES.replace(
        "sh:minCount 1 ; sh:severity sh:Warning", "sh:datatype xsd:integer ; sh:minInclusive 1 ; sh:severity sh:Warning"
    )
    report = reviewed(tmp_path, COUNCIL + 'small:chair gov:termYears "two" .', shapes)
    found = of(report, "GOV-T-001")
    assert len(found.components) == 2
    assert found.expected.count(" and ") == 1
    assert found.value == "two"


def test_a_report_is_read_back_as_it_was_written(report: Report) -> None:
    again = read_report(report.to_json())
    assert replace(again, fixed=report.fixed) == report
    assert again.to_json() == report.to_json()


def test_the_json_has_what_is_promised(report: Report) -> None:
    content = json.loads(report.to_json())
    assert (content["generation"], content["summary"]["violation"]) == (7, 1)
    assert {"rule", "severity", "focus", "message", "clauses", "places", "id"} <= content["findings"][0].keys()
    assert content["findings"][0]["clauses"] == ["2", "10"]
    assert {"number", "clause", "document"} <= content["findings"][0]["places"][0].keys()


def test_a_report_of_an_earlier_version_is_still_read() -> None:
    old: dict[str, object] = {
        "severity": "info",
        "rule": "GOV-X-001",
        "name": "x",
        "focus": "http://a",
        "label": "a",
        "message": "Do.",
    }
    old |= {"clauses": ["1.1"], "path": "", "value": ""}
    summary = {"violation": 0, "warning": 0, "info": 1, "rules": 5}
    report = read_report(json.dumps({"generation": 0, "summary": summary, "findings": [old]}), 3)
    [found] = report.findings
    assert (report.generation, report.rules, found.clauses, found.places) == (3, 5, ("1.1",), ())
    assert found.id


def test_a_report_of_a_later_version_may_say_more(report: Report) -> None:
    content = json.loads(report.to_json())
    content["findings"][0]["mood"] = "grave"
    assert read_report(json.dumps(content)).findings == report.findings


def test_a_thing_that_is_no_iri_is_reported_too(tmp_path: Path) -> None:
    shapes = (
        PREFIXES + "small:L a sh:NodeShape ; sh:targetObjectsOf skos:note ; sh:minLength 5 ; sh:message 'Longer.'@en ."
    )
    report = reviewed(tmp_path, PREFIXES + "small:a skos:note 'abc'@en .", shapes)
    [found] = report.findings
    assert (found.focus, found.label, found.rule) == ("abc", "abc", "id:smallton/L")
    assert 'sh:focusNode "abc"@en' in report.to_turtle()


def test_at_least_takes_a_severity_and_what_is_worse(report: Report) -> None:
    assert len(report.at_least("info")) == 2
    assert [finding.rule for finding in report.at_least("violation")] == ["GOV-T-002"]
    assert report.at_least("never") == []


def test_the_number_of_queries_does_not_grow_with_the_findings(tmp_path: Path) -> None:
    class Counting(StoreData):
        asked = 0

        def select(self, text: str):  # type: ignore[no-untyped-def]
            self.asked += 1
            return super().select(text)

    numbers = []
    for posts in (2, 90):
        more = "".join(
            f'small:p{n} a gov:Post ; skos:prefLabel "p{n}"@en ; gov:inBody small:board .\n' for n in range(posts)
        )
        data, shapes = written(tmp_path, COUNCIL + more)
        store = ox.Store()
        store.load(path=str(data), format=ox.RdfFormat.TURTLE)
        counting = Counting(store)
        assert len(review(counting, shapes).findings) > posts
        numbers.append(counting.asked)
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (SHAPES + "small:x", "shapes.ttl, line "),
        (PREFIXES + "small:a small:b small:c .", "no SHACL shape in it"),
        (SHAPES.replace("sh:Info", "sh:Grave"), "has the severity sh:Grave, which is unknown"),
        (PREFIXES + "small:N a sh:NodeShape ; sh:minCount 1 .", "is a node shape with sh:minCount"),
    ],
)
def test_shapes_that_cannot_be_used_are_refused_and_never_pass(tmp_path: Path, shapes: str, expected: str) -> None:
    with pytest.raises((BadInput, BadRdf), match=expected):
        reviewed(tmp_path, shapes=shapes)


def test_an_unknown_severity_is_named_with_its_line(tmp_path: Path) -> None:
    shapes = SHAPES.replace("sh:Info", "sh:Grave")
    line = next(n for n, text in enumerate(shapes.splitlines(), 1) if text.startswith("small:named"))
    with pytest.raises(BadInput, match=f"shapes.ttl, line {line}: .*Use sh:Violation, sh:Warning or sh:Info"):
        reviewed(tmp_path, shapes=shapes)


def test_a_shape_that_nothing_leads_to_is_said_aloud(tmp_path: Path) -> None:
    report = reviewed(tmp_path, shapes=SHAPES + "small:lost a sh:NodeShape ; sh:nodeKind sh:IRI .")
    assert report.without_target == [ID + "lost"]
    assert any("lost> has no target" in note for note in report.notes)


def test_shapes_without_any_target_never_pass(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="has a target, so nothing was reviewed"):
        reviewed(tmp_path, shapes=PREFIXES + "small:lost a sh:NodeShape ; sh:nodeKind sh:IRI .")


def test_conforming_is_having_nothing_that_counts(report: Report) -> None:
    assert not report.conforms
    assert replace(report, findings=[]).conforms


def test_what_many_shapes_judge_is_copied_into_memory_unless_it_is_too_large_with_the_same_findings(
    generation: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    shapes, size = read_shapes(shape_files()), generation.manifest["statements"]
    stored = data_of(opened(generation))
    assert isinstance(stored, StoreData)
    in_memory = stored.near(len(shapes.all))
    assert len(in_memory.store) == size < len(stored.store)
    assert in_memory.near(len(shapes.all)) is in_memory
    assert stored.near(1) is stored, "one shape is judged in less time than the copy would take"
    monkeypatch.setattr(data, "IN_MEMORY", size - 1)
    assert stored.near(len(shapes.all)) is stored
    whole = [result_key(result) for result in judge(StoreData(stored.store), shapes).results]
    for each in (in_memory, stored):
        assert each.entailed
        assert (
            sorted(str(result_key(result)) for result in judge(each, shapes).results) == sorted(map(str, whole)) != []
        )


def test_in_a_plain_dataset_nothing_is_taken_for_derived(generation: Generation, tmp_path: Path) -> None:
    derived = data_of(opened(generation))
    plain = data_of(opened(make_empty(Generations(tmp_path / "plain"))))
    assert (derived.entailed, plain.entailed) == (True, False)
