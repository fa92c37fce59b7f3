"""The command that imports councils: what it says and how it exits."""

import os
import subprocess
import sys
from pathlib import Path

from tests.importers.small_register import NEW, OLD, write


def govgraph(*words: str | Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    command = [sys.executable, "-m", "govgraph", "import", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_the_command_says_what_it_wrote_and_shows_no_progress_in_a_pipe(tmp_path: Path, data: Path) -> None:
    (data / "catalog.ttl").write_text('<http://e/> <https://w3id.org/govgraph/def/dataFolder> "uk" .')
    register = write(tmp_path / "uk.csv", {**OLD, "end-date": "2030-01-01", "replaced-by": "NEW"}, NEW)
    first, second = govgraph("councils", register, "--data", data), govgraph("councils", register, "--data", data)
    end = f"2 councils, 1 of them with an end date, and 1 changes, in {data / 'uk' / 'councils.ttl'}\n"
    assert (first.returncode, first.stdout, first.stderr) == (0, f"wrote {end}", "")
    assert (second.returncode, second.stdout, second.stderr) == (0, f"unchanged: {end}", "")


def test_the_command_exits_with_1_after_listing_what_is_wrong(tmp_path: Path, data: Path) -> None:
    result = govgraph("councils", write(tmp_path / "uk.csv", NEW, {**OLD, "end-date": "2023-02-30"}), "--data", data)
    assert result.returncode == 1
    problem, summary = result.stdout.splitlines()
    assert problem.startswith('uk.csv, row 3, column end-date: "2023-02-30" is not a day. Write ')
    assert summary.startswith("wrote 1 councils")
    assert "catalog.ttl" in result.stderr, "an unlisted folder stops the next build, so it is said"


def test_the_command_refuses_another_file_with_one_line_and_2(tmp_path: Path, data: Path) -> None:
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    result = govgraph("councils", tmp_path / "other.csv", "--data", data)
    assert (result.returncode, result.stdout) == (2, "")
    [line] = result.stderr.splitlines()
    assert line.startswith("govgraph: ")
    assert list(data.iterdir()) == []
