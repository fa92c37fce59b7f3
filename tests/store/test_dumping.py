"""Dumps hold what the store holds, however many portions they are written in; the counts are those of the store."""

import gzip
import json
from collections import Counter
from pathlib import Path

import pyoxigraph as ox
import pytest

from govgraph.store.dumping import INDEX, WHOLE, dump, file_names
from govgraph.store.generations import Generation
from govgraph.store.statistics import counted

FORMS = {form.media_type: form for form in (*WHOLE.values(), ox.RdfFormat.TURTLE)}


def read(file: Path, form: ox.RdfFormat) -> set[str]:
    return {str(quad) for quad in ox.parse(gzip.decompress(file.read_bytes()), format=form)}


@pytest.mark.parametrize("together", [20_000, 97])
def test_the_files_hold_every_statement_of_the_store_once(
    generation: Generation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    monkeypatch.setattr("govgraph.store.dumping._TOGETHER", together)
    dump(generation.folder, tmp_path / "dumps")
    store = ox.Store.read_only(str(generation.store))
    index = json.loads((tmp_path / "dumps" / INDEX).read_text())
    assert {file["name"] for file in index["files"] if file["graph"] is None} == set(WHOLE)
    for file in index["files"]:
        written = read(tmp_path / "dumps" / file["name"], FORMS[file["form"]])
        if file["graph"] is None:
            assert written == {str(quad) for quad in store}
        else:
            own = store.quads_for_pattern(None, None, None, ox.NamedNode(file["graph"]))
            assert written == {str(ox.Quad(*quad.triple)) for quad in own}
        assert file["statements"] == len(written)


def test_the_same_generation_gives_the_same_bytes(generation: Generation, tmp_path: Path) -> None:
    for name in ("one", "two"):
        dump(generation.folder, tmp_path / name)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()


def test_the_names_of_the_files_are_known_before_there_are_files(generation: Generation, tmp_path: Path) -> None:
    dump(generation.folder, tmp_path / "dumps")
    names = file_names(generation.manifest["graphs"])
    assert {path.name for path in (tmp_path / "dumps").iterdir()} == {*names, *WHOLE, INDEX}


def test_the_counts_are_those_of_the_default_graph(generation: Generation) -> None:
    store = ox.Store.read_only(str(generation.store))
    quads = list(store.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    told = counted(store)
    assert told["triples"] == len(quads)
    assert told["subjects"] == len({quad.subject for quad in quads})
    assert told["objects"] == len({quad.object for quad in quads})
    assert told["properties"] == Counter(quad.predicate.value for quad in quads)
    own = {quad.subject for quad in quads if str(quad.subject).startswith("<https://w3id.org/govgraph/")}
    assert told["entities"] == len(own)
    assert told["links"]
