"""Values kept in memory up to a number of bytes; the one unused longest gives way."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["Bounded"]

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Bounded(Generic[Key, Value]):
    """A memory of bounded size.

    Parameters
    ----------
    most : bytes that all values together may take.
    each : bytes that one value may take; a larger one is not kept.

    >>> kept = Bounded[str, int](most=10, each=6)
    >>> for name, size in (("a", 6), ("b", 3), ("c", 7), ("d", 4)):
    ...     kept.put(name, 1, size)
    >>> [name for name in "abcd" if kept.get(name)], kept.size
    (['b', 'd'], 7)
    """

    def __init__(self, most: int, each: int) -> None:
        self._most, self.each = most, min(most, each)
        self._held: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self.size = 0

    def __len__(self) -> int:
        return len(self._held)

    def get(self, key: Key) -> Value | None:
        """The value, which counts as used now; None if it is not kept."""
        found = self._held.get(key)
        if found is None:
            return None
        self._held.move_to_end(key)
        return found[0]

    def put(self, key: Key, value: Value, size: int) -> None:
        """Keep a value of a size in bytes, if it is not too large."""
        if size > self.each:
            return
        if before := self._held.pop(key, None):
            self.size -= before[1]
        self._held[key] = value, size
        self.size += size
        while self.size > self._most:
            _, (_, gone) = self._held.popitem(last=False)
            self.size -= gone
