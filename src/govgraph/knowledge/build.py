"""Build a generation: read, derive, write, check, publish (DESIGN.md §5).

The default graph of a generation holds ontology, catalogue, current facts and what is
derived from them, merged; each dataset, current or superseded, is also a named graph.
"""

import contextlib
import datetime
import hashlib
import itertools
import json
import re
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

import govgraph
from govgraph.errors import StoreDamaged, StoreMissing
from govgraph.knowledge.catalog import CATALOG_GRAPH, WAIVERS, WAIVERS_GRAPH, read_catalog
from govgraph.knowledge.context import CONTEXT
from govgraph.knowledge.derive import derive
from govgraph.knowledge.facts import GOV, RDF_TYPE, RDFS, SKOS, Facts, statements
from govgraph.namespaces import DEF, GRAPH, ID, PREFIXES
from govgraph.rdf.files import READABLE, read_file, serialise
from govgraph.resources import packaged
from govgraph.store.generations import Generation, Generations
from govgraph.store.names import write_names

__all__ = ["Built", "Gate", "build"]

Gate = Callable[[bytes], bytes]
"""Given the merged facts as N-Triples, returns a report to keep, or raises to refuse the build."""

Progress = Callable[[str], None]
"""Told the name of each step as it starts."""

_NUMBER = ox.NamedNode(PREFIXES["eli"] + "number")
_HIDDEN = ox.NamedNode(PREFIXES["skos"] + "hiddenLabel")


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
    StoreInUse : another process is writing.
    """
    data = data or packaged("data")
    datasets = read_catalog(data)
    modules = (path for path in packaged("ontology").rglob("*") if path.name != CONTEXT)
    ontology = sorted(path for path in modules if path.suffix in READABLE)
    inputs = _digest(data)
    if not force and (unchanged := _unchanged(generations, inputs)):
        return Built(unchanged, fresh=False)
    with generations.writing() as scratch, _interruptible():
        progress("reading")
        graphs: dict[str, list[ox.Quad]] = {GRAPH + "ontology": _read(ontology, GRAPH + "ontology")}
        graphs[CATALOG_GRAPH] = read_file(data / "catalog.ttl", CATALOG_GRAPH)
        if (data / WAIVERS).is_file():
            graphs[WAIVERS_GRAPH] = read_file(data / WAIVERS, WAIVERS_GRAPH)
        for dataset in datasets:
            graphs[dataset.graph] = _read(dataset.files, dataset.graph)
        progress("deriving")
        today = datetime.date.today()
        superseded = {dataset.graph for dataset in datasets if dataset.superseded}
        facts = Facts(statements(quad for name in graphs if name not in superseded for quad in graphs[name]))
        graphs[GRAPH + "derived"] = [ox.Quad(*s, ox.NamedNode(GRAPH + "derived")) for s in derive(facts, today)]
        report = None
        if gate:
            progress("checking")
            report = gate(serialise((ox.Triple(*statement) for statement in facts), "application/n-triples"))
        progress("writing")
        built = scratch / "generation"
        _write_store(scratch, built, facts, graphs)
        old = Facts(statements(quad for name in superseded for quad in graphs[name]))
        things = write_names(built / "names.sqlite", _names(facts, old))
        if report is not None:
            (built / "report.json").write_bytes(report)
        summary: dict[str, Any] = {
            "inputs": inputs,
            "day": today.isoformat() if _dated_lines(facts) else None,
            "data": "packaged" if data == packaged("data") else str(data.resolve()),
            "govgraph": govgraph.__version__,
            "things": things,
            "statements": sum(1 for _ in facts),
            "graphs": {name: len(quads) for name, quads in graphs.items()},
            "superseded": sorted(superseded),
        }
        if report is not None and (accepted := json.loads(report).get("accepted")):
            summary["accepted"] = accepted
        progress("publishing")
        return Built(generations.publish(built, summary), fresh=True)


def _digest(data: Path) -> str:
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
    made = current.manifest.get("day")  # of a generation with dated statements: on another day other lines may hold
    same_day = made in (None, datetime.date.today().isoformat())
    return current if current.manifest.get("inputs") == inputs and same_day else None


def _dated_lines(facts: Facts) -> bool:
    lines = facts.subjects(RDF_TYPE, GOV.AccountabilityLine)
    return any(facts.literals(line, GOV.validFrom) or facts.literals(line, GOV.validUntil) for line in lines)


def _read(files: list[Path] | tuple[Path, ...], graph: str) -> list[ox.Quad]:
    return list(dict.fromkeys(quad for path in files for quad in read_file(path, graph)))


def _write_store(scratch: Path, built: Path, facts: Facts, graphs: dict[str, list[ox.Quad]]) -> None:
    """Write all quads, flush, and snapshot into `built`: the snapshot holds no left-overs of the writing."""
    working = ox.Store(str(scratch / "working"))
    merged = (ox.Quad(*statement) for statement in facts)
    working.bulk_extend(itertools.chain(merged, *graphs.values()))  # one load makes few and sorted files
    working.flush()
    built.mkdir()
    working.backup(str(built / "store"))


def _names(facts: Facts, old: Facts) -> Iterator[tuple[str, str, str, list[str], list[str]]]:
    """Every thing and code-list concept with a label: current ones from the facts, the rest from earlier revisions."""
    for source, mark in ((facts, ""), (old, " (earlier revision only)")):
        for subject in dict.fromkeys(subject for subject, _, _ in source):
            label = source.literal(subject, SKOS.prefLabel)
            schemes = source.objects(subject, SKOS.inScheme)
            ours = subject.value.startswith(ID) or (bool(schemes) and subject.value.startswith(DEF))
            derived = "-for-" in subject.value and "/line/" in subject.value
            if not label or not ours or derived or (source is old and facts.literal(subject, SKOS.prefLabel)):
                continue
            own = source.objects(subject, RDF_TYPE)
            special = [k for k in own if not any(k != o and k in facts.above(o, RDFS.subClassOf) for o in own)]
            shown = schemes if subject.value.startswith(DEF) else special
            kinds = ", ".join(_kind(facts, kind) for kind in shown) + mark
            classes = {above.value for kind in own for above in facts.above(kind, RDFS.subClassOf)}
            classes |= {scheme.value for scheme in schemes}
            others = [*source.literals(subject, SKOS.altLabel), *source.literals(subject, _HIDDEN)]
            yield subject.value, label, kinds, sorted(classes), others + source.literals(subject, _NUMBER)


def _kind(facts: Facts, kind: ox.NamedNode) -> str:
    """The label of a class, or the words of its name where another vocabulary declares it: "change event"."""
    name = re.split(r"[/#]", kind.value)[-1]
    return facts.literal(kind, SKOS.prefLabel) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()


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
