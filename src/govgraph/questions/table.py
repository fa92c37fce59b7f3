"""An answer as rows: for a terminal, CSV, JSON, pandas and pages alike."""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyoxigraph as ox

from govgraph.namespaces import PREFIXES
from govgraph.rdf.files import serialise
from govgraph.rdf.terms import JsonTerm, plain, term

__all__ = ["RESULT_SET", "Table", "read_table"]

RESULT_SET = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"
"""Vocabulary in which the W3C writes answers as RDF, as in its SPARQL test suites."""

_TYPE, _COMMENT = ox.NamedNode(PREFIXES["rdf"] + "type"), ox.NamedNode(PREFIXES["rdfs"] + "comment")
_RESULT_VARIABLE, _SOLUTION, _INDEX, _BINDING, _VARIABLE, _VALUE = (
    ox.NamedNode(RESULT_SET + name) for name in ("resultVariable", "solution", "index", "binding", "variable", "value")
)


@dataclass(frozen=True)
class Table:
    """Rows of an answer, with what is needed to cite it.

    Parameters
    ----------
    columns : variables in the order of the query.
    terms : one mapping a row from variable to travelling term; unbound variables are absent.
    generation : number of the generation that answered.
    question, parameters : id of the saved question and what it was asked with, if it was one.
    notes : what a reader should know before relying on the rows.

    Examples
    --------
    >>> table = read_table(b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"1"}}]}}', 7)
    >>> table.rows, table.generation
    ([{'x': '1'}], 7)
    """

    columns: Sequence[str]
    terms: Sequence[dict[str, JsonTerm]]
    generation: int
    question: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    notes: Sequence[str] = ()

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Rows with plain Python values; a variable that is unbound is None."""
        return [{name: plain(row[name]) if name in row else None for name in self.columns} for row in self.terms]

    @property
    def shown(self) -> list[str]:
        """The columns for people: a thing is shown by its label, and the nodes of statements are left out."""
        return [name for name in self.columns if f"{name}Label" not in self.columns and not self._is_plumbing(name)]

    def _is_plumbing(self, column: str) -> bool:
        """In a saved question's answer: an order, IRIs that no column of labels goes with, or nothing at all."""
        kinds = {row[column]["type"] for row in self.terms if column in row}
        empty = bool(self.terms) and not kinds
        return bool(self.question) and (column in ("order", "line") or kinds == {"uri"} or empty)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.terms)

    def cell(self, row: dict[str, JsonTerm], column: str) -> str:
        """What a reader sees in a cell; empty where the text does not say."""
        if column not in row:
            return ""
        value = plain(row[column])
        if isinstance(value, bool):
            return "yes" if value else "no"
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)

    def to_json(self) -> str:
        """The answer with its question, parameters, generation, rows and notes (DESIGN.md §4.1)."""
        content = {
            "question": self.question or None,
            "params": self.parameters,
            "generation": self.generation,
            "rows": self.rows,
            "notes": list(self.notes),
        }
        return json.dumps(content, indent=2, ensure_ascii=False)

    def to_csv(self, delimiter: str = ",") -> str:
        """All columns as CSV (RFC 4180), or TSV with a tab as delimiter."""
        output = io.StringIO()
        writer = csv.writer(output, delimiter=delimiter, lineterminator="\r\n" if delimiter == "," else "\n")
        writer.writerow(self.columns)
        for row in self.terms:
            writer.writerow([row[name]["value"] if name in row else "" for name in self.columns])
        return output.getvalue()

    def to_markdown(self) -> str:
        """The columns for people as a Markdown table, with the notes under it."""

        def line(cells: Sequence[str]) -> str:
            return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

        rows = [line([heading(name) for name in self.shown]), line(["---"] * len(self.shown))]
        rows += [line([self.cell(row, name) for name in self.shown]) for row in self.terms]
        return "\n".join(rows + [""] * bool(self.notes) + [f"- {note}" for note in self.notes]) + "\n"

    def to_turtle(self) -> str:
        """All columns as RDF, in the W3C's vocabulary for result sets; the notes are its comments."""
        whole = ox.BlankNode("answer")
        statements = [ox.Triple(whole, _TYPE, ox.NamedNode(RESULT_SET + "ResultSet"))]
        statements += [ox.Triple(whole, _RESULT_VARIABLE, ox.Literal(name)) for name in self.columns]
        statements += [ox.Triple(whole, _COMMENT, ox.Literal(note)) for note in self.notes]
        for number, row in enumerate(self.terms, start=1):
            solution = ox.BlankNode(f"row{number}")
            statements += [
                ox.Triple(whole, _SOLUTION, solution),
                ox.Triple(solution, _INDEX, ox.Literal(number)),
            ]
            for name, value in row.items():
                binding = ox.BlankNode(f"row{number}{name}")
                statements += [
                    ox.Triple(solution, _BINDING, binding),
                    ox.Triple(binding, _VARIABLE, ox.Literal(name)),
                    ox.Triple(binding, _VALUE, term(value)),
                ]
        return serialise(statements, "text/turtle").decode()

    def to_pandas(self) -> Any:
        """The rows as a pandas DataFrame (needs pandas)."""
        import pandas  # type: ignore[import-untyped,unused-ignore]

        return pandas.DataFrame(self.rows, columns=list(self.columns))


def heading(column: str) -> str:
    """A variable's name as words.

    >>> heading("fromLabel"), heading("termYears")
    ('from', 'term years')
    """
    name = column.removesuffix("Label")
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)


def read_table(body: bytes, generation: int) -> Table:
    """A table from a SPARQL 1.1 Query Results JSON document."""
    document = json.loads(body)
    if "boolean" in document:
        answer = {"type": "literal", "value": str(document["boolean"]).lower()}
        answer["datatype"] = "http://www.w3.org/2001/XMLSchema#boolean"
        return Table(["answer"], [{"answer": answer}], generation)
    return Table(document["head"]["vars"], document["results"]["bindings"], generation)
