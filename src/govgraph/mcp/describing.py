"""The tools for things: find and describe."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field

from govgraph.errors import AnswerTooLarge, BadInput, UnknownThing
from govgraph.limits import LIMITS
from govgraph.mcp.answers import Clause, Description, Fact, Found, Limit, Thing, Value, fitting
from govgraph.mcp.reading import Reading, union
from govgraph.namespaces import DEF, PREFIXES, curie
from govgraph.questions.table import Table
from govgraph.rdf.terms import JsonTerm, iri, plain
from govgraph.store.base import Request
from govgraph.store.names import Named

__all__ = ["Describing"]

_SKOS, _DCT = PREFIXES["skos"], PREFIXES["dct"]
_TYPE = PREFIXES["rdf"] + "type"
_ELSEWHERE = {
    _TYPE,
    _SKOS + "prefLabel",
    _SKOS + "altLabel",
    _SKOS + "editorialNote",
    _SKOS + "definition",
    _DCT + "description",
    PREFIXES["rdfs"] + "label",
    DEF + "basis",
    DEF + "inferredFrom",
}
"""What a description tells in fields of their own."""

_PLACES = "SELECT DISTINCT ?thing ?graph WHERE { GRAPH ?graph { ?thing ?p ?o } }"
_ABOUT = "SELECT DISTINCT ?thing ?property ?value WHERE { ?thing ?property ?value } ORDER BY ?property ?value"
_POINTING = "SELECT ?property ?value ?thing WHERE { ?value ?property ?thing } ORDER BY ?property ?value LIMIT 5000"
_TOTALS = """
SELECT ?thing ?property (COUNT(DISTINCT ?any) AS ?total) WHERE { ?any ?property ?thing }
GROUP BY ?thing ?property ORDER BY ?property
"""
_KINDS = """
SELECT DISTINCT ?thing ?kind WHERE {
  ?thing a ?kind .
  FILTER NOT EXISTS { ?thing a ?special . ?special rdfs:subClassOf+ ?kind . FILTER(?special != ?kind) }
}
"""

Values = dict[str, list[JsonTerm]]


class Describing:
    """The things of the graph as tools.

    Parameters
    ----------
    reading : of the store.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def find(
        self,
        name: Annotated[str, Field(description="Label, other name, part of a name, or IRI.")],
        limit: Limit = 10,
    ) -> Found:
        """Find things by name."""
        names = self._reading.names
        close: list[str] = []
        exact: Named | None = None
        try:
            exact = await asyncio.to_thread(names.find, name)
        except UnknownThing as error:
            close = error.close
        hits = await asyncio.to_thread(names.search, name, (), -1)
        others = [_thing(hit) for hit in hits if exact is None or hit.iri != exact.iri]
        clauses = (await self._reading.clauses([exact.iri])).get(exact.iri, []) if exact else []
        kept, cut = fitting([thing.model_dump() for thing in others], limit, len(others), "other things", "Say more.")
        return Found(
            generation=self._reading.latest.number,
            clauses=clauses,
            cut=cut,
            thing=_thing(exact) if exact else None,
            others=kept,
            did_you_mean=[] if exact else close,
            notes=[] if exact or others else [f'Nothing is named "{name[: LIMITS.name_characters]}".'],
        )

    async def describe(
        self,
        thing: Annotated[str, Field(description='Label, other name, IRI, or a term such as "gov:AccountabilityLine".')],
        limit: Annotated[Limit, Field(description="At most so many values under one property.")] = 20,
    ) -> Description:
        """Everything about a thing."""
        name = await self._resolve(thing)
        try:
            [places] = await self._reading.tables(Request(_PLACES, {"thing": iri(name)}))
        except BadInput:  # not a legal IRI
            raise UnknownThing(thing[: LIMITS.name_characters]) from None
        graphs = [row["graph"] for row in places.rows]
        if not graphs:
            raise UnknownThing(thing[: LIMITS.name_characters])
        superseded = set(self._reading.latest.manifest.get("superseded", []))
        dataset = () if set(graphs) - superseded else tuple(graphs)
        texts = (_ABOUT, _POINTING, _TOTALS, _KINDS)
        asked = [Request(text, {"thing": iri(name)}, default_graphs=dataset) for text in texts]
        described = await self._described(name, bool(dataset), limit, *await self._reading.tables(*asked))
        most = self._reading.limits.tool_characters
        if limit > 1 and len(described.model_dump_json()) > most:
            raise AnswerTooLarge(f"the description has more than {most:,} characters", "Lower limit, or use sparql.")
        return described

    async def _described(
        self, name: str, earlier: bool, limit: int, about: Table, pointing: Table, counted: Table, kinds: Table
    ) -> Description:
        own, led = _by_property(about), _by_property(pointing)
        totals = {row["property"]: int(row["total"]) for row in counted.rows}
        facts = {term: (values[:limit], len(values)) for term, values in own.items() if term not in _ELSEWHERE}
        leading = {term: (led.get(term, [])[:limit], total) for term, total in totals.items()}
        mentioned = [value["value"] for shown, _ in (*facts.values(), *leading.values()) for value in shown]
        special = [row["kind"] for row in kinds.rows]
        labels = await self._reading.labels([name, *own, *totals, *mentioned, *special])
        clauses = await self._reading.clauses([name, *(v["value"] for shown, _ in leading.values() for v in shown)])
        notes = [f"Remark: {text}" for text in _texts(own, _SKOS + "editorialNote")]
        if earlier:
            notes.insert(0, "It is in an earlier revision only; the current one does not have it.")
        if "true" in _texts(own, DEF + "isGeneric"):
            notes.append("It is generic: what is said of it holds for every named party of its class.")
        said = [_fact(term, found, labels, {}) for term, found in facts.items()]
        pointed = [_fact(term, found, labels, clauses) for term, found in leading.items()]
        less = [fact.property for fact in (*said, *pointed) if len(fact.values) < fact.total]
        return Description(
            generation=about.generation,
            clauses=union(clause for found in clauses.values() for clause in found),
            notes=notes,
            cut=f"Cut: not all values under {', '.join(dict.fromkeys(less))}. Raise limit, or use sparql."
            if less
            else "",
            iri=name,
            label=labels.get(name, curie(name)),
            kinds=[labels.get(kind, curie(kind)) for kind in special],
            other_names=_texts(own, _SKOS + "altLabel"),
            summary=next(iter(_texts(own, _SKOS + "definition") + _texts(own, _DCT + "description")), ""),
            facts=said,
            pointing=pointed,
        )

    async def _resolve(self, text: str) -> str:
        """IRI of a thing or term; raises UnknownThing with names that are close."""
        prefix, colon, local = text.partition(":")
        try:
            return str((await asyncio.to_thread(self._reading.names.find, text)).iri)
        except UnknownThing:
            if colon and local.startswith("//"):
                return text
            if colon and prefix in PREFIXES:
                return PREFIXES[prefix] + local
            raise


def _thing(named: Named) -> Thing:
    matched = "" if named.matched == named.label else named.matched
    return Thing(iri=named.iri, label=named.label, kinds=named.kinds, matched=matched)


def _by_property(table: Table) -> Values:
    values: Values = {}
    for row in table.terms:
        if row["value"] not in (found := values.setdefault(row["property"]["value"], [])):
            found.append(row["value"])
    return values


def _texts(values: Values, term: str) -> list[str]:
    return [value["value"] for value in values.get(term, [])]


def _fact(
    term: str,
    found: tuple[list[JsonTerm], int],
    labels: Mapping[str, str],
    clauses: Mapping[str, list[Clause]],
) -> Fact:
    shown, total = found
    values = [_value(value, labels, clauses.get(value["value"], [])) for value in shown]
    return Fact(property=labels.get(term, curie(term)), term=curie(term), values=values, total=total)


def _value(value: JsonTerm, labels: Mapping[str, str], clauses: list[Clause]) -> Value:
    if value["type"] != "uri":
        told: Any = plain(value)
        return Value(text=str(told).lower() if isinstance(told, bool) else str(told))
    name = value["value"]
    return Value(text=labels.get(name, curie(name)), iri=name, clause=", ".join(clause.number for clause in clauses))
