"""`govgraph build --store URL`: the gate first, then the load; what is refused or the same changes nothing."""

import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.engines.conftest import endpoint_of, needs
from tests.engines.servers import missing_oxigraph, oxigraph

from govgraph.errors import EndpointReadOnly, StoreInUse
from govgraph.knowledge.build import build
from govgraph.knowledge.publishing import build_into
from govgraph.limits import LIMITS
from govgraph.resources import packaged
from govgraph.store import publishing
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generations
from govgraph.store.names import Names
from govgraph.store.remote_generations import RemoteGenerations, cached_folder, rows_of

JSON = ("application/sparql-results+json",)


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of endpoints goes into a folder of the test."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))


@pytest.fixture
def endpoint(tmp_path: Path) -> Iterator[Endpoint]:
    needs(missing_oxigraph())
    with oxigraph(tmp_path / "server") as served:
        yield endpoint_of(served)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder without faults."""
    folder = tmp_path / "data"
    shutil.copytree(packaged("data") / "examples" / "sound", folder)
    return folder


def run(*words: str) -> tuple[int, str, str]:
    """Run the real command in a process of its own; gives exit code, output and errors."""
    environment = {**os.environ, "PYTHONWARNINGS": "error", "COLUMNS": "200"}
    done = subprocess.run(
        [sys.executable, "-m", "govgraph", *words], capture_output=True, text=True, env=environment, check=False
    )
    return done.returncode, done.stdout, done.stderr


def statements(endpoint: Endpoint) -> int:
    return int(rows_of(endpoint.query("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", JSON)[1])[0]["n"])


def test_a_build_with_an_address_loads_what_a_build_here_holds(endpoint: Endpoint, data: Path, tmp_path: Path) -> None:
    code, output, _ = run("build", str(data), "--store", endpoint.url)
    assert code == 0
    here = build(Generations(tmp_path / "here"), data).generation.manifest
    there = RemoteGenerations(endpoint).latest()
    assert output.startswith(f"built generation 1 with {here['statements']:,} statements")
    for name in ("statements", "things", "graphs", "superseded", "inputs", "day"):
        assert there.manifest[name] == here[name]
    assert run("build", str(data), "--store", endpoint.url)[1].startswith("unchanged: generation 1 ")
    assert run("build", str(data), "--store", endpoint.url, "--force")[1].startswith("built generation 2 ")


def test_the_report_and_the_names_come_with_the_load(endpoint: Endpoint, data: Path) -> None:
    _, output, _ = run("build", str(data), "--store", endpoint.url)
    assert "checked by " in output
    generations = RemoteGenerations(endpoint)
    report = generations.report(1)
    assert report
    assert json.loads(report) == json.loads((generations.latest().folder / "report.json").read_text("utf-8"))
    names = Names(generations.latest().names)
    assert names.search("exampleton")
    names.close()


def test_what_has_not_changed_is_neither_built_nor_loaded(
    endpoint: Endpoint, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_into(endpoint, data)
    monkeypatch.setattr("govgraph.knowledge.publishing.build", None)
    monkeypatch.setattr("govgraph.knowledge.publishing.publish", None)
    again = build_into(endpoint, data)
    assert (again.fresh, again.sent, again.generation.number) == (False, 0, 1)


def test_data_that_the_review_refuses_never_reach_the_endpoint(endpoint: Endpoint, data: Path) -> None:
    assert run("build", str(data), "--store", endpoint.url)[0] == 0
    before = statements(endpoint)
    posts = data / "constitution" / "posts.ttl"
    posts.write_text(
        posts.read_text("utf-8") + "\n<https://w3id.org/govgraph/id/exampleton/post/x> a gov:Post .\n", "utf-8"
    )
    code, _, told = run("build", str(data), "--store", endpoint.url)
    assert code == 1
    assert "nothing was published" in told
    assert statements(endpoint) == before
    assert RemoteGenerations(endpoint).numbers() == [1]


def test_an_interrupted_load_does_not_build_again(
    endpoint: Endpoint, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*given: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(publishing._Load, "_compare", interrupted)
        with pytest.raises(KeyboardInterrupt):
            build_into(endpoint, data)
    steps: list[str] = []
    published = build_into(endpoint, data, progress=steps.append)
    assert (published.fresh, published.sent) == (True, 0)
    assert "deriving" not in steps
    assert not (cached_folder(endpoint.url) / "building").exists()


def test_progress_tells_how_much_is_loaded(endpoint: Endpoint, data: Path) -> None:
    steps: list[str] = []
    generation = build_into(endpoint, data, progress=steps.append).generation
    total = generation.manifest["statements"]
    assert f"loading the merged facts: {total:,} of {total:,} statements" in steps
    assert steps.index("counting") < steps.index("putting it in place")


def test_two_loads_from_one_machine_are_not_run_at_once(endpoint: Endpoint, data: Path) -> None:
    folder = cached_folder(endpoint.url)
    folder.mkdir(parents=True)
    with (folder / "loading.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(StoreInUse, match="from this machine"):
            build_into(endpoint, data)
    assert statements(endpoint) == 0


def test_an_endpoint_that_takes_no_changes_is_told_with_what_to_do(site: str, data: Path) -> None:
    with pytest.raises(EndpointReadOnly):
        build_into(Endpoint(f"{site}/sparql", update_url=f"{site}/update"), data)
    code, _, told = run("build", str(data), "--store", f"{site}/sparql", "--update-url", f"{site}/update")
    assert code == 3
    assert "takes no changes" in told
    assert "--update-url" in told


def test_a_remote_store_is_exported_whole_and_is_not_backed_up_as_a_folder(
    endpoint: Endpoint, data: Path, tmp_path: Path
) -> None:
    build_into(endpoint, data)
    build(Generations(tmp_path / "here"), data)
    for name, more in (("all.nq", ()), ("one.nt", ("--graph", "exampleton/constitution")), ("facts.nt", ())):
        lines = []
        for place, store in (("there", endpoint.url), ("here", str(tmp_path / "here"))):
            file = tmp_path / f"{place}-{name}"
            assert run("export", str(file), "--store", store, *more)[0] == 0
            lines.append(sorted(file.read_bytes().splitlines()))
        assert lines[0] == lines[1]
        assert lines[0]
    code, _, told = run("backup", str(tmp_path / "backup"), "--store", endpoint.url)
    assert (code, "govgraph export" in told) == (2, True)
    code, _, told = run("restore", str(tmp_path / "here"), "--store", endpoint.url)
    assert (code, "govgraph build" in told) == (2, True)


def test_serving_an_endpoint_for_writing_or_one_that_is_away_is_refused(endpoint: Endpoint) -> None:
    code, _, told = run("serve", "--store", endpoint.url, "--writable")
    assert (code, "govgraph build --store URL" in told) == (2, True)
    code, _, told = run("serve", "--store", "http://127.0.0.1:9/query")
    assert (code, "nothing answers" in told) == (3, True)


def test_as_many_generations_stay_in_an_endpoint_as_in_a_folder(endpoint: Endpoint, data: Path) -> None:
    for _ in range(LIMITS.generations_kept + 1):
        build_into(endpoint, data, force=True)
    assert RemoteGenerations(endpoint).numbers() == list(range(2, LIMITS.generations_kept + 2))
