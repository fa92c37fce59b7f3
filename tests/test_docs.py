"""What the documents show is what the software does."""

import itertools
import re
from pathlib import Path

import pytest

import govgraph
from govgraph.accountability.chain import chain_of
from govgraph.cli.printing import print_chain
from govgraph.graph import Graph
from govgraph.knowledge.build import build
from govgraph.limits import LIMITS
from govgraph.store.generations import Generations

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_the_answer_in_the_readme_is_the_answer(graph: Graph, capsys: pytest.CaptureFixture[str]) -> None:
    table = graph.ask("ultimately-accountable-to", body="Delivery groups")
    print_chain(chain_of(table.rows), "Delivery groups", table)
    shown = blocks(README, "console")[0].split("\n", 1)[1]
    assert capsys.readouterr().out.splitlines() == shown.splitlines()


def test_the_query_in_the_readme_gives_the_ends_of_every_chain(graph: Graph) -> None:
    [query] = blocks(README, "sparql")
    rows = graph.select(query).rows
    ends = graph.select("SELECT ?group ?top { ?group gov:ultimatelyAnswersTo ?top }").rows
    assert {tuple(row.values()) for row in rows} == {tuple(row.values()) for row in ends}


def test_the_python_in_the_readme_runs(
    store_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOVGRAPH_STORE", str(store_folder))
    [code] = blocks(README, "python")
    exec(compile(code, "README.md", "exec"), {})
    assert "Delivery groups → Thematic Management Groups 22.69 explicit" in capsys.readouterr().out


def test_every_command_in_the_readme_is_a_verb_that_exists() -> None:
    from govgraph.cli import cli

    for verb in re.findall(r"`govgraph (\w+)", README):
        assert verb in cli.commands


def test_the_catalogue_in_the_data_page_makes_a_data_folder(tmp_path: Path) -> None:
    catalogue = blocks((ROOT / "docs" / "data.md").read_text(encoding="utf-8"), "turtle")[-1]
    (tmp_path / "data" / "constitution").mkdir(parents=True)
    (tmp_path / "data" / "catalog.ttl").write_text(catalogue)
    assert build(Generations(tmp_path / "store"), tmp_path / "data").fresh


def test_the_limits_in_the_serving_page_are_the_limits() -> None:
    page = (ROOT / "docs" / "serving.md").read_text(encoding="utf-8")
    cells = [cell.strip() for line in page.splitlines() if line.startswith("|") for cell in line.strip("|").split("|")]
    told = dict(itertools.pairwise(cells))
    assert told["deadline"] == f"{LIMITS.query_seconds:g} s"
    assert told["answer"] == f"{LIMITS.answer_bytes // 2**20} MiB, {LIMITS.answer_rows:,} rows"
    assert told["query text"] == f"{LIMITS.query_characters:,} characters"
    assert told["request body"] == f"{LIMITS.body_bytes // 2**20} MiB"
    assert told["memory of a reader"] == f"{LIMITS.reader_memory_bytes // 2**30} GiB"
    assert told["brackets nested"] == str(LIMITS.query_depth)
    assert told["operators"] == f"{LIMITS.query_operators:,}"
    assert told["triple patterns"] == str(LIMITS.query_patterns)
    assert told["OPTIONAL, UNION, MINUS, EXISTS"] == str(LIMITS.query_optionals)
    assert told["readers"] == str(LIMITS.readers)
    assert told["address and headers"] == f"{LIMITS.head_bytes // 2**10} KiB"
    assert told["headers within"] == f"{LIMITS.head_seconds:g} s"
    assert told["body within"] == f"{LIMITS.body_seconds:g} s"
    assert told["answer taken within"] == f"{LIMITS.send_seconds:g} s of no progress"
    assert told["idle connection"] == f"{LIMITS.idle_seconds:g} s"
    assert told["connections"] == str(LIMITS.connections)
    assert told["memory of answers"] == f"{LIMITS.cache_bytes // 2**20} MiB"
    assert told["generations kept"] == str(LIMITS.generations_kept)


def test_the_limits_in_the_writing_page_are_the_limits() -> None:
    page = (ROOT / "docs" / "writing.md").read_text(encoding="utf-8")
    cells = [cell.strip() for line in page.splitlines() if line.startswith("|") for cell in line.strip("|").split("|")]
    told = dict(itertools.pairwise(cells))
    assert told["time for a change"] == f"{LIMITS.write_seconds:g} s"
    assert told["upload or update"] == f"{LIMITS.upload_bytes // 2**20} MiB"
    assert told["memory of a writer"] == f"{LIMITS.writer_memory_bytes // 2**30} GiB"
    assert told["files in one upload"] == str(LIMITS.upload_parts)
    assert f"shorter than {LIMITS.token_characters} characters" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_the_changelog_has_a_place_for_this_version() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert "## Unreleased" in changes or f"## {govgraph.__version__}" in changes
