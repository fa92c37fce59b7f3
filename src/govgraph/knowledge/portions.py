"""Derive one portion of a data folder, and keep what comes of it in the scratch folder."""

import datetime
import functools
import json
from array import array
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from govgraph.knowledge.derive import derive
from govgraph.knowledge.facts import GOV, RDF_TYPE, SKOS, Facts, Statement
from govgraph.knowledge.naming import named
from govgraph.knowledge.partition import Portion
from govgraph.knowledge.scanning import stated_lines
from govgraph.namespaces import GRAPH
from govgraph.store.names import Row

__all__ = ["DERIVED_GRAPH", "Derived", "dated", "derive_portion", "facts_of", "line_of", "names_of", "write_facts"]

DERIVED_GRAPH = GRAPH + "derived"


@dataclass(frozen=True)
class Derived:
    """What came of a portion.

    Parameters
    ----------
    stated, derived : numbers of statements that no other portion has.
    common : lines about terms of the vocabulary that were derived here, and maybe elsewhere too.
    dated : whether a line of accountability has a day.
    used : predicates of the things of the portion.
    shared : those of them with a value that may belong to other portions too: a literal, or a thing not described here.
    abroad : those of them with a value that is a thing not described here and no term of the vocabulary.
    strange : numbers of such things.
    several : predicates of which a thing of the portion, or a term of the vocabulary, has more than one value.
    councils : IRI and label of every council.
    still_named : IRIs of the things that earlier revisions speak of too and that have a label here.
    """

    stated: int
    derived: int
    common: list[bytes]
    dated: bool
    used: frozenset[str]
    shared: frozenset[str]
    abroad: frozenset[str]
    strange: "array[int]"
    several: frozenset[str]
    councils: list[tuple[str, str]]
    still_named: list[str]


def derive_portion(
    folder: Path,
    number: int,
    portion: Portion,
    vocabulary: frozenset[bytes],
    day: datetime.date,
    earlier: tuple[int, ...],
) -> Derived:
    """Derive a portion.

    Parameters
    ----------
    folder : scratch folder, with the scanned datasets, and ``facts-base.nt`` of the vocabulary with what is derived.
    number : of the portion, in the names of its files.
    vocabulary : terms that the base describes; what the datasets say of them is in it.
    day : that is derived for.
    earlier : numbers of the datasets that later versions replace.
    """
    base = _base(folder)
    lines: dict[bytes, None] = {}
    for piece in portion:
        for line in stated_lines(folder, piece.dataset):
            subject = line.split(b" ", 1)[0]
            if subject not in vocabulary and (piece.nodes is None or hash(subject) in piece.nodes):
                lines[line] = None
    facts = facts_of(lines, base)
    known = {statement[0] for statement in base}
    common: list[bytes] = []
    derived: list[bytes] = []
    for statement in derive(facts, day):
        (common if statement[0] in known else derived).append(line_of(statement))
    write_facts(folder, number, lines, derived)
    own = [subject for subject in facts.about() if subject not in known]
    (folder / f"names-{number}.json").write_text(json.dumps(list(named(facts, own, facts))), encoding="utf-8")
    councils = facts.subjects(RDF_TYPE, GOV.Council)
    called = [(council.value, label) for council in councils for label in facts.literals(council, SKOS.prefLabel)]
    still_named = [thing.value for thing in _things_of(folder, earlier) if any(facts.literals(thing, SKOS.prefLabel))]
    outlook = _outlook(facts, own, known)
    several = _names(name for thing in facts.about() for name, values in facts.described(thing) if len(values) > 1)
    return Derived(len(lines), len(derived), common, dated(facts), *outlook, several, called, still_named)


def _outlook(
    facts: Facts, own: Sequence[ox.NamedNode], known: Collection[ox.NamedNode]
) -> tuple[frozenset[str], frozenset[str], frozenset[str], "array[int]"]:
    """`Derived.used`, `shared`, `abroad` and `strange`."""
    here = set(own)
    used: set[ox.NamedNode] = set()
    shared: set[ox.NamedNode] = set()
    abroad: set[ox.NamedNode] = set()
    strange: set[ox.NamedNode] = set()
    for subject in own:
        for predicate, values in facts.described(subject):
            used.add(predicate)
            for value in values:
                if not isinstance(value, ox.NamedNode):
                    shared.add(predicate)
                elif value not in here:
                    shared.add(predicate)
                    if value not in known:
                        abroad.add(predicate)
                        strange.add(value)
    numbers = array("q", [hash(str(node).encode()) for node in strange])
    return _names(used), _names(shared), _names(abroad), numbers


def _names(nodes: Iterable[ox.NamedNode]) -> frozenset[str]:
    return frozenset(node.value for node in nodes)


@functools.lru_cache(1)
def _base(folder: Path) -> tuple[Statement, ...]:
    return tuple(facts_of((folder / "facts-base.nt").read_bytes().splitlines(), ()))


@functools.lru_cache(1)
def _things_of(folder: Path, datasets: tuple[int, ...]) -> list[ox.NamedNode]:
    """All that some scanned datasets describe."""
    return list(facts_of((line for number in datasets for line in stated_lines(folder, number)), ()).about())


def facts_of(lines: Iterable[bytes], base: Iterable[Statement]) -> Facts:
    """Facts of lines of N-Triples that this program wrote, and of statements before them."""
    facts = Facts(base)
    same: dict[Any, Any] = {}
    for quad in ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_TRIPLES, lenient=True):
        subject, predicate, value = quad.subject, quad.predicate, quad.object
        # A term that is always the same object is compared at once, and takes memory once.
        facts.add(
            same.setdefault(subject, subject), same.setdefault(predicate, predicate), same.setdefault(value, value)
        )
    return facts


def line_of(statement: Statement) -> bytes:
    """A statement as a line of N-Triples.

    >>> line_of((ox.NamedNode("http://e/s"), ox.NamedNode("http://e/p"), ox.Literal("o")))
    b'<http://e/s> <http://e/p> "o" .'
    """
    return " ".join((*map(str, statement), ".")).encode()


def write_facts(folder: Path, name: int | str, stated: Iterable[bytes], derived: Iterable[bytes]) -> None:
    """Write lines for the default graph, and those that are derived for their own graph too."""
    own = f" <{DERIVED_GRAPH}> .\n".encode()
    (folder / f"facts-{name}.nt").write_bytes(b"".join(line + b"\n" for line in (*stated, *derived)))
    (folder / f"derived-{name}.nq").write_bytes(b"".join(line[:-2] + own for line in derived))


def dated(facts: Facts) -> bool:
    """Whether a line is dated: on another day other lines may hold."""
    lines = facts.subjects(RDF_TYPE, GOV.AccountabilityLine)
    return any(facts.literals(line, GOV.validFrom) or facts.literals(line, GOV.validUntil) for line in lines)


def names_of(folder: Path, number: int) -> list[Row]:
    """What the things of a derived portion are called, and what is said of them."""
    rows: list[Row] = json.loads((folder / f"names-{number}.json").read_text(encoding="utf-8"))
    return rows
