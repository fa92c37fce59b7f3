"""Virtuoso 7: where it differs from SPARQL 1.1, found by running the whole question library on version 7.2.5.

It matches patterns well and fast, but computes otherwise than SPARQL 1.1 says (10/4 is 2, true is 1, an error is a
value, GROUP BY loses rows whose OPTIONAL found nothing), and `p+` gives a row for each way. So it is sent patterns,
and the rest of a query is done here; a pattern that it is known to get wrong is not sent either.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, ClassVar

from govgraph.store.engines.base import Engine, beside
from govgraph.store.engines.halves import halves_of
from govgraph.store.engines.reading import Unread

__all__ = ["VIRTUOSO"]

_XSD = "http://www.w3.org/2001/XMLSchema#"
_SMALL = "byte short int long unsignedByte unsignedShort unsignedInt unsignedLong"
_SIGNED = "nonNegativeInteger positiveInteger nonPositiveInteger negativeInteger"
_INTEGERS = {_XSD + name for name in f"{_SMALL} {_SIGNED}".split()}
_DURATIONS = {f"{_XSD}{name}" for name in ("duration", "yearMonthDuration", "dayTimeDuration")}
_DURATION = re.compile(rf'"(-?[\d.]+)"(?=\^\^<{re.escape(_XSD)}(?:duration|yearMonthDuration|dayTimeDuration)>)')
_SORTED = 10_000  # rows up to which a page can be cut from what is sorted ("Sorted TOP clause")
_GIVES_UP = {
    "SQ200: Stack Overflow": "the query is too large for Virtuoso's planner",
    "The estimated execution time": "Virtuoso's planner thinks that the query takes too long",
    "transitive start not given": "Virtuoso needs an end of a path that is followed over and over",
    "neither end of it is bound": "Virtuoso needs an end of a path that is followed over and over",
    "Internal Optimized compiler error": "Virtuoso's planner fails on the query",
    "not a valid subject": "Virtuoso makes no graph of literals as subjects",
    "SPARQL compiler: Internal error": "Virtuoso's compiler fails on the query",
    "Unsupported case in CONVERT": "Virtuoso follows no path over literals",
}


class _Virtuoso(Engine):
    name = "virtuoso"
    title = "Virtuoso"
    authentication = "digest"
    partial_headers: ClassVar[Mapping[str, str]] = {
        "x-sql-state": "it stopped at its time limit (MaxQueryExecutionTime)",
        "x-sparql-maxrows": "it has more rows than it sends at once (ResultSetMaxRows)",
    }
    row_caps = (10_000, 100_000, 1_000_000, 1 << 20)
    can_union = True
    opening = b"@prefix gov: <https://w3id.org/govgraph/def/> .\n"
    quick_graphs = True
    merges_integers = True
    cannot: ClassVar[Mapping[str, str]] = {
        "expressions": "It counts true as 1 and 10/4 as 2, and takes errors for values: expressions, grouping and "
        "sorting are done here over the solutions of the pattern.",
        "paths": "p+ and p* give a row for each way, and fail within OPTIONAL and EXISTS: solutions are made distinct, "
        "or the statements are fetched and the query is answered here.",
        "durations": "A duration of months and days loses its days, and one of days comes back in seconds: what is "
        "left is written in the standard's form again.",
        "equal numbers": "Of 1, 1.0 and true said of one thing by one property it keeps one, and takes them for equal: "
        "what joins on literals is answered here.",
        "uploads": "It guesses the format of what is sent, whatever the header says, and knows N-Triples with long "
        "texts for none: they are sent as Turtle that begins with a prefix.",
        "pages": "Of what it sorts it cuts no page beyond row 10,000: the sorting is put into a query within.",
        "numbers": "An integer of more than 18 digits comes back as a decimal, and a decimal keeps 15 digits.",
        "access": "Debian's settings listen on every address with a known password, and cut answers at 10,000 rows: "
        "set ServerPort, SET PASSWORD and ResultSetMaxRows.",
    }

    def page(self, columns: str, where: str, offset: int, limit: int, *, ordered: bool, graph: bool = False) -> str:
        if ordered and offset + limit > _SORTED:  # what is sorted within can be cut anywhere
            where = f"{{ SELECT {columns} WHERE {{ {where} }} ORDER BY {columns} }}"
            ordered = False
        return super().page(columns, where, offset, limit, ordered=ordered, graph=graph)

    def must_fetch(self, text: str) -> str:
        try:
            halves_of(text)
        except Unread as reason:
            return str(reason)
        return ""

    def rewrite(self, text: str) -> str:
        return halves_of(text).sent

    def finish(self, text: str, results: dict[str, Any]) -> dict[str, Any]:
        return halves_of(text).finish(self.normalise(results))

    def gives_up(self, message: str) -> str:
        return next((reason for sign, reason in _GIVES_UP.items() if sign in message), "")

    def normalise(self, results: dict[str, Any]) -> dict[str, Any]:
        for row in results.get("results", {}).get("bindings", []):
            for value in row.values():
                _mend(value)
        return results

    def normalise_statements(self, ntriples: bytes) -> bytes:
        if b"uration>" not in ntriples:
            return ntriples
        return _DURATION.sub(lambda found: f'"{_duration(found[1])}"', ntriples.decode()).encode()

    def update_url(self, url: str) -> str:
        return beside(url, "sparql-auth")

    def graph_store_url(self, url: str) -> str:
        return beside(url, "sparql-graph-crud-auth")

    def parameters(self, seconds: float) -> Mapping[str, str]:
        return {"timeout": str(int(seconds * 1000))}


def _mend(value: dict[str, str]) -> None:
    """Give a term the standard's form."""
    if value["type"] == "typed-literal":
        value["type"] = "literal"
    datatype = value.get("datatype", "")
    if datatype == f"{_XSD}boolean" and value["value"] in ("0", "1"):
        value["value"] = "true" if value["value"] == "1" else "false"
    elif datatype in _INTEGERS:  # as the embedded store keeps them
        value["datatype"] = f"{_XSD}integer"
    elif datatype in _DURATIONS and not value["value"].lstrip("-").startswith("P"):
        value["value"] = _duration(value["value"])


def _duration(told: str) -> str:
    """A duration that is told as a number of months, or with a point as one of seconds.

    >>> _duration("18"), _duration("93600.0"), _duration("-1.5"), _duration("0")
    ('P1Y6M', 'P1DT2H', '-PT1.5S', 'P0M')
    """
    sign, number = ("-", told[1:]) if told.startswith("-") else ("", told)
    if "." not in number:
        years, months = divmod(int(number), 12)
        return sign + "P" + (f"{years}Y" if years else "") + (f"{months}M" if months or not years else "")
    whole, seconds = divmod(Decimal(number), 60)
    hours, minutes = divmod(int(whole), 60)
    days, hours = divmod(hours, 24)
    exact = format(seconds, "f").rstrip("0").rstrip(".") if seconds else ""
    time = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "") + (f"{exact}S" if exact else "")
    day = f"{days}D" if days else ""
    return sign + "P" + (day + (f"T{time}" if time else "") or "T0S")


VIRTUOSO = _Virtuoso()
