"""Whether a literal is of a datatype and well-formed, as a SPARQL condition (SHACL §4.1.2)."""

from govgraph.namespaces import PREFIXES

__all__ = ["well_formed"]

_XSD = PREFIXES["xsd"]

_LIMITS: dict[str, tuple[int | None, int | None]] = {
    "byte": (-(2**7), 2**7 - 1),
    "short": (-(2**15), 2**15 - 1),
    "int": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1),
    "unsignedByte": (0, 2**8 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedLong": (0, 2**64 - 1),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
}
"""The kinds of integer, with their least and greatest values (XSD 1.1 §3.4)."""

_WRITTEN = {
    "integer": "^[+-]?[0-9]+$",
    "decimal": "^[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)$",
    "hexBinary": "^([0-9a-fA-F]{2})*$",
    "gYear": "^-?([1-9][0-9]{3,}|0[0-9]{3})(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?$",
    "gYearMonth": "^-?([1-9][0-9]{3,}|0[0-9]{3})-(0[1-9]|1[0-2])(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])?$",
    "duration": "^-?P([0-9]+Y)?([0-9]+M)?([0-9]+D)?(T([0-9]+H)?([0-9]+M)?([0-9]+([.][0-9]+)?S)?)?$",
}
"""How values are written, where a cast of SPARQL does not say it (or cuts off large numbers)."""

_CAST = {"boolean", "float", "double", "dateTime", "date", "time"}


def well_formed(value: str, datatype: str, merges_integers: bool = False) -> str:
    """That a value is a literal of the datatype, and one that the datatype has.

    >>> well_formed("?v", "http://www.w3.org/2001/XMLSchema#string")
    'COALESCE(datatype(?v) = <http://www.w3.org/2001/XMLSchema#string>, false)'
    """
    local = datatype.removeprefix(_XSD) if datatype.startswith(_XSD) else ""
    same = f"datatype({value}) = <{datatype}>"
    if local in _LIMITS:
        if merges_integers:
            same = f"datatype({value}) IN (<{datatype}>, <{_XSD}integer>)"
        return f"COALESCE({same} && {_integer(value, *_LIMITS[local])}, false)"
    if local in ("integer", "decimal"):
        return f"COALESCE({same} && (isNumeric({value}) || REGEX(STR({value}), '{_WRITTEN[local]}')), false)"
    if local in _CAST:
        # The outcome of the cast is not looked at: a cast that fails makes the whole an error, hence false.
        return f"COALESCE({same} && isLiteral(<{datatype}>(STR({value}))), false)"
    if local in _WRITTEN:
        return f"COALESCE({same} && REGEX(STR({value}), '{_WRITTEN[local]}'), false)"
    return f"COALESCE({same}, false)"


def _integer(value: str, least: int | None, most: int | None) -> str:
    number = f"<{_XSD}integer>(STR({value}))"
    parts = [f"REGEX(STR({value}), '{_WRITTEN['integer']}')"]
    parts += [f"{number} >= {least}"] if least is not None else []
    parts += [f"{number} <= {most}"] if most is not None else []
    return " && ".join(parts)
