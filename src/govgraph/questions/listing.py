"""The library as a document for people: each question with its command and the first rows of its answer.

`python -m govgraph.questions.listing` writes it to `docs/questions.md`; a test holds the two together.
"""

import shlex
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from govgraph.knowledge.build import build
from govgraph.questions.library import Question, library
from govgraph.questions.runner import ask
from govgraph.questions.table import Table
from govgraph.resources import packaged
from govgraph.store.embedded import EmbeddedReader
from govgraph.store.generations import Generations
from govgraph.store.names import Names

__all__ = ["PAGE", "command_of", "listing"]

PAGE = "questions.md"
"""Name of the file in `docs/`."""

_ROWS, _CELL = 3, 70
_INTRODUCTION = """\
# Questions

<!-- Written by: python -m govgraph.questions.listing -->

{count} saved questions, by subject. Each is a command, a form on the site (`/questions/ID`), an address that answers
with data (`/questions/ID.json`, `.csv`, `.tsv`, `.md`, `.ttl`; see `/openapi.json`), a call from [Python](python.md),
and a query in `queries/` that works in any SPARQL editor (all of them: `/.well-known/sparql-examples`). The answers
below are for the packaged graph, cut short; an empty cell means that the text does not say.
"""


def command_of(question: Question) -> str:
    """The command that asks a question with its examples.

    >>> from govgraph.questions.library import find
    >>> command_of(find("who-chairs"))
    "govgraph ask who-chairs --body 'Partnership Board'"
    """
    options = [word for parameter in question.parameters for word in (f"--{parameter.name}", parameter.example)]
    return shlex.join(["govgraph", "ask", question.id, *options])


def listing(questions: Iterable[Question], answer: Callable[[Question, dict[str, str]], Table]) -> str:
    """The document.

    Parameters
    ----------
    questions : of a library.
    answer : asks a question with parameters.
    """
    every = list(questions)
    subjects = sorted({question.tags[0] for question in every})
    parts = [_INTRODUCTION.format(count=len(every))]
    parts += [f"- [{subject}](#{subject})" for subject in subjects] + [""]
    for subject in subjects:
        parts.append(f"## {subject}\n")
        parts += [_section(question, answer) for question in every if question.tags[0] == subject]
    return "\n".join(parts).rstrip() + "\n"


def _section(question: Question, answer: Callable[[Question, dict[str, str]], Table]) -> str:
    table = answer(question, {parameter.name: parameter.example for parameter in question.parameters})
    lines = [f"### {question.id}\n", f"{question.question}\n"]
    if question.description:
        lines.append(f"{question.description}\n")
    for parameter in question.parameters:
        needed = ", required" if parameter.required else ""
        lines.append(f"- `{parameter.name}` ({_kind(parameter.type)}{needed}): {parameter.description}")
    lines += [""] * bool(question.parameters)
    lines += ["```console", f"$ {command_of(question)}", "```", ""]
    lines.append(replace(_cut(table), notes=()).to_markdown())
    if len(table) > _ROWS:
        lines.append(f"… {len(table):,} rows in all.\n")
    return "\n".join(lines)


def _kind(type_: str) -> str:
    return {"iri": "a name or IRI", "string": "text"}.get(type_, f"a {type_}")


def _cut(table: Table) -> Table:
    """The first rows, with long texts cut short."""
    terms = [
        {
            name: value | {"value": _short(value["value"])} if value["type"] == "literal" else value
            for name, value in row.items()
        }
        for row in table.terms[:_ROWS]
    ]
    return replace(table, terms=terms)


def _short(text: str) -> str:
    return text if len(text) <= _CELL else text[: _CELL - 2].rstrip() + " …"


def main() -> None:
    """Write the document, from a build of the packaged graph."""
    with tempfile.TemporaryDirectory() as folder:
        generation = build(Generations(Path(folder))).generation
        reader, names = EmbeddedReader(generation.store, generation.number), Names(generation.names)
        text = listing(library().values(), lambda question, given: ask(question, given, reader, names))
        names.close()
    path = packaged("queries").parent / "docs" / PAGE
    path.write_text(text, encoding="utf-8")
    print(path)


if __name__ == "__main__":
    main()
