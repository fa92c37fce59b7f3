"""Which properties a query asks about, so that only statements with them need be fetched to answer it here."""

import re

from govgraph.namespaces import PREFIXES
from govgraph.store.engines.zeroth import starts_anywhere
from govgraph.store.patterns import TOKEN

__all__ = ["predicates_of"]

_TYPE = PREFIXES["rdf"] + "type"
_TERMS = ("variable", "iri", "name", "string", "number")
_ABSOLUTE = re.compile("<[A-Za-z][A-Za-z0-9+.-]*:")
_HEADS = {"select", "group", "order", "having"}


def predicates_of(text: str) -> set[str] | None:
    """IRIs that include every property that a query names; None where it may ask about any.

    Every IRI of the text is given, whatever its part in it: one that is no property only finds nothing.

    >>> sorted(predicates_of("SELECT * { ?s gov:mode/^<http://e/p> ?o }"))
    ['http://e/p', 'https://w3id.org/govgraph/def/mode']
    >>> predicates_of("SELECT * { ?s gov:mode ?o ; ?p ?v }") is None
    True
    """
    if starts_anywhere(text):
        return None
    tokens = [(t.lastgroup or "", t[0]) for t in TOKEN.finditer(text) if t.lastgroup not in ("space", "comment")]
    prefixes = dict(PREFIXES)
    found: set[str] = set()
    depth = brackets = 0
    head = True
    for place, (kind, written) in enumerate(tokens):
        before = tokens[place - 1] if place else ("", "")
        after = tokens[place + 1] if place + 1 < len(tokens) else ("", "")
        word = written.lower() if kind == "word" else ""
        if word == "base" or (kind, written) == ("mark", "\\"):
            return None  # names that are not written out
        if word == "prefix" and after[0] == "name" and place + 2 < len(tokens):
            prefixes[after[1][:-1]] = tokens[place + 2][1][1:-1]
        if kind == "mark" and written in "{}":
            depth += 1 if written == "{" else -1
            head, brackets = False, 0
        elif kind == "mark" and written in "()":
            brackets += 1 if written == "(" else -1
        elif word in _HEADS:
            head = True
        if word == "a" and depth:
            found.add(_TYPE)
        elif kind == "iri":
            if not _ABSOLUTE.match(written):
                return None
            found.add(written[1:-1])
        elif kind == "name" and written.partition(":")[0] in prefixes:
            prefix, _, local = written.partition(":")
            found.add(prefixes[prefix] + local)
        elif word == "describe" or (kind == "mark" and written == "!" and _path_follows(tokens, place + 1)):
            return None  # all that is said of a thing; all properties but some
        elif kind == "variable" and depth and not brackets and not head and _is_property(before, after):
            return None
    return found


def _is_property(before: tuple[str, str], after: tuple[str, str]) -> bool:
    """Whether a variable stands between a subject and a value."""
    follows = before[0] in _TERMS or before in (("mark", "]"), ("mark", ")"), ("mark", ";"), ("mark", "["))
    return follows and (after[0] in _TERMS or after in (("mark", "["), ("mark", "(")))


def _path_follows(tokens: list[tuple[str, str]], place: int) -> bool:
    """Whether what follows an exclamation mark are properties, and not an expression to negate."""
    bare = bool(tokens[place : place + 1]) and tokens[place] == ("mark", "(")
    kind, written = tokens[place + bare] if place + bare < len(tokens) else ("", "")
    then = tokens[place + bare + 1] if place + bare + 1 < len(tokens) else ("", "")
    return written in ("^", "a") or (kind in ("iri", "name") and then != ("mark", "("))
