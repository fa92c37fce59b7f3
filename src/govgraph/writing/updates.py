"""SPARQL Update as text: refuse what no writer takes, and give an update the dataset of its request.

The text is read as tokens, as in `store.guard`; nothing is parsed. The engine takes no dataset for an update, so the
protocol's ``using-graph-uri`` and ``using-named-graph-uri`` are written into it as USING clauses (SPARQL 1.1
Protocol §2.2.3), once for each operation with a WHERE.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pyoxigraph as ox

from govgraph.errors import BadInput, QuerySyntax
from govgraph.limits import LIMITS, Limits
from govgraph.store.guard import TOKEN, check_query

__all__ = ["check_update", "with_dataset"]


@dataclass(frozen=True)
class _Word:
    """A keyword or a group in braces that stands outside every group."""

    text: str  # in lower case; "{" for a group
    start: int
    end: int


def check_update(text: str, limits: Limits = LIMITS) -> None:
    """Raise `QueryRefused` unless a writer can take the text.

    What INSERT DATA and DELETE DATA list is data, and only the bound on uploads holds for it; the rest is held to the
    bounds of a query.

    >>> check_update("INSERT DATA { <http://e/a> <http://e/b> 1 }")
    >>> check_update("LOAD <http://example.org/>")
    Traceback (most recent call last):
    ...
    govgraph.errors.QueryRefused: LOAD is not offered here. Load the data into a store of your own instead.
    """
    rest, done = [], 0
    words = list(_words(text))
    for place, word in enumerate(words):
        if word.text == "{" and place and words[place - 1].text == "data":
            rest += [text[done : word.start], "{}"]
            done = word.end
    check_query("".join(rest) + text[done:], replace(limits, query_characters=limits.upload_bytes))


def with_dataset(text: str, using: Sequence[str], named: Sequence[str]) -> str:
    """The update over the given dataset.

    Parameters
    ----------
    using, named : IRIs of `using-graph-uri` and `using-named-graph-uri`; with neither, the text stays as it is.

    Raises
    ------
    BadInput : the update names a dataset itself, by USING or WITH.

    >>> with_dataset("DELETE WHERE { ?s ?p 1 }", ["http://e/g"], [])
    'DELETE { ?s ?p 1 } USING <http://e/g> WHERE { ?s ?p 1 }'
    """
    if not using and not named:
        return text
    try:
        clauses = [f"USING {ox.NamedNode(name)} " for name in using]
        clauses += [f"USING NAMED {ox.NamedNode(name)} " for name in named]
    except ValueError as error:
        raise BadInput(f"not a legal IRI: {error}", "Name graphs by absolute IRIs.") from None
    words = list(_words(text))
    if any(word.text in ("using", "with") for word in words):
        raise BadInput(
            "the dataset is named twice: in the request and in the update",
            "Leave using-graph-uri and using-named-graph-uri out, or USING and WITH.",
        )
    parts, done = [], 0
    for place, word in enumerate(words):
        if word.text != "where":
            continue
        parts.append(text[done : word.start])
        done = word.start
        if place and words[place - 1].text == "delete":  # the short form: the pattern is the template too
            group = words[place + 1] if place + 1 < len(words) else None
            if group is None or group.text != "{":
                raise QuerySyntax("the update cannot be read: no pattern after DELETE WHERE", "Write it in braces.")
            parts.append(text[group.start : group.end] + " ")
        parts += clauses
    return "".join(parts) + text[done:]


def _words(text: str) -> Iterator[_Word]:
    """Keywords and groups at the outermost level, in order."""
    depth = opened = 0
    for token in TOKEN.finditer(text):
        if token[0] == "{":
            opened = token.start() if depth == 0 else opened
            depth += 1
        elif token[0] == "}":
            depth -= 1
            if depth == 0:
                yield _Word("{", opened, token.end())
        elif depth == 0 and token.lastgroup == "name" and not _part_of_a_name(text, token):
            yield _Word(token[0].lower(), token.start(), token.end())


def _part_of_a_name(text: str, token: re.Match[str]) -> bool:
    before = text[token.start() - 1] if token.start() else " "
    return before in "?$:@" or text[token.end() : token.end() + 1] == ":"
