"""Query text from outside, on its way to an endpoint: what the site shows is the generation, and nothing beside it.

An endpoint may hold more than a generation, and an engine may offer more than SPARQL. So the graphs that a text or a
request names are those of the generation, or they are empty; and an engine's own commands are refused.
"""

import re
from collections.abc import Collection
from dataclasses import replace

import pyoxigraph as ox

from govgraph.errors import BadInput, QueryRefused
from govgraph.namespaces import GRAPH, PREFIXES
from govgraph.store.base import Request
from govgraph.store.guard import TOKEN
from govgraph.store.phrasing import Phrase
from govgraph.store.remote_generations import RemoteGeneration

__all__ = ["confined"]

_NOTHING = GRAPH + "nothing"
"""A graph that no generation has."""

_OWN_COMMANDS = re.compile(r"(?i)\b(?:bif|sql)\s*:|`")
_PREFIX = re.compile(r"(?i)prefix\s+([\w.-]*):\s*<([^<>\s]*)>")


def confined(request: Request, generation: RemoteGeneration) -> Request:
    """The request as far as it is about the generation.

    Raises
    ------
    QueryRefused : it asks for what is not SPARQL.
    BadInput : a graph is named by what is no IRI.
    """
    bare = TOKEN.sub(_without_texts, request.text)
    for token in TOKEN.finditer(bare):
        before = bare[token.start() - 1] if token.start() else " "
        own = token.lastgroup == "name" and token[0].lower() == "define" and before not in "?$:@-"
        if own and bare[token.end() : token.end() + 1] != ":":
            raise QueryRefused("DEFINE is not SPARQL and is not offered here", "Leave it out.")
    if found := _OWN_COMMANDS.search(bare):
        raise QueryRefused(f'"{found[0]}" begins what is not SPARQL and is not offered here', "Leave it out.")
    graphs = [*request.default_graphs, *request.named_graphs]
    try:
        for graph in graphs:
            ox.NamedNode(graph)
    except ValueError as error:
        raise BadInput(f"not a legal IRI: {error}", "Name graphs by absolute IRIs.") from None
    if generation.foreign:
        return request
    known = set(generation.named_graphs)
    text = _reading(request.text, known)
    if not graphs:
        return replace(request, text=text)
    default, named = (_within(graphs, known) for graphs in (request.default_graphs, request.named_graphs))
    return replace(request, text=text, default_graphs=default or [_NOTHING], named_graphs=named)


def _reading(text: str, known: Collection[str]) -> str:
    """The text with graphs of its FROM clauses that are not among the known ones replaced by one that is not there."""
    phrase = Phrase(text)
    prefixes = PREFIXES | dict(_PREFIX.findall(text))
    tokens = [written for _, written in phrase.tokens]
    places = phrase.dataset_places()
    for place, (kind, written) in enumerate(phrase.tokens):
        if kind == "word" and written.lower() == "from" and place not in places:
            raise QueryRefused("FROM stands before the pattern of a query only", "Take it out of the pattern.")
    for place in places:
        if place < len(tokens) and phrase.tokens[place][0] in ("iri", "name"):
            prefix, _, local = tokens[place].partition(":")
            graph = tokens[place][1:-1] if tokens[place][0] == "<" else prefixes.get(prefix, "") + local
            if graph not in known:
                tokens[place] = f"<{_NOTHING}>"
    return "".join(tokens)


def _within(graphs: Collection[str], known: Collection[str]) -> list[str]:
    return [graph for graph in graphs if graph in known]


def _without_texts(token: re.Match[str]) -> str:
    return '""' if token.lastgroup == "string" else " " if token.lastgroup == "comment" else token[0]
