"""The saved questions: one `.rq` file each, with a `#+` YAML header (grlc's form; DESIGN.md §4.3)."""

import difflib
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from govgraph.errors import BadInput, UnknownQuestion
from govgraph.limits import LIMITS
from govgraph.namespaces import PREFIXES
from govgraph.resources import packaged

__all__ = ["Parameter", "Question", "find", "library", "read_question"]

TYPES = ("iri", "string", "date", "number", "boolean")


@dataclass(frozen=True)
class Parameter:
    """A parameter: a variable of the query that is projected, and bound as a term.

    Parameters
    ----------
    name : of the variable, without "?".
    type : "iri" (a thing, by name or IRI), "string", "date", "number" or "boolean".
    class_iri : class of the things that may be named; empty means any.
    required : whether the question must be given it.
    options : SPARQL that lists what may be given, as ?optionLabel; empty means the things of the class (`options`).
    """

    name: str
    type: str
    class_iri: str = ""
    required: bool = False
    default: str = ""
    example: str = ""
    description: str = ""
    options: str = ""


@dataclass(frozen=True)
class Question:
    """A saved question.

    Parameters
    ----------
    id : name of its file without ending.
    text : the SPARQL as it stands in the file, header and all.
    chart : kind of picture that helps, or empty.
    resolver : name of the Python that turns the rows of the query into the answer, or empty (see `runner`).
    """

    id: str
    title: str
    question: str
    description: str
    tags: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    chart: str
    text: str
    resolver: str = ""


def read_question(path: Path) -> Question:
    """Read one question file.

    Raises
    ------
    BadInput : the header is missing or wrong; names file and what to write.
    """
    text = path.read_text(encoding="utf-8")
    header = "\n".join(line[2:].removeprefix(" ") for line in text.splitlines() if line.startswith("#+"))
    try:
        facts: Any = yaml.safe_load(header)
        return Question(
            id=path.stem,
            title=str(facts["title"]),
            question=str(facts["question"]),
            description=str(facts.get("description", "")).strip(),
            tags=tuple(facts["tags"]),
            parameters=tuple(_parameter(given) for given in facts.get("params", [])),
            chart=str(facts.get("chart", "")),
            text=text,
            resolver=str(facts.get("resolver", "")),
        )
    except yaml.YAMLError as error:
        raise BadInput(f"{path}: the #+ header is not YAML ({error})", "Quote texts with a colon.") from None
    except (KeyError, TypeError, ValueError) as error:
        raise BadInput(
            f"{path}: the #+ header lacks or garbles {error}", "It needs title, question, tags and params."
        ) from None


def _parameter(given: Mapping[str, Any]) -> Parameter:
    if given["type"] not in TYPES:
        raise ValueError(f"the type of {given['name']}, which must be one of {', '.join(TYPES)}")
    prefix, _, local = str(given.get("class", "")).partition(":")
    return Parameter(
        name=str(given["name"]),
        type=str(given["type"]),
        class_iri=PREFIXES[prefix] + local if local else "",
        required=bool(given.get("required", False)),
        default=str(given.get("default", "")),
        example=str(given.get("example", "")),
        description=str(given.get("description", "")),
        options=str(given.get("options", "")),
    )


@functools.cache
def library(folder: Path | None = None) -> dict[str, Question]:
    """All questions of a folder by id; None is the packaged `queries/`."""
    return {path.stem: read_question(path) for path in sorted((folder or packaged("queries")).glob("*.rq"))}


def find(name: str) -> Question:
    """One packaged question by id.

    Raises
    ------
    UnknownQuestion : with ids that are close.
    """
    questions = library()
    if name not in questions:
        raise UnknownQuestion(name, difflib.get_close_matches(name, list(questions), LIMITS.suggestions, 0.4))
    return questions[name]
