"""govgraph: ask who answers to whom in local government, by which clause, and how sure the text is.

>>> import govgraph
>>> graph = govgraph.open()                                            # doctest: +SKIP
>>> graph.ask("ultimately-accountable-to", body="Delivery groups")     # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

from govgraph.errors import GovgraphError

if TYPE_CHECKING:
    from govgraph.graph import Graph
    from govgraph.opening import open
    from govgraph.questions.table import Table

__all__ = ["GovgraphError", "Graph", "Table", "__version__", "open"]

__version__ = "0.1.0"

_HOMES = {"Graph": "govgraph.graph", "open": "govgraph.opening", "Table": "govgraph.questions.table"}


def __getattr__(name: str) -> Any:
    """Load the public names when they are first asked for: a reader process needs none of them."""
    if name in _HOMES:
        import importlib

        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'govgraph' has no attribute {name!r}")
