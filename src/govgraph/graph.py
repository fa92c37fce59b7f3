"""The Python door: open a store, ask questions, run queries.

>>> graph = open()                                                      # doctest: +SKIP
>>> graph.ask("who-chairs", body="Partnership Board").rows              # doctest: +SKIP
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from govgraph.conversion import DESCRIPTION, LINES, networkx_of, rdflib_of
from govgraph.decisions.answer import DECISION_KINDS, RULE_KINDS, decision_of
from govgraph.decisions.case import case_of
from govgraph.decisions.deadlines import TIMED, Deadline, deadlines
from govgraph.decisions.routing import Decision
from govgraph.decisions.rules import KINDS, RULES
from govgraph.knowledge.comparison import Side, compare
from govgraph.knowledge.difference import Change
from govgraph.knowledge.ends import LINES as WALKED
from govgraph.knowledge.ends import ends_on
from govgraph.knowledge.periods import day_of
from govgraph.knowledge.remote_names import names_file
from govgraph.knowledge.snapshot import Snapshot, snapshot
from govgraph.knowledge.whatif import Trial, whatif
from govgraph.questions.library import find
from govgraph.questions.marking import of_the_whole
from govgraph.questions.options import listed, options_of, parameter_of
from govgraph.questions.reached import ends_table
from govgraph.questions.runner import ask
from govgraph.questions.table import Table, read_table
from govgraph.rdf.terms import iri
from govgraph.store.base import GRAPH_TYPES, Answer, Request
from govgraph.store.generations import Generation
from govgraph.store.names import Named, Names
from govgraph.store.opened import Here, opened
from govgraph.store.remote import RemoteReader
from govgraph.store.remote_generations import RemoteGeneration

if TYPE_CHECKING:
    import networkx
    import rdflib

    from govgraph.review.findings import Report
    from govgraph.review.waivers import Waiver

__all__ = ["Graph"]


class Graph:
    """One generation of a store, for reading.

    Parameters
    ----------
    generation : from `Generations.current`, or from `RemoteGenerations.latest` for one in an endpoint.
    snapshot : what of it is read, where that is not all; `at` gives such a graph.
    """

    def __init__(self, generation: Generation | RemoteGeneration, snapshot: Snapshot | None = None) -> None:
        self.generation = generation.number
        self.manifest = generation.manifest
        self.folder = generation.folder
        self._of = generation
        self._snapshot = snapshot
        self._reader = Here(generation, snapshot.store) if snapshot else opened(generation)
        self._known = None if isinstance(generation, RemoteGeneration) else Names(generation.names)

    @property
    def _names(self) -> Names:
        """The names; those of a generation in an endpoint are fetched when they are first needed."""
        if self._known is None:
            assert isinstance(self._of, RemoteGeneration)
            self._known = Names(names_file(RemoteReader(self._of.endpoint, self._of), self._of))
        return self._known

    def at(
        self, as_of: str | datetime.date | None = None, version: str | None = None, dated_only: bool = False
    ) -> "Graph":
        """The graph as it stood on a day, or as one version of a document tells it; this one is left as it is.

        Parameters
        ----------
        as_of : a day; what was not valid on it is left out, what is undated is kept and marked.
        version : label, short name or IRI of a document version, such as "handbook-earlier".
        dated_only : with a day: leave out undated lines, holdings and portfolios.

        Raises
        ------
        BadInput : the day is not one.
        UnknownVersion : with names that are close.

        Examples
        --------
        ``graph.at("2011-04-17").ask("who-chairs", body="Partnership Board").notes``
        """
        if as_of is None and version is None and not dated_only:
            return self
        whole = self._snapshot.whole if self._snapshot else self._reader.store(by_graph=True)
        found = snapshot(whole, self.manifest, as_of=as_of, version=version, dated_only=dated_only)
        return Graph(self._of, found)

    @property
    def notes(self) -> list[str]:
        """What to know about every answer of a graph that `at` gave; nothing for a whole generation."""
        if self._snapshot is None:
            return []
        return of_the_whole(self._snapshot)

    @property
    def parameters(self) -> dict[str, Any]:
        """What `at` was given: as_of, version, dated_only; empty for a whole generation."""
        return dict(self._snapshot.parameters) if self._snapshot else {}

    def changes_to(self, other: "Graph", *, evidence: bool = True) -> list[Change]:
        """What the other graph says and this one does not, and the reverse, by thing.

        Parameters
        ----------
        other : another generation, or what `at` gave.
        evidence : whether clauses, and which of them a statement rests on, count too.

        Examples
        --------
        ``[str(change) for change in graph.at("2011-01-01").changes_to(graph.at("2012-01-01"))]``
        """
        merged = self._merged_only or other._merged_only
        sides = [Side.of_merged(each._reader.store()) if merged else each._side for each in (self, other)]
        return compare(sides[0], sides[1], evidence=evidence)

    def whatif(self, update: str = "", remove: Sequence[str] = ()) -> Trial:
        """What a change would do to the current facts; it is tried on a scratch copy, and nothing is kept.

        Parameters
        ----------
        update : SPARQL Update; it reads and writes the current facts as one default graph.
        remove : things to take out after it, each by label, other name or IRI.

        Raises
        ------
        UnknownThing, QuerySyntax, QueryRefused, BadInput

        Examples
        --------
        ``graph.whatif(remove=["Harrow Chief Executives"]).effects``
        """
        day = None if self._snapshot else self.manifest.get("day")
        things = {thing.iri: thing.label for thing in map(self._names.find, remove)}
        return whatif(self._side, update, things, datetime.date.fromisoformat(day) if day else None)

    @property
    def _side(self) -> Side:
        if self._snapshot:
            return Side(self._snapshot.store, self._snapshot.graphs)
        if self._merged_only:
            return Side.of_merged(self._reader.store(), derived=False)
        return Side.of_generation(self._reader.store(), self.manifest)

    @property
    def _merged_only(self) -> bool:
        """Whether it cannot be told which named graphs are current: an endpoint has others, or no longer has them."""
        of = self._of
        return not self._snapshot and isinstance(of, RemoteGeneration) and (of.foreign or not of.whole)

    def ask(self, question: str, **parameters: str) -> Table:
        """Ask a saved question.

        Parameters
        ----------
        question : its id, such as "ultimately-accountable-to".
        parameters : by name; a thing is named by label, other name or IRI.

        Raises
        ------
        UnknownQuestion, UnknownThing, BadParameter
        """
        return ask(find(question), parameters, self._reader, self._names, self._snapshot)

    def ends(self, as_of: str | datetime.date) -> Table:
        """Whom every party answered to in the end, on a day.

        The same parties and ends as ``at(as_of).ask("ends")``, without making a whole graph of the day first: it costs
        what the lines of accountability cost, however large the graph is. What is undated is kept.

        Raises
        ------
        BadInput : the day is not one.

        Examples
        --------
        ``graph.ends("2011-04-17").rows``
        """
        day = day_of(as_of)
        table = ends_table(ends_on(self._reader.part(WALKED), day), self.labels, self.generation)
        return replace(table, parameters={**self.parameters, "as_of": day.isoformat()}, notes=self.notes)

    def options(self, question: str, parameter: str) -> list[str]:
        """What a parameter of a saved question may be given, by name; empty where anything of its type may.

        Raises
        ------
        UnknownQuestion : no such question, or the question has no such parameter.

        Examples
        --------
        ``graph.options("on-theme", "theme")``
        """
        wanted = options_of(parameter_of(find(question), parameter))
        return listed(self.answer(wanted)) if wanted else []

    def select(self, query: str) -> Table:
        """Run a SELECT or ASK query.

        Raises
        ------
        QuerySyntax : with line and column.
        """
        answer = self.answer(Request(query, accept=("application/sparql-results+json",)))
        table = read_table(answer.body, answer.generation)
        return replace(table, parameters=self.parameters, notes=[*self.notes, *answer.notes])

    def construct(self, query: str) -> bytes:
        """Run a CONSTRUCT or DESCRIBE query; the statements as N-Triples."""
        return self.answer(Request(query, accept=("application/n-triples", *GRAPH_TYPES))).body

    def describe(self, name: str) -> Table:
        """Everything that is said about a thing, and everything that points to it.

        Parameters
        ----------
        name : label, other name or IRI of the thing.

        Returns
        -------
        A row for each statement: way ("out" or "in"), property and value, each with its label.

        Raises
        ------
        UnknownThing : with names that are close.

        Examples
        --------
        ``[row["valueLabel"] for row in graph.describe("Partnership Board") if row["propertyLabel"] == "basis"]``
        """
        request = Request(DESCRIPTION, {"thing": iri(self.find(name).iri)}, ("application/sparql-results+json",))
        answer = self.answer(request)
        notes = [*self.notes, *answer.notes]
        return replace(read_table(answer.body, answer.generation), parameters=self.parameters, notes=notes)

    def validate(
        self,
        shapes: Sequence[Path] = (),
        waivers: Sequence["Waiver"] = (),
        progress: Callable[[str], None] = lambda step: None,
    ) -> "Report":
        """What the shapes find: the report kept with the generation, or a new review where there is none.

        Parameters
        ----------
        shapes : files or folders of shapes, instead of the packaged ones; a new review is made.
        waivers : from `review.waivers.read_waivers`, besides those that the facts hold; a new review is made.
        progress : told each step.

        Raises
        ------
        BadRdf, BadInput : the shapes cannot be read, or are refused.

        Examples
        --------
        ``[finding.message for finding in graph.validate().at_least("warning")]``
        """
        from govgraph.review.data import data_of
        from govgraph.review.reviewing import review

        if self._snapshot is None and not shapes and not waivers and (kept := self.kept_report()):
            return kept
        title = "the packaged graph" if self.manifest.get("data") == "packaged" else str(self.manifest.get("data", ""))
        data = data_of(self._reader)
        return review(data, shapes, waivers=waivers, title=title, generation=self.generation, progress=progress)

    def kept_report(self) -> "Report | None":
        """The report that was made when the generation was built; None where it was built without a review."""
        from govgraph.review.kept import kept_report

        return kept_report(self._of)

    def to_rdflib(self) -> "rdflib.Graph":
        """A copy of the current facts and of what follows from them, as an rdflib graph (needs rdflib)."""
        return rdflib_of(self._reader.store())

    def to_networkx(self, as_of: str | datetime.date | None = None) -> "networkx.MultiDiGraph[str]":
        """Parties and every line of accountability between them, whatever its mode.

        Parameters
        ----------
        as_of : a day; see `at`.

        Returns
        -------
        Nodes are IRIs with a `label`; edges are lines with `mode`, `carries`, `strength` and `clause`.

        Examples
        --------
        ``sorted(label for _, label in graph.to_networkx().nodes(data="label"))``
        """
        return networkx_of(self.at(as_of).select(LINES).rows)

    def labels(self, iris: Iterable[str]) -> dict[str, str]:
        """Preferred labels of the things that have one, by IRI."""
        return self._reader.labels(iris)

    def decide(
        self,
        kind: str,
        amount: str | float | Decimal | None = None,
        service_budget: str | float | Decimal | None = None,
        wards: str | int | None = None,
        contract: str | float | Decimal | bool | None = None,
        best_consideration: bool | None = None,
        as_of: str | datetime.date | None = None,
        *,
        affirm: Sequence[str] = (),
        deny: Sequence[str] = (),
        council: str = "",
    ) -> Decision:
        """Who decides a matter, by which clause, what else applies, what is open, and what the text leaves out.

        Parameters
        ----------
        kind : of decision, such as "revenue spend" or "land disposal".
        amount, service_budget : in pounds; a number, or text such as "£600,000" or "1.2m".
        wards : how many it affects.
        contract : True where it is done by a contract of the same amount, or the amount of the contract.
        best_consideration : for land: whether it is at best consideration.
        as_of : a day; rules that were not valid on it are left out.
        affirm, deny : rules, such as "K-4", whose condition holds or does not; others are open questions.
        council : short name of a council or title of a document, where the graph holds rules of several.

        Raises
        ------
        UnknownThing : no kind of decision has that name; with names that are close.
        BadParameter : an amount, number or rule that is none; or several councils, and none is named.
        BadInput : the day is not one.

        Examples
        --------
        ``graph.decide(kind="revenue spend", amount=600_000).decider``
        """
        if as_of is not None:
            whole = self.at(as_of)
            day = day_of(as_of)
        else:
            whole = self
            day = (self._snapshot and self._snapshot.day) or datetime.date.today()
        found = self._names.find(kind, [DECISION_KINDS])
        tables = [whole.select(query) for query in (RULES, KINDS)]
        given = (amount, service_budget, wards, contract, best_consideration)
        decision = decision_of(
            tables[0].rows, tables[1].rows, found.iri, lambda kind: case_of(kind, *given),
            affirm=affirm, deny=deny, council=council, day=day,
        )  # fmt: skip
        return replace(decision, generation=self.generation, notes=tuple(whole.notes))

    def deadlines(self, kind: str, meeting: str | datetime.date) -> list[Deadline]:
        """By which day, under every rule of a kind that counts from a meeting.

        Parameters
        ----------
        kind : of rule, such as "notice", "minutes" or "apologies".
        meeting : its day.

        Raises
        ------
        UnknownThing : no kind of rule has that name; with names that are close.
        BadInput : the day is not one, or the bank holidays of its time are not known.

        Examples
        --------
        ``graph.deadlines("notice", "2024-02-19")[0].last[0].day``
        """
        day = day_of(meeting)
        found = self._names.find(kind, [RULE_KINDS])
        request = Request(TIMED, {"ruleKind": iri(found.iri)}, accept=("application/sparql-results+json",))
        return deadlines(read_table(self.answer(request).body, self.generation).rows, day)

    def answer(self, request: Request) -> Answer:
        """Answer a query in any of the standard formats."""
        return self._reader.answer(request)

    def find(self, name: str) -> Named:
        """The thing with this label, other name or IRI; raises UnknownThing with names that are close."""
        return self._names.find(name)

    def search(self, text: str) -> list[Named]:
        """Things with a name that holds the words."""
        return self._names.search(text)
