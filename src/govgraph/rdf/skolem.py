"""Give blank nodes stable IRIs, so that published data has none (RDF 1.1 Concepts §3.5)."""

import hashlib
from collections.abc import Iterable, Iterator

import pyoxigraph as ox

from govgraph.namespaces import BASE

__all__ = ["skolemised"]


def skolemised(quads: Iterable[ox.Quad], scope: str) -> Iterator[ox.Quad]:
    """Replace each blank node by an IRI made of `scope` and its order of appearance.

    Parameters
    ----------
    quads : the statements of one file, in file order.
    scope : a text that no other file shares, such as graph and file name.

    >>> b = ox.BlankNode("b7")
    >>> [q] = skolemised([ox.Quad(b, ox.NamedNode("http://e/p"), b)], "file")
    >>> q.subject == q.object and q.subject.value.startswith("https://w3id.org/govgraph/.well-known/genid/")
    True
    """
    names: dict[ox.BlankNode, ox.NamedNode] = {}

    def named(node: ox.BlankNode) -> ox.NamedNode:
        if node not in names:
            digest = hashlib.sha256(f"{scope}#{len(names)}".encode()).hexdigest()[:24]
            names[node] = ox.NamedNode(f"{BASE}.well-known/genid/{digest}")
        return names[node]

    for quad in quads:
        subject, value = quad.subject, quad.object
        if isinstance(subject, ox.BlankNode) or isinstance(value, ox.BlankNode):
            yield ox.Quad(
                named(subject) if isinstance(subject, ox.BlankNode) else subject,
                quad.predicate,
                named(value) if isinstance(value, ox.BlankNode) else value,
                quad.graph_name,
            )
        else:
            yield quad
