"""The generations that an endpoint holds: which one is current, what each one's manifest says.

An endpoint that `govgraph build --store URL` has loaded has a graph of its own, ``…/graph/generations``::

    <…/graph/generations>   gov:currentGeneration 7 .
    <…/graph/generation/7>  a prov:Entity ; gov:manifest "{…}" ; prov:generatedAtTime "…" ; gov:reportPart "…" .

The default graph of generation 7 is the graph ``…/graph/generation/7``; named graphs have the names that the data
speaks of, and are those of the current generation. While named graphs are being changed, `gov:changingTo` says so.

An endpoint without such a graph is taken as it is: generation 0, its own default graph and all its named graphs.
"""

import base64
import hashlib
import json
import time
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

from govgraph.errors import NotAnEndpoint, StoreDamaged, StoreMissing, UnknownGeneration
from govgraph.namespaces import DEF, GRAPH
from govgraph.store.endpoint import UNION, Endpoint
from govgraph.store.generations import Generation
from govgraph.store.worker import pack

__all__ = [
    "FOREIGN",
    "GENERATIONS",
    "AnyGeneration",
    "RemoteGeneration",
    "RemoteGenerations",
    "cached_folder",
    "generation_graph",
    "report_parts",
    "rows_of",
    "staging_graph",
]

GENERATIONS = GRAPH + "generations"
"""The graph in which an endpoint's generations are told."""

FOREIGN = 0
"""Number of the one generation of an endpoint that govgraph has not loaded."""

_GENERATION = GRAPH + "generation/"
_JSON = ("application/sparql-results+json",)
_SINCE = "http://www.w3.org/ns/prov#generatedAtTime"
_GRAPHS = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
_SUPERSEDED = f"SELECT ?g WHERE {{ ?g <{DEF}revisionStatus> <{DEF}Superseded> }}"
_STATEMENTS = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
_PART = 48_000  # characters of a report in one literal: engines bound the length of one


def generation_graph(number: int) -> str:
    """Name of the graph that holds the merged facts of a generation.

    >>> generation_graph(7)
    'https://w3id.org/govgraph/graph/generation/7'
    """
    return f"{_GENERATION}{number}"


def staging_graph(number: int, graph: str) -> str:
    """Name under which a named graph is loaded before all of it is there.

    >>> staging_graph(7, "https://w3id.org/govgraph/graph/uk/councils")
    'https://w3id.org/govgraph/graph/staging/7/uk/councils'
    """
    if graph.startswith(GRAPH):
        return f"{GRAPH}staging/{number}/{graph.removeprefix(GRAPH)}"
    return f"{GRAPH}staging/{number}/other/{hashlib.sha256(graph.encode()).hexdigest()[:24]}"


@dataclass(frozen=True)
class RemoteGeneration:
    """One generation in an endpoint.

    Parameters
    ----------
    number : its number; `FOREIGN` where govgraph has not loaded the endpoint.
    manifest : what was told of it when it was loaded, or what counting gives.
    endpoint : where it is.
    whole : whether its named graphs are there: those of an earlier generation have been replaced.
    """

    number: int
    manifest: dict[str, Any]
    endpoint: Endpoint
    whole: bool = True

    @classmethod
    def of(cls, told: dict[str, Any]) -> "RemoteGeneration":
        """The generation that a `greeting` tells of."""
        return cls(told["number"], told["manifest"], Endpoint.of(told["endpoint"]), told["whole"])

    @property
    def foreign(self) -> bool:
        """Whether the endpoint is taken as it is."""
        return self.number == FOREIGN

    @property
    def default_graphs(self) -> tuple[str, ...]:
        """Graphs of the endpoint that are the default graph; none where the endpoint's own is."""
        return tuple(self.endpoint.default_graphs) if self.foreign else (generation_graph(self.number),)

    @property
    def named_graphs(self) -> tuple[str, ...]:
        """The named graphs of the generation, as far as they are there."""
        return tuple(self.manifest.get("graphs", {})) if self.whole else ()

    @property
    def folder(self) -> Path:
        """Folder on this machine for what is made from the generation: names, report, a copy; it need not exist."""
        own = {name: value for name, value in self.manifest.items() if name != "created" or not self.foreign}
        told = json.dumps(own, sort_keys=True).encode()
        return cached_folder(self.endpoint.url) / f"{self.number:06d}-{hashlib.sha256(told).hexdigest()[:12]}"

    def verify(self, contents: bool) -> None:
        """Check that the endpoint holds as many merged facts as the manifest says, if `contents`.

        Raises
        ------
        StoreDamaged : it holds more or fewer.
        """
        if not contents or self.foreign:
            return
        found = int(rows_of(self.endpoint.query(_STATEMENTS, _JSON, self.default_graphs)[1])[0]["n"])
        if found != self.manifest["statements"]:
            raise StoreDamaged(
                f"{self.endpoint.url} holds {found:,} of {self.manifest['statements']:,} statements of generation"
                f" {self.number}",
                "Load it again: govgraph build --force --store URL",
            )

    @property
    def reader(self) -> tuple[str, ...]:
        """Module of a process that reads it."""
        return ("govgraph.store.remote_worker",)

    @property
    def greeting(self) -> bytes:
        """What that process is told first; it holds the credentials."""
        told = {"number": self.number, "manifest": self.manifest, "whole": self.whole}
        return pack({"endpoint": self.endpoint.parts, **told})

    @property
    def names(self) -> Path:
        """File of the names, once they have been made."""
        return self.folder / "names.sqlite"

    @property
    def store(self) -> Path:
        """Folder of a copy of the statements, once one has been made."""
        return self.folder / "store"


AnyGeneration: TypeAlias = Generation | RemoteGeneration
"""A generation, wherever it is."""


def cached_folder(url: str) -> Path:
    """Folder on this machine for what is made from an endpoint; it need not exist."""
    import platformdirs

    place = Path(platformdirs.user_cache_dir("govgraph")) / "endpoints"
    return place / hashlib.sha256(url.encode()).hexdigest()[:24]


_PAUSES = (0.0, 0.1, 0.4)
"""Seconds before each look at which generation is current."""


class RemoteGenerations:
    """The generations of one endpoint.

    Parameters
    ----------
    endpoint : where they are.

    Examples
    --------
    ``RemoteGenerations(Endpoint("http://127.0.0.1:7878/query")).latest().number``
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint = endpoint
        self._opened: RemoteGeneration | None = None
        self._since = ""

    def latest(self) -> RemoteGeneration:
        """The generation that is current now: one short request where it was opened before.

        Raises
        ------
        StoreMissing : a first load has not come to its end.
        StoreFailed : the endpoint does not answer.
        """
        return self.loaded() or self._foreign()

    def loaded(self) -> RemoteGeneration | None:
        """Like `latest`; None where govgraph has not loaded the endpoint."""
        number, kept = self._pointer()
        if number == FOREIGN:
            return None
        if self._opened is None or (self._opened.number, self._since) != (number, kept[number]):
            self._opened = RemoteGeneration(number, self._manifest(number), self.endpoint)
            self._since = kept[number]
        return self._opened

    def _pointer(self) -> tuple[int, dict[int, str]]:
        """Number of the current generation, and since when each one that is kept is there."""
        if self.endpoint.default_graphs:
            return FOREIGN, {}
        for pause in _PAUSES:  # an engine may show for a moment that one went and not yet that another came
            time.sleep(pause)
            rows = self._rows(
                f"SELECT ?n ?g ?t WHERE {{ <{GENERATIONS}> <{DEF}currentGeneration> ?n . ?g <{_SINCE}> ?t }}"
            )
            if rows:
                kept = {int(row["g"].removeprefix(_GENERATION)): row["t"] for row in rows}
                number = max(int(row["n"]) for row in rows)  # while one takes the place of another there are two
                if number in kept:
                    return number, kept
            if not self._rows("SELECT ?s WHERE { ?s ?p ?o } LIMIT 1"):
                return FOREIGN, {}
        raise StoreMissing(
            f"{self.endpoint.url} holds a load that has not come to its end",
            "Go on with it: govgraph build --store URL",
        )

    def settled(self, number: int) -> bool:
        """Whether a generation is current, and its named graphs are not being changed just now."""
        if number == FOREIGN:
            return True
        rows = self._rows(
            f"SELECT ?n ?to WHERE {{ <{GENERATIONS}> <{DEF}currentGeneration> ?n"
            f" OPTIONAL {{ <{GENERATIONS}> <{DEF}changingTo> ?to }} }}"
        )
        return [row["n"] for row in rows] == [str(number)] and "to" not in rows[0]

    def numbers(self) -> list[int]:
        """The numbers of the generations that are kept, oldest first."""
        number, kept = self._pointer()
        return sorted(kept) if kept else [number]

    def open(self, number: int) -> RemoteGeneration:
        """One generation by number.

        Raises
        ------
        UnknownGeneration : the endpoint does not hold it.
        """
        latest = self.latest()
        if number == latest.number:
            return latest
        if latest.foreign:
            raise UnknownGeneration(f"{self.endpoint.url} holds no generation {number}", "Leave the number out.")
        return RemoteGeneration(number, self._manifest(number), self.endpoint, whole=False)

    def report(self, number: int) -> bytes | None:
        """The report of the review that was loaded with a generation, as JSON; None where there is none.

        Raises
        ------
        StoreDamaged : it is not as it was written.
        """
        if number == FOREIGN:
            return None
        rows = self._rows(f"SELECT ?part WHERE {{ <{generation_graph(number)}> <{DEF}reportPart> ?part }}")
        if not rows:
            return None
        parts = dict(row["part"].split(" ", 1) for row in rows)
        try:
            return zlib.decompress(base64.b64decode("".join(parts[key] for key in sorted(parts)), validate=True))
        except (ValueError, zlib.error):
            raise StoreDamaged(
                f"the report of generation {number} in {self.endpoint.url} is not as it was written",
                "Load it again: govgraph build --force --store URL",
            ) from None

    def _manifest(self, number: int) -> dict[str, Any]:
        rows = self._rows(f"SELECT ?m WHERE {{ <{generation_graph(number)}> <{DEF}manifest> ?m }}")
        if not rows:
            raise UnknownGeneration(
                f"{self.endpoint.url} holds no generation {number}", "It has been removed, or was never there."
            )
        try:
            manifest: dict[str, Any] = json.loads(rows[0]["m"])
        except ValueError:
            raise StoreDamaged(
                f"the manifest of generation {number} in {self.endpoint.url} cannot be read",
                "Load it again: govgraph build --force --store URL",
            ) from None
        return manifest

    def _foreign(self) -> RemoteGeneration:
        """What counting tells of an endpoint that is taken as it is."""
        if self._opened and self._opened.foreign:
            return self._opened
        own = tuple(graph for graph in self.endpoint.default_graphs if graph != UNION)
        graphs = rows_of(self.endpoint.query(_GRAPHS, _JSON)[1])
        statements = rows_of(self.endpoint.query(_STATEMENTS, _JSON, own)[1])
        superseded = rows_of(self.endpoint.query(_SUPERSEDED, _JSON, own)[1])
        manifest = {
            "generation": FOREIGN,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "data": self.endpoint.url,
            "statements": int(statements[0]["n"]) if statements else 0,
            "graphs": {row["g"]: int(row["n"]) for row in graphs if "g" in row},
            "superseded": sorted({row["g"] for row in superseded} & {row.get("g") for row in graphs}),
        }
        self._opened = RemoteGeneration(FOREIGN, manifest, self.endpoint)
        return self._opened

    def _rows(self, text: str) -> list[dict[str, str]]:
        """Answer a query over the graph of the generations."""
        return rows_of(self.endpoint.query(text, _JSON, (GENERATIONS,))[1])


def rows_of(results: bytes) -> list[dict[str, str]]:
    """The values in SPARQL results (JSON), without their kinds.

    >>> rows_of(b'{"results": {"bindings": [{"n": {"type": "literal", "value": "7"}}]}}')
    [{'n': '7'}]

    Raises
    ------
    NotAnEndpoint : it is something else.
    """
    try:
        rows = json.loads(results)["results"]["bindings"]
        return [{name: term["value"] for name, term in row.items()} for row in rows]
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotAnEndpoint("the endpoint's answer is no SPARQL result in JSON", "Check its address.") from None


def report_parts(report: bytes) -> Sequence[str]:
    """A report, packed, in literals that every engine takes; each begins with its place.

    >>> [part[:5] for part in report_parts(b"{}")]
    ['0000 ']
    """
    packed = base64.b64encode(zlib.compress(report, 9)).decode()
    pieces = [packed[at : at + _PART] for at in range(0, len(packed), _PART)]
    return [f"{number:04d} {piece}" for number, piece in enumerate(pieces)]
