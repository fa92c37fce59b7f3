"""Build a generation: read, derive, write, check, publish (DESIGN.md §5).

The default graph of a generation holds ontology, catalogue, current facts and what is
derived from them, merged; each dataset, current or superseded, is also a named graph.
"""

import contextlib
import datetime
import hashlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import govgraph
from govgraph.errors import ChangesWouldBeLost, StoreDamaged, StoreMissing
from govgraph.knowledge.catalog import CATALOG_GRAPH, WAIVERS, WAIVERS_GRAPH, read_catalog
from govgraph.knowledge.context import CONTEXT
from govgraph.knowledge.making import Made, Source, make, processes_for
from govgraph.knowledge.merge import ONTOLOGY_GRAPH
from govgraph.knowledge.workers import Workers
from govgraph.rdf.files import READABLE
from govgraph.resources import packaged
from govgraph.store.generations import Generation, Generations
from govgraph.store.reports import head_of

__all__ = ["Built", "Gate", "build", "digest_of_inputs", "holds"]

Gate = Callable[[Made], bytes | Iterator[bytes]]
"""Given what was made, returns a report to keep, whole or in pieces, or raises to refuse the build."""

Progress = Callable[[str], None]
"""Told the name of each step as it starts."""


@dataclass(frozen=True)
class Built:
    """What a build gave.

    Parameters
    ----------
    generation : the current generation.
    fresh : False where nothing had changed, so that the generation was there already.
    """

    generation: Generation
    fresh: bool


def build(
    generations: Generations,
    data: Path | None = None,
    *,
    gate: Gate | None = None,
    force: bool = False,
    progress: Progress = lambda step: None,
) -> Built:
    """Make the current generation say what the ontology and a data folder say.

    Parameters
    ----------
    generations : the store.
    data : a data folder with a catalogue; None is the packaged graph.
    gate : judges the merged facts before they are published.
    force : build even if nothing has changed.
    progress : told each step.

    Raises
    ------
    NotADataFolder, BadRdf : the input; nothing has changed.
    ChangesWouldBeLost : the store was written to since it was built, and `force` is not given.
    StoreInUse : another process is writing.
    """
    data = data or packaged("data")
    datasets = read_catalog(data)
    modules = (path for path in packaged("ontology").rglob("*") if path.name != CONTEXT)
    ontology = sorted(path for path in modules if path.suffix in READABLE)
    inputs = digest_of_inputs(data)
    if not force:
        if unchanged := _unchanged(generations, inputs):
            return Built(unchanged, fresh=False)
        _keep_changes(generations)
    sources = [Source(CATALOG_GRAPH, (data / "catalog.ttl",))]
    if (data / WAIVERS).is_file():
        sources.append(Source(WAIVERS_GRAPH, (data / WAIVERS,)))
    sources += [Source(dataset.graph, dataset.files, dataset.superseded) for dataset in datasets]
    with generations.writing() as scratch, _interruptible(), Workers(processes_for(sources)) as workers:
        built = scratch / "generation"
        of_ontology = Source(ONTOLOGY_GRAPH, tuple(ontology))
        summary: dict[str, Any] = {
            "inputs": inputs,
            "data": "packaged" if data == packaged("data") else str(data.resolve()),
            "govgraph": govgraph.__version__,
            **_write(of_ontology, sources, scratch / "work", built, workers, gate, progress),
        }
        return Built(generations.publish(built, summary), fresh=True)


def _write(
    ontology: Source,
    sources: Sequence[Source],
    work: Path,
    built: Path,
    workers: Workers,
    gate: Gate | None,
    progress: Progress,
) -> dict[str, Any]:
    """Write the files of a generation into a new folder; gives what its manifest says of what was made.

    The store in the folder `work` is closed when this returns.
    """
    built.mkdir()
    work.mkdir()
    with make(ontology, sources, datetime.date.today(), work, built / "names.sqlite", workers, progress) as made:
        accepted = None
        if gate:
            progress("checking")
            report = gate(made)
            with (built / "report.json").open("wb") as file:
                file.writelines([report] if isinstance(report, bytes) else report)
            accepted = head_of(built / "report.json").get("accepted")
        summary = made.summary
        progress("publishing")
        made.store.backup(str(built / "store"))
    return summary | ({"accepted": accepted} if accepted else {})


def digest_of_inputs(data: Path) -> str:
    """One SHA-256 over everything that the generation is made of, the deriving code's version included."""
    total = hashlib.sha256(govgraph.__version__.encode())
    for code in sorted(Path(__file__).parent.glob("*.py")):
        total.update(code.read_bytes())
    for folder in (packaged("ontology"), packaged("shapes"), data):
        for path in sorted(path for path in folder.rglob("*") if path.suffix in READABLE):
            total.update(f"{path.relative_to(folder)}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _unchanged(generations: Generations, inputs: str) -> Generation | None:
    try:
        current = generations.current()
    except (StoreMissing, StoreDamaged):
        return None
    return current if holds(current.manifest, inputs) else None


def holds(manifest: Mapping[str, Any], inputs: str) -> bool:
    """Whether a generation says what a build of these inputs would say today."""
    made = manifest.get("day")  # of a generation with dated statements: on another day other lines may hold
    return manifest.get("inputs") == inputs and made in (None, datetime.date.today().isoformat())


def _keep_changes(generations: Generations) -> None:
    """Raise if the store was written to since it was built: building from files would take that back unasked."""
    try:
        current = generations.current()
    except (StoreMissing, StoreDamaged):
        return
    if changes := current.manifest.get("changes", 0):
        raise ChangesWouldBeLost(
            f"generation {current.number} holds {changes} change{'s' * (changes > 1)} that no data folder has",
            "Put them into the data folder first, or give them up: govgraph build --force",
        )


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Turn a polite termination into an interruption, so that a stopped build cleans up after itself."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
