"""--as-of, --version, --dated-only and `diff` on the command line, and the page that explains them."""

import csv
import io
import json
import re
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from govgraph.cli import main
from govgraph.knowledge.build import build
from govgraph.store.generations import Generations

PAGE = (Path(__file__).parents[2] / "docs" / "time.md").read_text(encoding="utf-8")
CATALOGUE = """@prefix gov: <https://w3id.org/govgraph/def/> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
<https://w3id.org/govgraph/graph/exampleton/now> a dcat:Dataset ; gov:dataFolder "now" ;
    gov:revisionStatus gov:Current ; dct:source <https://w3id.org/govgraph/id/exampleton/version/rules-now> .
<https://w3id.org/govgraph/graph/exampleton/then> a dcat:Dataset ; gov:dataFolder "then" ;
    gov:revisionStatus gov:Superseded ; dct:source <https://w3id.org/govgraph/id/exampleton/version/rules-then> .
<https://w3id.org/govgraph/graph/exampleton/documents> a dcat:Dataset ; gov:dataFolder "documents" .
"""
DOCUMENTS = """@prefix gov: <https://w3id.org/govgraph/def/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <https://w3id.org/govgraph/id/exampleton/version/> .
:rules-now a gov:DocumentVersion ; skos:prefLabel "Rules, present"@en .
:rules-then a gov:DocumentVersion ; skos:prefLabel "Rules, former"@en ; skos:editorialNote "Known from notes."@en .
<https://w3id.org/govgraph/id/exampleton/document/rules> a gov:Document ; skos:prefLabel "Rules"@en .
"""


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def line(self) -> str:
        """The single line of an error."""
        [line] = self.err.strip().splitlines()
        assert line.startswith("govgraph: ")
        return line


Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], store: Path) -> Iterator[Run]:
    """Run the command in this process, on the store below."""
    monkeypatch.setenv("GOVGRAPH_STORE", str(store))
    monkeypatch.setenv("COLUMNS", "200")
    before = signal.getsignal(signal.SIGINT)

    def running(*words: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["govgraph", *words])
        with pytest.raises(SystemExit) as stopped:
            main()
        captured = capsys.readouterr()
        return Result(int(stopped.value.code or 0), captured.out, captured.err)

    yield running
    signal.signal(signal.SIGINT, before)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two generations of the page's example, with a superseded version beside it."""
    folder = tmp_path_factory.mktemp("time")
    [lines] = re.findall(r"^```turtle\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    former = lines.replace("Places Committee", "Places Board").replace(":places", ":board")
    for name, text in {"now": lines, "then": former, "documents": DOCUMENTS}.items():
        (folder / "data" / name).mkdir(parents=True)
        (folder / "data" / name / "facts.ttl").write_text(text)
    (folder / "data" / "catalog.ttl").write_text(CATALOGUE)
    generations = Generations(folder / "store")
    build(generations, folder / "data")
    changed = lines.replace("gov:accountableTo :places", "gov:accountableTo :cabinet")
    (folder / "data" / "now" / "facts.ttl").write_text(changed)
    build(generations, folder / "data")
    (folder / "data" / "now" / "facts.ttl").write_text(lines)
    build(generations, folder / "data")
    return folder / "store"


def console(page: str) -> list[tuple[str, str]]:
    """Each command of the page with what it prints."""
    found = []
    for block in re.findall(r"^```console\n(.*?)^```", page, re.MULTILINE | re.DOTALL):
        for part in block.split("$ govgraph ")[1:]:
            command, _, printed = part.partition("\n")
            found.append((command, printed))
    return found


@pytest.mark.parametrize(("command", "printed"), console(PAGE))
def test_what_the_page_shows_is_what_is_printed(run: Run, command: str, printed: str) -> None:
    result = run(*shlex.split(command))
    assert result.out.splitlines() == printed.splitlines(), result.err


def test_the_page_shows_commands() -> None:
    assert len(console(PAGE)) == 4


ASK = ("ask", "ultimately-accountable-to", "--body", "Parks Team")


def test_json_repeats_the_options_and_marks_the_rows(run: Run) -> None:
    answer = json.loads(run(*ASK, "--as-of", "2011-04-17", "--format", "json").out)
    assert answer["params"] == {"body": "Parks Team", "as_of": "2011-04-17"}
    assert [(row["toLabel"], row["undated"]) for row in answer["rows"]] == [
        ("Places Committee", False), ("Cabinet", True),
    ]  # fmt: skip
    assert "as of 2011-04-17: 1 of 2 lines is undated and was kept" in answer["notes"]
    strict = json.loads(run(*ASK, "--as-of", "2011-04-17", "--dated-only", "--format", "json").out)
    assert strict["params"] == {"body": "Parks Team", "as_of": "2011-04-17", "dated_only": True}
    assert [row["toLabel"] for row in strict["rows"]] == ["Places Committee"]


def test_without_an_option_nothing_is_added(run: Run) -> None:
    answer = json.loads(run(*ASK, "--format", "json").out)
    assert answer["params"] == {"body": "Parks Team"}
    assert "undated" not in answer["rows"][0]
    assert {row["toLabel"] for row in answer["rows"]} == {"Places Committee", "Cabinet"}


def test_a_query_of_ones_own_reads_the_snapshot_and_the_notes_go_to_standard_error(run: Run) -> None:
    text = "SELECT ?to { ?from gov:answersTo ?to } ORDER BY ?to"
    result = run("query", text, "--as-of", "2005-01-01", "--format", "csv")
    assert [row["to"].rpartition("/")[2] for row in csv.DictReader(io.StringIO(result.out))] == ["cabinet", "leisure"]
    assert "note: as of 2005-01-01: 1 of 2 lines is undated and was kept" in result.err
    assert "• as of 2005-01-01: " in run("query", text, "--as-of", "2005-01-01", "--format", "table").out
    assert run("query", text, "--format", "csv").err == ""


@pytest.mark.parametrize(
    "name", ["rules-then", "rules, former", "https://w3id.org/govgraph/id/exampleton/version/rules-then"]
)
def test_a_version_answers_from_its_own_graph(run: Run, name: str) -> None:
    result = run(*ASK, "--version", name, "--format", "json")
    answer = json.loads(result.out)
    assert answer["params"]["version"] == "rules-then"
    assert {row["toLabel"] for row in answer["rows"]} == {"Leisure Committee", "Places Board", "Cabinet"}
    assert "in version rules-then: Rules, former (superseded)" in answer["notes"]
    assert "Known from notes." in answer["notes"]


def test_a_version_and_a_day_go_together(run: Run) -> None:
    told = run("explain", "Parks Team", "--version", "rules-then", "--as-of", "2012-01-01").out
    assert "Places Board" in told
    assert "Leisure" not in told
    assert "as of 2012-01-01 in version rules-then: 1 of 2 lines is undated and was kept" in told


def test_a_thing_of_another_version_is_said_not_to_be_there(run: Run) -> None:
    assert (
        "in version rules-now: Places Board is not in the graph"
        in run("explain", "Places Board", "--version", "rules-now").out
    )


def test_a_question_that_compares_graphs_says_that_a_version_stands_alone(run: Run) -> None:
    told = run("ask", "changes-between-revisions", "--version", "rules-now", "--format", "table").out
    assert "no rows" in told
    assert "govgraph diff --versions" in told


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--as-of", "17/4/2011"), 'not a day: "17/4/2011". Write year, month and day, such as 2011-04-17.'),
        (("--as-of", ""), "not a day"),
        (("--as-of", "2011-02-30"), "not a day"),
        (("--dated-only",), "dated-only needs a day. Give one with --as-of"),
        (("--version", "former"), 'no document version is named "former". Did you mean "rules-then"?'),
        (("--version", "zzz"), 'Did you mean "rules-now" or "rules-then"?'),
        (("--version", ""), "no document version is named"),
    ],
)
def test_a_bad_day_or_version_is_one_line_with_the_next_step(run: Run, options: tuple[str, ...], expected: str) -> None:
    for command in (ASK, ("explain", "Parks Team"), ("query", "ASK {}")):
        result = run(*command, *options)
        assert result.code == 2
        assert expected in result.line


def test_a_day_before_everything_says_so(run: Run) -> None:
    told = run("explain", "Parks Team", "--as-of", "1066-10-14").out
    assert "before the first date here, 2004-05-01, so only undated facts were kept" in told


def test_diff_in_every_format(run: Run) -> None:
    assert "accountable to Places Committee → Cabinet" in run("diff", "1", "2", "--format", "table").out
    found = json.loads(run("diff", "1", "2", "--format", "json").out)
    assert found["summary"] == {"added": 0, "removed": 0, "changed": 2}
    assert [change["label"] for change in found["changes"]] == ["Parks answers to Places.", "Parks Team"]
    rows = list(csv.DictReader(io.StringIO(run("diff", "1", "2", "--format", "csv").out)))
    assert [(row["propertyLabel"], row["before"], row["after"]) for row in rows] == [
        ("accountable to", "Places Committee", "Cabinet"), ("answers to", "Places Committee", "Cabinet"),
    ]  # fmt: skip


@pytest.mark.parametrize("sides", [("1", "3"), ("2", "2"), ("--versions", "rules-now", "rules-now")])
def test_equal_ones_say_so_and_exit_0(run: Run, sides: tuple[str, ...]) -> None:
    result = run("diff", *sides, "--format", "md")
    assert result.code == 0
    assert "both say the same" in result.out


def test_versions_are_compared_by_thing(run: Run) -> None:
    found = json.loads(run("diff", "--versions", "rules-then", "rules-now", "--format", "json").out)
    told = {change["label"]: change["change"] for change in found["changes"]}
    assert told["Places Board"] == "removed"
    assert told["Places Committee"] == "added"
    assert told["Parks Team"] == "changed"
    assert "in version rules-then: Rules, former (superseded)" in found["notes"]


def test_a_change_in_a_superseded_revision_alone_is_a_difference(run: Run, store: Path, tmp_path: Path) -> None:
    data = store.parent / "data"
    text = (data / "then" / "facts.ttl").read_text()
    (data / "then" / "facts.ttl").write_text(text.replace('"Places Board"', '"Board of Places"'))
    generations = Generations(tmp_path / "store")
    build(generations, data)
    (data / "then" / "facts.ttl").write_text(text)
    build(generations, data)
    told = run("diff", "1", "2", "--store", str(tmp_path / "store"), "--format", "md").out
    assert "| Places Board | council body (superseded, then) | name Board of Places → Places Board |" in told


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("1", "9"), "there is no generation 9 in "),
        (("1", "9"), "Kept: 1, 2, 3."),
        (
            ("first", "2"),
            '"first" is not the number of a generation. Kept: 1, 2, 3. For document versions add --versions.',
        ),
        (("--versions", "former", "rules-now"), 'Did you mean "rules-then"?'),
    ],
)
def test_what_cannot_be_compared_is_one_line_with_the_next_step(
    run: Run, words: tuple[str, ...], expected: str
) -> None:
    result = run("diff", *words)
    assert result.code == 2
    assert expected in result.line


def test_diff_of_a_store_that_was_not_built_names_the_next_step(run: Run, tmp_path: Path) -> None:
    result = run("diff", "1", "2", "--store", str(tmp_path / "none"))
    assert result.code == 3
    assert "govgraph build" in result.line
