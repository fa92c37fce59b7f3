"""What is asked of a writer and what it reports: small values that travel through a pipe."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

__all__ = ["KINDS", "Expected", "Part", "Write", "Written", "changed_last"]

KINDS = ("update", "put", "post", "patch", "delete")
"""A SPARQL update, and the operations of the Graph Store Protocol (§5)."""


@dataclass(frozen=True)
class Part:
    """One file of an upload.

    Parameters
    ----------
    media_type : such as "text/turtle".
    length : bytes; the files stand one after another in the body.
    name : what the client calls it, for messages.
    """

    media_type: str
    length: int
    name: str = "the upload"


@dataclass(frozen=True)
class Expected:
    """What a change was meant for (If-Match and If-None-Match, RFC 9110 §13.1).

    Parameters
    ----------
    since : generations in which the graph may have been changed last; None: any, as long as it is there.
    absent : the graph must not be there.
    """

    since: Sequence[int] | None = None
    absent: bool = False


@dataclass(frozen=True)
class Write:
    """One change.

    Parameters
    ----------
    kind : one of `KINDS`.
    who : name of whoever asks for it, for the manifest and the log.
    base : base of relative IRIs.
    graph : the graph that is meant: its IRI, "" for the default graph, None for the whole dataset.
    parts : the files of an upload.
    using, using_named : dataset of an update, from the SPARQL Protocol (§2.2.3).
    expected : refuse the change unless this holds.
    accept : who accepts violations that the change would add; empty: nobody.
    """

    kind: str
    who: str
    base: str = ""
    graph: str | None = None
    parts: Sequence[Part] = ()
    using: Sequence[str] = ()
    using_named: Sequence[str] = ()
    expected: Expected | None = None
    accept: str = ""

    def as_json(self) -> dict[str, Any]:
        """The change as it goes through a pipe, without its body."""
        return asdict(self)

    @classmethod
    def from_json(cls, given: dict[str, Any]) -> "Write":
        """What `as_json` wrote."""
        parts = [Part(**part) for part in given["parts"]]
        expected = Expected(**given["expected"]) if given["expected"] else None
        return cls(**{**given, "parts": parts, "expected": expected})


@dataclass(frozen=True)
class Written:
    """What became of a change.

    Parameters
    ----------
    generation : number of the generation that holds it.
    created : the graph was not there before.
    changed : False where the store said the same already, so that no generation was made.
    added, removed : number of statements.
    graphs : names of the graphs that differ, "" for the default graph.
    """

    generation: int
    created: bool
    changed: bool
    added: int
    removed: int
    graphs: Sequence[str] = ()


def changed_last(manifest: Mapping[str, Any], graph: str | None) -> int | None:
    """Number of the generation in which a graph was changed last; None where it is not there.

    Parameters
    ----------
    manifest : of the generation that is asked.
    graph : its IRI, "" for the default graph, which is always there, None for the whole dataset.

    >>> changed_last({"generation": 7, "changes": 2, "graphs": {"http://e/a": 1}, "since": {}}, "http://e/a")
    5
    """
    number = int(manifest["generation"])
    if graph is None:
        return number
    if graph and graph not in manifest["graphs"]:
        return None
    return int(manifest.get("since", {}).get(graph, number - manifest.get("changes", 0)))
