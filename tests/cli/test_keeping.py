"""Backups, exports and settings on the command line."""

import json
import os
import subprocess
import sys
from pathlib import Path

from govgraph.limits import LIMITS


def govgraph(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real command in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "govgraph", *words],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONWARNINGS": "error", **environment},
        check=False,
    )


def test_a_backup_is_made_and_restored_and_a_changed_one_refused(store_folder: Path, tmp_path: Path) -> None:
    place, other = str(tmp_path / "backup"), str(tmp_path / "other")
    made = govgraph("backup", place, "--store", str(store_folder))
    assert made.returncode == 0, made.stderr
    assert "as the manifest says" in made.stdout
    assert govgraph("backup", place, "--store", str(store_folder)).returncode == 2
    restored = govgraph("restore", place, "--store", other)
    assert restored.returncode == 0, restored.stderr
    assert "as generation 1" in restored.stdout
    with (tmp_path / "backup" / "names.sqlite").open("ab") as file:
        file.write(b"x")
    refused = govgraph("restore", place, "--store", other)
    assert refused.returncode == 3
    assert "names.sqlite" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_the_graph_is_written_in_the_form_that_the_ending_names(store_folder: Path, tmp_path: Path) -> None:
    done = govgraph("export", str(tmp_path / "graph.nt"), "--store", str(store_folder))
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "graph.nt").read_text().splitlines()) > 1000
    assert govgraph("export", str(tmp_path / "graph.pdf"), "--store", str(store_folder)).returncode == 2
    shown = govgraph("export", "-", "--format", "nt", "--graph", "catalog", "--store", str(store_folder))
    assert "<https://w3id.org/govgraph/graph/catalog>" in shown.stdout


def test_the_settings_show_every_limit_and_mask_secrets() -> None:
    shown = govgraph("settings", "--format", "json", GOVGRAPH_TOKEN="someone:a-very-secret-word")
    told = json.loads(shown.stdout)
    assert told["limits"] == dict(LIMITS.table())
    assert told["environment"]["GOVGRAPH_TOKEN"] == "(set)"
    assert "secret" not in shown.stdout
    assert "query_seconds" in govgraph("settings", "--format", "csv").stdout
