"""Which terms are the vocabulary that every portion of a data folder gets, and what is said of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from govgraph.knowledge.scanning import FOLLOWED, Scan, split

__all__ = ["Vocabulary", "vocabulary"]


@dataclass(frozen=True)
class Vocabulary:
    """The vocabulary of a data folder.

    Parameters
    ----------
    terms : the terms that the ontology or a dataset describes.
    lines : what the datasets say about them.
    numbers : of all terms that are used as vocabulary, described or not; they hold nothing together.
    apart : False where a term leads on to things, so that the datasets cannot be told apart.
    """

    terms: frozenset[bytes]
    lines: list[bytes]
    numbers: frozenset[int]
    apart: bool


def vocabulary(
    ontology: frozenset[bytes],
    scans: Mapping[int, Scan],
    current: Iterable[int],
    lines_about: Callable[[int, frozenset[bytes]], list[bytes]],
) -> Vocabulary:
    """Find the vocabulary.

    Parameters
    ----------
    ontology : terms that the ontology describes.
    scans : of all datasets, by number.
    current : numbers of those that are not superseded: only these are asked for what they say.
    lines_about : the statements of a dataset about some things.
    """
    words = {word: number for scan in scans.values() for word, number in scan.words.items()}
    concepts = {word: number for scan in scans.values() for word, number in scan.concepts.items()}
    terms = {**words, **concepts}
    by_number: dict[int, list[bytes]] = {}
    for term, number in terms.items():
        by_number.setdefault(number, []).append(term)
    said: dict[bytes, None] = {}
    for place in current:
        scan = scans[place]
        named = (by_number[node] for node in scan.nodes if node in by_number)
        if wanted := scan.known.union(*named):
            said |= dict.fromkeys(lines_about(place, wanted))
    leading: dict[bytes, list[bytes]] = {}
    described: set[bytes] = set()
    for subject, predicate, value in map(split, said):
        described.add(subject)
        if predicate in FOLLOWED and value[:1] == b"<":
            leading.setdefault(subject, []).append(value)
    # A concept that leads on to a thing is a thing like others; a class or a mode cannot be one.
    vague = concepts.keys() - words.keys()
    apart = True
    while True:
        strays = {
            subject
            for subject, values in leading.items()
            if (subject in ontology or subject in terms) and any(v not in ontology and v not in terms for v in values)
        }
        if not strays:
            break
        if not strays <= vague:
            apart = False
            break
        for stray in strays:
            del terms[stray]
    kept = {line: None for line in said if line.split(b" ", 1)[0] in ontology or line.split(b" ", 1)[0] in terms}
    return Vocabulary(ontology | (described & terms.keys()), list(kept), frozenset(terms.values()), apart)
