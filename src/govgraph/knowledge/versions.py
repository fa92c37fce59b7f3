"""The versions of documents that a generation holds, and the graphs that each one fills.

A version is a ``gov:DocumentVersion`` that a dataset of the catalogue names as its source
(``dct:source``); the dataset's graph holds what the version says.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyoxigraph as ox

from govgraph.errors import BadInput, UnknownVersion
from govgraph.knowledge.catalog import CATALOG_GRAPH
from govgraph.knowledge.facts import GOV, RDF_TYPE, SKOS, Facts, statements
from govgraph.limits import LIMITS
from govgraph.namespaces import GRAPH, PREFIXES

__all__ = ["Version", "find_version", "versions"]

_SOURCE = ox.NamedNode(PREFIXES["dct"] + "source")
_DESCRIPTION = ox.NamedNode(PREFIXES["dct"] + "description")


@dataclass(frozen=True)
class Version:
    """One version of a document.

    Parameters
    ----------
    iri, label : of the version.
    graphs : what it says, then the ontology, the catalogue and the list of documents.
    superseded : whether a later version replaces it.
    told : what the catalogue and the version itself say about how complete they are.
    """

    iri: str
    label: str
    graphs: tuple[str, ...]
    superseded: bool
    told: tuple[str, ...]

    @property
    def slug(self) -> str:
        """Last part of its IRI: the short name to type."""
        return self.iri.rpartition("/")[2]


def versions(store: ox.Store, manifest: Mapping[str, Any]) -> list[Version]:
    """All versions of a generation, in the order of their IRIs.

    Parameters
    ----------
    store, manifest : of the generation.
    """
    catalog = Facts(statements(store.quads_for_pattern(None, None, None, ox.NamedNode(CATALOG_GRAPH))))
    datasets: dict[ox.NamedNode, list[ox.NamedNode]] = {}
    for dataset, predicate, source in catalog:
        if predicate == _SOURCE and isinstance(source, ox.NamedNode) and dataset.value in manifest["graphs"]:
            datasets.setdefault(source, []).append(dataset)
    of_versions = {dataset.value for of_one in datasets.values() for dataset in of_one}
    common = (GRAPH + "ontology", CATALOG_GRAPH, *_documents(store, manifest, of_versions))
    found = []
    for iri, of_one in sorted(datasets.items(), key=lambda item: item[0].value):
        graphs = (*sorted(dataset.value for dataset in of_one), *common)
        own = Facts(
            statements(quad for name in graphs for quad in store.quads_for_pattern(iri, None, None, ox.NamedNode(name)))
        )
        if GOV.DocumentVersion in own.objects(iri, RDF_TYPE):
            superseded = graphs[0] in manifest.get("superseded", [])
            told = [text for dataset in of_one for text in catalog.literals(dataset, _DESCRIPTION)]
            told += own.literals(iri, SKOS.editorialNote)
            found.append(Version(iri.value, own.label(iri), graphs, superseded, tuple(told)))
    return found


def _documents(store: ox.Store, manifest: Mapping[str, Any], of_versions: set[str]) -> list[str]:
    """The graphs that list documents and are not drawn from one themselves."""
    quads = store.quads_for_pattern(None, RDF_TYPE, GOV.Document)
    names = {quad.graph_name.value for quad in quads if isinstance(quad.graph_name, ox.NamedNode)}
    return sorted((names & manifest["graphs"].keys()) - of_versions - {GRAPH + "derived"})


def find_version(known: list[Version], name: str) -> Version:
    """The version with this label, short name or IRI (case and punctuation apart).

    Parameters
    ----------
    known : from `versions`.

    Raises
    ------
    UnknownVersion : with short names that are close, else all of them.
    BadInput : several versions have the name.
    """
    name = name[: LIMITS.name_characters].strip()
    matching = [version for version in known if name == version.iri]
    matching = matching or [v for v in known if _folded(name) in (_folded(v.slug), _folded(v.label))]
    if len(matching) > 1:
        raise BadInput(f'several versions are named "{name}"', f"Name one by its IRI: {matching[0].iri}")
    if not matching:
        raise UnknownVersion(name, _close(known, name))
    return matching[0]


def _close(known: list[Version], name: str) -> list[str]:
    """Short names that share the most words with the one given, else those spelt alike, else all."""
    words = set(_folded(name).split())
    shared = {v.slug: len(words & set(_folded(f"{v.slug} {v.label}").split())) for v in known}
    best = max(shared.values(), default=0)
    if best:
        return [slug for slug, count in shared.items() if count == best][: LIMITS.suggestions]
    alike = difflib.get_close_matches(_folded(name), [_folded(slug) for slug in shared], LIMITS.suggestions, 0.5)
    return [slug for slug in shared if _folded(slug) in alike] or list(shared)


def _folded(name: str) -> str:
    return " ".join(re.findall(r"\w+", name.casefold()))
