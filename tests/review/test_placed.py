"""A report that is read by the places of its findings says the same as one that is read whole."""

import json
import os
import sqlite3
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from govgraph.errors import StoreDamaged
from govgraph.knowledge.build import build
from govgraph.review import placed
from govgraph.review.compare import compare
from govgraph.review.findings import SEVERITIES, SUBJECTS, Finding, Report, Waived, read_finding, read_report
from govgraph.review.gate import gate
from govgraph.review.placed import Placed, is_of
from govgraph.review.placing import place
from govgraph.review.selecting import concerned, concerns_council, standing_at
from govgraph.review.which import Which
from govgraph.store.generations import Generations

TODAY = "2026-11-22"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of the packaged graph with waivers: some stand, some have run out."""
    folder = tmp_path_factory.mktemp("placed")
    generation = build(Generations(folder / "store"), gate=gate).generation
    whole = read_report((generation.folder / "report.json").read_text(encoding="utf-8"))
    days = {number: "2099-01-01" if number % 2 else TODAY for number in range(0, len(whole.findings), 9)}
    waived = [replace(whole.findings[n], waived=Waived("Jo", "known", day)) for n, day in days.items()]
    kept = [finding for number, finding in enumerate(whole.findings) if number not in days]
    (folder / "report.json").write_text(replace(whole, findings=kept, waived=waived).to_json(), encoding="utf-8")
    return folder / "report.json"


@pytest.fixture(scope="module")
def whole(file: Path) -> Report:
    return read_report(file.read_text(encoding="utf-8"), 1, TODAY)


@pytest.fixture
def report(file: Path) -> Iterator[Placed]:
    places = file.with_suffix(".sqlite")
    if not places.exists():
        place(file, places)
    with closing(Placed(file, places, 1, TODAY)) as opened:
        yield opened


def of(whole: Report, fits: Callable[[Finding], bool]) -> tuple[list[Finding], list[Finding]]:
    return [each for each in whole.findings if fits(each)], [each for each in whole.waived if fits(each)]


def same(report: Placed, whole: Report, which: Which, fits: Callable[[Finding], bool]) -> int:
    """Check that a part is what the whole report has of it, and give the number of its findings."""
    part, (found, waived) = report.part(which), of(whole, fits)
    assert part.findings == found, which
    assert part.waived == waived, which
    assert report.count(which) == len(found)
    assert report.size(which) == len(found) + len(waived)
    assert report.listed(which, 1, 3) == found[1:4]
    assert report.waived(which, 2) == (waived[:2], len(waived))
    return len(found)


def test_what_is_told_of_the_whole_is_the_same(report: Placed, whole: Report) -> None:
    assert report.shell == replace(whole, findings=[], waived=[])
    assert same(report, whole, Which(), lambda each: True) > 400


def test_the_findings_of_each_council_rule_and_severity_are_the_same(report: Placed, whole: Report) -> None:
    every = [*whole.findings, *whole.waived]
    assert same(report, whole, Which(council=""), lambda each: not each.council)
    for name in ({each.council for each in every} | {each.council_label.upper() for each in every}) - {""}:
        assert same(report, whole, Which(council=name), lambda each, name=name: concerns_council(each, name))  # type: ignore[misc]
    for rule in {each.rule for each in every}:
        same(report, whole, Which(rule=rule), lambda each, rule=rule: each.rule == rule)  # type: ignore[misc]
    for severity in SEVERITIES:
        for subject in SUBJECTS:
            same(
                report, whole, Which(severity=severity, subject=subject),
                lambda each, wanted=(severity, subject): (each.severity, each.subject or "data") == wanted,  # type: ignore[misc]
            )  # fmt: skip
    assert report.part(Which(rule="GOV-NONE-001", council="harrow")).conforms


def test_the_findings_of_each_body_and_document_are_the_same(report: Placed, whole: Report) -> None:
    every = [*whole.findings, *whole.waived]
    for body, label in {(each.body, each.body_label) for each in every if each.body}:
        same(report, whole, Which(body=body), lambda each, body=body: each.body == body)  # type: ignore[misc]
        named = Which(body=label.upper())
        same(report, whole, named, lambda each, label=label: each.body_label == label)  # type: ignore[misc]
    assert same(report, whole, Which(body=""), lambda each: not each.body)
    for title in {title for each in every for title in each.documents}:
        assert same(report, whole, Which(document=title), lambda each, title=title: title in each.documents)  # type: ignore[misc]


def test_the_findings_about_each_thing_are_the_same(report: Placed, whole: Report) -> None:
    things = {name for each in whole.findings for name in concerned(each) if name}
    for thing in sorted(things)[::7]:
        found, waived = of(whole, lambda each: thing in concerned(each))  # noqa: B023
        assert report.about(thing, 3) == (found[:3], len(found))
        assert report.part(Which(thing=thing)).waived == waived
    places = sorted({name for each in whole.findings for name in standing_at(each)})
    standing = report.standing_at(places, 10_000)
    keys = report.keys_at([*places, "https://example.org/nothing"])
    assert standing is not None
    for name in places:
        expected = [each for each in whole.findings if name in standing_at(each)]
        assert standing[name] == expected
        assert keys[name] == {each.key for each in expected}
    assert report.standing_at(places, 100) is None
    assert report.keys_at(["https://example.org/nothing"]) == {}


def test_each_finding_is_found_by_its_id_with_those_that_are_like_it(report: Placed, whole: Report) -> None:
    for each in [*whole.findings, *whole.waived][::5]:
        assert report.finding(each.key) == each
        assert report.like(each) == (
            sum(one.rule == each.rule for one in whole.findings), sum(one.focus == each.focus for one in whole.findings)
        )  # fmt: skip
    assert report.finding("0" * 16) is None


def test_numbers_are_those_of_the_whole_report_and_waivers_that_ran_out_today_do_not_count(
    report: Placed, whole: Report
) -> None:
    numbers = report.numbers(Which())
    assert whole.waived
    assert any("ran out" in each.note for each in whole.findings)
    assert {**whole.summary} == {**numbers.by_severity, "rules": whole.rules}
    assert numbers.by_subject == whole.by_subject
    assert numbers.by_rule == whole.by_rule
    assert numbers.total == len(whole.findings)
    assert sum(numbers.waived.values()) == len(whole.waived)
    councils = {each.council_label for each in whole.findings}
    assert {name: sum(found.values()) for name, found in numbers.by_council.items()} == {
        name: sum(each.council_label == name for each in whole.findings) for name in councils
    }


def test_without_a_waiver_that_ran_out_findings_stand_as_they_are_listed(file: Path) -> None:
    day = "2026-11-21"
    whole = read_report(file.read_text(encoding="utf-8"), 1, day)
    with closing(Placed(file, _placed(file), 1, day)) as report:
        assert report.part(Which()).findings == whole.findings
        assert report.part(Which()).waived == whole.waived


def _placed(file: Path) -> Path:
    place(file, file.with_suffix(".sqlite"))
    return file.with_suffix(".sqlite")


def test_what_is_new_standing_and_fixed_in_a_part_is_the_same(report: Placed, whole: Report, tmp_path: Path) -> None:
    gone = [replace(each, id=f"{number:016x}") for number, each in enumerate(whole.findings[::11])]
    before = replace(whole, findings=[*whole.findings[::2], *gone], waived=whole.findings[1::8], generation=0)
    earlier_file = tmp_path / "report.json"
    earlier_file.write_text(before.to_json(), encoding="utf-8")
    with closing(Placed(earlier_file, _placed(earlier_file), 7, TODAY)) as earlier:
        read = read_report(earlier_file.read_text(encoding="utf-8"), 7, TODAY)
        told = compare(whole, read, "generation 7")
        for council in {each.council for each in whole.findings}:
            part = report.changed(earlier, Which(council=council))
            for found, every in zip(
                (part.findings, part.waived, part.fixed), (told.findings, told.waived, told.fixed), strict=True
            ):
                assert found == [each for each in every if each.council == council]
            assert part.against == told.against
        new: dict[str, Finding] = {}
        for each in told.findings:
            if each.state == "new":
                new.setdefault(each.rule, each)
        assert [each.rule for each in report.first_new(earlier, most=5)] == list(new)[:5]
        assert [each.rule for each in earlier.first_new(most=2)] == list(dict.fromkeys(f.rule for f in read.findings))[
            :2
        ]


def test_a_question_reads_only_the_lines_that_it_is_about(
    report: Placed, whole: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[str] = []

    def noted(given: dict[str, Any]) -> Finding:
        read.append(given["id"])
        return read_finding(given)

    monkeypatch.setattr(placed, "read_finding", noted)
    found = report.listed(Which(rule=whole.findings[-1].rule), 0, 5)
    report.numbers(Which(severity="info"))
    report.keys_at([whole.findings[0].focus])
    assert read == [each.id for each in found]


@pytest.fixture
def own(file: Path, tmp_path: Path) -> tuple[Path, Path]:
    """A report of its own and its places."""
    report = tmp_path / "report.json"
    report.write_bytes(file.read_bytes())
    return report, _placed(report)


def test_places_are_of_one_report_as_it_was_when_they_were_written(own: tuple[Path, Path]) -> None:
    report, places = own
    assert is_of(places, report)
    os.utime(report, ns=(1, 1))
    assert not is_of(places, report)
    place(report, places)
    assert is_of(places, report)
    report.write_bytes(report.read_bytes() + b"\n")
    assert not is_of(places, report)


@pytest.mark.parametrize("spoil", ["cut", "empty", "version", "none", "words"])
def test_places_that_are_not_whole_or_of_another_version_are_not_used(own: tuple[Path, Path], spoil: str) -> None:
    report, places = own
    content = places.read_bytes()
    if spoil == "cut":
        places.write_bytes(content[: len(content) // 2])
    elif spoil == "empty":
        places.write_bytes(b"")
    elif spoil == "words":
        places.write_bytes(b"words" * 1000)
    elif spoil == "none":
        places.unlink()
    else:
        with closing(sqlite3.connect(places)) as db:
            db.execute("PRAGMA user_version = 999")
            db.commit()
    assert not is_of(places, report)


def test_nothing_is_left_where_places_cannot_be_written(tmp_path: Path) -> None:
    for name, content in (
        ("old", json.dumps({"findings": [{}]}, indent=1)),
        ("cut", '{ "generation": 0,\n "findings": [\n'),
    ):
        report = tmp_path / name
        report.write_text(content)
        with pytest.raises(StoreDamaged):
            place(report, tmp_path / "places" / "1.sqlite")
        assert list((tmp_path / "places").iterdir()) == []


def test_something_else_at_the_place_of_a_finding_is_named(own: tuple[Path, Path]) -> None:
    report, places = own
    with closing(Placed(report, places, 1, TODAY)) as opened:
        report.write_text("{" * 100)
        with pytest.raises(StoreDamaged, match="cannot be read"):
            opened.listed(Which(), 0, 5)


def test_an_empty_report_has_places(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(Report([], 3).to_json())
    with closing(Placed(file, _placed(file), 1, TODAY)) as report:
        assert report.part(Which()).conforms
        assert report.numbers(Which()).total == 0
        assert report.shell.rules == 3


def test_memory_does_not_grow_with_the_report(file: Path, whole: Report, tmp_path: Path) -> None:
    def peak(times: int) -> int:
        many = [replace(each, id=f"{n}-{each.id}") for n in range(times) for each in whole.findings]
        large = tmp_path / f"{times}.json"
        with large.open("w", encoding="utf-8") as output:
            output.writelines(replace(whole, findings=many, waived=[]).json_parts())
        del many
        tracemalloc.start()
        with closing(Placed(large, _placed(large), 1, TODAY)) as report:
            assert report.numbers(Which()).total == times * len(whole.findings)
            assert len(report.listed(Which(), 100, 50)) == 50
            _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    small, large = peak(5), peak(20)
    assert large < 1.3 * small
