"""What docs/review.md shows is what the commands print; its hook and its workflow run."""

import datetime
import re
import shlex
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from govgraph.cli import main
from govgraph.review.findings import day_in_words

PAGE = (Path(__file__).parents[2] / "docs" / "review.md").read_text(encoding="utf-8")
CATALOG = """
@prefix gov: <https://w3id.org/govgraph/def/> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
<https://w3id.org/govgraph/graph/smallton/facts> a dcat:Dataset ; gov:revisionStatus gov:Current ;
    gov:dataFolder "facts" .
"""
WRITTEN_ON = "22 November 2026"
Run = Callable[[str], tuple[int, str]]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def commands() -> list[tuple[str, str]]:
    """Every command shown with what it prints."""
    found = []
    for block in blocks("console"):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, printed = part.partition("\n")
            found.append((command, printed))
    return found


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command of the page beside the folder that the page speaks of."""
    (tmp_path / "council" / "facts").mkdir(parents=True)
    (tmp_path / "council" / "catalog.ttl").write_text(CATALOG)
    (tmp_path / "council" / "facts" / "lines.ttl").write_text(blocks("turtle")[0])
    monkeypatch.chdir(tmp_path)

    def run(command: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", shlex.split(command))
        with pytest.raises(SystemExit) as stopped:
            main()
        return int(stopped.value.code or 0), capsys.readouterr().out

    return run


def test_the_commands_print_what_the_page_shows(run: Run, tmp_path: Path) -> None:
    today = day_in_words(datetime.date.today().isoformat())
    shown = commands()
    assert len(shown) == 4
    for number, (command, printed) in enumerate(shown):
        if number == 3:
            (tmp_path / "council" / "waivers.ttl").write_text(blocks("turtle")[1])
        _, out = run(command)
        assert " ".join(out.replace(today, WRITTEN_ON).split()) == " ".join(printed.split()), command


def test_every_option_in_the_table_is_one_of_the_command_and_none_is_left_out(run: Run) -> None:
    told = set(re.findall(r"^\| `(--[a-z-]+)", PAGE, re.MULTILINE))
    offered = set(re.findall(r"^ +(--[a-z-]+)", run("govgraph validate --help")[1], re.MULTILINE))
    engines = (Path(__file__).parents[2] / "docs" / "engines.md").read_text(encoding="utf-8")
    of_endpoints = set(re.findall(r"^\| `(--[a-z-]+)", engines, re.MULTILINE))
    assert told == offered - of_endpoints - {"--help"}


def test_the_hook_and_the_workflow_run_and_fail_on_the_violation(run: Run, tmp_path: Path) -> None:
    hook, workflow = (yaml.safe_load(block) for block in blocks("yaml"))
    [entry] = [hook["entry"] for repo in hook["repos"] for hook in repo["hooks"]]
    assert run(entry)[0] == 1
    steps: list[Any] = workflow["jobs"]["review"]["steps"]
    codes = [run(step["run"].partition(" >>")[0])[0] for step in steps if step.get("run", "").startswith("govgraph")]
    assert codes == [0, 0, 0, 1]
    for step in steps:
        for name in ("path", "sarif_file"):
            if name in step.get("with", {}):
                assert (tmp_path / step["with"][name]).exists()
    assert workflow[True] == ["push", "pull_request"]


def test_the_python_of_the_page_runs(
    store_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GOVGRAPH_STORE", str(store_folder))
    [code] = blocks("python")
    names: dict[str, Any] = {}
    exec(compile(code, "docs/review.md", "exec"), names)
    assert "'rules': " in capsys.readouterr().out
    assert names["page"].startswith("<!doctype html>")
