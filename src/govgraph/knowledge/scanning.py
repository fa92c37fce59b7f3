"""Read the datasets of a data folder, and note what each of them speaks of.

What a build needs later is kept in files of its scratch folder: the statements of each dataset as N-Triples, and as
N-Quads what its named graph will hold. So memory holds one dataset at a time, however many there are.
"""

from array import array
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from govgraph.knowledge.facts import GOV, ORG, RDF_TYPE, RDFS, SKOS
from govgraph.rdf.files import read_lines

__all__ = ["FOLLOWED", "Part", "Scan", "keep_lines", "lines_about", "parts_of", "scan", "split", "stated_lines"]

FOLLOWED = frozenset(
    str(term).encode()
    for term in (
        GOV.accountableParty, GOV.accountableTo, GOV.actor, GOV.appliesTo, GOV.basis, GOV.boundBy, GOV.exOfficio,
        GOV.inBody, GOV.inferredFrom, GOV.meetingOf, GOV.ofAction, ORG.subOrganizationOf,
    )
)  # fmt: skip
"""Properties along which the rules of `derive` go from one thing to another."""

_WORDS = frozenset(str(term).encode() for term in (RDF_TYPE, GOV.mode, SKOS.inScheme))
"""Properties whose values are words of the vocabulary; those of the hierarchies are on both sides."""

_HIERARCHIES = frozenset(str(term).encode() for term in (RDFS.subClassOf, RDFS.subPropertyOf))
_CONCEPTS = frozenset(str(term).encode() for term in (SKOS.Concept, SKOS.ConceptScheme))


@dataclass(frozen=True)
class Scan:
    """What one dataset speaks of.

    Parameters
    ----------
    count : number of its statements.
    nodes : everything that it describes, or leads to by a property that is followed; as numbers that all workers share.
    words : terms that it uses as classes, modes, schemes or in their hierarchies, with their numbers.
    concepts : the concepts that it describes, with their numbers.
    known : terms of the ontology that it says more about.
    """

    count: int
    nodes: "array[int]"
    words: dict[bytes, int]
    concepts: dict[bytes, int]
    known: frozenset[bytes]


@dataclass(frozen=True)
class Part:
    """Some things of one dataset that hang together: their numbers, and how many statements describe them."""

    nodes: "array[int]"
    count: int


def split(line: bytes) -> tuple[bytes, bytes, bytes]:
    """Subject, predicate and object of a line of N-Triples.

    >>> split(b'<http://e/s> <http://e/p> "two words" .')
    (b'<http://e/s>', b'<http://e/p>', b'"two words"')
    """
    subject, predicate, value = line.split(b" ", 2)
    return subject, predicate, value[:-2]


def stated_lines(folder: Path, number: int) -> list[bytes]:
    """The statements of a dataset that has been scanned."""
    return (folder / f"stated-{number}.nt").read_bytes().splitlines()


def keep_lines(folder: Path, number: int, lines: Iterable[bytes]) -> bytes:
    """Keep the statements of a dataset; gives them as one text."""
    text = b"".join(line + b"\n" for line in lines)
    (folder / f"stated-{number}.nt").write_bytes(text)
    return text


def scan(folder: Path, number: int, files: tuple[Path, ...], graph: str, known: frozenset[bytes]) -> Scan:
    """Read a dataset and keep it in the scratch folder.

    Parameters
    ----------
    number : of the dataset, in the names of its files.
    files, graph : of the dataset.
    known : terms of the ontology.

    Raises
    ------
    BadRdf : names the file and the line.
    """
    lines = list(dict.fromkeys(line for path in files for line in read_lines(path, graph)))
    text = keep_lines(folder, number, lines)
    (folder / f"graph-{number}.nq").write_bytes(text.replace(b" .\n", f" <{graph}> .\n".encode()))
    subjects: set[bytes] = set()
    led_to: set[bytes] = set()
    words: set[bytes] = set()
    concepts: set[bytes] = set()
    for line in lines:
        subject, predicate, rest = line.split(b" ", 2)
        subjects.add(subject)
        if predicate in FOLLOWED:
            led_to.add(rest[:-2])
        elif predicate in _WORDS:
            value = rest[:-2]
            words.add(value)
            if value in _CONCEPTS:
                concepts.add(subject)
        elif predicate in _HIERARCHIES:
            words.update((subject, rest[:-2]))
    nodes = {node for node in (subjects | led_to) - known if node[:1] == b"<"}
    return Scan(
        len(lines),
        _numbered(nodes),
        {word: hash(word) for word in words - known if word[:1] == b"<"},
        {concept: hash(concept) for concept in concepts - known},
        frozenset(subjects & known),
    )


def _numbered(nodes: Collection[bytes]) -> "array[int]":
    return array("q", [hash(node) for node in nodes])


def lines_about(folder: Path, number: int, subjects: frozenset[bytes]) -> list[bytes]:
    """The statements of a scanned dataset about some things."""
    return [line for line in stated_lines(folder, number) if line.split(b" ", 1)[0] in subjects]


def parts_of(folder: Path, number: int, known: frozenset[bytes]) -> list[Part]:
    """The things of a scanned dataset, parted into those that hang together by what is followed.

    Parameters
    ----------
    known : terms of the vocabulary, which hold nothing together.
    """
    joined: dict[bytes, bytes] = {}
    counts: dict[bytes, int] = {}

    def root(node: bytes) -> bytes:
        while (above := joined.setdefault(node, node)) != node:
            joined[node] = joined[above]
            node = above
        return node

    for subject, predicate, value in map(split, stated_lines(folder, number)):
        if subject not in known:
            counts[subject] = counts.get(subject, 0) + 1
            one = root(subject)
            if predicate in FOLLOWED and value[:1] == b"<" and value not in known:
                joined[root(value)] = one
    parts: dict[bytes, list[bytes]] = {}
    for node in list(joined):
        parts.setdefault(root(node), []).append(node)
    return [Part(_numbered(part), sum(counts.get(node, 0) for node in part)) for part in parts.values()]
