"""Load a generation into an endpoint: in bounded batches, resumable, and put in place at the end.

What nobody reads yet is loaded where it will stay: the merged facts, and named graphs that the endpoint does not have.
A named graph that changes is loaded into staging, and at the end the engine itself makes the difference, in the
request that also makes the generation current. Until then the endpoint answers as before, and a killed load goes on
where it stopped, as long as the data are the same.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pyoxigraph as ox

from govgraph.errors import EndpointFailed
from govgraph.limits import LIMITS
from govgraph.namespaces import DEF, PREFIXES
from govgraph.store.batches import batches, digest_of
from govgraph.store.endpoint import Endpoint
from govgraph.store.generations import Generation
from govgraph.store.lease import LEASE_SECONDS, Lease
from govgraph.store.remote_generations import (
    FOREIGN,
    GENERATIONS,
    RemoteGeneration,
    RemoteGenerations,
    generation_graph,
    report_parts,
    rows_of,
    staging_graph,
)

__all__ = ["Published", "Step", "publish"]

Step = Callable[[str], None]
"""Told what is done now."""

_JSON = ("application/sparql-results+json",)
_REMOVED = 50_000  # statements removed by one request
_SWITCH_SECONDS = 3600.0  # the request that makes a generation current may take so long
_OWN = ("generation", "created", "files")
"""Parts of a manifest that belong to the store that it was built in."""


@dataclass(frozen=True)
class Published:
    """What a load gave.

    Parameters
    ----------
    generation : the current one.
    fresh : False where the endpoint held the same already.
    sent : statements that were sent; after an interruption only the rest is.
    """

    generation: RemoteGeneration
    fresh: bool
    sent: int = 0


def publish(
    endpoint: Endpoint,
    built: Generation,
    *,
    place: str = "",
    keep: int = LIMITS.generations_kept,
    force: bool = False,
    progress: Step = lambda step: None,
) -> Published:
    """Make an endpoint's current generation say what a generation built here says.

    Parameters
    ----------
    built : from `knowledge.build.build`, in a scratch store.
    place : tells loads from this machine apart; the caller sees to it that only one runs there at a time.
    keep : so many generations stay in the endpoint.
    force : load even what the endpoint holds already.
    progress : told each step.

    Raises
    ------
    StoreInUse : another load runs.
    EndpointFailed : the endpoint failed, or does not hold what was sent to it; it answers as before.
    """
    progress("comparing")
    store = ox.Store.read_only(str(built.store))
    names = ["", *sorted(built.manifest["graphs"])]
    wanted = {name: digest_of(store, name) for name in names}
    lease = Lease(endpoint, place)
    try:
        return _Load(endpoint, built, store, wanted, lease, progress).run(keep, force)
    finally:
        lease.release()


@dataclass(frozen=True)
class _Target:
    """A graph that is sent: its name (empty: the merged facts), and the graph of the endpoint that takes it."""

    name: str
    graph: str


class _Load:
    """One load, under a lease."""

    def __init__(
        self,
        endpoint: Endpoint,
        built: Generation,
        store: ox.Store,
        wanted: dict[str, tuple[int, str]],
        lease: Lease,
        progress: Step,
    ) -> None:
        self.endpoint, self.built, self.store, self.lease = endpoint, built, store, lease
        self.wanted = wanted
        """Number of statements and digest of every graph; the empty name is the merged facts."""
        self._progress = progress
        self._digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()
        self._sent = 0

    def run(self, keep: int, force: bool) -> Published:
        """Load what is missing, and make it current."""
        generations = RemoteGenerations(self.endpoint)
        told = self._told()
        current = generations.latest() if told.get((GENERATIONS, "currentGeneration")) else None
        held = current.manifest.get("digests", {}) if current else {}
        if current and not force and held == {name: digest for name, (_, digest) in self.wanted.items()}:
            self._clear(told)
            return Published(current, fresh=False)
        number = self._number(told, current.number if current else FOREIGN)
        done = {graph: int(values[0]) for (graph, what), values in told.items() if what == "loadedBatches"}
        targets = self._targets(number, {} if force else held, done)
        for target in targets:
            self._send(target, done.get(target.graph, 0))
        self._progress("counting")
        self._compare(targets)
        self._describe(number)
        self._progress("putting it in place")
        gone = [name for name in held if name and name not in self.wanted]
        self._switch(number, targets, gone, self._outdated(number, keep))
        self._clear(self._told())
        return Published(generations.latest(), fresh=True, sent=self._sent)

    def _told(self) -> dict[tuple[str, str], list[str]]:
        """What the graph of the generations says of loads, by subject and name of the property."""
        rows = self._rows(
            f"SELECT ?s ?p ?o WHERE {{ ?s ?p ?o FILTER (?p != <{DEF}manifest> && ?p != <{DEF}reportPart>) }}",
            GENERATIONS,
        )
        told = defaultdict(list)
        for row in rows:
            told[row["s"], row["p"].removeprefix(DEF)].append(row["o"])
        return told

    def _number(self, told: dict[tuple[str, str], list[str]], current: int) -> int:
        """The number of this load: that of one that was interrupted, if it was of the same data, else the next."""
        begun = {graph: values[0] for (graph, what), values in told.items() if what == "loadedFrom"}
        for graph, digest in begun.items():
            number = int(graph.rpartition("/")[2])
            if digest == self._digest and number > current:
                self._clear(told)
                return number
        if begun:  # the data have changed since: what was sent of them goes
            for (graph, what), _ in list(told.items()):
                if what == "loadedBatches":
                    told[GENERATIONS, "toBeRemoved"].append(graph)
            leftovers = " . ".join(f"<{GENERATIONS}> <{DEF}toBeRemoved> <{graph}>" for graph, _ in _loaded(told))
            forget = " ;\n".join(_delete(f"<{graph}> <{DEF}loadedFrom> ?any") for graph in begun)
            self._update(f"{forget} ;\n{_insert(leftovers)}" if leftovers else forget)
        self._clear(told)
        for graph, _ in _loaded(told):
            self._update(_delete(f"<{graph}> <{DEF}loadedBatches> ?any"))
        for key in [key for key in told if key[1] == "loadedBatches"]:
            del told[key]
        known = [int(row["g"].rpartition("/")[2]) for row in self._rows(_KNOWN, GENERATIONS)]
        number = 1 + max([current, *known])
        self._update(_insert(f"<{generation_graph(number)}> <{DEF}loadedFrom> {ox.Literal(self._digest)}"))
        return number

    def _targets(self, number: int, held: dict[str, str], done: dict[str, int]) -> list[_Target]:
        """What has to be sent, and where to."""
        targets = []
        for name, (statements, digest) in self.wanted.items():
            if not name:
                targets.append(_Target(name, generation_graph(number)))
                continue
            staged, there = staging_graph(number, name), None
            if name in done:
                targets.append(_Target(name, name))  # nobody reads it yet
                continue
            if staged not in done:
                there = self._count(name)
                if held.get(name) == digest and there == statements:
                    continue
            targets.append(_Target(name, name if there == 0 else staged))
        return targets

    def _send(self, target: _Target, done: int) -> None:
        """Send the batches of a graph that are not there yet."""
        total, passed = self._size(target), 0
        for number, (statements, text) in enumerate(
            batches(self.store, target.name, self.endpoint.engine.batch_bytes), 1
        ):
            passed += statements
            if number <= done:
                continue
            self.lease.renew()
            self._progress(f"loading {target.name or 'the merged facts'}: {passed:,} of {total:,} statements")
            self._post(target.graph, text)
            self._sent += statements
            record = f"<{target.graph}> <{DEF}loadedBatches>"
            self._update(f"{_delete(f'{record} ?any')} ;\n{_insert(f'{record} {number}')}")

    def _post(self, graph: str, text: bytes) -> None:
        if self.endpoint.engine.graph_store:
            self.endpoint.post_graph(graph, text, repeatable=True, unread=graph != GENERATIONS)
        else:
            self._update(f"INSERT DATA {{ GRAPH <{graph}> {{\n{text.decode()}}} }}")

    def _compare(self, targets: list[_Target]) -> None:
        """Count what the endpoint holds.

        Raises
        ------
        EndpointFailed : it is not what was sent.
        """
        wrong = {target: found for target in targets if (found := self._count(target.graph)) != self._size(target)}
        for target in wrong:
            self._update(
                _insert(f"<{GENERATIONS}> <{DEF}toBeRemoved> <{target.graph}>")
                + f" ;\n{_delete(f'<{target.graph}> <{DEF}loadedBatches> ?any')}"
            )
        for target, found in wrong.items():
            raise EndpointFailed(
                f"{self.endpoint.url} holds {found:,} of {self._size(target):,} statements of"
                f" {target.name or 'the merged facts'}, so the generation before stays",
                "Run it again; if it stays so, look into the log of the endpoint.",
            )

    def _size(self, target: _Target) -> int:
        return self.wanted[target.name][0]

    def _describe(self, number: int) -> None:
        """Write down what the generation is; it is read once the generation is published."""
        own = generation_graph(number)
        manifest = {name: value for name, value in self.built.manifest.items() if name not in _OWN}
        manifest |= {
            "generation": number,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "digests": {name: digest for name, (_, digest) in self.wanted.items()},
        }
        self._update(f"{_delete(f'<{own}> <{DEF}manifest> ?any')} ;\n{_delete(f'<{own}> <{DEF}reportPart> ?any')}")
        lines = [f"<{own}> <{DEF}manifest> {ox.Literal(json.dumps(manifest))} ."]
        report = self.built.folder / "report.json"
        if report.exists():
            parts = report_parts(report.read_bytes())
            lines += [f"<{own}> <{DEF}reportPart> {ox.Literal(part)} ." for part in parts]
        self._post(GENERATIONS, "".join(f"{line}\n" for line in lines).encode())

    def _outdated(self, number: int, keep: int) -> list[str]:
        """The graphs of generations that are no longer kept."""
        known = sorted({int(row["g"].rpartition("/")[2]) for row in self._rows(_KNOWN, GENERATIONS)} - {number})
        return [generation_graph(each) for each in known[: max(0, len(known) + 1 - keep)]]

    def _switch(self, number: int, targets: list[_Target], gone: list[str], outdated: list[str]) -> None:
        """Make the generation current, in one request with what becomes of the named graphs."""
        changed = [target for target in targets if target.graph not in (target.name, generation_graph(number))]
        steps = [step for target in changed for step in _difference(target.name, target.graph)]
        own, when = generation_graph(number), datetime.now(UTC).isoformat(timespec="seconds")
        steps += _current(number)
        steps += [_delete(f"<{target.graph}> <{DEF}loadedBatches> ?any") for target in targets]
        steps += [_delete(f"<{own}> <{DEF}loadedFrom> ?any"), _delete(f"<{GENERATIONS}> <{DEF}changingTo> ?any")]
        steps += [_delete(f"<{graph}> ?any ?value") for graph in outdated]
        facts = [f'<{own}> a <{PREFIXES["prov"]}Entity> ; <{PREFIXES["prov"]}generatedAtTime> "{when}"^^<{_DATE_TIME}>']
        unused = [*(target.graph for target in changed), *gone, *outdated]
        facts += [f"<{GENERATIONS}> <{DEF}toBeRemoved> <{graph}>" for graph in unused]
        steps.append(_insert(" . ".join(facts)))
        self.lease.renew(_SWITCH_SECONDS)
        if changed and not self.endpoint.engine.atomic:
            self._update(_insert(f"<{GENERATIONS}> <{DEF}changingTo> {number}"))
        self._update(" ;\n".join(steps), _SWITCH_SECONDS)
        self.lease.renew(LEASE_SECONDS - 1)

    def _clear(self, told: dict[tuple[str, str], list[str]]) -> None:
        """Remove what nobody reads any more, a bounded part with each request."""
        for graph in told.pop((GENERATIONS, "toBeRemoved"), []):
            self._progress(f"removing {graph}")
            each = f"GRAPH <{graph}> {{ ?s ?p ?o }}"
            while self._rows("SELECT ?s WHERE { ?s ?p ?o } LIMIT 1", graph):
                self.lease.renew()
                self._update(
                    f"DELETE {{ {each} }} WHERE {{ {{ SELECT ?s ?p ?o WHERE {{ {each} }} LIMIT {_REMOVED} }} }}",
                    _SWITCH_SECONDS,
                )
            self._update(_delete(f"<{GENERATIONS}> <{DEF}toBeRemoved> <{graph}>", data=True))

    def _count(self, graph: str) -> int:
        return int(self._rows("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }", graph)[0]["n"])

    def _rows(self, text: str, graph: str) -> list[dict[str, str]]:
        return rows_of(self.endpoint.query(text, _JSON, (graph,))[1])

    def _update(self, text: str, seconds: float | None = None) -> None:
        """Send an update; each of those here is as good when it is sent twice."""
        self.endpoint.update(text, repeatable=True, seconds=seconds)


_DATE_TIME = PREFIXES["xsd"] + "dateTime"
_KNOWN = f"SELECT ?g WHERE {{ ?g a <{PREFIXES['prov']}Entity> ; <{DEF}manifest> ?m }}"


def _loaded(told: dict[tuple[str, str], list[str]]) -> list[tuple[str, str]]:
    """Graphs of which something was sent, and how many batches."""
    return [(graph, values[0]) for (graph, what), values in told.items() if what == "loadedBatches"]


def _insert(statements: str) -> str:
    return f"INSERT DATA {{ GRAPH <{GENERATIONS}> {{ {statements} }} }}"


def _delete(statements: str, *, data: bool = False) -> str:
    if data:
        return f"DELETE DATA {{ GRAPH <{GENERATIONS}> {{ {statements} }} }}"
    return f"DELETE {{ GRAPH <{GENERATIONS}> {{ {statements} }} }} WHERE {{ GRAPH <{GENERATIONS}> {{ {statements} }} }}"


def _current(number: int) -> list[str]:
    """Updates that leave no moment without a current generation: of two, readers take the later."""
    graph, stem = f"GRAPH <{GENERATIONS}>", f"<{GENERATIONS}> <{DEF}currentGeneration>"
    return [
        _insert(f"{stem} {number}"),
        f"DELETE {{ {graph} {{ {stem} ?any }} }} WHERE {{ {graph} {{ {stem} ?any FILTER (?any != {number}) }} }}",
    ]


def _difference(graph: str, staged: str) -> list[str]:
    """Updates that make a graph say what its staged copy says, and touch nothing else."""
    old, new = f"GRAPH <{graph}> {{ ?s ?p ?o }}", f"GRAPH <{staged}> {{ ?s ?p ?o }}"
    return [
        f"DELETE {{ {old} }} WHERE {{ {old} FILTER NOT EXISTS {{ {new} }} }}",
        f"INSERT {{ {old} }} WHERE {{ {new} FILTER NOT EXISTS {{ {old} }} }}",
    ]
