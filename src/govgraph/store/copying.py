"""Statements of an endpoint brought here: page by page, counted where they could be cut short, and never too many."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import pyoxigraph as ox

from govgraph.errors import BadInput, NotAnEndpoint, PartOfAnswer, StoreFailed
from govgraph.limits import LIMITS, Limits
from govgraph.store.endpoint import Endpoint
from govgraph.store.engines.reading import Unread
from govgraph.store.nearby import Things, fetch_nearby
from govgraph.store.remote_generations import RemoteGeneration
from govgraph.store.results import may_be_cut, read_graph, read_results

__all__ = ["Copies"]

_PAGE = 50_000
_LEAST = 500  # rows that any endpoint gives at once
_ALL = "?s ?p ?o"
_TOGETHER = 400  # things that are asked about in one request
_WORTH = 100  # statements that come in the time that a request takes
_SMALL = 500_000  # statements of a generation that is copied whole sooner than in parts again and again


class Copies:
    """Copies of what one generation in an endpoint says; each is made once.

    Parameters
    ----------
    endpoint, generation : what is copied.
    limits : bounds on its size.
    """

    def __init__(self, endpoint: Endpoint, generation: RemoteGeneration, limits: Limits = LIMITS) -> None:
        self._endpoint = endpoint
        self._generation = generation
        self._limits = limits
        self._made: dict[tuple[frozenset[str] | None, bool], ox.Store] = {}
        self._spent = 0
        # Statements come each once. Where several graphs say the same, a page of them would look like the last.
        self._as_graph = endpoint.engine.quick_graphs and not generation.foreign

    def store(self, predicates: set[str] | None = None, *, named: bool = True) -> ox.Store:
        """A store in memory with these statements in its default graph and, if wanted, in its named graphs.

        When as much has been fetched in parts as the whole would have been, that is fetched, and no parts any more.

        Parameters
        ----------
        predicates : only statements with one of them; None is all. There may be more.
        named : the named graphs too.

        Raises
        ------
        StoreFailed : there are more than may be copied.
        PartOfAnswer : the endpoint does not give all that it counts.
        """
        predicates = None if self._well_spent else predicates
        key = (None if predicates is None else frozenset(predicates), named)
        for known in (key, (None, named), (None, True)):
            if known in self._made:
                return self._made[known]
        if self._generation.store.exists() and not self._generation.foreign:  # copied to disk by `remote_copy`
            store = self._made[None, True] = ox.Store.read_only(str(self._generation.store))
            return store
        self.check_size()
        store = ox.Store()
        store.bulk_extend(self.statements(predicates))
        if named and self._generation.named_graphs:
            store.bulk_extend(self.statements(predicates, self._generation.named_graphs))
        self._made[key] = store
        self._spent += len(store) + _WORTH
        return store

    @property
    def _well_spent(self) -> bool:
        """Whether so much was fetched in parts that the whole, if it is small, would have cost no more."""
        size = int(self._generation.manifest.get("statements", 0))
        return 0 < size <= min(_SMALL, self._spent)

    def nearby(self, text: str) -> ox.Store | None:
        """A store in memory with what is around the things that a query names; None where it names none.

        Parameters
        ----------
        text : the query, with its parameters put in and its prefixes declared.

        Raises
        ------
        StoreFailed, PartOfAnswer : as for `store`.
        """
        on_disk = self._generation.store.exists() and not self._generation.foreign
        if on_disk or self._well_spent:
            return None  # all of it is here, or will be
        store = ox.Store()

        def fetch(
            subjects: Things | None, predicates: Collection[str], values: Things | None, named: bool
        ) -> Iterable[ox.Quad]:
            graphs = self._generation.named_graphs if named else ()
            if named and not graphs:
                return []
            found: list[ox.Quad] = []
            for some in _batches(subjects):
                for others in _batches(values):
                    found += self.statements(set(predicates) or None, graphs, some, others)
            store.extend(found)
            self._spent += len(found) + _WORTH
            if len(store) > self._limits.copied_statements:
                raise self._too_many(len(store))
            return found

        try:
            return store if fetch_nearby(text, fetch) else None
        except Unread:
            return None

    def statements(
        self,
        predicates: set[str] | None = None,
        graphs: Sequence[str] = (),
        subjects: Sequence[str] = (),
        values: Sequence[str] = (),
    ) -> Iterator[ox.Quad]:
        """The statements of the default graph, or of some named graphs; with these subjects and objects, if any."""
        listed = (("p", sorted(predicates or ())), ("s", subjects), ("o", values))
        lists = [f"VALUES ?{name} {{ {' '.join(map(_written, names))} }}" for name, names in listed if names]
        pattern = " ".join([*lists, _ALL])
        if graphs and self._as_graph and not subjects and not values:  # much of each graph
            for node in map(ox.NamedNode, graphs):
                for subject, predicate, value in self._pages(_ALL, f"GRAPH {node} {{ {pattern} }}", [node.value]):
                    yield ox.Quad(subject, predicate, value, node)
            return
        columns, where = (f"?g {_ALL}", f"GRAPH ?g {{ {pattern} }}") if graphs else (_ALL, pattern)
        wanted = set(graphs)
        for row in self._pages(columns, where, graphs):
            subject, predicate, value = row[-3:]
            if isinstance(subject, ox.NamedNode | ox.BlankNode) and (not graphs or row[0].value in wanted):
                yield ox.Quad(subject, predicate, value, row[0] if graphs else ox.DefaultGraph())

    def _pages(self, columns: str, where: str, graphs: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        """All rows: in one request where they fit, else page after page until there are as many as were counted.

        An engine may change the order of rows between two pages, so that some come twice and others never. So rows that
        differ are counted, and where some are missing, the pages are asked for again in an order that is said.
        """
        caps = self._endpoint.engine.row_caps
        # A full page of a capped engine is told to be a part, so pages stay below its cap.
        page, smaller = _PAGE, sorted(cap - 1 for cap in caps if cap <= _PAGE)
        counted: int | None = None
        seen: set[int] = set()
        for ordered in (False, True):
            given = 0
            while counted is None or given < counted:
                try:
                    rows = self._page(columns, where, given, page, ordered, graphs)
                except PartOfAnswer:
                    if page < _LEAST:
                        raise
                    page = smaller.pop() if smaller else page // 4
                    continue
                if not rows or given > (counted or 0) > 0:
                    break
                given += len(rows)
                if counted is None:
                    yield from rows
                    if len(rows) < page and not may_be_cut(len(rows), caps):
                        return
                    counted = self._counted(where, graphs)
                    page = max(1, min(page, len(rows)))
                    seen.update(map(hash, rows))
                    continue
                fresh = {key: row for row in rows if (key := hash(row)) not in seen}
                seen.update(fresh)
                yield from fresh.values()
            if counted is None or len(seen) == counted:
                return
        if len(seen) != self._counted(f"SELECT DISTINCT {columns} WHERE {{ {where} }}", graphs):
            raise PartOfAnswer(
                f"{self._endpoint.url} counts {counted:,} statements and gives {len(seen):,}",
                "Ask again; if it stays so, raise its row limit.",
            )

    def _counted(self, where: str, graphs: Sequence[str]) -> int:
        counted = int(self._rows(f"SELECT (COUNT(*) AS ?n) WHERE {{ {where} }}", graphs)[0][0].value)
        if counted > self._limits.copied_statements:
            raise self._too_many(counted)
        return counted

    def _page(
        self, columns: str, where: str, offset: int, limit: int, ordered: bool, graphs: Sequence[str]
    ) -> list[tuple[Any, ...]]:
        page = self._endpoint.engine.page
        if self._as_graph and columns == _ALL and not ordered:
            text = page(columns, where, offset, limit, ordered=False, graph=True)
            media_type, body = self._sent(text, ("application/n-triples",), graphs)
            try:
                return [tuple(each) for each in read_graph(media_type, body, self._endpoint.engine, self._endpoint.url)]
            except (PartOfAnswer, NotAnEndpoint):
                self._as_graph = False  # rows say it in another way, and it may be read
        return self._rows(page(columns, where, offset, limit, ordered=ordered), graphs)

    def _rows(self, text: str, graphs: Sequence[str]) -> list[tuple[Any, ...]]:
        _, body = self._sent(text, ("application/sparql-results+json",), graphs)
        found = read_results(body, self._endpoint.engine, self._endpoint.url)
        assert isinstance(found, ox.QuerySolutions)
        return [tuple(row) for row in found]

    def _sent(self, text: str, accept: Sequence[str], graphs: Sequence[str]) -> tuple[str, bytes]:
        return self._endpoint.query(
            text,  # every engine matches one pattern rightly, so no adapter need see it
            accept,
            self._generation.default_graphs,
            () if self._generation.foreign else graphs,
            most_bytes=8 * self._limits.answer_bytes,
        )

    def check_size(self) -> None:
        """Refuse at once where the manifest says that there are too many statements to copy.

        Raises
        ------
        StoreFailed : there are.
        """
        told = int(self._generation.manifest.get("statements", 0))
        if told > self._limits.copied_statements:
            raise self._too_many(told)

    def _too_many(self, count: int) -> StoreFailed:
        return StoreFailed(
            f"this needs a copy of {count:,} statements of {self._endpoint.url}, and no more than"
            f" {self._limits.copied_statements:,} are copied",
            "Ask by SPARQL instead, or build the graph here: govgraph build",
        )


def _batches(things: Things | None) -> Iterator[list[str]]:
    """Names of things, so many at a time; once nothing, where it is about any."""
    names = sorted(thing.value for thing in things or ())
    return iter([[]]) if things is None else (names[at : at + _TOGETHER] for at in range(0, len(names), _TOGETHER))


def _written(name: str) -> str:
    try:
        return str(ox.NamedNode(name))
    except ValueError as error:
        raise BadInput(f"not a legal IRI: {name[:200]} ({error})", "Write it as the standard says.") from None
