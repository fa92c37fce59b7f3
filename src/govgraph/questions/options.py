"""What may be given for a parameter of a saved question: a list that a query fills (DESIGN.md §4.3)."""

import re

from govgraph.errors import UnknownQuestion
from govgraph.questions.library import Parameter, Question
from govgraph.questions.table import read_table
from govgraph.rdf.terms import iri
from govgraph.store.base import Answer, Request

__all__ = ["listed", "options_of", "parameter_of"]

_OF_CLASS = """
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?class ?option ?optionLabel WHERE {
  ?option a|skos:inScheme ?class OPTIONAL { ?option skos:prefLabel ?optionLabel } FILTER(BOUND(?optionLabel))
}
ORDER BY LCASE(STR(?optionLabel))
"""
_ORDER = re.compile(r"\bORDER\s+BY\b")
_JSON = ("application/sparql-results+json",)


def options_of(parameter: Parameter, most: int = 0) -> Request | None:
    """The query that lists what may be given for a parameter; None where anything of its type may.

    The header of the question says which; where it says nothing, the things of the parameter's class are listed.

    Parameters
    ----------
    most : so many at most, whichever the engine comes to first; 0 is all.

    Examples
    --------
    ``reader.answer(options_of(parameter_of(find("on-theme"), "theme")))``
    """
    if parameter.options:
        return Request(_some(parameter.options, most), accept=_JSON)
    if parameter.class_iri:
        return Request(_some(_OF_CLASS, most), {"class": iri(parameter.class_iri)}, _JSON)
    return None


def _some(text: str, most: int) -> str:
    """Without an order, so that the engine need not find all of them to give some."""
    return f"{_ORDER.split(text)[0]} LIMIT {most}" if most else text


def listed(answer: Answer) -> list[str]:
    """The names that the query of `options_of` found, in its order, each once."""
    rows = read_table(answer.body, answer.generation).rows
    return list(dict.fromkeys(str(row["optionLabel"]) for row in rows if row["optionLabel"]))


def parameter_of(question: Question, name: str) -> Parameter:
    """A parameter of a question by name.

    Raises
    ------
    UnknownQuestion : the question has no such parameter; names those that it has.
    """
    for parameter in question.parameters:
        if parameter.name == name:
            return parameter
    raise UnknownQuestion(f"{question.id} --{name}", [f"--{parameter.name}" for parameter in question.parameters])
