"""The councils of the nation: the current ones of the packaged register, and as many more as are wanted."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pyoxigraph as ox

from govgraph.namespaces import DEF, PREFIXES
from govgraph.resources import packaged

__all__ = ["Council", "councils"]

_LABEL = ox.NamedNode(PREFIXES["skos"] + "prefLabel")
_SHORT = ox.NamedNode(PREFIXES["skos"] + "altLabel")


@dataclass(frozen=True)
class Council:
    """One council.

    Parameters
    ----------
    code : unique, in lower case.
    name, place : in full, and what it is the council of.
    gss : code of its area, "" if the register has none.
    kind : IRI of its type.
    nation, region : as the register names them.
    """

    code: str
    name: str
    place: str
    gss: str
    kind: str
    nation: str
    region: str


@cache
def _registered() -> tuple[Council, ...]:
    store = ox.Store()
    path = packaged("data") / "uk" / "councils.ttl"
    store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)

    def one(thing: ox.NamedNode, predicate: ox.NamedNode | str) -> str:
        wanted = ox.NamedNode(DEF + predicate) if isinstance(predicate, str) else predicate
        return next((str(quad.object.value) for quad in store.quads_for_pattern(thing, wanted, None)), "")  # type: ignore[union-attr]

    found = []
    is_a = ox.NamedNode(PREFIXES["rdf"] + "type")
    for quad in store.quads_for_pattern(None, is_a, ox.NamedNode(DEF + "Council")):
        thing = quad.subject
        assert isinstance(thing, ox.NamedNode)
        if not one(thing, "validUntil"):
            name = one(thing, _LABEL)
            facts = [one(thing, own) for own in ("gssCode", "councilType", "nation", "region")]
            found.append(Council(thing.value.rpartition("/")[2], name, one(thing, _SHORT) or name, *facts))
    return tuple(sorted(found, key=lambda council: council.code))


def councils(wanted: int) -> Iterator[Council]:
    """As many councils as are wanted; those beyond the register have the names of registered ones and a number.

    >>> [council.code for council in councils(2)]
    ['abc', 'abd']
    """
    registered = _registered()
    for place in range(wanted):
        turn, index = divmod(place, len(registered))
        own = registered[index]
        if turn:
            name, short = f"{own.name} {turn + 1}", f"{own.place} {turn + 1}"
            own = Council(f"{own.code}-{turn + 1}", name, short, "", own.kind, own.nation, own.region)
        yield own
