"""What the tools answer, as typed objects: each carries its generation, its clauses, and where it was cut."""

import json
from collections.abc import Sequence
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, Field

from govgraph.errors import AnswerTooLarge
from govgraph.limits import LIMITS, Limits

__all__ = [
    "Card",
    "Clause",
    "Decided",
    "Description",
    "Explanation",
    "Fact",
    "Findings",
    "Found",
    "Graph",
    "Limit",
    "Listed",
    "Listing",
    "Results",
    "Rows",
    "Sourced",
    "Term",
    "Thing",
    "Value",
    "fitting",
]

Limit: TypeAlias = Annotated[
    int, Field(ge=1, le=LIMITS.tool_rows, description="At most so many; the answer says how many there are.")
]


class Clause(BaseModel):
    """A clause that an answer rests on."""

    label: str = Field(description="Document and number of the clause, to cite.")
    number: str
    iri: str = ""
    inferred: bool = Field(
        default=False, description="The statement was concluded from this clause, which does not say it."
    )


class Sourced(BaseModel):
    """What every answer carries."""

    generation: int = Field(description="Number of the generation of the graph that answered; cite it.")
    clauses: list[Clause] = Field(default=[], description="The clauses that the answer rests on.")
    notes: list[str] = Field(default=[], description="What to know before relying on the answer.")
    cut: str = Field(default="", description="What was left out, and how to get it; empty where the answer is whole.")


class Rows(Sourced):
    """Rows of an answer to a saved question."""

    question: str
    parameters: dict[str, Any] = Field(description="As understood: things by their label.")
    columns: list[str]
    rows: list[dict[str, Any]] = Field(description="null: not stated, or does not apply.")
    total: int = Field(description="Number of rows, those that were cut included.")


class Explanation(Rows):
    """A chain of accountability: a sentence, a tree and its rows."""

    sentence: str
    text: str = Field(description="The chain as a tree: each hop with clause, strength and mode.")
    ends: list[str] = Field(description="Those who answer to nobody, where the chain ends.")


class Results(Sourced):
    """The answer to a query of one's own."""

    kind: str = Field(description="solutions (SELECT), boolean (ASK) or graph (CONSTRUCT, DESCRIBE)")
    columns: list[str] = []
    rows: list[dict[str, Any]] = []
    statements: str = Field(default="", description="N-Triples, for CONSTRUCT and DESCRIBE.")
    total: int


class Listed(BaseModel):
    """A saved question."""

    id: str
    title: str
    question: str
    description: str
    tags: list[str]
    parameters: list[dict[str, Any]]


class Listing(Sourced):
    """The saved questions."""

    questions: list[Listed]


class Options(Sourced):
    """What a parameter may be given."""

    options: list[str] = Field(description="Names; empty where anything of the parameter's type may be given.")


class Thing(BaseModel):
    """A thing with a name."""

    iri: str
    label: str
    kinds: str
    matched: str = Field(default="", description="The name that was found, where it is not the label.")


class Found(Sourced):
    """What has a name."""

    thing: Thing | None = Field(description="The thing with exactly this name; null where there is none.")
    others: list[Thing] = Field(description="Further things with a name that holds the words.")
    did_you_mean: list[str] = []


class Value(BaseModel):
    """A value of a fact: a text, or a thing with its label."""

    text: str
    iri: str = ""
    clause: str = Field(default="", description="Numbers of the clauses that this thing rests on.")


class Fact(BaseModel):
    """What is said under one property."""

    property: str
    term: str = Field(description="The property in SPARQL.")
    values: list[Value]
    total: int


class Description(Sourced):
    """A thing and what is said about it."""

    iri: str
    label: str
    kinds: list[str]
    other_names: list[str]
    summary: str
    facts: list[Fact] = Field(description="What is said of it.")
    pointing: list[Fact] = Field(description="Things of which a property leads to it.")


class Findings(Sourced):
    """The report of the last review."""

    reviewed: bool
    counts: dict[str, int] = Field(description="Findings by severity, and the number of rules that were run.")
    findings: list[dict[str, Any]]
    total: int


class Decided(Sourced):
    """Who decides a matter, and every rule that was tried, with why."""

    sentence: str
    decider: str | None = Field(description="null: the text names nobody for this case.")
    clause: str | None
    key_decision: bool | None = Field(description="null: open.")
    case: dict[str, Any] = Field(description="What was asked, as understood.")
    decides: list[dict[str, Any]]
    also: list[dict[str, Any]] = Field(description="Rules that fit as well, later in precedence.")
    oversees: list[dict[str, Any]] = Field(description="Rules that fit and give oversight only.")
    open: list[dict[str, Any]] = Field(description="Rules that would apply if their questions were answered with yes.")
    passed_over: list[dict[str, Any]] = Field(description="Rules on this kind of matter that do not fit.")
    needs: list[str] = Field(description="What else is needed.")
    gaps: list[str] = Field(description="What the text leaves out; tell it with the answer.")
    remarks: list[str]
    source: str


class Term(BaseModel):
    """A class or property in use."""

    term: str
    label: str
    count: int


class Graph(BaseModel):
    """A named graph."""

    iri: str
    label: str
    statements: int
    superseded: bool = Field(description="An earlier revision: not part of the default graph.")


class Card(Sourced):
    """What a query can name, and what to beware of."""

    namespaces: dict[str, str] = Field(description="Known to every query; no PREFIX is needed.")
    graphs: list[Graph]
    classes: list[Term]
    properties: list[Term]
    pitfalls: list[str]


def fitting(
    rows: Sequence[Any], limit: int, total: int, noun: str, how: str, limits: Limits = LIMITS
) -> tuple[list[Any], str]:
    """As many of the first rows as the limit and the size of an answer allow, and a sentence that says what is cut.

    Parameters
    ----------
    total : number of rows there are.
    noun : what a row is, in the plural.
    how : how to get the rest.

    Raises
    ------
    AnswerTooLarge : not even one row fits.

    Examples
    --------
    >>> fitting(["a", "b", "c"], 2, 3, "rows", "Narrow it.")
    (['a', 'b'], 'Cut: the first 2 of 3 rows. Narrow it.')
    """
    kept: list[Any] = []
    size = 0
    for row in rows[:limit]:
        size += len(json.dumps(row, ensure_ascii=False))
        if size > limits.tool_characters:
            break
        kept.append(row)
    if rows and not kept:
        raise AnswerTooLarge(f"one row has more than {limits.tool_characters:,} characters", "Ask for less in a row.")
    return kept, f"Cut: the first {len(kept):,} of {total:,} {noun}. {how}" if len(kept) < total else ""
