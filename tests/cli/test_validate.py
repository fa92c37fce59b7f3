"""`validate`: one command, every format, exit codes for build servers, and never a pass by accident."""

import csv
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.review.small_world import COUNCIL, PREFIXES, SHAPES, written

from govgraph.cli import main


@dataclass
class Result:
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Result]

WAIVER = (
    PREFIXES
    + """small:w a gov:Waiver ; skos:prefLabel "the meeting in May"@en ; gov:waivedRule "GOV-T-002" ;
    gov:waivedBy "Jo" ; gov:waivedBecause "The chair decided."@en ; gov:validUntil "2099-01-01"^^xsd:date .
"""
)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a verb in a folder that holds council.ttl and shapes.ttl, as a user would."""
    written(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GOVGRAPH_STORE", str(tmp_path / "store"))

    def run(*words: str, verb: str = "validate") -> Result:
        monkeypatch.setattr(sys, "argv", ["govgraph", verb, *words])
        with pytest.raises(SystemExit) as stopped:
            main()
        captured = capsys.readouterr()
        return Result(int(stopped.value.code or 0), captured.out, captured.err)

    return run


SMALL = ("council.ttl", "--shapes", "shapes.ttl")


def told(result: Result, code: int = 2) -> str:
    """The single line of an error."""
    assert result.returncode == code, result.stderr
    [line] = result.stderr.strip().splitlines()
    assert line.startswith("govgraph: ")
    assert result.stdout == ""
    return line


def test_a_file_is_reviewed_without_touching_any_store(run: Run, tmp_path: Path) -> None:
    result = run(*SMALL, "--format", "json")
    report = json.loads(result.stdout)
    assert result.returncode == 1, "there is a violation"
    assert [finding["rule"] for finding in report["findings"]] == ["GOV-T-002", "GOV-T-001"]
    assert (report["title"], report["generation"]) == ("council.ttl", 0)
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((), 1),
        (("--fail-on", "never"), 0),
        (("--rule", "GOV-T-001"), 0),
        (("--rule", "GOV-T-001", "--fail-on", "warning"), 1),
        (("--rule", "GOV-T-003", "--fail-on", "info"), 0),
        (("--severity", "violation", "--fail-on", "info"), 1),
        (("--council", "smallton"), 1),
    ],
)
def test_the_exit_code_says_whether_something_fails(run: Run, words: tuple[str, ...], code: int) -> None:
    assert run(*SMALL, *words).returncode == code


@pytest.mark.parametrize(
    ("form", "ending", "starts"),
    [
        ("table", ".txt", "VIOLATIONS (1)"),
        ("json", ".json", "{"),
        ("csv", ".csv", "severity,rule,label"),
        ("md", ".md", "# Governance review: council.ttl"),
        ("ttl", ".ttl", "@prefix"),
        ("html", ".html", "<!doctype html>"),
        ("junit", ".xml", "<?xml"),
        ("sarif", ".sarif", "{"),
    ],
)
def test_a_format_is_asked_for_or_told_by_the_ending_of_the_file(
    run: Run, tmp_path: Path, form: str, ending: str, starts: str
) -> None:
    printed = run(*SMALL, "--format", form)
    assert printed.stdout.startswith(starts)
    result = run(*SMALL, "--out", f"report{ending}")
    assert result.returncode == 1
    assert f"1 violation, 1 warning and 0 remarks by 3 rules; written to report{ending}" in result.stdout
    assert (tmp_path / f"report{ending}").read_text().startswith(starts)
    assert not list(tmp_path.glob(".*.part"))


def test_a_pipe_gets_csv(run: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(run(*SMALL).stdout)))
    assert [row["rule"] for row in rows] == ["GOV-T-002", "GOV-T-001"]


def test_an_earlier_report_parts_new_standing_and_fixed(run: Run, tmp_path: Path) -> None:
    run(*SMALL, "--out", "old.json")
    (tmp_path / "council.ttl").write_text(COUNCIL.replace("gov:present 2", "gov:present 5") + "small:p a gov:Post .")
    report = json.loads(run(*SMALL, "--against", "old.json", "--format", "json").stdout)
    assert report["compared"] == {"new": 1, "standing": 1, "fixed": 1}
    assert [finding["rule"] for finding in report["fixed"]] == ["GOV-T-002"]
    assert report["against"].startswith("the report of ")


def test_a_waiver_lets_a_violation_pass_and_lists_it_apart(run: Run, tmp_path: Path) -> None:
    (tmp_path / "w.ttl").write_text(WAIVER)
    result = run(*SMALL, "--waivers", "w.ttl", "--format", "table")
    assert result.returncode == 0
    assert "WAIVED (1)" in result.stdout
    assert "The chair decided." in result.stdout


def test_waivers_of_a_data_folder_count(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data" / "facts").mkdir(parents=True)
    (tmp_path / "council.ttl").rename(tmp_path / "data" / "facts" / "council.ttl")
    (tmp_path / "data" / "catalog.ttl").write_text(
        "@prefix gov: <https://w3id.org/govgraph/def/> . <https://w3id.org/govgraph/graph/smallton/facts>"
        ' a <http://www.w3.org/ns/dcat#Dataset> ; gov:revisionStatus gov:Current ; gov:dataFolder "facts" .'
    )
    assert run("data", "--shapes", "shapes.ttl").returncode == 1
    (tmp_path / "data" / "waivers.ttl").write_text(WAIVER)
    assert run("data", "--shapes", "shapes.ttl").returncode == 0


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("none.ttl",), "none.ttl is not there"),
        (("empty.ttl",), "empty.ttl holds no statement, so nothing was reviewed"),
        (("foreign.ttl",), "holds nothing that the shapes look at, so nothing was reviewed"),
        (("broken.ttl",), "broken.ttl, line 2, column"),
        (("folder",), "folder holds no data"),
        (("council.ttl", "--store", "x"), "both FILES and --store are named"),
        ((*SMALL, "--out", "nowhere/report.html"), "nowhere/report.html cannot be written: nowhere is not a folder"),
        ((*SMALL, "--out", "folder"), "folder is a folder"),
        ((*SMALL, "--out", "report.doc"), "report.doc: the ending names no format"),
        ((*SMALL, "--rule", "GOV-T-01"), 'Did you mean "GOV-T-001"'),
        ((*SMALL, "--council", "smalton"), 'Did you mean "smallton"'),
        ((*SMALL, "--against", "none.json"), "none.json: cannot be read"),
        ((*SMALL, "--against", "broken.ttl"), "broken.ttl, line 1: is not JSON"),
        ((*SMALL, "--against", "other.json"), "other.json: is not a report of govgraph"),
        ((*SMALL, "--waivers", "council.ttl"), "council.ttl holds no gov:Waiver"),
        (("council.ttl", "--shapes", "none"), "none is not there"),
        (("council.ttl", "--shapes", "folder"), "folder holds no shapes"),
        (("council.ttl", "--shapes", "broken.ttl"), "broken.ttl, line 2, column"),
        (("council.ttl", "--shapes", "council.ttl"), "no SHACL shape in it"),
        (("council.ttl", "--shapes", "grave.ttl"), "has the severity sh:Grave, which is unknown"),
    ],
)
def test_bad_input_is_one_line_with_a_next_step(
    run: Run, tmp_path: Path, words: tuple[str, ...], expected: str
) -> None:
    (tmp_path / "empty.ttl").write_text(PREFIXES)
    (tmp_path / "foreign.ttl").write_text("<http://a> <http://b> <http://c> .")
    (tmp_path / "broken.ttl").write_text("<http://a> <http://b>\n<http://c> <http://d> .")
    (tmp_path / "other.json").write_text("[]")
    (tmp_path / "grave.ttl").write_text(SHAPES.replace("sh:Info", "sh:Grave"))
    (tmp_path / "folder").mkdir()
    assert expected in told(run(*words))


def test_a_severity_that_is_none_is_a_usage_error(run: Run) -> None:
    result = run(*SMALL, "--severity", "grave")
    assert result.returncode == 2
    assert "'violation', 'warning', 'info'" in result.stderr


def test_a_report_that_cannot_be_written_is_told_before_any_work(run: Run) -> None:
    assert "nowhere is not a folder" in told(run("none.ttl", "--out", "nowhere/x.html"))


def test_nothing_to_review_passes_only_where_nothing_can_fail_and_is_said_aloud(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty.ttl").write_text(PREFIXES)
    result = run("empty.ttl", "--shapes", "shapes.ttl", "--fail-on", "never")
    assert result.returncode == 0
    assert "empty.ttl holds no statement, so nothing was reviewed" in result.stderr


def test_a_shape_that_is_never_run_is_said_aloud(run: Run, tmp_path: Path) -> None:
    (tmp_path / "shapes.ttl").write_text(SHAPES + "small:lost a sh:NodeShape ; sh:nodeKind sh:IRI .")
    assert "smallton/lost> was never run: it has no target" in run(*SMALL, "--format", "json").stderr


def test_a_build_is_refused_and_says_how_to_go_on(run: Run, tmp_path: Path) -> None:
    (tmp_path / "data" / "facts").mkdir(parents=True)
    (tmp_path / "data" / "facts" / "w.ttl").write_text(PREFIXES + 'small:w a gov:Waiver ; skos:prefLabel "w"@en .')
    (tmp_path / "data" / "catalog.ttl").write_text(
        "@prefix gov: <https://w3id.org/govgraph/def/> . <https://w3id.org/govgraph/graph/smallton/facts>"
        ' a <http://www.w3.org/ns/dcat#Dataset> ; gov:revisionStatus gov:Current ; gov:dataFolder "facts" .'
    )
    refused = told(run("data", verb="build"), 1)
    assert "so nothing was published; the first: GOV-" in refused
    assert "--accept-violations" in refused
    assert "does not say why" in told(run("data", "--accept-violations", "Jo", verb="build"))
    built = run("data", "--accept-violations", "Jo", "--because", "It is a trial.", verb="build")
    assert built.returncode == 0, built.stderr
    assert "violations accepted by Jo: It is a trial." in built.stdout
    (tmp_path / "data" / "waivers.ttl").write_text(WAIVER.replace('gov:waivedBy "Jo" ; ', ""))
    assert "waivers.ttl, line 9: the waiver" in told(run("data", verb="build"))
