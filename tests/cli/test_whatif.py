"""`whatif`: what a change would do, and that nothing is kept of it."""

import hashlib
import json
import re
import shlex
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from govgraph.cli import main
from govgraph.errors import BadInput
from govgraph.graph import Graph
from govgraph.review.findings import Finding, Report
from govgraph.store.generations import Generations

PAGE = (Path(__file__).parents[2] / "docs" / "structure.md").read_text(encoding="utf-8")
ENDS = "Harrow Council, Local community, Member bodies"
BODY = "https://w3id.org/govgraph/id/harrow/body/"


@dataclass
class Result:
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], store_folder: Path) -> Iterator[Run]:
    """Run the command in this process, on the packaged graph."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("GOVGRAPH_STORE", str(store_folder))
    before = signal.getsignal(signal.SIGINT)

    def running(*words: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["govgraph", *words])
        with pytest.raises(SystemExit) as stopped:
            main()
        captured = capsys.readouterr()
        return Result(int(stopped.value.code or 0), captured.out, captured.err)

    yield running
    signal.signal(signal.SIGINT, before)


@pytest.fixture
def try_out(run: Run, store_folder: Path, tmp_path: Path) -> Callable[..., Any]:
    """Run `whatif` on an update text, and give its JSON."""

    def trying(update: str | None, *words: str) -> Any:
        change = tmp_path / "change.ru"
        files = [str(change)] if update is not None else []
        change.write_text(update or "", encoding="utf-8")
        result = run("whatif", *files, *words, "--format", "json", "--store", str(store_folder))
        assert result.code == 0, result.err
        return json.loads(result.out)

    return trying


def told(answer: Any, effect: str) -> dict[str, str]:
    return {each["label"]: each["detail"] for each in answer["effects"] if each["effect"] == effect}


def digest(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_without_the_chief_executives_the_groups_below_lose_their_ends(try_out: Callable[..., Any]) -> None:
    answer = try_out(None, "--remove", "Harrow Chief Executives")
    lost = told(answer, "loses an end")
    for group in ("Safer Harrow Management Group", "Delivery groups", "Thematic Management Groups"):
        assert lost[group] == f"{ENDS}; none of its ends is left"
    assert "Harrow Chief Executives" not in lost
    assert "Task and Finish Groups" not in lost
    assert told(answer, "gains an end") == {
        "Delivery groups": "Thematic Management Groups; now answering to nobody: Thematic Management Groups"
    }
    assert told(answer, "removed") == {"Harrow Chief Executives": ""}
    changed = told(answer, "chain changes")
    assert "no longer Thematic Management Groups → Harrow Chief Executives" in changed["Delivery groups"]
    assert "Partnership Board" not in changed


def test_rules_lines_seats_and_duties_lose_their_subject_with_their_clauses(try_out: Callable[..., Any]) -> None:
    answer = try_out(None, "--remove", "Harrow Chief Executives")
    lost = {each["label"]: each for each in answer["effects"] if each["effect"] == "loses its subject"}
    assert {"rule", "accountability line", "seat", "responsibility", "post", "servicing"} <= {
        each["kind"] for each in lost.values()
    }
    rule = lost["Harrow Chief Executives meet six times a year or more"]
    assert (rule["detail"], rule["clause"]) == ("applies to: was Harrow Chief Executives", "22.42")
    line = lost["Thematic groups are held to account by Harrow Chief Executives"]
    assert line["detail"] == "accountable to: was Harrow Chief Executives"


@pytest.mark.parametrize("nothing", ["", "# only a remark\n", "DELETE DATA { id:nobody a gov:Body }"])
def test_removing_nothing_changes_nothing(try_out: Callable[..., Any], nothing: str) -> None:
    answer = try_out(nothing)
    assert (answer["added"], answer["removed"], answer["effects"]) == (0, 0, [])
    assert "nobody gains or loses an end, no chain changes, and nothing loses its subject" in answer["notes"]


def test_the_store_is_byte_for_byte_as_before(try_out: Callable[..., Any], store_folder: Path) -> None:
    before = digest(store_folder)
    try_out("CLEAR ALL")
    try_out(None, "--remove", "Partnership Board", "--remove", "Cabinet")
    assert digest(store_folder) == before


def test_a_line_that_is_added_gives_an_end_even_without_a_name_of_its_own(try_out: Callable[..., Any]) -> None:
    answer = try_out(
        "INSERT DATA { [] a gov:AccountabilityLine ; gov:mode mode:accountability ; gov:strength gov:Explicit ;"
        f" gov:accountableParty <{BODY}the-assembly> ; gov:accountableTo <{BODY}harrow-council> }}"
    )
    assert answer["added"] == 5
    assert told(answer, "gains an end") == {"The Assembly": "Harrow Council"}
    assert told(answer, "chain changes") == {"The Assembly": "now The Assembly → Harrow Council"}
    assert told(answer, "loses an end") == told(answer, "loses its subject") == {}


def test_a_new_line_of_a_kind_of_group_reaches_the_named_groups(try_out: Callable[..., Any]) -> None:
    answer = try_out(
        "INSERT DATA { id:x a gov:AccountabilityLine ; gov:mode mode:accountability ; gov:strength gov:Explicit ;"
        f" gov:accountableParty <{BODY}thematic-management-groups> ; gov:accountableTo <{BODY}cabinet> }}"
    )
    assert told(answer, "gains an end")["Safer Harrow Management Group"] == "Cabinet"


def test_the_update_comes_before_what_is_taken_out(try_out: Callable[..., Any]) -> None:
    answer = try_out('INSERT DATA { id:x a gov:Body ; skos:prefLabel "X" }', "--remove", "The Assembly")
    assert told(answer, "added") == {"X": ""}
    assert told(answer, "removed") == {"The Assembly": ""}


def test_findings_of_the_review_are_new_fixed_or_standing(
    monkeypatch: pytest.MonkeyPatch, try_out: Callable[..., Any]
) -> None:
    from govgraph.review import reviewing
    from govgraph.review.findings import Finding, Report

    def named(*labels: str) -> Report:
        return Report([Finding("warning", "GOV-X-001", "x", each, each, "Mend it.", ("1.1",)) for each in labels], 1)

    reports = iter([named("a", "b"), named("b", "c")])
    monkeypatch.setattr(reviewing, "review", lambda facts: next(reports))
    answer = try_out("", "--validate")
    assert [each["label"] for each in answer["findings"]["new"]] == ["c"]
    assert [each["label"] for each in answer["findings"]["fixed"]] == ["a"]
    assert answer["findings"]["standing"] == 1


def test_without_validate_no_findings_are_claimed(try_out: Callable[..., Any]) -> None:
    answer = try_out("")
    assert answer["findings"] is None
    assert "findings of the review were not compared; with them: --validate" in answer["notes"]


def test_the_table_and_markdown_say_the_same(run: Run) -> None:
    for form in ("table", "md"):
        out = run("whatif", "--remove", "Decision sub-group", "--format", form).out
        assert "22.37" in out
        assert "the change adds 0 statements and takes out 12; nothing was kept" in out


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ("DELETE WHERE {\n  ?s ?p }", "the change cannot be read at line 2, column 9"),
        ("SELECT * { ?s ?p ?o }", "the change cannot be read at line 1"),
        ("LOAD <http://127.0.0.1:9/x>", "LOAD is not offered here"),
        ("INSERT { ?s a ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s a ?o } }", "SERVICE is not offered here"),
        ("INSERT DATA { GRAPH id:g { id:a a gov:Body } }", "writes to the graph <https://w3id.org/govgraph/id/g>"),
    ],
)
def test_a_change_that_cannot_be_tried_is_bad_input(run: Run, tmp_path: Path, update: str, expected: str) -> None:
    (tmp_path / "change.ru").write_text(update)
    result = run("whatif", str(tmp_path / "change.ru"))
    assert result.code == 2
    assert expected in result.err
    assert result.out == ""


def test_other_bad_input_is_told_in_words(run: Run, tmp_path: Path) -> None:
    (tmp_path / "latin.ru").write_bytes(b"# caf\xe9")
    wrong = {
        ("--remove", "Harow Chief Executives"): 'Did you mean "Harrow Chief Executives"',
        ("--remove", "Children's Trust"): "Children's Trust is not in the current facts",
        (str(tmp_path / "none.ru"),): "cannot be read (No such file or directory)",
        (str(tmp_path / "latin.ru"),): "is not UTF-8 text",
        (): "nothing to try",
    }
    for words, expected in wrong.items():
        result = run("whatif", *words)
        assert result.code == 2
        assert expected in result.err


def test_nothing_is_kept_unless_the_user_says_so(run: Run) -> None:
    assert "Nothing is kept without --apply" in " ".join(run("whatif", "--help").out.split())


def test_a_change_that_is_kept_is_in_the_graph_that_speaks_of_its_thing(
    run: Run, store_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("govgraph.writing.checking.packaged_judge", lambda facts: Report([], 0))
    store = shutil.copytree(store_folder, tmp_path / "store")
    change = tmp_path / "change.ru"
    board = "<https://w3id.org/govgraph/id/harrow/body/partnership-board>"
    change.write_text(
        f"""DELETE {{ {board} skos:prefLabel ?old }} INSERT {{ {board} skos:prefLabel "Top Board"@en }}
        WHERE {{ {board} skos:prefLabel ?old }} ;
        INSERT DATA {{ id:new a gov:DeliveryGroup ; skos:prefLabel "New group"@en }}""",
        encoding="utf-8",
    )
    before = Generations(store).current()
    answer = json.loads(run("whatif", str(change), "--apply", "--store", str(store), "--format", "json").out)
    after = Generations(store).current()
    assert answer["kept"] == after.number == before.number + 1
    home = "https://w3id.org/govgraph/graph/harrow/handbook-current"
    assert after.manifest["change"]["graphs"] == ["https://w3id.org/govgraph/graph/changes", home]
    assert after.manifest["graphs"][home] == before.manifest["graphs"][home]
    assert Graph(after).describe("Top Board")
    assert Graph(after).describe("New group")


def test_a_change_that_adds_violations_is_not_kept_unless_somebody_accepts_them(
    run: Run, store_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def review(facts: bytes) -> Report:
        there = b"/body/harrow-chief-executives> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type>" in facts
        return Report([] if there else [Finding("violation", "GOV-X-001", "", "id:x", "x", "Mend it.")], 1)

    monkeypatch.setattr("govgraph.writing.checking.packaged_judge", review)
    store = shutil.copytree(store_folder, tmp_path / "store")
    words = ("whatif", "--remove", "Harrow Chief Executives", "--apply", "--store", str(store), "--format", "json")
    refused = run(*words)
    assert refused.code == 1
    assert "adds 1 violation" in refused.err
    assert Generations(store).current().number == Generations(store_folder).current().number
    kept = run(*words, "--accept-violations", "the monitoring officer")
    assert json.loads(kept.out)["kept"] == Generations(store).current().number
    assert Generations(store).current().manifest["change"]["gate"]["accepted by"] == "the monitoring officer"


def test_a_change_larger_than_a_query_may_be_is_tried(graph: Graph) -> None:
    text = "INSERT DATA { " + " ".join(f'id:n{n} rdfs:label "{n}" .' for n in range(3_000)) + " }"
    assert graph.whatif(text).added == 3_000


def test_a_version_can_be_changed_too(graph: Graph) -> None:
    earlier = graph.at(version="handbook-earlier")
    assert "Children's Trust" in {effect.label for effect in earlier.whatif(remove=["Children's Trust"]).effects}
    with pytest.raises(BadInput, match="not in the current facts"):
        graph.whatif(remove=["Children's Trust"])


def console() -> list[tuple[str, str]]:
    """Each command of the page with what it prints."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL):
        for part in block.split("$ govgraph ")[1:]:
            command, _, printed = part.partition("\n")
            found.append((command, printed))
    return found


@pytest.mark.parametrize(("command", "printed"), console())
def test_what_the_page_shows_is_what_is_printed(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str, printed: str
) -> None:
    [change] = re.findall(r"^```sparql\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    (tmp_path / "change.ru").write_text(change)
    monkeypatch.chdir(tmp_path)
    result = run(*shlex.split(command))
    assert result.out.splitlines() == printed.splitlines(), result.err


def test_the_page_shows_commands() -> None:
    assert len(console()) == 3
