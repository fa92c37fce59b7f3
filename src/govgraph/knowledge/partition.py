"""Part the datasets of a data folder into portions that can be derived apart, each to what it gives as part of a whole.

A rule of `derive` goes from a thing to things along `scanning.FOLLOWED`, and reads the vocabulary (ontology, classes,
modes, concepts), which every portion gets. So things that are not joined by such steps have no part in what is derived
about each other: everything that is described, or led to, in two datasets puts what hangs on it into one portion. The
data decide that, never a name. A dataset that shares things with many others, such as a register, is itself parted.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from govgraph.knowledge.scanning import Part, Scan

__all__ = ["Piece", "Portion", "partition"]

MANY = 8
"""A dataset that shares things with more others is parted."""


@dataclass(frozen=True)
class Piece:
    """A dataset by its number, whole or only the things with these numbers."""

    dataset: int
    nodes: frozenset[int] | None = None


Portion = tuple[Piece, ...]


def partition(
    scans: Mapping[int, Scan], words: frozenset[int], size: int, parts_of: Callable[[int], Sequence[Part]]
) -> list[Portion]:
    """The portions, each of at least `size` statements as long as there are so many.

    Parameters
    ----------
    scans : by number of the dataset.
    words : numbers of the terms of the vocabulary, which hold nothing together.
    size : portions that are smaller are put together.
    parts_of : the parts of one dataset.
    """
    elements: list[tuple[int, Part | None]] = []
    shared = _shared(scans, words)
    for number in scans:
        if len(shared.get(number, ())) > MANY:
            elements += [(number, part) for part in parts_of(number)]
        else:
            elements.append((number, None))
    portions: list[Portion] = []
    for group in _filled(list(_joined(elements, scans, words)), elements, scans, size):
        pieces: dict[int, set[int] | None] = {}
        for number, part in (elements[place] for place in group):
            if part is None:
                pieces[number] = None
            else:
                nodes = pieces.setdefault(number, set())
                assert nodes is not None
                nodes.update(part.nodes)
        portions.append(
            tuple(Piece(number, None if own is None else frozenset(own)) for number, own in sorted(pieces.items()))
        )
    return portions


def _shared(scans: Mapping[int, Scan], words: frozenset[int]) -> dict[int, set[int]]:
    """The datasets that share a thing with each dataset."""
    first: dict[int, int] = {}
    shared: dict[int, set[int]] = {}
    for number, scan in scans.items():
        for node in scan.nodes:
            other = first.setdefault(node, number)
            if other != number and node not in words:
                shared.setdefault(number, set()).add(other)
                shared.setdefault(other, set()).add(number)
    return shared


def _joined(
    elements: Sequence[tuple[int, Part | None]], scans: Mapping[int, Scan], words: frozenset[int]
) -> Iterable[list[int]]:
    """Places of the elements that hang together."""
    above = list(range(len(elements)))

    def root(place: int) -> int:
        while above[place] != place:
            above[place] = above[above[place]]
            place = above[place]
        return place

    first: dict[int, int] = {}
    for place, (number, part) in enumerate(elements):
        for node in (part or scans[number]).nodes:
            other = first.setdefault(node, place)
            if other != place and node not in words:
                one, two = sorted((root(place), root(other)))
                above[two] = one
    groups: dict[int, list[int]] = {}
    for place in range(len(elements)):
        groups.setdefault(root(place), []).append(place)
    return groups.values()


def _filled(
    groups: Sequence[list[int]], elements: Sequence[tuple[int, Part | None]], scans: Mapping[int, Scan], size: int
) -> Iterator[list[int]]:
    """Groups put together until there is enough of them."""
    filled: list[int] = []
    count = 0
    for group in groups:
        filled += group
        count += sum((part or scans[number]).count for number, part in (elements[place] for place in group))
        if count >= size:
            yield filled
            filled, count = [], 0
    if filled:
        yield filled
