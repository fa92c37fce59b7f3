"""Adapters for SPARQL engines, one module each."""

from collections.abc import Mapping

from govgraph.errors import BadInput
from govgraph.store.engines.base import GENERIC, Engine
from govgraph.store.engines.oxigraph import OXIGRAPH
from govgraph.store.engines.virtuoso import VIRTUOSO

__all__ = ["ENGINES", "GENERIC", "Engine", "engine_named", "recognise"]

ENGINES: Mapping[str, Engine] = {engine.name: engine for engine in (GENERIC, OXIGRAPH, VIRTUOSO)}
"""The adapters by name."""


def engine_named(name: str) -> Engine:
    """The adapter that ``--engine`` names.

    Raises
    ------
    BadInput : there is none of that name.

    >>> engine_named("virtuoso").title
    'Virtuoso'
    """
    if name not in ENGINES:
        raise BadInput(f'no engine is named "{name}"', f"There are: {', '.join(ENGINES)}.")
    return ENGINES[name]


def recognise(service_description: str, server_header: str) -> Engine:
    """The engine behind an endpoint, from what it says of itself; the generic one where it says nothing we know.

    Parameters
    ----------
    service_description : what a GET of the endpoint without a query gave, in whatever form; may be empty.
    server_header : the header Server of its answers.

    >>> recognise("", "Oxigraph/0.5.13").name, recognise("", "nginx").name
    ('oxigraph', 'generic')
    """
    said = server_header.lower()
    for engine in ENGINES.values():
        if engine.name in said:
            return engine
    told = service_description.lower()
    for engine, sign in ((VIRTUOSO, "openlinksw.com/"), (OXIGRAPH, "oxigraph")):
        if sign in told:
            return engine
    return GENERIC
