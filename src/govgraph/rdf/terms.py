"""Terms as they travel between processes, and slugs for new IRIs.

Between processes a term is the JSON object of the SPARQL 1.1 Query Results JSON
Format (§3.2.2): ``{"type": "uri" | "literal" | "bnode", "value": …,
"datatype": …, "xml:lang": …}``.
"""

import re
import unicodedata
from typing import Any, TypeAlias

import pyoxigraph as ox

from govgraph.errors import BadParameter

__all__ = ["JsonTerm", "iri", "json_term", "literal", "plain", "slug", "sparql_form", "term"]

JsonTerm: TypeAlias = dict[str, str]

_XSD = "http://www.w3.org/2001/XMLSchema#"


def iri(value: str) -> JsonTerm:
    """An IRI as a travelling term.

    >>> iri("http://example.org/")
    {'type': 'uri', 'value': 'http://example.org/'}
    """
    return {"type": "uri", "value": value}


def literal(value: str, datatype: str | None = None) -> JsonTerm:
    """A literal as a travelling term; `datatype` is an XSD local name such as "integer".

    >>> literal("7", "integer")["datatype"]
    'http://www.w3.org/2001/XMLSchema#integer'
    """
    result = {"type": "literal", "value": value}
    if datatype:
        result["datatype"] = _XSD + datatype
    return result


def term(value: JsonTerm) -> ox.NamedNode | ox.Literal:
    """Build the RDF term that a travelling term stands for.

    The constructors validate, so a value can never become syntax.

    Raises
    ------
    BadParameter : the value is not a legal IRI or literal.
    """
    try:
        if value["type"] == "uri":
            return ox.NamedNode(value["value"])
        if "xml:lang" in value:
            return ox.Literal(value["value"], language=value["xml:lang"])
        datatype = ox.NamedNode(value["datatype"]) if "datatype" in value else None
        return ox.Literal(value["value"], datatype=datatype)
    except ValueError as error:
        raise BadParameter(f"not a legal RDF term: {value['value']!r} ({error})", "Give an absolute IRI.") from None


def sparql_form(value: JsonTerm) -> str:
    """A travelling term as it is written in SPARQL, whatever it holds.

    Codepoint escapes are undone by some engines before they read a text and by others within it (SPARQL 1.1 §19.2), so
    none can stand here that only one of them would see: the u behind a backslash is itself escaped.

    Raises
    ------
    BadParameter : the value is not a legal IRI or literal.

    >>> print(sparql_form(literal('say "no"\\n')), sparql_form(literal("7", "integer")))
    "say \\"no\\"\\n" "7"^^<http://www.w3.org/2001/XMLSchema#integer>
    """
    made = term(value)
    if isinstance(made, ox.NamedNode):
        return str(made)
    text = re.sub(r'(?<=\\)[uU]|["\\\x00-\x1f\x7f]', _escaped, made.value)
    mark = f"@{made.language}" if made.language else f"^^{made.datatype}"
    return f'"{text}"' + (mark if mark != f"^^<{_XSD}string>" else "")


def _escaped(sign: re.Match[str]) -> str:
    return _ESCAPES.get(sign[0]) or f"\\u{ord(sign[0]):04X}"


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def json_term(value: ox.NamedNode | ox.Literal | ox.BlankNode) -> JsonTerm:
    """The travelling form of an RDF term.

    >>> json_term(ox.Literal("Rat", language="de"))
    {'type': 'literal', 'value': 'Rat', 'xml:lang': 'de'}
    """
    if isinstance(value, ox.NamedNode):
        return iri(value.value)
    if isinstance(value, ox.BlankNode):
        return {"type": "bnode", "value": value.value}
    if value.language:
        return {"type": "literal", "value": value.value, "xml:lang": value.language}
    return {"type": "literal", "value": value.value, "datatype": value.datatype.value}


def plain(value: JsonTerm) -> Any:
    """The Python value of a travelling term: str, int, float or bool.

    >>> plain(literal("7", "integer")), plain(literal("true", "boolean")), plain(iri("http://e/"))
    (7, True, 'http://e/')
    """
    text = value["value"]
    kind = value.get("datatype", "").removeprefix(_XSD)
    try:
        if kind == "integer":
            return int(text)
        if kind in ("decimal", "double", "float"):
            return float(text)
    except ValueError:
        return text
    if kind == "boolean" and text in ("true", "1", "false", "0"):
        return text in ("true", "1")
    return text


def slug(text: str) -> str:
    """Lower-case name for an IRI, only ``[a-z0-9-]``.

    >>> slug("Shadow Health & Wellbeing Board")
    'shadow-health-wellbeing-board'
    """
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text.lower()).strip("-")
