"""The first rows of an answer, in every form of SPARQL results, for callers who ask for a cut.

The engine gives solutions one by one, so what comes after the cut is never computed. Its own writers
take all solutions or none; these four follow the same recommendations: SPARQL 1.1 Query Results JSON
(§3), XML (§2), and CSV and TSV (§3, §4).
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import pyoxigraph as ox

from govgraph.rdf.terms import json_term

__all__ = ["first_rows"]

Row = Sequence[Any]
_HEAD = '<?xml version="1.0" encoding="UTF-8"?><sparql xmlns="http://www.w3.org/2005/sparql-results#">'
_STRING = "http://www.w3.org/2001/XMLSchema#string"


def first_rows(solutions: ox.QuerySolutions, most: int, media_type: str) -> tuple[bytes, int, bool]:
    """At most so many rows as a result document, their number, and whether they are all.

    >>> found = ox.Store().query("SELECT ?x { VALUES ?x { 1 2 3 } }")
    >>> first_rows(found, 2, "text/csv")
    (b'x\\r\\n1\\r\\n2\\r\\n', 2, False)
    """
    names = [variable.value for variable in solutions.variables]
    rows = [[solution[name] for name in names] for solution in islice(solutions, most + 1)]
    shown = rows[:most]
    return _WRITERS[media_type](names, shown).encode(), len(shown), len(rows) <= most


def _json(names: Sequence[str], rows: Sequence[Row]) -> str:
    bindings = [{n: _bare(json_term(v)) for n, v in zip(names, row, strict=True) if v is not None} for row in rows]
    return json.dumps({"head": {"vars": names}, "results": {"bindings": bindings}}, ensure_ascii=False)


def _bare(term: dict[str, str]) -> dict[str, str]:
    """A term without the data type that every plain literal has."""
    return {key: value for key, value in term.items() if (key, value) != ("datatype", _STRING)}


def _xml(names: Sequence[str], rows: Sequence[Row]) -> str:
    head = "".join(f"<variable name={quoteattr(name)}/>" for name in names)
    body = "".join(
        "<result>"
        + "".join(f"<binding name={quoteattr(n)}>{_tagged(v)}</binding>" for n, v in zip(names, row, strict=True) if v)
        + "</result>"
        for row in rows
    )
    return f"{_HEAD}<head>{head}</head><results>{body}</results></sparql>"


def _tagged(value: ox.NamedNode | ox.BlankNode | ox.Literal) -> str:
    term = _bare(json_term(value))
    kind = term.pop("type")
    text = escape(term.pop("value"), {"\r": "&#13;"})
    marks = "".join(f" {key}={quoteattr(each)}" for key, each in term.items())
    return f"<{kind}{marks}>{text}</{kind}>"


def _csv(names: Sequence[str], rows: Sequence[Row]) -> str:
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(names)
    writer.writerows([["" if v is None else _plain(v) for v in row] for row in rows])
    return output.getvalue()


def _plain(value: ox.NamedNode | ox.BlankNode | ox.Literal) -> str:
    return str(value) if isinstance(value, ox.BlankNode) else value.value


def _tsv(names: Sequence[str], rows: Sequence[Row]) -> str:
    lines = ["\t".join(f"?{name}" for name in names)]
    lines += ["\t".join("" if v is None else str(v).replace("\t", "\\t") for v in row) for row in rows]
    return "\n".join(lines) + "\n"


_WRITERS: dict[str, Callable[[Sequence[str], Sequence[Row]], str]] = {
    "application/sparql-results+json": _json,
    "application/sparql-results+xml": _xml,
    "text/csv": _csv,
    "text/tab-separated-values": _tsv,
}
