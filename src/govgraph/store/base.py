"""What every reader of the store takes and gives, whatever the engine behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from govgraph.rdf.terms import JsonTerm

__all__ = ["DATASET_TYPES", "GRAPH_TYPES", "SOLUTION_TYPES", "Answer", "Reader", "Request"]

SOLUTION_TYPES = (
    "application/sparql-results+json",
    "application/sparql-results+xml",
    "text/csv",
    "text/tab-separated-values",
)
"""Media types of SELECT and ASK results, best first (SPARQL 1.1 Protocol §2.1.6)."""

GRAPH_TYPES = ("text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml")
"""Media types of CONSTRUCT and DESCRIBE results, best first."""

DATASET_TYPES = ("application/trig", "application/n-quads")
"""Media types of a whole dataset, best first; a graph can be given in them too."""


@dataclass(frozen=True)
class Request:
    """One query and how its answer is wanted.

    Parameters
    ----------
    text : SPARQL 1.1 query.
    bindings : variable name (without "?") to travelling term; each variable must be projected.
    accept : media types in order of preference; the first that suits the query's form is used.
    default_graphs, named_graphs : dataset of the SPARQL Protocol; with neither, the query's own, else the store's.
    base : base of relative IRIs in the query.
    whole : the whole dataset is wanted, graphs and all; then the text is empty.
    most : give only the first so many rows or statements, and say so; 0 for all of them.
    """

    text: str
    bindings: Mapping[str, JsonTerm] = field(default_factory=dict)
    accept: Sequence[str] = SOLUTION_TYPES + GRAPH_TYPES
    default_graphs: Sequence[str] = ()
    named_graphs: Sequence[str] = ()
    base: str = ""
    whole: bool = False
    most: int = 0

    def as_json(self) -> dict[str, Any]:
        """The request as it goes through a pipe."""
        return asdict(self)


@dataclass(frozen=True)
class Answer:
    """A whole answer; a part of one only where the request asked for a cut.

    Parameters
    ----------
    kind : "solutions", "boolean" or "graph".
    media_type : of `body`.
    rows : number of solutions or statements; 1 for ASK.
    generation : number of the generation that answered.
    notes : remarks for the asker, such as a term of ours that is not there but close to one that is.
    complete : False where rows or statements were left out.
    """

    kind: str
    media_type: str
    body: bytes
    rows: int
    generation: int
    notes: Sequence[str] = ()
    complete: bool = True


class Reader(Protocol):
    """Answers queries over one generation."""

    def answer(self, request: Request) -> Answer:
        """Answer one query whole, or raise."""
        ...
