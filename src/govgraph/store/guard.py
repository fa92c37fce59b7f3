"""Refuse query texts that could reach the network or overflow the parser.

The check reads tokens: strings, IRIs and comments are passed over, so the word
``service`` in a label is harmless, and a ``SERVICE`` hidden behind a comparison
sign is found. It never builds a tree, so no text can overflow it. It is the first of
two walls; readers have no network, a memory limit and a deadline of their own.
"""

import re

from govgraph.errors import QueryRefused
from govgraph.limits import LIMITS, Limits

__all__ = ["TOKEN", "check_query"]

TOKEN = re.compile(
    r"""
      (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
               | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<comment>\#[^\n\r]*)
    | (?P<name>[A-Za-z_][\w-]*)
    | (?P<open>[({\[])
    | (?P<close>[)}\]])
    | (?P<operator>\|\||&&|[-+*/!=<>^|?])
    | (?P<end>[.;,])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\[uU][0-9A-Fa-f]{4}")
_REFUSED = {"service", "load"}
_REACHING = re.compile(r"service|load", re.IGNORECASE)
_COSTLY = {"optional", "union", "minus", "exists", "lateral"}
_SHORTEST = min(map(len, _COSTLY))


def check_query(text: str, limits: Limits = LIMITS) -> None:
    """Raise `QueryRefused` unless the text is of a size and shape that a reader can take.

    >>> check_query('SELECT * WHERE { ?s ?p "a service" } # load')
    >>> check_query("ASK { SERVICE <http://example.org/> { ?s ?p ?o } }")
    Traceback (most recent call last):
    ...
    govgraph.errors.QueryRefused: SERVICE is not offered here. Load the data into a store of your own instead.
    """
    if len(text) > limits.query_characters:
        _refuse(f"the query has {len(text):,} characters, more than {limits.query_characters:,}")
    if _harmless(text, limits):
        return
    if _ESCAPE.search(text) and _ESCAPE.search(TOKEN.sub(_blank, text)):
        raise QueryRefused("codepoint escapes outside strings are not offered here", "Write the character itself.")
    depth = operators = patterns = costly = 0
    for token in TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "iri" and ")" in token[0] and (reaching := _REACHING.search(text)):
            # What looks like an IRI may be a comparison sign, the end of a filter, and then a keyword.
            raise QueryRefused(
                f"an IRI with a bracket beside the word {reaching[0].upper()} is not offered here",
                "Write the bracket as %29.",
            )
        if kind == "name":
            word = token[0].lower()
            before = text[token.start() - 1] if token.start() else " "
            after = text[token.end() : token.end() + 1]
            if before in "?$:@" or after == ":":
                continue  # a variable, a prefixed name or a language tag
            if word in _REFUSED:
                raise QueryRefused(
                    f"{word.upper()} is not offered here", "Load the data into a store of your own instead."
                )
            costly += word in _COSTLY
        elif kind == "open":
            depth += 1
            if depth > limits.query_depth:
                _refuse(f"the query nests brackets more than {limits.query_depth} deep")
        elif kind == "close":
            depth -= 1
        elif kind == "operator":
            operators += 1
        elif kind == "end":
            patterns += 1
    if operators > limits.query_operators:
        _refuse(f"the query has {operators:,} operators, more than {limits.query_operators:,}")
    if patterns > limits.query_patterns:
        _refuse(f"the query has {patterns:,} triple patterns, more than {limits.query_patterns:,}")
    if costly > limits.query_optionals:
        _refuse(f"the query has {costly:,} OPTIONAL, UNION, MINUS or EXISTS, more than {limits.query_optionals:,}")


def _harmless(text: str, limits: Limits) -> bool:
    """Whether no reading of the text as tokens could break a rule, by counts that are never below those of tokens."""
    lowered = text.lower()
    if not text.isascii() or "\\" in text or "service" in lowered or "load" in lowered:
        return False
    count, words = text.count, lowered.count
    return (
        count("(") + count("{") + count("[") <= limits.query_depth
        and (len(text) <= limits.query_operators or sum(map(count, "|&-+*/!=<>^?")) <= limits.query_operators)
        and count(".") + count(";") + count(",") <= limits.query_patterns
        and (len(text) <= _SHORTEST * limits.query_optionals or sum(map(words, _COSTLY)) <= limits.query_optionals)
    )


def _blank(token: re.Match[str]) -> str:
    return " " if token.lastgroup in ("string", "iri", "comment") else token[0]


def _refuse(reason: str) -> None:
    raise QueryRefused(reason, "Ask it in smaller parts, or run it on your own copy: govgraph query.")
