"""The views of a thing's data that a client can ask for (Content Negotiation by Profile)."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyoxigraph as ox
from starlette.requests import Request

from govgraph.errors import BadInput
from govgraph.namespaces import BASE, PREFIXES
from govgraph.web.negotiate import profiles

__all__ = ["ALTERNATES", "FULL", "ORG", "PROFILES", "Profile", "chosen", "within"]


@dataclass(frozen=True)
class Profile:
    """One view.

    Parameters
    ----------
    token : value of `_profile`.
    iri, told : what it is called, and what it holds.
    """

    token: str
    iri: str
    told: str


FULL = Profile("govgraph", f"{BASE}profile/govgraph", "everything said about the thing, and what points to it")
ORG = Profile("org", f"{BASE}profile/org", "only what the Organization Ontology and other common vocabularies say")
ALTERNATES = Profile("alt", "http://www.w3.org/ns/dx/connegp/altr", "the list of views and forms")
PROFILES = (FULL, ORG, ALTERNATES)

_COMMON = tuple(PREFIXES[name] for name in ("org", "foaf", "skos", "dct", "rdfs", "schema", "prov", "owl"))


def chosen(request: Request) -> Profile:
    """The view that a request asks for: by `_profile`, else by its Accept-Profile header, else everything.

    Raises
    ------
    BadInput : there is no such view.
    """
    named = request.query_params.get("_profile", "")
    if named:
        for profile in PROFILES:
            if named in (profile.token, profile.iri):
                return profile
        offered = ", ".join(profile.token for profile in PROFILES)
        raise BadInput(f'no view is named "{named[:80]}"', f"Ask for one of: {offered}.")
    wanted = profiles(request.headers.get("accept-profile"), [profile.iri for profile in PROFILES])
    return next((profile for profile in PROFILES if wanted[:1] == [profile.iri]), FULL)


def within(profile: Profile, triples: Iterable[ox.Triple]) -> list[ox.Triple]:
    """The statements that belong to a view."""
    if profile is not ORG:
        return list(triples)
    return [each for each in triples if _common(each)]


def _common(triple: ox.Triple) -> bool:
    if triple.predicate.value == PREFIXES["rdf"] + "type":
        return isinstance(triple.object, ox.NamedNode) and triple.object.value.startswith(_COMMON)
    return triple.predicate.value.startswith(_COMMON)
