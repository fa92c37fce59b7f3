"""A backup is proved by its checksums, made while the store is written to, and comes back whole or not at all."""

import gzip
import shutil
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest

from govgraph.errors import BadInput, EnvironmentFailed, StoreDamaged
from govgraph.graph import Graph
from govgraph.knowledge.build import build
from govgraph.store.exporting import FORMS, export_to
from govgraph.store.generations import Generation, Generations
from govgraph.store.keeping import back_up, restore

COUNT = "SELECT (COUNT(*) AS ?n) { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"


def counted(generation: Generation) -> int:
    return int(Graph(generation).select(COUNT).rows[0]["n"])


@pytest.fixture
def backup(store_folder: Path, tmp_path: Path) -> Path:
    back_up(Generations(store_folder), tmp_path / "backup")
    return tmp_path / "backup"


def test_what_was_backed_up_comes_back_as_a_new_generation(
    backup: Path, generation: Generation, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "other")
    restored = restore(generations, backup)
    assert generations.current().number == restored.number == 1
    assert counted(restored) == counted(generation)
    assert restored.manifest["restored"]["generation"] == generation.number
    assert Graph(restored).ask("who-chairs", body="Partnership Board").rows
    assert restore(generations, backup).number == 2


def test_a_backup_with_one_changed_byte_in_any_file_is_refused_by_the_name_of_the_file(
    backup: Path, tmp_path: Path
) -> None:
    generations = Generations(tmp_path / "other")
    for file in sorted(path for path in backup.rglob("*") if path.is_file() and path.name != "manifest.json"):
        content = file.read_bytes()
        changed = bytearray(content or b"\0")
        changed[len(changed) // 2] ^= 1
        file.write_bytes(changed)
        with pytest.raises(StoreDamaged, match=file.name):
            restore(generations, backup)
        file.write_bytes(content)
    assert generations.numbers() == []
    (backup / "names.sqlite").unlink()
    with pytest.raises(StoreDamaged, match=r"names\.sqlite"):
        restore(generations, backup)


@pytest.mark.parametrize("text", ["", "{}", '{"generation": 1, "files": {"../../x": [1, "a"]}}', '{"generation": "x"}'])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "manifest.json").write_text(text)
    with pytest.raises(StoreDamaged):
        restore(Generations(tmp_path / "store"), tmp_path / "backup")


def test_a_backup_never_writes_over_anything(store_folder: Path, backup: Path) -> None:
    with pytest.raises(BadInput, match="already"):
        back_up(Generations(store_folder), backup)


def test_a_damaged_generation_is_not_backed_up(store_folder: Path, tmp_path: Path) -> None:
    shutil.copytree(store_folder, tmp_path / "store")
    generations = Generations(tmp_path / "store")
    folder = generations.current().folder
    with (folder / "names.sqlite").open("ab") as file:
        file.write(b"x")
    with pytest.raises(StoreDamaged, match=r"names\.sqlite"):
        back_up(generations, tmp_path / "backup")
    assert not (tmp_path / "backup").exists()


def test_a_destination_that_cannot_be_written_to_is_an_error_of_the_environment(
    store_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentFailed, match="cannot be written"):
        back_up(Generations(store_folder), tmp_path / "file" / "backup")


def test_backups_made_while_the_store_is_written_to_are_each_of_one_generation(tmp_path: Path) -> None:
    store = tmp_path / "store"
    build(Generations(store))
    writer = threading.Thread(target=lambda: [build(Generations(store), force=True) for _ in range(2)])
    writer.start()
    made: list[Path] = []
    while writer.is_alive() and len(made) < 20:
        made.append(tmp_path / f"backup-{len(made)}")
        back_up(Generations(store), made[-1])
    writer.join()
    assert made
    for number, place in enumerate(made[-3:]):
        assert counted(restore(Generations(tmp_path / f"restored-{number}"), place)) > 1000
    assert not list(tmp_path.glob(".backup-*"))


@pytest.mark.parametrize("form", FORMS)
def test_an_export_holds_what_the_generation_holds(generation: Generation, tmp_path: Path, form: str) -> None:
    file = tmp_path / f"graph.{form}"
    count = export_to(generation, file, form)
    found = ox.Store()
    found.bulk_extend(ox.parse(path=str(file), format=FORMS[form]))
    assert len(found) == count
    everything = counted(generation)
    assert count == (everything if form in ("nq", "trig") else generation.manifest["statements"])


def test_an_export_can_be_one_graph_and_compressed(generation: Generation, tmp_path: Path) -> None:
    file = tmp_path / "earlier.nq.gz"
    count = export_to(generation, file, "nq", "harrow/handbook-earlier")
    quads = list(ox.parse(input=gzip.decompress(file.read_bytes()), format=ox.RdfFormat.N_QUADS))
    assert len(quads) == count
    assert {quad.graph_name for quad in quads} == {
        ox.NamedNode("https://w3id.org/govgraph/graph/harrow/handbook-earlier")
    }
    with pytest.raises(BadInput, match="handbook-current"):
        export_to(generation, file, "nq", "nope")
    with pytest.raises(EnvironmentFailed):
        export_to(generation, tmp_path / "no" / "folder.nq", "nq")
    assert [path.name for path in tmp_path.iterdir()] == ["earlier.nq.gz"]
