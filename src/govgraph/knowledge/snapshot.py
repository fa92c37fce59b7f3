"""The graph as it stood on a day, or as one version of a document tells it (DESIGN.md §2.4).

A property path over dated lines is wrong: it walks over lines that had ended, or had not begun.
So the facts that stood are taken first, everything is derived from them again, and the result is
a store in memory that answers the same queries. The generation itself is never changed.
"""

import datetime
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from govgraph.errors import BadInput
from govgraph.knowledge.derive import derive
from govgraph.knowledge.facts import GOV, SKOS, Facts, Statement, statements
from govgraph.knowledge.periods import DATES, day_of, periods, unreadable
from govgraph.knowledge.standing import DECISIVE, fallen, without
from govgraph.knowledge.versions import Version, find_version, versions
from govgraph.namespaces import GRAPH

__all__ = ["Snapshot", "snapshot"]

_DEFAULT, _DERIVED = ox.DefaultGraph(), GRAPH + "derived"


@dataclass(frozen=True)
class Snapshot:
    """What stood, with what a reader should know about it.

    Parameters
    ----------
    store : answers queries; it is the generation's own where nothing had to be left out.
    whole : the generation's own store.
    when : in words, such as "as of 2011-04-17".
    parameters : as_of, version and dated_only, as far as they were given.
    notes : sentences that hold for every answer.
    day : the day asked about, if one was.
    graphs : named graphs that its default graph merges.
    left_out : statement nodes that did not stand, with the reason (see `standing.fallen`).
    """

    store: ox.Store
    whole: ox.Store
    when: str
    parameters: dict[str, Any]
    notes: tuple[str, ...] = ()
    day: datetime.date | None = None
    graphs: tuple[str, ...] = ()
    left_out: Mapping[ox.NamedNode, str] = field(default_factory=dict)

    def about(self, iri: str) -> Facts:
        """Everything that is said about a thing."""
        return Facts(statements(self.store.quads_for_pattern(ox.NamedNode(iri), None, None, _DEFAULT)))

    def holds(self, iri: str) -> bool:
        """Whether a thing was there: more is said about it than the name that history remembers."""
        return any(predicate != SKOS.prefLabel for _, predicate, _ in self.about(iri))

    def lines_left_out(self, iri: str) -> int:
        """Number of lines of a party that the generation has and the snapshot has not."""
        own = (None, GOV.accountableParty, ox.NamedNode(iri), _DEFAULT)
        lines = {quad.subject for quad in self.whole.quads_for_pattern(*own)}
        kept = {quad.subject for quad in self.store.quads_for_pattern(*own)}
        return len(lines - kept)


def snapshot(
    store: ox.Store,
    manifest: Mapping[str, Any],
    *,
    as_of: str | datetime.date | None = None,
    version: str | None = None,
    dated_only: bool = False,
) -> Snapshot:
    """Take from a generation what stood.

    Parameters
    ----------
    store, manifest : of the generation.
    as_of : a day; statements that were not valid on it are left out, undated ones are kept.
    version : label, short name or IRI of a document version: its graph alone, with ontology, catalogue and documents.
    dated_only : leave out undated lines, holdings and portfolios too.

    Raises
    ------
    BadInput : the day is not one, or there is `dated_only` without a day.
    UnknownVersion : with names that are close.
    """
    if dated_only and as_of is None:
        raise BadInput("dated-only needs a day", "Give one with --as-of, such as 2011-04-17.")
    day = day_of(as_of) if as_of is not None else None
    chosen = find_version(versions(store, manifest), version) if version is not None else None
    superseded = manifest.get("superseded", [])
    current = [name for name in manifest["graphs"] if name not in (*superseded, _DERIVED)]
    kept, left_out = store, dict[ox.NamedNode, str]()
    if chosen or dated_only or (day and (manifest.get("day") or _ends_or_begins(store, day))):
        kept, left_out = _derived_again(
            store, chosen.graphs if chosen else current, [] if chosen else superseded, day, dated_only
        )
    parameters: dict[str, Any] = {"as_of": day.isoformat()} if day else {}
    parameters |= {"version": chosen.slug} if chosen else {}
    parameters |= {"dated_only": True} if dated_only else {}
    when = " ".join([f"as of {day}"] * bool(day) + [f"in version {parameters.get('version')}"] * bool(chosen))
    notes = _of_version(chosen) if chosen else []
    if dated_only:
        count = list(left_out.values()).count("undated")
        notes.append(f"{when}: undated lines, holdings and portfolios were left out, {count} in all")
    elif day:
        notes += _of_day(list(_dated(store, chosen.graphs if chosen else current)), when, day)
    merged = (*(chosen.graphs if chosen else current), _DERIVED)
    return Snapshot(kept, store, when, parameters, tuple(notes), day, merged, left_out)


def _dated(store: ox.Store, graphs: Iterable[str]) -> Iterator[Statement]:
    """The statements of some graphs that date a node."""
    for name in graphs:
        for predicate in DATES:
            yield from statements(store.quads_for_pattern(None, predicate, None, ox.NamedNode(name)))


def _ends_or_begins(store: ox.Store, day: datetime.date) -> bool:
    """Whether anything in any graph of the generation did not stand on the day."""
    dated = (quad for predicate in DATES for quad in store.quads_for_pattern(None, predicate, None))
    return any(period.holds(day) is False for period in periods(statements(dated)).values())


def _derived_again(
    store: ox.Store, current: Sequence[str], superseded: Sequence[str], day: datetime.date | None, dated_only: bool
) -> tuple[ox.Store, dict[ox.NamedNode, str]]:
    """A store laid out like a generation's, of what stood in the graphs named, and what did not."""
    quads, gone = _stood(store, current, day, dated_only)
    facts = Facts(statements(quads))
    derived = [ox.Quad(*statement, ox.NamedNode(_DERIVED)) for statement in derive(facts)]
    earlier = [quad for name in superseded for quad in _stood(store, [name], day, dated_only)[0]]
    memory = ox.Store()
    memory.bulk_extend(itertools.chain((ox.Quad(*statement) for statement in facts), quads, derived, earlier))
    return memory, gone


def _stood(
    store: ox.Store, graphs: Sequence[str], day: datetime.date | None, dated_only: bool
) -> tuple[list[ox.Quad], dict[ox.NamedNode, str]]:
    quads = [quad for name in graphs for quad in store.quads_for_pattern(None, None, None, ox.NamedNode(name))]
    if day is None:
        return quads, {}
    facts = Facts(statement for statement in statements(quads) if statement[1] in DECISIVE)
    gone = fallen(facts, periods(facts), day, dated_only)
    return without(quads, gone), gone


def _of_version(version: Version) -> list[str]:
    status = "superseded" if version.superseded else "current"
    return [f"in version {version.slug}: {version.label} ({status})", *version.told]


def _of_day(dated: list[Statement], when: str, day: datetime.date) -> list[str]:
    known = periods(dated)
    notes = []
    if not known:
        notes.append(f"{when}: nothing here is dated, so every fact was kept")
    elif day < (first := min(period.first for period in known.values())):
        notes.append(f"{when}: that is before the first date here, {first}, so only undated facts were kept")
    if bad := unreadable(dated):
        notes.append(f'{when}: dates that cannot be read count as not stated, {len(bad)} in all, such as "{bad[0]}"')
    return notes
