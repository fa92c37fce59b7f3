"""What is made on the way is closed before its folder is removed, however the change or the build ends."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from govgraph.errors import BadInput, BadRdf, ChangeRefused
from govgraph.knowledge.build import build
from govgraph.store.generations import Generations
from govgraph.writing.changing import make_empty, write
from govgraph.writing.checking import packaged_judge
from govgraph.writing.request import Part, Write

GRAPH = "https://example.org/g"
BODY = "https://w3id.org/govgraph/id/harrow/body/a-new-one"
NAMELESS = f"INSERT DATA {{ GRAPH <{GRAPH}> {{ <{BODY}> a org:Organization, gov:LegalBody }} }}"


@pytest.fixture
def open_at_removal(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """For each scratch folder, the files in it that this process had open when it was removed."""
    found: list[list[str]] = []
    remove = shutil.rmtree

    def removed(folder: Path, ignore_errors: bool) -> None:
        found.append([held for held in map(_held, Path("/proc/self/fd").iterdir()) if held.startswith(str(folder))])
        remove(folder, ignore_errors=ignore_errors)

    monkeypatch.setattr("govgraph.store.scratch.shutil.rmtree", removed)
    return found


def _held(handle: Path) -> str:
    try:
        return os.readlink(handle)
    except FileNotFoundError:  # the listing's own
        return ""


def put(text: str) -> tuple[Write, bytes]:
    body = text.encode()
    return Write("put", "clerk", graph=GRAPH, parts=[Part("text/turtle", len(body))]), body


@pytest.mark.parametrize(
    ("text", "refusal"),
    [("<x:s> <x:p> 2 .", None), ("<x:s> <x:p> 1 .", None), ("<x:s> <x:p> ", BadRdf), ("<x:s> <x:p> <<>> .", BadRdf)],
    ids=["published", "changes nothing", "ends too early", "is not Turtle"],
)
def test_no_file_of_a_change_is_open_when_its_folder_is_removed(
    tmp_path: Path, open_at_removal: list[list[str]], text: str, refusal: type[Exception] | None
) -> None:
    generations = Generations(tmp_path / "store")
    make_empty(generations)
    write(generations, *put("<x:s> <x:p> 1 ."))
    if refusal:
        with pytest.raises(refusal):
            write(generations, *put(text))
    else:
        write(generations, *put(text))
    assert open_at_removal == [[], [], []]
    assert not list(generations.folder.glob("building-*"))


@pytest.mark.parametrize(
    ("update", "refusal"),
    [
        (f"INSERT DATA {{ GRAPH <{GRAPH}> {{ <x:s> <x:p> 1 }} }}", None),
        (NAMELESS, ChangeRefused),
        ("INSERT DATA { <x:s> <x:p> 1 }", BadInput),
    ],
    ids=["published", "refused by the shapes", "of the default graph"],
)
def test_no_file_of_a_governed_change_is_open_when_its_folder_is_removed(
    tmp_path: Path, store_folder: Path, open_at_removal: list[list[str]], update: str, refusal: type[Exception] | None
) -> None:
    generations = Generations(Path(shutil.copytree(store_folder, tmp_path / "store")))
    asked = Write("update", "clerk")
    if refusal:
        with pytest.raises(refusal):
            write(generations, asked, update.encode(), packaged_judge)
    else:
        write(generations, asked, update.encode(), packaged_judge)
    assert open_at_removal == [[]]
    assert not list(generations.folder.glob("building-*"))


def _stopping(at: str) -> Callable[[str], None]:
    def progress(step: str) -> None:
        if step == at:
            raise KeyboardInterrupt

    return progress


@pytest.mark.parametrize("stopped", ["", "reading", "deriving", "writing", "checking", "publishing"])
def test_no_file_of_a_build_is_open_when_its_folder_is_removed(
    tmp_path: Path, open_at_removal: list[list[str]], stopped: str
) -> None:
    generations = Generations(tmp_path / "store")
    if stopped:
        with pytest.raises(KeyboardInterrupt):
            build(generations, gate=lambda made: b"{}", progress=_stopping(stopped))
    else:
        build(generations)
    assert open_at_removal == [[]]
    assert not list(generations.folder.glob("building-*"))
