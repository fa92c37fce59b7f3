"""Writing to a store: each change is checked, makes one new generation, or changes nothing at all.

>>> from govgraph.writing import change
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from govgraph.writing.changing import change

__all__ = ["change"]


def __getattr__(name: str) -> Any:
    """Load the engine when it is first asked for: the web process uses this package and no engine."""
    if name == "change":
        from govgraph.writing.changing import change

        return change
    raise AttributeError(f"module 'govgraph.writing' has no attribute {name!r}")
