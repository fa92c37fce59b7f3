"""The tokens of a SPARQL text (SPARQL 1.1 §19.8): nothing in a string, comment or name is mistaken for syntax."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyoxigraph as ox

from govgraph.errors import BadInput

__all__ = ["Token", "expanded", "is_word", "tokens_of"]

_TOKEN = re.compile(
    r"""
      (?P<string>\"\"\"(?:[^"\\]|\\.|"(?!""))*\"\"\" | '''(?:[^'\\]|\\.|'(?!''))*'''
               | "(?:[^"\\\n\r]|\\.)*" | '(?:[^'\\\n\r]|\\.)*')
    | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
    | (?P<comment>\#[^\n\r]*)
    | (?P<space>\s+)
    | (?P<variable>[?$]\w+)
    | (?P<blank>_:\w(?:[\w.-]*[\w-])?)
    | (?P<prefixed>(?:[^\W\d_](?:[\w.-]*[\w-])?)?:
          (?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])
             (?:(?:[\w.:-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%])*
                (?:[\w:-]|%[0-9A-Fa-f]{2}|\\[_~.\-!$&'()*+,;=/?\#@%]))?)?)
    | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    | (?P<number>[+-]?(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?)
    | (?P<word>[A-Za-z][A-Za-z0-9_]*)
    | (?P<other>\^\^|\|\||&&|!=|<=|>=|[-+*/!=<>^|?.;,(){}\[\]])
    """,
    re.VERBOSE | re.DOTALL,
)


class Token(NamedTuple):
    """A piece of a query; `gap` says that a space or comment stood before it."""

    kind: str
    text: str
    gap: bool = True

    @property
    def spaced(self) -> str:
        """The text, after a space if it had one."""
        return f" {self.text}" if self.gap else self.text


def is_word(token: Token, *words: str) -> bool:
    """Whether the token is one of the keywords, in any case."""
    return token.kind == "word" and token.text.upper() in words


def tokens_of(text: str) -> list[Token]:
    """Tokens without spaces and comments.

    Raises
    ------
    BadInput : a sign is no part of SPARQL, or a codepoint escape could hide one.

    >>> [token.text for token in tokens_of("SELECT $this # all")]
    ['SELECT', '$this']
    """
    if escape := re.search(r"\\[uU][0-9A-Fa-f]{4}", text):
        raise BadInput(f"query holds the codepoint escape {escape[0]}", "Write the character itself.")
    found: list[Token] = []
    place, gap = 0, False
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            line = text.count("\n", 0, place) + 1
            beginning = text[place : place + 30].split("\n")[0]
            raise BadInput(f"query cannot be read at line {line}, at: {beginning}", "Mend it.")
        kind = str(match.lastgroup)
        if kind == "iri" and (":" not in match[0] or ")" in match[0]):
            # A relative IRI, or a comparison sign that some parsers would read on from.
            raise BadInput(f"query holds {match[0]}", "Write whole IRIs, and a space after a sign <.")
        if kind in ("space", "comment"):
            gap = True
        else:
            found.append(Token(kind, match[0], gap))
            gap = False
        place = match.end()
    return found


def expanded(tokens: Sequence[Token], prefixes: Mapping[str, str]) -> list[Token]:
    """Tokens with prefixed names written as IRIs, and the declarations at the start left out.

    Raises
    ------
    BadInput : a prefix is not declared.
    """
    known = dict(prefixes)
    rest = list(tokens)
    while len(rest) > 2 and is_word(rest[0], "PREFIX") and rest[1].kind == "prefixed" and rest[2].kind == "iri":
        known[rest[1].text[:-1]] = rest[2].text[1:-1]
        rest = rest[3:]
    return _literals([_named(token, known) for token in rest])


def _literals(tokens: Sequence[Token]) -> list[Token]:
    """Strings joined with their language tags and datatypes."""
    found: list[Token] = []
    for token in tokens:
        literal = bool(found) and found[-1].kind == "string"
        joins = token.kind == "language" or token.text == "^^" or (literal and found[-1].text.endswith("^^"))
        if literal and joins:
            found[-1] = found[-1]._replace(text=found[-1].text + token.text)
        else:
            found.append(token)
    return found


def _named(token: Token, known: Mapping[str, str]) -> Token:
    if token.kind != "prefixed":
        return token
    prefix, _, local = token.text.partition(":")
    if prefix not in known:
        raise BadInput(f"query uses the prefix {prefix}:, which is not declared", "Declare it.")
    try:
        written = str(ox.NamedNode(known[prefix] + re.sub(r"\\(.)", r"\1", local)))
    except ValueError:
        raise BadInput(f"query holds {token.text}, which is not a legal IRI", "Mend the name or its prefix.") from None
    return Token("iri", written, token.gap)
