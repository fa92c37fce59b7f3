"""In a notebook: the magics answer with labels, and the worked example runs."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pandas
import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from govgraph.graph import Graph
from govgraph.notebook import frame, parameters_of

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "notebooks" / "first-steps.ipynb"
Shell: Any = InteractiveShell  # its methods have no types


@pytest.fixture
def shell(graph: Graph, store_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A notebook's shell in this process, with the extension loaded and a graph at hand."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    monkeypatch.setenv("GOVGRAPH_STORE", str(store_folder))
    config = Config()
    config.HistoryManager.enabled = False
    shell = Shell(config=config)
    shell.run_cell("%load_ext govgraph.notebook")
    shell.user_ns["graph"] = graph
    yield shell
    shell.restore_sys_module_state()


def run(shell: Any, cell: str) -> Any:
    done = shell.run_cell(cell)
    assert done.success, done.error_in_exec
    return done.result


def test_a_question_answers_with_labels_in_words(shell: Any) -> None:
    found = run(shell, "%%govgraph who-chairs\nbody: Partnership Board")
    assert isinstance(found, pandas.DataFrame)
    assert list(found["role"]) == ["chair", "deputy chair"]
    assert found["held by"][0] == "Leader of Harrow Council"
    assert not any("https://" in str(value) for value in found.to_numpy().ravel())


def test_a_question_without_parameters_fits_on_a_line(shell: Any) -> None:
    found = run(shell, "%govgraph definitions-compared")
    assert found["member"].tolist() == ["The Assembly"]


def test_numbers_stay_whole_beside_empty_cells(shell: Any) -> None:
    found = run(shell, "%%govgraph seats\nbody: The Assembly")
    assert str(found["seats"].dtype) == "Int64"
    assert found["seats"].sum() == 5


def test_a_chain_is_drawn_and_its_notes_are_printed(shell: Any, capsys: pytest.CaptureFixture[str]) -> None:
    found = run(shell, "%%govgraph ultimately-accountable-to\nbody: Delivery groups")
    shown = capsys.readouterr().out
    assert "chart: who Delivery groups answers to" in shown
    assert "note: Harrow Chief Executives → Partnership Board: no clause says so" in shown
    assert found.attrs["notes"]


def test_sparql_answers_with_labels(shell: Any) -> None:
    query = "SELECT ?kind (COUNT(?r) AS ?rules) { ?r a gov:Rule ; gov:ruleKind ?kind } GROUP BY ?kind ORDER BY ?kind"
    found = run(shell, f"%%sparql\n{query}")
    assert "meeting frequency" in list(found["kind"])
    assert found["rules"].sum() > 100


def test_sparql_that_makes_a_graph_answers_with_statements(shell: Any) -> None:
    found = run(shell, "%%sparql\nCONSTRUCT { ?s gov:answersTo ?o } WHERE { ?s gov:answersTo ?o }")
    assert list(found.columns) == ["subject", "predicate", "object"]
    assert set(found["predicate"]) == {"answers to"}
    assert "Partnership Board" in set(found["subject"])


def test_a_yes_or_no_is_a_table_of_one_cell(shell: Any) -> None:
    assert run(shell, "%%sparql\nASK { ?s gov:answersTo ?o }").to_numpy().tolist() == [[True]]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("%govgraph who-chars", "who-chairs"),
        ("%%govgraph who-chairs\nbody: Partnership Bord", "Partnership Board"),
        ("%%govgraph who-chairs\ncouncil: Harrow", "Its parameters: body"),
        ("%%sparql\nSELECT * WHERE {", "line 3"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(
    shell: Any, cell: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert not shell.run_cell(cell).success
    shown = capsys.readouterr()
    assert told in shown.out + shown.err
    assert "Traceback" not in shown.out + shown.err


def test_the_magics_read_the_graph_of_the_notebook(shell: Any) -> None:
    run(shell, 'graph = graph.at(version="handbook-earlier")')
    found = run(shell, "%%govgraph seats\nbody: Partnership Board")
    assert "deleted text, line 552" in list(found["clause"])


def test_without_a_graph_the_packaged_one_is_opened(shell: Any) -> None:
    del shell.user_ns["graph"]
    assert len(run(shell, "%%govgraph who-chairs\nbody: Partnership Board")) == 2
    assert isinstance(shell.user_ns["graph"], Graph)


def test_an_answer_without_rows_keeps_its_columns(graph: Graph) -> None:
    assert "clause" in frame(graph.ask("public-meetings", body="Safer Harrow"), graph).columns


def test_a_value_may_hold_a_colon() -> None:
    assert parameters_of("document: Harrow constitution: Cabinet") == {"document": "Harrow constitution: Cabinet"}


def sources() -> list[str]:
    notebook = nbformat.read(EXAMPLE, as_version=4)  # type: ignore[no-untyped-call,unused-ignore]
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def test_the_worked_notebook_runs_from_top_to_bottom(shell: Any) -> None:
    del shell.user_ns["graph"]
    results = [run(shell, source) for source in sources()]
    frames = [each for each in results if isinstance(each, pandas.DataFrame)]
    assert len(frames) == 5
    assert all(len(each) for each in frames)


def test_the_worked_notebook_is_valid_and_kept_without_outputs() -> None:
    notebook = nbformat.read(EXAMPLE, as_version=4)  # type: ignore[no-untyped-call,unused-ignore]
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_the_page_on_python_shows_every_cell_of_the_notebook() -> None:
    page = (ROOT / "docs" / "python.md").read_text(encoding="utf-8")
    shown = re.findall(r"^```\w+\n(.*?)\n```", page, re.MULTILINE | re.DOTALL)
    assert [source for source in sources() if source not in shown] == []
