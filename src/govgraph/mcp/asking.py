"""The tools for saved questions: list_questions, ask and explain."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from govgraph.accountability.chain import chain_of
from govgraph.accountability.outline import Branch, hop_in_words, in_one_sentence, outline
from govgraph.errors import BadParameter
from govgraph.mcp.answers import Clause, Explanation, Limit, Listed, Listing, Options, Rows, fitting
from govgraph.mcp.reading import Reading, union
from govgraph.questions.library import Question, find, library
from govgraph.questions.options import listed, options_of, parameter_of
from govgraph.questions.runner import prepare
from govgraph.questions.table import Table

__all__ = ["Asking"]

_CHAIN = "ultimately-accountable-to"
_NO_CLAUSE = "No clause is named for these rows: they rest on a register or on counting, not on a text."


class Asking:
    """The saved questions as tools.

    Parameters
    ----------
    reading : of the store.
    """

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    async def list_questions(
        self,
        tag: Annotated[str, Field(description='Only those with this tag, such as "accountability"; empty: all.')] = "",
    ) -> Listing:
        """The saved questions, with what each can be asked about."""
        tags = sorted({tag for question in library().values() for tag in question.tags})
        if tag and tag not in tags:
            raise BadParameter(f'no question has the tag "{tag}"', f"The tags: {', '.join(tags)}.")
        found = [question for question in library().values() if not tag or tag in question.tags]
        return Listing(generation=self._reading.latest.number, questions=[_listed(question) for question in found])

    async def options(
        self,
        question: Annotated[str, Field(description='Its id from list_questions, such as "on-theme".')],
        parameter: Annotated[str, Field(description='Name of one of its parameters, such as "theme".')],
    ) -> Options:
        """What a parameter of a saved question may be given."""
        wanted = options_of(parameter_of(find(question), parameter))
        if not wanted:
            return Options(generation=self._reading.latest.number, options=[])
        answer = await self._reading.answer(wanted)
        return Options(generation=answer.generation, options=listed(answer))

    async def ask(
        self,
        question: Annotated[str, Field(description='Its id from list_questions, such as "who-chairs".')],
        parameters: Annotated[
            dict[str, str | bool | int | float],
            Field(description='By name; a thing by label, other name or IRI, such as {"body": "Partnership Board"}.'),
        ] = {},  # noqa: B006 - pydantic copies it for every call
        limit: Limit = 50,
    ) -> Rows:
        """Ask a saved question."""
        table = await self._table(find(question), parameters)
        rows, cut = self._fit(table, limit, "Raise limit, or give a parameter.")
        clauses = await self._clauses(table, len(rows))
        return Rows(**self._told(table, rows, cut, clauses))

    async def explain(
        self,
        body: Annotated[str, Field(description="The body: label, other name or IRI.")],
        limit: Limit = 200,
    ) -> Explanation:
        """The chain above a body."""
        table = await self._table(find(_CHAIN), {"body": body})
        chain, label = chain_of(table.rows), table.parameters["body"]
        rows, cut = self._fit(table, limit, "Raise limit; the tree in text is whole.")
        clauses = await self._clauses(table, len(table))
        tree = [line for start in (outline(chain) if chain.hops else []) for line in _tree(start.children)]
        return Explanation(
            **self._told(table, rows, cut, clauses),
            sentence=in_one_sentence(chain, label),
            text="\n".join([label, *tree]),
            ends=[chain.labels[end] for end in chain.ends],
        )

    async def _table(self, question: Question, given: Mapping[str, Any]) -> Table:
        for name, value in given.items():
            if not str(value).strip():
                raise BadParameter(f"{name} is empty", "Leave it out to ask about everything, or name something.")
        typed = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in given.items()}
        asked = await asyncio.to_thread(prepare, question, typed, self._reading.names)
        answers = await self._reading.answers(asked.requests)
        return await asyncio.to_thread(asked.read, *answers)

    def _fit(self, table: Table, limit: int, how: str) -> tuple[list[Any], str]:
        return fitting(table.rows, limit, len(table), "rows", how, self._reading.limits)

    def _told(self, table: Table, rows: list[Any], cut: str, clauses: list[Clause]) -> dict[str, Any]:
        notes = [*table.notes, *([_NO_CLAUSE] if rows and not clauses else [])]
        return {
            "generation": table.generation,
            "clauses": clauses,
            "notes": notes,
            "cut": cut,
            "question": table.question,
            "parameters": table.parameters,
            "columns": list(table.columns),
            "rows": rows,
            "total": len(table),
        }

    async def _clauses(self, table: Table, shown: int) -> list[Clause]:
        """The clauses that the column "clause" of the first rows names, found through the statements in each row."""
        column = next((name for name in ("clause", "clauses") if name in table.columns), "")
        if not column:
            return []
        named = [[cell["value"] for cell in row.values() if cell["type"] == "uri"] for row in table.terms[:shown]]
        known = await self._reading.clauses(iri for iris in named for iri in iris)
        found: list[Clause] = []
        for row, iris in zip(table.terms, named, strict=False):
            told = row[column]["value"] if column in row else ""
            if column in row and row[column]["type"] == "uri":
                found += known.get(told, [])
            elif told:
                found += _named_in(told, [known[iri] for iri in iris if iri in known])
        return union(found)


def _listed(question: Question) -> Listed:
    parameters = [
        {
            "name": parameter.name,
            "type": "name of a thing" if parameter.type == "iri" else parameter.type,
            "required": parameter.required,
            "default": parameter.default,
            "example": parameter.example,
            "description": parameter.description,
        }
        for parameter in question.parameters
    ]
    return Listed(
        id=question.id,
        title=question.title,
        question=question.question,
        description=question.description,
        tags=list(question.tags),
        parameters=parameters,
    )


def _named_in(told: str, known: Sequence[Sequence[Clause]]) -> list[Clause]:
    """The clauses whose numbers stand in a cell such as "15.1, 15.1 b1"; the cell itself where none does.

    A thing that rests on nothing but these clauses is the statement that the row is about, and goes before others.
    """
    named = [[clause for clause in clauses if f", {clause.number}, " in f", {told}, "] for clauses in known]
    whole = [found for found, clauses in zip(named, known, strict=True) if len(found) == len(clauses)]
    return [clause for found in whole or named for clause in found] or [Clause(label=told, number=told)]


def _tree(branches: Iterable[Branch], depth: int = 1) -> list[str]:
    """Lines of the tree below a party, two spaces a hop."""
    lines = []
    for branch in branches:
        assert branch.hop
        told = f"{'  ' * depth}→ {branch.label} ({hop_in_words(branch.hop)})"
        if matter := branch.hop.lines[0].matter:
            told += f" for {matter}"
        if others := ", ".join(other.clause for other in branch.hop.lines[1:]):
            told += f"; also {others}"
        lines.append(told + (" ■ end" if branch.hop.end else "") + (" (as above)" if branch.as_above else ""))
        lines += _tree(branch.children, depth + 1)
    return lines
