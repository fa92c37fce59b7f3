"""The command line over an endpoint: the same verbs and answers, and one line with the next step when it fails."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.test_command_line import one_line
from tests.store.playing import Played, load

from govgraph.store.generations import Generation


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is kept of endpoints goes into a folder of the tests."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def url(generation: Generation) -> Iterator[str]:
    """Address of an endpoint with the packaged graph."""
    played = Played()
    load(played, generation)
    yield played.url
    played.close()


@pytest.fixture
def run(cache: Path) -> "Run":
    return Run(cache)


class Run:
    """Runs the real command in a process of its own."""

    def __init__(self, cache: Path) -> None:
        self._cache = cache

    def __call__(self, *words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run it with these variables of the environment."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GOVGRAPH_")}
        own = {"XDG_CACHE_HOME": str(self._cache), "PYTHONWARNINGS": "error", "COLUMNS": "200"}
        return subprocess.run(
            [sys.executable, "-m", "govgraph", *words],
            capture_output=True, text=True, env={**kept, **own, **variables}, check=False,
        )  # fmt: skip


def same(there: "subprocess.CompletedProcess[str]", here: "subprocess.CompletedProcess[str]") -> None:
    assert there.returncode == here.returncode, there.stderr
    assert there.stdout == here.stdout
    assert there.stderr == here.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["ask", "who-chairs", "--body", "Partnership Board", "--format", "json"],
        ["ask", "members", "--body", "Partnership Board", "--as-of", "2011-04-17"],
        ["query", "SELECT ?s ?l { ?s a gov:Assembly ; skos:prefLabel ?l }", "--format", "table"],
        ["query", "CONSTRUCT { ?s a gov:Assembly } { ?s a gov:Assembly }", "--format", "ttl"],
        ["decide", "--kind", "revenue spend", "--amount", "600000", "--format", "json"],
        ["deadline", "notice", "--meeting", "2024-02-19", "--format", "csv"],
        ["questions", "on-theme", "theme"],
        ["diff", "--versions", "handbook-earlier", "handbook-current", "--format", "csv"],
        ["whatif", "--remove", "Harrow Chief Executives", "--format", "json"],
        ["ask", "who-chairs", "--body", "Partnerhip Board"],
        ["query", "SELECT ?x { ?x gvo:mode ?y }"],
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_a_verb_says_what_it_says_of_the_same_graph_here(
    words: list[str], url: str, store_folder: Path, run: Run
) -> None:
    same(run(*words, "--store", url, "--engine", "generic"), run(*words, "--store", str(store_folder)))


def test_the_address_may_stand_in_the_environment(url: str, run: Run) -> None:
    told = run("ask", "who-chairs", "--body", "Partnership Board", "--format", "json", GOVGRAPH_STORE=url)
    assert json.loads(told.stdout)["rows"]


def test_two_generations_that_are_there_are_compared(url: str, run: Run) -> None:
    assert "both say the same" in run("diff", "1", "1", "--store", url).stderr
    assert "Kept: 1." in one_line(run("diff", "1", "7", "--store", url), 2)


def test_validate_exits_as_it_does_here(url: str, store_folder: Path, run: Run) -> None:
    there, here = (run("validate", "--severity", "violation", "--store", s) for s in (url, str(store_folder)))
    assert there.returncode == here.returncode == 1
    assert len(there.stdout.splitlines()) == len(here.stdout.splitlines())


def test_nothing_answers(run: Run) -> None:
    line = one_line(run("explain", "x", "--store", "http://127.0.0.1:9/sparql"), 3)
    assert "nothing answers at http://127.0.0.1:9/sparql" in line
    assert "Check the address" in line


def test_a_password_in_the_address_is_refused_and_not_shown(run: Run) -> None:
    for words in (["--store", "https://me:s3cret@example.org/sparql"], []):
        told = run("explain", "x", *words, GOVGRAPH_STORE="https://me:s3cret@example.org/sparql")
        assert "GOVGRAPH_STORE_PASSWORD" in one_line(told, 2)
        assert "s3cret" not in told.stderr
    assert "s3cret" not in run("settings", GOVGRAPH_STORE="https://me:s3cret@example.org/sparql").stdout


def test_credentials_that_are_not_there_are_named(url: str, run: Run) -> None:
    line = one_line(run("explain", "x", "--store", url, "--credentials", "cluster"), 2)
    assert "GOVGRAPH_STORE_CLUSTER_USER" in line


@pytest.mark.parametrize("option", [["--engine", "oxigraph"], ["--update-url", "http://a/"], ["--timeout", "3"]])
def test_what_is_said_of_an_endpoint_needs_its_address(option: list[str], store_folder: Path, run: Run) -> None:
    line = one_line(run("explain", "x", "--store", str(store_folder), *option), 2)
    assert f"{option[0]} is for an endpoint" in line


@pytest.mark.parametrize(
    "words", [["whatif", "--remove", "Partnership Board", "--apply"], ["backup", "copy"], ["restore", "."]], ids=str
)
def test_what_needs_a_folder_says_what_to_do_instead(words: list[str], url: str, run: Run) -> None:
    assert one_line(run(*words, "--store", url), 2)
