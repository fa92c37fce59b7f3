"""What changed, thing by thing: found in a process of its own, once for each pair, and kept."""

import asyncio
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from govgraph.errors import AnswerTooLarge, DeadlinePassed, ReaderFailed
from govgraph.store.remote_generations import AnyGeneration
from govgraph.web.bounded import Bounded
from govgraph.web.state import Site

__all__ = ["Difference", "difference"]

_SECONDS = 60.0  # a comparison is stopped after this
_MOST = 20_000  # changes; more are not told one by one

Key = tuple[int, int, str, str, bool]


@dataclass(frozen=True)
class Difference:
    """The changes from one side to another, by thing, and what to know about them.

    Parameters
    ----------
    changes : as `govgraph diff --format json` prints them, each with "words".
    """

    changes: Sequence[Mapping[str, Any]]
    notes: Sequence[str]

    @property
    def summary(self) -> dict[str, int]:
        """Number of things changed, removed and added."""
        counts = Counter(change["change"] for change in self.changes)
        return {name: counts[name] for name in ("changed", "removed", "added")}


_KEPT: WeakKeyDictionary[Site, Bounded[Key, Difference]] = WeakKeyDictionary()


async def difference(
    site: Site,
    before: AnyGeneration,
    after: AnyGeneration,
    versions: tuple[str, str] = ("", ""),
    evidence: bool = False,
) -> Difference:
    """What one side says and the other does not.

    Parameters
    ----------
    versions : IRIs of a document version on each side; empty for all that a generation says.
    evidence : whether clauses, and which of them a statement rests on, count too.

    Raises
    ------
    DeadlinePassed, ReaderFailed, AnswerTooLarge
    """
    if (before.number, versions[0]) == (after.number, versions[1]):
        return Difference([], [])
    key = before.number, after.number, *versions, evidence
    kept = _KEPT.setdefault(site, Bounded(site.limits.cache_bytes // 2, site.limits.cache_bytes // 4))
    found = kept.get(key)
    if found is None:
        async with site.comparing:
            found = kept.get(key)
            if found is None:
                await site.copied(before, after)
                output = await _run(before, after, versions, evidence)
                found = await asyncio.to_thread(_read, output)
                kept.put(key, found, 3 * len(output))
    return found


async def _run(before: AnyGeneration, after: AnyGeneration, versions: tuple[str, str], evidence: bool) -> bytes:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-m", "govgraph.knowledge.comparing",
        str(before.folder), str(after.folder), *versions, "evidence" if evidence else "", str(_MOST),
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_SECONDS):
            output, _ = await process.communicate()
    except BaseException as error:
        process.kill()
        await process.wait()
        if isinstance(error, TimeoutError):
            raise DeadlinePassed("the comparison takes too long", "Ask for the statements: /diff") from None
        raise
    if process.returncode:
        raise ReaderFailed("the comparison failed", "Ask for the statements: /diff")
    return output


def _read(output: bytes) -> Difference:
    content = json.loads(output)
    if "too many" in content:
        raise AnswerTooLarge(f"{content['too many']:,} things differ", "Ask for the statements: /diff")
    return Difference(content["changes"], list(dict.fromkeys(content["notes"])))
