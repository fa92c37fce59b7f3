"""A chain of accountability as a nested list: the same hops as the drawing, each exactly once.

The command line prints it as a tree, the site as a list; a party that was unfolded
before is marked "as above", so a circle ends too.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import networkx as nx

from govgraph.accountability.chain import Chain, Hop

__all__ = ["Branch", "hop_in_words", "in_one_sentence", "listed", "outline"]


@dataclass(frozen=True)
class Branch:
    """A party in the list.

    Parameters
    ----------
    party, label : IRI and name.
    hop : the hop that leads here; None where a tree starts.
    children : those that the party answers to.
    as_above : the party is unfolded elsewhere in the list, so its children are not repeated here.
    """

    party: str
    label: str
    hop: Hop | None
    children: tuple["Branch", ...] = ()
    as_above: bool = False

    def walk(self) -> Iterator["Branch"]:
        """This branch and everything in it, in the order of the list."""
        yield self
        for child in self.children:
            yield from child.walk()


def outline(chain: Chain) -> list[Branch]:
    """The trees of a chain: one for the body that was asked about, else one for each party that nobody answers to.

    Examples
    --------
    >>> from govgraph.accountability.chain import chain_of
    >>> row = {"from": "a", "fromLabel": "A", "to": "b", "toLabel": "B", "mode": "accountability",
    ...        "strength": "explicit", "clause": "1.1", "matter": "", "end": True, "line": "l"}
    >>> [tree] = outline(chain_of([row]))
    >>> [branch.label for branch in tree.walk()], hop_in_words(tree.children[0].hop)
    (['A', 'B'], '1.1, explicit, accountability')
    """
    unfolded: set[str] = set()
    return [_branch(chain, party, None, unfolded) for party in _starts(chain)]


def _starts(chain: Chain) -> list[str]:
    if chain.body:
        return [chain.body]
    order = {party: place for place, party in enumerate(chain.labels)}
    circles = nx.condensation(chain.graph)
    bottoms = [circles.nodes[number]["members"] for number in circles if circles.in_degree(number) == 0]
    return sorted((min(members, key=order.__getitem__) for members in bottoms), key=order.__getitem__)


def _branch(chain: Chain, party: str, hop: Hop | None, unfolded: set[str]) -> Branch:
    label = chain.labels.get(party, party)
    above = chain.above(party)
    if party in unfolded:
        return Branch(party, label, hop, as_above=bool(above))
    unfolded.add(party)
    return Branch(party, label, hop, tuple(_branch(chain, step.to, step, unfolded) for step in above))


def hop_in_words(hop: Hop) -> str:
    """Clause, strength and mode of a hop's leading line, and whether it is undated where a day was asked about."""
    line = hop.lines[0]
    clause = f"inferred from {line.clause}" if line.strength == "inferred" else f"{line.clause}, {line.strength}"
    return f"{clause}, {line.mode}" + (", undated" if line.undated else "")


def in_one_sentence(chain: Chain, label: str) -> str:
    """The outcome of a chain as one sentence.

    Parameters
    ----------
    label : name of the body that was asked about.
    """
    if not chain.hops:
        return f"{label}: no clause says to whom it answers."
    unsure = [hop for hop in chain.hops if hop.strength != "explicit"]
    ends = [chain.labels[end] for end in chain.ends]
    count = f"{len(chain.hops)} steps" if len(chain.hops) > 1 else "one step"
    doubt = "one" if len(unsure) == 1 else str(len(unsure))
    sure = f", {doubt} of them not stated in so many words" if unsure else ", each stated by a clause"
    if not ends:
        return f"{label}: the chain has {count}{sure}, and comes to no end."
    return f"{label}: accountable in the end to {listed(ends)} ({count}{sure})."


def listed(names: list[str]) -> str:
    """Names as a phrase.

    >>> listed(["A", "B", "C"])
    'A, B and C'
    """
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
