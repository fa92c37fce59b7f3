"""The tools for queries of one's own: sparql and schema_card."""

import asyncio
import re
from typing import Annotated

from pydantic import Field

from govgraph.mcp.answers import Card, Graph, Limit, Results, Term, fitting
from govgraph.mcp.reading import Reading, union
from govgraph.namespaces import PREFIXES, curie
from govgraph.questions.table import Table, read_table
from govgraph.store.base import Request

__all__ = ["PITFALLS", "Querying"]

_FORMS = ("application/sparql-results+json", "application/n-triples")
_IRI = re.compile(r"<([^<>\s]+)>")
_CITED = 1_000  # things of an answer whose clauses are looked up
_CLASSES = """
SELECT ?term (COUNT(DISTINCT ?thing) AS ?count) WHERE {
  ?thing a ?term . FILTER NOT EXISTS { GRAPH graph:ontology { ?thing a ?term } }
} GROUP BY ?term ORDER BY DESC(?count) ?term
"""
_PROPERTIES = """
SELECT ?term (COUNT(*) AS ?count) WHERE {
  ?thing ?term ?value . FILTER NOT EXISTS { GRAPH graph:ontology { ?thing ?term ?value } }
} GROUP BY ?term ORDER BY DESC(?count) ?term
"""
_CARRYING = (
    "SELECT ?label ?carries WHERE { ?mode gov:carriesAccountability ?carries ; skos:prefLabel ?label } ORDER BY ?label"
)
_GENERIC = "SELECT ?label WHERE { ?party gov:isGeneric true ; skos:prefLabel ?label } ORDER BY ?label"

PITFALLS = [
    "The default graph is what is current: every named graph but those marked superseded, merged with what is derived.",
    "An earlier revision is reached by GRAPH only: GRAPH <its IRI> { … }.",
    "Not stated means absent: no triple is there. Use OPTIONAL, and tell the reader that the text does not say;"
    " never fill the gap, and never read silence as no.",
    "gov:strength says how sure the text is: gov:Explicit (a clause says it), gov:Weak (in a softer word),"
    " gov:Inferred (no clause says it; gov:inferredFrom names those it was concluded from). Show it with every line.",
    "gov:answersTo and gov:ultimatelyAnswersTo are derived, and bear neither clause nor strength: for these take the"
    " gov:AccountabilityLine, with gov:accountableParty, gov:accountableTo, gov:mode, gov:strength and gov:basis.",
    "Chains: gov:answersTo+ gives everybody above a party, gov:ultimatelyAnswersTo the ends only.",
    "After a path, test types with FILTER EXISTS { ?x a … }: as a plain pattern it can cost a thousandfold.",
    "Clauses hang on statements (lines, posts, seats, rules, responsibilities) by gov:basis; the number to cite is"
    " dct:bibliographicCitation on the statement, or eli:number on the clause. The same number can stand in several"
    " documents: cite the clause's skos:prefLabel.",
    "Labels carry the tag @en: compare with STR(?label), or look the IRI up first with the tool find.",
    "SERVICE, LOAD and every form of writing are refused.",
]
"""What a writer of queries should know; sentences about the data at hand are added."""


class Querying:
    """SPARQL as a tool, and what one must know to write it.

    Parameters
    ----------
    reading : of the store.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._card: Card | None = None

    async def sparql(
        self,
        query: Annotated[str, Field(description="SPARQL 1.1: SELECT, ASK, CONSTRUCT or DESCRIBE.")],
        limit: Limit = 100,
    ) -> Results:
        """Run a query."""
        answer = await self._reading.answer(Request(query, accept=_FORMS))
        limits = self._reading.limits
        if answer.kind == "graph":
            lines = answer.body.decode().splitlines()
            kept, cut = fitting(lines, limit, answer.rows, "statements", "Raise limit, or narrow it.", limits)
            named = [name for line in kept for name in _IRI.findall(line)[:1]]
            result = Results(generation=answer.generation, kind=answer.kind, total=answer.rows, cut=cut)
            result.statements = "".join(f"{line}\n" for line in kept)
        else:
            table = await asyncio.to_thread(read_table, answer.body, answer.generation)
            rows, cut = fitting(
                table.rows, limit, len(table), "rows", "Raise limit, or page with ORDER BY, LIMIT and OFFSET.", limits
            )
            named = [
                cell["value"] for row in table.terms[: len(rows)] for cell in row.values() if cell["type"] == "uri"
            ]
            result = Results(generation=answer.generation, kind=answer.kind, total=len(table), cut=cut)
            result.columns, result.rows = list(table.columns), rows
        named = list(dict.fromkeys(named))
        if len(named) > _CITED:
            result.notes.append(f"Clauses were looked up for the first {_CITED:,} of {len(named):,} things only.")
        clauses = await self._reading.clauses(named[:_CITED])
        result.clauses = union(clause for found in clauses.values() for clause in found)
        if not result.clauses:
            result.notes.append("Nothing in the answer rests on a clause: select the statements (?line) to get them.")
        return result

    async def schema_card(self) -> Card:
        """What a query can name; it is counted once for a generation."""
        if self._card is None or self._card.generation != self._reading.latest.number:
            self._card = await self._counted()
        return self._card

    async def _counted(self) -> Card:
        requests = [Request(text) for text in (_CLASSES, _PROPERTIES, _CARRYING, _GENERIC)]
        classes, properties, modes, generic = await self._reading.tables(*requests)
        manifest = self._reading.latest.manifest
        graphs: dict[str, int] = manifest["graphs"]
        terms = [row["term"] for table in (classes, properties) for row in table.rows]
        labels = await self._reading.labels([*terms, *graphs])
        carrying = [str(row["label"]) for row in modes.rows if row["carries"]]
        others = [str(row["label"]) for row in modes.rows if not row["carries"]]
        parties = [str(row["label"]) for row in generic.rows]
        of_the_data = [
            f"Chains follow the modes {', '.join(carrying)} only; {', '.join(others)} are lines too, but carry no"
            " accountability.",
            f"Generic groups ({', '.join(parties)}) stand for every named party of their class: a line of one is"
            " repeated for each, with an IRI that holds -for-; do not count both.",
        ]
        return Card(
            generation=classes.generation,
            notes=["The terms are of govgraph's ontology and rest on no clause."],
            namespaces=PREFIXES,
            graphs=[
                Graph(iri=name, label=labels.get(name, ""), statements=count, superseded=name in manifest["superseded"])
                for name, count in graphs.items()
            ],
            classes=_terms(classes, labels),
            properties=_terms(properties, labels),
            pitfalls=PITFALLS + (of_the_data if parties and carrying else of_the_data[: bool(carrying)]),
        )


def _terms(table: Table, labels: dict[str, str]) -> list[Term]:
    return [
        Term(term=curie(row["term"]), label=labels.get(row["term"], ""), count=int(row["count"])) for row in table.rows
    ]
