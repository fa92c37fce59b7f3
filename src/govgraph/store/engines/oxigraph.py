"""The Oxigraph server: the engine of the embedded store, behind HTTP."""

from collections.abc import Mapping
from typing import ClassVar

from govgraph.store.engines.base import Engine, beside

__all__ = ["OXIGRAPH"]


class _Oxigraph(Engine):
    name = "oxigraph"
    title = "Oxigraph server"
    atomic = True
    merges_integers = True
    cannot: ClassVar[Mapping[str, str]] = {
        "access": "It has no accounts: put a proxy with a password before its update and graph-store addresses.",
        "time limit": "Its time limit is one of the server (serve --timeout-s), not of a request.",
        "union": "A union of all graphs is a setting of the server (--union-default-graph) and counts twice what "
        "two graphs say.",
    }

    def update_url(self, url: str) -> str:
        return beside(url, "update")

    def graph_store_url(self, url: str) -> str:
        return beside(url, "store")

    def load_url(self, graph_store_url: str, graph: str) -> str:
        return self.graph_url(graph_store_url, graph) + "&no_transaction"


OXIGRAPH = _Oxigraph()
