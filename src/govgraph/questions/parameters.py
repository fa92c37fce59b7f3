"""From what a person typed to terms: names become IRIs, numbers and dates become literals.

Nothing that a person typed ever becomes part of a query's text; a term is bound to a
variable that the query projects.
"""

import datetime
import decimal
from collections.abc import Mapping

from govgraph.errors import BadParameter
from govgraph.questions.library import Parameter, Question
from govgraph.rdf.terms import JsonTerm, iri, literal
from govgraph.store.names import Names

__all__ = ["bind"]


def bind(question: Question, given: Mapping[str, str], names: Names) -> tuple[dict[str, JsonTerm], dict[str, str]]:
    """Terms for a question's parameters.

    Parameters
    ----------
    question : the question.
    given : parameter name to what was typed; empty texts count as not given.
    names : finds things by name.

    Returns
    -------
    Terms by variable, and for each parameter the text to show (the label of a thing).

    Raises
    ------
    BadParameter : an unknown or missing parameter, or a value of the wrong type.
    UnknownThing : no thing of the parameter's class has that name; with names that are close.
    """
    known = {parameter.name for parameter in question.parameters}
    for name in given:
        if name not in known:
            offered = ", ".join(sorted(known)) or "none"
            raise BadParameter(f'"{question.id}" has no parameter "{name}"', f"Its parameters: {offered}.")
    terms: dict[str, JsonTerm] = {}
    shown: dict[str, str] = {}
    for parameter in question.parameters:
        text = str(given.get(parameter.name) or parameter.default).strip()
        if text:
            terms[parameter.name], shown[parameter.name] = _term(parameter, text, names)
        elif parameter.required:
            example = f', such as "{parameter.example}"' if parameter.example else ""
            raise BadParameter(f'"{question.id}" needs {parameter.name}: {parameter.description}', f"Give it{example}.")
    return terms, shown


def _term(parameter: Parameter, text: str, names: Names) -> tuple[JsonTerm, str]:
    if parameter.type == "iri":
        found = names.find(text, [parameter.class_iri] if parameter.class_iri else [])
        return iri(found.iri), found.label
    try:
        if parameter.type == "date":
            return literal(datetime.date.fromisoformat(text).isoformat(), "date"), text
        if parameter.type == "number":
            number = decimal.Decimal(text.replace(",", "").removeprefix("£"))
            if not number.is_finite() or abs(number.adjusted()) > 30:
                raise ValueError
            return literal(format(number, "f"), "decimal"), text
    except (ValueError, decimal.InvalidOperation):
        form = "a day as 2024-02-15" if parameter.type == "date" else "a number as 500000 or £500,000"
        raise BadParameter(f'{parameter.name} is not {form}: "{text}"', "Write it so.") from None
    if parameter.type == "boolean":
        if text.lower() not in ("true", "false", "yes", "no"):
            raise BadParameter(f'{parameter.name} is neither yes nor no: "{text}"', "Write yes or no.")
        return literal("true" if text.lower() in ("true", "yes") else "false", "boolean"), text
    return literal(text), text
